//! The first stage: all rows of one PSAM. Its numbers are never used twice, so here what was said twice is told from
//! what disagrees (protocol §9: a lock is found by (TID, TTC), and everything else must agree).
//!
//! Nothing is dropped: every row goes on to its card, marked with what became of it.

use std::collections::{BTreeMap, BTreeSet};

use host::Code;

use crate::reason::number;
use crate::row::{Kind, NO_STATION, Row, SEVERAL_STATIONS, fate, is_station, mark};

/// Judges the rows of one TID, in the order of their TTCs; what belongs to one TTC in the order of its bytes.
pub fn judge(rows: &[Row], out: &mut impl FnMut(&Row)) {
    let mut heard = Heard::default();
    let mut known = NO_STATION;
    let mut others = Vec::with_capacity(rows.len());
    for row in rows {
        if row.fate == fate::GOOD && row.is(Kind::Heard) {
            heard.add(row.ttc, row.amount);
            known = known.min(row.owner);
        } else {
            others.push(*row);
        }
    }
    let claimed = match is_station(known) {
        true => Some(known),
        false => claims(&others),
    };
    let owner = claimed.unwrap_or(NO_STATION);
    let tid = rows.first().map_or(0, |row| row.tid);
    let before = heard.joined();
    for rows in others.chunk_by_mut(|one, other| one.ttc == other.ttc) {
        if one_number(rows, owner, &before) {
            heard.add_one(rows);
        }
        rows.iter().for_each(&mut *out);
    }
    for (first, last) in heard.joined() {
        let kind = Kind::Heard as u8;
        let owner = claimed.filter(|owner| is_station(*owner)).unwrap_or(NO_STATION);
        out(&Row { tid, ttc: first, amount: last, kind, owner, ..Row::default() });
    }
}

/// Numbers that were heard, as ranges.
#[derive(Default)]
struct Heard(Vec<(u32, u32)>);

impl Heard {
    fn add(&mut self, first: u32, last: u32) {
        self.0.push((first, last.max(first)));
    }

    fn add_one(&mut self, rows: &[Row]) {
        let Some(ttc) = rows.first().map(|row| row.ttc) else { return };
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(ttc) => *last = ttc,
            _ => self.0.push((ttc, ttc)),
        }
    }

    /// In order, none touching another.
    fn joined(&self) -> Vec<(u32, u32)> {
        let mut ranges = self.0.clone();
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        joined
    }
}

fn is_within(ranges: &[(u32, u32)], ttc: u32) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= ttc);
    let range = after.checked_sub(1).and_then(|place| ranges.get(place));
    range.is_some_and(|(_, last)| ttc <= *last)
}

/// Who owns the terminal by what its PSAM signed: who reported what is carried, else who reported records of most of
/// its numbers. The centre's door has asked its register already, so when two have as many that is told and not decided.
/// Voids, notices and unproved deliveries are signed by nobody, and say nothing of it.
fn claims(rows: &[Row]) -> Option<u32> {
    let records = || rows.iter().filter(|row| is_good(row, Kind::is_record));
    most(records().filter(|row| row.has(mark::CARRIED))).or_else(|| most(records()))
}

fn most<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<u32> {
    let mut numbers: BTreeMap<u32, (u32, Option<u32>)> = BTreeMap::new();
    for row in rows {
        let (count, last) = numbers.entry(row.station).or_default();
        if *last != Some(row.ttc) {
            *count += 1;
            *last = Some(row.ttc);
        }
    }
    let most = numbers.values().map(|(count, _)| *count).max()?;
    let mut with_most = numbers.into_iter().filter(|(_, (count, _))| *count == most);
    let (station, _) = with_most.next()?;
    Some(if with_most.next().is_some() { SEVERAL_STATIONS } else { station })
}

/// Judges the rows of one (TID, TTC); true when its station has claimed a lock. A number of which others alone spoke is no
/// number that was heard: what they said is carried, and its station may still come with another card's lock.
fn one_number(rows: &mut [Row], owner: u32, before: &[(u32, u32)]) -> bool {
    for row in &mut *rows {
        row.owner = owner;
        let speaks_for_owner = !(row.is(Kind::TacSeen) || row.is(Kind::OnlineUnlock));
        let other = is_station(owner) && row.station != owner && !row.has(mark::CARRIED);
        if row.fate == fate::GOOD && speaks_for_owner && other {
            row.fate = number(Code::StationDoesNotOwnTid);
        }
    }
    if rows.first().is_some_and(|row| is_within(before, row.ttc)) {
        settled_before(rows);
    }
    let record = records(rows);
    let unproved = unproved(rows, record);
    let claim = record.or(unproved).and_then(|place| rows.get(place)).copied();
    repeats(rows, claim.as_ref());
    let made =
        rows.iter().any(|row| row.fate == fate::GOOD && row.marks & (mark::GTAC | mark::TAC) != 0);
    for row in rows.iter_mut().filter(|row| made && row.is(Kind::Void) && row.fate == fate::GOOD) {
        row.marks |= mark::BELIED;
    }
    claim.is_some()
}

/// A number whose claim is known and is not carried was settled on an earlier day. What comes under it is late or
/// said again, but for the lock of another card, of which something is carried: it waits for a record of its own.
fn settled_before(rows: &mut [Row]) {
    let carried = || rows.iter().filter(|row| row.has(mark::CARRIED));
    if carried().any(|row| row.kind().is_some_and(Kind::is_claim)) {
        return;
    }
    let waiting: BTreeSet<(u64, u8)> = carried().map(|row| (row.asn, row.purse)).collect();
    for row in rows.iter_mut().filter(|row| row.fate == fate::GOOD && !row.is(Kind::Void)) {
        let claim = row.kind().is_some_and(Kind::is_claim);
        if claim || !waiting.contains(&(row.asn, row.purse)) {
            row.fate = fate::SETTLED_BEFORE;
        }
    }
}

