//! Random sequences beside a model of plain integers.

use std::collections::BTreeMap;

use nvm::memory::{Fill, Tear};
use proptest::prelude::*;
use psam::PsamView;
use wire::psam_command::DebitGreyUnlock;
use wire::response::{InitSam, InitSamPurchase};
use wire::{Asn, PsamCommand, Ttc};

use crate::support::*;

#[derive(Clone, Debug)]
enum Step {
    Init { card: u8, ctc: u16, balance: u32, field: bool },
    Certificate { lock: usize, with_ttc: bool, right: bool },
    Debit { lock: usize, with_ttc: bool, ctc: u16, units: u32, other_end: bool },
    GetGmac { lock: usize },
    Purchase { card: u8, field: bool, units: u32 },
    Credit { right: bool },
}

/// A step, and where power fails under it, if it does.
type Played = (Step, Option<Tear>);

#[derive(Clone, PartialEq, Debug)]
struct Lock {
    ttc: u32,
    card: u8,
    ctc: u16,
    balance: u32,
    field: bool,
    wrong: u8,
    certified: bool,
    given: Option<(u32, bool)>,
}

#[derive(Clone, PartialEq, Debug)]
struct Model {
    next: u32,
    locks: Vec<Lock>,
    /// Wrong codes of the purchase that waits in RAM; `None` behind the number once one was right.
    purchase: Option<Option<u8>>,
}

/// What the model expects: the status word and the states that the memory goes through.
type Expected = (u16, Vec<Model>);

impl Model {
    fn unchanged(status: u16) -> Expected {
        (status, vec![])
    }

    fn with(&self, ttc: u32, change: impl Fn(&mut Lock)) -> Self {
        let mut next = self.clone();
        next.locks.iter_mut().filter(|lock| lock.ttc == ttc).for_each(change);
        next
    }

    fn without(&self, ttc: u32) -> Self {
        let mut next = self.clone();
        next.locks.retain(|lock| lock.ttc != ttc);
        next
    }

    fn lock(&self, ttc: u32) -> Option<&Lock> {
        self.locks.iter().find(|lock| lock.ttc == ttc)
    }

    fn init(&self, card: u8, ctc: u16, balance: u32, field: bool) -> Expected {
        let mut next = self.clone();
        if next.locks.len() == 16 {
            let given =
                self.locks.iter().filter(|lock| lock.given.is_some()).map(|lock| lock.ttc).min();
            let drawn = self.locks.iter().filter(|lock| !lock.certified).map(|lock| lock.ttc).min();
            let Some(gone) = given.or(drawn) else { return Self::unchanged(0x6A84) };
            next = self.without(gone);
        }
        let lock = Lock {
            ttc: self.next,
            card,
            ctc,
            balance,
            field,
            wrong: 0,
            certified: false,
            given: None,
        };
        next.locks.push(lock);
        next.next += 1;
        (0x9000, vec![next])
    }

    fn purchase(&self) -> Expected {
        let next = Self { next: self.next + 1, purchase: Some(Some(0)), ..self.clone() };
        (0x9000, vec![next])
    }

    fn credit(&self, right: bool) -> Expected {
        let Some(wrong) = self.purchase else { return Self::unchanged(0x6985) };
        let purchase = match (right, wrong) {
            (true, _) | (false, None) => Some(None),
            (false, Some(2)) => None,
            (false, Some(wrong)) => Some(Some(wrong + 1)),
        };
        let status = if right { 0x9000 } else { 0x9302 };
        (status, vec![Self { purchase, ..self.clone() }])
    }

    fn certificate(&self, ttc: u32, right: bool) -> Expected {
        let status = if right { 0x9000 } else { 0x9302 };
        match self.lock(ttc) {
            None => Self::unchanged(0x6A88),
            Some(lock) if lock.certified => Self::unchanged(status),
            Some(lock) => {
                let counted = if lock.wrong == 2 {
                    self.without(ttc)
                } else {
                    self.with(ttc, |lock| lock.wrong += 1)
                };
                let certified = self.with(ttc, |lock| {
                    lock.certified = true;
                    lock.wrong = 0;
                });
                (status, if right { vec![counted, certified] } else { vec![counted] })
            }
        }
    }

