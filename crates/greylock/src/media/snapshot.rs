//! A copy of an image: whatever is done with it, the file stays as it is.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::Path;

use nvm::{Nvm, NvmError};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::media::file::{locked, open_regular};

/// Bytes in RAM of a fixed length. They may hold keys, so they are wiped in the end.
pub struct Snapshot(Zeroizing<Vec<u8>>);

impl Snapshot {
    /// Reads a whole file while no process may change it.
    ///
    /// # Errors
    /// No such file, not a regular one, no permission, or another process has it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut file = open_regular(path, OpenOptions::new().read(true))?;
        file.try_lock_shared().map_err(|refused| locked(refused, path))?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.read_to_end(&mut bytes).map_err(|error| Error::file("read", path, &error))?;
        Ok(Self(bytes))
    }

    /// These bytes.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What it holds now.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Nvm for Snapshot {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        let end = offset.checked_add(out.len()).ok_or(NvmError::OutOfRange)?;
        out.copy_from_slice(self.0.get(offset..end).ok_or(NvmError::OutOfRange)?);
        Ok(())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let end = offset.checked_add(bytes.len()).ok_or(NvmError::OutOfRange)?;
        self.0.get_mut(offset..end).ok_or(NvmError::OutOfRange)?.copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        Ok(())
    }
}
