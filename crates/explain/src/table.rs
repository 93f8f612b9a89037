//! Every command of protocol §6, §7 and §8 and of personalisation: one row each, and one more for each further layout.

use crate::field::Field;
use crate::fields::*;

/// Who knows a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chip {
    /// The card.
    Card,
    /// The PSAM.
    Psam,
    /// Either of them before its personalisation.
    Blank,
}

impl Chip {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Psam => "psam",
            Self::Blank => "blank",
        }
    }
}

/// A byte of a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Byte {
    /// This one.
    Is(u8),
    /// A data element.
    Of(&'static Field),
}

impl Byte {
    /// Whether this byte can stand here.
    #[must_use]
    pub fn accepts(self, byte: u8) -> bool {
        match self {
            Self::Is(wanted) => wanted == byte,
            Self::Of(field) => field.accepts(&[byte]),
        }
    }
}

/// A layout of a command and of its answer.
#[derive(Debug)]
pub struct Row {
    /// Who knows it.
    pub chips: &'static [Chip],
    /// The command's name in the protocol.
    pub name: &'static str,
    /// CLA, INS, P1, P2.
    pub header: [Byte; 4],
    /// What the command carries, in order.
    pub data: &'static [Field],
    /// What is answered with 9000, in order.
    pub answer: &'static [Field],
    /// What 9000 says.
    pub done: &'static str,
}

const CARD: &[Chip] = &[Chip::Card];
const PSAM: &[Chip] = &[Chip::Psam];
const BOTH: &[Chip] = &[Chip::Card, Chip::Psam];
const BLANK: &[Chip] = &[Chip::Blank];
const ALL: &[Chip] = &[Chip::Card, Chip::Psam, Chip::Blank];

macro_rules! byte {
    ($value:literal) => {
        Byte::Is($value)
    };
    ($field:ident) => {
        Byte::Of(&$field)
    };
}

macro_rules! table {
    ($($chips:ident $name:literal [$($header:tt)*] ($($data:ident)*) -> ($($answer:ident)*) $done:literal;)*) => {
        /// The table. Where more than one row fits, the first one counts.
        pub static TABLE: &[Row] = &[$(Row {
            chips: $chips,
            name: $name,
            header: [$(byte!($header)),*],
            data: &[$($data),*],
            answer: &[$($answer),*],
            done: $done,
        }),*];
    };
}

