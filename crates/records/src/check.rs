//! Holding rows against the keys, many at a time.
//!
//! The rows of a batch are sorted by key version, so that each call of `crypto::bulk` has records of one suite and scheme.

use crypto::bulk::{Batch, Bulk, Codes, Engine, Faults, Integers, Record};
use crypto::check;
use host::MainKeys;
use wire::Mac;

use crate::keys::{Version, Versions};
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

/// A checker with its keys made ready, and its room: for one thread, and for as many batches as there are.
#[derive(Debug)]
pub struct Ready<'a> {
    checker: &'a Checker,
    /// One for each version, in their order.
    bulks: Vec<Bulk>,
    batch: Batch,
    faults: Vec<Faults>,
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

    /// True when it has keys of every version of a centre: those with which nobody can compute are left out.
    #[must_use]
    pub fn has_all_of(&self, main: &MainKeys) -> bool {
        main.sets().count() == self.versions.all().len()
    }

    /// The key versions that it knows.
    #[must_use]
    pub const fn versions(&self) -> &Versions {
        &self.versions
    }

    /// For one thread. Keys are made ready here and not for every batch.
    #[must_use]
    pub fn ready(&self) -> Ready<'_> {
        let bulk = |version: &Version| Bulk::new(self.engine, &version.keys);
        let bulks = self.versions.all().iter().map(bulk).collect();
        Ready { checker: self, bulks, batch: Batch::default(), faults: Vec::new() }
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
                let record = row.debit().ok_or(malformed)?;
                numbered(&record)?;
                Ok(Some(Work::Tac(record)))
            }
            Kind::NoDispense => {
                sound(&row.terms().ok_or(malformed)?)?;
                Ok(None)
            }
            Kind::OnlineUnlock => {
                row.tac.ok_or(malformed)?;
                numbered(&row.numbers().ok_or(malformed)?)?;
                Ok(None)
            }
            Kind::Void => row.tid().map(|_| None).ok_or(malformed),
        }
    }
}

impl Ready<'_> {
    /// The codes of one made-up record under each key version, by which sets of keys are told from one another. No card
    /// has its ASN.
    #[must_use]
    pub fn samples(&mut self) -> Vec<(u8, u8, Codes)> {
        self.batch.clear();
        self.batch.push_integers(&Integers::default());
        let versions = self.checker.versions.all().iter().zip(&mut self.bulks);
        let sample = |(version, bulk): (&Version, &mut Bulk)| {
            let mut codes = [Codes::ZERO];
            bulk.codes(&self.batch, &mut codes);
            let [codes] = codes;
            (version.number, version.algorithm, codes)
        };
        versions.map(sample).collect()
    }

    /// What is wrong with each row, in their order. Sales and grey records are held against MAC2, GTAC, GMAC and SAM TAC,
    /// sales and sightings against their TAC, unproved deliveries against MAC2 and GTAC. MAC3 of an on-line unlock was
    /// checked by whoever heard it: its session is not in the row.
    #[must_use]
    pub fn verdicts(&mut self, rows: &[Outcome]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(rows.len());
        let mut by_version: Vec<Group> = Vec::new();
        by_version.resize_with(self.bulks.len(), Group::default);
        let mut seen = Group::default();
        for (place, row) in rows.iter().enumerate() {
            match self.checker.first_look(row) {
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
        for (version, group) in by_version.iter().enumerate() {
            self.check_codes(version, rows, group, &mut verdicts);
        }
        self.try_tacs(rows, seen, &mut verdicts);
        verdicts
    }

    /// All codes of records that name this version.
    fn check_codes(
        &mut self,
        version: usize,
        rows: &[Outcome],
        group: &Group,
        verdicts: &mut [Verdict],
    ) {
        let Some(bulk) = self.bulks.get_mut(version) else { return };
        fill(&mut self.batch, &group.records);
        let claimed = |place: &usize| rows.get(*place).map_or(Codes::ZERO, claimed);
        let claimed: Vec<Codes> = group.places.iter().map(claimed).collect();
        self.faults.clear();
        self.faults.resize(claimed.len(), Faults::NONE);
        bulk.faults(&self.batch, &claimed, &mut self.faults);
        for (place, faults) in group.places.iter().zip(&self.faults) {
            if let (Some(row), Some(verdict)) = (rows.get(*place), verdicts.get_mut(*place)) {
                *verdict = judged(row, *faults);
            }
        }
    }

    /// With the newest version first; what it does not prove goes on to the next.
    fn try_tacs(&mut self, rows: &[Outcome], mut seen: Group, verdicts: &mut [Verdict]) {
        for bulk in &mut self.bulks {
            let mut made = vec![Mac([0; 4]); seen.records.len()];
            fill(&mut self.batch, &seen.records);
            bulk.tacs(&self.batch, &mut made);
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

fn fill(batch: &mut Batch, records: &[Record]) {
    batch.clear();
    records.iter().for_each(|record| batch.push(record));
}

/// The codes that a row has; zeros for those that it has not.
fn claimed(row: &Outcome) -> Codes {
    let mac = |bits: u32| Mac(bits.to_be_bytes());
    Codes {
        mac2: mac(row.mac2),
        gtac: mac(row.gtac),
        gmac: mac(row.gmac),
        sam_tac: mac(row.sam_tac),
        tac: mac(row.tac.unwrap_or_default()),
    }
}

/// What the terms of every honest lock have.
fn sound(record: &Record) -> Result<(), Reason> {
    let sound = record.trn.0[0] >= 0x80 && record.ctc <= LAST_LOCK_CTC;
    if sound { numbered(record) } else { Err(Reason::TermsInconsistent) }
}

/// What every card has: an ASN of digits.
fn numbered(record: &Record) -> Result<(), Reason> {
    if record.asn.is_bcd() { Ok(()) } else { Err(Reason::TermsInconsistent) }
}

/// In constant time.
fn differ(made: Mac, said: u32) -> bool {
    check(made, Mac(said.to_be_bytes())).is_none()
}

/// A row with a record, and which of its codes are not those that it must have.
fn judged(row: &Outcome, faults: Faults) -> Verdict {
    let wrong = |code: Faults| faults.any_of(code);
    let verdict = Verdict::GOOD
        .and(Reason::Mac2Wrong, wrong(Faults::MAC2))
        .and(Reason::CeilingExceedsBalance, row.ceiling > row.balance)
        .and(Reason::AmountExceedsCeiling, row.amount > row.ceiling)
        .and(Reason::GtacWrong, wrong(Faults::GTAC));
    if row.kind() == Some(Kind::Unproved) {
        return verdict;
    }
    let has_tac = row.kind() == Some(Kind::Sale) && row.tac.is_some();
    verdict
        .and(Reason::GmacWrong, wrong(Faults::GMAC))
        .and(Reason::SamTacWrong, wrong(Faults::SAM_TAC))
        .and(Reason::TacWrong, has_tac && wrong(Faults::TAC))
}
