//! The network between a station and the centre: it delays, drops, repeats and reorders.

use host::{
    Answer, Input, TransferDecision, TransferRequest, UnlockAnswer as Answered, UnlockRequest,
    is_final,
};
use station::{Link, LinkDown, OpenTransfer, Taken, TransferAnswer, UnlockAnswer};
use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided};
use wire::{Asn, ClaimedRecord, LockId, Mac, Report, Stamp};

use super::Planted;
use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::office::Office;
use super::till;
use crate::link::{WorldCentre, at_centre, at_station};

/// A message that is still on its way.
pub(super) struct Late {
    /// The visit at which it arrives.
    pub(super) due: u64,
    /// What it says.
    pub(super) input: Input,
}

/// What the network does during one visit.
pub(super) struct Weather {
    /// Each strikes once, [`Fault::LinkDown`] and [`Fault::ListMissing`] the whole time.
    pub(super) faults: Vec<Fault>,
    pub(super) dice: Dice,
    /// Number of the visit.
    pub(super) visit: u64,
}

impl Weather {
    /// A clear sky.
    pub(super) const fn clear(visit: u64) -> Self {
        Self { faults: Vec::new(), dice: Dice::new(0), visit }
    }
}

/// A station's link in this weather.
pub(super) struct Courier<'a> {
    pub(super) office: &'a mut Office,
    pub(super) centre: &'a mut WorldCentre,
    pub(super) late: &'a mut Vec<Late>,
    pub(super) weather: &'a mut Weather,
    pub(super) tally: &'a Tally,
    pub(super) station: &'a str,
    pub(super) now: Stamp,
    pub(super) planted: Planted,
    /// What no network may cause.
    pub(super) wrong: &'a mut Option<String>,
}

impl Courier<'_> {
    fn strikes(&mut self, fault: Fault) -> bool {
        let Some(at) = self.weather.faults.iter().position(|other| *other == fault) else {
            return false;
        };
        if !matches!(fault, Fault::LinkDown | Fault::ListMissing) {
            self.weather.faults.swap_remove(at);
        }
        self.tally.add(fault);
        true
    }

    fn send(&mut self, input: &Input) -> Result<host::Output, LinkDown> {
        self.office.apply(self.centre, input).ok_or(LinkDown)
    }

    /// What somebody at the centre does while the station's card waits.
    pub(super) fn centre_does(&mut self, input: &Input) -> Option<host::Output> {
        self.office.apply(self.centre, input)
    }

    fn hear(&mut self, report: &Report) -> Result<bool, LinkDown> {
        if self.planted == Planted::ForgottenReport && self.weather.dice.one_in(100) {
            return Ok(true);
        }
        let said = self.said(report);
        let output = self.send(&said)?;
        Ok(is_final(&output.and_then(|answer| match answer {
            Answer::Heard(heard) => Ok(heard),
            _ => Err(host::Refusal::TidUnknown),
        })))
    }

    fn said(&self, report: &Report) -> Input {
        Input::Hear { station: self.station.to_owned(), report: *report, now: self.now }
    }

    fn later(&mut self, input: Input) {
        let due = self.weather.visit + 1 + self.weather.dice.below(30);
        self.late.push(Late { due, input });
    }

    fn decided(output: &host::Output) -> UnlockAnswer {
        match output {
            Ok(Answer::Unlock(Answered::Decided(decision))) => UnlockAnswer::Decided(Decided {
                amount: decision.amount,
                date: decision.date,
                time: decision.time,
                mac2: decision.mac2,
            }),
            Ok(Answer::Unlock(Answered::Wait(reason))) => UnlockAnswer::Wait(reason.to_string()),
            Ok(_) => UnlockAnswer::Wait("no answer to an unlock".to_owned()),
            Err(refusal) => UnlockAnswer::Wait(refusal.to_string()),
        }
    }
}

