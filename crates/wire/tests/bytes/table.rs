//! Every command of card and PSAM as protocol §6, §7 and §8 write it: header, data, answer, and what is wrong data.

use wire::{CardCommand, PsamCommand, StatusWord};

/// Who takes the command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Device {
    Card,
    Psam,
}

impl Device {
    /// What parsing answers: 9000 when the command is taken.
    pub(crate) fn judge(self, bytes: &[u8]) -> u16 {
        let refused = match self {
            Self::Card => CardCommand::parse(bytes).err(),
            Self::Psam => PsamCommand::parse(bytes).err(),
        };
        refused.unwrap_or(StatusWord::DONE).0
    }
}

/// Which Le a command takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// So many bytes: Le absent, 00 or this.
    Bytes(u8),
    /// None: Le absent or 00.
    Nothing,
    /// Four or eight bytes, as Le says.
    Challenge,
    /// Known only to who answers.
    Open,
}

/// Data of a right length that is wrong: at an offset, other bytes.
pub(crate) type Wrong = (usize, &'static str);

/// One command.
pub(crate) struct Row {
    pub(crate) device: Device,
    pub(crate) name: &'static str,
    pub(crate) header: [u8; 4],
    pub(crate) data: &'static str,
    pub(crate) answer: Answer,
    /// Which lengths of data are right.
    pub(crate) fits: fn(usize) -> bool,
    pub(crate) wrong: &'static [Wrong],
}

impl Row {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        crate::bytes(self.data)
    }

    /// The wrong data of the row, whole.
    pub(crate) fn wrong_data(&self) -> Vec<Vec<u8>> {
        let spoil = |(offset, text): &Wrong| {
            let (mut data, other) = (self.bytes(), crate::bytes(text));
            data[*offset..offset + other.len()].copy_from_slice(&other);
            data
        };
        self.wrong.iter().map(spoil).collect()
    }

    /// The status word for an Le that is not the right one, if any Le is wrong.
    pub(crate) fn refusal_of_le(&self) -> Option<u16> {
        match self.answer {
            Answer::Bytes(len) => Some(0x6C00 + u16::from(len)),
            Answer::Challenge => Some(0x6C08),
            Answer::Nothing => Some(0x6700),
            Answer::Open => None,
        }
    }

    pub(crate) fn takes_le(&self, le: u8) -> bool {
        match self.answer {
            Answer::Bytes(len) => le == 0 || le == len,
            Answer::Challenge => matches!(le, 0 | 4 | 8),
            Answer::Nothing => le == 0,
            Answer::Open => true,
        }
    }
}

/// A command in the short form.
pub(crate) fn short(header: [u8; 4], data: &[u8], le: Option<u8>) -> Vec<u8> {
    let mut out = header.to_vec();
    if !data.is_empty() {
        out.push(u8::try_from(data.len()).unwrap());
        out.extend_from_slice(data);
    }
    out.extend(le);
    out
}

use Answer::{Bytes, Challenge, Nothing, Open};
use Device::{Card, Psam};

const fn row(
    device: Device,
    name: &'static str,
    header: u32,
    data: &'static str,
    answer: Answer,
    fits: fn(usize) -> bool,
) -> Row {
    Row { device, name, header: header.to_be_bytes(), data, answer, fits, wrong: &[] }
}

const fn none(len: usize) -> bool {
    len == 0
}

const fn name(len: usize) -> bool {
    1 <= len && len <= 16
}

const LOCK: &str = "01020304 81828384 20260214 235958 d1d2d3d4";
const DEBIT: &str = "00001234 002b a1a2a3a4a5a6 01020304 20260215 000102 e1e2e3e4";
const UNLOCK: &str = "00001234 20260215 000102 c1c2c3c4";
const PURCHASE: &str = "01020304 20260214 235958 d1d2d3d4";
const DECIDED: &str = "20260214 235958 c1c2c3c4";
const INITIALIZE_AMOUNT: &str = "01 00001234 a1a2a3a4a5a6";
const UPDATE: &str = "0a0b0c 20260214 235958 c1c2c3c4";
const INIT_SAM: &str = "1a1b1c1d 002a 000186a0 91 20260214 235958 07 00 6280100000000017";
const INIT_SAM_PURCHASE: &str = "1a1b1c1d 002a 00001234 05 20260214 235958 07 00 6280100000000017";
const DEBIT_SAM: &str = "93 6280100000000017 002b 00001234 20260215 000102 01020304";

