//! AES-128 by the processor's own rounds, sixteen keys side by side.

use core::arch::x86_64::{
    __m128i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_loadu_si128, _mm_set1_epi32,
    _mm_setr_epi8, _mm_setzero_si128, _mm_shuffle_epi8, _mm_storeu_si128, _mm_unpackhi_epi32,
    _mm_unpackhi_epi64, _mm_unpacklo_epi32, _mm_unpacklo_epi64, _mm_xor_si128,
};
use core::hint::black_box;

use crate::bulk::by_bytes::{Blocks, Cipher, SIDE};

/// The round constants, each in the lowest byte of a word.
const ROUND_CONSTANTS: [i32; 10] = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1B, 0x36];

/// Eleven round keys of each block.
type RoundKeys = [[__m128i; 11]; SIDE];

/// Round keys, overwritten when they go.
pub(in crate::bulk) struct AesNi(RoundKeys);

impl Cipher for AesNi {
    fn new(keys: &Blocks) -> Self {
        // SAFETY: only used where `Engine::available` has found these instructions.
        Self(unsafe { expand(keys) })
    }

    fn encrypt(&self, blocks: &mut Blocks) {
        // SAFETY: as above.
        unsafe { encrypt(&self.0, blocks) }
    }
}

impl Drop for AesNi {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.0 = [[unsafe { _mm_setzero_si128() }; 11]; SIDE];
        black_box(&mut self.0);
    }
}

/// Four keys at a time, word by word: `SubWord(RotWord(w))` of four words is one shuffle and one last round, whose
/// own shifting of rows the shuffle takes back.
#[target_feature(enable = "aes,ssse3")]
fn expand(keys: &Blocks) -> RoundKeys {
    let shuffle = _mm_setr_epi8(1, 14, 11, 4, 5, 2, 15, 8, 9, 6, 3, 12, 13, 10, 7, 0);
    let mut made = [[_mm_setzero_si128(); 11]; SIDE];
    for (made, keys) in made.as_chunks_mut::<4>().0.iter_mut().zip(keys.as_chunks::<4>().0) {
        let [a, b, c, d] = keys;
        let mut words = turned([load(a), load(b), load(c), load(d)]);
        for round in 0..11 {
            for (made, key) in made.iter_mut().zip(turned(words)) {
                made[round] = key;
            }
            let Some(constant) = ROUND_CONSTANTS.get(round) else { break };
            let last = _mm_shuffle_epi8(words[3], shuffle);
            let mut word = _mm_aesenclast_si128(last, _mm_set1_epi32(*constant));
            for next in &mut words {
                word = _mm_xor_si128(word, *next);
                *next = word;
            }
        }
    }
    made
}

#[target_feature(enable = "aes")]
fn encrypt(keys: &RoundKeys, blocks: &mut Blocks) {
    for (blocks, keys) in blocks.as_chunks_mut::<8>().0.iter_mut().zip(keys.as_chunks::<8>().0) {
        let mut state: [__m128i; 8] =
            core::array::from_fn(|lane| _mm_xor_si128(load(&blocks[lane]), keys[lane][0]));
        for round in 1..10 {
            for (state, keys) in state.iter_mut().zip(keys) {
                *state = _mm_aesenc_si128(*state, keys[round]);
            }
        }
        for ((block, state), keys) in blocks.iter_mut().zip(state).zip(keys) {
            let made = _mm_aesenclast_si128(state, keys[10]);
            // SAFETY: a block has sixteen bytes.
            unsafe { _mm_storeu_si128(block.as_mut_ptr().cast(), made) }
        }
    }
}

#[inline(always)]
fn load(block: &[u8; 16]) -> __m128i {
    // SAFETY: a block has sixteen bytes, and every x86-64 has this instruction.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

/// Four by four words, turned over.
#[target_feature(enable = "sse2")]
fn turned([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
    let (ab2, cd2) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
    [
        _mm_unpacklo_epi64(ab, cd),
        _mm_unpackhi_epi64(ab, cd),
        _mm_unpacklo_epi64(ab2, cd2),
        _mm_unpackhi_epi64(ab2, cd2),
    ]
}
