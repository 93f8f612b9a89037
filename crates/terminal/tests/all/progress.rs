//! The order of the steps (protocol §9).

use terminal::Progress;
use wire::Report;

use crate::records::*;

/// Which steps may follow which: everything else is a damaged or mixed-up journal.
const FOLLOWS: &[(&str, &str)] = &[
    ("", "lock_sent"),
    ("", "void"),
    ("lock_sent", "locked"),
    ("lock_sent", "no_dispense"),
    ("lock_sent", "void"),
    ("locked", "delivered"),
    ("delivered", "claimed"),
    ("claimed", "settled"),
];

#[test]
fn steps_follow_in_their_order_only() {
    let befores = std::iter::once(None).chain(all_progress().into_iter().map(Some));
    for before in befores {
        for step in all_steps() {
            let name = before.map_or("", |progress| progress.name());
            let after = Progress::after(before, &step);
            assert_eq!(after.is_ok(), FOLLOWS.contains(&(name, step.name())), "{name} → {step:?}");
            if let Ok(after) = after {
                assert_eq!(after.name(), step.name());
            }
        }
    }
}

#[test]
fn the_centre_hears_of_every_lock_that_has_an_outcome() {
    for progress in all_progress() {
        let id = terms().id;
        let report = progress.report(id.tid, id.ttc);
        match progress.name() {
            "lock_sent" | "locked" => assert_eq!(report, None),
            "delivered" => assert!(matches!(report, Some(Report::Unproved(..)))),
            "claimed" => assert_eq!(report, Some(Report::Grey(record()))),
            "settled" => assert_eq!(report, Some(Report::Sale(record(), TAC))),
            "no_dispense" => assert_eq!(report, Some(Report::NoDispense(terms()))),
            "void" => assert_eq!(report, Some(Report::Void(id.tid, id.ttc))),
            other => panic!("{other}"),
        }
    }
}
