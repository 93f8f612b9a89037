//! Time and randomness, which come from whoever runs the demo.

use std::sync::Arc;
use std::time::Duration;

use crypto::Key;
use wire::Stamp;
use zeroize::Zeroizing;

/// A moment, told in two ways.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Local civil time.
    pub stamp: Stamp,
    /// Since 1970.
    pub unix: Duration,
}

/// What fills bytes with randomness.
pub type Random = dyn Fn(&mut [u8]) -> Result<(), String> + Send + Sync;

/// Time and randomness.
#[derive(Clone)]
pub struct Outside {
    /// The time.
    pub now: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// Randomness for keys.
    pub random: Arc<Random>,
}

impl Outside {
    /// Local civil time.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        (self.now)().stamp
    }

    /// A key of 16 random bytes.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn key(&self) -> Result<Key, String> {
        let mut bytes = Zeroizing::new([0; 16]);
        (self.random)(bytes.as_mut_slice())?;
        Ok(Key::new(*bytes))
    }

    /// Now as `hh:mm:ss.mmm`.
    #[must_use]
    pub fn time_of_day(&self) -> String {
        let moment = (self.now)();
        let (hour, minute, second) = moment.stamp.time.hms();
        format!("{hour:02}:{minute:02}:{second:02}.{:03}", moment.unix.subsec_millis())
    }

    /// Now as `YYYYMMDDhhmmss`.
    #[must_use]
    pub fn date_and_time(&self) -> String {
        let stamp = self.stamp();
        format!("{}{}", stamp.date, stamp.time)
    }
}
