//! What flowed, as the pumps have it, beside what the journals claim: nobody pays for what did not flow, and nothing that
//! flowed is forgotten, whenever the power went.

use serde_json::Value;

use crate::town::{NOZZLES, STATIONS, Town};

/// Thousandths of a litre at each nozzle of each station.
pub type Flowed = [[u64; NOZZLES.len()]; STATIONS.len()];

/// The totalizers, while all stations run.
pub fn totalizers(town: &Town) -> Flowed {
    std::array::from_fn(|station| {
        let site = town.site(station).unwrap();
        std::array::from_fn(|nozzle| site["nozzles"][nozzle]["totalizer"].as_u64().unwrap())
    })
}

/// What the journals have, in the order of the stations.
#[derive(Default)]
pub struct Journals {
    /// What their nozzles have delivered.
    pub flowed: Flowed,
    /// What that costs.
    pub amounts: [i64; STATIONS.len()],
}

/// All deliveries of the journals; the stations have stopped.
pub fn journals(town: &Town) -> Journals {
    let mut journals = Journals::default();
    for (station, name) in STATIONS.into_iter().enumerate() {
        let out = format!("{name}.jsonl");
        town.remove(&out);
        let words = format!("station export --data {name} --format jsonl --out {out}");
        town.greylock(&words).unwrap();
        for line in town.read(&out).lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let nozzle = NOZZLES.iter().position(|number| row["nozzle"] == *number).unwrap();
            journals.flowed[station][nozzle] += row["quantity"].as_u64().unwrap();
            journals.amounts[station] += row["amount"].as_i64().unwrap();
        }
    }
    journals
}
