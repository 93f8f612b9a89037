//! CERTIFICATE SAM GREY LOCK `E0 42` (protocol §8; claim 4): the card proves itself and the balance by MAC2.

use crypto::{Agreed, check};
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::{Mac, StatusWord, Tid, Ttc};

use crate::lock::PendingLock;
use crate::progress::{Certified, Progress, WrongMac2};
use crate::psam::{Data, Outcome, Psam};
use crate::state::Place;

impl<N: Nvm> Psam<N> {
    /// 6A88 no such lock · 9302 MAC2 wrong. Without a TTC it means the newest INIT, if that lock is still there.
    ///
    /// Once certified, a right MAC2 answers 9000 and a wrong one 9302, and neither changes anything: the proof was
    /// given, and dropping a certified lock would lose money.
    pub(crate) fn certificate_grey_lock(&mut self, ttc: Option<Ttc>, mac2: Mac) -> Outcome {
        let wanted = ttc.or(self.state.next.newest()).ok_or(StatusWord::UNKNOWN_LOCK)?;
        let (place, lock) = self.state.find(wanted).ok_or(StatusWord::UNKNOWN_LOCK)?;
        match lock.progress {
            Progress::Drawn(wrong) => {
                let lock = lock.clone();
                self.certify(place, &lock, wrong, mac2)
            }
            Progress::Certified(_) | Progress::Given(_) => {
                compare(lock, self.profile.tid, mac2).map(|_| Data::new()).map_err(Into::into)
            }
        }
    }

    /// The attempt is durable before MAC2 is compared, so that cutting the power hides none. The third takes the lock
    /// out of its slot, and only a right code puts it back.
    fn certify(
        &mut self,
        place: Place,
        lock: &PendingLock,
        wrong: WrongMac2,
        mac2: Mac,
    ) -> Outcome {
        let counted = wrong.one_more().map(|wrong| lock.with(Progress::Drawn(wrong)));
        self.commit(self.state.with(place, counted))?;
        let agreed = compare(lock, self.profile.tid, mac2)?;
        let certified = lock.with(Progress::Certified(Certified::by(agreed)));
        self.commit(self.state.with(place, Some(certified)))?;
        Ok(Data::new())
    }
}

fn compare(lock: &PendingLock, tid: Tid, mac2: Mac) -> Result<Agreed, StatusWord> {
    let own = lock.terms.mac2(tid);
    check(own, instead(Bug::CertifiesAnyMac2, mac2, own)).ok_or(StatusWord::WRONG_MAC)
}
