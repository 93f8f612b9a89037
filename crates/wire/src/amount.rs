//! Amounts, balances and overdraft limits (protocol §2).

use core::fmt;

/// An amount or a balance in the smallest unit of the purse, at most `7FFFFFFF`.
///
/// A balance is what can be spent: the money plus the overdraft limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u32);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that four bytes may carry.
    pub const MAX: Self = Self(0x7FFF_FFFF);

    /// `None` above [`Amount::MAX`].
    #[must_use]
    pub const fn new(units: u32) -> Option<Self> {
        if units <= Self::MAX.0 { Some(Self(units)) } else { None }
    }

    /// From four big-endian bytes; `None` above [`Amount::MAX`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        Self::new(u32::from_be_bytes(bytes))
    }

    /// The number of units.
    #[must_use]
    pub const fn units(self) -> u32 {
        self.0
    }

    /// Four big-endian bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// The sum, or `None` above [`Amount::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Self::new(sum),
            None => None,
        }
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An overdraft limit: three bytes, at most `FFFFFF`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Limit(u32);

impl Limit {
    /// No overdraft.
    pub const ZERO: Self = Self(0);

    /// `None` above `FFFFFF`.
    #[must_use]
    pub const fn new(units: u32) -> Option<Self> {
        if units <= 0x00FF_FFFF { Some(Self(units)) } else { None }
    }

    /// From three big-endian bytes.
    #[must_use]
    pub const fn from_bytes([a, b, c]: [u8; 3]) -> Self {
        Self(u32::from_be_bytes([0, a, b, c]))
    }

    /// Three big-endian bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }

    /// The number of units.
    #[must_use]
    pub const fn units(self) -> u32 {
        self.0
    }

    /// The limit in four bytes, as the log and the TAC of its change carry it.
    #[must_use]
    pub const fn as_amount(self) -> Amount {
        Amount(self.0)
    }
}

/// The money behind a balance: balance − limit, which may be negative (protocol §2).
#[must_use]
pub fn money(balance: Amount, limit: Limit) -> i64 {
    i64::from(balance.units()) - i64::from(limit.units())
}
