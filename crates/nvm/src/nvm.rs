//! The medium: a trait small enough for flash, a file, or RAM.

use core::fmt;

/// Why the medium did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NvmError {
    /// Power failed. What was being written is undefined until the image is opened again.
    PowerLost,
    /// An offset, a length or a counter is outside what the medium or the format can hold: a bug of the caller, or a
    /// medium that is too small.
    OutOfRange,
    /// The medium refused: disk full, input/output error.
    Failed,
}

impl fmt::Display for NvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerLost => "power failed during an access to the memory; open the image again",
            Self::OutOfRange => "the access lies outside the memory; its size does not fit its content",
            Self::Failed => "the medium refused the access; check its free space and its health, then open the image again",
        })
    }
}

impl core::error::Error for NvmError {}

/// A byte-addressed medium that keeps its content without power.
pub trait Nvm {
    /// Size in bytes.
    fn len(&self) -> usize;

    /// Whether the medium holds no byte at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `out` with the bytes from `offset` on.
    ///
    /// # Errors
    /// [`NvmError::OutOfRange`] when `offset + out.len()` exceeds [`len`](Self::len); else what the medium reports.
    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError>;

    /// Writes `bytes` from `offset` on. A medium that can grow grows; another one answers [`NvmError::OutOfRange`].
    /// Not atomic, and not durable before [`sync`](Self::sync).
    ///
    /// # Errors
    /// After an error the bytes named by the call are undefined.
    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError>;

    /// Makes all earlier writes durable, of this opener and of those before it.
    ///
    /// # Errors
    /// After an error none of the writes since the last successful `sync` is known to be durable.
    fn sync(&mut self) -> Result<(), NvmError>;
}

impl<T: Nvm + ?Sized> Nvm for &mut T {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        (**self).read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        (**self).write(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        (**self).sync()
    }
}
