//! Every break of protocol §10 that a station can see, through the whole station.

use std::sync::atomic::Ordering;

use api::site::{Happened, Outcome};
use forecourt::Found;
use nvm::memory::{Fill, Tear};
use terminal::{Journal as _, Progress};
use wire::{ClaimedRecord, Mac, Tid, Ttc};

use crate::support::{Bench, CardMemory, Deed, World};

fn bench(money: u32) -> (Bench, CardMemory) {
    let mut world = World::new();
    let card = world.card(money);
    let mut bench = Bench::new(world, 1);
    bench.open();
    (bench, card)
}

fn progress(bench: &Bench, ended: &Outcome) -> Progress {
    let lock = ended.lock.as_ref().unwrap();
    let tid: Tid = lock.tid.parse().unwrap();
    bench.station().logbook().progress(tid, Ttc(lock.ttc)).unwrap()
}

/// Pulls the card in the middle of a command: a thread of its own, since the chip is at work.
fn pulls_during(bench: &Bench, card: &CardMemory, name: &'static str, deed: Deed) {
    let hand = bench.nozzles[0].hand.clone();
    card.meddle(move |command| {
        if command != name || !hand.is_in() {
            return Deed::Pass;
        }
        let pulling = hand.clone();
        std::thread::spawn(move || pulling.pull());
        while hand.is_in() {
            std::thread::yield_now();
        }
        deed
    });
}

/// The card comes back to this station and is freed by itself.
fn comes_back(bench: &mut Bench, card: &CardMemory) -> Outcome {
    card.meddle(|_| Deed::Pass);
    bench.wait_for_state(1, "free");
    bench.insert(1, card);
    bench.wait_for_end("unlock")
}

#[test]
fn pulled_while_fuel_flows_it_escapes_and_is_freed_when_it_comes_back() {
    let (mut bench, card) = bench(10_000);
    let hand = bench.nozzles[0].hand.clone();
    bench.while_flowing(1, move |totalizer| {
        if totalizer >= 1_000 {
            hand.pull();
        }
    });
    let ended = bench.refuel(1, &card, 5_000);
    assert_eq!(ended.outcome, "escaped");
    let flowed = bench.nozzles[0].tank.totalizer();
    assert!((1_000..1_200).contains(&flowed), "{flowed}");
    assert_eq!(ended.quantity, Some(flowed));
    assert!(card.is_grey() && matches!(progress(&bench, &ended), Progress::Claimed(_)));
    let lock = progress(&bench, &ended).terms().unwrap().id;
    assert!(bench.station().grey_record(&lock).is_some(), "neighbours may ask for it");
    let receipt = bench.station().receipt(lock.tid, lock.ttc).unwrap();
    assert!(receipt.lines().iter().any(|line| line.contains("NOT PAID")), "{receipt:?}");
    assert_eq!(receipt.lines()[0].trim(), "North Gate", "its title, and not its name");

    bench.uplink.up.store(false, Ordering::SeqCst);
    let unlocked = comes_back(&mut bench, &card);
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", ended.amount));
    assert_eq!(unlocked.how.as_deref(), Some("local"));
    bench.wait_for_state(1, "card");
    bench.station().unlock(1).unwrap();
    let asked = bench.wait_for_end("unlock");
    assert_eq!(
        (asked.outcome.as_str(), asked.amount),
        ("unlocked", ended.amount),
        "told once more"
    );
    bench.station().unlock(1).unwrap();
    assert_eq!(bench.wait_for_end("unlock").outcome, "nothing");
    assert_eq!(card.balance(), 10_000 - ended.amount);
    assert!(bench.station().grey_record(&lock).is_none());
}

#[test]
fn pulled_before_lock_went_out_nothing_is_grey() {
    let (mut bench, card) = bench(10_000);
    pulls_during(&bench, &card, "INITIALIZE FOR REFUEL", Deed::Pass);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!(ended.outcome, "card_lost");
    let open = bench.station().open_locks();
    assert!(open.is_empty() && !card.is_grey(), "{open:?}");
    assert_eq!(bench.nozzles[0].tank.totalizer(), 0);
}

#[test]
fn lock_answer_lost_and_the_card_pulled_is_freed_on_line_with_nothing() {
    let (mut bench, card) = bench(10_000);
    pulls_during(&bench, &card, "LOCK FOR REFUEL", Deed::LoseAnswer);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!(ended.outcome, "card_lost");
    assert!(card.is_grey());
    let unlocked = comes_back(&mut bench, &card);
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", 0), "{unlocked:?}");
    assert_eq!(unlocked.how.as_deref(), Some("online"));
    assert_eq!(card.balance(), 10_000);
}

