//! Checking rows against the keys, whole batches at once, as `greylock verify` does (crate `records`).
//!
//! What is checked is what the centre's rules check without their books (protocol §9, "What the centre hears"). Whether
//! the card was issued and whether the station owns the TID was asked at the centre's door.

use crc::{CRC_64_XZ, Crc};
use host::Code;
use records::{Checker, Outcome, Reason, Verdict};
use wire::Scheme;

use crate::reason::number;
use crate::row::{Kind, Row, mark};

const CRC: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

/// What the keys say of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Finding {
    /// 0, or the number of the reason for which the row counts as not heard.
    pub reason: u8,
    /// [`mark::GTAC`], [`mark::TAC`] and [`mark::FIELD`].
    pub marks: u8,
}

impl Finding {
    /// As one column: the marks above, the reason below.
    #[must_use]
    pub const fn as_column(self) -> u16 {
        (self.marks as u16) << 8 | self.reason as u16
    }

    /// Out of the column.
    #[must_use]
    pub const fn from_column(column: u16) -> Self {
        let [marks, reason] = column.to_be_bytes();
        Self { reason, marks }
    }
}

/// A number that tells these keys from others, so that all executors of a cluster are known to have the same: the
/// CRC-64/XZ of codes that they make. No key can be had back from it.
#[must_use]
pub fn fingerprint(checker: &Checker) -> u64 {
    let mut samples = checker.ready().samples();
    samples.sort_unstable_by_key(|(version, algorithm, _)| (*version, *algorithm));
    let mut digest = CRC.digest();
    for (version, algorithm, codes) in samples {
        digest.update(&[version, algorithm]);
        for code in [codes.mac2, codes.gtac, codes.gmac, codes.sam_tac, codes.tac] {
            digest.update(&code.0);
        }
    }
    digest.finalize()
}

/// Checks rows; there are as many findings as rows.
#[must_use]
pub fn batch(checker: &Checker, rows: &[Row]) -> Vec<Finding> {
    let outcomes: Vec<Outcome> = rows.iter().map(Row::outcome).collect();
    let verdicts = checker.ready().verdicts(&outcomes);
    rows.iter().zip(verdicts).map(|(row, verdict)| found(checker, row, verdict)).collect()
}

/// A record whose MAC2, GMAC and SAM TAC are right and whose TAC is wrong counts as grey; a wrong GTAC rejects none.
fn found(checker: &Checker, row: &Row, verdict: Verdict) -> Finding {
    let kind = row.kind();
    let rejected = verdict.reason().filter(|reason| match reason {
        Reason::GtacWrong => false,
        Reason::TacWrong => kind == Some(Kind::TacSeen),
        _ => true,
    });
    if let Some(reason) = rejected {
        // What no report can carry counts as terms that cannot be: the centre would not have heard it.
        return Finding {
            reason: number(reason.code().unwrap_or(Code::TermsInconsistent)),
            marks: 0,
        };
    }
    let claim = kind.is_some_and(Kind::is_claim);
    let shown = matches!(kind, Some(Kind::Sale | Kind::TacSeen)) && row.has(mark::TAC_THERE);
    let marks = [
        (claim && !verdict.has(Reason::GtacWrong), mark::GTAC),
        (shown && !verdict.has(Reason::TacWrong), mark::TAC),
        (claim && is_field(checker, row), mark::FIELD),
    ];
    let marks = marks.into_iter().filter(|(holds, _)| *holds).fold(0, |all, (_, bit)| all | bit);
    Finding { reason: 0, marks }
}

/// True when nobody proved date' and time' of the row (protocol §4).
fn is_field(checker: &Checker, row: &Row) -> bool {
    let versions = checker.versions();
    let version = versions.find(row.key_version, row.algorithm);
    let version = version.and_then(|place| versions.all().get(place));
    version.is_some_and(|version| version.keys.scheme == Scheme::Field)
}
