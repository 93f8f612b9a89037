//! Blocks of all lanes on their way through ciphers.

use zeroize::Zeroizing;

use super::des::{Half, Halves, LaneKey, SharedKey, Way};
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
}

impl SharedTriple {
    /// From the key's bytes.
    pub(super) fn new(key: &[u8; 16]) -> Self {
        let half = |from: usize, way| {
            let bit = |k: usize| {
                let place = chosen(k);
                key[from + place / 8] >> (7 - place % 8) & 1 == 1
            };
            SharedKey::new(&Zeroizing::new(core::array::from_fn(bit)), way)
        };
        Self { left: half(0, Way::Encrypt), right: half(8, Way::Decrypt) }
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

    /// A block of planes, each bit flipped or not.
    pub(super) fn set(&mut self, planes: &[W; PLANES], wiring: &Wiring, flip: u64) {
        W::set(self.halves_mut(), planes, wiring, flip);
    }

    fn shared(&mut self, key: &SharedKey) {
        let [left, right] = self.halves_mut();
        W::shared(left, right, key);
        self.left ^= 1;
    }

    fn lanes(&mut self, key: &LaneKey<W>, way: Way) {
        let [left, right] = self.halves_mut();
        W::lanes(left, right, key, way);
        self.left ^= 1;
    }

    /// Under a 3DES key that all lanes share.
    pub(super) fn shared_triple(&mut self, key: &SharedTriple) {
        self.shared(&key.left);
        self.shared(&key.right);
        self.shared(&key.left);
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
        self.set(planes, first, 0);
        self.lanes(key, Way::Encrypt);
        for block in rest {
            W::absorb(self.halves_mut(), planes, block);
            self.lanes(key, Way::Encrypt);
        }
    }

    /// The first four bytes of the block as the code that goes into GTAC.
    pub(super) fn first_bytes(&self, planes: &mut [W; PLANES]) {
        let mut number = [W::splat(0); 64];
        W::first_bytes(&mut number, self.halves(), self.halves());
        planes[INNER_CODE.start..][..32].copy_from_slice(&number[..32]);
    }

    pub(super) fn wipe(&mut self, zero: W) {
        self.halves = [[zero; 32]; 2];
    }

    /// The block as a key.
    pub(super) fn key(&self, key: &mut LaneKey<W>) {
        W::key(key, self.halves());
    }

    /// Both blocks, xored, as a key.
    pub(super) fn folded_with(&self, other: &Self, key: &mut LaneKey<W>) {
        W::folded_key(key, self.halves(), other.halves());
    }
}

/// The first four bytes of two blocks into a column: one in the high half, one in the low half of each number.
pub(super) fn store<W: Word>(high: &State<W>, low: &State<W>, column: &mut [u64]) {
    let mut planes = [W::splat(0); 64];
    W::first_bytes(&mut planes, high.halves(), low.halves());
    W::column(&mut planes, column);
}
