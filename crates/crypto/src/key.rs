//! Main keys, card keys and dispersing (protocol §4; claims 7, 8).

use core::fmt;

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use wire::{Asn, Dispersing, Mac, Suite, Tid};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::mac::MacKey;
use crate::wide::Wide;

/// A 16-byte key that knows its suite. What is made from it is of that suite.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key {
    bytes: [u8; 16],
    #[zeroize(skip)]
    suite: Suite,
}

impl Key {
    /// A key of suite 00: two-key triple DES.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self::of(Suite::TripleDes, bytes)
    }

    /// A key of a suite.
    #[must_use]
    pub const fn of(suite: Suite, bytes: [u8; 16]) -> Self {
        Self { bytes, suite }
    }

    /// Its suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The cipher of 16-byte blocks, where its suite has one.
    pub(crate) const fn wide(&self) -> Option<Wide> {
        Wide::of(self.suite)
    }

    /// The key's bytes: for whoever stores or personalises it, and nobody else.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 16] {
        &self.bytes
    }

    /// Both halves.
    #[must_use]
    pub fn halves(&self) -> ([u8; 8], [u8; 8]) {
        let (mut left, mut right) = ([0; 8], [0; 8]);
        left.copy_from_slice(&self.bytes[..8]);
        right.copy_from_slice(&self.bytes[8..]);
        (left, right)
    }

    /// 8 bytes: 3DES of one block. The wider suites put a permutation of 8 bytes in its place, so that an enciphered PIN
    /// keeps its length: ten Feistel rounds over CMAC.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.schedule().encrypt(block)
    }

    /// The key, made ready for several blocks of 8.
    pub(crate) fn schedule(&self) -> Schedule<'_> {
        match self.wide() {
            None => Schedule::TripleDes(self.triple_des()),
            Some(wide) => Schedule::Wide(wide, &self.bytes),
        }
    }

    fn triple_des(&self) -> TdesEde2 {
        TdesEde2::new(&self.bytes.into())
    }

    /// Takes [`Key::encrypt`] back.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        if let Some(wide) = self.wide() {
            return wide.decrypt_8(&self.bytes, block);
        }
        let mut block: Block<TdesEde2> = block.into();
        self.triple_des().decrypt_block(&mut block);
        block.into()
    }

    /// `diversify(MK, X) = 3DES(MK, X) || 3DES(MK, ~X)`; in the wider suites the one block `E(MK, X || ~X)`.
    #[must_use]
    pub fn diversify(&self, input: [u8; 8]) -> Self {
        let complement = input.map(|byte| !byte);
        let mut bytes = [0; 16];
        match self.wide() {
            None => {
                let schedule = self.schedule();
                bytes[..8].copy_from_slice(&schedule.encrypt(input));
                bytes[8..].copy_from_slice(&schedule.encrypt(complement));
            }
            Some(wide) => {
                bytes[..8].copy_from_slice(&input);
                bytes[8..].copy_from_slice(&complement);
                bytes = wide.encrypt(&self.bytes, bytes);
            }
        }
        Self::of(self.suite, bytes)
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

    /// The key of TAC, SAM TAC and RELOAD PIN: `K[0..8] xor K[8..16]`; in the wider suites the key itself.
    #[must_use]
    pub fn folded(&self) -> TacKey {
        if let Some(wide) = self.wide() {
            return TacKey(MacKey::Cmac(wide, self.bytes));
        }
        let (mut left, right) = self.halves();
        left.iter_mut().zip(right).for_each(|(byte, other)| *byte ^= other);
        TacKey(MacKey::Des(left))
    }

    /// Key check value, as GlobalPlatform has it: the first three bytes of 3DES over zeros, or of the wider suites' cipher
    /// over a block of 01. Safe to show.
    #[must_use]
    pub fn check_value(&self) -> [u8; 3] {
        if let Some(wide) = self.wide() {
            let [a, b, c, ..] = wide.encrypt(&self.bytes, [1; 16]);
            return [a, b, c];
        }
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
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack, and there is no allocator"
)]
pub(crate) enum Schedule<'a> {
    TripleDes(TdesEde2),
    Wide(Wide, &'a [u8; 16]),
}

impl Schedule<'_> {
    /// See [`Key::encrypt`].
    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        match self {
            Self::TripleDes(cipher) => {
                let mut block: Block<TdesEde2> = block.into();
                cipher.encrypt_block(&mut block);
                block.into()
            }
            Self::Wide(wide, key) => wide.encrypt_8(key, block),
        }
    }
}

/// A key under which TACs are made: 8 bytes in suite 00, 16 in the others.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TacKey(pub(crate) MacKey);

impl TacKey {
    /// The key's bytes, for the vectors that other implementations compare with.
    #[must_use]
    pub const fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    /// The code of an input, for the vectors: the codes of the protocol have functions of their own.
    #[must_use]
    pub fn mac(&self, input: &[u8]) -> Mac {
        self.0.mac(input)
    }
}

impl fmt::Debug for TacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TacKey(..)")
    }
}
