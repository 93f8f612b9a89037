//! One nozzle's hand in the journal: what becomes durable is told, and reported by the uplink in its own time.

use std::sync::Arc;

use api::site::Happened;
use logbook::Logbook;
use station::{Outbox, Records};
use terminal::{Journal, JournalFailed, Progress, PurchaseProgress};
use wire::{Amount, ClaimedRecord, Entry, LockId, PurchaseStep, Step, Tid, Ttc};

use crate::common::Common;
use crate::words::{lock_document, point};

/// One nozzle's hand in the journal.
pub(crate) struct Book {
    logbook: Logbook,
    common: Arc<Common>,
    nozzle: u8,
    /// Purchases that came to their end by this hand, until somebody takes them.
    ended: Vec<(Tid, Ttc)>,
}

impl Book {
    pub(crate) fn new(common: &Arc<Common>, nozzle: u8) -> Self {
        Self {
            logbook: common.logbook.clone(),
            common: Arc::clone(common),
            nozzle,
            ended: Vec::new(),
        }
    }

    /// Why the last entry was not kept.
    pub(crate) fn last_error(&self) -> String {
        self.logbook.last_error().unwrap_or("the power is off").to_owned()
    }

    /// Locks that are begun from now on are for the vehicle with this plate.
    pub(crate) fn set_vehicle(&mut self, plate: Option<&str>) {
        let vehicle = plate.map(|plate| self.logbook.vehicle(plate));
        self.logbook.set_vehicle(vehicle);
    }

    /// Purchases that came to their end by this hand since this was asked last.
    pub(crate) fn ended_purchases(&mut self) -> Vec<PurchaseProgress> {
        let ended = std::mem::take(&mut self.ended);
        ended.into_iter().filter_map(|(tid, ttc)| self.logbook.purchase(tid, ttc)).collect()
    }

    fn tell(&self, entry: &Entry) {
        let (step, lock) = match entry {
            Entry::Lock { tid, ttc, step } => {
                let progress = self.logbook.progress(*tid, *ttc);
                (step.name(), progress.as_ref().and_then(Progress::terms).map(|terms| terms.id))
            }
            Entry::Purchase { tid, ttc, step } => {
                let progress = self.logbook.purchase(*tid, *ttc);
                (step.name(), progress.map(|progress| progress.terms().id))
            }
            Entry::TacSeen { .. } => ("tac_seen", None),
            Entry::Refused(lock) | Entry::RefusedRecord { lock, .. } => ("refused", Some(*lock)),
            Entry::Reported { .. } => return,
        };
        self.common.feed.tell(Happened::Journal {
            nozzle: Some(self.nozzle),
            step: step.to_owned(),
            lock: lock.as_ref().map(lock_document),
            words: words(entry, self.common.decimals),
        });
    }
}

/// What an entry says.
fn words(entry: &Entry, decimals: u8) -> String {
    let money = |amount: Amount| point(amount.units().into(), decimals);
    match entry {
        Entry::Lock { ttc, step, .. } => match step {
            Step::LockSent(terms) => {
                let (asn, balance) = (terms.id.asn, money(terms.balance));
                format!("lock {ttc} may go to card {asn}, which shows {balance}")
            }
            Step::Locked(certified) => {
                format!(
                    "lock {ttc} is certified: the nozzle may open up to {}",
                    money(certified.ceiling)
                )
            }
            Step::Delivered(delivery) => {
                format!("{} delivered for {}", point(delivery.quantity, 3), money(delivery.amount))
            }
            Step::Claimed(_) => "the grey record is whole: any station can debit it".to_owned(),
            Step::Settled(tac) => format!("the card was debited: TAC {tac}"),
            Step::NoDispense => format!("nothing flows on lock {ttc}"),
            Step::Void => format!("lock {ttc} never went to a card"),
        },
        Entry::Purchase { ttc, step, .. } => match step {
            PurchaseStep::Sent(terms) => {
                format!("purchase {ttc} of {} goes out", money(terms.amount))
            }
            PurchaseStep::Paid(answer) => format!("purchase {ttc} answered: TAC {}", answer.tac),
            PurchaseStep::Void => format!("purchase {ttc} was not paid"),
        },
        Entry::TacSeen { asn, status } => format!("card {asn} shows code {}", status.b),
        Entry::Refused(lock) | Entry::RefusedRecord { lock, .. } => {
            format!("card {} refused this record", lock.asn)
        }
        Entry::Reported { through } => format!("the centre has all up to {through}"),
    }
}

impl Journal for Book {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        if self.common.power.is_off() {
            return Err(JournalFailed);
        }
        let known =
            matches!(entry, Entry::TacSeen { .. }) && self.logbook.look(|index| index.knows(entry));
        self.logbook.append(entry)?;
        if let Some(watcher) = &self.common.watcher {
            watcher(entry);
        }
        if let Entry::Purchase { tid, ttc, step: PurchaseStep::Paid(_) | PurchaseStep::Void } =
            entry
            && !self.ended.contains(&(*tid, *ttc))
        {
            self.ended.push((*tid, *ttc));
        }
        // A status that is kept already is no new entry.
        if !known {
            self.tell(entry);
            self.common.uplink.nudge();
            if let Entry::Lock { tid, ttc, step } = entry
                && matches!(step, Step::Claimed(_) | Step::Settled(_) | Step::NoDispense)
            {
                self.common.look_again_at((*tid, *ttc));
            }
        }
        Ok(())
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.logbook.progress(tid, ttc)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        self.logbook.highest_ttc(tid)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.logbook.next_open(after)
    }

    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        self.logbook.totalizer_before(tid, ttc, nozzle)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        self.logbook.next_given_up(tid, after)
    }

    fn is_refused(&self, record: &ClaimedRecord) -> bool {
        self.logbook.is_refused(record)
    }

    fn has_refused(&self, lock: &LockId) -> bool {
        self.logbook.has_refused(lock)
    }

    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseProgress> {
        self.logbook.purchase(tid, ttc)
    }

    fn next_open_purchase(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.logbook.next_open_purchase(after)
    }
}

impl Records for Book {
    fn record_of(&self, lock: &LockId) -> Option<ClaimedRecord> {
        self.logbook.record_of(lock)
    }

    /// The uplink reads the journal itself: a visit only asks whether there is anything.
    fn unreported(&self) -> Outbox {
        self.logbook.some_unreported()
    }

    /// The uplink says what the centre has: it alone reports.
    fn mark_reported(&mut self, _: u64) -> Result<(), JournalFailed> {
        Ok(())
    }
}
