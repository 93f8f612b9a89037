//! Files that are whole or not there, and of which none takes the place of another unasked.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::PkiError;

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// Its owner alone.
    Secret = 0o600,
    /// Everybody.
    Open = 0o644,
}

/// A new file; its name must be free.
pub(crate) fn create(path: &Path, text: &str, mode: Mode) -> Result<(), PkiError> {
    let failed = |error: io::Error| PkiError::file("make", path, &error);
    let file = filled(path, text, mode).map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    sync_folder(path).map_err(failed)
}

/// A file that takes the place of the one of its name.
pub(crate) fn replace(path: &Path, text: &str, mode: Mode) -> Result<(), PkiError> {
    let failed = |error: io::Error| PkiError::file("write", path, &error);
    let file = filled(path, text, mode).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(path).map_err(failed)
}

/// Refuses a name that is taken, before anything is made for it.
pub(crate) fn check_free(path: &Path) -> Result<(), PkiError> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => {
            let taken = io::Error::from(io::ErrorKind::AlreadyExists);
            Err(PkiError::file("make", path, &taken))
        }
    }
}

/// Refuses a name in a folder that is not there.
pub(crate) fn check_folder(path: &Path) -> Result<(), PkiError> {
    let found = fs::metadata(folder(path)).map_err(|error| PkiError::file("make", path, &error))?;
    if found.is_dir() {
        return Ok(());
    }
    let none = io::Error::from(io::ErrorKind::NotADirectory);
    Err(PkiError::file("make", path, &none))
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, PkiError> {
    fs::read(path).map_err(|error| PkiError::file("read", path, &error))
}

/// Whether others than its owner may read the file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// The path with more behind its name: unlike an extension, it takes nothing away from `ns1.example`.
pub(crate) fn with_end(stem: &Path, end: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// The whole text beside its name to be, with its mode from the start.
fn filled(path: &Path, text: &str, mode: Mode) -> io::Result<NamedTempFile> {
    let permissions = Permissions::from_mode(mode as u32);
    let mut file = tempfile::Builder::new()
        .prefix(".new")
        .permissions(permissions)
        .tempfile_in(folder(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
