//! Identifiers and codes of fixed length (protocol §2), and the lock id (protocol §9).

use core::fmt;
use core::str::FromStr;

use crate::tag::Purse;

/// A hex string that is not the identifier it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HexError {
    /// How many hex digits were wanted.
    pub digits: usize,
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "want exactly {} hex digits (0-9, a-f)", self.digits)
    }
}

impl core::error::Error for HexError {}

/// The hex digit of a nibble.
const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

macro_rules! byte_string {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // In one go: rows and documents are full of these.
                let mut text = [0; 2 * $len];
                for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
                    pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0F)]);
                }
                f.write_str(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| HexError { digits: 2 * $len })?;
                Ok(Self(bytes))
            }
        }
    };
}

byte_string! {
    /// Application sequence number of the card: 16 BCD digits, the dispersing input.
    Asn, 8
}
byte_string! {
    /// Terminal id, from the PSAM.
    Tid, 6
}
byte_string! {
    /// Pseudo-random number made by the card for one transaction (claim 6).
    Icc, 4
}
byte_string! {
    /// Random number made by the PSAM. `TRN[0]` is `80` or more, so that it is never an amount.
    Trn, 4
}
byte_string! {
    /// An authentication code on the wire: MAC1, MAC2, MAC3, GTAC, GMAC, TAC, SAM TAC.
    ///
    /// `==` is for tests and stored data; codes that decide are compared in constant time
    /// by the `crypto` crate.
    Mac, 4
}

impl Asn {
    /// True when all sixteen digits are decimal.
    #[must_use]
    pub fn is_bcd(&self) -> bool {
        self.0.iter().all(|byte| byte >> 4 <= 9 && byte & 0x0F <= 9)
    }

    /// True when the complement is a number too (all digits 6–9): the centre issues none
    /// such, since both cards would share one TAC key (protocol §2).
    #[must_use]
    pub fn complement_is_bcd(&self) -> bool {
        Self(self.0.map(|byte| !byte)).is_bcd()
    }
}

/// Terminal transaction sequence number, from the PSAM, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Ttc(pub u32);

impl Ttc {
    /// Four big-endian bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// From four big-endian bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }

    /// The low half, which goes into the session key (claim 7).
    #[must_use]
    pub const fn low(self) -> [u8; 2] {
        let [_, _, a, b] = self.to_bytes();
        [a, b]
    }
}

impl fmt::Display for Ttc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What names a lock for ever (protocol §9): kept whole, looked up by (TID, TTC), and
/// the rest must then agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LockId {
    /// The card.
    pub asn: Asn,
    /// The purse that was locked.
    pub purse: Purse,
    /// CTC n of the lock; the debit that ends it carries n + 1.
    pub ctc: u16,
    /// The terminal whose PSAM made the lock.
    pub tid: Tid,
    /// That PSAM's number for it.
    pub ttc: Ttc,
}

impl fmt::Display for LockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}/{}", self.asn, self.purse, self.ctc, self.tid, self.ttc)
    }
}
