//! A card and a PSAM small enough to be seen to be right, and a scene to play them in.

mod actors;
pub mod world;

pub use actors::*;

use crypto::Key;
use host::{
    Account, ActApproval, ActOrder, Approval, Books as _, CardOpening, Centre, Decision, Funding,
    Heard, MainKeys, Measure, MemoryBooks, Outcome, PrepaidAccount, PrepaidName, Proposal,
    PurseOpening, Refusal, ReplaceOrder, Ruling, StationId, Subject, UnlockAnswer,
};
use wire::{
    Amount, Asn, ClaimedRecord, Date, Limit, LockId, Mac, Purse, Report, Scheme, Stamp, Tid, Time,
    Ttc,
};

pub const NORTH: &str = "north";
pub const SOUTH: &str = "south";
pub const T1: Tid = Tid([0, 0, 0, 0, 0, 1]);
pub const T2: Tid = Tid([0, 0, 0, 0, 0, 2]);
pub const T3: Tid = Tid([0, 0, 0, 0, 0, 3]);
pub const CARD: Asn = Asn([0x12, 0x34, 0, 0, 0, 0, 0, 1]);
pub const OTHER: Asn = Asn([0x12, 0x34, 0, 0, 0, 0, 0, 2]);
pub const OPENING: u32 = 50_000;
pub const FIRST_CTC: u16 = 7;

pub type Host = Centre<MemoryBooks, MainKeys>;

pub fn keys(scheme: Scheme) -> MainKeys {
    let key = |seed: u8| {
        Key::new(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
                .map(|place: u8| seed.wrapping_mul(31) ^ (place * 15)),
        )
    };
    let mut keys = MainKeys::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(key), key(99));
    keys.scheme = scheme;
    keys
}

pub fn cents(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

pub fn at(minute: u8) -> Stamp {
    let (hour, minute) = (8 + minute / 60, minute % 60);
    Stamp {
        date: Date::new(2026, 3, 5).unwrap(),
        time: Time::new(hour, minute, 0).unwrap(),
        utc_offset_minutes: 480,
    }
}

/// A centre that knows both cards and both stations.
pub fn centre() -> Host {
    centre_with(Scheme::Seed)
}

pub fn centre_with(scheme: Scheme) -> Host {
    let mut host = Centre::new(MemoryBooks::new(), keys(scheme));
    for asn in [CARD, OTHER] {
        host.register_card(&opening(asn), at(0)).unwrap();
    }
    host.register_psam(T1, NORTH).unwrap();
    host.register_psam(T2, SOUTH).unwrap();
    host
}

pub fn opening(asn: Asn) -> CardOpening {
    let purse =
        PurseOpening { balance: cents(OPENING), limit: Limit::ZERO, ctc: FIRST_CTC, otc: 0 };
    CardOpening { asn, openings: [purse, PurseOpening::default()], key_version: None, expiry: None }
}

/// A card, a PSAM and a centre in the middle of one refuelling.
pub struct Scene {
    pub host: Host,
    pub card: TestCard,
    pub psam: TestPsam,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(Scheme::Seed)
    }

    pub fn with(scheme: Scheme) -> Self {
        Self {
            host: centre_with(scheme),
            card: TestCard::with(CARD, scheme),
            psam: TestPsam::with(T1, scheme),
        }
    }

    /// Lock and delivery: the card is grey under this record.
    pub fn grey(&mut self, amount: u32, minute: u8) -> ClaimedRecord {
        let grey = self.card.lock(&mut self.psam, at(minute));
        self.psam.claim(&grey, amount, at(minute + 1))
    }

    /// A whole refuelling.
    pub fn sale(&mut self, amount: u32, minute: u8) -> (ClaimedRecord, Mac) {
        let record = self.grey(amount, minute);
        let tac = self.card.debit(&record);
        (record, tac)
    }

    pub fn hear(&mut self, report: &Report) -> Heard {
        let owner = if report.lock().is_some_and(|(tid, _)| tid == T2) { SOUTH } else { NORTH };
        self.host.hear(owner, report, at(200)).unwrap()
    }

    pub fn outcome(&self, tid: Tid, ttc: u32) -> Option<Outcome> {
        let rows = self.host.outcomes();
        rows.iter().find(|row| (row.tid, row.ttc) == (tid, Ttc(ttc))).and_then(|row| row.outcome)
    }

    pub fn ask(&mut self, minute: u8) -> Result<UnlockAnswer, Refusal> {
        let request = self.card.ask(T2, at(minute));
        self.host.unlock(&request)
    }

    /// Asks, obeys, confirms.
    pub fn unlock(&mut self, minute: u8) -> Decision {
        let decision = decided(self.ask(minute));
        let otc = self.card.otc;
        let mac3 = self.card.obey(&decision);
        self.host.confirm(CARD, Some(Purse::Ed), otc, mac3, at(minute)).unwrap();
        decision
    }

    /// Two operators rule.
    pub fn rule(&mut self, lock: LockId, ruling: Ruling) -> Result<(), Refusal> {
        self.host.propose(&proposal(lock, ruling))?;
        self.host.approve(&approval(lock, ruling)).map(drop)
    }

    pub fn replace(&mut self) -> [i64; 2] {
        self.host.replace(&order("ada", "bob", "lost")).unwrap().money
    }

    pub fn has(&self, code: host::Code) -> bool {
        self.host.notices().iter().any(|notice| notice.code == code)
    }

    pub fn float(&self) -> i128 {
        self.account(&Account::Float(CARD, Purse::Ed))
    }

    pub fn reserved(&self) -> i128 {
        self.account(&Account::Reserved(CARD, Purse::Ed))
    }

    pub fn payable(&self) -> i128 {
        self.account(&Account::StationPayable(StationId::from(NORTH)))
    }

    pub fn station_claims(&self) -> i128 {
        self.account(&Account::StationClaims(StationId::from(NORTH)))
    }

    pub fn cardholder_claims(&self) -> i128 {
        self.account(&Account::CardholderClaims(CARD))
    }

    pub fn account(&self, account: &Account) -> i128 {
        let trial = self.host.trial_balance();
        assert_eq!(trial.sum, 0, "the books balance");
        trial.of(account)
    }

    /// Float, reserved, payable, station's claims, cardholder's claims.
    pub fn books(&self) -> [i128; 5] {
        [
            self.float(),
            self.reserved(),
            self.payable(),
            self.station_claims(),
            self.cardholder_claims(),
        ]
    }
}

