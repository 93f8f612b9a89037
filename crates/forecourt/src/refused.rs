//! Why a station does not begin what it is asked for.

use terminal::{Failure, Refusal};

/// What was asked for was not begun: nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such nozzle.
    #[error("this station has no nozzle {0}")]
    NoSuchNozzle(u8),
    /// There was no such visit, or it is too long ago.
    #[error("nozzle {nozzle} knows no visit {visit}: the last ones are kept")]
    NoSuchVisit {
        /// The nozzle.
        nozzle: u8,
        /// The visit.
        visit: u64,
    },
    /// The visit has not ended yet.
    #[error("this visit runs: its outcome comes as an event")]
    VisitRuns,
    /// No card is in the reader.
    #[error("no card is in: put one in first")]
    NoCard,
    /// Something runs at this nozzle.
    #[error("the nozzle is busy: wait until its visit has ended")]
    NozzleBusy,
    /// Nothing runs that could be stopped.
    #[error("nothing runs at this nozzle")]
    NothingRuns,
    /// Reader, PSAM or dispenser are silent.
    #[error("the nozzle is out of order: {0}")]
    OutOfOrder(String),
    /// The station ends.
    #[error("the station is closing")]
    Closing,
    /// What was asked for is no request.
    #[error("{0}")]
    Malformed(String),
    /// Of prices and limits: those in force are newer.
    #[error(
        "parameters of version {given} are not newer than version {known}, which is known here"
    )]
    OldParameters {
        /// That came.
        given: u64,
        /// That is in force or waits.
        known: u64,
    },
    /// The logbook could not keep it.
    #[error("the logbook could not keep it: {0}")]
    NotKept(String),
}

impl Refused {
    /// A name that stays.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoSuchNozzle(_) => "no_such_nozzle",
            Self::NoSuchVisit { .. } => "no_such_visit",
            Self::VisitRuns => "visit_runs",
            Self::NoCard => "no_card",
            Self::NozzleBusy => "nozzle_busy",
            Self::NothingRuns => "nothing_runs",
            Self::OutOfOrder(_) => "out_of_order",
            Self::Closing => "closing",
            Self::Malformed(_) => "malformed",
            Self::OldParameters { .. } => "old_parameters",
            Self::NotKept(_) => "not_kept",
        }
    }
}

/// Why a station makes no new lock on a card, beyond what the terminal itself refuses: nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoLock {
    /// A limit leaves nothing.
    #[error("nothing is left of the limit {0}")]
    AboveLimit(&'static str),
    /// The product has no price here.
    #[error("this product is not sold now")]
    NotSold,
    /// The card may not have this product.
    #[error("this card may not have this product")]
    ProductNotAllowed,
    /// The card is bound to vehicles.
    #[error("this card is for certain vehicles: give the plate")]
    VehicleNeeded,
    /// The vehicle is not of this card, or does not take the product.
    #[error("this vehicle does not go with this card and product")]
    VehicleNotAllowed,
    /// The clock shows a time before the newest entry of the journal.
    #[error("the clock of the station runs behind its journal: set it")]
    ClockBehind,
    /// The clock shows another date than the centre's.
    #[error("the clock of the station shows another date than the centre's: set it")]
    ClockOff,
    /// The disk is nearly full.
    #[error("{0}")]
    DiskLow(String),
    /// The disk failed, and the logbook is not read again yet.
    #[error("the logbook takes nothing now: {0}")]
    LogbookBroken(String),
}

/// The stable name of a refusal of the terminal itself.
#[must_use]
pub const fn name_of(failure: &Failure) -> &'static str {
    match failure {
        Failure::CardLost { .. } => "card_lost",
        Failure::PsamLost { .. } => "psam_silent",
        Failure::CardRefused { .. } => "card_refused",
        Failure::PsamRefused { .. } => "psam_refused",
        Failure::Malformed { .. } => "malformed_answer",
        Failure::DispenserSilent => "dispenser_silent",
        Failure::Journal => "journal_failed",
        Failure::Refused(refusal) => match refusal {
            Refusal::Expired => "card_expired",
            Refusal::Blacklisted => "card_blacklisted",
            Refusal::OtherIssuer => "other_issuer",
            Refusal::ApplicationLocked => "application_locked",
            Refusal::AmountAboveBalance => "above_balance",
            Refusal::NoRecord => "no_record",
            Refusal::RecordRefused => "record_refused",
            Refusal::RecordDisagrees => "record_disagrees",
            Refusal::UnexpectedState => "unexpected_state",
            Refusal::PsamForgot => "psam_forgot",
            Refusal::TtcRepeated => "ttc_repeated",
            Refusal::NoPrice => "not_sold",
        },
    }
}

impl NoLock {
    /// A name that stays.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AboveLimit(_) => "above_limit",
            Self::NotSold => "not_sold",
            Self::ProductNotAllowed => "product_not_allowed",
            Self::VehicleNeeded => "vehicle_needed",
            Self::VehicleNotAllowed => "vehicle_not_allowed",
            Self::ClockBehind => "clock_behind",
            Self::ClockOff => "clock_off",
            Self::DiskLow(_) => "disk_low",
            Self::LogbookBroken(_) => "logbook_broken",
        }
    }
}
