//! A station's journal with a line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::site::Happened;
use client::Switch;
use forecourt::{Feed, Found, Uplink as _};
use logbook::{Disk, Logbook, Room};
use station::Sought;
use tempfile::TempDir;
use terminal::Journal as _;
use uplink::{Linked, NeighbourSetup, Pace, Setup, Way, Who};
use wire::{ClaimedRecord, Entry, LockId, Mac, Step};

/// Nothing here is waited for longer: then the test has failed.
pub const LIMIT: Duration = Duration::from_secs(60);

struct Plenty;

impl Disk for Plenty {
    fn free(&self) -> Option<u64> {
        None
    }
}

/// Tries soon, so that tests are soon done; what they wait for is events, and no slow machine is a neighbour that is
/// silent.
pub fn pace() -> Pace {
    Pace {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(50),
        neighbour: LIMIT,
        flush: LIMIT,
        ..Pace::default()
    }
}

pub fn way(address: SocketAddr, name: &str) -> Way {
    let address = format!("http://{address}").parse().unwrap();
    Way { address, who: Who::Name(name.to_owned()), switch: Switch::default() }
}

/// What stays when the power goes.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn lists(&self) -> PathBuf {
        self.folder.path().join("lists")
    }

    pub fn setup(&self, centre: Option<Way>) -> Setup {
        let path = self.folder.path().join("journal.sqlite");
        Setup {
            centre,
            neighbours: Vec::new(),
            trust: None,
            account: None,
            folder: self.lists(),
            logbook: Logbook::open(&path, Room::of(Box::new(Plenty))).unwrap(),
            feed: Arc::new(Feed::default()),
            pace: pace(),
            seed: 1,
        }
    }
}

/// A station's journal and line.
pub struct Rig {
    pub linked: Arc<Linked>,
    pub logbook: Logbook,
    pub feed: Arc<Feed>,
    runtime: tokio::runtime::Runtime,
}

impl Rig {
    pub fn new(setup: Setup) -> Self {
        let (logbook, feed) = (setup.logbook.clone(), Arc::clone(&setup.feed));
        let linked = Linked::open(setup).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { linked, logbook, feed, runtime }
    }

    pub fn at(folder: &Folder, centre: SocketAddr, name: &str) -> Self {
        Self::new(folder.setup(Some(way(centre, name))))
    }

    pub fn with_neighbours(folder: &Folder, neighbours: Vec<NeighbourSetup>) -> Self {
        Self::new(Setup { neighbours, ..folder.setup(None) })
    }

    /// Waits until this holds; asked again after every event.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let mut news = self.feed.listen();
        let held = async {
            while !holds() {
                news.changed().await.unwrap();
            }
        };
        let waited = self.runtime.block_on(async { tokio::time::timeout(LIMIT, held).await });
        assert!(waited.is_ok(), "{what}: {:?}", self.linked.standing());
    }

    pub fn until_up(&self) {
        self.until("the centre is there", || self.linked.standing().centre.state == "up");
    }

    pub fn until_down(&self) {
        self.until("the centre is away", || self.linked.standing().centre.state == "down");
    }

    pub fn until_reported(&self) {
        let all = || self.logbook.pending().1.is_empty();
        self.until("everything is taken", all);
    }

    pub fn write(&self, record: &ClaimedRecord, tac: Option<Mac>) {
        let mut logbook = self.logbook.clone();
        for entry in entries(record, tac) {
            logbook.append(&entry).unwrap();
        }
        self.linked.nudge();
    }

    /// The record of a lock, whatever it says.
    pub fn found(&self, lock: &LockId) -> Option<(ClaimedRecord, Found)> {
        self.linked.grey_record(&Sought { lock, fits: &|_| true, anywhere: true })
    }

    /// How often the centre's list was fetched whole.
    pub fn bases(&self) -> usize {
        let told = self.feed.after(0).unwrap_or_default();
        let base = |happened: &Happened| matches!(happened, Happened::List { words, .. } if words.contains("whole"));
        told.iter().filter(|told| base(&told.happened)).count()
    }
}

/// The journal of a delivery, and of its end if the card was there.
pub fn entries(record: &ClaimedRecord, tac: Option<Mac>) -> Vec<Entry> {
    let (tid, ttc) = (record.terms.id.tid, record.terms.id.ttc);
    let step = |step| Entry::Lock { tid, ttc, step };
    let mut entries = vec![
        step(Step::LockSent(record.terms)),
        step(Step::Locked(record.certified)),
        step(Step::Delivered(record.delivery)),
        step(Step::Claimed(record.claim)),
    ];
    entries.extend(tac.map(|tac| step(Step::Settled(tac))));
    entries
}

impl Rig {
    /// The card of a delivery came back and paid.
    pub fn write_end(&self, record: &ClaimedRecord, tac: Mac) {
        let (tid, ttc) = (record.terms.id.tid, record.terms.id.ttc);
        let mut logbook = self.logbook.clone();
        logbook.append(&Entry::Lock { tid, ttc, step: Step::Settled(tac) }).unwrap();
        self.linked.nudge();
    }
}
