//! Vehicles, as the logbook knows them: by a digest of the plate under a key of its own, so that no plate stands in it and two
//! stations' logbooks do not tell that the same vehicle was at both. Who has the whole file can try plates out.

use sha2::{Digest as _, Sha256};

use crate::database::{Database, LogbookError};

/// Under this name the key stands.
const KEY: &str = "vehicle_key";
/// Version of its bytes, and of the digests made with it.
const LAYOUT: u8 = 1;

/// A vehicle: the first 16 bytes of SHA-256 over the logbook's key and the plate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Vehicle(pub(crate) [u8; 16]);

/// What a logbook's digests are made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key([u8; 16]);

impl Key {
    /// That of a logbook; one that has none gets a random one.
    pub(crate) fn of(database: &mut Database) -> Result<Self, LogbookError> {
        if let Some(key) = database.kept(KEY)?.and_then(|bytes| Self::from_bytes(&bytes)) {
            return Ok(key);
        }
        let key = Self(database.random()?);
        let bytes: Vec<u8> = [LAYOUT].into_iter().chain(key.0).collect();
        database.keep(KEY, &bytes)?;
        Ok(key)
    }

    /// Version 1, the key 16.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&LAYOUT, key) = bytes.split_first()? else { return None };
        Some(Self(key.try_into().ok()?))
    }

    pub(crate) fn vehicle(&self, plate: &str) -> Vehicle {
        let digest = Sha256::new().chain_update(self.0).chain_update(plate).finalize();
        let mut first = [0; 16];
        first.iter_mut().zip(digest).for_each(|(first, byte)| *first = byte);
        Vehicle(first)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_vehicle_is_its_plate_under_the_logbooks_key() {
        let key = Key::from_bytes(&[&[1][..], &[7; 16]].concat()).unwrap();
        let vehicle = key.vehicle("B-GL 42");
        let expected = Sha256::digest([&[7; 16][..], b"B-GL 42"].concat());
        assert_eq!(vehicle.0[..], expected[..16]);
        assert_ne!(Key([8; 16]).vehicle("B-GL 42"), vehicle);
        assert_eq!(Key::from_bytes(&[2; 17]), None);
        assert_eq!(Key::from_bytes(&[1; 16]), None);
    }
}
