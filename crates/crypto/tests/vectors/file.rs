//! Reading the files of vectors.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wire::{Amount, Asn, Date, Dispersing, Icc, Purse, Scheme, Suite, Tid, Time, Trn, Ttc};

/// The folder of the vectors.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors")
}

fn json(name: &str) -> Value {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{name} is unreadable, run vectors/openssl.py: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// Every entry of `greylock.json`.
pub(crate) fn greylock() -> Vec<Entry> {
    entries("greylock.json", &json("greylock.json"))
}

/// Every entry of one topic of `more.json`.
pub(crate) fn more(topic: &str) -> Vec<Entry> {
    entries(topic, &json("more.json")[topic])
}

fn entries(name: &str, list: &Value) -> Vec<Entry> {
    let list = list.as_array().unwrap_or_else(|| panic!("{name} is no array"));
    let entry = |(index, value): (usize, &Value)| Entry {
        name: format!("{name}[{index}]"),
        value: value.clone(),
    };
    list.iter().enumerate().map(entry).collect()
}

/// One vector.
pub(crate) struct Entry {
    name: String,
    value: Value,
}

impl Entry {
    pub(crate) fn text(&self, field: &str) -> &str {
        let text = self.value[field].as_str();
        text.unwrap_or_else(|| panic!("{} has no text `{field}`", self.name))
    }

    pub(crate) fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.text(field)).unwrap()
    }

    pub(crate) fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        let bytes = self.bytes(field);
        bytes.try_into().unwrap_or_else(|_| panic!("{}: `{field}` has not {N} bytes", self.name))
    }

    pub(crate) fn number<T: TryFrom<u64>>(&self, field: &str) -> T {
        let number = self.value[field].as_u64().and_then(|number| number.try_into().ok());
        number.unwrap_or_else(|| panic!("{} has no number `{field}` that fits", self.name))
    }

    /// How many fields the vector has.
    pub(crate) fn fields(&self) -> usize {
        self.value.as_object().unwrap().len()
    }

    /// Compares what the crate made with what OpenSSL made.
    pub(crate) fn agrees(&self, field: &str, made: &[u8]) {
        assert_eq!(hex::encode(made), self.text(field), "{}: {field}", self.name);
    }

    pub(crate) fn amount(&self, field: &str) -> Amount {
        Amount::new(self.number(field)).unwrap()
    }

    pub(crate) fn key(&self, field: &str) -> crypto::Key {
        crypto::Key::of(self.suite(), self.array(field))
    }

    /// Suite 00 where the vector names none.
    pub(crate) fn suite(&self) -> Suite {
        let Some(_) = self.value.get("suite") else { return Suite::TripleDes };
        Suite::from_byte(self.array::<1>("suite")[0]).unwrap()
    }

    pub(crate) fn date(&self, field: &str) -> Date {
        Date::from_bytes(self.array(field)).unwrap()
    }

    pub(crate) fn time(&self, field: &str) -> Time {
        Time::from_bytes(self.array(field)).unwrap()
    }

    pub(crate) fn asn(&self) -> Asn {
        Asn(self.array("asn"))
    }

    pub(crate) fn icc(&self) -> Icc {
        Icc(self.array("icc"))
    }

    pub(crate) fn tid(&self) -> Tid {
        Tid(self.array("tid"))
    }

    pub(crate) fn trn(&self) -> Trn {
        Trn(self.array("trn"))
    }

    pub(crate) fn ttc(&self) -> Ttc {
        Ttc(self.number("ttc"))
    }

    pub(crate) fn scheme(&self) -> Scheme {
        match self.text("scheme") {
            "seed" => Scheme::Seed,
            "field" => Scheme::Field,
            other => panic!("{}: no scheme is named {other}", self.name),
        }
    }

    /// The purse by its number; ED where the vector names none.
    pub(crate) fn purse(&self) -> Purse {
        match self.value.get("purse") {
            None => Purse::Ed,
            Some(_) => Purse::from_number(self.number("purse")).unwrap(),
        }
    }

    /// The inputs beyond the ASN; none where the vector names none.
    pub(crate) fn dispersing(&self) -> Dispersing {
        let Some(list) = self.value.get("dispersing") else { return Dispersing::NONE };
        let one = |input: &Value| -> [u8; 8] {
            hex::decode(input.as_str().unwrap()).unwrap().try_into().unwrap()
        };
        let inputs: Vec<[u8; 8]> = list.as_array().unwrap().iter().map(one).collect();
        Dispersing::new(&inputs).unwrap()
    }
}
