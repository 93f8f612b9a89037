//! The one thread that writes. Entries that wait together share one commit.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, PoisonError};

use wire::{Asn, Date, Entry, LockId, Tid, Ttc};

use crate::database::{Database, LogbookError};
use crate::handle::Shared;
use crate::retention;

/// Most entries of one commit.
const MOST: usize = 64;

/// Who is told, and of what.
pub(crate) type Reply<T> = SyncSender<Result<T, String>>;

/// An entry that waits.
pub(crate) struct Append {
    pub(crate) entry: Entry,
    pub(crate) reply: Reply<()>,
}

/// What waits for the database.
pub(crate) enum Job {
    Append(Append),
    Keep(String, Vec<u8>, Reply<()>),
    Kept(String, Reply<Option<Vec<u8>>>),
    Rows { after: u64, most: u32, reply: Reply<Vec<(u64, Entry)>> },
    Forget { before: Date, most: usize, reply: Reply<usize> },
}

/// What an entry changes: two of one subject depend on each other and are not checked together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Number(Tid, Ttc),
    Card(Asn),
    Refused(LockId),
    Reported,
}

fn subject(entry: &Entry) -> Subject {
    match entry {
        Entry::Lock { tid, ttc, .. } | Entry::Purchase { tid, ttc, .. } => {
            Subject::Number(*tid, *ttc)
        }
        Entry::TacSeen { asn, .. } => Subject::Card(*asn),
        Entry::Refused(lock) => Subject::Refused(*lock),
        Entry::Reported { .. } => Subject::Reported,
    }
}

/// Writes until every handle is gone. After an error that leaves open what is on the disk nothing more is written: a
/// logbook that is opened again reads what is there.
pub(crate) fn write(mut database: Database, shared: &Arc<Shared>, jobs: &Receiver<Job>) {
    let (mut waiting, mut broken) = (None, None);
    while let Some(next) = waiting.take().or_else(|| jobs.recv().ok()) {
        let first = match next {
            Job::Append(first) => first,
            other => {
                serve(&mut database, shared, other);
                continue;
            }
        };
        let mut subjects = BTreeSet::from([subject(&first.entry)]);
        let mut batch = vec![first];
        while batch.len() < MOST
            && let Ok(job) = jobs.try_recv()
        {
            match job {
                Job::Append(job) if !subjects.contains(&subject(&job.entry)) => {
                    subjects.insert(subject(&job.entry));
                    batch.push(job);
                }
                other => {
                    waiting = Some(other);
                    break;
                }
            }
        }
        broken = broken.or_else(|| commit(&mut database, shared, &mut batch));
        if let Some(words) = &broken {
            batch.iter().for_each(|job| answer(job, Err(words.clone())));
        }
    }
}

/// What is no entry.
fn serve(database: &mut Database, shared: &Shared, job: Job) {
    // Whoever asked and is gone by now needs no answer.
    let _ = match job {
        Job::Append(job) => job.reply.send(Err("an entry is appended in a batch".to_owned())).ok(),
        Job::Keep(name, bytes, reply) => reply.send(words(database.keep(&name, &bytes))).ok(),
        Job::Kept(name, reply) => reply.send(words(database.kept(&name))).ok(),
        Job::Rows { after, most, reply } => reply.send(words(database.rows(after, most))).ok(),
        Job::Forget { before, most, reply } => {
            reply.send(words(retention::forget(database, shared, before, most))).ok()
        }
    };
}

fn words<T>(result: Result<T, LogbookError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// Each entry is checked before any is written; those that fit become durable together. What is answered leaves the
/// batch. Says what broke, when nobody knows what is on the disk.
fn commit(database: &mut Database, shared: &Shared, batch: &mut Vec<Append>) -> Option<String> {
    batch.retain(|job| match check(shared, &job.entry) {
        Ok(Check::Fits) => true,
        Ok(Check::Known) => {
            answer(job, Ok(()));
            false
        }
        Err(words) => {
            answer(job, Err(words));
            false
        }
    });
    let first = shared.last_record() + 1;
    match database.append(first, batch.iter().map(|job| &job.entry)) {
        Ok(()) => take(shared, first, std::mem::take(batch)),
        // One that is too large for what is left must not take the others with it.
        Err(LogbookError::Full) if batch.len() > 1 => {
            return std::mem::take(batch)
                .into_iter()
                .find_map(|job| commit(database, shared, &mut vec![job]));
        }
        Err(error @ LogbookError::Full) => {
            std::mem::take(batch).iter().for_each(|job| answer(job, Err(error.to_string())));
        }
        Err(error) => return Some(format!("{error}; the station has to open its logbook again")),
    }
    None
}

enum Check {
    Fits,
    /// It is there already.
    Known,
}

fn check(shared: &Shared, entry: &Entry) -> Result<Check, String> {
    let held = shared.held.read().unwrap_or_else(PoisonError::into_inner);
    let index = &held.index;
    if index.knows(entry) {
        return Ok(Check::Known);
    }
    index.fits(entry).map_err(|error| error.to_string())?;
    shared.has_room(entry).map(|()| Check::Fits)
}

fn take(shared: &Shared, first: u64, batch: Vec<Append>) {
    let mut held = shared.held.write().unwrap_or_else(PoisonError::into_inner);
    for (record, job) in (first..).zip(batch) {
        // It fitted before it was written, and only this thread changes the index.
        let taken = held.take(&job.entry, record).map_err(|error| error.to_string());
        shared.set_last_record(record);
        answer(&job, taken);
    }
}

fn answer(job: &Append, answer: Result<(), String>) {
    // Whoever asked waits for nothing else.
    let _ = job.reply.send(answer);
}
