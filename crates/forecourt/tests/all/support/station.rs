//! A station of any number of nozzles, opened and opened again over what outlives its power.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::parameters::{Limits, ProductTerms};
use api::site::{Happened, Outcome, RefuelAsked};
use dispenser::simulated::Hose;
use forecourt::hands::{Hand, HandSlot, PsamIn, reader};
use forecourt::{
    CardInside, CardSlot, Feed, Forecourt, NozzleSetup, Parameters, Power, ReaderSilent, Setup,
    Watcher,
};
use logbook::{Disk, Logbook, Room};
use wire::{Entry, Stamp, Step};

use super::FakeUplink;
use super::chips::{CardMemory, PIN, PsamMemory, World, noon};
use super::pump::{Happens, Pump, Tank};

/// Longest wait for an event: only a test that fails waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One nozzle, as it outlives the station's power.
pub struct Nozzle {
    pub psam: PsamMemory,
    pub tank: Tank,
    pub happens: Happens,
    pub silent: Arc<Mutex<bool>>,
    /// Its reader answers nothing.
    pub deaf: Arc<Mutex<bool>>,
    pub hand: Hand,
    pub hose: Hose,
}

/// A station and what is around it.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub uplink: Arc<FakeUplink>,
    pub nozzles: Vec<Nozzle>,
    pub station: Option<Arc<Forecourt>>,
    pub power: Power,
    pub parameters: api::parameters::Parameters,
    pub disk: Arc<AtomicU64>,
    pub clock: Arc<Mutex<Stamp>>,
    pub watcher: Option<Watcher>,
    pub trace: bool,
    pub retention_days: Option<u32>,
    /// Before a grey card that waits is tried again without news.
    pub first_pause: Duration,
    /// Stays in the reader of the first nozzle when the station is opened.
    pub left_in: Option<CardMemory>,
    heard: u64,
}

/// A reader that may answer nothing.
struct Deaf(HandSlot, Arc<Mutex<bool>>);

impl Deaf {
    fn answers(&self) -> Result<(), ReaderSilent> {
        let deaf = *self.1.lock().unwrap();
        if deaf { Err(ReaderSilent("the reader is unplugged".to_owned())) } else { Ok(()) }
    }
}

impl CardSlot for Deaf {
    fn describe(&self) -> (&'static str, Option<String>) {
        self.0.describe()
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        self.answers()?;
        self.0.wait_for_card(at_most)
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        self.answers()?;
        self.0.again()
    }
}

#[derive(Clone)]
struct Gauge(Arc<AtomicU64>);

impl Disk for Gauge {
    fn free(&self) -> Option<u64> {
        Some(self.0.load(Ordering::SeqCst))
    }
}

pub fn prices() -> api::parameters::Parameters {
    api::parameters::Parameters {
        version: 1,
        products: vec![ProductTerms {
            number: 1,
            name: "Diesel".to_owned(),
            unit: "L".to_owned(),
            unit_price: 789,
            rounding: None,
            limits: Limits::default(),
        }],
        ..api::parameters::Parameters::default()
    }
}

