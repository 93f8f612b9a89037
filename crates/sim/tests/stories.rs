//! Every story of protocol §10 holds, in both schemes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sim::stories::{ALL, tell};
use wire::Scheme;

#[test]
fn every_story_holds_in_both_schemes() {
    let mut failed = Vec::new();
    for scheme in [Scheme::Seed, Scheme::Field] {
        for story in ALL {
            let told = tell(story, scheme);
            println!("{} ({scheme:?})", told.name);
            told.lines.iter().for_each(|line| println!("  {line}"));
            if let Err(why) = &told.holds {
                println!("  FAILED: {why}");
                failed.push(format!("{} {scheme:?}: {why}", told.name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
