//! What a command takes from outside: time, randomness, environment, PIN. Each comes in through one place, so that a
//! test or a simulation can give its own.

mod clock;
mod pin;
mod random;
mod settings;

pub use clock::{SystemClock, moment_now, stamp_now, unix_time};
pub use pin::{GivenPin, for_new_card as pin_for_new_card, resolve as resolve_pin};
pub use random::{Random, SystemRandom};
pub use settings::Settings;
