//! Prices, limits, clock and disk.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};

use api::parameters::{Limits, Vehicle};
use api::site::{Happened, RefuelAsked};
use forecourt::{Parameters, Refused};
use wire::{Date, Stamp, Time};

use crate::support::station::prices;
use crate::support::{Bench, CardMemory, Deed, World};

fn bench(money: u32) -> (Bench, CardMemory) {
    let mut world = World::new();
    let card = world.card(money);
    (Bench::new(world, 1), card)
}

fn again(bench: &mut Bench, card: &CardMemory, quantity: u64) -> api::site::Outcome {
    bench.pull(1);
    bench.wait_for_state(1, "free");
    bench.refuel(1, card, quantity)
}

#[test]
fn a_limit_lowers_the_ceiling_and_a_day_outlives_a_restart() {
    let (mut bench, card) = bench(100_000);
    bench.parameters.limits = Limits { day: Some(2_000), ..Limits::default() };
    bench.open();
    assert_eq!(bench.refuel(1, &card, 1_000).amount, 789);
    let second = again(&mut bench, &card, 50_000);
    assert_eq!((second.outcome.as_str(), second.amount), ("settled", 1_211), "what is left");
    bench.pull(1);
    bench.open();
    bench.wait_for_state(1, "free");
    let third = bench.refuel(1, &card, 1_000);
    assert_eq!(third.refusal.as_deref(), Some("above_limit"), "{third:?}");
    assert_eq!((card.balance(), card.is_grey()), (98_000, false));
    bench.pull(1);
    bench.wait_for_state(1, "free");
    let next_day = wire::Date::new(2026, 6, 2).unwrap();
    bench.clock.lock().unwrap().date = next_day;
    assert_eq!(bench.refuel(1, &card, 1_000).amount, 789);
}

#[test]
fn no_more_flows_than_was_asked_for_or_the_card_has() {
    let (mut bench, card) = bench(1_000);
    bench.open();
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    bench.nozzles[0].hose.lift();
    let asked = RefuelAsked { amount: Some(500), ..Bench::asked() };
    bench.station().refuel(1, asked).unwrap();
    let ended = bench.wait_for_end("refuel");
    assert_eq!((ended.outcome.as_str(), ended.amount), ("settled", 500));
    assert_eq!(again(&mut bench, &card, 50_000).amount, 500, "the rest of the card");
    let empty = again(&mut bench, &card, 1_000);
    assert_eq!(empty.refusal.as_deref(), Some("above_balance"));
    assert!(!card.is_grey());
}

#[test]
fn prices_switch_at_their_time_between_visits_and_outlive_a_restart() {
    let (mut bench, card) = bench(100_000);
    bench.open();
    let mut dearer = prices();
    (dearer.version, dearer.from) = (2, Some("20260601120030".to_owned()));
    dearer.products[0].unit_price = 1_000;
    let set = Parameters::try_from(dearer.clone()).unwrap();
    let standing = bench.station().set_parameters(set.clone()).unwrap();
    assert_eq!((standing.version, standing.next), (1, Some(2)));
    let old = bench.station().set_parameters(set);
    assert_eq!(old, Err(Refused::OldParameters { given: 2, known: 2 }));

    bench.open();
    bench.wait_for_state(1, "free");
    let clock = Arc::clone(&bench.clock);
    // The time comes while it flows: this delivery keeps the price that it was certified with.
    bench.while_flowing(1, move |_| clock.lock().unwrap().time = Time::new(12, 0, 30).unwrap());
    assert_eq!(bench.refuel(1, &card, 1_000).amount, 789);
    assert_eq!(again(&mut bench, &card, 1_000).amount, 1_000);
    let standing = bench.station().site().parameters;
    assert_eq!((standing.version, standing.next), (2, None));
    bench.pull(1);
    bench.open();
    bench.wait_for_state(1, "free");
    assert_eq!(bench.station().nozzle(1).unwrap().product.unit_price, 1_000);
}

#[test]
fn parameters_without_a_product_of_a_nozzle_are_refused() {
    let (mut bench, _) = bench(1);
    bench.open();
    let mut none = prices();
    (none.version, none.products) = (2, Vec::new());
    let refused = bench.station().set_parameters(Parameters::try_from(none).unwrap());
    assert_eq!(refused.map_err(|refused| refused.name()), Err("malformed"));
}

