//! The transport key of a blank chip, in a file: 32 hex digits and nothing else.

use std::path::Path;

use crypto::AesKey;
use zeroize::Zeroizing;

use crate::env::Random;
use crate::error::Error;
use crate::media::Birth;

/// The most bytes of such a file: whatever is longer is something else.
const MOST_BYTES: u64 = 256;

/// Reads a transport key. No message shows what the file holds.
///
/// # Errors
/// No such file, or one that holds something else.
pub fn read(path: &Path) -> Result<AesKey, Error> {
    let found = std::fs::metadata(path).map_err(|error| Error::file("read", path, &error))?;
    let wrong = || {
        Error::usage(format!("{} holds no transport key", path.display())).advice(
            "it must hold 32 hex digits and nothing else; `greylock keys transport` makes one",
        )
    };
    if found.len() > MOST_BYTES {
        return Err(wrong());
    }
    let text = std::fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| Error::file("read", path, &error))?;
    let mut bytes = Zeroizing::new([0; 16]);
    match hex::decode_to_slice(text.trim_ascii(), bytes.as_mut_slice()) {
        Ok(()) => Ok(AesKey::new(*bytes)),
        Err(_) => Err(wrong()),
    }
}

/// Draws a transport key into a new file that its owner alone can read.
///
/// # Errors
/// The name is taken, the disk refuses, or there is no randomness.
pub fn make(path: &Path, random: &mut dyn Random) -> Result<AesKey, Error> {
    let mut birth = Birth::begin(path)?;
    let key = fresh(random)?;
    let mut text = Zeroizing::new([b'\n'; 33]);
    // Sixteen bytes are 32 digits.
    let (digits, _) = text.split_at_mut(32);
    let _fits = hex::encode_to_slice(key.expose(), digits);
    birth.fill(text.as_slice())?;
    birth.finish()?;
    Ok(key)
}

/// A random key.
///
/// # Errors
/// There is no randomness.
pub(crate) fn fresh(random: &mut dyn Random) -> Result<AesKey, Error> {
    let mut bytes = Zeroizing::new([0; 16]);
    random.fill(bytes.as_mut_slice())?;
    Ok(AesKey::new(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Random for Sevens {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), Error> {
            out.fill(7);
            Ok(())
        }
    }

    #[test]
    fn what_was_made_is_read_again_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert_eq!(make(&path, &mut Sevens).unwrap().expose(), &[7; 16]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", "07".repeat(16)));
        assert_eq!(read(&path).unwrap().expose(), &[7; 16]);
        assert!(make(&path, &mut Sevens).is_err(), "one that is there stays");
        let digits = "0123456789abcdef0123456789abcdef";
        for wrong in ["", &digits[1..], &format!("{digits}0"), &digits.replace('f', "g")] {
            std::fs::write(&path, wrong).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("32 hex digits") && !error.contains("0123"), "{error}");
        }
        std::fs::write(&path, digits.repeat(9)).unwrap();
        assert!(read(&path).is_err());
        std::fs::write(&path, format!("  {}\r\n", digits.to_uppercase())).unwrap();
        assert!(read(&path).is_ok());
    }
}
