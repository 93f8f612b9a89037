//! What the hunt prints.

use serde_json::{Value, json};

use crate::hunters::{Catch, Hunted, Verdict};

/// The name and the words of a fault.
fn name(hunted: &Hunted) -> (&'static str, &'static str, &'static str) {
    hunted.bug.map_or(("none", "all", "no fault is in: nothing may be found"), |bug| {
        (bug.name(), bug.krate(), bug.words())
    })
}

/// A few lines for people.
pub(crate) fn show(hunted: &Hunted, wrong: Option<&str>) {
    let (name, krate, words) = name(hunted);
    println!("{name} ({krate}): {words}");
    for (hunter, catch) in [("simulation", &hunted.simulation), ("model", &hunted.model)] {
        let took = catch.took.as_secs_f64();
        match &catch.verdict {
            Verdict::NotAsked => {}
            Verdict::Nothing(of) => println!("  {hunter:<11}nothing in {of}, {took:.1} s"),
            Verdict::Found { after, what } => {
                println!("  {hunter:<11}found after {after}, {took:.1} s: {what}");
            }
            Verdict::Broken(why) => println!("  {hunter:<11}{why}"),
        }
    }
    if let Some(wrong) = wrong {
        println!("  FAILED     {wrong}");
    }
}

/// The same for programs.
pub(crate) fn json(hunted: &Hunted, wrong: Option<&str>) -> Value {
    let (name, krate, words) = name(hunted);
    json!({
        "bug": name,
        "crate": krate,
        "words": words,
        "simulation": caught(&hunted.simulation),
        "model": caught(&hunted.model),
        "failed": wrong,
    })
}

fn caught(catch: &Catch) -> Value {
    let seconds = catch.took.as_secs_f64();
    match &catch.verdict {
        Verdict::NotAsked => Value::Null,
        Verdict::Nothing(of) => json!({ "found": false, "looked_at": of, "seconds": seconds }),
        Verdict::Found { after, what } => {
            json!({ "found": true, "after": after, "what": what, "seconds": seconds })
        }
        Verdict::Broken(why) => json!({ "broken": why }),
    }
}
