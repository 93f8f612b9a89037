//! Randomness for keys and torn writes.

use crate::error::{Error, Fault};

/// A source of random bytes.
pub trait Random {
    /// Fills `out`.
    ///
    /// # Errors
    /// When the source is not there; nothing may be made then.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness comes in")]
    fn fill(&mut self, out: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(out).map_err(|error| {
            Error::new(Fault::System, format!("the system gives no random numbers: {error}"))
                .advice("nothing was made; try again on a system with a working generator")
        })
    }
}
