//! Files held against the keys: exactly what is wrong is found, whatever the threads.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use crypto::Key;
use crypto::bulk::Engine;
use host::{KeyKind, KeySet, MainKeys};
use records::day::Order;
use records::{Checker, Class, Event, Kind, Outcome, Reason, Verdict, verify};
use wire::{Scheme, Suite};

use crate::formats::csv;
use crate::table::written;
use crate::world::{keys, made, order};

/// Keys of four versions: every suite, both schemes, and one level of dispersing more.
pub(crate) fn many_keys() -> MainKeys {
    let mut keys = keys();
    keys.version = 7;
    keys.issuer = [1, 2, 3, 4, 5, 6, 7, 8];
    keys.levels = KeyKind::ALL.into_iter().map(|kind| (kind, 2)).collect();
    let set = |version: u8, suite: Suite, scheme: Scheme| {
        let key = |key: &Key| Key::of(suite, key.expose().map(|byte| byte ^ version));
        let main = keys.main.iter().map(|(kind, main)| (*kind, key(main))).collect();
        KeySet { main, version, suite: suite.byte(), scheme }
    };
    keys.older = vec![
        set(6, Suite::Aes, Scheme::Seed),
        set(5, Suite::Sm4, Scheme::Seed),
        set(4, Suite::TripleDes, Scheme::Field),
    ];
    keys
}

fn day(records: u64, forged: u64, seed: u64) -> Order {
    Order { forged, escapes: 100, duplicates: 20, late: 20, clones: 5, ..order(records, seed) }
}

#[test]
fn exactly_the_forged_rows_are_found_whatever_their_keys() {
    for (keys, seed) in [(keys(), 1), (many_keys(), 2), (many_keys(), 3)] {
        let (rows, truth) = made(&day(3_000, 150, seed), &keys, 1);
        let versions: std::collections::BTreeSet<u8> =
            rows.iter().filter(|row| row.icc > 0).map(|row| row.key_version).collect();
        assert_eq!(versions.len(), keys.older.len() + 1);
        for engine in Engine::available() {
            let verdicts = Checker::new(&keys, engine).ready().verdicts(&rows);
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for reason in verdicts.iter().filter_map(|verdict| verdict.reason()) {
                *found.entry(reason.name().to_owned()).or_default() += 1;
            }
            let forged = truth.forged.iter();
            let forged = forged.map(|(code, count)| (format!("{code}_wrong"), *count)).collect();
            assert_eq!(found, forged, "seed {seed}, {}", engine.name());
        }
    }
}

