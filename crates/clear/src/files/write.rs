//! Lines to files. Nothing has its name before everything is written and adds up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use host::Code;
use serde::{Deserialize, Serialize};

use super::tables::{CARDS, EXCEPTIONS, HEARD, NET, PENDING, Rows, SUMMARY, Table};
use crate::engine::columns::COLUMNS;
use crate::error::ClearError;
use crate::line::{Class, Line, Said};
use crate::reason;
use crate::row::{Row, is_station, mark};

/// Counts and money of a station or of all, by class.
type Sums = [(u64, u64); Class::ALL.len()];

fn sum_of(sums: &Sums, classes: &[Class]) -> Sum {
    let mut sum = Sum::default();
    for class in classes {
        if let Some((count, amount)) = sums.get(*class as usize - 1) {
            sum.count += count;
            sum.amount += amount;
        }
    }
    sum
}

/// A number of rows or locks, and their money in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: u64,
}

/// Rows of a run, and what became of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RowCounts {
    /// All that went in.
    pub read: u64,
    /// Of the day.
    pub day: u64,
    /// Carried from an earlier day.
    pub carried: u64,
    /// Those by which a lock was settled.
    pub settled: u64,
    /// Those of open locks.
    pub pending: u64,
    /// Those that said again what another one says.
    pub duplicates: u64,
    /// Those that claim nothing by themselves.
    pub notices: u64,
    /// Those that count as not heard.
    pub quarantined: u64,
}

/// The end of a run. The same bytes on either engine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Summary {
    /// The day, `YYYYMMDD`.
    pub day: String,
    /// Stations that something was said of.
    pub stations: u64,
    /// Rows: `read` is the sum of the last five.
    pub rows: RowCounts,
    /// What stations are paid.
    pub settled: Sum,
    /// What is open.
    pub pending: Sum,
    /// Counts and money of each class.
    pub classes: BTreeMap<&'static str, Sum>,
    /// Exceptions by reason.
    pub exceptions: BTreeMap<&'static str, Sum>,
}

/// Writes the files of a run into a folder.
pub struct Writer {
    folder: PathBuf,
    stations: BTreeMap<u32, Sums>,
    exceptions: BufWriter<File>,
    reasons: BTreeMap<&'static str, Sum>,
    lost: Option<Row>,
    pending: Rows,
    heard: Rows,
    cards: Rows,
}

/// The name of a file until the run is over.
fn partial(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.partial"))
}

impl Writer {
    /// Begins in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The system says no.
    pub fn create(folder: &Path) -> Result<Self, ClearError> {
        std::fs::create_dir_all(folder).map_err(|error| ClearError::file(folder, error))?;
        let path = partial(folder, EXCEPTIONS);
        let file = File::create(&path).map_err(|error| ClearError::file(&path, error))?;
        let mut exceptions = BufWriter::new(file);
        let columns: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
        let head = format!("reason,count,by,owner,{}\n", columns.join(","));
        exceptions.write_all(head.as_bytes()).map_err(|error| ClearError::file(&path, error))?;
        Ok(Self {
            folder: folder.to_owned(),
            stations: BTreeMap::new(),
            exceptions,
            reasons: BTreeMap::new(),
            lost: None,
            pending: Rows::create(&partial(folder, PENDING), Table::Pending)?,
            heard: Rows::create(&partial(folder, HEARD), Table::Heard)?,
            cards: Rows::create(&partial(folder, CARDS), Table::Cards)?,
        })
    }

