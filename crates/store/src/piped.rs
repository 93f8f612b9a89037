//! Rows on their way into a database while the writer goes on: it judges and encodes, and another thread puts.
//!
//! One connection, one order: whatever is read, taken out or committed waits until all rows before it are there, and the
//! first row that failed fails the transaction. Should the thread be gone, a transaction that counted on it fails, and the
//! writer puts all rows itself from then on. A few rows are put at once: to hand them over would take longer.

use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use crate::database::{Clash, Database, Last, Purpose, Put, PutOf, Sought, put_of};
use crate::error::{Kind, StoreError};
use crate::table::Table;
use crate::value::{Row, Value};

/// Fewer rows are put by the writer itself.
const FEW: usize = 32;

type Shared = Arc<Mutex<Line>>;

/// A connection, and what becomes of its transaction.
struct Line {
    database: Box<dyn Database>,
    /// What the transaction fails with. Nothing is put from then on until it is rolled back: SQLite may have rolled back
    /// by itself, and would commit each later row alone.
    failed: Option<StoreError>,
}

impl Line {
    fn alive(&self) -> Result<(), StoreError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Does this unless something failed before, and notes it if it fails.
    fn attempt<T>(
        &mut self,
        act: impl FnOnce(&mut dyn Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.alive()?;
        let done = act(self.database.as_mut());
        if let Err(error) = &done {
            self.failed = Some(error.clone());
        }
        done
    }
}

/// A connection with a thread that puts rows.
pub(crate) struct Piped {
    line: Shared,
    /// `None` once the thread is gone.
    rows: Option<Sender<Vec<Put>>>,
    /// One for each that was handed over, once it was put or left out.
    done: Receiver<()>,
    /// Handed over, and not known to be done.
    pending: usize,
    thread: Option<JoinHandle<()>>,
}

impl Piped {
    pub(crate) fn new(database: Box<dyn Database>) -> Result<Self, StoreError> {
        let line = Arc::new(Mutex::new(Line { database, failed: None }));
        let ((rows, waiting), (said, done)) = (channel::<Vec<Put>>(), channel());
        let shared = Arc::clone(&line);
        let thread = std::thread::Builder::new().name("rows".to_owned());
        let thread = thread
            .spawn(move || {
                for puts in waiting {
                    // Whoever waits for the rows finds the error where it was noted.
                    let _ = lock(&shared).attempt(|database| database.put_all(&those(&puts)));
                    if said.send(()).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| StoreError::new(Kind::Unavailable, error))?;
        Ok(Self { line, rows: Some(rows), done, pending: 0, thread: Some(thread) })
    }

    /// The connection, once all rows before are there or were left out.
    fn after(&mut self) -> MutexGuard<'_, Line> {
        for _ in 0..std::mem::take(&mut self.pending) {
            if self.done.recv().is_err() {
                self.rows = None;
                let gone = StoreError::new(Kind::OurBug, "the thread that puts rows is gone");
                lock(&self.line).failed.get_or_insert(gone);
            }
        }
        lock(&self.line)
    }

    /// What has failed already, without waiting: while the thread puts, it notes by itself what fails.
    fn failed_yet(&self) -> Result<(), StoreError> {
        match self.line.try_lock() {
            Ok(line) => line.alive(),
            Err(TryLockError::Poisoned(line)) => line.into_inner().alive(),
            Err(TryLockError::WouldBlock) => Ok(()),
        }
    }
}

fn those(puts: &[Put]) -> Vec<PutOf<'_>> {
    puts.iter().map(put_of).collect()
}

/// A thread that panicked with it left a transaction that nobody commits.
fn lock(line: &Shared) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Piped {
    fn drop(&mut self) {
        self.rows = None;
        if let Some(thread) = self.thread.take() {
            // One that panicked has nothing left to put.
            let _ = thread.join();
        }
    }
}

impl Database for Piped {
    fn begin(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        self.after().attempt(|database| database.begin(purpose))
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.after().attempt(|database| database.commit())
    }

    fn rollback(&mut self) {
        // What is still on its way is of this transaction, too: nothing is put once it is rolled back.
        let mut line = self.after();
        line.database.rollback();
        line.failed = None;
    }

    fn take_time(&mut self) -> Result<(), StoreError> {
        self.after().attempt(|database| database.take_time())
    }

    fn is_gone(&self) -> bool {
        lock(&self.line).database.is_gone()
    }

    fn find(
        &mut self,
        table: &Table,
        by: &[&str],
        last: Last,
        keys: &[Row],
    ) -> Result<Vec<Row>, StoreError> {
        self.after().attempt(|database| database.find(table, by, last, keys))
    }

