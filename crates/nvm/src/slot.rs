//! One of the two copies of the payload.

use zeroize::Zeroizing;

use crate::bytes::{CRC_LEN, crc64, u64_at};
use crate::{Nvm, NvmError, SlotRead};

/// Bytes of a slot that are not payload: the generation (8) before it and the CRC-64 (8) behind it.
pub const OVERHEAD: usize = 16;

const GENERATION_LEN: usize = 8;

/// Size of the slot for a payload of this many bytes.
#[must_use]
pub const fn slot_len(payload_len: usize) -> usize {
    payload_len.saturating_add(OVERHEAD)
}

/// A slot as it lies in the medium: generation 8 ‖ payload ‖ CRC-64 of both 8. The payload may hold
/// session keys and a PIN, so this copy in volatile memory wipes itself.
pub(crate) struct Slot<const SLOT: usize>(Zeroizing<[u8; SLOT]>);

impl<const SLOT: usize> Slot<SLOT> {
    /// Length of the payload. A slot too small for one does not compile.
    pub(crate) const PAYLOAD: usize = SLOT - OVERHEAD;
    const CRC_AT: usize = GENERATION_LEN + Self::PAYLOAD;

    /// Refuses with [`NvmError::OutOfRange`] a payload that does not fill the slot exactly.
    pub(crate) fn compose(generation: u64, payload: &[u8]) -> Result<Self, NvmError> {
        if payload.len() != Self::PAYLOAD {
            return Err(NvmError::OutOfRange);
        }
        let mut bytes = Zeroizing::new([0; SLOT]);
        bytes[..GENERATION_LEN].copy_from_slice(&generation.to_be_bytes());
        bytes[GENERATION_LEN..Self::CRC_AT].copy_from_slice(payload);
        let crc = crc64(&[&bytes[..Self::CRC_AT]]);
        bytes[Self::CRC_AT..].copy_from_slice(&crc.to_be_bytes());
        Ok(Self(bytes))
    }

    pub(crate) fn load<N: Nvm>(nvm: &mut N, offset: usize) -> Result<Self, NvmError> {
        let mut bytes = Zeroizing::new([0; SLOT]);
        nvm.read(offset, bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// In one write, so that a tear leaves at most one slot undefined.
    pub(crate) fn store<N: Nvm>(&self, nvm: &mut N, offset: usize) -> Result<(), NvmError> {
        nvm.write(offset, self.0.as_slice())
    }

    pub(crate) fn read(&self) -> SlotRead<'_> {
        let (checked, crc) = self.0.split_at(Self::CRC_AT);
        if *crc == crc64(&[checked]).to_be_bytes() {
            SlotRead::Valid { generation: self.generation(), payload: self.payload() }
        } else {
            SlotRead::Damaged
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        const { assert!(SLOT > OVERHEAD, "a slot holds a payload") };
        u64_at::<0, SLOT>(&self.0)
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.0[GENERATION_LEN..Self::CRC_AT]
    }
}

const _: () = assert!(OVERHEAD == GENERATION_LEN + CRC_LEN);
