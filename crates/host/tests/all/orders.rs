//! Whatever order reports and receipts come in, and however often, the books end alike; and
//! the same inputs give the same books and answers.
use std::collections::BTreeMap;

use crate::support::*;
use host::{Account, Centre, Input, MemoryBooks, Output, Ruling};
use proptest::prelude::*;
use wire::{Mac, Purse, Report, Scheme, Ttc};

/// How one refuelling goes.
#[derive(Clone, Copy, Debug)]
enum Story {
    Sale,
    GreyThenTacSeen,
    TacCleared,
    NoDispenseUnlocked,
    RecordUnlocked,
    Mac3InStatus,
    Mac3Lost,
    Unproved,
    RuledThenLateRecord,
    Void,
    NeverReachedTheCard,
}

const STORIES: [Story; 11] = [
    Story::Sale,
    Story::GreyThenTacSeen,
    Story::TacCleared,
    Story::NoDispenseUnlocked,
    Story::RecordUnlocked,
    Story::Mac3InStatus,
    Story::Mac3Lost,
    Story::Unproved,
    Story::RuledThenLateRecord,
    Story::Void,
    Story::NeverReachedTheCard,
];

/// Inputs in the order in which they came, and those of them that may come in any order.
struct World {
    host: Host,
    card: TestCard,
    psams: [TestPsam; 2],
    minute: u8,
    log: Vec<(Input, Output)>,
    loose: Vec<Input>,
    pending: u32,
    ruled_off: i64,
}

fn station_of(report: &Report) -> String {
    let north = report.lock().is_none_or(|(tid, _)| tid == T1);
    if north { NORTH.to_owned() } else { SOUTH.to_owned() }
}

fn start() -> (Host, Vec<Input>) {
    let host = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    let cards = [CARD, OTHER].map(|asn| Input::RegisterCard { card: opening(asn), now: at(0) });
    let psams = [(T1, NORTH), (T2, SOUTH)]
        .map(|(tid, station)| Input::RegisterPsam { tid, station: station.to_owned() });
    (host, cards.into_iter().chain(psams).collect())
}

impl World {
    fn new() -> Self {
        let (host, inputs) = start();
        let mut world = Self {
            host,
            card: TestCard::new(CARD),
            psams: [TestPsam::new(T1), TestPsam::new(T2)],
            minute: 1,
            log: Vec::new(),
            loose: Vec::new(),
            pending: 0,
            ruled_off: 0,
        };
        inputs.into_iter().for_each(|input| world.tell(input));
        world
    }

    fn tell(&mut self, input: Input) {
        let output = self.host.apply(&input);
        self.log.push((input, output));
    }

    /// Told at once, and again at any time.
    fn tell_loosely(&mut self, input: Input) {
        self.loose.push(input.clone());
        self.tell(input);
    }

    fn report(&mut self, report: Report) {
        let station = station_of(&report);
        self.tell_loosely(Input::Hear { station, report, now: at(200) });
    }

    fn play(&mut self, story: Story, psam: usize, amount: u32) {
        self.minute += 4;
        let now = at(self.minute);
        let psam = &mut self.psams[psam];
        match story {
            Story::Void => {
                let (ttc, _) = psam.draw();
                let report = Report::Void(psam.tid, ttc);
                return self.report(report);
            }
            Story::NeverReachedTheCard => {
                let terms = self.card.clone().lock(psam, now).terms;
                return self.report(Report::NoDispense(terms));
            }
            _ => {}
        }
        let grey = self.card.lock(psam, now);
        let record = psam.claim(&grey, amount, at(self.minute + 1));
        match story {
            Story::Sale => {
                let tac = self.card.debit(&record);
                self.report(Report::Sale(record, tac));
            }
            Story::GreyThenTacSeen => {
                self.card.debit(&record);
                let seen = Report::TacSeen(CARD, self.card.unread());
                self.report(seen);
                self.report(Report::Grey(record));
            }
            Story::TacCleared => {
                self.card.debit(&record);
                self.report(Report::Sale(record, Mac([1; 4])));
            }
            Story::NoDispenseUnlocked => {
                self.report(Report::NoDispense(grey.terms));
                self.unlock(true);
            }
            Story::RecordUnlocked => {
                self.report(Report::Grey(record));
                self.unlock(true);
            }
            Story::Mac3InStatus => {
                self.report(Report::Grey(record));
                self.unlock(false);
                let seen = Report::TacSeen(CARD, self.card.unread());
                self.report(seen);
            }
            Story::Mac3Lost => {
                self.report(Report::Grey(record));
                self.unlock(false);
            }
            Story::Unproved => {
                self.report(unproved(&grey, amount, at(self.minute + 1)));
                self.rule(grey.terms.id, amount);
                self.unlock(true);
            }
            Story::RuledThenLateRecord => {
                drop(self.ask());
                self.rule(grey.terms.id, amount / 2);
                self.unlock(true);
                self.report(Report::Grey(record));
                self.ruled_off += i64::from(amount - amount / 2);
            }
            Story::Void | Story::NeverReachedTheCard => {}
        }
    }

