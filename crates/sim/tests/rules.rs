//! Sentences of protocol §9 and §10 that take a terminal, a station and a centre to play.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use host::{Outcome, Ruling};
use sim::reader::{Shim, altered, answer_lost, honest, is, pulled_after};
use sim::{Breaks, Fill, World, proof};
use station::visit::{How, NoSale, NotFreed};
use terminal::{Failure, Lost, Progress};
use wire::apdu::{response, split_response};
use wire::{Amount, GreyState, GreyStatus, LockId, Mac, Scheme, StatusMore, StatusWord};

fn world(scheme: Scheme) -> World {
    let mut world = World::new(3, scheme);
    world.issue(10_000).unwrap();
    world.issue(10_000).unwrap();
    world.open_site("North").unwrap();
    world.open_site("South").unwrap();
    world
}

fn outcome(world: &World, row: usize) -> Option<Outcome> {
    world.centre.outcomes()[row].outcome
}

fn state(world: &World) -> GreyState {
    world.look(0).unwrap().status.state
}

/// Does something to one command on its way.
fn command_altered(name: &'static str, change: fn(&mut Vec<u8>)) -> Shim {
    Box::new(move |wire, command| {
        let mut command = command.to_vec();
        if is(&command, name) {
            change(&mut command);
        }
        wire.send(&command)
    })
}

/// Puts something else in the place of what GET GREY STATUS with P1 = 02 shows.
fn status_forged(forge: impl Fn(&mut GreyStatus) + 'static) -> Shim {
    Box::new(move |wire, command| {
        let answer = wire.send(command)?;
        let (data, word) = split_response(&answer).unwrap();
        match GreyStatus::parse(data) {
            Some(mut status) if is(command, "GET GREY STATUS") && status.more.is_some() => {
                forge(&mut status);
                Ok(response(&status.encode(), word))
            }
            _ => Ok(answer),
        }
    })
}

/// The card's own TAC reaches the centre although DEBIT's answer was altered.
#[test]
fn an_altered_answer_of_debit_does_not_lose_the_tac() {
    for at in 0..4 {
        let mut world = world(Scheme::Seed);
        let sale = world.refuel(0, 0, Fill::through(3_000, altered("DEBIT FOR REFUEL", at)));
        assert!(sale.unwrap().confirmed, "the card was debited");
        assert_eq!(state(&world), GreyState::Unlocked);
        assert_eq!(outcome(&world, 0), Some(Outcome::Sale));
    }
}

/// The same, and the card is gone with the command that clears TACUF: the card's own TAC was
/// durable before, so the centre need not wait for its next lock.
#[test]
fn the_cards_tac_is_durable_before_it_is_cleared() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let mut world = world(scheme);
        let mut lie = altered("DEBIT FOR REFUEL", 0);
        let shim: Shim = Box::new(move |wire, command| {
            let answer = lie(wire, command);
            if command.starts_with(&[0xE0, 0xCA, 0x01]) {
                wire.pull();
                return Err(Lost::Unknown);
            }
            answer
        });
        world.refuel(0, 0, Fill::through(3_000, shim)).unwrap();
        assert_eq!(state(&world), GreyState::Unlocked, "the TAC is gone from the card");
        assert_eq!(outcome(&world, 0), Some(Outcome::Sale));
    }
}

/// Whoever shows the false TAC a second time still has to let the last status through.
#[test]
fn a_false_tac_that_is_shown_twice_does_not_lose_the_cards() {
    let mut world = world(Scheme::Seed);
    let mut lie = altered("DEBIT FOR REFUEL", 0);
    let mut again = altered("GET GREY STATUS", 26);
    let shim: Shim = Box::new(move |wire, command| match command {
        [0xE0, 0xCA, 0x02, ..] => again(wire, command),
        _ => lie(wire, command),
    });
    world.refuel(0, 0, Fill::through(3_000, shim)).unwrap();
    assert_eq!(outcome(&world, 0), Some(Outcome::Sale));
}

/// In the field scheme date' and time' are not in the GMAC: what the card has of them goes up.
#[test]
fn an_end_time_altered_in_the_field_scheme_does_not_lose_the_tac() {
    let later = |command: &mut Vec<u8>| command[27] ^= 1;
    let mut pulled = world(Scheme::Field);
    let fill = Fill::through(3_000, command_altered("DEBIT FOR REFUEL", later));
    pulled.refuel(0, 0, fill).unwrap();
    assert_eq!(outcome(&pulled, 0), Some(Outcome::Sale));

    let shim: Shim = Box::new(move |wire, command| {
        let mut altered = command.to_vec();
        if is(command, "DEBIT FOR REFUEL") {
            later(&mut altered);
        }
        let answer = wire.send(&altered);
        if is(command, "DEBIT FOR REFUEL") {
            wire.pull();
        }
        answer
    });
    let mut pulled = world(Scheme::Field);
    pulled.refuel(0, 0, Fill::through(3_000, shim)).unwrap();
    assert_eq!(state(&pulled), GreyState::Debited);
    pulled.unlock(0, 0, honest()).unwrap();
    assert_eq!(outcome(&pulled, 0), Some(Outcome::Sale));
}

