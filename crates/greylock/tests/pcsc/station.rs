//! A running station whose nozzle has its card and its PSAM in readers.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::forecourt::Forecourt;

const PRICES: &str =
    "version = 1\n\n[[products]]\nnumber = 1\nname = \"Diesel\"\nunit = \"L\"\nunit_price = 789\n";

const CONFIG: &str = "data = \"north\"\nlisten = \"127.0.0.1:0\"\nparameters = \"prices.toml\"\n\n\
    [[nozzle]]\nnumber = 1\nproduct = 1\ncard = \"pcsc:pump 00 00\"\npsam = \"pcsc:pump 00 01\"\n\
    dispenser = \"simulated:litre:20000\"\n";

/// A station that runs. It ends with the test.
struct Station<'f> {
    forecourt: &'f Forecourt,
    child: Child,
    url: String,
}

impl<'f> Station<'f> {
    fn start(forecourt: &'f Forecourt) -> Self {
        forecourt.world.put("prices.toml", PRICES.as_bytes());
        forecourt.world.put("north.toml", CONFIG.as_bytes());
        let mut command = forecourt.command("station serve --config north.toml");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended: {said}");
            if let Some((_, url)) = line.trim().split_once("serving at ") {
                break url.to_owned();
            }
            said.push_str(&line);
        };
        // It writes on, and stops when nobody reads.
        std::thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        Self { forecourt, child, url }
    }

    fn ask(&self, command: &str) -> (i32, Value) {
        let done = self.forecourt.run(&format!("{command} --station {} --json", self.url));
        (done.code, done.document())
    }

    /// Looks until the nozzle shows this.
    fn until(&self, what: &str, shows: impl Fn(&Value) -> bool) {
        let mut last = Value::Null;
        for _ in 0..1_000 {
            last = self.ask("top").1["stations"][0]["site"]["nozzles"][0].take();
            if shows(&last) {
                return;
            }
        }
        panic!("{what}: {last}");
    }

    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Station<'_> {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_card_in_a_stations_reader_is_refuelled_pulled_and_freed() {
    let forecourt = Forecourt::new();
    let psam = forecourt.psam();
    let station = Station::start(&forecourt);
    station.until("free", |nozzle| nozzle["state"] == "free");
    let (code, alone) = station.ask("refuel --amount 100");
    assert_eq!((code, &alone["outcome"]), (1, &json!("refused")), "{alone}");

    let mut card = forecourt.card();
    station.until("the card", |nozzle| nozzle["state"] == "card");
    let (code, sale) = station.ask("refuel --amount 1234");
    assert_eq!((code, &sale["outcome"]), (0, &json!("settled")), "{sale}");
    let paid = sale["amount"].as_u64().unwrap();
    let next = sale["visit"].as_u64().unwrap() + 1;

    // While fuel flows the card is pulled.
    let mut filling = forecourt.command(&format!("refuel --station {} --json", station.url));
    let filling = filling.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    station.until("it flows", |nozzle| {
        nozzle["visit"] == next && nozzle["sale"]["amount"].as_u64() > Some(0)
    });
    card.pull();
    let ended = filling.wait_with_output().unwrap();
    let escape: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((ended.status.code(), &escape["outcome"]), (Some(3), &json!("escaped")), "{escape}");
    let owed = escape["amount"].as_u64().unwrap();
    assert!(owed > 0, "{escape}");
    station.until("free", |nozzle| nozzle["state"] == "free");

    card.put_back();
    station.until("the card is freed", |nozzle| nozzle["card"]["state"] == "unlocked");
    let (code, sale) = station.ask("refuel --amount 100");
    assert_eq!((code, &sale["outcome"]), (0, &json!("settled")), "{sale}");
    let last = sale["amount"].as_u64().unwrap();
    assert_eq!(sale["balance_before"], 150_000 - paid - owed);

    // Card and PSAM leave and come back: so does the nozzle, by itself.
    drop((card, psam));
    station.until("it is out of order, or empty", |nozzle| nozzle["state"] != "card");
    let (psam, card) = (forecourt.psam(), forecourt.card());
    station.until("the card", |nozzle| nozzle["state"] == "card");
    // That the PSAM was away is seen when it is asked: nothing has happened then, and it gets power anew.
    let (code, refused) = station.ask("refuel --amount 200");
    assert_eq!((code, &refused["refusal"]), (1, &json!("psam_silent")), "{refused}");
    let mut asked = (0..100).map(|_| station.ask("refuel --amount 200").1);
    let sale = asked.find(|sale| sale["outcome"] == "settled").unwrap();
    let again = sale["amount"].as_u64().unwrap();
    station.stop();
    drop((card, psam));
    let shown = forecourt.world.show("card.img");
    assert_eq!(shown["state"], "unlocked", "{shown}");
    assert_eq!(shown["purses"][0]["balance"], 150_000 - paid - owed - last - again);
}
