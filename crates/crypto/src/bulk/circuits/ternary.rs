//! The S-boxes of DES in gates of three inputs.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::Ternary;

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [25, 23, 24, 18, 25, 23, 24, 20];

#[inline(always)]
pub(crate) fn s1<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x36>(f, e, a);
    let g1 = W::lut::<0x19>(e, a, d);
    let g2 = W::lut::<0x6d>(f, d, e);
    let g3 = W::lut::<0x5c>(g2, a, f);
    let g4 = W::lut::<0x42>(g1, g0, f);
    let g5 = W::lut::<0x1e>(g2, b, g1);
    let g6 = W::lut::<0x9d>(g4, b, g3);
    let g7 = W::lut::<0x59>(g1, g0, b);
    let g8 = W::lut::<0x52>(g7, g4, g2);
    let g9 = W::lut::<0x9a>(g8, g4, g3);
    let g10 = W::lut::<0x58>(g8, g6, d);
    let g11 = W::lut::<0xd3>(g6, e, g1);
    let g12 = W::lut::<0xa1>(g8, g1, g4);
    let g13 = W::lut::<0xb8>(g10, f, g9);
    let g14 = W::lut::<0xd6>(g13, g10, g1);
    let g15 = W::lut::<0x9c>(g14, g7, g12);
    let g16 = W::lut::<0xac>(g14, g9, g7);
    let g17 = W::lut::<0x71>(g5, f, e);
    let g18 = W::lut::<0x9f>(g17, g10, g11);
    let g19 = W::lut::<0x9c>(g18, g15, c);
    let g20 = W::lut::<0x6d>(g19, g0, e);
    let g21 = W::lut::<0x3a>(g20, g10, g14);
    let g22 = W::lut::<0xe2>(g13, c, g11);
    let g23 = W::lut::<0xd8>(g21, g16, c);
    let g24 = W::lut::<0x8d>(g8, g5, c);
    [g24, g22, g23, g19]
}

#[inline(always)]
pub(crate) fn s2<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0xea>(f, e, b);
    let g1 = W::lut::<0x16>(f, e, c);
    let g2 = W::lut::<0xc1>(f, c, b);
    let g3 = W::lut::<0x9b>(e, b, d);
    let g4 = W::lut::<0x95>(g3, g0, g1);
    let g5 = W::lut::<0x16>(g4, e, b);
    let g6 = W::lut::<0x96>(g3, e, g2);
    let g7 = W::lut::<0x4b>(g6, a, g5);
    let g8 = W::lut::<0x27>(g6, g4, a);
    let g9 = W::lut::<0x42>(g4, g0, f);
    let g10 = W::lut::<0x9c>(g9, g4, a);
    let g11 = W::lut::<0xfc>(g10, g2, c);
    let g12 = W::lut::<0x69>(g9, d, a);
    let g13 = W::lut::<0x4b>(g12, f, g7);
    let g14 = W::lut::<0xa4>(g8, c, g0);
    let g15 = W::lut::<0x06>(g11, c, a);
    let g16 = W::lut::<0x78>(g12, g11, e);
    let g17 = W::lut::<0x65>(g14, e, g13);
    let g18 = W::lut::<0x6b>(g17, d, g15);
    let g19 = W::lut::<0x69>(g18, g8, g12);
    let g20 = W::lut::<0x56>(g16, g15, c);
    let g21 = W::lut::<0x5c>(g20, g8, g14);
    let g22 = W::lut::<0xe2>(g21, e, g19);
    [g8, g16, g22, g17]
}

