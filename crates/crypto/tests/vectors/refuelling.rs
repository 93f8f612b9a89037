//! Locks and debits: every value from the main keys to the TAC.

use std::collections::BTreeSet;

use crypto::session::Randoms;
use crypto::{Debit, Lock, SessionKey};
use wire::{Dispersing, Scheme, Suite};

use super::file::{Entry, greylock, more};

fn lock(entry: &Entry) -> Lock {
    Lock {
        scheme: entry.scheme(),
        purse: entry.purse(),
        balance: entry.amount("balance"),
        ctc: entry.number("ctc"),
        icc: entry.icc(),
        tid: entry.tid(),
        ttc: entry.ttc(),
        date: entry.date("date"),
        time: entry.time("time"),
    }
}

fn debit(entry: &Entry) -> Debit {
    Debit {
        purse: entry.purse(),
        amount: entry.amount("amount"),
        tid: entry.tid(),
        ttc: entry.ttc(),
        date: entry.date("end_date"),
        time: entry.time("end_time"),
    }
}

fn recompute(entry: &Entry) {
    let (lock, debit, scheme) = (lock(entry), debit(entry), entry.scheme());
    let dpk = entry.key("mpk").for_card(entry.asn(), &entry.dispersing());
    let dtk = entry.key("mtk").for_card(entry.asn(), &Dispersing::NONE);
    let tac_key = dtk.folded();
    let random = Randoms {
        icc: entry.icc(),
        ctc: entry.number("ctc"),
        ttc: entry.ttc(),
        trn: entry.trn(),
        tid: entry.tid(),
    };
    let source = SessionKey::locking_source(&dpk, scheme, &random);

    entry.agrees("dpk", dpk.expose());
    entry.agrees("dtk", dtk.expose());
    entry.agrees("sespk", source.expose());
    entry.agrees("mac1", &lock.mac1(&source).0);
    entry.agrees("mac2", &lock.mac2(&source).0);
    entry.agrees("gtac", &lock.gtac(&source, &tac_key).0);
    entry.agrees("gmac", &debit.gmac(&source, scheme).0);
    entry.agrees("tac", &debit.tac(&tac_key).0);
}

#[test]
fn every_refuelling_is_made_as_openssl_makes_it() {
    let entries = greylock();
    assert!(entries.len() >= 24, "{} entries", entries.len());
    entries.iter().for_each(recompute);
}

#[test]
fn other_purses_and_further_levels_are_made_as_openssl_makes_them() {
    let entries = more("lock");
    assert!(entries.iter().any(|entry| entry.purse() == wire::Purse::Ep));
    for suite in Suite::ALL {
        let of_it: Vec<_> = entries.iter().filter(|entry| entry.suite() == suite).collect();
        for levels in 0..=3 {
            let has = |entry: &&&Entry| entry.dispersing().inputs().len() == levels;
            assert!(of_it.iter().any(|entry| has(&entry)), "{suite:?}: {levels} further levels");
        }
    }
    entries.iter().for_each(recompute);
}

/// What the command `vectors` reads and prints: exactly these fields, in these forms.
#[test]
fn entries_have_the_shape_of_the_command() {
    const HEX: &[(&str, usize)] = &[
        ("asn", 8),
        ("icc", 4),
        ("trn", 4),
        ("tid", 6),
        ("date", 4),
        ("time", 3),
        ("end_date", 4),
        ("end_time", 3),
        ("mpk", 16),
        ("mtk", 16),
        ("dpk", 16),
        ("dtk", 16),
        ("sespk", 8),
        ("mac1", 4),
        ("mac2", 4),
        ("gtac", 4),
        ("gmac", 4),
        ("tac", 4),
    ];
    const NUMBERS: &[&str] = &["ctc", "ttc", "balance", "amount"];
    for entry in greylock() {
        for (field, len) in HEX {
            assert_eq!(entry.bytes(field).len(), *len, "{field}");
            assert_eq!(entry.text(field), entry.text(field).to_lowercase(), "{field}");
        }
        for field in NUMBERS {
            let _: u32 = entry.number(field);
        }
        assert_eq!(entry.fields(), HEX.len() + NUMBERS.len() + 1, "and the scheme");
    }
}

/// The edges that the vectors must keep covering, in both schemes.
#[test]
fn the_edges_are_among_the_vectors() {
    let entries = greylock();
    type Edge = (&'static str, fn(&Entry) -> bool);
    let edges: &[Edge] = &[
        ("CTC 0", |entry| entry.number::<u16>("ctc") == 0),
        ("CTC 65533", |entry| entry.number::<u16>("ctc") == 65_533),
        ("high half of TTC", |entry| entry.number::<u32>("ttc") >> 16 == 0xFFFF),
        ("amount 0", |entry| entry.number::<u32>("amount") == 0),
        ("balance 7FFFFFFF", |entry| entry.number::<u32>("balance") == 0x7FFF_FFFF),
        ("amount above balance", |entry| entry.amount("amount") > entry.amount("balance")),
        ("last date", |entry| entry.text("date") == "99991231"),
        ("31 February", |entry| entry.text("date") == "20260231"),
    ];
    for scheme in [Scheme::Seed, Scheme::Field] {
        for (name, holds) in edges {
            let found = entries.iter().any(|entry| entry.scheme() == scheme && holds(entry));
            assert!(found, "{scheme:?}: {name}");
        }
    }
}

/// No two codes under one locking source are alike anywhere in the vectors.
#[test]
fn the_codes_of_one_lock_differ() {
    for entry in greylock() {
        let codes = ["mac1", "mac2", "gtac", "gmac"].map(|field| entry.text(field).to_owned());
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 4, "{codes:?}");
    }
}
