//! The desk: one thread that writes, and calls that wait together for one commit.
//!
//! Calls that come while a transaction is under way go into the next one (group commit). Nothing is answered
//! before it is durable. When a transaction fails, nothing of it happened: it is done again after a conflict, call
//! by call if need be, so that one call cannot take others down with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use host::{Ahead, Input, Output, Together};

use crate::Vault;
use crate::error::{Kind, StoreError};
use crate::migrate::Dialect;
use crate::operated::{Call, Signature};
use crate::piped::Piped;
use crate::place::Place;
use crate::transact::Writing;
use crate::watch::{OnEvents, Watch};

/// Most calls of one transaction, unless one request has more.
pub const MOST: usize = 512;
/// Requests that may wait; more are sent back.
const QUEUE: usize = 1024;
/// How long a call waits for its answer. After that nobody knows whether it is done: the database may be silent.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often a transaction is done again after a conflict.
const TRIES: usize = 8;

/// What a request is answered with: one output for each call, or why nothing happened.
pub type Answered = Result<Vec<Output>, StoreError>;

/// Calls with the codes that they will ask for, where those are computed one by one: what takes a processor and no books
/// is done before they queue. Codes that are computed in bulk are computed for all calls of a transaction together.
pub struct Prepared {
    inputs: Vec<Input>,
    ahead: Ahead,
}

impl Prepared {
    /// Computes codes that nobody computes in bulk; some tens of microseconds for each record.
    #[must_use]
    pub fn new(vault: &Vault, inputs: Vec<Input>) -> Self {
        Self { ahead: Ahead::one_by_one(vault, &inputs), inputs }
    }
}

struct Job {
    inputs: Vec<Input>,
    /// The operator who asks for all of them.
    by: Option<Signature>,
    ahead: Ahead,
    /// Nobody waits for it any more after this.
    until: Instant,
    reply: Box<dyn FnOnce(Answered) + Send>,
}

/// Takes calls and answers them once they are durable.
pub struct Desk {
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    vault: Vault,
    commits: Arc<AtomicU64>,
}

impl Desk {
    /// Brings the schema up to date and begins to take calls.
    ///
    /// # Errors
    /// The database cannot be reached, or is not ours.
    pub fn open(place: &Place, vault: Vault, on_events: OnEvents) -> Result<Self, StoreError> {
        Self::watched(place, vault, Box::new(on_events))
    }

    /// The same, with somebody who hears of every transaction.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn watched(place: &Place, vault: Vault, watch: Box<dyn Watch>) -> Result<Self, StoreError> {
        place.prepare()?;
        let dialect = match place {
            Place::Sqlite(_) => Dialect::Sqlite,
            Place::Postgres(_) => Dialect::Postgres,
        };
        let commits = Arc::new(AtomicU64::new(0));
        let writing = Writing::new(
            Box::new(Piped::new(place.connect()?)?),
            dialect,
            Arc::clone(&vault),
            Arc::clone(&commits),
        );
        let (queue, jobs) = sync_channel(QUEUE);
        let writer = std::thread::Builder::new().name("books".to_owned());
        let writer = writer
            .spawn(move || serve(writing, &jobs, watch.as_ref()))
            .map_err(|error| StoreError::new(Kind::Unavailable, error))?;
        Ok(Self { queue: Some(queue), writer: Some(writer), vault, commits })
    }

    /// Hands calls in; `reply` gets the answer on the writer's thread.
    pub fn submit(&self, calls: Prepared, reply: impl FnOnce(Answered) + Send + 'static) {
        self.submit_by(None, calls, reply);
    }

    /// The same for an operator: the operator log gets a line for each call, in the transaction that does it.
    pub fn submit_by(
        &self,
        by: Option<Signature>,
        calls: Prepared,
        reply: impl FnOnce(Answered) + Send + 'static,
    ) {
        let Prepared { inputs, ahead } = calls;
        let until = Instant::now() + PATIENCE;
        let job = Job { inputs, by, ahead, until, reply: Box::new(reply) };
        let Some(queue) = &self.queue else { return };
        let (job, what) = match queue.try_send(job) {
            Ok(()) => return,
            Err(TrySendError::Full(job)) => {
                (job, "too many calls are waiting for the books; try again in a moment")
            }
            Err(TrySendError::Disconnected(job)) => (job, "the books are closed"),
        };
        (job.reply)(Err(StoreError::new(Kind::Unavailable, what)));
    }

    /// How many transactions were committed.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether calls are still taken: the writer goes on until the desk is closed, unless this program is broken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.writer.as_ref().is_some_and(|writer| !writer.is_finished())
    }

    /// Does calls and waits for the answer, at most [`PATIENCE`].
    ///
    /// # Errors
    /// The database does not take them, or nobody knows whether it did: the same calls may be done again.
    pub fn apply(&self, inputs: Vec<Input>) -> Answered {
        self.apply_within(PATIENCE, inputs)
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// As `apply`.
    pub fn apply_within(&self, patience: Duration, inputs: Vec<Input>) -> Answered {
        let (reply, answer) = sync_channel(1);
        self.submit(Prepared::new(&self.vault, inputs), move |answered| {
            // Nobody waits any more when the other side is gone.
            let _ = reply.send(answered);
        });
        let unknown = |error| {
            StoreError::new(
                Kind::Unavailable,
                match error {
                    RecvTimeoutError::Timeout => "the database does not answer",
                    RecvTimeoutError::Disconnected => "the books were closed",
                },
            )
        };
        answer.recv_timeout(patience).unwrap_or_else(|error| Err(unknown(error)))
    }
}

