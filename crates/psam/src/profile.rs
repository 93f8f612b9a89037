//! What a PSAM is born with: the fixed section of its image.

use crypto::Key;
use wire::{KeyRef, Reader, Scheme, Suite, Tid};
use zeroize::Zeroizing;

use crate::layout::Writer;

/// A consumption main key (MPK) of one version.
#[derive(Clone, Debug)]
pub struct MainKey {
    /// Key version, as INITIALIZE FOR REFUEL of the card answers it.
    pub version: u8,
    /// Algorithm identifier: the suite. A key of a suite that this crate has not got answers 9403.
    pub algorithm: u8,
    /// How the grey lock's codes are made under this key.
    pub scheme: Scheme,
    /// The key.
    pub key: Key,
}

/// What a PSAM is personalised with; it never changes afterwards.
///
/// Layout in the image, format 2: TID 6, serial 10, AID 10, four main keys of 20 (present 1, version 1, algorithm 1,
/// scheme 1, key 16; all zero when absent), record key 16, TRN key 16, first TTC 4, suite of the
/// record key 1. Format 1 is the same without the last byte, which is 00.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Terminal id, EF 16.
    pub tid: Tid,
    /// Serial number, EF 15.
    pub serial: [u8; 10],
    /// The application's name; [`wire::files::DEFAULT_AID`] unless the issuer gives another.
    pub aid: [u8; 10],
    /// The consumption main keys, found by version and algorithm.
    pub consumption: [Option<MainKey>; 4],
    /// DSK, already dispersed by the TID: makes SAM TAC.
    pub record_key: Key,
    /// Key of the permutation that makes TRN; no other PSAM has it.
    pub trn_key: Key,
    /// The first TTC that is drawn; [`Profile::FIRST_TTC`] unless an older PSAM of this TID is replaced.
    pub first_ttc: u32,
}

impl Profile {
    /// The usual first TTC.
    pub const FIRST_TTC: u32 = 1;

    /// Bytes of the image's fixed section.
    pub const LEN: usize = 6 + 10 + 10 + 4 * MainKey::LEN + 16 + 16 + 4 + 1;

    /// Of format 1.
    pub(crate) const LEN_1: usize = Self::LEN - 1;

    /// The main key that a card's key version and algorithm name, of a suite that this crate has.
    pub(crate) fn main_key(&self, wanted: KeyRef) -> Option<&MainKey> {
        let named =
            |key: &&MainKey| (key.version, key.algorithm) == (wanted.version, wanted.algorithm);
        self.consumption.iter().flatten().find(named).filter(|key| key.is_usable())
    }

    /// The bytes of the image's fixed section, of today's format; wiped when dropped.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let mut out = Writer::new(bytes.as_mut_slice());
        out.put(&self.tid.0);
        out.put(&self.serial);
        out.put(&self.aid);
        for key in &self.consumption {
            MainKey::put(key.as_ref(), &mut out);
        }
        out.put(self.record_key.expose());
        out.put(self.trn_key.expose());
        out.put(&self.first_ttc.to_be_bytes());
        out.put(&[self.record_key.suite().byte()]);
        bytes
    }

    /// The profile of these bytes; `None` when they are none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let ([suite], before) = bytes.split_last_chunk().map(|(before, last)| (*last, before))?;
        let profile = Self::decode_1(before)?;
        let record_key = Key::of(Suite::from_byte(suite)?, *profile.record_key.expose());
        Some(Self { record_key, ..profile })
    }

    /// The profile of format 1, whose record key is of suite 00.
    pub(crate) fn decode_1(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let profile = Self {
            tid: Tid(reader.take()?),
            serial: reader.take()?,
            aid: reader.take()?,
            consumption: [
                MainKey::read(&mut reader)?,
                MainKey::read(&mut reader)?,
                MainKey::read(&mut reader)?,
                MainKey::read(&mut reader)?,
            ],
            record_key: Key::new(reader.take()?),
            trn_key: Key::new(reader.take()?),
            first_ttc: reader.u32()?,
        };
        reader.end().map(|()| profile)
    }
}

impl MainKey {
    const LEN: usize = 4 + 16;

