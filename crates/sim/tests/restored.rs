//! What a station may say of a lock that its journal holds open as `lock_sent`. The journal may
//! have been put back from an older copy, and the lock certified, delivered and claimed in the
//! part that is lost (protocol §9, §12).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nvm::memory::Ram;
use sim::reader::{Shim, honest, is, pulled_after};
use sim::{Breaks, Fill, World};
use station::visit::{How, NoSale, NotFreed};
use terminal::Lost;
use wire::{Amount, Scheme};

/// Instruction byte of CERTIFICATE SAM GREY LOCK.
const CERTIFICATE: u8 = 0x42;

/// North has sold before, so that its totalizer stands somewhere and its journal knows where.
fn world() -> World {
    let mut world = World::new(3, Scheme::Seed);
    for _ in 0..3 {
        world.issue(10_000).unwrap();
    }
    world.open_site("North").unwrap();
    world.open_site("South").unwrap();
    world.refuel(0, 2, Fill::of(1_000)).unwrap();
    world.link_up = false;
    world
}

fn last_step(world: &World) -> &'static str {
    world.sites[0].journal.locks().last().map(|(_, progress)| progress.name()).unwrap()
}

fn step(world: &World, number: usize) -> &'static str {
    world.sites[0].journal.locks().nth(number - 1).map(|(_, progress)| progress.name()).unwrap()
}

/// The journal of that very world when LOCK had gone out: its power is cut then.
fn copy_at_lock_sent() -> Ram {
    let mut world = world();
    world.sites[0].psam.cut_after = Some(CERTIFICATE);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    assert_eq!(last_step(&world), "lock_sent");
    world.sites[0].journal.medium_mut().medium.clone()
}

/// Card 0 was locked at North and 20.00 flowed; then the journal is put back to `lock_sent`.
fn restored_after(breaks: Breaks) -> World {
    let mut world = world();
    world.refuel(0, 0, Fill::breaking(3_000, breaks)).unwrap_err();
    let terms = |world: &World| *world.sites[0].journal.locks().last().unwrap().1.terms().unwrap();
    let made = terms(&world);
    world.sites[0].power_on().unwrap();
    world.restore_journal(0, copy_at_lock_sent()).unwrap();
    assert_eq!((last_step(&world), terms(&world)), ("lock_sent", made), "the same lock");
    world.link_up = true;
    world
}

fn waits<T: std::fmt::Debug>(outcome: &Result<T, NotFreed>) {
    assert!(matches!(outcome, Err(NotFreed::Wait(_))), "{outcome:?}");
}

/// What a terminal without PSAM and without its recovery may do for the newest lock at North.
fn without_psam(world: &mut World) {
    let site = &mut world.sites[0];
    let id = site.journal.locks().last().unwrap().1.terms().unwrap().id;
    terminal::flow::give_up(&id, &mut site.journal, &mut site.pump, 1).unwrap();
}

/// North says nothing of lock 2, frees nobody under it, and works on.
fn is_left_to_the_centre(mut world: World) {
    world.restart(0).unwrap();
    without_psam(&mut world);
    assert_eq!(step(&world, 2), "lock_sent", "no notice, no second outcome");
    waits(&world.unlock(1, 0, honest()));
    waits(&world.unlock(0, 0, honest()));
    match world.refuel(0, 0, Fill::of(500)) {
        Err(NoSale::Before(reason)) => waits::<()>(&Err(reason)),
        other => panic!("{other:?}"),
    }
    assert!(world.refuel(0, 1, Fill::of(700)).unwrap().confirmed, "others are served");
    // By now the journal knows where the totalizer stands; that says nothing about before.
    world.restart(0).unwrap();
    waits(&world.unlock(1, 0, honest()));
    assert_eq!(step(&world, 2), "lock_sent");
    assert_eq!(world.centre.holes(world.sites[0].tid).missing, vec![2..=2]);
}

#[test]
fn a_lock_that_was_claimed_in_the_lost_part_is_left_to_the_centre() {
    is_left_to_the_centre(restored_after(Breaks::CardPulledAt(2_000)));
}

#[test]
fn a_lock_under_which_fuel_flowed_in_the_lost_part_is_left_to_the_centre() {
    is_left_to_the_centre(restored_after(Breaks::PowerCutAt(2_000)));
}

#[test]
fn a_lock_of_a_psam_that_is_gone_is_left_to_the_centre_if_something_flowed() {
    let mut world = restored_after(Breaks::PowerCutAt(2_000));
    world.swap_psams(0, 1).unwrap();
    is_left_to_the_centre_in_the_books_of(world, 1);
    let mut world = restored_after(Breaks::PowerCutAt(2_000));
    world.sites[0].psam.dead = true;
    is_left_to_the_centre_in_the_books_of(world, 0);
}

fn is_left_to_the_centre_in_the_books_of(mut world: World, psam: usize) {
    world.restart(0).unwrap();
    assert_eq!(step(&world, 2), "lock_sent");
    waits(&world.unlock(1, 0, honest()));
    let tid = world.sites[psam].tid;
    assert_eq!(world.centre.outcomes().iter().filter(|row| row.tid == tid).count(), 1);
}