table! {
    ALL "SELECT" [0x00 0xA4 0x04 0x00] (NAME) -> (FCI) "selected";
    ALL "SELECT" [0x00 0xA4 0x00 0x00] (FILE_ID) -> (FCI) "selected";
    CARD "READ BINARY" [0x00 0xB0 0x95 0x00] () -> (ISSUER APPLICATION_TYPE APPLICATION_VERSION CARD_NUMBER FIRST_DAY LAST_DAY LEVELS SCHEME) "public data";
    PSAM "READ BINARY" [0x00 0xB0 0x95 0x00] () -> (SERIAL) "serial number";
    PSAM "READ BINARY" [0x00 0xB0 0x96 0x00] () -> (TID) "terminal id";
    BOTH "READ BINARY" [0x00 0xB0 SHORT_FILE OFFSET] () -> (DATA) "read";
    CARD "READ RECORD" [0x00 0xB2 RECORD RECORD_FILE] () -> (SEQUENCE LIMIT AMOUNT TAG TID DATE TIME) "log record";
    CARD "UPDATE BINARY" [0x00 0xD6 SHORT_FILE OFFSET] (DATA) -> () "written";
    CARD "UPDATE BINARY" [0x04 0xD6 SHORT_FILE OFFSET] (DATA MAC) -> () "written";
    CARD "VERIFY PIN" [0x00 0x20 0x00 0x00] (PIN) -> () "PIN verified";
    CARD "CHANGE PIN" [0x80 0x5E 0x01 0x00] (PINS) -> () "PIN changed";
    CARD "RELOAD PIN" [0x80 0x5E 0x00 0x00] (PIN MAC) -> () "PIN reloaded";
    CARD "UNBLOCK PIN" [0x84 0x24 0x00 0x01] (PIN_BLOCK MAC) -> () "PIN unblocked";
    CARD "GET CHALLENGE" [0x00 0x84 0x00 0x00] () -> (CHALLENGE) "challenge";
    CARD "EXTERNAL AUTHENTICATE" [0x00 0x82 0x00 0x00] (MAC) -> () "issuer authenticated";
    CARD "INTERNAL AUTHENTICATE" [0x00 0x88 0x00 0x00] (CRYPTOGRAM) -> (CRYPTOGRAM) "authenticated";
    CARD "GET BALANCE" [0x80 0x5C 0x00 PURSE] () -> (BALANCE) "balance";
    CARD "APPLICATION BLOCK" [0x84 0x1E 0x00 0x00] (MAC) -> () "application locked";
    CARD "APPLICATION UNBLOCK" [0x84 0x18 0x00 0x00] (MAC) -> () "application unlocked";
    CARD "CARD BLOCK" [0x84 0x16 0x00 0x00] (MAC) -> () "card blocked for good";
    CARD "SWITCH KEYS" [0x84 0x1A 0x00 KEY_VERSION] (MAC) -> () "switched to the next keys";
    ALL "GET RESPONSE" [0x00 0xC0 0x00 0x00] () -> (DATA) "done";
    CARD "INITIALIZE FOR LOAD" [0x80 0x50 0x00 PURSE] (KEY_INDEX AMOUNT TID) -> (BALANCE OTC KEY_VERSION ALGORITHM ICC MAC1) "ready to load";
    CARD "CREDIT FOR LOAD" [0x80 0x52 0x00 0x00] (DATE TIME MAC2) -> (TAC) "loaded";
    CARD "INITIALIZE FOR UNLOAD" [0x80 0x50 0x05 PURSE] (KEY_INDEX AMOUNT TID) -> (BALANCE OTC KEY_VERSION ALGORITHM ICC MAC1) "ready to unload";
    CARD "DEBIT FOR UNLOAD" [0x80 0x54 0x03 0x00] (DATE TIME MAC2) -> (TAC) "unloaded";
    CARD "INITIALIZE FOR PURCHASE" [0x80 0x50 0x01 PURSE] (KEY_INDEX AMOUNT TID) -> (BALANCE CTC LIMIT KEY_VERSION ALGORITHM ICC) "ready to pay";
    CARD "DEBIT FOR PURCHASE" [0x80 0x54 0x01 0x00] (TTC DATE TIME MAC1) -> (TAC MAC2) "paid";
    CARD "INITIALIZE FOR UPDATE" [0x80 0x50 0x04 0x01] (KEY_INDEX TID) -> (BALANCE OTC LIMIT KEY_VERSION ALGORITHM ICC MAC1) "ready to change the overdraft limit";
    CARD "UPDATE OVERDRAW LIMIT" [0x80 0x58 0x00 0x00] (LIMIT DATE TIME MAC2) -> (TAC) "overdraft limit changed";
    CARD "GET TRANSACTION PROVE" [0x80 0x5A 0x00 TAG] (SEQUENCE) -> (MAC2 TAC) "proof of the last transaction of this kind";
    CARD "INITIALIZE FOR REFUEL" [0xE0 0x7A 0x08 PURSE] (KEY_INDEX TID) -> (BALANCE CTC LIMIT KEY_VERSION ALGORITHM ICC) "ready to lock";
    CARD "LOCK FOR REFUEL" [0xE0 0x7C 0x08 0x00] (TTC TRN DATE TIME MAC1) -> (GTAC MAC2) "grey locked";
    CARD "DEBIT FOR REFUEL" [0xE0 0x7E 0x08 PURSE] (AMOUNT CTC TID TTC END_DATE END_TIME GMAC) -> (TAC) "debited and unlocked";
    CARD "GET GREY STATUS" [0xE0 0xCA 0x02 0x00] () -> (STATE TAG PURSE BALANCE CTC TID DATE TIME A B TTC ICC TRN KEY_VERSION ALGORITHM) "status";
    CARD "GET GREY STATUS" [0xE0 0xCA MODE 0x00] () -> (STATE TAG PURSE BALANCE CTC TID DATE TIME A B) "status";
    CARD "INITIALIZE FOR UNLOCK" [0xE0 0x7A 0x09 PURSE] (KEY_INDEX TID) -> (BALANCE CTC OTC KEY_VERSION ALGORITHM ICC MAC1) "ready to unlock on-line";
    CARD "DEBIT FOR UNLOCK" [0xE0 0x7E 0x09 0x00] (AMOUNT DATE TIME MAC2) -> (MAC3) "debited and unlocked on-line";
    PSAM "INIT SAM GREY LOCK" [0xE0 0x40 0x00 0x00] (ICC CTC BALANCE TAG DATE TIME KEY_VERSION ALGORITHM ASN DISPERSING) -> (TTC TRN MAC1) "lock drawn";
    PSAM "CERTIFICATE SAM GREY LOCK" [0xE0 0x42 0x00 0x00] (MAC2) -> () "lock certified";
    PSAM "CERTIFICATE SAM GREY LOCK" [0xE0 0x42 0x00 0x00] (TTC MAC2) -> () "lock certified";
    PSAM "DEBIT SAM GREY UNLOCK" [0xE0 0x44 0x00 0x00] (TAG ASN CTC AMOUNT END_DATE END_TIME TTC) -> (GMAC SAM_TAC) "GMAC given";
    PSAM "DEBIT SAM GREY UNLOCK" [0xE0 0x44 0x00 0x00] (TAG ASN CTC AMOUNT END_DATE END_TIME) -> (GMAC SAM_TAC) "GMAC given";
    PSAM "DEBIT SAM GREY UNLOCK" [0xE0 0x44 0x00 0x00] (TAG ASN CTC AMOUNT) -> (GMAC SAM_TAC) "GMAC given";
    PSAM "GET GMAC" [0xE0 0x46 0x00 0x00] (TTC) -> (GMAC SAM_TAC) "the GMAC that was given";
    PSAM "INIT SAM PURCHASE" [0x80 0x70 0x00 0x00] (ICC CTC AMOUNT TAG DATE TIME KEY_VERSION ALGORITHM ASN DISPERSING) -> (TTC MAC1) "purchase drawn";
    PSAM "CREDIT SAM PURCHASE" [0x80 0x72 0x00 0x00] (MAC2) -> () "purchase proved";
    BLANK "SELECT" [0x00 0xA4 0x04 0x00] () -> (FCI) "selected";
    BLANK "INITIALIZE UPDATE" [0x80 0x50 KEY_VERSION 0x00] (HOST_CHALLENGE) -> (CHIP KEY_VERSION CHANNEL CARD_CHALLENGE CARD_CRYPTOGRAM COUNTER) "secure channel offered";
    BLANK "EXTERNAL AUTHENTICATE" [0x84 0x82 0x03 0x00] (HOST_CRYPTOGRAM C_MAC) -> () "issuer authenticated";
    BLANK "STORE DATA" [0x84 0xE2 STORED BLOCK] (GROUPINGS C_MAC) -> () "stored";
}

