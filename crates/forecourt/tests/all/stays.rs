//! The card stays in while something breaks: nothing is final before it has left, and no centre is needed to free it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::site::Happened;
use wire::{Entry, Step};

use crate::support::{Bench, CardMemory, Deed, World};

fn bench() -> (Bench, CardMemory) {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.uplink.up.store(false, Ordering::SeqCst);
    (bench, card)
}

/// The card is asked for a refuelling that comes to nothing, and is free again off-line.
fn is_freed_with_nothing(bench: &mut Bench, card: &CardMemory, ended: &str) {
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", 0), "{ended}");
    assert_eq!(unlocked.how.as_deref(), Some("local"), "{ended}");
    assert_eq!((card.is_grey(), card.balance()), (false, 10_000), "{ended}");
    assert!(bench.station().open_locks().is_empty());
}

fn refuel(bench: &mut Bench, card: &CardMemory) {
    let ended = bench.refuel(1, card, 1_000);
    assert!(!["settled", "escaped"].contains(&ended.outcome.as_str()), "{ended:?}");
}

#[test]
fn the_contact_breaks_during_lock_and_the_card_is_freed_off_line() {
    let (mut bench, card) = bench();
    card.meddle_once("LOCK FOR REFUEL", Deed::Break);
    refuel(&mut bench, &card);
    is_freed_with_nothing(&mut bench, &card, "LOCK");
}

#[test]
fn the_psam_loses_its_answer_to_certificate_and_the_card_is_freed_off_line() {
    let (mut bench, card) = bench();
    bench.nozzles[0].psam.meddle_once("CERTIFICATE SAM GREY LOCK", Deed::LoseAnswer);
    refuel(&mut bench, &card);
    is_freed_with_nothing(&mut bench, &card, "CERTIFICATE");
}

#[test]
fn the_totalizer_falls_silent_after_certificate_and_the_card_is_freed_off_line() {
    let (mut bench, card) = bench();
    let silent = Arc::clone(&bench.nozzles[0].silent);
    let falls = Arc::clone(&silent);
    bench.nozzles[0].psam.meddle(move |command| {
        *falls.lock().unwrap() |= command == "CERTIFICATE SAM GREY LOCK";
        Deed::Pass
    });
    refuel(&mut bench, &card);
    bench.wait_for_state(1, "out_of_order");
    bench.nozzles[0].psam.meddle(|_| Deed::Pass);
    *silent.lock().unwrap() = false;
    is_freed_with_nothing(&mut bench, &card, "totalizer");
}

#[test]
fn the_power_goes_after_lock_and_the_card_that_was_left_in_is_freed_off_line() {
    let (mut bench, card) = bench();
    let power = bench.power.clone();
    card.meddle(move |command| {
        if command == "LOCK FOR REFUEL" {
            power.cut();
        }
        Deed::Pass
    });
    refuel(&mut bench, &card);
    card.meddle(|_| Deed::Pass);
    assert!(card.is_grey());
    bench.left_in = Some(card.clone());
    bench.open();
    is_freed_with_nothing(&mut bench, &card, "power");
}

#[test]
fn a_card_that_leaves_makes_its_open_lock_final() {
    let (mut bench, card) = bench();
    let hand = bench.nozzles[0].hand.clone();
    let mut locked = false;
    card.meddle(move |command| {
        locked |= command == "LOCK FOR REFUEL";
        if locked && hand.is_in() { Deed::Break } else { Deed::Pass }
    });
    refuel(&mut bench, &card);
    let open = bench.station().open_locks();
    assert_eq!(open.iter().map(|lock| lock.step).collect::<Vec<_>>(), ["lock_sent"]);
    bench.pull(1);
    bench.wait_for_step("no_dispense");
}

#[test]
fn a_silent_reader_keeps_no_delivery_from_its_claim() {
    for step in ["locked", "delivered"] {
        let mut world = World::new();
        let card = world.card(10_000);
        let mut bench = Bench::new(world, 1);
        bench.cut_after(step);
        bench.refuel(1, &card, 1_000);
        *bench.nozzles[0].deaf.lock().unwrap() = true;
        bench.watcher = None;
        bench.open();
        bench.wait_for_step("claimed");
        bench.wait_for_state(1, "out_of_order");
        let warned = bench.station().warnings();
        assert!(warned.iter().any(|warning| warning.name == "reader_silent"), "{warned:?}");
        let open = bench.station().open_locks();
        assert_eq!(open.iter().map(|lock| lock.step).collect::<Vec<_>>(), ["claimed"]);
        *bench.nozzles[0].deaf.lock().unwrap() = false;
        bench.wait_for_state(1, "free");
    }
}

