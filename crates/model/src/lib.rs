//! An exhaustive model: within small bounds, every order of visits, messages, mishaps, attacks
//! and lies, played by the real rules of terminal, station and centre.
//!
//! | part | is |
//! |---|---|
//! | terminal, station | the crates themselves: `Terminal`, `visit`, the journal's `Index` |
//! | centre | the crate itself over books in memory |
//! | card, PSAM | what protocol §5, §6 and §8 promise, written anew and without bytes in memory |
//! | codes | who could have made which, over the real inputs (`code`) |
//!
//! A step of the model is one deed (`deed`): a card's visit at a terminal from its insertion to
//! its end, a message that arrives, a terminal that starts again. Within a visit the script
//! (`mishap`) tries at each APDU, each journal entry and each call of the link all that can go
//! wrong there. A visit needs no finer steps: a card is in one reader, its PSAM and journal
//! belong to that terminal, and what the centre hears in between is a deed of its own that can
//! come before or after.
//!
//! `rules` holds in every state; `heal` plays from every state the way out.
#![forbid(unsafe_code)]

pub mod bounds;
mod card;
mod card_wire;
mod centre;
mod centre_wire;
pub mod check;
mod code;
mod decided;
mod deed;
mod deed_words;
mod heal;
mod journal_wire;
mod mishap;
mod possible;
mod psam;
mod psam_wire;
mod pump_wire;
mod rules;
mod stay;
mod world;

pub use bounds::Bounds;
pub use check::{Found, Model, Violation, check, check_and_explain};
