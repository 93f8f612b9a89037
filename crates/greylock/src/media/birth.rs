//! A file that gets its name only once it is whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::file::{FileNvm, Growth, sync_folder_of, take_lock};
use crate::error::Error;

/// A file in the making, of mode 0600, beside its name: `NAME.new`. A process that is killed
/// leaves it there, and the next one begins it anew. Dropped before [`Birth::finish`], nothing
/// is left of it.
#[derive(Debug)]
pub struct Birth {
    /// Its lock keeps others away until the name is there.
    file: File,
    unnamed: PathBuf,
    path: PathBuf,
    finished: bool,
    /// The file that this one takes the place of: its lock is kept until then.
    replaced: Option<File>,
}

impl Birth {
    /// Begins an empty file for a name that must be free.
    ///
    /// # Errors
    /// The name is taken, another process is making it, the folder is not there, or the disk
    /// refuses.
    pub fn begin(path: &Path) -> Result<Self, Error> {
        check_free(path)?;
        let birth = Self::prepare(path)?;
        // Who had the lock before may have given the file its name.
        check_free(path)?;
        Ok(birth)
    }

    /// Begins the file that takes the place of one that this process has open. Until it is
    /// finished the old one stays as it is.
    ///
    /// # Errors
    /// Another process is making it, or the disk refuses.
    pub fn in_place_of(old: &FileNvm) -> Result<Self, Error> {
        let mut birth = Self::prepare(old.path())?;
        birth.replaced = Some(old.same_file()?);
        Ok(birth)
    }

    fn prepare(path: &Path) -> Result<Self, Error> {
        let unnamed = unnamed(path);
        check_is_file_if_there(&unnamed)?;
        let mut how = OpenOptions::new();
        let how = how.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = how.open(&unnamed).map_err(|error| Error::file("make", path, &error))?;
        take_lock(&file, path)?;
        // Who had the lock before may have taken the file away.
        check_same(&file, &unnamed, path)?;
        let path = path.to_owned();
        let birth = Self { file, unnamed, path, finished: false, replaced: None };
        birth.file.set_len(0).map_err(|error| Error::file("make", &birth.path, &error))?;
        Ok(birth)
    }

    /// The file as memory of `len` zeros.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn memory(&self, len: usize, growth: Growth) -> Result<FileNvm, Error> {
        let made = self.file.set_len(len as u64).and_then(|()| self.file.try_clone());
        let file = made.map_err(|error| Error::file("make", &self.path, &error))?;
        FileNvm::over(file, &self.path, growth)
    }

    /// Fills it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn fill(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        written.map_err(|error| Error::file("write", &self.path, &error))
    }

    /// The name that it will have.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, for who writes it piece by piece from its beginning.
    ///
    /// # Errors
    /// This process has too many files open.
    pub fn pieces(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(|error| Error::file("write", &self.path, &error))
    }

    /// Gives it its name, durably.
    ///
    /// # Errors
    /// The name was taken meanwhile, or the disk refuses; nothing is left of it then.
    pub fn finish(mut self) -> Result<(), Error> {
        if self.replaced.is_none() {
            check_free(&self.path)?;
        }
        let named = self.file.sync_all().and_then(|()| fs::rename(&self.unnamed, &self.path));
        named.map_err(|error| Error::file("make", &self.path, &error))?;
        self.finished = true;
        sync_folder_of(&self.path)
    }
}

impl Drop for Birth {
    fn drop(&mut self) {
        if !self.finished {
            let _left_behind = fs::remove_file(&self.unnamed);
        }
    }
}

fn unnamed(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".new");
    path.with_file_name(name)
}

fn check_free(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let taken = io::Error::from(io::ErrorKind::AlreadyExists);
    Err(Error::file("make", path, &taken))
}

fn check_is_file_if_there(path: &Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => {
            Err(Error::usage(format!("{} is in the way", path.display())).advice("move it away"))
        }
        _ => Ok(()),
    }
}

/// The file that is open is the one that has this name now.
pub(super) fn check_same(file: &File, unnamed: &Path, path: &Path) -> Result<(), Error> {
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    let (held, there) = (file.metadata().map(identity), fs::metadata(unnamed).map(identity));
    match (held, there) {
        (Ok(held), Ok(there)) if held == there => Ok(()),
        _ => Err(Error::usage(format!(
            "{} was being made or replaced by another process",
            path.display()
        ))
        .advice("try again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_there_with_the_whole_file_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut birth = Birth::begin(&path).unwrap();
        birth.fill(b"whole").unwrap();
        assert!(!path.exists());
        let busy = Birth::begin(&path).unwrap_err();
        assert!(busy.what.contains("in use"), "{}", busy.what);
        birth.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let taken = Birth::begin(&path).unwrap_err();
        assert!(taken.to_string().contains("nothing was overwritten"), "{taken}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_left_is_begun_anew_and_what_failed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(folder.path().join("file.new"), b"the half of something longer").unwrap();
        let mut birth = Birth::begin(&path).unwrap();
        birth.fill(b"whole").unwrap();
        birth.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        drop(Birth::begin(&folder.path().join("other")).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_takes_the_place_of_another_is_had_by_one_process_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"old").unwrap();
        let late = File::open(&path).unwrap();
        let old = FileNvm::open(&path, Growth::Fixed).unwrap();
        let mut birth = Birth::in_place_of(&old).unwrap();
        birth.fill(b"newer").unwrap();
        drop(old);
        assert!(FileNvm::open(&path, Growth::Fixed).is_err(), "its lock is kept");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        birth.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"newer");
        // Who had opened the old one by then must not work on it.
        take_lock(&late, &path).unwrap();
        assert!(check_same(&late, &path, &path).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("elsewhere", folder.path().join("file.new")).unwrap();
        let error = Birth::begin(&folder.path().join("file")).unwrap_err();
        assert!(error.what.ends_with("file.new is in the way"), "{}", error.what);
    }
}
