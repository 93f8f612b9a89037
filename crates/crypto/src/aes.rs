//! AES-128 as it is, for the secure channel through which a chip is personalised (docs/personalisation.md). No code of
//! the purse is made with it.

use core::fmt;

use aes::Aes128;
use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use wire::Suite;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key::Key;
use crate::wide::Wide;

/// A key of AES-128: a transport key, or a session key of its channel.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct AesKey([u8; 16]);

impl AesKey {
    /// Bytes of a block.
    pub const BLOCK: usize = 16;

    /// These bytes as a key.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key's bytes: for whoever stores it, and nobody else.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// One block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block: Block<Aes128> = block.into();
        self.cipher().encrypt_block(&mut block);
        block.into()
    }

    /// Takes [`AesKey::encrypt`] back.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block: Block<Aes128> = block.into();
        self.cipher().decrypt_block(&mut block);
        block.into()
    }

    /// The whole CMAC of a message (NIST SP 800-38B).
    #[must_use]
    pub fn cmac(&self, message: &[u8]) -> [u8; 16] {
        Wide::Aes.cmac(&self.0, message)
    }

    /// Encrypts whole blocks in CBC mode; bytes behind the last whole block stay as they are.
    pub fn encrypt_cbc(&self, mut chain: [u8; 16], data: &mut [u8]) {
        let cipher = self.cipher();
        for place in data.as_chunks_mut::<16>().0 {
            let mut block: Block<Aes128> = xor(chain, place).into();
            cipher.encrypt_block(&mut block);
            chain = block.into();
            *place = chain;
        }
    }

    /// Takes [`AesKey::encrypt_cbc`] back.
    pub fn decrypt_cbc(&self, mut chain: [u8; 16], data: &mut [u8]) {
        let cipher = self.cipher();
        for place in data.as_chunks_mut::<16>().0 {
            let mut block: Block<Aes128> = (*place).into();
            cipher.decrypt_block(&mut block);
            let plain = xor(chain, &block.into());
            chain = *place;
            *place = plain;
        }
    }

    /// Key check value, as [`Key::check_value`] of suite 10. Safe to show.
    #[must_use]
    pub fn check_value(&self) -> [u8; 3] {
        Key::of(Suite::Aes, self.0).check_value()
    }

    fn cipher(&self) -> Aes128 {
        Aes128::new(&self.0.into())
    }
}

fn xor(mut block: [u8; 16], other: &[u8; 16]) -> [u8; 16] {
    block.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
    block
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesKey(..)")
    }
}
