//! The line as nozzles see it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Instant;

use api::alarm::Alarm;
use api::site::{PaperTaken, Warning};
use client::{Client, ServerLink, Switch};
use forecourt::{ClockOffset, Flushed, Found, Standing, Uplink};
use lists::Kind;
use pki::Trust;
use station::{Link as _, LinkDown, OpenTransfer, Sought, TransferAnswer, UnlockAnswer};
use terminal::online::Asked;
use terminal::transfer::TransferAsked;
use wire::{Asn, ClaimedRecord, LockId, Mac, Stamp};

use crate::held::Held;
use crate::line::{LineState, Part};
use crate::listener::Listener;
use crate::neighbours::Neighbours;
use crate::papers::{PaperRefused, Papers};
use crate::setup::{NeighbourSetup, Setup, UplinkError, Way};
use crate::shared::{Bell, Centre, Remarks, Shared};
use crate::uploader::Uploader;

/// The line of one station. Dropping it ends its threads, and what waits over the network with them.
pub struct Linked {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Linked {
    /// Reads the lists that are kept, and begins to report and to listen.
    ///
    /// # Errors
    /// Certificates and URLs that do not go together, a folder that cannot be used.
    pub fn open(setup: Setup) -> Result<Arc<Self>, UplinkError> {
        let (pace, stop) = (setup.pace, Switch::default());
        let centre = setup.centre.as_ref();
        let centre = centre.map(|way| Centre::of(way, pace, &stop)).transpose()?;
        let papers = Papers::default();
        papers.set_trust(setup.trust);
        let queue = centre.as_ref().map_or(0, |_| setup.logbook.pending().1.len());
        let shared = Arc::new(Shared {
            line: LineState::new(Arc::clone(&setup.feed), centre.is_some(), queue),
            centre: RwLock::new(centre),
            account: setup.account,
            held: Held::open(&setup.folder)?,
            neighbours: RwLock::new(Arc::new(Neighbours::new(&setup.neighbours, pace, &stop)?)),
            logbook: setup.logbook.clone(),
            papers,
            pace,
            feed: setup.feed,
            remarks: Mutex::new(Remarks::default()),
            bell: Bell::default(),
            stop,
        });
        let linked =
            Arc::new(Self { shared: Arc::clone(&shared), threads: Mutex::new(Vec::new()) });
        if shared.centre().is_some() {
            let uploader = Uploader::new(Arc::clone(&shared), setup.logbook, setup.seed);
            let listener = Listener::new(shared, setup.seed.rotate_left(32));
            linked.spawn("uploader", move || uploader.run())?;
            linked.spawn("listener", move || listener.run())?;
        }
        Ok(linked)
    }

    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), UplinkError> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Takes a grey record on paper by the text of its code; it frees its own lock alone.
    ///
    /// # Errors
    /// It is none, no station of the authority signed it, or its PSAM is not that station's.
    pub fn show_paper(&self, text: &str) -> Result<PaperTaken, PaperRefused> {
        self.shared.papers.show(text, &self.shared.neighbours(), &|tid| self.shared.is_own(tid))
    }

    /// From now on with other certificates: those that were renewed, and what was taken back since.
    ///
    /// # Errors
    /// They cannot be used; the ones before stay.
    pub fn renew(
        &self,
        centre: Option<&Way>,
        neighbours: &[NeighbourSetup],
        trust: Option<Arc<Trust>>,
    ) -> Result<(), UplinkError> {
        let (pace, stop) = (self.shared.pace, &self.shared.stop);
        let centre = centre.map(|way| Centre::of(way, pace, stop)).transpose()?;
        let neighbours = Arc::new(Neighbours::new(neighbours, pace, stop)?);
        *self.shared.neighbours.write().unwrap_or_else(PoisonError::into_inner) = neighbours;
        if centre.is_some() {
            let mut now = self.shared.centre.write().unwrap_or_else(PoisonError::into_inner);
            // Whoever was taken back must not go on telling over a stream that was opened before.
            if let Some(before) = std::mem::replace(&mut *now, centre) {
                before.retired.cut();
            }
        }
        self.shared.papers.set_trust(trust);
        Ok(())
    }

    /// Ends both threads and writes the lists; nothing is asked over the network afterwards.
    pub fn close(&self) {
        self.shared.stop.cut();
        self.shared.bell.ring(|signals| signals.stop = true);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let ran = !threads.is_empty();
        for thread in threads {
            // One that panicked has ended, too.
            let _ = thread.join();
        }
        if ran && let Err(error) = self.shared.held.save(true) {
            tracing::warn!(%error, "the lists cannot be written: they are fetched anew");
        }
    }

