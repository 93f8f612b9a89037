//! What released versions have stored and sent, kept as bytes: journals and reports of every version stay readable.
//!
//! Each file holds one kind a line: its name, then its bytes. A file is never changed once released; a
//! new version gets a new file, and these tests fail until it is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use wire::record::Rounding;
use wire::{
    Amount, Asn, Certified, Claim, ClaimedRecord, Date, Delivery, Dispersing, Entry, GreyState,
    GreyStatus, Icc, KeyRef, Limit, LockId, LockTerms, Mac, PurchaseAnswer, PurchaseStep,
    PurchaseTerms, Purse, Report, Scheme, Stamp, StatusMore, Step, Tid, Time, Trn, Ttc,
};

/// The journal's layout has no version byte of its own: the journal that carries it has.
const ENTRY_VERSION: u8 = 3;

/// The lines of a file: kind and bytes.
fn read(file: &str) -> BTreeMap<String, Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen").join(file);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("the current version has no frozen bytes: {file}: {error}"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (kind, bytes) = line.split_once(' ').unwrap();
            (kind.to_owned(), crate::bytes(bytes))
        })
        .collect()
}

const ASN: Asn = Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17]);
const TID: Tid = Tid([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6]);
const TTC: Ttc = Ttc(0x0102_0304);

fn id() -> LockId {
    LockId { asn: ASN, purse: Purse::Ed, ctc: 0x002A, tid: TID, ttc: TTC }
}

fn terms() -> LockTerms {
    LockTerms {
        id: id(),
        icc: Icc([0x1A, 0x1B, 0x1C, 0x1D]),
        trn: Trn([0x81, 0x82, 0x83, 0x84]),
        balance: Amount::new(0x0001_86A0).unwrap(),
        limit: Limit::new(0x0B_0C0D).unwrap(),
        at: Stamp {
            date: Date::new(2026, 2, 14).unwrap(),
            time: Time::new(23, 59, 58).unwrap(),
            utc_offset_minutes: 480,
        },
        key: KeyRef { version: 7, algorithm: 0x10 },
        scheme: Scheme::Field,
        dispersing: Dispersing::new(&[[0x51; 8], [0x52; 8]]).unwrap(),
    }
}

fn certified() -> Certified {
    Certified {
        mac2: Mac([0xC1, 0xC2, 0xC3, 0xC4]),
        gtac: Mac([0x91, 0x92, 0x93, 0x94]),
        nozzle: 3,
        product: 95,
        unit_price: 0x0002_0304,
        rounding: Rounding::Nearest,
        ceiling: Amount::new(0x0001_869F).unwrap(),
        totalizer_before: 0x0102_0304_0506_0708,
    }
}

fn delivery() -> Delivery {
    Delivery {
        quantity: 0x1112_1314_1516_1718,
        amount: Amount::new(0x1234).unwrap(),
        at: Stamp {
            date: Date::new(2026, 2, 15).unwrap(),
            time: Time::new(0, 1, 2).unwrap(),
            utc_offset_minutes: -210,
        },
        totalizer_after: 0x2122_2324_2526_2728,
    }
}

fn claim() -> Claim {
    Claim { gmac: Mac([0xE1, 0xE2, 0xE3, 0xE4]), sam_tac: Mac([0x71, 0x72, 0x73, 0x74]) }
}

fn record() -> ClaimedRecord {
    ClaimedRecord { terms: terms(), certified: certified(), delivery: delivery(), claim: claim() }
}

fn status() -> GreyStatus {
    GreyStatus {
        state: GreyState::UnlockedOnline,
        purse: Purse::Ep,
        balance: Amount::new(0x0001_86A0).unwrap(),
        ctc: 0x002C,
        tid: TID,
        date: Date::new(2026, 2, 15).unwrap(),
        time: Time::new(0, 1, 2).unwrap(),
        a: [0, 0, 0x12, 0x34],
        b: Mac([0x31, 0x32, 0x33, 0x34]),
        more: Some(StatusMore { ttc: Ttc(0x0506), ..StatusMore::default() }),
    }
}

const TAC: Mac = Mac([0x41, 0x42, 0x43, 0x44]);

fn purchase() -> PurchaseTerms {
    let LockTerms { id, icc, balance, limit, at, key, .. } = terms();
    PurchaseTerms { id, icc, amount: Amount::new(0x1234).unwrap(), balance, limit, at, key }
}

fn answer() -> PurchaseAnswer {
    PurchaseAnswer { tac: TAC, mac2: Mac([0xC1, 0xC2, 0xC3, 0xC4]) }
}

