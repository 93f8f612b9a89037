//! The S-boxes of DES in gates of three inputs.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::Ternary;

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [25, 23, 24, 18, 25, 23, 24, 20];

#[inline(always)]
pub(crate) fn s1<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x36>(f, e, a);
    let g1 = W::lut::<0x43>(d, a, e);
    let g2 = W::lut::<0x6d>(f, d, e);
    let g3 = W::lut::<0x4e>(f, a, g2);
    let g4 = W::lut::<0x18>(f, g0, g1);
    let g5 = W::lut::<0x36>(b, g2, g1);
    let g6 = W::lut::<0xb5>(b, g4, g3);
    let g7 = W::lut::<0x4b>(b, g0, g1);
    let g8 = W::lut::<0x52>(g7, g4, g2);
    let g9 = W::lut::<0x9a>(g8, g4, g3);
    let g10 = W::lut::<0x58>(g8, g6, d);
    let g11 = W::lut::<0xc7>(e, g6, g1);
    let g12 = W::lut::<0xa1>(g8, g1, g4);
    let g13 = W::lut::<0xe2>(g9, f, g10);
    let g14 = W::lut::<0x9e>(g1, g10, g13);
    let g15 = W::lut::<0xb4>(g7, g14, g12);
    let g16 = W::lut::<0xb8>(g9, g14, g7);
    let g17 = W::lut::<0x2b>(e, f, g5);
    let g18 = W::lut::<0xd7>(g11, g10, g17);
    let g19 = W::lut::<0xc6>(c, g15, g18);
    let g20 = W::lut::<0x79>(g0, g19, e);
    let g21 = W::lut::<0x3a>(g20, g10, g14);
    let g22 = W::lut::<0xca>(c, g13, g11);
    let g23 = W::lut::<0xca>(c, g16, g21);
    let g24 = W::lut::<0x8d>(g8, g5, c);
    [g24, g22, g23, g19]
}

#[inline(always)]
pub(crate) fn s2<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0xf8>(b, e, f);
    let g1 = W::lut::<0x16>(f, e, c);
    let g2 = W::lut::<0xc1>(c, f, b);
    let g3 = W::lut::<0xd3>(d, b, e);
    let g4 = W::lut::<0x95>(g0, g3, g1);
    let g5 = W::lut::<0x16>(b, e, g4);
    let g6 = W::lut::<0x96>(e, g3, g2);
    let g7 = W::lut::<0x4b>(g6, a, g5);
    let g8 = W::lut::<0x1b>(g4, g6, a);
    let g9 = W::lut::<0x18>(f, g0, g4);
    let g10 = W::lut::<0xc6>(a, g4, g9);
    let g11 = W::lut::<0xee>(c, g2, g10);
    let g12 = W::lut::<0x69>(d, g9, a);
    let g13 = W::lut::<0x4b>(g12, f, g7);
    let g14 = W::lut::<0xa4>(g8, c, g0);
    let g15 = W::lut::<0x12>(c, g11, a);
    let g16 = W::lut::<0x78>(g12, g11, e);
    let g17 = W::lut::<0x2d>(g13, e, g14);
    let g18 = W::lut::<0x6b>(d, g17, g15);
    let g19 = W::lut::<0x69>(g12, g8, g18);
    let g20 = W::lut::<0x1e>(c, g15, g16);
    let g21 = W::lut::<0x5c>(g20, g8, g14);
    let g22 = W::lut::<0xca>(e, g21, g19);
    [g8, g16, g22, g17]
}

