//! One station of the world: what stands there, and the running station while it has power.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use api::parameters::{Parameters as Terms, ProductTerms};
use api::site::PaperTaken;
use axum::Router;
use forecourt::{Feed, Forecourt, NoUplink, NozzleSetup, Parameters, Power, Setup, Uplink};
use logbook::{Logbook, OfFolder, Room};
use station_server::{Callers, Papers};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cable::Cable;
use crate::memory::Memory;
use crate::outside::Outside;
use crate::pump::Pump;
use crate::readers::{Ear, HandSlot, PsamPlace, Reader, Still};
use crate::town::{CURRENCY, DECIMALS, NozzlePlan, PRODUCTS, StationPlan, Town};

/// How often a station that was switched off is looked at until nobody asks it anything.
const MOMENT: Duration = Duration::from_millis(5);
/// How many times.
const PATIENCE: u32 = 1_000;

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
    pub psam: Memory,
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
    identity: Option<Arc<pki::Identity>>,
    around: Surroundings,
    app: station_server::Shared,
    router: Router,
    door: Door,
    papers: Arc<PapersHere>,
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
        identity: Option<Arc<pki::Identity>>,
        around: Surroundings,
    ) -> Result<Self, String> {
        std::fs::create_dir_all(&folder).map_err(words)?;
        let mut places = BTreeMap::new();
        for nozzle in plan.nozzles {
            let at = (plan.name, nozzle.number);
            let psam = town.psams.iter().find(|psam| (psam.station, psam.nozzle) == at);
            let psam = psam.ok_or("a nozzle without a PSAM")?.memory.clone();
            let (reader, pump) = (Arc::default(), Pump::new(nozzle.product));
            places.insert(nozzle.number, Place { plan: nozzle, reader, pump, psam });
        }
        let papers = Arc::new(PapersHere::default());
        let believed: Arc<dyn Papers> = Arc::clone(&papers) as Arc<dyn Papers>;
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
            papers,
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
        let taken = self.papers.show(text)?;
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
                self.papers.put(None);
                station.cut();
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
            self.papers.put(None);
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

    fn logbook(&self) -> Result<Logbook, String> {
        let room = Room::of(Box::new(OfFolder(self.folder.clone())));
        Logbook::open(&self.journal(), room).map_err(words)
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal.sqlite")
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
            psam: Box::new(PsamPlace { memory: place.psam.clone(), still: still.clone() }),
            dispenser: place.pump.power(speed),
        });
        let now = outside.clone();
        let uplink: Arc<dyn Uplink> = Arc::new(NoUplink);
        let setup = Setup {
            name: self.plan.name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            currency: CURRENCY.to_owned(),
            decimals: DECIMALS,
            nozzles: nozzles.collect(),
            logbook: self.logbook()?,
            parameters: parameters()?,
            uplink,
            feed: Arc::new(Feed::default()),
            clock: Arc::new(move || now.stamp()),
            trace: true,
            identity: self.identity.clone(),
            issuers: Vec::new(),
            power: Power::default(),
            watcher: None,
        };
        Forecourt::open(setup).map_err(words)
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

/// Whoever checks papers while the station has power.
#[derive(Default)]
struct PapersHere(RwLock<Option<Arc<dyn Papers>>>);

impl PapersHere {
    fn put(&self, papers: Option<Arc<dyn Papers>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = papers;
    }
}

impl Papers for PapersHere {
    fn show(&self, text: &str) -> Result<PaperTaken, String> {
        let papers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        papers.ok_or("nobody here checks papers now")?.show(text)
    }
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

/// Makes the authority of the world and a station's certificate: they sign grey records on receipts.
///
/// # Errors
/// The disk refuses, or the clock shows no time.
pub fn identities(
    folder: &Path,
    outside: &Outside,
) -> Result<BTreeMap<&'static str, Arc<pki::Identity>>, String> {
    const DAYS: u32 = 3650;
    let now = pki::UnixTime::since_unix_epoch((outside.now)().unix);
    std::fs::create_dir_all(folder).map_err(words)?;
    let name = |text: &str| text.parse::<pki::Name>().map_err(words);
    let authority = pki::Authority::make(folder, &name("demo")?, DAYS, now).map_err(words)?;
    let mut identities = BTreeMap::new();
    for plan in &crate::town::STATIONS {
        let subject = pki::Subject::Station(name(plan.name)?);
        let issued = authority.issue(&subject, DAYS, now).map_err(words)?;
        let pair = pki::Pair::of(&folder.join(plan.name));
        issued.write(&pair).map_err(words)?;
        identities.insert(plan.name, Arc::new(pki::Identity::read(&pair).map_err(words)?));
    }
    Ok(identities)
}