fn is_good(row: &Row, kind: impl Fn(Kind) -> bool) -> bool {
    row.fate == fate::GOOD && row.kind().is_some_and(kind)
}

/// Leaves one record of all that agree and quarantines the others. What was known before today counts first, then what
/// its card proved; none is of another lock than what was booked without it. Where it stands.
fn records(rows: &mut [Row]) -> Option<usize> {
    let is_record = |row: &Row| is_good(row, Kind::is_record);
    let lock = |row: &Row| (row.asn, row.lock());
    let is_booked = |row: &&Row| row.is(Kind::Unproved) && row.has(mark::BOOKED);
    if let Some(booked) = rows.iter().find(is_booked).map(lock) {
        let others = |row: &&mut Row| is_record(row) && lock(row) != booked;
        rows.iter_mut().filter(others).for_each(|row| row.fate = number(Code::RecordDisagrees));
    }
    let rank = |row: &Row| (!row.has(mark::CARRIED), !row.has(mark::TAC), !row.has(mark::GTAC));
    let all = rows.iter().enumerate().filter(|(_, row)| is_record(row));
    let (first, known) = all.min_by_key(|(place, row)| (rank(row), *place))?;
    let known = *known;
    let mut kept = first;
    for (place, row) in rows.iter_mut().enumerate().filter(|(_, row)| is_record(row)) {
        if !is_same_claim(row, &known) {
            row.fate = number(Code::RecordDisagrees);
        } else if row.has(mark::TAC) && !known.has(mark::TAC) && kept == first {
            kept = place;
        }
    }
    keep_one(rows, kept, is_record);
    Some(kept)
}

/// The same for unproved deliveries; none may be of another lock than the record.
fn unproved(rows: &mut [Row], record: Option<usize>) -> Option<usize> {
    let is_unproved = |row: &Row| is_good(row, |kind| kind == Kind::Unproved);
    let lock = |row: &Row| (row.asn, row.lock());
    let record = record.and_then(|place| rows.get(place)).map(lock);
    let all = rows.iter().enumerate().filter(|(_, row)| is_unproved(row));
    let all = all.filter(|(_, row)| record.is_none_or(|record| record == lock(row)));
    let rank = |row: &Row| (!row.has(mark::CARRIED), !row.has(mark::GTAC));
    let first = all.min_by_key(|(place, row)| (rank(row), *place));
    let first = first.map(|(place, row)| (place, *row));
    for row in rows.iter_mut().filter(|row| is_unproved(row)) {
        if !first.is_some_and(|(_, known)| is_same_claim(row, &known)) {
            row.fate = number(Code::RecordDisagrees);
        }
    }
    let (kept, _) = first?;
    keep_one(rows, kept, is_unproved);
    Some(kept)
}

/// Of rows that say the same, one stays. What others know of its card goes on with it: the right GTAC, which proves the
/// balance, and that the card was seen to go on otherwise.
fn keep_one(rows: &mut [Row], kept: usize, is_one: impl Fn(&Row) -> bool) {
    let same = || rows.iter().filter(|row| is_one(row));
    let gtac = same().find(|row| row.has(mark::GTAC)).map(|row| row.gtac);
    let disputed = same().fold(0, |marks, row| marks | row.marks & mark::DISPUTED);
    for (place, row) in rows.iter_mut().enumerate().filter(|(_, row)| is_one(row)) {
        if place != kept {
            row.fate = fate::REPEATED;
            continue;
        }
        row.marks |= disputed;
        if let (Some(gtac), false) = (gtac, row.has(mark::GTAC)) {
            row.gtac = gtac;
            row.marks |= mark::GTAC;
        }
    }
}

/// All that the station says agrees: GTAC and TAC are the card's, and others say so too.
fn is_same_claim(one: &Row, other: &Row) -> bool {
    let same = |row: &Row| Row {
        kind: 0,
        marks: 0,
        fate: 0,
        station: 0,
        owner: 0,
        gtac: 0,
        tac: 0,
        ..*row
    };
    same(one) == same(other)
}

/// TACs, unlocks and notices that were heard already: what is carried counts first, since it knows what was booked. A TAC
/// proves TID and TTC, not the CTC that came beside it: the claim has the say there (protocol §12). Of two notices of
/// one number the first counts.
fn repeats(rows: &mut [Row], claim: Option<&Row>) {
    let mut known = BTreeSet::new();
    let mut noticed = false;
    for carried in [true, false] {
        let of_now = |row: &&mut Row| is_good(row, is_fact) && row.has(mark::CARRIED) == carried;
        for row in rows.iter_mut().filter(of_now) {
            let of_claim = claim.filter(|claim| (claim.asn, claim.purse) == (row.asn, row.purse));
            if let (true, Some(claim)) = (row.is(Kind::TacSeen), of_claim) {
                row.ctc = claim.ctc;
            }
            if !known.insert(Row { marks: 0, station: 0, owner: 0, ..*row }.pack()) {
                row.fate = fate::REPEATED;
            } else if row.is(Kind::NoDispense) && std::mem::replace(&mut noticed, true) {
                row.fate = number(Code::RecordDisagrees);
            }
        }
    }
}

const fn is_fact(kind: Kind) -> bool {
    matches!(kind, Kind::TacSeen | Kind::OnlineUnlock | Kind::NoDispense | Kind::Void)
}