#[test]
fn a_lock_whose_answer_is_lost_goes_on_when_the_card_stays() {
    let (mut bench, card) = bench(10_000);
    card.meddle_once("LOCK FOR REFUEL", Deed::LoseAnswer);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!((ended.outcome.as_str(), ended.amount), ("settled", 789));
}

#[test]
fn a_card_whose_power_fails_in_any_write_of_a_visit_is_right_at_its_end() {
    for write in 1..40 {
        let (mut bench, card) = bench(10_000);
        bench.insert(1, &card);
        bench.wait_for_state(1, "card");
        card.arm(Tear { write, at: 3, fill: Fill::Half });
        bench.nozzles[0].hose.lift_for(1_000);
        bench.station().refuel(1, Bench::asked()).unwrap();
        let ended = bench.wait_for_end("refuel");
        bench.wait_for_state(1, "card");
        let flowed = bench.nozzles[0].tank.totalizer();
        let owed = if flowed == 0 { 0 } else { 789 };
        assert_eq!((card.is_grey(), card.balance()), (false, 10_000 - owed), "{write}: {ended:?}");
        if ended.outcome == "settled" && write > 12 {
            return;
        }
    }
    panic!("the card writes no longer than that");
}

#[test]
fn debit_answer_lost_is_settled_by_the_status() {
    let (mut bench, card) = bench(10_000);
    pulls_during(&bench, &card, "DEBIT FOR REFUEL", Deed::LoseAnswer);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!((ended.outcome.as_str(), ended.amount), ("escaped", 789));
    assert_eq!((card.is_grey(), card.balance()), (false, 9_211));
    assert!(matches!(progress(&bench, &ended), Progress::Claimed(_)));
    card.meddle(|_| Deed::Pass);
    bench.wait_for_state(1, "free");
    bench.insert(1, &card);
    bench.wait_for_step("settled");
    bench.wait_for_state(1, "card");
    assert!(matches!(progress(&bench, &ended), Progress::Settled(..)));
    assert_eq!(card.balance(), 9_211);
    assert_eq!(bench.station().nozzle(1).unwrap().card.unwrap().state, "unlocked", "it was read");
}

#[test]
fn the_station_loses_its_power_in_every_step_and_the_card_pays_what_flowed() {
    for step in ["lock_sent", "locked", "delivered", "claimed", "settled"] {
        let (mut bench, card) = bench(10_000);
        bench.cut_after(step);
        bench.insert(1, &card);
        bench.wait_for_state(1, "card");
        bench.nozzles[0].hose.lift_for(1_000);
        bench.station().refuel(1, Bench::asked()).unwrap();
        let ended = bench.wait_for_end("refuel");
        assert!(step == "settled" || ended.outcome != "settled", "{step}: {ended:?}");
        bench.pull(1);
        bench.watcher = None;
        bench.open();
        bench.wait_for_state(1, "free");
        let flowed = bench.nozzles[0].tank.totalizer();
        assert_eq!(
            flowed,
            if ["lock_sent", "locked"].contains(&step) { 0 } else { 1_000 },
            "{step}"
        );
        bench.insert(1, &card);
        bench.wait_for_state(1, "card");
        let owed = if flowed == 0 { 0 } else { 789 };
        assert_eq!((card.is_grey(), card.balance()), (false, 10_000 - owed), "{step}");
        let open = bench.station().open_locks();
        assert!(open.is_empty(), "{step}: {open:?}");
    }
}

#[test]
fn the_station_loses_its_power_while_fuel_flows() {
    let (mut bench, card) = bench(10_000);
    let power = bench.power.clone();
    bench.while_flowing(1, move |totalizer| {
        if totalizer >= 1_500 {
            power.cut();
        }
    });
    let ended = bench.refuel(1, &card, 5_000);
    assert_eq!(ended.outcome, "escaped");
    bench.pull(1);
    bench.open();
    bench.wait_for_state(1, "free");
    let flowed = bench.nozzles[0].tank.totalizer();
    let [open] = &bench.station().open_locks()[..] else { panic!("one grey record") };
    assert_eq!(open.step, "claimed", "the amount is from the totalizer");
    let record = bench.station().grey_record(&open.lock).unwrap();
    assert_eq!(record.delivery.quantity, flowed);
    bench.insert(1, &card);
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!(u64::from(unlocked.amount), flowed * 789 / 1000);
}

#[test]
fn the_psam_loses_its_answers_and_its_power() {
    for name in ["INIT SAM GREY LOCK", "CERTIFICATE SAM GREY LOCK", "DEBIT SAM GREY UNLOCK"] {
        let (mut bench, card) = bench(10_000);
        let mut once = false;
        *bench.nozzles[0].psam.shim.lock().unwrap() = Box::new(move |command| {
            let loses = command == name && !once;
            once |= loses;
            if loses { Deed::LoseAnswer } else { Deed::Pass }
        });
        bench.insert(1, &card);
        bench.wait_for_state(1, "card");
        bench.nozzles[0].hose.lift_for(1_000);
        bench.station().refuel(1, Bench::asked()).unwrap();
        let ended = bench.wait_for_end("refuel");
        assert_ne!(ended.outcome, "settled", "{name}");
        bench.wait_for_state(1, "out_of_order");
        bench.wait_for_state(1, "card");
        let flowed = bench.nozzles[0].tank.totalizer();
        let owed = if flowed == 0 { 0 } else { 789 };
        assert_eq!((card.is_grey(), card.balance()), (false, 10_000 - owed), "{name}: {ended:?}");
    }
}

