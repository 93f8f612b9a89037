//! What is known of one lock of a card, and what that proves.

use std::collections::BTreeSet;

use host::Code;

use crate::book::carry;
use crate::chain::Succession;
use crate::line::{Class, Lines};
use crate::row::{Kind, NO_STATION, Row, is_station, mark};

/// What is known of one lock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lock {
    /// Purse, CTC, TID, TTC.
    pub(crate) id: (u8, u16, u64, u32),
    pub(crate) owner: u32,
    pub(crate) record: Option<Row>,
    pub(crate) unproved: Option<Row>,
    pub(crate) notice: Option<Row>,
    /// It was settled on an earlier day.
    pub(crate) passed: Option<Row>,
    pub(crate) tacs: Vec<Row>,
    pub(crate) unlocks: Vec<Row>,
    /// Of those two, what came under another TTC.
    pub(crate) twins: Vec<Row>,
}

/// How a lock ended, best proof first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Mac3(u32),
    Tac(u32),
    Succession(u32),
}

impl Ending {
    /// As a settled lock is carried.
    const fn number(self) -> u8 {
        match self {
            Self::Mac3(_) => 1,
            Self::Tac(_) => 2,
            Self::Succession(_) => 3,
        }
    }

    /// A settled lock that is carried was settled by an unlock.
    pub(crate) fn was_mac3(passed: &Row) -> bool {
        passed.key_version == Self::Mac3(0).number()
    }

    pub(crate) const fn amount(self) -> u32 {
        match self {
            Self::Mac3(amount) | Self::Tac(amount) | Self::Succession(amount) => amount,
        }
    }
}

impl Lock {
    /// What came under a number of which the high half was altered. When the lock was settled on an earlier day, it is
    /// late, and remembered so that it is known under that number.
    pub(crate) fn take_twins(&mut self, tacs: Vec<Row>, unlocks: Vec<Row>, out: &mut impl Lines) {
        if self.claim().is_some() {
            self.twins.extend(tacs.iter().chain(&unlocks));
            self.tacs.extend(tacs);
            self.unlocks.extend(unlocks);
            return;
        }
        for row in tacs.iter().chain(&unlocks) {
            match row.has(mark::BOOKED) {
                true => out.total(Class::Notice, row.payee(), 0),
                false => {
                    out.total(Class::Duplicate, row.payee(), u64::from(row.amount));
                    out.total(Class::SettledBefore, row.payee(), u64::from(row.amount));
                }
            }
            carry(row, mark::BOOKED, out);
        }
    }

    /// Something was heard of it today.
    pub(crate) fn is_told_of(&self) -> bool {
        self.facts().any(|row| !row.has(mark::CARRIED))
    }

