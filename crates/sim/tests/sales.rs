//! Who gets a new lock, for how much, and from which purse (protocol §9).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use card::Opening;
use sim::reader::honest;
use sim::{Breaks, Fill, World, proof};
use station::visit::{How, NoSale, NotFreed};
use terminal::Refusal;
use wire::{Amount, Limit, Purse, Scheme};

fn world(scheme: Scheme) -> World {
    let mut world = World::new(3, scheme);
    world.issue(10_000).unwrap();
    world.issue(10_000).unwrap();
    world.open_site("North").unwrap();
    world.open_site("South").unwrap();
    world
}

fn refused(world: &mut World, card: usize) -> NotFreed {
    match world.refuel(0, card, Fill::of(1_000)) {
        Err(NoSale::Before(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// Blacklisted and expired cards get no new lock, and are unlocked all the same.
#[test]
fn blacklisted_and_expired_cards_are_unlocked_and_not_locked() {
    let mut world = world(Scheme::Seed);
    let opening = Opening { balance: Amount::new(5_000).unwrap(), ..Opening::default() };
    let old = world.issue_as(Purse::Ed, opening, 2025).unwrap();
    assert_eq!(refused(&mut world, old), NotFreed::Failed(Refusal::Expired.into()));
    world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(800))).unwrap_err();
    world.blacklist.push(world.cards[0].asn);
    let freed = world.unlock(1, 0, honest()).unwrap().unwrap();
    assert_eq!(freed.amount.units(), 800);
    assert_eq!(refused(&mut world, 0), NotFreed::Failed(Refusal::Blacklisted.into()));
    assert_eq!(world.look(0).unwrap().purses[0].ctc, 2, "no new lock");
}

/// The ceiling is the authenticated balance, or the station's own limit if lower.
#[test]
fn nothing_flows_beyond_the_ceiling() {
    let mut world = world(Scheme::Seed);
    world.station_limit = Amount::new(2_500).unwrap();
    let sale = world.refuel(0, 0, Fill { check: false, ..Fill::of(9_000) }).unwrap();
    assert_eq!(sale.record.delivery.amount.units(), 2_500);
    world.station_limit = Amount::MAX;
    let sale = world.refuel(0, 0, Fill { check: false, ..Fill::of(9_000) }).unwrap();
    assert_eq!(sale.record.delivery.amount.units(), 7_500, "the whole balance, no more");
    assert_eq!(proof::of(&world).unwrap().on_cards, 10_000, "the other card's");
}

/// EP pays without mixing with ED, and an overdraft limit is spendable: the money goes below 0.
#[test]
fn ep_with_an_overdraft_is_locked_escaped_and_freed_on_line() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let mut world = world(scheme);
        let (balance, limit) = (Amount::new(3_000).unwrap(), Limit::new(2_000).unwrap());
        let opening = Opening { balance, limit, ctc: 41, otc: 7 };
        let card = world.issue_as(Purse::Ep, opening, 2036).unwrap();
        let fill = Fill::breaking(2_900, Breaks::CardPulledAt(2_400));
        world.refuel(0, card, Fill { purse: Purse::Ep, ..fill }).unwrap_err();
        world.list_available = false;
        let freed = world.unlock(1, card, honest()).unwrap().unwrap();
        assert_eq!((freed.how, freed.amount.units()), (How::Online, 2_400));
        let view = world.look(card).unwrap();
        assert_eq!(
            (view.purses[1].balance.units(), view.purses[1].ctc, view.purses[1].otc),
            (600, 43, 8)
        );
        let proof = proof::of(&world).unwrap();
        assert_eq!(proof.on_cards, 20_000 + 600 - 2_000);
        assert_eq!(proof.owed_to_stations, 2_400);
    }
}
