//! Lists, a page at a time: each page begins behind the last row of the one before, so rows that come in between
//! neither repeat nor hide others. What hosts number goes by lanes.

use host::{Card, Funding, Notice, Posting, PrepaidAccount, PrepaidName, ProposalRow, Psam};
use lists::Cursor;
use wire::{Asn, LockId, Tid, Ttc};

use crate::database::Database;
use crate::error::StoreError;
use crate::feed;
use crate::table::{
    CARDS, CASES, ENTRIES, FUNDINGS, NUMBERED_NOTICES, PREPAID, PSAMS, PURCHASES, RULINGS,
};
use crate::value::{Columns, Row, Value};
use crate::{list, rows};

/// Of what a list is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// Everything.
    All,
    /// One card.
    Card(Asn),
    /// One terminal.
    Terminal(Tid),
}

/// A row with its number in the books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbered<T> {
    /// The lane of the host that wrote it.
    pub lane: i64,
    /// The number, which no other lane has; it grows within the lane.
    pub number: i64,
    /// The row.
    pub row: T,
}

/// A place on the grey list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The card.
    pub asn: Asn,
    /// The terminal of its lock.
    pub tid: Tid,
    /// Its PSAM's number.
    pub ttc: Ttc,
}

/// Which numbers of PSAMs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Locks.
    Locks,
    /// Purchases.
    Purchases,
}

pub(crate) fn numbers(
    database: &mut dyn Database,
    (kept, of): (Kept, Of),
    after: Option<(Tid, Ttc)>,
    most: usize,
) -> Result<Vec<(Tid, Ttc)>, StoreError> {
    let (condition, mut values) = match of {
        Of::All => ("1 = 1", Vec::new()),
        Of::Card(asn) => ("asn = ?", vec![Value::text(asn)]),
        Of::Terminal(tid) => ("tid = ?", vec![Value::text(tid)]),
    };
    let table = match kept {
        Kept::Locks => CASES.name,
        Kept::Purchases => PURCHASES.name,
    };
    let (tid, ttc) =
        after.map_or((String::new(), -1), |(tid, ttc)| (tid.to_string(), ttc.0.into()));
    values.extend([tid.into(), Value::Number(ttc)]);
    let statement = format!(
        "SELECT tid, ttc FROM {table} WHERE {condition} AND (tid, ttc) > (?, ?) ORDER BY tid, ttc LIMIT {most}"
    );
    let number = |row: Row| {
        let mut columns = Columns::new(table, row);
        Ok((columns.parsed()?, Ttc(columns.small()?)))
    };
    database.query(&statement, &values)?.into_iter().map(number).collect()
}

pub(crate) fn listed(
    database: &mut dyn Database,
    after: Option<Listed>,
    most: usize,
) -> Result<Vec<Listed>, StoreError> {
    let values = after.map_or(vec!["".into(), "".into(), Value::Number(-1)], |after| {
        vec![Value::text(after.asn), Value::text(after.tid), after.ttc.0.into()]
    });
    let statement = format!(
        "SELECT asn, tid, ttc FROM cases WHERE listed IS NOT NULL AND (asn, tid, ttc) > (?, ?, ?) \
         ORDER BY asn, tid, ttc LIMIT {most}"
    );
    let place = |row: Row| {
        let mut columns = Columns::new(CASES.name, row);
        Ok(Listed { asn: columns.parsed()?, tid: columns.parsed()?, ttc: Ttc(columns.small()?) })
    };
    database.query(&statement, &values)?.into_iter().map(place).collect()
}

pub(crate) fn notices(
    database: &mut dyn Database,
    after: &Cursor,
    most: usize,
) -> Result<Vec<Numbered<Notice>>, StoreError> {
    let rows = feed::upcoming(database, &NUMBERED_NOTICES, ("id", "id"), after, most)?;
    let notice = |mut row: Row| {
        let rest = row.split_off(2);
        let mut columns = Columns::new(NUMBERED_NOTICES.name, row);
        let (lane, number) = (columns.number()?, columns.number()?);
        Ok(Numbered { lane, number, row: rows::notice(rest)? })
    };
    rows.into_iter().map(notice).collect()
}

pub(crate) fn postings(
    database: &mut dyn Database,
    after: &Cursor,
    most: usize,
) -> Result<Vec<Numbered<Posting>>, StoreError> {
    let mut entries = feed::upcoming(database, &ENTRIES, ("posting", "posting"), after, most)?;
    // The parts of a posting in their order; numbers of postings are the same in every lane's eyes.
    entries.sort_by(|a, b| a.get(1..3).cmp(&b.get(1..3)));
    list::whole_postings(entries)
}

pub(crate) fn cards(
    database: &mut dyn Database,
    after: Option<Asn>,
    most: usize,
) -> Result<Vec<Card>, StoreError> {
    let columns = CARDS.names().join(",");
    let statement = format!("SELECT {columns} FROM cards WHERE asn > ? ORDER BY asn LIMIT {most}");
    let after = after.map_or("".into(), Value::text);
    database.query(&statement, &[after])?.into_iter().map(rows::card).collect()
}

pub(crate) fn psams(
    database: &mut dyn Database,
    after: Option<Tid>,
    most: usize,
) -> Result<Vec<Psam>, StoreError> {
    let columns = PSAMS.names().join(",");
    let statement = format!("SELECT {columns} FROM psams WHERE tid > ? ORDER BY tid LIMIT {most}");
    let after = after.map_or("".into(), Value::text);
    database.query(&statement, &[after])?.into_iter().map(rows::psam).collect()
}

pub(crate) fn prepaid(
    database: &mut dyn Database,
    after: Option<PrepaidName>,
    most: usize,
) -> Result<Vec<(PrepaidAccount, i64)>, StoreError> {
    let columns = PREPAID.names().join(",");
    let statement =
        format!("SELECT {columns} FROM prepaid WHERE name > ? ORDER BY name LIMIT {most}");
    let after = after.map_or("".into(), Value::text);
    database.query(&statement, &[after])?.into_iter().map(rows::prepaid).collect()
}

/// What was paid into an account, by reference.
pub(crate) fn fundings(
    database: &mut dyn Database,
    name: PrepaidName,
    after: &str,
    most: usize,
) -> Result<Vec<Funding>, StoreError> {
    let columns = FUNDINGS.names().join(",");
    let statement = format!(
        "SELECT {columns} FROM fundings WHERE name = ? AND reference > ? ORDER BY reference LIMIT {most}"
    );
    let values = [Value::text(name), after.into()];
    database.query(&statement, &values)?.into_iter().map(rows::funding).collect()
}

pub(crate) fn proposals(database: &mut dyn Database) -> Result<Vec<ProposalRow>, StoreError> {
    let columns = RULINGS.names().join(",");
    let statement = format!("SELECT {columns} FROM rulings ORDER BY asn, purse, ctc, tid, ttc");
    let mut waiting = Vec::new();
    for row in database.query(&statement, &[])? {
        let (_, rulings): (LockId, Vec<ProposalRow>) = rows::behind_lock(RULINGS.name, row)?;
        waiting.extend(rulings.into_iter().next_back().filter(|row| row.approved.is_none()));
    }
    Ok(waiting)
}
