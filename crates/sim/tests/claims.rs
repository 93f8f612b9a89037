//! The claims that take card, PSAM, terminal and centre together. What card and PSAM show
//! alone stands in their own tests of the same names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sim::reader::{answered_for, honest, pulled_after};
use sim::{Breaks, Fill, World, proof};
use station::visit::{How, NotFreed};
use terminal::Progress;
use wire::{GreyState, Scheme};

fn world(scheme: Scheme) -> World {
    let mut world = World::new(5, scheme);
    world.issue(10_000).unwrap();
    world.open_site("North").unwrap();
    world.open_site("South").unwrap();
    world
}

const SCHEMES: [Scheme; 2] = [Scheme::Seed, Scheme::Field];

fn balance(world: &World) -> u32 {
    world.look(0).unwrap().purses[0].balance.units()
}

fn state(world: &World) -> GreyState {
    world.look(0).unwrap().status.state
}

/// Claim 2: the key of the mandatory unlock is the centre's alone; on an on-line terminal it
/// debits what is owed, and unlocks.
#[test]
fn claim_02_the_centre_debits_what_is_owed_on_line() {
    for scheme in SCHEMES {
        let mut world = world(scheme);
        let fill = Fill::breaking(3_000, Breaks::CardPulledAt(1_234));
        world.refuel(0, 0, fill).unwrap_err();
        world.list_available = false;
        let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
        assert_eq!((freed.how, freed.amount.units()), (How::Online, 1_234));
        assert_eq!((balance(&world), state(&world)), (8_766, GreyState::Unlocked));
        assert_eq!(proof::of(&world).unwrap().owed_to_stations, 1_234);
    }
}

/// Claim 2: without the centre's word nothing unlocks on-line, and it does not decide by silence.
#[test]
fn claim_02_what_the_centre_has_not_heard_waits() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(1_234))).unwrap_err();
    assert_eq!(world.unlock(1, 0, honest()), Err(NotFreed::NoRecordNoLink));
    world.link_up = true;
    assert!(matches!(world.unlock(1, 0, honest()), Err(NotFreed::Wait(_))));
    assert_eq!((balance(&world), state(&world)), (10_000, GreyState::Grey));
}

/// Claim 3: insert, mutual authentication, lock, service, debit and unlock.
#[test]
fn claim_03_a_whole_refuelling() {
    for scheme in SCHEMES {
        let mut world = world(scheme);
        let sale = world.refuel(0, 0, Fill::of(3_000)).unwrap();
        assert!(sale.confirmed);
        assert_eq!(sale.record.delivery.amount.units(), 3_000);
        assert_eq!((balance(&world), state(&world)), (7_000, GreyState::Unlocked));
        let view = world.look(0).unwrap();
        assert_eq!((view.purses[0].ctc, view.log.records().count()), (2, 1));
        assert_eq!(proof::of(&world).unwrap().owed_to_stations, 3_000);
    }
}

/// Claim 3: the nozzle opens for no card that cannot prove itself.
#[test]
fn claim_03_no_proof_no_fuel() {
    for scheme in SCHEMES {
        let mut world = world(scheme);
        let shim = answered_for("LOCK FOR REFUEL", &[1, 2, 3, 4, 5, 6, 7, 8]);
        world.refuel(0, 0, Fill::through(3_000, shim)).unwrap_err();
        assert_eq!(world.delivered(), 0);
        assert_eq!((balance(&world), state(&world)), (10_000, GreyState::Unlocked));
    }
}

/// Claim 4: MAC1, MAC2, GMAC, TAC and GTAC of one refuelling, each held against the codes that
/// the centre computes from the main keys.
#[test]
fn claim_04_the_codes_of_a_refuelling_are_the_centres() {
    for scheme in SCHEMES {
        let mut world = world(scheme);
        world.refuel(0, 0, Fill::of(3_000)).unwrap();
        let outcomes = world.centre.outcomes();
        let row = outcomes.first().unwrap();
        assert_eq!(row.outcome, Some(host::Outcome::Sale), "MAC2, GMAC, SAM TAC, TAC all right");
        assert!(world.centre.notices().is_empty(), "and GTAC: {:?}", world.centre.notices());
    }
}

/// Claim 5: the grey record goes to the centre; another terminal than the one that locked
/// unlocks the card with it, after the GTAC agrees, without a card key.
#[test]
fn claim_05_local_unlock_at_another_terminal() {
    for scheme in SCHEMES {
        let mut world = world(scheme);
        world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(800))).unwrap_err();
        let listed = world.centre.grey_list();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].certified.gtac, world.look(0).unwrap().lock().unwrap().gtac);
        let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
        assert_eq!((freed.how, freed.amount.units()), (How::Local, 800));
        assert_eq!(freed.lock.tid, world.sites[0].tid, "the lock's TID, not this terminal's");
        assert_eq!((balance(&world), state(&world)), (9_200, GreyState::Unlocked));
        assert_eq!(proof::of(&world).unwrap().owed_to_stations, 800);
    }
}

/// Claim 5: a record whose GTAC does not agree with the card is not tried.
#[test]
fn claim_05_a_gtac_that_disagrees_is_not_tried() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    let altered = sim::reader::altered("LOCK FOR REFUEL", 0);
    let fill = Fill { shim: altered, ..Fill::breaking(3_000, Breaks::CardPulledAt(800)) };
    world.refuel(0, 0, fill).unwrap_err();
    let lock = world.sites[0].journal.locks().last().map(|(_, progress)| *progress);
    assert!(matches!(lock, Some(Progress::Claimed(_))), "MAC2 was right, so the lock stands");
    assert_eq!(world.unlock(0, 0, honest()), Err(NotFreed::NoRecordNoLink));
    assert_eq!(world.look(0).unwrap().error_counter, 0, "the card was not asked");
    world.link_up = true;
    world.upload(0);
    let freed = world.unlock(0, 0, honest()).unwrap().unwrap();
    assert_eq!((freed.how, freed.amount.units()), (How::Local, 800), "the centre's GTAC is right");
}

/// Claims 9, 10, 11: the refuelling purse goes through unlocked, pre-refuelling and grey, and
/// a card pulled at any of them is where the claims say.
#[test]
fn claim_11_pulled_in_each_state() {
    let pulled = [
        ("VERIFY PIN", GreyState::Unlocked),
        ("INITIALIZE FOR REFUEL", GreyState::Unlocked),
        ("LOCK FOR REFUEL", GreyState::Grey),
        ("DEBIT FOR REFUEL", GreyState::Debited),
    ];
    for (command, left_as) in pulled {
        let mut world = world(Scheme::Seed);
        world.refuel(0, 0, Fill::through(3_000, pulled_after(command))).unwrap_err();
        assert_eq!(state(&world), left_as, "after {command}");
    }
}