/// A PSAM that lost its power answers 6985 to everything until it is selected, just as one does that
/// never certified the lock.
#[test]
fn a_psam_that_is_not_selected_is_no_witness() {
    let mut world = restored_after(Breaks::CardPulledAt(2_000));
    world.sites[0].psam.power_cycle().unwrap();
    world.refuel(0, 1, Fill::of(500)).unwrap();
    assert_eq!(step(&world, 2), "lock_sent", "the PSAM was selected before it was asked");
    waits(&world.unlock(1, 0, honest()));
}

/// The copy ends with `locked`: what the totalizer shows by now has later sales in it.
#[test]
fn a_claimed_lock_that_an_older_journal_holds_as_locked_gets_no_second_amount() {
    let mut copied = world();
    copied.refuel(0, 0, Fill::breaking(3_000, Breaks::PowerCutAt(2_000))).unwrap_err();
    assert_eq!(last_step(&copied), "locked");
    let copy = copied.sites[0].journal.medium_mut().medium.clone();
    let mut world = world();
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(2_000))).unwrap_err();
    world.refuel(0, 1, Fill::of(700)).unwrap();
    world.restore_journal(0, copy).unwrap();
    world.link_up = true;
    world.restart(0).unwrap();
    assert_eq!(step(&world, 2), "locked", "no delivery of 27.00, and none of 20.00");
    waits(&world.unlock(1, 0, honest()));
}

/// What it costs: a journal that is new does not know where the totalizer stood.
#[test]
fn a_new_journal_over_a_pump_that_ran_cannot_tell() {
    let mut world = world();
    world.burn_journal(0).unwrap();
    world.sites[0].psam.cut_after = Some(CERTIFICATE);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.link_up = true;
    world.restart(0).unwrap();
    assert_eq!(last_step(&world), "lock_sent");
    waits(&world.unlock(1, 0, honest()));
}

/// The centre heard `no_dispense` before the journal was put back: when the card comes, the lock is
/// claimed with 0, and fuel flows on the next one only.
#[test]
fn no_fuel_flows_on_a_lock_that_recovery_certified() {
    let mut world = world();
    world.link_up = true;
    let fill = Fill::through(3_000, pulled_after("LOCK FOR REFUEL"));
    world.refuel(0, 0, fill).unwrap_err();
    assert_eq!(last_step(&world), "no_dispense");
    world.restore_journal(0, copy_at_lock_sent()).unwrap();
    world.refuel(0, 0, Fill::of(600)).unwrap();
    let amounts: Vec<_> =
        world.centre.outcomes().iter().map(|row| row.amount.unwrap().units()).collect();
    assert_eq!(amounts, [1_000, 0, 600]);
}

/// Power failed between CERTIFICATE and `locked`, and the totalizer stands where it stood.
#[test]
fn a_certified_lock_with_the_totalizer_unmoved_is_given_up() {
    let mut world = world();
    world.sites[0].psam.cut_after = Some(CERTIFICATE);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.link_up = true;
    world.restart(0).unwrap();
    assert_eq!(last_step(&world), "no_dispense");
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount), (How::Online, Amount::ZERO));
}

#[test]
fn without_the_psam_the_totalizer_alone_gives_a_lock_up() {
    let mut world = world();
    world.sites[0].psam.cut_after = Some(CERTIFICATE);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.link_up = true;
    world.sites[0].power_on().unwrap();
    without_psam(&mut world);
    assert_eq!((step(&world, 1), last_step(&world)), ("settled", "no_dispense"));
    assert_eq!(world.unlock(0, 0, honest()).unwrap().unwrap().amount, Amount::ZERO);
}

/// The same, and the card is still there: claimed with 0, and the sale goes on.
#[test]
fn a_certified_lock_with_the_totalizer_unmoved_is_claimed_with_nothing() {
    let mut world = world();
    world.sites[0].psam.cut_after = Some(CERTIFICATE);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.sites[0].power_on().unwrap();
    world.refuel(0, 0, Fill::of(400)).unwrap();
    assert_eq!((step(&world, 2), step(&world, 3)), ("settled", "settled"));
}

/// No nozzle opened on a lock that the PSAM never certified, wherever the totalizer stands.
#[test]
fn a_lock_that_was_never_certified_is_given_up() {
    let mut world = world();
    world.burn_journal(0).unwrap();
    let power = std::rc::Rc::clone(&world.sites[0].power);
    let shim: Shim = Box::new(move |wire, command| {
        let answer = wire.send(command);
        if is(command, "LOCK FOR REFUEL") {
            power.set(false);
            return Err(Lost::Unknown);
        }
        answer
    });
    world.refuel(0, 0, Fill::through(3_000, shim)).unwrap_err();
    world.link_up = true;
    world.restart(0).unwrap();
    assert_eq!(last_step(&world), "no_dispense");
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount), (How::Online, Amount::ZERO));
}
