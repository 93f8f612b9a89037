//! The folder of a town, its processes, and how they are started again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use ordeal::process::{self, Plan, Server};
use serde_json::Value;

use crate::line::Line;

pub const STATIONS: [&str; 2] = ["north", "south"];
pub const NOZZLES: [u8; 2] = [1, 2];
pub const CARDS: usize = 4;
pub const PIN: &str = "123456";
/// What each card has at first.
const OPENING: u32 = 100_000_000;

const PRICES: &str =
    "version = 1\n[[products]]\nnumber = 1\nname = \"Diesel\"\nunit = \"L\"\nunit_price = 171\n";

/// A process that may be down.
pub struct Place {
    plan: Plan,
    server: Mutex<Option<Server>>,
    /// The address that others know.
    pub line: Line,
}

impl Place {
    fn new(plan: Plan) -> Self {
        Self { plan, server: Mutex::new(None), line: Line::new() }
    }

    /// Starts it, and waits until it serves.
    pub fn up(&self) {
        let mut server = self.server.lock().unwrap();
        if server.is_none() {
            let started = Server::start(&self.plan).unwrap();
            self.line.leads_to(Some(&started.address().unwrap()));
            *server = Some(started);
        }
    }

    /// `kill -9`.
    pub fn kill(&self) {
        self.line.leads_to(None);
        if let Some(server) = self.server.lock().unwrap().take() {
            server.kill().unwrap();
        }
    }

    /// Killed before it can serve.
    pub fn kill_while_it_starts(&self, microseconds: u64) {
        self.kill();
        let server = Server::start(&self.plan).unwrap();
        idle(microseconds);
        server.kill().unwrap();
    }

    /// SIGTERM, and a good end.
    pub fn stop(&self) {
        self.line.leads_to(None);
        if let Some(server) = self.server.lock().unwrap().take() {
            let (well, said) = server.stop().unwrap();
            assert!(well, "{said:#?}");
        }
    }
}

/// Lets a moment go by: of chance, never for something to happen.
#[expect(clippy::disallowed_methods, reason = "the moment of a blow is chance")]
pub fn idle(microseconds: u64) {
    std::thread::sleep(std::time::Duration::from_micros(microseconds));
}

pub struct Town {
    folder: PathBuf,
    pub centre: Place,
    /// In the order of [`STATIONS`].
    pub stations: Vec<Place>,
}

impl Town {
    /// Keys, cards, PSAMs and configurations; nothing runs yet.
    pub fn found(folder: &Path) -> Self {
        let centre = Place::new(Plan::new(&folder.join("centre")).unwrap());
        centre.up();
        let url = centre.line.url();
        let stations = STATIONS.map(|name| {
            let config = folder.join(format!("{name}.toml"));
            let words = ["station", "serve", "--config"].map(std::ffi::OsString::from);
            let mut plan = Plan::told(words.into_iter().chain([config.into()])).unwrap();
            plan.environment = clock_of(folder, name);
            Place::new(plan)
        });
        let town = Self { folder: folder.to_owned(), centre, stations: stations.into() };
        town.put("prices.toml", PRICES);
        for card in 0..CARDS {
            let words = format!(
                "card issue --host {url} --token centre/operator.token --asn {} --balance {OPENING} --out card-{card}.img",
                asn(card)
            );
            town.greylock(&words).unwrap();
        }
        for (place, name) in STATIONS.into_iter().enumerate() {
            town.put(name, &config(&town, place));
        }
        town
    }

    fn put(&self, name: &str, text: &str) {
        let name = if name.contains('.') { name.to_owned() } else { format!("{name}.toml") };
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    /// Moves a station's clock, also while it runs.
    pub fn set_clock(&self, station: usize, seconds: i64) {
        let path = clock_file(&self.folder, STATIONS[station]);
        let (beside, text) = (path.with_extension("new"), format!("{seconds:+}\n"));
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, path).unwrap();
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

    /// What a station says of itself.
    pub fn site(&self, station: usize) -> Option<Value> {
        let url = format!("{}/v1/site", self.stations[station].line.url());
        let config = ureq::Agent::config_builder().proxy(None);
        let mut answer = config.build().new_agent().get(url).call().ok()?;
        serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
    }
}

/// The ASN of a card.
pub fn asn(card: usize) -> String {
    format!("62801000000001{card:02}")
}

fn tid(station: usize, nozzle: u8) -> String {
    format!("0000000000{}{nozzle}", station + 1)
}

/// A PSAM for each nozzle, and what the station is told.
fn config(town: &Town, station: usize) -> String {
    let (name, centre) = (STATIONS[station], town.centre.line.url());
    let mut text = format!(
        "name = \"{name}\"\ndata = \"{name}\"\nlisten = \"127.0.0.1:0\"\ncentre = \"{centre}\"\nparameters = \"prices.toml\"\n"
    );
    let other = 1 - station;
    let url = town.stations[other].line.url();
    let tids = NOZZLES.map(|nozzle| format!("\"{}\"", tid(other, nozzle))).join(", ");
    let name_there = STATIONS[other];
    text.push_str(&format!(
        "[[neighbour]]\nname = \"{name_there}\"\nurl = \"{url}\"\ntids = [{tids}]\n"
    ));
    for nozzle in NOZZLES {
        let (tid, psam) = (tid(station, nozzle), psam(station, nozzle));
        let words = format!(
            "psam issue --host {centre} --token centre/operator.token --tid {tid} --station {name} --out {psam}"
        );
        town.greylock(&words).unwrap();
        text.push_str(&format!(
            "[[nozzle]]\nnumber = {nozzle}\nproduct = 1\ncard = \"socket:127.0.0.1:0\"\npsam = \"{psam}\"\n\
             dispenser = \"simulated:litre:200000\"\n"
        ));
    }
    text
}

pub fn psam(station: usize, nozzle: u8) -> String {
    format!("{}-{nozzle}.psam", STATIONS[station])
}

fn clock_file(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.clock"))
}

/// A clock that is read from a file, where the library for that is installed.
fn clock_of(folder: &Path, station: &str) -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
    const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    let file = clock_file(folder, station);
    std::fs::write(&file, "+0\n").unwrap();
    let set = |name: &str, value: &str| (name.into(), value.into());
    vec![
        set("LD_PRELOAD", LIBRARY),
        set("FAKETIME_TIMESTAMP_FILE", &file.display().to_string()),
        set("FAKETIME_NO_CACHE", "1"),
        set("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]
}
