//! The S-boxes of DES in gates of three inputs.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::Ternary;

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [25, 25, 24, 18, 25, 24, 25, 23];

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
    let g0 = W::lut::<0xb5>(f, c, e);
    let g1 = W::lut::<0x6d>(g0, a, c);
    let g2 = W::lut::<0x69>(f, a, g0);
    let g3 = W::lut::<0xca>(b, g1, g2);
    let g4 = W::lut::<0x97>(e, b, g0);
    let g5 = W::lut::<0x34>(g4, c, g0);
    let g6 = W::lut::<0x16>(c, g2, g5);
    let g7 = W::lut::<0xca>(d, g3, g6);
    let g8 = W::lut::<0x62>(b, d, e);
    let g9 = W::lut::<0xb6>(g8, f, g4);
    let g10 = W::lut::<0x6d>(g3, g5, g9);
    let g11 = W::lut::<0xd3>(b, c, f);
    let g12 = W::lut::<0x96>(g11, g8, f);
    let g13 = W::lut::<0xca>(a, g10, g12);
    let g14 = W::lut::<0xb8>(d, b, e);
    let g15 = W::lut::<0xc1>(g14, f, d);
    let g16 = W::lut::<0xeb>(g1, f, e);
    let g17 = W::lut::<0xd6>(g16, g14, g9);
    let g18 = W::lut::<0xca>(a, g15, g17);
    let g19 = W::lut::<0x59>(g5, g11, g18);
    let g20 = W::lut::<0x85>(g9, c, g1);
    let g21 = W::lut::<0x85>(g20, b, g19);
    let g22 = W::lut::<0xa7>(e, g1, g21);
    let g23 = W::lut::<0x7a>(g10, g17, g22);
    let g24 = W::lut::<0xa8>(g4, g16, g23);
    [g13, g7, g24, g19]
}

#[inline(always)]
pub(crate) fn s3<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x1e>(e, d, f);
    let g1 = W::lut::<0x1d>(c, e, d);
    let g2 = W::lut::<0x69>(g0, f, c);
    let g3 = W::lut::<0x17>(d, g2, g0);
    let g4 = W::lut::<0xe9>(a, c, d);
    let g5 = W::lut::<0x60>(f, c, a);
    let g6 = W::lut::<0xb8>(g2, b, g3);
    let g7 = W::lut::<0x25>(g0, g6, g4);
    let g8 = W::lut::<0x94>(g7, g3, g5);
    let g9 = W::lut::<0x58>(c, g1, g8);
    let g10 = W::lut::<0x69>(g1, b, f);
    let g11 = W::lut::<0xe4>(g6, g10, a);
    let g12 = W::lut::<0x0d>(g7, g10, g11);
    let g13 = W::lut::<0x5c>(b, g9, g12);
    let g14 = W::lut::<0xb0>(d, f, g13);
    let g15 = W::lut::<0x6d>(g9, g2, g1);
    let g16 = W::lut::<0xeb>(g5, g10, g15);
    let g17 = W::lut::<0x39>(a, g14, g16);
    let g18 = W::lut::<0xf9>(g4, g17, g6);
    let g19 = W::lut::<0x86>(b, g2, g18);
    let g20 = W::lut::<0x96>(g10, g17, c);
    let g21 = W::lut::<0x3a>(g14, g13, g11);
    let g22 = W::lut::<0x6a>(g1, g10, g21);
    let g23 = W::lut::<0x63>(a, g19, g22);
    [g23, g20, g13, g11]
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
    let g0 = W::lut::<0x69>(e, a, d);
    let g1 = W::lut::<0x4b>(b, e, g0);
    let g2 = W::lut::<0xca>(c, g0, g1);
    let g3 = W::lut::<0xb4>(d, a, g2);
    let g4 = W::lut::<0x39>(g3, c, g0);
    let g5 = W::lut::<0x45>(e, b, g4);
    let g6 = W::lut::<0xb9>(g1, g2, g5);
    let g7 = W::lut::<0xe0>(f, g0, a);
    let g8 = W::lut::<0x54>(a, g3, g7);
    let g9 = W::lut::<0xbc>(g8, g1, f);
    let g10 = W::lut::<0x68>(g7, d, g1);
    let g11 = W::lut::<0x25>(g0, g6, g10);
    let g12 = W::lut::<0x94>(g11, g3, g10);
    let g13 = W::lut::<0x69>(g12, f, g4);
    let g14 = W::lut::<0xa6>(e, c, g13);
    let g15 = W::lut::<0x4b>(g14, g0, g9);
    let g16 = W::lut::<0xac>(c, g11, g9);
    let g17 = W::lut::<0x27>(g4, g11, g6);
    let g18 = W::lut::<0xac>(f, g2, g6);
    let g19 = W::lut::<0x96>(g17, f, b);
    let g20 = W::lut::<0xca>(d, g13, g19);
    let g21 = W::lut::<0xe2>(g16, g19, g1);
    let g22 = W::lut::<0x96>(g21, g7, g2);
    let g23 = W::lut::<0xac>(b, g15, g22);
    [g18, g20, g23, g16]
}

#[inline(always)]
pub(crate) fn s7<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x65>(f, b, c);
    let g1 = W::lut::<0xb4>(b, a, c);
    let g2 = W::lut::<0xc6>(e, c, d);
    let g3 = W::lut::<0x84>(g2, a, g1);
    let g4 = W::lut::<0x47>(d, a, g0);
    let g5 = W::lut::<0x8e>(f, d, g4);
    let g6 = W::lut::<0x96>(a, g0, g5);
    let g7 = W::lut::<0x57>(f, g5, g3);
    let g8 = W::lut::<0x6b>(e, g6, d);
    let g9 = W::lut::<0x97>(g5, g8, g7);
    let g10 = W::lut::<0xb7>(f, g9, g8);
    let g11 = W::lut::<0x4b>(g9, b, g6);
    let g12 = W::lut::<0x39>(f, g1, g10);
    let g13 = W::lut::<0xb4>(b, d, f);
    let g14 = W::lut::<0xc6>(g6, g10, c);
    let g15 = W::lut::<0x8a>(g6, g2, g12);
    let g16 = W::lut::<0xca>(b, g6, g4);
    let g17 = W::lut::<0x71>(g13, g4, g6);
    let g18 = W::lut::<0xac>(e, g16, g17);
    let g19 = W::lut::<0x94>(g13, g14, g17);
    let g20 = W::lut::<0x34>(g18, a, g17);
    let g21 = W::lut::<0x96>(g11, c, g20);
    let g22 = W::lut::<0xac>(d, g19, g21);
    let g23 = W::lut::<0xc5>(g22, g15, g19);
    let g24 = W::lut::<0xa7>(d, g12, g23);
    [g22, g18, g24, g11]
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
