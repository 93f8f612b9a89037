//! Money without fuel, many nozzles, and a station that is closed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use api::site::{Happened, PayAsked};
use forecourt::Refused;

use crate::support::chips::PIN;
use crate::support::station::PATIENCE;
use crate::support::{Bench, CardMemory, Deed, World};

fn pay(what: &str, amount: u32) -> PayAsked {
    PayAsked { what: what.to_owned(), pin: Some(PIN.to_owned()), purse: None, amount, card: None }
}

#[test]
fn a_card_is_loaded_unloaded_and_pays() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    for (what, amount, left) in
        [("load", 5_000, 15_000), ("purchase", 1_000, 14_000), ("unload", 4_000, 10_000)]
    {
        bench.station().pay(1, pay(what, amount)).unwrap();
        let ended = bench.wait_for_end(what);
        assert_eq!((ended.outcome.as_str(), ended.amount), ("done", amount), "{ended:?}");
        assert_eq!((ended.balance_after, card.balance()), (Some(left), left));
        bench.wait_for_state(1, "card");
    }
    bench.uplink.up.store(false, Ordering::SeqCst);
    bench.station().pay(1, pay("load", 1)).unwrap();
    assert_eq!(bench.wait_for_end("load").refusal.as_deref(), Some("no_link"));
}

/// A card with 15,000, of whose load of 5,000 the centre has not heard.
fn lost_load() -> (Bench, CardMemory) {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    let hand = bench.nozzles[0].hand.clone();
    card.meddle(move |command| {
        if command != "CREDIT FOR LOAD" {
            return Deed::Pass;
        }
        let pulling = hand.clone();
        std::thread::spawn(move || pulling.pull());
        while hand.is_in() {
            std::thread::yield_now();
        }
        Deed::LoseAnswer
    });
    bench.station().pay(1, pay("load", 5_000)).unwrap();
    assert_eq!(bench.wait_for_end("load").refusal.as_deref(), Some("unknown"));
    let open = || bench.uplink.rules.lock().unwrap().open_transfers(card.asn).len();
    assert_eq!((card.balance(), open()), (15_000, 1));
    card.meddle(|_| Deed::Pass);
    (bench, card)
}

fn until_proved(bench: &Bench, card: &CardMemory) {
    let open = || bench.uplink.rules.lock().unwrap().open_transfers(card.asn).len();
    bench.until("it is proved", || open() == 0);
}

#[test]
fn a_load_whose_answer_is_lost_is_proved_when_the_card_is_in_again() {
    let (bench, card) = lost_load();
    bench.insert(1, &card);
    until_proved(&bench, &card);
}

#[test]
fn a_load_is_proved_before_a_customer_hears_of_the_end_and_pulls_the_card() {
    let (mut bench, card) = lost_load();
    let heard = Arc::clone(&bench.uplink.heard);
    bench.until("the first visit's question is answered", || heard.load(Ordering::SeqCst) == 1);
    // The second one's while fuel flows: the card is busy then, and can prove it at the end of the sale alone.
    bench.while_flowing(1, move |_| {
        let end = Instant::now() + PATIENCE;
        while heard.load(Ordering::SeqCst) < 2 && Instant::now() < end {
            std::thread::yield_now();
        }
    });
    let ended = bench.refuel(1, &card, 1_000);
    bench.nozzles[0].hand.pull();
    assert_eq!(ended.outcome, "settled");
    until_proved(&bench, &card);
}

#[test]
fn eight_nozzles_at_once_and_every_sale_settles() {
    let mut world = World::new();
    let cards: Vec<CardMemory> = (0..8).map(|_| world.card(10_000)).collect();
    let mut bench = Bench::new(world, 8);
    bench.open();
    for round in 1..=3_u32 {
        let mut ready = 0;
        for (number, card) in (1..).zip(&cards) {
            bench.insert(number, card);
        }
        bench.wait("eight cards", |happened| match happened {
            Happened::Nozzle { nozzle } if nozzle.state == "card" && nozzle.sale.is_none() => {
                ready += 1;
                (ready == 8).then_some(())
            }
            _ => None,
        });
        for number in 1..=8_u8 {
            bench.nozzles[usize::from(number) - 1].hose.lift_for(1_000);
            bench.station().refuel(number, Bench::asked()).unwrap();
        }
        let mut ended = 0;
        bench.wait("eight sales", |happened| match happened {
            Happened::Ended { outcome } => {
                assert_eq!((outcome.outcome.as_str(), outcome.amount), ("settled", 789));
                ended += 1;
                (ended == 8).then_some(())
            }
            _ => None,
        });
        (1..=8).for_each(|number| bench.pull(number));
        let mut free = 0;
        bench.wait("eight free nozzles", |happened| match happened {
            Happened::Nozzle { nozzle } if nozzle.state == "free" => {
                free += 1;
                (free == 8).then_some(())
            }
            _ => None,
        });
        for card in &cards {
            assert_eq!((card.balance(), card.is_grey()), (10_000 - round * 789, false));
        }
    }
    assert!(bench.station().open_locks().is_empty());
}

