//! What every compiler takes for granted: the memory functions, which libc has elsewhere.
//!
//! A card's or a module's own run-time library brings them there. `rust_eh_personality` is named by the
//! core library as it is shipped, though nothing unwinds here.

/// Copies `count` bytes between places that do not overlap.
// SAFETY: libc, which defines this symbol elsewhere, is not linked.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    for index in 0..count {
        // SAFETY: the caller owns `count` bytes at both places.
        unsafe { to.add(index).write(from.add(index).read()) };
    }
    to
}

/// Copies `count` bytes between places that may overlap.
// SAFETY: as for `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    let upwards = to.addr() < from.addr();
    for step in 0..count {
        let index = if upwards { step } else { count - 1 - step };
        // SAFETY: the caller owns `count` bytes at both places; a byte is read before it is overwritten.
        unsafe { to.add(index).write(from.add(index).read()) };
    }
    to
}

/// Sets `count` bytes to the lowest byte of `value`.
// SAFETY: as for `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, count: usize) -> *mut u8 {
    let [byte, ..] = value.to_le_bytes();
    for index in 0..count {
        // SAFETY: the caller owns `count` bytes.
        unsafe { to.add(index).write(byte) };
    }
    to
}

/// The difference of the first two bytes that differ; 0 if none do.
// SAFETY: as for `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    for index in 0..count {
        // SAFETY: the caller owns `count` bytes at both places.
        let (a, b) = unsafe { (left.add(index).read(), right.add(index).read()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

/// Whether the bytes differ; the name under which the compiler asks when the order does not matter.
// SAFETY: as for `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    // SAFETY: the caller's promise is the same.
    unsafe { memcmp(left, right, count) }
}

/// Never called: a panic ends the program.
// SAFETY: std, which defines this symbol elsewhere, is not linked.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
