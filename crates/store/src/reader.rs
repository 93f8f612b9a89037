//! A connection that only looks.

use host::{
    Card, Centre, Funding, MemoryBooks, Notice, Posting, PrepaidAccount, PrepaidName, ProposalRow,
    Psam,
};
use lists::{Cursor, Head, Kind};
use wire::{Asn, Tid, Ttc};

use crate::Vault;
use crate::database::{Database, Purpose};
use crate::error::StoreError;
use crate::feed::Fed;
use crate::operated::Operation;
use crate::page::{Kept, Listed, Numbered, Of};
use crate::place::Place;
use crate::sheet::Sheet;
use crate::sizes::Sizes;
use crate::value::Row;
use crate::{base, export, feed, list, operated, page, sizes, sums, transact};

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
        self.in_one_state(|database| list::everything(database))
    }

    /// Gives every row of the books with the name of its table, all of one state, until `each` says that it wants no
    /// more; one table at a time is in memory.
    ///
    /// # Errors
    /// The database failed.
    pub fn export(
        &mut self,
        mut each: impl FnMut(&'static str, Row) -> bool,
    ) -> Result<(), StoreError> {
        self.in_one_state(|database| {
            database.take_time()?;
            export::rows(database, &mut each)
        })
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
    pub fn psams(&mut self, after: Option<Tid>, most: usize) -> Result<Vec<Psam>, StoreError> {
        self.in_one_state(|database| page::psams(database, after, most))
    }

    /// Prepaid accounts after this one, each with what is on it.
    ///
    /// # Errors
    /// The database failed.
    pub fn prepaid(
        &mut self,
        after: Option<PrepaidName>,
        most: usize,
    ) -> Result<Vec<(PrepaidAccount, i64)>, StoreError> {
        self.in_one_state(|database| page::prepaid(database, after, most))
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

    /// What was paid into a prepaid account, by reference, after this one.
    ///
    /// # Errors
    /// The database failed.
    pub fn fundings(
        &mut self,
        name: PrepaidName,
        after: &str,
        most: usize,
    ) -> Result<Vec<Funding>, StoreError> {
        self.in_one_state(|database| page::fundings(database, name, after, most))
    }

    /// Proposals that wait for their checker.
    ///
    /// # Errors
    /// The database failed.
    pub fn proposals(&mut self) -> Result<Vec<ProposalRow>, StoreError> {
        self.in_one_state(page::proposals)
    }

    /// How a list of stations stands at a cursor, or now; nothing when these books never had that cursor.
    ///
    /// # Errors
    /// The database failed.
    pub fn list_at(
        &mut self,
        kind: Kind,
        cursor: Option<Cursor>,
    ) -> Result<Option<Head>, StoreError> {
        self.in_one_state(|database| sums::head(database, kind, cursor))
    }

    /// Gives the bytes of a list of stations (crate `lists`), all of one state, part by part, until `each` says that it
    /// wants no more.
    ///
    /// # Errors
    /// The database failed.
    pub fn list_base(
        &mut self,
        kind: Kind,
        mut each: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), StoreError> {
        self.in_one_state(|database| {
            database.take_time()?;
            base::base(database, kind, &mut each)
        })
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
