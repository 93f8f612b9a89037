//! Purses and transaction types (protocol §3).

use core::fmt;

/// One of the two purses of the application.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Purse {
    /// Electronic deposit, 01.
    #[default]
    Ed,
    /// Electronic purse, 02.
    Ep,
}

impl Purse {
    /// Both, in the order of their numbers.
    pub const ALL: [Self; 2] = [Self::Ed, Self::Ep];

    /// 01 or 02, as P2 and GET GREY STATUS carry it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Ed => 1,
            Self::Ep => 2,
        }
    }

    /// The purse of a number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Ed),
            2 => Some(Self::Ep),
            _ => None,
        }
    }

    /// 0 or 1, to index pairs of purses.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Ed => 0,
            Self::Ep => 1,
        }
    }
}

impl fmt::Display for Purse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed => "ed",
            Self::Ep => "ep",
        })
    }
}

/// What a transaction does, whichever purse it does it to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// 01, 02.
    Load,
    /// 03, 04.
    Unload,
    /// 05, 06.
    Purchase,
    /// 07, 08: change of the overdraft limit.
    Overdraft,
    /// 91, 92: grey lock.
    Lock,
    /// 93, 94: debit and unlock at a terminal.
    Debit,
    /// 95, 96: debit and unlock on-line.
    Unlock,
    /// A1, A2: opens the input of GTAC; no transaction, never in a log.
    Characterized,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Load,
        Self::Unload,
        Self::Purchase,
        Self::Overdraft,
        Self::Lock,
        Self::Debit,
        Self::Unlock,
        Self::Characterized,
    ];

    const fn first(self) -> u8 {
        match self {
            Self::Load => 0x01,
            Self::Unload => 0x03,
            Self::Purchase => 0x05,
            Self::Overdraft => 0x07,
            Self::Lock => 0x91,
            Self::Debit => 0x93,
            Self::Unlock => 0x95,
            Self::Characterized => 0xA1,
        }
    }

    /// The tag of this kind for a purse.
    #[must_use]
    pub const fn of(self, purse: Purse) -> Tag {
        Tag { kind: self, purse }
    }
}

/// A transaction type byte: kind and purse together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tag {
    /// What is done.
    pub kind: Kind,
    /// To which purse.
    pub purse: Purse,
}

impl Tag {
    /// The byte of protocol §3.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self.kind.first() + self.purse.number() - 1
    }

    /// The tag of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Kind::ALL
            .into_iter()
            .flat_map(|kind| Purse::ALL.map(|purse| kind.of(purse)))
            .find(|tag| tag.byte() == byte)
    }
}
