//! A word: as many lanes side by side as a processor's register has bits.

use super::des::{Entry, Half, Halves, LaneKey, Masks, SharedKey, Way};
use super::layout::{PLANES, Wiring};

/// One bit of every lane, and the gates of the processor.
pub(super) trait Gates: Copy + 'static {
    /// 64-bit parts of a word.
    const PARTS: usize;

    /// Every part the same.
    fn splat(bits: u64) -> Self;

    /// From `PARTS` numbers.
    fn load(parts: &[u64]) -> Self;

    /// Into `PARTS` numbers.
    fn store(self, parts: &mut [u64]);

    fn xor(self, other: Self) -> Self;

    /// The exclusive or of all three; where it matters, `self` is what was made last.
    fn xor3(self, second: Self, third: Self) -> Self;

    /// `self` where the mask is clear, `other` where it is set.
    fn select(self, other: Self, mask: u64) -> Self;

    fn shl<const BY: u32>(self) -> Self;

    fn shr<const BY: u32>(self) -> Self;

    /// A few gates in a row that no compiler takes together, and how many: for measuring.
    fn mixed(self, with: [Self; 2]) -> (Self, usize);

    /// S-box `N + 1`.
    fn sbox<const N: usize>(inputs: [Self; 6]) -> [Self; 4];
}

/// The loops, each compiled for the processor that has the gates.
pub(super) trait Word: Gates {
    /// Sixteen rounds under a key that all lanes share.
    fn shared(left: &mut Half<Self>, right: &mut Half<Self>, entry: &Entry, key: &SharedKey);

    /// Sixteen rounds under keys of the lanes.
    fn lanes(left: &mut Half<Self>, right: &mut Half<Self>, key: &LaneKey<Self>, way: Way);

    /// A column of numbers, one for each lane, into a word for each bit, the lowest first.
    fn planes(column: &[u64], planes: &mut [Self; 64]);

    /// The first four bytes of two blocks into a column of numbers: one in the high half, one in the low half.
    fn column(high: Halves<'_, Self>, low: Halves<'_, Self>, column: &mut [u64]);

    /// See [`super::gates::keep_busy`].
    fn busy(rounds: usize) -> usize;

    /// See [`super::des::set`].
    fn set(state: [&mut Half<Self>; 2], planes: &[Self; PLANES], wiring: &Wiring);

    /// See [`super::des::absorb`].
    fn absorb(state: [&mut Half<Self>; 2], planes: &[Self; PLANES], wiring: &Wiring);

    /// See [`super::des::key`].
    fn key(key: &mut LaneKey<Self>, state: Halves<'_, Self>, carried: &Masks);

    /// See [`super::des::folded_key`].
    fn folded_key(key: &mut LaneKey<Self>, one: Halves<'_, Self>, other: Halves<'_, Self>);
}

/// S-box `N + 1` in the gates of a module of circuits.
macro_rules! sbox {
    ($circuits:ident, $n:expr, $inputs:expr) => {
        match $n {
            0 => $circuits::s1($inputs),
            1 => $circuits::s2($inputs),
            2 => $circuits::s3($inputs),
            3 => $circuits::s4($inputs),
            4 => $circuits::s5($inputs),
            5 => $circuits::s6($inputs),
            6 => $circuits::s7($inputs),
            _ => $circuits::s8($inputs),
        }
    };
}

pub(super) use sbox;