/// A row that was changed, and the reason that it must have.
fn changed(row: Outcome) -> Vec<(Outcome, Option<Reason>)> {
    use Reason as R;
    vec![
        (row, None),
        (Outcome { kind: 0, ..row }, Some(R::Malformed)),
        (Outcome { kind: 8, ..row }, Some(R::Malformed)),
        (Outcome { purse: 3, ..row }, Some(R::Malformed)),
        (Outcome { tid: 1 << 48, ..row }, Some(R::Malformed)),
        (Outcome { balance: 0x8000_0000, ..row }, Some(R::Malformed)),
        (Outcome { amount: 0x8000_0000, ..row }, Some(R::Malformed)),
        (Outcome { lock_date: 0x2026_1301, ..row }, Some(R::Malformed)),
        (Outcome { lock_time: 0x0024_0000, ..row }, Some(R::Malformed)),
        (Outcome { lock_time: row.lock_time | 1 << 24, ..row }, Some(R::Malformed)),
        (Outcome { end_date: 0x2026_0200, ..row }, Some(R::Malformed)),
        (Outcome { end_time: 0x0012_6000, ..row }, Some(R::Malformed)),
        (Outcome { tac: None, ..row }, Some(R::Malformed)),
        (Outcome { trn: row.trn & 0x7FFF_FFFF, ..row }, Some(R::TermsInconsistent)),
        (Outcome { ctc: 0xFFFE, ..row }, Some(R::TermsInconsistent)),
        (Outcome { asn: row.asn | 0xF, ..row }, Some(R::TermsInconsistent)),
        (Outcome { key_version: 9, ..row }, Some(R::KeyVersionUnknown)),
        (Outcome { algorithm: 0x10, ..row }, Some(R::KeyVersionUnknown)),
        (Outcome { mac2: row.mac2 ^ 1, gmac: 0, ..row }, Some(R::Mac2Wrong)),
        (Outcome { icc: row.icc ^ 1, ..row }, Some(R::Mac2Wrong)),
        (Outcome { balance: row.balance + 1, ..row }, Some(R::Mac2Wrong)),
        (Outcome { ceiling: row.balance + 1, ..row }, Some(R::CeilingExceedsBalance)),
        (Outcome { ceiling: u32::MAX, ..row }, Some(R::CeilingExceedsBalance)),
        (Outcome { ceiling: row.amount - 1, ..row }, Some(R::AmountExceedsCeiling)),
        (Outcome { amount: row.amount - 1, ..row }, Some(R::GmacWrong)),
        (Outcome { gmac: row.gmac ^ 1 << 31, ..row }, Some(R::GmacWrong)),
        (Outcome { end_time: 0x0001_0203, ..row }, Some(R::GmacWrong)),
        (Outcome { sam_tac: row.sam_tac ^ 1 << 7, ..row }, Some(R::SamTacWrong)),
        (Outcome { tac: row.tac.map(|tac| tac ^ 1), ..row }, Some(R::TacWrong)),
        (Outcome { gtac: row.gtac ^ 1, ..row }, Some(R::GtacWrong)),
        (Outcome { gtac: 0, tac: Some(0), ..row }, Some(R::TacWrong)),
        (Outcome { kind: 2, tac: None, ..row }, None),
        (Outcome { kind: 7, tac: None, gmac: 0, sam_tac: 0, ..row }, None),
        (Outcome { kind: 7, tac: None, mac2: 0, ..row }, Some(R::Mac2Wrong)),
        (Outcome { kind: 7, tac: None, gtac: 0, ..row }, Some(R::GtacWrong)),
        // Neither station, nor overdraft limit, nor the offset from UTC is in any code.
        (Outcome { station: 0, overdraft: 9, utc_offset_minutes: 0, ..row }, None),
    ]
}

#[test]
fn a_batch_leaves_nothing_behind_for_the_next_one() {
    let keys = many_keys();
    let (rows, _) = made(&day(20_000, 300, 8), &keys, 1);
    for engine in Engine::available() {
        let checker = Checker::new(&keys, engine);
        let whole = checker.ready().verdicts(&rows);
        let mut ready = checker.ready();
        let (first, others) = rows.split_at(9_000);
        let mut parts = ready.verdicts(first);
        for rows in others.chunks(777) {
            assert!(ready.verdicts(&[]).is_empty());
            parts.extend(ready.verdicts(rows));
        }
        assert!(parts == whole, "{}", engine.name());
    }
}

#[test]
fn each_reason_is_the_one_that_the_centre_gives() {
    let keys = keys();
    let (rows, _) = made(&order(50, 4), &keys, 1);
    let sale = rows.iter().find(|row| row.kind() == Some(Kind::Sale) && row.purse == 1).unwrap();
    let cases = changed(Outcome { ceiling: sale.ceiling - 1, ..*sale });
    let rows: Vec<Outcome> = cases.iter().map(|(row, _)| *row).collect();
    let verdicts = Checker::new(&keys, Engine::best()).ready().verdicts(&rows);
    for ((row, want), verdict) in cases.iter().zip(verdicts) {
        assert_eq!(verdict.reason(), *want, "{row:?}");
    }
    let seen: std::collections::BTreeSet<Reason> = cases.iter().filter_map(|(_, r)| *r).collect();
    assert!(seen.into_iter().eq(Reason::ALL), "each of them");
    assert_eq!(Reason::GtacWrong.class(), Class::Warning, "protocol §9: it rejects no record");
    assert_eq!(Reason::TacWrong.class(), Class::NotProved, "protocol §9: a grey record");
}

