//! The S-boxes of DES in gates of three inputs.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::Ternary;

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [25, 24, 24, 18, 25, 24, 24, 23];

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
    let g0 = W::lut::<0xd3>(e, f, a);
    let g1 = W::lut::<0x4d>(c, e, f);
    let g2 = W::lut::<0x60>(g0, c, d);
    let g3 = W::lut::<0x14>(g2, g1, b);
    let g4 = W::lut::<0x48>(c, e, g3);
    let g5 = W::lut::<0x6b>(b, f, g2);
    let g6 = W::lut::<0x95>(b, d, c);
    let g7 = W::lut::<0xb4>(g6, g0, g4);
    let g8 = W::lut::<0x57>(f, b, e);
    let g9 = W::lut::<0x9d>(b, g8, g1);
    let g10 = W::lut::<0x70>(g5, b, g7);
    let g11 = W::lut::<0x47>(g6, g8, g10);
    let g12 = W::lut::<0xb2>(g9, g5, g1);
    let g13 = W::lut::<0xe5>(c, f, g5);
    let g14 = W::lut::<0x69>(a, e, g13);
    let g15 = W::lut::<0xac>(a, g12, g11);
    let g16 = W::lut::<0x95>(e, g15, g10);
    let g17 = W::lut::<0x9b>(g14, g7, g16);
    let g18 = W::lut::<0x96>(g14, c, d);
    let g19 = W::lut::<0x5a>(d, f, g15);
    let g20 = W::lut::<0x95>(a, c, g7);
    let g21 = W::lut::<0xc6>(a, g7, g9);
    let g22 = W::lut::<0xa4>(g18, g11, g20);
    let g23 = W::lut::<0xc9>(f, g22, g17);
    [g21, g18, g23, g19]
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
    let g0 = W::lut::<0x29>(a, e, c);
    let g1 = W::lut::<0x98>(a, e, g0);
    let g2 = W::lut::<0x5b>(c, a, f);
    let g3 = W::lut::<0x96>(g0, b, f);
    let g4 = W::lut::<0x56>(g2, g1, g3);
    let g5 = W::lut::<0xa6>(g1, g3, a);
    let g6 = W::lut::<0x5b>(g4, a, g5);
    let g7 = W::lut::<0x97>(g6, d, g2);
    let g8 = W::lut::<0x9e>(c, g7, g4);
    let g9 = W::lut::<0xa7>(b, g5, g7);
    let g10 = W::lut::<0x94>(g8, g9, g2);
    let g11 = W::lut::<0xa1>(d, g0, g10);
    let g12 = W::lut::<0x53>(g11, e, g5);
    let g13 = W::lut::<0xca>(b, g5, g4);
    let g14 = W::lut::<0x39>(g12, g8, g13);
    let g15 = W::lut::<0xac>(f, g11, g14);
    let g16 = W::lut::<0x3d>(g7, f, g13);
    let g17 = W::lut::<0xca>(d, g3, g13);
    let g18 = W::lut::<0x38>(g16, g4, g7);
    let g19 = W::lut::<0xd4>(g16, b, g3);
    let g20 = W::lut::<0xe4>(b, a, g15);
    let g21 = W::lut::<0x6b>(g19, g12, g20);
    let g22 = W::lut::<0x96>(g20, g17, g18);
    let g23 = W::lut::<0xca>(e, g22, g21);
    let g24 = W::lut::<0xac>(e, g9, g18);
    [g23, g17, g24, g15]
}

#[inline(always)]
pub(crate) fn s6<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x69>(d, a, e);
    let g1 = W::lut::<0xe1>(b, e, g0);
    let g2 = W::lut::<0xa6>(d, e, g1);
    let g3 = W::lut::<0xb9>(d, b, g0);
    let g4 = W::lut::<0xc6>(c, g0, g1);
    let g5 = W::lut::<0x53>(c, g0, g2);
    let g6 = W::lut::<0x7c>(c, g3, a);
    let g7 = W::lut::<0x7a>(e, g1, g6);
    let g8 = W::lut::<0x1f>(g7, g4, b);
    let g9 = W::lut::<0x9c>(c, g3, g8);
    let g10 = W::lut::<0x85>(f, g6, g9);
    let g11 = W::lut::<0x2f>(e, g10, g6);
    let g12 = W::lut::<0x6e>(g2, g11, g4);
    let g13 = W::lut::<0x38>(f, g5, g11);
    let g14 = W::lut::<0x0b>(g13, e, g8);
    let g15 = W::lut::<0x95>(d, g4, g5);
    let g16 = W::lut::<0xac>(f, g4, g8);
    let g17 = W::lut::<0x37>(c, f, g7);
    let g18 = W::lut::<0x78>(g10, d, g12);
    let g19 = W::lut::<0x45>(d, g14, a);
    let g20 = W::lut::<0x36>(g19, g15, g17);
    let g21 = W::lut::<0x4d>(g15, a, g16);
    let g22 = W::lut::<0x6d>(g10, g15, g21);
    let g23 = W::lut::<0xc6>(c, g14, g22);
    [g16, g18, g23, g20]
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
    let g0 = W::lut::<0x4d>(e, a, c);
    let g1 = W::lut::<0x69>(d, c, g0);
    let g2 = W::lut::<0x54>(e, a, g1);
    let g3 = W::lut::<0x56>(a, c, g2);
    let g4 = W::lut::<0x74>(g1, b, g3);
    let g5 = W::lut::<0x5a>(e, g2, g4);
    let g6 = W::lut::<0x6a>(a, c, b);
    let g7 = W::lut::<0xbc>(g6, g3, g5);
    let g8 = W::lut::<0xd7>(g5, g6, a);
    let g9 = W::lut::<0x83>(g7, g1, g8);
    let g10 = W::lut::<0x0b>(g8, c, g5);
    let g11 = W::lut::<0xc9>(f, g4, g10);
    let g12 = W::lut::<0x76>(g6, f, g11);
    let g13 = W::lut::<0x71>(a, g9, g12);
    let g14 = W::lut::<0x91>(f, g13, a);
    let g15 = W::lut::<0x41>(g13, g9, b);
    let g16 = W::lut::<0x69>(g14, g5, g15);
    let g17 = W::lut::<0x4e>(g14, g4, g16);
    let g18 = W::lut::<0x8b>(b, g17, b);
    let g19 = W::lut::<0xc2>(g16, g11, g13);
    let g20 = W::lut::<0x36>(g14, g18, g19);
    let g21 = W::lut::<0x36>(f, g9, g20);
    let g22 = W::lut::<0x9c>(f, g9, g18);
    [g21, g11, g16, g22]
}
