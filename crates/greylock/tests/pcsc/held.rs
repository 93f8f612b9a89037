//! What happens between two commands: hands, crashes and gone readers while a refuelling waits at
//! a journal step.

use crate::forecourt::{Forecourt, Held, Served};

/// What is done to the world while the refuelling waits.
type Deed = fn(&mut Forecourt, &mut Served, &mut Served);

/// Holds at `step`, does the deed, lets it end as lost, and brings everything back: 800 flowed
/// or nothing, 100 more is paid.
fn ends(step: &str, flowed: u64, deed: Deed) {
    let mut forecourt = Forecourt::new();
    let (mut card, mut psam) = (forecourt.card(), forecourt.psam());
    let held = Held::at(&forecourt, step, 800);
    deed(&mut forecourt, &mut card, &mut psam);
    let done = held.go_on();
    assert_eq!(done.code, 3, "{step}: {done:?}");
    drop((card, psam));
    forecourt.audited(step);
    let (card, psam) = (forecourt.card(), forecourt.psam());
    let unlock = "unlock --card CARD --psam PSAM --journal station --host file:centre --json";
    let freed = forecourt.run(unlock);
    assert!([0, 1].contains(&freed.code), "{step}: {freed:?}");
    forecourt.settle(100);
    drop((card, psam));
    forecourt.paid(flowed + 100, &format!("{step}: {done:?} {freed:?}"));
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_pulled_before_lock_while_fuel_flows_and_before_debit() {
    for (step, flowed) in [("lock_sent", 0), ("locked", 800), ("claimed", 800)] {
        ends(step, flowed, |_, card, _| card.pull());
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_out_and_in_within_400_ms() {
    for step in ["locked", "delivered", "claimed"] {
        ends(step, 800, |_, card, _| {
            card.pull();
            card.put_back();
        });
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_pulled_before_its_gmac() {
    ends("delivered", 800, |_, _, psam| psam.pull());
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_out_and_in_before_its_gmac() {
    ends("delivered", 800, |_, _, psam| {
        psam.pull();
        psam.put_back();
    });
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pcscd_is_restarted() {
    for (step, flowed) in [("lock_sent", 0), ("locked", 800), ("claimed", 800)] {
        ends(step, flowed, |forecourt, _, _| forecourt.service.restart());
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
    let none = forecourt.run("readers");
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.err.contains("start pcscd"), "{none:?}");
    forecourt.service.restart();
    // Both are served all the while, and are in the readers again by themselves.
    let document = forecourt.settle(100);
    assert_eq!(document["unlocked"]["amount"], 800, "{document}");
    drop((card, psam));
    forecourt.paid(900, "readers back");
}
