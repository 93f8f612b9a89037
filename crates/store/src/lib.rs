//! The centre's books in a database: SQLite with nothing to install, or PostgreSQL.
//!
//! The rules are those of [`host`]; here they get rows, transactions and a thread that commits many calls at once.
//!
//! | module | holds |
//! |---|---|
//! | [`Desk`] | takes calls, answers them once they are durable |
//! | [`Reader`] | looks at one state of the books |
//! | [`insert`] | the yardstick: the same rows without the rules |
//! | `sheet` | the books of one transaction, fetched as the rules ask |
//! | `rows`, `table` | facts as rows |
//! | `sqlite`, `postgres` | the two databases behind one trait |
//! | `migrate` | the schema, step by step |
//! | [`Event`], [`Cursor`] | what stations hear, and where they stopped |
//!
//! Invariant: nothing is answered before it is durable, and nothing of a transaction that failed ever was.
//!
//! Invariant: an entry of the ledger moves one amount from one account to another, so any set of entries sums to
//! zero; the database takes no other, and changes or removes none.
#![forbid(unsafe_code)]

mod bare;
mod changes;
mod database;
mod desk;
mod error;
mod event;
mod feed;
mod lane;
mod list;
mod migrate;
mod page;
mod place;
mod postgres;
mod reader;
mod rows;
mod sheet;
mod sqlite;
mod table;
mod transact;
mod value;

use std::sync::Arc;

pub use bare::{Rows, insert};
pub use desk::{Answered, Desk, OnEvents, PATIENCE, Prepared};
pub use error::{Kind, StoreError};
pub use event::Event;
pub use feed::{Cursor, CursorError, Fed};
pub use page::{Kept, Listed, Numbered, Of};
pub use place::Place;
pub use reader::{Look, Reader};
pub use rows::moves;
pub use sheet::Sheet;

/// The keys, asked by several threads.
pub type Vault = Arc<dyn host::KeyVault + Send + Sync>;
