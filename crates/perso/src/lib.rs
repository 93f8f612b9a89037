//! Personalisation of a blank chip through its commands (docs/personalisation.md): a card or a PSAM is made by whoever
//! has its transport key, once, in one atomic step.
//!
//! | module | holds |
//! |---|---|
//! | [`scp03`] | GlobalPlatform's secure channel: session keys, cryptograms, codes, encryption |
//! | [`grouping`] | data groupings: their numbers, their bytes, keys and PINs inside them |
//! | [`card_groupings`], [`psam_groupings`] | what a card and a PSAM are made of, in both directions |
//! | [`issuer`] | the issuer's side: commands out, answers in |
//! | [`blank`] | the blank chip: what it is made with, and what it answers |
//! | [`chip`] | [`Chip`]: a chip that is blank or personalised, and goes from one to the other |
//!
//! Nothing is allocated; randomness and memory come from the caller.
#![no_std]
#![forbid(unsafe_code)]

pub mod blank;
pub mod card_groupings;
pub mod chip;
pub mod grouping;
pub mod issuer;
pub mod psam_groupings;
pub mod scp03;
mod tail;

pub use blank::{Birth, BlankView, TRIES};
pub use card_groupings::CardGroupings;
pub use chip::{Application, Chip, is_blank};
pub use grouping::{DataKey, Grouping};
pub use issuer::{Issuer, Offered, Sending};
pub use psam_groupings::PsamGroupings;

/// A card's chip.
pub type CardChip<N> = Chip<N, CardGroupings>;
/// A PSAM's chip.
pub type PsamChip<N> = Chip<N, PsamGroupings>;
