//! The simulated pump.

use std::time::Duration;

use dispenser::{Dispenser, DispenserError, OrderId, State};

use crate::support::{Paper, Pump, Turning, order, pump};

const SECOND: Duration = Duration::from_secs(1);

fn id(name: &str) -> OrderId {
    OrderId::new(name).unwrap()
}

/// Waits until something is different, so often.
fn watched(pump: &mut Pump, times: usize) -> u64 {
    (0..times).map(|_| pump.wait(Duration::from_millis(100)).unwrap().totalizer).last().unwrap()
}

#[test]
fn it_flows_while_the_hose_is_lifted() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut pump = pump(&paper, &time);
    assert_eq!(pump.read().unwrap().state, State::Idle);
    pump.authorise(&order("a", 10_000)).unwrap();
    assert_eq!(watched(&mut pump, 5), 0, "nobody holds the hose");
    pump.hose().lift();
    assert!(watched(&mut pump, 5) > 0);
    pump.hose().hang_up();
    let end = pump.wait(SECOND).unwrap();
    assert_eq!(end.state, State::Finished(id("a")));
    assert_eq!(paper.0.lock().unwrap().0, end.totalizer, "durable as it is shown");
}

#[test]
fn it_stops_at_the_preset_to_the_thousandth() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut pump = pump(&paper, &time);
    pump.hose().lift();
    pump.authorise(&order("a", 1_001)).unwrap();
    while pump.wait(SECOND).unwrap().state == State::Open(id("a")) {}
    assert_eq!(pump.read().unwrap().totalizer, 1_001);
}

#[test]
fn a_slow_charger_loses_no_fraction() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut charger = dispenser::simulated::Simulated::new(
        dispenser::Unit::KilowattHour,
        3,
        (0, None),
        paper,
        time.clone(),
    );
    charger.hose().lift();
    charger.authorise(&order("a", 1_000)).unwrap();
    let start = *time.0.lock().unwrap();
    while *time.0.lock().unwrap() < start + 10 * SECOND {
        charger.wait(Duration::from_millis(20)).unwrap();
    }
    let counted = charger.read().unwrap().totalizer;
    assert!((29..=31).contains(&counted), "3 Wh a second for 10 s: {counted}");
}

#[test]
fn an_order_opens_it_once_even_after_a_power_cut() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut before = pump(&paper, &time);
    before.hose().lift();
    before.authorise(&order("a", 10_000)).unwrap();
    let flowed = watched(&mut before, 3);
    drop(before);
    let mut after = pump(&paper, &time);
    after.hose().lift();
    after.authorise(&order("a", 10_000)).unwrap();
    let reading = after.wait(SECOND).unwrap();
    assert_eq!((reading.state, reading.totalizer), (State::Finished(id("a")), flowed));
    after.authorise(&order("b", 10_000)).unwrap();
    assert!(watched(&mut after, 3) > flowed);
}

#[test]
fn one_order_at_a_time() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut pump = pump(&paper, &time);
    pump.authorise(&order("a", 10_000)).unwrap();
    pump.authorise(&order("a", 10_000)).unwrap();
    assert!(matches!(pump.authorise(&order("b", 1)), Err(DispenserError::Refused(_))));
    pump.stop().unwrap();
    pump.authorise(&order("b", 1)).unwrap();
}

#[test]
fn nobody_watches_so_it_closes() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut pump = pump(&paper, &time);
    pump.hose().lift();
    pump.authorise(&order("a", 1_000_000)).unwrap();
    time.pass(3600 * SECOND);
    let reading = pump.read().unwrap();
    assert_eq!(
        (reading.state, reading.totalizer),
        (State::Finished(id("a")), 1_000),
        "two seconds of half a litre"
    );
}

#[test]
fn what_cannot_be_counted_does_not_flow() {
    let (paper, time) = (Paper::default(), Turning::default());
    let mut pump = pump(&paper, &time);
    pump.hose().lift();
    pump.authorise(&order("a", 10_000)).unwrap();
    let flowed = watched(&mut pump, 2);
    *paper.1.lock().unwrap() = true;
    let reading = pump.wait(SECOND).unwrap();
    assert_eq!((reading.state, reading.totalizer), (State::Finished(id("a")), flowed));
    assert!(matches!(pump.authorise(&order("b", 1)), Err(DispenserError::Refused(_))));
}
