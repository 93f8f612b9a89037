//! GlobalPlatform's secure channel protocol 03 (Card Specification, amendment D) with AES-128, codes and cryptograms of
//! 8 bytes, a pseudo-random card challenge (i = 10) and security level 03: every command is encrypted and has a C-MAC.
//!
//! One transport key stands for the encryption, the MAC and the data encryption key.

use crypto::AesKey;
use crypto::check::same_bytes;
use wire::Buf;
use wire::apdu::CommandBytes;
use wire::blank_command::{
    BlankCommand, CARD_MANAGER, CODE, EXTERNAL_AUTHENTICATE, MOST_STORED, StoreData,
};
use zeroize::Zeroizing;

/// Derivation constants of amendment D.
mod constant {
    pub(super) const CARD_CRYPTOGRAM: u8 = 0x00;
    pub(super) const HOST_CRYPTOGRAM: u8 = 0x01;
    pub(super) const CARD_CHALLENGE: u8 = 0x02;
    pub(super) const S_ENC: u8 = 0x04;
    pub(super) const S_MAC: u8 = 0x06;
}

/// Bytes of encrypted data in the longest STORE DATA.
const MOST_SEALED: usize = (MOST_STORED / 16 + 1) * 16;

/// NIST SP 800-108 in counter mode over CMAC, its first block: 11 zeros, constant, 00, length in bits 2, 01, context.
fn derive(key: &AesKey, constant: u8, bits: u16, context: &[u8]) -> [u8; 16] {
    let input = Buf::<32>::new()
        .with(&[0; 11])
        .with(&[constant, 0])
        .with(&bits.to_be_bytes())
        .with(&[1])
        .with(context);
    key.cmac(&input)
}

fn first_eight([a, b, c, d, e, f, g, h, ..]: [u8; 16]) -> [u8; 8] {
    [a, b, c, d, e, f, g, h]
}

/// The chip's challenge for a value of its counter. Without the key nobody foretells it, and no counter comes twice.
#[must_use]
pub fn card_challenge(key: &AesKey, counter: [u8; 3]) -> [u8; 8] {
    let context = Buf::<11>::new().with(&counter).with(&CARD_MANAGER);
    first_eight(derive(key, constant::CARD_CHALLENGE, 64, &context))
}

/// The keys of one session, before the issuer is authenticated.
pub struct Session {
    s_enc: AesKey,
    s_mac: AesKey,
    context: [u8; 16],
}

impl Session {
    /// Of a transport key and both challenges.
    #[must_use]
    pub fn new(key: &AesKey, host_challenge: [u8; 8], card_challenge: [u8; 8]) -> Self {
        let mut context = [0; 16];
        context[..8].copy_from_slice(&host_challenge);
        context[8..].copy_from_slice(&card_challenge);
        let session_key = |constant| AesKey::new(derive(key, constant, 128, &context));
        Self { s_enc: session_key(constant::S_ENC), s_mac: session_key(constant::S_MAC), context }
    }

    /// What proves the chip to the issuer.
    #[must_use]
    pub fn card_cryptogram(&self) -> [u8; CODE] {
        first_eight(derive(&self.s_mac, constant::CARD_CRYPTOGRAM, 64, &self.context))
    }

    fn host_cryptogram(&self) -> [u8; CODE] {
        first_eight(derive(&self.s_mac, constant::HOST_CRYPTOGRAM, 64, &self.context))
    }

    /// The whole code of a command, which is the next chaining value: CMAC over chain, header, Lc and data.
    fn code(&self, chain: [u8; 16], header: [u8; 4], data: &[u8]) -> [u8; 16] {
        let length = u8::try_from(data.len().saturating_add(CODE)).unwrap_or(u8::MAX);
        let input = Buf::<{ 21 + MOST_SEALED }>::new()
            .with(&chain)
            .with(&header)
            .with(&[length])
            .with(data);
        self.s_mac.cmac(&input)
    }

    /// The issuer's EXTERNAL AUTHENTICATE, and the channel that it opens.
    #[must_use]
    pub fn authenticate(self) -> (Channel, CommandBytes) {
        let cryptogram = self.host_cryptogram();
        let chain = self.code([0; 16], EXTERNAL_AUTHENTICATE, &cryptogram);
        let mac = first_eight(chain);
        let command = BlankCommand::ExternalAuthenticate { cryptogram, mac }.encode();
        (Channel { session: self, chain, sent: 0 }, command)
    }

