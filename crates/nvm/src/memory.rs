//! Memory in RAM that loses power on command: for tests and simulations.

use std::vec::Vec;

use crate::{Nvm, NvmError};

/// What bytes become that were not yet durable when power failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// What they were before.
    Old,
    /// What they were to become. In the torn write the medium then works backwards: the bytes before the tear are old.
    New,
    /// Half programmed: some bits old, some new.
    Half,
    /// Noise from this seed.
    Random(u64),
}

/// A power failure inside a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tear {
    /// Which write from [`Ram::arm`] on, from 1.
    pub write: u64,
    /// The byte boundary inside it, from 0 to the length of the write.
    pub at: usize,
    /// What the bytes behind the boundary, and the writes before this one that have seen no `sync`, become.
    pub fill: Fill,
}

/// A write that no `sync` has followed. Its bytes lie in [`Ram::kept`]: the old ones, then the new.
#[derive(Debug, Clone, Copy)]
struct Unsynced {
    offset: usize,
    old_at: usize,
    new_at: usize,
    end: usize,
    /// Length of the medium before it.
    len_before: usize,
}

/// A medium in RAM with a switch.
#[derive(Debug, Clone, Default)]
pub struct Ram {
    /// What a reader finds now, durable or not.
    pub bytes: Vec<u8>,
    /// Number of writes that were carried out, torn ones included.
    pub writes: u64,
    /// Number of bytes in them.
    pub written: u64,
    /// Number of `sync`s.
    pub syncs: u64,
    grows: bool,
    unsynced: Vec<Unsynced>,
    kept: Vec<u8>,
    tear: Option<Tear>,
    writes_left: Option<u64>,
    kill_in: Option<u64>,
    dark: bool,
}

impl Ram {
    /// A medium of `len` zeros that keeps its length.
    #[must_use]
    pub fn fixed(len: usize) -> Self {
        Self { bytes: std::vec![0; len], ..Self::default() }
    }

    /// An empty medium that grows like a file.
    #[must_use]
    pub fn growing() -> Self {
        Self { grows: true, ..Self::default() }
    }

    /// A medium with this content, all of it durable, that grows or keeps its length.
    #[must_use]
    pub fn holding(bytes: Vec<u8>, grows: bool) -> Self {
        Self { bytes, grows, ..Self::default() }
    }

    /// Lets power fail at `tear`, whose writes are counted from now. Beyond the last write it does nothing.
    pub fn arm(&mut self, tear: Tear) {
        self.tear = Some(tear);
    }

    /// Lets `writes` more writes pass and refuses the others with [`NvmError::Failed`], nothing of them written.
    pub fn fail_writes_after(&mut self, writes: u64) {
        self.writes_left = Some(writes);
    }

    /// Lets `writes` more writes pass, at least one, and refuses every access behind the last of them with
    /// [`NvmError::Failed`]: the process was killed. After [`power_on`](Self::power_on) the next one reads
    /// what passed, durable or not.
    pub fn kill_after(&mut self, writes: u64) {
        self.kill_in = Some(writes);
    }

    /// Lets power fail now, outside of any write.
    pub fn cut_power(&mut self, fill: Fill) {
        self.dark = true;
        let unsynced = core::mem::take(&mut self.unsynced);
        let kept = core::mem::take(&mut self.kept);
        if fill == Fill::Old {
            for write in unsynced.iter().rev() {
                splice(&mut self.bytes, write.offset, &kept[write.old_at..write.new_at]);
                self.bytes.truncate(write.len_before);
            }
            return;
        }
        let mut noise = Noise::of(fill);
        for write in unsynced {
            let (old, new) = (&kept[write.old_at..write.new_at], &kept[write.new_at..write.end]);
            let settled: Vec<u8> = new
                .iter()
                .enumerate()
                .map(|(i, new)| noise.settle(fill, i, old.get(i).copied().unwrap_or(0), *new))
                .collect();
            splice(&mut self.bytes, write.offset, &settled);
        }
    }

    /// Ends a power failure or a kill, and drops a tear or a refusal that was armed.
    pub fn power_on(&mut self) {
        self.dark = false;
        self.tear = None;
        self.writes_left = None;
        self.kill_in = None;
    }

