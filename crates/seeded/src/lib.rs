//! Deliberate faults: believable slips, each at its very place in the code, to see that the
//! simulation or the model finds it.
//!
//! Without the feature `on` none of them can ever be in: [`is`] is `false` then, and the branch
//! behind it is compiled away. Only `crates/hunt` has the feature; `cargo xtask tidy` holds that.
#![no_std]
#![forbid(unsafe_code)]

mod bug;
mod switch;

pub use bug::Bug;
#[cfg(feature = "on")]
pub use switch::plant;
pub use switch::{instead, is};
