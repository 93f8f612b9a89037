//! One record after the other, whatever the suites of the keys.

use wire::{Mac, Tid};

use super::Keys;
use super::batch::Integers;
use super::record::Codes;
use crate::key::TacKey;
use crate::session::{Randoms, SessionKey};

/// All five codes; each key is made once.
pub(super) fn codes(keys: &Keys, record: &Integers) -> Codes {
    let (source, tac_key) = (source(keys, record), tac_key(keys, record));
    let inner = tac_key.0.mac(&record.characterized(record.icc.to_be_bytes()));
    Codes {
        mac2: source.0.mac(&record.mac2(keys.scheme)),
        gtac: source.0.mac(&record.characterized(inner.0)),
        gmac: source.0.mac(&record.gmac(keys.scheme)),
        sam_tac: sam_tac(keys, record),
        tac: tac_key.0.mac(&record.tac()),
    }
}

pub(super) fn tac(keys: &Keys, record: &Integers) -> Mac {
    tac_key(keys, record).0.mac(&record.tac())
}

pub(super) fn gmac(keys: &Keys, record: &Integers) -> Mac {
    source(keys, record).0.mac(&record.gmac(keys.scheme))
}

pub(super) fn sam_tac(keys: &Keys, record: &Integers) -> Mac {
    keys.psam.diversify(record.psam()).folded().0.mac(&record.sam_tac(keys.scheme))
}

fn source(keys: &Keys, record: &Integers) -> SessionKey {
    let dpk = keys.consumption.diversify(record.asn.to_be_bytes());
    let [_, _, a, b, c, d, e, f] = record.tid.to_be_bytes();
    let random = Randoms {
        icc: wire::Icc(record.icc.to_be_bytes()),
        ctc: record.ctc,
        ttc: wire::Ttc(record.ttc),
        trn: wire::Trn(record.trn.to_be_bytes()),
        tid: Tid([a, b, c, d, e, f]),
    };
    SessionKey::locking_source(&dpk, keys.scheme, &random)
}

fn tac_key(keys: &Keys, record: &Integers) -> TacKey {
    keys.tac.diversify(record.asn.to_be_bytes()).folded()
}
