//! The memory of a chip that is served: in RAM or in a file, its `sync`s counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nvm::memory::Ram;
use nvm::{Nvm, NvmError};

use crate::error::Error;
use crate::media::{FaultLog, FileNvm};
use crate::serve::Memory;

/// A count of `sync`s that outlives who counts.
#[derive(Clone, Default, Debug)]
pub(super) struct Syncs(Arc<AtomicU64>);

impl Syncs {
    /// How many so far.
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where the bytes are.
enum Bytes {
    /// In RAM, shared by who gives power again.
    Memory(Arc<Mutex<Ram>>),
    /// In a file.
    File(FileNvm),
}

/// A memory that stays while a chip's power comes and goes.
pub(super) struct Medium {
    bytes: Bytes,
    syncs: Syncs,
}

impl Medium {
    /// In RAM.
    pub(super) fn memory(len: usize) -> Self {
        let ram = Arc::new(Mutex::new(Ram::fixed(len)));
        Self { bytes: Bytes::Memory(ram), syncs: Syncs::default() }
    }

    /// In a file.
    pub(super) fn file(file: FileNvm) -> Self {
        Self { bytes: Bytes::File(file), syncs: Syncs::default() }
    }

    /// Its count.
    pub(super) fn syncs(&self) -> Syncs {
        self.syncs.clone()
    }

    /// The same bytes under the same count.
    pub(super) fn same(&self) -> Result<Self, Error> {
        let bytes = match &self.bytes {
            Bytes::Memory(ram) => Bytes::Memory(Arc::clone(ram)),
            Bytes::File(file) => Bytes::File(file.again()?),
        };
        Ok(Self { bytes, syncs: self.syncs.clone() })
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut dyn Nvm) -> T) -> T {
        match &mut self.bytes {
            Bytes::Memory(ram) => work(&mut *ram.lock().unwrap_or_else(PoisonError::into_inner)),
            Bytes::File(file) => work(file),
        }
    }
}

impl Memory for Medium {
    fn again(&self) -> Result<Self, Error> {
        self.same()
    }

    fn faults(&self) -> FaultLog {
        match &self.bytes {
            Bytes::Memory(_) => FaultLog::default(),
            Bytes::File(file) => file.faults(),
        }
    }
}

impl Nvm for Medium {
    fn len(&self) -> usize {
        match &self.bytes {
            Bytes::Memory(ram) => ram.lock().unwrap_or_else(PoisonError::into_inner).len(),
            Bytes::File(file) => file.len(),
        }
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.with(|bytes| bytes.read(offset, out))
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.with(|medium| medium.write(offset, bytes))
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.syncs.one_more();
        self.with(|bytes| bytes.sync())
    }
}
