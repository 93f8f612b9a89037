//! The folder of a town, its processes, and what they are told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ordeal::process::{self, Plan};
use serde_json::Value;

use crate::disk::Disk;
use crate::place::{Place, idle};
use crate::rest::{LOOK, PATIENCE};

pub const STATIONS: [&str; 2] = ["north", "south"];
pub const NOZZLES: [u8; 2] = [1, 2];
pub const CARDS: usize = 4;
const PIN: &str = "123456";
/// What each card has at first.
const OPENING: u32 = 100_000_000;

const PRICES: &str =
    "version = 1\n[[products]]\nnumber = 1\nname = \"Diesel\"\nunit = \"L\"\nunit_price = 171\n";

pub struct Town {
    folder: PathBuf,
    /// Its lines: for operators, then one for each station.
    pub centre: Place,
    /// In the order of [`STATIONS`]. Their lines: for customers, then for the neighbour.
    pub stations: Vec<Place>,
    /// How often a station did not start because its disk was full.
    pub no_room: AtomicU64,
}

impl Town {
    /// Keys, cards, PSAMs and configurations; of the daemons only the centre runs yet.
    pub fn found(folder: &Path) -> Self {
        let plan = Plan::new(&folder.join("centre")).unwrap();
        let centre = Place::new(plan, folder.join("centre.clock"), 1 + STATIONS.len());
        centre.up().unwrap();
        let stations = STATIONS.map(|name| {
            let config = folder.join(format!("{name}.toml"));
            let words = ["station", "serve", "--config"].map(OsString::from);
            let plan = Plan::told(words.into_iter().chain([config.into()])).unwrap();
            let mut station = Place::new(plan, folder.join(format!("{name}.clock")), 2);
            station.disk = Disk::mount(&folder.join(name)).ok();
            station
        });
        let (folder, stations) = (folder.to_owned(), stations.into());
        let town = Self { folder, centre, stations, no_room: AtomicU64::new(0) };
        town.put("prices.toml", PRICES);
        for card in 0..CARDS {
            town.by_operator(&format!(
                "card issue --asn {} --balance {OPENING} --out card-{card}.img",
                asn(card)
            ))
            .unwrap();
        }
        for (place, name) in STATIONS.into_iter().enumerate() {
            town.put(&format!("{name}.toml"), &config(&town, place));
        }
        town
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// Copies all of it to where it stays, for whoever looks for the reason.
    pub fn keep(&self) -> PathBuf {
        let kept = self.folder.with_extension("failed");
        let _it_says_itself_why_not =
            Command::new("cp").arg("-a").args([&self.folder, &kept]).status();
        kept
    }

    pub fn remove(&self, name: &str) {
        let _it_may_not_be_there = std::fs::remove_file(self.folder.join(name));
    }

    /// Starts a station. It may refuse that only while its disk is full.
    pub fn start(&self, station: usize) {
        let place = &self.stations[station];
        if let Err(why) = place.up() {
            let is_full = place.disk.as_ref().is_some_and(Disk::is_full);
            assert!(is_full, "{} does not start: {why}", STATIONS[station]);
            self.no_room.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The program with these words.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(Plan::new(&self.folder).unwrap().program);
        command.args(words.split(' ')).current_dir(&self.folder);
        command.env("GREYLOCK_PIN", PIN).env("TZ", "UTC");
        command
    }

    pub fn greylock(&self, words: &str) -> Result<String, String> {
        process::run(&mut self.command(words))
    }

    /// With the operator's leave to ask the centre.
    pub fn by_operator(&self, words: &str) -> Result<String, String> {
        let url = self.centre.lines[0].url();
        self.greylock(&format!("{words} --host {url} --token centre/operator.token"))
    }

    /// A clock that cannot be moved would prove nothing; and a station must find out that it was, by itself.
    pub fn clocks_move(&self) {
        for (number, station) in self.stations.iter().enumerate() {
            self.until_up(number);
            let site = || self.site(number).unwrap();
            let today = site()["time"].as_str().unwrap()[..8].to_owned();
            station.set_clock(100_000);
            let site = site();
            assert_ne!(site["time"].as_str().unwrap()[..8], today, "the clock of {number} stands");
            let warnings = site["warnings"].as_array().unwrap();
            assert!(warnings.iter().any(|warning| warning["name"] == "clock_off"), "{site:#}");
            station.set_clock(0);
        }
    }

    /// Until a station has heard its centre.
    fn until_up(&self, station: usize) {
        let until = Instant::now() + PATIENCE;
        while self.site(station).is_none_or(|site| site["centre"]["state"] != "up") {
            assert!(Instant::now() < until, "{} does not hear the centre", STATIONS[station]);
            idle(LOOK);
        }
    }

    /// What a station says of itself.
    pub fn site(&self, station: usize) -> Option<Value> {
        let url = format!("{}/v1/site", self.stations[station].lines[0].url());
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE));
        let mut answer = config.build().new_agent().get(url).call().ok()?;
        serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
    }
}

/// The ASN of a card.
fn asn(card: usize) -> String {
    format!("62801000000001{card:02}")
}

fn tid(station: usize, nozzle: u8) -> String {
    format!("0000000000{}{nozzle}", station + 1)
}

/// A PSAM for each nozzle, and what the station is told.
fn config(town: &Town, station: usize) -> String {
    let (name, centre) = (STATIONS[station], town.centre.lines[1 + station].url());
    let other = 1 - station;
    let url = town.stations[other].lines[1].url();
    let tids = NOZZLES.map(|nozzle| format!("\"{}\"", tid(other, nozzle))).join(", ");
    let mut text = format!(
        "name = \"{name}\"\ndata = \"{name}\"\nlisten = \"127.0.0.1:0\"\ncentre = \"{centre}\"\n\
         parameters = \"prices.toml\"\n[[neighbour]]\nname = \"{}\"\nurl = \"{url}\"\ntids = [{tids}]\n",
        STATIONS[other]
    );
    for nozzle in NOZZLES {
        let (tid, psam) = (tid(station, nozzle), psam(station, nozzle));
        town.by_operator(&format!("psam issue --tid {tid} --station {name} --out {psam}")).unwrap();
        text.push_str(&format!(
            "[[nozzle]]\nnumber = {nozzle}\nproduct = 1\ncard = \"socket:127.0.0.1:0\"\npsam = \"{psam}\"\n\
             dispenser = \"simulated:litre:500000\"\n"
        ));
    }
    text
}

pub fn psam(station: usize, nozzle: u8) -> String {
    format!("{}-{nozzle}.psam", STATIONS[station])
}