/// A status that somebody makes up takes no TAC out of the reports.
#[test]
fn a_forged_status_does_not_replace_a_right_tac() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    let record = world.refuel(0, 0, Fill::of(3_000)).unwrap().record;
    let forged = status_forged(move |status| {
        status.state = GreyState::Debited;
        status.tid = record.terms.id.tid;
        status.date = record.delivery.at.date;
        status.time = record.delivery.at.time;
        status.a = record.delivery.amount.to_bytes();
        status.b = Mac([1, 2, 3, 4]);
        status.more = Some(StatusMore { ttc: record.terms.id.ttc, ..StatusMore::default() });
    });
    let _ = world.unlock(0, 0, forged);
    world.link_up = true;
    world.upload(0);
    assert_eq!(outcome(&world, 0), Some(Outcome::Sale));
}

/// INITIALIZE's answer had another balance: MAC2 never certifies, GTAC and the notice disagree, and
/// the card waits for two persons.
#[test]
fn an_altered_balance_waits_for_two_persons() {
    let mut world = world(Scheme::Seed);
    let fill = Fill::through(3_000, altered("INITIALIZE FOR REFUEL", 3));
    world.refuel(0, 0, fill).unwrap_err();
    assert_eq!(outcome(&world, 0), Some(Outcome::NoDispense));
    assert!(matches!(world.unlock(1, 0, honest()), Err(NotFreed::Wait(_))));
    let id = world.sites[0].journal.locks().last().unwrap().1.terms().unwrap().id;
    world.rule(&id, Ruling::Unlock(Amount::ZERO), "no fuel by the totalizer").unwrap();
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount), (How::Online, Amount::ZERO));
}

/// What flowed under a lock is read off the totalizer before anything else flows, whichever
/// PSAM is there by then.
#[test]
fn another_psam_does_not_mix_up_what_flowed() {
    let mut world = World::new(3, Scheme::Seed);
    for _ in 0..2 {
        world.issue(10_000).unwrap();
        world.open_site("North").unwrap();
    }
    let _ = world.refuel(0, 0, Fill::breaking(3_000, Breaks::PowerCutAt(1_234)));
    world.swap_psams(0, 1).unwrap();
    world.restart(0).unwrap();
    let row = world.centre.outcomes().into_iter().find(|row| row.amount.is_some()).unwrap();
    assert_eq!((row.outcome, row.amount.unwrap().units()), (Some(Outcome::Unproved), 1_234));
    world.refuel(0, 1, Fill::of(2_000)).unwrap();
    world.swap_psams(0, 1).unwrap();
    world.restart(0).unwrap();
    let freed = world.unlock(0, 0, honest()).unwrap().unwrap();
    assert_eq!(freed.amount.units(), 1_234);
    assert_eq!(proof::of(&world).unwrap().owed_to_stations, 3_234);
}

/// A lock of another PSAM that never was certified is given up, so that its card can be freed.
#[test]
fn a_lock_of_a_dead_psam_is_given_up() {
    let mut world = world(Scheme::Seed);
    world.sites[0].psam.dies_at = Some(0x42);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.swap_psams(0, 1).unwrap();
    world.restart(0).unwrap();
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount), (How::Online, Amount::ZERO));
}

/// The PSAM died on a certified lock and nothing had flowed: the centre frees the card with 0, and
/// when the PSAM comes back its GMAC over 0 agrees.
#[test]
fn a_psam_that_dies_before_anything_flowed_keeps_no_card_grey() {
    let mut world = world(Scheme::Seed);
    world.sites[0].psam.dies_at = Some(0x44);
    world.refuel(0, 0, Fill { check: false, ..Fill::of(0) }).unwrap_err();
    assert_eq!((state(&world), outcome(&world, 0)), (GreyState::Grey, Some(Outcome::Unproved)));
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount), (How::Online, Amount::ZERO));
    assert_eq!(proof::of(&world).unwrap().on_cards, 20_000);
    (world.sites[0].psam.dead, world.sites[0].psam.dies_at) = (false, None);
    world.restart(0).unwrap();
    assert_eq!(outcome(&world, 0), Some(Outcome::Grey));
    assert_eq!(proof::problems_of(&world), Vec::<String>::new());
    world.refuel(1, 0, Fill::of(1_000)).unwrap();
    assert_eq!(proof::of(&world).unwrap().owed_to_stations, 1_000);
}

