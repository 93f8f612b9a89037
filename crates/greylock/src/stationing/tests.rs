//! The configuration of a station: what is taken from where, and what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Config, Door};
use crate::cli::StationServeArgs;

const NOZZLE: &str = "[[nozzle]]\nnumber = 1\nproduct = 1\ncard = \"image:card.img\"\n\
    psam = \"psam.img\"\ndispenser = \"simulated:litre\"\n";

fn args(folder: &Path, text: &str) -> StationServeArgs {
    let config = folder.join("station.toml");
    std::fs::write(&config, text).unwrap();
    StationServeArgs { config, ..StationServeArgs::default() }
}

fn wrong(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let args = args(folder.path(), text);
    Config::gather(&args, &BTreeMap::new()).unwrap_err().to_string()
}

fn with(line: &str) -> String {
    format!("parameters = \"prices.toml\"\n{line}\n{NOZZLE}")
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = with("listen = \"127.0.0.1:1\"\ndata = \"north\"\nlog = \"debug\"");
    let mut args = args(folder.path(), &text);
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let environment = BTreeMap::from([named("LISTEN", "127.0.0.1:2"), named("LOG", "warn")]);
    args.log = Some("error".to_owned());
    let config = Config::gather(&args, &environment).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.level, tracing::Level::ERROR);
    assert_eq!(config.name, "north", "the data folder's");
    assert_eq!(config.data, folder.path().join("north"), "meant from where the file is");
    assert_eq!(config.door, Door::Here);
    let text = config.text();
    assert!(text.contains("listen = \"127.0.0.1:2\" # GREYLOCK_STATION_LISTEN"), "{text}");
    assert!(text.contains("log = \"error\" # --log"), "{text}");
    assert!(text.contains("dispenser = \"simulated:litre:600\""), "{text}");
    // What is printed can be read again.
    args.log = None;
    std::fs::write(folder.path().join("again.toml"), &text).unwrap();
    args.config = folder.path().join("again.toml");
    let again = Config::gather(&args, &BTreeMap::new()).unwrap();
    assert!(!config.needs_restart(&again), "{again:?}");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_to_write() {
    for (text, words) in [
        (with("lisen = \"x\""), "station.toml, line 2: unknown field `lisen`"),
        (with("listen = 1"), "line 2"),
        (with("listen = \"nowhere\""), "`listen`: this is no address"),
        (with("listen = \"0.0.0.0:7817\""), "there is no certificate"),
        (with("identity = \"north\""), "`identity` needs `authority`"),
        (with("name = \"north/1\""), "no station's name"),
        (with("currency = \"euro\""), "three capital letters"),
        (with("title = \"\""), "`title` is empty"),
        (with("title = \" \""), "`title` is empty"),
        (with("title = \"North\\nGate\""), "`title` is one line"),
        (with("title = \"North\\u001bGate\""), "`title` is one line"),
        (with("title = \"North\\u2028Gate\""), "`title` is one line"),
        (with("metrics_listen = \"0.0.0.0:1\""), "can be reached from other machines"),
        (with("[[neighbour]]\nname = \"x\"\nurl = \"http://x.example\""), "neighbour x"),
        (NOZZLE.to_owned(), "`parameters` is missing"),
        ("parameters = \"x\"".to_owned(), "a station has a `[[nozzle]]`"),
        (with("").replace("image:", "picture:"), "nozzle 1: `picture:card.img` is no reader"),
        (with("").replace("simulated:litre", "simulated:beer"), "no dispenser"),
        (with("").replace("number = 1", "number = 300"), "line 4"),
    ] {
        let said = wrong(&text);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_dispenser_is_named_by_its_kind() {
    use super::pump::Pump;
    for (text, shown) in [
        ("simulated:kwh", "simulated:kwh:14"),
        ("simulated:m3:5", "simulated:m3:5"),
        ("tcp:pump.example:9000/2", "tcp:pump.example:9000/2"),
        ("tcp:[::1]:9000/2", "tcp:[::1]:9000/2"),
    ] {
        assert_eq!(text.parse::<Pump>().unwrap().to_string(), shown);
    }
    for text in ["litre", "simulated:litre:0", "simulated:litre:x", "tcp:host/1", "tcp:host:1"] {
        assert!(text.parse::<Pump>().is_err(), "{text}");
    }
}

#[test]
fn what_is_read_again_needs_no_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = |text: &str| Config::gather(&args(folder.path(), text), &BTreeMap::new()).unwrap();
    let before = config(&with(""));
    assert!(!before.needs_restart(&config(&with("log = \"debug\""))));
    assert!(!before.needs_restart(&config(&with("").replace("prices", "new-prices"))));
    assert!(before.needs_restart(&config(&with("trace = true"))));
    assert!(before.needs_restart(&config(&with("").replace("psam.img", "other.img"))));
}
