//! How locks end otherwise than by a debit at a terminal, what else changes a purse, and what
//! the centre hears.

use audit::facts::*;
use terminal::Progress;
use wire::files::LogRecord;
use wire::*;

use super::*;

impl World {
    /// A lock that ends uncertified.
    pub(crate) fn no_dispense(&mut self, id: &LockId) {
        let entry = self.entry(id);
        *entry = Progress::NoDispense(*entry.terms().unwrap());
    }

    /// A number drawn for nothing.
    pub(crate) fn void(&mut self, station: usize) -> (Tid, Ttc) {
        let psam = &mut self.facts.psams[station];
        let key = (psam.tid, psam.next_ttc);
        psam.next_ttc = Ttc(key.1.0 + 1);
        self.facts.journals[station].locks.push((key, Progress::Void(None)));
        key
    }

    /// INITIALIZE and DEBIT FOR UNLOCK; the centre hears MAC3 or not.
    pub(crate) fn unlock_online(&mut self, id: &LockId, cents: u32, confirmed: bool) {
        let at = self.stamp();
        let index = self.card_of(id);
        let now = &mut self.card(index).purses[id.purse.index()];
        let otc = now.otc;
        now.otc += 1;
        let how = DebitKind::Online(otc);
        self.end_lock(id, Kind::Unlock, how, tid(0), amount(cents), at);
        let decision = DecisionFacts { id: *id, otc, amount: amount(cents), confirmed };
        self.host().decisions.push(decision);
        if confirmed {
            self.post(id, cents);
        }
    }

    /// The centre hears of an unlock that the card made before.
    pub(crate) fn unlock_confirmed(&mut self, id: &LockId, cents: u32) {
        let at = self.card_of(id);
        let otc = self.card(at).purse(id.purse).otc - 1;
        let decision = DecisionFacts { id: *id, otc, amount: amount(cents), confirmed: true };
        self.host().decisions.push(decision);
        self.post(id, cents);
    }

    fn float(&mut self, asn: Asn, purse: Purse) -> &mut i64 {
        let mut books = self.host().purses.iter_mut();
        &mut books.find(|books| (books.asn, books.purse) == (asn, purse)).unwrap().float
    }

    fn post(&mut self, id: &LockId, cents: u32) {
        *self.float(id.asn, id.purse) -= i64::from(cents);
        let host = self.host();
        *host.owed_to_stations.as_mut().unwrap() += i64::from(cents);
        host.postings.as_mut().unwrap().push((*id, amount(cents)));
    }

    /// LOAD, UNLOAD: the card and the centre.
    pub(crate) fn load(&mut self, card: usize, purse: Purse, cents: i32) {
        let at = self.stamp();
        let (kind, asn) = (if cents < 0 { Kind::Unload } else { Kind::Load }, self.card(card).asn);
        let amount = amount(cents.unsigned_abs());
        let now = &mut self.card(card).purses[purse.index()];
        let after = if cents < 0 {
            now.balance.checked_sub(amount)
        } else {
            now.balance.checked_add(amount)
        };
        now.balance = after.unwrap();
        let (otc, limit) = (now.otc, now.limit);
        now.otc += 1;
        *self.float(asn, purse) += i64::from(cents);
        self.log_online(card, HostChange { asn, purse, otc, kind, amount }, limit, at);
    }

    /// UPDATE OVERDRAW LIMIT: the balance moves with it, the money stays.
    pub(crate) fn overdraft(&mut self, card: usize, purse: Purse, limit: u32) {
        let at = self.stamp();
        let asn = self.card(card).asn;
        let now = &mut self.card(card).purses[purse.index()];
        let money = now.money();
        let limit = Limit::new(limit).unwrap();
        let balance = u32::try_from(money + i64::from(limit.units())).unwrap();
        (now.balance, now.limit) = (amount(balance), limit);
        let otc = now.otc;
        now.otc += 1;
        let amount = amount(limit.units());
        let kind = Kind::Overdraft;
        self.log_online(card, HostChange { asn, purse, otc, kind, amount }, limit, at);
    }

