//! The lists are the centre's: live, after a cut, after damage, after the centre's books were put back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use forecourt::{Flushed, Found, Uplink as _};
use host::{Input, Measure, Subject};
use uplink::{Pace, Setup};
use wire::{ClaimedRecord, Report};

use crate::centre::{Books, Centre};
use crate::proxy::{Mode, Proxy};
use crate::rig::{self, Folder, Rig, way};
use crate::support::{CARD, NORTH, OTHER, SOUTH, Scene, act, at};

fn heard(report: Report) -> Input {
    Input::Hear { station: NORTH.to_owned(), report, now: at(200) }
}

fn blocked(asn: wire::Asn) -> Input {
    Input::Act(act(Subject::Card(asn), Measure::Block, 0))
}

fn has(rig: &Rig, record: &ClaimedRecord) -> bool {
    rig.found(&record.terms.id) == Some((*record, Found::List))
}

#[test]
fn each_answer_says_how_the_clock_stands_to_the_centres() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let rig = Rig::at(&folder, centre.address, NORTH);
    rig.until_up();
    let ahead = |now| rig.linked.clock_offset(now).map(|offset| (offset.ahead, offset.within));
    // The centre's clock stands, and the time since its answer runs.
    let (offset, within) = ahead(at(200)).unwrap();
    assert!((-60..=0).contains(&offset) && (2..=22).contains(&within), "{offset} {within}");
    let (later, _) = ahead(at(201)).unwrap();
    assert!((later - offset - 60).abs() <= 60, "{later} {offset}");
    drop(rig);
    let alone = Rig::new(folder.setup(None));
    assert_eq!(alone.linked.clock_offset(at(200)), None, "nobody said the time");
}

#[test]
fn a_centre_whose_clock_was_set_is_asked_for_its_time() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let pace = Pace { clock: Duration::ZERO, ..rig::pace() };
    let rig = Rig::new(Setup { pace, ..folder.setup(Some(rig::way(centre.address, NORTH))) });
    // The stream is open: nothing more is asked by itself.
    rig.until_up();
    let ahead = || rig.linked.clock_offset(at(200)).unwrap().ahead;
    assert!((-60..=0).contains(&ahead()), "{}", ahead());
    centre.clock.store(100, Ordering::SeqCst);
    assert_eq!(rig.linked.flush(), Flushed::All);
    assert!((-60..=0).contains(&ahead()), "nothing was sent, and nothing heard");
    rig.linked.ask_time();
    assert_eq!(rig.linked.flush(), Flushed::All);
    assert!((5_900..=6_000).contains(&ahead()), "{}", ahead());
}

#[test]
fn a_card_that_escaped_at_one_station_is_known_at_the_other() {
    let (books, folders) = (Books::new(), [Folder::new(), Folder::new()]);
    let centre = Centre::start(&books);
    let [north, south] = [(NORTH, &folders[0]), (SOUTH, &folders[1])]
        .map(|(name, folder)| Rig::at(folder, centre.address, name));
    south.until_up();
    let mut scene = Scene::new();
    let record = scene.grey(100, 1);
    north.write(&record, None);
    south.until("the record is there", || has(&south, &record));
    assert_eq!(south.linked.standing().grey_list.rows, 1);
    let tac = scene.card.debit(&record);
    north.write_end(&record, tac);
    south.until("it is gone", || south.linked.standing().grey_list.rows == 0);
    assert_eq!(south.linked.standing().grey_list.version, 2);
    assert_eq!(south.bases(), 2, "one of each list, and events since");
}

#[test]
fn what_was_missed_is_heard_later_and_lists_outlive_the_power() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    let mut scene = Scene::new();
    let record = scene.grey(100, 1);
    {
        let rig = Rig::at(&folder, proxy.address, SOUTH);
        rig.until_up();
        proxy.set(Mode::Cut);
        rig.until_down();
        books.tell(vec![heard(Report::Grey(record)), blocked(OTHER)]);
        assert!(!rig.linked.is_blacklisted(OTHER));
        proxy.set(Mode::Passes);
        rig.until("the card is on it", || rig.linked.is_blacklisted(OTHER));
        rig.until("the record is there", || has(&rig, &record));
        assert!(!rig.linked.is_blacklisted(CARD));
        assert_eq!(rig.bases(), 2);
    }
    proxy.set(Mode::Cut);
    let rig = Rig::at(&folder, proxy.address, SOUTH);
    assert!(rig.linked.is_blacklisted(OTHER), "from the file");
    assert!(has(&rig, &record));
    assert_eq!(rig.linked.standing().blacklist.seconds, None, "nobody said that it is of now");
    proxy.set(Mode::Passes);
    rig.until("it is", || rig.linked.standing().blacklist.seconds.is_some());
    assert_eq!(rig.bases(), 0, "no list was fetched again");
}

