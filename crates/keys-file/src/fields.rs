//! Fields of a TOML table, each mistake told by line and name.

use std::ops::Range;
use std::path::Path;

use crypto::Key;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wire::Suite;
use zeroize::Zeroizing;

use crate::error::KeysError;

/// A table of a keys file.
pub struct Fields<'a> {
    path: &'a Path,
    text: &'a str,
    name: &'a str,
    table: &'a DeTable<'a>,
}

impl<'a> Fields<'a> {
    /// The table `name` of the whole file.
    pub fn new(path: &'a Path, text: &'a str, name: &'a str, table: &'a DeTable<'a>) -> Self {
        Self { path, text, name, table }
    }

    /// The same file, another table.
    pub fn inner(&self, name: &'a str, table: &'a DeTable<'a>) -> Self {
        Self { path: self.path, text: self.text, name, table }
    }

    /// Refuses every field that is not one of `known`.
    pub fn only(&self, known: &[&str]) -> Result<(), KeysError> {
        match self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            None => Ok(()),
            Some(unknown) => {
                let what = format!(
                    "there is no field `{}` in {}",
                    shown_name(unknown.get_ref()),
                    self.name
                );
                Err(self
                    .wrong(&unknown.span(), &what)
                    .advise(format!("known are {}", known.join(", "))))
            }
        }
    }

    /// The field, if it is there.
    pub fn field(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(name)
    }

    /// A field that must be there.
    fn needed(&self, name: &str) -> Result<&'a Spanned<DeValue<'a>>, KeysError> {
        self.field(name).ok_or_else(|| {
            KeysError::wrong(format!(
                "{}: the field `{name}` is missing in {}",
                self.path.display(),
                self.name
            ))
            .advise("`greylock keys new` makes a whole file")
        })
    }

    /// A string, if the field is there.
    pub fn text(&self, name: &str) -> Result<Option<(&'a str, Range<usize>)>, KeysError> {
        let Some(value) = self.field(name) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some((text, value.span()))),
            None => Err(self.wrong(&value.span(), &format!("`{name}` must be a string in quotes"))),
        }
    }

    /// A number up to `most`, if the field is there.
    pub fn number(&self, name: &str, least: u8, most: u8) -> Result<Option<u8>, KeysError> {
        let Some(value) = self.field(name) else { return Ok(None) };
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u8::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| (least..=most).contains(number));
        match number {
            Some(number) => Ok(Some(number)),
            None => {
                let what = format!("`{name}` must be a number from {least} to {most}");
                Err(self.wrong(&value.span(), &what))
            }
        }
    }

    /// 16 hex digits, if the field is there.
    pub fn eight_bytes(&self, name: &str) -> Result<Option<[u8; 8]>, KeysError> {
        let Some((text, span)) = self.text(name)? else { return Ok(None) };
        let mut bytes = [0; 8];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Some(bytes)),
            Err(_) => Err(self.wrong(&span, &format!("`{name}` must be 16 hex digits"))),
        }
    }

    /// A key, which must be there: exactly 32 hex digits. The message never shows what stands there.
    pub fn key(&self, name: &str, suite: Suite) -> Result<Key, KeysError> {
        let span = self.needed(name)?.span();
        let Some((digits, _)) = self.text(name)? else { return Err(self.wrong(&span, "no key")) };
        let found = digits.chars().count();
        if found != 32 {
            let what = format!("the key `{name}` must have exactly 32 hex digits, it has {found}");
            return Err(self.wrong(&span, &what));
        }
        let mut bytes = Zeroizing::new([0; 16]);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| {
            self.wrong(
                &span,
                &format!("the key `{name}` has a character that is no hex digit (0-9, a-f)"),
            )
        })?;
        Ok(Key::of(suite, *bytes))
    }

    /// An error at a place of the file.
    pub fn wrong(&self, span: &Range<usize>, what: &str) -> KeysError {
        at_line(self.path, self.text, span.start, what)
    }
}

/// An error at a byte of a file.
pub fn at_line(path: &Path, text: &str, offset: usize, what: &str) -> KeysError {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
    KeysError::wrong(format!("{}, line {line}: {what}", path.display()))
}

/// A name as it stands there, unless a key could have got into its place.
fn shown_name(name: &str) -> &str {
    let harmless = name.len() <= 20 && !looks_like_key(name);
    if harmless { name } else { "…" }
}

/// Eight hex digits in a row could be a part of a key.
pub(crate) fn looks_like_key(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_hexdigit());
    runs.into_iter().any(|run| run.len() >= 8)
}
