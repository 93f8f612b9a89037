//! Calls into `card`.

use card as _;
use core::hint::black_box;

/// Calls what `card` is for, with values that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    black_box("card");
}
