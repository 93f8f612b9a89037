//! The second stage: all rows of one card. Here each lock finds how it ended and who is owed what (protocol §9, §12).
//!
//! The rules are the centre's (`host`), for what a day's rows can tell: what they say about a lock is a function of all
//! that was heard of its card, in whatever order.

use std::collections::BTreeMap;

use host::Code;

use crate::chain::{self, Succession};
use crate::line::{Class, Lines};
use crate::row::{Kind, NO_STATION, Row, SEVERAL_STATIONS, fate, is_station, mark};

/// What is known of one lock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lock {
    /// Purse, CTC, TID, TTC.
    pub(crate) id: (u8, u16, u64, u32),
    owner: u32,
    pub(crate) record: Option<Row>,
    pub(crate) unproved: Option<Row>,
    notice: Option<Row>,
    /// It was settled on an earlier day.
    passed: Option<Row>,
    tacs: Vec<Row>,
    unlocks: Vec<Row>,
}

/// How a lock ended, best proof first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Mac3(u32),
    Tac(u32),
    Succession(u32),
}

/// Judges the rows of one ASN, in the order of their bytes.
pub fn judge(rows: &[Row], out: &mut impl Lines) {
    let mut locks: Vec<Lock> = Vec::new();
    for row in rows {
        if row.fate != fate::GOOD {
            left_out(row, out);
            continue;
        }
        if row.owner == SEVERAL_STATIONS && row.kind().is_some_and(Kind::is_record) {
            out.exception(Code::StationDoesNotOwnTid, row, u64::from(row.amount));
        }
        match row.kind() {
            Some(Kind::Heard) => out.line(crate::line::Line {
                said: crate::line::Said::Heard(*row),
                count: 1,
                amount: 0,
            }),
            Some(Kind::Void) => void(row, out),
            Some(kind) => file(&mut locks, kind, row),
            None => {}
        }
    }
    move_twins(&mut locks, out);
    let mut settled = Vec::new();
    for number in locks.chunk_by(|one, other| (one.id.0, one.id.1) == (other.id.0, other.id.1)) {
        one_number(&locks, number, &mut settled, out);
    }
    for settled in settled.chunk_by(|one, other| one.purse == other.purse) {
        pass_on(settled, out);
    }
}

/// The last numbers of a purse: a record that comes days after them finds how its card went on (protocol §9).
fn pass_on(settled: &[Row], out: &mut impl Lines) {
    let numbers = settled.chunk_by(|one, other| one.ctc == other.ctc);
    let first = numbers.clone().count().saturating_sub(chain::NEAREST);
    numbers.skip(first).flatten().for_each(|row| out.passed(row));
}

fn left_out(row: &Row, out: &mut impl Lines) {
    let (payee, amount) = (row.payee(), u64::from(row.amount));
    if row.is(Kind::Sale)
        && row.has(mark::TAC_THERE)
        && !row.has(mark::TAC)
        && row.fate == fate::REPEATED
    {
        out.exception(Code::TacWrong, row, amount);
    }
    match row.fate {
        fate::REPEATED => out.total(Class::Duplicate, payee, amount),
        fate::SETTLED_BEFORE => {
            out.total(Class::Duplicate, payee, amount);
            out.total(Class::SettledBefore, payee, amount);
            if row.is(Kind::OnlineUnlock) {
                out.exception(Code::SettledCardStillGrey, row, amount);
            }
        }
        reason => {
            out.total(Class::Quarantined, row.station, amount);
            if let Some(code) = crate::reason::of(reason) {
                out.exception(code, row, amount);
            }
        }
    }
}

fn void(row: &Row, out: &mut impl Lines) {
    out.total(Class::Notice, row.payee(), 0);
    if row.has(mark::BELIED) {
        out.exception(Code::VoidLockWasMade, row, 0);
    }
}

fn file(locks: &mut Vec<Lock>, kind: Kind, row: &Row) {
    if locks.last().is_none_or(|last| last.id != row.lock()) {
        locks.push(Lock { id: row.lock(), owner: NO_STATION, ..Lock::default() });
    }
    let Some(lock) = locks.last_mut() else { return };
    if !is_station(lock.owner) {
        lock.owner = row.owner;
    }
    match kind {
        Kind::Sale | Kind::Grey => lock.record = Some(*row),
        Kind::Unproved => lock.unproved = Some(*row),
        Kind::NoDispense => lock.notice = Some(*row),
        Kind::TacSeen => lock.tacs.push(*row),
        Kind::OnlineUnlock => lock.unlocks.push(*row),
        Kind::Passed => lock.passed = Some(*row),
        Kind::Void | Kind::Heard => {}
    }
}

