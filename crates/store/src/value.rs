//! Values and rows, the same for both databases.

use crate::error::StoreError;

/// One value of a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
}

/// The values of a row, in the order of its table's columns.
pub type Row = Vec<Value>;

impl Value {
    /// A text from anything that prints.
    pub(crate) fn text(value: impl std::fmt::Display) -> Self {
        Self::Text(value.to_string())
    }

    pub(crate) fn maybe(value: Option<impl std::fmt::Display>) -> Self {
        value.map_or(Self::Null, Self::text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(holds: bool) -> Self {
        Self::Number(i64::from(holds))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Takes a row apart, from the left.
pub(crate) struct Columns {
    table: &'static str,
    left: std::vec::IntoIter<Value>,
}

impl Columns {
    pub(crate) fn new(table: &'static str, row: Row) -> Self {
        Self { table, left: row.into_iter() }
    }

    fn wrong(&self, want: &str) -> StoreError {
        StoreError::damaged(format!(
            "a row of table {} has no {want} where one belongs",
            self.table
        ))
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        match self.left.next() {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.wrong("text")),
        }
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.left.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.wrong("text or nothing")),
        }
    }

    pub(crate) fn number(&mut self) -> Result<i64, StoreError> {
        match self.left.next() {
            Some(Value::Number(number)) => Ok(number),
            _ => Err(self.wrong("number")),
        }
    }

    /// A number of a smaller kind.
    pub(crate) fn small<T: TryFrom<i64>>(&mut self) -> Result<T, StoreError> {
        let number = self.number()?;
        T::try_from(number).map_err(|_| self.wrong("number in range"))
    }

    /// A word of the protocol, as it prints.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        text.parse().map_err(|_| self.wrong("readable text"))
    }

    /// A fact, as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| {
            StoreError::damaged(format!("a fact in table {} cannot be read: {error}", self.table))
        })
    }

    pub(crate) fn skip(&mut self) {
        self.left.next();
    }
}

/// A fact as JSON. Facts have no maps with other keys than text, so this does not fail.
pub(crate) fn json<T: serde::Serialize>(fact: &T) -> Value {
    Value::Text(serde_json::to_string(fact).unwrap_or_default())
}
