//! Calls into `terminal`.

use core::hint::black_box;
use terminal as _;

/// Calls what `terminal` is for, with values that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    black_box("terminal");
}
