//! What every handler has: the desk that writes, connections that read, the clock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use host::{Answer, Input};
use store::{Desk, Look, PATIENCE, Place, Prepared, Reader, StoreError, Vault};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use wire::Stamp;

use crate::feed::{Bell, Feed};
use crate::figures::Figures;
use crate::problem::Refused;
use crate::trail::{self, Scribe};

/// Connections that read at the same time.
const READERS: usize = 8;

/// Of them those that write whole lists.
const BASES: usize = 2;

/// Calls whose codes a task computes by itself.
const FEW: usize = 8;

/// Says the time: civil, with its offset from UTC.
pub type Clock = Arc<dyn Fn() -> Stamp + Send + Sync>;

/// The centre behind the interface.
pub struct App {
    desk: Option<Desk>,
    place: Place,
    vault: Vault,
    idle: Mutex<Vec<Reader>>,
    turns: Arc<Semaphore>,
    bases: Arc<Semaphore>,
    clock: Clock,
    accounts_only: AtomicBool,
    /// What stations hear without asking.
    pub(crate) feed: Feed,
    pub(crate) figures: Arc<Figures>,
    instance: Instance,
    /// Requests that brought no id of their own.
    requests: AtomicU64,
}

/// Which process this is, for figures and ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// Begins the ids of requests: hosts at the same books have different ones.
    pub name: String,
    /// The build.
    pub version: &'static str,
    /// When it began to serve, in seconds since 1970.
    pub started: u64,
}

impl Default for Instance {
    /// For tests, and where there is one process only.
    fn default() -> Self {
        Self { name: "centre".to_owned(), version: env!("CARGO_PKG_VERSION"), started: 0 }
    }
}

/// What handlers share.
pub type Shared = Arc<App>;

impl App {
    /// Opens the books, and brings their schema up to date.
    ///
    /// # Errors
    /// The database cannot be reached, or is not ours.
    pub async fn open(place: &Place, vault: &Vault, clock: Clock) -> Result<Shared, Refused> {
        Self::open_as(Instance::default(), place, vault, clock).await
    }

    /// The same, for one of several processes.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub async fn open_as(
        instance: Instance,
        place: &Place,
        vault: &Vault,
        clock: Clock,
    ) -> Result<Shared, Refused> {
        let bell = Bell::default();
        let figures = Arc::new(Figures::new(instance.version, instance.started));
        let scribe = Scribe { bell: bell.clone(), figures: Arc::clone(&figures) };
        let (at, keys) = (place.clone(), Arc::clone(vault));
        // Opening waits for the database, and no task may.
        let opening =
            tokio::task::spawn_blocking(move || Desk::watched(&at, keys, Box::new(scribe)));
        let desk = opening.await.map_err(|_| Refused::bug())??;
        let (at, keys) = (place.clone(), Arc::clone(vault));
        let reading = move || Reader::open(&at, keys)?.end_of_events();
        let begin = tokio::task::spawn_blocking(reading).await.map_err(|_| Refused::bug())??;
        let feed = Feed::new(bell, begin);
        Ok(Arc::new(Self {
            desk: Some(desk),
            place: place.clone(),
            vault: Arc::clone(vault),
            idle: Mutex::new(Vec::new()),
            turns: Arc::new(Semaphore::new(READERS)),
            bases: Arc::new(Semaphore::new(BASES)),
            clock,
            accounts_only: AtomicBool::new(false),
            feed,
            figures,
            instance,
            requests: AtomicU64::new(0),
        }))
    }

    /// From now on loads and unloads are charged to prepaid accounts alone, or again to money that counters take in.
    pub fn charge_accounts_only(&self, only: bool) {
        self.accounts_only.store(only, Ordering::Relaxed);
    }

    pub(crate) fn charges_accounts_only(&self) -> bool {
        self.accounts_only.load(Ordering::Relaxed)
    }

    /// Whether calls can still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.desk.as_ref().is_some_and(Desk::is_open)
    }

    /// The keys, for issuing.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn close_streams(&self) {
        self.feed.close();
    }

    /// For a request that brought none.
    pub(crate) fn new_request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        format!("{}-{number}", self.instance.name)
    }

    /// The time.
    pub(crate) fn now(&self) -> Stamp {
        (self.clock)()
    }

    /// Does calls in one transaction; what it answers is durable. Those of an operator get their lines in the operator
    /// log.
    pub(crate) async fn apply_all(&self, inputs: Vec<Input>) -> Result<Vec<host::Output>, Refused> {
        let (reply, answered) = oneshot::channel();
        let desk = self.desk.as_ref().ok_or_else(Refused::shutting_down)?;
        let vault = Arc::clone(&self.vault);
        let named: Vec<_> = inputs.iter().map(trail::named).collect();
        let calls = match inputs.len() {
            0..FEW => Prepared::new(&vault, inputs),
            // Codes of many records keep a processor busy for too long for a task.
            _ => tokio::task::spawn_blocking(move || Prepared::new(&vault, inputs))
                .await
                .map_err(|_| Refused::bug())?,
        };
        let (waiting, count) =
            (self.figures.waiting.clone(), i64::try_from(named.len()).unwrap_or(0));
        waiting.inc_by(count);
        desk.submit_by(trail::signature(|| self.now()), calls, move |answer| {
            waiting.dec_by(count);
            // A client that went away hears it when it asks again.
            let _ = reply.send(answer);
        });
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        let outputs = answered.map_err(|_| silent())?.map_err(|_| Refused::shutting_down())??;
        for (call, output) in named.into_iter().zip(&outputs) {
            trail::answered(&self.figures, call, output);
        }
        Ok(outputs)
    }

    /// Does one call.
    pub(crate) async fn apply(&self, input: Input) -> Result<Answer, Refused> {
        let outputs = self.apply_all(vec![input]).await?;
        let output = outputs.into_iter().next().ok_or_else(Refused::bug)?;
        Ok(output?)
    }

    /// Reads from one state of the books. A database that says nothing keeps the connection and the turn, but not the
    /// caller.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let reading = self.read_at_length(read);
        tokio::time::timeout(PATIENCE, reading).await.map_err(|_| silent())?
    }

    /// The same for as long as it takes: whoever reads sees how it goes on.
    pub(crate) async fn read_at_length<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| silent())?;
        let turn = turn.map_err(|_| Refused::shutting_down())?;
        let app = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            // Given back when the reading ends, not when the client goes away.
            let _turn = turn;
            let idle = app.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = match idle {
                Some(reader) => reader,
                None => Reader::open(&app.place, Arc::clone(&app.vault))?,
            };
            let answer = read(&mut reader);
            // A connection that failed is not used again.
            if answer.is_ok() {
                app.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            answer
        });
        Ok(reading.await.map_err(|_| Refused::bug())??)
    }

    /// A turn to write a whole list; nobody waits for one.
    pub(crate) fn turn_for_a_base(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let turn = Arc::clone(&self.bases).try_acquire_owned();
        turn.map_err(|_| {
            StoreError::unavailable("as many whole lists as may be are being fetched: come again")
                .into()
        })
    }

    /// Asks the rules.
    pub(crate) async fn look<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(Look<'_, '_>) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.read(|reader| reader.look(ask)).await
    }
}

/// Nobody knows whether it was done.
fn silent() -> Refused {
    StoreError::unavailable("the database does not answer").into()
}

impl Drop for App {
    /// Connections wait while they close, so they close on a thread of their own.
    fn drop(&mut self) {
        let desk = self.desk.take();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        std::thread::spawn(move || drop((desk, idle)));
    }
}
