//! What a journal says, folded: how far each lock got, and what the centre has not heard.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use terminal::{Journal, JournalFailed, OutOfOrder, Progress, PurchaseProgress};
use wire::{
    Amount, Asn, ClaimedRecord, Date, Entry, GreyStatus, LockId, PurchaseStep, Report, Step, Tid,
    Tried, Ttc,
};

/// A lock in the journal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Known {
    progress: Progress,
    /// Number of the record that changed it last.
    record: u64,
}

/// A purchase in the journal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct KnownPurchase {
    progress: PurchaseProgress,
    record: u64,
}

/// A TAC that a card showed and somebody must hear of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TacSeen {
    /// The card.
    pub asn: Asn,
    /// What it showed.
    pub status: GreyStatus,
    /// Number of the journal record.
    pub record: u64,
}

/// What goes up to the centre.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outbox {
    /// The journal record up to which these are all.
    pub through: u64,
    /// The reports, by lock; then purchases, then TACs seen.
    pub reports: Vec<Report>,
}

/// What a station looks up in its journal and tells the centre of it, whatever keeps it durable.
pub trait Records: Journal {
    /// The record that could unlock a card showing this lock, settled or not: a TAC that was
    /// answered by somebody else than the card does not make the record useless.
    fn record_of(&self, lock: &LockId) -> Option<ClaimedRecord>;

    /// What the centre has not taken yet.
    fn unreported(&self) -> Outbox;

    /// The centre has taken everything of an outbox; what was appended since goes up later.
    fn mark_reported(&mut self, through: u64) -> Result<(), JournalFailed> {
        self.append(&Entry::Reported { through })
    }
}

/// What the journal says, folded.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Index {
    /// Shared, so that a copy of the index is cheap.
    locks: BTreeMap<(Tid, Ttc), Arc<Known>>,
    purchases: BTreeMap<(Tid, Ttc), KnownPurchase>,
    /// What the totalizer of a nozzle showed, by nozzle and number of the record.
    readings: BTreeMap<(u8, u64), u64>,
    /// `None` for any record of the lock.
    refused: BTreeSet<(LockId, Option<Tried>)>,
    tacs: Vec<TacSeen>,
    reported: u64,
}

/// A lock or purchase that is at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finished {
    /// TID and TTC.
    pub number: (Tid, Ttc),
    /// Its newest record.
    pub record: u64,
    /// The day of it, where it is known.
    pub day: Option<Date>,
    /// What was debited.
    pub amount: Amount,
}

/// Day and amount of a lock at its end. A claimed one is not at its end: its card may come.
fn ended(progress: &Progress) -> Option<(Option<Date>, Amount)> {
    match progress {
        Progress::Settled(record, _) => {
            Some((Some(record.delivery.at.date), record.delivery.amount))
        }
        Progress::NoDispense(terms) => Some((Some(terms.at.date), Amount::ZERO)),
        Progress::Void(terms) => Some((terms.map(|terms| terms.at.date), Amount::ZERO)),
        _ => None,
    }
}

impl Index {
    /// Every lock, by (TID, TTC).
    pub fn locks(&self) -> impl Iterator<Item = ((Tid, Ttc), &Progress)> {
        self.locks.iter().map(|(key, known)| (*key, &known.progress))
    }

    /// Every purchase, by (TID, TTC).
    pub fn purchases(&self) -> impl Iterator<Item = ((Tid, Ttc), &PurchaseProgress)> {
        self.purchases.iter().map(|(key, known)| (*key, &known.progress))
    }

    /// How far a purchase got.
    #[must_use]
    pub fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseProgress> {
        self.purchases.get(&(tid, ttc)).map(|known| known.progress)
    }

    /// The next purchase after this one of which nobody knows whether the card paid.
    #[must_use]
    pub fn next_open_purchase(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut later = self.purchases.range((from, Bound::Unbounded));
        later.find(|(_, known)| known.progress.is_open()).map(|(number, _)| *number)
    }

    /// TACs that cards showed here, oldest first.
    #[must_use]
    pub fn tacs_seen(&self) -> &[TacSeen] {
        &self.tacs
    }

    /// Locks of which a card refused a record here, which is never tried again; once for each record.
    pub fn refused(&self) -> impl Iterator<Item = &LockId> {
        self.refused.iter().map(|(lock, _)| lock)
    }

