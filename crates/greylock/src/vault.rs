//! Sealed vaults and their seal keys as new files (crate `keys_file` has their form).

use std::path::Path;

use keys_file::{MainKeys, NONCE, SealKey};
use zeroize::Zeroizing;

use crate::env::Random;
use crate::error::Error;
use crate::media::Birth;

/// Draws a seal key into a new file that its owner alone can read.
///
/// # Errors
/// The name is taken, the disk refuses, or there is no randomness.
pub fn make_key(path: &Path, random: &mut dyn Random) -> Result<SealKey, Error> {
    let mut birth = Birth::begin(path)?;
    let mut key = Zeroizing::new([0; 32]);
    random.fill(key.as_mut_slice())?;
    let key = SealKey::new(key);
    birth.fill(&key.render())?;
    birth.finish()?;
    Ok(key)
}

/// Seals main keys into a new file.
///
/// # Errors
/// The name is taken, the disk refuses, or there is no randomness.
pub fn seal(
    path: &Path,
    keys: &MainKeys,
    key: &SealKey,
    random: &mut dyn Random,
) -> Result<(), Error> {
    let mut birth = Birth::begin(path)?;
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce)?;
    birth.fill(&keys_file::seal(keys, key, nonce)?)?;
    birth.finish()
}

#[cfg(test)]
mod tests {
    use keys_file::open;

    use super::*;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), Error> {
            for byte in out {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
            Ok(())
        }
    }

    fn keys() -> MainKeys {
        let text = include_str!("../../../scripts/keys.toml");
        keys_file::parse(Path::new("keys.toml"), text).unwrap().keys
    }

    #[test]
    fn what_was_sealed_is_opened_with_its_key_alone_and_only_whole() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let key = make_key(&at("key"), &mut Counting(1)).unwrap();
        seal(&at("vault"), &keys(), &key, &mut Counting(9)).unwrap();
        let again = SealKey::read(&at("key")).unwrap();
        let opened = open(&at("vault"), &again).unwrap();
        assert_eq!(keys_file::render(&opened), keys_file::render(&keys()));
        let other = make_key(&at("other"), &mut Counting(2)).unwrap();
        assert!(open(&at("vault"), &other).is_err());
        let whole = std::fs::read(at("vault")).unwrap();
        let clear = keys_file::render(&keys());
        assert!(
            !whole.windows(8).any(|part| clear.as_bytes().windows(8).any(|known| known == part))
        );
        for place in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            std::fs::write(at("altered"), altered).unwrap();
            assert!(open(&at("altered"), &key).is_err(), "byte {place}");
        }
        std::fs::write(at("short"), &whole[..whole.len() - 1]).unwrap();
        assert!(open(&at("short"), &key).is_err());
        std::fs::write(at("wrong"), "0123").unwrap();
        let error = Error::from(SealKey::read(&at("wrong")).err().unwrap()).to_string();
        assert!(error.contains("64 hex digits") && !error.contains("0123"), "{error}");
    }
}
