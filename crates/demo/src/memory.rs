//! The memory of a chip, which outlives the power of its reader, and in a file the process.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nvm::memory::{Fill, Ram, Tear};
use nvm::{Nvm, NvmError};

/// A memory that everybody who holds a copy of this has at once.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    ram: Ram,
    /// Holds at every moment what the memory holds: whoever kills the process pulls no more than the chip's plug.
    file: Option<File>,
}

impl Inside {
    fn keep(&self) -> Result<(), NvmError> {
        let Some(file) = &self.file else { return Ok(()) };
        file.write_all_at(&self.ram.bytes, 0).map_err(|_| NvmError::Failed)
    }
}

impl Memory {
    /// A memory of so many zeros.
    #[must_use]
    pub fn fixed(len: usize) -> Self {
        Self::of(Ram::fixed(len))
    }

    /// This memory.
    #[must_use]
    pub fn of(ram: Ram) -> Self {
        Self(Arc::new(Mutex::new(Inside { ram, file: None })))
    }

    /// From now on it is in this file, too: a new one, or one that is there, whose content it takes.
    ///
    /// # Errors
    /// The disk refuses, or the file holds another memory.
    pub fn keep_in(&self, path: &Path) -> Result<(), String> {
        let words = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut inside = self.inside();
        if path.exists() {
            let bytes = std::fs::read(path).map_err(words)?;
            if bytes.len() != inside.ram.bytes.len() {
                return Err(format!("{} holds another memory", path.display()));
            }
            inside.ram = Ram::holding(bytes, false);
        }
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(path);
        inside.file = Some(file.map_err(words)?);
        inside.keep().map_err(|error| error.to_string())
    }

    /// What it holds, for whoever only looks.
    #[must_use]
    pub fn copy(&self) -> Ram {
        Ram::holding(self.inside().ram.bytes.clone(), false)
    }

    /// Lets power fail in a write.
    pub fn arm(&self, tear: Tear) {
        self.inside().ram.arm(tear);
    }

    /// Its power fails now; what was written is there.
    pub fn cut_power(&self) {
        self.inside().ram.cut_power(Fill::New);
    }

    /// It has power again, and no tear waits.
    pub fn power_on(&self) {
        self.inside().ram.power_on();
    }

    /// Its power failed in a write.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.inside().ram.is_dark()
    }

    /// Both hold what the other one held.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn swap(&self, other: &Self) -> Result<(), NvmError> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ok(());
        }
        let taken = std::mem::take(&mut other.inside().ram);
        let mut inside = self.inside();
        let here = std::mem::replace(&mut inside.ram, taken);
        inside.keep()?;
        drop(inside);
        let mut inside = other.inside();
        inside.ram = here;
        inside.keep()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nvm for Memory {
    fn len(&self) -> usize {
        self.inside().ram.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.inside().ram.read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let mut inside = self.inside();
        let written = inside.ram.write(offset, bytes);
        // A torn write left something, too.
        inside.keep()?;
        written
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.inside().ram.sync()
    }
}

#[cfg(test)]
mod tests {
    use nvm::Nvm as _;

    use super::Memory;

    #[test]
    fn a_memory_in_a_file_is_there_again_with_every_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chip");
        let mut memory = Memory::fixed(8);
        memory.write(0, b"first").unwrap();
        memory.keep_in(&path).unwrap();
        memory.write(1, b"ir").unwrap();
        // Nobody said goodbye, and nobody synced.
        let again = Memory::fixed(8);
        again.keep_in(&path).unwrap();
        assert_eq!(again.copy().bytes, b"first\0\0\0");
        memory.write(0, b"w").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"wirst\0\0\0");
        let other = Memory::fixed(9).keep_in(&path).unwrap_err();
        assert!(other.contains("another memory"), "{other}");
    }
}