#[test]
fn a_psam_that_dies_leaves_the_delivery_unproved_and_the_nozzle_out_of_order() {
    let (mut bench, card) = bench(10_000);
    let dead = std::sync::Arc::clone(&bench.nozzles[0].psam.dead);
    bench.while_flowing(1, move |_| *dead.lock().unwrap() = true);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!(
        (ended.outcome.as_str(), ended.refusal.as_deref()),
        ("escaped", Some("psam_silent"))
    );
    assert!(matches!(progress(&bench, &ended), Progress::Delivered(..)));
    bench.wait_for_state(1, "out_of_order");
    let warnings = bench.station().warnings();
    assert!(warnings.iter().any(|warning| warning.name == "psam_silent"), "{warnings:?}");
    assert!(bench.station().refuel(1, Bench::asked()).is_err());

    *bench.nozzles[0].psam.dead.lock().unwrap() = false;
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", 789));
    bench.wait_for_state(1, "card");
    assert!(bench.station().warnings().is_empty());
}

#[test]
fn a_dispenser_that_falls_silent_claims_nothing_until_it_answers() {
    let (mut bench, card) = bench(10_000);
    let silent = std::sync::Arc::clone(&bench.nozzles[0].silent);
    bench.while_flowing(1, move |totalizer| *silent.lock().unwrap() |= totalizer > 500);
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!(ended.refusal.as_deref(), Some("dispenser_silent"));
    assert!(matches!(progress(&bench, &ended), Progress::Locked(..)));
    bench.wait_for_state(1, "out_of_order");
    assert!(card.is_grey());
    *bench.nozzles[0].silent.lock().unwrap() = false;
    let unlocked = bench.wait_for_end("unlock");
    let flowed = bench.nozzles[0].tank.totalizer();
    assert_eq!(u64::from(unlocked.amount), flowed * 789 / 1000);
}

#[test]
fn somebody_else_answers_the_debit_and_the_card_is_debited_all_the_same() {
    let (mut bench, card) = bench(10_000);
    card.meddle_once("DEBIT FOR REFUEL", Deed::Answer([1, 2, 3, 4]));
    let ended = bench.refuel(1, &card, 1_000);
    assert_eq!((ended.outcome.as_str(), ended.balance_after), ("escaped", Some(10_000)));
    assert!(ended.reason.unwrap().contains("something else answered"));
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", 789));
    assert_eq!(card.balance(), 9_211);
}

#[test]
fn a_grey_card_of_another_station_waits_for_its_paper() {
    let (mut there, card) = bench(10_000);
    let hand = there.nozzles[0].hand.clone();
    there.while_flowing(1, move |totalizer| {
        if totalizer >= 1_000 {
            hand.pull();
        }
    });
    let escaped = there.refuel(1, &card, 5_000);
    let record = *progress(&there, &escaped).record().unwrap();
    let mut world = World::new();
    // Another PSAM than the one there.
    (0..2).for_each(|_| drop(world.card(1)));
    let mut here = Bench::new(world, 1);
    here.open();
    here.uplink.up.store(false, Ordering::SeqCst);
    here.insert(1, &card);
    let message = here.wait("a message", |happened| match happened {
        Happened::Nozzle { nozzle } if nozzle.state == "card" => nozzle.message.clone(),
        _ => None,
    });
    assert!(message.contains("receipt"), "{message}");
    let seen = here.station().nozzle(1).unwrap().card.unwrap();
    assert_eq!((seen.state.as_str(), seen.lock), ("grey", escaped.lock));
    here.station().unlock(1).unwrap();
    let refused = here.wait_for_end("unlock");
    assert_eq!(refused.refusal.as_deref(), Some("no_record_no_link"));

    here.wait_for_state(1, "card");
    here.uplink.records.lock().unwrap().insert(record.terms.id, (record, Found::Paper));
    here.station().look_again();
    let unlocked = here.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.how.as_deref()), ("unlocked", Some("paper")));
    assert_eq!((unlocked.amount, card.is_grey()), (escaped.amount, false));
}