/// All agrees but the high half of TTC: LOCK was altered on its way, and what its card proved belongs to the lock that
/// its station claims (protocol §9).
fn move_twins(locks: &mut [Lock], out: &mut impl Lines) {
    let low = |lock: &Lock| (lock.id.0, lock.id.1, lock.id.2, lock.id.3 & 0xFFFF);
    let mut claimed = BTreeMap::new();
    for (place, lock) in locks.iter().enumerate().filter(|(_, lock)| lock.claim().is_some()) {
        claimed.entry(low(lock)).or_insert(place);
    }
    for place in 0..locks.len() {
        let Some(lock) = locks.get(place) else { continue };
        if lock.claim().is_some() || (lock.tacs.is_empty() && lock.unlocks.is_empty()) {
            continue;
        }
        let Some(home) = claimed.get(&low(lock)).copied() else { continue };
        let Some(lock) = locks.get_mut(place) else { continue };
        let (tacs, unlocks) = (std::mem::take(&mut lock.tacs), std::mem::take(&mut lock.unlocks));
        if let Some(row) = tacs.first().or(unlocks.first()) {
            out.exception(Code::TtcHighHalfAltered, row, u64::from(row.amount));
        }
        if let Some(home) = locks.get_mut(home) {
            home.tacs.extend(tacs);
            home.unlocks.extend(unlocks);
        }
    }
}

/// All locks of one (purse, CTC): one of them is settled, and others are paid as losses.
fn one_number(locks: &[Lock], number: &[Lock], settled: &mut Vec<Row>, out: &mut impl Lines) {
    let primary = number.iter().min_by_key(|lock| lock.rank()).map(|lock| lock.id);
    let proved: Vec<&Lock> = number.iter().filter(|lock| lock.sighting().is_some()).collect();
    for lock in number {
        let is_primary = primary == Some(lock.id);
        let succession = match is_primary && lock.proved().is_none() {
            true => chain::judge(locks, lock),
            false => Succession::NotYet,
        };
        lock.tell(is_primary, proved.len() > 1, out);
        lock.settle(is_primary, succession, out);
        settled.extend(lock.as_passed(succession));
    }
}

