//! From the fields of a vector to its values, all of them made by the `crypto` crate.

use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, SessionKey};
use keys_file::{KeyKind, KeyVault as _, KeysFile};
use wire::{Amount, Asn, Icc, Mac, Purse, Scheme, Tid, Trn, Ttc};

use super::fields::Fields;
use crate::error::Error;

/// A vector's input.
pub(crate) struct Given {
    lock: Lock,
    debit: Debit,
    trn: Trn,
    /// As given: also what no purse holds.
    balance: u32,
    /// As given: also what no purse holds.
    amount: u32,
    dpk: Key,
    dtk: Key,
}

impl Given {
    /// Reads the fields; `mpk`, `mtk` and `scheme` come from `keys` where they are not given.
    pub(crate) fn read(fields: &Fields<'_>, keys: Option<&KeysFile>) -> Result<Self, Error> {
        let asn = asn(fields)?;
        let (balance, amount) =
            (fields.number("balance", u32::MAX)?, fields.number("amount", u32::MAX)?);
        let (tid, ttc) = (Tid(fields.bytes("tid")?), Ttc(fields.number("ttc", u32::MAX)?));
        let scheme = fields.scheme(keys.map_or(Scheme::Seed, |file| file.keys.scheme))?;
        if !fields.suite(keys)?.has(scheme) {
            return Err(fields.wrong("scheme", "must be \"seed\": suites 10 and 20 have no other"));
        }
        let lock = Lock {
            scheme,
            purse: Purse::Ed,
            balance: Amount::new(balance).unwrap_or_default(),
            ctc: u16::try_from(fields.number("ctc", u32::from(u16::MAX))?).unwrap_or(u16::MAX),
            icc: Icc(fields.bytes("icc")?),
            tid,
            ttc,
            date: fields.date("date")?,
            time: fields.time("time")?,
        };
        let debit = Debit {
            purse: Purse::Ed,
            amount: Amount::new(amount).unwrap_or_default(),
            tid,
            ttc,
            date: fields.date("end_date")?,
            time: fields.time("end_time")?,
        };
        let trn = Trn(fields.bytes("trn")?);
        let dpk = card_key(fields, "mpk", keys, KeyKind::Mpk, asn)?;
        let dtk = card_key(fields, "mtk", keys, KeyKind::Mtk, asn)?;
        Ok(Self { lock, debit, trn, balance, amount, dpk, dtk })
    }

    fn randoms(&self) -> Randoms {
        Randoms {
            icc: self.lock.icc,
            ctc: self.lock.ctc,
            ttc: self.lock.ttc,
            trn: self.trn,
            tid: self.lock.tid,
        }
    }
}

fn asn(fields: &Fields<'_>) -> Result<Asn, Error> {
    let asn = Asn(fields.bytes("asn")?);
    if asn.is_bcd() { Ok(asn) } else { Err(fields.wrong("asn", "must be 16 decimal digits")) }
}

/// From the object's main key by the ASN alone, or from the keys file by its levels.
fn card_key(
    fields: &Fields<'_>,
    name: &str,
    keys: Option<&KeysFile>,
    kind: KeyKind,
    asn: Asn,
) -> Result<Key, Error> {
    match keys {
        Some(file) if !fields.has(name) => {
            file.keys.card_key(kind, file.keys.version, asn).ok_or_else(|| {
                fields.wrong(name, "cannot be dispersed: its suite or its levels are unknown here")
            })
        }
        _ => fields.key(name, keys).map(|key| key.for_card(asn, &wire::Dispersing::NONE)),
    }
}

/// A vector's output.
pub(crate) struct Codes {
    dpk: Key,
    dtk: Key,
    sespk: SessionKey,
    /// MAC1, MAC2, GTAC, GMAC, TAC.
    macs: [Mac; 5],
}

impl Codes {
    /// Computes every value.
    pub(crate) fn of(given: &Given) -> Self {
        let Given { lock, debit, balance, amount, dpk, dtk, .. } = given;
        let sespk = SessionKey::locking_source(dpk, lock.scheme, &given.randoms());
        let tac_key = dtk.folded();
        let inner = with_number(&lock.gtac_inner_input(), GTAC_BALANCE, *balance);
        let proof = tac_key.mac(&inner);
        let gtac = with_number(&lock.gtac_input(&tac_key), GTAC_BALANCE, *balance);
        let macs = [
            lock.mac1(&sespk),
            sespk.mac(&with_number(&lock.mac2_input(), 0, *balance)),
            sespk.mac(&with_last(gtac, proof)),
            sespk.mac(&with_number(&debit.gmac_input(lock.scheme), 0, *amount)),
            tac_key.mac(&with_number(&debit.tac_input(), 0, *amount)),
        ];
        Self { dpk: dpk.clone(), dtk: dtk.clone(), sespk, macs }
    }

    /// The values by their names, in hex.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, String)> {
        let keys = [
            ("dpk", hex::encode(self.dpk.expose())),
            ("dtk", hex::encode(self.dtk.expose())),
            ("sespk", hex::encode(self.sespk.expose())),
        ];
        let macs = ["mac1", "mac2", "gtac", "gmac", "tac"].into_iter().zip(self.macs);
        keys.into_iter().chain(macs.map(|(name, mac)| (name, mac.to_string())))
    }
}

/// Where the balance stands in GTAC's inputs: behind tag and CTC. It opens that of MAC2, as the amount opens the others.
const GTAC_BALANCE: usize = 3;

/// The input with these four bytes in place of its balance or amount: a vector may hold more than any purse.
fn with_number(input: &[u8], at: usize, number: u32) -> Vec<u8> {
    let mut input = input.to_vec();
    if let Some(place) = input.get_mut(at..at.saturating_add(4)) {
        place.copy_from_slice(&number.to_be_bytes());
    }
    input
}

/// The input with this code as its last four bytes.
fn with_last(mut input: Vec<u8>, code: Mac) -> Vec<u8> {
    let at = input.len().saturating_sub(code.0.len());
    input.truncate(at);
    input.extend(code.0);
    input
}
