//! What clearing says: sums, exceptions, and what is carried into the next day, as lines that the engine adds and sorts.

use host::Code;

use crate::reason;
use crate::row::{Row, WIDTH, mark};

/// What is added up, for each station.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Class {
    /// Settled by the TAC that came with the record.
    Sale = 1,
    /// Settled by a TAC that another terminal saw, or a station's own later one.
    TacSeen,
    /// Settled by MAC3 of an on-line unlock.
    Online,
    /// Settled because the card went on, and its balances agree.
    Succession,
    /// Paid, and nobody's money: a second lock of one (ASN, purse, CTC) (protocol §12).
    Loss,
    /// A record whose debit is not proved yet.
    Grey,
    /// A delivery without a GMAC: two persons decide.
    Unproved,
    /// A TAC proves a debit for which no record was heard: owed to nobody yet.
    NoRecord,
    /// The card went on, and its balances do not agree: the record is its station's claim.
    Disputed,
    /// The card was debited less than its record says: the station claims the difference.
    StationClaim,
    /// The card was debited more than its record says: the cardholder claims the difference.
    CardholderClaim,
    /// Rows that said again what another row says.
    Duplicate,
    /// Rows that claim nothing by themselves.
    Notice,
    /// Rows that count as not heard.
    Quarantined,
    /// Of the claims of the day, those whose service ended before it.
    Late,
    /// Of the duplicates, those of locks that were settled on an earlier day.
    SettledBefore,
    /// Paid on an earlier day for an unlock, and not claimed by the record that came later.
    TakenBack,
    /// A station's claim of an earlier day that came to nothing.
    StationClaimBack,
    /// A cardholder's claim of an earlier day that came to nothing.
    CardholderClaimBack,
}

impl Class {
    /// All of them, in the order of their numbers, from 1.
    pub const ALL: [Self; 19] = [
        Self::Sale,
        Self::TacSeen,
        Self::Online,
        Self::Succession,
        Self::Loss,
        Self::Grey,
        Self::Unproved,
        Self::NoRecord,
        Self::Disputed,
        Self::StationClaim,
        Self::CardholderClaim,
        Self::Duplicate,
        Self::Notice,
        Self::Quarantined,
        Self::Late,
        Self::SettledBefore,
        Self::TakenBack,
        Self::StationClaimBack,
        Self::CardholderClaimBack,
    ];

    /// Its name in the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::TacSeen => "tac_seen",
            Self::Online => "online",
            Self::Succession => "succession",
            Self::Loss => "loss",
            Self::Grey => "grey",
            Self::Unproved => "unproved",
            Self::NoRecord => "no_record",
            Self::Disputed => "disputed",
            Self::StationClaim => "station_claim",
            Self::CardholderClaim => "cardholder_claim",
            Self::Duplicate => "duplicate",
            Self::Notice => "notice",
            Self::Quarantined => "quarantined",
            Self::Late => "late",
            Self::SettledBefore => "settled_before",
            Self::TakenBack => "taken_back",
            Self::StationClaimBack => "station_claim_back",
            Self::CardholderClaimBack => "cardholder_claim_back",
        }
    }

    /// The ways in which a lock is settled.
    pub const SETTLED: [Self; 5] =
        [Self::Sale, Self::TacSeen, Self::Online, Self::Succession, Self::Loss];

    /// The ways in which a lock is open.
    pub const PENDING: [Self; 4] = [Self::Grey, Self::Unproved, Self::NoRecord, Self::Disputed];
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// Counts and money of a class, for a station.
    Total(Class, u32),
    /// Something that people should look at, or that was kept aside.
    Exception(Code, Row),
    /// A row to be looked at again on the next day.
    Pending(Row),
    /// Numbers of a TID that were heard, up to today.
    Heard(Row),
    /// A settled lock of a card, for the records that come after it.
    Passed(Row),
}

/// A line: the engine adds `count` and `amount` of equal ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// What is said.
    pub said: Said,
    /// How often.
    pub count: u64,
    /// Money, in the smallest unit.
    pub amount: u64,
}

/// Most bytes of what is said.
pub const LONGEST: usize = 2 + WIDTH;

const EXCEPTION: u8 = 1;
const PENDING: u8 = 2;
const HEARD: u8 = 3;
const PASSED: u8 = 4;
/// The last: where lines are missing at the end, sums are, and that is seen.
const TOTAL: u8 = 5;

impl Said {
    /// A row that was carried as right and that the keys of today reject: without it its number would count as settled.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let Self::Exception(code, row) = self else { return false };
        let by_keys = !matches!(code, Code::RecordDisagrees | Code::StationDoesNotOwnTid);
        by_keys && row.has(mark::CARRIED) && row.fate == reason::number(*code)
    }

    /// Appends its bytes. They sort exceptions by reason and lock, rows by lock, totals by class and station.
    pub fn pack(&self, into: &mut Vec<u8>) {
        match self {
            Self::Total(class, station) => {
                into.extend([TOTAL, *class as u8]);
                into.extend(station.to_be_bytes());
            }
            Self::Exception(code, row) => {
                into.extend([EXCEPTION, reason::number(*code)]);
                into.extend(row.pack());
            }
            Self::Pending(row) => {
                into.extend([PENDING, 0]);
                into.extend(row.pack());
            }
            Self::Heard(row) => {
                into.extend([HEARD, 0]);
                into.extend(row.pack());
            }
            Self::Passed(row) => {
                into.extend([PASSED, 0]);
                into.extend(row.pack());
            }
        }
    }

    /// From its bytes; `None` when they are none.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk()?;
        match *head {
            [TOTAL, class] => {
                let class = Class::ALL.get(usize::from(class.checked_sub(1)?))?;
                Some(Self::Total(*class, u32::from_be_bytes(rest.try_into().ok()?)))
            }
            [EXCEPTION, code] => Some(Self::Exception(reason::of(code)?, Row::unpack(rest))),
            [PENDING, _] => Some(Self::Pending(Row::unpack(rest))),
            [HEARD, _] => Some(Self::Heard(Row::unpack(rest))),
            [PASSED, _] => Some(Self::Passed(Row::unpack(rest))),
            _ => None,
        }
    }
}

/// Where lines go.
pub trait Lines {
    /// Takes one.
    fn line(&mut self, line: Line);

    /// One of a class for a station, with its money.
    fn total(&mut self, class: Class, station: u32, amount: u64) {
        self.line(Line { said: Said::Total(class, station), count: 1, amount });
    }

    /// More money of a class, for a lock that was counted on an earlier day.
    fn more(&mut self, class: Class, station: u32, amount: u32) {
        if amount > 0 {
            let said = Said::Total(class, station);
            self.line(Line { said, count: 0, amount: u64::from(amount) });
        }
    }

    /// Something to look at, and the money that it is about.
    fn exception(&mut self, code: Code, row: &Row, amount: u64) {
        self.line(Line { said: Said::Exception(code, *row), count: 1, amount });
    }

    /// A settled lock that later days should know of.
    fn passed(&mut self, row: &Row) {
        self.line(Line { said: Said::Passed(*row), count: 1, amount: 0 });
    }

    /// A row for the next day.
    fn pending(&mut self, row: &Row) {
        self.line(Line { said: Said::Pending(*row), count: 1, amount: 0 });
    }
}

impl Lines for Vec<Line> {
    fn line(&mut self, line: Line) {
        self.push(line);
    }
}
