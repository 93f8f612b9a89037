//! A customer with a card: refuels here and there, and pulls the card now and then.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ordeal::process;
use serde_json::Value;

use crate::dice::Dice;
use crate::place::idle;
use crate::town::{CARDS, NOZZLES, STATIONS, Town};

/// Within this time a command that plays a visit is somewhere in it, in microseconds.
const VISIT: u64 = 250_000;

/// What customers met.
#[derive(Default)]
pub struct Met {
    pub refuelled: AtomicU64,
    pub escaped: AtomicU64,
    pub bought: AtomicU64,
    pub loaded: AtomicU64,
    /// Cards that a visit found grey, and freed.
    pub unlocked: AtomicU64,
    pub refused: AtomicU64,
    pub lost: AtomicU64,
    /// Visits that the full disk refused or broke.
    pub no_disk: AtomicU64,
    /// How often each card was torn out of a visit.
    pub torn: [AtomicU64; CARDS],
    /// Why visits were refused.
    pub refusals: Mutex<BTreeMap<String, u64>>,
    /// Visits in which a card is still to be torn out.
    pub to_tear: [AtomicU64; CARDS],
}

/// Goes on until it is over, and nothing is to be torn any more.
pub fn live(town: &Town, card: usize, seed: u64, is_over: &AtomicBool, met: &Met) {
    let mut dice = Dice::new(seed);
    loop {
        if met.to_tear[card].load(Ordering::Relaxed) > 0 {
            if tear(town, card, &mut dice) {
                met.to_tear[card].fetch_sub(1, Ordering::Relaxed);
                met.torn[card].fetch_add(1, Ordering::Relaxed);
            }
        } else if is_over.load(Ordering::Relaxed) {
            return;
        } else {
            visit(town, card, &mut dice, met);
        }
    }
}

/// The card goes at any moment, also in the middle of a write. Whether it was still in use.
fn tear(town: &Town, card: usize, dice: &mut Dice) -> bool {
    let words = words(town, card, dice);
    let mut command = town.command(&words);
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    idle(dice.below(VISIT));
    let in_use = child.try_wait().unwrap().is_none();
    let _it_may_have_ended = child.kill();
    child.wait().unwrap();
    in_use
}

/// What to do next.
fn words(town: &Town, card: usize, dice: &mut Dice) -> String {
    let (station, nozzle) = (dice.index(STATIONS.len()), NOZZLES[dice.index(NOZZLES.len())]);
    let at = format!(
        "--station {} --nozzle {nozzle} --card card-{card}.img --json",
        town.stations[station].lines[0].url()
    );
    let amount = dice.amount(100, 20_000);
    match dice.below(8) {
        0 => format!("unlock {at}"),
        1 => format!("purchase {at} --amount {amount}"),
        2 => format!("load {at} --amount {amount}"),
        3 | 4 => {
            format!("refuel {at} --amount {amount} --escape-at {}", dice.amount(1, amount))
        }
        _ => format!("refuel {at} --amount {amount}"),
    }
}

fn visit(town: &Town, card: usize, dice: &mut Dice, met: &Met) {
    let words = words(town, card, dice);
    let output = process::output(&mut town.command(&words)).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let outcome = document["outcome"].as_str();
    let which = match (output.status.code(), outcome) {
        (Some(0), Some("settled")) if words.starts_with("refuel") => Some(&met.refuelled),
        (Some(0), Some("purchased")) => Some(&met.bought),
        (Some(0), Some("loaded")) => Some(&met.loaded),
        // Counted below.
        (Some(0), _) => None,
        (Some(1), _) => Some(&met.refused),
        (Some(3), Some("escaped")) => Some(&met.escaped),
        // A station that is down, or has another card in.
        (Some(3), _) => Some(&met.lost),
        (code, _) => panic!("{words}: {code:?} {document} {said}"),
    };
    if let Some(which) = which {
        which.fetch_add(1, Ordering::Relaxed);
    }
    if output.status.code() == Some(1) {
        let why = document["refusal"].as_str().or_else(|| document["reason"].as_str());
        let why =
            why.unwrap_or_else(|| panic!("{words} is refused for nothing: {document} {said}"));
        *met.refusals.lock().unwrap().entry(why.to_owned()).or_default() += 1;
    }
    match document["refusal"].as_str() {
        Some("disk_low" | "journal_failed") => {
            met.no_disk.fetch_add(1, Ordering::Relaxed);
        }
        Some("program_fault" | "our_bug") => panic!("{words}: {document} {said}"),
        _ => {}
    }
    let is_unlock = words.starts_with("unlock") && outcome == Some("settled");
    if is_unlock || !document["unlocked"].is_null() {
        met.unlocked.fetch_add(1, Ordering::Relaxed);
    }
}
