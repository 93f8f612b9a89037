//! The one thread that writes. Entries that wait together share one commit.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use wire::{Asn, Date, Entry, LockId, Stamp, Tid, Ttc};

use crate::database::{Database, LogbookError};
use crate::handle::Shared;
use crate::psams;
use crate::retention;
use crate::trusted;
use crate::vehicle::Vehicle;

/// Most entries of one commit.
const MOST: usize = 64;
/// So often a database that broke is opened again.
const AGAIN: Duration = Duration::from_secs(1);

/// Who is told, and of what.
pub(crate) type Reply<T> = SyncSender<Result<T, String>>;

/// An entry that waits.
pub(crate) struct Append {
    pub(crate) entry: Entry,
    /// Whose fill it will be.
    pub(crate) vehicle: Option<Vehicle>,
    pub(crate) reply: Reply<()>,
}

/// What waits for the database.
pub(crate) enum Job {
    Append(Append),
    Keep(String, Vec<u8>, Reply<()>),
    Kept(String, Reply<Option<Vec<u8>>>),
    Rows { after: u64, most: u32, reply: Reply<Vec<(u64, Entry)>> },
    Forget { before: Date, most: usize, reply: Reply<usize> },
    TrustClock(Stamp, Reply<()>),
    OwnPsam(Tid, Reply<()>),
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
        Entry::Refused(lock) | Entry::RefusedRecord { lock, .. } => Subject::Refused(*lock),
        Entry::Reported { .. } => Subject::Reported,
    }
}

/// Writes until every handle is gone. After an error that leaves open what is on the disk the database is opened again and
/// every row is read and folded, before anything more is written.
pub(crate) fn write(database: Database, path: &Path, shared: &Arc<Shared>, jobs: &Receiver<Job>) {
    let (mut waiting, mut database) = (None, Ok(database));
    loop {
        let next = match (waiting.take(), &database) {
            (Some(job), _) => Some(job),
            (None, Ok(_)) => match jobs.recv() {
                Ok(job) => Some(job),
                Err(_) => return,
            },
            (None, Err(_)) => match jobs.recv_timeout(AGAIN) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            },
        };
        let mut opened = match database {
            Ok(opened) => opened,
            Err(_) => match open_again(path, shared) {
                Ok(opened) => opened,
                Err(words) => {
                    if let Some(job) = next {
                        refuse(job, &words);
                    }
                    database = Err(words);
                    continue;
                }
            },
        };
        let broken = next.and_then(|job| do_one(&mut opened, shared, jobs, (job, &mut waiting)));
        database = match broken {
            None => Ok(opened),
            Some(words) => Err(words),
        };
    }
}

/// The database is closed by now.
fn open_again(path: &Path, shared: &Shared) -> Result<Database, String> {
    let read = Database::open(path).and_then(|opened| Ok((opened.fold()?, opened)));
    match read {
        Ok(((held, last), opened)) => {
            shared.hold(held, last);
            Ok(opened)
        }
        Err(error) => {
            let words = format!("{error}; the logbook cannot be read again");
            *shared.broken() = Some(words.clone());
            Err(words)
        }
    }
}

/// A job, and the entries that wait behind it. Says what broke.
fn do_one(
    database: &mut Database,
    shared: &Shared,
    jobs: &Receiver<Job>,
    (job, waiting): (Job, &mut Option<Job>),
) -> Option<String> {
    let first = match job {
        Job::Append(first) => first,
        other => {
            serve(database, shared, other);
            return None;
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
                *waiting = Some(other);
                break;
            }
        }
    }
    let words = commit(database, shared, &mut batch)?;
    *shared.broken() = Some(words.clone());
    batch.iter().for_each(|job| answer(job, Err(words.clone())));
    Some(words)
}

/// Nothing is done while the database cannot be opened.
fn refuse(job: Job, words: &str) {
    let words = words.to_owned();
    // Whoever asked and is gone by now needs no answer.
    let _ = match job {
        Job::Append(job) => job.reply.send(Err(words)).ok(),
        Job::Keep(_, _, reply) => reply.send(Err(words)).ok(),
        Job::Kept(_, reply) => reply.send(Err(words)).ok(),
        Job::Rows { reply, .. } => reply.send(Err(words)).ok(),
        Job::Forget { reply, .. } => reply.send(Err(words)).ok(),
        Job::TrustClock(_, reply) | Job::OwnPsam(_, reply) => reply.send(Err(words)).ok(),
    };
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
        Job::TrustClock(now, reply) => {
            reply.send(words(trusted::trust(database, shared, now))).ok()
        }
        Job::OwnPsam(tid, reply) => reply.send(words(psams::own(database, shared, tid))).ok(),
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
    match database.append(first, batch.iter().map(|job| (&job.entry, job.vehicle))) {
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
        Err(error) => return Some(format!("{error}; the logbook is read again")),
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
        if let (Some(vehicle), Entry::Lock { tid, ttc, .. }) = (job.vehicle, &job.entry) {
            held.set_vehicle((*tid, *ttc), vehicle);
        }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use terminal::Journal as _;
    use wire::{Entry, Step, Tid, Ttc};

    use crate::database::Database;
    use crate::{Logbook, OfFolder, Room};

    fn over(database: Database, path: &Path) -> Logbook {
        let room = Room::of(Box::new(OfFolder(path.parent().unwrap().to_owned())));
        Logbook::over(database, path, room).unwrap()
    }

    fn void(ttc: u32) -> Entry {
        Entry::Lock { tid: Tid([1; 6]), ttc: Ttc(ttc), step: Step::Void }
    }

    #[test]
    fn after_an_error_of_the_disk_it_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logbook");
        let mut book = over(Database::open(&path).unwrap(), &path);
        book.append(&void(1)).unwrap();
        drop(book);
        let database = Database::open(&path).unwrap();
        database.break_writes();
        let mut book = over(database, &path);
        assert!(book.append(&void(2)).is_err());
        assert!(book.last_error().is_some_and(|words| words.contains("disk I/O error")));
        book.append(&void(2)).unwrap();
        assert_eq!((book.broken(), book.records()), (None, 2));
        assert!([1, 2].iter().all(|ttc| book.progress(Tid([1; 6]), Ttc(*ttc)).is_some()));
    }

    #[test]
    fn what_cannot_be_read_again_stays_broken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logbook");
        let database = Database::open(&path).unwrap();
        database.break_writes();
        let mut book = over(database, &path);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(book.append(&void(1)).is_err());
        assert!(book.append(&void(1)).is_err());
        assert!(book.broken().is_some() && book.kept("parameters").is_err());
    }
}
