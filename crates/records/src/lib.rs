//! What a centre heard in a day, as a table: one row for each outcome, sighting or answer.
//!
//! Every data element is the big-endian integer of its bytes (protocol §2), so nothing is converted or lost: a date is BCD,
//! `0x20261123`, and the hex of an integer is what the protocol shows. docs/records.md has the columns.
//!
//! | module | holds |
//! |---|---|
//! | `outcome` | a row, and what it speaks of |
//! | `columns` | the columns by name and width |
//! | `table` | the table as Parquet: written in row groups, read in batches |
//! | `text`, `lines` | the table as CSV, and lines of any text |
//! | `export` | what a station's export holds |
//! | `books` | what a centre's books hold of a lock |
//! | `register` | the numbers of stations, and the file that keeps them |
//! | `file` | a file of records, told by its content |
//! | `keys` | the main keys of a centre, ready for codes in bulk |
//! | `check` | rows held against the keys, many at a time |
//! | `verify` | whole files held against the keys, by several threads |
//! | `verdict` | what is wrong with a row, in the words of the centre's notices |
//! | `bad` | the file of bad records |
//! | `day` | a synthetic day by seed, and what a right clearing must find in it |
//!
//! Files of any size go through in batches. Time and randomness come from the caller: the day from its order, everything
//! else from its seed.
#![forbid(unsafe_code)]

pub mod day;

mod bad;
mod books;
mod check;
mod columns;
mod error;
mod export;
mod file;
mod keys;
mod lines;
mod outcome;
mod register;
mod table;
mod text;
mod verdict;
mod verify;

pub use bad::{BadWriter, UNREADABLE};
pub use books::rows_of;
pub use check::{Checker, Ready};
pub use columns::{COLUMNS, Column};
pub use error::{Damage, Wrong};
pub use file::{Format, RecordFile};
pub use keys::{Version, Versions};
pub use outcome::{Kind, Outcome};
pub use register::{Register, RegisterError};
pub use table::{Batch, TableReader, TableWriter, VERSION, VERSION_KEY, reads_pages};
pub use text::CsvWriter;
pub use verdict::{Class, Reason, Verdict};
pub use verify::{BATCH, Event, verify};
