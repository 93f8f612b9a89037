//! Medians: a machine that does something else for a moment moves a mean, and no median.

use std::time::{Duration, Instant};

/// The middle one of some durations, in microseconds; 0 of none.
pub(super) fn median(durations: &[Duration]) -> f64 {
    let mut nanos: Vec<u128> = durations.iter().map(Duration::as_nanos).collect();
    nanos.sort_unstable();
    let middle = nanos.get(nanos.len() / 2).copied().unwrap_or(0);
    u32::try_from(middle).map_or(f64::INFINITY, f64::from) / 1000.0
}

/// How long something took.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed())
}

/// With two decimals: more would be noise. `None` without a yardstick.
pub(crate) fn ratio(took: f64, yardstick: f64) -> Option<f64> {
    (yardstick > 0.0).then(|| (took / yardstick * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_in_microseconds() {
        let micros = [9, 1, 5].map(Duration::from_micros);
        assert!((median(&micros) - 5.0).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_needs_a_yardstick() {
        assert_eq!(ratio(3.0, 2.0), Some(1.5));
        assert_eq!(ratio(3.0, 0.0), None);
    }
}
