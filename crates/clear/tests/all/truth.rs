//! Made-up days, whose maker knows what is right.

use std::collections::BTreeMap;
use std::path::Path;

use clear::line::Class;
use crypto::bulk::Engine;
use records::TableWriter;
use records::day::{Day, End, Order, Truth};

use crate::maker::keys;
use crate::runs::{here, run};

pub(crate) fn order(records: u64, seed: u64) -> Order {
    Order {
        records,
        forged: records / 100,
        seed,
        day: wire::Date::new(2026, 11, 23).unwrap(),
        stations: Some(12),
        cards: None,
        escapes: 80,
        upgrades: 0,
        duplicates: 30,
        late: 20,
        clones: records / 500,
    }
}

/// Makes a day up, into a file.
pub(crate) fn make(path: &Path, order: Order) -> Truth {
    let main = keys();
    let mut day = Day::new(order, &main, Engine::best(), 1).unwrap();
    let mut table = TableWriter::new(std::fs::File::create(path).unwrap()).unwrap();
    while let Some(rows) = day.rows().unwrap() {
        table.write(&rows).unwrap();
    }
    table.finish().unwrap();
    day.truth().clone()
}

/// The columns of `net.csv` by station and name.
pub(crate) fn net(folder: &Path) -> BTreeMap<u32, BTreeMap<String, u64>> {
    let text = std::fs::read_to_string(folder.join("net.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let station = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let named = names.iter().zip(&fields).skip(1);
        let named = named.map(|(name, field)| ((*name).to_owned(), field.parse().unwrap()));
        (fields[0].parse().unwrap(), named.collect())
    };
    lines.map(station).collect()
}

#[test]
fn clearing_finds_what_the_maker_of_the_day_decided() {
    for seed in 1..=4 {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let upgrades = if seed % 2 == 0 { 40 } else { 0 };
        let truth = make(&path("day.parquet"), Order { upgrades, ..order(12_000, seed) });
        let summary =
            run(&path("day.parquet"), None, &path("out"), crate::maker::DAY, here(2, None))
                .unwrap();
        let net = net(&path("out"));
        assert_eq!(net.len(), truth.stations.len());
        let ends = [
            (End::Sale, Class::Sale),
            (End::TacSeen, Class::TacSeen),
            (End::Online, Class::Online),
            (End::Succession, Class::Succession),
            (End::Pending, Class::Grey),
            (End::Unproved, Class::Unproved),
            (End::Loss, Class::Loss),
        ];
        for (station, right) in &truth.stations {
            for (end, class) in ends {
                let name = class.name();
                let found = (
                    net[station][&format!("{name}_count")],
                    net[station][&format!("{name}_amount")],
                );
                let sum = right.of(end);
                assert_eq!(
                    found,
                    (sum.count, sum.amount),
                    "seed {seed}, station {station}, {name}"
                );
            }
        }
        let quarantined = truth.total.of(End::Quarantined);
        assert_eq!(summary.rows.quarantined, quarantined.count, "{:?}", summary.exceptions);
        // A grey record whose sale came too says the same again; the maker counts copies alone.
        let more = summary.rows.duplicates - truth.duplicates;
        assert_eq!(more > 0, upgrades > 0, "{more} more duplicates than were made");
        assert_eq!(summary.classes["disputed"].count, 0);
    }
}
