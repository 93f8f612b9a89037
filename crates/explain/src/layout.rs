//! Bytes taken apart by a layout.

use crate::field::{Field, Shown};

/// A data element with its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Value {
    /// Its name.
    pub name: &'static str,
    /// What it says; a secret is masked.
    pub shown: Shown,
}

impl Value {
    /// The name as a key of documents: lower case, `_` for spaces.
    #[must_use]
    pub fn key(&self) -> String {
        crate::field::key(self.name)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.shown)
    }
}

/// The bytes that the elements of fixed length take, and whether another one takes the rest.
pub(crate) fn len_of(layout: &[Field]) -> (usize, bool) {
    let fixed = layout.iter().filter_map(|field| field.len).sum();
    (fixed, layout.iter().any(|field| field.len.is_none()))
}

/// Whether so many bytes can be of this layout.
pub(crate) fn fits(layout: &[Field], len: usize) -> bool {
    let (fixed, open) = len_of(layout);
    len == fixed || (open && len > fixed)
}

/// The elements with their bytes; an open one takes what the others leave, and is left out when
/// that is nothing. `None` when the length is another.
pub(crate) fn split<'a>(
    layout: &'static [Field],
    bytes: &'a [u8],
) -> Option<Vec<(&'static Field, &'a [u8])>> {
    if !fits(layout, bytes.len()) {
        return None;
    }
    let rest = bytes.len().saturating_sub(len_of(layout).0);
    let mut left = bytes;
    let mut parts = Vec::with_capacity(layout.len());
    for field in layout {
        let (part, behind) = left.split_at_checked(field.len.unwrap_or(rest))?;
        left = behind;
        if !part.is_empty() {
            parts.push((field, part));
        }
    }
    Some(parts)
}

pub(crate) fn values(parts: &[(&'static Field, &[u8])]) -> Vec<Value> {
    let value = |(field, part): &(&'static Field, &[u8])| Value {
        name: field.name,
        shown: field.show(part),
    };
    parts.iter().map(value).collect()
}

/// The first element whose bytes cannot stand there, in words.
pub(crate) fn first_bad(parts: &[(&'static Field, &[u8])]) -> Option<String> {
    let (field, part) = parts.iter().find(|(field, part)| !field.accepts(part))?;
    Some(format!("{} {} is none", field.name, hex::encode(part)))
}
