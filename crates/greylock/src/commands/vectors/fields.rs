//! Fields of a vector, each mistake told by its place and name.

use crypto::Key;
use keys_file::KeysFile;
use serde_json::{Map, Value};
use wire::{Date, Scheme, Suite, Time};
use zeroize::Zeroizing;

use crate::error::Error;

/// An object of the input.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    at: Option<u64>,
}

impl<'a> Fields<'a> {
    /// `at` is the object's place in an array, from 0.
    pub(crate) fn new(object: &'a Map<String, Value>, at: Option<u64>) -> Self {
        Self { object, at }
    }

    /// Whether the field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// A number up to `most`.
    pub(crate) fn number(&self, name: &str, most: u32) -> Result<u32, Error> {
        let number = self.needed(name)?.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| *number <= most)
            .ok_or_else(|| self.wrong(name, &format!("must be a whole number from 0 to {most}")))
    }

    /// Bytes as hex.
    pub(crate) fn bytes<const N: usize>(&self, name: &str) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        let text = self.needed(name)?.as_str();
        match text.map(|text| hex::decode_to_slice(text, &mut bytes)) {
            Some(Ok(())) => Ok(bytes),
            _ => Err(self.wrong(name, &format!("must be a string of {} hex digits", 2 * N))),
        }
    }

    /// A main key of the vector's suite.
    pub(crate) fn key(&self, name: &str, keys: Option<&KeysFile>) -> Result<Key, Error> {
        let suite = self.suite(keys)?;
        self.bytes(name).map(Zeroizing::new).map(|bytes| Key::of(suite, *bytes))
    }

    /// `00`, `10` or `20`; where the field is not there that of the keys file, else `00`.
    pub(crate) fn suite(&self, keys: Option<&KeysFile>) -> Result<Suite, Error> {
        let byte = match keys {
            _ if self.has("suite") => self.bytes::<1>("suite")?[0],
            Some(file) => file.keys.suite,
            None => Suite::TripleDes.byte(),
        };
        let known = Suite::from_byte(byte);
        known.ok_or_else(|| self.wrong("suite", "must be \"00\", \"10\" or \"20\""))
    }

    /// A date, `YYYYMMDD`; zeros for none.
    pub(crate) fn date(&self, name: &str) -> Result<Date, Error> {
        let date = Date::from_bytes_or_zero(self.bytes(name)?);
        date.ok_or_else(|| self.wrong(name, "must be a date YYYYMMDD that a card accepts"))
    }

    /// A time, `hhmmss`.
    pub(crate) fn time(&self, name: &str) -> Result<Time, Error> {
        let time = Time::from_bytes(self.bytes(name)?);
        time.ok_or_else(|| self.wrong(name, "must be a time hhmmss that a card accepts"))
    }

    /// `seed` or `field`; `otherwise` where the field is not there.
    pub(crate) fn scheme(&self, otherwise: Scheme) -> Result<Scheme, Error> {
        match self.object.get("scheme").map(Value::as_str) {
            None => Ok(otherwise),
            Some(Some("seed")) => Ok(Scheme::Seed),
            Some(Some("field")) => Ok(Scheme::Field),
            Some(_) => Err(self.wrong("scheme", "must be \"seed\" or \"field\"")),
        }
    }

    /// An error about a field.
    pub(crate) fn wrong(&self, name: &str, what: &str) -> Error {
        let place = self.at.map_or_else(String::new, |at| format!("item {at}: "));
        Error::usage(format!("{place}`{name}` {what}"))
    }

    fn needed(&self, name: &str) -> Result<&'a Value, Error> {
        self.object.get(name).ok_or_else(|| self.wrong(name, "is missing"))
    }
}