    /// Claims and proofs.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Row> {
        self.record.iter().chain(&self.unproved).chain(&self.unlocks).chain(&self.tacs)
    }

    /// What its station claims.
    pub(crate) fn claim(&self) -> Option<&Row> {
        self.record.as_ref().or(self.unproved.as_ref())
    }

    /// The balance that its card proved, by GTAC.
    pub(crate) fn sighting(&self) -> Option<u32> {
        let proved = |row: &&Row| row.has(mark::GTAC);
        let row = self.record.iter().chain(&self.unproved).find(proved);
        row.or(self.passed.as_ref()).map(|row| row.balance)
    }

    /// The locked balance, as far as somebody said it.
    pub(crate) fn balance(&self) -> Option<u32> {
        let said = self.claim().or(self.notice.as_ref()).or(self.passed.as_ref());
        said.map(|row| row.balance)
    }

    /// What it takes from the card, when that is known or claimed with a GMAC.
    pub(crate) fn debit(&self) -> Option<u32> {
        let proved = self.proved().map(Ending::amount);
        proved.or(self.record.as_ref().or(self.passed.as_ref()).map(|row| row.amount))
    }

    /// How it goes into the next day, when it is settled and its card proved its balance.
    pub(crate) fn as_passed(&self, succession: Succession) -> Option<Row> {
        let by_succession = succession == Succession::Fits;
        let succeeded = || by_succession.then_some(Ending::Succession(0));
        let by = self.passed.map(|passed| passed.key_version);
        let by = by.or_else(|| self.proved().or_else(succeeded).map(Ending::number))?;
        let (purse, ctc, tid, ttc) = self.id;
        let rows = self.claim().or(self.passed.as_ref());
        Some(Row {
            asn: rows?.asn,
            purse,
            ctc,
            tid,
            ttc,
            balance: self.sighting()?,
            amount: self.debit()?,
            key_version: by,
            kind: Kind::Passed as u8,
            owner: NO_STATION,
            ..Row::default()
        })
    }

    /// MAC3, that by which it was booked already before any other; else a TAC.
    pub(crate) fn proved(&self) -> Option<Ending> {
        let rank = |row: &&Row| (!row.has(mark::BOOKED), row.end_date, row.end_time, row.amount);
        let first = self.unlocks.iter().min_by_key(rank);
        first.map(|row| Ending::Mac3(row.amount)).or_else(|| self.by_tac().map(Ending::Tac))
    }

    /// What a TAC proves; the record's amount, should a copied card have shown another.
    fn by_tac(&self) -> Option<u32> {
        let record = self.record.as_ref();
        if let Some(record) = record.filter(|row| row.has(mark::TAC)) {
            return Some(record.amount);
        }
        let same = |row: &&Row| record.is_some_and(|record| record.amount == row.amount);
        let rank = |row: &&Row| (!row.has(mark::BOOKED), row.amount, row.end_date, row.end_time);
        let first = || self.tacs.iter().min_by_key(rank);
        self.tacs.iter().find(same).or_else(first).map(|row| row.amount)
    }

    /// What is settled already counts, then the lock that its card proved, then the lowest id (protocol §12).
    pub(crate) fn rank(&self) -> (bool, u8, bool, (u8, u16, u64, u32)) {
        let worth = match (self.debit(), &self.unproved) {
            (Some(_), _) => 0,
            (None, Some(_)) => 1,
            (None, None) => 2,
        };
        let proved = self.sighting().is_some() || self.proved().is_some();
        let settled = self.passed.is_some() || self.booked_before().is_some();
        (!settled, worth, !proved, self.id)
    }

    /// What people should know about the lock, whoever is owed what.
    pub(crate) fn tell(&self, primary: bool, copied: bool, out: &mut impl Lines) {
        let Some(row) = self.claim().or(self.unlocks.first()).or(self.tacs.first()) else { return };
        let amount = u64::from(row.amount);
        let record = self.record.as_ref();
        let tac_wrong = record.is_some_and(|row| row.has(mark::TAC_THERE) && !row.has(mark::TAC));
        let gtac_wrong = self.claim().is_some_and(|row| !row.has(mark::GTAC));
        let unproved = record.zip(self.unproved.as_ref());
        let unproved_differs =
            unproved.is_some_and(|(record, other)| record.amount != other.amount);
        let noticed = self.notice.is_some() && self.claim().is_some_and(|row| row.amount > 0);
        let early = self.claim().is_some_and(|row| {
            (row.end_date, row.end_time) < (row.lock_date, row.lock_time) && row.end_date != 0
        });
        let rows = [
            (tac_wrong && record.is_some_and(|row| row.is(Kind::Sale)), Code::TacWrong),
            (gtac_wrong, Code::GtacWrong),
            (unproved_differs, Code::UnprovedDiffers),
            (noticed, Code::NoticeAgainstRecord),
            (early, Code::ServiceEndsBeforeLock),
            (self.tac_differs(), Code::TacDisagreesWithRecord),
            (copied && self.sighting().is_some(), Code::ClonedOrRolledBackCard),
            (!primary && record.is_some(), Code::SecondRecordOfOneNumber),
            (self.debits() > 1, Code::LockDebitedTwice),
        ];
        for (_, code) in rows.into_iter().filter(|(holds, _)| *holds) {
            out.exception(code, row, amount);
        }
        if self.claim().is_some_and(|row| row.has(mark::LATE) && !row.has(mark::CARRIED)) {
            out.total(Class::Late, self.payee(), amount);
        }
    }

    fn tac_differs(&self) -> bool {
        self.record.as_ref().is_some_and(|record| {
            let times = |row: &Row| (row.end_date, row.end_time);
            let same_time = |row: &Row| record.has(mark::FIELD) || times(row) == times(record);
            self.tacs.iter().any(|row| row.amount != record.amount || !same_time(row))
        })
    }

    /// One card debits one lock once: a second proof comes from a copy.
    fn debits(&self) -> usize {
        let own = self.record.iter().filter(|row| row.has(mark::TAC));
        let debits = own.chain(&self.tacs).map(|row| (row.amount, row.end_date, row.end_time));
        let local: BTreeSet<_> = debits.collect();
        local.len() + self.unlocks.len()
    }

    /// Whom its money concerns.
    pub(crate) fn payee(&self) -> u32 {
        let row = self.claim().or(self.unlocks.first()).or(self.tacs.first());
        match is_station(self.owner) {
            true => self.owner,
            false => row.map_or(NO_STATION, |row| row.station),
        }
    }
}
