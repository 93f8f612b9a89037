//! One nozzle's way to the centre: the uplink reports by itself, so a visit only nudges it.

use station::visit::How;
use station::{Link, LinkDown, OpenTransfer, Sought, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::Asked;
use terminal::transfer::TransferAsked;
use wire::{Asn, ClaimedRecord, LockId, Mac, Report};

use crate::uplink::{Found, Uplink};

/// The way to the centre for one visit.
pub(crate) struct Line<'a> {
    uplink: &'a dyn Uplink,
    /// Where a grey record came from.
    found: Option<Found>,
    /// The centre decided: its card's answer is to be there before the card forgets it.
    waits: bool,
    /// Loads and unloads may wait for the centre, which they need.
    transfers: bool,
}

impl<'a> Line<'a> {
    pub(crate) fn new(uplink: &'a dyn Uplink) -> Self {
        Self { uplink, found: None, waits: false, transfers: false }
    }

    /// For what cannot be done without the centre.
    pub(crate) fn waiting(uplink: &'a dyn Uplink) -> Self {
        Self { waits: true, transfers: true, ..Self::new(uplink) }
    }

    /// How a card was freed, as documents call it.
    pub(crate) const fn how(&self, how: How) -> &'static str {
        match (how, self.found) {
            (How::Local, Some(Found::Neighbour)) => "neighbour",
            (How::Local, Some(Found::Paper)) => "paper",
            (How::Local, _) => "local",
            (How::Online, _) => "online",
            (How::TacRead, _) => "tac_read",
        }
    }

    fn is_up(&self) -> bool {
        self.uplink.standing().centre.state == "up"
    }
}

impl Link for Line<'_> {
    /// The uplink reads the journal itself. Only where the centre must have heard of it is it waited for.
    fn report(&mut self, _: &[Report]) -> Result<Taken, LinkDown> {
        self.uplink.nudge();
        match (self.waits, self.is_up()) {
            (true, true) if self.uplink.flush() => Ok(Taken::All),
            (_, true) => Ok(Taken::Some),
            (_, false) => Err(LinkDown),
        }
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        self.find_record(&Sought { lock, fits: &|_| true, anywhere: true })
    }

    fn find_record(&mut self, sought: &Sought<'_>) -> Result<Option<ClaimedRecord>, LinkDown> {
        let found = self.uplink.grey_record(sought);
        self.found = found.as_ref().map(|(_, found)| *found);
        Ok(found.map(|(record, _)| record))
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        // What is not reported yet may be this very card's record.
        if !self.uplink.flush() {
            return Err(LinkDown);
        }
        let answer = self.uplink.unlock(asked)?;
        (self.waits, self.found) = (true, None);
        Ok(answer)
    }

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        self.uplink.transfer(asked)
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        if self.transfers { self.uplink.open_transfers(asn) } else { Err(LinkDown) }
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        self.uplink.prove_transfer(asn, open, tac)
    }
}
