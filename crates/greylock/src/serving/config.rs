//! The configuration of a centre that serves, checked once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};
use store::Place;
use tracing::Level;

use super::given::{From, Given, SWITCHES, Value};
use crate::error::Error;

/// The folder where nothing else is said.
const USUAL_DATA: &str = "greylock-host";

/// How lines of the log look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON document a line.
    Json,
}

/// How callers are told from each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    /// Loopback, without TLS.
    Development,
    /// By certificates.
    Certificates {
        /// Stem of the server's own files.
        certificate: PathBuf,
        /// The folder of the authority.
        authority: PathBuf,
    },
}

/// Everything that a server is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) place: Place,
    pub(crate) vault: PathBuf,
    pub(crate) seal_key: PathBuf,
    pub(crate) door: Door,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) level: Level,
    pub(crate) format: LogFormat,
    /// Loads and unloads must name a prepaid account.
    pub(crate) prepaid_only: bool,
    /// Each value as it holds, for `--check`.
    values: Vec<Value>,
}

impl Config {
    /// Of what was given.
    ///
    /// # Errors
    /// The first mistake: where it stands and what to write.
    pub(crate) fn of(given: &Given) -> Result<Self, Error> {
        let data = given.or("data", USUAL_DATA);
        let folder = data.path();
        let inside = |name: &str| folder.join(name).display().to_string();
        let (vault, seal_key) =
            (given.or("vault", inside("vault.sealed")), given.or("seal_key", inside("vault.key")));
        let db = database(given, &folder);
        let listen = given.or("listen", "127.0.0.1:7816");
        let (log, format) = (given.or("log", "info"), given.or("log_format", "human"));
        let (prepaid_only, dev) = (given.or("prepaid_only", "false"), given.or("dev", "false"));
        let door = door(given, &dev)?;
        let at = address(&listen)?;
        if door == Door::Development && !at.ip().is_loopback() {
            let what =
                format!("{at} can be reached from other machines, and dev serves without TLS");
            return Err(listen.wrong(what, "127.0.0.1:7816, or give certificate and authority"));
        }
        let metrics = given.get("metrics_listen");
        let config = Self {
            place: place(&db)?,
            vault: vault.path(),
            seal_key: seal_key.path(),
            door,
            listen: at,
            metrics_listen: metrics.map(loopback_of).transpose()?,
            level: level_of(&log)?,
            format: format_of(&format)?,
            prepaid_only: switch(&prepaid_only)?,
            data: folder,
            values: Vec::new(),
        };
        let optional =
            ["certificate", "authority", "metrics_listen"].map(|key| given.get(key).cloned());
        let mut values = vec![data, db, vault, seal_key, listen, log, format, prepaid_only, dev];
        values.extend(optional.into_iter().flatten());
        Ok(Self { values, ..config })
    }

    /// Where the books are, whatever else holds.
    ///
    /// # Errors
    /// A database that is none.
    pub(crate) fn place_of(given: &Given) -> Result<Place, Error> {
        place(&database(given, &given.or("data", USUAL_DATA).path()))
    }

    /// The values that hold as lines of a configuration file, each with where it is from. No password is shown.
    pub(crate) fn text(&self) -> String {
        let line = |value: &Value| {
            let shown = match value.key {
                key if SWITCHES.contains(&key) => value.text.clone(),
                _ => toml::Value::String(shown(value)).to_string(),
            };
            let from = match &value.from {
                From::Usual => "as usual".to_owned(),
                From::File { path, line } => format!("{}, line {line}", path.display()),
                From::Flag | From::Environment => value.to_string(),
            };
            format!("{} = {shown} # {from}\n", value.key)
        };
        self.values.iter().map(line).collect()
    }

    /// The same as a document.
    pub(crate) fn document(&self) -> Json {
        let field = |value: &Value| (value.key.to_owned(), Json::String(shown(value)));
        Json::Object(self.values.iter().map(field).collect::<Map<_, _>>())
    }

    /// Whether what needs a new start differs.
    pub(crate) fn needs_restart(&self, new: &Self) -> bool {
        let fixed = |config: &Self| {
            let Self { data, place, vault, seal_key, listen, metrics_listen, format, .. } =
                config.clone();
            let switches = (config.prepaid_only, config.door == Door::Development);
            (data, place, vault, seal_key, listen, metrics_listen, format, switches)
        };
        fixed(self) != fixed(new)
    }
}

