//! A card that escapes at one station and comes to another: two whole stations over a real server, each with its line.
//!
//! Chips are in memory; journals, lists and the centre's books are on the disk that is measured.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::parameters::{Parameters, ProductTerms};
use api::site::RefuelAsked;
use client::Switch;
use dispenser::simulated::{Forget, Hose, RealTime, Simulated};
use dispenser::{OrderId, Unit};
use forecourt::hands::{Hand, PsamIn, reader};
use forecourt::{ChipTransport, Feed, Forecourt, NozzleSetup, Power, Setup, Uplink as _};
use host::{CardOpening, Input, PurseOpening, Subject};
use lists::{Blacklist, Cursor};
use logbook::{Logbook, OfFolder, Room};
use store::{Desk, Vault};
use tokio::runtime::Runtime;
use uplink::{Linked, Way, Who};
use wire::{Asn, Entry, LockId, Step};

use crate::BenchError;
use crate::centre::Served;
use crate::chips::{self, Chip, OPENING, PIN};
use crate::figures::{Between, Spread, round};
use crate::place::Ground;
use crate::unlocks::tell;
use crate::world::{asn, now, tid};

/// Nothing takes so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// Rows of the list in which cards are looked up.
const ROWS: u32 = 1_000_000;
/// Cards that are looked up in it.
const LOOKUPS: u32 = 1_000_000;

type Card = Arc<Mutex<card::Card<nvm::memory::Ram>>>;

/// A station of one nozzle.
struct Place {
    station: Arc<Forecourt>,
    linked: Arc<Linked>,
    hand: Hand,
    hose: Hose,
    /// When a lock was claimed, and which.
    claimed: Receiver<(Instant, LockId)>,
}

/// What one escape took.
struct Took {
    listed: Duration,
    freed: Duration,
    whole: Duration,
}

/// The figures of so many escapes.
pub(crate) fn run(
    ground: &Ground,
    vault: &Vault,
    escapes: usize,
    folder: &Path,
    runtime: &Runtime,
) -> Result<Between, BenchError> {
    let fresh = ground.fresh()?;
    let desk = Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?;
    tell(&desk, &registrations(escapes)?)?;
    drop(desk);
    let folder = tempfile::tempdir_in(folder)?;
    let served = runtime.block_on(Served::start(&fresh.place, vault))?;
    let place = |name: &str, number| {
        let folder = folder.path().join(name);
        open(name, number, &folder, served.address)
    };
    let (north, south) = (place("north", 0)?, place("south", 1)?);
    for place in [&north, &south] {
        until(runtime, &place.station, || place.linked.standing().centre.state == "up")?;
    }
    let mut all = Vec::with_capacity(escapes);
    for number in 0..=escapes {
        let took = escape(runtime, (&north, &south), number)?;
        // The first escape of a station is like no other.
        if number > 0 {
            all.push(took);
        }
    }
    for place in [north, south] {
        place.station.close();
        place.linked.close();
    }
    runtime.block_on(served.stop());
    let lookup_nanoseconds = lookup(folder.path())?;
    let spread = |of: fn(&Took) -> Duration| Spread::of(all.iter().map(of).collect());
    Ok(Between {
        listed: spread(|took| took.listed),
        freed: spread(|took| took.freed),
        whole: spread(|took| took.whole),
        rows: ROWS,
        lookup_nanoseconds,
    })
}

