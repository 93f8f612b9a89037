//! One station of the world: what stands there, and the running station while it has power.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use api::parameters::{Parameters as Terms, ProductTerms};
use api::site::PaperTaken;
use axum::Router;
use client::Switch;
use forecourt::{Feed, Forecourt, NozzleSetup, Parameters, Power, Setup, Uplink};
use logbook::{Logbook, OfFolder, Room};
use pki::{Identity, Trust};
use station_server::Callers;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uplink::{Linked, NeighbourSetup, Pace, Way, Who};

use crate::cable::Cable;
use crate::outside::Outside;
use crate::papers::Papers;
use crate::psams::{PsamBody, PsamPlace};
use crate::pump::Pump;
use crate::readers::{Ear, HandSlot, Reader, Still};
use crate::town::{CURRENCY, DECIMALS, NozzlePlan, PRODUCTS, StationPlan, Town};

/// How often a station that was switched off is looked at until nobody asks it anything.
const MOMENT: Duration = Duration::from_millis(5);
/// How many times.
const PATIENCE: u32 = 1_000;

/// The file of a station's journal.
const JOURNAL: &str = "journal.sqlite";

/// Whoever mends a line wants to see it hold.
const PACE: Pace = Pace {
    first: Duration::from_millis(200),
    longest: Duration::from_millis(800),
    compare: Duration::from_secs(60),
    clock: Duration::from_secs(5),
    unproved: Duration::from_secs(1),
    neighbour: Duration::from_secs(1),
    flush: Duration::from_secs(2),
};

/// What all stations of a world share.
#[derive(Clone)]
pub struct Surroundings {
    /// Time.
    pub outside: Outside,
    /// Who reads the books holds all chips still.
    pub still: Still,
    /// Hears what cards do.
    pub ear: Arc<dyn Ear>,
}

/// What stands at one nozzle.
pub struct Place {
    /// As it is planned.
    pub plan: &'static NozzlePlan,
    /// Where cards are put in.
    pub reader: Arc<Reader>,
    /// The pump or charger.
    pub pump: Pump,
    /// The PSAM's chip.
    pub psam: Arc<PsamBody>,
}

/// A station.
pub struct House {
    /// As it is planned.
    pub plan: &'static StationPlan,
    /// Its nozzles, by number.
    pub places: BTreeMap<u8, Place>,
    /// Its line to the centre.
    pub cable: Cable,
    folder: PathBuf,
    identity: Option<Arc<Identity>>,
    around: Surroundings,
    app: station_server::Shared,
    router: Router,
    door: Door,
    /// The line to centre and neighbours, while there is power.
    line: Arc<LineHere>,
    trust: Option<Arc<Trust>>,
    neighbours: OnceLock<Vec<NeighbourSetup>>,
    /// The running station, for whoever asks.
    running: watch::Sender<Option<Arc<Forecourt>>>,
    /// One switches the power, or reads the journal, at a time.
    switch: Mutex<()>,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// Builds a station without power in a folder of its own.
    ///
    /// # Errors
    /// The folder cannot be made, or no PSAM was issued for a nozzle.
    pub async fn build(
        plan: &'static StationPlan,
        town: &Town,
        (folder, cable): (PathBuf, Cable),
        papers: &Papers,
        around: Surroundings,
    ) -> Result<Self, String> {
        std::fs::create_dir_all(&folder).map_err(words)?;
        let mut places = BTreeMap::new();
        for nozzle in plan.nozzles {
            let at = (plan.name, nozzle.number);
            let psam = town.psams.iter().find(|psam| (psam.station, psam.nozzle) == at);
            let psam = psam.ok_or("a nozzle without a PSAM")?.memory.clone();
            let psam = Arc::new(PsamBody::new(psam));
            let counted = folder.join(format!("pump-{}", nozzle.number));
            let (reader, pump) = (Arc::default(), Pump::open(nozzle.product, &counted)?);
            places.insert(nozzle.number, Place { plan: nozzle, reader, pump, psam });
        }
        let line = Arc::new(LineHere::default());
        let believed: Arc<dyn station_server::Papers> = Arc::clone(&line) as _;
        let (identity, trust) = (papers.identity(plan.name), papers.trust());
        let started = (around.outside.now)().unix.as_secs();
        let app = station_server::App::new(plan.name, started, None, Some(believed));
        let router = Callers::EverybodyHere.recognise(station_server::router(Arc::clone(&app)));
        let door = Door::open(router.clone()).await.map_err(words)?;
        Ok(Self {
            plan,
            places,
            cable,
            folder,
            identity,
            around,
            app,
            router,
            door,
            line,
            trust,
            neighbours: OnceLock::new(),
            running: watch::Sender::new(None),
            switch: Mutex::new(()),
        })
    }