    /// The card logs what the centre has booked.
    fn log_online(&mut self, card: usize, change: HostChange, limit: Limit, at: Stamp) {
        let HostChange { purse, otc, kind, amount, .. } = change;
        let card = self.card(card);
        if let Some(kept) = &mut card.last_debit {
            kept.unread = false;
        }
        card.note(LogRecord {
            sequence: otc,
            limit,
            amount,
            tag: kind.of(purse),
            tid: tid(0),
            date: at.date,
            time: at.time,
        });
        self.host().changes.push(change);
    }

    /// A purchase; the station keeps it, and the centre hears it at once.
    pub(crate) fn buy(&mut self, card: usize, purse: Purse, station: usize, cents: u32) -> LockId {
        let (_, ttc) = self.void(station);
        let at = self.stamp();
        let asn = self.card(card).asn;
        let now = &mut self.card(card).purses[purse.index()];
        now.balance = now.balance.checked_sub(amount(cents)).unwrap();
        let (ctc, limit) = (now.ctc, now.limit);
        now.ctc += 1;
        let id = LockId { asn, purse, ctc, tid: tid(station), ttc };
        let card = self.card(card);
        if let Some(kept) = &mut card.last_debit {
            kept.unread = false;
        }
        card.note(LogRecord {
            sequence: ctc,
            limit,
            amount: amount(cents),
            tag: Kind::Purchase.of(purse),
            tid: id.tid,
            date: at.date,
            time: at.time,
        });
        let purchase =
            PurchaseFacts { id, amount: amount(cents), standing: PurchaseStanding::Paid };
        self.facts.journals[station].purchases.push(purchase);
        *self.float(asn, purse) -= i64::from(cents);
        let host = self.host();
        *host.owed_to_stations.as_mut().unwrap() += i64::from(cents);
        host.purchases.push(purchase);
        id
    }

    /// The station reports everything, and the centre books it.
    pub(crate) fn report(&mut self, station: usize) {
        for ((tid, ttc), progress) in self.facts.journals[station].locks.clone() {
            let Some(report) = progress.report(tid, ttc) else { continue };
            let (kind, amount) = match report {
                Report::Sale(record, _) => (OutcomeKind::Sale, record.delivery.amount),
                Report::Grey(record) => (OutcomeKind::Grey, record.delivery.amount),
                Report::NoDispense(_) => (OutcomeKind::NoDispense, Amount::ZERO),
                Report::Void(..) => (OutcomeKind::Void, Amount::ZERO),
                Report::Unproved(_, _, delivery) => (OutcomeKind::Unproved, delivery.amount),
                Report::TacSeen(..) | Report::Purchase(..) | Report::PurchaseUnknown(_) => continue,
            };
            let id = report.lock_id();
            let host = self.host();
            let at = host.outcomes.iter().position(|o| (o.tid, o.ttc) == (tid, ttc));
            let old = at.map(|at| host.outcomes.remove(at)).and_then(|old| old.settled);
            let unlocked = id.is_some_and(|id| {
                host.decisions.iter().any(|decision| decision.id == id && decision.confirmed)
            });
            let fresh = kind == OutcomeKind::Sale && old.is_none() && !unlocked;
            let by_tac = fresh.then_some(Settlement { how: SettledBy::Tac, amount });
            let settled = old.or(by_tac);
            let tac_refused = false;
            host.outcomes.push(OutcomeFacts { tid, ttc, kind, id, amount, tac_refused, settled });
            if let (true, Some(id)) = (fresh, id) {
                self.post(&id, amount.units());
            }
        }
    }

    /// The centre settles a reported record by a TAC that came from elsewhere.
    pub(crate) fn settle_at_host(&mut self, id: &LockId, how: SettledBy) {
        let mut outcomes = self.host().outcomes.iter_mut();
        let outcome = outcomes.find(|outcome| outcome.id == Some(*id)).unwrap();
        outcome.settled = Some(Settlement { how, amount: outcome.amount });
        let cents = outcome.amount.units();
        self.post(id, cents);
    }
}
