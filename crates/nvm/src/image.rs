//! An image: one payload in two slots that changes wholly or not at all.

use core::fmt;

use seeded::Bug;

use crate::bytes::{CRC_LEN, crc64};
use crate::slot::Slot;
use crate::{
    HEADER_LEN, Header, Nvm, NvmError, OpenError, Recovery, Side, Spec, identify, recover,
};

/// Length in bytes of an image with this fixed section and slot size; in a log, where the frames begin.
#[must_use]
pub const fn image_len(fixed_len: usize, slot_len: usize) -> usize {
    fixed_len.saturating_add(HEADER_LEN + CRC_LEN).saturating_add(slot_len.saturating_mul(2))
}

/// An atomic image with slots of `SLOT` bytes, that is, a payload of `SLOT` − [`OVERHEAD`](crate::OVERHEAD) bytes.
///
/// # One `sync` a commit
///
/// The commit of generation g writes one slot, calls `sync`, and writes the same into the other slot, which stays
/// without a `sync`. Which slot comes first follows from g alone ([`Side::written_first`]) and alternates.
///
/// Claim: whenever power fails, what `open` finds is the last payload whose `sync` returned, or the one in flight.
/// Proof sketch, by induction over commits. Before commit g+1, the first slot of g is durable with g, because its
/// `sync` returned. The other slot, the mirror of g, is not known to be durable: it may hold g, g−1 (which was
/// durable in it, being first of g−1), or noise.
/// - Until the `sync` of g+1 returns, only that mirror is written. The slot durable with g is untouched, so `open` finds
///   g there, and beside it noise, g−1, g, or g+1 complete. Each is a row that takes g or g+1.
/// - When it has returned, the mirror of g is durable with g+1. Only now is the first slot of g overwritten. It holds g,
///   g+1 or noise, and each row takes g+1. The premise holds again, for g+1.
///
/// Generations never differ by more than one, and never agree over different bytes: those rows mean damage, not a tear.
/// `open` calls `sync` before it writes anything, because after a killed process (not a power failure) what it reads may
/// still be on its way to the medium; then it overwrites only a slot that it did not take. So a tear inside the recovery
/// leaves the taken slot as it was, and the next recovery takes it again.
///
/// At rest both slots hold the same generation: damage to either one alone never rolls the image back. Only when a power
/// failure undoes the last mirror *and* the other slot is damaged before the next `open` is one commit lost. Who puts a
/// medium away for long closes that too with one more `sync` through [`nvm_mut`](Self::nvm_mut).
///
/// # After an error
///
/// After any [`NvmError`] the image is dead: every later commit gives the same error, and only opening the medium again
/// tells what is in it.
pub struct Image<N, const SLOT: usize> {
    nvm: N,
    fixed_len: usize,
    slot: Slot<SLOT>,
    dead: Option<NvmError>,
}

impl<N: Nvm, const SLOT: usize> Image<N, SLOT> {
    /// Length of the payload in bytes.
    pub const PAYLOAD: usize = Slot::<SLOT>::PAYLOAD;

    /// Length in bytes of the whole image.
    #[must_use]
    pub const fn image_len(fixed_len: usize) -> usize {
        image_len(fixed_len, SLOT)
    }

    /// Writes a new image over whatever the medium holds, with `payload` as generation 1 in both slots.
    ///
    /// An old header goes first and the new one comes last, each with its own `sync`: a torn format is not an image.
    ///
    /// # Errors
    /// [`NvmError::OutOfRange`] when `fixed` is not `spec.fixed_len` bytes, `payload` does not fill the slot, or the
    /// medium is too small, or too long for a kind of fixed length; else what the medium reports.
    pub fn format(mut nvm: N, spec: Spec, fixed: &[u8], payload: &[u8]) -> Result<Self, NvmError> {
        let (header, slot) = Self::begin(&mut nvm, spec, fixed, payload)?;
        for side in [Side::Zero, Side::One] {
            slot.store(&mut nvm, Self::offset(spec.fixed_len, side))?;
        }
        nvm.sync()?;
        nvm.write(0, &header)?;
        nvm.sync()?;
        Ok(Self { nvm, fixed_len: spec.fixed_len, slot, dead: None })
    }

