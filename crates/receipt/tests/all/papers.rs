//! The record on paper, and who is believed.

use std::path::Path;
use std::time::Duration;

use pki::{Authority, Identity, Pair, REVOKED, Subject, Trust, UnixTime};
use receipt::{Paper, PaperError, picture};
use tempfile::TempDir;

use crate::record::record;

/// The end of the record's service, which is 2026-06-15 10:34:56 UTC.
const END: u64 = 1_781_519_696;

fn at(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

struct World {
    folder: TempDir,
    authority: Authority,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = at(END - 1_000_000);
        let authority =
            Authority::make(&folder.path().join("ca"), &"Test".parse().unwrap(), 7300, made)
                .unwrap();
        Self { folder, authority }
    }

    fn identity(&self, subject: &Subject, from: u64) -> Identity {
        let issued = self.authority.issue(subject, 30, at(from)).unwrap();
        let pair = Pair::free(&self.folder.path().join(issued.facts.serial.to_string())).unwrap();
        issued.write(&pair).unwrap();
        Identity::read(&pair).unwrap()
    }

    fn north(&self) -> Identity {
        self.identity(&Subject::Station("North".parse().unwrap()), END - 100)
    }

    fn trust(&self) -> Trust {
        let ca: &Path = &self.folder.path().join("ca");
        Trust::read(&ca.join(pki::CERTIFICATE), Some(&ca.join(REVOKED))).unwrap()
    }
}

#[test]
fn any_station_reads_what_another_one_signed() {
    let world = World::new();
    let text = Paper::sign(&record(), &world.north()).unwrap().to_text();
    println!("{} characters", text.len());
    let signed = Paper::from_text(&format!(" {text}\n")).unwrap().check(&world.trust()).unwrap();
    assert_eq!((signed.record, signed.station.as_str()), (record(), "North"));
    assert!(picture::png(&[], Some(&text)).is_ok(), "it fits a code");
}

#[test]
fn a_certificate_that_was_not_valid_then_is_not_believed() {
    let world = World::new();
    let late = world.identity(&Subject::Station("North".parse().unwrap()), END + 100_000);
    let paper = Paper::sign(&record(), &late).unwrap();
    assert!(matches!(paper.check(&world.trust()), Err(PaperError::NotBelieved(_))));
}

#[test]
fn a_stranger_an_operator_and_a_revoked_station_are_not_believed() {
    let (world, other) = (World::new(), World::new());
    let forged = Paper::sign(&record(), &other.north()).unwrap();
    assert!(matches!(forged.check(&world.trust()), Err(PaperError::NotBelieved(_))));
    let operator = world.identity(&Subject::Operator("Ann".parse().unwrap()), END - 100);
    assert_eq!(
        Paper::sign(&record(), &operator).unwrap().check(&world.trust()),
        Err(PaperError::NoStation)
    );
    let north = world
        .authority
        .issue(&Subject::Station("North".parse().unwrap()), 30, at(END - 100))
        .unwrap();
    let pair = Pair::free(&world.folder.path().join("north")).unwrap();
    north.write(&pair).unwrap();
    let paper = Paper::sign(&record(), &Identity::read(&pair).unwrap()).unwrap();
    assert!(paper.check(&world.trust()).is_ok());
    world.authority.revoke(&[north.facts.serial], at(END)).unwrap();
    assert!(matches!(paper.check(&world.trust()), Err(PaperError::NotBelieved(_))));
}

#[test]
fn a_changed_paper_is_not_believed_whatever_was_changed() {
    let world = World::new();
    let trust = world.trust();
    let text = Paper::sign(&record(), &world.north()).unwrap().to_text();
    let bytes = base45::decode(text.strip_prefix("GL1:").unwrap()).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let paper = Paper::from_text(&format!("GL1:{}", base45::encode(changed)));
        assert!(paper.and_then(|paper| paper.check(&trust)).is_err(), "byte {place}");
    }
    for cut in 0..text.len() {
        let paper = Paper::from_text(&text[..cut]);
        assert!(paper.and_then(|paper| paper.check(&trust)).is_err(), "cut at {cut}");
    }
    for strange in ["", "GL1:", "GL2:00", "https://example.org", "GL1:äö"] {
        assert!(Paper::from_text(strange).is_err(), "{strange}");
    }
}

/// To look at: `cargo test -p receipt -- --ignored` leaves `receipt.png` in the target's `tmp`.
#[test]
#[ignore = "a picture to look at"]
fn a_picture_to_look_at() {
    let [station, product, unit, currency] = ["North", "Diesel", "L", "EUR"].map(str::to_owned);
    let receipt = receipt::Receipt {
        station,
        product,
        unit,
        currency,
        decimals: 2,
        record: record(),
        ending: receipt::Ending::Grey,
    };
    let text = Paper::sign(&record(), &World::new().north()).unwrap().to_text();
    let png = picture::png(&receipt.lines(), Some(&text)).unwrap();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("receipt.png"), png).unwrap();
    println!("{text}");
}
