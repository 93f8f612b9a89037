//! What the journal has goes up: after days, after a cut, after a kill, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use forecourt::{Flushed, Uplink as _};
use host::Input;
use station::OpenTransfer;
use terminal::Journal as _;
use terminal::transfer::Way;
use uplink::{Pace, Setup};

use crate::centre::{Books, Centre};
use crate::proxy::{Mode, Proxy};
use crate::rig::{Folder, Rig, entries, pace, way};
use crate::support::world::start;
use crate::support::{NORTH, Scene};

/// So many refuellings of one card.
fn sales(rig: &Rig, scene: &mut Scene, count: u8) {
    for minute in 1..=count {
        let (record, tac) = scene.sale(100, minute);
        rig.write(&record, Some(tac));
    }
}

#[test]
fn a_station_that_was_alone_tells_everything_when_the_centre_is_back() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    proxy.set(Mode::Cut);
    let rig = Rig::at(&folder, proxy.address, NORTH);
    let mut scene = Scene::new();
    rig.until_down();
    sales(&rig, &mut scene, 20);
    assert_eq!(rig.linked.flush(), Flushed::Not, "nobody is there");
    assert_eq!(rig.linked.standing().centre.queue, 20);
    assert_eq!(rig.logbook.pending().1.len(), 20);
    proxy.set(Mode::Passes);
    rig.until_reported();
    assert_eq!(books.outcomes(), 20);
    rig.until_up();
    rig.until("the queue is empty", || rig.linked.standing().centre.queue == 0);
    // And again, over the same line.
    proxy.set(Mode::Cut);
    rig.until_down();
    let (record, tac) = scene.sale(100, 60);
    rig.write(&record, Some(tac));
    proxy.set(Mode::Passes);
    rig.until_reported();
    assert_eq!(books.outcomes(), 21);
    assert_eq!(rig.linked.flush(), Flushed::All, "there is nothing to wait for");
}

/// How many wait, as it was told last.
fn told_queue(rig: &Rig) -> Option<u64> {
    let told = rig.feed.after(0).unwrap();
    let queue = |told: &forecourt::Told| match &*told.happened {
        api::site::Happened::Centre { line, .. } => Some(line.queue),
        _ => None,
    };
    told.iter().filter_map(queue).next_back()
}

#[test]
fn every_change_of_the_queue_is_told() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    proxy.set(Mode::Cut);
    let rig = Rig::at(&folder, proxy.address, NORTH);
    rig.until_down();
    sales(&rig, &mut Scene::new(), 2);
    rig.until("both wait", || told_queue(&rig) == Some(2));
    proxy.set(Mode::Passes);
    rig.until_reported();
    rig.until("none waits", || told_queue(&rig) == Some(0));
}

/// As when a nudge comes in the moment in which a wait for the centre ends.
#[test]
fn a_queue_that_a_try_in_vain_finds_longer_is_told() {
    let folder = Folder::new();
    // Nobody listens there, and the reason is the same each time.
    let rig = Rig::at(&folder, ([127, 0, 0, 1], 1).into(), NORTH);
    let mut scene = Scene::new();
    sales(&rig, &mut scene, 1);
    rig.until("one waits", || told_queue(&rig) == Some(1));
    let (record, tac) = scene.sale(100, 2);
    let mut logbook = rig.logbook.clone();
    // Nobody nudges.
    entries(&record, Some(tac)).iter().for_each(|entry| logbook.append(entry).unwrap());
    rig.until("both wait", || told_queue(&rig) == Some(2));
}

#[test]
fn what_is_taken_waits_no_longer() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let rig = Rig::at(&folder, centre.address, NORTH);
    rig.until_up();
    sales(&rig, &mut Scene::new(), 1);
    rig.until_reported();
    rig.until("the queue is empty", || rig.linked.standing().centre.queue == 0);
}

#[test]
fn lost_answers_are_asked_for_again_and_nothing_is_done_twice() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    proxy.set(Mode::LosesAnswers);
    let rig = Rig::at(&folder, proxy.address, NORTH);
    sales(&rig, &mut Scene::new(), 5);
    rig.until("an answer is lost", || proxy.lost.load(Ordering::SeqCst) > 0);
    assert!(!rig.logbook.pending().1.is_empty(), "it was not marked");
    proxy.set(Mode::Passes);
    rig.until_reported();
    assert_eq!(books.outcomes(), 5);
}