    /// Takes a line, in the order in which the plan gives them.
    ///
    /// # Errors
    /// The system says no.
    pub fn line(&mut self, line: &Line) -> Result<(), ClearError> {
        match &line.said {
            Said::Total(class, station) => {
                let sums = self.stations.entry(*station).or_default();
                if let Some((count, amount)) = sums.get_mut(*class as usize - 1) {
                    *count += line.count;
                    *amount += line.amount;
                }
            }
            Said::Exception(code, row) => {
                if line.said.is_lost() {
                    self.lost = Some(*row);
                }
                let sum = self.reasons.entry(code.name()).or_default();
                sum.count += line.count;
                sum.amount += line.amount;
                let by = line.amount / line.count.max(1);
                let text = exception(code.name(), line.count, by, row);
                let path = partial(&self.folder, EXCEPTIONS);
                let written = self.exceptions.write_all(text.as_bytes());
                written.map_err(|error| ClearError::file(&path, error))?;
            }
            Said::Pending(row) => self.pending.push(*row)?,
            Said::Heard(row) => self.heard.push(*row)?,
            Said::Passed(row) => self.cards.push(*row)?,
        }
        Ok(())
    }

    /// Adds up, and gives the files their names; the summary is the last, and that of an earlier run is gone from the
    /// disk before the first, so that a folder that has one is whole.
    ///
    /// # Errors
    /// [`ClearError::Sums`] when a row is missing or counted twice, [`ClearError::Usage`] when a carried row is rejected:
    /// then no file has its name.
    pub fn finish(self, day: u32, read: (u64, u64)) -> Result<Summary, ClearError> {
        let Self { folder, stations, exceptions, reasons, lost, pending, heard, cards } = self;
        is_kept(lost.as_ref())?;
        let summary = summary(day, read, &stations, reasons);
        adds_up(&summary.rows)?;
        let whole = |name: &str, file: std::io::Result<File>| {
            let path = partial(&folder, name);
            file.and_then(|file| file.sync_all()).map_err(|error| ClearError::file(&path, error))
        };
        whole(EXCEPTIONS, exceptions.into_inner().map_err(std::io::IntoInnerError::into_error))?;
        pending.finish()?;
        heard.finish()?;
        cards.finish()?;
        whole(NET, written(&partial(&folder, NET), net(&stations).as_bytes()))?;
        let mut text = serde_json::to_string_pretty(&summary)
            .map_err(|error| ClearError::Sums(error.to_string()))?;
        text.push('\n');
        whole(SUMMARY, written(&partial(&folder, SUMMARY), text.as_bytes()))?;
        unfinished(&folder)?;
        for name in [NET, EXCEPTIONS, PENDING, HEARD, CARDS, SUMMARY] {
            let path = folder.join(name);
            let named = std::fs::rename(partial(&folder, name), &path);
            named.map_err(|error| ClearError::file(&path, error))?;
        }
        whole(".", File::open(&folder))?;
        Ok(summary)
    }
}

/// What an earlier run left is no whole day from here on: its summary is taken away, on the disk too.
fn unfinished(folder: &Path) -> Result<(), ClearError> {
    let path = folder.join(SUMMARY);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ClearError::file(&path, error));
        }
        _ => {}
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| ClearError::file(folder, error))
}

/// A carried row is one that was right: when it is rejected, keys are missing or its file was altered, and to go on
/// without it would settle its number for nothing.
fn is_kept(lost: Option<&Row>) -> Result<(), ClearError> {
    let Some(row) = lost else { return Ok(()) };
    let reason = reason::of(row.fate).map_or("unknown", Code::name);
    Err(ClearError::Usage(format!(
        "a row that an earlier day left open is rejected now: {reason}, TID {:012X}, TTC {}, key version {}; give the keys of all versions, and the folder of --previous as it was written",
        row.tid, row.ttc, row.key_version
    )))
}

