//! A file as non-volatile memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use nvm::{Nvm, NvmError};

use crate::error::{Error, Fault};
use crate::media::birth::check_same;
use crate::media::fault::{FaultLog, MediumFault};

/// Whether a file keeps its length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Growth {
    /// It does: an image.
    Fixed,
    /// It grows as it is written: a journal, books.
    Growing,
}

/// By how much a file grows at once. A `sync` of a file that has become longer is dear, since its new length has to be
/// durable too; so a file that is written to becomes longer ahead of its content.
const GROWS_BY: usize = 16 * 1024;

/// A file that this process has for itself until it drops it.
#[derive(Debug)]
pub struct FileNvm {
    file: File,
    path: PathBuf,
    len: usize,
    /// How long the file is. What is ahead of the content is cut off when this is dropped, and after a crash it is
    /// zeros behind the end, which nobody reads.
    reserved: usize,
    growth: Growth,
    faults: FaultLog,
}

impl FileNvm {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// No such file, not a regular one, no permission, or another process has it.
    pub fn open(path: &Path, growth: Growth) -> Result<Self, Error> {
        let file = open_regular(path, OpenOptions::new().read(true).write(true))?;
        take_lock(&file, path)?;
        // Between opening and locking, another process may have put another file in its place.
        check_same(&file, path, path)?;
        Self::over(file, path, growth)
    }

    /// Another handle on the file, which keeps its lock too.
    pub(super) fn same_file(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(|error| Error::file("open", &self.path, &error))
    }

    /// Over an open file that is locked.
    pub(super) fn over(file: File, path: &Path, growth: Growth) -> Result<Self, Error> {
        let length = file.metadata().map_err(|error| Error::file("read", path, &error))?.len();
        let len = usize::try_from(length).map_err(|_| {
            Error::usage(format!("{} is too long for this machine", path.display()))
        })?;
        Ok(Self {
            file,
            path: path.to_owned(),
            len,
            reserved: len,
            growth,
            faults: FaultLog::default(),
        })
    }

    /// The same file once more, under the same lock: for a chip that gets power again while
    /// its file stays taken.
    ///
    /// # Errors
    /// The system has no file handle left.
    pub fn again(&self) -> Result<Self, Error> {
        let file = self.file.try_clone();
        let file = file.map_err(|error| Error::file("open", &self.path, &error))?;
        Self::over(file, &self.path, self.growth)
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A handle on what goes wrong from now on.
    #[must_use]
    pub fn faults(&self) -> FaultLog {
        self.faults.clone()
    }

    /// Makes the file longer ahead of its content. Where it cannot be, the write itself finds out whether it has room.
    fn reserve(&mut self, end: usize) {
        let room = end.div_ceil(GROWS_BY).saturating_mul(GROWS_BY);
        self.reserved = if self.file.set_len(room as u64).is_ok() { room } else { end };
    }

    fn end(&self, offset: usize, len: usize) -> Result<usize, NvmError> {
        offset.checked_add(len).ok_or(NvmError::OutOfRange)
    }

    fn note<T>(&self, result: io::Result<T>) -> Result<T, NvmError> {
        result.map_err(|error| {
            self.faults.note(MediumFault::Refused(error.to_string()));
            NvmError::Failed
        })
    }
}

impl Drop for FileNvm {
    fn drop(&mut self) {
        if self.growth == Growth::Growing && self.reserved > self.len {
            let _zeros_stay = self.file.set_len(self.len as u64);
        }
    }
}

impl Nvm for FileNvm {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        if self.end(offset, out.len())? > self.len {
            return Err(NvmError::OutOfRange);
        }
        let read = self.file.read_exact_at(out, offset as u64);
        self.note(read)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let end = self.end(offset, bytes.len())?;
        if end > self.len && self.growth == Growth::Fixed {
            return Err(NvmError::OutOfRange);
        }
        if end > self.reserved {
            self.reserve(end);
        }
        let written = self.file.write_all_at(bytes, offset as u64);
        self.note(written)?;
        self.len = self.len.max(end);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        let synced = self.file.sync_data();
        self.note(synced)
    }
}

/// Makes the names in a file's folder durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::file("sync", folder, &error))
}

/// Opens a regular file: opening a pipe would wait for its other end.
pub(crate) fn open_regular(path: &Path, how: &OpenOptions) -> Result<File, Error> {
    let found = std::fs::metadata(path).map_err(|error| Error::file("open", path, &error))?;
    if !found.is_file() {
        return Err(Error::usage(format!("{} is not a file", path.display()))
            .advice("give the path of an image"));
    }
    how.open(path).map_err(|error| Error::file("open", path, &error))
}

/// Takes a file for this process alone.
pub(super) fn take_lock(file: &File, path: &Path) -> Result<(), Error> {
    file.try_lock().map_err(|refused| locked(refused, path))
}

/// The message for a lock that another process has.
pub(crate) fn locked(refused: TryLockError, path: &Path) -> Error {
    match refused {
        TryLockError::WouldBlock => {
            Error::new(Fault::Lost, format!("{} is in use by another process", path.display()))
                .advice(
                    "wait until it has ended, or stop it; an image works for one process at a time",
                )
        }
        TryLockError::Error(error) => Error::file("lock", path, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_grows_ahead_of_its_content_and_is_as_long_as_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"before").unwrap();
        let length = || std::fs::metadata(&path).unwrap().len();
        let mut medium = FileNvm::open(&path, Growth::Growing).unwrap();
        medium.write(6, b" and behind").unwrap();
        assert_eq!((medium.len(), length()), (17, GROWS_BY as u64));
        assert_eq!(medium.read(17, &mut [0]), Err(NvmError::OutOfRange));
        medium.write(GROWS_BY - 1, b"ab").unwrap();
        assert_eq!((medium.len(), length()), (GROWS_BY + 1, 2 * GROWS_BY as u64));
        drop(medium);
        assert_eq!(length(), GROWS_BY as u64 + 1);
        let fixed = FileNvm::open(&path, Growth::Fixed).unwrap();
        assert_eq!(fixed.len(), GROWS_BY + 1);
    }
}