    /// How far a lock got.
    #[must_use]
    pub fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.locks.get(&(tid, ttc)).map(|known| known.progress)
    }

    /// The highest TTC of this PSAM, of a lock or a purchase: both are drawn from one row.
    #[must_use]
    pub fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        let of_tid = (tid, Ttc(0))..=(tid, Ttc(u32::MAX));
        let lock = self.locks.range(of_tid.clone()).next_back().map(|((_, ttc), _)| *ttc);
        let purchase = self.purchases.range(of_tid).next_back().map(|((_, ttc), _)| *ttc);
        lock.max(purchase)
    }

    /// The next lock after this one on which something is still to be done.
    #[must_use]
    pub fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut later = self.locks.range((from, Bound::Unbounded));
        later.find(|(_, known)| known.progress.is_open()).map(|(number, _)| *number)
    }

    /// What the totalizer of a nozzle showed last before this lock's newest record.
    #[must_use]
    pub fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        let record = self.locks.get(&(tid, ttc))?.record;
        let mut before = self.readings.range((nozzle, 0)..(nozzle, record));
        before.next_back().map(|(_, totalizer)| *totalizer)
    }

    /// The next lock of this PSAM, after this one, that ended as `no_dispense`.
    #[must_use]
    pub fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        let from = after.map_or(Bound::Included((tid, Ttc(0))), |ttc| Bound::Excluded((tid, ttc)));
        let of_tid = self.locks.range((from, Bound::Included((tid, Ttc(u32::MAX)))));
        let mut given_up =
            of_tid.filter(|(_, known)| matches!(known.progress, Progress::NoDispense(_)));
        given_up.next().map(|((_, ttc), _)| *ttc)
    }

    /// True when a card answered 9302 to this record here.
    #[must_use]
    pub fn is_refused(&self, record: &ClaimedRecord) -> bool {
        let lock = record.terms.id;
        [None, Some(record.tried())].into_iter().any(|tried| self.refused.contains(&(lock, tried)))
    }

    /// True when a card answered 9302 to any record of this lock here.
    #[must_use]
    pub fn has_refused(&self, lock: &LockId) -> bool {
        self.refused.range((*lock, None)..).next().is_some_and(|(refused, _)| refused == lock)
    }

    /// [`Records::record_of`].
    #[must_use]
    pub fn record_of(&self, lock: &LockId) -> Option<&ClaimedRecord> {
        let known = self.locks.get(&(lock.tid, lock.ttc))?;
        known.progress.record().filter(|record| record.terms.id == *lock)
    }

    /// [`Records::unreported`], with the number of the newest record.
    #[must_use]
    pub fn unreported(&self, through: u64) -> Outbox {
        let purchases = self.purchases.keys();
        self.unreported_among(self.locks.keys().chain(purchases), through)
    }

    /// The same, for whoever knows which numbers changed since: they come in order.
    #[must_use]
    pub fn unreported_among<'n>(
        &self,
        numbers: impl Iterator<Item = &'n (Tid, Ttc)> + Clone,
        through: u64,
    ) -> Outbox {
        let locks = numbers.clone().filter_map(|number| self.locks.get_key_value(number));
        let outcomes = locks
            .filter(|(_, known)| known.record > self.reported)
            .filter_map(|((tid, ttc), known)| known.progress.report(*tid, *ttc));
        let tacs = self.tacs.iter().filter(|seen| seen.record > self.reported);
        let tacs = tacs.map(|seen| Report::TacSeen(seen.asn, seen.status));
        let purchases = numbers.filter_map(|number| self.purchases.get(number));
        let purchases = purchases.filter(|known| known.record > self.reported);
        let purchases = purchases.flat_map(|known| known.progress.reports());
        Outbox { through, reports: outcomes.chain(purchases).chain(tacs).collect() }
    }

    /// Locks and purchases that are at their end, and whose end the centre has taken. The newest of each PSAM is none:
    /// the next number is told from a skipped one by it.
    pub fn finished(&self) -> impl Iterator<Item = Finished> {
        let locks = self.locks.iter().filter_map(|(number, known)| {
            let (day, amount) = ended(&known.progress)?;
            Some(Finished { number: *number, record: known.record, day, amount })
        });
        let purchases = self.purchases.iter().filter(|(_, known)| !known.progress.is_open());
        let purchases = purchases.map(|(number, known)| {
            let terms = known.progress.terms();
            let paid = matches!(known.progress, PurchaseProgress::Paid(..));
            let amount = if paid { terms.amount } else { Amount::ZERO };
            let day = Some(terms.at.date);
            Finished { number: *number, record: known.record, day, amount }
        });
        let newest = |end: &Finished| self.highest_ttc(end.number.0) == Some(end.number.1);
        locks.chain(purchases).filter(move |end| end.record <= self.reported && !newest(end))
    }

    /// Records of the readings that recovery may ask for: of each nozzle the newest, and the newest before each open lock.
    #[must_use]
    pub fn needed_readings(&self) -> BTreeSet<u64> {
        let nozzles: BTreeSet<u8> = self.readings.keys().map(|(nozzle, _)| *nozzle).collect();
        let open = self.locks.values().filter(|known| known.progress.is_open());
        let ends = open.map(|known| known.record).chain([u64::MAX]);
        ends.flat_map(|end| nozzles.iter().map(move |nozzle| (*nozzle, end)))
            .filter_map(|(nozzle, end)| {
                let mut before = self.readings.range((nozzle, 0)..(nozzle, end));
                before.next_back().map(|((_, record), _)| *record)
            })
            .collect()
    }

    /// The record up to which the centre has all.
    #[must_use]
    pub const fn reported(&self) -> u64 {
        self.reported
    }

    /// These numbers are at their end, and all of their records are gone; and so are records of TACs that were seen.
    pub fn forget(&mut self, numbers: &BTreeSet<(Tid, Ttc)>, records: &[u64]) {
        self.locks.retain(|number, _| !numbers.contains(number));
        self.purchases.retain(|number, _| !numbers.contains(number));
        let gone: BTreeSet<&u64> = records.iter().collect();
        self.readings.retain(|(_, record), _| !gone.contains(record));
        self.tacs.retain(|seen| !gone.contains(&seen.record));
    }

    /// What the centre has not taken yet, each with the number of its newest record, in the order of the journal: so each
    /// PSAM's are in their order, and what was sent up to some number can be marked there. For whoever knows which numbers
    /// changed since.
    #[must_use]
    pub fn pending_among<'n>(
        &self,
        numbers: impl Iterator<Item = &'n (Tid, Ttc)> + Clone,
    ) -> Vec<(u64, Report)> {
        let new = |record: u64| record > self.reported;
        let locks = numbers.clone().filter_map(|number| self.locks.get_key_value(number));
        let locks = locks.filter(|(_, known)| new(known.record));
        let locks = locks.filter_map(|((tid, ttc), known)| {
            Some((known.record, known.progress.report(*tid, *ttc)?))
        });
        let tacs = self.tacs.iter().filter(|seen| new(seen.record));
        let tacs = tacs.map(|seen| (seen.record, Report::TacSeen(seen.asn, seen.status)));
        let purchases = numbers.filter_map(|number| self.purchases.get(number));
        let purchases = purchases
            .filter(|known| new(known.record))
            .flat_map(|known| known.progress.reports().map(|report| (known.record, report)));
        let mut pending: Vec<(u64, Report)> = locks.chain(purchases).chain(tacs).collect();
        pending.sort_by_key(|(record, _)| *record);
        pending
    }

    /// True when a status is kept already: a card shows the same one at every visit.
    #[must_use]
    pub fn knows(&self, entry: &Entry) -> bool {
        let Entry::TacSeen { asn, status } = entry else { return false };
        self.tacs.iter().any(|seen| (seen.asn, seen.status) == (*asn, *status))
    }

    fn after(&self, tid: Tid, ttc: Ttc, step: &Step) -> Result<Progress, OutOfOrder> {
        if let Some(known) = self.purchases.get(&(tid, ttc)) {
            return Err(OutOfOrder { before: Some(known.progress.name()), step: step.name() });
        }
        let before = self.locks.get(&(tid, ttc)).map(|known| known.progress);
        Progress::after(before, step)
    }

    /// One TTC is a lock or a purchase, never both.
    fn after_purchase(
        &self,
        (tid, ttc): (Tid, Ttc),
        step: &PurchaseStep,
    ) -> Result<PurchaseProgress, OutOfOrder> {
        if let Some(known) = self.locks.get(&(tid, ttc)) {
            return Err(OutOfOrder { before: Some(known.progress.name()), step: step.name() });
        }
        PurchaseProgress::after(self.purchase(tid, ttc), step)
    }

    /// Whether an entry can follow what is known: only then it may be written.
    pub fn fits(&self, entry: &Entry) -> Result<(), OutOfOrder> {
        Fold::of(self, entry).map(drop)
    }

    /// Takes an entry as record number `record`.
    pub fn take(&mut self, entry: &Entry, record: u64) -> Result<(), OutOfOrder> {
        Fold::of(self, entry)?.apply(self, record);
        Ok(())
    }
}

