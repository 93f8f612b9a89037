//! Calls into `psam`.

use core::hint::black_box;
use psam as _;

/// Calls what `psam` is for, with values that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    black_box("psam");
}
