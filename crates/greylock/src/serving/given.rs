//! What was given, and where: flags go before the environment, that before the file, that before what is usual.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use keys_file::{Fields, at_line};
use toml::de::{DeTable, DeValue};

use crate::cli::HostServeArgs;
use crate::error::Error;

/// Every key of the file. The flag has hyphens, the variable is `GREYLOCK_HOST_` and capitals.
pub(crate) const KEYS: [&str; 12] = [
    "data",
    "db",
    "vault",
    "seal_key",
    "certificate",
    "authority",
    "listen",
    "metrics_listen",
    "log",
    "log_format",
    "prepaid_only",
    "dev",
];

/// Keys that are true or false.
pub(crate) const SWITCHES: [&str; 2] = ["prepaid_only", "dev"];

/// The environment's prefix.
pub(crate) const PREFIX: &str = "GREYLOCK_HOST_";

/// The most bytes of a configuration: whatever is longer is something else.
const MOST_BYTES: u64 = 1 << 20;

/// Where a value was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum From {
    Flag,
    Environment,
    File { path: PathBuf, line: usize },
    Usual,
}

/// One value, and where it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Value {
    pub(crate) key: &'static str,
    pub(crate) text: String,
    pub(crate) from: From,
}

/// As the one who gave it would find it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            From::Flag => write!(f, "--{}", self.key.replace('_', "-")),
            From::Environment => write!(f, "{PREFIX}{}", self.key.to_uppercase()),
            From::File { path, line } => {
                write!(f, "{}, line {line}: `{}`", path.display(), self.key)
            }
            From::Usual => write!(f, "the usual `{}`", self.key),
        }
    }
}

impl Value {
    /// What is wrong with it, and what to write.
    pub(crate) fn wrong(&self, what: impl fmt::Display, write: &str) -> Error {
        Error::usage(format!("{self}: {what}")).advice(format!("write {write}"))
    }

    /// A path; one in the file is meant from where the file is.
    pub(crate) fn path(&self) -> PathBuf {
        match &self.from {
            From::File { path, .. } => {
                path.parent().unwrap_or(Path::new("")).join(Path::new(&self.text))
            }
            _ => PathBuf::from(&self.text),
        }
    }
}

/// Everything that was given.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Given(BTreeMap<&'static str, Value>);

impl Given {
    /// Of flags, environment and the file that the flags name.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or has a key or a value that is none.
    pub(crate) fn gather(
        args: &HostServeArgs,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut given = match &args.config {
            Some(path) => Self::of_file(path, &read(path)?)?,
            None => Self::default(),
        };
        for key in KEYS {
            if let Some(text) = environment.get(&key.to_uppercase()) {
                given.put(key, text.clone(), From::Environment);
            }
            if let Some(text) = args.value(key) {
                given.put(key, text, From::Flag);
            }
        }
        Ok(given)
    }

    /// Of the text of a file.
    pub(crate) fn of_file(path: &Path, text: &str) -> Result<Self, Error> {
        let document = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
            at_line(path, text, offset, &what).advise("write `key = \"value\"`, one a line")
        })?;
        let fields = Fields::new(path, text, "a centre's configuration", document.get_ref());
        fields.only(&KEYS)?;
        let mut given = Self::default();
        for key in KEYS {
            let Some(value) = fields.field(key) else { continue };
            let text_of = match (key, value.get_ref()) {
                (key, DeValue::Boolean(yes)) if SWITCHES.contains(&key) => yes.to_string(),
                (key, _) if SWITCHES.contains(&key) => {
                    let what = format!("`{key}` must be true or false");
                    return Err(fields.wrong(&value.span(), &what).into());
                }
                (_, DeValue::String(words)) => words.to_string(),
                _ => {
                    let what = format!("`{key}` must be a string in quotes");
                    return Err(fields.wrong(&value.span(), &what).into());
                }
            };
            let before = text.get(..value.span().start).unwrap_or_default();
            let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
            given.put(key, text_of, From::File { path: path.to_owned(), line });
        }
        Ok(given)
    }

    fn put(&mut self, key: &'static str, text: String, from: From) {
        self.0.insert(key, Value { key, text, from });
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The value, or the usual one.
    pub(crate) fn or(&self, key: &'static str, usual: impl Into<String>) -> Value {
        let value = || Value { key, text: usual.into(), from: From::Usual };
        self.get(key).cloned().unwrap_or_else(value)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let failed = |error: std::io::Error| Error::file("read", path, &error);
    if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(Error::usage(format!("{} is too long for a configuration", path.display())));
    }
    std::fs::read_to_string(path).map_err(failed)
}
