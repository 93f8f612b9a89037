//! Blocks of all lanes on their way through ciphers.

use zeroize::Zeroizing;

use super::des::{Entry, Half, Halves, LaneKey, Masks, RoundKeys, SharedKey, Way, first_bytes};
use super::des_tables::chosen;
use super::layout::{INNER_CODE, PLANES, Wiring};
use super::word::Word;

/// A block of each lane, behind the initial permutation.
pub(super) struct State<W> {
    halves: [Half<W>; 2],
    /// Which of them is the left one: they change places without moving.
    left: usize,
}

/// The two keys of a 3DES that all lanes share.
#[derive(Clone)]
pub(super) struct SharedTriple {
    left: SharedKey,
    right: SharedKey,
    /// Into the first cipher: for the block, and for its complement.
    begin: [Entry; 2],
    /// From the first into the second, and from there into the third.
    over: [Entry; 2],
}

impl SharedTriple {
    /// From the key's bytes.
    pub(super) fn new(key: &[u8; 16]) -> Self {
        let half = |from: usize, way| {
            let bit = |k: usize| {
                let place = chosen(k);
                key[from + place / 8] >> (7 - place % 8) & 1 == 1
            };
            RoundKeys::new(&Zeroizing::new(core::array::from_fn(bit)), way)
        };
        let (left_keys, right_keys) = (half(0, Way::Encrypt), half(8, Way::Decrypt));
        let (left, right) = (left_keys.rest(), right_keys.rest());
        let begin = [0, u64::MAX].map(|flip| left_keys.entry(&[flip; 32], &[flip; 32]));
        let over = [right_keys.entry(&[0; 32], &left.last), left_keys.entry(&[0; 32], &right.last)];
        Self { left, right, begin, over }
    }

    /// What a block's right half still carries behind the ciphers.
    pub(super) const fn left_over(&self) -> &Masks {
        &self.left.last
    }
}

impl<W: Word> State<W> {
    /// Room for a block.
    pub(super) fn new() -> Self {
        Self { halves: [[W::splat(0); 32]; 2], left: 0 }
    }

    fn halves_mut(&mut self) -> [&mut Half<W>; 2] {
        let [first, second] = &mut self.halves;
        match self.left {
            0 => [first, second],
            _ => [second, first],
        }
    }

    fn halves(&self) -> Halves<'_, W> {
        [&self.halves[self.left], &self.halves[self.left ^ 1]]
    }

    /// A block of planes.
    pub(super) fn set(&mut self, planes: &[W; PLANES], wiring: &Wiring) {
        W::set(self.halves_mut(), planes, wiring);
    }

    fn shared(&mut self, entry: &Entry, key: &SharedKey) {
        let [left, right] = self.halves_mut();
        W::shared(left, right, entry, key);
        self.left ^= 1;
    }

    fn lanes(&mut self, key: &LaneKey<W>, way: Way) {
        let [left, right] = self.halves_mut();
        W::lanes(left, right, key, way);
        self.left ^= 1;
    }

    /// The block or its complement under a 3DES key that all lanes share; [`SharedTriple::left_over`] stays.
    pub(super) fn shared_triple(&mut self, key: &SharedTriple, complement: bool) {
        self.shared(&key.begin[usize::from(complement)], &key.left);
        self.shared(&key.over[0], &key.right);
        self.shared(&key.over[1], &key.left);
    }

    /// Under the 3DES keys of the lanes.
    pub(super) fn lane_triple(&mut self, left: &LaneKey<W>, right: &LaneKey<W>) {
        self.lanes(left, Way::Encrypt);
        self.lanes(right, Way::Decrypt);
        self.lanes(left, Way::Encrypt);
    }

    /// DES-CBC of blocks of planes, from IV 0.
    pub(super) fn chain(&mut self, planes: &[W; PLANES], blocks: &[Wiring], key: &LaneKey<W>) {
        let [first, rest @ ..] = blocks else { return };
        self.set(planes, first);
        self.lanes(key, Way::Encrypt);
        for block in rest {
            W::absorb(self.halves_mut(), planes, block);
            self.lanes(key, Way::Encrypt);
        }
    }

    /// The first four bytes of the block as the code that goes into GTAC.
    pub(super) fn first_bytes(&self, planes: &mut [W; PLANES]) {
        for (plane, word) in planes[INNER_CODE.start..].iter_mut().take(INNER_CODE.bits).enumerate()
        {
            *word = first_bytes(plane, self.halves(), self.halves());
        }
    }

    pub(super) fn wipe(&mut self, zero: W) {
        self.halves = [[zero; 32]; 2];
    }

    /// The block as a key, without what its right half carries.
    pub(super) fn key(&self, key: &mut LaneKey<W>, carried: &Masks) {
        W::key(key, self.halves(), carried);
    }

    /// Both blocks, which carry the same, xored, as a key.
    pub(super) fn folded_with(&self, other: &Self, key: &mut LaneKey<W>) {
        W::folded_key(key, self.halves(), other.halves());
    }
}

/// The first four bytes of two blocks into a column: one in the high half, one in the low half of each number.
pub(super) fn store<W: Word>(high: &State<W>, low: &State<W>, column: &mut [u64]) {
    W::column(high.halves(), low.halves(), column);
}
