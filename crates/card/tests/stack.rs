//! How much stack a command of the card takes, found from outside: the deepest place on a stack of known size at which
//! the command still ends well. Each try is a process of its own, since a stack that is too small ends it.
//!
//! The figures are those of this machine's build, and are printed; they say what a chip needs only roughly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::hint::black_box;
use std::process::{Command, Stdio};

use card::Card;
use nvm::memory::Ram;
use support::*;
use wire::card_command::StatusMode;
use wire::{CardCommand, Purse};

/// What a process is to try: the work's number, the levels, the size of the stack.
const ORDER: &str = "GREYLOCK_STACK";
const TEST: &str = "the_stack_of_each_command";
const STACK: usize = 256 * 1024;
const OTHER_STACK: usize = 2 * STACK;
/// More than any command of a card takes is a mistake in it, or in this measurement.
const MOST: usize = 64 * 1024;

type Prepare = fn() -> (TestCard, Vec<u8>);

/// What is measured, and how it comes about.
const WORKS: [(&str, Prepare); 7] = [
    ("VERIFY PIN", || {
        let mut card = fresh();
        select(&mut card);
        (card, VERIFY.encode().to_vec())
    }),
    ("INITIALIZE FOR REFUEL", || {
        let mut card = fresh();
        select_and_verify(&mut card);
        (card, init_refuel(Purse::Ed).encode().to_vec())
    }),
    ("LOCK FOR REFUEL", || {
        let mut card = fresh();
        select_and_verify(&mut card);
        let begun = begin(&mut card, Purse::Ed);
        (card, right_lock(&begun, Purse::Ed, 7).encode().to_vec())
    }),
    ("DEBIT FOR REFUEL", || {
        let mut card = fresh();
        lock(&mut card, Purse::Ed, 7);
        let debit = CardCommand::DebitForRefuel(right_debit(&card.view(), 100));
        (card, debit.encode().to_vec())
    }),
    ("GET GREY STATUS", || {
        let mut card = fresh();
        lock(&mut card, Purse::Ed, 7);
        let clear = CardCommand::GetGreyStatus(StatusMode::ReadAndClear);
        debit(&mut card, 100);
        (card, clear.encode().to_vec())
    }),
    ("INITIALIZE FOR UNLOCK", || {
        let mut card = fresh();
        lock(&mut card, Purse::Ed, 7);
        (card, init_unlock(Purse::Ed).encode().to_vec())
    }),
    ("DEBIT FOR UNLOCK", || {
        let mut card = fresh();
        lock(&mut card, Purse::Ed, 7);
        let begun = begin_unlock(&mut card, Purse::Ed);
        let unlock = CardCommand::DebitForUnlock(right_unlock(&begun, Purse::Ed, 100));
        (card, unlock.encode().to_vec())
    }),
];

/// Goes down some levels, each of which takes the same, and works there.
#[inline(never)]
fn deeper(levels: usize, work: &mut dyn FnMut()) {
    let room = black_box([0_u8; 32]);
    if levels == 0 {
        work();
    } else {
        deeper(levels - 1, work);
    }
    black_box(&room);
}

/// Works that are no command: one that does nothing, and one that takes a known room.
const NOTHING: usize = WORKS.len();
const KNOWN: usize = WORKS.len() + 1;
const ROOM: usize = 10_000;

/// The process that tries: on a stack of this size, so many levels down.
fn try_it(work: usize, levels: usize, stack: usize) {
    let mut prepared: Option<(Card<Ram>, Vec<u8>)> = WORKS.get(work).map(|work| work.1());
    let down = move || {
        let mut good = true;
        deeper(levels, &mut || match &mut prepared {
            Some((card, command)) => good = card.transmit(command).unwrap().ends_with(&[0x90, 0]),
            None if work == KNOWN => take_room(),
            None => {}
        });
        good
    };
    let worker = std::thread::Builder::new().stack_size(stack).spawn(down).unwrap();
    assert!(worker.join().unwrap());
}

#[inline(never)]
fn take_room() {
    let mut room = [0_u8; ROOM];
    black_box(&mut room);
}

/// Whether a process that tries ends well.
fn ends_well(work: usize, levels: usize, stack: usize) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", TEST, "--include-ignored"]).stdin(Stdio::null());
    child.stdout(Stdio::null()).stderr(Stdio::null());
    child.env(ORDER, format!("{work} {levels} {stack}")).status().unwrap().success()
}

/// The most levels that leave room for the work.
fn deepest(work: usize, stack: usize) -> usize {
    let (mut fits, mut fails) = (0, stack / 32);
    assert!(ends_well(work, fits, stack), "the work alone takes more than {stack} bytes");
    while fails - fits > 1 {
        let middle = fits.midpoint(fails);
        if ends_well(work, middle, stack) { fits = middle } else { fails = middle }
    }
    fits
}

#[test]
#[ignore = "starts a process for each try: cargo xtask bench"]
fn the_stack_of_each_command() {
    if let Ok(order) = std::env::var(ORDER) {
        let numbers: Vec<usize> = order.split(' ').map(|word| word.parse().unwrap()).collect();
        return try_it(numbers[0], numbers[1], numbers[2]);
    }
    let empty = deepest(NOTHING, STACK);
    let level = (OTHER_STACK - STACK) / (deepest(NOTHING, OTHER_STACK) - empty);
    let known = (empty - deepest(KNOWN, STACK)) * level;
    assert!(known.abs_diff(ROOM) < 5 * level, "{ROOM} bytes were measured as {known}");
    let mut most = 0;
    for (work, (name, _)) in WORKS.iter().enumerate() {
        let bytes = (empty - deepest(work, STACK)) * level;
        println!("stack of {name}: {bytes} bytes, to within {level}");
        assert!((level..MOST).contains(&bytes), "{name}: {bytes}");
        most = most.max(bytes);
    }
    println!("stack of the card's core: {most} bytes; static RAM: {}", size_of::<Card<()>>());
}