/// A PSAM that says no to one old delivery hinders nobody else.
#[test]
fn a_psam_that_forgot_a_delivery_stops_no_other_card() {
    let mut world = world(Scheme::Seed);
    let fresh = world.sites[0].psam.memory();
    let _ = world.refuel(0, 0, Fill::breaking(3_000, Breaks::PowerCutAt(700)));
    world.sites[0].psam.put(fresh).unwrap();
    world.restart(0).unwrap();
    assert_eq!(outcome(&world, 0), Some(Outcome::Unproved));
    assert!(matches!(world.unlock(0, 1, honest()), Ok(None)), "the other card is free");
}

/// A restored journal says nothing about the numbers that it has forgotten: they stay holes.
#[test]
fn a_restored_journal_voids_no_sale() {
    let mut world = world(Scheme::Seed);
    world.refuel(0, 0, Fill::of(1_000)).unwrap();
    let copy = world.sites[0].journal.medium_mut().medium.clone();
    world.link_up = false;
    world.refuel(0, 0, Fill::of(2_000)).unwrap();
    world.refuel(0, 0, Fill::of(500)).unwrap();
    world.restore_journal(0, copy).unwrap();
    world.link_up = true;
    world.refuel(0, 0, Fill::of(100)).unwrap();
    let holes = world.centre.holes(world.sites[0].tid);
    assert_eq!(holes.missing, vec![2..=3]);
}

/// The journal is lost before it said anything; the card's TAC was seen elsewhere, and operators
/// ruled by it: a settlement like any other, though no report names it.
#[test]
fn a_debit_without_record_that_operators_ruled_adds_up() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    let pulled = Fill::through(800, pulled_after("DEBIT FOR REFUEL"));
    let NoSale::After { lock, .. } = world.refuel(0, 0, pulled).unwrap_err() else { panic!() };
    world.burn_journal(0).unwrap();
    world.link_up = true;
    assert_eq!(world.unlock(1, 0, honest()).unwrap().unwrap().how, How::TacRead);
    world.rule(&lock, Ruling::Debited(Amount::new(800).unwrap()), "totalizer read").unwrap();
    let proof = proof::of(&world).unwrap();
    assert_eq!((proof.debited, proof.owed_to_stations), (800, 800));
}

/// In the *field* scheme nothing proves the high half of TTC to the card. Where it was altered on
/// LOCK's way and the PSAM died before its GMAC, operators rule on the lock that the notice names.
#[test]
fn a_ttc_altered_in_its_high_half_waits_under_the_name_of_its_delivery() {
    let mut world = world(Scheme::Field);
    world.sites[0].psam.dies_at = Some(0x44);
    let altered = command_altered("LOCK FOR REFUEL", |command| command[6] ^= 0x10);
    let NoSale::After { lock, .. } = world.refuel(0, 0, Fill::through(800, altered)).unwrap_err()
    else {
        panic!()
    };
    assert!(matches!(world.unlock(1, 0, honest()), Err(NotFreed::Wait(_))));
    let terms = world.look(0).unwrap().lock().unwrap().terms;
    let shown = LockId { ttc: terms.ttc, ..lock };
    assert_ne!(shown, lock);
    assert_eq!(world.lock_to_rule(&shown), lock);
    world.rule(&lock, Ruling::Unlock(Amount::new(800).unwrap()), "totalizer read").unwrap();
    assert_eq!(world.unlock(1, 0, honest()).unwrap().unwrap().amount.units(), 800);
    world.refuel(1, 0, Fill::of(100)).unwrap();
    let proof = proof::of(&world).unwrap();
    assert_eq!((proof.debited, proof.owed_to_stations), (900, 900));
}

/// A number that the PSAM drew and whose INIT was lost is void.
#[test]
fn a_skipped_number_is_void() {
    let mut world = world(Scheme::Seed);
    world.refuel(0, 0, Fill::of(1_000)).unwrap();
    world.sites[0].psam.cut_after = Some(0x40);
    world.refuel(0, 0, Fill::of(1_000)).unwrap_err();
    world.restart(0).unwrap();
    world.refuel(0, 0, Fill::of(1_000)).unwrap();
    let outcomes: Vec<_> = world.centre.outcomes().iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Sale), Some(Outcome::Void), Some(Outcome::Sale)]);
}

/// What a card shows gives up no lock: only recovery does, which asks PSAM and totalizer.
#[test]
fn another_cards_status_gives_up_no_lock() {
    let mut world = world(Scheme::Seed);
    world.sites[0].psam.cut_after = Some(0x42);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.sites[0].power.set(true);
    let terms = world.look(0).unwrap().lock().unwrap().terms;
    let forged = status_forged(move |status| {
        status.state = GreyState::Grey;
        (status.tid, status.ctc) = (terms.tid, 9);
        (status.date, status.time) = (terms.date, terms.time);
        status.more = Some(StatusMore { ttc: terms.ttc, ..StatusMore::default() });
    });
    let _ = world.unlock(0, 1, forged);
    let progress = world.sites[0].journal.locks().last().map(|(_, progress)| progress.name());
    assert_eq!(progress, Some("lock_sent"));
}