    fn debit(&self, ttc: u32, units: u32, other_end: bool) -> Expected {
        let Some(lock) = self.lock(ttc) else { return Self::unchanged(0x6A88) };
        let service = (units, other_end && !lock.field);
        match lock.given {
            _ if !lock.certified => Self::unchanged(0x6985),
            Some(given) => Self::unchanged(if given == service { 0x9000 } else { 0x6985 }),
            None if units > lock.balance => Self::unchanged(0x9401),
            None => (0x9000, vec![self.with(ttc, |lock| lock.given = Some(service))]),
        }
    }

    /// The lock that a DEBIT without TTC means.
    fn meant(&self, card: u8, ctc: u16) -> Option<u32> {
        let newest = |fits: &dyn Fn(&Lock) -> bool| {
            self.locks
                .iter()
                .filter(|lock| lock.card == card && fits(lock))
                .map(|lock| lock.ttc)
                .max()
        };
        newest(&|lock| lock.certified && lock.ctc + 1 == ctc)
            .or_else(|| newest(&|lock| lock.certified && lock.ctc == ctc))
            .or_else(|| newest(&|lock| lock.ctc + 1 == ctc || lock.ctc == ctc))
    }

    fn agrees(&self, view: &PsamView) -> bool {
        let mut own: Vec<_> = self.locks.iter().collect();
        own.sort_by_key(|lock| std::cmp::Reverse(lock.ttc));
        let shown = |view: &psam::LockView| {
            let given = view.given.map(wire::Amount::units);
            (
                view.ttc.0,
                view.asn,
                view.ctc,
                view.balance.units(),
                view.certified,
                view.wrong_mac2,
                given,
            )
        };
        let expected = |lock: &&Lock| {
            let given = lock.given.map(|(units, _)| units);
            (
                lock.ttc,
                Card::new(lock.card, SEED).asn,
                lock.ctc,
                lock.balance,
                lock.certified,
                lock.wrong,
                given,
            )
        };
        view.next_ttc == Ttc(self.next) && view.pending().map(shown).eq(own.iter().map(expected))
    }
}

/// The PSAM, its model, and what left it.
struct World {
    sam: Sam,
    model: Model,
    /// What card and terminal know, by TTC.
    sessions: BTreeMap<u32, Session>,
    /// The newest purchase.
    sale: Option<Sale>,
    gmacs: BTreeMap<u32, Vec<u8>>,
    last_ttc: u32,
}

impl World {
    fn new() -> Self {
        let model = Model { next: 1, locks: vec![], purchase: None };
        Self {
            sam: new_sam(),
            model,
            sessions: BTreeMap::new(),
            sale: None,
            gmacs: BTreeMap::new(),
            last_ttc: 0,
        }
    }

    /// A session that the terminal knows, or one that never was.
    fn session(&self, index: usize) -> Session {
        let imagined =
            Session { card: Card::new(0, SEED), ttc: Ttc(0), trn: [0x80; 4], mac1: WRONG };
        // Mostly the last few: those are pending.
        self.sessions.values().rev().nth(index).copied().unwrap_or(imagined)
    }

    fn play(&mut self, (step, tear): &Played) {
        let (command, expected, card) = self.prepare(step);
        if let Some(tear) = tear {
            self.sam.nvm_mut().arm(*tear);
        }
        match self.sam.transmit(&command.encode()) {
            Ok(answer) => {
                let (data, status) = wire::apdu::split_response(&answer).unwrap();
                assert_eq!(status.0, expected.0, "{step:?}");
                if let Some(state) = expected.1.last() {
                    self.model = state.clone();
                }
                self.note(step, &command, data, card);
                self.sam.nvm_mut().power_on();
            }
            Err(_) => self.recover(expected.1),
        }
        assert!(
            self.model.agrees(&self.sam.view()),
            "{step:?}: {:?} beside {:?}",
            self.model,
            self.sam.view()
        );
    }