    fn find_all(&mut self, sought: &[Sought<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.after().attempt(|database| database.find_all(sought))
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: &[Row]) -> Result<(), StoreError> {
        self.after().attempt(|database| database.put(table, clash, rows))
    }

    fn put_all(&mut self, puts: &[PutOf<'_>]) -> Result<(), StoreError> {
        self.after().attempt(|database| database.put_all(puts))
    }

    fn hand_over(&mut self, puts: Vec<Put>) -> Result<(), StoreError> {
        let count: usize = puts.iter().map(|(_, _, rows)| rows.len()).sum();
        let Some(thread) = self.rows.as_ref().filter(|_| count >= FEW) else {
            return self.put_all(&those(&puts));
        };
        self.failed_yet()?;
        if let Err(SendError(puts)) = thread.send(puts) {
            self.rows = None;
            return self.put_all(&those(&puts));
        }
        self.pending += 1;
        Ok(())
    }

    fn take_out(&mut self, table: &Table, keys: &[Row]) -> Result<(), StoreError> {
        self.after().attempt(|database| database.take_out(table, keys))
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.after().attempt(|database| database.query(statement, values))
    }

    fn posting_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        self.after().attempt(|database| database.posting_numbers(count))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::table::EVENTS;
    use crate::value::Columns;

    const COUNT: i64 = 200;

    fn opened(folder: &std::path::Path) -> Piped {
        let place = Place::Sqlite(folder.join("books.sqlite"));
        place.prepare().unwrap();
        Piped::new(place.connect().unwrap()).unwrap()
    }

    fn events(from: i64, count: i64) -> Vec<Row> {
        let row =
            |number: i64| vec![0_i64.into(), number.into(), "{}".into(), "".into(), "".into()];
        (from..from + count).map(row).collect()
    }

    /// As many rows as need more room than [`full`] leaves.
    fn too_much() -> Vec<Row> {
        let row = |number: i64| {
            vec![
                0_i64.into(),
                number.into(),
                "x".repeat(4096).as_str().into(),
                "".into(),
                "".into(),
            ]
        };
        (0..COUNT).map(row).collect()
    }

    /// The file may grow by so many pages.
    fn full(piped: &mut Piped, pages: i64) {
        let rows = piped.query("PRAGMA page_count", &[]).unwrap();
        let now = Columns::new("pages", rows.into_iter().next().unwrap()).number().unwrap();
        piped.query(&format!("PRAGMA max_page_count = {}", now + pages), &[]).unwrap();
    }

    fn counted(piped: &mut Piped) -> Result<i64, StoreError> {
        let rows = piped.query("SELECT COUNT(*) FROM events", &[])?;
        Columns::new("events", rows.into_iter().next().unwrap_or_default()).number()
    }

    #[test]
    fn what_was_handed_over_is_there_for_whoever_reads_or_commits() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        piped.begin(Purpose::Write).unwrap();
        for turn in 0..20 {
            piped.hand_over(vec![(EVENTS, Clash::Fail, events(turn * COUNT, COUNT))]).unwrap();
            assert_eq!(counted(&mut piped), Ok((turn + 1) * COUNT));
        }
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(-COUNT, COUNT))]).unwrap();
        piped.commit().unwrap();
        drop(piped);
        assert_eq!(counted(&mut opened(folder.path())), Ok(21 * COUNT));
    }

    #[test]
    fn a_row_that_failed_on_its_way_fails_the_whole_transaction_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(0, COUNT))]).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(COUNT - 1, COUNT))]).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(3 * COUNT, COUNT))]).unwrap();
        assert_eq!(counted(&mut piped).map_err(|error| error.kind), Err(Kind::Conflict));
        assert_eq!(piped.commit().map_err(|error| error.kind), Err(Kind::Conflict));
        piped.rollback();
        piped.begin(Purpose::Write).unwrap();
        assert_eq!(counted(&mut piped), Ok(0));
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(0, COUNT))]).unwrap();
        piped.commit().unwrap();
        assert_eq!(counted(&mut piped), Ok(COUNT));
    }

    #[test]
    fn nothing_is_put_behind_a_transaction_that_sqlite_rolled_back_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        full(&mut piped, COUNT / 4);
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(-COUNT, COUNT))]).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, too_much())]).unwrap();
        for turn in 1..=3 {
            // Whether it is told already depends on how far the thread is.
            let _ = piped.hand_over(vec![(EVENTS, Clash::Fail, events(turn * COUNT, COUNT))]);
        }
        assert_eq!(piped.commit().map_err(|error| error.kind), Err(Kind::Unavailable));
        let few = i64::try_from(FEW).unwrap();
        for count in [few, few - 1] {
            let told = piped.hand_over(vec![(EVENTS, Clash::Fail, events(9 * COUNT, count))]);
            assert_eq!(told.map_err(|error| error.kind), Err(Kind::Unavailable), "{count} rows");
        }
        piped.rollback();
        assert_eq!(counted(&mut piped), Ok(0));
        full(&mut piped, 100 * COUNT);
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(-COUNT, COUNT))]).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, too_much())]).unwrap();
        for turn in 1..=3 {
            piped.hand_over(vec![(EVENTS, Clash::Fail, events(turn * COUNT, COUNT))]).unwrap();
        }
        piped.commit().unwrap();
        drop(piped);
        assert_eq!(counted(&mut opened(folder.path())), Ok(5 * COUNT));
    }

    #[test]
    fn without_its_thread_a_transaction_fails_at_most_once_and_the_next_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        // A thread that panics with the second rows in its hands.
        let (rows, waiting) = channel();
        let (said, done) = channel();
        (piped.rows, piped.done) = (Some(rows), done);
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(0, COUNT))]).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(COUNT, COUNT))]).unwrap();
        said.send(()).unwrap();
        drop((said, waiting));
        assert_eq!(piped.commit().map_err(|error| error.kind), Err(Kind::OurBug));
        piped.rollback();
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(vec![(EVENTS, Clash::Fail, events(0, COUNT))]).unwrap();
        piped.commit().unwrap();
        assert_eq!(counted(&mut piped), Ok(COUNT));
    }

    #[test]
    fn rows_that_nobody_takes_are_put_by_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        piped.rows = Some(channel().0);
        piped.begin(Purpose::Write).unwrap();
        for turn in 0..3 {
            piped.hand_over(vec![(EVENTS, Clash::Fail, events(turn * COUNT, COUNT))]).unwrap();
        }
        piped.commit().unwrap();
        assert_eq!(counted(&mut piped), Ok(3 * COUNT));
    }
}
