//! Records as columns of numbers: what is loaded straight into registers.

use std::vec::Vec;

use wire::Purse;

use super::layout::NUMBERS;
use super::record::Record;

/// A record with every data element as the big-endian integer of its bytes, whatever it holds: dates need not be dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Integers {
    /// The card: 8 bytes.
    pub asn: u64,
    /// True for EP.
    pub ep: bool,
    /// CTC n of the lock.
    pub ctc: u16,
    /// The terminal: the low 6 bytes.
    pub tid: u64,
    /// The PSAM's number.
    pub ttc: u32,
    /// The card's random number.
    pub icc: u32,
    /// The PSAM's random number.
    pub trn: u32,
    /// The balance when it was locked.
    pub balance: u32,
    /// Date of LOCK, BCD.
    pub lock_date: u32,
    /// Time of LOCK, BCD: the low 3 bytes.
    pub lock_time: u32,
    /// What is debited.
    pub amount: u32,
    /// date', BCD.
    pub end_date: u32,
    /// time', BCD: the low 3 bytes.
    pub end_time: u32,
}

impl From<&Record> for Integers {
    fn from(record: &Record) -> Self {
        let [a, b, c, d, e, f] = record.tid.0;
        let time = |[a, b, c]: [u8; 3]| u32::from_be_bytes([0, a, b, c]);
        Self {
            asn: u64::from_be_bytes(record.asn.0),
            ep: record.purse == Purse::Ep,
            ctc: record.ctc,
            tid: u64::from_be_bytes([0, 0, a, b, c, d, e, f]),
            ttc: record.ttc.0,
            icc: u32::from_be_bytes(record.icc.0),
            trn: u32::from_be_bytes(record.trn.0),
            balance: record.balance.units(),
            lock_date: u32::from_be_bytes(record.lock_date.to_bytes()),
            lock_time: time(record.lock_time.to_bytes()),
            amount: record.amount.units(),
            end_date: u32::from_be_bytes(record.end_date.to_bytes()),
            end_time: time(record.end_time.to_bytes()),
        }
    }
}

impl Integers {
    /// In the order of `layout`.
    #[inline]
    const fn numbers(&self) -> [u64; NUMBERS] {
        [
            self.asn,
            self.tid << 16 | self.ctc as u64,
            (self.ttc as u64) << 32 | self.amount as u64,
            (self.end_date as u64) << 32 | (self.end_time as u64 & 0xFF_FFFF) << 8 | self.ep as u64,
            (self.icc as u64) << 32 | self.trn as u64,
            (self.balance as u64) << 32 | self.lock_date as u64,
            (self.lock_time as u64 & 0xFF_FFFF) << 8,
        ]
    }

    /// Takes [`Self::numbers`] back.
    #[expect(clippy::cast_possible_truncation, reason = "halves of numbers")]
    const fn of_numbers(numbers: [u64; NUMBERS]) -> Self {
        let [asn, terminal, claim, end, random, lock, time] = numbers;
        Self {
            asn,
            ep: end & 1 == 1,
            ctc: terminal as u16,
            tid: terminal >> 16,
            ttc: (claim >> 32) as u32,
            icc: (random >> 32) as u32,
            trn: random as u32,
            balance: (lock >> 32) as u32,
            lock_date: lock as u32,
            lock_time: (time >> 8) as u32,
            amount: claim as u32,
            end_date: (end >> 32) as u32,
            end_time: (end as u32) >> 8,
        }
    }
}

/// Records of one call, in columns.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    columns: [Vec<u64>; NUMBERS],
}

impl Batch {
    /// Room for so many records.
    #[must_use]
    pub fn with_capacity(records: usize) -> Self {
        Self { columns: core::array::from_fn(|_| Vec::with_capacity(records)) }
    }

    /// Adds a record.
    pub fn push(&mut self, record: &Record) {
        self.push_integers(&record.into());
    }

    /// Adds a record whose elements were not looked at.
    #[inline]
    pub fn push_integers(&mut self, record: &Integers) {
        for (column, number) in self.columns.iter_mut().zip(record.numbers()) {
            column.push(number);
        }
    }

    /// Records in it.
    #[must_use]
    pub fn len(&self) -> usize {
        let [first, ..] = &self.columns;
        first.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes all records out; the room stays.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Vec::clear);
    }

    /// Holds a part of another batch instead of what it held.
    pub(super) fn take(&mut self, other: &Self, from: usize, count: usize) {
        for (column, other) in self.columns.iter_mut().zip(&other.columns) {
            column.clear();
            column.extend(other.iter().skip(from).take(count));
        }
    }

    /// A record; zeros beyond the last one.
    pub(super) fn get(&self, place: usize) -> Integers {
        let number = |column: &Vec<u64>| column.get(place).copied().unwrap_or_default();
        Integers::of_numbers(self.columns.each_ref().map(number))
    }

    /// A part of the first `N` columns; what is missing at the end comes out of `room`, filled up with zeros.
    pub(super) fn part<'a, const N: usize>(
        &'a self,
        from: usize,
        length: usize,
        room: &'a mut [Vec<u64>; NUMBERS],
    ) -> [&'a [u64]; N] {
        let to = from.saturating_add(length);
        if to <= self.len() {
            return core::array::from_fn(|n| &self.columns[n][from..to]);
        }
        for (room, column) in room.iter_mut().zip(&self.columns) {
            room.clear();
            room.extend_from_slice(column.get(from..).unwrap_or_default());
            room.resize(length, 0);
        }
        let room = &*room;
        core::array::from_fn(|n| room[n].as_slice())
    }
}
