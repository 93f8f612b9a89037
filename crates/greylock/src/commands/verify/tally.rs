//! What was found, and how it is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crypto::bulk::Engine;
use records::{BadWriter, Batch, Class, Event, Format, Kind, Reason, UNREADABLE, Verdict};
use serde_json::{Map, Value, json};

use crate::output::{Exit, Report};

/// How it was done.
pub(super) struct Run<'a> {
    pub(super) engine: Engine,
    pub(super) threads: usize,
    pub(super) took: Duration,
    /// The file of bad records.
    pub(super) bad: Option<&'a Path>,
}

/// What was found in one file.
#[derive(Clone)]
struct OfFile {
    path: PathBuf,
    format: Option<Format>,
    records: u64,
    bad: u64,
    /// Bytes of it that were read.
    read: u64,
    damage: Option<String>,
}

/// What was found.
pub(super) struct Tally {
    files: Vec<OfFile>,
    bad_file: Option<BadWriter<File>>,
    /// Rows that have no code to be held against.
    skipped: u64,
    reasons: BTreeMap<&'static str, u64>,
    classes: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn new(files: &[PathBuf], bad_file: Option<BadWriter<File>>) -> Self {
        let of_file = |path: &PathBuf| {
            let (path, format, damage) = (path.clone(), None, None);
            OfFile { path, format, records: 0, bad: 0, read: 0, damage }
        };
        let files = files.iter().map(of_file).collect();
        let (reasons, classes) = (BTreeMap::new(), BTreeMap::new());
        Self { files, bad_file, skipped: 0, reasons, classes }
    }

    /// Takes in what was heard of a file.
    ///
    /// # Errors
    /// The file of bad records cannot be written.
    pub(super) fn hear(&mut self, at: usize, event: Event) -> io::Result<()> {
        let Some(file) = self.files.get_mut(at) else { return Ok(()) };
        match event {
            Event::Opened(format) => file.format = Some(format),
            Event::Damaged(damage) => file.damage = Some(damage.to_string()),
            Event::Rows(batch, verdicts, read) => {
                file.read = read;
                file.records += batch.len() as u64;
                return self.rows(at, &batch, &verdicts);
            }
        }
        Ok(())
    }

    fn rows(&mut self, at: usize, batch: &Batch, verdicts: &[Verdict]) -> io::Result<()> {
        let Some(file) = self.files.get_mut(at) else { return Ok(()) };
        let path = file.path.display().to_string();
        for wrong in &batch.wrong {
            file.bad += 1;
            *self.reasons.entry(UNREADABLE).or_default() += 1;
            *self.classes.entry(Class::Quarantined.name()).or_default() += 1;
            if let Some(bad) = &mut self.bad_file {
                bad.unreadable(&path, wrong)?;
            }
        }
        for ((row, place), verdict) in batch.rows.iter().zip(&batch.places).zip(verdicts) {
            let no_code = [Kind::OnlineUnlock, Kind::NoDispense, Kind::Void];
            self.skipped += u64::from(row.kind().is_some_and(|kind| no_code.contains(&kind)));
            let Some(reason) = verdict.reason() else { continue };
            file.bad += 1;
            *self.reasons.entry(reason.name()).or_default() += 1;
            *self.classes.entry(reason.class().name()).or_default() += 1;
            if let Some(bad) = &mut self.bad_file {
                bad.record(&path, *place, row, *verdict)?;
            }
        }
        Ok(())
    }

    /// Ends the file of bad records.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish_bad(&mut self) -> io::Result<()> {
        self.bad_file.take().map_or(Ok(()), BadWriter::finish)
    }

    /// Bytes of all files that were read.
    pub(super) fn read(&self) -> u64 {
        self.files.iter().map(|file| file.read).sum()
    }

    fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    /// Bad records so far.
    pub(super) fn bad(&self) -> u64 {
        self.files.iter().map(|file| file.bad).sum()
    }

    /// The files that were not read to their end, and why.
    pub(super) fn damaged(&self) -> impl Iterator<Item = (&Path, &str)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((file.path.as_path(), file.damage.as_deref()?)))
    }

    /// All of it; exit code 1 when something is bad.
    pub(super) fn report(&self, run: &Run<'_>) -> Report {
        let report = Report::done(self.document(run), self.text(run));
        let (bad, damaged) = (self.bad(), self.damaged().count());
        let message = match (bad, damaged) {
            (0, 0) => return report,
            (0, damaged) => format!("{damaged} files were not read to their end"),
            (bad, 0) => format!("{bad} records are bad"),
            (bad, damaged) => {
                format!("{bad} records are bad, and {damaged} files were not read to their end")
            }
        };
        report.ending(Exit::Refused, message)
    }

    fn document(&self, run: &Run<'_>) -> Value {
        let of_file = |file: &OfFile| {
            json!({
                "file": file.path.display().to_string(),
                "format": file.format.map(Format::name),
                "records": file.records,
                "bad": file.bad,
                "damage": file.damage,
            })
        };
        json!({
            "records": self.records(),
            "bad": self.bad(),
            "reasons": counts(&self.reasons),
            "classes": counts(&self.classes),
            "skipped": self.skipped,
            "records_per_second": rate(self.records(), run.took),
            "seconds": run.took.as_secs_f64(),
            "engine": run.engine.name(),
            "lanes": run.engine.lanes(),
            "threads": run.threads,
            "bad_file": run.bad.map(|path| path.display().to_string()),
            "files": self.files.iter().map(of_file).collect::<Vec<_>>(),
        })
    }

    fn text(&self, run: &Run<'_>) -> String {
        let mut text = String::new();
        for OfFile { path, format, records, bad, .. } in &self.files {
            let format = format.map_or("not read", Format::name);
            let path = path.display();
            let _ = writeln!(text, "{path} ({format}): {records} records, {bad} bad");
        }
        for (name, count) in &self.reasons {
            let words = Reason::ALL.iter().find(|reason| reason.name() == *name);
            let words = words.map_or("a line that is no record", |reason| reason.words());
            let _ = writeln!(text, "  {name:<24}{count:>12}  {words}");
        }
        let (records, skipped) = (self.records(), self.skipped);
        let _ = writeln!(text, "{records} records, {} bad, {skipped} without a code", self.bad());
        let Run { engine, threads, took, .. } = run;
        let (name, rate, took) = (engine.name(), rate(records, *took), took.as_secs_f64());
        let _ = writeln!(text, "{rate} a second: {took:.3} seconds, {name}, {threads} threads");
        text
    }
}

fn counts(counts: &BTreeMap<&'static str, u64>) -> Map<String, Value> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into())).collect()
}

fn rate(records: u64, took: Duration) -> u64 {
    let micros = took.as_micros().max(1);
    u64::try_from(u128::from(records) * 1_000_000 / micros).unwrap_or(u64::MAX)
}
