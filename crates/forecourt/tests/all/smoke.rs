//! One refuelling.

use std::sync::atomic::Ordering;

use crate::support::{Bench, World};

#[test]
fn a_card_is_put_in_filled_debited_and_pulled() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    let ended = bench.refuel(1, &card, 2_000);
    assert_eq!(
        (ended.outcome.as_str(), ended.amount, ended.quantity),
        ("settled", 1_578, Some(2_000))
    );
    assert_eq!((ended.balance_before, ended.balance_after), (Some(10_000), Some(8_422)));
    bench.wait_for_state(1, "card");
    let nozzle = bench.station().nozzle(1).unwrap();
    let seen = nozzle.card.unwrap();
    assert_eq!((seen.state.as_str(), seen.purses[0].balance), ("unlocked", 8_422));
    assert_eq!(bench.station().outcome(1, ended.visit).unwrap(), ended);
    bench.pull(1);
    bench.wait_for_state(1, "free");
    bench.station().close();
    assert_eq!((card.balance(), card.is_grey()), (8_422, false));
}

#[test]
fn a_station_that_just_began_warns_of_no_stale_list() {
    let mut bench = Bench::new(World::new(), 1);
    *bench.uplink.confirmed.lock().unwrap() = None;
    bench.open();
    let warns = |bench: &Bench, confirmed, since| {
        *bench.uplink.confirmed.lock().unwrap() = confirmed;
        bench.uplink.since.store(since, Ordering::SeqCst);
        bench.station().warnings().iter().any(|warning| warning.name == "list_stale")
    };
    assert!(!warns(&bench, None, 0) && !warns(&bench, None, 59));
    assert!(warns(&bench, None, 60));
    assert!(!warns(&bench, Some(86_400), 60) && warns(&bench, Some(86_401), 0));
}
