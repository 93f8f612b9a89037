//! What every handler has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::api::site::PaperTaken;
use forecourt::{Forecourt, Refused};
use tokio::sync::watch;

use crate::figures::Figures;
use crate::problem::Problem;

/// Whoever takes grey records on paper: he checks who signed one, and gives it to nozzles that ask for its lock.
pub trait Papers: Send + Sync {
    /// Takes a paper by the text of its code.
    ///
    /// # Errors
    /// Why it is not believed, in words.
    fn show(&self, text: &str) -> Result<PaperTaken, String>;
}

/// The station behind the interface.
pub struct App {
    /// Nothing while the station has no power.
    station: watch::Sender<Option<Arc<Forecourt>>>,
    papers: Option<Arc<dyn Papers>>,
    /// Begins the ids of requests and the cursors of events: another run of the station has other ones.
    instance: String,
    pub(crate) figures: Figures,
    closing: watch::Sender<bool>,
    requests: AtomicU64,
}

/// What handlers share.
pub type Shared = Arc<App>;

impl App {
    /// Serves this station. `instance` is a short name that no other run has; `started` the moment of its begin in
    /// seconds since 1970.
    #[must_use]
    pub fn new(
        instance: &str,
        started: u64,
        station: Option<Arc<Forecourt>>,
        papers: Option<Arc<dyn Papers>>,
    ) -> Shared {
        Arc::new(Self {
            station: watch::Sender::new(station),
            papers,
            instance: instance.to_owned(),
            figures: Figures::new(started),
            closing: watch::Sender::new(false),
            requests: AtomicU64::new(0),
        })
    }

    /// Puts another station in place of the one before, or none: it has no power then, and every resource says so.
    /// Streams of events stay open and go on with the next one.
    pub fn put(&self, station: Option<Arc<Forecourt>>) {
        self.station.send_replace(station);
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn close_streams(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    pub(crate) fn station(&self) -> watch::Receiver<Option<Arc<Forecourt>>> {
        self.station.subscribe()
    }

    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    pub(crate) fn papers(&self) -> Option<Arc<dyn Papers>> {
        self.papers.clone()
    }

    /// For a request that brought none.
    pub(crate) fn new_request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        format!("{}-{number}", self.instance)
    }

    /// Asks the station, on a thread that may wait.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Forecourt) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Problem> {
        let station = self.station.borrow().clone().ok_or_else(Problem::no_power)?;
        let asked = tokio::task::spawn_blocking(move || ask(&station)).await;
        Ok(asked.map_err(|_| Problem::bug())??)
    }
}
