//! The end of a medium as a medium.

use nvm::{Nvm, NvmError};

/// The last bytes of a medium: where a blank chip keeps what it has, out of the way of the image that it will become.
#[derive(Debug)]
pub(crate) struct Tail<N> {
    inner: N,
    start: usize,
}

impl<N: Nvm> Tail<N> {
    /// The last `len` bytes, or all where there are fewer.
    pub(crate) fn of(inner: N, len: usize) -> Self {
        let start = inner.len().saturating_sub(len);
        Self { inner, start }
    }

    /// The whole medium again.
    pub(crate) fn into_inner(self) -> N {
        self.inner
    }

    /// The whole medium. Who writes behind `start` breaks what is in the tail.
    pub(crate) const fn inner_mut(&mut self) -> &mut N {
        &mut self.inner
    }

    fn at(&self, offset: usize) -> Result<usize, NvmError> {
        self.start.checked_add(offset).ok_or(NvmError::OutOfRange)
    }
}

impl<N: Nvm> Nvm for Tail<N> {
    fn len(&self) -> usize {
        self.inner.len().saturating_sub(self.start)
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        let at = self.at(offset)?;
        self.inner.read(at, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let at = self.at(offset)?;
        self.inner.write(at, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.inner.sync()
    }
}
