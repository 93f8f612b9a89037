//! The centre's time, as its answers say it: a station compares its own clock with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::TIME_HEADER;
use ureq::Body;
use ureq::http::Response;

/// What an answer said of its server's time, and when that was by a clock that nobody sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heard {
    /// Seconds since 1970-01-01T00:00:00Z, as the server said them.
    seconds: i64,
    /// The middle between question and answer.
    middle: Instant,
    /// Half the time between them.
    half: Duration,
}

impl Heard {
    /// Of an answer whose question went out at `asked` and that was there at `answered`.
    #[must_use]
    pub fn between(seconds: i64, asked: Instant, answered: Instant) -> Self {
        let half = answered.saturating_duration_since(asked) / 2;
        Self { seconds, middle: asked + half, half }
    }

    /// The server's time at a moment, in seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn at(&self, moment: Instant) -> i64 {
        let since = moment.saturating_duration_since(self.middle).as_secs();
        self.seconds.saturating_add_unsigned(since)
    }

    /// The server's time is right to so many seconds: half the way there and back, and what whole seconds leave out here
    /// and there.
    #[must_use]
    pub const fn within(&self) -> u64 {
        self.half.as_secs() + 2
    }

    /// How long ago that was.
    #[must_use]
    pub fn age(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.middle)
    }
}

/// What was heard last; a copy is the same.
#[derive(Clone, Default)]
pub(crate) struct TheirClock(Arc<Mutex<Option<Heard>>>);

impl TheirClock {
    pub(crate) fn heard(&self) -> Option<Heard> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and keeps what the answer says of the time, be it a yes or a no.
    pub(crate) fn timed(
        &self,
        ask: impl FnOnce() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, ureq::Error> {
        let asked = Instant::now();
        let answered = ask()?;
        let said = answered.headers().get(TIME_HEADER).and_then(|value| value.to_str().ok());
        if let Some(seconds) = said.and_then(|text| text.parse().ok()) {
            let heard = Heard::between(seconds, asked, Instant::now());
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
        }
        Ok(answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_goes_on_from_the_middle_and_is_right_to_half_the_way() {
        let asked = Instant::now();
        let second = Duration::from_secs(1);
        let heard = Heard::between(1_000, asked, asked + second * 8);
        assert_eq!(heard.at(asked + second * 4), 1_000);
        assert_eq!(heard.at(asked + second * 64), 1_060);
        assert_eq!(heard.within(), 4 + 2);
        assert_eq!(heard.age(asked + second * 64), second * 60);
    }
}
