//! A log: records that are only ever appended, behind an image that says how many there are.

use core::fmt;

use seeded::Bug;

use crate::bytes::crc64;
use crate::frame::{FRAME_OVERHEAD, Tip, Window};
use crate::{Image, Nvm, NvmError, OpenError, Spec, image_len, slot_len};

/// Slot size of the head of a log in bytes.
pub const HEAD_SLOT: usize = slot_len(Tip::LEN);

/// An append-only log whose frames have at most `FRAME` bytes ([`frame_len`](crate::frame_len) gives the size for a
/// longest payload). One buffer of that size is on the stack while a call runs.
///
/// # What counts
///
/// The head alone says where the log ends. `append` writes the frame and then commits the head, and the one `sync` of
/// that commit is for both. Bytes behind the end are nothing: a torn frame, an old longer one, a complete one whose head
/// was not reached. They are no records, and the next `append` overwrites them.
///
/// Before that `sync` returns, the medium may have kept the head and lost the frame. The other slot then still holds
/// the head before it: it was durable when the append began, and is overwritten only behind the `sync`. So where the
/// heads are one apart, `open` takes the newer one only if the frame that it counts is there, and else the older one.
/// Nobody was told of that record. Where the slots are equal, or one of them is damaged, the `sync` had returned, and a
/// frame that does not fit is damage.
///
/// At rest both slots are equal, and damage to a frame never takes a record away unsaid. Only when a power failure undoes
/// the mirror of the very last append *and* its frame is damaged before the next `open` is that record lost.
///
/// After any [`NvmError`] the log is dead until it is opened again, like an [`Image`].
pub struct Log<N, const FRAME: usize> {
    head: Image<N, HEAD_SLOT>,
    start: Tip,
    tip: Tip,
}

impl<N: Nvm, const FRAME: usize> Log<N, FRAME> {
    /// Length of the longest payload in bytes. A frame too small for any does not compile.
    pub const MAX: usize = FRAME - FRAME_OVERHEAD;

    /// Writes an empty log over whatever the medium holds.
    ///
    /// # Errors
    /// [`NvmError::OutOfRange`] for a kind of fixed length, and as [`Image::format`].
    pub fn format(nvm: N, spec: Spec, fixed: &[u8]) -> Result<Self, NvmError> {
        if spec.kind.has_fixed_length() {
            return Err(NvmError::OutOfRange);
        }
        let start = start_of(fixed);
        let head = Image::format(nvm, spec, fixed, &start.encode())?;
        Ok(Self { head, start, tip: start })
    }

    /// Opens the head as [`Image::open`] does, then checks every record and hands it to `each` with its sequence
    /// number, in order, one pass over the file. A payload is handed over only after its frame was found
    /// right; when a later one is not, the call fails and what `each` has gathered is to be dropped.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong, and for a record which one and where.
    pub fn open(
        nvm: N,
        spec: Spec,
        fixed_out: &mut [u8],
        each: impl FnMut(u64, &[u8]),
    ) -> Result<Self, OpenError> {
        let head = Image::open_where(nvm, spec, fixed_out, is_followed::<N, FRAME>)?;
        let tip = Tip::decode(head.payload()).ok_or(OpenError::HeadMismatch)?;
        let mut log = Self { head, start: start_of(fixed_out), tip };
        log.read_all(each)?;
        Ok(log)
    }

    /// Checks every record again and hands it to `each`, as [`open`](Self::open) does.
    ///
    /// # Errors
    /// As [`open`](Self::open), for damage since then. Reading never kills the log.
    pub fn read_all(&mut self, mut each: impl FnMut(u64, &[u8])) -> Result<(), OpenError> {
        let end = self.checked_end()?;
        let nvm = self.head.nvm_mut();
        let mut window = Window::<FRAME>::new(end);
        let mut tip = self.start;
        while tip.records < self.tip.records {
            let offset = usize::try_from(tip.end).map_err(|_| NvmError::OutOfRange)?;
            let next = window.frame(nvm, offset)?.and_then(|frame| tip.parse(frame));
            // The last record must also lead to where the head stands: an old frame in its place does not.
            let right =
                next.filter(|(_, next)| next.records < self.tip.records || *next == self.tip);
            let Some((payload, next)) = right else {
                return Err(OpenError::RecordDamaged {
                    record: tip.records.saturating_add(1),
                    offset: tip.end,
                });
            };
            each(next.records, payload);
            tip = next;
        }
        if tip == self.tip { Ok(()) } else { Err(OpenError::HeadMismatch) }
    }

