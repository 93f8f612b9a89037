//! Session keys (protocol §4): the locking card source and the on-line ones.

use core::fmt;

use wire::{Buf, Icc, Scheme, Trn, Ttc};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key::Key;
use crate::mac::mac8;

/// An 8-byte session key. Never leaves card, PSAM or centre.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SessionKey(pub(crate) [u8; 8]);

impl SessionKey {
    /// Takes back a stored locking source.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The bytes: for card and PSAM, which store the locking source with the lock (claim 1),
    /// and for the vectors.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 8] {
        &self.0
    }

    /// The locking card source of the grey lock (claims 4, 6, 7, 8):
    /// `SESPK = 3DES(DPK, ICC || CTC || TTC[2..4])`; in the *field* scheme
    /// `DES-MAC8(SESPK, TRN)`.
    #[must_use]
    pub fn locking_source(dpk: &Key, scheme: Scheme, random: &Randoms) -> Self {
        let sespk = Self::offline(dpk, random.icc, random.ctc, random.ttc);
        match scheme {
            Scheme::Seed => sespk,
            Scheme::Field => Self(mac8(&sespk.0, &random.trn.0)),
        }
    }

    /// `3DES(DPK, ICC || CTC || TTC[2..4])`, the session key without a scheme: of the purchase.
    #[must_use]
    pub fn offline(dpk: &Key, icc: Icc, ctc: u16, ttc: Ttc) -> Self {
        Self::derive(dpk, icc, ctc, ttc.low())
    }

    /// `3DES(card key, ICC || OTC || 8000)`: SESULK, SESLK, SESUNK, SESODK by the key given.
    #[must_use]
    pub fn online(card_key: &Key, icc: Icc, otc: u16) -> Self {
        Self::derive(card_key, icc, otc, [0x80, 0x00])
    }

    fn derive(key: &Key, icc: Icc, sequence: u16, tail: [u8; 2]) -> Self {
        let input = Buf::<8>::new().with(&icc.0).with(&sequence.to_be_bytes()).with(&tail);
        let mut block = [0; 8];
        block.copy_from_slice(&input);
        Self(key.encrypt(block))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

/// What goes into the locking source besides the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Randoms {
    /// The card's random number.
    pub icc: Icc,
    /// CTC n.
    pub ctc: u16,
    /// The PSAM's number; its low half is used.
    pub ttc: Ttc,
    /// The PSAM's random number; used in the *field* scheme.
    pub trn: Trn,
}
