//! One delivery, and what breaks in it.

use std::time::Duration;

use dispenser::{
    Delivered, Dispenser, DispenserError, Order, OrderId, Reading, State, Unit, deliver,
};

use crate::support::{Paper, Pump, Turning, order, pump};

#[test]
fn it_ends_when_the_customer_has_enough() {
    let mut pump = pump(&Paper::default(), &Turning::default());
    pump.hose().lift_for(2_000);
    let mut seen = Vec::new();
    let delivered = deliver(&mut pump, &order("a", 10_000), &mut |totalizer| {
        seen.push(totalizer);
        true
    });
    assert_eq!(delivered, Ok(Delivered::Closed(2_000)));
    assert!(seen.len() > 3 && seen.is_sorted(), "{seen:?}");
}

#[test]
fn it_ends_when_the_card_is_pulled() {
    let mut pump = pump(&Paper::default(), &Turning::default());
    pump.hose().lift();
    let Ok(Delivered::Closed(end)) =
        deliver(&mut pump, &order("a", 100_000), &mut |totalizer| totalizer < 1_000)
    else {
        panic!("it closes");
    };
    assert!((1_000..2_000).contains(&end), "{end}");
}

#[test]
fn a_refusal_opens_nothing() {
    let mut pump = pump(&Paper::default(), &Turning::default());
    pump.authorise(&order("other", 5)).unwrap();
    assert_eq!(deliver(&mut pump, &order("a", 5), &mut |_| true), Ok(Delivered::NotOpened(0)));
}

/// Refuses what it has opened all the same, or closes at a later STOP or never.
struct Stubborn {
    pump: Pump,
    refuses: bool,
    stops: usize,
    deaf: usize,
}

impl Dispenser for Stubborn {
    fn unit(&self) -> Unit {
        self.pump.unit()
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        self.pump.read()
    }

    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError> {
        self.pump.authorise(order)?;
        if self.refuses { Err(DispenserError::Refused("so it says".to_owned())) } else { Ok(()) }
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        self.stops += 1;
        if self.stops > self.deaf { self.pump.stop() } else { Ok(()) }
    }

    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError> {
        self.pump.wait(at_most)
    }
}

fn stubborn(refuses: bool, deaf: usize) -> Stubborn {
    let pump = pump(&Paper::default(), &Turning::default());
    pump.hose().lift();
    Stubborn { pump, refuses, stops: 0, deaf }
}

#[test]
fn stop_is_said_until_it_takes() {
    let mut pump = stubborn(false, 3);
    let delivered = deliver(&mut pump, &order("a", 100_000), &mut |totalizer| totalizer < 1_000);
    let Ok(Delivered::Closed(end)) = delivered else { panic!("{delivered:?}") };
    assert!((1_000..2_000).contains(&end), "{end}");
    assert_eq!(pump.stops, 4);
}

#[test]
fn a_nozzle_that_does_not_stop_is_no_longer_kept_open() {
    let mut pump = stubborn(false, usize::MAX);
    let delivered = deliver(&mut pump, &order("a", 1_000_000), &mut |totalizer| totalizer < 1_000);
    assert!(matches!(delivered, Err(DispenserError::Broken(_))), "{delivered:?}");
    let flowed = pump.read().unwrap().totalizer;
    assert!(flowed < 10_000, "{flowed}");
}

#[test]
fn a_refusal_of_what_is_open_is_a_delivery() {
    let mut pump = stubborn(true, 0);
    let delivered = deliver(&mut pump, &order("a", 2_000), &mut |_| true);
    assert_eq!(delivered, Ok(Delivered::Closed(2_000)));
    // It is finished by now, and says no.
    let delivered = deliver(&mut pump, &order("a", 2_000), &mut |_| true);
    assert_eq!(delivered, Ok(Delivered::Closed(2_000)));
}

/// Says what it is told to.
struct Script(Vec<Result<Reading, DispenserError>>);

impl Dispenser for Script {
    fn unit(&self) -> Unit {
        Unit::Litre
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        self.0.remove(0)
    }

    fn authorise(&mut self, _: &Order) -> Result<(), DispenserError> {
        Ok(())
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        Ok(())
    }

    fn wait(&mut self, _: Duration) -> Result<Reading, DispenserError> {
        self.0.remove(0)
    }
}

fn open(id: &str, totalizer: u64) -> Result<Reading, DispenserError> {
    Ok(Reading { state: State::Open(OrderId::new(id).unwrap()), totalizer })
}

fn idle(totalizer: u64) -> Result<Reading, DispenserError> {
    Ok(Reading { state: State::Idle, totalizer })
}

#[test]
fn a_dispenser_that_talks_nonsense_ends_the_delivery_without_an_amount() {
    let nonsense = [
        vec![idle(7), open("a", 6)],
        vec![idle(7), open("a", 9), open("a", 8)],
        vec![idle(7), open("b", 9)],
        vec![idle(7), idle(7)],
    ];
    for script in nonsense {
        let delivered = deliver(&mut Script(script), &order("a", 5), &mut |_| true);
        assert!(matches!(delivered, Err(DispenserError::Broken(_))), "{delivered:?}");
    }
    let silent = || Err(DispenserError::Silent("gone".to_owned()));
    for script in [vec![silent()], vec![idle(0), silent()], vec![idle(0), open("a", 1), silent()]] {
        let delivered = deliver(&mut Script(script), &order("a", 5), &mut |_| true);
        assert!(matches!(delivered, Err(DispenserError::Silent(_))), "{delivered:?}");
    }
}
