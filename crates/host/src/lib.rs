//! The rules of the central computer (protocol §9 to §11): what it takes from stations, how it
//! answers on-line unlocks, what it books. No I/O, no clock, no randomness: time comes in.
//!
//! [`Centre`] is the door. Every call that changes something is also an [`Input`], so that a
//! shell makes the input durable before it shows the answer, and replays inputs at start: the
//! same inputs give the same books and the same answers.
//!
//! | module | holds |
//! |---|---|
//! | [`issue`] | the profiles of new cards and PSAMs |
//! | [`codes`], [`keys`] | the codes that the rules compare, the vault that computes them, the main keys |
//! | [`books`], [`memory`] | what the rules need of storage, and storage in memory |
//! | [`case`](mod@case), [`facts`] | what is known of one lock and of one purse |
//! | [`centre`] | registering, and the lists that stations and operators read |
//! | [`hear`] | outcomes and TACs that stations report |
//! | [`purchase`] | purchases that stations report, with the card's TAC or without |
//! | [`unlock`], [`confirm`] | the on-line unlock (claim 2) and its receipt |
//! | [`maintenance`] | APPLICATION UNBLOCK, the switch of a card to its next keys |
//! | [`transfer`] | loads and unloads |
//! | [`prepaid`] | accounts from which stations' loads are taken |
//! | [`operator`], [`replace`] | what two persons decide |
//! | [`life`], [`acts`] | cards and PSAMs as registered things, and what operators do about them |
//! | [`ledger`], [`account`] | accounts, the table of postings, and how accounts are named |
//! | [`held`] | what books hold of locks, piece by piece |
//! | [`holes`] | TTCs of which nothing was heard |
//! | [`notice`], [`refusal`] | every reason, its words, and what to do |
//! | [`input`] | every mutating call as a value |
//! | [`partition`] | books divided by card: which of them each call touches |
//!
//! Invariant: what is known of a lock only grows. Its place in the books is a function of what
//! is known (`filed`, `succession`, `position`), and only the difference to what is booked is posted.
//! Whatever order reports come in, and however often, the books end alike.
//!
//! Invariant: a lock is found by (TID, TTC), and nothing is done with it unless the rest of
//! its lock id agrees.
//!
//! Invariant: no call here shows a main key, a card key or a session key.
#![forbid(unsafe_code)]

pub mod account;
pub mod acts;
pub mod ahead;
pub mod books;
mod bought;
pub mod case;
pub mod centre;
pub mod clock;
mod codec;
pub mod codes;
pub mod confirm;
pub mod facts;
mod filed;
pub mod hear;
pub mod held;
pub mod holes;
pub mod input;
pub mod issue;
mod kept;
pub mod keys;
pub mod ledger;
pub mod life;
pub mod maintenance;
pub mod memory;
mod named;
pub mod notice;
pub mod operator;
pub mod partition;
mod position;
pub mod prepaid;
pub mod purchase;
pub mod refusal;
pub mod replace;
mod rulings;
mod seen;
mod settle;
mod standing;
mod succession;
pub mod transfer;
mod transferred;
pub mod unlock;
mod verify;

pub use acts::{ActApproval, ActOrder, Acted, Subject};
pub use ahead::{Ahead, Informed, Together};
pub use books::{Books, Card, CardOpening, KeysSince, Psam, PurseOpening, Replacement, StationId};
pub use case::{Case, HeldRecord, HeldUnproved, Outcome, Quarantined};
pub use centre::{Centre, OutcomeRow, Registered};
pub use codes::{
    Codes, LockCodes, LockSource, OnlineSession, RecordCodes, UnlockStand, UpdateStand,
};
pub use confirm::Confirmed;
pub use facts::{
    Basis, ChangeKind, DecisionRow, Ground, OnlineChange, ProposalRow, Ruling, Shown, Sighting,
    TacFact,
};
pub use hear::{Heard, News, is_final};
pub use held::{Held, Piece};
pub use holes::Holes;
pub use input::{Answer, Input, Output};
pub use keys::{KeyKind, KeySet, KeyVault, MainKeys, Set};
pub use ledger::{Account, Legs, Posting, PostingReason, TrialBalance};
pub use life::{Act, Alarm, Chip, Life, Measure, State};
pub use maintenance::{SwitchAnswer, SwitchRequest};
pub use memory::{Lent, MemoryBooks};
pub use named::lock_name;
pub use notice::{About, Class, Code, Notice};
pub use operator::{Approval, Proposal};
pub use partition::{Partition, Partitions, Route};
pub use position::Ending;
pub use prepaid::{Funded, Funding, PrepaidAccount, PrepaidName, PrepaidNameError};
pub use purchase::{PurchaseCase, PurchaseEnd, PurchaseRow};
pub use refusal::{Fault, Refusal};
pub use replace::{ReplaceOrder, Replaced};
pub use transfer::{
    OpenTransfer, TransferConfirmed, TransferDecision, TransferRequest, TransferRow, Way,
};
pub use unlock::{Decision, UnlockAnswer, UnlockRequest};
