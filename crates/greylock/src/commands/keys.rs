//! `greylock keys new`.

use crypto::Key;
use keys_file::{
    KeyKind, KeySet, MOST_OLDER, MainKeys, SealKey, check_values, render, scheme_name, suite_name,
};
use serde_json::{Map, Value, json};
use wire::Suite;
use zeroize::Zeroizing;

use crate::cli::{KeysNewArgs, KeysSealArgs};
use crate::env::Random;
use crate::error::Error;
use crate::media::Birth;
use crate::output::{Context, Report};
use crate::vault;

/// Draws the eleven keys and writes them into a new file.
pub(crate) fn run(args: &KeysNewArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut birth = Birth::begin(&args.out)?;
    let fresh = draw(args, context.io.random)?;
    let keys = match &args.from {
        None => fresh,
        Some(path) => in_place_of(fresh, keys_file::read(path)?.keys)?,
    };
    birth.fill(render(&keys).as_bytes())?;
    birth.finish()?;
    Ok(report(args, &keys))
}

/// Seals main keys for a server.
pub(crate) fn seal(args: &KeysSealArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let keys = keys_file::read(&args.keys)?.keys;
    let key = match args.seal_key.exists() {
        true => SealKey::read(&args.seal_key)?,
        false => vault::make_key(&args.seal_key, context.io.random)?,
    };
    vault::seal(&args.out, &keys, &key, context.io.random)?;
    let (vault, seal_key) = (args.out.display().to_string(), args.seal_key.display().to_string());
    let text =
        format!("{vault}: main keys, sealed with {seal_key}; keep that apart from the vault\n");
    Ok(Report::done(json!({ "outcome": "done", "vault": vault, "seal_key": seal_key }), text))
}

/// Fresh keys for a centre that is tried out.
///
/// # Errors
/// When there is no randomness.
pub(crate) fn for_development(random: &mut dyn Random) -> Result<MainKeys, Error> {
    let mut keys = Vec::new();
    for _ in KeyKind::ALL {
        keys.push(fresh_key(random, Suite::TripleDes)?);
    }
    let keys: [Key; KeyKind::ALL.len()] =
        keys.try_into().map_err(|_| Error::bug("a set of keys has another size"))?;
    Ok(MainKeys::new(keys, fresh_key(random, Suite::TripleDes)?))
}

fn draw(args: &KeysNewArgs, random: &mut dyn Random) -> Result<MainKeys, Error> {
    let suite = Suite::from(args.suite);
    if !suite.has(args.scheme.into()) {
        return Err(Error::usage("the field scheme belongs to suite 3des alone")
            .advice("leave --scheme out, or take --suite 3des"));
    }
    let mut main = std::collections::BTreeMap::new();
    for kind in KeyKind::ALL {
        main.insert(kind, fresh_key(random, suite)?);
    }
    Ok(MainKeys {
        main,
        msk: fresh_key(random, suite)?,
        version: args.version,
        suite: suite.byte(),
        scheme: args.scheme.into(),
        levels: KeyKind::ALL.map(|kind| (kind, args.levels)).into(),
        issuer: args.issuer.0,
        currency: args.currency.clone(),
        decimals: args.decimals,
        older: Vec::new(),
    })
}

/// The fresh keys, with what stays as it was: who has a card or a PSAM must not notice. The newest ones are older now.
fn in_place_of(fresh: MainKeys, before: MainKeys) -> Result<MainKeys, Error> {
    if before.sets().any(|set| set.version == fresh.version) {
        return Err(Error::usage(format!("version {} is there already", fresh.version))
            .advice("give the new keys a --version of their own"));
    }
    let MainKeys { main, version, suite, scheme, mut older, .. } = before;
    older.insert(0, KeySet { main, version, suite, scheme });
    if older.len() > MOST_OLDER {
        return Err(Error::usage("a PSAM holds four versions of keys")
            .advice("take out the [[older]] keys that no card has any more"));
    }
    let MainKeys { msk, levels, issuer, currency, decimals, .. } = before;
    Ok(MainKeys { msk, levels, issuer, currency, decimals, older, ..fresh })
}

/// The key of a card's or a PSAM's own random numbers, which are made in suite 00 whatever its other keys are of.
///
/// # Errors
/// When there is no randomness.
pub(crate) fn own_key(random: &mut dyn Random) -> Result<Key, Error> {
    fresh_key(random, Suite::TripleDes)
}

/// A key of 16 random bytes.
fn fresh_key(random: &mut dyn Random, suite: Suite) -> Result<Key, Error> {
    let mut bytes = Zeroizing::new([0; 16]);
    random.fill(bytes.as_mut_slice())?;
    Ok(Key::of(suite, *bytes))
}

fn report(args: &KeysNewArgs, keys: &MainKeys) -> Report {
    let values: Map<String, Value> =
        check_values(keys).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut text = format!(
        "{}: version {}, suite {}, scheme {}, {} dispersing level(s), issuer {}, {} with {} decimals\n",
        args.out.display(),
        keys.version,
        suite_name(keys.suite),
        scheme_name(keys.scheme),
        keys.levels_of(KeyKind::Mpk),
        hex::encode(keys.issuer),
        keys.currency,
        keys.decimals,
    );
    for older in &keys.older {
        let (version, suite) = (older.version, suite_name(older.suite));
        text.push_str(&format!("older: version {version}, suite {suite}\n"));
    }
    text.push_str("Key check values:\n");
    for (name, value) in &values {
        text.push_str(&format!("  {name:<4}  {}\n", value.as_str().unwrap_or_default()));
    }
    let document = json!({
        "outcome": "done",
        "file": args.out.display().to_string(),
        "version": keys.version,
        "suite": suite_name(keys.suite),
        "scheme": scheme_name(keys.scheme),
        "levels": keys.levels_of(KeyKind::Mpk),
        "issuer": hex::encode(keys.issuer),
        "currency": keys.currency,
        "decimals": keys.decimals,
        "check_values": values,
    });
    Report::done(document, text)
}