/// Every command, one a line.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row(Card, "SELECT by name", 0x00A4_0400, "a0000000034752455931", Open, name),
    row(Card, "SELECT by file id", 0x00A4_0000, "3f01", Open, |len| len == 2),
    row(Card, "READ BINARY of EF 15", 0x00B0_9500, "", Bytes(30), none),
    row(Card, "READ BINARY from an offset", 0x00B0_950A, "", Bytes(20), none),
    row(Card, "READ BINARY behind the end", 0x00B0_951E, "", Open, none),
    row(Card, "READ BINARY of another file", 0x00B0_8100, "", Open, none),
    row(Card, "READ RECORD", 0x00B2_01C4, "", Bytes(23), none),
    row(Card, "VERIFY PIN", 0x0020_0000, "123456", Nothing, |len| (2..=6).contains(&len)),
    row(Card, "GET CHALLENGE", 0x0084_0000, "", Challenge, none),
    row(Card, "GET RESPONSE", 0x00C0_0000, "", Open, none),
    row(Card, "GET BALANCE of ED", 0x805C_0001, "", Bytes(4), none),
    row(Card, "GET BALANCE of EP", 0x805C_0002, "", Bytes(4), none),
    row(Card, "APPLICATION BLOCK", 0x841E_0000, "b1b2b3b4", Nothing, |len| len == 4),
    row(Card, "APPLICATION UNBLOCK", 0x8418_0000, "b1b2b3b4", Nothing, |len| len == 4),
    row(Card, "CARD BLOCK", 0x8416_0000, "b1b2b3b4", Nothing, |len| len == 4),
    row(Card, "SWITCH KEYS", 0x841A_0002, "b1b2b3b4", Nothing, |len| len == 4),
    row(Card, "EXTERNAL AUTHENTICATE", 0x0082_0000, "b1b2b3b4", Nothing, |len| len == 4),
    row(Card, "INTERNAL AUTHENTICATE", 0x0088_0000, "0102030405060708", Bytes(8), |len| len == 8),
    row(Card, "UPDATE BINARY", 0x00D6_9518, "20311231", Nothing, |len| (1..=30).contains(&len)),
    row(Card, "UPDATE BINARY, protected", 0x04D6_9518, "20311231 b1b2b3b4", Nothing, |len| (5..=34).contains(&len)),
    Row { wrong: &[(2, "34"), (0, "ff"), (1, "ff")],
        ..row(Card, "CHANGE PIN", 0x805E_0100, "1234 ff 654321", Nothing, |len| (5..=13).contains(&len)) },
    row(Card, "RELOAD PIN", 0x805E_0000, "123456 b1b2b3b4", Nothing, |len| (6..=10).contains(&len)),
    row(Card, "UNBLOCK PIN", 0x8424_0001, "0102030405060708 b1b2b3b4", Nothing, |len| len == 0x0C),
    Row { wrong: &[(1, "80000000"), (1, "ffffffff")],
        ..row(Card, "INITIALIZE FOR LOAD", 0x8050_0001, INITIALIZE_AMOUNT, Bytes(16), |len| len == 0x0B) },
    Row { wrong: &[(1, "80000000")],
        ..row(Card, "INITIALIZE FOR UNLOAD", 0x8050_0502, INITIALIZE_AMOUNT, Bytes(16), |len| len == 0x0B) },
    Row { wrong: &[(1, "80000000")],
        ..row(Card, "INITIALIZE FOR PURCHASE", 0x8050_0102, INITIALIZE_AMOUNT, Bytes(15), |len| len == 0x0B) },
    row(Card, "INITIALIZE FOR UPDATE", 0x8050_0401, "01a1a2a3a4a5a6", Bytes(19), |len| len == 0x07),
    Row { wrong: &[(1, "2a"), (2, "13"), (3, "00"), (4, "24"), (5, "60"), (6, "60")],
        ..row(Card, "CREDIT FOR LOAD", 0x8052_0000, DECIDED, Bytes(4), |len| len == 0x0B) },
    Row { wrong: &[(2, "13"), (3, "32"), (4, "24"), (5, "60"), (6, "60")],
        ..row(Card, "DEBIT FOR UNLOAD", 0x8054_0300, DECIDED, Bytes(4), |len| len == 0x0B) },
    Row { wrong: &[(6, "13"), (7, "32"), (8, "24"), (9, "60"), (10, "60")],
        ..row(Card, "DEBIT FOR PURCHASE", 0x8054_0100, PURCHASE, Bytes(8), |len| len == 0x0F) },
    Row { wrong: &[(5, "13"), (6, "32"), (7, "24"), (8, "60"), (9, "60")],
        ..row(Card, "UPDATE OVERDRAW LIMIT", 0x8058_0000, UPDATE, Bytes(4), |len| len == 0x0E) },
    row(Card, "GET TRANSACTION PROVE", 0x805A_0005, "002a", Bytes(8), |len| len == 2),
    row(Card, "INITIALIZE FOR REFUEL", 0xE07A_0801, "01a1a2a3a4a5a6", Bytes(0x0F), |len| len == 0x07),
    row(Card, "INITIALIZE FOR UNLOCK", 0xE07A_0902, "01a1a2a3a4a5a6", Bytes(0x12), |len| len == 0x07),
    Row { wrong: &[(8, "2a260214"), (9, "a0"), (10, "00"), (10, "13"), (10, "0b"), (11, "00"), (11, "32"), (11, "1a"), (12, "24"), (12, "0a"), (13, "60"), (13, "5b"), (14, "60"), (14, "0f")],
        ..row(Card, "LOCK FOR REFUEL", 0xE07C_0800, LOCK, Bytes(8), |len| len == 0x13) },
    Row { wrong: &[(0, "80000000"), (0, "ffffffff"), (18, "13"), (19, "00"), (20, "24"), (21, "60"), (22, "60")],
        ..row(Card, "DEBIT FOR REFUEL", 0xE07E_0801, DEBIT, Bytes(4), |len| len == 0x1B) },
    Row { wrong: &[(0, "80000000"), (0, "ffffffff"), (6, "13"), (7, "00"), (8, "24"), (9, "60"), (10, "60")],
        ..row(Card, "DEBIT FOR UNLOCK", 0xE07E_0900, UNLOCK, Bytes(4), |len| len == 0x0F) },
    row(Card, "GET GREY STATUS, read", 0xE0CA_0000, "", Bytes(30), none),
    row(Card, "GET GREY STATUS, read and clear", 0xE0CA_0100, "", Bytes(30), none),
    row(Card, "GET GREY STATUS, read more", 0xE0CA_0200, "", Bytes(44), none),
    row(Psam, "SELECT by name", 0x00A4_0400, "a0000000034752455931", Open, name),
    row(Psam, "SELECT by file id", 0x00A4_0000, "3f01", Open, |len| len == 2),
    row(Psam, "READ BINARY", 0x00B0_9600, "", Open, none),
    row(Psam, "GET RESPONSE", 0x00C0_0000, "", Open, none),
    Row { wrong: &[(6, "80000000"), (6, "ffffffff"), (10, "90"), (10, "93"), (10, "05"), (10, "a1"), (10, "00"), (13, "13"), (14, "32"), (15, "24"), (16, "60"), (17, "60")],
        ..row(Psam, "INIT SAM GREY LOCK", 0xE040_0000, INIT_SAM, Bytes(12), |len| matches!(len, 0x1C | 0x24 | 0x2C | 0x34)) },
    row(Psam, "CERTIFICATE SAM GREY LOCK", 0xE042_0000, "c1c2c3c4", Nothing, |len| len == 4 || len == 8),
    Row { wrong: &[(0, "91"), (0, "95"), (0, "05"), (0, "00"), (11, "80000000"), (11, "ffffffff"), (17, "13"), (18, "32"), (19, "24"), (20, "60"), (21, "60")],
        ..row(Psam, "DEBIT SAM GREY UNLOCK", 0xE044_0000, DEBIT_SAM, Bytes(8), |len| matches!(len, 0x0F | 0x16 | 0x1A)) },
    Row { wrong: &[(6, "80000000"), (10, "91"), (10, "07"), (10, "04"), (13, "13"), (14, "32"), (15, "24"), (16, "60"), (17, "60")],
        ..row(Psam, "INIT SAM PURCHASE", 0x8070_0000, INIT_SAM_PURCHASE, Bytes(8), |len| matches!(len, 0x1C | 0x24 | 0x2C | 0x34)) },
    row(Psam, "CREDIT SAM PURCHASE", 0x8072_0000, "c1c2c3c4", Nothing, |len| len == 4),
    row(Psam, "GET GMAC", 0xE046_0000, "01020304", Bytes(8), |len| len == 4),
];

