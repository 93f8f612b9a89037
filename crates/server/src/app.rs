//! What every handler has: the desk that writes, connections that read, the clock.

use std::sync::{Arc, Mutex, PoisonError};

use host::{Answer, Input};
use store::{Desk, Look, PATIENCE, Place, Prepared, Reader, StoreError, Vault};
use tokio::sync::{Semaphore, oneshot};
use wire::Stamp;

use crate::feed::Feed;
use crate::problem::Refused;

/// Connections that read at the same time.
const READERS: usize = 8;

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
    clock: Clock,
    /// What stations hear without asking.
    pub(crate) feed: Feed,
}

/// What handlers share.
pub type Shared = Arc<App>;

impl App {
    /// Opens the books, and brings their schema up to date.
    ///
    /// # Errors
    /// The database cannot be reached, or is not ours.
    pub async fn open(place: &Place, vault: &Vault, clock: Clock) -> Result<Shared, Refused> {
        let feed = Feed::new();
        let bell = feed.bell();
        let (at, keys) = (place.clone(), Arc::clone(vault));
        // Opening waits for the database, and no task may.
        let opening = tokio::task::spawn_blocking(move || {
            Desk::open(&at, keys, Box::new(move |_| bell.ring()))
        });
        let desk = opening.await.map_err(|_| Refused::bug())??;
        Ok(Arc::new(Self {
            desk: Some(desk),
            place: place.clone(),
            vault: Arc::clone(vault),
            idle: Mutex::new(Vec::new()),
            turns: Arc::new(Semaphore::new(READERS)),
            clock,
            feed,
        }))
    }

    /// Whether calls can still be taken.
    pub(crate) fn is_open(&self) -> bool {
        self.desk.as_ref().is_some_and(Desk::is_open)
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn close_streams(&self) {
        self.feed.close();
    }

    /// The time.
    pub(crate) fn now(&self) -> Stamp {
        (self.clock)()
    }

    /// Does calls in one transaction; what it answers is durable.
    pub(crate) async fn apply_all(&self, inputs: Vec<Input>) -> Result<Vec<host::Output>, Refused> {
        let (reply, answered) = oneshot::channel();
        let desk = self.desk.as_ref().ok_or_else(Refused::shutting_down)?;
        let vault = Arc::clone(&self.vault);
        let calls = match inputs.len() {
            0..FEW => Prepared::new(&vault, inputs),
            // Codes of many records keep a processor busy for too long for a task.
            _ => tokio::task::spawn_blocking(move || Prepared::new(&vault, inputs))
                .await
                .map_err(|_| Refused::bug())?,
        };
        desk.submit(calls, move |answer| {
            // A client that went away hears it when it asks again.
            let _ = reply.send(answer);
        });
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        Ok(answered.map_err(|_| silent())?.map_err(|_| Refused::shutting_down())??)
    }

    /// Does one call.
    pub(crate) async fn apply(&self, input: Input) -> Result<Answer, Refused> {
        let outputs = self.apply_all(vec![input]).await?;
        let output = outputs.into_iter().next().ok_or_else(Refused::bug)?;
        Ok(output?)
    }

    /// Reads from one state of the books.
    pub(crate) async fn read<T: Send + 'static>(
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
        // A database that says nothing keeps the connection and the turn, but not the caller.
        let read = tokio::time::timeout(PATIENCE, reading).await.map_err(|_| silent())?;
        Ok(read.map_err(|_| Refused::bug())??)
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