    fn ask(&mut self) -> Output {
        let request = self.card.ask(T2, at(self.minute + 2));
        self.tell(Input::Unlock(request));
        self.log.last().unwrap().1.clone()
    }

    fn unlock(&mut self, confirmed: bool) {
        let otc = self.card.otc;
        let Ok(host::Answer::Unlock(answer)) = self.ask() else { panic!("refused") };
        let mac3 = self.card.obey(&decided(Ok(answer)));
        if confirmed {
            let (asn, purse, now) = (CARD, Some(Purse::Ed), at(201));
            self.tell_loosely(Input::Confirm { asn, purse, otc, mac3, now });
        }
    }

    fn rule(&mut self, lock: wire::LockId, amount: u32) {
        let ruling = Ruling::Unlock(cents(amount));
        self.tell(Input::Propose(proposal(lock, ruling)));
        self.tell(Input::Approve(approval(lock, ruling)));
    }

    /// The card's last lock stays grey, and its record is heard.
    fn end_grey(&mut self, amount: u32) {
        self.minute += 4;
        let grey = self.card.lock(&mut self.psams[0], at(self.minute));
        let record = self.psams[0].claim(&grey, amount, at(self.minute + 1));
        self.report(Report::Grey(record));
        self.pending = amount;
    }
}

/// What must not depend on the order.
fn picture(host: &Host) -> impl PartialEq + std::fmt::Debug + use<> {
    let rows = host.outcomes();
    let holes = [T1, T2].map(|tid| host.holes(tid));
    let lists = (host.grey_list(), host.blacklist(), host.decisions());
    (rows, host.trial_balance(), holes, lists)
}

/// What each lock paid to its station, over all postings.
fn paid(host: &Host) -> BTreeMap<wire::LockId, i64> {
    let mut paid = BTreeMap::new();
    for posting in host.postings() {
        let lines = posting.lines.iter();
        assert_eq!(lines.map(|(_, amount)| amount).sum::<i64>(), 0, "{posting:?}");
        for (account, amount) in posting.lines.iter() {
            if let (Account::StationPayable(_), Some(lock)) = (account, posting.lock) {
                *paid.entry(lock).or_default() += amount;
            }
        }
    }
    paid
}

fn stories() -> impl Strategy<Value = Vec<(Story, usize, u32)>> {
    let story = prop::sample::select(STORIES.to_vec());
    prop::collection::vec((story, 0..2_usize, 0..4_000_u32), 1..9)
}