    /// Writes a new image as [`format`](Self::format) does, but keeps what lies in the room of slot 1 until the image is
    /// there: the medium's last `SLOT` bytes, where the medium is an image and no more. The header is the switch. Before
    /// it is whole the old content stands untouched; from then on the medium is this image with a slot 1 that a power
    /// failure left, which [`open`](Self::open) writes over, as this does.
    ///
    /// # Errors
    /// As [`format`](Self::format).
    pub fn supersede(
        mut nvm: N,
        spec: Spec,
        fixed: &[u8],
        payload: &[u8],
    ) -> Result<Self, NvmError> {
        let (header, slot) = Self::begin(&mut nvm, spec, fixed, payload)?;
        slot.store(&mut nvm, Self::offset(spec.fixed_len, Side::Zero))?;
        nvm.sync()?;
        nvm.write(0, &header)?;
        nvm.sync()?;
        // The switch is behind us. The first commit writes slot 0, so this must be durable before.
        slot.store(&mut nvm, Self::offset(spec.fixed_len, Side::One))?;
        nvm.sync()?;
        Ok(Self { nvm, fixed_len: spec.fixed_len, slot, dead: None })
    }

    /// Wipes an old header and writes the fixed section; gives the header and the slot that are still to be written.
    fn begin(
        nvm: &mut N,
        spec: Spec,
        fixed: &[u8],
        payload: &[u8],
    ) -> Result<([u8; HEADER_LEN], Slot<SLOT>), NvmError> {
        let too_long = spec.kind.has_fixed_length() && nvm.len() > Self::image_len(spec.fixed_len);
        if fixed.len() != spec.fixed_len || too_long {
            return Err(NvmError::OutOfRange);
        }
        let header = Header::new(spec, SLOT)?.encode();
        let slot = Slot::compose(1, payload)?;

        nvm.write(0, &[0; HEADER_LEN])?;
        nvm.sync()?;
        nvm.write(HEADER_LEN, fixed)?;
        nvm.write(HEADER_LEN.saturating_add(fixed.len()), &crc64(&[fixed]).to_be_bytes())?;
        Ok((header, slot))
    }

    /// Checks the whole image, repairs what a power failure left, and copies the fixed section to `fixed_out`, which
    /// must have `spec.fixed_len` bytes. Writes nothing when both slots are valid and equal.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong; nothing was written then, except when it comes from the medium.
    pub fn open(nvm: N, spec: Spec, fixed_out: &mut [u8]) -> Result<Self, OpenError> {
        Self::open_where(nvm, spec, fixed_out, |_, _, _| Ok(true))
    }

    /// As [`open`](Self::open), for an owner who made more than a slot durable with one `sync`. Where the generations
    /// are one apart, the older payload is kept when `holds` says that what belongs to the newer one is not there: then
    /// its `sync` never returned, since the slots are made equal only behind it. `holds` gets the older payload, then
    /// the newer.
    pub(crate) fn open_where(
        mut nvm: N,
        spec: Spec,
        fixed_out: &mut [u8],
        holds: impl FnOnce(&mut N, &[u8], &[u8]) -> Result<bool, NvmError>,
    ) -> Result<Self, OpenError> {
        if fixed_out.len() != spec.fixed_len {
            return Err(NvmError::OutOfRange.into());
        }
        identify(&mut nvm)?.check(spec, SLOT, nvm.len())?;
        read_fixed(&mut nvm, fixed_out)?;
        let slot0 = Slot::load(&mut nvm, Self::offset(spec.fixed_len, Side::Zero))?;
        let slot1 = Slot::load(&mut nvm, Self::offset(spec.fixed_len, Side::One))?;
        let (slot, stale) = match recover(slot0.read(), slot1.read()) {
            Recovery::Clean => (slot0, None),
            Recovery::TakeOnly(Side::Zero) => (slot0, Some(Side::One)),
            Recovery::TakeOnly(Side::One) => (slot1, Some(Side::Zero)),
            Recovery::TakeNewer(side) => {
                let (newer, older) = match side {
                    Side::Zero => (slot0, slot1),
                    Side::One => (slot1, slot0),
                };
                if holds(&mut nvm, older.payload(), newer.payload())? {
                    (newer, Some(side.other()))
                } else {
                    (older, Some(side))
                }
            }
            Recovery::Contradiction | Recovery::Gap => {
                return Err(OpenError::CopiesDisagree {
                    slot0: slot0.generation(),
                    slot1: slot1.generation(),
                });
            }
            Recovery::Lost => return Err(OpenError::BothCopiesDamaged),
        };
        // What was just read must be durable before its only other copy is overwritten, and before anyone acts on it.
        nvm.sync()?;
        if let Some(side) = stale {
            slot.store(&mut nvm, Self::offset(spec.fixed_len, side))?;
            // After damage, the slot taken may be the very one that the next commit overwrites first.
            nvm.sync()?;
        }
        Ok(Self { nvm, fixed_len: spec.fixed_len, slot, dead: None })
    }

