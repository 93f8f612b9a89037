//! What names a key and the way it was dispersed (protocol §4).

use crate::buf::{Buf, Reader};

/// Version and algorithm identifier of a key, as INITIALIZE answers them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct KeyRef {
    /// Key version.
    pub version: u8,
    /// Algorithm identifier: the suite; 00 is 3DES.
    pub algorithm: u8,
}

/// Algorithm identifier of the 3DES suite.
pub const SUITE_3DES: u8 = 0x00;

/// What a key's algorithm identifier names: the cipher, and how keys and codes are made with it (protocol §4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Suite {
    /// 00: two-key triple DES and DES-MAC, the default.
    #[default]
    TripleDes,
    /// 10: AES-128 and CMAC.
    Aes,
    /// 20: SM4 and CMAC.
    Sm4,
}

impl Suite {
    /// Every suite, by its identifier.
    pub const ALL: [Self; 3] = [Self::TripleDes, Self::Aes, Self::Sm4];

    /// The algorithm identifier.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::TripleDes => SUITE_3DES,
            Self::Aes => 0x10,
            Self::Sm4 => 0x20,
        }
    }

    /// The suite of an algorithm identifier.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.byte() == byte)
    }

    /// Whether its keys have a scheme to choose. The codes of the wider suites are those of the seed scheme.
    #[must_use]
    pub const fn has(self, scheme: Scheme) -> bool {
        matches!((self, scheme), (Self::TripleDes, _) | (_, Scheme::Seed))
    }
}

/// How the grey lock's session key and codes are made: an attribute of the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Scheme {
    /// TTC in every code, GMAC over the whole debit: the default.
    #[default]
    Seed,
    /// What deployed fuel-card systems do: TRN in the session key, GMAC over the amount only.
    Field,
}

impl Scheme {
    /// 00 seed, 01 field.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Seed => 0,
            Self::Field => 1,
        }
    }

    /// The scheme of a byte.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Seed),
            1 => Some(Self::Field),
            _ => None,
        }
    }
}

/// Dispersing inputs beyond the ASN, innermost first: the last one is applied first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Dispersing {
    inputs: [[u8; 8]; Self::MOST],
    count: u8,
}

impl Dispersing {
    /// The most levels beyond the ASN.
    pub const MOST: usize = 3;
    /// Bytes of [`Dispersing::to_bytes`].
    pub const LEN: usize = 1 + 8 * Self::MOST;

    /// The ASN alone.
    pub const NONE: Self = Self { inputs: [[0; 8]; Self::MOST], count: 0 };

    /// `None` for more than [`Dispersing::MOST`] inputs.
    #[must_use]
    pub fn new(given: &[[u8; 8]]) -> Option<Self> {
        let mut inputs = [[0; 8]; Self::MOST];
        inputs.get_mut(..given.len())?.copy_from_slice(given);
        Some(Self { inputs, count: u8::try_from(given.len()).ok()? })
    }

    /// From a command's tail: a whole number of 8-byte inputs.
    #[must_use]
    pub fn from_tail(tail: &[u8]) -> Option<Self> {
        let (inputs, rest) = tail.as_chunks::<8>();
        if rest.is_empty() { Self::new(inputs) } else { None }
    }

    /// The inputs, innermost first.
    #[must_use]
    pub fn inputs(&self) -> &[[u8; 8]] {
        self.inputs.get(..usize::from(self.count)).unwrap_or(&[])
    }

    /// Count 1, inputs 24 (unused ones zero).
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[0] = self.count;
        out[1..].copy_from_slice(self.inputs.as_flattened());
        out
    }

    /// Reads [`Dispersing::to_bytes`]; unused inputs must be zero.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let count = reader.u8()?;
        let inputs = [reader.take()?, reader.take()?, reader.take()?];
        let unused = inputs.get(usize::from(count)..)?;
        unused.iter().all(|input| *input == [0; 8]).then_some(Self { inputs, count })
    }

    /// Appends the inputs as a command carries them.
    pub fn push_to<const N: usize>(&self, buf: &mut Buf<N>) {
        for input in self.inputs() {
            buf.push(input);
        }
    }
}
