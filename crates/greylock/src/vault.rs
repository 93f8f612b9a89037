//! The sealed vault: a keys file that only who has its seal key can read (docs/formats.md).
//!
//! ```text
//! "GREYSEAL" 8, version 1, nonce 24, keys file under XChaCha20-Poly1305, tag 16; the first 9 bytes are authenticated
//! ```

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::env::Random;
use crate::error::Error;
use crate::keys_file::{self, MainKeys};
use crate::media::Birth;

const MAGIC: &[u8; 8] = b"GREYSEAL";
const VERSION: u8 = 1;
const HEAD: usize = 9;
const NONCE: usize = 24;
/// Longest vault in bytes.
const MOST: u64 = 1 << 20;

/// The key that seals a vault: 32 bytes, 64 hex digits in its file.
pub struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    /// Reads it. No message shows what the file holds.
    ///
    /// # Errors
    /// No such file, or one that holds something else.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map(Zeroizing::new);
        let text = text.map_err(|error| Error::file("read", path, &error))?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_ascii(), key.as_mut_slice()).map_err(|_| {
            Error::usage(format!("{} holds no seal key", path.display())).advice(
                "it must hold 64 hex digits and nothing else; `greylock keys seal` makes one",
            )
        })?;
        Ok(Self(key))
    }

    /// Draws one into a new file that its owner alone can read.
    ///
    /// # Errors
    /// The name is taken, the disk refuses, or there is no randomness.
    pub fn make(path: &Path, random: &mut dyn Random) -> Result<Self, Error> {
        let mut birth = Birth::begin(path)?;
        let mut key = Zeroizing::new([0; 32]);
        random.fill(key.as_mut_slice())?;
        let mut text = Zeroizing::new(hex::encode(key.as_slice()).into_bytes());
        text.push(b'\n');
        birth.fill(&text)?;
        birth.finish()?;
        Ok(Self(key))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
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
    let text = Zeroizing::new(keys_file::render(keys));
    let mut vault = Vec::from(MAGIC.as_slice());
    vault.push(VERSION);
    let payload = Payload { msg: text.as_bytes(), aad: &vault.clone() };
    let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::bug("main keys cannot be sealed"))?;
    vault.extend(nonce);
    vault.extend(sealed);
    birth.fill(&vault)?;
    birth.finish()
}

/// Opens a vault.
///
/// # Errors
/// No vault there, another seal key, or a damaged one: nothing of it is used then.
pub fn open(path: &Path, key: &SealKey) -> Result<MainKeys, Error> {
    let found = std::fs::metadata(path).map_err(|error| Error::file("read", path, &error))?;
    let none = |why: &str| {
        Error::usage(format!("{} is no vault that this key opens: {why}", path.display()))
            .advice("give the seal key that it was sealed with; `greylock keys seal` makes a vault")
    };
    if found.len() > MOST {
        return Err(none("it is too long"));
    }
    let vault = std::fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    let Some((head, rest)) = vault.split_at_checked(HEAD) else { return Err(none("too short")) };
    if head.get(..8) != Some(MAGIC.as_slice()) {
        return Err(none("it does not begin as one"));
    }
    if head.get(8) != Some(&VERSION) {
        return Err(none("it is of another version"));
    }
    let nonce: Option<([u8; NONCE], &[u8])> = rest.split_first_chunk().map(|(n, rest)| (*n, rest));
    let (nonce, sealed) = nonce.ok_or_else(|| none("too short"))?;
    let payload = Payload { msg: sealed, aad: head };
    let text = key.cipher().decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new);
    let text = text.map_err(|_| none("its seal does not fit"))?;
    let text = std::str::from_utf8(&text).map_err(|_| none("it holds no keys"))?;
    Ok(keys_file::parse(path, text)?.keys)
}

#[cfg(test)]
mod tests {
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
        let key = SealKey::make(&at("key"), &mut Counting(1)).unwrap();
        seal(&at("vault"), &keys(), &key, &mut Counting(9)).unwrap();
        let again = SealKey::read(&at("key")).unwrap();
        let opened = open(&at("vault"), &again).unwrap();
        assert_eq!(keys_file::render(&opened), keys_file::render(&keys()));
        let other = SealKey::make(&at("other"), &mut Counting(2)).unwrap();
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
        let error = SealKey::read(&at("wrong")).err().unwrap().to_string();
        assert!(error.contains("64 hex digits") && !error.contains("0123"), "{error}");
    }
}