/// A station that knows one vehicle, which gets 10.00 a day.
fn with_vehicle(world: World, nozzles: usize) -> Bench {
    let mut bench = Bench::new(world, nozzles);
    bench.parameters.vehicles.push(Vehicle {
        plate: "B-GL 42".to_owned(),
        cards: Vec::new(),
        products: Vec::new(),
        tank: None,
        limits: Limits { day: Some(1_000), ..Limits::default() },
    });
    bench
}

#[test]
fn a_vehicles_day_counts_all_cards_and_outlives_a_restart() {
    let mut world = World::new();
    let [first, second] = [world.card(10_000), world.card(10_000)];
    let mut bench = with_vehicle(world, 1);
    let refuel = |bench: &mut Bench, card: &CardMemory| {
        bench.insert(1, card);
        bench.wait_for_state(1, "card");
        bench.nozzles[0].hose.lift_for(1_000);
        let vehicle = Some(" b-gl 42 ".to_owned());
        bench.station().refuel(1, RefuelAsked { vehicle, ..Bench::asked() }).unwrap();
        let ended = bench.wait_for_end("refuel");
        bench.pull(1);
        bench.wait_for_state(1, "free");
        ended
    };
    bench.open();
    assert_eq!(refuel(&mut bench, &first).amount, 789);
    bench.open();
    bench.wait_for_state(1, "free");
    assert_eq!(refuel(&mut bench, &second).amount, 211, "what is left of the vehicle's day");
    let refused = refuel(&mut bench, &first);
    assert_eq!(refused.refusal.as_deref(), Some("above_limit"), "{refused:?}");
    assert_eq!(bench.refuel(1, &first, 1_000).amount, 789, "for no vehicle");
}

#[test]
fn two_nozzles_that_begin_at_once_share_a_vehicles_day() {
    let mut world = World::new();
    let [first, second] = [world.card(10_000), world.card(10_000)];
    let mut bench = with_vehicle(world, 2);
    bench.open();
    let asked = |amount| {
        let vehicle = Some("B-GL 42".to_owned());
        RefuelAsked { vehicle, amount, ..Bench::asked() }
    };
    // The first stands right before its lock, which the journal does not have as certified yet.
    let (reached, at_lock) = mpsc::channel();
    let (go, goes) = mpsc::channel::<()>();
    first.meddle(move |command| {
        if command == "LOCK FOR REFUEL" {
            let _ = reached.send(());
            let _ = goes.recv();
        }
        Deed::Pass
    });
    for (nozzle, card) in [(1, &first), (2, &second)] {
        bench.insert(usize::from(nozzle), card);
        bench.wait_for_state(nozzle, "card");
    }
    bench.nozzles[0].hose.lift_for(10_000);
    let visit = bench.station().refuel(1, asked(Some(600))).unwrap();
    at_lock.recv().unwrap();
    bench.nozzles[1].hose.lift_for(10_000);
    bench.station().refuel(2, asked(None)).unwrap();
    let second = bench.wait_for_end("refuel");
    assert_eq!((second.nozzle, second.amount), (2, 400), "what the first leaves: {second:?}");
    drop(go);
    let patience = std::time::Duration::from_secs(20);
    let first = bench.station().wait_for_end(1, visit, patience).unwrap();
    assert_eq!((first.outcome.as_str(), first.amount), ("settled", 600));
}

#[test]
fn a_clock_behind_the_journal_begins_no_lock_and_is_told() {
    let (mut bench, card) = bench(10_000);
    bench.open();
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    let back = Stamp { time: Time::new(11, 59, 59).unwrap(), ..*bench.clock.lock().unwrap() };
    let right = std::mem::replace(&mut *bench.clock.lock().unwrap(), back);
    let refused = again(&mut bench, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("clock_behind"));
    assert!(!bench.station().journal().takes_locks);
    let warned = bench.wait("clock_off", |happened| match happened {
        Happened::Warned { warning, on: true } => Some(warning.name.clone()),
        _ => None,
    });
    assert_eq!(warned, "clock_off");
    *bench.clock.lock().unwrap() = right;
    assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
}

#[test]
fn parameters_in_another_unit_than_the_dispenser_measures_are_refused() {
    let (mut bench, _) = bench(1);
    bench.open();
    let mut other = prices();
    (other.version, other.products[0].unit) = (2, "kWh".to_owned());
    let refused = bench.station().set_parameters(Parameters::try_from(other).unwrap());
    assert_eq!(refused.map_err(|refused| refused.name()), Err("malformed"));
    bench.open();
    assert_eq!(bench.station().site().parameters.version, 1);
}

