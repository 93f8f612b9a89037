//! In place of PC/SC in a build without it: there is no reader, and the message says how to get it.

use std::convert::Infallible;

use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::error::Error;
use crate::media::Inside;
use crate::media::place::no_pcsc;

/// A chip in a reader; there is none in this build.
#[derive(Debug)]
pub struct ReaderSlot(Infallible);

impl ReaderSlot {
    /// # Errors
    /// Always: this build has no PC/SC.
    pub fn open_card(part: &str) -> Result<Self, Error> {
        Err(no_pcsc(&format!("it cannot reach the reader `{part}`")))
    }

    /// # Errors
    /// Always: this build has no PC/SC.
    pub fn open_psam(part: &str) -> Result<Self, Error> {
        Self::open_card(part)
    }

    /// Why there was no answer.
    #[must_use]
    pub fn why_lost(&self) -> Error {
        match self.0 {}
    }
}

impl Transport for ReaderSlot {
    fn transmit(&mut self, _: &[u8]) -> Result<ResponseBytes, Lost> {
        match self.0 {}
    }
}

/// # Errors
/// Always: this build has no PC/SC.
pub fn look_around() -> Result<Vec<Inside>, Error> {
    Err(no_pcsc("it sees no readers"))
}
