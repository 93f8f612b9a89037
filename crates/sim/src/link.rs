//! The link between a station and the centre.

use host::{TransferRequest, UnlockAnswer as Answer, UnlockRequest};
use station::{Link, LinkDown, OpenTransfer, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided, Way};
use wire::{Asn, ClaimedRecord, LockId, Mac, Report, Stamp};

pub use crate::centre::WorldCentre;

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

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        self.check()?;
        let TransferAsked { way, asn, tid, purse, amount, init } = *asked;
        let way = at_centre(way);
        let request =
            TransferRequest { way, tid, asn, purse, amount, init, account: None, now: self.now };
        Ok(match self.centre.decide_transfer(&request) {
            Ok(host::TransferDecision { date, time, mac2 }) => {
                TransferAnswer::Decided(TransferDecided { date, time, mac2 })
            }
            Err(refusal) => TransferAnswer::Refused(refusal.to_string()),
        })
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        self.check()?;
        let open = self.centre.open_transfers(asn).into_iter();
        Ok(open.map(at_station).collect())
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        self.check()?;
        let OpenTransfer { way, purse, otc } = open;
        let open = host::OpenTransfer { way: at_centre(way), purse, otc };
        Ok(self.centre.confirm_transfer(asn, open, tac, self.now).is_ok())
    }
}

pub(crate) const fn at_centre(way: Way) -> host::Way {
    match way {
        Way::Load => host::Way::Load,
        Way::Unload => host::Way::Unload,
    }
}

pub(crate) const fn at_station(open: host::OpenTransfer) -> OpenTransfer {
    let host::OpenTransfer { way, purse, otc } = open;
    let way = match way {
        host::Way::Load => Way::Load,
        host::Way::Unload => Way::Unload,
    };
    OpenTransfer { way, purse, otc }
}