#[test]
fn a_clock_that_ran_ahead_once_stops_nobody_once_the_centre_confirms_it() {
    let (mut bench, card) = bench(10_000);
    bench.open();
    let right = *bench.clock.lock().unwrap();
    *bench.clock.lock().unwrap() = Stamp { date: Date::new(2027, 6, 1).unwrap(), ..right };
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    *bench.clock.lock().unwrap() = right;
    let refused = again(&mut bench, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("clock_behind"), "{refused:?}");
    *bench.uplink.offset.lock().unwrap() = Some(-3);
    assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
    let logbook = bench.station().logbook();
    bench.until("the clock is trusted", || logbook.newest() == Some(right));
    drop(logbook);
    // Nor when the centre is away again, or the station was started anew.
    *bench.uplink.offset.lock().unwrap() = None;
    assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
    bench.pull(1);
    bench.open();
    bench.wait_for_state(1, "free");
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    assert!(bench.station().warnings().is_empty());
}

#[test]
fn a_clock_that_is_set_right_while_the_centre_is_away_goes_on_at_once() {
    let (mut bench, card) = bench(10_000);
    *bench.uplink.offset.lock().unwrap() = Some(3_600);
    bench.open();
    let ahead = *bench.clock.lock().unwrap();
    let right = Stamp { time: Time::new(11, 0, 10).unwrap(), ..ahead };
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    let logbook = bench.station().logbook();
    bench.until("the centre's time is trusted", || {
        logbook.newest().map(Stamp::unix_seconds) == Some(right.unix_seconds())
    });
    drop(logbook);
    *bench.uplink.offset.lock().unwrap() = None;
    *bench.clock.lock().unwrap() = right;
    assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
}

#[test]
fn a_clock_that_is_off_by_a_year_begins_no_lock() {
    let (mut bench, card) = bench(10_000);
    *bench.uplink.offset.lock().unwrap() = Some(365 * 86_400);
    bench.open();
    let refused = bench.refuel(1, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("clock_off"), "{refused:?}");
}

#[test]
fn a_clock_that_is_off_on_the_same_day_is_told_and_goes_on() {
    let (mut bench, card) = bench(10_000);
    *bench.uplink.offset.lock().unwrap() = Some(600);
    bench.open();
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    let warned = bench.station().warnings();
    assert_eq!(warned[0].words, "the clock is 600 seconds ahead of the centre's; set it");
    // Five past midnight, and ten minutes ahead: expiry and the limits of a day go by the date.
    let next = Stamp {
        date: Date::new(2026, 6, 2).unwrap(),
        time: Time::new(0, 5, 0).unwrap(),
        ..*bench.clock.lock().unwrap()
    };
    *bench.clock.lock().unwrap() = next;
    let refused = again(&mut bench, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("clock_off"), "{refused:?}");
}

#[test]
fn a_clock_that_runs_ahead_drops_no_ends_of_today() {
    // The centre is away, with and without a sale by the wrong clock; or it says how far the clock is off.
    for (offset, sells) in [(None, false), (None, true), (Some(61 * 86_400), false)] {
        let (mut bench, card) = bench(10_000);
        bench.retention_days = Some(30);
        bench.open();
        assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
        assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
        assert_eq!(forecourt::Uplink::flush(&*bench.uplink), forecourt::Flushed::All);
        *bench.uplink.offset.lock().unwrap() = offset;
        bench.uplink.up.store(offset.is_some(), Ordering::SeqCst);
        bench.uplink.since.store(3_600, Ordering::SeqCst);
        bench.clock.lock().unwrap().date = Date::new(2026, 8, 1).unwrap();
        if sells {
            bench.open();
            bench.wait_for_state(1, "free");
            assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
        }
        bench.disk.store(40 << 20, Ordering::SeqCst);
        bench.open();
        // What the warden tells in its second round follows the cleaning of its first.
        for low in [true, false] {
            bench.wait("disk_low", |happened| match happened {
                Happened::Warned { warning, on } if warning.name == "disk_low" => {
                    (*on == low).then_some(())
                }
                _ => None,
            });
            bench.disk.store(u64::MAX, Ordering::SeqCst);
        }
        let forgotten = bench.station().logbook().forgotten().unwrap();
        assert_eq!(forgotten.numbers, 0, "{offset:?} {sells}");
    }
}