/// What one entry changes in the index, worked out before it is written.
pub(crate) enum Fold {
    Lock((Tid, Ttc), Progress),
    Purchase((Tid, Ttc), PurchaseProgress),
    Tac(Asn, GreyStatus),
    Refused(LockId, Option<Tried>),
    Reported(u64),
}

impl Fold {
    pub(crate) fn of(index: &Index, entry: &Entry) -> Result<Self, OutOfOrder> {
        Ok(match entry {
            Entry::Lock { tid, ttc, step } => {
                Self::Lock((*tid, *ttc), index.after(*tid, *ttc, step)?)
            }
            Entry::Purchase { tid, ttc, step } => {
                Self::Purchase((*tid, *ttc), index.after_purchase((*tid, *ttc), step)?)
            }
            Entry::TacSeen { asn, status } => Self::Tac(*asn, *status),
            Entry::Refused(lock) => Self::Refused(*lock, None),
            Entry::RefusedRecord { lock, tried } => Self::Refused(*lock, Some(*tried)),
            Entry::Reported { through } => Self::Reported(*through),
        })
    }

    pub(crate) fn apply(&self, index: &mut Index, record: u64) {
        match *self {
            Self::Lock(key, progress) => {
                if let Some((nozzle, totalizer)) = progress.reading() {
                    index.readings.insert((nozzle, record), totalizer);
                }
                index.locks.insert(key, Arc::new(Known { progress, record }));
            }
            Self::Purchase(key, progress) => {
                index.purchases.insert(key, KnownPurchase { progress, record });
            }
            Self::Tac(asn, status) => index.tacs.push(TacSeen { asn, status, record }),
            Self::Refused(lock, tried) => {
                index.refused.insert((lock, tried));
            }
            Self::Reported(through) => index.reported = index.reported.max(through),
        }
    }
}