impl Link for Courier<'_> {
    fn report(&mut self, reports: &[Report]) -> Result<Taken, LinkDown> {
        if self.strikes(Fault::LinkDown) || self.strikes(Fault::ReportLost) {
            return Err(LinkDown);
        }
        if self.strikes(Fault::ReportDelayed) {
            for report in reports {
                let input = self.said(report);
                self.later(input);
            }
            return Err(LinkDown);
        }
        let mut reports = reports.to_vec();
        if reports.len() > 1 && self.strikes(Fault::ReportsReordered) {
            reports.reverse();
        }
        if self.strikes(Fault::ReportRepeated) {
            reports.extend_from_within(..);
        }
        let mut all_final = true;
        for report in &reports {
            all_final &= self.hear(report)?;
        }
        if self.strikes(Fault::ReportAnswerLost) {
            return Err(LinkDown);
        }
        Ok(if all_final { Taken::All } else { Taken::Some })
    }

    fn grey_record(&mut self, lock: &LockId) -> Result<Option<ClaimedRecord>, LinkDown> {
        if self.strikes(Fault::LinkDown) || self.office.is_down() {
            return Err(LinkDown);
        }
        if self.strikes(Fault::ListMissing) {
            return Ok(None);
        }
        Ok(self.centre.grey_record(lock))
    }

    fn unlock(&mut self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        if self.strikes(Fault::LinkDown) || self.strikes(Fault::UnlockLost) {
            return Err(LinkDown);
        }
        let input = Input::Unlock(UnlockRequest {
            tid: asked.tid,
            asn: asked.asn,
            status: asked.status,
            init: asked.init,
            now: self.now,
        });
        if self.strikes(Fault::UnlockDelayed) {
            self.later(input);
            return Err(LinkDown);
        }
        let mut answer = self.send(&input)?;
        if self.strikes(Fault::UnlockRepeated) {
            let again = self.send(&input)?;
            if matches!(answer, Ok(Answer::Unlock(Answered::Decided(_)))) && again != answer {
                *self.wrong = Some(format!("one request, two answers: {answer:?}, {again:?}"));
            }
            answer = again;
        }
        if self.strikes(Fault::UnlockAnswerLost) {
            return Err(LinkDown);
        }
        Ok(Self::decided(&answer))
    }

    fn transfer(&mut self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        if self.strikes(Fault::LinkDown) || self.strikes(Fault::UnlockLost) {
            return Err(LinkDown);
        }
        let TransferAsked { way, asn, tid, purse, amount, init } = *asked;
        let (way, now) = (at_centre(way), self.now);
        let input = Input::Transfer(TransferRequest {
            way,
            tid,
            asn,
            purse,
            amount,
            init,
            account: till::of(self.station, init.icc),
            now,
        });
        if self.strikes(Fault::UnlockDelayed) {
            self.later(input);
            return Err(LinkDown);
        }
        let mut answer = self.send(&input)?;
        if self.strikes(Fault::UnlockRepeated) {
            let again = self.send(&input)?;
            if answer.is_ok() && again != answer {
                *self.wrong = Some(format!("one session, two answers: {answer:?}, {again:?}"));
            }
            answer = again;
        }
        if self.strikes(Fault::UnlockAnswerLost) {
            return Err(LinkDown);
        }
        Ok(match answer {
            Ok(Answer::Transfer(TransferDecision { date, time, mac2 })) => {
                TransferAnswer::Decided(TransferDecided { date, time, mac2 })
            }
            Ok(_) => TransferAnswer::Refused("no answer to a transfer".to_owned()),
            Err(refusal) => TransferAnswer::Refused(refusal.to_string()),
        })
    }

    fn open_transfers(&mut self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        if self.strikes(Fault::LinkDown) || self.office.is_down() {
            return Err(LinkDown);
        }
        Ok(self.centre.open_transfers(asn).into_iter().map(at_station).collect())
    }

    fn prove_transfer(&mut self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        let OpenTransfer { way, purse, otc } = open;
        let (way, now) = (at_centre(way), self.now);
        let input = Input::ConfirmTransfer { way, asn, purse, otc, tac, now };
        if self.strikes(Fault::LinkDown) || self.strikes(Fault::ReportLost) {
            return Err(LinkDown);
        }
        if self.strikes(Fault::ReportDelayed) {
            self.later(input);
            return Err(LinkDown);
        }
        let taken = self.send(&input)?.is_ok();
        if self.strikes(Fault::ReportAnswerLost) {
            return Err(LinkDown);
        }
        Ok(taken)
    }
}
