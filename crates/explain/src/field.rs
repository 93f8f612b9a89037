//! Data elements: their names, lengths, and how they are shown.

use wire::{Amount, Date, Purse, Tag, Time};

/// How a data element is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Units of a purse: up to 7FFFFFFF in four bytes, up to FFFFFF in three.
    Amount,
    /// A number, shown in decimal digits.
    Number,
    /// BCD `YYYYMMDD`, or zeros where there is none.
    Date,
    /// BCD `hhmmss`.
    Time,
    /// Codes, ids and whatever else is bytes.
    Hex,
    /// A tag of protocol §3, or 00 where there is none.
    Tag,
    /// 01 ED, 02 EP.
    Purse,
    /// P1 of GET GREY STATUS.
    Mode,
    /// State of GET GREY STATUS.
    State,
    /// Scheme byte of EF 15.
    Scheme,
    /// 80 + short file id.
    ShortFile,
    /// Short file id × 8 + 4.
    RecordFile,
    /// P1 of STORE DATA.
    Stored,
    /// A PIN or keys, or what they are in: never shown.
    Secret,
}

/// A data element of a layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in the protocol.
    pub name: &'static str,
    /// Its bytes; `None` for what the other elements leave.
    pub len: Option<usize>,
    /// How it is read.
    pub kind: Kind,
}

impl Field {
    /// The name as a key of documents and scripts: lower case, `_` for spaces.
    #[must_use]
    pub fn key(&self) -> String {
        key(self.name)
    }

    /// Whether these bytes can stand here, as far as this element alone tells.
    #[must_use]
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        self.len.is_none_or(|len| len == bytes.len()) && self.is_good(bytes)
    }

    fn is_good(&self, bytes: &[u8]) -> bool {
        match (self.kind, bytes) {
            (Kind::Amount, [a, b, c, d]) => Amount::from_bytes([*a, *b, *c, *d]).is_some(),
            (Kind::Date, [a, b, c, d]) => Date::from_bytes_or_zero([*a, *b, *c, *d]).is_some(),
            (Kind::Time, [a, b, c]) => Time::from_bytes([*a, *b, *c]).is_some(),
            (Kind::Tag, [byte]) => *byte == 0 || Tag::from_byte(*byte).is_some(),
            (Kind::Purse, [byte]) => Purse::from_number(*byte).is_some(),
            (Kind::Mode, [byte]) => *byte <= 2,
            (Kind::State, [byte]) => matches!(byte, 0x00 | 0x01 | 0x10),
            (Kind::ShortFile, [byte]) => byte & 0xE0 == 0x80,
            (Kind::RecordFile, [byte]) => byte & 0x07 == 4,
            (Kind::Stored, [byte]) => matches!(byte, 0x08 | 0x68 | 0x88 | 0xE8),
            _ => true,
        }
    }

    /// The value for people.
    #[must_use]
    pub fn show(&self, bytes: &[u8]) -> Shown {
        if self.kind == Kind::Secret {
            return Shown::Text(MASK.repeat(bytes.len()));
        }
        if !self.is_good(bytes) {
            return Shown::Text(hex::encode(bytes));
        }
        match (self.kind, bytes) {
            (Kind::Amount | Kind::Number, [_, ..]) if bytes.len() <= 4 => {
                Shown::Number(number(bytes))
            }
            (Kind::Date, [a, b, c, d]) => shown_date([*a, *b, *c, *d]),
            (Kind::Time, [a, b, c]) => Shown::Text(format!("{a:02x}:{b:02x}:{c:02x}")),
            (Kind::Tag, [byte]) => Shown::Text(shown_tag(*byte)),
            (Kind::Purse, [byte]) => Shown::Text(shown_purse(*byte)),
            (Kind::Mode, [byte]) => Shown::Text(format!("{byte:02x} {}", mode(*byte))),
            (Kind::State, [byte]) => Shown::Text(format!("{byte:02x} {}", state(*byte))),
            (Kind::Scheme, [byte]) => Shown::Text(format!("{byte:02x} {}", scheme(*byte))),
            (Kind::ShortFile, [byte]) => Shown::Text(format!("{:02x}", byte & 0x1F)),
            (Kind::RecordFile, [byte]) => Shown::Text(format!("{:02x}", byte >> 3)),
            (Kind::Stored, [byte]) => Shown::Text(format!("{byte:02x} {}", stored(*byte))),
            _ => Shown::Text(hex::encode(bytes)),
        }
    }
}

/// Stands for a byte that is not shown.
pub(crate) const MASK: &str = "**";

/// A name as a key: lower case, `_` for spaces.
pub(crate) fn key(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// A value for people and documents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// An amount, a sequence number, a version.
    Number(u32),
    /// Everything else.
    Text(String),
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn shown_date([a, b, c, d]: [u8; 4]) -> Shown {
    Shown::Text(match [a, b, c, d] {
        [0, 0, 0, 0] => "none".to_owned(),
        _ => format!("{a:02x}{b:02x}-{c:02x}-{d:02x}"),
    })
}

fn shown_purse(byte: u8) -> String {
    Purse::from_number(byte).map_or_else(String::new, |purse| purse.to_string())
}

fn shown_tag(byte: u8) -> String {
    let Some(tag) = Tag::from_byte(byte) else { return format!("{byte:02x} none") };
    format!("{byte:02x} {} {}", tag_words(tag.kind), tag.purse)
}

const fn tag_words(kind: wire::Kind) -> &'static str {
    match kind {
        wire::Kind::Load => "load",
        wire::Kind::Unload => "unload",
        wire::Kind::Purchase => "purchase",
        wire::Kind::Overdraft => "overdraft limit",
        wire::Kind::Lock => "grey lock",
        wire::Kind::Debit => "debit",
        wire::Kind::Unlock => "unlock on-line",
        wire::Kind::Characterized => "characterized code",
    }
}

const fn mode(byte: u8) -> &'static str {
    match byte {
        0x00 => "read",
        0x01 => "read and clear TACUF",
        _ => "read more",
    }
}

const fn stored(byte: u8) -> &'static str {
    match byte {
        0x08 => "values",
        0x68 => "sealed values",
        0x88 => "values, the last",
        _ => "sealed values, the last",
    }
}

const fn state(byte: u8) -> &'static str {
    match byte {
        0x00 => "unlocked",
        0x01 => "grey",
        _ => "TAC unread",
    }
}

const fn scheme(byte: u8) -> &'static str {
    match byte {
        0x00 => "seed",
        0x01 => "field",
        _ => "unknown",
    }
}
