//! What can go wrong at a terminal: whose fault, which thing, what next.

use core::fmt;

use wire::StatusWord;

use crate::journal::JournalFailed;
use crate::transport::{Lost, NoReading};

/// Why a transaction did not go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The card is gone, or its answer is.
    CardLost {
        /// The command that got no answer.
        during: &'static str,
        /// Whether it can have been executed.
        lost: Lost,
    },
    /// The PSAM is gone, or its answer is.
    PsamLost {
        /// The command that got no answer.
        during: &'static str,
    },
    /// The card said no.
    CardRefused {
        /// The command.
        command: &'static str,
        /// Its answer.
        status: StatusWord,
    },
    /// The PSAM said no.
    PsamRefused {
        /// The command.
        command: &'static str,
        /// Its answer.
        status: StatusWord,
    },
    /// The answer is not what a card or PSAM of this protocol gives.
    Malformed {
        /// The command.
        command: &'static str,
    },
    /// The dispenser gives no reading: what flowed is told by its totalizer once it answers again.
    DispenserSilent,
    /// An entry could not be made durable, so the act that needed it did not happen.
    Journal,
    /// The terminal itself says no.
    Refused(Refusal),
}

/// Why the terminal itself refuses: nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The card is past its last day, or before its first.
    Expired,
    /// The card is on the blacklist.
    Blacklisted,
    /// The card is of an issuer that this terminal does not serve.
    OtherIssuer,
    /// The application is locked: only the centre unblocks it.
    ApplicationLocked,
    /// More was asked for than the card can spend.
    AmountAboveBalance,
    /// The card is grey and no record here agrees with it.
    NoRecord,
    /// This record was refused by the card before and is never tried again here.
    RecordRefused,
    /// The record does not agree with what the card shows.
    RecordDisagrees,
    /// The card shows a record of another lock than expected, or none.
    UnexpectedState,
    /// The PSAM holds no lock for this delivery: its GMAC cannot be had any more.
    PsamForgot,
    /// The PSAM drew a number that the journal knows already: it was restored from a copy.
    TtcRepeated,
    /// The product has no price.
    NoPrice,
}

impl From<NoReading> for Failure {
    fn from(_: NoReading) -> Self {
        Self::DispenserSilent
    }
}

impl From<JournalFailed> for Failure {
    fn from(_: JournalFailed) -> Self {
        Self::Journal
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CardLost { during, .. } => write!(f, "card lost during {during}"),
            Self::PsamLost { during } => write!(f, "PSAM lost during {during}"),
            Self::CardRefused { command, status } => {
                write!(f, "card refused {command}: {status} {}", status.words())
            }
            Self::PsamRefused { command, status } => {
                write!(f, "PSAM refused {command}: {status} {}", status.words())
            }
            Self::Malformed { command } => {
                write!(f, "the answer to {command} is none of this protocol")
            }
            Self::DispenserSilent => f.write_str("the dispenser gives no reading"),
            Self::Journal => f.write_str("the journal could not be written"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for Failure {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "the card is expired or not valid yet",
            Self::Blacklisted => "the card is on the blacklist",
            Self::OtherIssuer => "the card is of another issuer",
            Self::ApplicationLocked => "the application on the card is locked",
            Self::AmountAboveBalance => "the amount is above what the card can spend",
            Self::NoRecord => "the card is grey and no record here fits it",
            Self::RecordRefused => "the card refused this record before; it needs the centre",
            Self::RecordDisagrees => "the record does not agree with what the card shows",
            Self::UnexpectedState => "the card is not in the state that it should be in",
            Self::PsamForgot => "the PSAM gives no GMAC for this delivery",
            Self::TtcRepeated => {
                "the PSAM drew a number that the journal knows: take it out of use"
            }
            Self::NoPrice => "the product has no price",
        })
    }
}

impl core::error::Error for Refusal {}