#[test]
fn a_record_that_somebody_made_up_costs_a_card_one_error_and_bars_no_other() {
    let (mut there, card) = bench(10_000);
    let hand = there.nozzles[0].hand.clone();
    there.while_flowing(1, move |totalizer| {
        if totalizer >= 1_000 {
            hand.pull();
        }
    });
    let escaped = there.refuel(1, &card, 5_000);
    let record = *progress(&there, &escaped).record().unwrap();
    let mut world = World::new();
    // Another PSAM than the one there.
    (0..2).for_each(|_| drop(world.card(1)));
    let mut here = Bench::new(world, 1);
    here.open();
    here.uplink.up.store(false, Ordering::SeqCst);
    here.insert(1, &card);
    let ends = |here: &mut Bench, record: ClaimedRecord, found: Found| {
        here.wait_for_state(1, "card");
        here.uplink.records.lock().unwrap().insert(record.terms.id, (record, found));
        here.station().unlock(1).unwrap();
        here.wait_for_end("unlock")
    };
    let tried = |here: &Bench| here.station().logbook().look(|index| index.refused().count());
    let [mut first, mut second] = [record; 2];
    (first.claim.gmac, second.claim.gmac) = (Mac([1; 4]), Mac([2; 4]));
    for (record, found, refused) in [
        (first, Found::Neighbour, 1),
        (second, Found::Paper, 1),
        (first, Found::List, 1),
        (second, Found::List, 2),
    ] {
        let ended = ends(&mut here, record, found);
        assert_eq!(ended.refusal.as_deref(), Some("no_record_no_link"), "{found:?}");
        assert_eq!(tried(&here), refused, "{found:?}");
    }
    let unlocked = ends(&mut here, record, Found::List);
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", escaped.amount));
}

#[test]
fn the_answer_to_the_on_line_unlock_is_lost_and_the_card_shows_it_later() {
    let (mut bench, card) = bench(10_000);
    pulls_during(&bench, &card, "LOCK FOR REFUEL", Deed::LoseAnswer);
    assert_eq!(bench.refuel(1, &card, 1_000).outcome, "card_lost");
    bench.wait_for_state(1, "free");
    pulls_during(&bench, &card, "DEBIT FOR UNLOCK", Deed::LoseAnswer);
    bench.insert(1, &card);
    bench.wait_for_state(1, "free");
    assert_eq!((card.is_grey(), card.balance()), (false, 10_000));
    card.meddle(|_| Deed::Pass);
    bench.insert(1, &card);
    bench.wait_for_step("tac_seen");
    bench.wait_for_state(1, "card");
    assert_eq!(bench.station().nozzle(1).unwrap().card.unwrap().state, "tac_unread");
    bench.nozzles[0].hose.lift_for(1_000);
    bench.station().refuel(1, Bench::asked()).unwrap();
    assert_eq!(bench.wait_for_end("refuel").outcome, "settled");
}

/// A visit in which the power goes at the n-th command to card or PSAM; what the totalizer counted, or nothing when there
/// were fewer.
fn cut_at(command: u32, at_card: bool) -> Option<(Bench, CardMemory, u64)> {
    let (mut bench, card) = bench(10_000);
    bench.insert(1, &card);
    bench.wait_for_state(1, "card");
    let (power, mut count) = (bench.power.clone(), 0);
    let cuts = move |_: &'static str| {
        count += 1;
        if count == command {
            power.cut();
        }
        Deed::Pass
    };
    match at_card {
        true => card.meddle(cuts),
        false => *bench.nozzles[0].psam.shim.lock().unwrap() = Box::new(cuts),
    }
    bench.nozzles[0].hose.lift_for(1_000);
    bench.station().refuel(1, Bench::asked()).unwrap();
    let ended = bench.wait_for_end("refuel");
    if ended.outcome == "settled" && !bench.power.is_off() {
        return None;
    }
    bench.pull(1);
    card.meddle(|_| Deed::Pass);
    *bench.nozzles[0].psam.shim.lock().unwrap() = Box::new(|_| Deed::Pass);
    let flowed = bench.nozzles[0].tank.totalizer();
    Some((bench, card, flowed))
}

#[test]
fn the_power_goes_at_every_command_and_the_card_pays_what_flowed() {
    for at_card in [true, false] {
        let mut cuts = 0;
        while let Some((mut bench, card, flowed)) = cut_at(cuts + 1, at_card) {
            cuts += 1;
            bench.open();
            bench.wait_for_state(1, "free");
            bench.insert(1, &card);
            bench.wait_for_state(1, "card");
            let owed = u32::try_from(flowed * 789 / 1000).unwrap();
            let what = format!("command {cuts}, at the card: {at_card}");
            assert_eq!((card.is_grey(), card.balance()), (false, 10_000 - owed), "{what}");
            assert!(bench.station().open_locks().is_empty(), "{what}");
        }
        assert!(cuts >= if at_card { 8 } else { 3 }, "{cuts} cuts, at the card: {at_card}");
    }
}
