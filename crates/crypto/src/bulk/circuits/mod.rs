//! The S-boxes of DES as circuits, which the program in `crates/sbox-search` found and wrote.
//!
//! Inputs are the six bits of an S-box's input as FIPS 46-3 numbers them, outputs its four bits; the first is the most
//! significant.

pub(crate) mod binary;
pub(crate) mod ternary;

/// A word with gates of three inputs.
pub(crate) trait Ternary: Copy {
    /// The gate whose output for inputs `a`, `b`, `c` is bit `4a + 2b + c` of the table, as the immediate of `vpternlogq`
    /// has it. `a` is what was made last: it is overwritten.
    fn lut<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self;
}

/// A word with gates of two inputs, and NOT.
pub(crate) trait Binary: Copy {
    fn and(self, other: Self) -> Self;

    fn or(self, other: Self) -> Self;

    fn xor(self, other: Self) -> Self;

    /// This and not the other: `self & !other`.
    fn and_not(self, other: Self) -> Self;

    fn not(self) -> Self;
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    /// 64 lanes that count the gates they go through.
    #[derive(Clone, Copy)]
    struct Counted<'a>(u64, &'a Cell<usize>);

    impl Counted<'_> {
        fn gate(self, value: u64) -> Self {
            self.1.set(self.1.get() + 1);
            Self(value, self.1)
        }
    }

    impl Ternary for Counted<'_> {
        fn lut<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self {
            let rows = (0..8).filter(|row| TABLE >> row & 1 == 1);
            let one = |word: Self, place: i32, row: i32| {
                if row >> place & 1 == 1 { word.0 } else { !word.0 }
            };
            a.gate(rows.fold(0, |all, row| all | one(a, 2, row) & one(b, 1, row) & one(c, 0, row)))
        }
    }

    impl Binary for Counted<'_> {
        fn and(self, other: Self) -> Self {
            self.gate(self.0 & other.0)
        }

        fn or(self, other: Self) -> Self {
            self.gate(self.0 | other.0)
        }

        fn xor(self, other: Self) -> Self {
            self.gate(self.0 ^ other.0)
        }

        fn and_not(self, other: Self) -> Self {
            self.gate(self.0 & !other.0)
        }

        fn not(self) -> Self {
            self.gate(!self.0)
        }
    }

    /// FIPS 46-3, appendix 1, a row of sixteen columns a line.
    #[rustfmt::skip]
    const TABLES: [[[u8; 16]; 4]; 8] = [
        [
            [14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7],
            [0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8],
            [4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0],
            [15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13],
        ],
        [
            [15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10],
            [3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5],
            [0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15],
            [13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9],
        ],
        [
            [10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8],
            [13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1],
            [13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7],
            [1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12],
        ],
        [
            [7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15],
            [13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9],
            [10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4],
            [3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14],
        ],
        [
            [2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9],
            [14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6],
            [4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14],
            [11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3],
        ],
        [
            [12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11],
            [10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8],
            [9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6],
            [4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13],
        ],
        [
            [4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1],
            [13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6],
            [1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2],
            [6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12],
        ],
        [
            [13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7],
            [1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2],
            [7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8],
            [2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11],
        ],
    ];

    /// The six inputs for all their 64 values side by side: in lane `i` the value `i`, its highest bit first.
    fn inputs(gates: &Cell<usize>) -> [Counted<'_>; 6] {
        [5, 4, 3, 2, 1, 0].map(|bit| {
            Counted((0..64).fold(0, |all, value| all | (value >> bit & 1) << value), gates)
        })
    }

    /// The four outputs of every lane put together.
    fn answers(outputs: [Counted<'_>; 4]) -> [u8; 64] {
        core::array::from_fn(|lane| {
            outputs.iter().fold(0, |answer, word| answer << 1 | (word.0 >> lane & 1) as u8)
        })
    }

    fn expected(number: usize) -> [u8; 64] {
        core::array::from_fn(|value| {
            let (row, column) = (value >> 5 << 1 | value & 1, value >> 1 & 15);
            TABLES[number - 1][row][column]
        })
    }

    macro_rules! hold {
        ($set:ident: $($number:literal $name:ident),*) => {
            $(
                let gates = Cell::new(0);
                assert_eq!(answers($set::$name(inputs(&gates))), expected($number), "S{}", $number);
                assert_eq!(gates.get(), $set::GATES[$number - 1], "S{}", $number);
            )*
        };
    }

    #[test]
    fn every_ternary_circuit_is_its_s_box_for_all_inputs() {
        hold!(ternary: 1 s1, 2 s2, 3 s3, 4 s4, 5 s5, 6 s6, 7 s7, 8 s8);
    }

    #[test]
    fn every_binary_circuit_is_its_s_box_for_all_inputs() {
        hold!(binary: 1 s1, 2 s2, 3 s3, 4 s4, 5 s5, 6 s6, 7 s7, 8 s8);
    }
}
