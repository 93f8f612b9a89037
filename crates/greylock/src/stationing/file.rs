//! The configuration file of a station, as it is written.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The most bytes of a configuration: whatever is longer is something else.
const MOST_BYTES: u64 = 1 << 20;

/// Everything that can stand in it. docs/station.md has a row for each key.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) data: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) identity: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) centre: Option<String>,
    pub(super) parameters: Option<String>,
    pub(super) metrics_listen: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) decimals: Option<u8>,
    pub(super) trace: Option<bool>,
    pub(super) retention_days: Option<u32>,
    pub(super) account: Option<String>,
    #[serde(default)]
    pub(super) issuers: Vec<String>,
    #[serde(default)]
    pub(super) neighbour: Vec<Neighbour>,
    #[serde(default)]
    pub(super) nozzle: Vec<Nozzle>,
}

/// A station nearby.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Neighbour {
    /// Its name.
    pub(crate) name: String,
    /// Where it is asked.
    pub(crate) url: String,
    /// Its PSAMs, whose records it may give.
    #[serde(default)]
    pub(crate) tids: Vec<String>,
}

/// A nozzle, outlet or counter.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nozzle {
    pub(super) number: u8,
    pub(super) product: u8,
    pub(super) card: String,
    pub(super) psam: String,
    pub(super) dispenser: String,
}

impl File {
    /// The text of a key that can be given elsewhere, too.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let value = match key {
            "name" => &self.name,
            "data" => &self.data,
            "listen" => &self.listen,
            "certificate" => &self.certificate,
            "identity" => &self.identity,
            "authority" => &self.authority,
            "centre" => &self.centre,
            "parameters" => &self.parameters,
            "metrics_listen" => &self.metrics_listen,
            "log" => &self.log,
            "log_format" => &self.log_format,
            _ => &None,
        };
        value.as_deref()
    }
}

/// Reads a TOML file.
///
/// # Errors
/// It cannot be read, or line and reason of its first mistake.
pub(super) fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Error> {
    let failed = |error: std::io::Error| Error::file("read", path, &error);
    if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(Error::usage(format!("{} is too long for {what}", path.display())));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let words = error.message().replace('\n', ", ");
        Error::usage(format!("{}, line {line}: {words}", path.display()))
            .advice(format!("docs/station.md has every key of {what}"))
    })
}
