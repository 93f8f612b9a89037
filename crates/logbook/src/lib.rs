//! The journal of a station daemon (protocol §9): all nozzles of a station in one SQLite database.
//!
//! | module | holds |
//! |---|---|
//! | [`Logbook`] | one nozzle's handle: appends, and looks up what all nozzles wrote |
//! | `writer` | the one thread that writes: entries that wait together share one commit |
//! | `database` | the rows, and how they are made durable |
//! | [`Room`] | how much the disk still takes, and when no new lock is begun |
//!
//! Invariant: an entry is durable when `append` returns, and only then looked up by anybody.
//!
//! Invariant: an entry that does not follow those before it is never written.
//!
//! Invariant: a lock that was begun can always be finished: new ones are refused while there is room for that.
#![forbid(unsafe_code)]

mod database;
mod derived;
mod handle;
mod psams;
mod retention;
mod room;
mod trusted;
mod vehicle;
mod writer;

pub use database::LogbookError;
pub use derived::Fill;
pub use handle::Logbook;
pub use retention::Forgotten;
pub use room::{Disk, Little, OfFolder, Room};
pub use vehicle::Vehicle;
