//! Which fault is in: one for the whole process, or none.

use crate::Bug;

#[cfg(feature = "on")]
mod planted {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use crate::Bug;

    const NONE: usize = usize::MAX;

    static PLANTED: AtomicUsize = AtomicUsize::new(NONE);

    /// Puts a fault in for every thread, in the place of the one before.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.store(bug.map_or(NONE, |bug| bug as usize), Ordering::SeqCst);
    }

    pub(crate) fn is(bug: Bug) -> bool {
        PLANTED.load(Ordering::Relaxed) == bug as usize
    }
}

#[cfg(feature = "on")]
pub use planted::plant;

/// True when this fault is in.
#[cfg(feature = "on")]
#[inline]
#[must_use]
pub fn is(bug: Bug) -> bool {
    planted::is(bug)
}

/// No fault is ever in.
#[cfg(not(feature = "on"))]
#[inline(always)]
#[must_use]
pub fn is(_: Bug) -> bool {
    false
}

/// What is right; with the fault in, what is wrong.
#[inline]
#[must_use]
pub fn instead<T>(bug: Bug, right: T, wrong: T) -> T {
    if is(bug) { wrong } else { right }
}

#[cfg(all(test, feature = "on"))]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_in_from_its_planting_to_the_next() {
        for bug in Bug::ALL {
            plant(Some(*bug));
            assert!(Bug::ALL.iter().all(|other| is(*other) == (other == bug)), "{bug:?}");
            assert_eq!(instead(*bug, "right", "wrong"), "wrong");
        }
        plant(None);
        assert!(!Bug::ALL.iter().any(|bug| is(*bug)));
        assert_eq!(instead(Bug::GmacNotCompared, "right", "wrong"), "right");
    }

    #[test]
    fn no_two_faults_have_one_name() {
        for (at, bug) in Bug::ALL.iter().enumerate() {
            assert!(Bug::ALL[..at].iter().all(|other| other.name() != bug.name()), "{bug:?}");
        }
    }
}
