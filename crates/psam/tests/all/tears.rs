//! Power fails at every byte boundary of every write of every command that writes.

use std::collections::BTreeSet;

use nvm::memory::{Fill, Ram, Tear};
use psam::{LockView, Psam, PsamView, SLOTS};
use wire::response::InitSam;

use crate::support::*;

/// A state and a command that changes it.
struct Scene {
    name: String,
    start: Vec<u8>,
    command: Vec<u8>,
    /// The lock that the command is about, where there is one already.
    session: Option<Session>,
    /// The payload after so many commits of the command; the first is the one before it.
    states: Vec<Vec<u8>>,
    /// How things stood before the command.
    view: PsamView,
}

impl Scene {
    fn new(name: &str, mut sam: Sam, session: Option<Session>, command: Vec<u8>) -> Self {
        let view = sam.view();
        let start = sam.nvm_mut().bytes.clone();
        let mut ram = Ram::holding(start.clone(), false);
        send(&mut sam_in(&mut ram), &command);
        assert!(ram.writes > 0 && ram.writes.is_multiple_of(2), "{name}: a commit is two writes");
        let state_after = |commits: u64| {
            let mut ram = Ram::holding(start.clone(), false);
            let mut sam = sam_in(&mut ram);
            sam.nvm_mut().fail_writes_after(2 * commits);
            let _ = sam.transmit(&command);
            drop(sam);
            ram.power_on();
            drop(sam_in(&mut ram));
            payload(&ram.bytes)
        };
        let states: Vec<_> = (0..=ram.writes / 2).map(state_after).collect();
        assert!(
            states.windows(2).all(|pair| pair[0] != pair[1]),
            "{name}: a commit changes something"
        );
        Self { name: name.to_owned(), start, command, session, states, view }
    }

    fn writes(&self) -> u64 {
        2 * (self.states.len() as u64 - 1)
    }

    fn before(&self) -> Sam {
        sam_in(Ram::holding(self.start.clone(), false))
    }

    /// The command under a tear; then the memory as the next power-on finds it.
    fn torn(&self, tear: Tear) -> Ram {
        let mut sam = self.before();
        sam.nvm_mut().arm(tear);
        assert!(sam.transmit(&self.command).is_err(), "{}: no answer after a tear", self.name);
        assert!(sam.transmit(&select_application()).is_err(), "{}: mute after a tear", self.name);
        let mut ram = sam.into_nvm();
        ram.power_on();
        ram
    }

    /// The states that a tear in this write may leave: the commit point lies between its two writes.
    fn allowed(&self, write: u64) -> &[Vec<u8>] {
        let commits = usize::try_from(write / 2).unwrap();
        if write.is_multiple_of(2) {
            &self.states[commits..=commits]
        } else {
            &self.states[commits..=commits + 1]
        }
    }

    /// What must hold as soon as the power is back, whatever happened.
    fn check_at_once(&self, sam: &Sam, tear: Tear) {
        let now = sam.view();
        // Every TTC below it may have left with its MAC1.
        assert!(now.next_ttc >= self.view.next_ttc, "{} {tear:?}: TTC went back", self.name);
        for lock in self.view.pending().filter(|lock| lock.certified && lock.given.is_none()) {
            let same = |other: &LockView| LockView { given: None, ..*other } == *lock;
            let kept = now.pending().any(same);
            assert!(kept, "{} {tear:?}: certified lock {} lost", self.name, lock.ttc);
        }
    }

    /// What must hold for what the terminal does next.
    fn check_after(&self, mut sam: Psam<Ram>, tear: Tear) {
        if let Some(session) = &self.session {
            self.no_second_gmac_is_given(&mut sam, session, tear);
        }
        let next = sam.view().next_ttc.0;
        if let (data, 0x9000) = send(&mut sam, &Card::new(99, SEED).init().encode()) {
            assert_eq!(InitSam::parse(&data).unwrap().ttc.0, next);
            assert_eq!(sam.view().next_ttc.0, next + 1);
        }
    }

    /// The terminal asks for two amounts, in either order, and says its command again: one answer at most.
    fn no_second_gmac_is_given(&self, sam: &mut Psam<Ram>, session: &Session, tear: Tear) {
        let mut asked =
            [session.debit(66), session.debit(77)].map(|command| command.encode().to_vec());
        if tear.at.is_multiple_of(2) {
            asked.reverse();
        }
        let certificate = session.certificate().encode().to_vec();
        let get = session.get_gmac().encode().to_vec();
        let [first, second] = asked;
        let all = [&get, &first, &second, &self.command, &certificate, &first, &second, &get];
        let answers = all.map(|command| send(sam, command));
        let gmacs: BTreeSet<_> = answers.iter().filter(|(data, _)| !data.is_empty()).collect();
        assert!(gmacs.len() <= 1, "{} {tear:?}: two GMACs for one lock", self.name);
        let there = answers[4].1 != 0x6A88;
        assert_eq!(
            gmacs.len(),
            usize::from(there),
            "{} {tear:?}: a certified lock gives one",
            self.name
        );
    }
}

