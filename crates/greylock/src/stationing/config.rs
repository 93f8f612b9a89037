//! The configuration of a station that serves, checked once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use tracing::Level;

use super::file::{self, File, Neighbour};
use super::pump::Pump;
use crate::cli::StationServeArgs;
use crate::error::Error;
use crate::media::Place;
use crate::serving::{LogFormat, level, log_format, loopback};
use crate::slots::CardPlace;

/// Keys that flags and environment know, too.
const KEYS: [&str; 11] = [
    "name",
    "data",
    "listen",
    "certificate",
    "identity",
    "authority",
    "centre",
    "parameters",
    "metrics_listen",
    "log",
    "log_format",
];

/// The environment's prefix.
const PREFIX: &str = "GREYLOCK_STATION_";

/// How callers are told from each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    /// Loopback, without TLS: whoever is on this machine is an operator.
    Here,
    /// By certificates: the stem of the server's own files.
    Certificates(PathBuf),
}

/// Everything that a station is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    pub(crate) name: String,
    /// What receipts say in place of the name.
    pub(crate) title: Option<String>,
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) door: Door,
    /// Stem of the station's own certificate, which signs receipts and speaks to others.
    pub(crate) identity: Option<PathBuf>,
    pub(crate) authority: Option<PathBuf>,
    pub(crate) centre: Option<String>,
    pub(crate) parameters: PathBuf,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) level: Level,
    pub(crate) format: LogFormat,
    pub(crate) currency: String,
    pub(crate) decimals: u8,
    pub(crate) trace: bool,
    pub(crate) retention_days: Option<u32>,
    /// The prepaid account that pays loads here.
    pub(crate) account: Option<String>,
    pub(crate) issuers: Vec<[u8; 8]>,
    pub(crate) neighbours: Vec<Neighbour>,
    pub(crate) nozzles: Vec<NozzleConfig>,
    /// Each text value as it holds, with where it is from.
    values: Vec<(&'static str, String, String)>,
}

/// A nozzle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NozzleConfig {
    pub(crate) number: u8,
    pub(crate) product: u8,
    pub(crate) card: CardPlace,
    pub(crate) psam: Place,
    pub(crate) dispenser: Pump,
}

/// A text value, and where it was given.
struct Given<'a> {
    key: &'static str,
    text: String,
    from: String,
    /// What a path of it is meant from.
    base: &'a Path,
}

impl Given<'_> {
    fn path(&self) -> PathBuf {
        self.base.join(&self.text)
    }

    fn wrong(&self, what: impl std::fmt::Display, write: &str) -> Error {
        Error::usage(format!("{}: {what}", self.from)).advice(format!("write {write}"))
    }
}

struct All<'a> {
    file: File,
    path: &'a Path,
    args: &'a StationServeArgs,
    environment: &'a BTreeMap<String, String>,
}

