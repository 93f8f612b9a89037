//! Files held against the keys: one thread reads, others verify, and who asked hears of it in the order of the files.

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::check::Checker;
use crate::error::Damage;
use crate::file::{Format, RecordFile};
use crate::table::Batch;
use crate::verdict::Verdict;

/// Rows of a batch.
pub const BATCH: usize = 16_384;
/// Batches on their way for each thread: what is kept in memory is so many of them.
const WAITING: usize = 3;

/// What is heard of the files.
#[derive(Debug)]
pub enum Event {
    /// A file was opened.
    Opened(Format),
    /// Rows, what is wrong with each, and how many bytes of the file were read up to them.
    Rows(Batch, Vec<Verdict>, u64),
    /// Nothing more of this file.
    Damaged(Damage),
}

/// Something on its way from who reads to who hears.
enum Step {
    Verify(Batch, u64),
    Tell(Event),
}

/// Reads and verifies files; `hear` is called for each by its place, in order, whatever the number of threads. It ends
/// early when `hear` says so.
///
/// # Errors
/// What `hear` says.
pub fn verify<E>(
    files: &[PathBuf],
    checker: &Checker,
    threads: usize,
    mut hear: impl FnMut(usize, Event) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.max(1);
    let (to_verify, steps) = sync_channel(threads);
    let (to_hear, heard) = sync_channel(threads);
    // Whoever reads takes one of these for each step, and gets it back when that was heard: so nothing piles up behind a
    // batch that is slow.
    let (give_back, places) = sync_channel(threads * WAITING);
    for _ in 0..threads * WAITING {
        let _there_is_room = give_back.send(());
    }
    let steps = Arc::new(Mutex::new(steps));
    thread::scope(|scope| {
        scope.spawn(move || read(files, &places, &to_verify));
        for _ in 0..threads {
            let (to_hear, steps) = (to_hear.clone(), Arc::clone(&steps));
            scope.spawn(move || work(checker, &steps, &to_hear));
        }
        // Their ends here go before anybody waits for the threads: when a call fails, each of them finds that the next one
        // does not listen any more.
        drop((to_hear, steps));
        in_order(heard, give_back, &mut hear)
    })
}

/// A step, by its number, and the place of its file.
type Numbered<T> = (u64, usize, T);

fn read(files: &[PathBuf], places: &Receiver<()>, to: &SyncSender<Numbered<Step>>) {
    let mut number = 0;
    for (at, path) in files.iter().enumerate() {
        let mut send = |step: Step| {
            number += 1;
            places.recv().is_ok() && to.send((number - 1, at, step)).is_ok()
        };
        let mut file = match File::open(path).map_err(Damage::Io).and_then(RecordFile::new) {
            Ok(file) => file,
            Err(damage) => {
                if send(Step::Tell(Event::Damaged(damage))) {
                    continue;
                }
                return;
            }
        };
        if !send(Step::Tell(Event::Opened(file.format()))) {
            return;
        }
        loop {
            let (step, last) = match file.next(BATCH) {
                Ok(Some(batch)) => (Step::Verify(batch, file.read()), false),
                Ok(None) => break,
                Err(damage) => (Step::Tell(Event::Damaged(damage)), true),
            };
            if !send(step) {
                return;
            }
            if last {
                break;
            }
        }
    }
}

fn work(
    checker: &Checker,
    steps: &Mutex<Receiver<Numbered<Step>>>,
    to: &SyncSender<Numbered<Event>>,
) {
    let mut ready = checker.ready();
    loop {
        let step = match steps.lock() {
            Ok(steps) => steps.recv(),
            // Another of us panicked; the scope tells.
            Err(_) => return,
        };
        let Ok((number, file, step)) = step else { return };
        let event = match step {
            Step::Tell(event) => event,
            Step::Verify(batch, read) => {
                match catch_unwind(AssertUnwindSafe(|| ready.verdicts(&batch.rows))) {
                    Ok(verdicts) => Event::Rows(batch, verdicts, read),
                    Err(panic) => {
                        // The others must not wait for this batch for ever.
                        let bug = Damage::Broken("a bug of this program".to_owned());
                        let _told = to.send((number, file, Event::Damaged(bug)));
                        resume_unwind(panic);
                    }
                }
            }
        };
        if to.send((number, file, event)).is_err() {
            return;
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "both ends go when this returns, and so does every thread that waits at the other"
)]
fn in_order<E>(
    heard: Receiver<Numbered<Event>>,
    give_back: SyncSender<()>,
    hear: &mut impl FnMut(usize, Event) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, file, event) in heard {
        early.insert(number, (file, event));
        while let Some((file, event)) = early.remove(&next) {
            next += 1;
            hear(file, event)?;
            // Who reads may have come to the end.
            let _not_needed = give_back.send(());
        }
    }
    Ok(())
}
