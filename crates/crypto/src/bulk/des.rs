//! DES over words: every lane its own block, and its own key or one for all.
//!
//! A state is the block behind the initial permutation, left half and right half. Between ciphers that follow each other
//! both permutations cancel, and only the halves change places: whoever calls says so by their order.

use core::sync::atomic::{Ordering, compiler_fence};

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::des_tables::{KEY_PLACE, PERMUTED, PLACE, TURNED, expanded, key_bit};
use super::layout::{PLANES, Wiring};
use super::transpose;
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

/// A mask for each bit of a half: all ones where it is to be flipped.
pub(super) type Masks = [u64; 32];

/// A key that all lanes share, as the masks of its rounds but for the first two, which [`Entry`] has. Wiped when it goes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct SharedKey {
    rounds: [SharedRound; 14],
    /// What the half that the last round looked at, which is the left one then, still carries.
    pub(super) last: Masks,
}

/// The first two rounds under a shared key, for what the halves carry when they come.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Entry {
    /// For all inputs of the first round: the difference between the key and what is carried.
    inputs: [[u64; 6]; 8],
    /// What the first round does to the left half beside its S-boxes.
    outer: Masks,
    second: SharedRound,
}

/// What one round needs of a shared key.
#[derive(Clone, Copy, Zeroize)]
struct SharedRound {
    /// For the first and the last input of each S-box, whose bits of the right half carry another key bit: the
    /// difference.
    inner: [[u64; 2]; 8],
    /// What takes the key of two rounds ago off the left half, and puts that of the next round on.
    outer: Masks,
}

/// The keys of the rounds: bits as masks, for each input of each S-box.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct RoundKeys([[[u64; 6]; 8]; 16]);

impl RoundKeys {
    /// From C and D.
    pub(super) fn new(cd: &[bool; 56], way: Way) -> Self {
        let bit = |round: usize, n: usize, j: usize| {
            let bit = key_bit(n, j);
            let (base, place) = (bit / 28 * 28, bit % 28);
            if cd[base + (place + way.turned(round)) % 28] { u64::MAX } else { 0 }
        };
        Self(core::array::from_fn(|round| {
            core::array::from_fn(|n| core::array::from_fn(|j| bit(round, n, j)))
        }))
    }

    /// What each bit of the right half carries in a round; nothing behind the last one.
    fn carries(&self, round: usize) -> Masks {
        let mut masks = [0; 32];
        let Some(keys) = self.0.get(round) else { return masks };
        for (n, keys) in keys.iter().enumerate() {
            for (j, key) in keys.iter().enumerate().filter(|(j, _)| carried(*j)) {
                masks[expanded(n, j)] = *key;
            }
        }
        masks
    }

    /// The round for a left half that carries this, and a right one that carries what it should.
    fn round(&self, round: usize, left: &Masks) -> SharedRound {
        let (now, next) = (self.carries(round), self.carries(round + 1));
        let difference = |n: usize, j: usize| self.0[round][n][j] ^ now[expanded(n, j)];
        SharedRound {
            inner: core::array::from_fn(|n| [difference(n, 0), difference(n, 5)]),
            outer: core::array::from_fn(|bit| left[bit] ^ next[bit]),
        }
    }

    /// The rounds but for the first two.
    pub(super) fn rest(&self) -> SharedKey {
        let round = |place: usize| self.round(place + 2, &self.carries(place + 1));
        SharedKey { rounds: core::array::from_fn(round), last: self.carries(15) }
    }

    /// The first two rounds, for halves that carry this.
    pub(super) fn entry(&self, left: &Masks, right: &Masks) -> Entry {
        let input = |n: usize, j: usize| self.0[0][n][j] ^ right[expanded(n, j)];
        Entry {
            inputs: core::array::from_fn(|n| core::array::from_fn(|j| input(n, j))),
            outer: self.round(0, left).outer,
            second: self.round(1, right),
        }
    }
}

/// True where the key bit of this input is the one that the bit of the right half carries: those are the inner four of
/// each S-box, and so every bit of the right half carries one.
const fn carried(j: usize) -> bool {
    j >= 1 && j <= 4
}

/// The S-boxes of a round, in an order. The fences keep the compiler from mixing them, for which it has too few registers.
macro_rules! boxes {
    ($round:ident, $word:ident, $left:ident, $right:ident, $given:expr, $($n:literal)*) => {
        $(
            $round::<$word, $n>($left, $right, $given);
            compiler_fence(Ordering::SeqCst);
        )*
    };
}

