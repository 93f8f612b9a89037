//! Store-and-forward: the thread that reports what the journal has and the centre has not taken, in the journal's order,
//! and so in the order of each PSAM.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use api::collect::{ReportTaken, Reports};
use client::{Client, ClientError};
use forecourt::Flushed;
use lists::Kind;
use logbook::Logbook;
use terminal::Journal as _;
use wire::record::encode;
use wire::{Entry, Report};

use crate::held::name_of;
use crate::line::Part;
use crate::pace::BackOff;
use crate::shared::{Remarks, Shared, Signals};

/// Reports of one request: the server takes 512.
const BATCH: usize = 500;

/// Reports of one round that are held alone: a centre that can do nothing with more of them is away.
const ALONE: usize = 16;

/// Reports by the record that they are of, as they are sent.
type Sent = (u64, String);

/// The thread's own.
pub(crate) struct Uploader {
    shared: Arc<Shared>,
    logbook: Logbook,
    back_off: BackOff,
    /// For reports that are held: they say nothing about the line.
    held_back_off: BackOff,
    /// Taken by the centre, but behind one that it did not take: not marked yet, and not sent again while this runs.
    /// A report that comes twice changes nothing, so it need not outlive the thread.
    taken: BTreeSet<Sent>,
    /// Not taken yet: sent again when the line comes back, and now and then.
    held: BTreeSet<Sent>,
    /// When those are sent again.
    again: Option<Instant>,
    /// Deliveries without a GMAC by their record, and until when each waits for it.
    young: BTreeMap<u64, Instant>,
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
        let held_back_off = BackOff::new(shared.pace, seed.rotate_left(16));
        Self {
            shared,
            logbook,
            back_off,
            held_back_off,
            taken: BTreeSet::new(),
            held: BTreeSet::new(),
            again: None,
            young: BTreeMap::new(),
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
            let customers = asked.flushes != seen.flushes;
            let round = self.round(asked.doubts != seen.doubts, customers);
            let answered = matches!(round, Round::Answered);
            // One that is held may be the very one that somebody waits for.
            let flushed = match (answered, self.held.is_empty()) {
                (true, true) => Flushed::All,
                (true, false) => Flushed::Some,
                (false, _) => Flushed::Not,
            };
            self.shared.bell.ring(|signals| {
                (signals.tried, signals.flushed) = (asked.flushes, flushed);
            });
            seen = asked;
            if answered {
                self.back_off.reset();
            }
            let until = match round {
                Round::Answered if self.held.is_empty() => {
                    self.held_back_off.reset();
                    self.ripens()
                }
                Round::Answered => {
                    let wait = || Instant::now() + self.held_back_off.wait();
                    let again = *self.again.get_or_insert_with(wait);
                    Some(self.ripens().map_or(again, |ripens| ripens.min(again)))
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
                let doubted = answered && now.doubts != seen.doubts;
                now.stop || customers || doubted || now.nudges != seen.nudges
            });
            let customers = signals.flushes != seen.flushes || signals.came_up != seen.came_up;
            let nudged = signals.nudges != seen.nudges;
            if !nudged || answered || customers || signals.stop {
                return;
            }
            seen.nudges = signals.nudges;
            let waiting = self.logbook.pending().1.len();
            self.shared.line.set_queue(waiting);
            self.shared.line.tell_queue();
        }
    }

    /// Sends what there is; after each batch what is certain is marked, so a round that breaks goes on where it was. Each
    /// answer says the centre's time: where it is wanted and nothing is to be sent, something is asked.
    fn round(&mut self, wants_time: bool, customers: bool) -> Round {
        let Some(centre) = self.shared.centre() else { return Round::Down };
        let (last, pending) = self.logbook.pending();
        self.grow(&pending, customers);
        let pending: Vec<Sent> =
            pending.into_iter().map(|(record, report)| (record, hex_of(&report))).collect();
        // What was marked is not pending any more.
        let first = pending.first().map_or(u64::MAX, |(record, _)| *record);
        self.taken.retain(|(record, _)| *record >= first);
        self.mark(last, &pending);
        let now = Instant::now();
        let is_young = |sent: &Sent| self.young.get(&sent.0).is_some_and(|until| *until > now);
        let is_kept = |sent: &Sent| self.held.contains(sent) || is_young(sent);
        let new = |sent: &&Sent| !self.taken.contains(*sent) && !is_kept(sent);
        let to_send: Vec<Sent> = pending.iter().filter(new).cloned().collect();
        self.shared.line.set_queue(pending.len() - self.taken_of(&pending));
        if wants_time && to_send.is_empty() {
            self.ask_time(&centre.quick);
        }
        let mut count = 0;
        for batch in to_send.chunks(BATCH) {
            let mut alone = 0;
            if let Err(reason) = self.send(&centre.patient, batch, &mut alone) {
                return self.down(&reason);
            }
            self.shared.is_up(Part::Reports);
            count += batch.len();
            self.mark(last, &pending);
            self.shared.line.set_queue(pending.len() - self.taken_of(&pending));
            // Of a long queue each batch is news; the last one is told below.
            if count < to_send.len() {
                self.shared.line.tell_queue();
            }
        }
        self.tell(count);
        Round::Answered
    }

    /// Deliveries without a GMAC that wait for it still; none while a customer waits.
    fn grow(&mut self, pending: &[(u64, Report)], customers: bool) {
        let now = Instant::now();
        let unproved = pending.iter().filter(|(_, report)| matches!(report, Report::Unproved(..)));
        let before = std::mem::take(&mut self.young);
        for (record, _) in unproved {
            let until = before.get(record).copied();
            let until = until.unwrap_or_else(|| now + self.shared.pace.unproved);
            // One that has waited stays as it is, so that it does not wait anew.
            self.young.insert(*record, if customers { now } else { until });
        }
    }

    /// When the first of them has waited long enough.
    fn ripens(&self) -> Option<Instant> {
        let now = Instant::now();
        self.young.values().copied().filter(|until| *until > now).min()
    }

    /// What the answer says is of no matter here, and neither is a line that just broke: who reports or listens finds out.
    fn ask_time(&self, centre: &Client) {
        let kind = Kind::Blacklist;
        if let Some((cursor, _)) = self.shared.held.at(kind) {
            let _only_the_time = centre.list_state(name_of(kind), &cursor.to_string());
        }
    }

    /// Sends some, and notes the answer to each. Some that are refused together are halved until the one stands alone with
    /// which the centre cannot do anything: that is held, and keeps no other back. `alone` counts those.
    fn send(&mut self, centre: &Client, batch: &[Sent], alone: &mut usize) -> Result<(), String> {
        let reports = Reports { reports: batch.iter().map(|(_, hex)| hex.clone()).collect() };
        let error = match centre.report(&reports) {
            Ok(taken) if taken.answers.len() == batch.len() => {
                for (sent, answer) in batch.iter().zip(&taken.answers) {
                    self.note(sent, answer);
                }
                return Ok(());
            }
            Ok(_) => return Err("its answer has no word on each report".to_owned()),
            Err(error) => error,
        };
        if !is_about_these(&error) || *alone >= ALONE {
            return Err(words_of(&error));
        }
        if let [sent] = batch {
            *alone += 1;
            self.hold(sent, &error);
            return Ok(());
        }
        let (first, second) = batch.split_at(batch.len() / 2);
        self.send(centre, first, alone)?;
        self.send(centre, second, alone)
    }

    fn hold(&mut self, sent: &Sent, error: &ClientError) {
        self.held.insert(sent.clone());
        let words = words_of(error);
        tracing::warn!(record = sent.0, words, "the centre cannot do anything with a report");
        let mut remarks = self.shared.remarks();
        (remarks.held, remarks.words) = (u64::try_from(self.held.len()).unwrap_or(u64::MAX), words);
    }

    fn taken_of(&self, pending: &[Sent]) -> usize {
        pending.iter().filter(|sent| self.taken.contains(*sent)).count()
    }

    /// What came while it was tried makes the queue longer, and a reason that was told already is told no more.
    fn down(&self, reason: &str) -> Round {
        self.shared.line.down(Part::Reports, reason);
        self.shared.line.tell_queue();
        Round::Down
    }

    fn note(&mut self, sent: &Sent, answer: &ReportTaken) {
        let words = answer.problem.as_ref().map(|problem| problem.title.clone());
        let words = words.or_else(|| answer.reason.clone());
        if answer.r#final {
            self.taken.insert(sent.clone());
        } else {
            self.held.insert(sent.clone());
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
        let open = pending.iter().find(|sent| !self.taken.contains(*sent));
        let through = open.map_or(last, |(record, _)| record.saturating_sub(1));
        if pending.first().is_none_or(|(record, _)| *record > through) {
            return;
        }
        // An entry that cannot be written makes reports go up once more, which is harmless.
        let _ = self.logbook.append(&Entry::Reported { through });
    }

    fn tell(&self, count: usize) {
        let held = u64::try_from(self.held.len()).unwrap_or(u64::MAX);
        self.shared.remarks().held = held;
        if count > 0 {
            let reports = if count == 1 { "report" } else { "reports" };
            self.shared.line.tell(&format!("the centre answered {count} {reports}"));
        }
        self.shared.line.tell_queue();
    }
}

/// Whether an answer is about what was sent, and not about who sent it or the centre as it stands.
fn is_about_these(error: &ClientError) -> bool {
    let status = error.problem.as_deref().map(|problem| problem.status);
    matches!(status, Some(400 | 413 | 422 | 500))
}

fn hex_of(report: &Report) -> String {
    hex::encode(encode(report).as_slice())
}

/// Why there is no answer, and what whoever reads it can do.
pub(crate) fn words_of(error: &ClientError) -> String {
    error.to_string()
}