    /// After a tear one of the states on the way holds; the model goes on from there.
    fn recover(&mut self, states: Vec<Model>) {
        let torn = std::mem::replace(&mut self.sam, new_sam());
        let mut ram = torn.into_nvm();
        ram.power_on();
        self.sam = sam_in(ram);
        let view = self.sam.view();
        let mut possible = std::iter::once(self.model.clone()).chain(states);
        let found = possible.find(|state| state.agrees(&view));
        let found = found.expect("a state before, between or after");
        self.model = Model { purchase: None, ..found };
    }

    fn prepare(&self, step: &Step) -> (PsamCommand<'static>, Expected, Option<Card>) {
        match *step {
            Step::Init { card, ctc, balance, field } => {
                let key = if field { FIELD } else { SEED };
                let made = Card { ctc, balance: amount(balance), ..Card::new(card, key) };
                (made.init(), self.model.init(card, ctc, balance, field), Some(made))
            }
            Step::Certificate { lock, with_ttc, right } => {
                let session = self.session(lock);
                let mac2 = if right { session.mac2() } else { WRONG };
                let meant = if with_ttc { session.ttc.0 } else { self.model.next - 1 };
                let right = right && meant == session.ttc.0;
                let command =
                    PsamCommand::CertificateGreyLock { ttc: with_ttc.then_some(session.ttc), mac2 };
                (command, self.model.certificate(meant, right), None)
            }
            Step::Debit { lock, with_ttc, ctc, units, other_end: late } => {
                let session = self.session(lock);
                let ctc = session.card.ctc + ctc;
                let fields = DebitGreyUnlock {
                    ctc,
                    ttc: with_ttc.then_some(session.ttc),
                    end: Some(if late { other_end() } else { end() }),
                    ..session.debit_fields(units)
                };
                let Asn([.., card]) = session.card.asn;
                let exact = (session.card.ctc..=session.card.ctc + 1)
                    .contains(&ctc)
                    .then_some(session.ttc.0);
                let meant = if with_ttc { exact } else { self.model.meant(card, ctc) };
                let expected = self.model.debit(meant.unwrap_or(0), units, late);
                (PsamCommand::DebitGreyUnlock(fields), expected, None)
            }
            Step::GetGmac { lock } => {
                let session = self.session(lock);
                let status = match self.model.lock(session.ttc.0) {
                    None => 0x6A88,
                    Some(lock) if lock.given.is_none() => 0x6985,
                    Some(_) => 0x9000,
                };
                (session.get_gmac(), Model::unchanged(status), None)
            }
            Step::Purchase { card, field, units } => {
                let card = Card::new(card, if field { FIELD } else { SEED });
                (card.init_purchase(units), self.model.purchase(), Some(card))
            }
            Step::Credit { right } => {
                let none = PsamCommand::CreditPurchase { mac2: WRONG };
                let command = self.sale.map_or(none, |sale| sale.credit(right));
                (command, self.model.credit(right), None)
            }
        }
    }

    /// The three promises, on what really left.
    fn note(&mut self, step: &Step, command: &PsamCommand<'_>, data: &[u8], card: Option<Card>) {
        if data.is_empty() {
            return;
        }
        if let Some(card) = card {
            if let Step::Purchase { units, .. } = *step {
                let answer = InitSamPurchase::parse(data).unwrap();
                assert!(answer.ttc.0 > self.last_ttc, "TTC rises strictly");
                self.last_ttc = answer.ttc.0;
                self.sale = Some(Sale { card, units, ttc: answer.ttc });
                return;
            }
            let answer = InitSam::parse(data).unwrap();
            assert!(answer.ttc.0 > self.last_ttc, "TTC rises strictly");
            self.last_ttc = answer.ttc.0;
            let session = Session { card, ttc: answer.ttc, trn: answer.trn.0, mac1: answer.mac1 };
            assert_eq!(session.lock().mac1(&session.source()), answer.mac1);
            self.sessions.insert(answer.ttc.0, session);
            return;
        }
        let ttc = self.owner(step, command);
        let first = self.gmacs.entry(ttc).or_insert_with(|| data.to_vec());
        assert_eq!(first, data, "one GMAC for lock {ttc}");
        let lock = self.model.lock(ttc).unwrap();
        let (units, _) = lock.given.unwrap();
        assert!(lock.certified && units <= lock.balance, "never above the certified balance");
    }

