//! Whole lists of the books, and sums over them.

use std::collections::BTreeMap;

use host::{
    Account, Books as _, Case, Code, DecisionRow, MemoryBooks, Notice, Posting, PrepaidName,
    PurchaseCase,
};
use wire::{Asn, Tid};

use crate::database::{Database, Last};
use crate::error::StoreError;
use crate::export::Tables;
use crate::page::Numbered;
use crate::rows;
use crate::table::{CARDS, CASES, DECISIONS, ENTRIES, NOTICES, PREPAID, PURCHASES};
use crate::value::{Columns, Row, Value};

pub(crate) fn cards(database: &mut dyn Database) -> Result<Vec<Asn>, StoreError> {
    let rows = database.all(&CARDS, "asn")?.into_iter();
    rows.map(|row| Columns::new(CARDS.name, row).parsed()).collect()
}

pub(crate) fn blacklist(database: &mut dyn Database) -> Result<Vec<(Asn, Code)>, StoreError> {
    let statement = "SELECT asn, blacklisted FROM cards WHERE blacklisted IS NOT NULL ORDER BY asn";
    let listed = |row: Row| {
        let mut columns = Columns::new(CARDS.name, row);
        let (asn, code) = (columns.parsed()?, columns.text()?);
        let unknown = || StoreError::damaged(format!("no card is on the blacklist for {code}"));
        Ok((asn, Code::from_name(&code).ok_or_else(unknown)?))
    };
    database.query(statement, &[])?.into_iter().map(listed).collect()
}

pub(crate) fn cases(database: &mut (impl Tables + ?Sized)) -> Result<Vec<Case>, StoreError> {
    let rows = database.all(&CASES, "tid, ttc")?.into_iter();
    rows.map(|row| rows::case(row).map(|(case, _)| case)).collect()
}

pub(crate) fn cases_of(database: &mut dyn Database, tid: Tid) -> Result<Vec<Case>, StoreError> {
    let rows = database.find(&CASES, &["tid"], Last::Equal, &[vec![Value::text(tid)]])?;
    let cases = rows.into_iter().map(|row| rows::case(row).map(|(case, _)| case));
    let mut cases: Vec<Case> = cases.collect::<Result<_, _>>()?;
    cases.sort_by_key(|case| case.ttc);
    Ok(cases)
}

pub(crate) fn decisions(
    database: &mut (impl Tables + ?Sized),
) -> Result<Vec<DecisionRow>, StoreError> {
    let rows = database.all(&DECISIONS, "asn, date, time")?.into_iter();
    rows.map(|row| rows::behind_three(DECISIONS.name, row)).collect()
}

pub(crate) fn purchases(
    database: &mut (impl Tables + ?Sized),
) -> Result<Vec<PurchaseCase>, StoreError> {
    database.all(&PURCHASES, "tid, ttc")?.into_iter().map(rows::purchase).collect()
}

/// All postings, oldest first.
pub(crate) fn postings(database: &mut (impl Tables + ?Sized)) -> Result<Vec<Posting>, StoreError> {
    let postings = whole_postings(database.all(&ENTRIES, "posting, part")?)?;
    Ok(postings.into_iter().map(|posting| posting.row).collect())
}

/// Entries in the order of their postings, each posting whole again.
pub(crate) fn whole_postings(entries: Vec<Row>) -> Result<Vec<Numbered<Posting>>, StoreError> {
    let mut postings: Vec<Numbered<Posting>> = Vec::new();
    for row in entries {
        let entry = rows::entry(row)?;
        let overflow = || StoreError::damaged("a posting leaves the range of the ledger");
        match postings
            .last_mut()
            .filter(|posting| (posting.lane, posting.number) == (entry.lane, entry.number))
        {
            Some(posting) => {
                let lines = std::mem::take(&mut posting.row.lines);
                let lines = lines.transfer(entry.source, entry.target, entry.amount);
                posting.row.lines = lines.ok_or_else(overflow)?;
            }
            None => {
                let (lane, number) = (entry.lane, entry.number);
                postings.push(Numbered {
                    lane,
                    number,
                    row: entry.posting().ok_or_else(overflow)?,
                });
            }
        }
    }
    Ok(postings)
}