/// A card that was debited at another station, and nobody heard its TAC.
fn unread() -> CardMemory {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut there = Bench::new(world, 1);
    there.open();
    let hand = there.nozzles[0].hand.clone();
    card.meddle(move |command| {
        if command != "DEBIT FOR REFUEL" {
            return Deed::Pass;
        }
        let pulling = hand.clone();
        std::thread::spawn(move || pulling.pull());
        while hand.is_in() {
            std::thread::yield_now();
        }
        Deed::LoseAnswer
    });
    assert_eq!(there.refuel(1, &card, 1_000).outcome, "escaped");
    card.meddle(|_| Deed::Pass);
    assert_eq!((card.is_grey(), card.balance()), (false, 9_211));
    card
}

#[test]
fn a_tac_from_elsewhere_is_kept_and_then_taken_off_the_card() {
    let card = unread();
    let mut world = World::new();
    // Another PSAM than the one there.
    (0..2).for_each(|_| drop(world.card(1)));
    let mut here = Bench::new(world, 1);
    // Between both the power goes: the card shows it once more.
    let power = Arc::new(std::sync::Mutex::new(None::<forecourt::Power>));
    let cuts = Arc::clone(&power);
    here.watcher = Some(Arc::new(move |entry: &Entry| {
        if matches!(entry, Entry::TacSeen { .. }) {
            cuts.lock().unwrap().as_ref().unwrap().cut();
        }
    }));
    here.open();
    here.uplink.up.store(false, Ordering::SeqCst);
    *power.lock().unwrap() = Some(here.power.clone());
    here.insert(1, &card);
    here.wait_for_state(1, "out_of_order");
    here.watcher = None;
    here.left_in = Some(card);
    here.open();
    let shown = |here: &mut Bench| {
        here.wait_for_state(1, "card");
        here.station().nozzle(1).unwrap().card.unwrap().state
    };
    assert_eq!(shown(&mut here), "unlocked");
    let tacs = |here: &Bench| here.station().logbook().look(|index| index.tacs_seen().len());
    assert_eq!(tacs(&here), 1);
    // From now on the card shows none.
    here.pull(1);
    here.wait_for_state(1, "free");
    let card = here.left_in.clone().unwrap();
    here.insert(1, &card);
    assert_eq!((shown(&mut here).as_str(), tacs(&here)), ("unlocked", 1));
}

#[test]
fn a_psam_in_a_slot_is_the_stations_own_before_its_first_lock() {
    let (mut bench, _) = bench();
    bench.wait_for_state(1, "free");
    let tid = bench.nozzles[0].psam.tid;
    assert!(bench.station().logbook().is_own(tid));
    *bench.nozzles[0].psam.dead.lock().unwrap() = true;
    bench.open();
    bench.wait_for_state(1, "out_of_order");
    assert!(bench.station().logbook().is_own(tid), "the journal keeps it");
    assert!(!bench.station().logbook().is_own(wire::Tid([9; 6])));
}

#[test]
fn a_psam_that_loses_its_power_for_a_moment_in_a_sale_goes_on_with_it() {
    for command in ["CERTIFICATE SAM GREY LOCK", "DEBIT SAM GREY UNLOCK"] {
        let (mut bench, card) = bench();
        bench.nozzles[0].psam.meddle_once(command, Deed::Reset);
        let ended = bench.refuel(1, &card, 1_000);
        assert_eq!(
            (ended.outcome.as_str(), ended.amount),
            ("settled", 789),
            "{command}: {ended:?}"
        );
    }
}

#[test]
fn a_fault_of_the_program_ends_the_visit_and_the_nozzle_begins_anew() {
    let (mut bench, card) = bench();
    let faults = AtomicBool::new(true);
    bench.watcher = Some(Arc::new(move |entry: &Entry| {
        let locked = matches!(entry, Entry::Lock { step: Step::Locked(_), .. });
        assert!(!locked || !faults.swap(false, Ordering::SeqCst), "a fault of the program");
    }));
    bench.open();
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!(ended.refusal.as_deref(), Some("program_fault"), "{ended:?}");
    bench.wait("program_fault", |happened| match happened {
        Happened::Warned { warning, on: true } if warning.name == "program_fault" => Some(()),
        _ => None,
    });
    is_freed_with_nothing(&mut bench, &card, "fault");
}

#[test]
fn a_psam_that_gets_power_gives_the_slots_of_given_up_locks_free() {
    let (mut bench, card) = bench();
    let hand = bench.nozzles[0].hand.clone();
    card.meddle(move |command| {
        let locks = command == "LOCK FOR REFUEL";
        if locks {
            let pulling = hand.clone();
            std::thread::spawn(move || pulling.pull());
            while hand.is_in() {
                std::thread::yield_now();
            }
        }
        if locks { Deed::LoseAnswer } else { Deed::Pass }
    });
    refuel(&mut bench, &card);
    let retired = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&retired);
    bench.nozzles[0].psam.meddle(move |command| {
        seen.fetch_or(command == "DEBIT SAM GREY UNLOCK", Ordering::SeqCst);
        Deed::Pass
    });
    bench.open();
    bench.wait_for_state(1, "free");
    assert!(retired.load(Ordering::SeqCst));
}
