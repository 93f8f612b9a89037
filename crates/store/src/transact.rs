//! One transaction: calls of the rules over a sheet, and their rows.

use std::time::Instant;

use host::{Centre, Input, KeyVault, Output};

use crate::Vault;
use crate::database::{Clash, Database, Purpose};
use crate::error::{Kind, StoreError};
use crate::event::Event;
use crate::lane::Lane;
use crate::migrate::Dialect;
use crate::operated::{self, Call};
use crate::sheet::{Listing, Sheet};
use crate::table::EVENTS;
use crate::watch::Committed;

/// A connection that writes.
pub(crate) struct Writing {
    pub(crate) database: Box<dyn Database>,
    dialect: Dialect,
    vault: Vault,
    /// Taken when the first event is written; given up with the connection.
    lane: Option<Lane>,
    /// The lane's next number has to be read again.
    stale: bool,
}

/// What a transaction answered and wrote.
pub(crate) struct Done {
    pub(crate) outputs: Vec<Output>,
    pub(crate) committed: Committed,
}

impl Writing {
    pub(crate) fn new(database: Box<dyn Database>, dialect: Dialect, vault: Vault) -> Self {
        Self { database, dialect, vault, lane: None, stale: false }
    }

    /// Does these calls in their order, all of them or none. What it answers is durable.
    pub(crate) fn transact(&mut self, calls: &[Call<'_>]) -> Result<Done, StoreError> {
        let done = self.attempt(calls);
        if let Err(error) = &done {
            self.database.rollback();
            self.stale = true;
            if error.kind != Kind::Conflict {
                // The lane is the connection's, and that may be another one from now on.
                self.lane = None;
            }
        }
        done
    }

    fn attempt(&mut self, calls: &[Call<'_>]) -> Result<Done, StoreError> {
        let began = Instant::now();
        let inputs: Vec<&Input> = calls.iter().map(|call| call.input).collect();
        self.database.begin(Purpose::Write)?;
        let mut sheet = Sheet::new(self.database.as_mut());
        sheet.prefetch(&inputs)?;
        let mut centre = Centre::new(sheet, std::sync::Arc::clone(&self.vault));
        let outputs: Vec<Output> = inputs.iter().map(|input| centre.apply(input)).collect();
        let listing = listing(&centre);
        let mut committed = centre.into_books().flush(&listing)?;
        operated::note(self.database.as_mut(), calls, &outputs)?;
        let lane = self.tell(&committed.events)?;
        self.database.commit()?;
        (self.lane, self.stale) = (lane, self.stale && committed.events.is_empty());
        (committed.calls, committed.took) = (calls.len(), began.elapsed());
        Ok(Done { outputs, committed })
    }

    fn tell(&mut self, events: &[Event]) -> Result<Option<Lane>, StoreError> {
        if events.is_empty() {
            return Ok(self.lane);
        }
        let lane = match self.lane {
            Some(lane) if self.stale => lane.again(self.database.as_mut())?,
            Some(lane) => lane,
            None => Lane::take(self.database.as_mut(), self.dialect)?,
        };
        let (rows, lane) = lane.rows(events);
        self.database.put(&EVENTS, Clash::Fail, &rows)?;
        Ok(Some(lane))
    }
}

/// The records that stations ought to have, of all cases where that may have changed.
fn listing<V: KeyVault>(centre: &Centre<Sheet<'_>, V>) -> Listing {
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
    let centre = Centre::new(Sheet::new(database), std::sync::Arc::clone(vault));
    let answer = ask(&centre);
    let failure = centre.into_books().failure();
    database.rollback();
    failure.map(|()| answer)
}
