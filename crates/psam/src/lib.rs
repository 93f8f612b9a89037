//! The PSAM (protocol §8): draws the TTC of a lock, checks MAC2, and gives each lock at most one GMAC.
//!
//! Commands come in as bytes and answers go out as bytes; the only other thing a [`Psam`] touches is its [`nvm::Nvm`].
//! No allocator, no clock, no randomness from outside: TRN is the TTC through a keyed permutation.
//!
//! | module | holds |
//! |---|---|
//! | `psam` | the door: power, parsing, the gate, one flat `match`, the commit |
//! | `select`, `read` | SELECT and READ BINARY |
//! | `init`, `certificate`, `debit` | the commands of the grey lock |
//! | `purchase` | the commands of the purchase |
//! | `choose`, `find` | two tables: which slot a new lock takes, which lock a DEBIT without TTC means |
//! | `lock`, `progress` | a pending lock, and how far it has come, as types |
//! | `state`, `profile`, `layout` | what the memory holds, and its bytes |
//! | `view` | what may be shown |
//!
//! Invariants:
//! - Memory first: a command commits, then the state in RAM is replaced, then the answer leaves. What a
//!   command changes is one atomic commit; only CERTIFICATE has another one before it, the count of the attempt.
//! - A TTC whose MAC1 left is never drawn again, whatever was torn.
//! - A GMAC is made only from `progress::Certified`, which only a compared MAC2 makes, and takes its place.
//! - A certified lock without GMAC never loses its slot.
//! - No key and no session key leaves.
#![no_std]
#![forbid(unsafe_code)]

mod certificate;
mod choose;
mod debit;
mod find;
mod init;
mod layout;
mod lock;
mod migrate;
mod profile;
mod progress;
mod psam;
mod purchase;
mod read;
mod select;
mod state;
mod view;

pub use migrate::IMAGE_LEN_1;
pub use profile::{MainKey, Profile};
pub use psam::{FORMAT, IMAGE_LEN, PowerLost, Psam};
pub use state::SLOTS;
pub use view::{LockView, PsamView};