impl Drop for Desk {
    /// Calls that were taken are answered first.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing left to answer.
            let _ = writer.join();
        }
    }
}

fn serve(mut writing: Writing, jobs: &Receiver<Job>, watch: &dyn Watch) {
    let mut together = Together::default();
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        let mut calls = batch.iter().map(|job| job.inputs.len()).sum::<usize>();
        while calls < MOST
            && let Ok(job) = jobs.try_recv()
        {
            calls += job.inputs.len();
            batch.push(job);
        }
        let mut batch = forget_late(batch);
        if !batch.is_empty() {
            let ahead = foreseen(&mut together, writing.vault(), &mut batch);
            answer(&mut writing, batch, &ahead, watch);
        }
    }
}

/// The codes that these calls will ask for: those that came with them, and all others at once.
fn foreseen(together: &mut Together, vault: &Vault, batch: &mut [Job]) -> Ahead {
    let mut ahead = Ahead::default();
    batch.iter_mut().for_each(|job| ahead.extend(std::mem::take(&mut job.ahead)));
    ahead.add(together, vault, batch.iter().flat_map(|job| &job.inputs));
    ahead
}

/// Calls that waited too long are not begun: who made them was told that nobody knows, and asks again.
fn forget_late(batch: Vec<Job>) -> Vec<Job> {
    let now = Instant::now();
    let (late, batch): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(|job| job.until < now);
    for job in late {
        let what = "the database was silent for too long; this was not done";
        (job.reply)(Err(StoreError::new(Kind::Unavailable, what)));
    }
    batch
}

fn answer(writing: &mut Writing, batch: Vec<Job>, ahead: &Ahead, watch: &dyn Watch) {
    let answered = with_patience(writing, &batch, ahead, watch);
    match answered {
        Ok(outputs) => {
            for (job, outputs) in batch.into_iter().zip(outputs) {
                (job.reply)(Ok(outputs));
            }
        }
        // Alone, each has its own fate; unless the database is away for all.
        Err(error) if batch.len() > 1 && error.kind != Kind::Unavailable => {
            for job in batch {
                answer(writing, vec![job], ahead, watch);
            }
        }
        Err(error) => {
            for job in batch {
                (job.reply)(Err(error.clone()));
            }
        }
    }
}

/// One transaction, again after conflicts, and once more when the connection was lost.
fn with_patience(
    writing: &mut Writing,
    batch: &[Job],
    ahead: &Ahead,
    watch: &dyn Watch,
) -> Result<Vec<Vec<Output>>, StoreError> {
    let calls = batch
        .iter()
        .flat_map(|job| job.inputs.iter().map(|input| Call { input, by: job.by.as_ref() }));
    let calls: Vec<Call<'_>> = calls.collect();
    let (mut conflicts, mut losses) = (0, 0);
    loop {
        let error = match writing.transact(&calls, ahead) {
            Ok(done) => {
                watch.committed(&done.committed);
                let mut outputs = done.outputs.into_iter();
                return Ok(batch
                    .iter()
                    .map(|job| outputs.by_ref().take(job.inputs.len()).collect())
                    .collect());
            }
            Err(error) => error,
        };
        watch.failed(&error);
        match error.kind {
            Kind::Conflict if conflicts < TRIES => conflicts += 1,
            Kind::Unavailable if losses == 0 => losses += 1,
            // Still in conflict: somebody else writes all the time, or the rows clash by themselves.
            Kind::Conflict if batch.len() == 1 => {
                return Err(StoreError { kind: Kind::Unavailable, ..error });
            }
            _ => return Err(error),
        }
    }
}
