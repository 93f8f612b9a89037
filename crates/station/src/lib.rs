//! What a station has besides its terminals: the durable journal of all its nozzles, and a
//! simulated pump whose totalizer outlives a power cut.
//!
//! Nothing here opens a file: media come in as [`nvm::Nvm`]. `forecourt` puts
//! the nozzles of a whole station around these parts.
#![forbid(unsafe_code)]

pub mod index;
pub mod journal;
pub mod link;
pub mod pump;
pub mod purchase;
pub mod transfer;
pub mod visit;

pub use index::{Finished, Index, Outbox, Records, TacSeen};
pub use journal::{JournalError, StationJournal};
pub use link::{Link, LinkDown, NoLink, OpenTransfer, Sought, Taken, TransferAnswer, UnlockAnswer};
pub use pump::{Flow, Pump};
