//! Writing a layout into room that its owner wipes.

/// Writes fields one after the other.
pub(crate) struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(room: &'a mut [u8]) -> Self {
        Self { rest: room }
    }

    /// Appends a field. The layouts have fixed sizes, which the tests hold, so there is always room.
    pub(crate) fn put(&mut self, field: &[u8]) {
        debug_assert!(field.len() <= self.rest.len(), "layout larger than its room");
        let rest = core::mem::take(&mut self.rest);
        let (head, tail) = rest.split_at_mut(field.len().min(rest.len()));
        head.copy_from_slice(&field[..head.len()]);
        self.rest = tail;
    }

    /// Leaves `len` bytes as they are: zero, in new room.
    pub(crate) fn skip(&mut self, len: usize) {
        let rest = core::mem::take(&mut self.rest);
        let (_, tail) = rest.split_at_mut(len.min(rest.len()));
        self.rest = tail;
    }

    /// How many bytes are not written yet.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }
}
