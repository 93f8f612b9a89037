//! Accounts as text: how a database and the interface name them.

use std::fmt;
use std::str::FromStr;

use wire::{Asn, Purse};

use crate::books::StationId;
use crate::ledger::Account;

const ISSUED: &str = "issued";
const WRITE_OFF: &str = "write_off";
const FLOAT: &str = "float";
const RESERVED: &str = "reserved";
const PAYABLE: &str = "station_payable";
const CLAIMS: &str = "station_claims";
const IN_FLIGHT: &str = "in_flight";
const PREPAID: &str = "prepaid";
const CARDHOLDER: &str = "cardholder_claims";

/// `issued`, `write_off`, `float/ASN/ed`, `reserved/ASN/ep`, `in_flight/ASN/ed`, `cardholder_claims/ASN`, `station_payable/NAME`,
/// `station_claims/NAME`, `prepaid/NAME`. A station's name comes last, so it may hold any character.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issued => f.write_str(ISSUED),
            Self::WriteOff => f.write_str(WRITE_OFF),
            Self::Float(asn, purse) => write!(f, "{FLOAT}/{asn}/{}", purse_name(*purse)),
            Self::Reserved(asn, purse) => write!(f, "{RESERVED}/{asn}/{}", purse_name(*purse)),
            Self::InFlight(asn, purse) => write!(f, "{IN_FLIGHT}/{asn}/{}", purse_name(*purse)),
            Self::CardholderClaims(asn) => write!(f, "{CARDHOLDER}/{asn}"),
            Self::StationPayable(station) => write!(f, "{PAYABLE}/{station}"),
            Self::Prepaid(name) => write!(f, "{PREPAID}/{name}"),
            Self::StationClaims(station) => write!(f, "{CLAIMS}/{station}"),
        }
    }
}

/// The text is no account's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no account has this name: want issued, write_off, or KIND/WHOSE as the ledger lists them")]
pub struct AccountNameError;

impl FromStr for Account {
    type Err = AccountNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, whose) = text.split_once('/').unwrap_or((text, ""));
        let station = || StationId(whose.to_owned());
        Ok(match kind {
            ISSUED if whose.is_empty() => Self::Issued,
            WRITE_OFF if whose.is_empty() => Self::WriteOff,
            FLOAT => purse_of(whose).map(|(asn, purse)| Self::Float(asn, purse))?,
            RESERVED => purse_of(whose).map(|(asn, purse)| Self::Reserved(asn, purse))?,
            IN_FLIGHT => purse_of(whose).map(|(asn, purse)| Self::InFlight(asn, purse))?,
            CARDHOLDER => Self::CardholderClaims(whose.parse().map_err(|_| AccountNameError)?),
            PREPAID => Self::Prepaid(whose.parse().map_err(|_| AccountNameError)?),
            PAYABLE => Self::StationPayable(station()),
            CLAIMS => Self::StationClaims(station()),
            _ => return Err(AccountNameError),
        })
    }
}

const fn purse_name(purse: Purse) -> &'static str {
    match purse {
        Purse::Ed => "ed",
        Purse::Ep => "ep",
    }
}

fn purse_of(whose: &str) -> Result<(Asn, Purse), AccountNameError> {
    let (asn, purse) = whose.split_once('/').ok_or(AccountNameError)?;
    let asn = asn.parse().map_err(|_| AccountNameError)?;
    let purse = Purse::ALL.into_iter().find(|known| purse_name(*known) == purse);
    purse.map(|purse| (asn, purse)).ok_or(AccountNameError)
}
