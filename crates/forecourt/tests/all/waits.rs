//! A grey card that stays in is tried again by itself: when there is news of its lock, and now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use api::site::{Happened, Line, ListStanding};
use forecourt::Found;
use wire::ClaimedRecord;

use crate::support::{Bench, CardMemory, Deed, World};

/// No test waits so long: news alone helps.
const NEVER: Duration = Duration::from_secs(3_600);

/// A card that escaped at another station, with its record, and a station here with its line down.
/// It is tried again without any news after this pause at first.
fn escaped(first_pause: Duration) -> (Bench, CardMemory, ClaimedRecord) {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut there = Bench::new(world, 1);
    there.open();
    let hand = there.nozzles[0].hand.clone();
    there.while_flowing(1, move |totalizer| {
        if totalizer >= 1_000 {
            hand.pull();
        }
    });
    let lock = there.refuel(1, &card, 5_000).lock.unwrap();
    let (tid, ttc) = (lock.tid.parse().unwrap(), wire::Ttc(lock.ttc));
    let progress = terminal::Journal::progress(&there.station().logbook(), tid, ttc);
    let record = *progress.unwrap().record().unwrap();
    let mut world = World::new();
    // Another PSAM than the one there.
    (0..2).for_each(|_| drop(world.card(1)));
    let mut here = Bench::new(world, 1);
    here.first_pause = first_pause;
    here.open();
    here.uplink.up.store(false, Ordering::SeqCst);
    here.insert(1, &card);
    wait_for_message(&mut here, 1);
    (here, card, record)
}

fn wait_for_message(bench: &mut Bench, number: u8) {
    bench.wait("a message", |happened| match happened {
        Happened::Nozzle { nozzle } if nozzle.number == number && nozzle.state == "card" => {
            nozzle.message.clone()
        }
        _ => None,
    });
}

/// It comes here by this way, and is told so.
fn is_freed(bench: &mut Bench, card: &CardMemory, record: &ClaimedRecord, how: &str) {
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.how.as_deref()), ("unlocked", Some(how)));
    assert_eq!(unlocked.amount, record.delivery.amount.units());
    assert!(!card.is_grey());
}

fn give(bench: &Bench, record: &ClaimedRecord, found: Found) {
    bench.uplink.records.lock().unwrap().insert(record.terms.id, (*record, found));
}

fn standing() -> ListStanding {
    ListStanding { version: 2, digest: "0".repeat(64), rows: 1, seconds: Some(0) }
}

#[test]
fn its_record_comes_onto_the_list() {
    let (mut here, card, record) = escaped(NEVER);
    let tell = |here: &Bench| {
        let (list, words) = ("grey_list".to_owned(), "the list changed".to_owned());
        here.station().feed().tell(Happened::List { list, standing: standing(), words });
    };
    tell(&here);
    give(&here, &record, Found::List);
    tell(&here);
    is_freed(&mut here, &card, &record, "local");
}

#[test]
fn the_centre_comes_back() {
    let (mut here, card, record) = escaped(NEVER);
    give(&here, &record, Found::List);
    let line = Line { state: "up".to_owned(), reason: None, seconds: 0, queue: 0 };
    let words = "the centre is there".to_owned();
    here.station().feed().tell(Happened::Centre { line, words });
    is_freed(&mut here, &card, &record, "local");
}

#[test]
fn a_neighbour_has_it_later_and_tells_nobody() {
    let (mut here, card, record) = escaped(forecourt::FIRST_PAUSE);
    give(&here, &record, Found::Neighbour);
    is_freed(&mut here, &card, &record, "neighbour");
}

#[test]
fn its_lock_ends_as_no_dispense_at_another_nozzle() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut bench = Bench::new(world, 2);
    bench.first_pause = NEVER;
    bench.open();
    let hand = bench.nozzles[0].hand.clone();
    let mut locked = false;
    card.meddle(move |command| {
        locked |= command == "LOCK FOR REFUEL";
        if locked && hand.is_in() { Deed::Break } else { Deed::Pass }
    });
    let ended = bench.refuel(1, &card, 1_000);
    assert!(!["settled", "escaped"].contains(&ended.outcome.as_str()), "{ended:?}");
    // Neither PSAM nor totalizer can say whether anything flowed.
    let out = [&bench.nozzles[0].silent, &bench.nozzles[0].psam.dead].map(Arc::clone);
    out.iter().for_each(|out| *out.lock().unwrap() = true);
    bench.pull(1);
    bench.wait_for_state(1, "out_of_order");
    card.meddle(|_| Deed::Pass);
    assert!(card.is_grey());
    bench.insert(2, &card);
    wait_for_message(&mut bench, 2);
    assert_eq!(bench.station().open_locks().len(), 1);
    out.iter().for_each(|out| *out.lock().unwrap() = false);
    let unlocked = bench.wait_for_end("unlock");
    assert_eq!((unlocked.outcome.as_str(), unlocked.amount), ("unlocked", 0), "{unlocked:?}");
    assert_eq!((card.is_grey(), card.balance()), (false, 10_000));
}
