//! The main keys of a centre, ready for codes in bulk: one set for each key version.

use crypto::Key;
use crypto::bulk::Keys;
use host::{KeyKind, MainKeys};

/// The keys of a version.
#[derive(Clone, Debug)]
pub struct Version {
    /// The version, as records name it.
    pub number: u8,
    /// Its algorithm identifier: the suite.
    pub algorithm: u8,
    /// What all its records share.
    pub keys: Keys,
}

/// Every version that a centre knows, newest first.
#[derive(Clone, Debug)]
pub struct Versions(Vec<Version>);

impl Versions {
    /// Out of the main keys. Whatever levels of dispersing all cards share are gone through here, once (protocol §4). A
    /// set that this program cannot compute with is left out, as a vault does.
    #[must_use]
    pub fn of(main: &MainKeys) -> Self {
        let shared = |set: &host::Set<'_>, kind: KeyKind| -> Option<Key> {
            let dispersing = main.dispersing(kind)?;
            let outer = dispersing.inputs().iter().rev();
            Some(outer.fold(set.key(kind)?.clone(), |key, input| key.diversify(*input)))
        };
        let version = |set: host::Set<'_>| {
            let keys = Keys {
                scheme: set.scheme,
                consumption: shared(&set, KeyKind::Mpk)?,
                tac: shared(&set, KeyKind::Mtk)?,
                psam: main.msk.clone(),
            };
            Some(Version { number: set.version, algorithm: set.suite, keys })
        };
        Self(main.sets().filter_map(version).collect())
    }

    /// All of them, newest first.
    #[must_use]
    pub fn all(&self) -> &[Version] {
        &self.0
    }

    /// The place of a version in [`Versions::all`]; `None` too when its suite is another than the record says.
    #[must_use]
    pub fn find(&self, number: u8, algorithm: u8) -> Option<usize> {
        let fits = |version: &Version| version.number == number && version.algorithm == algorithm;
        self.0.iter().position(fits)
    }
}
