//! Message authentication codes of suite 00 (protocol §4).

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;
use wire::Mac;

use crate::key::Key;

/// DES-CBC with IV 0 over the message padded with 80 and zeros: the whole last block.
#[must_use]
pub fn mac8(key: &[u8; 8], message: &[u8]) -> [u8; 8] {
    cbc_last_block(&Des::new(&(*key).into()), [0; 8], message)
}

/// The first four bytes of [`mac8`].
#[must_use]
pub fn mac4(key: &[u8; 8], message: &[u8]) -> Mac {
    first_four(mac8(key, message))
}

/// Secure messaging: ISO 9797-1 algorithm 3 with the 16-byte key, the challenge followed by
/// zeros xored into the first block, the first four bytes.
#[must_use]
pub fn secure_message(key: &Key, challenge: [u8; 4], message: &[u8]) -> Mac {
    let [a, b, c, d] = challenge;
    let (left, right) = key.halves();
    let single = Des::new(&left.into());
    let last = cbc_last_block(&single, [a, b, c, d, 0, 0, 0, 0], message);
    let mut block: Block<Des> = last.into();
    Des::new(&right.into()).decrypt_block(&mut block);
    single.encrypt_block(&mut block);
    first_four(block.into())
}

fn first_four([a, b, c, d, ..]: [u8; 8]) -> Mac {
    Mac([a, b, c, d])
}

/// Pads with 80, then 00 to a multiple of eight, always at least the 80.
fn cbc_last_block(des: &Des, iv: [u8; 8], message: &[u8]) -> [u8; 8] {
    let (blocks, rest) = message.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    let mut chain: Block<Des> = iv.into();
    for block in blocks.iter().chain(core::iter::once(&last)) {
        chain.iter_mut().zip(block).for_each(|(byte, next)| *byte ^= next);
        des.encrypt_block(&mut chain);
    }
    chain.into()
}
