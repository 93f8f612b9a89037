//! How far the hunters look.

use model::Bounds;

/// The seed of the simulation.
pub(crate) const SEED: u64 = 1;
/// Visits of a card at a terminal, at most.
pub(crate) const TRANSACTIONS: u64 = 100_000;
/// Steps of the model within one of its bounds, at most; none has so many.
pub(crate) const STEPS: usize = 100_000;
/// Threads of the model.
pub(crate) const THREADS: usize = 2;

/// The model's bounds, one after the other: small ones, each wider than the others in something.
pub(crate) const BOUNDS: [Bounds; 4] =
    [within(1, 1, 2, 2), within(2, 1, 2, 2), within(1, 1, 1, 3), within(2, 2, 1, 1)];

const fn within(terminals: u8, transactions: u8, visits: u8, faults: u8) -> Bounds {
    Bounds { cards: 1, terminals, transactions, visits, faults, money: 2 }
}
