//! The S-boxes of DES in gates of three inputs.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::Ternary;

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [26, 25, 24, 26, 25, 24, 26, 23];

#[inline(always)]
pub(crate) fn s1<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x2d>(d, a, e);
    let g1 = W::lut::<0xd6>(f, d, e);
    let g2 = W::lut::<0xb1>(d, a, c);
    let g3 = W::lut::<0x1e>(g1, c, e);
    let g4 = W::lut::<0xf8>(f, d, g3);
    let g5 = W::lut::<0x92>(g4, a, c);
    let g6 = W::lut::<0x6d>(c, f, g3);
    let g7 = W::lut::<0x97>(g6, e, g3);
    let g8 = W::lut::<0x3d>(g2, g7, g3);
    let g9 = W::lut::<0xda>(g7, f, c);
    let g10 = W::lut::<0xca>(a, g3, g7);
    let g11 = W::lut::<0xe1>(g0, g5, g7);
    let g12 = W::lut::<0x5c>(g6, g5, g11);
    let g13 = W::lut::<0x97>(e, g1, g5);
    let g14 = W::lut::<0xca>(b, g13, g12);
    let g15 = W::lut::<0xdb>(g10, g1, g14);
    let g16 = W::lut::<0xac>(b, g10, g8);
    let g17 = W::lut::<0x9e>(g9, b, g8);
    let g18 = W::lut::<0x6c>(g15, b, g9);
    let g19 = W::lut::<0xca>(a, g17, g18);
    let g20 = W::lut::<0x25>(g11, g12, g19);
    let g21 = W::lut::<0xf1>(g16, e, g18);
    let g22 = W::lut::<0x69>(g21, g0, g17);
    let g23 = W::lut::<0xcb>(g16, g13, e);
    let g24 = W::lut::<0xd3>(g23, g20, g15);
    let g25 = W::lut::<0xca>(f, g22, g24);
    [g16, g25, g20, g14]
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
    let g0 = W::lut::<0x96>(f, b, d);
    let g1 = W::lut::<0xea>(d, f, b);
    let g2 = W::lut::<0x96>(g1, a, d);
    let g3 = W::lut::<0xe4>(f, b, g0);
    let g4 = W::lut::<0x97>(g0, g2, d);
    let g5 = W::lut::<0xac>(c, g2, g4);
    let g6 = W::lut::<0xd6>(g3, c, g4);
    let g7 = W::lut::<0x8a>(c, g0, g6);
    let g8 = W::lut::<0xca>(e, g5, g7);
    let g9 = W::lut::<0xcb>(e, c, b);
    let g10 = W::lut::<0xae>(g9, g2, g7);
    let g11 = W::lut::<0x9c>(g9, c, g2);
    let g12 = W::lut::<0x69>(g11, g8, f);
    let g13 = W::lut::<0x1e>(g2, g0, g3);
    let g14 = W::lut::<0x49>(d, g0, g13);
    let g15 = W::lut::<0x6d>(c, g14, g3);
    let g16 = W::lut::<0x3d>(g15, g0, c);
    let g17 = W::lut::<0xca>(c, g13, g14);
    let g18 = W::lut::<0xac>(e, g17, g16);
    let g19 = W::lut::<0xc2>(g9, g0, g18);
    let g20 = W::lut::<0x5e>(g8, g14, g19);
    let g21 = W::lut::<0xca>(d, g20, g12);
    let g22 = W::lut::<0x38>(g12, g13, g17);
    let g23 = W::lut::<0x9e>(g10, g17, g19);
    let g24 = W::lut::<0x69>(g22, g18, g10);
    let g25 = W::lut::<0xac>(b, g23, g24);
    [g25, g18, g8, g21]
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
    let g0 = W::lut::<0x9a>(d, e, a);
    let g1 = W::lut::<0xa7>(e, c, d);
    let g2 = W::lut::<0x3c>(g1, a, d);
    let g3 = W::lut::<0x1b>(c, g1, g0);
    let g4 = W::lut::<0x6d>(e, g3, g0);
    let g5 = W::lut::<0x56>(c, g0, g2);
    let g6 = W::lut::<0x3c>(f, g2, g0);
    let g7 = W::lut::<0xac>(f, g2, g3);
    let g8 = W::lut::<0xd3>(g6, c, g7);
    let g9 = W::lut::<0xe3>(g5, g6, d);
    let g10 = W::lut::<0xe2>(g5, f, g3);
    let g11 = W::lut::<0x7e>(g9, e, g3);
    let g12 = W::lut::<0x75>(d, g10, g11);
    let g13 = W::lut::<0x8f>(g4, f, g12);
    let g14 = W::lut::<0xca>(b, g7, g8);
    let g15 = W::lut::<0x5c>(g5, g8, g14);
    let g16 = W::lut::<0xca>(b, g10, g12);
    let g17 = W::lut::<0x2a>(g8, g13, g12);
    let g18 = W::lut::<0x6d>(g15, g16, e);
    let g19 = W::lut::<0x66>(g14, g11, g18);
    let g20 = W::lut::<0x94>(g2, g9, g13);
    let g21 = W::lut::<0x9a>(b, g9, g17);
    let g22 = W::lut::<0xc1>(g17, d, g20);
    let g23 = W::lut::<0xac>(b, g20, g22);
    let g24 = W::lut::<0xd6>(g21, g2, g23);
    let g25 = W::lut::<0xac>(d, g24, g19);
    [g16, g25, g23, g14]
}

#[inline(always)]
pub(crate) fn s8<W: Ternary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = W::lut::<0x63>(c, b, e);
    let g1 = W::lut::<0x27>(e, b, c);
    let g2 = W::lut::<0xac>(a, g1, g0);
    let g3 = W::lut::<0xb6>(c, d, g1);
    let g4 = W::lut::<0x27>(g2, g0, b);
    let g5 = W::lut::<0xca>(d, g2, g4);
    let g6 = W::lut::<0x96>(a, g0, g3);
    let g7 = W::lut::<0xce>(c, b, g6);
    let g8 = W::lut::<0xd2>(g7, e, g5);
    let g9 = W::lut::<0x59>(g3, a, g5);
    let g10 = W::lut::<0x61>(c, d, g9);
    let g11 = W::lut::<0xca>(f, g5, g9);
    let g12 = W::lut::<0x69>(g6, b, g11);
    let g13 = W::lut::<0xcb>(b, g12, g8);
    let g14 = W::lut::<0x87>(g10, g12, g3);
    let g15 = W::lut::<0x8a>(d, g6, g12);
    let g16 = W::lut::<0x92>(g2, g6, g8);
    let g17 = W::lut::<0x69>(g13, a, g2);
    let g18 = W::lut::<0x8b>(a, g10, g17);
    let g19 = W::lut::<0xac>(f, g14, g18);
    let g20 = W::lut::<0x5b>(g0, g4, g19);
    let g21 = W::lut::<0x3a>(f, g16, g17);
    let g22 = W::lut::<0xca>(f, g15, g16);
    [g21, g11, g20, g22]
}
