//! 512 lanes, and gates of three inputs: AVX-512.

use core::arch::asm;
use core::arch::x86_64::{
    __m512i, _mm512_loadu_si512, _mm512_set1_epi64, _mm512_slli_epi64, _mm512_srli_epi64,
    _mm512_storeu_si512, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

use super::compiled_for;
use crate::bulk::circuits::{Ternary, ternary};
use crate::bulk::des::{self, Entry, Half, Halves, LaneKey, Masks, SharedKey, Way};
use crate::bulk::layout::{PLANES, Wiring};
use crate::bulk::word::{Gates, Word, sbox};
use crate::bulk::{gates, transpose};

/// 512 lanes.
#[derive(Clone, Copy)]
pub(in crate::bulk) struct Zmm(__m512i);

/// A gate that overwrites its first input.
///
/// A Zen 4 makes nearly two of these in a cycle when only the input that is overwritten has just been made, and little more
/// than one when it has to wait for another one; copying a register costs it nothing. A compiler overwrites what is
/// needed no longer, to save copies; so the instruction is written here, and circuits give what was made last first.
#[inline]
#[target_feature(enable = "avx512f")]
fn gate<const TABLE: i32>(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    let mut made = a;
    // SAFETY: one instruction, which only looks at its inputs; the processor has it where this is called.
    unsafe {
        asm!(
            "vpternlogq {made}, {b}, {c}, {table}",
            made = inlateout(zmm_reg) made,
            b = in(zmm_reg) b,
            c = in(zmm_reg) c,
            table = const TABLE,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    made
}

impl Ternary for Zmm {
    #[inline(always)]
    fn lut<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self {
        Self(unsafe { gate::<TABLE>(a.0, b.0, c.0) })
    }
}

impl Gates for Zmm {
    const PARTS: usize = 8;

    #[inline(always)]
    fn splat(bits: u64) -> Self {
        Self(unsafe { _mm512_set1_epi64(bits as i64) })
    }

    #[inline(always)]
    fn load(parts: &[u64]) -> Self {
        assert!(parts.len() >= 8);
        Self(unsafe { _mm512_loadu_si512(parts.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, parts: &mut [u64]) {
        assert!(parts.len() >= 8);
        unsafe { _mm512_storeu_si512(parts.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn xor3(self, second: Self, third: Self) -> Self {
        Self::lut::<0x96>(self, second, third)
    }

    #[inline(always)]
    fn select(self, other: Self, mask: u64) -> Self {
        let mask = Self::splat(mask);
        Self(unsafe { _mm512_ternarylogic_epi64::<0xca>(mask.0, other.0, self.0) })
    }

    #[inline(always)]
    fn shl<const BY: u32>(self) -> Self {
        Self(unsafe { _mm512_slli_epi64::<BY>(self.0) })
    }

    #[inline(always)]
    fn shr<const BY: u32>(self) -> Self {
        Self(unsafe { _mm512_srli_epi64::<BY>(self.0) })
    }

    #[inline(always)]
    fn mixed(self, [a, b]: [Self; 2]) -> (Self, usize) {
        (Self::lut::<0x9D>(Self::lut::<0x6B>(self, a, b), b, a), 2)
    }

    #[inline(always)]
    fn sbox<const N: usize>(inputs: [Self; 6]) -> [Self; 4] {
        sbox!(ternary, N, inputs)
    }
}

compiled_for!("avx512f", Zmm);
