//! Facts from a station's journal.

use nvm::Nvm;
use station::StationJournal;

use crate::facts::JournalFacts;

/// What a journal holds; `name` is where it was read.
#[must_use]
pub fn journal<N: Nvm>(name: &str, journal: &StationJournal<N>) -> JournalFacts {
    JournalFacts {
        name: name.to_owned(),
        locks: journal.locks().map(|(number, progress)| (number, *progress)).collect(),
        tacs_seen: journal.tacs_seen().iter().map(|seen| (seen.asn, seen.status)).collect(),
        refused: journal.refused().copied().collect(),
        purchases: Vec::new(),
    }
}