#[test]
fn a_station_that_was_killed_goes_on_where_it_was() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let mut scene = Scene::new();
    {
        let rig = Rig::at(&folder, centre.address, NORTH);
        sales(&rig, &mut scene, 3);
        rig.until_reported();
        // What it says next it never says: it is killed before.
        let (record, tac) = scene.sale(100, 60);
        let mut logbook = rig.logbook.clone();
        rig.linked.close();
        entries(&record, Some(tac)).iter().for_each(|entry| logbook.append(entry).unwrap());
    }
    assert_eq!(books.outcomes(), 3);
    let rig = Rig::at(&folder, centre.address, NORTH);
    rig.until_reported();
    assert_eq!(books.outcomes(), 4);
}

#[test]
fn a_report_that_is_not_taken_keeps_no_other_back() {
    // The PSAM's station is not known yet, so nothing of it is taken.
    let (books, folder) = (Books::empty(), Folder::new());
    let inputs = start().1;
    let (cards, psams): (Vec<Input>, Vec<Input>) =
        inputs.into_iter().partition(|input| matches!(input, Input::RegisterCard { .. }));
    let (first, second) = (psams[0].clone(), psams[1].clone());
    books.tell(cards);
    books.tell(vec![second]);
    let centre = Centre::start(&books);
    let rig = Rig::at(&folder, centre.address, crate::support::SOUTH);
    let mut scene = Scene::new();
    let (unknown, tac) = scene.sale(100, 1);
    rig.write(&unknown, Some(tac));
    rig.until("it is held", || !rig.linked.warnings().is_empty());
    let warning = rig.linked.warnings().remove(0);
    assert_eq!(warning.name, "report_refused");
    scene.psam = crate::support::TestPsam::new(crate::support::T2);
    let (known, tac) = scene.sale(100, 10);
    rig.write(&known, Some(tac));
    rig.until("the other one is taken", || books.outcomes() == 1);
    assert_eq!(rig.linked.flush(), Flushed::Some, "one is held: it may be the one waited for");
    let waiting = rig.logbook.pending().1.len();
    assert_eq!(waiting, 2, "nothing is marked behind the one that is not taken");
    assert_eq!(rig.linked.standing().centre.queue, 1, "only that one waits");
    // Now the centre knows the PSAM, as another station's: it says no for good, and the journal forgets both.
    books.tell(vec![first]);
    rig.until_reported();
    let words = rig.linked.warnings().remove(0).words;
    assert!(words.contains("refused 1 reports"), "{words}");
}

