//! How long the line waits before it tries again.

use std::time::Duration;

/// Times of the line; the usual ones unless a test wants others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Before the second try.
    pub first: Duration,
    /// Before any try at most.
    pub longest: Duration,
    /// How often the lists are compared with the centre's at least, while the line is up.
    pub compare: Duration,
    /// How often the centre is asked for its time, while the station's clock shows another one and the line is up.
    pub clock: Duration,
    /// How long a delivery without a GMAC waits before it is reported: a PSAM that lives gives it in a moment, and the
    /// centre would hold the money and call operators for each. A customer who waits has all reported at once.
    pub unproved: Duration,
    /// How long a neighbour may take.
    pub neighbour: Duration,
    /// How long a nozzle waits for its reports at most.
    pub flush: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            compare: Duration::from_secs(300),
            clock: Duration::from_secs(5),
            unproved: Duration::from_secs(5),
            neighbour: Duration::from_secs(1),
            flush: Duration::from_secs(2),
        }
    }
}

/// Doubles from try to try, with jitter: after the centre was away its stations do not come back in one moment.
#[derive(Debug)]
pub(crate) struct BackOff {
    pace: Pace,
    next: Duration,
    state: u64,
}

impl BackOff {
    pub(crate) const fn new(pace: Pace, seed: u64) -> Self {
        Self { pace, next: pace.first, state: seed }
    }

    /// How long to wait now: between half of the step and all of it.
    pub(crate) fn wait(&mut self) -> Duration {
        let step = self.next;
        self.next = step.saturating_mul(2).min(self.pace.longest);
        // SplitMix64: spreads stations, hides nothing.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let part = u32::try_from(mixed >> 48).unwrap_or(0);
        step / 2 + step / 2 * part / 65_536
    }

    /// It went well.
    pub(crate) const fn reset(&mut self) {
        self.next = self.pace.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_longest_and_spreads() {
        let mut back_off = BackOff::new(Pace::default(), 7);
        let waits: Vec<Duration> = (0..12).map(|_| back_off.wait()).collect();
        let mut step = Duration::from_secs(1);
        for wait in &waits {
            assert!(*wait >= step / 2 && *wait <= step, "{wait:?} of {step:?}");
            step = (step * 2).min(Duration::from_secs(300));
        }
        let other: Vec<Duration> = BackOff::new(Pace::default(), 8).then_waits(12);
        assert_ne!(waits, other, "two stations do not come back together");
        back_off.reset();
        assert!(back_off.wait() <= Duration::from_secs(1));
    }

    impl BackOff {
        fn then_waits(mut self, count: usize) -> Vec<Duration> {
            (0..count).map(|_| self.wait()).collect()
        }
    }
}
