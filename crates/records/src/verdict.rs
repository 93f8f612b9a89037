//! What is wrong with a row. The words are those of the centre's notices.

use host::Code;

/// A reason. The first that applies, in this order, is the row's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// A value that no report can carry: a kind, a purse, an amount, a date.
    Malformed,
    /// TRN below 80, a purse at its last CTC, or an ASN that is no number.
    TermsInconsistent,
    /// No key of this version or suite.
    KeyVersionUnknown,
    /// MAC2 does not prove the lock.
    Mac2Wrong,
    /// The ceiling is above the locked balance.
    CeilingExceedsBalance,
    /// The amount is above the ceiling.
    AmountExceedsCeiling,
    /// GMAC is not that of lock and delivery.
    GmacWrong,
    /// SAM TAC is not that of the station's PSAM.
    SamTacWrong,
    /// The TAC is not the card's.
    TacWrong,
    /// The GTAC is not the card's.
    GtacWrong,
}

/// What a reason means for its row (protocol §9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// It is kept aside and counts as not heard.
    Quarantined,
    /// It proves no debit: such a sale counts as a grey record, and such a sighting for nothing.
    NotProved,
    /// It counts, and with the right code in place of the wrong one.
    Warning,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quarantined, Self::NotProved, Self::Warning];

    /// The name in summaries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quarantined => "quarantined",
            Self::NotProved => "not_proved",
            Self::Warning => "warning",
        }
    }
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::TermsInconsistent,
        Self::KeyVersionUnknown,
        Self::Mac2Wrong,
        Self::CeilingExceedsBalance,
        Self::AmountExceedsCeiling,
        Self::GmacWrong,
        Self::SamTacWrong,
        Self::TacWrong,
        Self::GtacWrong,
    ];

    /// The centre's reason; it has none for what cannot even be reported.
    #[must_use]
    pub const fn code(self) -> Option<Code> {
        match self {
            Self::Malformed => None,
            Self::TermsInconsistent => Some(Code::TermsInconsistent),
            Self::KeyVersionUnknown => Some(Code::KeyVersionUnknown),
            Self::Mac2Wrong => Some(Code::Mac2Wrong),
            Self::CeilingExceedsBalance => Some(Code::CeilingExceedsBalance),
            Self::AmountExceedsCeiling => Some(Code::AmountExceedsCeiling),
            Self::GmacWrong => Some(Code::GmacWrong),
            Self::SamTacWrong => Some(Code::SamTacWrong),
            Self::TacWrong => Some(Code::TacWrong),
            Self::GtacWrong => Some(Code::GtacWrong),
        }
    }

    /// Its name, as the centre's notices have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.code() {
            Some(code) => code.name(),
            None => "malformed",
        }
    }

    /// What happened.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self.code() {
            Some(code) => code.words(),
            None => {
                "a value that no report can carry: a kind, a purse, an amount, a date or a time"
            }
        }
    }

    /// What it means for the row.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::TacWrong => Class::NotProved,
            Self::GtacWrong => Class::Warning,
            _ => Class::Quarantined,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// All that is wrong with a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Verdict(u16);

impl Verdict {
    /// Nothing is.
    pub const GOOD: Self = Self(0);

    /// This is.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        Self(reason.bit())
    }

    /// And this, where it is so.
    #[must_use]
    pub(crate) const fn and(self, reason: Reason, so: bool) -> Self {
        if so { Self(self.0 | reason.bit()) } else { self }
    }

    /// Whether that is wrong, perhaps beside other things.
    #[must_use]
    pub const fn has(self, reason: Reason) -> bool {
        self.0 & reason.bit() != 0
    }

    /// The reason that counts; `None` when nothing is wrong.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| self.has(*reason))
    }

    /// What that means for the row.
    #[must_use]
    pub fn class(self) -> Option<Class> {
        self.reason().map(Reason::class)
    }
}
