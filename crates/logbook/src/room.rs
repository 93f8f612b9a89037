//! How much the disk still takes.

use std::path::PathBuf;

/// Bytes that all open locks together need at most to come to their end, with the log of the database: 64 nozzles, each
/// with a dozen entries, every one in a commit of its own.
const RESERVE: u64 = 16 << 20;

/// Says how many bytes a disk still takes.
pub trait Disk: Send + Sync {
    /// Free bytes; nothing when it cannot be said.
    fn free(&self) -> Option<u64>;
}

/// The disk is nearly full: new locks are refused, open ones come to their end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the disk has {free} bytes left, and {reserve} are kept for locks that are open: make room"
)]
pub struct Little {
    /// Free bytes.
    pub free: u64,
    /// What is kept free.
    pub reserve: u64,
}

/// When a station warns, and when it begins no new lock.
pub struct Room {
    disk: Box<dyn Disk>,
    reserve: u64,
}

impl Room {
    /// Of a disk.
    #[must_use]
    pub fn of(disk: Box<dyn Disk>) -> Self {
        Self { disk, reserve: RESERVE }
    }

    /// Whether a new lock may be begun.
    ///
    /// # Errors
    /// There is too little left.
    pub fn for_a_new_lock(&self) -> Result<(), Little> {
        match self.disk.free() {
            Some(free) if free < self.reserve => Err(Little { free, reserve: self.reserve }),
            _ => Ok(()),
        }
    }

    /// Bytes that the disk still takes, where that is known.
    #[must_use]
    pub fn free(&self) -> Option<u64> {
        self.disk.free()
    }

    /// Whether an operator should make room: four times the reserve are left.
    #[must_use]
    pub fn is_low(&self) -> Option<Little> {
        let free = self.disk.free()?;
        (free < self.reserve.saturating_mul(4)).then_some(Little { free, reserve: self.reserve })
    }
}

/// The disk of a folder.
#[derive(Clone, Debug)]
pub struct OfFolder(pub PathBuf);

impl Disk for OfFolder {
    fn free(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(&self.0).ok()?;
        found.f_bavail.checked_mul(found.f_frsize)
    }
}
