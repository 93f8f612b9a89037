//! What is booked for a lock: what its station is paid, what stays open, what somebody claims.
//!
//! A lock whose station has claimed no record yet is carried although it is paid: what its record says beyond is to be
//! seen when it comes. Its rows are marked as booked, so what was booked by them is known again, and the next day
//! books the difference (the books of the centre do the same, `host::ledger`).

use host::Code;

use crate::chain::Succession;
use crate::line::{Class, Lines};
use crate::lock::{Ending, Lock};
use crate::row::{Kind, NO_STATION, Row, is_station, mark};

/// What a lock is worth to whom, all days together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Booked {
    /// To its station: what card and station agree about.
    paid: u32,
    /// The card was debited so much less than its station says.
    station_claim: u32,
    /// It was debited so much more.
    cardholder_claim: u32,
}

impl Booked {
    const fn of(debited: u32, owed: u32) -> Self {
        Self {
            paid: if debited < owed { debited } else { owed },
            station_claim: owed.saturating_sub(debited),
            cardholder_claim: debited.saturating_sub(owed),
        }
    }
}

impl Lock {
    /// Books the lock.
    pub(crate) fn settle(&self, primary: bool, succession: Succession, out: &mut impl Lines) {
        self.count_notices(out);
        let succeeded = match succession {
            Succession::Fits => self.debit().map(Ending::Succession),
            _ => None,
        };
        let claimed = self.claim().map(|row| row.amount);
        match (self.proved().or(succeeded), claimed) {
            (Some(ending), _) if self.is_nobodys() && !self.is_nothing(ending) => {
                self.keep(Class::NoRecord, ending.amount(), out);
            }
            (Some(ending), _) => match self.booked(ending) {
                Some(booked) => self.pay(ending, booked, primary, out),
                None => self.keep(Class::NoRecord, ending.amount(), out),
            },
            (None, Some(amount)) if self.record.is_some() => {
                self.keep(self.open(succession), amount, out);
                let code = match succession {
                    Succession::Gap => Some(Code::SuccessionGap),
                    Succession::Disagrees => Some(Code::SuccessionDisagrees),
                    Succession::NotYet | Succession::Fits => None,
                };
                if let (Some(code), Some(row)) = (code, self.record.as_ref()) {
                    out.exception(code, row, u64::from(row.amount));
                }
            }
            (None, Some(amount)) => self.keep(Class::Unproved, amount, out),
            (None, None) => {}
        }
    }

    /// What is booked when the lock ended so: nothing, where a TAC proves a debit for which nobody claims anything. An
    /// unlock is paid without a record too, since the centre has decided its amount.
    fn booked(&self, ending: Ending) -> Option<Booked> {
        let claimed = self.claim().map(|row| row.amount);
        let owed = match ending {
            Ending::Mac3(amount) => claimed.unwrap_or(amount),
            Ending::Tac(_) | Ending::Succession(_) => claimed?,
        };
        Some(Booked::of(ending.amount(), owed))
    }

    /// What was booked on an earlier day, by what was known then.
    pub(crate) fn booked_before(&self) -> Option<Booked> {
        let booked =
            |rows: &[Row]| rows.iter().filter(|row| row.has(mark::BOOKED)).copied().collect();
        let then = Self {
            unproved: self.unproved.filter(|row| row.has(mark::BOOKED)),
            tacs: booked(&self.tacs),
            unlocks: booked(&self.unlocks),
            ..Self::default()
        };
        then.booked(then.proved()?)
    }

    /// All that is to be said of it was booked on an earlier day. Where nobody claims anything, one proof is all: what
    /// another one proves beside it is told of, and not paid.
    pub(crate) fn is_done(&self) -> bool {
        let is_booked = |row: &Row| row.has(mark::BOOKED);
        match self.claim() {
            Some(_) => self.record.is_none() && self.facts().all(is_booked),
            None => self.facts().any(is_booked),
        }
    }

    /// It is looked at again on the next day, and so on: its record may still come.
    pub(crate) fn keep_done(&self, out: &mut impl Lines) {
        for row in self.facts().chain(&self.notice) {
            out.total(Class::Notice, row.payee(), 0);
        }
        if !self.proved().is_some_and(|ending| self.is_nothing(ending)) {
            self.facts().for_each(|row| carry(row, 0, out));
        }
    }

    /// A station said that nothing flowed, and nobody has said anything else.
    pub(crate) fn is_noticed_alone(&self) -> bool {
        self.notice.is_some() && self.facts().next().is_none()
    }

    /// The lock is open: when it is unlocked with nothing, that is what its station said.
    pub(crate) fn keep_notice(&self, out: &mut impl Lines) {
        self.notice.iter().for_each(|row| out.pending(&Row { marks: mark::CARRIED, ..*row }));
    }

