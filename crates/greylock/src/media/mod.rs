//! Files as memory, and what runs on them.
//!
//! | module | holds |
//! |---|---|
//! | `file` | [`FileNvm`]: an image, a journal or books in a file that only one process has |
//! | `birth` | [`Birth`]: a file that gets its name only once it is whole |
//! | `tear` | [`TearingNvm`]: power that fails in the N-th write |
//! | `snapshot` | [`Snapshot`]: a copy of an image to look at, the file stays as it is |
//! | `fault` | [`FaultLog`]: why a medium failed, kept for the message |
//! | `place` | [`Place`]: where a card or a PSAM is, as the command line says it |
//! | `counted` | [`Counted`]: a slot whose commands are counted, and the [`Hand`] that pulls its card |
//! | `inserted` | [`CardIn`], [`PsamIn`], [`AnyIn`]: a card, a PSAM, or a chip that may be blank, wherever it is |
//! | `inside` | [`Inside`]: a reader and what is in it |
//! | `reader` | [`ReaderSlot`]: a chip in a PC/SC reader, with the feature `pcsc`; `no_reader` stands in for it |
//! | `slot` | [`CardSlot`], [`PsamSlot`]: an opened image as something to send commands to |

mod birth;
mod counted;
mod fault;
mod file;
mod inserted;
mod inside;
#[cfg(not(feature = "pcsc"))]
mod no_reader;
mod place;
#[cfg(feature = "pcsc")]
mod reader;
mod slot;
mod snapshot;
mod tear;

pub use birth::Birth;
pub use counted::{Counted, Hand};
pub use fault::{FaultLog, MediumFault};
pub use file::{FileNvm, Growth};
pub use inserted::{AnyIn, CardIn, PsamIn};
pub use inside::{Inside, InsideIs};
#[cfg(not(feature = "pcsc"))]
pub use no_reader::{ReaderSlot, look_around};
pub use place::Place;
#[cfg(not(feature = "pcsc"))]
pub(crate) use place::no_pcsc;
#[cfg(feature = "pcsc")]
pub use reader::{ReaderSlot, ReaderWatch, look_around};
pub(crate) use slot::check_personalised;
pub use slot::{
    CardSlot, Chip, PsamSlot, Slot, describe_open_error, look_at_blank, look_at_card, look_at_psam,
};
pub use snapshot::Snapshot;
pub use tear::TearingNvm;