    /// Whether this crate has its suite, and the suite its scheme.
    fn is_usable(&self) -> bool {
        let suite = Suite::from_byte(self.algorithm).filter(|suite| *suite == self.key.suite());
        suite.is_some_and(|suite| suite.has(self.scheme))
    }

    fn put(key: Option<&Self>, out: &mut Writer<'_>) {
        match key {
            Some(key) => {
                out.put(&[1, key.version, key.algorithm, key.scheme.byte()]);
                out.put(key.key.expose());
            }
            None => out.put(&[0; Self::LEN]),
        }
    }

    /// `None` for bytes that are no main key and not its absence either.
    #[expect(
        clippy::option_option,
        reason = "the outer one is the layout's, the inner one the key's absence"
    )]
    fn read(reader: &mut Reader<'_>) -> Option<Option<Self>> {
        let [present, version, algorithm, scheme] = reader.take()?;
        let key = Zeroizing::new(reader.take::<16>()?);
        match present {
            0 => ([version, algorithm, scheme] == [0; 3] && *key == [0; 16]).then_some(None),
            1 => {
                let scheme = Scheme::from_byte(scheme)?;
                // The bytes of a key of an unknown suite are kept, and computed with by nobody.
                let suite = Suite::from_byte(algorithm).unwrap_or_default();
                Some(Some(Self { version, algorithm, scheme, key: Key::of(suite, *key) }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let key = |version, algorithm, scheme| {
            let suite = Suite::from_byte(algorithm).unwrap_or_default();
            Some(MainKey { version, algorithm, scheme, key: Key::of(suite, [version; 16]) })
        };
        Profile {
            tid: Tid([1, 2, 3, 4, 5, 6]),
            serial: [9; 10],
            aid: wire::files::DEFAULT_AID,
            consumption: [
                key(1, 0, Scheme::Seed),
                key(1, 0x10, Scheme::Seed),
                key(3, 0, Scheme::Field),
                key(4, 0x30, Scheme::Seed),
            ],
            record_key: Key::of(Suite::Sm4, [7; 16]),
            trn_key: Key::new([8; 16]),
            first_ttc: Profile::FIRST_TTC,
        }
    }

    #[test]
    fn a_profile_reads_back_byte_for_byte() {
        let bytes = profile().encode();
        let back = Profile::decode(bytes.as_slice()).unwrap();
        assert_eq!(back.encode().as_slice(), bytes.as_slice());
        assert_eq!(back.tid, profile().tid);
        assert_eq!(back.record_key.suite(), Suite::Sm4);
    }

    #[test]
    fn bytes_that_are_no_profile_are_refused() {
        let good = profile().encode();
        assert!(Profile::decode(&good[1..]).is_none(), "one byte short");
        for (at, wrong) in [(26, 2), (29, 2), (26, 0), (46, 0), (Profile::LEN - 1, 0x30)] {
            let mut bytes = good.clone();
            bytes[at] = wrong;
            assert!(Profile::decode(bytes.as_slice()).is_none(), "byte {at} as {wrong}");
        }
    }

    #[test]
    fn a_key_whose_suite_has_no_such_scheme_is_not_used() {
        let key = Key::of(Suite::Aes, [9; 16]);
        let key = MainKey { version: 9, algorithm: 0x10, scheme: Scheme::Field, key };
        let consumption = [Some(key), None, None, None];
        let profile = Profile { consumption, ..profile() };
        assert!(profile.main_key(KeyRef { version: 9, algorithm: 0x10 }).is_none());
    }

    #[test]
    fn a_main_key_is_found_by_version_and_suite() {
        let found = |version, algorithm| {
            profile().main_key(KeyRef { version, algorithm }).map(|key| key.scheme)
        };
        assert_eq!(found(1, 0), Some(Scheme::Seed));
        assert_eq!(found(3, 0), Some(Scheme::Field));
        assert_eq!(found(2, 0), None, "no such version");
        assert_eq!(found(1, 0x10), Some(Scheme::Seed), "one version in two suites");
        assert_eq!(found(1, 0x20), None, "another suite than the keys'");
        assert_eq!(found(4, 0x30), None, "a suite that is not here");
    }
}
