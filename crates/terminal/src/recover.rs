//! Recovery: every case after a power cut or a lost card is one labelled row
//! (protocol §9, §10).

use wire::{Asn, GreyState, GreyStatus, Mac};

use crate::progress::Progress;

/// What the terminal sees when it looks at an open lock again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The card that is there now, and its status, long form.
    pub card: Option<(Asn, GreyStatus)>,
    /// True when the PSAM that made the lock is there.
    pub psam: bool,
}

/// What to do next with a lock; each is the label of its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// LOCK's answer was lost and the card is back, grey under this lock: certify the MAC2
    /// that it returns, and go on.
    CertifyFromStatus,
    /// LOCK may have gone out and the card is gone, or not grey under this lock: final.
    NoDispense,
    /// LOCK may have gone out, the card shows the lock, but the PSAM is not there to certify:
    /// wait for it, or give the lock up.
    AwaitPsam,
    /// The nozzle may have opened: the amount comes from the totalizer.
    ReadTotalizer,
    /// The amount is durable: ask the PSAM, which gives the same GMAC again.
    AskGmac,
    /// The amount is durable and the PSAM is not there: unproved until it is.
    ReportUnproved,
    /// The record is whole and the card is there, grey under it: debit.
    Debit,
    /// The record is whole and the card shows its TAC: settle with it.
    SettleFromStatus,
    /// The sale is settled and the card shows another TAC for it: keep that too. The centre finds
    /// out which one is the card's.
    KeepTac,
    /// The record is whole and the card is elsewhere: it stays a grey record.
    KeepGrey,
    /// The sale is settled and the card is grey under it all the same: somebody else answered
    /// the DEBIT. Debit again.
    DebitAgain,
    /// Nothing is left to do at this terminal.
    Done,
}

/// The row for a lock that got this far, and what is seen now.
#[must_use]
pub fn next_action(progress: &Progress, seen: &Seen) -> Action {
    let shows = Shows::of(progress, seen);
    match (progress, shows) {
        (Progress::LockSent(_), Shows::GreyUnderIt) if seen.psam => Action::CertifyFromStatus,
        (Progress::LockSent(_), Shows::GreyUnderIt) => Action::AwaitPsam,
        (Progress::LockSent(_), _) => Action::NoDispense,
        (Progress::Locked(..), _) => Action::ReadTotalizer,
        (Progress::Delivered(..), _) if seen.psam => Action::AskGmac,
        (Progress::Delivered(..), _) => Action::ReportUnproved,
        (Progress::Claimed(_), Shows::GreyUnderIt) => Action::Debit,
        (Progress::Claimed(_), Shows::TacOfIt) => Action::SettleFromStatus,
        (Progress::Claimed(_), Shows::SomethingElse) => Action::KeepGrey,
        (Progress::Settled(..), Shows::GreyUnderIt) => Action::DebitAgain,
        (Progress::Settled(_, tac), Shows::TacOfIt) if !seen.shows_code(*tac) => Action::KeepTac,
        (Progress::Settled(..) | Progress::NoDispense(_) | Progress::Void(_), _) => Action::Done,
    }
}

impl Seen {
    fn shows_code(&self, code: Mac) -> bool {
        self.card.is_some_and(|(_, status)| status.b == code)
    }
}

/// True when the card shows the TAC of this lock's record, and it is the one that is known.
#[must_use]
pub(crate) fn is_known_tac(progress: &Progress, seen: &Seen) -> bool {
    match progress {
        Progress::Settled(_, tac) => {
            Shows::of(progress, seen) == Shows::TacOfIt && seen.shows_code(*tac)
        }
        _ => false,
    }
}

/// What the card shows, seen from one lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shows {
    GreyUnderIt,
    TacOfIt,
    SomethingElse,
}

impl Shows {
    fn of(progress: &Progress, seen: &Seen) -> Self {
        let (Some(terms), Some((asn, status))) = (progress.terms(), seen.card) else {
            return Self::SomethingElse;
        };
        let Some(more) = status.more else { return Self::SomethingElse };
        let id = &terms.id;
        let same_lock =
            asn == id.asn && status.purse == id.purse && status.tid == id.tid && more.ttc == id.ttc;
        match status.state {
            GreyState::Grey
                if same_lock
                    && status.ctc == id.ctc.wrapping_add(1)
                    && status.balance == terms.balance
                    && (status.date, status.time) == (terms.at.date, terms.at.time) =>
            {
                Self::GreyUnderIt
            }
            GreyState::Debited
                if same_lock
                    && status.ctc == id.ctc.wrapping_add(2)
                    && progress.record().is_some_and(|record| {
                        status.amount() == Some(record.delivery.amount)
                            && status.date == record.delivery.at.date
                            && status.time == record.delivery.at.time
                    }) =>
            {
                Self::TacOfIt
            }
            _ => Self::SomethingElse,
        }
    }
}
