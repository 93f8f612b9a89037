//! A certificate and its key: as they are made, and where they lie.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::PkiError;
use crate::facts::Facts;
use crate::file::{self, Mode};

/// A new certificate with its key, not yet anywhere.
pub struct Issued {
    /// What the certificate says.
    pub facts: Facts,
    /// The certificate in PEM.
    pub certificate: String,
    /// The key in PEM.
    pub(crate) key: Zeroizing<String>,
}

impl Issued {
    pub(crate) const fn new(facts: Facts, certificate: String, key: Zeroizing<String>) -> Self {
        Self { facts, certificate, key }
    }

    /// Writes both files; their names were free when the pair was made.
    ///
    /// # Errors
    /// A name that was taken meanwhile, or a full disk.
    pub fn write(&self, to: &Pair) -> Result<(), PkiError> {
        file::create(&to.key, &self.key, Mode::Secret)?;
        file::create(&to.certificate, &self.certificate, Mode::Open)
    }
}

/// Without the key.
impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// The two files of one certificate: `STEM.pem` and `STEM.key`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key, of mode 0600.
    pub key: PathBuf,
}

impl Pair {
    /// The names of both files.
    #[must_use]
    pub fn of(stem: &Path) -> Self {
        Self { certificate: file::with_end(stem, ".pem"), key: file::with_end(stem, ".key") }
    }

    /// Names that nothing has yet: nothing is issued that could not be written.
    ///
    /// # Errors
    /// One of them is taken, or the folder is not there.
    pub fn free(stem: &Path) -> Result<Self, PkiError> {
        let pair = Self::of(stem);
        file::check_folder(&pair.certificate)?;
        file::check_free(&pair.certificate)?;
        file::check_free(&pair.key)?;
        Ok(pair)
    }
}