#[inline(always)]
pub(crate) fn s3<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x3c>(b, e, b);
    let g1 = W::lut::<0x69>(e, d, f);
    let g2 = W::lut::<0x82>(d, e, f);
    let g3 = W::lut::<0xe5>(b, c, g2);
    let g4 = W::lut::<0xa8>(g0, f, g3);
    let g5 = W::lut::<0x28>(c, d, e);
    let g6 = W::lut::<0x69>(g0, g1, g5);
    let g7 = W::lut::<0xe8>(g0, g5, g6);
    let g8 = W::lut::<0x15>(e, g6, b);
    let g9 = W::lut::<0x63>(c, g1, g8);
    let g10 = W::lut::<0x19>(f, g7, d);
    let g11 = W::lut::<0x42>(g1, g4, g6);
    let g12 = W::lut::<0x94>(a, g4, g7);
    let g13 = W::lut::<0x5e>(a, g6, b);
    let g14 = W::lut::<0x65>(c, g2, g13);
    let g15 = W::lut::<0xbd>(g13, g4, b);
    let g16 = W::lut::<0x69>(g4, d, c);
    let g17 = W::lut::<0xd6>(g13, g10, g15);
    let g18 = W::lut::<0x25>(g16, g11, g14);
    let g19 = W::lut::<0xd2>(g18, g17, d);
    let g20 = W::lut::<0x69>(g16, g11, g12);
    let g21 = W::lut::<0xd8>(g6, g16, a);
    let g22 = W::lut::<0xe2>(g16, g10, g9);
    let g23 = W::lut::<0x5c>(a, g22, g9);
    [g23, g20, g19, g21]
}

#[inline(always)]
pub(crate) fn s4<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0xda>(c, e, d);
    let g1 = W::lut::<0x76>(e, a, g0);
    let g2 = W::lut::<0x2d>(g1, c, e);
    let g3 = W::lut::<0x9e>(g1, d, a);
    let g4 = W::lut::<0x78>(b, d, g3);
    let g5 = W::lut::<0x9a>(g3, b, g2);
    let g6 = W::lut::<0x4d>(a, g2, g5);
    let g7 = W::lut::<0x85>(e, g0, g6);
    let g8 = W::lut::<0xdc>(e, g4, g0);
    let g9 = W::lut::<0xd2>(g3, g5, g4);
    let g10 = W::lut::<0x29>(g2, g7, g9);
    let g11 = W::lut::<0xc7>(g4, g10, g9);
    let g12 = W::lut::<0x98>(g11, g2, g8);
    let g13 = W::lut::<0x2c>(g7, g4, g7);
    let g14 = W::lut::<0x9c>(f, g11, g12);
    let g15 = W::lut::<0xc6>(f, g11, g12);
    let g16 = W::lut::<0x8b>(g13, f, g5);
    let g17 = W::lut::<0x53>(f, g5, g13);
    [g17, g16, g14, g15]
}

#[inline(always)]
pub(crate) fn s5<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x49>(e, c, a);
    let g1 = W::lut::<0x1e>(c, d, f);
    let g2 = W::lut::<0x83>(g1, b, e);
    let g3 = W::lut::<0x96>(b, g0, f);
    let g4 = W::lut::<0x69>(e, g2, d);
    let g5 = W::lut::<0xb6>(f, g3, g4);
    let g6 = W::lut::<0xb6>(a, b, g1);
    let g7 = W::lut::<0x65>(g5, g1, g6);
    let g8 = W::lut::<0x54>(g0, g1, g3);
    let g9 = W::lut::<0x78>(g0, g8, g6);
    let g10 = W::lut::<0xc9>(d, g3, g7);
    let g11 = W::lut::<0x1a>(g3, g2, g4);
    let g12 = W::lut::<0xe9>(d, g8, b);
    let g13 = W::lut::<0x62>(c, g12, g11);
    let g14 = W::lut::<0xa9>(a, g13, g4);
    let g15 = W::lut::<0x86>(e, g10, g13);
    let g16 = W::lut::<0x63>(d, g12, g15);
    let g17 = W::lut::<0x41>(g10, g12, g11);
    let g18 = W::lut::<0xa1>(g2, g14, g9);
    let g19 = W::lut::<0x61>(g8, g18, g17);
    let g20 = W::lut::<0xac>(f, g16, g19);
    let g21 = W::lut::<0x27>(a, b, g20);
    let g22 = W::lut::<0xdc>(g20, e, g18);
    let g23 = W::lut::<0x96>(g14, g10, g21);
    let g24 = W::lut::<0x46>(g2, g22, g23);
    [g24, g10, g14, g20]
}

