//! The card's commands (protocol §6, §7): parsed once at the door, and encoded.
//!
//! Parsing checks in the order of protocol §5, as far as bytes alone can tell:
//! 6E00 class · 6D00 instruction · 6A86 P1/P2 · 6700 length · 6Cxx Le · 6A80 data.
//!
//! | family | holds |
//! |---|---|
//! | `file` | SELECT, READ BINARY, READ RECORD, UPDATE BINARY, GET CHALLENGE |
//! | `pin` | VERIFY, CHANGE, RELOAD and UNBLOCK PIN |
//! | `refuel` | the six commands of the grey lock (protocol §6, claim 12) |
//! | `purse` | balance, load, unload, purchase, overdraft limit, proof |
//! | `issuer` | blocking, unblocking, authentication, the switch to the next keys |

mod file;
mod issuer;
mod pin;
mod purse;
mod refuel;

pub use purse::{DebitForPurchase, Decided, InitializeAmount, UpdateOverdrawLimit};
pub use refuel::{DebitForRefuel, DebitForUnlock, Initialize, LockForRefuel, StatusMode};

use crate::apdu::CommandBytes;
use crate::door;
use crate::ids::{Mac, Tid};
use crate::status::StatusWord;
use crate::tag::{Purse, Tag};

/// Every command that the card knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardCommand<'a> {
    /// `00 A4 04 00` name: AID or directory name.
    SelectName {
        /// The name.
        name: &'a [u8],
        /// Le as sent, checked when the length of the FCI is known.
        le: Option<u8>,
    },
    /// `00 A4 00 00` file id.
    SelectFile {
        /// The file id.
        id: u16,
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 B0`, P1 = 80 + SFI, P2 = offset.
    ReadBinary {
        /// Short file id.
        sfi: u8,
        /// First byte wanted.
        offset: u8,
    },
    /// `00 B2 n`, P2 = SFI << 3 + 4.
    ReadRecord {
        /// Short file id.
        sfi: u8,
        /// 01 is the newest.
        number: u8,
    },
    /// `00 D6`, P1 = 80 + SFI, P2 = offset.
    UpdateBinary {
        /// Short file id.
        sfi: u8,
        /// First byte written.
        offset: u8,
        /// 1 to 30 bytes.
        data: &'a [u8],
    },
    /// `04 D6`, P1 = 80 + SFI, P2 = offset: data and MAC.
    UpdateBinaryProtected {
        /// Short file id.
        sfi: u8,
        /// First byte written.
        offset: u8,
        /// 1 to 30 bytes.
        data: &'a [u8],
        /// Over `CLA INS P1 P2 Lc` and the data, with the challenge.
        mac: Mac,
    },
    /// `00 20 00 00` BCD digits.
    VerifyPin {
        /// The digits, two a byte.
        digits: &'a [u8],
    },
    /// `80 5E 01 00` old `FF` new.
    ChangePin {
        /// The digits of the PIN as it is.
        old: &'a [u8],
        /// The digits of the new one.
        new: &'a [u8],
    },
    /// `80 5E 00 00` new, MAC.
    ReloadPin {
        /// The digits of the new PIN.
        digits: &'a [u8],
        /// Over the digits.
        mac: Mac,
    },
    /// `84 24 00 01 0C`.
    UnblockPin {
        /// The new PIN under DPUK.
        block: [u8; 8],
        /// Over `CLA INS P1 P2 Lc` and the block, with the challenge.
        mac: Mac,
    },
    /// `00 84 00 00`, Le 04 or 08.
    GetChallenge {
        /// 4 or 8.
        len: u8,
    },
    /// `00 82 00 00 04`.
    ExternalAuthenticate {
        /// Over `CLA INS P1 P2` with the challenge.
        mac: Mac,
    },
    /// `00 88 00 00 08`.
    InternalAuthenticate {
        /// What the card is asked to encipher.
        data: [u8; 8],
    },
    /// `80 5C 00 0x`.
    GetBalance(Purse),
    /// `84 1E 00 00 04`.
    ApplicationBlock {
        /// Over `CLA INS P1 P2 Lc` with the challenge.
        mac: Mac,
    },
    /// `84 18 00 00 04`.
    ApplicationUnblock {
        /// Over `CLA INS P1 P2 Lc` with the challenge.
        mac: Mac,
    },
    /// `84 16 00 00 04`.
    CardBlock {
        /// Over `CLA INS P1 P2 Lc` with the challenge.
        mac: Mac,
    },
    /// `84 1A 00 nn 04`.
    SwitchKeys {
        /// The version of the keys to go over to.
        version: u8,
        /// Over `84 1A 00 nn 00 nn` with the challenge.
        mac: Mac,
    },
    /// `00 C0 00 00`.
    GetResponse,
    /// `80 50 00 0x 0B`.
    InitializeForLoad(InitializeAmount),
    /// `80 52 00 00 0B`.
    CreditForLoad(Decided),
    /// `80 50 05 0x 0B`.
    InitializeForUnload(InitializeAmount),
    /// `80 54 03 00 0B`.
    DebitForUnload(Decided),
    /// `80 50 01 0x 0B`.
    InitializeForPurchase(InitializeAmount),
    /// `80 54 01 00 0F`.
    DebitForPurchase(DebitForPurchase),
    /// `80 50 04 01 07`: of ED, the one purse with an overdraft limit.
    InitializeForUpdate {
        /// Key index.
        key_index: u8,
        /// The terminal that asks.
        tid: Tid,
    },
    /// `80 58 00 00 0E`.
    UpdateOverdrawLimit(UpdateOverdrawLimit),
    /// `80 5A 00 tag 02`.
    GetTransactionProve {
        /// Which kind of transaction, of which purse.
        tag: Tag,
        /// Its sequence number, as the log has it.
        sequence: u16,
    },
    /// `E0 7A 08 P2 07`.
    InitializeForRefuel(Initialize),
    /// `E0 7C 08 00 13`.
    LockForRefuel(LockForRefuel),
    /// `E0 7E 08 P2 1B`.
    DebitForRefuel(DebitForRefuel),
    /// `E0 CA P1 00`.
    GetGreyStatus(StatusMode),
    /// `E0 7A 09 P2 07`.
    InitializeForUnlock(Initialize),
    /// `E0 7E 09 00 0F`.
    DebitForUnlock(DebitForUnlock),
}

/// The classes that the card knows.
const CLASSES: [u8; 5] = [0x00, 0x04, 0x80, 0x84, 0xE0];

type Parsed<'a> = Result<CardCommand<'a>, StatusWord>;

impl<'a> CardCommand<'a> {
    /// Parses a command; the error is the status word to answer.
    pub fn parse(bytes: &'a [u8]) -> Parsed<'a> {
        let apdu = door::open(bytes, &CLASSES)?;
        let [class, instruction, ..] = apdu.header;
        match (class, instruction) {
            (0x00, 0xA4) => file::select(&apdu),
            (0x00, 0xB0) => file::read_binary(&apdu),
            (0x00, 0xB2) => file::read_record(&apdu),
            (0x00, 0xD6) => file::update_binary(&apdu),
            (0x04, 0xD6) => file::update_binary_protected(&apdu),
            (0x00, 0x84) => file::get_challenge(&apdu),
            (0x00, 0xC0) => door::get_response(&apdu).map(|()| Self::GetResponse),
            (0x00, 0x20) => pin::verify(&apdu),
            (0x80, 0x5E) => pin::change_or_reload(&apdu),
            (0x84, 0x24) => pin::unblock(&apdu),
            (0x00, 0x82) => issuer::external_authenticate(&apdu),
            (0x00, 0x88) => issuer::internal_authenticate(&apdu),
            (0x84, 0x16 | 0x18 | 0x1E) => issuer::block_or_unblock(&apdu),
            (0x84, 0x1A) => issuer::switch_keys(&apdu),
            (0x80, 0x50) => purse::initialize(&apdu),
            (0x80, 0x52) => purse::credit(&apdu),
            (0x80, 0x54) => purse::debit(&apdu),
            (0x80, 0x58) => purse::update(&apdu),
            (0x80, 0x5A) => purse::prove(&apdu),
            (0x80, 0x5C) => purse::get_balance(&apdu),
            (0xE0, 0x7A) => refuel::initialize(&apdu),
            (0xE0, 0x7C) => refuel::lock(&apdu),
            (0xE0, 0x7E) => refuel::debit(&apdu),
            (0xE0, 0xCA) => refuel::grey_status(&apdu),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }

    /// The command's name in the protocol.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SelectName { .. } | Self::SelectFile { .. } => "SELECT",
            Self::ReadBinary { .. } => "READ BINARY",
            Self::ReadRecord { .. } => "READ RECORD",
            Self::UpdateBinary { .. } | Self::UpdateBinaryProtected { .. } => "UPDATE BINARY",
            Self::VerifyPin { .. } => "VERIFY PIN",
            Self::ChangePin { .. } => "CHANGE PIN",
            Self::ReloadPin { .. } => "RELOAD PIN",
            Self::UnblockPin { .. } => "UNBLOCK PIN",
            Self::GetChallenge { .. } => "GET CHALLENGE",
            Self::ExternalAuthenticate { .. } => "EXTERNAL AUTHENTICATE",
            Self::InternalAuthenticate { .. } => "INTERNAL AUTHENTICATE",
            Self::GetBalance(_) => "GET BALANCE",
            Self::ApplicationBlock { .. } => "APPLICATION BLOCK",
            Self::ApplicationUnblock { .. } => "APPLICATION UNBLOCK",
            Self::CardBlock { .. } => "CARD BLOCK",
            Self::SwitchKeys { .. } => "SWITCH KEYS",
            Self::GetResponse => "GET RESPONSE",
            Self::InitializeForLoad(_) => "INITIALIZE FOR LOAD",
            Self::CreditForLoad(_) => "CREDIT FOR LOAD",
            Self::InitializeForUnload(_) => "INITIALIZE FOR UNLOAD",
            Self::DebitForUnload(_) => "DEBIT FOR UNLOAD",
            Self::InitializeForPurchase(_) => "INITIALIZE FOR PURCHASE",
            Self::DebitForPurchase(_) => "DEBIT FOR PURCHASE",
            Self::InitializeForUpdate { .. } => "INITIALIZE FOR UPDATE",
            Self::UpdateOverdrawLimit(_) => "UPDATE OVERDRAW LIMIT",
            Self::GetTransactionProve { .. } => "GET TRANSACTION PROVE",
            Self::InitializeForRefuel(_) => "INITIALIZE FOR REFUEL",
            Self::LockForRefuel(_) => "LOCK FOR REFUEL",
            Self::DebitForRefuel(_) => "DEBIT FOR REFUEL",
            Self::GetGreyStatus(_) => "GET GREY STATUS",
            Self::InitializeForUnlock(_) => "INITIALIZE FOR UNLOCK",
            Self::DebitForUnlock(_) => "DEBIT FOR UNLOCK",
        }
    }

    /// The command as bytes, with Le where an answer is expected.
    #[must_use]
    pub fn encode(&self) -> CommandBytes {
        match *self {
            Self::SelectName { name, le } => file::encode_select(4, name, le),
            Self::SelectFile { id, le } => file::encode_select(0, &id.to_be_bytes(), le),
            Self::ReadBinary { sfi, offset } => file::encode_read_binary(sfi, offset),
            Self::ReadRecord { sfi, number } => file::encode_read_record(sfi, number),
            Self::UpdateBinary { sfi, offset, data } => file::encode_update(sfi, offset, data),
            Self::UpdateBinaryProtected { sfi, offset, data, mac } => {
                file::encode_update_protected(sfi, offset, data, mac)
            }
            Self::VerifyPin { digits } => pin::encode_verify(digits),
            Self::ChangePin { old, new } => pin::encode_change(old, new),
            Self::ReloadPin { digits, mac } => pin::encode_reload(digits, mac),
            Self::UnblockPin { block, mac } => pin::encode_unblock(block, mac),
            Self::GetChallenge { len } => file::encode_get_challenge(len),
            Self::ExternalAuthenticate { mac } => issuer::encode_external(mac),
            Self::InternalAuthenticate { data } => issuer::encode_internal(data),
            Self::GetBalance(purse) => purse::encode_get_balance(purse),
            Self::ApplicationBlock { mac } => issuer::encode(0x1E, mac),
            Self::ApplicationUnblock { mac } => issuer::encode(0x18, mac),
            Self::CardBlock { mac } => issuer::encode(0x16, mac),
            Self::SwitchKeys { version, mac } => issuer::encode_switch(version, mac),
            Self::GetResponse => file::encode_get_response(),
            Self::InitializeForLoad(data) => data.encode(purse::LOAD),
            Self::InitializeForUnload(data) => data.encode(purse::UNLOAD),
            Self::InitializeForPurchase(data) => data.encode(purse::PURCHASE),
            Self::CreditForLoad(data) => data.encode([0x80, 0x52, 0, 0]),
            Self::DebitForUnload(data) => data.encode([0x80, 0x54, 0x03, 0]),
            Self::DebitForPurchase(data) => data.encode(),
            Self::InitializeForUpdate { key_index, tid } => purse::encode_update(key_index, tid),
            Self::UpdateOverdrawLimit(data) => data.encode(),
            Self::GetTransactionProve { tag, sequence } => purse::encode_prove(tag, sequence),
            Self::InitializeForRefuel(data) => data.encode(0x08),
            Self::InitializeForUnlock(data) => data.encode(0x09),
            Self::LockForRefuel(data) => data.encode(),
            Self::DebitForRefuel(data) => data.encode(),
            Self::DebitForUnlock(data) => data.encode(),
            Self::GetGreyStatus(mode) => mode.encode(),
        }
    }
}