/// Card in at the first station, PIN, hose; pulled while it flows; in at the second one once its record is there.
fn escape(
    runtime: &Runtime,
    (north, south): (&Place, &Place),
    number: usize,
) -> Result<Took, BenchError> {
    let shows = |place: &Place, state: &str| {
        until(runtime, &place.station, || {
            place.station.nozzle(1).is_some_and(|nozzle| nozzle.state == state)
        })
    };
    let card: Card = Arc::new(Mutex::new(chips::card(number)?));
    north.hose.lift();
    put_in(north, &card)?;
    shows(north, "card")?;
    let pin = PIN.to_owned();
    let asked = RefuelAsked { pin, purse: None, amount: None, vehicle: None, card: None };
    north.station.refuel(1, asked).map_err(|_| BenchError::OurBug("a refuelling"))?;
    shows(north, "flowing")?;
    north.hand.pull();
    let pulled = Instant::now();
    let (claimed, lock) = north
        .claimed
        .recv_timeout(PATIENCE)
        .map_err(|_| BenchError::OurBug("the end of a delivery"))?;
    // Nobody is asked: it is on the list, or not yet.
    until(runtime, &south.station, || south.linked.is_listed(&lock))?;
    let listed = Instant::now();
    put_in(south, &card)?;
    until(runtime, &south.station, || {
        let nozzle = south.station.nozzle(1);
        nozzle.and_then(|nozzle| nozzle.card).is_some_and(|card| card.state == "unlocked")
    })?;
    let freed = Instant::now();
    south.hand.pull();
    shows(south, "free")?;
    shows(north, "free")?;
    Ok(Took {
        listed: listed.saturating_duration_since(claimed),
        freed: freed.saturating_duration_since(listed),
        whole: freed.saturating_duration_since(pulled),
    })
}

fn put_in(place: &Place, card: &Card) -> Result<(), BenchError> {
    let card = Arc::clone(card);
    let power = move || -> Option<ChipTransport> { Some(Box::new(Chip(Arc::clone(&card)))) };
    place.hand.insert(power).map_err(|_| BenchError::OurBug("a reader"))
}

/// Asks again after everything that happens at a station.
fn until(
    runtime: &Runtime,
    station: &Forecourt,
    holds: impl Fn() -> bool,
) -> Result<(), BenchError> {
    let mut news = station.feed().listen();
    runtime.block_on(async {
        loop {
            news.mark_unchanged();
            if holds() {
                return Ok(());
            }
            let waited = tokio::time::timeout(PATIENCE, news.changed()).await;
            waited.map_err(|_| BenchError::OurBug("a station"))?.ok();
        }
    })
}

fn open(
    name: &str,
    number: usize,
    folder: &Path,
    centre: std::net::SocketAddr,
) -> Result<Place, BenchError> {
    std::fs::create_dir_all(folder)?;
    let room = Room::of(Box::new(OfFolder(folder.to_owned())));
    let logbook = Logbook::open(&folder.join("logbook"), room);
    let logbook = logbook.map_err(|_| BenchError::OurBug("the logbook"))?;
    let feed = Arc::new(Feed::default());
    let address = format!("http://{centre}").parse();
    let way = Way {
        address: address.map_err(|_| BenchError::OurBug("an address"))?,
        who: Who::Name(name.to_owned()),
        switch: Switch::default(),
    };
    let linked = Linked::open(uplink::Setup {
        centre: Some(way),
        neighbours: Vec::new(),
        trust: None,
        account: None,
        folder: folder.join("lists"),
        logbook: logbook.clone(),
        feed: Arc::clone(&feed),
        pace: uplink::Pace::default(),
        seed: 1,
    });
    let linked = linked.map_err(|_| BenchError::OurBug("the line"))?;
    let (hand, slot) = reader();
    let kept: (u64, Option<OrderId>) = (0, None);
    let pump = Simulated::new(Unit::Litre, 50_000, kept, Forget, RealTime::default());
    let hose = pump.hose();
    let psam = Arc::new(Mutex::new(chips::psam(number)?));
    let powers = move || -> Option<ChipTransport> { Some(Box::new(Chip(Arc::clone(&psam)))) };
    let nozzle = NozzleSetup {
        number: 1,
        product: 1,
        slot: Box::new(slot),
        psam: Box::new(PsamIn(Box::new(powers))),
        dispenser: Box::new(pump),
    };
    let (told, claimed) = channel();
    let station = station(name, nozzle, logbook, Arc::clone(&linked), feed, told)?;
    Ok(Place { station, linked, hand, hose, claimed })
}

