//! What the issuer sends to a card: secure messages, PINs, authentication (protocol §4, §7).

use wire::{Buf, Mac};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key::Key;
use crate::mac::secure_message;

/// The most bytes that one UPDATE BINARY writes.
const MOST: usize = wire::files::PublicData::LEN;

/// A command whose code is made with the challenge of the GET CHALLENGE straight before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SecureMessage<'a> {
    /// `84 1E 00 00 04`, DAMK.
    ApplicationBlock,
    /// `84 18 00 00 04`, DAMK.
    ApplicationUnblock,
    /// `84 16 00 00 04`, DAMK.
    CardBlock,
    /// `84 1A 00 nn 04`, DAMK of the keys that the card leaves.
    SwitchKeys {
        /// The version of the keys that it goes over to.
        version: u8,
    },
    /// `04 D6`, DAMK.
    UpdateBinary {
        /// Short file id.
        sfi: u8,
        /// First byte written.
        offset: u8,
        /// What is written, at most 30 bytes.
        data: &'a [u8],
    },
    /// `84 24 00 01 0C`, DPUK.
    UnblockPin {
        /// The new PIN under DPUK.
        block: [u8; 8],
    },
    /// `00 82 00 00`, DAMK.
    ExternalAuthenticate,
}

impl SecureMessage<'_> {
    /// `CLA INS P1 P2 Lc` and the data. EXTERNAL AUTHENTICATE leaves Lc out: the challenge is xored into the four bytes
    /// of the header, so only what stands behind them tells one command from another whoever chose the challenge. For
    /// the same reason SWITCH KEYS says its version once more behind them, after a 00: no Lc that counts a code is 00.
    #[must_use]
    pub fn input(&self) -> Buf<{ 5 + MOST }> {
        match *self {
            Self::ApplicationBlock => Buf::new().with(&[0x84, 0x1E, 0, 0, 4]),
            Self::ApplicationUnblock => Buf::new().with(&[0x84, 0x18, 0, 0, 4]),
            Self::CardBlock => Buf::new().with(&[0x84, 0x16, 0, 0, 4]),
            Self::SwitchKeys { version } => Buf::new().with(&[0x84, 0x1A, 0, version, 0, version]),
            Self::UpdateBinary { sfi, offset, data } => {
                let lc = u8::try_from(data.len().saturating_add(4)).unwrap_or(0xFF);
                Buf::new().with(&[0x04, 0xD6, 0x80 | sfi, offset, lc]).with(data)
            }
            Self::UnblockPin { block } => Buf::new().with(&[0x84, 0x24, 0, 1, 0x0C]).with(&block),
            Self::ExternalAuthenticate => Buf::new().with(&[0x00, 0x82, 0, 0]),
        }
    }

    /// The code, under DAMK or DPUK.
    #[must_use]
    pub fn mac(&self, key: &Key, challenge: [u8; 4]) -> Mac {
        secure_message(key, challenge, &self.input())
    }
}

/// RELOAD PIN: the MAC of the digits under `DPRK[0..8] xor DPRK[8..16]`, in the wider suites under DPRK.
#[must_use]
pub fn reload_pin(dprk: &Key, digits: &[u8]) -> Mac {
    dprk.folded().0.mac(digits)
}

/// INTERNAL AUTHENTICATE: `3DES(DIAK, data)`, or the permutation of 8 bytes of DIAK's suite. DIAK serves nothing else.
#[must_use]
pub fn internal_authenticate(diak: &Key, data: [u8; 8]) -> [u8; 8] {
    diak.encrypt(data)
}

/// A PIN as UNBLOCK PIN carries it before it is enciphered: length 1, digits, `80 00…`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PinBlock([u8; 8]);

impl PinBlock {
    /// `None` unless the digits fill 2 to 6 bytes.
    #[must_use]
    pub fn of(digits: &[u8]) -> Option<Self> {
        let len = u8::try_from(digits.len()).ok().filter(|len| (2..=6).contains(len))?;
        let mut block = Self([0; 8]);
        let [first, rest @ ..] = &mut block.0;
        *first = len;
        rest.get_mut(..digits.len())?.copy_from_slice(digits);
        *rest.get_mut(digits.len())? = 0x80;
        Some(block)
    }

    /// Under DPUK.
    #[must_use]
    pub fn seal(&self, dpuk: &Key) -> [u8; 8] {
        dpuk.encrypt(self.0)
    }

    /// Takes the cipher off.
    #[must_use]
    pub fn open(dpuk: &Key, sealed: [u8; 8]) -> Self {
        Self(dpuk.decrypt(sealed))
    }

    /// The digits; `None` where length or padding are not those of a PIN.
    #[must_use]
    pub fn digits(&self) -> Option<&[u8]> {
        let [len, rest @ ..] = &self.0;
        let (digits, padding) = rest.split_at_checked(usize::from(*len))?;
        let padded =
            padding.first() == Some(&0x80) && padding.iter().skip(1).all(|byte| *byte == 0);
        (digits.len() >= 2 && padded).then_some(digits)
    }
}
