//! The audit of everything there is (protocol §11).

use audit::facts::Facts;
use audit::{Verdict, gather};

use crate::world::World;

/// The sums that a story shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    /// Money that was on the cards when they were issued.
    pub issued: i64,
    /// Loaded onto them since, less what was unloaded.
    pub loaded: i64,
    /// Money on the cards now.
    pub on_cards: i64,
    /// Debited by the cards.
    pub debited: i64,
    /// What the centre owes to the stations.
    pub owed_to_stations: i64,
}

/// Audits every card, PSAM and journal and the centre.
#[must_use]
pub fn verdict(world: &World) -> Verdict {
    let cards = (0..world.cards.len()).filter_map(|card| {
        world.look(card).map(|view| gather::card(&format!("card {}", card + 1), &view))
    });
    let psams = world.sites.iter().filter_map(|site| {
        site.psam.view().map(|view| gather::psam(&format!("PSAM of {}", site.station), &view))
    });
    let journals = world.sites.iter().map(|site| gather::journal(site.station, &site.journal));
    audit::audit(&Facts {
        cards: cards.collect(),
        psams: psams.collect(),
        journals: journals.collect(),
        host: Some(gather::centre(&world.centre)),
    })
}

/// The sums, when the audit finds nothing wrong.
pub fn of(world: &World) -> Result<Proof, String> {
    let verdict = verdict(world);
    if !verdict.ok {
        return Err(problems(&verdict).join("; "));
    }
    let totals = verdict.totals;
    Ok(Proof {
        issued: totals.openings,
        loaded: totals.loads - totals.unloads,
        on_cards: totals.money_on_cards,
        debited: totals.debits_by_cards,
        owed_to_stations: totals.owed_to_stations,
    })
}

/// What the audit finds wrong, in words.
#[must_use]
pub fn problems_of(world: &World) -> Vec<String> {
    problems(&verdict(world))
}

fn problems(verdict: &Verdict) -> Vec<String> {
    verdict
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.what, problem.evidence))
        .collect()
}
