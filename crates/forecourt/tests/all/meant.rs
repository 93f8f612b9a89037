//! Who asks says which card is meant, and another one is left alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::site::{PayAsked, RefuelAsked};
use forecourt::Refused;

use crate::support::chips::PIN;
use crate::support::{Bench, Deed, World};

#[test]
fn a_card_that_is_not_the_one_meant_hears_no_pin() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    let verified = Arc::new(AtomicBool::new(false));
    let saw = Arc::clone(&verified);
    card.meddle(move |command| {
        saw.fetch_or(command.starts_with("VERIFY"), Ordering::SeqCst);
        Deed::Pass
    });
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    let other = Some("1000000000009999".to_owned());
    for pin in [PIN, "654321"] {
        let asked = RefuelAsked { pin: pin.to_owned(), card: other.clone(), ..Bench::asked() };
        bench.station().refuel(1, asked).unwrap();
        let refused = bench.wait_for_end("refuel");
        assert_eq!(refused.refusal.as_deref(), Some("another_card"));
        assert_eq!(refused.asn, Some(card.asn.to_string()), "it says which is in");
        bench.wait_for_state(1, "card");
    }
    let pay = PayAsked {
        what: "load".to_owned(),
        pin: Some(PIN.to_owned()),
        purse: None,
        amount: 100,
        card: other,
    };
    bench.station().pay(1, pay).unwrap();
    assert_eq!(bench.wait_for_end("load").refusal.as_deref(), Some("another_card"));
    bench.wait_for_state(1, "card");
    assert!(!verified.load(Ordering::SeqCst), "a PIN was tried on it");
    let none = RefuelAsked { card: Some("12".to_owned()), ..Bench::asked() };
    assert!(matches!(bench.station().refuel(1, none), Err(Refused::Malformed(_))));
    let meant = RefuelAsked { card: Some(card.asn.to_string()), ..Bench::asked() };
    bench.nozzles[0].hose.lift_for(100);
    bench.station().refuel(1, meant).unwrap();
    assert_eq!(bench.wait_for_end("refuel").outcome, "settled");
    assert!(verified.load(Ordering::SeqCst));
}