fn station(
    name: &str,
    nozzle: NozzleSetup,
    logbook: Logbook,
    linked: Arc<Linked>,
    feed: Arc<Feed>,
    told: Sender<(Instant, LockId)>,
) -> Result<Arc<Forecourt>, BenchError> {
    let (product, unit) = ("Diesel".to_owned(), Unit::Litre.symbol().to_owned());
    let terms =
        ProductTerms { number: 1, name: product, unit, unit_price: 1, ..ProductTerms::default() };
    let parameters = Parameters { version: 1, products: vec![terms], ..Parameters::default() };
    let parameters = forecourt::Parameters::try_from(parameters);
    let (at, known) = (now()?, logbook.clone());
    let told = Mutex::new(told);
    let watcher = move |entry: &Entry| {
        let Entry::Lock { tid, ttc, step: Step::Claimed(_) } = entry else { return };
        let record = known.look(|index| index.progress(*tid, *ttc)?.record().copied());
        if let Some(record) = record {
            let told = told.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody waits for it when the figures are whole.
            let _ = told.send((Instant::now(), record.terms.id));
        }
    };
    let setup = Setup {
        name: name.to_owned(),
        title: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        currency: "EUR".to_owned(),
        decimals: 2,
        nozzles: vec![nozzle],
        logbook,
        parameters: parameters.map_err(|_| BenchError::OurBug("the parameters"))?,
        uplink: linked,
        feed,
        clock: Arc::new(move || at),
        trace: false,
        identity: None,
        issuers: Vec::new(),
        power: Power::default(),
        retention_days: None,
        first_pause: forecourt::FIRST_PAUSE,
        watcher: Some(Arc::new(watcher)),
    };
    Forecourt::open(setup).map_err(|_| BenchError::OurBug("the station"))
}

/// Cards, and a PSAM at each station.
fn registrations(escapes: usize) -> Result<Vec<Input>, BenchError> {
    let now = now()?;
    let mut inputs = Vec::new();
    let purse = PurseOpening { balance: chips::amount(OPENING)?, ..PurseOpening::default() };
    for number in 0..=escapes {
        let asn = asn(number);
        let openings = [purse, PurseOpening::default()];
        let card = CardOpening { expiry: None, asn, openings, key_version: None };
        inputs.push(Input::RegisterCard { card, chip: None, now });
        inputs.push(Input::ConfirmIssue { subject: Subject::Card(asn), chip: None, now });
    }
    for (number, station) in ["north", "south"].into_iter().enumerate() {
        let tid = tid(number);
        let station = station.to_owned();
        inputs.push(Input::RegisterPsam { tid, station, expiry: None, chip: None });
        inputs.push(Input::ConfirmIssue { subject: Subject::Psam(tid), chip: None, now });
    }
    Ok(inputs)
}

/// Nanoseconds of one look-up as a nozzle does it, among a million cards.
fn lookup(folder: &Path) -> Result<f64, BenchError> {
    let folder = folder.join("million");
    std::fs::create_dir_all(folder.join("lists"))?;
    let number = |n: u32| -> Result<Asn, BenchError> {
        format!("62801000{n:08}").parse().map_err(|_| BenchError::OurBug("a card number"))
    };
    let cards: Result<Vec<Asn>, BenchError> = (0..ROWS).map(|n| number(n * 7)).collect();
    let bytes = Blacklist::base(1, cards?).to_bytes(&Cursor::default());
    std::fs::write(folder.join("lists").join("blacklist.list"), bytes)?;
    let room = Room::of(Box::new(OfFolder(folder.clone())));
    let logbook = Logbook::open(&folder.join("logbook"), room);
    let linked = Linked::open(uplink::Setup {
        centre: None,
        neighbours: Vec::new(),
        trust: None,
        account: None,
        folder: folder.join("lists"),
        logbook: logbook.map_err(|_| BenchError::OurBug("the logbook"))?,
        feed: Arc::new(Feed::default()),
        pace: uplink::Pace::default(),
        seed: 1,
    });
    let linked = linked.map_err(|_| BenchError::OurBug("the line"))?;
    let asked: Result<Vec<Asn>, BenchError> =
        (0..LOOKUPS).map(|n| number(n.wrapping_mul(2_654_435_761) % 10_000_000)).collect();
    let asked = asked?;
    let begun = Instant::now();
    let found = asked.iter().filter(|asn| linked.is_blacklisted(**asn)).count();
    let took = begun.elapsed();
    if found == 0 {
        return Err(BenchError::OurBug("a list"));
    }
    Ok(round(took.as_secs_f64() * 1e9 / f64::from(LOOKUPS)))
}
