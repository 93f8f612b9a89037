//! DEBIT SAM GREY UNLOCK `E0 44` and GET GMAC `E0 46` (protocol §8; claim 8).

use nvm::Nvm;
use seeded::Bug;
use wire::psam_command::{DebitGreyUnlock, End};
use wire::{Date, Scheme, StatusWord, Time, Ttc};

use crate::progress::{Progress, Service};
use crate::psam::{Data, Outcome, Psam};

impl<N: Nvm> Psam<N> {
    /// 6A88 no such lock · 6700 the short form for a lock of the seed scheme · 6985 uncertified, or given for
    /// something else · 9401 above the certified balance.
    ///
    /// The first time the GMAC is durable before it leaves; an equal repeat gets the same and writes nothing.
    pub(crate) fn debit_grey_unlock(&mut self, fields: &DebitGreyUnlock) -> Outcome {
        let (place, lock) = self.state.find_for(fields).ok_or(StatusWord::UNKNOWN_LOCK)?;
        let end = service_end(lock.terms.scheme, fields.end).ok_or(StatusWord::WRONG_LENGTH)?;
        let service = Service { amount: fields.amount, end };
        match &lock.progress {
            Progress::Drawn(_) => Err(StatusWord::CONDITIONS.into()),
            Progress::Certified(certified) => {
                let debit = lock.terms.debit(self.profile.tid, service);
                let given = certified.give(&lock.terms, &debit, &self.profile.record_key);
                let given = given.ok_or(StatusWord::AMOUNT_TOO_LARGE)?;
                let next = self.state.with(place, Some(lock.with(Progress::Given(given))));
                self.commit(next)?;
                Ok(Data::new().with(&given.answer()))
            }
            Progress::Given(given) if given.service() == service => {
                Ok(Data::new().with(&given.answer()))
            }
            Progress::Given(given) if seeded::is(Bug::SecondGmac) => {
                let debit = lock.terms.debit(self.profile.tid, service);
                let given = given.again().give(&lock.terms, &debit, &self.profile.record_key);
                Ok(Data::new().with(&given.ok_or(StatusWord::AMOUNT_TOO_LARGE)?.answer()))
            }
            Progress::Given(_) => Err(StatusWord::CONDITIONS.into()),
        }
    }
}

impl<N> Psam<N> {
    /// GET GMAC: 6A88 no such lock · 6985 none given yet.
    pub(crate) fn repeat_gmac(&self, ttc: Ttc) -> Outcome {
        let (_, lock) = self.state.find(ttc).ok_or(StatusWord::UNKNOWN_LOCK)?;
        match &lock.progress {
            Progress::Given(given) => Ok(Data::new().with(&given.answer())),
            Progress::Drawn(_) | Progress::Certified(_) => Err(StatusWord::CONDITIONS.into()),
        }
    }
}

/// date' and time' as the codes of this scheme carry them: *field* codes prove none, so it keeps zeros whatever form
/// came, and two forms of one debit are equal. `None` where the seed scheme misses them.
const fn service_end(scheme: Scheme, sent: Option<End>) -> Option<End> {
    match scheme {
        Scheme::Seed => sent,
        Scheme::Field => Some(End { date: Date::ZERO, time: Time::ZERO }),
    }
}
