//! The world and what hands do in it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::task::JoinSet;
use wire::{Asn, Purse};

use crate::books::{self, Everything};
use crate::cable::Cable;
use crate::documents::{Books, TimelineLine};
use crate::hear::{self, Listening};
use crate::house::{House, Surroundings};
use crate::keep::MadeOf;
use crate::office::Office;
use crate::outside::Outside;
use crate::papers::Papers;
use crate::pump::Lifted;
use crate::readers::{CardBody, Still, TearAt, Tinkering};
use crate::refusal::Refusal;
use crate::tell;
use crate::timeline::Timeline;
use crate::town::{STATIONS, Town};

/// A card of the wallet.
pub struct Carried {
    /// What is printed on it.
    pub label: &'static str,
    /// Whose it is.
    pub holder: &'static str,
    /// The purse that it is for.
    pub purse: Purse,
    /// The centre gives it no new lock.
    pub blacklisted: bool,
    /// What was on it when it was issued.
    pub issued: u32,
    /// The card.
    pub body: Arc<CardBody>,
}

/// One world, from one reset to the next.
pub struct World {
    /// Counts the resets.
    pub reset: u64,
    /// Of this world and no other one: drawn when it was made.
    pub id: String,
    /// The wallet.
    pub cards: Vec<Carried>,
    /// The stations.
    pub houses: Vec<Arc<House>>,
    /// The centre.
    pub office: Arc<Office>,
    /// What happens.
    pub timeline: Arc<Timeline>,
    outside: Outside,
    still: Still,
    speed: RwLock<f64>,
    /// One hand at a time.
    hand: Mutex<()>,
    tasks: Mutex<JoinSet<()>>,
}

