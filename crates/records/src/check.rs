//! Holding rows against the keys, many at a time.
//!
//! The rows of a batch are sorted by key version, so that each call of `crypto::bulk` has records of one suite and scheme.

use crypto::bulk::{self, Codes, Engine, Record};
use crypto::check;
use host::MainKeys;
use wire::Mac;

use crate::keys::Versions;
use crate::outcome::{Kind, Outcome};
use crate::verdict::{Reason, Verdict};

/// Highest CTC at which INITIALIZE FOR REFUEL still answers (protocol §2).
const LAST_LOCK_CTC: u16 = 0xFFFD;

/// Knows the keys, and judges rows by them.
#[derive(Clone, Debug)]
pub struct Checker {
    versions: Versions,
    engine: Engine,
}

/// What is left to be done for a row.
enum Work {
    /// Its codes are made with the keys at a place.
    Codes(usize, Record),
    /// Its TAC is tried with every version: the status that showed it names none (protocol §12).
    Tac(Record),
}

/// Rows of a batch that are done together.
#[derive(Default)]
struct Group {
    /// Their places in the batch.
    places: Vec<usize>,
    records: Vec<Record>,
}

impl Group {
    fn push(&mut self, place: usize, record: Record) {
        self.places.push(place);
        self.records.push(record);
    }
}

impl Checker {
    /// With the keys of a centre.
    #[must_use]
    pub fn new(main: &MainKeys, engine: Engine) -> Self {
        Self { versions: Versions::of(main), engine }
    }

    /// What is wrong with each row, in their order. Sales and grey records are held against MAC2, GTAC, GMAC and SAM TAC,
    /// sales and sightings against their TAC, unproved deliveries against MAC2 and GTAC. MAC3 of an on-line unlock was
    /// checked by whoever heard it: its session is not in the row.
    #[must_use]
    pub fn verdicts(&self, rows: &[Outcome]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(rows.len());
        let mut by_version: Vec<Group> = Vec::new();
        by_version.resize_with(self.versions.all().len(), Group::default);
        let mut seen = Group::default();
        for (place, row) in rows.iter().enumerate() {
            match self.first_look(row) {
                Ok(Some(Work::Codes(version, record))) => {
                    if let Some(group) = by_version.get_mut(version) {
                        group.push(place, record);
                    }
                    verdicts.push(Verdict::GOOD);
                }
                Ok(Some(Work::Tac(record))) => {
                    seen.push(place, record);
                    verdicts.push(Verdict::GOOD);
                }
                Ok(None) => verdicts.push(Verdict::GOOD),
                Err(reason) => verdicts.push(Verdict::of(reason)),
            }
        }
        for (version, group) in self.versions.all().iter().zip(&by_version) {
            let mut made = vec![Codes::ZERO; group.records.len()];
            bulk::codes(self.engine, &version.keys, &group.records, &mut made);
            for (place, codes) in group.places.iter().zip(&made) {
                if let (Some(row), Some(verdict)) = (rows.get(*place), verdicts.get_mut(*place)) {
                    *verdict = judged(row, codes);
                }
            }
        }
        self.try_tacs(rows, seen, &mut verdicts);
        verdicts
    }

    /// What can be said of a row without a code, as the centre says it.
    fn first_look(&self, row: &Outcome) -> Result<Option<Work>, Reason> {
        let malformed = Reason::Malformed;
        match row.kind().ok_or(malformed)? {
            Kind::Sale if row.tac.is_none() => Err(malformed),
            Kind::Sale | Kind::Grey | Kind::Unproved => {
                let record = row.record().ok_or(malformed)?;
                sound(&record)?;
                let version = self.versions.find(row.key_version, row.algorithm);
                let version = version.ok_or(Reason::KeyVersionUnknown)?;
                Ok(Some(Work::Codes(version, record)))
            }
            Kind::TacSeen => {
                row.tac.ok_or(malformed)?;
                row.debit().map(|record| Some(Work::Tac(record))).ok_or(malformed)
            }
            Kind::NoDispense => {
                sound(&row.terms().ok_or(malformed)?)?;
                Ok(None)
            }
            Kind::OnlineUnlock => row.tac.and(row.numbers()).map(|_| None).ok_or(malformed),
            Kind::Void => row.tid().map(|_| None).ok_or(malformed),
        }
    }

    /// With the newest version first; what it does not prove goes on to the next.
    fn try_tacs(&self, rows: &[Outcome], mut seen: Group, verdicts: &mut [Verdict]) {
        for version in self.versions.all() {
            let mut made = vec![Mac([0; 4]); seen.records.len()];
            bulk::tacs(self.engine, &version.keys, &seen.records, &mut made);
            let mut left = Group::default();
            for ((place, record), made) in seen.places.into_iter().zip(seen.records).zip(made) {
                let tac = rows.get(place).and_then(|row| row.tac).unwrap_or_default();
                if differ(made, tac) {
                    left.push(place, record);
                }
            }
            seen = left;
        }
        for place in seen.places {
            if let Some(verdict) = verdicts.get_mut(place) {
                *verdict = Verdict::of(Reason::TacWrong);
            }
        }
    }
}

/// What the terms of every honest lock have.
fn sound(record: &Record) -> Result<(), Reason> {
    let sound = record.trn.0[0] >= 0x80 && record.ctc <= LAST_LOCK_CTC && record.asn.is_bcd();
    if sound { Ok(()) } else { Err(Reason::TermsInconsistent) }
}

/// In constant time.
fn differ(made: Mac, said: u32) -> bool {
    check(made, Mac(said.to_be_bytes())).is_none()
}

/// A row with a record, and the codes that it must have.
fn judged(row: &Outcome, codes: &Codes) -> Verdict {
    let verdict = Verdict::GOOD
        .and(Reason::Mac2Wrong, differ(codes.mac2, row.mac2))
        .and(Reason::CeilingExceedsBalance, row.ceiling > row.balance)
        .and(Reason::AmountExceedsCeiling, row.amount > row.ceiling)
        .and(Reason::GtacWrong, differ(codes.gtac, row.gtac));
    if row.kind() == Some(Kind::Unproved) {
        return verdict;
    }
    let tac = row.tac.filter(|_| row.kind() == Some(Kind::Sale));
    verdict
        .and(Reason::GmacWrong, differ(codes.gmac, row.gmac))
        .and(Reason::SamTacWrong, differ(codes.sam_tac, row.sam_tac))
        .and(Reason::TacWrong, tac.is_some_and(|tac| differ(codes.tac, tac)))
}
