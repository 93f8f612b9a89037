//! `greylock-clear bench`: a made-up day, cleared, beside the same job in SQL on PostgreSQL.

mod yardstick;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crypto::Key;
use crypto::bulk::Engine;
use host::MainKeys;
use records::day::{Day, End, Order, Truth};
use records::{Outcome, TableWriter};
use serde::Serialize;
use wire::Date;

use crate::error::ClearError;
use crate::files::Sum;
use crate::line::Class;

/// Rows of a file of the day.
const FILE_ROWS: u64 = 1 << 20;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Rows of the day.
    pub records: u64,
    /// Rows of the smaller day that the yardstick does; its time is scaled.
    pub yardstick_records: u64,
    /// The database of the yardstick; without it there is none.
    pub database: Option<String>,
    /// Threads of the run.
    pub threads: u16,
    /// Replays it.
    pub seed: u64,
}

/// The figures.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Rows of the day.
    pub records: u64,
    /// Threads of the run.
    pub threads: u16,
    /// Seconds that making the day up took; not part of the rest.
    pub generated_seconds: f64,
    /// Seconds of the run, from the first byte read to the last one written.
    pub seconds: f64,
    /// Rows per second.
    pub records_per_second: f64,
    /// The most memory that the process of the run held, in bytes.
    pub peak_bytes: u64,
    /// Time of its threads for checking codes, of all their time.
    pub share_of_checking: f64,
    /// How codes were made.
    pub engine: &'static str,
    /// The yardstick, when a database was given.
    pub yardstick: Option<Yardstick>,
}

/// The same job in SQL.
#[derive(Clone, Debug, Serialize)]
pub struct Yardstick {
    /// Rows that it was measured with.
    pub records: u64,
    /// Seconds for these.
    pub seconds: f64,
    /// The same for as many rows as the run had, in proportion.
    pub scaled_seconds: f64,
    /// How many times faster the run was.
    pub times_faster: f64,
}

/// What the run says on stdout.
#[derive(serde::Deserialize)]
struct Told {
    seconds: f64,
    peak_bytes: Option<u64>,
    share_of_checking: f64,
    summary: ToldSummary,
}

#[derive(serde::Deserialize)]
struct ToldSummary {
    classes: std::collections::BTreeMap<String, Sum>,
}

/// The same keys in every run: the figures do not depend on them.
fn keys() -> MainKeys {
    let key = |seed: u8| {
        let places = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        Key::new(places.map(|place: u8| seed.wrapping_mul(53) ^ (place * 13)))
    };
    MainKeys::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(key), key(99))
}

/// Some of everything that happens, and a little of what should not.
fn order(records: u64, seed: u64) -> Result<Order, ClearError> {
    let day = Date::new(2026, 11, 23).ok_or_else(|| ClearError::Sums("the day".to_owned()))?;
    let forged = records / 1000;
    let (escapes, duplicates, late, clones) = (20, 10, 10, records / 100_000);
    Ok(Order {
        records,
        forged,
        seed,
        day,
        stations: None,
        cards: None,
        escapes,
        upgrades: 0,
        duplicates,
        late,
        clones,
    })
}

fn refused(error: impl std::fmt::Display) -> ClearError {
    ClearError::Usage(format!("no such day can be made up: {error}"))
}

/// Measures.
///
/// # Errors
/// A run failed, or found something else than the maker of its day knows.
pub fn run(wanted: &Wanted) -> Result<Figures, ClearError> {
    let main = keys();
    let folder = tempfile::tempdir()
        .map_err(|error| ClearError::file(Path::new("a temporary folder"), error))?;
    let begun = Instant::now();
    let truth = make(
        &main,
        order(wanted.records, wanted.seed)?,
        wanted.threads,
        &folder.path().join("day"),
    )?;
    let generated_seconds = begun.elapsed().as_secs_f64();
    let told = clear(&main, wanted.threads, folder.path())?;
    agrees("the run", &truth, |class| told.summary.classes.get(class.name()).copied())?;
    let yardstick = wanted.database.as_deref().map(|url| measure(url, &main, wanted, &told));
    Ok(Figures {
        records: wanted.records,
        threads: wanted.threads,
        generated_seconds,
        seconds: told.seconds,
        records_per_second: wanted.records as f64 / told.seconds,
        peak_bytes: told.peak_bytes.unwrap_or(0),
        share_of_checking: told.share_of_checking,
        engine: Engine::best().name(),
        yardstick: yardstick.transpose()?,
    })
}

