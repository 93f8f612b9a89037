//! A list of stations as its file (crate `lists`): the rows of one state, by key, a part at a time.

use lists::{Blacklist, GreyList, Kind};
use wire::{Asn, Ttc};

use crate::database::Database;
use crate::error::StoreError;
use crate::page::Listed;
use crate::rows;
use crate::sums;
use crate::table::{CARDS, CASES};
use crate::value::{Columns, Row, Value};

/// Rows that are read at once.
const AT_ONCE: usize = 4096;

/// Gives the bytes of a list, part by part, until `each` says that it wants no more.
pub(crate) fn base(
    database: &mut dyn Database,
    kind: Kind,
    each: &mut dyn FnMut(Vec<u8>) -> bool,
) -> Result<(), StoreError> {
    let no_end = || StoreError::damaged("the end of the events cannot be read");
    let head = sums::head(database, kind, None)?.ok_or_else(no_end)?;
    if !each(head.to_bytes()) {
        return Ok(());
    }
    match kind {
        Kind::Blacklist => cards(database, each),
        Kind::GreyList => records(database, each),
    }
}

fn cards(
    database: &mut dyn Database,
    each: &mut dyn FnMut(Vec<u8>) -> bool,
) -> Result<(), StoreError> {
    let statement = format!(
        "SELECT asn FROM cards WHERE blacklisted IS NOT NULL AND asn > ? ORDER BY asn LIMIT {AT_ONCE}"
    );
    let mut after = String::new();
    loop {
        let found = database.query(&statement, &[after.as_str().into()])?;
        let is_last = found.len() < AT_ONCE;
        let mut part = Vec::with_capacity(found.len() * 8);
        for row in found {
            let asn: Asn = Columns::new(CARDS.name, row).parsed()?;
            after = asn.to_string();
            part.extend(Blacklist::row(asn).0);
        }
        if !each(part) || is_last {
            return Ok(());
        }
    }
}

/// The index goes by ASN, TID and TTC, the file by whole lock ids: the rows of one card are sorted once all are there.
fn records(
    database: &mut dyn Database,
    each: &mut dyn FnMut(Vec<u8>) -> bool,
) -> Result<(), StoreError> {
    let statement = format!(
        "SELECT asn, tid, ttc, listed FROM cases WHERE listed IS NOT NULL AND (asn, tid, ttc) > (?, ?, ?) \
         ORDER BY asn, tid, ttc LIMIT {AT_ONCE}"
    );
    let mut after = vec!["".into(), "".into(), Value::Number(-1)];
    let mut waiting: Vec<([u8; 21], [u8; 144])> = Vec::new();
    loop {
        let found = database.query(&statement, &after)?;
        let is_last = found.len() < AT_ONCE;
        let mut part = Vec::with_capacity(found.len() * 165);
        for row in found {
            let (place, key, value) = record(row)?;
            if waiting.first().is_some_and(|(other, _)| other[..8] != key[..8]) {
                write(&mut waiting, &mut part);
            }
            waiting.push((key, value));
            after = vec![Value::text(place.asn), Value::text(place.tid), place.ttc.0.into()];
        }
        if is_last {
            write(&mut waiting, &mut part);
        }
        if !each(part) || is_last {
            return Ok(());
        }
    }
}

fn record(row: Row) -> Result<(Listed, [u8; 21], [u8; 144]), StoreError> {
    let mut columns = Columns::new(CASES.name, row);
    let place =
        Listed { asn: columns.parsed()?, tid: columns.parsed()?, ttc: Ttc(columns.small()?) };
    let record = rows::listed_record(&columns.text()?)?;
    let too_long = || StoreError::damaged("a grey record is longer than a row of the list");
    let (key, value) = GreyList::row(&record).ok_or_else(too_long)?;
    Ok((place, key, value))
}

fn write(waiting: &mut Vec<([u8; 21], [u8; 144])>, part: &mut Vec<u8>) {
    waiting.sort_unstable_by_key(|(key, _)| *key);
    for (key, value) in waiting.drain(..) {
        part.extend(key);
        part.extend(value);
    }
}
