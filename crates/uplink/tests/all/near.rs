//! Neighbours: who is asked, whom they let in, and which of their records count.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::lists::GreyRecord;
use axum::Json;
use axum::Router;
use axum::routing::get;
use client::Switch;
use forecourt::{Found, Uplink as _};
use pki::{Clients, Door, Peer, Tls};
use tokio::runtime::Runtime;
use uplink::{NeighbourSetup, Pace, Setup, Way, Who};
use wire::{ClaimedRecord, Tid};

use crate::certificates::House;
use crate::rig::{Folder, Rig, pace};
use crate::support::{NORTH, SOUTH, Scene, T1, T2};

/// A station that answers every question in its way.
struct Nearby {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    by: Arc<Mutex<Option<Peer>>>,
    _runtime: Runtime,
}

#[derive(Clone, Copy)]
enum Gives {
    Record(ClaimedRecord),
    Never,
}

impl Nearby {
    fn serve(house: &House, gives: Gives) -> Self {
        let config = pki::server_config(house.server(), &house.trust(), Clients::Required).unwrap();
        let runtime = Runtime::new().unwrap();
        let (asked, by) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
        let (count, peer) = (Arc::clone(&asked), Arc::clone(&by));
        let answer = move |who: Peer| async move {
            count.fetch_add(1, Ordering::SeqCst);
            *peer.lock().unwrap() = Some(who);
            match gives {
                Gives::Record(record) => {
                    let record = hex::encode(wire::record::encode(&record).to_vec());
                    Json(GreyRecord { record })
                }
                Gives::Never => std::future::pending().await,
            }
        };
        let router = Router::new().route("/v1/grey-records/{lock}", get(answer));
        let bound = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = bound.unwrap();
        let address = listener.local_addr().unwrap();
        let door = Door::tls(Tls::new(config));
        runtime.spawn(async move {
            let _ended = pki::serve(listener, door, router, std::future::pending()).await;
        });
        Self { address, asked, by, _runtime: runtime }
    }

    fn setup(&self, name: &str, who: Who, tids: Vec<Tid>) -> NeighbourSetup {
        let address = format!("https://{}", self.address).parse().unwrap();
        let way = Way { address, who, switch: Switch::default() };
        NeighbourSetup { name: name.to_owned(), way, tids }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[test]
fn a_neighbour_gives_the_record_of_its_psam_to_a_station() {
    let (house, folder) = (House::new(), Folder::new());
    let record = Scene::new().grey(100, 1);
    let north = Nearby::serve(&house, Gives::Record(record));
    let neighbour = north.setup(NORTH, house.as_station(SOUTH), vec![T1]);
    let rig = Rig::with_neighbours(&folder, vec![neighbour]);
    assert_eq!(rig.linked.standing().neighbours[0].answered, None);
    let found = rig.found(&record.terms.id);
    assert_eq!(found, Some((record, Found::Neighbour)));
    let by = north.by.lock().unwrap().clone();
    assert_eq!(by, Some(Peer::Station(SOUTH.parse().unwrap())));
    assert_eq!(rig.linked.standing().neighbours[0].answered, Some(true));
}

#[test]
fn nobody_speaks_for_a_psam_that_was_in_a_slot_here() {
    let (house, folder) = (House::new(), Folder::new());
    let record = Scene::new().grey(100, 1);
    let north = Nearby::serve(&house, Gives::Record(record));
    let neighbour = north.setup(NORTH, house.as_station(SOUTH), vec![T1]);
    let rig = Rig::with_neighbours(&folder, vec![neighbour]);
    // Over a new journal, which knows no lock of it.
    rig.logbook.own_psam(T1).unwrap();
    assert_eq!((rig.found(&record.terms.id), north.asked()), (None, 0));
}

#[test]
fn a_record_of_another_lock_is_of_no_use() {
    let (house, folder) = (House::new(), Folder::new());
    let mut scene = Scene::new();
    let (other, _) = scene.sale(100, 1);
    let record = scene.grey(100, 10);
    let north = Nearby::serve(&house, Gives::Record(other));
    let neighbour = north.setup(NORTH, house.as_station(SOUTH), vec![T1]);
    let rig = Rig::with_neighbours(&folder, vec![neighbour]);
    assert_eq!(rig.found(&record.terms.id), None);
    assert_eq!(north.asked(), 1);
}

#[test]
fn nobody_is_asked_for_a_lock_of_anothers_psam() {
    let (house, folder) = (House::new(), Folder::new());
    let record = Scene::new().grey(100, 1);
    let [wrong, right] = [(); 2].map(|()| Nearby::serve(&house, Gives::Record(record)));
    let who = house.as_station(SOUTH);
    // West has no PSAM named, and so none.
    let neighbours = vec![
        wrong.setup("East", who.clone(), vec![T2]),
        wrong.setup("West", who.clone(), Vec::new()),
        right.setup(NORTH, who, vec![T1]),
    ];
    let rig = Rig::with_neighbours(&folder, neighbours);
    assert!(rig.found(&record.terms.id).is_some());
    assert_eq!((wrong.asked(), right.asked()), (0, 1));

    let folder = Folder::new();
    let nameless = vec![right.setup(NORTH, house.as_station(SOUTH), Vec::new())];
    let rig = Rig::with_neighbours(&folder, nameless);
    assert_eq!(rig.found(&record.terms.id), None);
    assert_eq!(right.asked(), 1, "nor is one of which no PSAM is named");
}

#[test]
fn a_neighbour_of_another_house_is_not_believed_and_lets_nobody_in() {
    let (house, other, folder) = (House::new(), House::new(), Folder::new());
    let record = Scene::new().grey(100, 1);
    let north = Nearby::serve(&other, Gives::Record(record));
    let neighbour = north.setup(NORTH, house.as_station(SOUTH), vec![T1]);
    let rig = Rig::with_neighbours(&folder, vec![neighbour]);
    assert_eq!(rig.found(&record.terms.id), None);
    assert_eq!(north.asked(), 0);
    assert_eq!(rig.linked.standing().neighbours[0].answered, Some(false));
}

#[test]
fn one_that_is_silent_keeps_nobody_waiting() {
    let (house, folder) = (House::new(), Folder::new());
    let record = Scene::new().grey(100, 1);
    let silent = Nearby::serve(&house, Gives::Never);
    let north = Nearby::serve(&house, Gives::Record(record));
    let who = house.as_station(SOUTH);
    let neighbours = vec![
        silent.setup("East", who.clone(), vec![T1]),
        north.setup(NORTH, who.clone(), vec![T1]),
    ];
    // As long as a test may take: only an answer ends it sooner.
    let rig = Rig::with_neighbours(&folder, neighbours);
    let begun = Instant::now();
    assert_eq!(rig.found(&record.terms.id), Some((record, Found::Neighbour)));
    assert!(begun.elapsed() < Duration::from_secs(30), "the first answer counts");

    let folder = Folder::new();
    let hasty = Pace { neighbour: Duration::from_millis(50), ..pace() };
    let neighbours = vec![silent.setup("East", who, vec![T1])];
    let rig = Rig::new(Setup { neighbours, pace: hasty, ..folder.setup(None) });
    assert_eq!(rig.found(&record.terms.id), None);
}