/// What is on an account: all that came in less all that went out.
pub(crate) fn balance(database: &mut dyn Database, account: &Account) -> Result<i128, StoreError> {
    // An account of one card is summed over that card's rows alone.
    let card = match account {
        Account::Float(asn, _)
        | Account::Reserved(asn, _)
        | Account::InFlight(asn, _)
        | Account::CardholderClaims(asn) => Some(*asn),
        _ => None,
    };
    let (of_card, mut values) = match card {
        Some(asn) => (" AND asn = ?", vec![Value::text(asn)]),
        None => ("", Vec::new()),
    };
    let mut sum = |side: &str| -> Result<i128, StoreError> {
        let statement = format!(
            "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM entries WHERE {side} = ?{of_card}"
        );
        values.insert(0, Value::text(account));
        let rows = database.query(&statement, &values)?;
        values.remove(0);
        number(rows)
    };
    Ok(sum("target")? - sum("source")?)
}

fn number(rows: Vec<Row>) -> Result<i128, StoreError> {
    let row = rows.into_iter().next().unwrap_or_default();
    Columns::new("entries", row).number().map(i128::from)
}

/// Every account that is not empty.
pub(crate) fn accounts(database: &mut dyn Database) -> Result<BTreeMap<Account, i128>, StoreError> {
    let mut accounts = BTreeMap::new();
    for (side, sign) in [("target", 1), ("source", -1)] {
        let statement = format!(
            "SELECT {side}, CAST(SUM(amount) AS BIGINT) FROM entries GROUP BY {side} ORDER BY {side}"
        );
        for row in database.query(&statement, &[])? {
            let mut columns = Columns::new("entries", row);
            let account = columns.parsed()?;
            *accounts.entry(account).or_insert(0) += sign * i128::from(columns.number()?);
        }
    }
    accounts.retain(|_, balance| *balance != 0);
    Ok(accounts)
}

pub(crate) fn notices(database: &mut (impl Tables + ?Sized)) -> Result<Vec<Notice>, StoreError> {
    database.all(&NOTICES, "id")?.into_iter().map(rows::notice).collect()
}

pub(crate) fn prepaids(database: &mut dyn Database) -> Result<Vec<PrepaidName>, StoreError> {
    let rows = database.all(&PREPAID, "name")?.into_iter();
    rows.map(|row| rows::prepaid(row).map(|(account, _)| account.name)).collect()
}

/// All books in memory: to look at, and for an audit.
pub(crate) fn everything(database: &mut (impl Tables + ?Sized)) -> Result<MemoryBooks, StoreError> {
    use crate::table::{
        CHANGES, FUNDINGS, OPEN_LOCKS, PSAMS, RULINGS, SIGHTINGS, TACS, TRANSFERS, WAITING,
    };
    let mut books = MemoryBooks::new();
    for row in database.all(&CARDS, "asn")? {
        books.put_card(rows::card(row)?);
    }
    for row in database.all(&PSAMS, "tid")? {
        books.put_psam(rows::psam(row)?);
    }
    for row in database.all(&PREPAID, "name")? {
        books.put_prepaid(rows::prepaid(row)?.0);
    }
    for row in database.all(&FUNDINGS, "name, reference")? {
        books.add_funding(rows::funding(row)?);
    }
    cases(database)?.into_iter().for_each(|case| books.put_case(case));
    for row in database.all(&SIGHTINGS, "asn")? {
        books.add_sighting(rows::behind_lock(SIGHTINGS.name, row)?.1);
    }
    for row in database.all(&TACS, "asn")? {
        books.add_tac(rows::behind_lock(TACS.name, row)?.1);
    }
    for row in database.all(&CHANGES, "asn")? {
        books.add_change(rows::behind_three(CHANGES.name, row)?);
    }
    decisions(database)?.into_iter().for_each(|row| books.put_decision(row));
    for row in database.all(&TRANSFERS, "asn")? {
        books.put_transfer(rows::behind_three(TRANSFERS.name, row)?);
    }
    purchases(database)?.into_iter().for_each(|case| books.put_purchase(case));
    for row in database.all(&WAITING, "asn")? {
        let (lock, shown) = rows::behind_lock(WAITING.name, row)?;
        books.put_waiting(lock, shown);
    }
    for row in database.all(&RULINGS, "asn")? {
        let (lock, rulings) = rows::behind_lock(RULINGS.name, row)?;
        books.put_proposals(lock, rulings);
    }
    for row in database.all(&OPEN_LOCKS, "asn")? {
        books.mark_open(rows::lock_row(OPEN_LOCKS.name, row)?, true);
    }
    postings(database)?.into_iter().for_each(|posting| books.post(posting));
    notices(database)?.into_iter().for_each(|notice| books.add_notice(notice));
    Ok(books)
}
