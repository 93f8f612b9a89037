//! The header: what an image is, before anything in it is believed.

use crate::bytes::{CRC_LEN, crc64, field, u32_at, u64_at};
use crate::{Nvm, NvmError, OpenError, image_len};

/// Length of the header in bytes.
pub const HEADER_LEN: usize = 32;

const MAGIC: [u8; 8] = *b"GREYLOCK";
const CHECKED: usize = HEADER_LEN - CRC_LEN;

/// What an image is the memory of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A purse card.
    Card = 1,
    /// A purchase secure access module.
    Psam = 2,
    /// A station's journal, a [`Log`](crate::Log).
    Journal = 3,
    /// The centre's books, a [`Log`](crate::Log).
    Books = 4,
    /// The memory of a pump: its totalizer.
    Pump = 5,
    /// A chip before its personalisation.
    Blank = 6,
}

impl Kind {
    /// The kind of this code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Card),
            2 => Some(Self::Psam),
            3 => Some(Self::Journal),
            4 => Some(Self::Books),
            5 => Some(Self::Pump),
            6 => Some(Self::Blank),
            _ => None,
        }
    }

    /// The code in the header.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Whether an image of this kind ends with its second slot; the others go on with frames.
    #[must_use]
    pub const fn has_fixed_length(self) -> bool {
        matches!(self, Self::Card | Self::Psam | Self::Pump | Self::Blank)
    }

    /// The kind in a sentence: "a card", "a journal".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "a card",
            Self::Psam => "a PSAM",
            Self::Journal => "a journal",
            Self::Books => "a centre's books",
            Self::Pump => "a pump",
            Self::Blank => "a blank chip",
        }
    }
}

/// What the caller expects an image to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// What it is the memory of.
    pub kind: Kind,
    /// Format version of the fixed section and the payload; the caller's own number.
    pub version: u8,
    /// Length of the fixed section in bytes.
    pub fixed_len: usize,
}

/// What a header says.
///
/// Layout: magic 8 ‖ kind 1 ‖ version 1 ‖ fixed length 4 ‖ slot size 4 ‖ zeros 6 ‖ CRC-64 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Code of the [`Kind`]; a later release may know more of them.
    pub kind: u8,
    /// Format version.
    pub version: u8,
    /// Length of the fixed section in bytes.
    pub fixed_len: u32,
    /// Size of a slot in bytes.
    pub slot_len: u32,
}

impl Header {
    pub(crate) fn new(spec: Spec, slot_len: usize) -> Result<Self, NvmError> {
        Ok(Self {
            kind: spec.kind.code(),
            version: spec.version,
            fixed_len: u32::try_from(spec.fixed_len).map_err(|_| NvmError::OutOfRange)?,
            slot_len: u32::try_from(slot_len).map_err(|_| NvmError::OutOfRange)?,
        })
    }

    pub(crate) fn encode(self) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        out[..8].copy_from_slice(&MAGIC);
        out[8] = self.kind;
        out[9] = self.version;
        out[10..14].copy_from_slice(&self.fixed_len.to_be_bytes());
        out[14..18].copy_from_slice(&self.slot_len.to_be_bytes());
        let crc = crc64(&[&out[..CHECKED]]);
        out[CHECKED..].copy_from_slice(&crc.to_be_bytes());
        out
    }

    fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, OpenError> {
        if field::<0, 8, HEADER_LEN>(bytes) != MAGIC {
            return Err(OpenError::NotAnImage);
        }
        let right_crc = u64_at::<CHECKED, HEADER_LEN>(bytes) == crc64(&[&bytes[..CHECKED]]);
        if !right_crc || field::<18, 6, HEADER_LEN>(bytes) != [0; 6] {
            return Err(OpenError::HeaderDamaged);
        }
        Ok(Self {
            kind: bytes[8],
            version: bytes[9],
            fixed_len: u32_at::<10, HEADER_LEN>(bytes),
            slot_len: u32_at::<14, HEADER_LEN>(bytes),
        })
    }

    /// Compares with what the caller expects, and the medium's length with what the header promises.
    pub(crate) fn check(
        self,
        spec: Spec,
        slot_len: usize,
        medium_len: usize,
    ) -> Result<(), OpenError> {
        let known = Self::new(spec, slot_len)?;
        if self.kind != known.kind {
            return Err(OpenError::WrongKind { expected: spec.kind, found: self.kind });
        }
        if self.version > known.version {
            return Err(OpenError::NewerVersion { known: known.version, found: self.version });
        }
        if self.version < known.version {
            return Err(OpenError::OlderVersion { known: known.version, found: self.version });
        }
        if self != known {
            return Err(OpenError::WrongLayout { expected: known, found: self });
        }
        let expected = image_len(spec.fixed_len, slot_len);
        let fits = if spec.kind.has_fixed_length() {
            medium_len == expected
        } else {
            medium_len >= expected
        };
        if fits {
            Ok(())
        } else {
            Err(OpenError::WrongLength { expected: expected as u64, found: medium_len as u64 })
        }
    }
}

/// Reads only the header: which kind of image, of which version, this medium holds.
///
/// # Errors
/// [`OpenError::NotAnImage`], [`OpenError::HeaderDamaged`], or what the medium reports.
pub fn identify<N: Nvm>(nvm: &mut N) -> Result<Header, OpenError> {
    if nvm.len() < HEADER_LEN {
        return Err(OpenError::NotAnImage);
    }
    let mut bytes = [0; HEADER_LEN];
    nvm.read(0, &mut bytes)?;
    Header::decode(&bytes)
}
