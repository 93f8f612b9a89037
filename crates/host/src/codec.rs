//! How the words of `wire` stand in a serialized [`Input`](crate::Input): ids, codes and
//! records as hex, amounts as numbers.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use wire::record::{Layout, decode, encode};
use wire::response::{InitLoad, InitUnlock, InitUpdate};
use wire::{
    Amount, Certified, ClaimedRecord, Date, Delivery, GreyStatus, Limit, LockId, LockTerms,
    PurchaseAnswer, PurchaseTerms, Purse, Report, Stamp, Time, Ttc,
};

/// A layout of `wire` as bytes.
pub(crate) trait AsBytes: Sized {
    /// The bytes.
    fn to_vec(&self) -> Vec<u8>;
    /// `None` when they are not this layout.
    fn from_slice(bytes: &[u8]) -> Option<Self>;
}

fn from_layout<T: Layout>(bytes: &[u8]) -> Option<T> {
    decode(bytes)
}

macro_rules! layouts {
    ($($name:ident),*) => {
        $(impl AsBytes for $name {
            fn to_vec(&self) -> Vec<u8> {
                encode(self).to_vec()
            }
            fn from_slice(bytes: &[u8]) -> Option<Self> {
                from_layout(bytes)
            }
        })*
    };
}
layouts!(
    Report,
    LockId,
    Stamp,
    ClaimedRecord,
    LockTerms,
    Certified,
    Delivery,
    PurchaseTerms,
    PurchaseAnswer
);

macro_rules! bcd {
    ($($name:ident),*) => {
        $(impl AsBytes for $name {
            fn to_vec(&self) -> Vec<u8> {
                self.to_bytes().to_vec()
            }
            fn from_slice(bytes: &[u8]) -> Option<Self> {
                Self::from_bytes(bytes.try_into().ok()?)
            }
        })*
    };
}
bcd!(Date, Time);

impl AsBytes for GreyStatus {
    fn to_vec(&self) -> Vec<u8> {
        self.encode().to_vec()
    }
    fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes)
    }
}

impl AsBytes for InitUnlock {
    fn to_vec(&self) -> Vec<u8> {
        self.encode().to_vec()
    }
    fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes)
    }
}

impl AsBytes for InitUpdate {
    fn to_vec(&self) -> Vec<u8> {
        self.encode().to_vec()
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes)
    }
}

impl AsBytes for InitLoad {
    fn to_vec(&self) -> Vec<u8> {
        self.encode().to_vec()
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::parse(bytes)
    }
}

/// Lower case hex, in one go: every row of a database has some.
fn hex_of(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(nibble + if nibble < 10 { b'0' } else { b'a' - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 0x0F)]);
    }
    text
}

/// Layouts as hex.
pub(crate) mod bytes {
    use super::{AsBytes, Deserialize, Deserializer, Serializer, hex_of};
    use serde::de::Error as _;

    pub(crate) fn serialize<T: AsBytes, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex_of(&value.to_vec()))
    }

    pub(crate) fn deserialize<'de, T: AsBytes, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = hex::decode(text).map_err(|_| D::Error::custom("want hex digits"))?;
        T::from_slice(&bytes).ok_or_else(|| D::Error::custom("not the layout that stands here"))
    }
}

/// Ids and codes as the text that they print.
pub(crate) mod text {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer};
    use serde::de::Error as _;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Anything that has a number.
pub(crate) trait AsNumber: Sized {
    /// The number.
    fn number(&self) -> u32;
    /// `None` when no such value has it.
    fn from_number(number: u32) -> Option<Self>;
}

impl AsNumber for Amount {
    fn number(&self) -> u32 {
        self.units()
    }
    fn from_number(number: u32) -> Option<Self> {
        Self::new(number)
    }
}

impl AsNumber for Limit {
    fn number(&self) -> u32 {
        self.units()
    }
    fn from_number(number: u32) -> Option<Self> {
        Self::new(number)
    }
}

impl AsNumber for Purse {
    fn number(&self) -> u32 {
        u32::from(Purse::number(*self))
    }
    fn from_number(number: u32) -> Option<Self> {
        Purse::from_number(u8::try_from(number).ok()?)
    }
}

impl AsNumber for Ttc {
    fn number(&self) -> u32 {
        self.0
    }
    fn from_number(number: u32) -> Option<Self> {
        Some(Self(number))
    }
}

fn numbered<'de, T: AsNumber, D: Deserializer<'de>>(number: u32) -> Result<T, D::Error> {
    T::from_number(number).ok_or_else(|| D::Error::custom("number out of range"))
}

/// Amounts, limits, purses and TTCs as numbers.
pub(crate) mod number {
    use super::{AsNumber, Deserialize, Deserializer, Serializer, numbered};

    pub(crate) fn serialize<T: AsNumber, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_u32(value.number())
    }

    pub(crate) fn deserialize<'de, T: AsNumber, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        numbered::<T, D>(u32::deserialize(from)?)
    }
}

/// The same, or nothing.
pub(crate) mod maybe {
    use super::{AsNumber, Deserialize, Deserializer, Serializer, numbered};
    use serde::Serialize as _;

    pub(crate) fn serialize<T: AsNumber, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(AsNumber::number).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: AsNumber, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<u32>::deserialize(from)?.map(numbered::<T, D>).transpose()
    }
}

/// A layout as hex, or nothing.
pub(crate) mod maybe_bytes {
    use super::{AsBytes, Deserialize, Deserializer, Serializer};
    use serde::Serialize as _;
    use serde::de::Error as _;

    pub(crate) fn serialize<T: AsBytes, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|value| hex::encode(value.to_vec())).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: AsBytes, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        let bytes = hex::decode(text).map_err(|_| D::Error::custom("want hex digits"))?;
        let value = T::from_slice(&bytes);
        value.map(Some).ok_or_else(|| D::Error::custom("not the layout that stands here"))
    }
}

/// The text that something prints, or nothing.
pub(crate) mod maybe_text {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer};
    use serde::Serialize as _;
    use serde::de::Error as _;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// Who approved, and when.
pub(crate) mod approval {
    use super::{AsBytes, Deserialize, Deserializer, Serializer, Stamp};
    use serde::Serialize as _;
    use serde::de::Error as _;

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<(String, Stamp)>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|(person, at)| (person, hex::encode(at.to_vec()))).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<(String, Stamp)>, D::Error> {
        let Some((person, at)) = Option::<(String, String)>::deserialize(from)? else {
            return Ok(None);
        };
        let at = hex::decode(at).ok().and_then(|bytes| Stamp::from_slice(&bytes));
        at.map(|at| Some((person, at))).ok_or_else(|| D::Error::custom("not a date and time"))
    }
}
