//! Facts from the real things: cards, PSAMs, journals and the centre.

mod centre;
mod chips;
mod journal;

pub use centre::centre;
pub use chips::{card, psam};
pub use journal::{index, journal};