impl Bench {
    /// A station that is not open yet.
    pub fn new(mut world: World, nozzles: usize) -> Self {
        let psams: Vec<PsamMemory> = (0..nozzles).map(|_| world.psam("north")).collect();
        let nozzles = psams.into_iter().map(|psam| Nozzle {
            psam,
            tank: Tank::default(),
            happens: Arc::new(Mutex::new(Box::new(|_| {}))),
            silent: Arc::default(),
            deaf: Arc::default(),
            hand: reader().0,
            hose: Hose::default(),
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            nozzles: nozzles.collect(),
            uplink: Arc::new(FakeUplink::new(world.rules, "north")),
            station: None,
            power: Power::default(),
            parameters: prices(),
            disk: Arc::new(AtomicU64::new(u64::MAX)),
            clock: Arc::new(Mutex::new(noon(10))),
            watcher: None,
            trace: false,
            retention_days: None,
            first_pause: forecourt::FIRST_PAUSE,
            left_in: None,
            heard: 0,
        }
    }

    /// Opens it, or opens it again after a power cut.
    pub fn open(&mut self) {
        self.shut();
        let room = Room::of(Box::new(Gauge(Arc::clone(&self.disk))));
        let logbook = Logbook::open(&self.folder.path().join("logbook"), room).unwrap();
        *self.uplink.logbook.lock().unwrap() = Some(logbook.clone());
        self.power = Power::default();
        let clock = Arc::clone(&self.clock);
        let mut setups = Vec::new();
        for (number, nozzle) in (1..).zip(&mut self.nozzles) {
            let (hand, slot) = reader();
            nozzle.hand = hand;
            let (pump, hose) = Pump::new(&nozzle.tank, &nozzle.happens, &nozzle.silent);
            nozzle.hose = hose;
            let psam = nozzle.psam.clone();
            setups.push(NozzleSetup {
                number,
                product: 1,
                slot: Box::new(Deaf(slot, Arc::clone(&nozzle.deaf))),
                psam: Box::new(PsamIn(Box::new(move || psam.power()))),
                dispenser: Box::new(pump),
            });
        }
        if let Some(card) = self.left_in.clone() {
            self.insert(1, &card);
        }
        let setup = Setup {
            name: "north".to_owned(),
            title: Some("North Gate".to_owned()),
            version: "test".to_owned(),
            currency: "EUR".to_owned(),
            decimals: 2,
            nozzles: setups,
            logbook,
            parameters: Parameters::try_from(self.parameters.clone()).unwrap(),
            uplink: Arc::clone(&self.uplink) as _,
            feed: Arc::new(Feed::default()),
            clock: Arc::new(move || *clock.lock().unwrap()),
            trace: self.trace,
            identity: None,
            issuers: Vec::new(),
            power: self.power.clone(),
            retention_days: self.retention_days,
            first_pause: self.first_pause,
            watcher: self.watcher.clone(),
        };
        self.heard = 0;
        self.station = Some(Forecourt::open(setup).unwrap());
    }

    /// Drops it, as by a power cut.
    pub fn shut(&mut self) {
        self.uplink.logbook.lock().unwrap().take();
        self.station = None;
    }

    pub fn station(&self) -> &Forecourt {
        self.station.as_ref().unwrap()
    }

    pub fn insert(&self, nozzle: usize, card: &CardMemory) {
        let card = card.clone();
        self.nozzles[nozzle - 1].hand.insert(move || card.power()).unwrap();
    }

    pub fn pull(&self, nozzle: usize) {
        assert!(self.nozzles[nozzle - 1].hand.pull());
    }

    /// While it flows, each time something was counted.
    pub fn while_flowing(&self, nozzle: usize, mut happens: impl FnMut(u64) + Send + 'static) {
        *self.nozzles[nozzle - 1].happens.lock().unwrap() =
            Box::new(move |reading| happens(reading.totalizer));
    }

    /// Waits for an event; those that were looked at are not looked at again.
    pub fn wait<T>(&mut self, what: &str, mut look: impl FnMut(&Happened) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let feed = Arc::clone(self.station().feed());
        loop {
            for told in feed.after(self.heard).expect("events are kept long enough") {
                self.heard = told.number;
                if let Some(found) = look(&told.happened) {
                    return found;
                }
            }
            assert!(Instant::now() < end, "no {what} came; {:#?}", self.station().site());
            std::thread::yield_now();
        }
    }

    /// Waits for what no event tells.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < end, "{what}: {:#?}", self.station().site());
            std::thread::yield_now();
        }
    }

    pub fn wait_for_state(&mut self, number: u8, state: &str) {
        self.wait(state, |happened| match happened {
            Happened::Nozzle { nozzle } if nozzle.number == number && nozzle.state == state => {
                Some(())
            }
            _ => None,
        });
    }

    /// The end of any visit of this kind.
    pub fn wait_for_end(&mut self, what: &str) -> Outcome {
        self.wait(what, |happened| match happened {
            Happened::Ended { outcome } if outcome.what == what => Some(outcome.clone()),
            _ => None,
        })
    }

    pub fn wait_for_step(&mut self, wanted: &str) {
        self.wait(wanted, |happened| match happened {
            Happened::Journal { step, .. } if step == wanted => Some(()),
            _ => None,
        });
    }

    pub fn asked() -> RefuelAsked {
        RefuelAsked { pin: PIN.to_owned(), purse: None, amount: None, vehicle: None, card: None }
    }

    /// Card in, PIN, so many thousandths, and how it ended; the card stays in.
    pub fn refuel(&mut self, nozzle: u8, card: &CardMemory, quantity: u64) -> Outcome {
        self.insert(nozzle.into(), card);
        self.wait_for_state(nozzle, "card");
        self.nozzles[usize::from(nozzle) - 1].hose.lift_for(quantity);
        self.station().refuel(nozzle, Self::asked()).unwrap();
        self.wait_for_end("refuel")
    }

    /// The power goes once such a step is durable.
    pub fn cut_after(&mut self, wanted: &'static str) {
        let power = Arc::new(Mutex::new(None::<Power>));
        self.watcher = Some(Arc::new({
            let power = Arc::clone(&power);
            move |entry: &Entry| {
                let Entry::Lock { step, .. } = entry else { return };
                if step_name(step) == wanted
                    && let Some(power) = power.lock().unwrap().as_ref()
                {
                    power.cut();
                }
            }
        }));
        self.open();
        *power.lock().unwrap() = Some(self.power.clone());
    }
}

fn step_name(step: &Step) -> &'static str {
    step.name()
}
