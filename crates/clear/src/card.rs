//! The second stage: all rows of one card. Here each lock finds how it ended and who is owed what (protocol §9, §12).
//!
//! The rules are the centre's (`host`), for what a day's rows can tell: what they say about a lock is a function of all
//! that was heard of its card, in whatever order.

use std::collections::BTreeMap;

use host::Code;

use crate::chain::{self, Succession};
use crate::line::{Class, Lines};
use crate::lock::{Ending, Lock};
use crate::row::{Kind, NO_STATION, Row, SEVERAL_STATIONS, fate, is_station, mark};

/// Judges the rows of one ASN, in the order of their bytes.
pub fn judge(rows: &[Row], out: &mut impl Lines) {
    let mut locks: Vec<Lock> = Vec::new();
    let mut late = Vec::new();
    for row in rows {
        if row.fate != fate::GOOD {
            left_out(row, out);
            if row.fate == fate::SETTLED_BEFORE && row.is(Kind::OnlineUnlock) {
                late.push(row);
            }
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
    late.into_iter().for_each(|row| still_grey(&locks, row, out));
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

/// An unlock of a lock that was settled on an earlier day, and not by it. When nothing is known any more of how it was
/// settled, the unlock is taken for that by which it was.
fn still_grey(locks: &[Lock], row: &Row, out: &mut impl Lines) {
    let place = locks.binary_search_by_key(&row.lock(), |lock| lock.id);
    let passed = place.ok().and_then(|place| locks.get(place)).and_then(|lock| lock.passed);
    let other = |passed: &Row| passed.amount != row.amount || !Ending::was_mac3(passed);
    if passed.is_some_and(|passed| other(&passed)) {
        out.exception(Code::SettledCardStillGrey, row, u64::from(row.amount));
    }
}

/// All agrees but the high half of TTC: LOCK was altered on its way, and what its card proved belongs to the lock that
/// its station claims (protocol §9), today or on an earlier day.
fn move_twins(locks: &mut [Lock], out: &mut impl Lines) {
    let low = |lock: &Lock| (lock.id.0, lock.id.1, lock.id.2, lock.id.3 & 0xFFFF);
    let mut homes = BTreeMap::new();
    let is_home = |lock: &Lock| lock.claim().is_some() || lock.passed.is_some();
    for (place, lock) in locks.iter().enumerate().filter(|(_, lock)| is_home(lock)) {
        homes.entry(low(lock)).or_insert(place);
    }
    for place in 0..locks.len() {
        let Some(lock) = locks.get_mut(place) else { continue };
        if is_home(lock) || (lock.tacs.is_empty() && lock.unlocks.is_empty()) {
            continue;
        }
        let Some(home) = homes.get(&low(lock)).copied() else { continue };
        let (tacs, unlocks) = (std::mem::take(&mut lock.tacs), std::mem::take(&mut lock.unlocks));
        if let Some(row) = tacs.iter().chain(&unlocks).find(|row| !row.has(mark::CARRIED)) {
            out.exception(Code::TtcHighHalfAltered, row, u64::from(row.amount));
        }
        if let Some(home) = locks.get_mut(home) {
            home.take_twins(tacs, unlocks, out);
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
        let done = lock.is_done();
        if !done || lock.is_told_of() {
            lock.tell(is_primary, proved.len() > 1, out);
        }
        match done {
            true => lock.keep_done(out),
            false => lock.settle(is_primary, succession, out),
        }
        if lock.is_noticed_alone() && !chain::is_left(locks, lock) {
            lock.keep_notice(out);
        }
        // What was paid as a loss is not how its number was settled.
        if is_primary || lock.passed.is_some() {
            settled.extend(lock.as_passed(succession));
        }
    }
}
