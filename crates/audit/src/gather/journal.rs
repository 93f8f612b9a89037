//! Facts from a station's journal.

use nvm::Nvm;
use station::{Index, StationJournal};
use terminal::PurchaseProgress;

use crate::facts::{JournalFacts, PurchaseFacts, PurchaseStanding};

/// What a journal holds; `name` is where it was read.
#[must_use]
pub fn journal<N: Nvm>(name: &str, journal: &StationJournal<N>) -> JournalFacts {
    JournalFacts {
        name: name.to_owned(),
        locks: journal.locks().map(|(number, progress)| (number, *progress)).collect(),
        tacs_seen: journal.tacs_seen().iter().map(|seen| (seen.asn, seen.status)).collect(),
        refused: journal.refused().copied().collect(),
        purchases: journal.purchases().map(|(_, progress)| purchase(progress)).collect(),
    }
}

/// What the folded journal of a station daemon holds; `name` is where it was read.
#[must_use]
pub fn index(name: &str, index: &Index) -> JournalFacts {
    JournalFacts {
        name: name.to_owned(),
        locks: index.locks().map(|(number, progress)| (number, *progress)).collect(),
        tacs_seen: index.tacs_seen().iter().map(|seen| (seen.asn, seen.status)).collect(),
        refused: index.refused().copied().collect(),
        purchases: index.purchases().map(|(_, progress)| purchase(progress)).collect(),
    }
}

fn purchase(progress: &PurchaseProgress) -> PurchaseFacts {
    let terms = progress.terms();
    let standing = match progress {
        PurchaseProgress::Sent(_) => PurchaseStanding::Open,
        PurchaseProgress::Paid(..) => PurchaseStanding::Paid,
        PurchaseProgress::Void(_) => PurchaseStanding::Void,
    };
    PurchaseFacts { id: terms.id, amount: terms.amount, standing }
}