/// Who understands a header: its chip, but a blank one where only a blank one does. A chip is called a card or a PSAM
/// before it is one, too.
pub(crate) fn who(header: [u8; 4], chip: Option<Chip>) -> Option<Chip> {
    let of_blank = matches!(header, [0x80, 0x50, _, 0x00] | [0x84, 0x82 | 0xE2, ..]);
    if of_blank { chip.map(|_| Chip::Blank) } else { chip }
}

impl Row {
    /// Whether a header is of this row.
    #[must_use]
    pub fn has_header(&self, header: [u8; 4]) -> bool {
        self.header.iter().zip(header).all(|(wanted, byte)| wanted.accepts(byte))
    }

    /// The data elements that a caller gives: those of the header, then those of the data.
    pub fn given(&self) -> impl Iterator<Item = &'static Field> {
        let header = self.header.iter().filter_map(|byte| match byte {
            Byte::Of(field) => Some(*field),
            Byte::Is(_) => None,
        });
        header.chain(self.data)
    }
}

/// The rows of a command by its name, in any case, with `-` or `_` for a space.
pub fn rows_of(name: &str) -> impl Iterator<Item = &'static Row> {
    let wanted = crate::field::key(name.trim());
    TABLE.iter().filter(move |row| crate::field::key(row.name) == wanted)
}

/// The names of all commands, each once.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for row in TABLE {
        if !names.contains(&row.name) {
            names.push(row.name);
        }
    }
    names
}