impl All<'_> {
    fn get(&self, key: &'static str) -> Option<Given<'_>> {
        let given =
            |text: &str, from: String, base| Given { key, text: text.to_owned(), from, base };
        if let Some(text) = self.args.value(key) {
            return Some(given(text, format!("--{}", key.replace('_', "-")), Path::new("")));
        }
        let variable = key.to_uppercase();
        if let Some(text) = self.environment.get(&variable) {
            return Some(given(text, format!("{PREFIX}{variable}"), Path::new("")));
        }
        let text = self.file.value(key)?;
        let base = self.path.parent().unwrap_or(Path::new(""));
        Some(given(text, format!("{}: `{key}`", self.path.display()), base))
    }

    fn or(&self, key: &'static str, usual: &str) -> Given<'_> {
        let usual = || Given {
            key,
            text: usual.to_owned(),
            from: format!("the usual `{key}`"),
            base: Path::new(""),
        };
        self.get(key).unwrap_or_else(usual)
    }

    fn path(&self, key: &'static str) -> Option<PathBuf> {
        self.get(key).map(|given| given.path())
    }

    fn wrong(&self, what: impl std::fmt::Display) -> Error {
        Error::usage(format!("{}: {what}", self.path.display()))
            .advice("docs/station.md has every key of a station's configuration")
    }
}

impl Config {
    /// Of the file, the environment and flags.
    ///
    /// # Errors
    /// The first mistake: where it stands and what to write.
    pub(crate) fn gather(
        args: &StationServeArgs,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let file: File = file::read(&args.config, "a station's configuration")?;
        let all = All { file, path: &args.config, args, environment };
        let data = all.or("data", "greylock-station").path();
        let listen = all.or("listen", "127.0.0.1:7817");
        let at = listen.text.parse::<SocketAddr>();
        let at = at.map_err(|_| listen.wrong("this is no address", "ADDRESS:PORT"))?;
        let metrics = all.get("metrics_listen");
        let metrics = metrics
            .map(|given| loopback(&given.text).map_err(|what| given.wrong(what, "127.0.0.1:PORT")));
        let (log, format) = (all.or("log", "info"), all.or("log_format", "human"));
        let level = level(&log.text);
        let format_of = log_format(&format.text);
        Ok(Self {
            name: name(&all, &data)?,
            title: title(&all)?,
            listen: at,
            door: door(&all, &listen, at)?,
            identity: all.path("identity"),
            authority: authority(&all)?,
            centre: all.get("centre").map(|given| given.text),
            parameters: all.path("parameters").ok_or_else(|| {
                all.wrong("`parameters` is missing: the file of prices and limits")
            })?,
            metrics_listen: metrics.transpose()?,
            level: level.ok_or_else(|| {
                log.wrong("this is no level", "error, warn, info, debug or trace")
            })?,
            format: format_of.ok_or_else(|| format.wrong("this is no format", "human or json"))?,
            currency: currency(&all)?,
            decimals: all.file.decimals.unwrap_or(2),
            trace: all.file.trace.unwrap_or(false),
            retention_days: all.file.retention_days,
            account: all.file.account.clone(),
            issuers: issuers(&all)?,
            neighbours: neighbours(&all)?,
            nozzles: nozzles(&all)?,
            values: values(&all),
            data,
        })
    }

    /// The values that hold as lines of a configuration file, each with where it is from.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (key, value, from) in &self.values {
            let value = toml::Value::String(value.clone());
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key} = {value} # {from}");
        }
        if let Some(title) = &self.title {
            let _ = writeln!(text, "title = {}", toml::Value::String(title.clone()));
        }
        let _ = writeln!(text, "currency = \"{}\"\ndecimals = {}", self.currency, self.decimals);
        let _ = writeln!(text, "trace = {}", self.trace);
        if let Some(days) = self.retention_days {
            let _ = writeln!(text, "retention_days = {days}");
        }
        if let Some(account) = &self.account {
            let _ = writeln!(text, "account = \"{account}\"");
        }
        for Neighbour { name, url, tids } in &self.neighbours {
            let _ = writeln!(text, "\n[[neighbour]]\nname = \"{name}\"\nurl = \"{url}\"");
            let _ = writeln!(text, "tids = {tids:?}");
        }
        for nozzle in &self.nozzles {
            let NozzleConfig { number, product, card, psam, dispenser } = nozzle;
            let quoted = |value: &dyn std::fmt::Display| toml::Value::String(value.to_string());
            let (card, psam) = (quoted(card), quoted(psam));
            let dispenser = quoted(dispenser);
            let _ = writeln!(text, "\n[[nozzle]]\nnumber = {number}\nproduct = {product}");
            let _ = writeln!(text, "card = {card}\npsam = {psam}\ndispenser = {dispenser}");
        }
        text
    }

    /// The same as a document.
    pub(crate) fn document(&self) -> Json {
        let mut fields: Map<String, Json> =
            self.values.iter().map(|(key, value, _)| ((*key).to_owned(), json!(value))).collect();
        fields.insert("title".into(), json!(self.title));
        fields.insert("currency".into(), json!(self.currency));
        fields.insert("decimals".into(), json!(self.decimals));
        fields.insert("trace".into(), json!(self.trace));
        fields.insert("retention_days".into(), json!(self.retention_days));
        fields.insert("account".into(), json!(self.account));
        let neighbour =
            |near: &Neighbour| json!({ "name": near.name, "url": near.url, "tids": near.tids });
        fields.insert("neighbours".into(), self.neighbours.iter().map(neighbour).collect());
        let nozzle = |nozzle: &NozzleConfig| {
            json!({
                "number": nozzle.number,
                "product": nozzle.product,
                "card": nozzle.card.to_string(),
                "psam": nozzle.psam.to_string(),
                "dispenser": nozzle.dispenser.to_string(),
            })
        };
        fields.insert("nozzles".into(), self.nozzles.iter().map(nozzle).collect());
        Json::Object(fields)
    }

    /// Whether what needs a new start differs: everything but certificates, parameters and the level of the log.
    pub(crate) fn needs_restart(&self, new: &Self) -> bool {
        let read_again = ["certificate", "identity", "authority", "parameters", "log"];
        let fixed = |config: &Self| {
            let mut config = config.clone();
            config.values.retain(|(key, _, _)| !read_again.contains(key));
            // Where a value stands does not matter.
            config.values.iter_mut().for_each(|(_, _, from)| from.clear());
            let (level, parameters) = (Level::INFO, PathBuf::new());
            let (identity, authority) = (None, None);
            let door = match config.door {
                Door::Here => Door::Here,
                Door::Certificates(_) => Door::Certificates(PathBuf::new()),
            };
            Self { level, parameters, identity, authority, door, ..config }
        };
        fixed(self) != fixed(new)
    }
}

