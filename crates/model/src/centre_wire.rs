//! The line between a station and the centre.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use host::{UnlockAnswer as Answer, UnlockRequest};
use station::{Link, LinkDown, Taken, UnlockAnswer};
use terminal::online::{Asked, Decided};
use wire::{ClaimedRecord, LockId, Report};

use crate::centre::Centre;
use crate::mishap::{Kind, Oracle};
use crate::world::now;

/// What of the line works.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Line {
    /// Nothing.
    Down,
    /// All but the list of grey records.
    NoList,
    /// All.
    Up,
}

/// The line to the centre.
pub(crate) struct CentreWire<'a> {
    pub(crate) centre: &'a mut Centre,
    pub(crate) station: &'a str,
    pub(crate) line: Line,
    pub(crate) oracle: &'a RefCell<Oracle>,
    /// Requests that are still on their way.
    pub(crate) late: &'a mut Arc<BTreeSet<UnlockRequest>>,
}

impl CentreWire<'_> {
    fn lost(&self, during: &'static str, menu: &'static [Kind]) -> Result<Option<Kind>, LinkDown> {
        let mut oracle = self.oracle.borrow_mut();
        if oracle.crashed || self.line == Line::Down {
            return Err(LinkDown);
        }
        match oracle.choose(during, menu) {
            Some(Kind::LinkLost) => Err(LinkDown),
            kind => Ok(kind),
        }
    }
}

impl Link for CentreWire<'_> {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        let kind = self.lost("upload", &[Kind::LinkLost, Kind::AnswerLost])?;
        let mut taken = true;
        for report in reports {
            taken &= host::is_final(&self.centre.hear(self.station, report));
        }
        match kind {
            Some(_) => Err(LinkDown),
            None => Ok(if taken { Taken::All } else { Taken::Some }),
        }
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        self.lost("list", &[])?;
        if self.line == Line::NoList {
            return Ok(None);
        }
        Ok(self.centre.grey_list().iter().find(|record| record.terms.id == *lock).copied())
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        let kind = self.lost("unlock request", &[Kind::LinkLost, Kind::AnswerLost, Kind::Late])?;
        let Asked { tid, asn, status, init } = *asked;
        let request = UnlockRequest { tid, asn, status, init, now: now() };
        if kind == Some(Kind::Late) {
            Arc::make_mut(self.late).insert(request);
            return Err(LinkDown);
        }
        let answer = self.centre.unlock(&request);
        if kind == Some(Kind::AnswerLost) {
            return Err(LinkDown);
        }
        Ok(match answer {
            Ok(Answer::Decided(host::Decision { amount, date, time, mac2 })) => {
                UnlockAnswer::Decided(Decided { amount, date, time, mac2 })
            }
            Ok(Answer::Wait(reason)) => UnlockAnswer::Wait(reason.to_string()),
            Err(refusal) => UnlockAnswer::Wait(refusal.to_string()),
        })
    }
}
