//! Reading a keys file.

use std::collections::BTreeMap;
use std::path::Path;

use crypto::Key;
use toml::de::{DeTable, DeValue};
use wire::Scheme;
use wire::key::SUITE_3DES;
use zeroize::Zeroizing;

use super::fields::{Fields, at_line, looks_like_key};
use super::{KeyKind, MSK, MainKeys, key_names};
use crate::error::Error;

/// The keys of a file and what is questionable about them.
#[derive(Debug)]
pub struct KeysFile {
    /// The keys.
    pub keys: MainKeys,
    /// To be said on stderr.
    pub warnings: Vec<String>,
}

/// Fields of `[main]` besides the keys.
const ATTRIBUTES: [&str; 7] =
    ["version", "suite", "scheme", "issuer", "currency", "decimals", "levels"];

/// The most bytes of a keys file: whatever is longer is something else.
const MOST_BYTES: u64 = 1 << 20;

/// Reads a keys file.
///
/// # Errors
/// No such file, not TOML, a field that is missing, unknown or wrong.
pub fn read(path: &Path) -> Result<KeysFile, Error> {
    let found = std::fs::metadata(path).map_err(|error| Error::file("read", path, &error))?;
    if found.len() > MOST_BYTES {
        return Err(Error::usage(format!("{} is too long for a keys file", path.display())));
    }
    let bytes = std::fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| Error::file("read", path, &error))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Error::usage(format!("{} is not a keys file: it is not text", path.display()))
    })?;
    parse(path, text)
}

fn parse(path: &Path, text: &str) -> Result<KeysFile, Error> {
    let document = DeTable::parse(text).map_err(|error| not_toml(path, text, &error))?;
    let file = Fields::new(path, text, "the file", document.get_ref());
    file.only(&["main"])?;
    let main = match file.field("main").map(|value| (value.get_ref(), value.span())) {
        Some((DeValue::Table(table), _)) => file.inner("[main]", table),
        Some((_, span)) => return Err(file.wrong(&span, "`main` must be a table: [main]")),
        None => {
            return Err(Error::usage(format!("{} has no table [main]", path.display()))
                .advice("`greylock keys new` makes a keys file"));
        }
    };
    let names: Vec<&str> = key_names().chain(ATTRIBUTES).collect();
    main.only(&names)?;
    let keys = main_keys(&main)?;
    let warnings = weak_keys(&keys).map(|name| format!("{}: {name}", path.display())).collect();
    Ok(KeysFile { keys, warnings })
}

fn main_keys(main: &Fields<'_>) -> Result<MainKeys, Error> {
    let mut keys = BTreeMap::new();
    for kind in KeyKind::ALL {
        keys.insert(kind, main.key(kind.name())?);
    }
    Ok(MainKeys {
        main: keys,
        msk: main.key(MSK)?,
        version: main.number("version", 0, u8::MAX)?.unwrap_or(1),
        suite: suite(main)?,
        scheme: scheme(main)?,
        levels: levels(main)?,
        issuer: main.eight_bytes("issuer")?.unwrap_or([0, 0, 0, 0, 0, 0, 0, 1]),
        currency: currency(main)?,
        decimals: main.number("decimals", 0, 6)?.unwrap_or(2),
    })
}

fn suite(main: &Fields<'_>) -> Result<u8, Error> {
    match main.text("suite")? {
        None | Some(("3des" | "00", _)) => Ok(SUITE_3DES),
        Some((_, span)) => Err(main
            .wrong(&span, "`suite` names a suite that this build has not got")
            .advice("it has \"3des\"")),
    }
}

fn scheme(main: &Fields<'_>) -> Result<Scheme, Error> {
    match main.text("scheme")? {
        None | Some(("seed", _)) => Ok(Scheme::Seed),
        Some(("field", _)) => Ok(Scheme::Field),
        Some((_, span)) => Err(main.wrong(&span, "`scheme` must be \"seed\" or \"field\"")),
    }
}

fn currency(main: &Fields<'_>) -> Result<String, Error> {
    let Some((text, span)) = main.text("currency")? else { return Ok("EUR".to_owned()) };
    crate::cli::values::currency(text)
        .map_err(|want| main.wrong(&span, &format!("`currency` is wrong: {want}")))
}

/// One number for all card keys, or a table of those that differ from one.
fn levels(main: &Fields<'_>) -> Result<BTreeMap<KeyKind, u8>, Error> {
    let given = main.field("levels").map(toml::Spanned::get_ref);
    if let Some(DeValue::Table(table)) = given {
        let table = main.inner("levels", table);
        let names: Vec<&str> = KeyKind::ALL.map(KeyKind::name).to_vec();
        table.only(&names)?;
        let mut levels = BTreeMap::new();
        for kind in KeyKind::ALL {
            levels.insert(kind, table.number(kind.name(), 1, 2)?.unwrap_or(1));
        }
        return Ok(levels);
    }
    let levels = main.number("levels", 1, 2)?.unwrap_or(1);
    Ok(KeyKind::ALL.map(|kind| (kind, levels)).into())
}

/// Keys that work but protect nothing.
fn weak_keys(keys: &MainKeys) -> impl Iterator<Item = String> {
    let named = keys.main.iter().map(|(kind, key)| (kind.name(), key)).chain([(MSK, &keys.msk)]);
    named.filter_map(|(name, key)| weakness(key).map(|why| format!("the key `{name}` {why}")))
}

/// Parity bits do not count: triple DES leaves them out.
fn weakness(key: &Key) -> Option<&'static str> {
    let (left, right) = key.halves();
    let halves = (left.map(|byte| byte & 0xFE), right.map(|byte| byte & 0xFE));
    match halves {
        ([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]) => {
            Some("is all zero: use it for tests only")
        }
        (left, right) if left == right => {
            Some("has two equal halves, which makes it single DES: use it for tests only")
        }
        _ => None,
    }
}

/// Where the text stops being TOML. The parser's words are left out where they could quote a key.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let offset = error.span().map_or(0, |span| span.start);
    let why = error.message();
    let why = if looks_like_key(why) { "not TOML" } else { why };
    at_line(path, text, offset, &format!("the file is not TOML: {}", why.replace('\n', ", ")))
}
