//! A connection that only looks.

use host::{Centre, MemoryBooks};

use crate::Vault;
use crate::database::{Database, Purpose};
use crate::error::StoreError;
use crate::feed::{Cursor, Fed};
use crate::place::Place;
use crate::sheet::Sheet;
use crate::{feed, list, transact};

/// The books as a call of the rules sees them.
pub type Look<'a, 'd> = &'a Centre<Sheet<'d>, Vault>;

/// Reads one state of the books for each question.
pub struct Reader {
    database: Box<dyn Database>,
    vault: Vault,
}

impl Reader {
    /// A connection of its own. The tables are there: a [`Desk`](crate::Desk) made them.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn open(place: &Place, vault: Vault) -> Result<Self, StoreError> {
        Ok(Self { database: place.connect()?, vault })
    }

    /// Asks the rules.
    ///
    /// # Errors
    /// The database failed under the question.
    pub fn look<T>(&mut self, ask: impl FnOnce(Look<'_, '_>) -> T) -> Result<T, StoreError> {
        transact::look(self.database.as_mut(), &self.vault, ask)
    }

    /// All books in memory, for an audit.
    ///
    /// # Errors
    /// The database failed, or has rows that cannot be read.
    pub fn everything(&mut self) -> Result<MemoryBooks, StoreError> {
        self.in_one_state(list::everything)
    }

    /// Events after a cursor, at most so many, and the cursor behind them.
    ///
    /// # Errors
    /// The database failed.
    pub fn events_after(&mut self, cursor: &Cursor, most: usize) -> Result<Fed, StoreError> {
        self.in_one_state(|database| feed::after(database, cursor, most))
    }

    /// The cursor behind all events that there are.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_of_events(&mut self) -> Result<Cursor, StoreError> {
        self.in_one_state(feed::end)
    }

    fn in_one_state<T>(
        &mut self,
        read: impl FnOnce(&mut dyn Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.database.begin(Purpose::Read)?;
        let answer = read(self.database.as_mut());
        self.database.rollback();
        answer
    }
}