#[inline(always)]
pub(crate) fn s3<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x3c>(e, b, b);
    let g1 = W::lut::<0x69>(f, d, e);
    let g2 = W::lut::<0x90>(f, e, d);
    let g3 = W::lut::<0xad>(g2, c, b);
    let g4 = W::lut::<0xe0>(g3, f, g0);
    let g5 = W::lut::<0x60>(e, d, c);
    let g6 = W::lut::<0x69>(g5, g1, g0);
    let g7 = W::lut::<0xe8>(g6, g5, g0);
    let g8 = W::lut::<0x15>(g6, e, b);
    let g9 = W::lut::<0x39>(g8, g1, c);
    let g10 = W::lut::<0x25>(g7, f, d);
    let g11 = W::lut::<0x18>(g6, g4, g1);
    let g12 = W::lut::<0x86>(g7, g4, a);
    let g13 = W::lut::<0x76>(g6, a, b);
    let g14 = W::lut::<0x2d>(g13, g2, c);
    let g15 = W::lut::<0xbd>(g13, g4, b);
    let g16 = W::lut::<0x69>(g4, d, c);
    let g17 = W::lut::<0x9e>(g15, g10, g13);
    let g18 = W::lut::<0x25>(g16, g11, g14);
    let g19 = W::lut::<0xd2>(g18, g17, d);
    let g20 = W::lut::<0x69>(g16, g11, g12);
    let g21 = W::lut::<0xe4>(g16, g6, a);
    let g22 = W::lut::<0xe2>(g16, g10, g9);
    let g23 = W::lut::<0x74>(g22, a, g9);
    [g23, g20, g19, g21]
}

#[inline(always)]
pub(crate) fn s4<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0xe6>(e, c, d);
    let g1 = W::lut::<0x3e>(g0, a, e);
    let g2 = W::lut::<0x2d>(g1, c, e);
    let g3 = W::lut::<0x9e>(g1, d, a);
    let g4 = W::lut::<0x6a>(g3, d, b);
    let g5 = W::lut::<0x9a>(g3, b, g2);
    let g6 = W::lut::<0x4d>(g5, g2, a);
    let g7 = W::lut::<0x85>(g6, g0, e);
    let g8 = W::lut::<0xf4>(g4, e, g0);
    let g9 = W::lut::<0xc6>(g5, g3, g4);
    let g10 = W::lut::<0x61>(g9, g7, g2);
    let g11 = W::lut::<0xd3>(g10, g4, g9);
    let g12 = W::lut::<0x98>(g11, g2, g8);
    let g13 = W::lut::<0x2c>(g7, g4, g7);
    let g14 = W::lut::<0xc6>(g12, g11, f);
    let g15 = W::lut::<0x9c>(g12, g11, f);
    let g16 = W::lut::<0x8b>(g13, f, g5);
    let g17 = W::lut::<0x1b>(g13, g5, f);
    [g17, g16, g14, g15]
}

#[inline(always)]
pub(crate) fn s5<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x49>(e, c, a);
    let g1 = W::lut::<0x56>(f, d, c);
    let g2 = W::lut::<0x83>(g1, b, e);
    let g3 = W::lut::<0x96>(g0, b, f);
    let g4 = W::lut::<0x69>(g2, e, d);
    let g5 = W::lut::<0xb6>(g4, g3, f);
    let g6 = W::lut::<0xb6>(g1, b, a);
    let g7 = W::lut::<0x2d>(g6, g1, g5);
    let g8 = W::lut::<0x0e>(g3, g1, g0);
    let g9 = W::lut::<0x6c>(g8, g0, g6);
    let g10 = W::lut::<0xc9>(g7, g3, d);
    let g11 = W::lut::<0x52>(g4, g2, g3);
    let g12 = W::lut::<0xe9>(g8, d, b);
    let g13 = W::lut::<0x4a>(g12, c, g11);
    let g14 = W::lut::<0xa9>(g13, a, g4);
    let g15 = W::lut::<0x94>(g13, g10, e);
    let g16 = W::lut::<0x39>(g15, g12, d);
    let g17 = W::lut::<0x41>(g12, g10, g11);
    let g18 = W::lut::<0x89>(g14, g2, g9);
    let g19 = W::lut::<0x49>(g18, g8, g17);
    let g20 = W::lut::<0xe4>(g19, g16, f);
    let g21 = W::lut::<0x35>(g20, b, a);
    let g22 = W::lut::<0xdc>(g20, e, g18);
    let g23 = W::lut::<0x96>(g21, g10, g14);
    let g24 = W::lut::<0x1c>(g23, g22, g2);
    [g24, g10, g14, g20]
}

