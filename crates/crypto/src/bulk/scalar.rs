//! One record after the other, whatever the suites of the keys.

use wire::{Mac, Tid};

use super::Keys;
use super::batch::Integers;
use super::messages::Input;
use super::record::Codes;
use crate::key::TacKey;
use crate::mac::MacKey;
use crate::session::{Randoms, SessionKey};

/// All five codes; each key is made once.
pub(super) fn codes(keys: &Keys, record: &Integers) -> Codes {
    let (source, tac_key) = (source(keys, record), tac_key(keys, record));
    let inner = mac(&tac_key.0, record.characterized(record.icc));
    Codes {
        mac2: mac(&source.0, record.mac2(keys.scheme)),
        gtac: mac(&source.0, record.characterized(u32::from_be_bytes(inner.0))),
        gmac: mac(&source.0, record.gmac(keys.scheme)),
        sam_tac: sam_tac(keys, record),
        tac: mac(&tac_key.0, record.tac()),
    }
}

pub(super) fn tac(keys: &Keys, record: &Integers) -> Mac {
    mac(&tac_key(keys, record).0, record.tac())
}

pub(super) fn gmac(keys: &Keys, record: &Integers) -> Mac {
    mac(&source(keys, record).0, record.gmac(keys.scheme))
}

fn sam_tac(keys: &Keys, record: &Integers) -> Mac {
    let dsk = keys.psam.diversify(record.psam().to_be_bytes()).folded();
    mac(&dsk.0, record.sam_tac(keys.scheme))
}

fn mac(key: &MacKey, input: Input) -> Mac {
    let bytes = input.to_bytes();
    key.mac(bytes.get(..input.len() as usize).unwrap_or(&bytes))
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