#[test]
fn a_centre_whose_books_were_put_back_gives_new_lists() {
    let (books, older, folder) = (Books::new(), Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let proxy = Proxy::to(centre.address);
    let rig = Rig::at(&folder, proxy.address, SOUTH);
    rig.until_up();
    books.tell(vec![blocked(OTHER), heard(Report::Grey(Scene::new().grey(100, 1)))]);
    rig.until("both are there", || {
        let standing = rig.linked.standing();
        (standing.blacklist.rows, standing.grey_list.rows) == (1, 1)
    });
    proxy.set(Mode::Cut);
    rig.until_down();
    // As many events as the station heard, and others.
    older.tell(vec![blocked(CARD), blocked(OTHER)]);
    let put_back = Centre::start(&older);
    proxy.turn_to(put_back.address);
    rig.until("its list is there", || rig.linked.is_blacklisted(CARD));
    rig.until("and its records", || rig.linked.standing().grey_list.rows == 0);
}

/// A centre whose stream leaves an event out, once.
async fn with_a_gap() -> std::net::SocketAddr {
    use axum::extract::Path;
    use axum::routing::get;
    use axum::{Json, Router};
    use lists::{Blacklist, Cursor, Digest, GreyList};

    let cursor: Cursor = "0:1".parse().unwrap();
    let base = move |Path(list): Path<String>| async move {
        match list.as_str() {
            "blacklist" => Blacklist::base(0, Vec::new()).to_bytes(&cursor),
            _ => GreyList::default().to_bytes(&cursor),
        }
    };
    let state = || async {
        let (cursor, end) = ("0:1".to_owned(), "0:1".to_owned());
        let digest = Digest::default().to_string();
        Json(api::lists::ListState { cursor, version: 0, rows: 0, digest, end })
    };
    let opened = std::sync::Arc::new(AtomicUsize::new(0));
    let events = move || {
        let first = opened.fetch_add(1, Ordering::SeqCst) == 0;
        let number = if first { 3 } else { 2 };
        let event = format!("{{\"event\":\"blacklisted\",\"asn\":\"{CARD}\",\"reason\":\"x\"}}");
        async move { format!("id: 0:{number}\ndata: {event}\n\n") }
    };
    let router = Router::new()
        .route("/v1/lists/{list}", get(base))
        .route("/v1/lists/{list}/state", get(state))
        .route("/v1/events", get(events));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[test]
fn an_event_that_was_missed_is_made_good_by_a_new_base() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (folder, address) = (Folder::new(), runtime.block_on(with_a_gap()));
    let rig = Rig::at(&folder, address, SOUTH);
    rig.until("the next event is heard", || rig.linked.is_blacklisted(CARD));
    assert!(rig.bases() >= 4, "both lists were fetched again: {}", rig.bases());
}

#[test]
fn with_new_certificates_the_stream_is_opened_anew() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    let rig = Rig::at(&folder, centre.address, SOUTH);
    rig.until("it listens", || centre.streams.load(Ordering::SeqCst) == 1);
    rig.until_up();
    rig.linked.renew(Some(&way(centre.address, SOUTH)), &[], None).unwrap();
    rig.until("it listens anew", || centre.streams.load(Ordering::SeqCst) == 2);
    assert_eq!(rig.linked.standing().centre.state, "up", "that was no outage");
}

/// A centre that is there and says either that it read its books, or only that it is there.
async fn alive(reads: Arc<AtomicBool>, streams: Arc<AtomicUsize>) -> std::net::SocketAddr {
    use axum::extract::Path;
    use axum::routing::get;
    use axum::{Json, Router};
    use lists::{Blacklist, Cursor, Digest, GreyList};

    let cursor: Cursor = "0:1".parse().unwrap();
    let base = move |Path(list): Path<String>| async move {
        match list.as_str() {
            "blacklist" => Blacklist::base(0, Vec::new()).to_bytes(&cursor),
            _ => GreyList::default().to_bytes(&cursor),
        }
    };
    let state = || async {
        let (cursor, end) = ("0:1".to_owned(), "0:9".to_owned());
        let digest = Digest::default().to_string();
        Json(api::lists::ListState { cursor, version: 0, rows: 0, digest, end })
    };
    let events = move || {
        streams.fetch_add(1, Ordering::SeqCst);
        let sign = if reads.load(Ordering::SeqCst) { "event: fresh\nid: 0:1\n\n" } else { ":\n\n" };
        async move { sign }
    };
    let router = Router::new()
        .route("/v1/lists/{list}", get(base))
        .route("/v1/lists/{list}/state", get(state))
        .route("/v1/events", get(events));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[test]
fn a_centre_that_only_says_that_it_is_there_makes_no_list_fresh() {
    let (runtime, folder) = (tokio::runtime::Runtime::new().unwrap(), Folder::new());
    let (reads, streams) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let address = runtime.block_on(alive(Arc::clone(&reads), Arc::clone(&streams)));
    let rig = Rig::at(&folder, address, SOUTH);
    rig.until("both lists are there", || rig.bases() == 2);
    rig.linked.close();
    drop(rig);
    // The lists are on the disk now, and how fresh they are is not known.
    let before = streams.load(Ordering::SeqCst);
    let rig = Rig::at(&folder, address, SOUTH);
    while streams.load(Ordering::SeqCst) < before + 3 {
        std::thread::yield_now();
    }
    assert_eq!(rig.linked.standing().blacklist.seconds, None);
    reads.store(true, Ordering::SeqCst);
    let fresh = || rig.linked.standing().blacklist.seconds.is_some();
    let begun = std::time::Instant::now();
    while !fresh() {
        assert!(begun.elapsed() < crate::rig::LIMIT, "it read its books");
        std::thread::yield_now();
    }
}
