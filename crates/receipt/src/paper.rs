//! A grey record on paper.
//!
//! The text of the code is `GL1:` and, in base 45, which a QR code holds best:
//!
//! | bytes | hold |
//! |---|---|
//! | 1 | layout version, 1 |
//! | 2 | length of the record, big-endian |
//! | … | the claimed record (docs/formats.md) |
//! | 2 | length of the certificate |
//! | … | the station's certificate, DER |
//! | … | its signature over `greylock receipt 1`, a zero byte, and the record |

use std::time::Duration;

use pki::{CertificateDer, Identity, Peer, PkiError, Trust, UnixTime};
use wire::record::{decode, encode};
use wire::{ClaimedRecord, Stamp};

const START: &str = "GL1:";
const LAYOUT: u8 = 1;
const PURPOSE: &[u8] = b"greylock receipt 1\0";

/// Why a paper is of no use.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaperError {
    /// It is no grey record's.
    #[error("this code is no grey record: it begins with `GL1:` and is read whole")]
    NoRecord,
    /// It was made by a newer program.
    #[error("this record has layout {0}, and layout 1 is known here: update greylock")]
    Layout(u8),
    /// Its station is not believed.
    #[error("{0}")]
    NotBelieved(#[from] PkiError),
    /// Somebody signed it who is no station.
    #[error("no station signed this record")]
    NoStation,
}

/// What a code says; nobody has checked it yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paper {
    record: Vec<u8>,
    certificate: CertificateDer<'static>,
    signature: Vec<u8>,
}

/// A record that a station signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// The record.
    pub record: ClaimedRecord,
    /// The station.
    pub station: String,
}

impl Paper {
    /// Signs a record of this station.
    ///
    /// # Errors
    /// The key signs nothing, or is nobody's.
    pub fn sign(record: &ClaimedRecord, identity: &Identity) -> Result<Self, PaperError> {
        let record = encode(record).as_slice().to_vec();
        let signature = pki::sign(identity, &message(&record))?;
        let certificate = identity.certificates().first().ok_or(PaperError::NoStation)?.clone();
        Ok(Self { record, certificate, signature })
    }

    /// The text of the code.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = vec![LAYOUT];
        for part in [&self.record[..], &self.certificate] {
            bytes.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(part);
        }
        bytes.extend(&self.signature);
        format!("{START}{}", base45::encode(bytes))
    }

    /// Reads a code's text.
    ///
    /// # Errors
    /// It is no record's.
    pub fn from_text(text: &str) -> Result<Self, PaperError> {
        let text = text.trim().strip_prefix(START).ok_or(PaperError::NoRecord)?;
        let bytes = base45::decode(text).map_err(|_| PaperError::NoRecord)?;
        let (layout, rest) = bytes.split_first().ok_or(PaperError::NoRecord)?;
        if *layout != LAYOUT {
            return Err(PaperError::Layout(*layout));
        }
        let (record, rest) = part(rest).ok_or(PaperError::NoRecord)?;
        let (certificate, signature) = part(rest).ok_or(PaperError::NoRecord)?;
        let certificate = CertificateDer::from(certificate.to_vec());
        Ok(Self { record: record.to_vec(), certificate, signature: signature.to_vec() })
    }

    /// Checks who signed it. The certificate must have been valid when the service ended.
    ///
    /// # Errors
    /// No station of this authority signed it, or the authority took its certificate back.
    pub fn check(&self, trust: &Trust) -> Result<Signed, PaperError> {
        let record: ClaimedRecord = decode(&self.record).ok_or(PaperError::NoRecord)?;
        let at = unix(record.delivery.at).ok_or(PaperError::NoRecord)?;
        let who =
            pki::verify(trust, &self.certificate, &message(&self.record), &self.signature, at)?;
        match who {
            Peer::Station(name) => Ok(Signed { record, station: name.to_string() }),
            Peer::Operator(_) | Peer::Nobody => Err(PaperError::NoStation),
        }
    }
}

fn message(record: &[u8]) -> Vec<u8> {
    [PURPOSE, record].concat()
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// A station's local time with its offset, as the time of the world.
fn unix(at: Stamp) -> Option<UnixTime> {
    let (date, time) = (at.date.to_string(), at.time.to_string());
    let written = format!("{date}T{time}");
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", written).ok()?;
    let offset = jiff::tz::Offset::from_seconds(i32::from(at.utc_offset_minutes) * 60).ok()?;
    let seconds = offset.to_timestamp(civil).ok()?.as_second();
    Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().ok()?)))
}
