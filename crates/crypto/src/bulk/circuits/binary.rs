//! temp
use super::Binary;
pub(crate) const GATES: [usize; 8] = [26, 27, 25, 26, 26, 24, 27, 23];
#[inline(always)]
pub(crate) fn s1<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x29>(f, d, e);
    let g1 = lut::<W, 0xe1>(g0, c, e);
    let g2 = lut::<W, 0xb1>(d, a, c);
    let g3 = lut::<W, 0x38>(c, f, g1);
    let g4 = lut::<W, 0xd3>(g3, e, g1);
    let g5 = lut::<W, 0x4b>(b, g2, g0);
    let g6 = lut::<W, 0x3d>(g2, g4, g1);
    let g7 = lut::<W, 0x62>(g3, g4, a);
    let g8 = lut::<W, 0xca>(a, g1, g4);
    let g9 = lut::<W, 0x65>(a, g3, g1);
    let g10 = lut::<W, 0x49>(g9, c, a);
    let g11 = lut::<W, 0x94>(g10, e, g0);
    let g12 = lut::<W, 0x87>(g11, f, g9);
    let g13 = lut::<W, 0xa4>(g5, g9, e);
    let g14 = lut::<W, 0xe9>(g5, a, g6);
    let g15 = lut::<W, 0xac>(b, g8, g6);
    let g16 = lut::<W, 0x9a>(g15, g12, g14);
    let g17 = lut::<W, 0xca>(d, g10, g7);
    let g18 = lut::<W, 0xac>(b, g17, g12);
    let g19 = lut::<W, 0xad>(g13, g17, g3);
    let g20 = lut::<W, 0xca>(c, g16, g19);
    let g21 = lut::<W, 0x1e>(g10, e, a);
    let g22 = lut::<W, 0xc1>(g21, g7, g20);
    let g23 = lut::<W, 0x1e>(g8, g13, g22);
    let g24 = lut::<W, 0x9e>(g8, g15, g23);
    let g25 = lut::<W, 0x4a>(g17, g19, g24);
    [g15, g20, g25, g18]
}

#[inline(always)]
pub(crate) fn s2<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x4a>(f, c, e);
    let g1 = lut::<W, 0x96>(f, a, g0);
    let g2 = lut::<W, 0xd6>(g0, a, c);
    let g3 = lut::<W, 0xe9>(d, b, e);
    let g4 = lut::<W, 0x94>(e, b, g0);
    let g5 = lut::<W, 0x7c>(g4, c, g0);
    let g6 = lut::<W, 0x65>(a, c, g3);
    let g7 = lut::<W, 0x29>(c, g1, g5);
    let g8 = lut::<W, 0x8f>(e, g0, a);
    let g9 = lut::<W, 0xe3>(b, a, g7);
    let g10 = lut::<W, 0x92>(g9, g2, g1);
    let g11 = lut::<W, 0xab>(g1, g5, g10);
    let g12 = lut::<W, 0x61>(g3, g2, g9);
    let g13 = lut::<W, 0x96>(g3, e, g10);
    let g14 = lut::<W, 0xca>(b, g2, g1);
    let g15 = lut::<W, 0x65>(g8, b, g11);
    let g16 = lut::<W, 0xca>(d, g11, g15);
    let g17 = lut::<W, 0xe0>(g6, g16, g1);
    let g18 = lut::<W, 0xc1>(g7, g16, g3);
    let g19 = lut::<W, 0x15>(g4, g7, g17);
    let g20 = lut::<W, 0xea>(g14, g15, g12);
    let g21 = lut::<W, 0x87>(g13, g5, g14);
    let g22 = lut::<W, 0x5e>(g18, d, g21);
    let g23 = lut::<W, 0x3a>(g12, g19, g22);
    let g24 = lut::<W, 0xca>(d, g14, g7);
    let g25 = lut::<W, 0xac>(e, g19, g23);
    let g26 = lut::<W, 0xca>(f, g20, g21);
    [g16, g24, g25, g26]
}

#[inline(always)]
pub(crate) fn s3<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x1e>(e, d, f);
    let g1 = lut::<W, 0x69>(g0, c, f);
    let g2 = lut::<W, 0xe4>(c, d, e);
    let g3 = lut::<W, 0x96>(g2, b, f);
    let g4 = lut::<W, 0xfb>(a, g1, g2);
    let g5 = lut::<W, 0x17>(d, g1, g0);
    let g6 = lut::<W, 0xac>(b, g1, g5);
    let g7 = lut::<W, 0xac>(a, g3, g6);
    let g8 = lut::<W, 0xc1>(a, c, g7);
    let g9 = lut::<W, 0x0e>(g3, g2, g8);
    let g10 = lut::<W, 0x96>(g8, g1, c);
    let g11 = lut::<W, 0x1c>(e, f, b);
    let g12 = lut::<W, 0x96>(a, g3, c);
    let g13 = lut::<W, 0x96>(g9, a, g11);
    let g14 = lut::<W, 0xd6>(g11, g5, a);
    let g15 = lut::<W, 0x6c>(g4, d, g12);
    let g16 = lut::<W, 0xca>(d, g10, g12);
    let g17 = lut::<W, 0xa6>(d, g10, g15);
    let g18 = lut::<W, 0xca>(c, g14, g17);
    let g19 = lut::<W, 0xca>(f, g16, g15);
    let g20 = lut::<W, 0x87>(b, g4, g18);
    let g21 = lut::<W, 0x8e>(d, g13, g20);
    let g22 = lut::<W, 0x65>(g21, f, g17);
    let g23 = lut::<W, 0xac>(b, g13, g22);
    let g24 = lut::<W, 0x46>(g15, g19, g23);
    [g20, g19, g24, g7]
}

