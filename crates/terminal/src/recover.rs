//! Recovery: every case after a power cut or a lost card is one labelled row
//! (protocol §9, §10).

use wire::{Asn, GreyState, GreyStatus, Mac};

use crate::progress::Progress;
use crate::psam::PsamSays;

/// What the terminal sees when it looks at an open lock again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The card that is there now, and its status, long form.
    pub card: Option<(Asn, GreyStatus)>,
    /// What the PSAM that made the lock says of it.
    pub psam: PsamSays,
    /// True when the nozzle's totalizer stands where the journal had it when the lock was made.
    pub nothing_flowed: bool,
}

/// What to do next with a lock; each is the label of its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// LOCK's answer was lost and the card is back, grey under this lock: certify the MAC2
    /// that it returns, and go on.
    CertifyFromStatus,
    /// Further than the journal says the lock came, or may have come: the journal may have been
    /// put back from an older copy, and what was certified, delivered and claimed since is lost. Nothing is said; the number is a hole, and the centre decides with two persons.
    LeaveToCentre,
    /// LOCK may have gone out, nothing flowed, and the card is gone, or not grey under this lock, or
    /// the PSAM can certify it no more: final.
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
        (Progress::LockSent(_), _) if seen.may_have_flowed() => Action::LeaveToCentre,
        (Progress::LockSent(_), Shows::GreyUnderIt) => match seen.psam {
            PsamSays::Absent => Action::AwaitPsam,
            PsamSays::Unknown => Action::NoDispense,
            _ => Action::CertifyFromStatus,
        },
        (Progress::LockSent(_), _) => Action::NoDispense,
        // `delivered` is durable before the GMAC is asked for: this journal is an older copy.
        (Progress::Locked(..), _) if seen.psam == PsamSays::Claimed => Action::LeaveToCentre,
        (Progress::Locked(..), _) => Action::ReadTotalizer,
        (Progress::Delivered(..), _) if seen.psam == PsamSays::Absent => Action::ReportUnproved,
        (Progress::Delivered(..), _) => Action::AskGmac,
        (Progress::Claimed(_), Shows::GreyUnderIt) => Action::Debit,
        (Progress::Claimed(_), Shows::TacOfIt) => Action::SettleFromStatus,
        (Progress::Claimed(_), Shows::SomethingElse) => Action::KeepGrey,
        (Progress::Settled(..), Shows::GreyUnderIt) => Action::DebitAgain,
        (Progress::Settled(_, tac), Shows::TacOfIt) if !seen.shows_code(*tac) => Action::KeepTac,
        (Progress::Settled(..) | Progress::NoDispense(_) | Progress::Void(_), _) => Action::Done,
    }
}

impl Seen {
    /// Whether fuel can have flowed on a lock of which the journal knows only `lock_sent`. A PSAM
    /// that gave the GMAC says so; one that never certified says no; otherwise the totalizer.
    const fn may_have_flowed(&self) -> bool {
        match self.psam {
            PsamSays::Claimed | PsamSays::Unasked => true,
            PsamSays::Uncertified => false,
            PsamSays::Absent | PsamSays::Unknown | PsamSays::Certified => !self.nothing_flowed,
        }
    }

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
