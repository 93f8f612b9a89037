//! A customer with a card: refuels here and there, pulls the card now and then, sometimes so that it is torn.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::dice::Dice;
use crate::town::{NOZZLES, STATIONS, Town, idle};

/// What customers met.
#[derive(Default)]
pub struct Met {
    pub settled: AtomicU64,
    pub escaped: AtomicU64,
    pub refused: AtomicU64,
    pub lost: AtomicU64,
    pub torn: AtomicU64,
}

/// Refuels until it is over.
pub fn live(town: &Town, card: usize, seed: u64, is_over: &AtomicBool, met: &Met) {
    let mut dice = Dice::new(seed << 8 | card as u64);
    while !is_over.load(Ordering::Relaxed) {
        refuel(town, card, &mut dice, met);
    }
}

fn refuel(town: &Town, card: usize, dice: &mut Dice, met: &Met) {
    let (station, nozzle) = (dice.index(STATIONS.len()), NOZZLES[dice.index(NOZZLES.len())]);
    let amount = dice.amount(100, 20_000);
    let url = town.stations[station].line.url();
    let mut words = format!(
        "refuel --station {url} --nozzle {nozzle} --card card-{card}.img --amount {amount} --json"
    );
    if dice.one_in(4) {
        words.push_str(&format!(" --escape-at {}", dice.amount(1, amount)));
    }
    let mut command = town.command(&words);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if dice.one_in(5) {
        // The card goes at any moment, also in the middle of a write.
        idle(dice.below(150_000));
        let _it_may_have_ended = child.kill();
        child.wait().unwrap();
        met.torn.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let which = match (output.status.code(), document["outcome"].as_str()) {
        (Some(0), _) => &met.settled,
        (Some(1), _) => &met.refused,
        (Some(3), Some("escaped")) => &met.escaped,
        // A station that is down, or has another card in.
        (Some(3), _) => &met.lost,
        (code, _) => panic!("{words}: {code:?} {document} {said}"),
    };
    which.fetch_add(1, Ordering::Relaxed);
}
