//! Lines to files. Nothing has its name before everything is written and adds up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use host::Code;

use super::digest::Digest;
use super::summary::{Counted, Sum, Summary, Sums, adds_up, sum_of, summary};
use super::tables::{CARDS, CARRIED, EXCEPTIONS, HEARD, NET, PENDING, Rows, SUMMARY, Table};
use crate::engine::columns::COLUMNS;
use crate::error::ClearError;
use crate::line::{Class, Line, Said};
use crate::reason;
use crate::row::{Row, is_station, mark};

/// Writes the files of a run into a folder.
pub struct Writer {
    folder: PathBuf,
    /// Locked: one run at a time writes into a folder.
    held: File,
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
        let failed = |error| ClearError::file(folder, error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let held = File::open(folder).map_err(failed)?;
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ClearError::Usage(format!(
                    "another run is writing into {}; wait for it, or give another --out",
                    folder.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let path = partial(folder, EXCEPTIONS);
        let file = File::create(&path).map_err(|error| ClearError::file(&path, error))?;
        let mut exceptions = BufWriter::new(file);
        let columns: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
        let head = format!("reason,count,by,owner,{}\n", columns.join(","));
        exceptions.write_all(head.as_bytes()).map_err(|error| ClearError::file(&path, error))?;
        Ok(Self {
            folder: folder.to_owned(),
            held,
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
    /// [`ClearError::Sums`] when a row is missing or counted twice, [`ClearError::Carried`] when a carried row is
    /// rejected: then no file has its name.
    pub fn finish(self, run: &Counted) -> Result<Summary, ClearError> {
        let Self { folder, held, stations, exceptions, reasons, lost, pending, heard, cards } =
            self;
        is_kept(lost.as_ref())?;
        let mut summary = summary(run, &stations, reasons);
        adds_up(&summary.rows)?;
        let whole = |name: &str, file: std::io::Result<File>| {
            let path = partial(&folder, name);
            file.and_then(|file| file.sync_all()).map_err(|error| ClearError::file(&path, error))
        };
        whole(EXCEPTIONS, exceptions.into_inner().map_err(std::io::IntoInnerError::into_error))?;
        pending.finish()?;
        heard.finish()?;
        cards.finish()?;
        for name in CARRIED {
            summary.carries.insert(name, Digest::of(&partial(&folder, name))?);
        }
        whole(NET, written(&partial(&folder, NET), net(&stations).as_bytes()))?;
        let mut text = serde_json::to_string_pretty(&summary)
            .map_err(|error| ClearError::Sums(error.to_string()))?;
        text.push('\n');
        whole(SUMMARY, written(&partial(&folder, SUMMARY), text.as_bytes()))?;
        let synced = || held.sync_all().map_err(|error| ClearError::file(&folder, error));
        unfinished(&folder)?;
        synced()?;
        let name = |name: &str| {
            let path = folder.join(name);
            let named = std::fs::rename(partial(&folder, name), &path);
            named.map_err(|error| ClearError::file(&path, error))
        };
        for file in [NET, EXCEPTIONS, PENDING, HEARD, CARDS] {
            name(file)?;
        }
        synced()?;
        name(SUMMARY)?;
        synced()?;
        is_there(&folder)?;
        Ok(summary)
    }
}

/// Has a folder that may be new on the disk, by the folder that it stands in.
fn is_there(folder: &Path) -> Result<(), ClearError> {
    let above = std::path::absolute(folder).map_err(|error| ClearError::file(folder, error))?;
    let Some(above) = above.parent() else { return Ok(()) };
    let synced = File::open(above).and_then(|above| above.sync_all());
    synced.map_err(|error| ClearError::file(above, error))
}

/// What an earlier run left is no whole day from here on: its summary is taken away.
fn unfinished(folder: &Path) -> Result<(), ClearError> {
    let path = folder.join(SUMMARY);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ClearError::file(&path, error))
        }
        _ => Ok(()),
    }
}

/// A carried row is one that was right: when it is rejected, keys are missing or its file was altered, and to go on
/// without it would settle its number for nothing.
fn is_kept(lost: Option<&Row>) -> Result<(), ClearError> {
    let Some(row) = lost else { return Ok(()) };
    let reason = reason::of(row.fate).map_or("unknown", Code::name);
    Err(ClearError::Carried(format!(
        "a row that an earlier day left open is rejected now: {reason}, TID {:012X}, TTC {}, key version {}; give the keys of all versions, and the folder of --previous as it was written",
        row.tid, row.ttc, row.key_version
    )))
}

fn written(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Classes of which a station's line has the money too.
const WITH_MONEY: [Class; 14] = [
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
    Class::TakenBack,
    Class::StationClaimBack,
    Class::CardholderClaimBack,
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
