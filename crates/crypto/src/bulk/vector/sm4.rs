//! SM4, sixteen keys side by side: a word of each in a register, and its S-box as two affine transformations around the
//! inversion that the processor has.
//!
//! The S-box of SM4 is `A(inverse(A x + D3)) + D3` in GF(2^8) modulo x^8+x^7+x^6+x^5+x^4+x^2+1; the processor inverts
//! modulo x^8+x^4+x^3+x+1. The matrices below are A with the isomorphism between the two fields (which takes x to 23)
//! before it and its inverse behind it.

use core::arch::x86_64::{
    __m512i, _mm512_gf2p8affine_epi64_epi8, _mm512_gf2p8affineinv_epi64_epi8, _mm512_loadu_si512,
    _mm512_rol_epi32, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_storeu_si512, _mm512_ternarylogic_epi32, _mm512_xor_si512,
};
use core::hint::black_box;

use crate::bulk::by_bytes::{Blocks, Cipher, SIDE};

/// Into the field of AES, and what is added there.
const INTO: (i64, i32) = (0x4C28_7DB9_1A22_505D, 0x3E);
/// Out of it.
const OUT_OF: (i64, i32) = (0xF3AB_34A9_74A6_B589_u64.cast_signed(), 0xD3);
/// FK of GB/T 32907.
const SYSTEM: [u32; 4] = [0xA3B1_BAC6, 0x56AA_3350, 0x677D_9197, 0xB270_22DC];

/// The 32 round keys, overwritten when they go.
pub(in crate::bulk) struct Sm4Gfni([__m512i; 32]);

impl Cipher for Sm4Gfni {
    fn new(keys: &Blocks) -> Self {
        // SAFETY: only used where `Engine::available` has found these instructions.
        Self(unsafe { expand(keys) })
    }

    fn encrypt(&self, blocks: &mut Blocks) {
        // SAFETY: as above.
        unsafe { encrypt(&self.0, blocks) }
    }
}

impl Drop for Sm4Gfni {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.0 = [unsafe { zero() }; 32];
        black_box(&mut self.0);
    }
}

#[target_feature(enable = "avx512f")]
fn zero() -> __m512i {
    _mm512_setzero_si512()
}

/// CK of GB/T 32907: bytes that go up by sevens.
fn constant(round: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "modulo 256")]
    let byte = |j: usize| ((4 * round + j) * 7) as u8;
    u32::from_be_bytes([byte(0), byte(1), byte(2), byte(3)])
}

#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn expand(keys: &Blocks) -> [__m512i; 32] {
    let mut words = words(keys);
    for (word, system) in words.iter_mut().zip(SYSTEM) {
        *word = _mm512_xor_si512(*word, _mm512_set1_epi32(system.cast_signed()));
    }
    let mut made = [_mm512_setzero_si512(); 32];
    for (round, made) in made.iter_mut().enumerate() {
        let [a, b, c, d] = words;
        let mixed = xor3(xor3(b, c, d), _mm512_set1_epi32(constant(round).cast_signed()), zero());
        let s = substituted(mixed);
        let linear = xor3(s, _mm512_rol_epi32::<13>(s), _mm512_rol_epi32::<23>(s));
        let next = _mm512_xor_si512(a, linear);
        words = [b, c, d, next];
        *made = next;
    }
    made
}

#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn encrypt(keys: &[__m512i; 32], blocks: &mut Blocks) {
    let mut words = words(blocks);
    for key in keys {
        let [a, b, c, d] = words;
        let s = substituted(_mm512_xor_si512(xor3(b, c, d), *key));
        let linear = xor3(s, _mm512_rol_epi32::<2>(s), _mm512_rol_epi32::<10>(s));
        let turned = xor3(linear, _mm512_rol_epi32::<18>(s), _mm512_rol_epi32::<24>(s));
        words = [b, c, d, _mm512_xor_si512(a, turned)];
    }
    let mut out = [[0_u32; SIDE]; 4];
    // The words come out the other way round.
    for (out, word) in out.iter_mut().zip(words.into_iter().rev()) {
        // SAFETY: sixteen words of four bytes.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), word) }
    }
    for (lane, block) in blocks.iter_mut().enumerate() {
        for (bytes, out) in block.as_chunks_mut::<4>().0.iter_mut().zip(&out) {
            *bytes = out[lane].to_be_bytes();
        }
    }
}

/// The words of the blocks: first words, second words …
#[target_feature(enable = "avx512f")]
fn words(blocks: &Blocks) -> [__m512i; 4] {
    let mut columns = [[0_u32; SIDE]; 4];
    for (lane, block) in blocks.iter().enumerate() {
        for (column, bytes) in columns.iter_mut().zip(block.as_chunks::<4>().0) {
            column[lane] = u32::from_be_bytes(*bytes);
        }
    }
    // SAFETY: sixteen words of four bytes.
    columns.map(|column| unsafe { _mm512_loadu_si512(column.as_ptr().cast()) })
}

/// Every byte through the S-box.
#[target_feature(enable = "avx512f,avx512bw,gfni")]
fn substituted(word: __m512i) -> __m512i {
    let inside = _mm512_gf2p8affine_epi64_epi8::<{ INTO.1 }>(word, _mm512_set1_epi64(INTO.0));
    _mm512_gf2p8affineinv_epi64_epi8::<{ OUT_OF.1 }>(inside, _mm512_set1_epi64(OUT_OF.0))
}

#[target_feature(enable = "avx512f")]
fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}