    /// An open record: once its card was seen to go on with another balance, it is a claim until it is settled. Numbers
    /// that are not known may be of an earlier day, so a gap claims nothing.
    fn open(&self, succession: Succession) -> Class {
        let was = self.record.as_ref().is_some_and(|row| row.has(mark::DISPUTED));
        match succession {
            Succession::Disagrees => Class::Disputed,
            _ if was => Class::Disputed,
            _ => Class::Grey,
        }
    }

    /// Books what was not booked before, and takes back what was booked too much.
    fn pay(&self, ending: Ending, now: Booked, primary: bool, out: &mut impl Lines) {
        let Some(row) = self.facts().next() else { return };
        let (before, payee) = (self.booked_before(), self.payee());
        let class = if primary { self.class(ending) } else { Class::Loss };
        let was = before.unwrap_or_default();
        if before.is_some() {
            out.total(Class::Notice, payee, 0);
            out.more(class, payee, now.paid.saturating_sub(was.paid));
        } else {
            out.total(class, payee, u64::from(now.paid));
            if !primary {
                out.exception(Code::LossBooked, row, u64::from(ending.amount()));
            }
        }
        let claims = [
            (Class::StationClaim, Code::StationClaim, now.station_claim, was.station_claim),
            (
                Class::CardholderClaim,
                Code::CardholderClaim,
                now.cardholder_claim,
                was.cardholder_claim,
            ),
        ];
        for (class, code, now, was) in claims {
            if now > was {
                out.total(class, payee, u64::from(now - was));
                out.exception(code, row, u64::from(now - was));
            }
        }
        let backs = [
            (Class::TakenBack, now.paid, was.paid),
            (Class::StationClaimBack, now.station_claim, was.station_claim),
            (Class::CardholderClaimBack, now.cardholder_claim, was.cardholder_claim),
        ];
        for (class, now, was) in backs.into_iter().filter(|(_, now, was)| now < was) {
            out.total(class, payee, u64::from(was - now));
        }
        if self.record.is_some() {
            self.twins.iter().for_each(|row| carry(row, mark::BOOKED, out));
        } else if !self.is_nothing(ending) {
            self.carry_booked(out);
        }
    }

    /// Its rows for the next day, so that what is marked as booked comes to what was booked: the claim, and the proofs
    /// unless others were booked before them, which go on to count first.
    fn carry_booked(&self, out: &mut impl Lines) {
        let first = |rows: &[Row]| match rows.iter().any(|row| row.has(mark::BOOKED)) {
            true => 0,
            false => mark::BOOKED,
        };
        self.unproved.iter().for_each(|row| carry(row, mark::BOOKED, out));
        for proofs in [&self.unlocks, &self.tacs] {
            proofs.iter().for_each(|row| carry(row, first(proofs), out));
        }
    }

    const fn class(&self, ending: Ending) -> Class {
        match (ending, &self.record) {
            (Ending::Mac3(_), _) => Class::Online,
            (Ending::Succession(_), _) => Class::Succession,
            (Ending::Tac(_), Some(record)) if record.has(mark::TAC) => Class::Sale,
            (Ending::Tac(_), _) => Class::TacSeen,
        }
    }

    /// Nothing flowed, and nothing was debited: no record is to be waited for.
    fn is_nothing(&self, ending: Ending) -> bool {
        let nothing = ending.amount() == 0 && self.unlocks.iter().all(|row| row.amount == 0);
        nothing && self.notice.is_some() && self.claim().is_none()
    }

    /// Somebody proved a debit of a terminal whose owner is not known: who did an unlock is not owed its money, nor who
    /// says without a GMAC that he delivered.
    fn is_nobodys(&self) -> bool {
        self.record.is_none() && !is_station(self.owner) && self.booked_before().is_none()
    }

    fn keep(&self, class: Class, amount: u32, out: &mut impl Lines) {
        let nobodys = class == Class::NoRecord && self.is_nobodys();
        let payee = if nobodys { NO_STATION } else { self.payee() };
        out.total(class, payee, u64::from(amount));
        if let (Class::NoRecord, Some(row)) = (class, self.tacs.first()) {
            out.exception(Code::TacWithoutRecord, row, u64::from(amount));
        }
        for row in self.facts() {
            let disputed = class == Class::Disputed && row.kind().is_some_and(Kind::is_claim);
            carry(row, if disputed { mark::DISPUTED } else { 0 }, out);
        }
    }

    /// Every row of the lock counts once: one of them as what the lock is worth, the others as notices.
    fn count_notices(&self, out: &mut impl Lines) {
        for row in self.facts().skip(1).chain(&self.notice) {
            out.total(Class::Notice, row.payee(), 0);
        }
    }
}

/// A row for the next day. What was booked before, stays so.
pub(crate) fn carry(row: &Row, more: u8, out: &mut impl Lines) {
    let kept = row.marks & (mark::TAC_THERE | mark::BOOKED);
    out.pending(&Row { marks: kept | mark::CARRIED | more, ..*row });
}