/// Class, instruction, and which P1 and P2 it takes.
pub(crate) type Door = (u8, u8, fn(u8, u8) -> bool);

fn zeros(p1: u8, p2: u8) -> bool {
    (p1, p2) == (0, 0)
}

fn by_name_or_id(p1: u8, p2: u8) -> bool {
    (p1 == 0 || p1 == 4) && p2 == 0
}

fn short_file(p1: u8, _offset: u8) -> bool {
    (0x80..=0x9F).contains(&p1)
}

fn is_purse(number: u8) -> bool {
    number == 1 || number == 2
}

/// What the card's door lets in.
pub(crate) const CARD_DOORS: &[Door] = &[
    (0x00, 0xA4, by_name_or_id),
    (0x00, 0xB0, short_file),
    (0x00, 0xB2, |_number, p2| p2 % 8 == 4),
    (0x00, 0x20, zeros),
    (0x00, 0x84, zeros),
    (0x00, 0xC0, zeros),
    (0x00, 0xD6, short_file),
    (0x04, 0xD6, short_file),
    (0x00, 0x82, zeros),
    (0x00, 0x88, zeros),
    (0x80, 0x50, |p1, p2| matches!(p1, 0 | 1 | 5) && is_purse(p2) || (p1, p2) == (4, 1)),
    (0x80, 0x52, zeros),
    (0x80, 0x54, |p1, p2| (p1 == 1 || p1 == 3) && p2 == 0),
    (0x80, 0x58, zeros),
    (0x80, 0x5A, |p1, p2| p1 == 0 && matches!(p2, 0x01..=0x08 | 0x91..=0x96)),
    (0x80, 0x5C, |p1, p2| p1 == 0 && is_purse(p2)),
    (0x80, 0x5E, |p1, p2| p1 <= 1 && p2 == 0),
    (0x84, 0x16, zeros),
    (0x84, 0x18, zeros),
    (0x84, 0x1A, |p1, _version| p1 == 0),
    (0x84, 0x1E, zeros),
    (0x84, 0x24, |p1, p2| (p1, p2) == (0, 1)),
    (0xE0, 0x7A, |p1, p2| (p1 == 8 || p1 == 9) && is_purse(p2)),
    (0xE0, 0x7C, |p1, p2| (p1, p2) == (8, 0)),
    (0xE0, 0x7E, |p1, p2| p1 == 8 && is_purse(p2) || (p1, p2) == (9, 0)),
    (0xE0, 0xCA, |p1, p2| p1 <= 2 && p2 == 0),
];

/// What the PSAM's door lets in.
pub(crate) const PSAM_DOORS: &[Door] = &[
    (0x00, 0xA4, by_name_or_id),
    (0x00, 0xB0, short_file),
    (0x00, 0xC0, zeros),
    (0xE0, 0x40, zeros),
    (0xE0, 0x42, zeros),
    (0xE0, 0x44, zeros),
    (0xE0, 0x46, zeros),
    (0x80, 0x70, zeros),
    (0x80, 0x72, zeros),
];
