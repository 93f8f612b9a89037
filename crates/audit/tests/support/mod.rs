//! A small world that keeps its own books right: every act writes down exactly what card,
//! PSAM, journal and centre would hold after it. Tests then spoil one fact.

#![allow(dead_code, reason = "each test file uses its own part")]

mod others;

use audit::facts::*;
use terminal::Progress;
use wire::files::LogRecord;
use wire::record::Rounding;
use wire::*;

/// Cards, PSAMs with a journal each, and a centre.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) facts: Facts,
    second: u32,
    totalizers: Vec<u64>,
}

pub(crate) fn amount(cents: u32) -> Amount {
    Amount::new(cents).unwrap()
}

fn tid(station: usize) -> Tid {
    Tid([0, 0, 0, 0, 0, u8::try_from(station).unwrap() + 1])
}

fn purse_of(balance: u32, limit: u32) -> PurseFacts {
    let (balance, limit) = (amount(balance + limit), Limit::new(limit).unwrap());
    let opening = Some(Opening { balance, limit, ctc: 0, otc: 0 });
    PurseFacts { balance, limit, ctc: 0, otc: 0, opening }
}

impl World {
    /// So many cards and stations; ED begins with 10000, EP with 5000 and 1000 overdraft.
    pub(crate) fn new(cards: usize, stations: usize) -> Self {
        let mut world = Self { facts: Facts::default(), second: 0, totalizers: vec![0; stations] };
        let mut host = HostFacts::default();
        for card in 0..cards {
            let asn = Asn([0, 0, 0, 0, 0, 0, 0, u8::try_from(card).unwrap() + 1]);
            let purses = [purse_of(10_000, 0), purse_of(5_000, 1_000)];
            for purse in Purse::ALL {
                let opening = purses[purse.index()].opening.unwrap();
                let float = opening.money();
                host.purses.push(HostPurse { asn, purse, opening, float, moved: 0 });
            }
            world.facts.cards.push(CardFacts {
                name: format!("card{card}"),
                asn,
                purses,
                lock: None,
                last_debit: None,
                log: Vec::new(),
                application_locked: false,
            });
        }
        for station in 0..stations {
            let tid = tid(station);
            let name = format!("psam{station}");
            world.facts.psams.push(PsamFacts { name, tid, next_ttc: Ttc(1), locks: Vec::new() });
            world.facts.journals.push(JournalFacts {
                name: format!("journal{station}"),
                locks: Vec::new(),
                tacs_seen: Vec::new(),
                refused: Vec::new(),
                purchases: Vec::new(),
            });
        }
        host.postings = Some(Vec::new());
        host.owed_to_stations = Some(0);
        world.facts.host = Some(host);
        world
    }

    fn stamp(&mut self) -> Stamp {
        self.second += 1;
        let part = |number: u32| u8::try_from(number).unwrap();
        let second = self.second;
        let time =
            Time::new(part(second / 3600), part(second / 60 % 60), part(second % 60)).unwrap();
        Stamp { date: Date::new(2026, 5, 4).unwrap(), time, utc_offset_minutes: 120 }
    }

    pub(crate) fn card(&mut self, card: usize) -> &mut CardFacts {
        &mut self.facts.cards[card]
    }

    pub(crate) fn host(&mut self) -> &mut HostFacts {
        self.facts.host.as_mut().unwrap()
    }

    pub(crate) fn card_of(&self, id: &LockId) -> usize {
        self.facts.cards.iter().position(|card| card.asn == id.asn).unwrap()
    }

    pub(crate) fn station_of(&self, id: &LockId) -> usize {
        usize::from(id.tid.0[5]) - 1
    }

    /// The journal's entry of a lock.
    pub(crate) fn entry(&mut self, id: &LockId) -> &mut Progress {
        let station = self.station_of(id);
        let locks = &mut self.facts.journals[station].locks;
        &mut locks.iter_mut().find(|(key, _)| *key == (id.tid, id.ttc)).unwrap().1
    }

