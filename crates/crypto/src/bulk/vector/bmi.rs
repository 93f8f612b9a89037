//! 64 lanes in a number, where the processor has AND NOT for numbers: BMI1.

use crate::bulk::des::{self, Entry, Half, LaneKey, SharedKey, Way};

/// A DES over numbers.
macro_rules! with_and_not {
    ($(fn $name:ident($($given:ident: $type:ty),*) = $body:path;)*) => {
        $(
            /// Answers whether it was done: not every processor has that gate.
            pub(in crate::bulk) fn $name($($given: $type),*) -> bool {
                #[target_feature(enable = "bmi1")]
                fn run($($given: $type),*) {
                    $body($($given),*);
                }
                let has = std::is_x86_feature_detected!("bmi1");
                if has {
                    // SAFETY: the processor was asked.
                    unsafe { run($($given),*) }
                }
                has
            }
        )*
    };
}

with_and_not! {
    fn shared(left: &mut Half<u64>, right: &mut Half<u64>, entry: &Entry, key: &SharedKey) = des::with_shared_key;
    fn lanes(left: &mut Half<u64>, right: &mut Half<u64>, key: &LaneKey<u64>, way: Way) = des::with_lane_key;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::des::RoundKeys;

    /// Bits that follow no pattern.
    fn half(seed: u64) -> Half<u64> {
        core::array::from_fn(|n| (seed + n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    #[test]
    fn without_that_gate_it_is_the_same() {
        let cd = core::array::from_fn(|n| n % 3 == 0);
        let keys = RoundKeys::new(&cd, Way::Decrypt);
        let (entry, key) = (keys.entry(&[0; 32], &[1; 32]), keys.rest());
        let mut lane_key = LaneKey::<u64>::new();
        des::key(&mut lane_key, [&half(5), &half(7)], &[0; 32]);

        let (mut left, mut right) = (half(1), half(2));
        if shared(&mut left, &mut right, &entry, &key) {
            let (mut other_left, mut other_right) = (half(1), half(2));
            des::with_shared_key(&mut other_left, &mut other_right, &entry, &key);
            assert_eq!((left, right), (other_left, other_right));
        }
        let (mut left, mut right) = (half(3), half(4));
        if lanes(&mut left, &mut right, &lane_key, Way::Encrypt) {
            let (mut other_left, mut other_right) = (half(3), half(4));
            des::with_lane_key(&mut other_left, &mut other_right, &lane_key, Way::Encrypt);
            assert_eq!((left, right), (other_left, other_right));
        }
    }
}
