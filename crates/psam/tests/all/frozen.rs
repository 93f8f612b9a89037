//! Every image format that was ever written, kept as bytes and opened again.

use std::path::PathBuf;

use nvm::memory::Ram;
use psam::{FORMAT, IMAGE_LEN, IMAGE_LEN_1, LockView, Psam};
use wire::{Purse, Ttc};

use crate::support::*;

fn path(format: u8) -> PathBuf {
    let name = format!("psam-format-{format}.hex");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join("frozen").join(name)
}

fn stored(format: u8) -> Vec<u8> {
    let path = path(format);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("format {format} is not kept ({error}): run `cargo test -p psam -- --ignored keep` and commit the file")
    });
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// The life that the stored image has had: one lock of each standing and scheme.
fn life() -> (Sam, [Session; 5]) {
    let mut sam = new_sam();
    let dispersing = wire::Dispersing::new(&[[0xC1; 8]]).unwrap();
    let drawn = Card::new(1, SEED).start(&mut sam);
    let wrong = Card { purse: Purse::Ep, ..Card::new(2, FIELD) }.start(&mut sam);
    assert_eq!(status(&mut sam, &wrong.wrong_certificate()), 0x9302);
    let certified = Card { dispersing, ..Card::new(3, SEED) }.certify(&mut sam);
    let given = Card::new(4, SEED).give(&mut sam, 1_234);
    let field = Card { ctc: 0x1234, ..Card::new(5, FIELD) }.give(&mut sam, 10_000);
    (sam, [drawn, wrong, certified, given, field])
}

/// The stored image of a format, with power; an older one is migrated first.
fn opened(format: u8) -> Sam {
    let stored = Ram::holding(stored(format), false);
    if format == FORMAT {
        return sam_in(stored);
    }
    let refused = Psam::power_on(stored.clone()).unwrap_err();
    assert_eq!(refused, nvm::OpenError::OlderVersion { known: FORMAT, found: format });
    assert_eq!(stored.bytes.len(), IMAGE_LEN_1);
    sam_in(Psam::migrate(stored, Ram::fixed(IMAGE_LEN)).unwrap().into_nvm())
}

#[test]
fn every_format_is_kept_and_reads_as_it_was_written() {
    for format in 1..=FORMAT {
        let (_, [drawn, wrong, certified, given, field]) = life();
        let mut sam = opened(format);
        let view = sam.view();
        assert_eq!((view.tid, view.serial, view.next_ttc), (TID, SERIAL, Ttc(6)));
        let shown = |lock: &LockView| {
            (lock.ttc.0, lock.purse, lock.ctc, lock.certified, lock.wrong_mac2, lock.given)
        };
        let locks: Vec<_> = view.pending().map(shown).collect();
        let expected = [
            (5, Purse::Ed, 0x1234, true, 0, Some(amount(10_000))),
            (4, Purse::Ed, 7, true, 0, Some(amount(1_234))),
            (3, Purse::Ed, 7, true, 0, None),
            (2, Purse::Ep, 7, false, 1, None),
            (1, Purse::Ed, 7, false, 0, None),
        ];
        assert_eq!(locks, expected, "format {format}");

        // The keys are the same ones: every lock goes on.
        assert_eq!(send(&mut sam, &given.get_gmac().encode()), (given.expected(1_234), 0x9000));
        assert_eq!(send(&mut sam, &field.get_gmac().encode()), (field.expected(10_000), 0x9000));
        for session in [certified, drawn, wrong] {
            assert_eq!(status(&mut sam, &session.certificate()), 0x9000);
            assert_eq!(send(&mut sam, &session.debit(8).encode()), (session.expected(8), 0x9000));
        }
        assert_eq!(Card::new(6, SEED).start(&mut sam).ttc, Ttc(6));
    }
}

#[test]
fn the_current_format_is_written_byte_for_byte() {
    let (sam, _) = life();
    assert_eq!(sam.into_nvm().bytes, stored(FORMAT), "the layout changed: that needs a new FORMAT");
}

/// Writes what is to be kept; never over a file that is there.
#[test]
#[ignore = "run by hand once for each new FORMAT"]
fn keep_the_current_format() {
    let path = path(FORMAT);
    assert!(!path.exists(), "{} is frozen", path.display());
    let bytes = life().0.into_nvm().bytes;
    let lines: Vec<String> = bytes.chunks(32).map(hex::encode).collect();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}
