//! The yardstick of a command's codes: the calls of the bare cipher that they cannot do without.

use std::hint::black_box;

use cipher::{BlockCipherEncrypt, KeyInit};
use wire::Suite;

/// Calls of a cipher: the keys that are made ready, and the blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Calls {
    /// Keys of DES, AES or SM4.
    keys: u32,
    /// Blocks under them.
    blocks: u32,
    /// Two-key 3DES: a key and one block, for the session key of suite 00.
    triple: u32,
}

/// What the codes of a card's command need (protocol §4), in the seed scheme.
///
/// A MAC over n bytes takes the blocks of n + 1 bytes in suite 00, since the 80 is always there; CMAC takes those of n
/// and one for its subkeys.
pub(super) fn calls_of(command: &str, suite: Suite) -> Option<Calls> {
    // Lengths of the inputs of protocol §4.
    const MAC1: u32 = 18;
    const MAC2: u32 = 22;
    const GTAC: u32 = 28;
    const GMAC: u32 = 22;
    const TAC: u32 = 22;
    const SESPK: u32 = 26;
    let block = |len: u32| match suite {
        Suite::TripleDes => (len + 1).div_ceil(8),
        Suite::Aes | Suite::Sm4 => len.div_ceil(16) + 1,
    };
    let wide = suite != Suite::TripleDes;
    match command {
        // SESPK; MAC1, MAC2 and the outer code of GTAC under it; the inner one under the TAC key.
        "LOCK FOR REFUEL" => Some(Calls {
            keys: 2 + u32::from(wide),
            blocks: block(MAC1)
                + block(MAC2)
                + 2 * block(GTAC)
                + if wide { block(SESPK) } else { 0 },
            triple: u32::from(!wide),
        }),
        // GMAC under SESPK, which is kept; TAC under the TAC key.
        "DEBIT FOR REFUEL" => Some(Calls { keys: 2, blocks: block(GMAC) + block(TAC), triple: 0 }),
        _ => None,
    }
}

/// Makes the calls.
pub(super) fn run(suite: Suite, calls: Calls) {
    for _ in 0..calls.triple {
        cipher::<des::TdesEde2>(1, 1);
    }
    match suite {
        Suite::TripleDes => cipher::<des::Des>(calls.keys, calls.blocks),
        Suite::Aes => cipher::<aes::Aes128>(calls.keys, calls.blocks),
        Suite::Sm4 => cipher::<sm4::Sm4>(calls.keys, calls.blocks),
    }
}

fn cipher<C: KeyInit + BlockCipherEncrypt>(keys: u32, blocks: u32) {
    let mut block = cipher::Block::<C>::default();
    let key = cipher::Key::<C>::default();
    for number in 0..keys {
        let ready = C::new(black_box(&key));
        // The first key takes what is left over.
        let share = if number == 0 { blocks - blocks / keys * (keys - 1) } else { blocks / keys };
        for _ in 0..share {
            ready.encrypt_block(&mut block);
        }
        black_box(&block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_are_those_of_the_inputs_of_the_protocol() {
        let lock = calls_of("LOCK FOR REFUEL", Suite::TripleDes).unwrap();
        assert_eq!(lock, Calls { keys: 2, blocks: 3 + 3 + 4 + 4, triple: 1 });
        let debit = calls_of("DEBIT FOR REFUEL", Suite::Aes).unwrap();
        assert_eq!(debit, Calls { keys: 2, blocks: 3 + 3, triple: 0 });
        assert_eq!(calls_of("SELECT", Suite::Sm4), None);
    }
}
