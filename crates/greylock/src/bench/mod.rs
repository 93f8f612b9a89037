//! The benchmarks, each beside its yardstick in the same run. docs/bench.md says what they measure and why.
//!
//! | module | holds |
//! |---|---|
//! | `stage` | card, PSAM and a terminal that keeps nothing, with made-up keys |
//! | `watched` | memory that counts what a command writes, beside the least that it could |
//! | `cipher` | the yardstick of the codes: the bare ciphers |
//! | `card` | every command of a refuelling in memory |
//! | `refuel` | a refuelling through PC/SC beside empty commands, with the feature `pcsc` |
//! | `medium`, `scratch` | its memory: in RAM, or in files of a folder of its own, beside bare `fdatasync`s |
//! | `figures` | medians |

mod card;
mod cipher;
mod figures;
#[cfg(feature = "pcsc")]
mod medium;
#[cfg(feature = "pcsc")]
mod refuel;
#[cfg(feature = "pcsc")]
mod scratch;
mod stage;
mod watched;

pub(crate) use card::{CommandFigures, SuiteFigures, Writes, card_core, run as run_card};
pub(crate) use figures::ratio;
#[cfg(feature = "pcsc")]
pub(crate) use refuel::{PartFigures, RefuelFigures, run as run_refuel};
