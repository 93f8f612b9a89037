//! Purchases whose answers get lost: whoever stands at the counter is told what came of them.

use api::site::{Outcome, PayAsked};

use crate::support::chips::PIN;
use crate::support::{Bench, CardMemory, Deed, World};

/// A purchase of 300, whose end is told; the card stays in.
fn pay(bench: &mut Bench, card: &CardMemory) -> Outcome {
    bench.insert(1, card);
    bench.wait_for_state(1, "card");
    let pin = Some(PIN.to_owned());
    let asked = PayAsked { what: "purchase".to_owned(), pin, purse: None, amount: 300, card: None };
    bench.station().pay(1, asked).unwrap();
    bench.wait_for_end("purchase")
}

/// Something happens to the debit, and nothing is heard of the card any more before it comes back.
fn lost(deed: Deed) -> (Bench, CardMemory, Outcome) {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    let (hand, mut lost) = (bench.nozzles[0].hand.clone(), false);
    card.meddle(move |command| {
        lost |= command == "DEBIT FOR PURCHASE";
        if !lost {
            return Deed::Pass;
        }
        let pulling = hand.clone();
        std::thread::spawn(move || pulling.pull());
        while hand.is_in() {
            std::thread::yield_now();
        }
        deed
    });
    let ended = pay(&mut bench, &card);
    assert_eq!(ended.refusal.as_deref(), Some("unknown"), "{ended:?}");
    card.meddle(|_| Deed::Pass);
    bench.wait_for_state(1, "free");
    bench.insert(1, &card);
    let found = bench.wait_for_end("purchase");
    assert_eq!((&found.lock, &found.asn), (&ended.lock, &ended.asn));
    assert_eq!(found.balance_before, Some(10_000));
    (bench, card, found)
}

#[test]
fn one_that_was_paid_is_told_when_the_card_is_in_again() {
    let (_bench, card, found) = lost(Deed::LoseAnswer);
    assert_eq!((found.outcome.as_str(), found.amount), ("done", 300), "{found:?}");
    assert!(found.reason.unwrap().contains("the goods are owed"));
    assert_eq!((card.balance(), found.balance_after), (9_700, Some(9_700)));
    assert!(found.tac.is_some());
}

#[test]
fn one_that_was_not_paid_is_told_too() {
    let (_bench, card, found) = lost(Deed::Keep);
    assert_eq!((found.outcome.as_str(), found.amount), ("refused", 0), "{found:?}");
    assert_eq!(found.refusal.as_deref(), Some("not_paid"));
    assert_eq!((card.balance(), found.balance_after), (10_000, Some(10_000)));
}

#[test]
fn one_that_the_psam_does_not_prove_has_words_of_its_own() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 1);
    bench.open();
    bench.nozzles[0].psam.meddle_once("CREDIT SAM PURCHASE", Deed::Reset);
    let ended = pay(&mut bench, &card);
    assert_eq!(ended.refusal.as_deref(), Some("unproved"), "{ended:?}");
    assert!(ended.reason.unwrap().contains("the centre finds out"));
}
