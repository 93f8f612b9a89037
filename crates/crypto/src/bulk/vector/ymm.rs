//! 256 lanes: AVX2.

use core::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm256_and_si256, _mm256_andnot_si256, _mm256_loadu_si256,
    _mm256_or_si256, _mm256_set1_epi64x, _mm256_sll_epi64, _mm256_srl_epi64, _mm256_storeu_si256,
    _mm256_xor_si256,
};

use super::compiled_for;
use crate::bulk::circuits::{Binary, binary};
use crate::bulk::des::{self, Entry, Half, Halves, LaneKey, Masks, SharedKey, Way};
use crate::bulk::layout::{PLANES, Wiring};
use crate::bulk::word::{Gates, Word, sbox};
use crate::bulk::{gates, transpose};

/// 256 lanes.
#[derive(Clone, Copy)]
pub(in crate::bulk) struct Ymm(__m256i);

impl Binary for Ymm {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { _mm256_and_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { _mm256_or_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self(unsafe { _mm256_andnot_si256(other.0, self.0) })
    }

    #[inline(always)]
    fn not(self) -> Self {
        Binary::xor(self, Self::splat(u64::MAX))
    }
}

impl Gates for Ymm {
    const PARTS: usize = 4;

    #[inline(always)]
    fn splat(bits: u64) -> Self {
        Self(unsafe { _mm256_set1_epi64x(bits as i64) })
    }

    #[inline(always)]
    fn load(parts: &[u64]) -> Self {
        assert!(parts.len() >= 4);
        Self(unsafe { _mm256_loadu_si256(parts.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, parts: &mut [u64]) {
        assert!(parts.len() >= 4);
        unsafe { _mm256_storeu_si256(parts.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Binary::xor(self, other)
    }

    #[inline(always)]
    fn xor3(self, second: Self, third: Self) -> Self {
        Binary::xor(Binary::xor(self, second), third)
    }

    #[inline(always)]
    fn select(self, other: Self, mask: u64) -> Self {
        let mask = Self::splat(mask);
        self.and_not(mask).or(other.and(mask))
    }

    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        Self(unsafe { _mm256_sll_epi64(self.0, _mm_cvtsi32_si128(BY as i32)) })
    }

    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        Self(unsafe { _mm256_srl_epi64(self.0, _mm_cvtsi32_si128(BY as i32)) })
    }

    #[inline(always)]
    fn mixed(self, [a, b]: [Self; 2]) -> (Self, usize) {
        (Binary::xor(self, a).and_not(b), 2)
    }

    #[inline(always)]
    fn sbox<const N: usize>(inputs: [Self; 6]) -> [Self; 4] {
        sbox!(binary, N, inputs)
    }
}

compiled_for!("avx2", Ymm);