#[inline(always)]
pub(crate) fn s6<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x69>(e, d, a);
    let g1 = W::lut::<0x57>(g0, a, f);
    let g2 = W::lut::<0xe0>(g1, d, a);
    let g3 = W::lut::<0x39>(g0, b, e);
    let g4 = W::lut::<0xda>(g3, f, g2);
    let g5 = W::lut::<0xb8>(g3, c, g0);
    let g6 = W::lut::<0x94>(g5, d, g1);
    let g7 = W::lut::<0x6a>(g5, a, c);
    let g8 = W::lut::<0x49>(g7, b, e);
    let g9 = W::lut::<0x19>(g8, g0, g6);
    let g10 = W::lut::<0x6d>(g8, g3, g0);
    let g11 = W::lut::<0x6a>(g10, f, g5);
    let g12 = W::lut::<0x79>(g10, f, g9);
    let g13 = W::lut::<0x61>(g11, g9, b);
    let g14 = W::lut::<0x3a>(g13, c, g7);
    let g15 = W::lut::<0x79>(g13, g0, g12);
    let g16 = W::lut::<0xb8>(g9, c, g4);
    let g17 = W::lut::<0x92>(g3, c, d);
    let g18 = W::lut::<0x87>(g15, d, g4);
    let g19 = W::lut::<0xe1>(g17, g4, g0);
    let g20 = W::lut::<0x75>(g19, g17, g15);
    let g21 = W::lut::<0xd8>(g20, g14, e);
    let g22 = W::lut::<0x9a>(g19, b, g18);
    [g11, g22, g21, g16]
}

#[inline(always)]
pub(crate) fn s7<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x38>(e, d, c);
    let g1 = W::lut::<0xd6>(e, b, d);
    let g2 = W::lut::<0xb4>(g0, b, c);
    let g3 = W::lut::<0xcb>(g2, f, a);
    let g4 = W::lut::<0xa4>(f, b, a);
    let g5 = W::lut::<0x40>(g4, a, g0);
    let g6 = W::lut::<0x68>(g3, a, b);
    let g7 = W::lut::<0xd2>(g5, c, a);
    let g8 = W::lut::<0x5b>(g7, g1, g6);
    let g9 = W::lut::<0x94>(g8, g5, d);
    let g10 = W::lut::<0x2d>(g9, g4, g3);
    let g11 = W::lut::<0x2f>(g3, g1, f);
    let g12 = W::lut::<0x7e>(g4, d, a);
    let g13 = W::lut::<0x96>(g11, a, c);
    let g14 = W::lut::<0xfe>(g13, b, g7);
    let g15 = W::lut::<0x6c>(g13, g1, g11);
    let g16 = W::lut::<0xd5>(g15, d, g14);
    let g17 = W::lut::<0x25>(g15, g0, f);
    let g18 = W::lut::<0x9c>(g16, g10, f);
    let g19 = W::lut::<0x39>(g17, g11, g12);
    let g20 = W::lut::<0xe2>(g17, d, g8);
    let g21 = W::lut::<0xda>(g18, g11, g13);
    let g22 = W::lut::<0xe8>(g21, b, d);
    let g23 = W::lut::<0xc9>(g22, g19, c);
    [g23, g20, g18, g13]
}

#[inline(always)]
pub(crate) fn s8<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x56>(e, d, c);
    let g1 = W::lut::<0xb7>(g0, a, c);
    let g2 = W::lut::<0x65>(g0, b, e);
    let g3 = W::lut::<0x38>(g2, a, e);
    let g4 = W::lut::<0xac>(g2, a, g0);
    let g5 = W::lut::<0x69>(g4, g3, d);
    let g6 = W::lut::<0x2c>(g5, b, g2);
    let g7 = W::lut::<0x95>(g6, d, g0);
    let g8 = W::lut::<0x27>(g7, a, g2);
    let g9 = W::lut::<0x9f>(g7, d, g1);
    let g10 = W::lut::<0x6c>(g9, g5, b);
    let g11 = W::lut::<0x69>(g5, g1, b);
    let g12 = W::lut::<0x69>(g11, d, g8);
    let g13 = W::lut::<0x32>(g7, f, g1);
    let g14 = W::lut::<0x69>(g13, g11, g3);
    let g15 = W::lut::<0xd8>(g11, g10, f);
    let g16 = W::lut::<0x69>(g14, g0, g6);
    let g17 = W::lut::<0x96>(g14, a, g7);
    let g18 = W::lut::<0xb1>(g17, g12, f);
    let g19 = W::lut::<0x8d>(g16, g12, f);
    [g19, g14, g15, g18]
}
