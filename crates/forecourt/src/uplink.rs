//! What nozzles ask of whoever talks with the centre and with neighbours.

use api::site::{Line, ListStanding, Neighbour, Warning};
use station::{LinkDown, OpenTransfer, Sought, TransferAnswer, UnlockAnswer};
use terminal::online::Asked;
use terminal::transfer::TransferAsked;
use wire::{Asn, ClaimedRecord, LockId, Mac, Stamp};

/// Where a grey record was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// On the list of the centre.
    List,
    /// At a neighbour, who was asked just now.
    Neighbour,
    /// On a paper that was shown here and believed.
    Paper,
}

/// How the line and the lists stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The line to the centre.
    pub centre: Line,
    /// The neighbours.
    pub neighbours: Vec<Neighbour>,
    /// Cards that get no new lock.
    pub blacklist: ListStanding,
    /// Grey records of other stations.
    pub grey_list: ListStanding,
}

/// What became of reports that somebody waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flushed {
    /// The centre has them all durably.
    All,
    /// It has answered to all, and some it does not take yet: to it they are unheard, as protocol §9 has it.
    Some,
    /// It was not reached in time.
    Not,
}

/// How the station's clock stands to the centre's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockOffset {
    /// Seconds that it is ahead.
    pub ahead: i64,
    /// Seconds by which that may be wrong: half the time from question to answer, and what whole seconds leave out.
    pub within: u64,
}

/// The line to the centre and the lists, shared by all nozzles. Everything but the calls that say so answers from
/// memory, at once.
pub trait Uplink: Send + Sync {
    /// There is something new to report: reports go up by themselves, in their own time.
    fn nudge(&self);

    /// Waits until the centre has answered all that was to be reported when this was called, at most two seconds.
    fn flush(&self) -> Flushed;

    /// Whether a card gets no new lock.
    fn is_blacklisted(&self, asn: Asn) -> bool;

    /// A grey record that fits: from the list, else from the centre while it is up, else from a paper that was shown here,
    /// else from neighbours; those who are asked may take a second.
    fn grey_record(&self, sought: &Sought<'_>) -> Option<(ClaimedRecord, Found)>;

    /// Whether the list here has a record of this lock; nobody is asked.
    fn is_listed(&self, lock: &LockId) -> bool;

    /// Asks the centre for an on-line unlock, and waits for it.
    ///
    /// # Errors
    /// It is out of reach.
    fn unlock(&self, asked: &Asked) -> Result<UnlockAnswer, LinkDown>;

    /// Asks the centre for a load or an unload, and waits for it.
    ///
    /// # Errors
    /// It is out of reach.
    fn transfer(&self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown>;

    /// The loads and unloads of a card that are open at the centre. While the line is down this fails at once.
    ///
    /// # Errors
    /// It is out of reach.
    fn open_transfers(&self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown>;

    /// Brings the card's TAC of a load or unload.
    ///
    /// # Errors
    /// It is out of reach.
    fn prove_transfer(&self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown>;

    /// How line and lists stand.
    fn standing(&self) -> Standing;

    /// How a clock of the station that shows this now stands to the centre's; nothing where the centre did not say its
    /// time of late. New locks and the retention go by it.
    fn clock_offset(&self, now: Stamp) -> Option<ClockOffset>;

    /// The station's clock is not what the centre said last. One of the two may have been set since: whoever keeps the line
    /// asks for the centre's time anew, soon and not more often than does good.
    fn ask_time(&self);

    /// What an operator should look at: `report_refused`, and whatever else only the line knows. The station itself
    /// tells `centre_away` and `list_stale` by the standing.
    fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }
}

/// A station alone.
#[derive(Clone, Copy, Debug)]
pub struct NoUplink;

impl Uplink for NoUplink {
    fn nudge(&self) {}

    fn flush(&self) -> Flushed {
        Flushed::Not
    }

    fn is_blacklisted(&self, _: Asn) -> bool {
        false
    }

    fn grey_record(&self, _: &Sought<'_>) -> Option<(ClaimedRecord, Found)> {
        None
    }

    fn unlock(&self, _: &Asked) -> Result<UnlockAnswer, LinkDown> {
        Err(LinkDown)
    }

    fn transfer(&self, _: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        Err(LinkDown)
    }

    fn open_transfers(&self, _: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        Err(LinkDown)
    }

    fn prove_transfer(&self, _: Asn, _: OpenTransfer, _: Mac) -> Result<bool, LinkDown> {
        Err(LinkDown)
    }

    fn is_listed(&self, _: &LockId) -> bool {
        false
    }

    fn clock_offset(&self, _: Stamp) -> Option<ClockOffset> {
        None
    }

    fn ask_time(&self) {}

    fn standing(&self) -> Standing {
        let none = ListStanding { version: 0, digest: "0".repeat(64), rows: 0, seconds: None };
        Standing {
            centre: Line { state: "none".to_owned(), reason: None, seconds: 0, queue: 0 },
            neighbours: Vec::new(),
            blacklist: none.clone(),
            grey_list: none,
        }
    }
}
