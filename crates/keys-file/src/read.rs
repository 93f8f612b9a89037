//! Reading a keys file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crypto::Key;
use toml::de::{DeTable, DeValue};
use wire::{Scheme, Suite};
use zeroize::Zeroizing;

use crate::error::KeysError;
use crate::fields::{Fields, at_line, looks_like_key};
use crate::{KeyKind, KeySet, MOST_OLDER, MSK, MainKeys, key_names, sealed};

/// The keys of a file and what is questionable about them.
#[derive(Debug)]
pub struct KeysFile {
    /// The keys.
    pub keys: MainKeys,
    /// To be said on stderr.
    pub warnings: Vec<String>,
}

/// Fields of `[main]` besides the keys.
const ATTRIBUTES: [&str; 8] =
    ["version", "suite", "msk_suite", "scheme", "issuer", "currency", "decimals", "levels"];

/// The most bytes of a keys file: whatever is longer is something else.
const MOST_BYTES: u64 = 1 << 20;

/// Reads a keys file.
///
/// # Errors
/// No such file, not TOML, a field that is missing, unknown or wrong.
pub fn read(path: &Path) -> Result<KeysFile, KeysError> {
    let found = std::fs::metadata(path).map_err(|error| KeysError::read(path, error))?;
    if found.len() > MOST_BYTES {
        return Err(KeysError::wrong(format!("{} is too long for a keys file", path.display())));
    }
    let bytes =
        std::fs::read(path).map(Zeroizing::new).map_err(|error| KeysError::read(path, error))?;
    if bytes.starts_with(sealed::MAGIC) {
        let what = format!("{} is a sealed vault and no keys file", path.display());
        return Err(KeysError::wrong(what).advise("give it as `--vault`, with its `--seal-key`"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        KeysError::wrong(format!("{} is not a keys file: it is not text", path.display()))
    })?;
    parse(path, text)
}

/// The same of a text that stands in `path`.
///
/// # Errors
/// What is wrong in it, and where.
pub fn parse(path: &Path, text: &str) -> Result<KeysFile, KeysError> {
    let document = DeTable::parse(text).map_err(|error| not_toml(path, text, &error))?;
    let file = Fields::new(path, text, "the file", document.get_ref());
    file.only(&["main", "older"])?;
    let main = match file.field("main").map(|value| (value.get_ref(), value.span())) {
        Some((DeValue::Table(table), _)) => file.inner("[main]", table),
        Some((_, span)) => return Err(file.wrong(&span, "`main` must be a table: [main]")),
        None => {
            return Err(KeysError::wrong(format!("{} has no table [main]", path.display()))
                .advise("`greylock keys new` makes a keys file"));
        }
    };
    let names: Vec<&str> = key_names().chain(ATTRIBUTES).collect();
    main.only(&names)?;
    let mut keys = main_keys(&main)?;
    keys.older = older(&file)?;
    distinct_versions(path, &keys)?;
    let warnings = weak_keys(&keys).map(|name| format!("{}: {name}", path.display())).collect();
    Ok(KeysFile { keys, warnings })
}

fn main_keys(main: &Fields<'_>) -> Result<MainKeys, KeysError> {
    let KeySet { main: keys, version, suite: of_keys, scheme } = key_set(main)?;
    let of_msk = match main.field("msk_suite") {
        Some(_) => suite(main, "msk_suite")?,
        None => suite(main, "suite")?,
    };
    Ok(MainKeys {
        main: keys,
        msk: main.key(MSK, of_msk)?,
        version,
        suite: of_keys,
        scheme,
        older: Vec::new(),
        levels: levels(main)?,
        issuer: main.eight_bytes("issuer")?.unwrap_or([0, 0, 0, 0, 0, 0, 0, 1]),
        currency: currency(main)?,
        decimals: main.number("decimals", 0, 6)?.unwrap_or(2),
    })
}

/// The ten keys of a version, and what they are.
fn key_set(table: &Fields<'_>) -> Result<KeySet, KeysError> {
    let (suite, scheme) = (suite(table, "suite")?, scheme(table)?);
    if let (false, Some((_, span))) = (suite.has(scheme), table.text("scheme")?) {
        return Err(table.wrong(&span, "the field scheme belongs to suite 3des alone"));
    }
    let mut main = BTreeMap::new();
    for kind in KeyKind::ALL {
        main.insert(kind, table.key(kind.name(), suite)?);
    }
    let version = table.number("version", 0, u8::MAX)?.unwrap_or(1);
    Ok(KeySet { main, version, suite: suite.byte(), scheme })
}

/// The tables `[[older]]`: keys of earlier versions, which a PSAM has places for.
fn older(file: &Fields<'_>) -> Result<Vec<KeySet>, KeysError> {
    let Some(value) = file.field("older") else { return Ok(Vec::new()) };
    let wrong = || file.wrong(&value.span(), "`older` must be at most 3 tables: [[older]]");
    let DeValue::Array(tables) = value.get_ref() else { return Err(wrong()) };
    if tables.len() > MOST_OLDER {
        return Err(wrong());
    }
    let mut sets = Vec::new();
    for table in tables {
        let DeValue::Table(table) = table.get_ref() else { return Err(wrong()) };
        let table = file.inner("[[older]]", table);
        let names = KeyKind::ALL.into_iter().map(KeyKind::name);
        table.only(&names.chain(["version", "suite", "scheme"]).collect::<Vec<_>>())?;
        sets.push(key_set(&table)?);
    }
    Ok(sets)
}

/// Card, PSAM and record name a main key by its version.
fn distinct_versions(path: &Path, keys: &MainKeys) -> Result<(), KeysError> {
    let mut seen = BTreeSet::new();
    match keys.sets().find(|set| !seen.insert(set.version)) {
        None => Ok(()),
        Some(set) => Err(KeysError::wrong(format!(
            "{}: two sets of keys have version {}",
            path.display(),
            set.version
        ))
        .advise("give each set a version of its own")),
    }
}

fn suite(table: &Fields<'_>, name: &str) -> Result<Suite, KeysError> {
    match table.text(name)? {
        None | Some(("3des" | "00", _)) => Ok(Suite::TripleDes),
        Some(("aes" | "10", _)) => Ok(Suite::Aes),
        Some(("sm4" | "20", _)) => Ok(Suite::Sm4),
        Some((_, span)) => Err(table
            .wrong(&span, &format!("`{name}` names a suite that this build has not got"))
            .advise("it has \"3des\", \"aes\" and \"sm4\"")),
    }
}

fn scheme(main: &Fields<'_>) -> Result<Scheme, KeysError> {
    match main.text("scheme")? {
        None | Some(("seed", _)) => Ok(Scheme::Seed),
        Some(("field", _)) => Ok(Scheme::Field),
        Some((_, span)) => Err(main.wrong(&span, "`scheme` must be \"seed\" or \"field\"")),
    }
}

fn currency(main: &Fields<'_>) -> Result<String, KeysError> {
    let Some((text, span)) = main.text("currency")? else { return Ok("EUR".to_owned()) };
    currency_code(text)
        .map(str::to_owned)
        .map_err(|want| main.wrong(&span, &format!("`currency` is wrong: {want}")))
}

/// A currency by its three capital letters.
///
/// # Errors
/// Anything else; says what is wanted.
pub fn currency_code(text: &str) -> Result<&str, &'static str> {
    let good = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if good { Ok(text) } else { Err("want three capital letters such as EUR") }
}

/// One number for all card keys, or a table of those that differ from one.
fn levels(main: &Fields<'_>) -> Result<BTreeMap<KeyKind, u8>, KeysError> {
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
        (left, right) if left == right && key.suite() == Suite::TripleDes => {
            Some("has two equal halves, which makes it single DES: use it for tests only")
        }
        _ => None,
    }
}

/// Where the text stops being TOML. The parser's words are left out where they could quote a key.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> KeysError {
    let offset = error.span().map_or(0, |span| span.start);
    let why = error.message();
    let why = if looks_like_key(why) { "not TOML" } else { why };
    at_line(path, text, offset, &format!("the file is not TOML: {}", why.replace('\n', ", ")))
}
