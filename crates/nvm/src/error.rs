//! Why an image or a log could not be opened.

use core::fmt;

use crate::{Header, Kind, NvmError};

/// What is wrong with an image or a log. Except for [`Nvm`](Self::Nvm), trying again gives the same answer.
///
/// No text advises to put an older copy in its place: a purse or a PSAM that is rolled back spends its money twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenError {
    /// No magic at offset 0: something else, or a format that was cut short.
    NotAnImage,
    /// The header begins with the magic but its CRC does not hold.
    HeaderDamaged,
    /// A right header of another kind.
    WrongKind {
        /// What the caller asked for.
        expected: Kind,
        /// Code of the [`Kind`] found.
        found: u8,
    },
    /// Written by a later release.
    NewerVersion {
        /// The version that the caller knows.
        known: u8,
        /// The version found.
        found: u8,
    },
    /// Written by an earlier release.
    OlderVersion {
        /// The version that the caller knows.
        known: u8,
        /// The version found.
        found: u8,
    },
    /// Right kind and version, but sections of other sizes.
    WrongLayout {
        /// What the caller asked for.
        expected: Header,
        /// What the header says.
        found: Header,
    },
    /// The medium is shorter, or for kinds of fixed length longer, than its content.
    WrongLength {
        /// Length in bytes that the content needs.
        expected: u64,
        /// Length in bytes of the medium.
        found: u64,
    },
    /// The CRC of the fixed section does not hold.
    FixedDamaged,
    /// Neither slot has a right CRC.
    BothCopiesDamaged,
    /// Both slots have a right CRC, and no power failure leaves this pair.
    CopiesDisagree {
        /// Generation of slot 0.
        slot0: u64,
        /// Generation of slot 1: the same with other bytes, or more than one away.
        slot1: u64,
    },
    /// An acknowledged record of a log is damaged, missing, or not the one that was acknowledged.
    RecordDamaged {
        /// Its sequence number, from 1.
        record: u64,
        /// Where its frame begins, in bytes from the start of the medium.
        offset: u64,
    },
    /// The head of a log has a right CRC but cannot belong to these frames.
    HeadMismatch,
    /// The medium itself; trying again may help.
    Nvm(NvmError),
}

impl From<NvmError> for OpenError {
    fn from(error: NvmError) -> Self {
        Self::Nvm(error)
    }
}

impl core::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Nvm(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotAnImage => f.write_str(
                "this is not a Greylock image, or its formatting was cut short (no GREYLOCK at byte 0): check the path, or format it",
            ),
            Self::HeaderDamaged => {
                f.write_str("the header is damaged (bytes 0 to 31, wrong CRC): keep the image for the investigation and replace it")
            }
            Self::WrongKind { expected, found } => wrong_kind(f, expected, found),
            Self::NewerVersion { known, found } => write!(
                f,
                "the image has format version {found} (byte 9) and this program knows up to {known}: use a newer program"
            ),
            Self::OlderVersion { known, found } => write!(
                f,
                "the image has format version {found} (byte 9) and this program expects {known}: migrate the image first"
            ),
            Self::WrongLayout { expected, found } => write!(
                f,
                "the image has a fixed section of {} and slots of {} bytes (bytes 10 to 17) where {} and {} are expected: use the program that made it",
                found.fixed_len, found.slot_len, expected.fixed_len, expected.slot_len
            ),
            Self::WrongLength { expected, found } => write!(
                f,
                "the image is {found} bytes long where its content needs {expected}: it was cut or padded, look for the whole file"
            ),
            Self::FixedDamaged => f.write_str(
                "the fixed section is damaged (from byte 32 on, wrong CRC): keep the image for the investigation and replace it",
            ),
            Self::BothCopiesDamaged => f.write_str(
                "both copies of the content are damaged (slots 0 and 1, wrong CRC): the content is lost, keep the image for the investigation",
            ),
            Self::CopiesDisagree { slot0, slot1 } => write!(
                f,
                "the two copies of the content disagree (slot 0 has generation {slot0}, slot 1 has {slot1}) in a way that no power failure explains: keep the image for the investigation"
            ),
            Self::RecordDamaged { record, offset } => write!(
                f,
                "record {record} is damaged or not the one that was written (frame at byte {offset}): keep the log for the investigation, the records before it are whole"
            ),
            Self::HeadMismatch => f.write_str(
                "the head of the log does not belong to its frames (record count, end or chain): keep the log for the investigation",
            ),
            Self::Nvm(_) => f.write_str("the medium failed while the image was being opened: check it and try again"),
        }
    }
}

fn wrong_kind(f: &mut fmt::Formatter<'_>, expected: Kind, found: u8) -> fmt::Result {
    let expected = expected.name();
    match Kind::from_code(found) {
        Some(kind) => write!(
            f,
            "the image is that of {} (byte 8) where that of {expected} is expected: check the path",
            kind.name()
        ),
        None => write!(
            f,
            "the image has the unknown kind {found} (byte 8) where that of {expected} is expected: check the path, or use a newer program"
        ),
    }
}