    /// The record of a lock on the centre's own list, while it is up.
    fn at_the_centre(&self, lock: &LockId) -> Option<ClaimedRecord> {
        let centre = self.shared.centre().filter(|_| self.shared.line.is_up())?;
        self.link(centre.quick).grey_record(lock).ok()?
    }

    fn link(&self, client: Client) -> ServerLink {
        let mut link = ServerLink::new(client);
        link.account.clone_from(&self.shared.account);
        link
    }

    /// Asks the centre while a customer waits.
    fn ask<T>(
        &self,
        ask: impl FnOnce(&mut ServerLink) -> Result<T, LinkDown>,
    ) -> Result<T, LinkDown> {
        let centre = self.shared.centre().ok_or(LinkDown)?;
        let mut link = self.link(centre.patient);
        let answered = ask(&mut link);
        if answered.is_ok() {
            self.shared.came_back();
        } else if link.out_of_reach {
            let reason = link.remarks.pop().unwrap_or_else(|| "it does not answer".to_owned());
            let reason = reason.trim_start_matches("the centre is out of reach: ");
            self.shared.line.down(Part::Events, reason);
        }
        answered
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.close();
    }
}

impl Uplink for Linked {
    fn nudge(&self) {
        self.shared.bell.ring(|signals| signals.nudges += 1);
    }

    fn flush(&self) -> Flushed {
        if self.shared.centre().is_none() {
            return Flushed::Not;
        }
        let until = Instant::now() + self.shared.pace.flush;
        let mut mine = 0;
        self.shared.bell.ring(|signals| {
            signals.flushes += 1;
            mine = signals.flushes;
        });
        let then = self.shared.bell.wait(Some(until), |now| now.tried >= mine || now.stop);
        if then.tried >= mine { then.flushed } else { Flushed::Not }
    }

    fn is_blacklisted(&self, asn: Asn) -> bool {
        self.shared.held.is_blacklisted(asn)
    }

    fn grey_record(&self, sought: &Sought<'_>) -> Option<(ClaimedRecord, Found)> {
        let found = |record: ClaimedRecord, at| (sought.fits)(&record).then_some((record, at));
        let held = self.shared.held.grey_record(sought.lock);
        let listed = held.and_then(|record| found(record, Found::List));
        let listed = listed.or_else(|| found(self.at_the_centre(sought.lock)?, Found::List));
        // What may be made up comes last, and never for a PSAM of this station: its journal knows those locks.
        if listed.is_some() || !sought.anywhere || self.shared.is_own(sought.lock.tid) {
            return listed;
        }
        let papers = self.shared.papers.records(sought.lock);
        let paper = papers.into_iter().find_map(|record| found(record, Found::Paper));
        paper.or_else(|| found(self.shared.neighbours().record(sought)?, Found::Neighbour))
    }

    fn is_listed(&self, lock: &LockId) -> bool {
        self.shared.held.grey_record(lock).is_some()
    }

    fn unlock(&self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        self.ask(|link| link.unlock(asked))
    }

    fn transfer(&self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        self.ask(|link| link.transfer(asked))
    }

    fn open_transfers(&self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        if !self.shared.line.is_up() {
            return Err(LinkDown);
        }
        self.ask(|link| link.open_transfers(asn))
    }

    fn prove_transfer(&self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        self.ask(|link| link.prove_transfer(asn, open, tac))
    }

    fn standing(&self) -> Standing {
        Standing {
            centre: self.shared.line.shown(),
            neighbours: self.shared.neighbours().standing(),
            blacklist: self.shared.held.standing(Kind::Blacklist),
            grey_list: self.shared.held.standing(Kind::GreyList),
        }
    }

    fn clock_offset(&self, now: Stamp) -> Option<ClockOffset> {
        crate::clock::offset(self.shared.centre()?.heard(), now, Instant::now())
    }

    fn ask_time(&self) {
        let Some(centre) = self.shared.centre() else { return };
        let (now, pace) = (Instant::now(), self.shared.pace.clock);
        if self.shared.line.is_up() && centre.heard().all(|heard| heard.age(now) >= pace) {
            self.shared.bell.ring(|signals| signals.doubts += 1);
        }
    }

    fn warnings(&self) -> Vec<Warning> {
        let Remarks { refused, held, words } = self.shared.remarks().clone();
        if (refused, held) == (0, 0) {
            return Vec::new();
        }
        let words = format!(
            "the centre refused {refused} reports and does not take {held} yet; of the last one it says: {words}"
        );
        vec![Alarm::ReportRefused.says(words)]
    }
}
