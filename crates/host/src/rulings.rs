//! What two operators ruled about a lock, as far as the books ask.

use std::collections::BTreeSet;

use wire::{Amount, LockId};

use crate::books::Books;
use crate::facts::Ruling;

/// The last approved rulings on a lock: what the card was debited, and on either claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rulings {
    pub(crate) debit: Option<Amount>,
    pub(crate) station: Option<(i64, bool)>,
    pub(crate) cardholder: Option<(i64, bool)>,
}

impl Rulings {
    pub(crate) const NONE: Self = Self { debit: None, station: None, cardholder: None };

    /// Those under the lock's own name come last.
    pub(crate) fn load(books: &impl Books, lock: LockId, names: &BTreeSet<LockId>) -> Self {
        let mut rulings = Self::NONE;
        let rows = names.iter().chain([&lock]).flat_map(|name| books.proposals(name));
        for row in rows.filter(|row| row.approved.is_some()) {
            match row.ruling {
                Ruling::Debited(amount) => rulings.debit = Some(amount),
                Ruling::Claim { amount, accepted } if amount > 0 => {
                    rulings.station = Some((amount, accepted));
                }
                Ruling::Claim { amount, accepted } => rulings.cardholder = Some((amount, accepted)),
                Ruling::Unlock(_) => {}
            }
        }
        rulings
    }
}
