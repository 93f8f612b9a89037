//! Prepaid accounts of the stations: which of them a load is charged to, and what must be on each at rest.

use std::collections::BTreeSet;

use host::{
    Account, Books as _, Funding, OnlineChange, PrepaidAccount, PrepaidName, StationId,
    TransferRow, Way,
};
use wire::{Amount, Icc, Stamp};

use super::stage::STATIONS;
use crate::link::WorldCentre;

/// What is paid into each account: little enough that now and then a load is refused for it.
const PAID_IN: i64 = 60_000;
/// The account that both stations may charge.
const SHARED: &str = "both";

fn named(text: &str) -> Option<PrepaidName> {
    text.to_lowercase().parse().ok()
}

/// One account for each station, and one for both.
pub(super) fn open(centre: &mut WorldCentre, now: Stamp) -> Result<(), String> {
    let both: BTreeSet<StationId> = STATIONS.map(StationId::from).into();
    let own = STATIONS.map(|station| (station, BTreeSet::from([StationId::from(station)])));
    for (text, stations) in own.into_iter().chain([(SHARED, both)]) {
        let name = named(text).ok_or("no such account")?;
        let account = PrepaidAccount { name, holder: text.to_owned(), stations };
        centre.open_prepaid(&account).map_err(|refusal| refusal.to_string())?;
        let (reference, maker) = ("paid in".to_owned(), "Mona".to_owned());
        let funding = Funding { name, reference, amount: PAID_IN, maker, now };
        centre.fund_prepaid(&funding).map_err(|refusal| refusal.to_string())?;
    }
    Ok(())
}

/// What a session of a card is charged to. Asked again, it names the same account; another session may name another.
pub(super) fn of(station: &str, icc: Icc) -> Option<PrepaidName> {
    match icc.0.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) % 4 {
        0 | 1 => None,
        2 => named(SHARED),
        _ => named(station),
    }
}

/// What is on each account is what was paid in, less what cards took of it, plus what they brought.
pub(super) fn weigh(centre: &WorldCentre) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in centre.books().prepaids() {
        let taken: i64 = taken(centre, name).iter().sum();
        let (is, wanted) = (
            centre.books().balance(&Account::Prepaid(name)),
            i128::from(PAID_IN) - i128::from(taken),
        );
        if is != wanted {
            wrong.push(format!(
                "prepaid/{name} holds {is}, and {wanted} is left of what was paid in"
            ));
        }
    }
    wrong
}

fn signed(row: &TransferRow) -> i64 {
    let units = i64::from(Amount::units(row.amount));
    if row.way == Way::Load { units } else { -units }
}

/// What cards took of an account, by the changes that they proved: the TAC says which answer it was, and where none
/// was seen all answers came to the same.
fn taken(centre: &WorldCentre, name: PrepaidName) -> Vec<i64> {
    let books = centre.books();
    let purses = wire::Purse::ALL;
    let cards = books.cards().into_iter().flat_map(|asn| purses.map(|purse| (asn, purse)));
    let changes = cards.flat_map(|(asn, purse)| books.changes(asn, purse));
    let charged = |change: &OnlineChange| {
        let rows = books.transfers_of(change.asn).into_iter();
        let number = (change.purse, change.otc, change.by);
        let rows = rows.filter(|row| (row.purse, row.otc, signed(row)) == number);
        let rows: Vec<TransferRow> = rows.collect();
        let row = rows.iter().find(|row| row.tac.is_some()).or(rows.first());
        row.is_some_and(|row| row.account == Some(name))
    };
    changes.filter(charged).map(|change| change.by).collect()
}
