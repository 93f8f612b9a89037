//! The card's random numbers (protocol §2): a counter through a keyed permutation, so that no
//! value repeats on a card and none can be predicted without its key.

use wire::Icc;

use crate::key::Key;

const ROUNDS: u8 = 6;

/// The ICC of a counter value: a Feistel permutation of 32 bits whose round function is [`Key::encrypt`], 3DES.
#[must_use]
pub fn permute(key: &Key, counter: u32) -> Icc {
    let [a, b, c, d] = counter.to_be_bytes();
    let (mut left, mut right) = ([a, b], [c, d]);
    let schedule = key.schedule();
    for round in 0..ROUNDS {
        let [x, y, ..] = schedule.encrypt([round, right[0], right[1], 0, 0, 0, 0, 0]);
        (left, right) = (right, [left[0] ^ x, left[1] ^ y]);
    }
    Icc([left[0], left[1], right[0], right[1]])
}
