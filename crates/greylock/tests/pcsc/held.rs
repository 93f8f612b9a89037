//! What happens between two commands: hands, crashes and gone readers while a refuelling waits at
//! a journal step.

use crate::forecourt::{Forecourt, Held, Served};

/// What is done to the world while the refuelling waits.
type Deed = fn(&mut Forecourt, &mut Served, &mut Served);

/// Holds at `step`, does the deed, lets it end as lost, and brings everything back. The centre hears this of the
/// lock, and of 100 more.
fn ends(step: &str, row: &'static str, deed: Deed) {
    let mut forecourt = Forecourt::new();
    let (mut card, mut psam) = (forecourt.card(), forecourt.psam());
    let held = Held::at(&forecourt, step, 800);
    deed(&mut forecourt, &mut card, &mut psam);
    let done = held.go_on();
    assert_eq!(done.code, 3, "{step}: {done:?}");
    drop((card, psam));
    forecourt.comes_to_rest(&mut Vec::new(), Some(row), &format!("{step}: {done:?}"));
}

/// Whether LOCK reached the card is not known when its reader goes away, so it does not end as void.
const NOTHING: &str = "no_dispense";
const SOLD: &str = "sale 800 by tac";

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_pulled_before_lock_while_fuel_flows_and_before_debit() {
    // Seen to be out before LOCK is sent, it surely did not get it.
    for (step, row) in [("lock_sent", "void"), ("locked", SOLD), ("claimed", SOLD)] {
        ends(step, row, |forecourt, card, _| {
            card.pull();
            forecourt.sees_no_card();
        });
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_out_and_in_within_400_ms() {
    for step in ["locked", "delivered", "claimed"] {
        ends(step, SOLD, |_, card, _| {
            card.pull();
            card.put_back();
        });
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_pulled_before_its_gmac() {
    ends("delivered", SOLD, |_, _, psam| psam.pull());
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_out_and_in_before_its_gmac() {
    ends("delivered", SOLD, |_, _, psam| {
        psam.pull();
        psam.put_back();
    });
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pcscd_is_restarted() {
    for (step, row) in [("lock_sent", NOTHING), ("locked", SOLD), ("claimed", SOLD)] {
        ends(step, row, |forecourt, _, _| forecourt.service.restart());
    }
}

/// Each command ends with exit code 3 and says whose fault it is and what helps.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_readers_are_gone_and_stay_away() {
    for (step, row) in [("lock_sent", NOTHING), ("locked", SOLD), ("delivered", SOLD)] {
        let mut forecourt = Forecourt::new();
        let (card, psam) = (forecourt.card(), forecourt.psam());
        let held = Held::at(&forecourt, step, 800);
        forecourt.service.kill();
        let done = held.go_on();
        assert!(done.code == 3 && done.err.contains("lost during"), "{step}: {done:?}");
        says_that_the_service_is_gone(&forecourt);
        drop((card, psam));
        forecourt.audited(step);
        forecourt.service.restart();
        forecourt.comes_to_rest(&mut Vec::new(), Some(row), &format!("{step}: {done:?}"));
    }
}

fn says_that_the_service_is_gone(forecourt: &Forecourt) {
    for command in [
        "readers",
        "card show CARD",
        "unlock --card CARD --journal station --host file:centre",
        "refuel --card CARD --psam PSAM --journal station --amount 1 --host file:centre",
    ] {
        let done = forecourt.run(command);
        assert_eq!(done.code, 3, "{command}: {done:?}");
        assert!(done.err.contains("the PC/SC service cannot be reached"), "{command}: {done:?}");
        assert!(done.err.contains("start pcscd, then try again"), "{command}: {done:?}");
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_readers_are_gone_and_come_back_later() {
    let mut forecourt = Forecourt::new();
    let (card, psam) = (forecourt.card(), forecourt.psam());
    let held = Held::at(&forecourt, "claimed", 800);
    forecourt.service.kill();
    let done = held.go_on();
    assert_eq!(done.code, 3, "{done:?}");
    says_that_the_service_is_gone(&forecourt);
    forecourt.service.restart();
    // Both are served all the while, and are in the readers again by themselves.
    let document = forecourt.settle(100);
    assert_eq!(document["unlocked"]["amount"], 800, "{document}");
    drop((card, psam));
    forecourt.paid(900, "readers back");
}