    /// The lock that a GMAC is of.
    fn owner(&self, step: &Step, command: &PsamCommand<'_>) -> u32 {
        match (step, command) {
            (Step::Debit { with_ttc: false, lock, .. }, PsamCommand::DebitGreyUnlock(fields)) => {
                let Asn([.., card]) = self.session(*lock).card.asn;
                self.model.meant(card, fields.ctc).unwrap()
            }
            (Step::Debit { lock, .. } | Step::GetGmac { lock }, _) => self.session(*lock).ttc.0,
            _ => unreachable!("no other step is answered with a GMAC"),
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let lock = || prop_oneof![4 => 0..2_usize, 2 => 0..6_usize, 1 => 0..24_usize];
    let init = (0..4_u8, 5..8_u16, 0..200_u32, any::<bool>());
    let certificate = (lock(), any::<bool>(), proptest::bool::weighted(0.8));
    // Few amounts, so that repeats are frequent, equal ones and almost equal ones.
    let units = prop_oneof![3 => prop::sample::select(vec![10, 20_u32]), 1 => 0..250_u32];
    let debit = (lock(), any::<bool>(), 0..3_u16, units, proptest::bool::weighted(0.3));
    prop_oneof![
        4 => init.prop_map(|(card, ctc, balance, field)| Step::Init { card, ctc, balance, field }),
        5 => certificate.prop_map(|(lock, with_ttc, right)| Step::Certificate { lock, with_ttc, right }),
        3 => debit.prop_map(|(lock, with_ttc, ctc, units, other_end)| {
            Step::Debit { lock, with_ttc, ctc, units, other_end }
        }),
        1 => lock().prop_map(|lock| Step::GetGmac { lock }),
        1 => (0..4_u8, any::<bool>(), 0..900_u32)
            .prop_map(|(card, field, units)| Step::Purchase { card, field, units }),
        2 => proptest::bool::weighted(0.6).prop_map(|right| Step::Credit { right }),
    ]
}

fn tears() -> impl Strategy<Value = Option<Tear>> {
    let fill = prop_oneof![
        Just(Fill::Old),
        Just(Fill::New),
        Just(Fill::Half),
        any::<u64>().prop_map(Fill::Random)
    ];
    let tear =
        (1..5_u64, 0..1_080_usize, fill).prop_map(|(write, at, fill)| Tear { write, at, fill });
    proptest::option::weighted(0.2, tear)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_goes_as_the_model_says(played in prop::collection::vec((steps(), tears()), 1..120)) {
        let mut world = World::new();
        for step in &played {
            world.play(step);
        }
        let view = world.sam.view();
        world.sam = power_cycle(world.sam);
        prop_assert_eq!(world.sam.view(), view);
    }

    /// Whatever data come, there is a status word, and what is refused writes nothing.
    #[test]
    fn any_data_are_answered(
        instruction in prop::sample::select(vec![0x40, 0x42, 0x44, 0x46]),
        lie in proptest::bool::weighted(0.1),
        data in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let mut sam = new_sam();
        Card::new(1, SEED).certify(&mut sam);
        let before = sam.nvm_mut().bytes.clone();
        let lc = u8::try_from(data.len()).unwrap() + u8::from(lie);
        let (answer, status) = send(&mut sam, &[&[0xE0, instruction, 0, 0, lc][..], &data].concat());
        prop_assert!(status == 0x9000 || answer.is_empty());
        if status != 0x9000 {
            prop_assert_eq!(&sam.nvm_mut().bytes, &before);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (answer, status) = send(&mut new_sam(), &bytes);
        prop_assert!(status == 0x9000 || answer.is_empty());
    }
}
