//! Main keys, card keys and dispersing (protocol §4; claims 7, 8).

use core::fmt;

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use wire::{Asn, Dispersing, Tid};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A 16-byte key of suite 00: two-key triple DES.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 16]);

impl Key {
    /// Takes the key's bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key's bytes: for whoever stores or personalises it, and nobody else.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// Both halves.
    #[must_use]
    pub fn halves(&self) -> ([u8; 8], [u8; 8]) {
        let (mut left, mut right) = ([0; 8], [0; 8]);
        left.copy_from_slice(&self.0[..8]);
        right.copy_from_slice(&self.0[8..]);
        (left, right)
    }

    /// 3DES of one block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.schedule().encrypt(block)
    }

    /// The key, made ready for several blocks.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule(TdesEde2::new(&self.0.into()))
    }

    /// 3DES backwards of one block.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block: Block<TdesEde2> = block.into();
        TdesEde2::new(&self.0.into()).decrypt_block(&mut block);
        block.into()
    }

    /// `diversify(MK, X) = 3DES(MK, X) || 3DES(MK, ~X)`.
    #[must_use]
    pub fn diversify(&self, input: [u8; 8]) -> Self {
        let mut key = [0; 16];
        let schedule = self.schedule();
        key[..8].copy_from_slice(&schedule.encrypt(input));
        key[8..].copy_from_slice(&schedule.encrypt(input.map(|byte| !byte)));
        Self(key)
    }

    /// The card's key: the further levels outermost first, the ASN last.
    #[must_use]
    pub fn for_card(&self, asn: Asn, dispersing: &Dispersing) -> Self {
        let outer = dispersing.inputs().iter().rev();
        outer.fold(self.clone(), |key, input| key.diversify(*input)).diversify(asn.0)
    }

    /// DSK = diversify(MSK, TID || 0000): the PSAM's own record key.
    #[must_use]
    pub fn for_psam(&self, tid: Tid) -> Self {
        let [a, b, c, d, e, f] = tid.0;
        self.diversify([a, b, c, d, e, f, 0, 0])
    }

    /// The 8-byte key `K[0..8] xor K[8..16]` of TAC, SAM TAC and RELOAD PIN.
    #[must_use]
    pub fn folded(&self) -> TacKey {
        let (mut left, right) = self.halves();
        left.iter_mut().zip(right).for_each(|(byte, other)| *byte ^= other);
        TacKey(left)
    }

    /// Key check value: the first three bytes of 3DES over zeros. Safe to show.
    #[must_use]
    pub fn check_value(&self) -> [u8; 3] {
        let [a, b, c, ..] = self.encrypt([0; 8]);
        [a, b, c]
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The round keys of a [`Key`], wiped when dropped.
pub(crate) struct Schedule(TdesEde2);

impl Schedule {
    /// 3DES of one block.
    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block: Block<TdesEde2> = block.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }
}

/// An 8-byte key under which TACs are made.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TacKey(pub(crate) [u8; 8]);

impl TacKey {
    /// The key's bytes, for the vectors that other implementations compare with.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Debug for TacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TacKey(..)")
    }
}