    /// Whether power has failed, at a tear or a cut.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.dark
    }

    fn old_bytes(&self, offset: usize, len: usize) -> Vec<u8> {
        let end = offset.saturating_add(len).min(self.bytes.len());
        self.bytes.get(offset..end).unwrap_or_default().to_vec()
    }

    /// Keeps what a write changes until the next `sync`.
    fn keep(&mut self, offset: usize, new: &[u8]) {
        let end = offset.saturating_add(new.len()).min(self.bytes.len());
        let old_at = self.kept.len();
        self.kept.extend_from_slice(self.bytes.get(offset..end).unwrap_or_default());
        let new_at = self.kept.len();
        self.kept.extend_from_slice(new);
        let (end, len_before) = (self.kept.len(), self.bytes.len());
        self.unsynced.push(Unsynced { offset, old_at, new_at, end, len_before });
    }

    fn write_torn(&mut self, offset: usize, bytes: &[u8], tear: Tear) -> NvmError {
        // First the writes before it: what this one tears may itself have gone back or turned to noise.
        self.cut_power(tear.fill);
        let old = self.old_bytes(offset, bytes.len());
        let at = tear.at.min(bytes.len());
        let mut noise = Noise::of(tear.fill);
        let mut torn = Vec::with_capacity(bytes.len());
        for (i, new) in bytes.iter().enumerate() {
            let old = old.get(i).copied().unwrap_or(0);
            torn.push(match tear.fill {
                Fill::New if i < at => old,
                _ if i < at => *new,
                fill => noise.settle(fill, i, old, *new),
            });
        }
        if tear.fill == Fill::Old {
            // What was not reached did not make the medium grow either.
            torn.truncate(at.max(old.len()));
        }
        splice(&mut self.bytes, offset, &torn);
        NvmError::PowerLost
    }

    /// The tear, when it is this write's turn; else it comes one write nearer.
    fn tear_now(&mut self) -> Option<Tear> {
        let mut tear = self.tear?;
        tear.write = tear.write.saturating_sub(1);
        self.tear = (tear.write > 0).then_some(tear);
        if self.tear.is_none() { Some(tear) } else { None }
    }

    fn check_room(&self, offset: usize, len: usize) -> Result<(), NvmError> {
        let end = offset.checked_add(len).ok_or(NvmError::OutOfRange)?;
        if end > self.bytes.len() && !self.grows { Err(NvmError::OutOfRange) } else { Ok(()) }
    }

    fn check_access(&self) -> Result<(), NvmError> {
        match self.kill_in {
            _ if self.dark => Err(NvmError::PowerLost),
            Some(0) => Err(NvmError::Failed),
            Some(_) | None => Ok(()),
        }
    }
}

impl Nvm for Ram {
    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.check_access()?;
        let end = offset.checked_add(out.len()).ok_or(NvmError::OutOfRange)?;
        out.copy_from_slice(self.bytes.get(offset..end).ok_or(NvmError::OutOfRange)?);
        Ok(())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.check_access()?;
        self.check_room(offset, bytes.len())?;
        match self.writes_left.as_mut() {
            Some(0) => return Err(NvmError::Failed),
            Some(left) => *left -= 1,
            None => {}
        }
        self.kill_in = self.kill_in.map(|left| left.saturating_sub(1));
        self.writes += 1;
        self.written += bytes.len() as u64;
        if let Some(tear) = self.tear_now() {
            return Err(self.write_torn(offset, bytes, tear));
        }
        self.keep(offset, bytes);
        splice(&mut self.bytes, offset, bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.check_access()?;
        self.syncs += 1;
        self.unsynced.clear();
        self.kept.clear();
        Ok(())
    }
}

/// Puts `from` into `bytes` at `offset`, and lengthens `bytes` with zeros where that is needed.
fn splice(bytes: &mut Vec<u8>, offset: usize, from: &[u8]) {
    let end = offset + from.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(from);
}

/// The generator SplitMix64.
struct Noise(u64);

impl Noise {
    fn of(fill: Fill) -> Self {
        match fill {
            Fill::Random(seed) => Self(seed),
            Fill::Old | Fill::New | Fill::Half => Self(0),
        }
    }

    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)).to_be_bytes()[0]
    }

    /// What the `i`-th byte of a write that was not finished becomes.
    fn settle(&mut self, fill: Fill, i: usize, old: u8, new: u8) -> u8 {
        let mask = if i.is_multiple_of(2) { 0x55 } else { 0x0F };
        match fill {
            Fill::Old => old,
            Fill::New => new,
            Fill::Half => (old & mask) | (new & !mask),
            Fill::Random(_) => self.byte(),
        }
    }
}
