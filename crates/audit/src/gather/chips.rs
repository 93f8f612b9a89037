//! Facts from cards and PSAMs.

use card::{DebitKind as Kept, LastDebit, View};
use psam::PsamView;
use wire::LockId;

use crate::facts::{
    CardFacts, DebitFacts, DebitKind, GreyFacts, Opening, PsamFacts, PsamLock, PurseFacts,
};

/// What a card tells of itself; `name` is where it was read.
#[must_use]
pub fn card(name: &str, view: &View) -> CardFacts {
    let purse = |index: usize| {
        let (purse, opening) = (&view.purses[index], &view.opening[index]);
        PurseFacts {
            balance: purse.balance,
            limit: purse.limit,
            ctc: purse.ctc,
            otc: purse.otc,
            opening: Some(Opening {
                balance: opening.balance,
                limit: opening.limit,
                ctc: opening.ctc,
                otc: opening.otc,
            }),
        }
    };
    CardFacts {
        name: name.to_owned(),
        asn: view.public.asn(),
        purses: [purse(0), purse(1)],
        lock: view.lock().map(|lock| grey(view, lock)),
        last_debit: view.last_debit.as_ref().map(debit),
        log: view.log.records().copied().collect(),
        application_locked: view.application != card::Application::Open,
    }
}

fn grey(view: &View, lock: &card::LockView) -> GreyFacts {
    let terms = &lock.terms;
    GreyFacts {
        id: LockId {
            asn: view.public.asn(),
            purse: terms.purse,
            ctc: terms.ctc,
            tid: terms.tid,
            ttc: terms.ttc,
        },
        balance: terms.balance,
        date: terms.date,
        time: terms.time,
        mac2: lock.mac2,
        gtac: lock.gtac,
        icc: terms.icc,
        trn: lock.trn,
    }
}

const fn debit(kept: &LastDebit) -> DebitFacts {
    DebitFacts {
        kind: match kept.kind {
            Kept::Terminal(ttc) => DebitKind::Terminal(ttc),
            Kept::Online(otc) => DebitKind::Online(otc),
        },
        purse: kept.purse,
        tid: kept.tid,
        amount: kept.amount,
        date: kept.date,
        time: kept.time,
        code: kept.code,
        unread: kept.unread,
    }
}

/// What a PSAM tells of itself.
#[must_use]
pub fn psam(name: &str, view: &PsamView) -> PsamFacts {
    let lock = |lock: &psam::LockView| PsamLock {
        id: LockId {
            asn: lock.asn,
            purse: lock.purse,
            ctc: lock.ctc,
            tid: view.tid,
            ttc: lock.ttc,
        },
        balance: lock.balance,
        certified: lock.certified,
        given: lock.given,
    };
    PsamFacts {
        name: name.to_owned(),
        tid: view.tid,
        next_ttc: view.next_ttc,
        locks: view.pending().map(lock).collect(),
    }
}
