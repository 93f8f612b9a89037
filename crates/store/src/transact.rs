//! One transaction: calls of the rules over a sheet, and their rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use host::{Ahead, Centre, Codes, Informed, Input, Output};

use crate::Vault;
use crate::database::{Clash, Database, Purpose};
use crate::error::{Kind, StoreError};
use crate::lane::Lane;
use crate::migrate::Dialect;
use crate::operated::{self, Call};
use crate::sheet::{Listing, Sheet};
use crate::table::EVENTS;
use crate::watch::Committed;

/// After so many calls, what they wrote goes ahead while the rules go on.
const AHEAD: usize = 128;

/// A connection that writes.
pub(crate) struct Writing {
    pub(crate) database: Box<dyn Database>,
    dialect: Dialect,
    vault: Vault,
    /// Taken by the first transaction; given up with the connection.
    lane: Option<Lane>,
    /// The lane's next number has to be read again.
    stale: bool,
    commits: Arc<AtomicU64>,
}

/// What a transaction answered and wrote.
pub(crate) struct Done {
    pub(crate) outputs: Vec<Output>,
    pub(crate) committed: Committed,
}

impl Writing {
    pub(crate) fn new(
        database: Box<dyn Database>,
        dialect: Dialect,
        vault: Vault,
        commits: Arc<AtomicU64>,
    ) -> Self {
        Self { database, dialect, vault, lane: None, stale: false, commits }
    }

    /// The keys.
    pub(crate) const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Does these calls in their order, all of them or none. What it answers is durable.
    pub(crate) fn transact(
        &mut self,
        calls: &[Call<'_>],
        ahead: &Ahead,
    ) -> Result<Done, StoreError> {
        let done = self.attempt(calls, ahead);
        if let Err(error) = &done {
            self.database.rollback();
            self.stale = true;
            if error.kind != Kind::Conflict || self.database.is_gone() {
                // The lane is the connection's, and that may be another one from now on.
                self.lane = None;
            }
        }
        done
    }

    fn attempt(&mut self, calls: &[Call<'_>], ahead: &Ahead) -> Result<Done, StoreError> {
        let began = Instant::now();
        let inputs: Vec<&Input> = calls.iter().map(|call| call.input).collect();
        self.database.begin(Purpose::Write)?;
        let lane = self.own_lane()?;
        let mut sheet = Sheet::new(self.database.as_mut());
        sheet.prefetch(&inputs)?;
        if inputs.len() > AHEAD {
            sheet.draw_numbers(inputs.len())?;
        }
        let vault = Informed::new(Arc::clone(&self.vault), ahead);
        let mut centre = Centre::new(sheet, vault);
        let mut outputs: Vec<Output> = Vec::with_capacity(inputs.len());
        for some in inputs.chunks(AHEAD) {
            outputs.extend(some.iter().map(|input| centre.apply(input)));
            if outputs.len() < inputs.len() {
                centre.books().put_ahead(lane.lane);
            }
        }
        let listing = listing(&centre);
        let (mut committed, moves) = centre.into_books().flush(&listing, lane.lane)?;
        operated::note(self.database.as_mut(), lane.lane, calls, &outputs)?;
        let (rows, lane) = lane.rows(&committed.events, &moves);
        if !rows.is_empty() {
            self.database.hand_over(vec![(EVENTS, Clash::Fail, rows)])?;
        }
        self.database.commit()?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        (self.lane, self.stale) = (Some(lane), false);
        (committed.calls, committed.took) = (calls.len(), began.elapsed());
        Ok(Done { outputs, committed })
    }

    /// This connection's lane, its numbers as they stand in this transaction.
    fn own_lane(&mut self) -> Result<Lane, StoreError> {
        match self.lane {
            Some(lane) if self.stale => lane.again(self.database.as_mut()),
            Some(lane) => Ok(lane),
            None => Lane::take(self.database.as_mut(), self.dialect),
        }
    }
}

/// The records that stations ought to have, of all cases where that may have changed.
fn listing<V: Codes>(centre: &Centre<Sheet<'_>, V>) -> Listing {
    let cases = centre.books().to_list().into_iter();
    let listed =
        cases.map(|(number, lock)| (number, lock.and_then(|lock| centre.grey_record(&lock))));
    listed.collect()
}

/// Asks the rules about one state of the books.
pub(crate) fn look<T>(
    database: &mut dyn Database,
    vault: &Vault,
    ask: impl FnOnce(&Centre<Sheet<'_>, Vault>) -> T,
) -> Result<T, StoreError> {
    database.begin(Purpose::Read)?;
    let centre = Centre::new(Sheet::new(database), Arc::clone(vault));
    let answer = ask(&centre);
    let failure = centre.into_books().failure();
    database.rollback();
    failure.map(|()| answer)
}
