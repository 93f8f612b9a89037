//! Rows on their way into a database while the writer goes on: it judges and encodes, and another thread puts.
//!
//! One connection, one order: whatever is read, taken out or committed waits until all rows before it are there, and the
//! first row that failed fails the transaction. A few rows are put at once: to hand them over would take longer.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::database::{Clash, Database, Last, Purpose};
use crate::error::{Kind, StoreError};
use crate::table::Table;
use crate::value::{Row, Value};

/// Fewer rows are put by the writer itself.
const FEW: usize = 32;

type Shared = Arc<Mutex<Box<dyn Database>>>;
type Rows = (Table, Clash, Vec<Row>);

/// A connection with a thread that puts rows.
pub(crate) struct Piped {
    database: Shared,
    rows: Option<Sender<Rows>>,
    done: Receiver<Result<(), StoreError>>,
    /// Handed over, and not known to be done.
    pending: usize,
    /// What the transaction fails with.
    failed: Option<StoreError>,
    thread: Option<JoinHandle<()>>,
}

impl Piped {
    pub(crate) fn new(database: Box<dyn Database>) -> Result<Self, StoreError> {
        let database = Arc::new(Mutex::new(database));
        let ((rows, waiting), (said, done)) = (channel::<Rows>(), channel());
        let shared = Arc::clone(&database);
        let thread = std::thread::Builder::new().name("rows".to_owned());
        let thread = thread
            .spawn(move || {
                for (table, clash, rows) in waiting {
                    let put = lock(&shared).put(&table, clash, &rows);
                    if said.send(put).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| StoreError::new(Kind::Unavailable, error))?;
        let rows = Some(rows);
        Ok(Self { database, rows, done, pending: 0, failed: None, thread: Some(thread) })
    }

    /// The connection, once all rows before are there.
    fn after(&mut self) -> Result<MutexGuard<'_, Box<dyn Database>>, StoreError> {
        while self.pending > 0 {
            self.pending -= 1;
            let gone = || StoreError::new(Kind::OurBug, "the thread that puts rows is gone");
            if let Err(error) = self.done.recv().unwrap_or_else(|_| Err(gone())) {
                self.failed.get_or_insert(error);
            }
        }
        self.failed.clone().map_or_else(|| Ok(lock(&self.database)), Err)
    }
}

/// A thread that panicked with it left a transaction that nobody commits.
fn lock(database: &Shared) -> MutexGuard<'_, Box<dyn Database>> {
    database.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.after()?.begin(purpose)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.after()?.commit()
    }

    fn rollback(&mut self) {
        // What failed is why it is rolled back.
        drop(self.after());
        self.failed = None;
        lock(&self.database).rollback();
    }

    fn take_time(&mut self) -> Result<(), StoreError> {
        self.after()?.take_time()
    }

    fn is_gone(&self) -> bool {
        lock(&self.database).is_gone()
    }

    fn find(
        &mut self,
        table: &Table,
        by: &[&str],
        last: Last,
        keys: &[Row],
    ) -> Result<Vec<Row>, StoreError> {
        self.after()?.find(table, by, last, keys)
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: &[Row]) -> Result<(), StoreError> {
        self.after()?.put(table, clash, rows)
    }

    fn hand_over(&mut self, table: &Table, clash: Clash, rows: Vec<Row>) -> Result<(), StoreError> {
        let Some(line) = self.rows.as_ref().filter(|_| rows.len() >= FEW) else {
            return self.put(table, clash, &rows);
        };
        let gone = |_| StoreError::new(Kind::OurBug, "the thread that puts rows is gone");
        line.send((*table, clash, rows)).map_err(gone)?;
        self.pending += 1;
        Ok(())
    }

    fn take_out(&mut self, table: &Table, keys: &[Row]) -> Result<(), StoreError> {
        self.after()?.take_out(table, keys)
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.after()?.query(statement, values)
    }

    fn posting_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        self.after()?.posting_numbers(count)
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
            piped.hand_over(&EVENTS, Clash::Fail, events(turn * COUNT, COUNT)).unwrap();
            assert_eq!(counted(&mut piped), Ok((turn + 1) * COUNT));
        }
        piped.hand_over(&EVENTS, Clash::Fail, events(-COUNT, COUNT)).unwrap();
        piped.commit().unwrap();
        drop(piped);
        assert_eq!(counted(&mut opened(folder.path())), Ok(21 * COUNT));
    }

    #[test]
    fn a_row_that_failed_on_its_way_fails_the_whole_transaction_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut piped = opened(folder.path());
        piped.begin(Purpose::Write).unwrap();
        piped.hand_over(&EVENTS, Clash::Fail, events(0, COUNT)).unwrap();
        piped.hand_over(&EVENTS, Clash::Fail, events(COUNT - 1, COUNT)).unwrap();
        piped.hand_over(&EVENTS, Clash::Fail, events(3 * COUNT, COUNT)).unwrap();
        assert_eq!(counted(&mut piped).map_err(|error| error.kind), Err(Kind::Conflict));
        assert_eq!(piped.commit().map_err(|error| error.kind), Err(Kind::Conflict));
        piped.rollback();
        piped.begin(Purpose::Write).unwrap();
        assert_eq!(counted(&mut piped), Ok(0));
        piped.hand_over(&EVENTS, Clash::Fail, events(0, COUNT)).unwrap();
        piped.commit().unwrap();
        assert_eq!(counted(&mut piped), Ok(COUNT));
    }
}
