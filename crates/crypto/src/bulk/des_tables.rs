//! The tables of DES (FIPS 46-3), and what bitslicing makes of them: wiring. Everything here is done by the compiler.

/// Initial permutation: bit `i` of `L || R` is bit `IP[i]` of the block, counted from 1.
pub(super) const IP: [u8; 64] = [
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6,
    64, 56, 48, 40, 32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61,
    53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
];

/// The output of the S-boxes, permuted.
const P: [u8; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19,
    13, 30, 6, 22, 11, 4, 25,
];

/// Permuted choice 1: the bits of the key in C, then in D.
const PC1: [u8; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
    52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29,
    21, 13, 5, 28, 20, 12, 4,
];

/// Permuted choice 2: the bits of C and D in the round's key.
const PC2: [u8; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
    31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/// How far C and D are turned before each round, in all.
pub(super) const TURNED: [usize; 16] = [1, 2, 4, 6, 8, 10, 12, 14, 15, 17, 19, 21, 23, 25, 27, 28];

/// Where input `j` of S-box `n` comes from: a bit of the right half.
pub(super) const fn expanded(n: usize, j: usize) -> usize {
    (4 * n + j + 31) % 32
}

/// Which bit of C (below 28) or of D (from 28) input `j` of S-box `n` is keyed with, before turning.
pub(super) const fn key_bit(n: usize, j: usize) -> usize {
    PC2[6 * n + j] as usize - 1
}

/// Which bit of the left half output `b` of S-box `n` goes to.
pub(super) const PERMUTED: [[usize; 4]; 8] = {
    let mut made = [[0; 4]; 8];
    let mut i = 0;
    while i < 32 {
        let from = P[i] as usize - 1;
        made[from / 4][from % 4] = i;
        i += 1;
    }
    made
};

/// Where bit `j` of a block, counted from 0, stands in a state.
#[expect(clippy::cast_possible_truncation, reason = "below 64")]
pub(super) const PLACE: [u8; 64] = {
    let mut made = [0; 64];
    let mut i = 0;
    while i < 64 {
        made[IP[i] as usize - 1] = i as u8;
        i += 1;
    }
    made
};

/// Which bit of a key's 64, counted from 0, bit `k` of `C || D` is.
pub(super) const fn chosen(k: usize) -> usize {
    PC1[k] as usize - 1
}

/// Where each bit of `C || D` stands in a state that becomes a key.
pub(super) const KEY_PLACE: [u8; 56] = {
    let mut made = [0; 56];
    let mut k = 0;
    while k < 56 {
        made[k] = PLACE[chosen(k)];
        k += 1;
    }
    made
};
