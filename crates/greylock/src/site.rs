//! A station's folder: its journal and, where the pump is simulated, the pump's totalizer.

use std::path::{Path, PathBuf};

use nvm::OpenError;
use station::journal::IDENTITY_LEN;
use station::{JournalError, Pump, StationJournal};

use crate::env::Random;
use crate::error::{Error, Fault};
use crate::media::{Birth, FileNvm, Growth, Snapshot};

const JOURNAL: &str = "journal";
const PUMP: &str = "pump";

/// The journal in a station's folder.
#[must_use]
pub fn journal_path(folder: &Path) -> PathBuf {
    folder.join(JOURNAL)
}

/// The station's name: that of its folder.
#[must_use]
pub fn station_name(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map_or_else(|| "station".to_owned(), |name| name.to_string_lossy().into())
}

/// Opens the journal of a folder that must be there.
///
/// # Errors
/// No journal, a damaged one, or one in use.
pub fn open_journal(folder: &Path) -> Result<StationJournal<FileNvm>, Error> {
    let path = journal_path(folder);
    let medium = FileNvm::open(&path, Growth::Growing)?;
    StationJournal::open(medium).map_err(|error| damaged_journal(&path, &error))
}

/// Looks at the journal of a folder without changing it.
///
/// # Errors
/// As [`open_journal`].
pub fn look_at_journal(folder: &Path) -> Result<StationJournal<Snapshot>, Error> {
    let path = journal_path(folder);
    let medium = Snapshot::read(&path)?;
    StationJournal::open(medium).map_err(|error| damaged_journal(&path, &error))
}

/// Opens the journal of a folder, which is made with it when it is not there.
///
/// # Errors
/// As [`open_journal`], or a folder that cannot be made.
pub fn open_or_make_journal(
    folder: &Path,
    random: &mut dyn Random,
) -> Result<StationJournal<FileNvm>, Error> {
    let path = journal_path(folder);
    if path.exists() {
        return open_journal(folder);
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::file("make", folder, &error))?;
    let mut identity = [0; IDENTITY_LEN];
    random.fill(&mut identity)?;
    let birth = Birth::begin(&path)?;
    let medium = birth.memory(0, Growth::Growing)?;
    let journal = StationJournal::format(medium, &identity);
    let journal = journal.map_err(|error| unwritten(&path, &error))?;
    birth.finish()?;
    Ok(journal)
}

/// Opens the pump of a folder, which is made with it when it is not there.
///
/// # Errors
/// A damaged pump, one in use, or one that cannot be made.
pub fn open_or_make_pump(folder: &Path) -> Result<Pump<FileNvm>, Error> {
    let path = folder.join(PUMP);
    if path.exists() {
        let medium = FileNvm::open(&path, Growth::Fixed)?;
        return Pump::open(medium).map_err(|error| damaged_pump(&path, &error));
    }
    let birth = Birth::begin(&path)?;
    let medium = birth.memory(Pump::<FileNvm>::IMAGE_LEN, Growth::Fixed)?;
    let pump = Pump::format(medium).map_err(|error| unwritten(&path, &error))?;
    birth.finish()?;
    Ok(pump)
}

fn damaged_journal(path: &Path, error: &JournalError) -> Error {
    let what = format!("the journal {} cannot be used: {error}", path.display());
    Error::new(Fault::Lost, what)
        .advice("nothing of it was used or changed; keep the file, and begin a new journal in another folder")
}

fn damaged_pump(path: &Path, error: &OpenError) -> Error {
    Error::new(Fault::Lost, format!("the pump {} cannot be used: {error}", path.display()))
        .advice("its totalizer is not known; read it from the pump's paper, and begin a new folder")
}

fn unwritten(path: &Path, error: &nvm::NvmError) -> Error {
    Error::new(Fault::System, format!("{} could not be written: {error}", path.display()))
        .advice("check the disk's free space and health")
}
