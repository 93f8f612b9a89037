//! Many visits in a row, each with cheats and breaks at random; every seed replays its world.

use sim::reader::{Shim, is};
use sim::{Breaks, Fill, World};
use wire::Scheme;

use crate::Cheat;
use crate::rest::{check, come_to_rest, world};

/// A small generator, so that a failure is a seed.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

fn cheat(dice: &mut Dice) -> Cheat {
    let (byte, mask) = (dice.index(44), 1 << dice.below(8));
    let status = dice.pick(&[0x6985, 0x9302, 0x6A81, 0x9406, 0x6F00]);
    match dice.below(9) {
        0 => Cheat::SwallowCommand,
        1 => Cheat::SwallowAnswer,
        2 => Cheat::SendTwice,
        3 => Cheat::RepeatAnswer,
        4 => Cheat::Say9000(dice.pick(&[0, 4, 8, 15, 18, 30, 44])),
        5 => Cheat::Say(status),
        6 => Cheat::SayAfter(status),
        7 => Cheat::AlterCommand(byte, mask),
        _ => Cheat::AlterAnswer(byte, mask),
    }
}

/// Cheats at one exchange in `odds`. A PIN is never altered: three wrong ones block it, and
/// then nothing can be bought with the card any more.
fn shim(mut dice: Dice, odds: u64) -> Shim {
    let mut last = None;
    Box::new(move |wire, command| {
        let answer = if dice.one_in(odds) && !is(command, "VERIFY PIN") {
            cheat(&mut dice).on(wire, command, last.as_ref())
        } else {
            wire.send(command)
        };
        if dice.one_in(4 * odds) {
            wire.pull();
        }
        last = answer.ok();
        answer
    })
}

fn visit(world: &mut World, dice: &mut Dice) {
    world.link_up = !dice.one_in(4);
    world.list_available = !dice.one_in(4);
    let site = dice.index(2);
    let shim = shim(Dice(dice.next()), 2 + dice.below(20));
    if dice.one_in(4) {
        let _ = world.unlock(site, 0, shim);
        return;
    }
    let breaks = match dice.below(6) {
        0 => Breaks::CardPulledAt(700),
        1 => Breaks::PowerCutAt(900),
        _ => Breaks::Nothing,
    };
    if dice.one_in(8) {
        world.sites[site].psam.cut_after = Some(dice.pick(&[0x40, 0x42, 0x44]));
    }
    let _ = world.refuel(site, 0, Fill { breaks, shim, ..Fill::of(2_000) });
    world.sites[site].psam.cut_after = None;
    if !world.sites[site].power.get() || dice.one_in(6) {
        world.restart(site).unwrap();
    }
}

fn play(seed: u64) -> Result<(), String> {
    let mut dice = Dice(seed);
    let scheme = if dice.one_in(2) { Scheme::Seed } else { Scheme::Field };
    let mut world = world(scheme);
    for _ in 0..dice.below(8) {
        visit(&mut world, &mut dice);
    }
    come_to_rest(&mut world);
    check(&world)
}

/// `WORLDS=100000 cargo test --release -p sim --test wire random` plays more of them.
#[test]
fn whole_worlds_of_cheats_and_breaks() {
    let worlds = std::env::var("WORLDS").map_or(3_000, |count| count.parse().unwrap());
    let mut wrong = Vec::new();
    for seed in 0..worlds {
        match std::panic::catch_unwind(|| play(seed)) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => wrong.push(format!("seed {seed}: {why}")),
            Err(_) => wrong.push(format!("seed {seed}: stuck")),
        }
    }
    assert!(wrong.is_empty(), "{} of {worlds}:\n{}", wrong.len(), wrong.join("\n"));
    println!("random worlds: {worlds}");
}

/// Replays one seed: `SEED=351 cargo test -p sim --test wire replay -- --ignored --nocapture`.
#[test]
#[ignore = "replays the seed in SEED"]
fn replay_one_seed() {
    let seed = std::env::var("SEED").unwrap().parse().unwrap();
    let mut dice = Dice(seed);
    let scheme = if dice.one_in(2) { Scheme::Seed } else { Scheme::Field };
    let mut world = world(scheme);
    for _ in 0..dice.below(8) {
        visit(&mut world, &mut dice);
        tell(&world);
    }
    come_to_rest(&mut world);
    tell(&world);
    println!("{:#?}", sim::proof::verdict(&world).problems);
    check(&world).unwrap();
}

fn tell(world: &World) {
    let view = world.look(0).unwrap();
    println!(
        "card {:?} balance {} CTC {}",
        view.status.state, view.purses[0].balance, view.purses[0].ctc
    );
    for site in &world.sites {
        for ((tid, ttc), progress) in site.journal.locks() {
            println!("  {} {tid}/{ttc} {progress:?}", site.station);
        }
        for seen in site.journal.tacs_seen() {
            println!("  {} saw {:?}", site.station, seen.status);
        }
    }
    world.centre.outcomes().iter().for_each(|row| println!("  centre {row:?}"));
    world
        .centre
        .notices()
        .iter()
        .for_each(|notice| println!("  {:?} {:?}", notice.code, notice.detail));
}