/// The name of an entry in the file. A new kind does not compile here until it has one.
fn name_of_entry(entry: &Entry) -> &'static str {
    match entry {
        Entry::Lock { step, .. } => match step {
            Step::LockSent(_) => "lock_sent",
            Step::Locked(_) => "locked",
            Step::Delivered(_) => "delivered",
            Step::Claimed(_) => "claimed",
            Step::Settled(_) => "settled",
            Step::NoDispense => "no_dispense",
            Step::Void => "void",
        },
        Entry::TacSeen { .. } => "tac_seen",
        Entry::Refused(_) => "refused",
        Entry::RefusedRecord { .. } => "refused_record",
        Entry::Reported { .. } => "reported",
        Entry::Purchase { step, .. } => step.name(),
    }
}
const ENTRIES: usize = 14;

fn name_of_report(report: &Report) -> &'static str {
    match report {
        Report::Sale(..) => "sale",
        Report::Grey(_) => "grey",
        Report::NoDispense(_) => "no_dispense",
        Report::Void(..) => "void",
        Report::Unproved(..) => "unproved",
        Report::TacSeen(..) => "tac_seen",
        Report::Purchase(..) => "purchase",
        Report::PurchaseUnknown(_) => "purchase_unknown",
    }
}
const REPORTS: usize = 8;

fn entries() -> Vec<Entry> {
    let steps = [
        Step::LockSent(terms()),
        Step::Locked(certified()),
        Step::Delivered(delivery()),
        Step::Claimed(claim()),
        Step::Settled(TAC),
        Step::NoDispense,
        Step::Void,
    ];
    let mut all: Vec<Entry> =
        steps.into_iter().map(|step| Entry::Lock { tid: TID, ttc: TTC, step }).collect();
    all.push(Entry::TacSeen { asn: ASN, status: status() });
    all.push(Entry::Refused(id()));
    all.push(Entry::RefusedRecord { lock: id(), tried: record().tried() });
    all.push(Entry::Reported { through: 0x0102_0304_0506_0708 });
    let steps = [PurchaseStep::Sent(purchase()), PurchaseStep::Paid(answer()), PurchaseStep::Void];
    all.extend(steps.map(|step| Entry::Purchase { tid: TID, ttc: TTC, step }));
    all
}

fn reports() -> Vec<Report> {
    vec![
        Report::Sale(record(), TAC),
        Report::Grey(record()),
        Report::NoDispense(terms()),
        Report::Void(TID, TTC),
        Report::Unproved(terms(), certified(), delivery()),
        Report::TacSeen(ASN, status()),
        Report::Purchase(purchase(), answer()),
        Report::PurchaseUnknown(purchase()),
    ]
}

/// Compares every kind with its line, both ways, and the lines with the kinds.
fn compare<T: PartialEq + std::fmt::Debug>(
    file: &str,
    values: &[T],
    name: impl Fn(&T) -> &'static str,
    encode: impl Fn(&T) -> Vec<u8>,
    decode: impl Fn(&[u8]) -> Option<T>,
) {
    let mut frozen = read(file);
    for value in values {
        let name = name(value);
        let bytes = frozen.remove(name).unwrap_or_else(|| panic!("{file} has no line `{name}`"));
        assert_eq!(decode(&bytes).as_ref(), Some(value), "{file}: {name} is read otherwise");
        assert_eq!(hex::encode(encode(value)), hex::encode(&bytes), "{file}: {name}");
    }
    assert!(frozen.is_empty(), "{file}: no kind is named {:?}", frozen.keys());
}

/// Every version has its own file, with the kinds that it knows.
#[test]
fn journals_of_every_version_are_read() {
    assert_eq!(entries().len(), ENTRIES);
    for version in 1..=ENTRY_VERSION {
        let mut known = entries();
        known.retain(|entry| entry.since_version() <= version);
        compare(
            &format!("entry.v{version}.hex"),
            &known,
            name_of_entry,
            |entry| entry.to_bytes().to_vec(),
            Entry::from_bytes,
        );
    }
}

#[test]
fn reports_of_every_version_are_read() {
    assert_eq!(reports().len(), REPORTS);
    for version in 1..=Report::VERSION {
        let mut known = reports();
        known.retain(|report| report.version() == version);
        compare(
            &format!("report.v{version}.hex"),
            &known,
            name_of_report,
            |report| report.to_bytes().to_vec(),
            Report::from_bytes,
        );
    }
}

#[test]
fn steps_have_the_names_of_the_protocol() {
    for entry in entries() {
        if let Entry::Lock { step, .. } = entry {
            assert_eq!(step.name(), name_of_entry(&entry));
        }
    }
}
