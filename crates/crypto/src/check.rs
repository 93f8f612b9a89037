//! Comparing codes in constant time.

use subtle::ConstantTimeEq;
use wire::Mac;

/// The proof that a code was compared and agreed. Only [`check`] makes one, and whatever moves
/// money asks for it, so that a debit without its check cannot be written.
#[derive(Debug)]
pub struct Agreed(());

/// Compares two codes in constant time.
#[must_use]
pub fn check(own: Mac, given: Mac) -> Option<Agreed> {
    bool::from(own.0.ct_eq(&given.0)).then_some(Agreed(()))
}

/// Compares two byte strings of equal length in constant time, such as PINs.
#[must_use]
pub fn same_bytes(own: &[u8], given: &[u8]) -> bool {
    own.ct_eq(given).into()
}
