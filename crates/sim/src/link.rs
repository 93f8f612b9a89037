//! The link between a station and the centre.

use host::{Centre, MemoryBooks, UnlockAnswer as Answer, UnlockRequest};
use station::{Link, LinkDown, Taken, UnlockAnswer};
use terminal::online::{Asked, Decided};
use wire::{ClaimedRecord, LockId, Report, Stamp};

use crate::vault::Vault;

/// The centre of this world.
pub type WorldCentre = Centre<MemoryBooks, Vault>;

/// The line of a station.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// False while it is cut.
    pub up: bool,
    /// False while the list of grey records cannot be had.
    pub list: bool,
}

impl Line {
    /// The link over this line.
    pub const fn to<'a>(
        self,
        centre: &'a mut WorldCentre,
        station: &'a str,
        now: Stamp,
    ) -> CentreLink<'a> {
        CentreLink { centre, station, line: self, now }
    }
}

/// A station's link, up or down.
pub struct CentreLink<'a> {
    /// The centre at the other end.
    pub centre: &'a mut WorldCentre,
    /// Who speaks.
    pub station: &'a str,
    /// The line.
    pub line: Line,
    /// The centre's clock.
    pub now: Stamp,
}

impl CentreLink<'_> {
    const fn check(&self) -> Result<(), LinkDown> {
        if self.line.up { Ok(()) } else { Err(LinkDown) }
    }
}

impl Link for CentreLink<'_> {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        self.check()?;
        let mut all_final = true;
        for report in reports {
            let answer = self.centre.hear(self.station, report, self.now);
            all_final &= host::is_final(&answer);
        }
        Ok(if all_final { Taken::All } else { Taken::Some })
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        self.check()?;
        if !self.line.list {
            return Ok(None);
        }
        Ok(self.centre.grey_record(lock))
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        self.check()?;
        let request = UnlockRequest {
            tid: asked.tid,
            asn: asked.asn,
            status: asked.status,
            init: asked.init,
            now: self.now,
        };
        Ok(match self.centre.unlock(&request) {
            Ok(Answer::Decided(decision)) => UnlockAnswer::Decided(Decided {
                amount: decision.amount,
                date: decision.date,
                time: decision.time,
                mac2: decision.mac2,
            }),
            Ok(Answer::Wait(reason)) => UnlockAnswer::Wait(reason.to_string()),
            Err(refusal) => UnlockAnswer::Wait(refusal.to_string()),
        })
    }
}