pub fn order(maker: &str, checker: &str, reason: &str) -> ReplaceOrder {
    ReplaceOrder {
        asn: CARD,
        maker: maker.to_owned(),
        checker: checker.to_owned(),
        reason: reason.to_owned(),
        now: at(220),
    }
}

pub fn acts_of(host: &Host, subject: Subject) -> u32 {
    let books = host.books();
    let life = match subject {
        Subject::Card(asn) => books.card(asn).unwrap().life,
        Subject::Psam(tid) => books.psam(tid).unwrap().life,
    };
    u32::try_from(life.acts.len()).unwrap()
}

pub fn act(subject: Subject, measure: Measure, seen: u32) -> ActOrder {
    let (maker, reason) = ("ada".to_owned(), "as the form says".to_owned());
    ActOrder { subject, measure, seen, maker, reason, now: at(60) }
}

pub fn act_approval(subject: Subject, number: u32) -> ActApproval {
    ActApproval { subject, number, checker: "bob".to_owned(), now: at(61) }
}

pub fn name(text: &str) -> PrepaidName {
    text.parse().unwrap()
}

/// Both stations may charge it.
pub fn account(text: &str) -> PrepaidAccount {
    let stations = [NORTH, SOUTH].map(StationId::from).into_iter().collect();
    PrepaidAccount { name: name(text), holder: "Hill & Sons".to_owned(), stations }
}

pub fn funding(text: &str, reference: &str, amount: i64) -> Funding {
    let (reference, maker) = (reference.to_owned(), "ada".to_owned());
    Funding { name: name(text), reference, amount, maker, now: at(70) }
}

pub fn proposal(lock: LockId, ruling: Ruling) -> Proposal {
    let (maker, reason) = ("ada".to_owned(), "the totalizer says so".to_owned());
    Proposal { lock, ruling, maker, reason, now: at(210) }
}

pub fn approval(lock: LockId, ruling: Ruling) -> Approval {
    Approval { lock, ruling, checker: "bob".to_owned(), now: at(211) }
}

pub fn decided(answer: Result<UnlockAnswer, Refusal>) -> Decision {
    match answer {
        Ok(UnlockAnswer::Decided(decision)) => decision,
        other => panic!("no decision: {other:?}"),
    }
}

/// Every order of that many events.
pub fn orders(events: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for event in 0..events {
        let insert = |order: Vec<usize>| {
            (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, event);
                longer
            })
        };
        orders = orders.into_iter().flat_map(insert).collect();
    }
    orders
}