impl Lock {
    /// What its station claims.
    fn claim(&self) -> Option<&Row> {
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
    fn as_passed(&self, succession: Succession) -> Option<Row> {
        let open = self.proved().is_none() && succession != Succession::Fits;
        if open && self.passed.is_none() {
            return None;
        }
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
            kind: Kind::Passed as u8,
            owner: NO_STATION,
            ..Row::default()
        })
    }

    fn proved(&self) -> Option<Ending> {
        let earliest = self.unlocks.iter().min_by_key(|row| (row.end_date, row.end_time));
        earliest.map(|row| Ending::Mac3(row.amount)).or_else(|| self.by_tac().map(Ending::Tac))
    }

    /// What a TAC proves; the record's amount, should a copied card have shown another.
    fn by_tac(&self) -> Option<u32> {
        let record = self.record.as_ref();
        if let Some(record) = record.filter(|row| row.has(mark::TAC)) {
            return Some(record.amount);
        }
        let same = |row: &&Row| record.is_some_and(|record| record.amount == row.amount);
        let first = || self.tacs.iter().min_by_key(|row| (row.amount, row.end_date, row.end_time));
        self.tacs.iter().find(same).or_else(first).map(|row| row.amount)
    }

    /// What is settled already counts, then the lock that its card proved, then the lowest id (protocol §12).
    fn rank(&self) -> (bool, u8, bool, (u8, u16, u64, u32)) {
        let worth = match (self.debit(), &self.unproved) {
            (Some(_), _) => 0,
            (None, Some(_)) => 1,
            (None, None) => 2,
        };
        let proved = self.sighting().is_some() || self.proved().is_some();
        (self.passed.is_none(), worth, !proved, self.id)
    }

    /// What people should know about the lock, whoever is owed what.
    fn tell(&self, primary: bool, copied: bool, out: &mut impl Lines) {
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
        let local: std::collections::BTreeSet<_> = debits.collect();
        local.len() + self.unlocks.len()
    }

    fn payee(&self) -> u32 {
        let row = self.claim().or(self.unlocks.first()).or(self.tacs.first());
        match is_station(self.owner) {
            true => self.owner,
            false => row.map_or(NO_STATION, |row| row.station),
        }
    }

    /// Books the lock: what its station is paid, what stays open, and what somebody claims.
    fn settle(&self, primary: bool, succession: Succession, out: &mut impl Lines) {
        self.count_notices(out);
        let succeeded = match succession {
            Succession::Fits => self.debit().map(Ending::Succession),
            _ => None,
        };
        let ending = self.proved().or(succeeded);
        let claimed = self.claim().map(|row| row.amount);
        let owed = match ending {
            Some(Ending::Mac3(amount)) => claimed.or(Some(amount)),
            _ => claimed,
        };
        match (ending, owed) {
            (Some(ending), Some(_)) if self.is_nobodys() && !self.is_nothing(ending) => {
                self.keep(Class::NoRecord, ending.amount(), out);
            }
            (Some(ending), Some(owed)) => self.pay(ending, owed, primary, out),
            (Some(ending), None) => self.keep(Class::NoRecord, ending.amount(), out),
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

    /// Pays what card and station agree about; the difference is a claim, and nothing is paid twice.
    fn pay(&self, ending: Ending, owed: u32, primary: bool, out: &mut impl Lines) {
        let Some(row) = self.claim().or(self.unlocks.first()) else { return };
        let (debited, payee) = (ending.amount(), self.payee());
        let paid_before = self.unlocks.iter().any(|row| row.has(mark::BELIED));
        if paid_before {
            out.total(Class::Notice, payee, 0);
        } else {
            let class = if primary { self.class(ending) } else { Class::Loss };
            out.total(class, payee, u64::from(debited.min(owed)));
            if !primary {
                out.exception(Code::LossBooked, row, u64::from(debited));
            }
        }
        let (short, over) = (owed.saturating_sub(debited), debited.saturating_sub(owed));
        if short > 0 {
            out.total(Class::StationClaim, payee, u64::from(short));
            out.exception(Code::StationClaim, row, u64::from(short));
        }
        if over > 0 {
            out.total(Class::CardholderClaim, payee, u64::from(over));
            out.exception(Code::CardholderClaim, row, u64::from(over));
        }
        if self.claim().is_none() && !self.is_nothing(ending) {
            // Its record may still come: what it claims beyond this is to be seen then.
            let marks = mark::TAC_THERE | mark::CARRIED | mark::BELIED;
            self.unlocks.iter().for_each(|row| out.pending(&Row { marks, ..*row }));
        }
    }

    fn class(&self, ending: Ending) -> Class {
        match ending {
            Ending::Mac3(_) => Class::Online,
            Ending::Succession(_) => Class::Succession,
            Ending::Tac(_) if self.record.as_ref().is_some_and(|row| row.has(mark::TAC)) => {
                Class::Sale
            }
            Ending::Tac(_) => Class::TacSeen,
        }
    }

    /// Nothing flowed, and nothing was debited: no record is to be waited for.
    fn is_nothing(&self, ending: Ending) -> bool {
        self.notice.is_some() && ending.amount() == 0
    }

    /// Somebody proved a debit of a terminal whose owner is not known: who did an unlock is not owed its money.
    fn is_nobodys(&self) -> bool {
        let paid = self.unlocks.iter().any(|row| row.has(mark::BELIED));
        self.claim().is_none() && !is_station(self.owner) && !paid
    }

    fn keep(&self, class: Class, amount: u32, out: &mut impl Lines) {
        let payee = if self.is_nobodys() { NO_STATION } else { self.payee() };
        out.total(class, payee, u64::from(amount));
        if let (Class::NoRecord, Some(row)) = (class, self.tacs.first()) {
            out.exception(Code::TacWithoutRecord, row, u64::from(amount));
        }
        let disputed = if class == Class::Disputed { mark::DISPUTED } else { 0 };
        let all = self.record.iter().chain(&self.unproved).chain(&self.unlocks).chain(&self.tacs);
        for row in all {
            let own = if row.kind().is_some_and(Kind::is_record) { disputed } else { 0 };
            out.pending(&Row { marks: row.marks & mark::TAC_THERE | mark::CARRIED | own, ..*row });
        }
    }

    /// Every row of the lock counts once: one of them as what the lock is worth, the others as notices.
    fn count_notices(&self, out: &mut impl Lines) {
        let all = self.record.iter().chain(&self.unproved).chain(&self.unlocks).chain(&self.tacs);
        for row in all.skip(1).chain(&self.notice) {
            out.total(Class::Notice, row.payee(), 0);
        }
    }
}

impl Ending {
    const fn amount(self) -> u32 {
        match self {
            Self::Mac3(amount) | Self::Tac(amount) | Self::Succession(amount) => amount,
        }
    }
}
