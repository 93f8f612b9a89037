//! Every story of protocol §10 holds, in both schemes and in every suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sim::stories::{ALL, Telling, Told, tell, tell_as};
use wire::{Scheme, Suite};

#[test]
fn every_story_holds_in_both_schemes() {
    let mut failed = Vec::new();
    for scheme in [Scheme::Seed, Scheme::Field] {
        for story in ALL {
            failed.extend(failure(&tell(story, scheme), &format!("{scheme:?}")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Suites 10 and 20 with one level and with two, and suite 00 with two: the issuer, then the ASN.
#[test]
fn every_story_holds_in_every_suite_and_with_two_levels() {
    let mut failed = Vec::new();
    for (suite, levels) in
        [(Suite::TripleDes, 2), (Suite::Aes, 1), (Suite::Aes, 2), (Suite::Sm4, 1), (Suite::Sm4, 2)]
    {
        for story in ALL {
            let telling = Telling { suite, levels, ..Telling::new(Scheme::Seed) };
            let told = tell_as(story, telling);
            failed.extend(failure(&told, &format!("{suite:?} with {levels} level(s)")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// While a network moves, the cards of the old keys go on beside PSAMs and a centre that have new ones.
#[test]
fn every_story_holds_for_a_card_of_older_keys() {
    let mut failed = Vec::new();
    for (suite, to) in [
        (Suite::TripleDes, Suite::TripleDes),
        (Suite::TripleDes, Suite::Aes),
        (Suite::Aes, Suite::Sm4),
    ] {
        for story in ALL {
            let telling = Telling { suite, moved_to: Some(to), ..Telling::new(Scheme::Seed) };
            let told = tell_as(story, telling);
            failed.extend(failure(&told, &format!("{suite:?}, moved to {to:?}")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn failure(told: &Told, with: &str) -> Option<String> {
    println!("{} ({with})", told.name);
    told.lines.iter().for_each(|line| println!("  {line}"));
    let why = told.holds.as_ref().err()?;
    println!("  FAILED: {why}");
    Some(format!("{} {with}: {why}", told.name))
}
