//! The bytes of the grey-lock purse: encode and decode, nothing else.
//!
//! Commands and responses of card and PSAM, status words, tags, BCD dates, the
//! records that a terminal keeps and sends. All integers are big-endian. Nothing
//! here computes a code, keeps a state, allocates or does I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`buf`] | fixed buffers to write into, a reader to take from |
//! | [`amount`], [`ids`], [`bcd`], [`tag`], [`key`] | the data elements of protocol §2 and §3 |
//! | [`apdu`], [`status`] | ISO 7816-4 command framing and status words |
//! | [`blank_command`] | the commands of a chip before its personalisation |
//! | [`card_command`], [`psam_command`] | every command, parsed once at the door (`door` is what they share), and encoded |
//! | [`response`], [`grey_status`], [`files`] | what card and PSAM answer |
//! | [`record`], [`purchase`], [`step`], [`report`] | what the terminal keeps and what the centre hears (protocol §9) |
#![no_std]
#![forbid(unsafe_code)]

pub mod amount;
pub mod apdu;
pub mod bcd;
pub mod blank_command;
pub mod buf;
pub mod card_command;
mod door;
pub mod files;
pub mod grey_status;
pub mod ids;
pub mod key;
pub mod psam_command;
pub mod purchase;
pub mod record;
pub mod report;
pub mod response;
pub mod status;
pub mod step;
pub mod tag;

pub use amount::{Amount, Limit};
pub use apdu::Apdu;
pub use bcd::{Date, Stamp, Time};
pub use blank_command::BlankCommand;
pub use buf::{Buf, Reader};
pub use card_command::CardCommand;
pub use grey_status::{GreyState, GreyStatus, StatusMore};
pub use ids::{Asn, Icc, LockId, Mac, Tid, Trn, Ttc};
pub use key::{Dispersing, KeyRef, Scheme, Suite};
pub use psam_command::PsamCommand;
pub use purchase::{PurchaseStep, PurchaseTerms};
pub use record::{Certified, Claim, ClaimedRecord, Delivery, LockTerms, Tried};
pub use report::Report;
pub use response::PurchaseAnswer;
pub use status::StatusWord;
pub use step::{Entry, Step};
pub use tag::{Kind, Purse, Tag};