/// After 9302 the record is never tried again at this station, and the same visit goes on-line.
#[test]
fn a_record_that_was_refused_is_never_tried_again() {
    let mut world = world(Scheme::Seed);
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(800))).unwrap_err();
    let wrong = command_altered("DEBIT FOR REFUEL", |command| command[29] ^= 1);
    let freed = world.unlock(0, 0, wrong).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount.units()), (How::Online, 800));

    world.link_up = false;
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(800))).unwrap_err();
    let wrong = command_altered("DEBIT FOR REFUEL", |command| command[29] ^= 1);
    assert_eq!(world.unlock(0, 0, wrong), Err(NotFreed::NoRecordNoLink));
    assert_eq!(world.look(0).unwrap().error_counter, 1);
    assert_eq!(world.unlock(0, 0, honest()), Err(NotFreed::NoRecordNoLink));
    assert_eq!(world.look(0).unwrap().error_counter, 1, "not tried again");
}

/// LOCK was executed, the card lost its power for a moment and is still there: go on.
#[test]
fn a_card_that_restarts_during_lock_goes_on() {
    let mut world = world(Scheme::Seed);
    let mut restarted = false;
    let shim: Shim = Box::new(move |wire, command| {
        if restarted && !is(command, "SELECT") {
            return Ok(response(&[], StatusWord::CONDITIONS));
        }
        restarted = false;
        let answer = wire.send(command);
        if is(command, "LOCK FOR REFUEL") {
            restarted = true;
            return Err(Lost::Unknown);
        }
        answer
    });
    assert!(world.refuel(0, 0, Fill::through(1_000, shim)).unwrap().confirmed);
}

/// A certified lock on which nothing flowed is claimed with 0: the terminal frees it off-line.
#[test]
fn a_lock_found_after_a_restart_is_claimed_with_nothing() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    world.sites[0].psam.cut_after = Some(0x42);
    world.refuel(0, 0, Fill::of(3_000)).unwrap_err();
    world.sites[0].power_on().unwrap();
    assert_eq!(state(&world), GreyState::Grey);
    world.refuel(0, 0, Fill::of(1_000)).unwrap();
    let steps: Vec<_> = world.sites[0].journal.locks().map(|(_, progress)| *progress).collect();
    let amounts: Vec<_> =
        steps.iter().filter_map(Progress::record).map(|r| r.delivery.amount.units()).collect();
    assert_eq!(amounts, [0, 1_000]);
}

/// Locks given up after the PSAM certified them need no slot: it never runs out.
#[test]
fn certified_locks_that_were_given_up_need_no_slot() {
    let mut world = World::new(3, Scheme::Seed);
    world.open_site("North").unwrap();
    for card in 0..20 {
        world.issue(10_000).unwrap();
        world.sites[0].psam.cut_after = Some(0x42);
        world.refuel(0, card, Fill::of(3_000)).unwrap_err();
        world.restart(0).unwrap();
    }
    world.issue(10_000).unwrap();
    assert!(world.refuel(0, 20, Fill::of(100)).unwrap().confirmed);
}

/// What a card shows of its last debit is with the centre before the next lock wipes it.
#[test]
fn an_unread_tac_goes_up_before_the_next_lock() {
    let mut world = world(Scheme::Seed);
    world.refuel(0, 0, Fill::through(3_000, pulled_after("DEBIT FOR REFUEL"))).unwrap_err();
    let fill = Fill::through(1_000, answer_lost("VERIFY PIN"));
    assert!(matches!(
        world.refuel(1, 0, fill),
        Err(NoSale::Before(NotFreed::Failed(Failure::CardLost { .. })))
    ));
    assert_eq!(outcome(&world, 0), Some(Outcome::Sale), "reported before the PIN was asked");
}

/// The DEBIT of a local unlock carries the lock's TID and TTC, not this terminal's.
#[test]
fn a_local_unlock_sends_the_locks_numbers() {
    let mut world = world(Scheme::Seed);
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(800))).unwrap_err();
    let tid = world.sites[0].tid;
    let shim: Shim = Box::new(move |wire, command| {
        if is(command, "DEBIT FOR REFUEL") {
            assert_eq!(command[11..17], tid.0);
            assert_eq!(command[17..21], [0, 0, 0, 1]);
        }
        wire.send(command)
    });
    assert_eq!(world.unlock(1, 0, shim).unwrap().unwrap().how, How::Local);
}
