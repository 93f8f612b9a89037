//! Suites 10 and 20 (protocol §4): ciphers of 16-byte blocks and CMAC (NIST SP 800-38B).

use aes::Aes128;
use cipher::consts::U16;
use cipher::{Block, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use sm4::Sm4;
use wire::{Buf, Suite};
use zeroize::{Zeroize, Zeroizing};

/// Rounds of [`Wide::encrypt_8`].
const ROUNDS: u8 = 10;
/// What begins the input of a round, so that it is no input of a code.
const ROUND: &[u8; 6] = b"BLOCK\0";

/// The cipher of a suite whose blocks have 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
pub(crate) enum Wide {
    Aes,
    Sm4,
}

impl Wide {
    /// `None` for suite 00.
    pub(crate) const fn of(suite: Suite) -> Option<Self> {
        match suite {
            Suite::TripleDes => None,
            Suite::Aes => Some(Self::Aes),
            Suite::Sm4 => Some(Self::Sm4),
        }
    }

    /// One block.
    pub(crate) fn encrypt(self, key: &[u8; 16], block: [u8; 16]) -> [u8; 16] {
        match self {
            Self::Aes => encrypt(&Aes128::new(key.into()), block),
            Self::Sm4 => encrypt(&Sm4::new(key.into()), block),
        }
    }

    /// The whole CMAC.
    pub(crate) fn cmac(self, key: &[u8; 16], message: &[u8]) -> [u8; 16] {
        match self {
            Self::Aes => cmac(&Aes128::new(key.into()), message),
            Self::Sm4 => cmac(&Sm4::new(key.into()), message),
        }
    }

    /// A permutation of 8 bytes where suite 00 has its block: a Feistel network over CMAC.
    pub(crate) fn encrypt_8(self, key: &[u8; 16], block: [u8; 8]) -> [u8; 8] {
        let (mut left, mut right) = halves(block);
        for round in 0..ROUNDS {
            (left, right) = (right, self.round(key, round, left, right));
        }
        joined(left, right)
    }

    /// Takes [`Wide::encrypt_8`] back.
    pub(crate) fn decrypt_8(self, key: &[u8; 16], block: [u8; 8]) -> [u8; 8] {
        let (mut left, mut right) = halves(block);
        for round in (0..ROUNDS).rev() {
            (left, right) = (self.round(key, round, right, left), left);
        }
        joined(left, right)
    }

    /// `changed xor CMAC(key, "BLOCK" || 00 || round || kept)[0..4]`.
    fn round(self, key: &[u8; 16], round: u8, changed: [u8; 4], kept: [u8; 4]) -> [u8; 4] {
        let input = Buf::<11>::new().with(ROUND).with(&[round]).with(&kept);
        let mut out = changed;
        out.iter_mut().zip(self.cmac(key, &input)).for_each(|(byte, mask)| *byte ^= mask);
        out
    }
}

fn halves([a, b, c, d, e, f, g, h]: [u8; 8]) -> ([u8; 4], [u8; 4]) {
    ([a, b, c, d], [e, f, g, h])
}

fn joined([a, b, c, d]: [u8; 4], [e, f, g, h]: [u8; 4]) -> [u8; 8] {
    [a, b, c, d, e, f, g, h]
}

fn encrypt<C>(cipher: &C, block: [u8; 16]) -> [u8; 16]
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let mut block: Block<C> = block.into();
    cipher.encrypt_block(&mut block);
    block.into()
}

/// A message that ends with a whole block takes the first subkey there; another is padded with 80 and zeros, and takes
/// the second one.
fn cmac<C>(cipher: &C, message: &[u8]) -> [u8; 16]
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let whole = message.len().saturating_sub(1) / 16 * 16;
    let (before, rest) = message.split_at(whole);
    let (blocks, _) = before.as_chunks::<16>();
    let first = Zeroizing::new(doubled(encrypt(cipher, [0; 16])));
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    if let Some(padding) = last.get_mut(rest.len()) {
        *padding = 0x80;
        let second = Zeroizing::new(doubled(*first));
        xor(&mut last, &second);
    } else {
        xor(&mut last, &first);
    }
    let mut chain = [0; 16];
    for block in blocks.iter().chain(core::iter::once(&last)) {
        xor(&mut chain, block);
        chain = encrypt(cipher, chain);
    }
    chain
}

fn xor(block: &mut [u8; 16], other: &[u8; 16]) {
    block.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
}

/// Doubling in the field of 2^128, without a branch on the key.
const fn doubled(block: [u8; 16]) -> [u8; 16] {
    let number = u128::from_be_bytes(block);
    ((number << 1) ^ (0x87 * (number >> 127))).to_be_bytes()
}
