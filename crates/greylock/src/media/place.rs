//! `CARD` and `PSAM` on the command line.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Error;

const READER: &str = "pcsc:";
const IMAGE_ADVICE: &str =
    "give the path of an image file; for a file whose name begins with `pcsc:` write `./pcsc:…`";

/// Where a card or a PSAM is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// An image file.
    Image(PathBuf),
    /// A PC/SC reader whose name has this part.
    Reader(String),
}

impl Place {
    /// The image's path, where nothing else will do.
    ///
    /// # Errors
    /// For a reader: a chip does not give its memory away.
    pub fn image(&self) -> Result<&Path, Error> {
        match self {
            Self::Image(path) => Ok(path),
            Self::Reader(name) if cfg!(feature = "pcsc") => Err(Error::usage(format!(
                "this works on an image alone: the chip in the reader `{name}` does not give its memory away"
            ))
            .advice(IMAGE_ADVICE)),
            Self::Reader(name) => Err(no_pcsc(&format!("it cannot reach the reader `{name}`"))),
        }
    }
}

/// What a build without readers says.
pub(crate) fn no_pcsc(so: &str) -> Error {
    Error::usage(format!("this build has no PC/SC, so {so}")).advice(format!(
        "build it with `cargo build --release --features pcsc`, which needs libpcsclite (Debian: \
         libpcsclite-dev); else {IMAGE_ADVICE}"
    ))
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix(READER) {
            Some(name) => Self::Reader(name.to_owned()),
            None => Self::Image(text.into()),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(path) => path.display().fmt(f),
            Self::Reader(name) => write!(f, "{READER}{name}"),
        }
    }
}