/// A PSAM with so many certified locks, so many given ones and so many uncertified ones, made in this order.
fn crowd(certified: u8, given: u8, uncertified: u8) -> Sam {
    let mut sam = new_sam();
    let mut numbers = 1..;
    let mut card = || Card::new(numbers.next().unwrap(), SEED);
    for _ in 0..certified {
        card().certify(&mut sam);
    }
    for _ in 0..given {
        card().give(&mut sam, 50);
    }
    for _ in 0..uncertified {
        card().start(&mut sam);
    }
    sam
}

fn init_scenes() -> Vec<Scene> {
    let rows = [
        ("INIT into a new PSAM", crowd(0, 0, 0)),
        ("INIT beside one drawn", crowd(0, 0, 1)),
        ("INIT into the last free slot", crowd(9, 3, 3)),
        ("INIT over the oldest given one", crowd(10, 2, 4)),
        ("INIT over the oldest uncertified one", crowd(13, 0, 3)),
        ("INIT over the last that is not certified", crowd(15, 0, 1)),
    ];
    let command = Card::new(50, FIELD).init().encode().to_vec();
    rows.into_iter().map(|(name, sam)| Scene::new(name, sam, None, command.clone())).collect()
}

fn certificate_scenes() -> Vec<Scene> {
    let mut scenes = Vec::new();
    for wrong in 0..3 {
        for right in [true, false] {
            // Another number of commits before it: either copy is the one written first.
            let mut sam = crowd(2 + wrong, 1, 1 + u8::from(right));
            let session = Card::new(60, SEED).start(&mut sam);
            for _ in 0..wrong {
                assert_eq!(status(&mut sam, &session.wrong_certificate()), 0x9302);
            }
            let command = if right { session.certificate() } else { session.wrong_certificate() };
            let name = format!("CERTIFICATE, right {right}, after {wrong} wrong ones");
            scenes.push(Scene::new(&name, sam, Some(session), command.encode().to_vec()));
        }
    }
    scenes
}

fn debit_scenes() -> Vec<Scene> {
    let rows = [(SEED, 0, 77), (FIELD, 0, 77), (SEED, 15, 77), (FIELD, 5, 10_000), (SEED, 4, 0)];
    rows.into_iter()
        .map(|(key, others, units)| {
            let mut sam = crowd(others, 0, 0);
            let session = Card::new(70, key).certify(&mut sam);
            let name = format!("DEBIT of {units} beside {others}, {key:?}");
            Scene::new(&name, sam, Some(session), session.debit(units).encode().to_vec())
        })
        .collect()
}

const FILLS: [fn(u64) -> Fill; 4] = [|_| Fill::Old, |_| Fill::New, |_| Fill::Half, Fill::Random];

#[derive(Default)]
struct Count {
    tears: u64,
    second_tears: u64,
    cuts: u64,
    undone: u64,
    futures: u64,
}

fn tear_everywhere(scenes: &[Scene]) -> Count {
    let mut count = Count::default();
    for scene in scenes {
        cut_after_the_answer(scene, &mut count);
        for write in 1..=scene.writes() {
            for at in 0..=scene.states[0].len() + nvm::OVERHEAD {
                for fill in FILLS {
                    let fill = fill(count.tears);
                    tear_once(scene, Tear { write, at, fill }, &mut count);
                }
            }
        }
    }
    count
}

fn tear_once(scene: &Scene, tear: Tear, count: &mut Count) {
    count.tears += 1;
    let ram = scene.torn(tear);
    if count.tears.is_multiple_of(17) {
        tear_the_recovery(scene, &ram, tear, count);
    }
    let (sam, now) = recovered(scene, sam_in(ram), tear);
    count.undone += u64::from(now == scene.states[0]);
    // The state is one of two or three, whose future does not depend on how it came about.
    if count.tears.is_multiple_of(7) {
        count.futures += 1;
        scene.check_after(sam, tear);
    }
}

