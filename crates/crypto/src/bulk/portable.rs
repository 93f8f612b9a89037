//! 64 lanes in a number: every processor has that.

use super::circuits::Binary;
use super::circuits::binary;
use super::des::{self, Entry, Half, Halves, LaneKey, Masks, SharedKey, Way};
use super::layout::{PLANES, Wiring};
use super::transpose;
use super::word::{Gates, Word, sbox};

impl Binary for u64 {
    fn and(self, other: Self) -> Self {
        self & other
    }

    fn or(self, other: Self) -> Self {
        self | other
    }

    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    fn and_not(self, other: Self) -> Self {
        self & !other
    }

    fn not(self) -> Self {
        !self
    }
}

impl Gates for u64 {
    const PARTS: usize = 1;

    #[inline(always)]
    fn splat(bits: u64) -> Self {
        bits
    }

    #[inline(always)]
    fn load(parts: &[u64]) -> Self {
        parts.first().copied().unwrap_or_default()
    }

    #[inline(always)]
    fn store(self, parts: &mut [u64]) {
        if let Some(part) = parts.first_mut() {
            *part = self;
        }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn xor3(self, second: Self, third: Self) -> Self {
        self ^ second ^ third
    }

    #[inline(always)]
    fn select(self, other: Self, mask: u64) -> Self {
        (self & !mask) | (other & mask)
    }

    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        self << BY
    }

    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        self >> BY
    }

    #[inline(always)]
    fn mixed(self, [a, b]: [Self; 2]) -> (Self, usize) {
        (((self ^ a) & b).wrapping_sub(a) | b, 4)
    }

    #[inline(always)]
    fn sbox<const N: usize>(inputs: [Self; 6]) -> [Self; 4] {
        sbox!(binary, N, inputs)
    }
}

impl Word for u64 {
    fn shared(left: &mut Half<Self>, right: &mut Half<Self>, entry: &Entry, key: &SharedKey) {
        #[cfg(target_arch = "x86_64")]
        if super::vector::bmi::shared(left, right, entry, key) {
            return;
        }
        des::with_shared_key(left, right, entry, key);
    }

    fn lanes(left: &mut Half<Self>, right: &mut Half<Self>, key: &LaneKey<Self>, way: Way) {
        #[cfg(target_arch = "x86_64")]
        if super::vector::bmi::lanes(left, right, key, way) {
            return;
        }
        des::with_lane_key(left, right, key, way);
    }

    fn planes(column: &[u64], planes: &mut [Self; 64]) {
        transpose::planes(column, planes);
    }

    fn column(high: Halves<'_, Self>, low: Halves<'_, Self>, column: &mut [u64]) {
        des::column(high, low, column);
    }

    fn busy(rounds: usize) -> usize {
        super::gates::keep_busy::<Self>(rounds)
    }

    fn set(state: [&mut Half<Self>; 2], planes: &[Self; PLANES], wiring: &Wiring) {
        des::set(state, planes, wiring);
    }

    fn absorb(state: [&mut Half<Self>; 2], planes: &[Self; PLANES], wiring: &Wiring) {
        des::absorb(state, planes, wiring);
    }

    fn key(key: &mut LaneKey<Self>, state: Halves<'_, Self>, carried: &Masks) {
        des::key(key, state, carried);
    }

    fn folded_key(key: &mut LaneKey<Self>, one: Halves<'_, Self>, other: Halves<'_, Self>) {
        des::folded_key(key, one, other);
    }
}
