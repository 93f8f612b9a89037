//! Memory that counts what is written to it, beside the least that atomicity allows.

use nvm::memory::Ram;
use nvm::{HEADER_LEN, Nvm, NvmError, OVERHEAD, identify, image_len};

/// What was done to a memory.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Writes {
    /// Writes.
    pub(crate) writes: u64,
    /// Bytes in them.
    pub(crate) bytes: u64,
    /// `sync`s.
    pub(crate) syncs: u64,
}

impl Writes {
    fn since(self, before: Self) -> Self {
        Self {
            writes: self.writes - before.writes,
            bytes: self.bytes - before.bytes,
            syncs: self.syncs - before.syncs,
        }
    }
}

/// What a command did, and the least that it could have done.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Cost {
    /// What it did.
    pub(crate) done: Writes,
    /// The least, by docs/bench.md: for each durable step one write and one `sync`, and in the write the bytes that
    /// change, a number that tells it from the one before, and a code that tells whole from torn.
    pub(crate) floor: Writes,
}

/// An image in RAM.
#[derive(Debug)]
pub(super) struct Watched {
    ram: Ram,
    slots_at: usize,
    slot_len: usize,
    /// Bytes of content that commits changed, while somebody looks.
    changed: u64,
    looks: bool,
}

impl Watched {
    /// A blank one of this length.
    pub(super) fn blank(len: usize) -> Self {
        Self { ram: Ram::fixed(len), slots_at: 0, slot_len: 0, changed: 0, looks: false }
    }

    /// Compares what is written with what was there, which takes an image with a header, and time.
    pub(super) fn look(&mut self) -> Option<()> {
        let header = identify(&mut self.ram).ok()?;
        self.slot_len = usize::try_from(header.slot_len).ok()?;
        self.slots_at = image_len(usize::try_from(header.fixed_len).ok()?, 0);
        self.looks = true;
        Some(())
    }

    /// Compares no more.
    pub(super) const fn look_away(&mut self) {
        self.looks = false;
    }

    /// How things stand, to be given to [`cost_since`](Self::cost_since).
    pub(super) fn mark(&self) -> (Writes, u64) {
        let Ram { writes, written, syncs, .. } = self.ram;
        (Writes { writes, bytes: written, syncs }, self.changed)
    }

    /// What was done since.
    pub(super) fn cost_since(&self, (before, changed): (Writes, u64)) -> Cost {
        let done = self.mark().0.since(before);
        let steps = done.syncs;
        let bytes = self.changed - changed + steps * OVERHEAD as u64;
        Cost { done, floor: Writes { writes: steps, bytes, syncs: steps } }
    }

    /// How many bytes of content differ from what the other slot holds: what a commit changes, and nothing in its
    /// mirror.
    fn changes(&self, offset: usize, slot: &[u8]) -> u64 {
        let other = if offset == self.slots_at { offset + self.slot_len } else { self.slots_at };
        let of = |slot: &[u8]| slot.get(8..slot.len().saturating_sub(8)).map(<[u8]>::to_vec);
        let beside = self.ram.bytes.get(other..other + self.slot_len).and_then(of);
        let pair = of(slot).zip(beside);
        pair.map_or(0, |(new, old)| new.iter().zip(old).filter(|(new, old)| *new != old).count())
            as u64
    }
}

impl Nvm for Watched {
    fn len(&self) -> usize {
        self.ram.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.ram.read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        if self.looks && self.slot_len == bytes.len() && offset >= HEADER_LEN {
            self.changed += self.changes(offset, bytes);
        }
        self.ram.write(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.ram.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nvm::{Image, Kind, Spec};

    const SPEC: Spec = Spec { kind: Kind::Pump, version: 1, fixed_len: 0 };

    #[test]
    fn a_commit_costs_two_slots_and_at_least_the_bytes_that_it_changes() {
        let memory = Watched::blank(image_len(0, 24));
        let mut image = Image::<_, 24>::format(memory, SPEC, &[], &[0; 8]).unwrap();
        image.nvm_mut().look().unwrap();
        for (content, changed) in [([1, 2, 3, 0, 0, 0, 0, 0], 3), ([1, 2, 4, 0, 0, 0, 0, 0], 1)] {
            let before = image.nvm_mut().mark();
            image.commit(&content).unwrap();
            let cost = image.nvm_mut().cost_since(before);
            assert_eq!(cost.done, Writes { writes: 2, bytes: 48, syncs: 1 });
            assert_eq!(cost.floor, Writes { writes: 1, bytes: changed + 16, syncs: 1 });
        }
    }
}
