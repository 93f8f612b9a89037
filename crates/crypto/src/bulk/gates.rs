//! How many gates a code takes, and how many a processor makes: the limit that its ports set.

use super::circuits::{binary, ternary};
use super::engine::Engine;
use super::word::{Gates, Word};

/// Gates that one DES takes, in a word of all lanes.
struct PerDes {
    /// Under a key that all lanes share.
    shared: usize,
    /// Under keys of the lanes.
    lanes: usize,
}

impl PerDes {
    const fn of(engine: Engine) -> Self {
        let rounds = 16;
        match engine {
            // 32 outputs go with the left half and a mask through one gate; 16 inputs take a mask of their own, in the
            // first round all 48.
            Engine::Avx512 => {
                let boxes = sum(&ternary::GATES);
                Self { shared: rounds * (boxes + 32 + 16) + 32, lanes: rounds * (boxes + 48 + 32) }
            }
            _ => {
                let boxes = sum(&binary::GATES);
                Self { shared: rounds * (boxes + 64 + 16) + 32, lanes: rounds * (boxes + 48 + 32) }
            }
        }
    }
}

const fn sum(gates: &[usize; 8]) -> usize {
    let (mut all, mut n) = (0, 0);
    while n < 8 {
        all += gates[n];
        n += 1;
    }
    all
}

/// Gates of the eight S-boxes that an engine has: of three inputs for AVX-512, of two for the others.
#[must_use]
pub const fn sbox_gates(engine: Engine) -> [usize; 8] {
    match engine {
        Engine::Avx512 => ternary::GATES,
        _ => binary::GATES,
    }
}

/// Gates for TAC of [`Engine::lanes`] records of suite 00: 6 DES under the shared main key and 3 under each card's; the
/// folding of the key and the chaining of the blocks. What turns records into planes and back is not counted.
#[must_use]
pub const fn tac_gates(engine: Engine) -> usize {
    let des = PerDes::of(engine);
    6 * des.shared + 3 * des.lanes + 56 + 2 * 64
}

/// Gates for GMAC likewise: 6 DES under the shared main key, 3 for SESPK, 3 for the code; a mask comes off DPK's halves.
#[must_use]
pub const fn gmac_gates(engine: Engine) -> usize {
    let des = PerDes::of(engine);
    6 * des.shared + 2 * 32 + 6 * des.lanes + 2 * 64
}

/// Gates that do nothing but keep the processor's ports busy, on registers alone. Answers how many they were.
#[must_use]
pub fn busy(engine: Engine, rounds: usize) -> usize {
    match engine.or_less() {
        #[cfg(target_arch = "x86_64")]
        Engine::Avx512 => super::vector::Zmm::busy(rounds),
        #[cfg(target_arch = "x86_64")]
        Engine::Avx2 => super::vector::Ymm::busy(rounds),
        _ => <u64 as Word>::busy(rounds),
    }
}

/// Chains of gates that wait for themselves alone.
const CHAINS: usize = 10;

/// See [`busy`].
#[inline(always)]
pub(super) fn keep_busy<W: Gates>(rounds: usize) -> usize {
    let mut chains: [W; CHAINS] = core::array::from_fn(|chain| W::splat(chain as u64));
    let with = [W::splat(core::hint::black_box(0x1234)), W::splat(core::hint::black_box(0x5678))];
    let mut gates = 0;
    for _ in 0..rounds {
        for chain in &mut chains {
            let (made, count) = chain.mixed(with);
            *chain = made;
            gates += count;
        }
    }
    core::hint::black_box(&chains.map(Some));
    gates
}
