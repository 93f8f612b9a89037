//! DES over words: every lane its own block, and its own key or one for all.
//!
//! A state is the block behind the initial permutation, left half and right half. Between ciphers that follow each other
//! both permutations cancel, and only the halves change places: whoever calls says so by their order.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::des_tables::{KEY_PLACE, PERMUTED, PLACE, TURNED, expanded, key_bit};
use super::layout::{PLANES, Wiring};
use super::word::Gates;

/// Half a block: a word for each of its bits.
pub(super) type Half<W> = [W; 32];

/// Which way a cipher runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Encrypt,
    Decrypt,
}

impl Way {
    /// How far C and D are turned in a round.
    const fn turned(self, round: usize) -> usize {
        match self {
            Self::Encrypt => TURNED[round],
            Self::Decrypt => TURNED[15 - round],
        }
    }
}

/// A key of each lane: C and D, each twice in a row, so that turning them is beginning further behind.
#[derive(Clone)]
pub(super) struct LaneKey<W> {
    pub(super) c: [W; 56],
    pub(super) d: [W; 56],
}

impl<W: Gates> LaneKey<W> {
    /// Room for a key.
    pub(super) fn new() -> Self {
        Self { c: [W::splat(0); 56], d: [W::splat(0); 56] }
    }

    pub(super) fn wipe(&mut self, zero: W) {
        (self.c, self.d) = ([zero; 56], [zero; 56]);
    }
}

/// A key that all lanes share, as the masks of its sixteen rounds: all ones where its bit is set.
/// Wiped when it goes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct SharedKey {
    rounds: [SharedRound; 16],
    /// What the right half carries into the first round.
    first: [u64; 32],
    /// What the left half still carries after the last one.
    last: [u64; 32],
}

/// What one round needs of a shared key.
#[derive(Clone, Copy, Zeroize)]
struct SharedRound {
    /// For the inputs of an S-box whose bit of the right half carries another key bit: the difference. Others are zero
    /// and never looked at.
    inner: [[u64; 6]; 8],
    /// What takes the key of two rounds ago off the left half, and puts that of the next round on.
    outer: [u64; 32],
}

/// True where the key bit of this input is the one that the bit of the right half carries: those are the inner four of
/// each S-box, and so every bit of the right half carries one.
const fn carried(j: usize) -> bool {
    j >= 1 && j <= 4
}

impl SharedKey {
    /// From C and D, a key bit in each byte's lowest bit.
    pub(super) fn new(cd: &[bool; 56], way: Way) -> Self {
        let round_key = |round: usize, n: usize, j: usize| {
            let (bit, turned) = (key_bit(n, j), way.turned(round));
            let (base, place) = (bit / 28 * 28, bit % 28);
            if cd[base + (place + turned) % 28] { u64::MAX } else { 0 }
        };
        // What each bit of the right half carries in a round.
        let carries = |round: usize| {
            let mut mask = [0; 32];
            for n in 0..8 {
                for j in 1..5 {
                    mask[expanded(n, j)] = round_key(round, n, j);
                }
            }
            mask
        };
        let none = [0; 32];
        let mut rounds = [SharedRound { inner: [[0; 6]; 8], outer: none }; 16];
        for (round, made) in rounds.iter_mut().enumerate() {
            let now = carries(round);
            for n in 0..8 {
                for j in [0, 5] {
                    made.inner[n][j] = round_key(round, n, j) ^ now[expanded(n, j)];
                }
            }
            let before = if round == 0 { none } else { carries(round - 1) };
            let after = if round == 15 { none } else { carries(round + 1) };
            made.outer = core::array::from_fn(|bit| before[bit] ^ after[bit]);
        }
        Self { rounds, first: carries(0), last: carries(15) }
    }
}

macro_rules! all_boxes {
    ($round:ident, $word:ident, ($($given:expr),*)) => {
        $round::<$word, 0>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 1>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 2>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 3>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 4>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 5>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 6>($($given),*);
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        $round::<$word, 7>($($given),*);
    };
}

/// Sixteen rounds under keys of the lanes.
#[inline(always)]
pub(super) fn with_lane_key<W: Gates>(
    left: &mut Half<W>,
    right: &mut Half<W>,
    key: &LaneKey<W>,
    way: Way,
) {
    let mut round = 0;
    while round < 16 {
        lane_round(left, right, key, way.turned(round));
        lane_round(right, left, key, way.turned(round + 1));
        round += 2;
    }
}

#[inline(always)]
fn lane_round<W: Gates>(left: &mut Half<W>, right: &Half<W>, key: &LaneKey<W>, turned: usize) {
    let (Some(c), Some(d)) = (window(&key.c, turned), window(&key.d, turned)) else { return };
    all_boxes!(lane_box, W, (left, right, c, d));
}

