//! The way to the centre, as the station sees it: it may be down at any moment.

use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided, Way};
use wire::{Asn, ClaimedRecord, LockId, Mac, Purse, Report};

/// The centre cannot be reached now; the journal keeps what was to be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkDown;

/// What the centre made of a batch of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It has them all durably: the station need not say them again.
    All,
    /// Some of them must come again, when the centre knows more.
    Some,
}

/// What the centre answers to an unlock request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnlockAnswer {
    /// It decided: the card obeys MAC2.
    Decided(Decided),
    /// It does not decide by itself, or refuses; the reason in words.
    Wait(String),
}

/// What the centre answers to a load or unload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransferAnswer {
    /// It decided: the card obeys MAC2.
    Decided(TransferDecided),
    /// It refuses; the reason in words.
    Refused(String),
}

/// A load or unload that the centre decided and whose card has not proved it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenTransfer {
    /// Which way.
    pub way: Way,
    /// The purse.
    pub purse: Purse,
    /// The OTC that it uses.
    pub otc: u16,
}

/// Which grey record is looked for.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// The lock that the card shows.
    pub lock: &'a LockId,
    /// Whether a record may be tried: it agrees with what the card shows, and was not refused. One that may not hides
    /// no other.
    pub fits: &'a dyn Fn(&ClaimedRecord) -> bool,
    /// Also on papers and at neighbours: false once a card refused a record of this lock here.
    pub anywhere: bool,
}

/// The link to the centre.
pub trait Link {
    /// Sends reports, any number of times.
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown>;

    /// The grey record of the centre's list for a lock.
    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown>;

    /// The first grey record that fits, wherever this station may look: on the centre's list where the line knows nothing else.
    fn find_record(&mut self, sought: &Sought<'_>) -> Result<Option<ClaimedRecord>, LinkDown> {
        Ok(self.grey_record(sought.lock)?.filter(sought.fits))
    }

    /// Asks for an on-line unlock (claim 2).
    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown>;

    /// Asks for a load or unload; the same session gets the same answer. A line over which none
    /// can be asked is as good as cut, here and below.
    fn transfer(&mut self, _asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        Err(LinkDown)
    }

    /// The loads and unloads of a card that are open at the centre.
    fn open_transfers(&mut self, _asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        Err(LinkDown)
    }

    /// Brings the card's TAC of a load or unload; `false` when the centre does not take it.
    fn prove_transfer(
        &mut self,
        _asn: Asn,
        _open: OpenTransfer,
        _tac: Mac,
    ) -> Result<bool, LinkDown> {
        Err(LinkDown)
    }
}

/// A station without a link.
#[derive(Clone, Copy, Debug)]
pub struct NoLink;

impl Link for NoLink {
    fn report(&mut self, _: &[Report]) -> Result<Taken, LinkDown> {
        Err(LinkDown)
    }

    fn grey_record(&mut self, _: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        Err(LinkDown)
    }

    fn unlock(&mut self, _: &Asked) -> Result<UnlockAnswer, LinkDown> {
        Err(LinkDown)
    }
}
