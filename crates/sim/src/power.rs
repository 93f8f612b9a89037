//! Power: what hangs on it stops when it goes.

use std::cell::Cell;
use std::rc::Rc;

use nvm::memory::Ram;
use nvm::{Nvm, NvmError};

/// A disk, or a totalizer's memory, that hangs on the station's power.
pub struct Mains {
    /// The disk.
    pub medium: Ram,
    /// The power.
    pub power: Rc<Cell<bool>>,
}

impl Mains {
    fn on(&mut self) -> Result<&mut Ram, NvmError> {
        if self.power.get() { Ok(&mut self.medium) } else { Err(NvmError::PowerLost) }
    }
}

impl Nvm for Mains {
    fn len(&self) -> usize {
        self.medium.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.on()?.read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let written = self.on()?.write(offset, bytes);
        // The power that fails inside a write is the whole station's.
        if written == Err(NvmError::PowerLost) {
            self.power.set(false);
        }
        written
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.on()?.sync()
    }
}
