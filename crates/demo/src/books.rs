//! The money of the whole world, held against protocol §11.

use std::collections::BTreeMap;

use audit::facts::Facts;
use audit::{Verdict, gather};
use card::{Card, View};
use host::{Centre, MemoryBooks, TrialBalance};
use logbook::Logbook;
use psam::Psam;
use store::Vault;
use wire::{Asn, Purse};

use crate::documents::{Account, Books, BooksProblem, BooksRow, CardBooks, CentreBooks};
use crate::memory::Memory;

/// What a card holds, looked at beside its reader.
#[must_use]
pub fn look(memory: &Memory) -> Option<View> {
    Card::power_on(memory.copy()).ok().map(|card| card.view())
}

/// Everything that is audited.
pub struct Everything<'a> {
    /// Numbers and chips of cards.
    pub cards: Vec<(Asn, &'a Memory)>,
    /// Where PSAMs are, and their chips.
    pub psams: Vec<(String, &'a Memory)>,
    /// Stations' names and their journals.
    pub journals: Vec<(&'a str, Logbook)>,
}

/// Reads the books. No chip may be asked anything meanwhile. The centre comes first and the chips last: what is known
/// goes from the chips through the journals to the centre, so nobody is found to know more than those whom he heard it
/// from.
///
/// # Errors
/// The centre's books cannot be read.
pub fn read(
    centre: impl FnOnce() -> Result<Centre<MemoryBooks, Vault>, String>,
    everything: &Everything<'_>,
    moment: String,
) -> Result<Books, String> {
    let centre = centre()?;
    let host = gather::centre(&centre);
    let journals = everything.journals.iter();
    let journals = journals.map(|(name, book)| book.look(|index| gather::index(name, index)));
    let journals = journals.collect();
    let psams = everything.psams.iter().filter_map(|(name, memory)| {
        let psam = Psam::power_on(memory.copy()).ok()?;
        Some(gather::psam(name, &psam.view()))
    });
    let psams = psams.collect();
    let views = everything.cards.iter();
    let views: Vec<_> = views.filter_map(|(asn, memory)| Some((*asn, look(memory)?))).collect();
    let cards = views.iter().map(|(asn, view)| gather::card(&format!("card {asn}"), view));
    let facts = Facts { cards: cards.collect(), psams, journals, host: Some(host) };
    let verdict = audit::audit(&facts);
    let mut problems = problems(&verdict);
    for (asn, _) in everything.cards.iter().filter(|(asn, _)| !views.iter().any(|v| v.0 == *asn)) {
        let what = "card_unreadable: the card's memory cannot be read".to_owned();
        problems.push(BooksProblem { what, evidence: format!("card {asn}") });
    }
    let grey = grey_amounts(everything, &views);
    Ok(Books {
        ok: problems.is_empty(),
        problems,
        rows: rows(&verdict, &everything.journals),
        centre: of_centre(&centre),
        cards: views.iter().map(|(asn, view)| of_card(*asn, view, &grey)).collect(),
        moment,
    })
}

fn problems(verdict: &Verdict) -> Vec<BooksProblem> {
    let problems = verdict.problems.iter().map(|problem| BooksProblem {
        what: problem.what.to_string(),
        evidence: problem.evidence.clone(),
    });
    problems.collect()
}

/// What the open grey locks of cards are to debit, where a journal has the record.
fn grey_amounts(everything: &Everything<'_>, views: &[(Asn, View)]) -> BTreeMap<Asn, u32> {
    let mut amounts = BTreeMap::new();
    for (asn, view) in views {
        let Some(lock) = view.lock() else { continue };
        let records = everything.journals.iter().filter_map(|(_, book)| {
            book.look(|index| index.progress(lock.terms.tid, lock.terms.ttc)?.record().copied())
        });
        let fits = |record: &wire::ClaimedRecord| record.terms.id.asn == *asn;
        if let Some(record) = records.into_iter().find(fits) {
            amounts.insert(*asn, record.delivery.amount.units());
        }
    }
    amounts
}

fn of_card(asn: Asn, view: &View, grey: &BTreeMap<Asn, u32>) -> CardBooks {
    let money = Purse::ALL.map(|purse| {
        let purse = view.purse(purse);
        wire::amount::money(purse.balance, purse.limit)
    });
    CardBooks { asn: asn.to_string(), money: money.iter().sum(), grey: grey.get(&asn).copied() }
}

fn rows(verdict: &Verdict, journals: &[(&str, Logbook)]) -> Vec<BooksRow> {
    let totals = verdict.totals;
    let unreported = journals.iter().map(|(_, book)| {
        i64::try_from(station::Records::unreported(book).reports.len()).unwrap_or(i64::MAX)
    });
    let rows = [
        ("opening", "on the cards when they were issued", totals.openings),
        ("loads", "loaded onto cards since", totals.loads),
        ("unloads", "unloaded from cards since", totals.unloads),
        ("on_cards", "on the cards now", totals.money_on_cards),
        ("debits", "debited by the cards", totals.debits_by_cards),
        ("not_covered", "changed on cards, and nobody can tell why", totals.not_covered),
        ("difference", "too much or too little", totals.difference),
        ("in_grey_locks", "claimed by a station, and on a grey card still", totals.pending_grey),
        (
            "debited_unheard",
            "debited, and the centre has not heard of it yet",
            totals.debited_unheard,
        ),
        ("settled", "settled by the centre", totals.settled),
        ("owed_to_stations", "owed to the stations", totals.owed_to_stations),
        ("unreported", "reports that wait in the stations' journals", unreported.sum()),
    ];
    let row = |(name, words, amount): (&str, &str, i64)| BooksRow {
        name: name.to_owned(),
        words: words.to_owned(),
        amount,
    };
    rows.map(row).to_vec()
}

fn of_centre(centre: &Centre<MemoryBooks, Vault>) -> CentreBooks {
    let balance: TrialBalance = centre.trial_balance();
    let cents = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    let accounts: Vec<_> = balance
        .accounts
        .iter()
        .map(|(account, sum)| Account { name: account.to_string(), balance: cents(*sum) })
        .collect();
    let owed = accounts.iter().filter_map(|account| {
        let station = account.name.strip_prefix("station_payable/")?;
        Some((station.to_owned(), account.balance))
    });
    let owed = owed.collect();
    let grey = u64::try_from(centre.grey_list().len()).unwrap_or(u64::MAX);
    CentreBooks { accounts, owed, grey }
}
