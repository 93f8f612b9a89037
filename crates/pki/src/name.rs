//! Names of stations and operators, checked once.

use std::fmt;
use std::str::FromStr;

/// Longest name: what a certificate's common name holds.
const MOST: usize = 64;

/// The name of a station, an operator or an authority: 1 to 64 letters, digits, dots, hyphens and underscores of
/// ASCII, so that it is the same in a certificate, a URN, a file name and the books.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(String);

/// Something that is no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("want 1 to 64 letters, digits, dots, hyphens and underscores")]
pub struct NameError;

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let whole = (1..=MOST).contains(&text.len()) && text.bytes().all(fits);
        if whole { Ok(Self(text.to_owned())) } else { Err(NameError) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for right in ["North", "a", "station-7.north_2", &"x".repeat(64)] {
            assert_eq!(right.parse::<Name>().unwrap().as_str(), right);
        }
        for wrong in ["", "a b", "a:b", "a/b", "é", "a\n", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<Name>(), Err(NameError), "{wrong:?}");
        }
    }
}
