//! A station as a process: a card put into its socket, refuelled, pulled, freed; prices, export, and the end.

use std::io::{BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};

use crate::served::Served;
use crate::world::{ASN, TID, World};

pub(crate) const PRICES: &str =
    "version = 1\n\n[[products]]\nnumber = 1\nname = \"Diesel\"\nunit = \"L\"\nunit_price = 789\n";

pub(crate) const CONFIG: &str = "data = \"north\"\nlisten = \"127.0.0.1:0\"\nparameters = \"prices.toml\"\n\n\
    [[nozzle]]\nnumber = 1\nproduct = 1\ncard = \"socket:127.0.0.1:0\"\npsam = \"psam.img\"\n\
    dispenser = \"simulated:litre:20000\"\n";

/// A world with a station's configuration.
fn world() -> World {
    let world = World::new();
    world.put("prices.toml", PRICES.as_bytes());
    world.put("north.toml", CONFIG.as_bytes());
    world
}

/// A station that runs. It ends with the test.
pub(crate) struct Station {
    child: Child,
    pub(crate) stderr: BufReader<ChildStderr>,
    pub(crate) url: String,
}

impl Station {
    fn start(world: &World) -> Self {
        Self::at(world, "north")
    }

    pub(crate) fn at(world: &World, name: &str) -> Self {
        let mut command = world.command(&format!("station serve --config {name}.toml"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let url = line_with(&mut stderr, "serving at ");
        Self { child, stderr, url }
    }

    pub(crate) fn tell(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Ends it in good order.
    pub(crate) fn stop(mut self) {
        self.tell("-TERM");
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
    }

    /// A command at this station, as a document.
    pub(crate) fn ask(&self, world: &World, command: &str) -> (i32, Value) {
        let done = world.run(&format!("{command} --station {} --json", self.url));
        (done.code, done.document())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        // Its number may be another process's once it ended.
        if matches!(self.child.try_wait(), Ok(None)) {
            self.tell("-KILL");
            let _ended = self.child.wait();
        }
    }
}

/// What stands behind this part in the first line that has it.
pub(crate) fn line_with(stderr: &mut impl std::io::BufRead, part: &str) -> String {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended without {part}: {said}");
        if let Some((_, rest)) = line.trim().split_once(part) {
            return rest.to_owned();
        }
        said.push_str(&line);
    }
}

#[test]
fn a_card_is_refuelled_pulled_and_freed_at_a_running_station() {
    let world = world();
    let station = Station::start(&world);
    let (code, sale) = station.ask(&world, "refuel --nozzle 1 --card card.img --amount 8765");
    assert_eq!((code, &sale["outcome"]), (0, &json!("settled")), "{sale}");
    assert_eq!((&sale["asn"], &sale["tid"]), (&json!(ASN), &json!(TID)));
    assert_eq!(sale["balance_before"], 150_000);
    let paid = sale["amount"].as_u64().unwrap();
    assert!((8_757..=8_765).contains(&paid), "to the millilitre: {sale}");
    assert_eq!(world.show("card.img")["purses"][0]["balance"], 150_000 - paid);

    let (code, escape) = station.ask(&world, "refuel --card card.img --escape-at 2000");
    assert_eq!((code, &escape["outcome"]), (3, &json!("escaped")), "{escape}");
    assert!(escape["amount"].as_u64().unwrap() >= 2000, "{escape}");
    assert_eq!(world.show("card.img")["state"], "grey");

    let top = world.run(&format!("top --station {} --once", station.url)).done();
    assert!(top.contains(" claimed") && top.contains("Diesel"), "{top}");

    let (code, freed) = station.ask(&world, "unlock --card card.img");
    assert_eq!((code, &freed["outcome"], &freed["how"]), (0, &json!("settled"), &json!("local")));
    assert_eq!(freed["amount"], escape["amount"]);
    let card = world.show("card.img");
    assert_ne!(card["state"], "grey");
    let left = 150_000 - paid - escape["amount"].as_u64().unwrap();
    assert_eq!(card["purses"][0]["balance"], left);
    let (code, nothing) = station.ask(&world, "unlock --card card.img");
    assert_eq!((code, &nothing["outcome"]), (1, &json!("refused")), "{nothing}");

    let (_, top) = station.ask(&world, "top");
    assert_eq!(top["stations"][0]["site"]["journal"]["open_locks"], 0, "{top}");
    station.stop();

    // The journal goes on where it was, and gives its records out.
    world.run("station export --data north --out north.csv").done();
    let csv = String::from_utf8(world.bytes("north.csv")).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert_eq!(csv.matches(",settled,").count(), 2, "{csv}");
    let out = "station export --config north.toml --out north.jsonl --format jsonl";
    world.run(out).done();
    let rows = String::from_utf8(world.bytes("north.jsonl")).unwrap();
    let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert_eq!((&first["amount"], &first["record"]), (&json!(paid), &sale["record"]));
    world.run("station export --data north --out north.bin --format bin").done();
    let verified = world.run("verify north.csv north.jsonl north.bin --keys keys.toml --json");
    let verified: Value = serde_json::from_str(&verified.done()).unwrap();
    assert_eq!((&verified["records"], &verified["bad"]), (&json!(6), &json!(0)), "{verified}");
    let again = Station::start(&world);
    let (code, sale) = again.ask(&world, "refuel --card card.img --amount 100");
    assert_eq!((code, &sale["balance_before"]), (0, &json!(left)), "{sale}");
    again.stop();
}

#[test]
fn prices_come_by_command_and_by_signal() {
    let world = world();
    let mut station = Station::start(&world);
    let newer = PRICES.replace("789", "900").replace("version = 1", "version = 2");
    world.put("new.toml", newer.as_bytes());
    let (code, taken) = station.ask(&world, "station parameters new.toml");
    assert_eq!(code, 0, "{taken}");
    assert!(
        taken["version"] == 2 || taken["next"] == 2,
        "at once, or as soon as no visit runs: {taken}"
    );
    let in_force = |station: &Station, price: u32| {
        let asked = (0..100).map(|_| station.ask(&world, "top").1);
        let mut prices =
            asked.map(|top| top["stations"][0]["site"]["nozzles"][0]["product"].clone());
        prices.any(|product| product["unit_price"] == price)
    };
    assert!(in_force(&station, 900));
    let (code, refused) = station.ask(&world, "station parameters new.toml");
    assert_eq!((code, &refused["refusal"]), (1, &json!("old_parameters")), "{refused}");
    let newest = newer.replace("900", "950").replace("version = 2", "version = 3");
    world.put("prices.toml", newest.as_bytes());
    station.tell("-HUP");
    line_with(&mut station.stderr, "were read again");
    assert!(in_force(&station, 950));
    // What is no set of prices stays out.
    world.put("prices.toml", b"version = 4\nproducts = 5\n");
    station.tell("-HUP");
    line_with(&mut station.stderr, "the parameters were not read again");
    station.stop();
}

#[test]
fn what_a_station_cannot_do_is_said_before_anything_happens() {
    let world = world();
    world.run("station serve --config none.toml").is_wrong_use("cannot read none.toml");
    let check = world.run("station serve --config north.toml --check").done();
    assert!(check.contains("dispenser = \"simulated:litre:20000\""), "{check}");
    assert!(!world.names().contains(&"north".to_owned()), "nothing is made");
    for (command, words) in [
        ("refuel --card card.img --psam psam.img --station http://127.0.0.1:1", "--psam"),
        ("refuel --card card.img --psam psam.img --amount 5", "--journal"),
        ("refuel --amount 5", "--card"),
        ("refuel --card c --psam p --journal j --amount 5 --vehicle X", "--station"),
        ("refuel --station http://station.example", "without TLS"),
        ("unlock --card card.img --nozzle 1 --journal north", "--station"),
        ("load --card card.img --amount 5 --station http://127.0.0.1:1 --host file:c", "--host"),
        ("station export --out x.csv", "--data"),
        ("station export --data none --out x.csv", "no station's data folder"),
        ("top --station nowhere --once", "cannot reach the station"),
    ] {
        world.run(command).is_wrong_use(words);
    }
    let station = Station::start(&world);
    for (command, words) in [
        ("refuel --nozzle 9 --card card.img", "give --nozzle, one of 1"),
        ("refuel --card pcsc:x", "leave --card away"),
        ("refuel --escape-at 100", "can it pull"),
        ("refuel --card card.img --trace", "trace = true"),
    ] {
        world.run(&format!("{command} --station {}", station.url)).is_wrong_use(words);
    }
    let (code, alone) = station.ask(&world, "refuel");
    assert_eq!((code, &alone["outcome"]), (1, &json!("refused")), "{alone}");
    assert_eq!(world.run("station export --data north --out x.csv").code, 3, "it is in use");
    station.stop();
}

/// A centre in development, two stations with its cards, and a secured door at one of them.
#[test]
fn a_card_that_escaped_at_one_station_is_freed_at_another_with_the_centres_list() {
    let world = World::empty();
    let centre = Served::start(&world, "--dev --data centre");
    let host = format!("--host {} --token centre/operator.token", centre.url);
    world.run(&format!("card issue {host} --asn {ASN} --balance 150000 --out card.img")).done();
    world.put("prices.toml", PRICES.as_bytes());
    for (station, tid) in [("north", "000000000001"), ("south", "000000000002")] {
        let psam = format!("--tid {tid} --station {station} --out {station}.img");
        world.run(&format!("psam issue {host} {psam}")).done();
        let config =
            CONFIG.replace("north", station).replace("psam.img", &format!("{station}.img"));
        let config = format!("centre = \"{}\"\n{config}", centre.url);
        world.put(&format!("{station}.toml"), config.as_bytes());
    }
    world.run("pki init --dir pki --name Test").done();
    world.run("pki server --dir pki --ip 127.0.0.1 --out server").done();
    world.run("pki operator --dir pki --name ada --out ada").done();
    let secured = String::from_utf8(world.bytes("north.toml")).unwrap();
    let secured = format!("certificate = \"server\"\nauthority = \"pki\"\n{secured}");
    world.put("north.toml", secured.as_bytes());
    let (north, south) = (Station::at(&world, "north"), Station::at(&world, "south"));
    assert!(north.url.starts_with("https://"), "{}", north.url);
    world
        .run(&format!("top --once --station {}", north.url))
        .is_wrong_use("asks for a certificate");

    let as_ada = "--certificate ada --authority pki";
    let (code, escape) =
        north.ask(&world, &format!("refuel --card card.img --escape-at 2000 {as_ada}"));
    assert_eq!((code, &escape["outcome"]), (3, &json!("escaped")), "{escape}");
    let heard =
        || world.run(&format!("host outcomes {host} --json")).document()["outcomes"] != json!([]);
    assert!((0..200).any(|_| heard()), "north reports its grey record");
    let (code, freed) = south.ask(&world, "unlock --card card.img");
    assert_eq!((code, &freed["how"]), (0, &json!("local")), "{freed}");
    assert_eq!(freed["amount"], escape["amount"]);
    let settled = || {
        let outcomes = world.run(&format!("host outcomes {host} --json")).document();
        outcomes["outcomes"][0]["settled"] == escape["amount"]
    };
    assert!((0..200).any(|_| settled()), "both stations report what they have");
    north.stop();
    south.stop();
    let psams = "--psam north.img --psam south.img";
    let journals = "--journal north --journal south";
    let audit = world.run(&format!("audit --json --card card.img {psams} {journals} {host}"));
    assert_eq!(audit.document()["ok"], true, "{audit:?}");
    centre.stop();
}

/// docs/station.md names every key that the file takes, and no other.
#[test]
fn the_page_has_every_key_of_the_configuration() {
    let page = include_str!("../../../../docs/station.md");
    let (_, section) = page.split_once("\n## Configuration\n").unwrap();
    let table = section.split("\nEach `[[neighbour]]`").next().unwrap();
    let keys: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .collect();
    let world = World::empty();
    world.put("x.toml", b"no_such_key = 1\n");
    let said = world.run("station serve --config x.toml --check").err;
    let (_, known) = said.split_once("expected one of ").unwrap();
    let known = known.split('\n').next().unwrap();
    let known: Vec<&str> = known.split(", ").map(|key| key.trim_matches('`')).collect();
    assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>(), known.iter().collect());
}