/// Paths as they are used.
fn values(all: &All<'_>) -> Vec<(&'static str, String, String)> {
    let shown = |given: Given<'_>| {
        let path =
            matches!(given.key, "data" | "certificate" | "identity" | "authority" | "parameters");
        let text = if path { given.path().display().to_string() } else { given.text };
        (given.key, text, given.from)
    };
    KEYS.iter().filter_map(|key| all.get(key)).map(shown).collect()
}

fn name(all: &All<'_>, data: &Path) -> Result<String, Error> {
    let name = all.get("name").map_or_else(|| crate::site::station_name(data), |given| given.text);
    let plain = name.parse::<pki::Name>();
    plain.map_err(|error| all.wrong(format!("`{name}` is no station's name: {error}")))?;
    Ok(name)
}

/// One line of a receipt.
fn title(all: &All<'_>) -> Result<Option<String>, Error> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    match all.file.title.as_deref() {
        Some(title) if title.trim().is_empty() => {
            Err(all.wrong("`title` is empty: leave it out, and receipts say the name"))
        }
        Some(title) if title.contains(breaks) => {
            Err(all.wrong("`title` is one line, without line breaks and control characters"))
        }
        title => Ok(title.map(str::to_owned)),
    }
}

fn door(all: &All<'_>, listen: &Given<'_>, at: SocketAddr) -> Result<Door, Error> {
    match all.path("certificate") {
        Some(stem) => Ok(Door::Certificates(stem)),
        None if at.ip().is_loopback() => Ok(Door::Here),
        None => Err(listen.wrong(
            format!("{at} can be reached from other machines, and there is no certificate"),
            "a loopback address, or give `certificate` and `authority`",
        )),
    }
}

fn authority(all: &All<'_>) -> Result<Option<PathBuf>, Error> {
    let authority = all.path("authority");
    let alone = ["certificate", "identity"].into_iter().find(|key| all.get(key).is_some());
    match (alone, &authority) {
        (Some(key), None) => {
            Err(all.wrong(format!("`{key}` needs `authority`, the folder of who made it")))
        }
        _ => Ok(authority),
    }
}

fn currency(all: &All<'_>) -> Result<String, Error> {
    let currency = all.file.currency.clone().unwrap_or_else(|| "EUR".to_owned());
    let code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    if code { Ok(currency) } else { Err(all.wrong("`currency` has three capital letters")) }
}

fn issuers(all: &All<'_>) -> Result<Vec<[u8; 8]>, Error> {
    let issuer = |text: &String| {
        let bytes = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| all.wrong(format!("`{text}` is no issuer: 16 hex digits")))
    };
    all.file.issuers.iter().map(issuer).collect()
}

fn neighbours(all: &All<'_>) -> Result<Vec<Neighbour>, Error> {
    for near in &all.file.neighbour {
        let address: Result<client::Address, _> = near.url.parse();
        address.map_err(|error| all.wrong(format!("neighbour {}: {error}", near.name)))?;
        if let Some(tid) = near.tids.iter().find(|tid| tid.parse::<wire::Tid>().is_err()) {
            return Err(all.wrong(format!("neighbour {}: `{tid}` is no terminal id", near.name)));
        }
    }
    Ok(all.file.neighbour.clone())
}

fn nozzles(all: &All<'_>) -> Result<Vec<NozzleConfig>, Error> {
    if all.file.nozzle.is_empty() {
        return Err(all.wrong("a station has a `[[nozzle]]`"));
    }
    let base = all.path.parent().unwrap_or(Path::new(""));
    let nozzle = |given: &file::Nozzle| {
        let wrong = |what: String| all.wrong(format!("nozzle {}: {what}", given.number));
        let card = match given.card.parse().map_err(wrong)? {
            CardPlace::Image(path) => CardPlace::Image(base.join(path)),
            other => other,
        };
        let Ok(psam) = given.psam.parse();
        let psam = match psam {
            Place::Image(path) => Place::Image(base.join(path)),
            reader @ Place::Reader(_) => reader,
        };
        let dispenser = given.dispenser.parse().map_err(wrong)?;
        let (number, product) = (given.number, given.product);
        Ok(NozzleConfig { number, product, card, psam, dispenser })
    };
    all.file.nozzle.iter().map(nozzle).collect()
}