    /// The running station; nothing while it has no power.
    #[must_use]
    pub fn running(&self) -> Option<Arc<Forecourt>> {
        self.running.borrow().clone()
    }

    /// Its interface, for whoever is in this process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Where its neighbours ask it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.door.address
    }

    /// Shows it a grey record on paper.
    ///
    /// # Errors
    /// It does not believe it, or has no power.
    pub fn show_paper(&self, text: &str) -> Result<PaperTaken, String> {
        let taken = station_server::Papers::show(&*self.line, text)?;
        self.running().iter().for_each(|station| station.look_again());
        Ok(taken)
    }

    /// Ends streams, so that the server can stop.
    pub fn close_streams(&self) {
        self.app.close_streams();
    }

    /// The same as it changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Arc<Forecourt>>> {
        self.running.subscribe()
    }

    /// Gives it power, or pulls its plug; waits until it is so. False when it was so already.
    ///
    /// # Errors
    /// It does not start.
    pub fn set_power(&self, on: bool, speed: f64) -> Result<bool, String> {
        let _one = self.switching();
        match (on, self.running()) {
            (true, None) => {
                let station = self.start(speed)?;
                self.app.put(Some(Arc::clone(&station)));
                self.running.send_replace(Some(station));
            }
            (false, Some(station)) => {
                self.app.put(None);
                self.running.send_replace(None);
                station.cut();
                self.line.hang_up();
                drop_last(station);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Ends in good order: what flows is stopped and debited.
    pub fn close(&self) {
        let _one = self.switching();
        self.app.close_streams();
        self.app.put(None);
        if let Some(station) = self.running.send_replace(None) {
            station.close();
            self.line.hang_up();
            drop_last(station);
        }
    }

    /// Looks at the journal, also while the station has no power.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn with_journal<T>(&self, look: impl FnOnce(&Logbook) -> T) -> Result<T, String> {
        let _one = self.switching();
        match self.running() {
            Some(station) => Ok(look(&station.logbook())),
            None => Ok(look(&self.logbook()?)),
        }
    }

    /// Its disk is gone: the next journal knows nothing. Only without power.
    ///
    /// # Errors
    /// It has power, or the disk refuses.
    pub fn burn_journal(&self) -> Result<(), String> {
        let _one = self.switching();
        if self.running().is_some() {
            return Err("the station has power".to_owned());
        }
        for entry in std::fs::read_dir(&self.folder).map_err(words)? {
            let path = entry.map_err(words)?.path();
            // SQLite has files beside it.
            let is_journals = |name: &str| name.starts_with(JOURNAL);
            if path.file_name().and_then(|name| name.to_str()).is_some_and(is_journals) {
                std::fs::remove_file(path).map_err(words)?;
            }
        }
        Ok(())
    }

    fn logbook(&self) -> Result<Logbook, String> {
        let room = Room::of(Box::new(OfFolder(self.folder.clone())));
        Logbook::open(&self.journal(), room).map_err(words)
    }

    fn journal(&self) -> PathBuf {
        self.folder.join(JOURNAL)
    }

    fn start(&self, speed: f64) -> Result<Arc<Forecourt>, String> {
        let Surroundings { outside, still, ear } = &self.around;
        let nozzles = self.places.values().map(|place| NozzleSetup {
            number: place.plan.number,
            product: place.plan.product.number,
            slot: Box::new(HandSlot::new(
                Arc::clone(&place.reader),
                still.clone(),
                Arc::clone(ear),
            )),
            psam: Box::new(PsamPlace { body: Arc::clone(&place.psam), still: still.clone() }),
            dispenser: place.pump.power(speed),
        });
        let now = outside.clone();
        let (logbook, feed) = (self.logbook()?, Arc::new(Feed::default()));
        let line = self.lay_line(logbook.clone(), Arc::clone(&feed))?;
        let uplink: Arc<dyn Uplink> = Arc::clone(&line) as _;
        self.line.put(Some(line));
        let setup = Setup {
            name: self.plan.name.to_owned(),
            title: Some(self.plan.title.to_owned()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            currency: CURRENCY.to_owned(),
            decimals: DECIMALS,
            nozzles: nozzles.collect(),
            logbook,
            parameters: parameters()?,
            uplink,
            feed,
            clock: Arc::new(move || now.stamp()),
            trace: true,
            identity: self.identity.clone(),
            issuers: Vec::new(),
            power: Power::default(),
            watcher: None,
            retention_days: None,
            first_pause: forecourt::FIRST_PAUSE,
        };
        Forecourt::open(setup).map_err(words)
    }

    fn lay_line(&self, logbook: Logbook, feed: Arc<Feed>) -> Result<Arc<Linked>, String> {
        let setup = uplink::Setup {
            centre: Some(way(self.cable.address(), self.plan.name)?),
            neighbours: self.neighbours.get().cloned().unwrap_or_default(),
            trust: self.trust.clone(),
            account: None,
            folder: self.folder.join("lists"),
            logbook,
            feed,
            pace: PACE,
            seed: u64::from(self.cable.address().port()),
        };
        Linked::open(setup).map_err(words)
    }

    /// Whom it asks while the centre is away; said once, before it has power.
    pub fn meet(&self, neighbours: Vec<NeighbourSetup>) {
        // Who met them before, met the same.
        let _ = self.neighbours.set(neighbours);
    }

    /// What its neighbours ask it by.
    ///
    /// # Errors
    /// A bug: its address is none.
    pub fn as_neighbour(&self, of: &str, tids: Vec<wire::Tid>) -> Result<NeighbourSetup, String> {
        let way = way(self.door.address, of)?;
        Ok(NeighbourSetup { name: self.plan.name.to_owned(), way, tids })
    }

    fn switching(&self) -> MutexGuard<'_, ()> {
        self.switch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered may hold the station a moment longer; the journal's file is free after that.
fn drop_last(station: Arc<Forecourt>) {
    let left = Arc::downgrade(&station);
    drop(station);
    for _ in 0..PATIENCE {
        if left.strong_count() == 0 {
            break;
        }
        std::thread::park_timeout(MOMENT);
    }
}

/// Where a station's neighbours ask it.
struct Door {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Door {
    async fn open(router: Router) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            // It ends when it is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, serving })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The line while the station has power.
#[derive(Default)]
struct LineHere(RwLock<Option<Arc<Linked>>>);

impl LineHere {
    fn put(&self, line: Option<Arc<Linked>>) -> Option<Arc<Linked>> {
        std::mem::replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), line)
    }

    /// Nothing is asked or reported any more.
    fn hang_up(&self) {
        if let Some(line) = self.put(None) {
            line.close();
        }
    }
}

impl station_server::Papers for LineHere {
    fn show(&self, text: &str) -> Result<PaperTaken, String> {
        let line = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        line.ok_or("the station has no power")?.show_paper(text).map_err(words)
    }
}

/// Another end on this machine, asked by a station's name.
fn way(address: SocketAddr, name: &str) -> Result<Way, String> {
    let address = format!("http://{address}").parse().map_err(words)?;
    Ok(Way { address, who: Who::Name(name.to_owned()), switch: Switch::default() })
}

/// The prices of the town, without limits.
fn parameters() -> Result<Parameters, String> {
    let products = PRODUCTS.iter().map(|product| ProductTerms {
        number: product.number,
        name: product.name.to_owned(),
        unit: product.unit.symbol().to_owned(),
        unit_price: product.price,
        ..ProductTerms::default()
    });
    let terms = Terms { version: 1, products: products.collect(), ..Terms::default() };
    Parameters::try_from(terms).map_err(words)
}