/// Two rounds. In these orders an S-box never needs what one of the two S-boxes before it has made, and waits less.
macro_rules! two_rounds {
    ($word:ident, $left:ident, $right:ident, $even:ident($even_given:expr), $odd:ident($odd_given:expr)) => {
        boxes!($even, $word, $left, $right, $even_given, 5 1 4 3 0 6 7 2);
        boxes!($odd, $word, $right, $left, $odd_given, 2 0 4 3 7 6 5 1);
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
    for pair in 0..8 {
        let window = |round: usize, part| window(part, way.turned(2 * pair + round));
        let even = (window(0, &key.c), window(0, &key.d));
        let odd = (window(1, &key.c), window(1, &key.d));
        let ((Some(c), Some(d)), (Some(odd_c), Some(odd_d))) = (even, odd) else { return };
        two_rounds!(W, left, right, lane_box([c, d]), lane_box([odd_c, odd_d]));
    }
}

fn window<W>(twice: &[W; 56], turned: usize) -> Option<&[W; 28]> {
    twice.get(turned..)?.first_chunk()
}

#[inline(always)]
fn lane_box<W: Gates, const N: usize>(left: &mut Half<W>, right: &Half<W>, [c, d]: [&[W; 28]; 2]) {
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

/// Sixteen rounds under a key that all lanes share. Its `last` stays on the left half.
#[inline(always)]
pub(super) fn with_shared_key<W: Gates>(
    left: &mut Half<W>,
    right: &mut Half<W>,
    entry: &Entry,
    key: &SharedKey,
) {
    two_rounds!(W, left, right, entry_box(entry), shared_box(&entry.second));
    for [even, odd] in key.rounds.as_chunks::<2>().0 {
        two_rounds!(W, left, right, shared_box(even), shared_box(odd));
    }
}

#[inline(always)]
fn entry_box<W: Gates, const N: usize>(left: &mut Half<W>, right: &Half<W>, entry: &Entry) {
    let input = |j: usize| right[expanded(N, j)].xor(W::splat(entry.inputs[N][j]));
    let made = W::sbox::<N>([input(0), input(1), input(2), input(3), input(4), input(5)]);
    join::<W, N>(left, made, &entry.outer);
}

#[inline(always)]
fn shared_box<W: Gates, const N: usize>(left: &mut Half<W>, right: &Half<W>, round: &SharedRound) {
    let input = |j: usize| {
        let bit = right[expanded(N, j)];
        if carried(j) { bit } else { bit.xor(W::splat(round.inner[N][j / 5])) }
    };
    let made = W::sbox::<N>([input(0), input(1), input(2), input(3), input(4), input(5)]);
    join::<W, N>(left, made, &round.outer);
}

#[inline(always)]
fn join<W: Gates, const N: usize>(left: &mut Half<W>, made: [W; 4], outer: &Masks) {
    for b in 0..4 {
        let place = PERMUTED[N][b];
        left[place] = made[b].xor3(left[place], W::splat(outer[place]));
    }
}

/// Half a state, the left one first.
pub(super) type Halves<'a, W> = [&'a Half<W>; 2];

/// Makes a state of a block.
#[inline(always)]
pub(super) fn set<W: Gates>(state: [&mut Half<W>; 2], planes: &[W; PLANES], wiring: &Wiring) {
    for (half, wiring) in state.into_iter().zip(wiring.as_chunks::<32>().0) {
        for (word, plane) in half.iter_mut().zip(wiring) {
            *word = planes[usize::from(*plane) % PLANES];
        }
    }
}

/// Xors a block into a state.
#[inline(always)]
pub(super) fn absorb<W: Gates>(state: [&mut Half<W>; 2], planes: &[W; PLANES], wiring: &Wiring) {
    for (half, wiring) in state.into_iter().zip(wiring.as_chunks::<32>().0) {
        for (word, plane) in half.iter_mut().zip(wiring) {
            *word = word.xor(planes[usize::from(*plane) % PLANES]);
        }
    }
}

/// Makes a key of a state whose right half carries this.
#[inline(always)]
pub(super) fn key<W: Gates>(key: &mut LaneKey<W>, state: Halves<'_, W>, carried: &Masks) {
    turned_twice(key, |place| match state[place / 32][place % 32] {
        bit if place < 32 => bit,
        bit => bit.xor(W::splat(carried[place - 32])),
    });
}

/// Makes a key of two states, xored; what both carry goes with that.
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

/// A plane of the number whose halves are the first four bytes of two blocks.
#[inline(always)]
pub(super) fn first_bytes<W: Gates>(plane: usize, high: Halves<'_, W>, low: Halves<'_, W>) -> W {
    let (from, bit) = if plane < 32 { (low, 31 - plane) } else { (high, 63 - plane) };
    let place = usize::from(PLACE[bit]);
    from[place / 32][place % 32]
}

/// These numbers, one for each lane.
#[inline(always)]
pub(super) fn column<W: Gates>(high: Halves<'_, W>, low: Halves<'_, W>, column: &mut [u64]) {
    transpose::column(|plane| first_bytes(plane, high, low), column);
}
