//! Calls into `psam`: a PSAM powers on and answers a command.

use core::hint::black_box;
use psam::Psam;

use crate::use_nvm::{Flash, blank};

/// Lets a PSAM answer commands that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    black_box(powered().is_some());
}

/// A PSAM over memory whose content the compiler cannot foresee.
pub(crate) fn powered() -> Option<Psam<Flash>> {
    let mut psam = Psam::power_on(blank()).ok()?;
    let answer = psam.transmit(black_box(&[0xE0, 0x40, 0x00, 0x00])).ok()?;
    black_box((answer.as_slice(), psam.view().next_ttc));
    Some(psam)
}