#[inline(always)]
pub(crate) fn s4<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0xea>(d, f, b);
    let g1 = lut::<W, 0x96>(g0, a, d);
    let g2 = lut::<W, 0x96>(f, b, d);
    let g3 = lut::<W, 0x97>(g2, g1, d);
    let g4 = lut::<W, 0xe4>(f, b, g2);
    let g5 = lut::<W, 0xac>(c, g1, g3);
    let g6 = lut::<W, 0xd6>(g4, c, g3);
    let g7 = lut::<W, 0x8a>(c, g2, g6);
    let g8 = lut::<W, 0xca>(e, g5, g7);
    let g9 = lut::<W, 0xcb>(e, c, b);
    let g10 = lut::<W, 0xae>(g9, g1, g7);
    let g11 = lut::<W, 0x9c>(g9, c, g1);
    let g12 = lut::<W, 0x69>(g11, g8, f);
    let g13 = lut::<W, 0x1e>(g1, g2, g4);
    let g14 = lut::<W, 0x49>(d, g2, g13);
    let g15 = lut::<W, 0x6d>(c, g14, g4);
    let g16 = lut::<W, 0x3d>(g15, g2, c);
    let g17 = lut::<W, 0xca>(c, g13, g14);
    let g18 = lut::<W, 0xac>(e, g17, g16);
    let g19 = lut::<W, 0xc2>(g9, g2, g18);
    let g20 = lut::<W, 0x5e>(g8, g14, g19);
    let g21 = lut::<W, 0xca>(d, g20, g12);
    let g22 = lut::<W, 0x38>(g12, g13, g17);
    let g23 = lut::<W, 0x9e>(g10, g17, g19);
    let g24 = lut::<W, 0x69>(g22, g18, g10);
    let g25 = lut::<W, 0xac>(b, g23, g24);
    [g25, g18, g8, g21]
}

#[inline(always)]
pub(crate) fn s5<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x29>(a, e, c);
    let g1 = lut::<W, 0x17>(a, e, c);
    let g2 = lut::<W, 0x96>(g0, b, f);
    let g3 = lut::<W, 0xe2>(g1, g2, a);
    let g4 = lut::<W, 0xca>(f, g3, g0);
    let g5 = lut::<W, 0xb8>(f, g1, b);
    let g6 = lut::<W, 0x8e>(g4, c, g1);
    let g7 = lut::<W, 0xca>(b, g3, g6);
    let g8 = lut::<W, 0x21>(e, g2, g7);
    let g9 = lut::<W, 0xc5>(g8, c, b);
    let g10 = lut::<W, 0x25>(a, g2, g9);
    let g11 = lut::<W, 0x3e>(g5, g10, g3);
    let g12 = lut::<W, 0xac>(d, g10, g11);
    let g13 = lut::<W, 0x16>(g4, g6, g12);
    let g14 = lut::<W, 0x42>(g6, g7, g13);
    let g15 = lut::<W, 0xca>(d, g2, g7);
    let g16 = lut::<W, 0xc1>(g14, c, g9);
    let g17 = lut::<W, 0x58>(e, g15, g14);
    let g18 = lut::<W, 0x9e>(f, g8, g16);
    let g19 = lut::<W, 0x91>(g17, g13, g16);
    let g20 = lut::<W, 0x25>(b, g8, g19);
    let g21 = lut::<W, 0x16>(g18, g7, g2);
    let g22 = lut::<W, 0x1d>(g21, g3, g18);
    let g23 = lut::<W, 0xac>(d, g18, g22);
    let g24 = lut::<W, 0x29>(g15, g23, g20);
    let g25 = lut::<W, 0x1a>(g16, g21, g24);
    [g23, g15, g13, g25]
}