    /// The PSAM's slot of a lock.
    pub(crate) fn slot(&mut self, id: &LockId) -> &mut PsamLock {
        let station = self.station_of(id);
        self.facts.psams[station].locks.iter_mut().find(|lock| lock.id == *id).unwrap()
    }

    /// INIT SAM GREY LOCK and `lock_sent`.
    pub(crate) fn send_lock(&mut self, card: usize, purse: Purse, station: usize) -> LockId {
        let at = self.stamp();
        let (asn, now) = (self.facts.cards[card].asn, *self.facts.cards[card].purse(purse));
        let psam = &mut self.facts.psams[station];
        let ttc = psam.next_ttc;
        psam.next_ttc = Ttc(ttc.0 + 1);
        let id = LockId { asn, purse, ctc: now.ctc, tid: psam.tid, ttc };
        psam.locks.push(PsamLock { id, balance: now.balance, certified: false, given: None });
        let terms = LockTerms {
            id,
            icc: Icc(self.second.to_be_bytes()),
            trn: Trn([0x80, 0, 0, 1]),
            balance: now.balance,
            limit: now.limit,
            at,
            key: KeyRef::default(),
            scheme: Scheme::Seed,
            dispersing: Dispersing::NONE,
        };
        self.facts.journals[station].locks.push(((id.tid, ttc), Progress::LockSent(terms)));
        id
    }

    /// LOCK FOR REFUEL: the card is grey.
    pub(crate) fn grey(&mut self, id: &LockId) {
        let terms = *self.entry(id).terms().unwrap();
        let at = self.card_of(id);
        let card = self.card(at);
        card.purses[id.purse.index()].ctc += 1;
        if let Some(kept) = &mut card.last_debit {
            kept.unread = false;
        }
        card.lock = Some(GreyFacts {
            id: *id,
            balance: terms.balance,
            date: terms.at.date,
            time: terms.at.time,
            mac2: Mac([2, 0, 0, 1]),
            gtac: Mac([3, 0, 0, 1]),
            icc: terms.icc,
            trn: terms.trn,
        });
    }

    /// CERTIFICATE and `locked`.
    pub(crate) fn certify(&mut self, id: &LockId) {
        self.slot(id).certified = true;
        let totalizer_before = self.totalizers[self.station_of(id)];
        let entry = self.entry(id);
        let Progress::LockSent(terms) = *entry else { panic!("{entry:?}") };
        let certified = Certified {
            mac2: Mac([2, 0, 0, 1]),
            gtac: Mac([3, 0, 0, 1]),
            nozzle: 1,
            product: 1,
            unit_price: 1000,
            rounding: Rounding::Down,
            ceiling: terms.balance,
            totalizer_before,
        };
        *entry = Progress::Locked(terms, certified);
    }

    /// All up to the open nozzle.
    pub(crate) fn lock(&mut self, card: usize, purse: Purse, station: usize) -> LockId {
        let id = self.send_lock(card, purse, station);
        self.grey(&id);
        self.certify(&id);
        id
    }

    /// `delivered`: a cent a unit, so the quantity is the amount.
    pub(crate) fn deliver(&mut self, id: &LockId, cents: u32) {
        let at = self.stamp();
        let station = self.station_of(id);
        self.totalizers[station] += u64::from(cents);
        let totalizer_after = self.totalizers[station];
        let entry = self.entry(id);
        let Progress::Locked(terms, certified) = *entry else { panic!("{entry:?}") };
        let delivery =
            Delivery { quantity: u64::from(cents), amount: amount(cents), at, totalizer_after };
        *entry = Progress::Delivered(terms, certified, delivery);
    }

