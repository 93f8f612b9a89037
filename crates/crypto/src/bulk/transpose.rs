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

/// The first three stages: words that are eight apart.
#[inline(always)]
fn far<W: Gates>(mut w: [W; 8]) -> [W; 8] {
    stage!(w, 32, 0x0000_0000_FFFF_FFFF, (0, 4), (1, 5), (2, 6), (3, 7));
    stage!(w, 16, 0x0000_FFFF_0000_FFFF, (0, 2), (1, 3), (4, 6), (5, 7));
    stage!(w, 8, 0x00FF_00FF_00FF_00FF, (0, 1), (2, 3), (4, 5), (6, 7));
    w
}

/// The last three: words next to each other.
#[inline(always)]
fn near<W: Gates>(mut w: [W; 8]) -> [W; 8] {
    stage!(w, 4, 0x0F0F_0F0F_0F0F_0F0F, (0, 4), (1, 5), (2, 6), (3, 7));
    stage!(w, 2, 0x3333_3333_3333_3333, (0, 2), (1, 3), (4, 6), (5, 7));
    stage!(w, 1, 0x5555_5555_5555_5555, (0, 1), (2, 3), (4, 5), (6, 7));
    w
}

/// A column of `64 * PARTS` numbers into planes; a shorter one leaves them as they are.
#[inline(always)]
pub(super) fn planes<W: Gates>(column: &[u64], planes: &mut [W; 64]) {
    let Some(column) = column.get(..64 * W::PARTS) else { return };
    for base in 0..8 {
        let word = |i: usize| W::load(&column[(base + 8 * i) * W::PARTS..]);
        for (i, word) in far(core::array::from_fn(word)).into_iter().enumerate() {
            planes[base + 8 * i] = word;
        }
    }
    for words in planes.as_chunks_mut::<8>().0 {
        *words = near(*words);
    }
}

/// Planes into a column; the planes are lost.
#[inline(always)]
pub(super) fn column<W: Gates>(planes: &mut [W; 64], column: &mut [u64]) {
    for base in 0..8 {
        let words: [W; 8] = core::array::from_fn(|i| planes[base + 8 * i]);
        for (i, word) in far(words).into_iter().enumerate() {
            planes[base + 8 * i] = word;
        }
    }
    let parts = column.chunks_exact_mut(8 * W::PARTS);
    for (words, parts) in planes.as_chunks::<8>().0.iter().zip(parts) {
        for (word, parts) in near(*words).into_iter().zip(parts.chunks_exact_mut(W::PARTS)) {
            word.store(parts);
        }
    }
}
