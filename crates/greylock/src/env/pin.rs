//! Where a PIN comes from: a file, `GREYLOCK_PIN`, a prompt; without a terminal the default PIN on trial.

use std::fs;
use std::path::Path;

use card::Pin;
use zeroize::Zeroizing;

use crate::env::Settings;
use crate::error::Error;

/// The PIN of a card unless its issuer gives another.
const DEFAULT: &str = "123456";

/// A PIN and how it was found.
#[derive(Debug)]
pub struct GivenPin {
    /// The PIN.
    pub pin: Pin,
    /// Nobody said it: it is the default, and trying it on a card that has another costs a try.
    pub guessed: bool,
}

impl GivenPin {
    /// The BCD digits as VERIFY carries them, without filling bytes.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        let filled = self.pin.expose();
        let end = filled.iter().position(|byte| *byte == 0xFF).unwrap_or(filled.len());
        filled.get(..end).unwrap_or_default()
    }

    /// What to say on stderr before a guessed PIN is tried.
    #[must_use]
    pub const fn warning(&self) -> Option<&'static str> {
        if self.guessed {
            Some(
                "no PIN was given and there is no terminal to ask on: trying the default PIN; give one with --pin-file or GREYLOCK_PIN",
            )
        } else {
            None
        }
    }
}

/// The PIN for a card that asks for one.
///
/// # Errors
/// A file that cannot be read, or digits that are no PIN.
pub fn resolve(file: Option<&Path>, settings: &Settings) -> Result<GivenPin, Error> {
    match from_file_or_environment(file, settings)? {
        Some(pin) => Ok(GivenPin { pin, guessed: false }),
        None if settings.can_prompt => Ok(GivenPin { pin: ask()?, guessed: false }),
        None => Ok(GivenPin { pin: default()?, guessed: true }),
    }
}

/// The PIN that a new card gets: as [`resolve`], but the default where none is given, and nobody is asked.
///
/// # Errors
/// A file that cannot be read, or digits that are no PIN.
pub fn for_new_card(file: Option<&Path>, settings: &Settings) -> Result<Pin, Error> {
    from_file_or_environment(file, settings)?.map_or_else(default, Ok)
}

fn from_file_or_environment(
    file: Option<&Path>,
    settings: &Settings,
) -> Result<Option<Pin>, Error> {
    match (file, &settings.pin) {
        (Some(path), _) => {
            let text = fs::read(path)
                .map(Zeroizing::new)
                .map_err(|error| Error::file("read", path, &error))?;
            let text = std::str::from_utf8(&text).unwrap_or_default();
            parse(text.trim_end(), &format!("the PIN in {}", path.display())).map(Some)
        }
        (None, Some(text)) => parse(text, "GREYLOCK_PIN").map(Some),
        (None, None) => Ok(None),
    }
}

fn ask() -> Result<Pin, Error> {
    let text = rpassword::prompt_password("PIN: ").map(Zeroizing::new).map_err(|error| {
        Error::usage(format!("the PIN could not be asked for: {error}"))
            .advice("give it with --pin-file FILE or GREYLOCK_PIN")
    })?;
    parse(&text, "the PIN")
}

fn default() -> Result<Pin, Error> {
    parse(DEFAULT, "the default PIN")
}

fn parse(text: &str, whose: &str) -> Result<Pin, Error> {
    Pin::from_digits(text).ok_or_else(|| {
        Error::usage(format!("{whose} is not a PIN")).advice("a PIN is 4 to 12 digits")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pin: Option<&str>) -> Settings {
        Settings { pin: pin.map(|pin| Zeroizing::new(pin.to_owned())), ..Settings::default() }
    }

    #[test]
    fn the_file_comes_first_then_the_environment_then_a_guess() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pin");
        fs::write(&file, "2468\n").unwrap();
        let from_file = resolve(Some(&file), &settings(Some("1111"))).unwrap();
        assert_eq!((from_file.digits(), from_file.guessed), (&[0x24, 0x68][..], false));
        let from_environment = resolve(None, &settings(Some("13579"))).unwrap();
        assert_eq!(from_environment.digits(), [0x13, 0x57, 0x9F]);
        let guess = resolve(None, &settings(None)).unwrap();
        assert_eq!((guess.digits(), guess.guessed), (&[0x12, 0x34, 0x56][..], true));
        assert!(guess.warning().is_some());
    }

    #[test]
    fn what_is_no_pin_is_refused_and_not_shown() {
        for wrong in ["", "123", "1234567890123", "12a4", "12 34"] {
            let error = resolve(None, &settings(Some(wrong))).unwrap_err();
            assert!(wrong.len() < 2 || !error.what.contains(wrong), "{}", error.what);
        }
    }
}
