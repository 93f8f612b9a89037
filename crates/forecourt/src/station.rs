//! The station as everybody else sees it.

use std::sync::Arc;
use std::time::Duration;

use api::site::{
    JournalStanding, Nozzle, Outcome, ParametersStanding, PayAsked, RefuelAsked, Site, Warning,
};
use logbook::Logbook;
use receipt::{Paper, Receipt};
use wire::{ClaimedRecord, LockId, Tid, Ttc};

use crate::asked::{Command, Pay, Refuel};
use crate::common::Common;
use crate::feed::Feed;
use crate::parameters::Parameters;
use crate::refused::Refused;
use crate::setup::{ForecourtError, Setup};

/// A station at work. Dropping it without [`Forecourt::close`] is as if its plug was pulled.
pub struct Forecourt {
    common: Arc<Common>,
}

/// A lock of the journal that is not at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenLock {
    /// The lock; only TID and TTC of it count where nothing more is known.
    pub lock: LockId,
    /// `lock_sent`, `locked`, `delivered`, or `claimed`: its card has not come back here.
    pub step: &'static str,
    /// The nozzle, where one was opened.
    pub nozzle: Option<u8>,
}

impl Forecourt {
    /// Opens a station. Each nozzle first takes what the journal holds open as far as it goes.
    ///
    /// # Errors
    /// Nozzles and parameters do not go together, or the system gives no thread.
    pub fn open(setup: Setup) -> Result<Arc<Self>, ForecourtError> {
        Ok(Arc::new(Self { common: Common::open(setup)? }))
    }

    /// The whole station now.
    #[must_use]
    pub fn site(&self) -> Site {
        self.common.site()
    }

    /// A nozzle now.
    #[must_use]
    pub fn nozzle(&self, number: u8) -> Option<Nozzle> {
        self.common.post(number).ok().map(|post| post.shown())
    }

    /// Begins a refuelling with the card that is in; the number of the visit.
    ///
    /// # Errors
    /// It was not begun.
    pub fn refuel(&self, number: u8, asked: RefuelAsked) -> Result<u64, Refused> {
        let refuel = Refuel::try_from(asked)?;
        self.common.post(number)?.command(Command::Refuel(refuel))
    }

    /// Frees the card that is in, if it is grey.
    ///
    /// # Errors
    /// It was not begun.
    pub fn unlock(&self, number: u8) -> Result<u64, Refused> {
        self.common.post(number)?.command(Command::Unlock)
    }

    /// Begins a load, an unload or a purchase with the card that is in.
    ///
    /// # Errors
    /// It was not begun.
    pub fn pay(&self, number: u8, asked: PayAsked) -> Result<u64, Refused> {
        let pay = Pay::try_from(asked)?;
        self.common.post(number)?.command(Command::Pay(pay))
    }

    /// Closes a nozzle: what has flowed is debited.
    ///
    /// # Errors
    /// Nothing runs there.
    pub fn stop(&self, number: u8) -> Result<(), Refused> {
        self.common.post(number)?.stop()
    }

    /// How a visit ended.
    ///
    /// # Errors
    /// It runs, or is not known.
    pub fn outcome(&self, number: u8, visit: u64) -> Result<Outcome, Refused> {
        self.common.post(number)?.outcome(number, visit)
    }

    /// Waits until a visit has ended, at most so long; how it ended.
    ///
    /// # Errors
    /// It runs still, or is not known.
    pub fn wait_for_end(
        &self,
        number: u8,
        visit: u64,
        at_most: Duration,
    ) -> Result<Outcome, Refused> {
        let post = self.common.post(number)?;
        post.wait_for_end(visit, at_most);
        post.outcome(number, visit)
    }

    /// Waits until a nozzle shows this, at most so long; whether it does. Asked under a lock of the nozzle: it only looks.
    #[must_use]
    pub fn wait_until(
        &self,
        number: u8,
        at_most: Duration,
        shows: impl Fn(&Nozzle) -> bool,
    ) -> bool {
        self.common.post(number).is_ok_and(|post| post.wait_until(at_most, shows))
    }

    /// The receipt of a delivery, once it is debited or its grey record is whole.
    #[must_use]
    pub fn receipt(&self, tid: Tid, ttc: Ttc) -> Option<Receipt> {
        self.common.receipt(tid, ttc)
    }

    /// The signed grey record on the receipt of a card that escaped.
    #[must_use]
    pub fn paper(&self, tid: Tid, ttc: Ttc) -> Option<Paper> {
        self.common.paper(tid, ttc)
    }

    /// This station's own claimed, unsettled record of a lock, for a neighbour.
    #[must_use]
    pub fn grey_record(&self, lock: &LockId) -> Option<ClaimedRecord> {
        self.common.grey_record(lock)
    }

    /// The locks of the journal that are not at their end.
    #[must_use]
    pub fn open_locks(&self) -> Vec<OpenLock> {
        self.common.open_locks()
    }

    /// Brings new prices and limits: durable when this returns, in force from their time on and between visits.
    ///
    /// # Errors
    /// Newer ones are known, a nozzle's product is missing in them, or they could not be kept.
    pub fn set_parameters(&self, parameters: Parameters) -> Result<ParametersStanding, Refused> {
        self.common.set_parameters(parameters)
    }

    /// What happens, live.
    #[must_use]
    pub fn feed(&self) -> &Arc<Feed> {
        &self.common.feed
    }

    /// The journal.
    #[must_use]
    pub fn logbook(&self) -> Logbook {
        self.common.logbook.clone()
    }

    /// How the journal stands.
    #[must_use]
    pub fn journal(&self) -> JournalStanding {
        self.common.journal()
    }

    /// What an operator should look at.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.common.warnings()
    }

    /// Grey cards that are in may be free now: a paper was shown, a list changed.
    pub fn look_again(&self) {
        self.common.look_again();
    }

    /// Ends in good order: nozzles that flow are closed and their deliveries debited. Waits for it. The logbook's file
    /// is free when this was called, the uplink and every handle of the logbook are gone.
    pub fn close(&self) {
        self.common.close();
    }

    /// Pulls the plug, and waits until every thread has ended.
    pub fn cut(&self) {
        self.common.cut();
    }
}

impl Drop for Forecourt {
    fn drop(&mut self) {
        self.cut();
    }
}