/// Checks that the state is an allowed one and gives it back.
fn recovered(scene: &Scene, mut sam: Sam, tear: Tear) -> (Sam, Vec<u8>) {
    let now = payload(&sam.nvm_mut().bytes);
    assert!(
        scene.allowed(tear.write).contains(&now),
        "{} {tear:?}: neither before nor after",
        scene.name
    );
    scene.check_at_once(&sam, tear);
    (sam, now)
}

/// Power fails again while the PSAM repairs its memory.
fn tear_the_recovery(scene: &Scene, torn: &Ram, first: Tear, count: &mut Count) {
    let len = scene.states[0].len() + nvm::OVERHEAD;
    for fill in FILLS {
        let mut ram = torn.clone();
        let at = usize::try_from(count.second_tears * 7919).unwrap() % (len + 1);
        ram.arm(Tear { write: 1, at, fill: fill(count.second_tears) });
        if Psam::power_on(&mut ram).is_ok() {
            // Nothing was to be repaired.
            return;
        }
        count.second_tears += 1;
        ram.power_on();
        let (sam, _) = recovered(scene, sam_in(ram), first);
        scene.check_after(sam, first);
    }
}

/// Power fails between the answer and the next command: what was answered has happened.
fn cut_after_the_answer(scene: &Scene, count: &mut Count) {
    for fill in FILLS {
        let mut sam = scene.before();
        sam.transmit(&scene.command).unwrap();
        let mut ram = sam.into_nvm();
        ram.cut_power(fill(count.cuts));
        ram.power_on();
        let mut sam = sam_in(ram);
        let now = payload(&sam.nvm_mut().bytes);
        assert_eq!(Some(&now), scene.states.last(), "{}: answered and undone", scene.name);
        count.cuts += 1;
    }
}

fn report(name: &str, scenes: &[Scene]) {
    let count = tear_everywhere(scenes);
    assert!(count.undone > 0 && count.undone < count.tears, "both outcomes are reached");
    println!(
        "tears of {name}: {} scenes, {} tears ({} left the state before, {} followed further), {} second tears in the recovery, {} cuts after the answer",
        scenes.len(),
        count.tears,
        count.undone,
        count.futures,
        count.second_tears,
        count.cuts
    );
}

#[test]
fn a_torn_init_happened_wholly_or_not_at_all() {
    let scenes = init_scenes();
    assert!(scenes.iter().all(|scene| scene.writes() == 2));
    report("INIT", &scenes);
}

fn purchase_scenes() -> Vec<Scene> {
    let command = Card::new(50, FIELD).init_purchase(500).encode().to_vec();
    [("PURCHASE on a new PSAM", crowd(0, 0, 0)), ("PURCHASE beside locks", crowd(9, 4, 3))]
        .into_iter()
        .map(|(name, sam)| Scene::new(name, sam, None, command.clone()))
        .collect()
}

/// A TTC may be skipped and never comes twice; no lock is touched.
#[test]
fn a_torn_purchase_draws_a_ttc_or_none() {
    let scenes = purchase_scenes();
    assert!(scenes.iter().all(|scene| scene.writes() == 2));
    report("INIT SAM PURCHASE", &scenes);
}

#[test]
fn a_torn_certificate_never_hides_an_attempt() {
    let scenes = certificate_scenes();
    // Every odd one is the wrong code: it is only counted.
    assert!(scenes.iter().map(Scene::writes).eq([4, 2, 4, 2, 4, 2]));
    report("CERTIFICATE", &scenes);
}

#[test]
fn a_torn_debit_gives_one_gmac_or_none() {
    let scenes = debit_scenes();
    assert!(scenes.iter().all(|scene| scene.writes() == 2));
    report("DEBIT", &scenes);
}

/// Cutting the power three times inside right codes counts three attempts: the lock is gone, whatever was compared.
#[test]
fn three_cuts_inside_certificate_count_like_three_wrong_codes() {
    let mut sam = new_sam();
    let session = Card::new(1, SEED).start(&mut sam);
    for wrong in 1..=3_u8 {
        // In the second commit, before anything of it is durable.
        sam.nvm_mut().arm(Tear { write: 3, at: 0, fill: Fill::Old });
        assert!(sam.transmit(&session.certificate().encode()).is_err());
        let mut ram = sam.into_nvm();
        ram.power_on();
        sam = sam_in(ram);
        let counts: Vec<u8> = sam.view().pending().map(|lock| lock.wrong_mac2).collect();
        assert_eq!(counts, if wrong < 3 { vec![wrong] } else { vec![] });
    }
    assert_eq!(status(&mut sam, &session.certificate()), 0x6A88);
    let full = crowd(SLOTS.try_into().unwrap(), 0, 0);
    assert_eq!(full.view().pending().count(), SLOTS);
}