    /// The chip's side of it: `None` unless cryptogram and code are both right. Both are computed and compared whatever
    /// the first one says.
    #[must_use]
    pub fn open(self, cryptogram: [u8; CODE], mac: [u8; CODE]) -> Option<Channel> {
        let chain = self.code([0; 16], EXTERNAL_AUTHENTICATE, &cryptogram);
        let own =
            Buf::<{ 2 * CODE }>::new().with(&self.host_cryptogram()).with(&first_eight(chain));
        let given = Buf::<{ 2 * CODE }>::new().with(&cryptogram).with(&mac);
        same_bytes(&own, &given).then_some(Channel { session: self, chain, sent: 0 })
    }
}

/// An open channel. Each side uses it up with a command and gets the next one only when all was right.
pub struct Channel {
    session: Session,
    chain: [u8; 16],
    /// Commands so far; the next one's number makes its initial block.
    sent: u64,
}

/// How many bytes stand before 80 and less than a block of zeros.
fn len_without_padding(padded: &[u8]) -> Option<usize> {
    let len = padded.iter().rposition(|byte| *byte != 0)?;
    let padding = padded.get(len..)?;
    (padding.first() == Some(&0x80) && padding.len() <= AesKey::BLOCK).then_some(len)
}

/// What a STORE DATA carried. It is wiped in the end.
pub struct Plain {
    bytes: Zeroizing<[u8; MOST_SEALED]>,
    len: usize,
}

impl Plain {
    /// Without the padding, 80 and zeros. `None` where there is none.
    fn of(bytes: Zeroizing<[u8; MOST_SEALED]>, padded: usize) -> Option<Self> {
        let len = len_without_padding(bytes.get(..padded)?)?;
        Some(Self { bytes, len })
    }

    /// The data groupings.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Channel {
    /// The block that the encryption of the next command begins with: its number under S-ENC.
    fn initial(&self) -> [u8; 16] {
        let number = u128::from(self.sent).saturating_add(1);
        self.session.s_enc.encrypt(number.to_be_bytes())
    }

    fn next(self, chain: [u8; 16]) -> Self {
        Self { chain, sent: self.sent.saturating_add(1), ..self }
    }

    /// The issuer's STORE DATA with these groupings, at most [`MOST_STORED`] bytes; `None` for more.
    #[must_use]
    pub fn wrap(
        self,
        last: bool,
        sealed: bool,
        block: u8,
        plain: &[u8],
    ) -> Option<(Self, CommandBytes)> {
        let mut room = Zeroizing::new([0; MOST_SEALED]);
        room.get_mut(..plain.len())?.copy_from_slice(plain);
        *room.get_mut(plain.len())? = 0x80;
        let padded = (plain.len() / AesKey::BLOCK).saturating_add(1).saturating_mul(AesKey::BLOCK);
        let data = room.get_mut(..padded)?;
        self.session.s_enc.encrypt_cbc(self.initial(), data);
        let chain = self.session.code(self.chain, StoreData::header(last, sealed, block), data);
        let mac = first_eight(chain);
        let command =
            BlankCommand::StoreData(StoreData { last, sealed, block, data, mac }).encode();
        Some((self.next(chain), command))
    }

    /// The chip's side: `None` unless the code is the next one of this channel and the padding is right.
    #[must_use]
    pub fn unwrap(self, command: &StoreData<'_>) -> Option<(Self, Plain)> {
        let StoreData { last, sealed, block, data, mac } = *command;
        let chain = self.session.code(self.chain, StoreData::header(last, sealed, block), data);
        if !same_bytes(&first_eight(chain), &mac) {
            return None;
        }
        let mut room = Zeroizing::new([0; MOST_SEALED]);
        let place = room.get_mut(..data.len())?;
        place.copy_from_slice(data);
        self.session.s_enc.decrypt_cbc(self.initial(), place);
        let plain = Plain::of(room, data.len())?;
        Some((self.next(chain), plain))
    }
}
