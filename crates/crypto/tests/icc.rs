//! The card's random numbers: a permutation of all counters, so that none comes twice.

#[cfg(test)]
mod icc {
    use crypto::Key;
    use crypto::icc::permute;
    use proptest::prelude::*;

    fn key(byte: u8) -> Key {
        Key::new([byte; 16]).diversify([byte; 8])
    }

    fn number(key: &Key, counter: u32) -> u32 {
        u32::from_be_bytes(permute(key, counter).0)
    }

    /// How many of these counters share their number with another.
    fn repeats(key: &Key, counters: impl Iterator<Item = u32>) -> usize {
        let mut numbers: Vec<u32> = counters.map(|counter| number(key, counter)).collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        all - numbers.len()
    }

    /// Sixteen times as many as one purse has transactions.
    #[test]
    fn the_first_million_numbers_differ() {
        assert_eq!(repeats(&key(1), 0..1 << 20), 0);
    }

    /// Counters from all over: an odd stride visits no counter twice.
    #[test]
    fn numbers_of_far_counters_differ() {
        let stride = 0x9E37_79B1_u32;
        assert_eq!(repeats(&key(2), (0..1 << 17).map(|step: u32| step.wrapping_mul(stride))), 0);
        let last = (0..1 << 16).map(|back: u32| u32::MAX - back);
        assert_eq!(repeats(&key(3), last), 0);
    }

    /// Counters that share one half: what a weak round would let collide.
    #[test]
    fn counters_that_share_a_half_differ() {
        assert_eq!(repeats(&key(4), (0..1 << 16).map(|high: u32| high << 16 | 0x1234)), 0);
        assert_eq!(repeats(&key(4), (0..1 << 16).map(|low: u32| 0x1234 << 16 | low)), 0);
    }

    #[test]
    fn two_keys_make_two_sequences() {
        let (one, other) = (key(5), key(6));
        let same =
            (0..1 << 14).filter(|counter| number(&one, *counter) == number(&other, *counter));
        assert_eq!(same.count(), 0, "for keys drawn anew, chance would give one in 2^18");
    }

    /// Every bit is as often set as not, and a step of the counter changes half of them.
    #[test]
    fn numbers_look_random() {
        let key = key(7);
        let count = 1 << 14;
        let mut ones = [0u32; 32];
        let mut changed = 0;
        for counter in 0..count {
            let (now, next) = (number(&key, counter), number(&key, counter + 1));
            changed += (now ^ next).count_ones();
            for (bit, sum) in ones.iter_mut().enumerate() {
                *sum += now >> bit & 1;
            }
        }
        for (bit, sum) in ones.iter().enumerate() {
            // Eight standard deviations of a fair coin.
            assert!(sum.abs_diff(count / 2) < 512, "bit {bit} is set {sum} times of {count}");
        }
        assert!(changed.abs_diff(16 * count) < count / 4, "{changed} bits changed");
    }

    /// Cards keep their counter when they get a new version of this crate: were the permutation another
    /// one, a number could come back. So it never changes.
    #[test]
    fn the_permutation_is_frozen() {
        let key = Key::new(std::array::from_fn(|at| u8::try_from(at).unwrap() * 0x11));
        let frozen = [
            (0x0000_0000, "ce3cc788"),
            (0x0000_0001, "701bebad"),
            (0x0000_0002, "5f0d7dd2"),
            (0x0000_FFFF, "ec93ac5f"),
            (0x0001_0000, "07ff1328"),
            (0x1234_5678, "661703d9"),
            (0xFFFF_FFFF, "6b32838e"),
        ];
        for (counter, number) in frozen {
            assert_eq!(hex::encode(permute(&key, counter).0), number, "counter {counter:08x}");
        }
    }

    proptest! {
        #[test]
        fn different_counters_have_different_numbers(one in any::<u32>(), other in any::<u32>(), seed in any::<[u8; 16]>()) {
            let key = Key::new(seed);
            prop_assert_eq!(number(&key, one) == number(&key, other), one == other);
        }
    }
}