/// Paths as they are used, a database's URL without its password.
fn shown(value: &Value) -> String {
    match value.key {
        "data" | "vault" | "seal_key" | "certificate" | "authority" => {
            value.path().display().to_string()
        }
        "db" => store::shown_url(&value.text),
        _ => value.text.clone(),
    }
}

fn switch(value: &Value) -> Result<bool, Error> {
    match value.text.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(value.wrong("it is neither on nor off", "true or false")),
    }
}

fn door(given: &Given, dev: &Value) -> Result<Door, Error> {
    match (switch(dev)?, given.get("certificate"), given.get("authority")) {
        (true, None, None) => Ok(Door::Development),
        (true, Some(value), _) | (true, None, Some(value)) => {
            Err(value.wrong("dev serves without TLS", "either dev, or certificate and authority"))
        }
        (false, Some(certificate), Some(authority)) => {
            Ok(Door::Certificates { certificate: certificate.path(), authority: authority.path() })
        }
        (false, Some(value), None) => {
            let write = "--authority too: the folder that `greylock pki init` made";
            Err(value.wrong("a certificate alone lets nobody in", write))
        }
        (false, None, Some(value)) => {
            let write = "--certificate too: the stem that `greylock pki server` made";
            Err(value.wrong("an authority alone names no server", write))
        }
        (false, None, None) => Err(Error::usage("a centre needs --certificate and --authority")
            .advice("make them with `greylock pki`, or try things out with --dev")),
    }
}

fn database(given: &Given, data: &Path) -> Value {
    given.or("db", format!("sqlite:{}", data.join("books.sqlite").display()))
}

fn place(value: &Value) -> Result<Place, Error> {
    let wrong = |error: store::StoreError| {
        value.wrong(error.what, "sqlite:PATH or postgres://USER@HOST/DATABASE")
    };
    match value.text.parse().map_err(wrong)? {
        // Of a file that the configuration names: from where the configuration is.
        Place::Sqlite(path) => {
            let text = path.display().to_string();
            Ok(Place::Sqlite(Value { text, ..value.clone() }.path()))
        }
        place @ Place::Postgres(_) => match place.check() {
            Ok(()) => Ok(place),
            Err(error) => Err(value.wrong(error.what, "a URL that names a database to be trusted")),
        },
    }
}

fn address(value: &Value) -> Result<SocketAddr, Error> {
    let wrong = |_| {
        value.wrong(format!("`{}` is no address", value.text), "ADDRESS:PORT, like 0.0.0.0:7816")
    };
    value.text.parse().map_err(wrong)
}

fn loopback_of(value: &Value) -> Result<SocketAddr, Error> {
    address(value)?;
    let write = "127.0.0.1:PORT; from elsewhere an operator's certificate reads /metrics";
    loopback(&value.text).map_err(|what| value.wrong(what, write))
}

/// An address of this machine alone.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let at: SocketAddr = text.parse().map_err(|_| format!("`{text}` is no address"))?;
    match at.ip().is_loopback() {
        true => Ok(at),
        false => Err(format!("{at} can be reached from other machines, and there is no TLS")),
    }
}

fn level_of(value: &Value) -> Result<Level, Error> {
    let wrong = || format!("`{}` is no level", value.text);
    level(&value.text).ok_or_else(|| value.wrong(wrong(), "error, warn, info, debug or trace"))
}

/// A level of the log by its name.
pub(crate) fn level(text: &str) -> Option<Level> {
    Some(match text {
        "error" => Level::ERROR,
        "warn" => Level::WARN,
        "info" => Level::INFO,
        "debug" => Level::DEBUG,
        "trace" => Level::TRACE,
        _ => return None,
    })
}

fn format_of(value: &Value) -> Result<LogFormat, Error> {
    let wrong = || format!("`{}` is no format", value.text);
    log_format(&value.text).ok_or_else(|| value.wrong(wrong(), "human or json"))
}

/// A format of the log by its name.
pub(crate) fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "human" => Some(LogFormat::Human),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}
