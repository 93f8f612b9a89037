//! What the centre hears (protocol §9): outcomes from the owner of a TID, TACs from anybody,
//! in any order, any number of times.

use seeded::Bug;
use wire::{ClaimedRecord, LockTerms, Mac, Report, Stamp, Tid, Ttc};

use crate::books::{Books, StationId};
use crate::case::{Case, HeldRecord, HeldUnproved, Outcome, Quarantined};
use crate::centre::Centre;
use crate::codes::Codes;
use crate::facts::{Sighting, TacFact};
use crate::notice::{About, Code};
use crate::refusal::Refusal;
use crate::verify;

/// What a report brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// Something new was learnt.
    First,
    /// Better proof of what was known.
    Upgrade,
    /// Nothing new: it was heard before.
    Repeat,
    /// It did not verify and counts as unheard.
    Quarantined(Code),
}

/// The answer to a report. A station may forget a report only when it has its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heard {
    /// The lock by TID and TTC, where the report names one.
    pub number: Option<(Tid, Ttc)>,
    /// The outcome of that lock as it stands now.
    pub outcome: Option<Outcome>,
    /// What the report brought.
    pub news: News,
}

/// Whether a station may forget a report with this answer. What is unknown to the centre only
/// because something was not registered yet must come again; everything else was understood. A TAC
/// of a card that nobody issued is final: cards are registered before they are handed out, and any
/// made-up card could pin a station's journal for ever otherwise.
#[must_use]
pub const fn is_final(answer: &Result<Heard, Refusal>) -> bool {
    !matches!(
        answer,
        Err(Refusal::TidUnknown | Refusal::KeyVersionUnknown | Refusal::LedgerOverflow)
            | Ok(Heard {
                news: News::Quarantined(Code::CardUnknown | Code::KeyVersionUnknown),
                ..
            })
    )
}

