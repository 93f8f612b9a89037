//! Files that are there whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file under another name until it is whole; gone when it never is.
#[derive(Debug)]
pub struct Partial(PathBuf);

impl Partial {
    /// An empty file beside `to`, for its owner alone.
    ///
    /// # Errors
    /// A name that is taken, or a folder that cannot be written.
    pub fn begin(to: &Path) -> std::io::Result<Self> {
        if to.exists() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".partial");
        let partial = Self(name.into());
        match fs::remove_file(&partial.0) {
            // One that was interrupted.
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        secret().write(true).create_new(true).open(&partial.0)?;
        Ok(partial)
    }

    /// Where it is until then.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Durable, under its name; another file of that name is never replaced.
    ///
    /// # Errors
    /// A name that was taken meanwhile, or a disk that fails.
    pub fn publish(self, to: &Path) -> std::io::Result<()> {
        fs::File::open(&self.0)?.sync_all()?;
        fs::hard_link(&self.0, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            // Most of them are not there.
            let _ = fs::remove_file(name);
        }
    }
}

#[cfg(unix)]
fn secret() -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn secret() -> fs::OpenOptions {
    fs::OpenOptions::new()
}
