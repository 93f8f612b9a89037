//! 64 by 64 bits, in every part of a word at once: bit `r` of word `i` becomes bit `i` of word `r`.

use super::word::Gates;

/// 64 words, in whatever memory.
pub(super) trait Place<W> {
    fn get(&self, place: usize) -> W;

    fn put(&mut self, place: usize, word: W);
}

impl<W: Copy> Place<W> for [W; 64] {
    #[inline(always)]
    fn get(&self, place: usize) -> W {
        self[place % 64]
    }

    #[inline(always)]
    fn put(&mut self, place: usize, word: W) {
        self[place % 64] = word;
    }
}

/// A column of `64 * PARTS` numbers.
struct Column<'a>(&'a mut [u64]);

impl<W: Gates> Place<W> for Column<'_> {
    #[inline(always)]
    fn get(&self, place: usize) -> W {
        W::load(&self.0[place * W::PARTS..])
    }

    #[inline(always)]
    fn put(&mut self, place: usize, word: W) {
        word.store(&mut self.0[place * W::PARTS..]);
    }
}

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

#[inline(always)]
fn transpose<W: Gates>(word: impl Fn(usize) -> W, made: &mut impl Place<W>) {
    for base in 0..8 {
        let words = far(core::array::from_fn(|i| word(base + 8 * i)));
        for (i, word) in words.into_iter().enumerate() {
            made.put(base + 8 * i, word);
        }
    }
    for base in 0..8 {
        let words = near(core::array::from_fn(|i| made.get(8 * base + i)));
        for (i, word) in words.into_iter().enumerate() {
            made.put(8 * base + i, word);
        }
    }
}

/// A column of `64 * PARTS` numbers into planes; a shorter one leaves them as they are.
#[inline(always)]
pub(super) fn planes<W: Gates>(column: &[u64], planes: &mut [W; 64]) {
    let Some(column) = column.get(..64 * W::PARTS) else { return };
    transpose(|i| W::load(&column[i * W::PARTS..]), planes);
}

/// Planes into a column.
#[inline(always)]
pub(super) fn column<W: Gates>(plane: impl Fn(usize) -> W, column: &mut [u64]) {
    let Some(column) = column.get_mut(..64 * W::PARTS) else { return };
    transpose(plane, &mut Column(column));
}
