//! `greylock gen`: a synthetic day of records.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crypto::bulk::Engine;
use keys_file::MainKeys;
use records::day::{Day, End, Net, Order, OrderError, Sum, Truth};
use records::{Damage, Outcome, TableWriter};
use serde_json::{Map, Value, json};

use crate::cli::GenArgs;
use crate::error::{Error, Fault};
use crate::media::Birth;
use crate::output::{Context, Report};

/// Parts of a day that wait to be written.
const WAITING: usize = 1;

/// Makes the day.
///
/// # Errors
/// Keys that cannot be read, an order that cannot be had, a name that is taken, or a disk that refuses.
pub(super) fn run(args: &GenArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let keys = keys_file::read(&args.keys)?;
    for warning in &keys.warnings {
        context.warn(warning);
    }
    let truth_file = args.truth.as_deref().map(Birth::begin).transpose()?;
    let mut files = Files::begin(&args.out, args.rows_per_file)?;
    let truth = make(args, &keys.keys, &mut files)?;
    let made = files.finish()?;
    let document = document(args, &truth, &made);
    if let Some(mut birth) = truth_file {
        let mut whole = document.clone();
        whole["stations"] = stations(&truth);
        birth.fill(format!("{whole:#}\n").as_bytes())?;
        birth.finish()?;
    }
    Ok(Report::done(document, text(args, &truth, &made)))
}

/// One thread makes rows, and this one writes them.
fn make(args: &GenArgs, keys: &MainKeys, files: &mut Files) -> Result<Truth, Error> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let order = Order {
        records: args.records,
        forged: args.forged,
        seed: args.seed,
        day: args.day,
        stations: args.stations,
        cards: args.cards,
        escapes: args.escapes,
        upgrades: args.upgrades,
        duplicates: args.duplicates,
        late: args.late,
        clones: args.clones,
    };
    let mut day =
        Day::new(order, keys, Engine::best(), threads).map_err(|error| refused(&error))?;
    let (to, from) = sync_channel(WAITING);
    let written = thread::scope(|scope| {
        let day = &mut day;
        scope.spawn(move || send(day, &to));
        let mut rows = from.into_iter();
        let written =
            rows.try_for_each(|rows| files.write(&rows.map_err(|error| refused(&error))?));
        // Whoever makes rows ends when nobody writes them any more.
        drop(rows);
        written
    });
    written.map(|()| day.truth().clone())
}

fn send(day: &mut Day<'_>, to: &SyncSender<Result<Vec<Outcome>, OrderError>>) {
    while let Some(rows) = day.rows().transpose() {
        let ends = rows.is_err();
        // Who writes has an error of its own when it does not listen any more.
        if to.send(rows).is_err() || ends {
            return;
        }
    }
}

fn refused(error: &OrderError) -> Error {
    Error::usage(error.to_string()).advice("`greylock gen --help` says what can be asked for")
}

/// The files that are made: one, or a folder of them.
struct Files {
    out: PathBuf,
    /// Rows of a file, where there are several.
    most: Option<u64>,
    open: Option<(Birth, TableWriter<File>)>,
    /// Rows in the open one.
    rows: u64,
    made: Vec<PathBuf>,
}

impl Files {
    fn begin(out: &Path, most: Option<u64>) -> Result<Self, Error> {
        if most.is_some() {
            std::fs::create_dir(out).map_err(|error| Error::file("make", out, &error))?;
        }
        let mut files = Self { out: out.to_owned(), most, open: None, rows: 0, made: Vec::new() };
        files.open_next()?;
        Ok(files)
    }

    fn open_next(&mut self) -> Result<(), Error> {
        let path = match self.most {
            None => self.out.clone(),
            Some(_) => self.out.join(format!("part-{:05}.parquet", self.made.len())),
        };
        let birth = Birth::begin(&path)?;
        let writer = TableWriter::new(birth.pieces()?).map_err(|error| unwritten(&path, error))?;
        self.open = Some((birth, writer));
        self.rows = 0;
        self.made.push(path);
        Ok(())
    }

    fn write(&mut self, mut rows: &[Outcome]) -> Result<(), Error> {
        while !rows.is_empty() {
            let room = self.most.map_or(u64::MAX, |most| most - self.rows);
            if room == 0 {
                self.close()?;
                self.open_next()?;
                continue;
            }
            let now = usize::try_from(room).unwrap_or(usize::MAX).min(rows.len());
            let (these, later) = rows.split_at(now);
            if let Some((_, writer)) = &mut self.open {
                writer.write(these).map_err(|error| unwritten(&self.out, error))?;
            }
            self.rows += these.len() as u64;
            rows = later;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some((birth, writer)) = self.open.take() else { return Ok(()) };
        writer.finish().map_err(|error| unwritten(&self.out, error))?;
        birth.finish()
    }

    fn finish(mut self) -> Result<Vec<PathBuf>, Error> {
        self.close()?;
        Ok(self.made)
    }
}

fn unwritten(path: &Path, damage: Damage) -> Error {
    match damage {
        Damage::Io(error) => Error::file("write", path, &error),
        other => Error::new(Fault::System, format!("cannot write {}: {other}", path.display())),
    }
}

fn sum(sum: Sum) -> Value {
    json!({ "count": sum.count, "amount": sum.amount })
}

fn net(net: &Net) -> Value {
    let ends = End::ALL.map(|end| (end.name().to_owned(), sum(net.of(end))));
    let settled = ("settled".to_owned(), sum(net.settled()));
    Value::Object([settled].into_iter().chain(ends).collect())
}

fn stations(truth: &Truth) -> Value {
    let stations = truth.stations.iter();
    Value::Object(stations.map(|(station, of)| (station.to_string(), net(of))).collect())
}

fn counts(counts: &std::collections::BTreeMap<&'static str, u64>) -> Map<String, Value> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into())).collect()
}

fn document(args: &GenArgs, truth: &Truth, made: &[PathBuf]) -> Value {
    json!({
        "outcome": "done",
        "day": args.day.to_string(),
        "seed": args.seed,
        "records": args.records,
        "files": made.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "rows": counts(&truth.rows),
        "forged": counts(&truth.forged),
        "duplicates": truth.duplicates,
        "late": truth.late,
        "total": net(&truth.total),
    })
}

fn text(args: &GenArgs, truth: &Truth, made: &[PathBuf]) -> String {
    let mut text = format!("{} records of {} in {}", args.records, args.day, args.out.display());
    let files = made.len();
    let _ =
        writeln!(text, "{}", if files > 1 { format!(", {files} files") } else { String::new() });
    for (name, count) in &truth.rows {
        let _ = writeln!(text, "  {name:<24}{count:>12}");
    }
    for (name, count) in [("sent twice", truth.duplicates), ("late", truth.late)] {
        let _ = writeln!(text, "  {name:<24}{count:>12}");
    }
    for (code, count) in &truth.forged {
        let _ = writeln!(text, "  {:<24}{count:>12}", format!("forged {code}"));
    }
    text.push_str("a right clearing finds\n");
    for end in End::ALL {
        let Sum { count, amount } = truth.total.of(end);
        let _ = writeln!(text, "  {:<24}{count:>12}{amount:>20}", end.name());
    }
    text
}