#[test]
fn one_nozzle_that_is_out_of_order_hinders_no_other() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 2);
    *bench.nozzles[0].psam.dead.lock().unwrap() = true;
    bench.open();
    bench.wait_for_state(2, "free");
    assert_eq!(bench.refuel(2, &card, 1_000).outcome, "settled");
    let refused = bench.station().refuel(1, Bench::asked());
    assert!(matches!(refused, Err(Refused::OutOfOrder(_))), "{refused:?}");
    *bench.nozzles[0].psam.dead.lock().unwrap() = false;
    bench.wait_for_state(1, "free");
}

#[test]
fn a_station_that_closes_stops_what_flows_and_debits_it() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    bench.nozzles[0].hose.lift();
    bench.station().refuel(1, Bench::asked()).unwrap();
    assert_eq!(bench.station().refuel(1, Bench::asked()), Err(Refused::NozzleBusy));
    bench.wait_for_state(1, "flowing");
    bench.station().close();
    let ended = bench.station().outcome(1, 1).unwrap();
    assert_eq!(ended.outcome, "settled");
    let flowed = bench.nozzles[0].tank.totalizer();
    assert_eq!((ended.quantity, u64::from(ended.amount)), (Some(flowed), flowed * 789 / 1000));
    assert_eq!(bench.station().refuel(1, Bench::asked()), Err(Refused::Closing));
    assert!(!card.is_grey());
}

#[test]
fn stop_closes_the_nozzle() {
    let mut world = World::new();
    let card = world.card(1_000_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    assert_eq!(bench.station().stop(1), Err(Refused::NothingRuns));
    assert_eq!(bench.station().stop(9), Err(Refused::NoSuchNozzle(9)));
    bench.wait_for_state(1, "free");
    assert_eq!(bench.station().refuel(1, Bench::asked()), Err(Refused::NoCard));
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    bench.station().refuel(1, Bench::asked()).unwrap();
    bench.wait_for_state(1, "open");
    bench.station().stop(1).unwrap();
    let ended = bench.wait_for_end("refuel");
    assert_eq!((ended.outcome.as_str(), ended.amount), ("settled", 0), "nothing flowed");
    assert_eq!((card.balance(), card.is_grey()), (1_000_000, false));
}

#[test]
fn no_refuelling_waits_for_the_network() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.uplink.up.store(false, Ordering::SeqCst);
    let before = bench.uplink.waits.load(Ordering::SeqCst);
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    assert_eq!(bench.uplink.waits.load(Ordering::SeqCst), before);
    bench.uplink.up.store(true, Ordering::SeqCst);
    bench.pull(1);
    bench.wait_for_state(1, "free");
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    assert!(bench.uplink.nudges.load(Ordering::SeqCst) > 5, "the uplink hears of every entry");
}

#[test]
fn a_card_that_went_to_the_next_nozzle_is_free_as_soon_as_its_record_is_whole() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 2);
    bench.open();
    bench.uplink.up.store(false, Ordering::SeqCst);
    let hand = bench.nozzles[0].hand.clone();
    bench.while_flowing(1, move |totalizer| {
        if totalizer >= 1_000 {
            hand.pull();
        }
    });
    // The PSAM takes its time with the GMAC.
    let waits = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let psam_waits = std::sync::Arc::clone(&waits);
    *bench.nozzles[0].psam.shim.lock().unwrap() = Box::new(move |command| {
        while command == "DEBIT SAM GREY UNLOCK" && psam_waits.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        Deed::Pass
    });
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    bench.nozzles[0].hose.lift_for(5_000);
    bench.station().refuel(1, Bench::asked()).unwrap();
    bench.wait_for_state(1, "finishing");
    bench.insert(2, &card);
    bench.wait_for_state(2, "card");
    assert_eq!(bench.station().nozzle(2).unwrap().card.unwrap().state, "grey");
    waits.store(false, Ordering::SeqCst);
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.nozzle, unlocked.outcome.as_str()), (2, "unlocked"));
    assert_eq!((card.balance(), card.is_grey()), (10_000 - unlocked.amount, false));
}

#[test]
fn a_psam_that_lost_its_power_for_a_moment_is_selected_again() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    let mut once = false;
    *bench.nozzles[0].psam.shim.lock().unwrap() = Box::new(move |command| {
        if command == "INIT SAM GREY LOCK" && !once {
            once = true;
            return Deed::Reset;
        }
        Deed::Pass
    });
    let refused = bench.refuel(1, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("psam_refused"));
    bench.wait_for_state(1, "card");
    bench.station().refuel(1, Bench::asked()).unwrap();
    let ended = bench.wait_for_end("refuel");
    assert_eq!((ended.outcome.as_str(), ended.amount), ("settled", 789), "{ended:?}");
}
