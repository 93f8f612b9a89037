//! The centre's books in a database: SQLite with nothing to install, or PostgreSQL.
//!
//! The rules are those of [`host`]; here they get rows, transactions and a thread that commits many calls at once.
//!
//! | module | holds |
//! |---|---|
//! | [`Desk`] | takes calls, answers them once they are durable |
//! | [`Reader`] | looks at one state of the books |
//! | [`Snapshot`] | one state of the books, a page at a time |
//! | [`insert`] | the yardstick: the same rows without the rules |
//! | `sheet` | the books of one transaction, fetched as the rules ask |
//! | `rows`, `table` | facts as rows |
//! | `sqlite`, `postgres`, `reach` | the two databases behind one trait; how a far one is reached |
//! | `question` | many such questions as one statement of PostgreSQL |
//! | `piped` | rows on their way into the database while the writer goes on |
//! | `backup` | copies of the books while they are written |
//! | `base`, `sums` | the lists of stations as their files, and what they hold at any cursor |
//! | `migrate` | the schema, step by step |
//! | [`Signature`], [`Operation`] | the operator log |
//! | [`Watch`] | what whoever runs the desk hears of its transactions |
//! | [`Event`], [`Cursor`] | what stations hear, and where they stopped |
//!
//! Invariant: nothing is answered before it is durable, and nothing of a transaction that failed ever was.
//!
//! Invariant: an entry of the ledger moves one amount from one account to another, so any set of entries sums to
//! zero; the database takes no other, and changes or removes none.
//!
//! Invariant: what an operator had done is in the operator log, by the same transaction that did it.
#![forbid(unsafe_code)]

mod backup;
mod bare;
mod base;
mod changes;
mod database;
mod desk;
mod error;
mod event;
mod export;
mod feed;
mod held;
mod lane;
mod list;
mod migrate;
mod operated;
mod page;
mod partial;
mod piped;
mod place;
mod postgres;
mod question;
mod reach;
mod reader;
mod rows;
mod sheet;
mod sizes;
mod sqlite;
mod sums;
mod table;
mod transact;
mod value;
mod watch;

use std::sync::Arc;

pub use backup::{Copied, copy_sqlite, dump_postgres};
pub use bare::{Rows, insert};
pub use desk::{Answered, Desk, MOST, PATIENCE, Prepared};
pub use error::{Kind, StoreError};
pub use event::Event;
pub use export::Export;
pub use feed::Fed;
pub use held::Snapshot;
pub use lists::{Cursor, CursorError, Head, Kind as List};
pub use operated::{Operation, Signature};
pub use page::{Kept, Listed, Numbered, Of};
pub use partial::Partial;
pub use place::Place;
pub use reach::shown_url;
pub use reader::{Look, Reader};
pub use rows::moves;
pub use sheet::Sheet;
pub use sizes::Sizes;
pub use value::{Row, Value};
pub use watch::{Committed, OnEvents, Watch};

/// The keys, asked by several threads.
pub type Vault = Arc<dyn host::KeyVault + Send + Sync>;