#[test]
fn a_disk_that_fills_begins_no_lock_and_what_is_open_comes_to_its_end() {
    let (mut bench, card) = bench(10_000);
    bench.open();
    let disk = Arc::clone(&bench.disk);
    bench.while_flowing(1, move |_| disk.store(1 << 20, Ordering::SeqCst));
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    let refused = again(&mut bench, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("disk_low"));
    let warnings = bench.station().warnings();
    assert!(warnings.iter().any(|warning| warning.name == "disk_low"), "{warnings:?}");
    assert!(!card.is_grey());
}

#[test]
fn a_blacklisted_card_gets_no_lock_and_a_wrong_pin_neither() {
    let (mut bench, card) = bench(10_000);
    bench.open();
    bench.uplink.blacklisted.lock().unwrap().push(card.asn);
    let refused = bench.refuel(1, &card, 1_000);
    assert_eq!(refused.refusal.as_deref(), Some("card_blacklisted"));
    bench.uplink.blacklisted.lock().unwrap().clear();
    bench.wait_for_state(1, "card");
    let wrong = RefuelAsked { pin: "654321".to_owned(), ..Bench::asked() };
    bench.station().refuel(1, wrong).unwrap();
    let refused = bench.wait_for_end("refuel");
    assert_eq!(refused.refusal.as_deref(), Some("card_refused"));
    assert!(refused.reason.unwrap().contains("PIN"));
    let none = RefuelAsked { pin: "12".to_owned(), ..Bench::asked() };
    assert!(matches!(bench.station().refuel(1, none), Err(Refused::Malformed(_))));
}

#[test]
fn no_pin_is_in_any_event() {
    let (mut bench, card) = bench(10_000);
    bench.trace = true;
    bench.open();
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    let told = bench.station().feed().after(0).unwrap();
    let told: Vec<String> = told.iter().map(|told| format!("{:?}", told.happened)).collect();
    assert!(told.iter().any(|told| told.contains("VERIFY")), "it is traced");
    assert!(told.iter().all(|told| !told.contains("123456")), "a PIN is told");
}

#[test]
fn a_command_is_told_in_few_words_with_its_elements_beside_them() {
    let (mut bench, card) = bench(10_000);
    bench.trace = true;
    bench.open();
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!((ended.outcome.as_str(), ended.amount > 100), ("settled", true));
    let told = bench.station().feed().after(0).unwrap();
    let told = told.iter().filter_map(|told| match &*told.happened {
        Happened::Apdu { exchange, .. } => Some(exchange.clone()),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let balance = told.iter().find(|told| told.words == "GET BALANCE: balance 100.00").unwrap();
    assert_eq!((balance.asked[0].name.as_str(), balance.asked[0].value.as_str()), ("purse", "ed"));
    assert_eq!(balance.said[0].value, "100.00");
    let debit = told.iter().find(|told| told.words.starts_with("DEBIT FOR REFUEL: ")).unwrap();
    let amount = debit.asked.iter().find(|element| element.name == "amount").unwrap();
    assert_eq!(amount.value, format!("{}.{:02}", ended.amount / 100, ended.amount % 100));
    assert!(told.iter().all(|told| told.words.len() < 80), "{told:?}");
    let journal = bench.station().feed().after(0).unwrap();
    let journal = journal.iter().find_map(|told| match &*told.happened {
        Happened::Journal { step, words, .. } if step == "delivered" => Some(words.clone()),
        _ => None,
    });
    assert_eq!(journal.unwrap(), format!("1.000 delivered for {}", amount.value));
}

#[test]
fn old_ends_leave_by_themselves() {
    let (mut bench, card) = bench(10_000);
    bench.retention_days = Some(30);
    bench.open();
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "settled");
    assert_eq!(again(&mut bench, &card, 1_000).outcome, "settled");
    assert_eq!(forecourt::Uplink::flush(&*bench.uplink), forecourt::Flushed::All);
    bench.pull(1);
    bench.clock.lock().unwrap().date = Date::new(2026, 8, 1).unwrap();
    *bench.uplink.offset.lock().unwrap() = Some(0);
    bench.open();
    let book = Mutex::new(bench.station().logbook());
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while book.lock().unwrap().forgotten().unwrap().numbers == 0 {
        assert!(std::time::Instant::now() < end, "nothing left");
        std::thread::yield_now();
    }
    assert_eq!(bench.station().logbook().look(|index| index.locks().count()), 1);
}
