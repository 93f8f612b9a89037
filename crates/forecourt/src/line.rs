//! One nozzle's way to the centre: the uplink reports by itself, so a visit only nudges it.

use station::visit::How;
use station::{Link, LinkDown, OpenTransfer, Sought, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::Asked;
use terminal::transfer::TransferAsked;
use wire::{Asn, ClaimedRecord, LockId, Mac, Report};

use crate::uplink::{Flushed, Found, Uplink};

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
}

impl Link for Line<'_> {
    /// The uplink reads the journal itself. Only where the centre must have heard of it is it waited for.
    fn report(&mut self, _: &[Report]) -> Result<Taken, LinkDown> {
        self.uplink.nudge();
        // Tried even where the centre was away: it may be back, and whoever goes on asks it himself.
        Ok(if self.waits && self.uplink.flush() == Flushed::All { Taken::All } else { Taken::Some })
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
        if self.uplink.flush() == Flushed::Not {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use wire::Stamp;

    use crate::uplink::{ClockOffset, NoUplink, Standing};

    /// Its centre is away as far as it knows, and takes reports when somebody tries.
    #[derive(Default)]
    struct Back(AtomicBool);

    impl Uplink for Back {
        fn nudge(&self) {}

        fn flush(&self) -> Flushed {
            if self.0.load(Ordering::SeqCst) { Flushed::All } else { Flushed::Not }
        }

        fn is_blacklisted(&self, _: Asn) -> bool {
            false
        }

        fn grey_record(&self, _: &Sought<'_>) -> Option<(ClaimedRecord, Found)> {
            None
        }

        fn unlock(&self, _: &Asked) -> Result<UnlockAnswer, LinkDown> {
            Ok(UnlockAnswer::Wait(String::new()))
        }

        fn transfer(&self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
            NoUplink.transfer(asked)
        }

        fn open_transfers(&self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
            NoUplink.open_transfers(asn)
        }

        fn prove_transfer(&self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
            NoUplink.prove_transfer(asn, open, tac)
        }

        fn is_listed(&self, lock: &LockId) -> bool {
            NoUplink.is_listed(lock)
        }

        fn clock_offset(&self, now: Stamp) -> Option<ClockOffset> {
            NoUplink.clock_offset(now)
        }

        fn ask_time(&self) {}

        fn standing(&self) -> Standing {
            NoUplink.standing()
        }
    }

    #[test]
    fn whether_the_centre_is_back_is_tried_and_not_looked_up() {
        let uplink = Back::default();
        assert_eq!(Line::new(&uplink).report(&[]), Ok(Taken::Some), "it goes on and asks");
        assert_eq!(Line::waiting(&uplink).report(&[]), Ok(Taken::Some));
        uplink.0.store(true, Ordering::SeqCst);
        assert_eq!(Line::waiting(&uplink).report(&[]), Ok(Taken::All));
        assert_eq!(Line::new(&uplink).report(&[]), Ok(Taken::Some), "nobody waits");
    }
}
