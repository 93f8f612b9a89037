//! Store-and-forward: the thread that reports what the journal has and the centre has not taken, in the journal's order,
//! and so in the order of each PSAM.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use api::collect::{ReportTaken, Reports};
use client::ClientError;
use logbook::Logbook;
use terminal::Journal as _;
use wire::record::encode;
use wire::{Entry, Report};

use crate::line::Part;
use crate::pace::BackOff;
use crate::shared::{Remarks, Shared, Signals};

/// Reports of one request: the server takes 512.
const BATCH: usize = 500;

/// Reports by the record that they are of, as they are sent.
type Sent = (u64, String);

/// The thread's own.
pub(crate) struct Uploader {
    shared: Arc<Shared>,
    logbook: Logbook,
    back_off: BackOff,
    /// Taken by the centre, but behind one that it did not take: not marked yet, and not sent again while this runs.
    /// A report that comes twice changes nothing, so it need not outlive the thread.
    taken: BTreeMap<Sent, ()>,
    /// Not taken yet: sent again when the line comes back, and now and then.
    held: BTreeMap<Sent, ()>,
    /// When those are sent again.
    again: Option<Instant>,
}

/// How a round ended.
enum Round {
    /// Everything was answered; some may have to come again.
    Answered,
    /// The centre is out of reach, or does not let this station report.
    Down,
}

impl Uploader {
    pub(crate) fn new(shared: Arc<Shared>, logbook: Logbook, seed: u64) -> Self {
        let back_off = BackOff::new(shared.pace, seed);
        Self {
            shared,
            logbook,
            back_off,
            taken: BTreeMap::new(),
            held: BTreeMap::new(),
            again: None,
        }
    }

    /// Until the line is closed.
    pub(crate) fn run(mut self) {
        let mut seen = Signals::default();
        loop {
            let asked = self.shared.bell.signals();
            if asked.stop {
                return;
            }
            if asked.came_up != seen.came_up || self.again.is_some_and(|at| at <= Instant::now()) {
                self.held.clear();
                self.again = None;
            }
            let round = self.round();
            let answered = matches!(round, Round::Answered);
            self.shared.bell.ring(|signals| {
                (signals.tried, signals.answered) = (asked.flushes, answered);
            });
            seen = asked;
            let until = match round {
                Round::Answered if self.held.is_empty() => {
                    self.back_off.reset();
                    None
                }
                Round::Answered => {
                    let wait = || Instant::now() + self.back_off.wait();
                    Some(*self.again.get_or_insert_with(wait))
                }
                Round::Down => Some(Instant::now() + self.back_off.wait()),
            };
            self.wait(&mut seen, until, answered);
        }
    }

    /// Until there is something to do. While the centre is away a new report only makes the queue longer; a customer who
    /// waits for his is tried at once.
    fn wait(&mut self, seen: &mut Signals, until: Option<Instant>, answered: bool) {
        loop {
            let signals = self.shared.bell.wait(until, |now| {
                let customers = now.flushes != seen.flushes || now.came_up != seen.came_up;
                now.stop || customers || now.nudges != seen.nudges
            });
            let customers = signals.flushes != seen.flushes || signals.came_up != seen.came_up;
            let nudged = signals.nudges != seen.nudges;
            if !nudged || answered || customers || signals.stop {
                return;
            }
            seen.nudges = signals.nudges;
            let waiting = self.logbook.pending().1.len();
            self.shared.line.set_queue(waiting);
        }
    }

    /// Sends what there is; after each batch what is certain is marked, so a round that breaks goes on where it was.
    fn round(&mut self) -> Round {
        let Some(centre) = self.shared.centre() else { return Round::Down };
        let (last, pending) = self.logbook.pending();
        let pending: Vec<Sent> =
            pending.into_iter().map(|(record, report)| (record, hex_of(&report))).collect();
        let new = |sent: &&Sent| !self.taken.contains_key(*sent) && !self.held.contains_key(*sent);
        let to_send: Vec<Sent> = pending.iter().filter(new).cloned().collect();
        self.shared.line.set_queue(pending.len() - self.taken_of(&pending));
        let mut count = 0;
        for batch in to_send.chunks(BATCH) {
            let reports = Reports { reports: batch.iter().map(|(_, hex)| hex.clone()).collect() };
            let taken = match centre.patient.report(&reports) {
                Ok(taken) if taken.answers.len() == batch.len() => taken,
                Ok(_) => return self.down("its answer has no word on each report"),
                Err(error) => return self.down(&words_of(&error)),
            };
            self.shared.is_up(Part::Reports);
            for (sent, answer) in batch.iter().zip(&taken.answers) {
                self.note(sent, answer);
            }
            count += batch.len();
            self.mark(last, &pending);
            self.shared.line.set_queue(pending.len() - self.taken_of(&pending));
        }
        self.tell(count);
        Round::Answered
    }

    fn taken_of(&self, pending: &[Sent]) -> usize {
        pending.iter().filter(|sent| self.taken.contains_key(*sent)).count()
    }

    fn down(&self, reason: &str) -> Round {
        self.shared.line.down(Part::Reports, reason);
        Round::Down
    }

    fn note(&mut self, sent: &Sent, answer: &ReportTaken) {
        let words = answer.problem.as_ref().map(|problem| problem.title.clone());
        let words = words.or_else(|| answer.reason.clone());
        if answer.r#final {
            self.taken.insert(sent.clone(), ());
        } else {
            self.held.insert(sent.clone(), ());
        }
        let mut remarks = self.shared.remarks();
        remarks.held = u64::try_from(self.held.len()).unwrap_or(u64::MAX);
        if let Some(words) = words {
            tracing::warn!(record = sent.0, words, "the centre does not take a report");
            *remarks = Remarks {
                refused: remarks.refused + u64::from(answer.r#final),
                held: remarks.held,
                words,
            };
        }
    }

    /// Marks up to before the first report that is not taken.
    fn mark(&mut self, last: u64, pending: &[Sent]) {
        let open = pending.iter().find(|sent| !self.taken.contains_key(*sent));
        let through = open.map_or(last, |(record, _)| record.saturating_sub(1));
        if pending.first().is_none_or(|(record, _)| *record > through) {
            return;
        }
        // An entry that cannot be written makes reports go up once more, which is harmless.
        if self.logbook.append(&Entry::Reported { through }).is_ok() {
            self.taken.retain(|(record, _), ()| *record > through);
        }
    }

    fn tell(&self, count: usize) {
        let held = u64::try_from(self.held.len()).unwrap_or(u64::MAX);
        self.shared.remarks().held = held;
        if count > 0 {
            let reports = if count == 1 { "report" } else { "reports" };
            self.shared.line.tell(&format!("the centre answered {count} {reports}"));
        }
    }
}

fn hex_of(report: &Report) -> String {
    hex::encode(encode(report).as_slice())
}

/// Why there is no answer, and what whoever reads it can do.
pub(crate) fn words_of(error: &ClientError) -> String {
    error.to_string()
}
