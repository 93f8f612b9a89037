//! `greylock size`: what a network asks of its centre.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cli::SizeArgs;
use crate::error::Error;
use crate::output::Report;
use crate::sizing::{Demand, Flow, Measured, Needs, Profile};

/// Computes it.
///
/// # Errors
/// None: the arguments are in range.
pub(crate) fn run(args: &SizeArgs) -> Result<Report, Error> {
    let profile = profile_of(args);
    let (demand, needs) = (profile.demand(), profile.needs(&measured_of(args)));
    let document = document(args, &demand, &needs);
    Ok(Report::done(document, text(&profile, &demand, &needs)))
}

const fn profile_of(args: &SizeArgs) -> Profile {
    Profile {
        cards: args.cards,
        stations: args.stations,
        refuellings: args.refuellings,
        peak: args.peak,
        escape_in: args.escape_in,
        online_in: args.online_in,
        grey_days: args.grey_days,
        transfers: args.transfers,
        blacklisted_in: args.blacklisted_in,
        barred: args.barred,
        years: args.years,
        load: args.load,
    }
}

const fn measured_of(args: &SizeArgs) -> Measured {
    Measured {
        outcomes_per_second: args.outcomes_per_second,
        unlocks_per_second: args.unlocks_per_second,
        deliveries_per_second: args.deliveries_per_second,
        tacs_per_second: args.tacs_per_second,
        bytes_per_outcome: args.bytes_per_outcome,
    }
}

fn document(args: &SizeArgs, demand: &Demand, needs: &Needs) -> Value {
    let flow = |flow: Flow| json!({ "per_day": flow.per_day, "peak_thousandths_per_second": flow.peak_millis });
    json!({
        "outcome": "done",
        "cards": args.cards,
        "stations": args.stations,
        "load_percent": args.load,
        "outcomes": flow(demand.outcomes),
        "unlocks": flow(demand.unlocks),
        "transfers": flow(demand.transfers),
        "events": flow(demand.events),
        "deliveries": flow(demand.deliveries),
        "tacs": flow(demand.tacs),
        "grey_list": demand.grey_list,
        "blacklist": demand.blacklist,
        "kept": demand.kept,
        "books_for_outcomes": needs.books_for_outcomes,
        "books_for_unlocks": needs.books_for_unlocks,
        "servers": needs.servers,
        "tac_seconds": needs.tac_seconds,
        "bytes_a_day": needs.bytes_a_day,
        "bytes_kept": needs.bytes_kept,
    })
}

fn text(profile: &Profile, demand: &Demand, needs: &Needs) -> String {
    let Profile { cards, stations, peak, load, years, .. } = *profile;
    let mut text = format!("{} cards, {} stations\n", grouped(cards), grouped(stations));
    let _ =
        writeln!(text, "{:<34}{:>19}{:>15}{:>19}", "", "a day", "a second*", "one is enough at");
    let flows = [
        ("outcomes reported", demand.outcomes),
        ("on-line unlocks", demand.unlocks),
        ("loads and unloads", demand.transfers),
        ("events of the lists", demand.events),
        ("the same to each station", demand.deliveries),
        ("TACs to verify", demand.tacs),
    ];
    for (what, flow) in flows {
        let peak = thousandths(flow.peak_millis);
        let alone = grouped(profile.alone(flow));
        let _ = writeln!(text, "  {what:<32}{:>19}{peak:>15}{alone:>19}", grouped(flow.per_day));
    }
    let counts = [
        ("records on the grey list", Some(demand.grey_list)),
        ("cards on the blacklist", Some(demand.blacklist)),
        ("locks in the books in the end", Some(demand.kept)),
        ("books for the outcomes", needs.books_for_outcomes),
        ("books for the on-line unlocks", needs.books_for_unlocks),
        ("servers for the events", needs.servers),
        ("seconds of a core for all TACs", needs.tac_seconds),
        ("bytes that a day adds", needs.bytes_a_day),
        ("bytes in the end", needs.bytes_kept),
    ];
    for (what, count) in counts {
        let Some(count) = count else { continue };
        let _ = writeln!(text, "  {what:<32}{:>19}", grouped(count));
    }
    let _ = writeln!(
        text,
        "* in the busiest hour, with {peak} % of a day; one is asked at most {load} % of what it was measured to do\n  locks are kept for {years} years"
    );
    text
}

/// `1063621` as `1,063,621`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1010` as `1.010`.
fn thousandths(millis: u64) -> String {
    format!("{}.{:03}", grouped(millis / 1_000), millis % 1_000)
}
