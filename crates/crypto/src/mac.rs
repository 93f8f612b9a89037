//! Message authentication codes (protocol §4): DES-MAC and retail MAC of suite 00, CMAC of the others.

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;
use wire::{Buf, Mac, Suite};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::key::Key;
use crate::wide::Wide;

/// The longest message of secure messaging: header 5, data 30; and what longer ones a test makes.
const LONGEST: usize = 64;

/// A key under which codes are made: it knows its suite, so that no caller can take the MAC of another.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) enum MacKey {
    /// DES-MAC, suite 00.
    Des([u8; 8]),
    /// CMAC, the wider suites.
    Cmac(Wide, [u8; 16]),
}

impl MacKey {
    /// Bytes of [`MacKey::store`].
    pub(crate) const STORED: usize = 16;

    /// The first four bytes of the code.
    pub(crate) fn mac(&self, message: &[u8]) -> Mac {
        match self {
            Self::Des(key) => mac4(key, message),
            Self::Cmac(wide, key) => first_of_sixteen(wide.cmac(key, message)),
        }
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        match self {
            Self::Des(key) => key,
            Self::Cmac(_, key) => key,
        }
    }

    /// In 16 bytes; a key of 8 has zeros behind it.
    pub(crate) fn store(&self) -> Zeroizing<[u8; Self::STORED]> {
        let mut stored = Zeroizing::new([0; Self::STORED]);
        stored.iter_mut().zip(self.bytes()).for_each(|(place, byte)| *place = *byte);
        stored
    }

    /// `None` where anything but zeros stands behind a key of 8.
    pub(crate) fn restore(suite: Suite, stored: &[u8; Self::STORED]) -> Option<Self> {
        let Some(wide) = Wide::of(suite) else {
            let ([key], rest) = (stored.first_chunk::<8>().map(|key| [*key])?, &stored[8..]);
            return (*rest == [0; 8]).then_some(Self::Des(key));
        };
        Some(Self::Cmac(wide, *stored))
    }
}

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

/// Secure messaging, by the key's suite: ISO 9797-1 algorithm 3, with the challenge followed by zeros xored into the
/// first block; or CMAC over challenge, zeros and message. The first four bytes.
#[must_use]
pub fn secure_message(key: &Key, challenge: [u8; 4], message: &[u8]) -> Mac {
    let [a, b, c, d] = challenge;
    let iv = [a, b, c, d, 0, 0, 0, 0];
    match key.wide() {
        None => retail_mac(key, iv, message),
        Some(wide) => {
            let whole = Buf::<{ 8 + LONGEST }>::new().with(&iv).with(message);
            first_of_sixteen(wide.cmac(key.expose(), &whole))
        }
    }
}

fn retail_mac(key: &Key, iv: [u8; 8], message: &[u8]) -> Mac {
    let (left, right) = key.halves();
    let single = Des::new(&left.into());
    let last = cbc_last_block(&single, iv, message);
    let mut block: Block<Des> = last.into();
    Des::new(&right.into()).decrypt_block(&mut block);
    single.encrypt_block(&mut block);
    first_four(block.into())
}

fn first_four([a, b, c, d, ..]: [u8; 8]) -> Mac {
    Mac([a, b, c, d])
}

fn first_of_sixteen([a, b, c, d, ..]: [u8; 16]) -> Mac {
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