#[test]
fn what_has_no_code_of_its_own_is_looked_at_all_the_same() {
    let keys = many_keys();
    let (rows, _) = made(&day(20_000, 0, 5), &keys, 2);
    let of = |kind: Kind| *rows.iter().find(|row| row.kind() == Some(kind)).unwrap();
    let (seen, online) = (of(Kind::TacSeen), of(Kind::OnlineUnlock));
    let (notice, void) = (of(Kind::NoDispense), of(Kind::Void));
    let cases = [
        (seen, None),
        (Outcome { tac: Some(0), ..seen }, Some(Reason::TacWrong)),
        (Outcome { tac: None, ..seen }, Some(Reason::Malformed)),
        (Outcome { amount: seen.amount + 1, ..seen }, Some(Reason::TacWrong)),
        (Outcome { end_date: 0, ..seen }, Some(Reason::Malformed)),
        (online, None),
        (Outcome { tac: None, ..online }, Some(Reason::Malformed)),
        (Outcome { purse: 0, ..online }, Some(Reason::Malformed)),
        (notice, None),
        (Outcome { trn: 0, ..notice }, Some(Reason::TermsInconsistent)),
        (Outcome { lock_date: 0, ..notice }, Some(Reason::Malformed)),
        (void, None),
        (Outcome { tid: u64::MAX, ..void }, Some(Reason::Malformed)),
    ];
    let rows: Vec<Outcome> = cases.iter().map(|(row, _)| *row).collect();
    let verdicts = Checker::new(&keys, Engine::best()).ready().verdicts(&rows);
    for ((row, want), verdict) in cases.iter().zip(verdicts) {
        assert_eq!(verdict.reason(), *want, "{row:?}");
    }
}

/// All that is heard, as text.
fn heard(files: &[PathBuf], keys: &MainKeys, threads: usize) -> Vec<String> {
    let checker = Checker::new(keys, Engine::best());
    let mut heard = Vec::new();
    let all = verify(files, &checker, threads, |file, event| {
        heard.push(match event {
            Event::Opened(format) => format!("{file} {}", format.name()),
            Event::Rows(batch, verdicts, _) => format!("{file} {batch:?} {verdicts:?}"),
            Event::Damaged(damage) => format!("{file} {damage}"),
        });
        Ok::<(), Infallible>(())
    });
    all.unwrap();
    heard
}

#[test]
fn what_is_heard_is_the_same_for_any_number_of_threads_and_damage_ends_one_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, _) = made(&day(40_000, 40, 6), &keys(), 2);
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a"), written(&rows)).unwrap();
    fs::write(at("b"), &written(&rows)[..100_000]).unwrap();
    fs::write(at("c"), csv(&rows[..2_000])).unwrap();
    let files = ["a", "b", "none", "c", "a"].map(at);
    let one = heard(&files, &keys(), 1);
    for threads in [2, 5] {
        assert!(heard(&files, &keys(), threads) == one, "{threads} threads");
    }
    let shown: Vec<String> = one.iter().map(|line| line.chars().take(26).collect()).collect();
    assert_eq!(one.len(), 4 + 1 + 1 + 2 + 4, "{shown:?}");
    assert!(one[4].starts_with("1 the file is damaged"), "{}", one[4]);
    assert!(one[5].starts_with("2 it cannot be read: No such file"), "{}", one[5]);
}

#[test]
fn who_does_not_want_to_hear_more_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (rows, _) = made(&order(70_000, 6), &keys(), 2);
    fs::write(&path, written(&rows)).unwrap();
    let checker = Checker::new(&keys(), Engine::best());
    let files = vec![path; 50];
    let mut heard = 0;
    let ended = verify(&files, &checker, 3, |_, event| match event {
        Event::Rows(_, verdicts, _) if heard == 1 => Err(verdicts.len()),
        Event::Rows(..) => {
            heard += 1;
            Ok(())
        }
        _ => Ok(()),
    });
    assert_eq!(ended, Err(records::BATCH));
    assert_eq!(Verdict::GOOD.class(), None);
}
