//! Histories, told to a database.

use host::{Centre, Input, MainKeys, MemoryBooks, Output};
use store::Desk;

/// The same rules, with books in memory.
pub type InMemory = Centre<MemoryBooks, MainKeys>;

/// What must be the same whoever keeps the books: everything but the order of postings, which says when a report
/// came.
#[derive(PartialEq, Debug)]
pub struct Picture {
    outcomes: Vec<host::OutcomeRow>,
    trial: host::TrialBalance,
    holes: Vec<host::Holes>,
    grey: Vec<wire::ClaimedRecord>,
    purchases: Vec<host::PurchaseRow>,
    blacklist: Vec<(wire::Asn, host::Code)>,
    decisions: Vec<host::DecisionRow>,
    /// As a load sees them: not summed over all entries.
    prepaid: Vec<(host::PrepaidName, i128)>,
}

pub fn picture<B: host::Books, V: host::Codes>(centre: &Centre<B, V>) -> Picture {
    Picture {
        outcomes: centre.outcomes(),
        trial: centre.trial_balance(),
        holes: [crate::support::T1, crate::support::T2].map(|tid| centre.holes(tid)).to_vec(),
        grey: centre.grey_list(),
        purchases: centre.purchases(),
        blacklist: centre.blacklist(),
        decisions: centre.decisions(),
        prepaid: prepaid(centre.books()),
    }
}

fn prepaid(books: &impl host::Books) -> Vec<(host::PrepaidName, i128)> {
    let names = books.prepaids().into_iter();
    names.map(|name| (name, books.balance(&host::Account::Prepaid(name)))).collect()
}

/// Tells each input alone; the answers.
pub fn tell(desk: &Desk, inputs: impl IntoIterator<Item = Input>) -> Vec<Output> {
    inputs.into_iter().flat_map(|input| desk.apply(vec![input]).unwrap()).collect()
}
