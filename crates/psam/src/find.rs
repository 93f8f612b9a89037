//! Which pending lock a command means.

use core::cmp::Reverse;

use wire::psam_command::DebitGreyUnlock;

use crate::lock::PendingLock;
use crate::progress::Progress;
use crate::state::{Place, State};

/// How well a lock of the right card and purse fits a DEBIT without TTC; the first row that a lock is in wins, and in
/// it the newest lock (protocol §8).
///
/// | row | MAC2 agreed | CTC given |
/// |---|---|---|
/// | `CertifiedNext` | yes | n + 1, the number of the debit |
/// | `CertifiedSame` | yes | n, as some deployed terminals send |
/// | `Uncertified` | no | either: refused with 6985, and not as unknown |
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    CertifiedNext,
    CertifiedSame,
    Uncertified,
}

fn fit(lock: &PendingLock, wanted: &DebitGreyUnlock) -> Option<Fit> {
    let terms = &lock.terms;
    if !terms.is_of(wanted.asn, wanted.purse) {
        return None;
    }
    let uncertified = matches!(lock.progress, Progress::Drawn(_));
    match (uncertified, terms.is_next(wanted.ctc), terms.ctc == wanted.ctc) {
        (false, true, _) => Some(Fit::CertifiedNext),
        (false, false, true) => Some(Fit::CertifiedSame),
        (true, true, _) | (true, false, true) => Some(Fit::Uncertified),
        (_, false, false) => None,
    }
}

impl State {
    /// The lock that a DEBIT SAM GREY UNLOCK means. With a TTC that lock and no other, and the rest must agree.
    pub(crate) fn find_for(&self, wanted: &DebitGreyUnlock) -> Option<(Place, &PendingLock)> {
        if let Some(ttc) = wanted.ttc {
            return self.find(ttc).filter(|(_, lock)| fit(lock, wanted).is_some());
        }
        let fitting = self.locks().filter_map(|found| Some((fit(found.1, wanted)?, found)));
        fitting
            .min_by_key(|(fit, (_, lock))| (*fit, Reverse(lock.terms.ttc)))
            .map(|(_, found)| found)
    }
}
