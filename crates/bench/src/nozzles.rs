//! How long a card waits at a nozzle, alone and while all the others are busy.
//!
//! Chips and pumps are in memory and take no time of their own but the processor's; journal and totalizers are the
//! station's own, on the disk that is measured.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::parameters::{Parameters, ProductTerms};
use api::site::RefuelAsked;
use card::Card;
use dispenser::simulated::{Forget, Hose, Pace, Simulated};
use dispenser::{OrderId, Unit};
use forecourt::hands::{Hand, PsamIn, reader};
use forecourt::{ChipTransport, Feed, Forecourt, NoUplink, NozzleSetup, Power, Setup};
use logbook::{Logbook, OfFolder, Room};
use nvm::memory::Ram;
use serde::Serialize;

use crate::chips::{self, Chip, PIN};
use crate::world::now;
use crate::{BenchError, Spread};

/// Visits at a nozzle before the other way of working has its turn.
const TURN: usize = 10;
/// No visit takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a card waits for: until it was looked at, and from the PIN to the receipt without the time in which fuel flows.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Nozzles {
    /// Nozzles of the station.
    pub nozzles: usize,
    /// One nozzle works, the others are free.
    pub alone: Spread,
    /// All work at once.
    pub busy: Spread,
    /// How much longer a card waits when all are busy, at the 99th percentile of both; in milliseconds.
    pub beyond: f64,
}

/// A pump's time, which goes by when it is waited for.
#[derive(Default)]
struct AtOnce(Duration);

impl Pace for AtOnce {
    fn now(&mut self) -> Duration {
        self.0
    }

    fn pause(&mut self, time: Duration) {
        self.0 += time;
    }
}

/// One nozzle and its customer.
struct Place {
    number: u8,
    card: Arc<Mutex<Card<Ram>>>,
    hand: Hand,
    hose: Hose,
}

/// Plays so many visits at one nozzle, and as many at each of all at once.
///
/// Both are played in turns, so that whatever else the machine does falls on both alike.
///
/// # Errors
/// The disk, or a bug.
pub fn run(nozzles: u8, visits: usize, folder: &Path) -> Result<Nozzles, BenchError> {
    let folder = tempfile::tempdir_in(folder)?;
    let (station, places) = open(nozzles, folder.path())?;
    let first = places.first().ok_or(BenchError::OurBug("a station without nozzles"))?;
    // The first visit of a nozzle is like no other.
    places.iter().try_for_each(|place| visit(&station, place).map(drop))?;
    let (mut alone, mut busy) = (Vec::new(), Vec::new());
    while alone.len() < visits {
        let turn = TURN.min(visits - alone.len());
        alone.extend(several(&station, first, turn)?);
        busy.extend(all_at_once(&station, &places, turn)?);
    }
    station.close();
    let (alone, busy) = (Spread::of(alone), Spread::of(busy));
    Ok(Nozzles { nozzles: places.len(), alone, busy, beyond: busy.p99 - alone.p99 })
}

fn all_at_once(
    station: &Forecourt,
    places: &[Place],
    visits: usize,
) -> Result<Vec<Duration>, BenchError> {
    std::thread::scope(|scope| {
        let play = |place| scope.spawn(move || several(station, place, visits));
        let playing: Vec<_> = places.iter().map(play).collect();
        let joined = playing
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(BenchError::OurBug("a customer's thread"))));
        joined.collect::<Result<Vec<_>, _>>().map(|visits| visits.concat())
    })
}

fn several(station: &Forecourt, place: &Place, visits: usize) -> Result<Vec<Duration>, BenchError> {
    (0..visits).map(|_| visit(station, place)).collect()
}

/// Card in, PIN, fuel, receipt, card out; what the card waited for.
fn visit(station: &Forecourt, place: &Place) -> Result<Duration, BenchError> {
    let broke = |_| BenchError::OurBug("a visit");
    let shows = |state| station.wait_until(place.number, PATIENCE, |shown| shown.state == state);
    let card = Arc::clone(&place.card);
    place.hose.lift_for(1_000);
    let begun = Instant::now();
    let inserted = place.hand.insert(move || {
        let chip: ChipTransport = Box::new(Chip(Arc::clone(&card)));
        Some(chip)
    });
    inserted.map_err(|_| BenchError::OurBug("a reader"))?;
    if !shows("card") {
        return Err(BenchError::OurBug("the look at a card"));
    }
    let pin = PIN.to_owned();
    let asked = RefuelAsked { pin, purse: None, amount: None, vehicle: None, card: None };
    let number = station.refuel(place.number, asked).map_err(broke)?;
    let ended = station.wait_for_end(place.number, number, PATIENCE).map_err(broke)?;
    let waited = begun.elapsed();
    place.hand.pull();
    if ended.outcome != "settled" || !shows("free") {
        return Err(BenchError::OurBug("a refuelling"));
    }
    Ok(waited)
}

fn open(nozzles: u8, folder: &Path) -> Result<(Arc<Forecourt>, Vec<Place>), BenchError> {
    let (mut places, mut setups) = (Vec::new(), Vec::new());
    for number in 1..=nozzles {
        let (place, setup) = nozzle(number)?;
        places.push(place);
        setups.push(setup);
    }
    let room = Room::of(Box::new(OfFolder(folder.to_owned())));
    let logbook = Logbook::open(&folder.join("logbook"), room);
    let (name, unit) = ("Diesel".to_owned(), Unit::Litre.symbol().to_owned());
    let product = ProductTerms { number: 1, name, unit, unit_price: 1, ..ProductTerms::default() };
    let parameters = Parameters { version: 1, products: vec![product], ..Parameters::default() };
    let (parameters, at) = (forecourt::Parameters::try_from(parameters), now()?);
    let setup = Setup {
        name: "bench".to_owned(),
        title: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        currency: "EUR".to_owned(),
        decimals: 2,
        nozzles: setups,
        logbook: logbook.map_err(|_| BenchError::OurBug("the logbook"))?,
        parameters: parameters.map_err(|_| BenchError::OurBug("the parameters"))?,
        uplink: Arc::new(NoUplink),
        feed: Arc::new(Feed::default()),
        clock: Arc::new(move || at),
        trace: false,
        identity: None,
        issuers: Vec::new(),
        power: Power::default(),
        retention_days: None,
        first_pause: forecourt::FIRST_PAUSE,
        watcher: None,
    };
    let station = Forecourt::open(setup).map_err(|_| BenchError::OurBug("the station"))?;
    Ok((station, places))
}

fn nozzle(number: u8) -> Result<(Place, NozzleSetup), BenchError> {
    let (card, psam) = (chips::card(number.into())?, chips::psam(number.into())?);
    let (hand, slot) = reader();
    let kept: (u64, Option<OrderId>) = (0, None);
    let pump = Simulated::new(Unit::Litre, 50_000, kept, Forget, AtOnce::default());
    let hose = pump.hose();
    let psam = Arc::new(Mutex::new(psam));
    let powers = move || -> Option<ChipTransport> { Some(Box::new(Chip(Arc::clone(&psam)))) };
    let setup = NozzleSetup {
        number,
        product: 1,
        slot: Box::new(slot),
        psam: Box::new(PsamIn(Box::new(powers))),
        dispenser: Box::new(pump),
    };
    Ok((Place { number, card: Arc::new(Mutex::new(card)), hand, hose }, setup))
}
