//! A station with chips in memory.

pub mod centre;
pub mod chips;
pub mod pump;
pub mod station;

pub use centre::FakeUplink;
pub use chips::{CardMemory, Deed, PsamMemory, World};
pub use pump::{Tank, Turning};
pub use station::{Bench, Nozzle};
