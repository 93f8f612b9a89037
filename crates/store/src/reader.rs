//! A connection that only looks.

use host::{Card, Centre, MemoryBooks, Notice, Posting, ProposalRow, StationId};
use wire::{Asn, Tid, Ttc};

use crate::Vault;
use crate::database::{Database, Purpose};
use crate::error::StoreError;
use crate::feed::{Cursor, Fed};
use crate::operated::Operation;
use crate::page::{Kept, Listed, Numbered, Of};
use crate::place::Place;
use crate::sheet::Sheet;
use crate::sizes::Sizes;
use crate::{feed, list, operated, page, sizes, transact};

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

    /// Events after a cursor, at most so many.
    ///
    /// # Errors
    /// The database failed.
    pub fn events_after(&mut self, cursor: &Cursor, most: usize) -> Result<Vec<Fed>, StoreError> {
        self.in_one_state(|database| feed::after(database, cursor, most))
    }

    /// Locks or purchases of which something was heard, by TID and TTC, after this one; of one card or one terminal.
    ///
    /// # Errors
    /// The database failed.
    pub fn numbers(
        &mut self,
        of: (Kept, Of),
        after: Option<(Tid, Ttc)>,
        most: usize,
    ) -> Result<Vec<(Tid, Ttc)>, StoreError> {
        self.in_one_state(|database| page::numbers(database, of, after, most))
    }

    /// Records on the grey list, by card, TID and TTC, after this one.
    ///
    /// # Errors
    /// The database failed.
    pub fn listed(
        &mut self,
        after: Option<Listed>,
        most: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        self.in_one_state(|database| page::listed(database, after, most))
    }

    /// Notices behind this cursor.
    ///
    /// # Errors
    /// The database failed.
    pub fn notices(
        &mut self,
        after: &Cursor,
        most: usize,
    ) -> Result<Vec<Numbered<Notice>>, StoreError> {
        self.in_one_state(|database| page::notices(database, after, most))
    }

    /// Postings behind this cursor.
    ///
    /// # Errors
    /// The database failed.
    pub fn postings(
        &mut self,
        after: &Cursor,
        most: usize,
    ) -> Result<Vec<Numbered<Posting>>, StoreError> {
        self.in_one_state(|database| page::postings(database, after, most))
    }

    /// Cards after this one.
    ///
    /// # Errors
    /// The database failed.
    pub fn cards(&mut self, after: Option<Asn>, most: usize) -> Result<Vec<Card>, StoreError> {
        self.in_one_state(|database| page::cards(database, after, most))
    }

    /// PSAMs after this one.
    ///
    /// # Errors
    /// The database failed.
    pub fn psams(
        &mut self,
        after: Option<Tid>,
        most: usize,
    ) -> Result<Vec<(Tid, StationId)>, StoreError> {
        self.in_one_state(|database| page::psams(database, after, most))
    }

    /// Lines of the operator log behind this cursor.
    ///
    /// # Errors
    /// The database failed.
    pub fn operations(
        &mut self,
        after: &Cursor,
        most: usize,
    ) -> Result<Vec<Numbered<Operation>>, StoreError> {
        self.in_one_state(|database| operated::page(database, after, most))
    }

    /// How much there is of what may grow, in one question.
    ///
    /// # Errors
    /// The database failed.
    pub fn sizes(&mut self) -> Result<Sizes, StoreError> {
        self.in_one_state(sizes::sizes)
    }

    /// Proposals that wait for their checker.
    ///
    /// # Errors
    /// The database failed.
    pub fn proposals(&mut self) -> Result<Vec<ProposalRow>, StoreError> {
        self.in_one_state(page::proposals)
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
