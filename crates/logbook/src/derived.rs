//! What is looked up so often that no search through all locks would do.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use station::{Index, Outbox};
use terminal::{OutOfOrder, Progress};
use wire::{Amount, Asn, Certified, Date, Entry, PurchaseStep, Report, Stamp, Step, Tid, Ttc};

use crate::trusted::Trusted;
use crate::vehicle::Vehicle;

type Number = (Tid, Ttc);

/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// In seconds since 1970, as if it were that of Greenwich.
fn midnight_after(date: Date) -> i64 {
    Stamp { date, ..Stamp::default() }.unix_seconds() + DAY
}

/// One delivery, for limits of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// Its lock.
    pub number: (Tid, Ttc),
    /// Where.
    pub nozzle: u8,
    /// What.
    pub product: u8,
    /// How much, in thousandths of the product's unit.
    pub quantity: u64,
    /// For how much.
    pub amount: Amount,
}

impl Fill {
    /// The most that an amount buys, in thousandths of the product's unit.
    #[must_use]
    pub fn most_of(amount: Amount, unit_price: u32) -> u64 {
        (u64::from(amount.units()) * 1_000).div_ceil(u64::from(unit_price).max(1))
    }
}

/// The entries, folded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Held {
    pub(crate) index: Index,
    open: BTreeSet<Number>,
    fills: BTreeMap<(Date, Asn), Vec<Fill>>,
    /// Of locks that were told a vehicle.
    vehicles: BTreeMap<Number, Vehicle>,
    fills_of: BTreeMap<(Date, Vehicle), Vec<Fill>>,
    /// Locks and purchases that changed since the centre had all.
    fresh: BTreeMap<Number, u64>,
    newest: Option<Stamp>,
    psams: BTreeSet<Tid>,
    /// The record that says up to where the centre has all; those like it before say nothing any more.
    marked: u64,
}

impl Held {
    /// Takes an entry as record number `record`.
    pub(crate) fn take(&mut self, entry: &Entry, record: u64) -> Result<(), OutOfOrder> {
        self.index.take(entry, record)?;
        match entry {
            Entry::Lock { tid, ttc, step } => {
                self.fresh.insert((*tid, *ttc), record);
                self.take_step((*tid, *ttc), step);
            }
            Entry::Purchase { tid, ttc, step } => {
                self.fresh.insert((*tid, *ttc), record);
                if let PurchaseStep::Sent(terms) = step {
                    self.seen(terms.at);
                }
            }
            Entry::Reported { through } => {
                self.fresh.retain(|_, record| *record > *through);
                if *through == self.index.reported() {
                    self.marked = record;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_step(&mut self, number: Number, step: &Step) {
        let progress = self.index.progress(number.0, number.1);
        if progress.as_ref().is_some_and(Progress::is_open) {
            self.open.insert(number);
        } else {
            self.open.remove(&number);
        }
        match (step, progress) {
            (Step::LockSent(terms), _) => self.seen(terms.at),
            (Step::Delivered(delivery), Some(Progress::Delivered(terms, certified, _))) => {
                self.seen(delivery.at);
                let fill = Fill {
                    number,
                    nozzle: certified.nozzle,
                    product: certified.product,
                    quantity: delivery.quantity,
                    amount: delivery.amount,
                };
                let day = delivery.at.date;
                self.fills.entry((day, terms.id.asn)).or_default().push(fill);
                if let Some(vehicle) = self.vehicles.get(&number) {
                    self.fills_of.entry((day, *vehicle)).or_default().push(fill);
                }
            }
            _ => {}
        }
    }

    /// A PSAM is the station's own; all that are.
    pub(crate) fn own_psam(&mut self, tid: Tid) -> BTreeSet<Tid> {
        self.psams.insert(tid);
        self.psams.clone()
    }

    pub(crate) fn set_psams(&mut self, psams: BTreeSet<Tid>) {
        self.psams = psams;
    }

    /// Whether a PSAM was in a slot of this station, or the journal has a lock of it.
    pub(crate) fn is_own(&self, tid: Tid) -> bool {
        self.psams.contains(&tid) || self.index.highest_ttc(tid).is_some()
    }

    /// What the rows so far say of the time does not count.
    pub(crate) const fn trust(&mut self, trusted: Trusted) {
        self.newest = Some(trusted.at);
    }

    fn seen(&mut self, at: Stamp) {
        let newer = |newest: Stamp| newest.unix_seconds() < at.unix_seconds();
        if self.newest.is_none_or(newer) {
            self.newest = Some(at);
        }
    }

    /// The next lock after this one on which something is still to be done.
    pub(crate) fn next_open(&self, after: Option<Number>) -> Option<Number> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.open.range((from, Bound::Unbounded)).next().copied()
    }

    /// Rows left, with all that they said of these numbers.
    pub(crate) fn forget(&mut self, numbers: &BTreeSet<Number>, rows: &[u64]) {
        self.index.forget(numbers, rows);
        for fills in self.fills.values_mut().chain(self.fills_of.values_mut()) {
            fills.retain(|fill| !numbers.contains(&fill.number));
        }
        self.fills.retain(|_, fills| !fills.is_empty());
        self.fills_of.retain(|_, fills| !fills.is_empty());
        self.vehicles.retain(|number, _| !numbers.contains(number));
    }

    /// What the centre has not taken yet.
    pub(crate) fn unreported(&self, through: u64) -> Outbox {
        self.index.unreported_among(self.fresh.keys(), through)
    }

    /// The same in the order of the journal, each with the number of its newest entry.
    pub(crate) fn pending(&self) -> Vec<(u64, Report)> {
        self.index.pending_among(self.fresh.keys())
    }

    /// Every TAC that was seen, and at most one lock or purchase.
    pub(crate) fn some_unreported(&self, through: u64) -> Outbox {
        self.index.unreported_among(self.fresh.keys().take(1), through)
    }

    pub(crate) const fn marked(&self) -> u64 {
        self.marked
    }

    pub(crate) fn open(&self) -> &BTreeSet<Number> {
        &self.open
    }

    pub(crate) fn fills(&self, asn: Asn, day: Date) -> &[Fill] {
        self.fills.get(&(day, asn)).map_or(&[], Vec::as_slice)
    }

    /// A lock is a vehicle's: said before its delivery.
    pub(crate) fn set_vehicle(&mut self, number: Number, vehicle: Vehicle) {
        self.vehicles.insert(number, vehicle);
    }

    /// One that runs counts with all that it may come to. One that hangs since longer than the day before does not: it has
    /// its end on the day on which it gets it.
    pub(crate) fn fills_of(&self, vehicle: Vehicle, day: Date) -> Vec<Fill> {
        let mut fills = self.fills_of.get(&(day, vehicle)).cloned().unwrap_or_default();
        let open = self.open.iter().filter(|number| self.vehicles.get(number) == Some(&vehicle));
        fills.extend(open.filter_map(|(tid, ttc)| {
            let Some(Progress::Locked(terms, certified)) = self.index.progress(*tid, *ttc) else {
                return None;
            };
            let begun = midnight_after(terms.at.date);
            if begun != midnight_after(day) && begun + DAY != midnight_after(day) {
                return None;
            }
            let amount = certified.ceiling;
            let quantity = Fill::most_of(amount, certified.unit_price);
            let Certified { nozzle, product, .. } = certified;
            Some(Fill { number: (*tid, *ttc), nozzle, product, quantity, amount })
        }));
        fills
    }

    pub(crate) const fn newest(&self) -> Option<Stamp> {
        self.newest
    }
}