    /// Appends a record and gives its sequence number, from 1. It is durable when this returns `Ok`.
    ///
    /// # Errors
    /// Any error kills the log; the record may then be in it or not, and opening tells. [`NvmError::OutOfRange`]
    /// when `payload` is longer than [`MAX`](Self::MAX) or the medium is full.
    pub fn append(&mut self, payload: &[u8]) -> Result<u64, NvmError> {
        self.head.alive()?;
        let result = self.write_frame(payload);
        let next = self.head.note(result)?;
        if !seeded::is(Bug::HeadBeforeFrame) {
            self.head.commit(&next.encode())?;
        }
        self.tip = next;
        Ok(next.records)
    }

    /// Writes the next frame behind the end; it does not count yet.
    fn write_frame(&mut self, payload: &[u8]) -> Result<Tip, NvmError> {
        if payload.len() > Self::MAX {
            return Err(NvmError::OutOfRange);
        }
        let mut buffer = [0; FRAME];
        let (frame, next) = self.tip.compose(payload, &mut buffer).ok_or(NvmError::OutOfRange)?;
        let offset = usize::try_from(self.tip.end).map_err(|_| NvmError::OutOfRange)?;
        if seeded::is(Bug::HeadBeforeFrame) {
            self.head.commit(&next.encode())?;
        }
        self.head.nvm_mut().write(offset, frame)?;
        Ok(next)
    }

    /// The end of the frames, when the medium reaches so far.
    fn checked_end(&mut self) -> Result<usize, OpenError> {
        let found = self.head.nvm_mut().len();
        if self.tip.end < self.start.end {
            return Err(OpenError::HeadMismatch);
        }
        match usize::try_from(self.tip.end) {
            Ok(end) if end <= found => Ok(end),
            _ => Err(OpenError::WrongLength { expected: self.tip.end, found: found as u64 }),
        }
    }
}

impl<N, const FRAME: usize> Log<N, FRAME> {
    /// Number of acknowledged records, which is the sequence number of the last one.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.tip.records
    }

    /// The medium. Who writes to the log's bytes through it breaks the log.
    pub fn nvm_mut(&mut self) -> &mut N {
        self.head.nvm_mut()
    }

    /// Gives the medium back.
    #[must_use]
    pub fn into_nvm(self) -> N {
        self.head.into_nvm()
    }
}

impl<N, const FRAME: usize> fmt::Debug for Log<N, FRAME> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("head", &self.head)
            .field("tip", &self.tip)
            .finish_non_exhaustive()
    }
}

/// Whether the one frame that the newer head counts beyond the older is there.
fn is_followed<N: Nvm, const FRAME: usize>(
    nvm: &mut N,
    older: &[u8],
    newer: &[u8],
) -> Result<bool, NvmError> {
    let (Some(older), Some(newer)) = (Tip::decode(older), Tip::decode(newer)) else {
        return Ok(true);
    };
    let place = usize::try_from(older.end).ok().zip(usize::try_from(newer.end).ok());
    let (start, end) = place.ok_or(NvmError::OutOfRange)?;
    // The medium may have lost that it grew.
    let mut window = Window::<FRAME>::new(end.min(nvm.len()));
    let next = window.frame(nvm, start)?.and_then(|frame| older.parse(frame));
    Ok(next.is_some_and(|(_, next)| next == newer))
}

/// Before the first record. The chain begins with the fixed section, so that frames of another log do not fit.
fn start_of(fixed: &[u8]) -> Tip {
    Tip { records: 0, end: image_len(fixed.len(), HEAD_SLOT) as u64, chain: crc64(&[fixed]) }
}
