//! `kill -9` of the server at random moments under load: nothing acknowledged is lost, nothing is done twice.
//!
//! Killed all the time, also while it starts and makes its tables; with PostgreSQL, that is killed too. A word that was
//! not acknowledged is said again; one that was must stand for ever. In the end the books are those of the rules in
//! memory, told the same.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::base::{Base, Engine, kill_a_backend, restart_at_once, seal};
use crate::dice::Dice;
use crate::driver::Driver;
use crate::ear::Ear;
use crate::support::keys;
use crate::town::{CARDS, Release, Town, Wrong};
use crate::weigh::weigh;
use host::Input;
use ordeal::process::Server;
use store::Reader;
use wire::Scheme;

/// Kills in the life of one set of books.
const KILLS: u64 = 25;
/// Answers between two kills, at most.
const ANSWERS: u64 = 80;
/// Microseconds in which a start is over, about.
const START: u64 = 60_000;

/// What was done, and what it did.
#[derive(Default)]
struct Tally {
    kills: u64,
    /// Of them, before the server served.
    starting: u64,
    /// Ends of PostgreSQL.
    database: u64,
    answered: u64,
    broken: u64,
    away: u64,
    wrong: Vec<(Wrong, String)>,
}

/// The hand that kills.
struct Hand<'a> {
    base: &'a Base,
    engine: Engine,
    town: &'a Town,
    dice: Dice,
    tally: &'a mut Tally,
}

impl Hand<'_> {
    /// One server from its start to its end.
    fn once(&mut self) {
        let server = Server::start(&self.base.plan).unwrap();
        self.tally.kills += 1;
        if self.dice.one_in(5) {
            self.tally.starting += 1;
            self.town.idle(self.dice.below(START));
            return server.kill().unwrap();
        }
        self.town.up(&server.address().unwrap());
        self.some_answers();
        if self.engine == Engine::Postgres && self.dice.one_in(8) {
            self.tally.database += 1;
            match self.dice.one_in(3) {
                true => restart_at_once(),
                false => kill_a_backend(self.dice.index(8)),
            }
            // It goes on by itself.
            self.some_answers();
        }
        self.town.idle(self.dice.below(5_000));
        self.town.down();
        server.kill().unwrap();
    }

    fn some_answers(&mut self) {
        let more = 1 + self.dice.below(ANSWERS);
        self.town.wait_answered(self.town.answered() + more);
    }

    /// The last server: all is said, then it ends well.
    fn last(&mut self) -> Server {
        let server = Server::start(&self.base.plan).unwrap();
        self.town.up(&server.address().unwrap());
        self.town.end();
        server
    }
}

/// One set of books, from its first table to its end.
fn world(engine: Engine, seed: u64, kills: u64, tally: &mut Tally) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    seal(data);
    let base = Base::new(engine, data);
    let (town, ear) = (Town::new("ordeal"), Ear::default());
    let mut dice = Dice::new(seed);
    // Killed before there are tables, while they are made, and after.
    for _ in 0..3.min(kills) {
        let server = Server::start(&base.plan).unwrap();
        (tally.kills, tally.starting) = (tally.kills + 1, tally.starting + 1);
        town.idle(dice.below(START));
        server.kill().unwrap();
    }
    let told: Vec<Vec<Input>> = std::thread::scope(|scope| {
        let release = Release(&town);
        let (town, ear) = (&town, &ear);
        let drive = |card| {
            scope.spawn(move || {
                let _release = Release(town);
                Driver::new(town, card, seed).run()
            })
        };
        let drivers: Vec<_> = (0..CARDS).map(drive).collect();
        let listening = scope.spawn(move || ear.listen(town));
        let mut hand = Hand { base: &base, engine, town, dice, tally };
        for _ in 3..kills {
            hand.once();
        }
        let server = hand.last();
        let told = drivers.into_iter().map(|driver| driver.join().unwrap()).collect();
        let mut reader = Reader::open(&base.place, Arc::new(keys(Scheme::Seed))).unwrap();
        ear.weigh(town, &mut reader);
        let (ended_well, said) = server.stop().unwrap();
        assert!(ended_well, "{said:?}");
        listening.join().unwrap();
        drop(release);
        told
    });
    let mut reader = Reader::open(&base.place, Arc::new(keys(Scheme::Seed))).unwrap();
    weigh(&town, &mut reader, &told);
    tally.answered += town.answered();
    tally.broken += town.broken.load(Ordering::Relaxed);
    tally.away += town.away.load(Ordering::Relaxed);
    tally.wrong.extend(town.wrong());
}

/// So many kills with this database, and the row of docs/proof.md.
fn ordeal(engine: Engine) {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse::<u64>().unwrap())
    };
    let (kills, seed) = (number("GREYLOCK_ORDEAL_KILLS", 100), number("GREYLOCK_ORDEAL_SEED", 1));
    let mut tally = Tally::default();
    for (world_number, first) in (0..).zip((0..kills).step_by(usize::try_from(KILLS).unwrap())) {
        let before = (tally.answered, tally.broken, tally.away);
        world(engine, seed << 16 | world_number, KILLS.min(kills - first), &mut tally);
        println!(
            "{} world {world_number}: {} answered, {} connections broken, {} times away",
            engine.name(),
            tally.answered - before.0,
            tally.broken - before.1,
            tally.away - before.2,
        );
        if !tally.wrong.is_empty() {
            break;
        }
    }
    let of = |kind| tally.wrong.iter().filter(|(wrong, _)| *wrong == kind).count();
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        engine.name(),
        tally.kills,
        of(Wrong::Lost),
        of(Wrong::Doubled),
        of(Wrong::Changed),
        of(Wrong::Events),
        of(Wrong::Books),
        seed,
    );
    println!("{} while starting, {} ends of the database", tally.starting, tally.database);
    let first: Vec<_> = tally.wrong.iter().take(10).collect();
    assert!(first.is_empty(), "{first:#?}");
}

#[test]
#[ignore = "wants a server to kill: cargo xtask ordeal"]
fn nothing_acknowledged_is_lost_on_sqlite() {
    ordeal(Engine::Sqlite);
}

#[test]
#[ignore = "wants a server to kill and a PostgreSQL: cargo xtask ordeal"]
fn nothing_acknowledged_is_lost_on_postgres() {
    ordeal(Engine::Postgres);
}
