//! One refuelling at one nozzle, as a chain of states (protocol §9).
//!
//! A state is named for what is already true and is consumed by its step, and each step is at
//! most one APDU or one journal entry. So the order of the protocol cannot be written wrongly:
//! only [`lock::Certified`] can be journalled as `locked`, only [`sale::Open`] may open the
//! nozzle, only [`sale::Claimed`] can be debited.
//!
//! ```text
//! present ─ Ready · Admitted ─ Verified ─ Initialized ─ Drawn ═ LockRecorded ─ LockAnswered ─ Certified
//!    │                                                                                 ║
//!    ├ Grey: local unlock, on-line unlock          Settled ═ Claimed ═ Delivered ═ Open ╝
//!    └ TacUnread                                   (═ a journal entry, ─ an APDU)
//! ```
//!
//! The terminal holds no key and makes no code. It allocates nothing and does no I/O of its
//! own: card and PSAM are a [`Transport`], the journal is a [`Journal`], time a [`Clock`].
//! After a power cut or a lost card the table in [`recover`] says what to do next.
#![no_std]
#![forbid(unsafe_code)]

mod exchange;
pub mod failure;
pub mod flow;
pub mod journal;
pub mod local;
pub mod lock;
pub mod online;
pub mod pay;
pub mod present;
pub mod price;
pub mod progress;
pub mod psam;
pub mod purchase;
pub mod recover;
pub mod sale;
pub mod transfer;
pub mod transport;

pub use failure::{Failure, Refusal};
pub use flow::Terminal;
pub use journal::{Journal, JournalFailed};
pub use lock::{Certified, Drawn, Initialized, LockAnswered, LockRecorded};
pub use pay::NotPaid;
pub use present::{Admitted, CardIs, Checks, Grey, Ready, TacUnread, present};
pub use price::SaleTerms;
pub use progress::{OutOfOrder, Progress};
pub use psam::PsamSays;
pub use purchase::{Goods, Payment, PurchaseProgress, PurchaseShown};
pub use recover::{Action, Seen, next_action};
pub use sale::{Claimed, Confirmation, Delivered, Open, Settled};
pub use transport::{Clock, Dispenser, Lost, NoReading, Transport};
