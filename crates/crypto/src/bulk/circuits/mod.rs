//! The S-boxes as circuits, made by the program in `crates/sbox-search`.

pub(crate) mod binary;
pub(crate) mod ternary;

/// A word of gates with three inputs.
pub(crate) trait Ternary: Copy {
    /// The gate whose output for inputs `a`, `b`, `c` is bit `4a + 2b + c` of the table.
    fn lut<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self;
}

/// A word of gates with two inputs.
pub(crate) trait Binary: Copy {
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// `self` and not `other`.
    fn and_not(self, other: Self) -> Self;
    fn not(self) -> Self;
}