impl World {
    /// Builds a world in this folder, or goes on with the one that it holds, and gives its stations power.
    ///
    /// # Errors
    /// The disk refuses, no port can be had, or there is no randomness.
    pub async fn open(
        reset: u64,
        folder: &Path,
        outside: &Outside,
        timeline: &Arc<Timeline>,
        speed: f64,
    ) -> Result<Arc<Self>, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let made_of = MadeOf::read(folder)?;
        let (id, mut town) = issue(&made_of, outside)?;
        town.keep_in(&folder.join("chips"))?;
        let (keys, mut told) = (town.keys.clone(), std::mem::take(&mut town.told));
        if made_of.is_again() {
            told.clear();
        }
        let office = Office::open(folder, keys, told, outside).await?;
        let still = Still::default();
        let (world, heard) = (id.clone(), Arc::clone(timeline));
        let ear = Listening { world, timeline: heard, outside: outside.clone() };
        let around =
            Surroundings { outside: outside.clone(), still: still.clone(), ear: Arc::new(ear) };
        let papers = Papers::open(&folder.join("authority"), outside)?;
        let mut houses = Vec::new();
        for plan in &STATIONS {
            let cable = Cable::lay(office.address()).await.map_err(|error| error.to_string())?;
            let site = (folder.join(plan.name), cable);
            let house = House::build(plan, &town, site, &papers, around.clone()).await?;
            houses.push(Arc::new(house));
        }
        introduce(&houses, &town)?;
        let cards = town.cards.into_iter().map(|made| Carried {
            label: made.label,
            holder: made.holder,
            purse: made.purse,
            blacklisted: made.blacklisted,
            issued: made.money,
            body: Arc::new(CardBody::new(made.asn, made.memory)),
        });
        let world = Arc::new(Self {
            reset,
            id,
            cards: cards.collect(),
            houses,
            office: Arc::new(office),
            timeline: Arc::clone(timeline),
            outside: outside.clone(),
            still,
            speed: RwLock::new(speed),
            hand: Mutex::new(()),
            tasks: Mutex::default(),
        });
        match world.start(&made_of).await {
            Ok(()) => Ok(world),
            Err(why) => {
                world.close().await;
                Err(why)
            }
        }
    }

    async fn start(self: &Arc<Self>, made_of: &MadeOf) -> Result<(), String> {
        self.listen();
        for house in &self.houses {
            self.power(house, true).await?;
        }
        made_of.write()
    }

    /// Ends it in good order.
    pub async fn close(&self) {
        for house in self.houses.clone() {
            let _ended = tokio::task::spawn_blocking(move || house.close()).await;
        }
        self.tasks().abort_all();
        self.office.close().await;
    }

    /// A station by its name.
    ///
    /// # Errors
    /// There is none.
    pub fn house(&self, name: &str) -> Result<&Arc<House>, Refusal> {
        let house = self.houses.iter().find(|house| house.plan.name == name);
        house.ok_or_else(|| Refusal::NoSuchPlace(format!("station {name}")))
    }

    /// A card by its number.
    ///
    /// # Errors
    /// There is none.
    pub fn card(&self, asn: &str) -> Result<&Carried, Refusal> {
        let card = self.cards.iter().find(|card| card.body.asn.to_string() == asn);
        card.ok_or_else(|| Refusal::NoSuchCard(asn.to_owned()))
    }

    /// The reader that a card is in.
    #[must_use]
    pub fn reader_of(&self, asn: Asn) -> Option<(&Arc<House>, u8)> {
        self.houses.iter().find_map(|house| {
            let holds = |card: Arc<CardBody>| card.asn == asn;
            let (number, _) =
                house.places.iter().find(|(_, place)| place.reader.card().is_some_and(holds))?;
            Some((house, *number))
        })
    }

    /// Puts a card into a reader.
    ///
    /// # Errors
    /// No such card or reader, or one of them is taken.
    pub fn insert(&self, asn: &str, station: &str, nozzle: u8) -> Result<(), Refusal> {
        let card = self.card(asn)?;
        let place = self.place(station, nozzle)?;
        let _one = self.hand();
        if self.reader_of(card.body.asn).is_some() {
            return Err(Refusal::CardElsewhere);
        }
        if !place.reader.insert(&card.body) {
            return Err(Refusal::SlotTaken);
        }
        self.say((station, Some(nozzle)), "insert", format!("{} is put in", card.label));
        Ok(())
    }

    /// Pulls a card out of its reader.
    ///
    /// # Errors
    /// No such card, or it is in none.
    pub fn pull(&self, asn: &str) -> Result<(), Refusal> {
        let card = self.card(asn)?;
        let _one = self.hand();
        let (house, nozzle) = self.reader_of(card.body.asn).ok_or(Refusal::CardNotIn)?;
        if let Some(place) = house.places.get(&nozzle) {
            place.reader.pull(card.body.asn);
        }
        let at = (house.plan.name, Some(nozzle));
        self.say(at, "pull", format!("{} is pulled out", card.label));
        Ok(())
    }

    /// A card's power shall fail, or not.
    ///
    /// # Errors
    /// No such card.
    pub fn tear(&self, asn: &str, tear: Option<TearAt>) -> Result<(), Refusal> {
        let card = self.card(asn)?;
        card.body.tear(tear);
        let words = match tear {
            None => format!("{} keeps its power", card.label),
            Some(TearAt::Next) => format!("{} will lose its power in its next write", card.label),
            Some(at) => {
                let after = at.name().to_uppercase();
                format!("{} will lose its power before {after} is answered", card.label)
            }
        };
        self.timeline.tell(self.stamped(tell::line("hand", "tear", words)));
        self.timeline.world_changed();
        Ok(())
    }

    /// Takes the hose, or hangs it up.
    ///
    /// # Errors
    /// No such nozzle.
    pub fn hose(&self, station: &str, nozzle: u8, hand: Lifted) -> Result<(), Refusal> {
        let place = self.place(station, nozzle)?;
        if place.pump.lifted() == hand {
            return Ok(());
        }
        place.pump.hand(hand);
        let cable = place.plan.product.kind() == "charger";
        let words = match (cable, hand.lifted) {
            (false, true) => "the hose is in the tank",
            (false, false) => "the hose hangs",
            (true, true) => "the cable is in the car",
            (true, false) => "the cable hangs",
        };
        self.say((station, Some(nozzle)), "hose", words.to_owned());
        Ok(())
    }

    /// Switches a station's power.
    ///
    /// # Errors
    /// It does not start.
    pub async fn power(&self, house: &Arc<House>, on: bool) -> Result<(), String> {
        let (switched, speed) = (Arc::clone(house), self.speed());
        let switching = tokio::task::spawn_blocking(move || switched.set_power(on, speed));
        if switching.await.map_err(|error| error.to_string())?? {
            let words = if on { "the station has power" } else { "the station has no power" };
            self.say((house.plan.name, None), "power", words.to_owned());
        }
        Ok(())
    }

    /// A station without power loses its journal.
    ///
    /// # Errors
    /// No such station, it has power, or the disk refuses.
    pub async fn burn_journal(&self, station: &str) -> Result<(), String> {
        let house = Arc::clone(self.house(station).map_err(|refusal| refusal.to_string())?);
        let burning = tokio::task::spawn_blocking(move || house.burn_journal());
        burning.await.map_err(|error| error.to_string())??;
        self.say((station, None), "burn", "the station's disk is gone, and its journal".to_owned());
        Ok(())
    }

    /// Cuts a station's line to the centre, or mends it.
    ///
    /// # Errors
    /// No such station.
    pub fn link(&self, station: &str, up: bool) -> Result<(), Refusal> {
        let house = self.house(station)?;
        if house.cable.is_up() != up {
            house.cable.set(up);
            let words =
                if up { "the line to the centre holds" } else { "the line to the centre is cut" };
            self.say((station, None), "link", words.to_owned());
        }
        Ok(())
    }

    /// How fast fuel flows and stories go.
    #[must_use]
    pub fn speed(&self) -> f64 {
        *self.speed.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it.
    ///
    /// # Errors
    /// It is out of its bounds.
    pub fn set_speed(&self, factor: f64) -> Result<(), Refusal> {
        if !(0.1..=1000.0).contains(&factor) {
            return Err(Refusal::Malformed("the speed is from 0.1 to 1000".to_owned()));
        }
        *self.speed.write().unwrap_or_else(PoisonError::into_inner) = factor;
        let places = self.houses.iter().flat_map(|house| house.places.values());
        places.for_each(|place| place.pump.set_speed(factor));
        self.timeline.world_changed();
        Ok(())
    }

    /// Somebody talks to a card that is in no reader, with a terminal of his own.
    ///
    /// # Errors
    /// The card is in a reader, or gives no answer.
    pub fn tinker<T>(
        &self,
        asn: &str,
        what: &str,
        talk: impl FnOnce(&mut Tinkering) -> Result<T, String>,
    ) -> Result<T, String> {
        let card = self.card(asn).map_err(|refusal| refusal.to_string())?;
        let _one = self.hand();
        if self.reader_of(card.body.asn).is_some() {
            return Err("the card is in a reader".to_owned());
        }
        let answered = card.body.tinker(&self.still, talk)?;
        let words = format!("{} {what}", card.label);
        self.timeline.tell(self.stamped(tell::line("hand", "tinker", words)));
        self.timeline.world_changed();
        self.timeline.books_changed();
        Ok(answered)
    }

    /// The money of the world, read while all chips are held still.
    ///
    /// # Errors
    /// Something cannot be read.
    pub fn books(&self) -> Result<Books, String> {
        let mut journals = Vec::new();
        self.read_with(&self.houses, &mut journals)
    }

    /// Holds one station's journal after the other, then the chips.
    fn read_with<'a>(
        &self,
        houses: &'a [Arc<House>],
        journals: &mut Vec<(&'a str, logbook::Logbook)>,
    ) -> Result<Books, String> {
        let Some((house, rest)) = houses.split_first() else {
            return self.read_books(std::mem::take(journals));
        };
        house.with_journal(|journal| {
            journals.push((house.plan.name, journal.clone()));
            self.read_with(rest, journals)
        })?
    }

    fn read_books(&self, journals: Vec<(&str, logbook::Logbook)>) -> Result<Books, String> {
        let places = self.houses.iter().flat_map(|house| {
            house.places.values().map(|place| {
                (format!("PSAM of {}/{}", house.plan.name, place.plan.number), &place.psam.memory)
            })
        });
        let cards = self.cards.iter().map(|card| (card.body.asn, &card.body.memory));
        let everything = Everything { cards: cards.collect(), psams: places.collect(), journals };
        let moment = self.outside.date_and_time();
        self.still.hold(|| books::read(|| self.office.centre(), &everything, moment))
    }

    /// A line of the timeline with the time, as one of this world.
    #[must_use]
    pub fn stamped(&self, line: TimelineLine) -> TimelineLine {
        TimelineLine { at: self.outside.time_of_day(), world: self.id.clone(), ..line }
    }

    fn say(&self, (station, nozzle): (&str, Option<u8>), what: &str, words: String) {
        let line = self.stamped(tell::line("hand", what, words));
        self.timeline.tell(TimelineLine { station: Some(station.to_owned()), nozzle, ..line });
        self.timeline.world_changed();
        self.timeline.books_changed();
    }

    fn place(&self, station: &str, nozzle: u8) -> Result<&crate::house::Place, Refusal> {
        let place = self.house(station)?.places.get(&nozzle);
        place.ok_or_else(|| Refusal::NoSuchPlace(format!("nozzle {nozzle} at {station}")))
    }

    fn hand(&self) -> MutexGuard<'_, ()> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what stations and centre tell.
    fn listen(self: &Arc<Self>) {
        let mut tasks = self.tasks();
        for house in &self.houses {
            tasks.spawn(hear::station(Arc::downgrade(self), Arc::clone(house)));
        }
        tasks.spawn(hear::centre(Arc::downgrade(self), Arc::clone(&self.office)));
    }
}

/// The world's id, and all that is issued.
fn issue(made_of: &MadeOf, outside: &Outside) -> Result<(String, Town), String> {
    let made_with = made_of.outside(outside);
    let mut id = [0; 8];
    (made_with.random)(&mut id)?;
    let town = Town::issue(&made_with)?;
    made_of.took_all()?;
    Ok((hex::encode(id), town))
}

/// Every station gets to know the others, and which PSAMs are theirs.
fn introduce(houses: &[Arc<House>], town: &Town) -> Result<(), String> {
    for house in houses {
        let name = house.plan.name;
        let others = houses.iter().filter(|other| other.plan.name != name);
        let others = others.map(|other| {
            let theirs = town.psams.iter().filter(|psam| psam.station == other.plan.name);
            other.as_neighbour(name, theirs.map(|psam| psam.tid).collect())
        });
        house.meet(others.collect::<Result<_, _>>()?);
    }
    Ok(())
}