    /// DEBIT SAM and `claimed`.
    pub(crate) fn claim(&mut self, id: &LockId) {
        let entry = self.entry(id);
        let Progress::Delivered(terms, certified, delivery) = *entry else { panic!("{entry:?}") };
        let claim = Claim { gmac: Mac([4, 0, 0, 1]), sam_tac: Mac([5, 0, 0, 1]) };
        *entry = Progress::Claimed(ClaimedRecord { terms, certified, delivery, claim });
        self.slot(id).given = Some(delivery.amount);
    }

    /// A refuelling up to the grey record.
    pub(crate) fn escape(
        &mut self,
        card: usize,
        purse: Purse,
        station: usize,
        cents: u32,
    ) -> LockId {
        let id = self.lock(card, purse, station);
        self.deliver(&id, cents);
        self.claim(&id);
        id
    }

    /// DEBIT FOR REFUEL; its answer goes nowhere.
    pub(crate) fn debit(&mut self, id: &LockId) {
        let record = *self.entry(id).record().unwrap();
        let at = record.delivery.at;
        let amount = record.delivery.amount;
        let kind = DebitKind::Terminal(id.ttc);
        self.end_lock(id, Kind::Debit, kind, id.tid, amount, at);
    }

    fn end_lock(
        &mut self,
        id: &LockId,
        kind: Kind,
        how: DebitKind,
        tid: Tid,
        amount: Amount,
        at: Stamp,
    ) {
        let index = self.card_of(id);
        let card = self.card(index);
        let now = &mut card.purses[id.purse.index()];
        now.balance = now.balance.checked_sub(amount).unwrap();
        let record = LogRecord {
            sequence: now.ctc,
            limit: now.limit,
            amount,
            tag: kind.of(id.purse),
            tid,
            date: at.date,
            time: at.time,
        };
        now.ctc += 1;
        card.lock = None;
        card.last_debit = Some(DebitFacts {
            kind: how,
            purse: id.purse,
            tid,
            amount,
            date: at.date,
            time: at.time,
            code: Mac([6, 0, 0, 1]),
            unread: true,
        });
        card.note(record);
    }

    /// `settled`.
    pub(crate) fn settle(&mut self, id: &LockId) {
        let entry = self.entry(id);
        *entry = Progress::Settled(*entry.record().unwrap(), Mac([6, 0, 0, 1]));
    }

    /// A whole refuelling.
    pub(crate) fn refuel(
        &mut self,
        card: usize,
        purse: Purse,
        station: usize,
        cents: u32,
    ) -> LockId {
        let id = self.escape(card, purse, station, cents);
        self.debit(&id);
        self.settle(&id);
        id
    }

    /// A whole refuelling of the first card's ED.
    pub(crate) fn refuel_alone(&mut self, station: usize, cents: u32) -> LockId {
        self.refuel(0, Purse::Ed, station, cents)
    }

    /// Another station sees the unread TAC.
    pub(crate) fn see_tac(&mut self, card: usize, station: usize) {
        let seen = &self.facts.cards[card];
        let kept = seen.last_debit.unwrap();
        let (state, ttc) = match kept.kind {
            DebitKind::Terminal(ttc) => (GreyState::Debited, ttc),
            DebitKind::Online(otc) => (GreyState::UnlockedOnline, Ttc(u32::from(otc))),
        };
        let now = seen.purse(kept.purse);
        let status = GreyStatus {
            state,
            purse: kept.purse,
            balance: now.balance,
            ctc: now.ctc,
            tid: kept.tid,
            date: kept.date,
            time: kept.time,
            a: kept.amount.to_bytes(),
            b: kept.code,
            more: Some(StatusMore { ttc, ..StatusMore::default() }),
        };
        let asn = seen.asn;
        self.facts.journals[station].tacs_seen.push((asn, status));
    }
}

/// The card's log keeps ten.
trait Note {
    fn note(&mut self, record: LogRecord);
}

impl Note for CardFacts {
    fn note(&mut self, record: LogRecord) {
        self.log.insert(0, record);
        self.log.truncate(audit::LOG_RECORDS);
    }
}