#[inline(always)]
pub(crate) fn s6<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x69>(e, d, a);
    let g1 = W::lut::<0x1f>(f, a, g0);
    let g2 = W::lut::<0xe0>(g1, d, a);
    let g3 = W::lut::<0x2d>(b, g0, e);
    let g4 = W::lut::<0xda>(g3, f, g2);
    let g5 = W::lut::<0xb8>(g3, c, g0);
    let g6 = W::lut::<0x94>(d, g5, g1);
    let g7 = W::lut::<0x78>(c, a, g5);
    let g8 = W::lut::<0x61>(b, g7, e);
    let g9 = W::lut::<0x25>(g0, g8, g6);
    let g10 = W::lut::<0x79>(g3, g8, g0);
    let g11 = W::lut::<0x78>(g5, f, g10);
    let g12 = W::lut::<0x6d>(f, g10, g9);
    let g13 = W::lut::<0x61>(g11, g9, b);
    let g14 = W::lut::<0x2e>(c, g13, g7);
    let g15 = W::lut::<0x79>(g13, g0, g12);
    let g16 = W::lut::<0xb8>(g9, c, g4);
    let g17 = W::lut::<0x92>(d, c, g3);
    let g18 = W::lut::<0x93>(d, g15, g4);
    let g19 = W::lut::<0xa9>(g0, g4, g17);
    let g20 = W::lut::<0x2f>(g15, g17, g19);
    let g21 = W::lut::<0xca>(e, g14, g20);
    let g22 = W::lut::<0xa6>(b, g19, g18);
    [g11, g22, g21, g16]
}

#[inline(always)]
pub(crate) fn s7<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x2c>(d, e, c);
    let g1 = W::lut::<0x9e>(d, b, e);
    let g2 = W::lut::<0x9c>(b, g0, c);
    let g3 = W::lut::<0xe3>(f, g2, a);
    let g4 = W::lut::<0xa4>(a, b, f);
    let g5 = W::lut::<0x40>(g4, a, g0);
    let g6 = W::lut::<0x68>(b, a, g3);
    let g7 = W::lut::<0xc6>(c, g5, a);
    let g8 = W::lut::<0x5b>(g7, g1, g6);
    let g9 = W::lut::<0x94>(g8, g5, d);
    let g10 = W::lut::<0x65>(g3, g4, g9);
    let g11 = W::lut::<0x75>(f, g1, g3);
    let g12 = W::lut::<0x7e>(d, g4, a);
    let g13 = W::lut::<0x96>(c, a, g11);
    let g14 = W::lut::<0xfe>(g13, b, g7);
    let g15 = W::lut::<0x78>(g1, g13, g11);
    let g16 = W::lut::<0xd5>(d, g15, g14);
    let g17 = W::lut::<0x25>(f, g0, g15);
    let g18 = W::lut::<0xc6>(f, g10, g16);
    let g19 = W::lut::<0x2d>(g11, g17, g12);
    let g20 = W::lut::<0xb8>(g8, d, g17);
    let g21 = W::lut::<0xda>(g13, g11, g18);
    let g22 = W::lut::<0xe8>(d, b, g21);
    let g23 = W::lut::<0xc9>(c, g19, g22);
    [g23, g20, g18, g13]
}

#[inline(always)]
pub(crate) fn s8<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x1e>(c, d, e);
    let g1 = W::lut::<0xb7>(c, a, g0);
    let g2 = W::lut::<0x59>(b, g0, e);
    let g3 = W::lut::<0x38>(g2, a, e);
    let g4 = W::lut::<0xe4>(g0, a, g2);
    let g5 = W::lut::<0x69>(d, g3, g4);
    let g6 = W::lut::<0x2c>(g5, b, g2);
    let g7 = W::lut::<0x95>(g6, d, g0);
    let g8 = W::lut::<0x1b>(a, g7, g2);
    let g9 = W::lut::<0xb7>(d, g7, g1);
    let g10 = W::lut::<0x6c>(b, g5, g9);
    let g11 = W::lut::<0x69>(g1, g5, b);
    let g12 = W::lut::<0x69>(d, g11, g8);
    let g13 = W::lut::<0x0e>(f, g7, g1);
    let g14 = W::lut::<0x69>(g3, g11, g13);
    let g15 = W::lut::<0xca>(f, g10, g11);
    let g16 = W::lut::<0x69>(g14, g0, g6);
    let g17 = W::lut::<0x96>(g14, a, g7);
    let g18 = W::lut::<0xa3>(f, g12, g17);
    let g19 = W::lut::<0xc5>(f, g12, g16);
    [g19, g14, g15, g18]
}
