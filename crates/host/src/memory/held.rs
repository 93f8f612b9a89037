//! Books in memory, piece by piece.

use std::collections::BTreeMap;

use wire::LockId;

use super::{MemoryBooks, number};
use crate::books::{Books as _, Psam};
use crate::case::Case;
use crate::facts::TacFact;
use crate::held::Piece;

impl MemoryBooks {
    /// Every PSAM, by TID.
    pub fn psams(&self) -> impl Iterator<Item = &Psam> {
        self.psams.values()
    }

    /// All that is held of locks: cases by TID and TTC, then TACs that have none, by their locks, then confirmed on-line
    /// unlocks by card, date and time.
    pub fn held(&self) -> impl Iterator<Item = Piece> + '_ {
        let is_open = move |lock: &LockId| {
            self.open.get(&(lock.asn, lock.purse)).is_some_and(|open| open.contains(lock))
        };
        let cases = self.cases.values().map(move |case| {
            Piece::of_case(Case::clone(case), self.tacs_of(case.tid, case.ttc), is_open)
        });
        let tacs = self.tac_numbers.values().flatten();
        let alone =
            move |fact: &&TacFact| !self.cases.contains_key(&number(fact.lock.tid, fact.lock.ttc));
        let tacs = tacs.filter(alone).map(|fact| Piece::of_tac(*fact));
        let rows = self.decisions.values().flat_map(BTreeMap::values);
        let unlocks = rows.filter_map(move |row| {
            let case = self.cases.get(&number(row.lock.tid, row.lock.ttc));
            Piece::of_decision(row.clone(), case.map(AsRef::as_ref), is_open)
        });
        cases.chain(tacs).chain(unlocks)
    }
}