fn written(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

fn summary(
    day: u32,
    (of_day, carried): (u64, u64),
    stations: &BTreeMap<u32, Sums>,
    exceptions: BTreeMap<&'static str, Sum>,
) -> Summary {
    let mut all = Sums::default();
    for sums in stations.values() {
        for ((count, amount), (more, money)) in all.iter_mut().zip(sums) {
            *count += more;
            *amount += money;
        }
    }
    let count = |classes: &[Class]| sum_of(&all, classes).count;
    let classes = Class::ALL.map(|class| (class.name(), sum_of(&all, &[class])));
    Summary {
        day: format!("{day:08X}"),
        stations: stations.keys().filter(|station| is_station(**station)).count() as u64,
        rows: RowCounts {
            read: of_day + carried,
            day: of_day,
            carried,
            settled: count(&Class::SETTLED),
            pending: count(&Class::PENDING),
            duplicates: count(&[Class::Duplicate]),
            notices: count(&[Class::Notice]),
            quarantined: count(&[Class::Quarantined]),
        },
        settled: sum_of(&all, &Class::SETTLED),
        pending: sum_of(&all, &Class::PENDING),
        classes: classes.into(),
        exceptions,
    }
}

/// Each row that was read stands in one place: the count of the tables' own feet against what the rules said.
fn adds_up(rows: &RowCounts) -> Result<(), ClearError> {
    let RowCounts { read, settled, pending, duplicates, notices, quarantined, .. } = *rows;
    let told = settled + pending + duplicates + notices + quarantined;
    if told == read {
        return Ok(());
    }
    Err(ClearError::Sums(format!(
        "{read} rows were read, and {settled} settled + {pending} pending + {duplicates} duplicates + {notices} notices + {quarantined} quarantined are {told}"
    )))
}

/// Classes of which a station's line has the money too.
const WITH_MONEY: [Class; 11] = [
    Class::Sale,
    Class::TacSeen,
    Class::Online,
    Class::Succession,
    Class::Loss,
    Class::Grey,
    Class::Unproved,
    Class::NoRecord,
    Class::Disputed,
    Class::StationClaim,
    Class::CardholderClaim,
];

/// Classes of which it has the count alone.
const COUNTED: [Class; 5] =
    [Class::Duplicate, Class::Notice, Class::Quarantined, Class::Late, Class::SettledBefore];

fn net(stations: &BTreeMap<u32, Sums>) -> String {
    let mut text =
        String::from("station,settled_count,settled_amount,pending_count,pending_amount");
    for class in WITH_MONEY {
        let name = class.name();
        let _ = write!(text, ",{name}_count,{name}_amount");
    }
    for class in COUNTED {
        let _ = write!(text, ",{}_count", class.name());
    }
    text.push('\n');
    for (station, sums) in stations {
        text.push_str(&shown(*station));
        for classes in [Class::SETTLED.as_slice(), &Class::PENDING] {
            let Sum { count, amount } = sum_of(sums, classes);
            let _ = write!(text, ",{count},{amount}");
        }
        for class in WITH_MONEY {
            let Sum { count, amount } = sum_of(sums, &[class]);
            let _ = write!(text, ",{count},{amount}");
        }
        for class in COUNTED {
            let _ = write!(text, ",{}", sum_of(sums, &[class]).count);
        }
        text.push('\n');
    }
    text
}

fn shown(station: u32) -> String {
    if is_station(station) { station.to_string() } else { String::new() }
}

/// A line of `exceptions.csv`: the row as CSV of outcomes has it, behind what is wrong with it.
fn exception(reason: &str, count: u64, by: u64, row: &Row) -> String {
    let kind = row.kind().map_or_else(|| row.kind.to_string(), |kind| kind.name().to_owned());
    let tac = if row.has(mark::TAC_THERE) { format!("{:08X}", row.tac) } else { String::new() };
    let owner = shown(row.owner);
    format!(
        "{reason},{count},{by},{owner},{},{kind},{:016X},{},{},{:012X},{},{},{:02X},{:08X},{:08X},{},{},{:08X},{:06X},{},{:08X},{:06X},{},{},{:08X},{:08X},{:08X},{:08X},{tac}\n",
        row.station,
        row.asn,
        row.purse,
        row.ctc,
        row.tid,
        row.ttc,
        row.key_version,
        row.algorithm,
        row.icc,
        row.trn,
        row.balance,
        row.overdraft,
        row.lock_date,
        row.lock_time,
        row.amount,
        row.end_date,
        row.end_time,
        row.utc_offset_minutes,
        row.ceiling,
        row.mac2,
        row.gtac,
        row.gmac,
        row.sam_tac,
    )
}
