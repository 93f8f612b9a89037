//! The sealed vault: a keys file that only who has its seal key can read (docs/formats.md).
//!
//! ```text
//! "GREYSEAL" 8, version 1, nonce 24, keys file under XChaCha20-Poly1305, tag 16; the first 9 bytes are authenticated
//! ```

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use host::MainKeys;
use zeroize::Zeroizing;

use crate::error::KeysError;

/// What a sealed vault begins with.
pub(crate) const MAGIC: &[u8; 8] = b"GREYSEAL";
const VERSION: u8 = 1;
const HEAD: usize = 9;
/// Bytes of a nonce: drawn anew for each sealing.
pub const NONCE: usize = 24;
/// Longest vault in bytes.
const MOST: u64 = 1 << 20;

/// The key that seals a vault: 32 bytes, 64 hex digits in its file.
pub struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    /// Of its bytes, which were drawn at random.
    #[must_use]
    pub const fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// Reads it. No message shows what the file holds.
    ///
    /// # Errors
    /// No such file, or one that holds something else.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let text = std::fs::read(path).map(Zeroizing::new);
        let text = text.map_err(|error| KeysError::read(path, error))?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_ascii(), key.as_mut_slice()).map_err(|_| {
            KeysError::wrong(format!("{} holds no seal key", path.display())).advise(
                "it must hold 64 hex digits and nothing else; `greylock keys seal` makes one",
            )
        })?;
        Ok(Self(key))
    }

    /// As it stands in its file.
    #[must_use]
    pub fn render(&self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(hex::encode(self.0.as_slice()).into_bytes());
        text.push(b'\n');
        text
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

/// Main keys as a sealed vault.
///
/// # Errors
/// None that is known: the cipher refuses what is longer than gigabytes.
pub fn seal(keys: &MainKeys, key: &SealKey, nonce: [u8; NONCE]) -> Result<Vec<u8>, KeysError> {
    let text = crate::render(keys);
    let mut vault = Vec::from(MAGIC.as_slice());
    vault.push(VERSION);
    let payload = Payload { msg: text.as_bytes(), aad: &vault.clone() };
    let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
    vault.extend(nonce);
    vault.extend(sealed.map_err(|_| KeysError::NotSealed)?);
    Ok(vault)
}

/// Opens a vault.
///
/// # Errors
/// No vault there, another seal key, or a damaged one: nothing of it is used then.
pub fn open(path: &Path, key: &SealKey) -> Result<MainKeys, KeysError> {
    let found = std::fs::metadata(path).map_err(|error| KeysError::read(path, error))?;
    let none = |why: &str| {
        KeysError::wrong(format!("{} is no vault that this key opens: {why}", path.display()))
            .advise("give the seal key that it was sealed with; `greylock keys seal` makes a vault")
    };
    if found.len() > MOST {
        return Err(none("it is too long"));
    }
    let vault = std::fs::read(path).map_err(|error| KeysError::read(path, error))?;
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
    Ok(crate::parse(path, text)?.keys)
}
