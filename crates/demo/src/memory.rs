//! The memory of a chip, which outlives the power of its reader.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nvm::memory::{Fill, Ram, Tear};
use nvm::{Nvm, NvmError};

/// A memory that everybody who holds a copy of this has at once.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Ram>>);

impl Memory {
    /// A memory of so many zeros.
    #[must_use]
    pub fn fixed(len: usize) -> Self {
        Self::of(Ram::fixed(len))
    }

    /// This memory.
    #[must_use]
    pub fn of(ram: Ram) -> Self {
        Self(Arc::new(Mutex::new(ram)))
    }

    /// What it holds, for whoever only looks.
    #[must_use]
    pub fn copy(&self) -> Ram {
        Ram::holding(self.ram().bytes.clone(), false)
    }

    /// Lets power fail in a write.
    pub fn arm(&self, tear: Tear) {
        self.ram().arm(tear);
    }

    /// Its power fails now; what was written is there.
    pub fn cut_power(&self) {
        self.ram().cut_power(Fill::New);
    }

    /// It has power again, and no tear waits.
    pub fn power_on(&self) {
        self.ram().power_on();
    }

    /// Its power failed in a write.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.ram().is_dark()
    }

    /// Both hold what the other one held.
    pub fn swap(&self, other: &Self) {
        if !Arc::ptr_eq(&self.0, &other.0) {
            let taken = std::mem::take(&mut *other.ram());
            let here = std::mem::replace(&mut *self.ram(), taken);
            *other.ram() = here;
        }
    }

    fn ram(&self) -> MutexGuard<'_, Ram> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nvm for Memory {
    fn len(&self) -> usize {
        self.ram().len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.ram().read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.ram().write(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.ram().sync()
    }
}
