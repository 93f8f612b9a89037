//! What the centre decides, held against what it knew (protocol §9, on-line unlock).

use host::{DecisionRow, Ground};
use wire::Amount;

use crate::world::World;

/// The first new decision that is not what the table of protocol §9 says.
pub(crate) fn against_the_rules(before: &World, after: &World) -> Option<&'static str> {
    if before.centre.is(&after.centre) {
        return None;
    }
    let known = before.centre.decisions();
    let decided = after.centre.decisions().iter();
    let session = |row: &DecisionRow| (row.lock.asn, row.icc);
    let mut new = decided.filter(|row| known.iter().all(|other| session(other) != session(row)));
    new.find_map(|row| judge(before, after, row))
}

fn judge(before: &World, after: &World, row: &DecisionRow) -> Option<&'static str> {
    let case = |world: &World| world.centre.case(row.lock.tid, row.lock.ttc);
    let record = case(before).and_then(|case| case.record);
    let record = record.filter(|held| held.record.terms.id == row.lock);
    if record.is_some_and(|held| held.amount() != row.amount) {
        return Some("a decision is not the amount of the record that was held");
    }
    let proved = case(after).is_some_and(|case| case.record.is_some());
    let by_operators = matches!(row.ground, Ground::Operators { .. });
    let alone = row.amount > Amount::ZERO && !proved && !by_operators;
    alone.then_some("an amount that no record proves was decided without operators")
}
