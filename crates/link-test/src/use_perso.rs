//! Calls into `perso`: a blank chip powers on and is personalised by an issuer.

use core::hint::black_box;

use crypto::AesKey;
use perso::{Birth, CardChip, Chip, Issuer, PsamChip};

use crate::use_nvm::blank;

/// Lets blank chips answer commands that the compiler cannot foresee, and the issuer hear them.
#[inline(never)]
pub(crate) fn all() {
    let key = || AesKey::new(black_box([0; 16]));
    let birth = Birth { chip: [0; 10], key_version: 1, transport: key(), own: key() };
    if let Ok(mut chip) = CardChip::blank(blank(), black_box(&birth)) {
        black_box(chip.transmit(black_box(&[0x80, 0x50, 0, 0])).is_ok());
    }
    if let Ok(mut chip) = PsamChip::power_on(blank()) {
        black_box(chip.transmit(black_box(&[0x84, 0xE2, 0, 0])).is_ok());
        black_box(matches!(chip, Chip::Issued(_)));
    }
    let issuer = Issuer::new(key(), black_box([0; 8]));
    let Ok(offered) = issuer.hear(black_box(&[0; 32])) else { return };
    let (sending, command) = offered.authenticate();
    black_box(command.as_slice());
    let grouping = sending.for_chip();
    black_box(sending.store(&grouping, black_box(true)).is_some());
}