fn make(main: &MainKeys, order: Order, threads: u16, folder: &Path) -> Result<Truth, ClearError> {
    let told = |error| ClearError::file(folder, error);
    std::fs::create_dir(folder).map_err(told)?;
    let mut day = Day::new(order, main, Engine::best(), usize::from(threads)).map_err(refused)?;
    let mut left = true;
    let mut number = 0;
    while left {
        let path = folder.join(format!("{number:05}.parquet"));
        let file = File::create(&path).map_err(told)?;
        let damaged = |error: records::Damage| ClearError::Usage(error.to_string());
        let mut table = TableWriter::new(BufWriter::new(file)).map_err(damaged)?;
        let mut rows = 0;
        while rows < FILE_ROWS && left {
            let more = day.rows().map_err(refused)?;
            left = more.is_some();
            let more = more.unwrap_or_default();
            rows += more.len() as u64;
            table.write(&more).map_err(damaged)?;
        }
        table.finish().map_err(damaged)?;
        number += 1;
    }
    Ok(day.truth().clone())
}

/// In a process of its own, so that its memory is its own.
fn clear(main: &MainKeys, threads: u16, folder: &Path) -> Result<Told, ClearError> {
    let told = |error| ClearError::file(folder, error);
    let keys = folder.join("keys.toml");
    std::fs::write(&keys, keys_file::render(main).as_bytes()).map_err(told)?;
    let output = Command::new(std::env::current_exe().map_err(told)?)
        .args(["run", "--json", "--day", "20261123", "--threads", &threads.to_string(), "--keys"])
        .arg(&keys)
        .arg("--out")
        .arg(folder.join("out"))
        .arg(folder.join("day"))
        .output()
        .map_err(told)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ClearError::Cluster(format!("the run failed: {said}")));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| ClearError::Sums(error.to_string()))
}

/// What is measured does the job: it finds what the maker of the day decided.
fn agrees(
    who: &str,
    truth: &Truth,
    found: impl Fn(Class) -> Option<Sum>,
) -> Result<(), ClearError> {
    let ends = [
        (End::Sale, Class::Sale),
        (End::TacSeen, Class::TacSeen),
        (End::Online, Class::Online),
        (End::Succession, Class::Succession),
        (End::Pending, Class::Grey),
    ];
    for (end, class) in ends {
        let right = truth.total.of(end);
        let right = Sum { count: right.count, amount: right.amount };
        let found = found(class).unwrap_or_default();
        if found != right {
            let name = class.name();
            return Err(ClearError::Sums(format!(
                "{who} finds {found:?} of {name}, and right is {right:?}"
            )));
        }
    }
    Ok(())
}

fn measure(
    url: &str,
    main: &MainKeys,
    wanted: &Wanted,
    told: &Told,
) -> Result<Yardstick, ClearError> {
    let records = wanted.yardstick_records.min(wanted.records);
    let order = order(records, wanted.seed)?;
    let mut day =
        Day::new(order, main, Engine::best(), usize::from(wanted.threads)).map_err(refused)?;
    let mut rows: Vec<Outcome> = Vec::new();
    while let Some(more) = day.rows().map_err(refused)? {
        rows.extend(more);
    }
    let found = yardstick::run(url, main, &rows)?;
    agrees("PostgreSQL", day.truth(), |class| found.classes.get(class.name()).copied())?;
    let scaled_seconds = found.seconds * wanted.records as f64 / records as f64;
    let times_faster = scaled_seconds / told.seconds;
    Ok(Yardstick { records, seconds: found.seconds, scaled_seconds, times_faster })
}

/// The figures in words.
#[must_use]
pub fn words(figures: &Figures) -> String {
    let mut text = format!(
        "{} records cleared in {:.2} s with {} threads: {:.0} a second (codes by {})\n{:.0} MB of memory at most, {:.0} % of the time for checking codes; making the day up took {:.1} s\n",
        figures.records,
        figures.seconds,
        figures.threads,
        figures.records_per_second,
        figures.engine,
        figures.peak_bytes as f64 / 1e6,
        figures.share_of_checking * 100.0,
        figures.generated_seconds,
    );
    text += &match &figures.yardstick {
        Some(of) => format!(
            "PostgreSQL with pgcrypto: {:.1} s for {} records, so {:.0} s for as many: {:.0} times as long\n",
            of.seconds, of.records, of.scaled_seconds, of.times_faster
        ),
        None => "no yardstick: give --db\n".to_owned(),
    };
    text
}