#[inline(always)]
pub(crate) fn s6<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x69>(e, a, d);
    let g1 = lut::<W, 0x4b>(b, e, g0);
    let g2 = lut::<W, 0xca>(c, g0, g1);
    let g3 = lut::<W, 0xb4>(d, a, g2);
    let g4 = lut::<W, 0x39>(g3, c, g0);
    let g5 = lut::<W, 0x45>(e, b, g4);
    let g6 = lut::<W, 0xb9>(g1, g2, g5);
    let g7 = lut::<W, 0xe0>(f, g0, a);
    let g8 = lut::<W, 0x68>(g7, d, g1);
    let g9 = lut::<W, 0x25>(g0, g6, g8);
    let g10 = lut::<W, 0x94>(g9, g3, g8);
    let g11 = lut::<W, 0x69>(g10, f, g4);
    let g12 = lut::<W, 0x27>(g4, g9, g6);
    let g13 = lut::<W, 0x96>(g12, f, b);
    let g14 = lut::<W, 0x54>(a, g3, g7);
    let g15 = lut::<W, 0xbc>(g14, g1, f);
    let g16 = lut::<W, 0xac>(c, g9, g15);
    let g17 = lut::<W, 0xca>(d, g11, g13);
    let g18 = lut::<W, 0xe2>(g16, g13, g1);
    let g19 = lut::<W, 0x96>(g18, g7, g2);
    let g20 = lut::<W, 0xa6>(e, c, g11);
    let g21 = lut::<W, 0x4b>(g20, g0, g15);
    let g22 = lut::<W, 0xac>(f, g2, g6);
    let g23 = lut::<W, 0xac>(b, g21, g19);
    [g22, g17, g23, g16]
}

#[inline(always)]
pub(crate) fn s7<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x1c>(d, e, c);
    let g1 = lut::<W, 0xa7>(e, c, d);
    let g2 = lut::<W, 0xac>(f, g1, g0);
    let g3 = lut::<W, 0x17>(c, g1, g2);
    let g4 = lut::<W, 0xac>(a, g2, g3);
    let g5 = lut::<W, 0x96>(a, f, g1);
    let g6 = lut::<W, 0xd3>(g5, c, g4);
    let g7 = lut::<W, 0xca>(b, g4, g6);
    let g8 = lut::<W, 0x64>(g0, f, a);
    let g9 = lut::<W, 0x68>(c, g5, a);
    let g10 = lut::<W, 0x36>(g8, g5, g9);
    let g11 = lut::<W, 0x87>(g9, d, g4);
    let g12 = lut::<W, 0x7a>(e, g6, g11);
    let g13 = lut::<W, 0xa1>(d, g12, g10);
    let g14 = lut::<W, 0xca>(b, g12, g13);
    let g15 = lut::<W, 0xcb>(d, g12, g7);
    let g16 = lut::<W, 0x76>(g15, g8, g9);
    let g17 = lut::<W, 0x57>(c, g2, g16);
    let g18 = lut::<W, 0x86>(g2, g0, g17);
    let g19 = lut::<W, 0xad>(g18, d, g12);
    let g20 = lut::<W, 0xa4>(g11, g7, g18);
    let g21 = lut::<W, 0x78>(a, g11, g19);
    let g22 = lut::<W, 0x72>(g21, g17, g7);
    let g23 = lut::<W, 0x89>(g0, g9, g22);
    let g24 = lut::<W, 0xca>(b, g17, g19);
    let g25 = lut::<W, 0xf4>(g20, g19, g23);
    let g26 = lut::<W, 0xac>(b, g23, g25);
    [g24, g26, g14, g7]
}

#[inline(always)]
pub(crate) fn s8<W: Binary>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {
    let g0 = lut::<W, 0x63>(c, b, e);
    let g1 = lut::<W, 0x27>(e, b, c);
    let g2 = lut::<W, 0xb6>(c, d, g1);
    let g3 = lut::<W, 0xac>(a, g1, g0);
    let g4 = lut::<W, 0x27>(g3, g0, b);
    let g5 = lut::<W, 0x96>(a, g0, g2);
    let g6 = lut::<W, 0xca>(d, g3, g4);
    let g7 = lut::<W, 0xce>(c, b, g5);
    let g8 = lut::<W, 0xd2>(g7, e, g6);
    let g9 = lut::<W, 0x59>(g2, a, g6);
    let g10 = lut::<W, 0xca>(f, g6, g9);
    let g11 = lut::<W, 0x61>(c, d, g9);
    let g12 = lut::<W, 0x69>(g5, b, g10);
    let g13 = lut::<W, 0x87>(g11, g12, g2);
    let g14 = lut::<W, 0x8a>(d, g5, g12);
    let g15 = lut::<W, 0x92>(g3, g5, g8);
    let g16 = lut::<W, 0xca>(f, g14, g15);
    let g17 = lut::<W, 0xcb>(b, g12, g8);
    let g18 = lut::<W, 0x69>(g17, a, g3);
    let g19 = lut::<W, 0x3a>(f, g15, g18);
    let g20 = lut::<W, 0x8b>(a, g11, g18);
    let g21 = lut::<W, 0xac>(f, g13, g20);
    let g22 = lut::<W, 0x5b>(g0, g4, g21);
    [g19, g10, g22, g16]
}

#[inline(always)]
fn lut<W: Binary, const T: i32>(a: W, b: W, c: W) -> W {
    let z = a.xor(a);
    let o = z.not();
    let p = |hi: i32, lo: i32| match (hi & 1, lo & 1) {
        (0, 0) => z,
        (1, 1) => o,
        (1, 0) => c,
        _ => c.not(),
    };
    let mux = |s: W, x: W, y: W| s.and(x).or(y.and_not(s));
    mux(a, mux(b, p(T >> 7, T >> 6), p(T >> 5, T >> 4)), mux(b, p(T >> 3, T >> 2), p(T >> 1, T)))
}