fn window<W>(twice: &[W; 56], turned: usize) -> Option<&[W; 28]> {
    twice.get(turned..)?.first_chunk()
}

#[inline(always)]
fn lane_box<W: Gates, const N: usize>(
    left: &mut Half<W>,
    right: &Half<W>,
    c: &[W; 28],
    d: &[W; 28],
) {
    let input = |j: usize| {
        let bit = key_bit(N, j);
        let key = if bit < 28 { c[bit] } else { d[bit - 28] };
        right[expanded(N, j)].xor(key)
    };
    let made = W::sbox::<N>([input(0), input(1), input(2), input(3), input(4), input(5)]);
    for b in 0..4 {
        let place = PERMUTED[N][b];
        left[place] = left[place].xor(made[b]);
    }
}

/// Sixteen rounds under a key that all lanes share.
#[inline(always)]
pub(super) fn with_shared_key<W: Gates>(left: &mut Half<W>, right: &mut Half<W>, key: &SharedKey) {
    for (word, mask) in right.iter_mut().zip(&key.first) {
        *word = word.xor(W::splat(*mask));
    }
    for [even, odd] in key.rounds.as_chunks::<2>().0 {
        all_boxes!(shared_box, W, (left, right, even));
        all_boxes!(shared_box, W, (right, left, odd));
    }
    // The last round went into `right` and left nothing there; what `left` carries comes off.
    for (word, mask) in left.iter_mut().zip(&key.last) {
        *word = word.xor(W::splat(*mask));
    }
}

#[inline(always)]
fn shared_box<W: Gates, const N: usize>(left: &mut Half<W>, right: &Half<W>, round: &SharedRound) {
    let input = |j: usize| {
        let bit = right[expanded(N, j)];
        if carried(j) { bit } else { bit.xor(W::splat(round.inner[N][j])) }
    };
    let made = W::sbox::<N>([input(0), input(1), input(2), input(3), input(4), input(5)]);
    for b in 0..4 {
        let place = PERMUTED[N][b];
        left[place] = left[place].xor3(made[b], W::splat(round.outer[place]));
    }
}

/// Half a state, the left one first.
pub(super) type Halves<'a, W> = [&'a Half<W>; 2];

/// Makes a state of a block.
#[inline(always)]
pub(super) fn set<W: Gates>(
    state: [&mut Half<W>; 2],
    planes: &[W; PLANES],
    wiring: &Wiring,
    flip: u64,
) {
    let flip = W::splat(flip);
    let [left, right] = state;
    for (word, plane) in left.iter_mut().chain(right).zip(wiring) {
        *word = planes[usize::from(*plane) % PLANES].xor(flip);
    }
}

/// Xors a block into a state.
#[inline(always)]
pub(super) fn absorb<W: Gates>(state: [&mut Half<W>; 2], planes: &[W; PLANES], wiring: &Wiring) {
    let [left, right] = state;
    for (word, plane) in left.iter_mut().chain(right).zip(wiring) {
        *word = word.xor(planes[usize::from(*plane) % PLANES]);
    }
}

/// Makes a key of a state.
#[inline(always)]
pub(super) fn key<W: Gates>(key: &mut LaneKey<W>, state: Halves<'_, W>) {
    turned_twice(key, |place| state[place / 32][place % 32]);
}

/// Makes a key of two states, xored.
#[inline(always)]
pub(super) fn folded_key<W: Gates>(key: &mut LaneKey<W>, one: Halves<'_, W>, other: Halves<'_, W>) {
    turned_twice(key, |place| one[place / 32][place % 32].xor(other[place / 32][place % 32]));
}

#[inline(always)]
fn turned_twice<W: Gates>(key: &mut LaneKey<W>, bit: impl Fn(usize) -> W) {
    for k in 0..28 {
        let (c, d) = (bit(usize::from(KEY_PLACE[k])), bit(usize::from(KEY_PLACE[28 + k])));
        (key.c[k], key.c[k + 28]) = (c, c);
        (key.d[k], key.d[k + 28]) = (d, d);
    }
}

/// The first four bytes of two blocks, as planes of one number.
#[inline(always)]
pub(super) fn first_bytes<W: Gates>(planes: &mut [W; 64], high: Halves<'_, W>, low: Halves<'_, W>) {
    for (plane, word) in planes.iter_mut().enumerate() {
        let (from, bit) = if plane < 32 { (low, 31 - plane) } else { (high, 63 - plane) };
        let place = usize::from(PLACE[bit]);
        *word = from[place / 32][place % 32];
    }
}
