//! Writing fixed layouts into memory that the caller wipes.

/// Writes fields one after the other. Layouts have fixed lengths, so running out of room is a mistake in this crate,
/// which the layouts' tests hold.
pub(crate) struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(bytes: &'a mut [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Writes the next field.
    pub(crate) fn put(&mut self, field: &[u8]) {
        let room = core::mem::take(&mut self.rest);
        debug_assert!(field.len() <= room.len(), "layout larger than its memory");
        if let Some((head, tail)) = room.split_at_mut_checked(field.len()) {
            head.copy_from_slice(field);
            self.rest = tail;
        }
    }
}