fn world(stories: &[(Story, usize, u32)], last: Option<u32>) -> World {
    let mut world = World::new();
    stories.iter().for_each(|(story, psam, amount)| world.play(*story, *psam, *amount));
    if let Some(amount) = last {
        world.end_grey(amount);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    /// The decisions of a world are fixed; everything else comes late, in any order, repeated.
    #[test]
    fn any_order_and_repetition_ends_in_the_same_books(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        keys in prop::collection::vec(any::<u64>(), 64),
    ) {
        let told = world(&stories, last);
        let wanted = picture(&told.host);

        // Again and again into the same centre.
        let mut again = told.host.clone();
        for pick in &picks {
            again.apply(pick.get(&told.loose)).unwrap();
        }
        prop_assert_eq!(&picture(&again), &wanted);
        prop_assert_eq!(again.postings(), told.host.postings());

        // Records that no decision leaned on come last, shuffled, lost and repeated.
        let (mut shuffled, early) = start();
        early.iter().for_each(|input| drop(shuffled.apply(input)));
        let (late, fixed) = late_and_fixed(&told);
        fixed.iter().for_each(|input| drop(shuffled.apply(input)));
        let mut keyed: Vec<(u64, Input)> = keys.iter().copied().cycle().zip(late).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let late: Vec<Input> = keyed.into_iter().map(|(_, input)| input).collect();
        for pick in picks.iter().filter(|_| !late.is_empty()) {
            drop(shuffled.apply(pick.get(&late)));
        }
        late.iter().for_each(|input| drop(shuffled.apply(input)));
        prop_assert_eq!(&picture(&shuffled), &wanted);
        for (lock, amount) in paid(&shuffled) {
            prop_assert!(amount <= 4_000, "{} paid {}", lock, amount);
        }
        prop_assert_eq!(paid(&shuffled), paid(&told.host));
    }

    /// A replacement pays out what is known then. What comes later books alike in every order, and
    /// nothing of it touches the float again.
    #[test]
    fn after_a_replacement_any_order_and_repetition_ends_in_the_same_books(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        known in any::<u64>(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        keys in prop::collection::vec(any::<u64>(), 64),
    ) {
        let told = world(&stories, last);
        let (late, fixed) = late_and_fixed(&told);
        let is_early = |place: &usize| known & (1 << (place % 64)) != 0;
        let (mut host, opening) = start();
        opening.iter().chain(&fixed).for_each(|input| drop(host.apply(input)));
        for place in (0..late.len()).filter(is_early) {
            host.apply(&late[place]).unwrap();
        }
        host.apply(&Input::Replace(order("ada", "bob", "lost"))).unwrap();
        let mut shuffled = host.clone();
        late.iter().for_each(|input| drop(host.apply(input)));
        let mut places: Vec<usize> = (0..late.len()).collect();
        places.sort_by_key(|place| keys[place % 64]);
        for pick in picks.iter().filter(|_| !late.is_empty()) {
            drop(shuffled.apply(pick.get(&late)));
            prop_assert_eq!(shuffled.trial_balance().of(&Account::Float(CARD, Purse::Ed)), 0);
        }
        for place in places {
            drop(shuffled.apply(&late[place]));
            prop_assert_eq!(shuffled.trial_balance().of(&Account::Float(CARD, Purse::Ed)), 0);
        }
        prop_assert_eq!(picture(&shuffled), picture(&host));
        prop_assert_eq!(shuffled.trial_balance().sum, 0);
        prop_assert_eq!(paid(&shuffled), paid(&host));
    }

    /// Card and books hold the same money, but for what is pending.
    #[test]
    fn the_books_follow_the_card(stories in stories(), last in prop::option::of(0..4_000_u32)) {
        let told = world(&stories, last);
        let trial = told.host.trial_balance();
        prop_assert_eq!(trial.sum, 0);
        let float = trial.of(&Account::Float(CARD, Purse::Ed));
        prop_assert_eq!(float, i128::from(told.card.balance) - i128::from(told.pending));
        let claims: i128 = [NORTH, SOUTH]
            .map(|station| trial.of(&Account::StationClaims(host::StationId::from(station))))
            .iter()
            .sum();
        prop_assert_eq!(claims, i128::from(told.ruled_off));
    }

    /// The inputs, read back from what a shell would have stored, give the same centre.
    #[test]
    fn replaying_the_inputs_gives_the_same_state_and_answers(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut told = world(&stories, last);
        for pick in &picks {
            let input = pick.get(&told.loose).clone();
            told.tell(garbled(input));
        }
        told.tell(Input::Unblock {
            asn: CARD,
            version: None,
            challenge: [1, 2, 3, 4],
            now: at(202),
        });
        told.tell(Input::Replace(order("ada", "bob", "lost")));
        let by = -5;
        let (purse, kind) = (Purse::Ed, host::ChangeKind::Money);
        told.tell(Input::Change { asn: OTHER, purse, otc: 3, by, kind, now: at(203) });
        let mut replayed = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
        for (input, output) in &told.log {
            let stored = serde_json::to_string(input).unwrap();
            let read: Input = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&read, input);
            prop_assert_eq!(&replayed.apply(&read), output);
        }
        prop_assert_eq!(replayed.books(), told.host.books());
    }
}

/// Reports by the wrong station, so that refusals are replayed too.
fn garbled(input: Input) -> Input {
    match input {
        Input::Hear { station, report, now } if report.lock().is_some_and(|(_, t)| t == Ttc(1)) => {
            Input::Hear { station: format!("not {station}"), report, now }
        }
        other => other,
    }
}

/// What an unlock needed stays where it was; all other reports and receipts are late.
fn late_and_fixed(told: &World) -> (Vec<Input>, Vec<Input>) {
    let decided: Vec<(wire::Tid, Ttc)> =
        told.host.decisions().iter().map(|row| (row.lock.tid, row.lock.ttc)).collect();
    let is_late = |input: &Input| match input {
        Input::Hear { report: Report::TacSeen(..), .. } | Input::Confirm { .. } => true,
        Input::Hear { report, .. } => match report.lock() {
            Some(number) if decided.contains(&number) => is_late_record(told, number),
            _ => true,
        },
        _ => false,
    };
    let inputs = told.log.iter().map(|(input, _)| input.clone()).skip(start().1.len());
    inputs.partition(is_late)
}

/// A record that came after operators had decided without it.
fn is_late_record(told: &World, number: (wire::Tid, Ttc)) -> bool {
    let rows = told.host.decisions();
    let row = rows.iter().find(|row| (row.lock.tid, row.lock.ttc) == number);
    row.is_some_and(|row| {
        matches!(&row.ground, host::Ground::Operators { basis: host::Code::Missing, .. })
    })
}
