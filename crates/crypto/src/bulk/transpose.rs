//! 64 by 64 bits, in every part of a word at once: bit `r` of word `i` becomes bit `i` of word `r`.

use super::word::Gates;

macro_rules! stage {
    ($words:ident, $by:literal, $mask:literal, $(($first:literal, $second:literal)),*) => {
        $(
            let (a, b) = ($words[$first], $words[$second]);
            $words[$first] = b.shl::<$by>().select(a, $mask);
            $words[$second] = b.select(a.shr::<$by>(), $mask);
        )*
    };
}

#[inline(always)]
pub(super) fn transpose<W: Gates>(words: &mut [W; 64]) {
    for base in 0..8 {
        let mut w: [W; 8] = core::array::from_fn(|i| words[base + 8 * i]);
        stage!(w, 32, 0x0000_0000_FFFF_FFFF, (0, 4), (1, 5), (2, 6), (3, 7));
        stage!(w, 16, 0x0000_FFFF_0000_FFFF, (0, 2), (1, 3), (4, 6), (5, 7));
        stage!(w, 8, 0x00FF_00FF_00FF_00FF, (0, 1), (2, 3), (4, 5), (6, 7));
        for (i, word) in w.into_iter().enumerate() {
            words[base + 8 * i] = word;
        }
    }
    for w in words.as_chunks_mut::<8>().0 {
        stage!(w, 4, 0x0F0F_0F0F_0F0F_0F0F, (0, 4), (1, 5), (2, 6), (3, 7));
        stage!(w, 2, 0x3333_3333_3333_3333, (0, 2), (1, 3), (4, 6), (5, 7));
        stage!(w, 1, 0x5555_5555_5555_5555, (0, 1), (2, 3), (4, 5), (6, 7));
    }
}

/// A column of numbers into planes.
#[inline(always)]
pub(super) fn planes<W: Gates>(column: &[u64], planes: &mut [W; 64]) {
    for (plane, parts) in planes.iter_mut().zip(column.chunks_exact(W::PARTS)) {
        *plane = W::load(parts);
    }
    transpose(planes);
}

/// Planes into a column; the planes are lost.
#[inline(always)]
pub(super) fn column<W: Gates>(planes: &mut [W; 64], column: &mut [u64]) {
    transpose(planes);
    for (plane, parts) in planes.iter().zip(column.chunks_exact_mut(W::PARTS)) {
        plane.store(parts);
    }
}
