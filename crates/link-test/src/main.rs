//! A program with nothing under it: no std, no libc, no allocator.
//!
//! That it links is the whole test; it is never run. Each module calls into one crate with values that the
//! compiler cannot foresee, so that the code of the crate is really linked.

#![no_std]
#![no_main]
#![no_builtins]

mod memory;
mod use_card;
mod use_crypto;
mod use_nvm;
mod use_perso;
mod use_psam;
mod use_terminal;
mod use_wire;

use core::panic::PanicInfo;

/// Where the linker lets the program begin.
// SAFETY: no other code defines this symbol, since the start-up code of libc is left out.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    use_wire::all();
    use_crypto::all();
    use_nvm::all();
    use_card::all();
    use_psam::all();
    use_perso::all();
    use_terminal::all();
    stop()
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    stop()
}

fn stop() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
