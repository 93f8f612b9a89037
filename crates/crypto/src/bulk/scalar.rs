//! One record after the other, by the functions that card, PSAM and centre use.

use wire::{Asn, Dispersing, Mac};

use super::{Codes, Keys, Record};
use crate::key::{Key, TacKey};
use crate::session::{Randoms, SessionKey};

/// All five codes; each key is made once.
pub(super) fn codes(keys: &Keys, record: &Record) -> Codes {
    let (session, tac_key) = (source(keys, record), tac_key(keys, record.asn));
    let (lock, debit) = (record.lock(keys.scheme), record.debit());
    let dsk = keys.psam.for_psam(record.tid);
    Codes {
        mac2: lock.mac2(&session),
        gtac: lock.gtac(&session, &tac_key),
        gmac: debit.gmac(&session, keys.scheme),
        sam_tac: debit.sam_tac(&dsk, keys.scheme, record.asn, record.ctc),
        tac: debit.tac(&tac_key),
    }
}

pub(super) fn tac(keys: &Keys, record: &Record) -> Mac {
    record.debit().tac(&tac_key(keys, record.asn))
}

pub(super) fn gmac(keys: &Keys, record: &Record) -> Mac {
    record.debit().gmac(&source(keys, record), keys.scheme)
}

fn source(keys: &Keys, record: &Record) -> SessionKey {
    let Record { icc, ctc, ttc, trn, tid, .. } = *record;
    let dpk = of_card(&keys.consumption, record.asn);
    SessionKey::locking_source(&dpk, keys.scheme, &Randoms { icc, ctc, ttc, trn, tid })
}

fn tac_key(keys: &Keys, asn: Asn) -> TacKey {
    of_card(&keys.tac, asn).folded()
}

fn of_card(key: &Key, asn: Asn) -> Key {
    key.for_card(asn, &Dispersing::NONE)
}