    /// Makes `payload` the content, wholly or not at all. It is durable when this returns `Ok`.
    ///
    /// # Errors
    /// Any error kills the image. It may have happened before or after the commit point; [`payload`](Self::payload)
    /// changes only after it. [`NvmError::OutOfRange`] when `payload` does not fill the slot or the generations are
    /// used up.
    pub fn commit(&mut self, payload: &[u8]) -> Result<(), NvmError> {
        self.alive()?;
        let result = self.try_commit(payload);
        self.note(result)
    }

    fn try_commit(&mut self, payload: &[u8]) -> Result<(), NvmError> {
        let generation = self.generation().checked_add(1).ok_or(NvmError::OutOfRange)?;
        let next = Slot::compose(generation, payload)?;
        let first = Side::written_first(generation);
        next.store(&mut self.nvm, Self::offset(self.fixed_len, first))?;
        if seeded::is(Bug::BothSlotsAtOnce) {
            next.store(&mut self.nvm, Self::offset(self.fixed_len, first.other()))?;
        }
        if !seeded::is(Bug::CommitWithoutSync) {
            self.nvm.sync()?;
        }
        // The commit point. The mirror needs no sync: the next commit begins with overwriting it.
        self.slot = next;
        self.slot.store(&mut self.nvm, Self::offset(self.fixed_len, first.other()))
    }

    /// The error that killed the image, if one did.
    pub(crate) fn alive(&self) -> Result<(), NvmError> {
        self.dead.map_or(Ok(()), Err)
    }

    /// Lets an error kill the image.
    pub(crate) fn note<T>(&mut self, result: Result<T, NvmError>) -> Result<T, NvmError> {
        self.dead = result.as_ref().err().copied();
        result
    }

    const fn offset(fixed_len: usize, side: Side) -> usize {
        let slot0 = image_len(fixed_len, 0);
        match side {
            Side::Zero => slot0,
            Side::One => slot0.saturating_add(SLOT),
        }
    }
}

impl<N, const SLOT: usize> Image<N, SLOT> {
    /// The content of the last commit that reached its commit point.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.slot.payload()
    }

    /// Number of that commit; the formatting is 1.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.slot.generation()
    }

    /// The medium. Who writes to the image's bytes through it breaks the image.
    pub fn nvm_mut(&mut self) -> &mut N {
        &mut self.nvm
    }

    /// Gives the medium back. The mirror of the last commit may not be durable yet; the commit is.
    #[must_use]
    pub fn into_nvm(self) -> N {
        self.nvm
    }
}

/// Without the payload: it may hold keys.
impl<N, const SLOT: usize> fmt::Debug for Image<N, SLOT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("generation", &self.generation())
            .field("dead", &self.dead)
            .finish_non_exhaustive()
    }
}

fn read_fixed<N: Nvm>(nvm: &mut N, fixed_out: &mut [u8]) -> Result<(), OpenError> {
    let mut crc = [0; CRC_LEN];
    nvm.read(HEADER_LEN, fixed_out)?;
    nvm.read(HEADER_LEN.saturating_add(fixed_out.len()), &mut crc)?;
    if crc == crc64(&[fixed_out]).to_be_bytes() { Ok(()) } else { Err(OpenError::FixedDamaged) }
}
