-- The centre's books. Every row of a card begins with its ASN; a case is found by (TID, TTC).
-- Ids are upper case hex text, dates BCD digits, money whole units, facts JSON.

CREATE TABLE cards (
    asn TEXT NOT NULL PRIMARY KEY,
    blacklisted TEXT,
    data TEXT NOT NULL
);
CREATE INDEX cards_blacklisted ON cards (asn) WHERE blacklisted IS NOT NULL;

CREATE TABLE psams (
    tid TEXT NOT NULL PRIMARY KEY,
    station TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX psams_of_station ON psams (station, tid);

-- Prepaid accounts, each with what its entries add up to: a load reads one row of them, not all entries.
CREATE TABLE prepaid (
    name TEXT NOT NULL PRIMARY KEY,
    balance INTEGER NOT NULL,
    data TEXT NOT NULL
);

-- What was paid in, once for each reference.
CREATE TABLE fundings (
    name TEXT NOT NULL,
    reference TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (name, reference)
);
CREATE TRIGGER fundings_are_not_changed BEFORE UPDATE ON fundings
BEGIN SELECT RAISE (ABORT, 'fundings are append only'); END;
CREATE TRIGGER fundings_are_not_removed BEFORE DELETE ON fundings
BEGIN SELECT RAISE (ABORT, 'fundings are append only'); END;

-- `listed` is the record as it stands on the grey list that stations have, in hex.
CREATE TABLE cases (
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    asn TEXT,
    listed TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (tid, ttc)
);
CREATE INDEX cases_of_card ON cases (asn, tid, ttc);
CREATE INDEX cases_listed ON cases (asn, tid, ttc) WHERE listed IS NOT NULL;

-- Every lock and purchase of which a case, a TAC, a sighting or a purchase is kept: one look says whether anything is.
CREATE TABLE known_locks (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc)
);

CREATE TABLE sightings (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc, fact)
);
CREATE INDEX sightings_of_lock ON sightings (tid, ttc);

CREATE TABLE tacs (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc, fact)
);
CREATE INDEX tacs_of_lock ON tacs (tid, ttc);

CREATE TABLE changes (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    otc INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (asn, purse, otc)
);

-- Answers to on-line unlocks: one card is never given the same date and time twice.
CREATE TABLE decisions (
    asn TEXT NOT NULL,
    date TEXT NOT NULL,
    time TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (asn, date, time)
);

-- Answers to loads and unloads, named likewise.
CREATE TABLE transfers (
    asn TEXT NOT NULL,
    date TEXT NOT NULL,
    time TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (asn, date, time)
);

CREATE TABLE purchases (
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    data TEXT NOT NULL,
    PRIMARY KEY (tid, ttc)
);
CREATE INDEX purchases_of_card ON purchases (asn, purse, ctc);
CREATE INDEX purchases_open ON purchases (asn) WHERE open = 1;

CREATE TABLE waiting (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc)
);

-- All rulings on a lock, oldest first, as one value.
CREATE TABLE rulings (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc)
);

CREATE TABLE open_locks (
    asn TEXT NOT NULL,
    purse INTEGER NOT NULL,
    ctc INTEGER NOT NULL,
    tid TEXT NOT NULL,
    ttc INTEGER NOT NULL,
    PRIMARY KEY (asn, purse, ctc, tid, ttc)
);

-- The lanes that were ever taken. A lane has one writer at a time, so its numbers become visible in their order.
CREATE TABLE lanes (
    lane INTEGER NOT NULL PRIMARY KEY
);

-- Double entry: each row moves an amount from one account to another, so every set of rows sums to zero.
-- A posting is the rows with one number. Nothing is ever changed or taken out.
CREATE TABLE entries (
    lane INTEGER NOT NULL,
    posting INTEGER NOT NULL,
    part INTEGER NOT NULL,
    reason TEXT NOT NULL,
    asn TEXT,
    purse INTEGER,
    ctc INTEGER,
    tid TEXT,
    ttc INTEGER,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (lane, posting, part),
    CHECK (source <> target)
);
CREATE INDEX entries_of_card ON entries (asn, tid, ttc);
CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE (ABORT, 'entries are append only'); END;
CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries
BEGIN SELECT RAISE (ABORT, 'entries are append only'); END;

CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    about TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TEXT NOT NULL,
    lane INTEGER NOT NULL,
    UNIQUE (about, code, detail)
);
CREATE INDEX notices_in_lane ON notices (lane, id);

-- What operators had done, each line in the transaction that did it. Nothing is ever changed or taken out.
CREATE TABLE operator_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    operator TEXT NOT NULL,
    request TEXT NOT NULL,
    resource TEXT NOT NULL,
    call TEXT NOT NULL,
    about TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TEXT NOT NULL,
    lane INTEGER NOT NULL
);
CREATE INDEX operator_log_in_lane ON operator_log (lane, id);
CREATE TRIGGER operator_log_is_not_changed BEFORE UPDATE ON operator_log
BEGIN SELECT RAISE (ABORT, 'the operator log is append only'); END;
CREATE TRIGGER operator_log_is_not_removed BEFORE DELETE ON operator_log
BEGIN SELECT RAISE (ABORT, 'the operator log is append only'); END;

-- What stations hear, in the order of each writer: (lane, number) has no gaps. Of two events about one lock or card
-- the later one has the higher rank, whoever wrote them. `blacklist`
-- and `grey_list` are what the lane did to either list up to this event: changes, rows, digest.
CREATE TABLE events (
    lane INTEGER NOT NULL,
    number INTEGER NOT NULL,
    data TEXT NOT NULL,
    blacklist TEXT NOT NULL,
    grey_list TEXT NOT NULL,
    rank INTEGER NOT NULL GENERATED ALWAYS AS (number) VIRTUAL,
    PRIMARY KEY (lane, number)
);
