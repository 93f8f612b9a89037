//! One state of the books, read while others write: whose PSAMs are, and what is held of locks, a page at a time.

use std::collections::{BTreeMap, BTreeSet};

use host::{Case, DecisionRow, Piece, Psam, TacFact};
use wire::{LockId, Tid, Ttc};

use crate::database::{Database, Last, Purpose};
use crate::error::StoreError;
use crate::migrate::check_steps;
use crate::place::Place;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::table::{CASES, DECISIONS, OPEN_LOCKS, TACS, Table};
use crate::value::{Row, Value};
use crate::{page, rows};

const BY_NUMBER: &[&str] = &["tid", "ttc"];
const BY_LOCK: &[&str] = &["asn", "purse", "ctc", "tid", "ttc"];

/// The books as they are when it is opened, whoever writes them meanwhile.
pub struct Snapshot {
    database: Box<dyn Database>,
    page: usize,
}

/// Gets the pieces, and says whether it wants more of them.
type Each<'a> = &'a mut dyn FnMut(Piece) -> bool;
/// The same for the rows of a page.
type Take<'a> = &'a mut dyn FnMut(&mut dyn Database, Vec<Row>) -> Result<bool, StoreError>;

impl Snapshot {
    /// Opens the books, to read so many rows of a table at a time. Nothing is made or changed.
    ///
    /// # Errors
    /// No books there, those of another version, or a database that cannot be reached.
    pub fn open(place: &Place, page: usize) -> Result<Self, StoreError> {
        let mut database: Box<dyn Database> = match place {
            Place::Sqlite(path) => Box::new(Sqlite::look(path)?),
            Place::Postgres(url) => Box::new(Postgres::open(url)?),
        };
        database.begin(Purpose::Read)?;
        database.take_time()?;
        check_steps(database.as_mut())?;
        Ok(Self { database, page: page.max(1) })
    }

    /// Every PSAM, by TID.
    ///
    /// # Errors
    /// The database failed, or has rows that cannot be read.
    pub fn psams(&mut self, mut each: impl FnMut(Psam)) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let psams = page::psams(self.database.as_mut(), after, self.page)?;
            let Some(last) = psams.last() else { return Ok(()) };
            after = Some(last.tid);
            psams.into_iter().for_each(&mut each);
        }
    }

    /// All that is held of locks: cases by TID and TTC, then TACs that have none, then confirmed on-line unlocks, until
    /// `each` says that it wants no more. In memory are a page of rows and what belongs to them.
    ///
    /// # Errors
    /// The database failed, or has rows that cannot be read.
    pub fn held(&mut self, mut each: impl FnMut(Piece) -> bool) -> Result<(), StoreError> {
        let more = self.pages(&CASES, &mut |database, page| cases(database, page, &mut each))?;
        let more =
            more && self.pages(&TACS, &mut |database, page| tacs(database, page, &mut each))?;
        if more {
            self.pages(&DECISIONS, &mut |database, page| decisions(database, page, &mut each))?;
        }
        Ok(())
    }

    /// Goes through a table in the order of its key; false when `take` wanted no more.
    fn pages(&mut self, table: &Table, take: Take<'_>) -> Result<bool, StoreError> {
        let (names, key) = (table.names(), table.key);
        let keys = names.get(..key).unwrap_or_default().join(",");
        let all = names.join(",");
        let marks = vec!["?"; key].join(",");
        let mut after: Option<Row> = None;
        loop {
            let from = match &after {
                Some(_) => format!("WHERE ({keys}) > ({marks})"),
                None => String::new(),
            };
            let (name, most) = (table.name, self.page);
            let statement = format!("SELECT {all} FROM {name} {from} ORDER BY {keys} LIMIT {most}");
            let found = self.database.query(&statement, after.as_deref().unwrap_or_default())?;
            let Some(last) = found.last().and_then(|row| row.get(..key)) else { return Ok(true) };
            after = Some(last.to_vec());
            if !take(self.database.as_mut(), found)? {
                return Ok(false);
            }
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.database.rollback();
    }
}

fn cases(database: &mut dyn Database, page: Vec<Row>, each: Each<'_>) -> Result<bool, StoreError> {
    let cases = read_cases(page)?;
    let numbers = cases.keys().map(|(tid, ttc)| rows::number_key(*tid, *ttc)).collect::<Vec<_>>();
    let mut tacs: BTreeMap<(Tid, Ttc), BTreeSet<TacFact>> = BTreeMap::new();
    for row in database.find(&TACS, BY_NUMBER, Last::Equal, &numbers)? {
        let (lock, fact) = rows::behind_lock(TACS.name, row)?;
        tacs.entry((lock.tid, lock.ttc)).or_default().insert(fact);
    }
    let open = open_of(database, cases.values())?;
    for (number, case) in cases {
        let tacs = tacs.remove(&number).unwrap_or_default().into_iter().collect();
        if !each(Piece::of_case(case, tacs, |lock| open.contains(lock))) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn tacs(database: &mut dyn Database, page: Vec<Row>, each: Each<'_>) -> Result<bool, StoreError> {
    let facts = page.into_iter().map(|row| rows::behind_lock::<TacFact>(TACS.name, row));
    let facts = facts.collect::<Result<Vec<_>, _>>()?;
    let cases = cases_of(database, facts.iter().map(|(lock, _)| lock))?;
    let alone = facts.into_iter().filter(|(lock, _)| !cases.contains_key(&(lock.tid, lock.ttc)));
    Ok(alone.map(|(_, fact)| Piece::of_tac(fact)).all(each))
}

fn decisions(
    database: &mut dyn Database,
    page: Vec<Row>,
    each: Each<'_>,
) -> Result<bool, StoreError> {
    let decided = page.into_iter().map(|row| rows::behind_three(DECISIONS.name, row));
    let decided = decided.collect::<Result<Vec<DecisionRow>, _>>()?;
    let cases = cases_of(database, decided.iter().map(|row| &row.lock))?;
    let open = open_of(database, cases.values())?;
    let piece = |row: DecisionRow| {
        let case = cases.get(&(row.lock.tid, row.lock.ttc));
        Piece::of_decision(row, case, |lock| open.contains(lock))
    };
    Ok(decided.into_iter().filter_map(piece).all(each))
}

fn read_cases(page: Vec<Row>) -> Result<BTreeMap<(Tid, Ttc), Case>, StoreError> {
    let case = |row| rows::case(row).map(|(case, _)| ((case.tid, case.ttc), case));
    page.into_iter().map(case).collect()
}

fn cases_of<'a>(
    database: &mut dyn Database,
    locks: impl Iterator<Item = &'a LockId>,
) -> Result<BTreeMap<(Tid, Ttc), Case>, StoreError> {
    let numbers: BTreeSet<Row> = locks.map(|lock| rows::number_key(lock.tid, lock.ttc)).collect();
    let numbers: Vec<Row> = numbers.into_iter().collect();
    read_cases(database.find(&CASES, BY_NUMBER, Last::Equal, &numbers)?)
}

/// Those of the locks that these cases claim which are not at rest.
fn open_of<'a>(
    database: &mut dyn Database,
    cases: impl Iterator<Item = &'a Case>,
) -> Result<BTreeSet<LockId>, StoreError> {
    let locks: BTreeSet<LockId> = cases.filter_map(Case::claimed_lock).collect();
    let keys: Vec<Vec<Value>> = locks.iter().map(rows::lock_key).collect();
    let found = database.find(&OPEN_LOCKS, BY_LOCK, Last::Equal, &keys)?;
    found.into_iter().map(|row| rows::lock_row(OPEN_LOCKS.name, row)).collect()
}