/// A centre that fails over one report until it is mended, and takes all others.
async fn failing_over(bad: String, mended: Arc<AtomicBool>) -> std::net::SocketAddr {
    use api::collect::{ReportTaken, Reports, ReportsTaken};
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use axum::{Json, Router, routing::post};

    let report = move |Json(batch): Json<Reports>| async move {
        if batch.reports.contains(&bad) && !mended.load(Ordering::SeqCst) {
            let problem = r#"{ "type": "x", "title": "it failed", "status": 500 }"#;
            let media = [("content-type", "application/problem+json")];
            return (StatusCode::INTERNAL_SERVER_ERROR, media, problem).into_response();
        }
        let taken = |_: &String| ReportTaken {
            r#final: true,
            tid: None,
            ttc: None,
            outcome: None,
            news: None,
            reason: None,
            problem: None,
        };
        Json(ReportsTaken { answers: batch.reports.iter().map(taken).collect() }).into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/v1/reports", post(report));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[test]
fn a_report_over_which_the_centre_fails_keeps_no_other_back() {
    let (runtime, folder) = (tokio::runtime::Runtime::new().unwrap(), Folder::new());
    let mut scene = Scene::new();
    let sold: Vec<_> = (1..=7).map(|minute| scene.sale(100, minute)).collect();
    let bad = wire::Report::Sale(sold[3].0, sold[3].1);
    let bad = hex::encode(wire::record::encode(&bad).as_slice());
    let mended = Arc::new(AtomicBool::new(false));
    let address = runtime.block_on(failing_over(bad, Arc::clone(&mended)));
    let mut logbook = folder.setup(None).logbook;
    sold.iter().flat_map(|(record, tac)| entries(record, Some(*tac))).for_each(|entry| {
        logbook.append(&entry).unwrap();
    });
    drop(logbook);
    let rig = Rig::at(&folder, address, NORTH);
    rig.until("six are taken", || rig.linked.standing().centre.queue == 1);
    let words = rig.linked.warnings().remove(0).words;
    assert!(words.contains("does not take 1 yet") && words.contains("it failed"), "{words}");
    assert_ne!(rig.linked.flush(), Flushed::All, "that one is not there");
    mended.store(true, Ordering::SeqCst);
    rig.until_reported();
    assert_eq!(rig.linked.flush(), Flushed::All);
}

#[test]
fn a_customer_whom_the_centre_answers_brings_the_line_back() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    proxy.set(Mode::Cut);
    let hour = std::time::Duration::from_secs(3600);
    let patient = Pace { first: hour, longest: hour, ..pace() };
    let setup = folder.setup(Some(way(proxy.address, NORTH)));
    let rig = Rig::new(Setup { pace: patient, ..setup });
    rig.until_down();
    let prove = || {
        let open = OpenTransfer { way: Way::Load, purse: wire::Purse::Ed, otc: 1 };
        rig.linked.prove_transfer(crate::support::CARD, open, wire::Mac([1; 4]))
    };
    assert!(prove().is_err(), "it is away");
    proxy.set(Mode::Passes);
    assert_eq!(prove(), Ok(false), "it answers, and says no");
    rig.until_up();
}

#[test]
fn a_delivery_is_not_reported_as_unproved_while_its_psam_gives_the_gmac() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let hour = std::time::Duration::from_secs(3_600);
    let patient = Pace { unproved: hour, ..pace() };
    let setup = Setup { pace: patient, ..folder.setup(Some(way(centre.address, NORTH))) };
    let rig = Rig::new(setup);
    rig.until_up();
    let mut scene = Scene::new();
    let (first, _) = scene.sale(100, 1);
    let (delivered, rest): (Vec<_>, Vec<_>) =
        entries(&first, None).into_iter().partition(|entry| !is_claimed(entry));
    let mut logbook = rig.logbook.clone();
    delivered.iter().for_each(|entry| logbook.append(entry).unwrap());
    // Another one passes it by, and is not marked behind it.
    let (second, tac) = scene.sale(100, 2);
    rig.write(&second, Some(tac));
    rig.until("the other is reported", || books.outcomes() == 1);
    assert_eq!(rig.logbook.pending().1.len(), 2);
    rest.iter().for_each(|entry| logbook.append(entry).unwrap());
    rig.linked.nudge();
    rig.until_reported();
    assert_eq!((books.outcomes(), books.notices("unproved_heard")), (2, 0));
    // A customer who waits has it reported at once.
    let (third, _) = scene.sale(100, 3);
    let delivered = entries(&third, None).into_iter().filter(|entry| !is_claimed(entry));
    delivered.for_each(|entry| logbook.append(&entry).unwrap());
    assert_eq!(rig.linked.flush(), Flushed::All);
    assert_eq!((books.outcomes(), books.notices("unproved_heard")), (3, 1));
}

#[test]
fn a_delivery_that_stays_without_a_gmac_is_reported_by_itself() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let hasty = Pace { unproved: std::time::Duration::from_millis(20), ..pace() };
    let rig = Rig::new(Setup { pace: hasty, ..folder.setup(Some(way(centre.address, NORTH))) });
    rig.until_up();
    let (record, _) = Scene::new().sale(100, 1);
    let mut logbook = rig.logbook.clone();
    let delivered = entries(&record, None).into_iter().filter(|entry| !is_claimed(entry));
    delivered.for_each(|entry| logbook.append(&entry).unwrap());
    rig.linked.nudge();
    rig.until_reported();
    assert_eq!(books.notices("unproved_heard"), 1);
}

fn is_claimed(entry: &wire::Entry) -> bool {
    matches!(entry, wire::Entry::Lock { step: wire::Step::Claimed(..), .. })
}
