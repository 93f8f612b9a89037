//! Cards that come into a reader and leave it, as a station's nozzle sees them.

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{Context, ReaderState, Scope, State};

use super::{fault, find};
use crate::error::Error;

/// The reader whose name has a part.
pub struct ReaderWatch {
    context: Context,
    name: CString,
}

impl ReaderWatch {
    /// Finds the reader.
    ///
    /// # Errors
    /// No PC/SC service, no such reader, or more than one.
    pub fn find(part: &str) -> Result<Self, Error> {
        let context = super::context()?;
        let name = find::reader(&context, part)?;
        Ok(Self { context, name })
    }

    /// Another one at the same reader, for another thread.
    ///
    /// # Errors
    /// No PC/SC service.
    pub fn again(&self) -> Result<Self, Error> {
        let context = Context::establish(Scope::User).map_err(fault::of_service)?;
        Ok(Self { context, name: self.name.clone() })
    }

    /// Waits for a card that is not the one with this count, at most so long. Its own count names it: the service
    /// counts what comes and goes.
    ///
    /// # Errors
    /// The reader is gone.
    pub fn wait_for_other(
        &self,
        count: Option<u32>,
        at_most: Duration,
    ) -> Result<Option<u32>, Error> {
        let end = Instant::now() + at_most;
        let mut states = [ReaderState::new(self.name.clone(), State::UNAWARE)];
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.context.get_status_change(left, &mut states) {
                Err(pcsc::Error::Timeout) => return Ok(None),
                other => other.map_err(|error| fault::at_reader(&self.name, error))?,
            }
            let [state] = &mut states;
            let seen = state.event_state();
            if seen.intersects(State::UNKNOWN | State::UNAVAILABLE) {
                return Err(fault::at_reader(&self.name, pcsc::Error::UnknownReader));
            }
            if seen.contains(State::PRESENT) && Some(state.event_count()) != count {
                return Ok(Some(state.event_count()));
            }
            if left.is_zero() {
                return Ok(None);
            }
            state.sync_current_state();
        }
    }

    /// Whether the card with this count is still in.
    #[must_use]
    pub fn has(&self, count: u32) -> bool {
        find::state(&self.context, &self.name).is_ok_and(|state| {
            state.event_state().contains(State::PRESENT) && state.event_count() == count
        })
    }
}
