-- The same job in SQL: codes by pgcrypto, which is OpenSSL, and joins as a database does them. Codes of a record are
-- those of protocol section 4 in suite 00 and the seed scheme; single DES is 3DES under K || K || K.
-- The keys of the run stand in table `keys`: mpk and mtk with 24 bytes, msk likewise.

CREATE FUNCTION xor8(a bytea, b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT int8send((('x' || encode(a, 'hex'))::bit(64) # ('x' || encode(b, 'hex'))::bit(64))::bigint) $$;
CREATE FUNCTION two(a bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT a || int8send((~('x' || encode(a, 'hex'))::bit(64))::bigint) $$;
CREATE FUNCTION mac8(data bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substr(c, length(c) - 7, 4) FROM (SELECT encrypt(
    data || '\x80'::bytea || substr('\x00000000000000'::bytea, 1, 7 - length(data) % 8),
    key || key || key, '3des-cbc/pad:none') AS c) AS made $$;

CREATE UNLOGGED TABLE dispersed AS
  SELECT day.*,
    int2send((ctc - CASE WHEN ctc > 32767 THEN 65536 ELSE 0 END)::smallint) AS ctc2,
    substr(int8send(ttc), 5, 4) AS ttc4,
    int4send(balance::int) AS balance4, int4send(amount::int) AS amount4,
    decode(CASE purse WHEN 1 THEN '91' ELSE '92' END, 'hex') AS tag91,
    decode(CASE purse WHEN 1 THEN '93' ELSE '94' END, 'hex') AS tag93,
    decode(CASE purse WHEN 1 THEN 'a1' ELSE 'a2' END, 'hex') AS tag_a1,
    encrypt(two(asn), keys.mpk, '3des-ecb/pad:none') AS dpk,
    encrypt(two(asn), keys.mtk, '3des-ecb/pad:none') AS dtk,
    encrypt(two(tid || '\x0000'::bytea), keys.msk, '3des-ecb/pad:none') AS dsk
  FROM day, keys WHERE kind IN (1, 2, 3, 7);

CREATE UNLOGGED TABLE keyed AS
  SELECT dispersed.*,
    encrypt(icc || ctc2 || substr(ttc4, 3, 2), dpk || substr(dpk, 1, 8), '3des-ecb/pad:none') AS sespk,
    xor8(substr(dtk, 1, 8), substr(dtk, 9, 8)) AS tac_key,
    xor8(substr(dsk, 1, 8), substr(dsk, 9, 8)) AS sam_key,
    amount4 || tag93 || tid || ttc4 || end_at AS debit,
    tag_a1 || ctc2 || balance4 || tid || ttc4 || lock_at AS x
  FROM dispersed;

CREATE UNLOGGED TABLE checked AS
  SELECT station, kind, asn, purse, ctc, tid, ttc, balance, amount, end_at,
    CASE kind WHEN 3 THEN mac8(debit, tac_key) = tac ELSE
      mac8(balance4 || tag91 || tid || ttc4 || lock_at, sespk) = mac2
        AND ceiling <= balance AND amount <= ceiling
        AND (kind = 7 OR (mac8(debit, sespk) = gmac
          AND mac8(tag93 || asn || ctc2 || amount4 || tid || ttc4 || end_at, sam_key) = sam_tac)) END AS good,
    kind <> 3 AND mac8(x || mac8(x || icc, tac_key), sespk) = gtac AS card_proved,
    kind = 1 AND mac8(debit, tac_key) = tac AS tac_right
  FROM keyed;

CREATE UNLOGGED TABLE claims AS
  SELECT DISTINCT ON (tid, ttc) * FROM checked WHERE good AND kind IN (1, 2)
  ORDER BY tid, ttc, tac_right DESC, asn, ctc, station;

CREATE UNLOGGED TABLE seen AS SELECT DISTINCT asn, tid, ttc, amount FROM checked WHERE good AND kind = 3;
CREATE UNLOGGED TABLE online AS SELECT DISTINCT asn, tid, ttc, amount FROM day WHERE kind = 4;
CREATE UNLOGGED TABLE sightings AS
  SELECT DISTINCT asn, purse, ctc, balance FROM checked WHERE good AND card_proved;

-- One settlement for each (ASN, purse, CTC); others of a copied card are paid as losses.
CREATE UNLOGGED TABLE ended AS
  SELECT claims.station, claims.amount AS claimed,
    CASE WHEN online.amount IS NOT NULL THEN 'online' WHEN tac_right THEN 'sale'
      WHEN seen.amount IS NOT NULL THEN 'tac_seen' WHEN next.balance IS NOT NULL THEN 'succession'
      ELSE 'grey' END AS how,
    least(claims.amount, coalesce(online.amount, seen.amount, claims.amount)) AS paid,
    row_number() OVER (PARTITION BY claims.asn, claims.purse, claims.ctc
      ORDER BY NOT (tac_right OR card_proved OR seen.amount IS NOT NULL OR online.amount IS NOT NULL),
        claims.tid, claims.ttc) AS place
  FROM claims
    LEFT JOIN seen USING (asn, tid, ttc)
    LEFT JOIN online USING (asn, tid, ttc)
    LEFT JOIN sightings AS next ON next.asn = claims.asn AND next.purse = claims.purse
      AND next.ctc = claims.ctc + 2 AND next.balance = claims.balance - claims.amount;

CREATE UNLOGGED TABLE net AS
  SELECT station, CASE WHEN place > 1 AND how <> 'grey' THEN 'loss' ELSE how END AS how,
    count(*) AS count, sum(paid)::bigint AS amount
  FROM ended GROUP BY 1, 2 ORDER BY 1, 2;