/// A report at the door: who sent it, and when.
pub(crate) struct Sender<'a> {
    pub(crate) station: &'a StationId,
    pub(crate) now: Stamp,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Takes one report of a station. The answer to a repeat says so, and changes nothing.
    pub fn hear(&mut self, station: &str, report: &Report, now: Stamp) -> Result<Heard, Refusal> {
        let station = StationId::from(station);
        let sender = Sender { station: &station, now };
        match report {
            Report::TacSeen(asn, status) => self.hear_status(&sender, *asn, status),
            Report::Sale(record, tac) => self.hear_record(&sender, report, record, Some(*tac)),
            Report::Grey(record) => self.hear_record(&sender, report, record, None),
            Report::Unproved(terms, certified, delivery) => {
                let (terms, certified, delivery) = (*terms, *certified, *delivery);
                self.hear_unproved(&sender, report, HeldUnproved { terms, certified, delivery })
            }
            Report::NoDispense(terms) => self.hear_no_dispense(&sender, terms),
            Report::Void(tid, ttc) => self.hear_void(&sender, *tid, *ttc),
            Report::Purchase(terms, answer) => {
                self.hear_purchase(&sender, report, terms, Some(*answer))
            }
            Report::PurchaseUnknown(terms) => self.hear_purchase(&sender, report, terms, None),
        }
    }

    /// Outcomes come only from the station that owns the TID.
    pub(crate) fn owned(
        &mut self,
        sender: &Sender<'_>,
        tid: Tid,
        ttc: Ttc,
    ) -> Result<Case, Refusal> {
        let about = About::number(tid, ttc).by(sender.station);
        match self.books.station_of(tid) {
            Some(owner) if owner == *sender.station => {
                Ok(self.books.case(tid, ttc).unwrap_or(Case::new(tid, ttc)))
            }
            Some(_) if seeded::is(Bug::AnyStationSpeaks) => {
                Ok(self.books.case(tid, ttc).unwrap_or(Case::new(tid, ttc)))
            }
            Some(_) => {
                self.tell(Code::StationDoesNotOwnTid, about, sender.now, String::new());
                Err(Refusal::StationDoesNotOwnTid)
            }
            None => {
                self.tell(Code::TidUnknown, about, sender.now, String::new());
                Err(Refusal::TidUnknown)
            }
        }
    }

    fn hear_record(
        &mut self,
        sender: &Sender<'_>,
        report: &Report,
        record: &ClaimedRecord,
        tac: Option<Mac>,
    ) -> Result<Heard, Refusal> {
        let lock = record.terms.id;
        let mut case = self.owned(sender, lock.tid, lock.ttc)?;
        let before = self.outcome_of(&case);
        let held = match self.verified(&case, record) {
            Ok(held) => held,
            Err(reason) => return Ok(self.quarantine(sender, case, report, reason)),
        };
        self.psam_lives(lock.tid);
        self.tell_barred(lock, record.terms.at, sender.now);
        self.tell_about_record(sender, &case, &held);
        let known = case.record;
        let card_proved = held.card_proved || known.is_some_and(|known| known.card_proved);
        case.record = Some(HeldRecord { card_proved, ..known.unwrap_or(held) });
        let mut changed = known != case.record;
        self.books.put_case(case.clone());
        if held.card_proved {
            self.learn_version(lock.asn, record.terms.key.version, sender.now);
            self.sight(sighting_of(&record.terms), sender.now);
        }
        if let Some(tac) = tac {
            changed |= self.take_tac(sender, record, tac);
        }
        self.settle(lock, sender.now)?;
        Ok(self.heard(&case, before, changed, sender.now))
    }

    fn verified(&self, case: &Case, record: &ClaimedRecord) -> Result<HeldRecord, Code> {
        let held = verify::claimed(&self.vault, record)?;
        if self.books.card(record.terms.id.asn).is_none() {
            return Err(Code::CardUnknown);
        }
        if self.books.purchase(case.tid, case.ttc).is_some() {
            return Err(Code::RecordDisagrees);
        }
        match case.record {
            Some(known) if !known.is_same_record(record) => Err(Code::RecordDisagrees),
            _ => Ok(held),
        }
    }

    fn tell_about_record(&mut self, sender: &Sender<'_>, case: &Case, held: &HeldRecord) {
        let record = &held.record;
        let about = About::lock(record.terms.id);
        if !held.card_proved {
            self.tell(Code::GtacWrong, about.clone(), sender.now, String::new());
        }
        if ends_before(record.delivery.at, record.terms.at) {
            self.tell(Code::ServiceEndsBeforeLock, about.clone(), sender.now, String::new());
        }
        let differs = |unproved: HeldUnproved| {
            (unproved.terms.id, unproved.delivery.amount) != (record.terms.id, held.amount())
        };
        if case.unproved.is_some_and(differs) {
            self.tell(Code::UnprovedDiffers, about, sender.now, String::new());
        }
    }

    /// Keeps the TAC of a sale report; a wrong one leaves the record grey.
    fn take_tac(&mut self, sender: &Sender<'_>, record: &ClaimedRecord, tac: Mac) -> bool {
        let lock = record.terms.id;
        let trusted = seeded::is(Bug::SaleTacTrusted);
        if !verify::tac_of_record(&self.vault, record, tac) && !trusted {
            self.tell(Code::TacWrong, About::lock(lock), sender.now, tac.to_string());
            return false;
        }
        self.card_lives(lock.asn);
        let (amount, at) = (record.delivery.amount, record.delivery.at);
        let new = self.books.add_tac(TacFact { lock, amount, date: at.date, time: at.time, tac });
        self.tell_void_belied(lock.tid, lock.ttc, sender.now);
        new
    }

    fn hear_unproved(
        &mut self,
        sender: &Sender<'_>,
        report: &Report,
        given: HeldUnproved,
    ) -> Result<Heard, Refusal> {
        let lock = given.terms.id;
        let mut case = self.owned(sender, lock.tid, lock.ttc)?;
        let before = self.outcome_of(&case);
        let (held, card_proved) = match self.verified_unproved(&case, given) {
            Ok(verified) => verified,
            Err(reason) => return Ok(self.quarantine(sender, case, report, reason)),
        };
        self.psam_lives(lock.tid);
        self.tell_barred(lock, held.terms.at, sender.now);
        let record = case.record.map(|record| record.record);
        if record.is_some_and(|record| record.delivery.amount != held.delivery.amount) {
            self.tell(Code::UnprovedDiffers, About::lock(lock), sender.now, String::new());
        }
        let changed = case.unproved.is_none();
        case.unproved = case.unproved.or(Some(held));
        self.books.put_case(case.clone());
        if changed {
            let amount = held.delivery.amount.to_string();
            self.tell(Code::UnprovedHeard, About::lock(lock), sender.now, amount);
        }
        if card_proved {
            self.learn_version(lock.asn, held.terms.key.version, sender.now);
            self.sight(sighting_of(&held.terms), sender.now);
        }
        self.settle(lock, sender.now)?;
        Ok(self.heard(&case, before, changed, sender.now))
    }

    fn verified_unproved(
        &self,
        case: &Case,
        given: HeldUnproved,
    ) -> Result<(HeldUnproved, bool), Code> {
        let verified = verify::unproved(&self.vault, given)?;
        let held = verified.0;
        if self.books.card(given.terms.id.asn).is_none() {
            return Err(Code::CardUnknown);
        }
        let other = case.record.is_some_and(|known| known.record.terms.id != given.terms.id)
            || self.books.purchase(case.tid, case.ttc).is_some();
        let differs =
            |known: HeldUnproved| (known.terms, known.delivery) != (held.terms, held.delivery);
        match other || case.unproved.is_some_and(differs) {
            true => Err(Code::RecordDisagrees),
            false => Ok(verified),
        }
    }

    fn hear_no_dispense(
        &mut self,
        sender: &Sender<'_>,
        terms: &LockTerms,
    ) -> Result<Heard, Refusal> {
        let mut case = self.owned(sender, terms.id.tid, terms.id.ttc)?;
        let terms = verify::notice(&self.vault, terms);
        let before = self.outcome_of(&case);
        let changed = case.no_dispense.is_none();
        if case.no_dispense.is_some_and(|known| known != terms) {
            let about = About::lock(terms.id);
            self.tell(Code::RecordDisagrees, about, sender.now, "two notices".to_owned());
        }
        case.no_dispense = case.no_dispense.or(Some(terms));
        self.books.put_case(case.clone());
        self.tell_barred(terms.id, terms.at, sender.now);
        self.tell(Code::NoDispenseHeard, About::lock(terms.id), sender.now, String::new());
        Ok(self.heard(&case, before, changed, sender.now))
    }

    fn hear_void(&mut self, sender: &Sender<'_>, tid: Tid, ttc: Ttc) -> Result<Heard, Refusal> {
        let mut case = self.owned(sender, tid, ttc)?;
        let before = self.outcome_of(&case);
        let changed = !case.void;
        case.void = true;
        self.books.put_case(case.clone());
        self.tell(Code::VoidHeard, About::number(tid, ttc), sender.now, String::new());
        self.tell_void_belied(tid, ttc, sender.now);
        if let Some(purchase) = self.books.purchase(tid, ttc) {
            self.void_purchase(&purchase, sender.now)?;
        }
        Ok(self.heard(&case, before, changed, sender.now))
    }

    /// A void says that LOCK never went out; the card's own code says that it did. The outcome
    /// stays as the owner reported it, and the number stays a hole.
    pub(crate) fn tell_void_belied(&mut self, tid: Tid, ttc: Ttc, now: Stamp) {
        let void = self.books.case(tid, ttc).is_some_and(|case| case.void);
        if let Some(lock) = self.proved_lock(tid, ttc).filter(|_| void) {
            self.tell(Code::VoidLockWasMade, About::lock(lock), now, String::new());
        }
    }

    /// Keeps a report aside. The TTC stays a hole until a right report comes.
    pub(crate) fn quarantine(
        &mut self,
        sender: &Sender<'_>,
        mut case: Case,
        report: &Report,
        reason: Code,
    ) -> Heard {
        let number = (case.tid, case.ttc);
        let kept = Quarantined { report: *report, reason };
        if !case.quarantined.contains(&kept) {
            case.quarantined.push(kept);
            self.books.put_case(case.clone());
            let about = report.lock_id().map_or(About::number(number.0, number.1), About::lock);
            self.tell(reason, about.by(sender.station), sender.now, String::new());
        }
        let outcome = self.outcome_of(&case);
        Heard { number: Some(number), outcome, news: News::Quarantined(reason) }
    }

    pub(crate) fn heard(
        &mut self,
        case: &Case,
        before: Option<Outcome>,
        changed: bool,
        now: Stamp,
    ) -> Heard {
        if case.contradicts_itself() {
            let about = case.claimed_lock().map_or(About::number(case.tid, case.ttc), About::lock);
            self.tell(Code::NoticeAgainstRecord, about, now, String::new());
        }
        let outcome = self.outcome_of(case);
        let news = match (changed, before) {
            (false, _) => News::Repeat,
            (true, Some(before)) if Some(before) != outcome => News::Upgrade,
            (true, _) => News::First,
        };
        Heard { number: Some((case.tid, case.ttc)), outcome, news }
    }
}

/// The card was locked with these terms: its own GTAC says so.
const fn sighting_of(terms: &LockTerms) -> Sighting {
    Sighting { lock: terms.id, balance: terms.balance, otc: None }
}

/// Two stamps of one offset; others cannot be compared without a calendar.
fn ends_before(end: Stamp, start: Stamp) -> bool {
    let same_clock = end.utc_offset_minutes == start.utc_offset_minutes;
    same_clock && (end.date, end.time) < (start.date, start.time)
}
