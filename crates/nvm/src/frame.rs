//! One record of a log as it lies in the medium, and the window through which frames are read.

use crate::bytes::{CRC_LEN, crc64};
use crate::{Nvm, NvmError};

const LENGTH_LEN: usize = 4;
const SEQUENCE_LEN: usize = 8;
const PAYLOAD_AT: usize = LENGTH_LEN + SEQUENCE_LEN;

/// Bytes of a frame that are not payload: length (4), sequence number (8), CRC-64 (8).
pub const FRAME_OVERHEAD: usize = PAYLOAD_AT + CRC_LEN;

/// Size of the frame for a payload of this many bytes.
#[must_use]
pub const fn frame_len(payload_len: usize) -> usize {
    payload_len.saturating_add(FRAME_OVERHEAD)
}

/// Where a log stands: behind so many records. Also the payload of its head.
///
/// Layout: records 8 ‖ end 8 ‖ chain 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    /// Number of records so far, which is the sequence number of the last one.
    pub(crate) records: u64,
    /// Offset of the byte behind the last frame.
    pub(crate) end: u64,
    /// CRC of the last frame; before the first, that of the fixed section.
    pub(crate) chain: u64,
}

impl Tip {
    pub(crate) const LEN: usize = 24;

    pub(crate) fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..8].copy_from_slice(&self.records.to_be_bytes());
        out[8..16].copy_from_slice(&self.end.to_be_bytes());
        out[16..].copy_from_slice(&self.chain.to_be_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (records, rest) = bytes.split_first_chunk()?;
        let (end, rest) = rest.split_first_chunk()?;
        Some(Self {
            records: u64::from_be_bytes(*records),
            end: u64::from_be_bytes(*end),
            chain: u64::from_be_bytes(*rest.first_chunk()?),
        })
    }

    /// Where the log stands one frame later. `None` when a counter is used up.
    fn behind(self, frame_len: usize, chain: u64) -> Option<Self> {
        let end = self.end.checked_add(u64::try_from(frame_len).ok()?)?;
        Some(Self { records: self.records.checked_add(1)?, end, chain })
    }

    /// Lays the next frame into `buffer`. Gives its bytes and the tip behind it, or `None` when `payload` is too long or a
    /// counter is used up.
    pub(crate) fn compose<'a>(
        self,
        payload: &[u8],
        buffer: &'a mut [u8],
    ) -> Option<(&'a [u8], Self)> {
        let frame = buffer.get_mut(..frame_len(payload.len()))?;
        let length = u32::try_from(payload.len()).ok()?.to_be_bytes();
        let sequence = self.records.checked_add(1)?.to_be_bytes();
        let chain = self.crc_of(&length, &sequence, payload);

        let (to_length, rest) = frame.split_first_chunk_mut()?;
        let (to_sequence, rest) = rest.split_first_chunk_mut()?;
        let (to_payload, to_crc) = rest.split_last_chunk_mut()?;
        *to_length = length;
        *to_sequence = sequence;
        to_payload.copy_from_slice(payload);
        *to_crc = chain.to_be_bytes();
        Some((frame, self.behind(frame_len(payload.len()), chain)?))
    }

    /// Reads the frame that follows. `None` when these bytes are not the next frame: wrong length, sequence or CRC.
    pub(crate) fn parse(self, frame: &[u8]) -> Option<(&[u8], Self)> {
        let (length, rest) = frame.split_first_chunk::<LENGTH_LEN>()?;
        let (sequence, rest) = rest.split_first_chunk::<SEQUENCE_LEN>()?;
        let (payload, crc) = rest.split_last_chunk::<CRC_LEN>()?;
        let chain = self.crc_of(length, sequence, payload);
        let next = self.behind(frame.len(), chain)?;
        let fits = u32::from_be_bytes(*length) == u32::try_from(payload.len()).ok()?
            && u64::from_be_bytes(*sequence) == next.records
            && u64::from_be_bytes(*crc) == chain;
        fits.then_some((payload, next))
    }

    /// The CRC begins with that of the frame before: this makes the frames a chain.
    fn crc_of(
        self,
        length: &[u8; LENGTH_LEN],
        sequence: &[u8; SEQUENCE_LEN],
        payload: &[u8],
    ) -> u64 {
        crc64(&[&self.chain.to_be_bytes(), length, sequence, payload])
    }
}

/// A stretch of the medium in RAM: short frames come many to a read, and each byte is read at most about twice.
pub(crate) struct Window<const FRAME: usize> {
    buffer: [u8; FRAME],
    start: usize,
    filled: usize,
    /// Nothing from here on is read.
    end: usize,
}

impl<const FRAME: usize> Window<FRAME> {
    pub(crate) fn new(end: usize) -> Self {
        Self { buffer: [0; FRAME], start: 0, filled: 0, end }
    }

    /// The bytes of the frame at `offset`, as long as its own length field says; `None` when that leads over the end
    /// or is more than a frame can have.
    pub(crate) fn frame<N: Nvm>(
        &mut self,
        nvm: &mut N,
        offset: usize,
    ) -> Result<Option<&[u8]>, NvmError> {
        let Some(length) = self.bytes(nvm, offset, LENGTH_LEN)?.and_then(<[u8]>::first_chunk)
        else {
            return Ok(None);
        };
        let Ok(payload_len) = usize::try_from(u32::from_be_bytes(*length)) else {
            return Ok(None);
        };
        self.bytes(nvm, offset, frame_len(payload_len))
    }

    fn bytes<N: Nvm>(
        &mut self,
        nvm: &mut N,
        offset: usize,
        len: usize,
    ) -> Result<Option<&[u8]>, NvmError> {
        let ahead = self.end.saturating_sub(offset);
        if len > FRAME || len > ahead {
            return Ok(None);
        }
        let held =
            offset.checked_sub(self.start).filter(|skip| self.filled.saturating_sub(*skip) >= len);
        let skip = match held {
            Some(skip) => skip,
            None => self.fill(nvm, offset, ahead.min(FRAME))?,
        };
        Ok(self.buffer.get(skip..).and_then(|rest| rest.get(..len)))
    }

    /// Reads the window anew from `offset` on. Gives where in the window `offset` is: at its start.
    fn fill<N: Nvm>(&mut self, nvm: &mut N, offset: usize, len: usize) -> Result<usize, NvmError> {
        self.filled = 0;
        if let Some(out) = self.buffer.get_mut(..len) {
            nvm.read(offset, out)?;
            self.start = offset;
            self.filled = len;
        }
        Ok(0)
    }
}
