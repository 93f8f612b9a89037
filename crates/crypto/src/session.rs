//! Session keys (protocol §4): the locking card source and the on-line ones.

use core::fmt;

use wire::{Buf, Icc, Mac, Scheme, Suite, Tid, Trn, Ttc};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::key::Key;
use crate::mac::{MacKey, mac8};

/// A session key: 8 bytes in suite 00, 16 in the others. Never leaves card, PSAM or centre.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SessionKey(pub(crate) MacKey);

impl SessionKey {
    /// Bytes of [`SessionKey::store`].
    pub const STORED: usize = MacKey::STORED;

    /// A session key of suite 00.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(MacKey::Des(bytes))
    }

    /// The bytes, for the vectors.
    #[must_use]
    pub const fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    /// For card and PSAM, which store the locking source with the lock (claim 1). Zeros fill the place of one of 8 bytes.
    #[must_use]
    pub fn store(&self) -> Zeroizing<[u8; Self::STORED]> {
        self.0.store()
    }

    /// Takes back a stored locking source; `None` for bytes that [`SessionKey::store`] does not make.
    #[must_use]
    pub fn restore(suite: Suite, stored: &[u8; Self::STORED]) -> Option<Self> {
        MacKey::restore(suite, stored).map(Self)
    }

    /// The code of an input, for the vectors: the codes of the protocol have functions of their own.
    #[must_use]
    pub fn mac(&self, input: &[u8]) -> Mac {
        self.0.mac(input)
    }

    /// The locking card source of the grey lock (claims 4, 6, 7, 8):
    /// `SESPK = 3DES(DPK, ICC || CTC || TTC[2..4])`; in the *field* scheme
    /// `DES-MAC8(SESPK, TRN)`. In the wider suites
    /// `CMAC(DPK, SESPK || 00 || ICC || CTC || TTC || TRN || TID)`.
    #[must_use]
    pub fn locking_source(dpk: &Key, scheme: Scheme, random: &Randoms) -> Self {
        let Randoms { icc, ctc, ttc, trn, tid } = *random;
        if let Some(wide) = dpk.wide() {
            let input = offline_input(icc, ctc, ttc, trn, tid);
            return Self(MacKey::Cmac(wide, wide.cmac(dpk.expose(), &input)));
        }
        let sespk = derive(dpk, icc, ctc, ttc.low());
        match scheme {
            Scheme::Seed => Self::new(sespk),
            Scheme::Field => Self::new(mac8(&sespk, &trn.0)),
        }
    }

    /// SESPK of the purchase: without a scheme, and TRN zero.
    #[must_use]
    pub fn offline(dpk: &Key, icc: Icc, ctc: u16, ttc: Ttc, tid: Tid) -> Self {
        let random = Randoms { icc, ctc, ttc, trn: Trn([0; 4]), tid };
        Self::locking_source(dpk, Scheme::Seed, &random)
    }

    /// `3DES(card key, ICC || OTC || 8000)`; in the wider suites `CMAC(card key, label || 00 || ICC || OTC || TID)`.
    #[must_use]
    pub fn online(session: Online, card_key: &Key, icc: Icc, otc: u16, tid: Tid) -> Self {
        if let Some(wide) = card_key.wide() {
            let input = online_input(session, icc, otc, tid);
            return Self(MacKey::Cmac(wide, wide.cmac(card_key.expose(), &input)));
        }
        Self::new(derive(card_key, icc, otc, [0x80, 0x00]))
    }
}

/// The on-line sessions, each under the card key of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Online {
    /// SESLK, under DLK.
    Load,
    /// SESUNK, under DUNK.
    Unload,
    /// SESULK, under DULK.
    Unlock,
    /// SESODK, under DODK.
    Overdraft,
}

impl Online {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Load => b"SESLK",
            Self::Unload => b"SESUNK",
            Self::Unlock => b"SESULK",
            Self::Overdraft => b"SESODK",
        }
    }
}

/// `SESPK || 00 || ICC || CTC || TTC || TRN || TID`, suites 10 and 20.
#[must_use]
pub fn offline_input(icc: Icc, ctc: u16, ttc: Ttc, trn: Trn, tid: Tid) -> Buf<26> {
    Buf::new()
        .with(b"SESPK\0")
        .with(&icc.0)
        .with(&ctc.to_be_bytes())
        .with(&ttc.to_bytes())
        .with(&trn.0)
        .with(&tid.0)
}

/// `label || 00 || ICC || OTC || TID`, suites 10 and 20.
#[must_use]
pub fn online_input(session: Online, icc: Icc, otc: u16, tid: Tid) -> Buf<19> {
    Buf::new().with(session.label()).with(&[0]).with(&icc.0).with(&otc.to_be_bytes()).with(&tid.0)
}

fn derive(key: &Key, icc: Icc, sequence: u16, tail: [u8; 2]) -> [u8; 8] {
    let input = Buf::<8>::new().with(&icc.0).with(&sequence.to_be_bytes()).with(&tail);
    let mut block = [0; 8];
    block.copy_from_slice(&input);
    key.encrypt(block)
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
    /// The PSAM's number; suite 00 uses its low half.
    pub ttc: Ttc,
    /// The PSAM's random number; not in suite 00 with the *seed* scheme.
    pub trn: Trn,
    /// The terminal; not in suite 00.
    pub tid: Tid,
}
