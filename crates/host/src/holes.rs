//! TTCs of which nothing was heard (protocol §10: journal of a station lost).

use std::ops::RangeInclusive;

/// A PSAM's first TTC as holes are counted: a PSAM that begins with 0 has it heard or not, and
/// nothing is missed by not asking for it.
pub const FIRST_TTC: u32 = 1;

/// What is missing of one PSAM.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holes {
    /// Every TTC up to this one was heard; `None` while the first is missing.
    pub watermark: Option<u32>,
    /// The highest TTC heard.
    pub highest: Option<u32>,
    /// TTCs below the highest of which nothing was heard.
    pub missing: Vec<RangeInclusive<u32>>,
}

impl Holes {
    /// From the TTCs heard, ascending.
    #[must_use]
    pub fn new(heard: impl IntoIterator<Item = u32>) -> Self {
        let mut holes = Self::default();
        let mut next = FIRST_TTC;
        for ttc in heard {
            if ttc > next {
                holes.missing.push(next..=ttc - 1);
            }
            if holes.missing.is_empty() {
                holes.watermark = Some(ttc);
            }
            holes.highest = Some(ttc);
            next = next.max(ttc.saturating_add(1));
        }
        holes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_heard_is_no_hole() {
        assert_eq!(Holes::new([]), Holes::default());
    }

    #[test]
    fn holes_are_ranges_below_the_highest_heard() {
        let holes = Holes::new([1, 2, 5, 6, 9]);
        assert_eq!(holes.missing, [3..=4, 7..=8]);
        assert_eq!((holes.watermark, holes.highest), (Some(2), Some(9)));
    }

    #[test]
    fn the_first_ttc_counts_and_zero_does_not() {
        assert_eq!(Holes::new([3]).missing, [1..=2]);
        assert_eq!(Holes::new([3]).watermark, None);
        assert!(Holes::new([0, 1]).missing.is_empty());
        assert_eq!(Holes::new([0, u32::MAX]).missing, [1..=u32::MAX - 1]);
    }
}
