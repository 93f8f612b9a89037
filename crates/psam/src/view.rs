//! What may be shown of a PSAM: no keys.

use core::cmp::Reverse;

use wire::{Amount, Asn, Purse, Tid, Ttc};

use crate::lock::PendingLock;
use crate::profile::Profile;
use crate::progress::Progress;
use crate::state::{SLOTS, State};

/// A PSAM as a person or a test looks at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PsamView {
    /// Terminal id.
    pub tid: Tid,
    /// Serial number.
    pub serial: [u8; 10],
    /// The TTC that the next INIT draws; `FFFFFFFF` means that they are used up.
    pub next_ttc: Ttc,
    locks: [Option<LockView>; SLOTS],
}

/// A pending lock without its session key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockView {
    /// The PSAM's number for it.
    pub ttc: Ttc,
    /// The card.
    pub asn: Asn,
    /// The purse.
    pub purse: Purse,
    /// CTC n of the lock.
    pub ctc: u16,
    /// The balance that INIT said, and that MAC2 certifies.
    pub balance: Amount,
    /// Whether MAC2 agreed.
    pub certified: bool,
    /// Wrong MAC2 so far, while it is not certified.
    pub wrong_mac2: u8,
    /// The amount of the GMAC, once it was given.
    pub given: Option<Amount>,
}

impl PsamView {
    pub(crate) fn of(profile: &Profile, state: &State) -> Self {
        let mut locks = [None; SLOTS];
        for (shown, (_, lock)) in locks.iter_mut().zip(state.locks()) {
            *shown = Some(LockView::of(lock));
        }
        locks.sort_unstable_by_key(|lock: &Option<LockView>| Reverse(lock.map(|lock| lock.ttc)));
        Self { tid: profile.tid, serial: profile.serial, next_ttc: state.next.shown(), locks }
    }

    /// The pending locks, newest first.
    pub fn pending(&self) -> impl Iterator<Item = &LockView> {
        self.locks.iter().flatten()
    }
}

impl LockView {
    fn of(lock: &PendingLock) -> Self {
        let PendingLock { terms, progress } = lock;
        let (certified, wrong_mac2, given) = match progress {
            Progress::Drawn(wrong) => (false, wrong.number(), None),
            Progress::Certified(_) => (true, 0, None),
            Progress::Given(given) => (true, 0, Some(given.service().amount)),
        };
        Self {
            ttc: terms.ttc,
            asn: terms.asn,
            purse: terms.purse,
            ctc: terms.ctc,
            balance: terms.balance,
            certified,
            wrong_mac2,
            given,
        }
    }
}
