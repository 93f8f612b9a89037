//! `greylock keys new`.

use crypto::Key;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::KeysNewArgs;
use crate::env::Random;
use crate::error::Error;
use crate::keys_file::{KeyKind, MainKeys, check_values, render, scheme_name, suite_name};
use crate::media::Birth;
use crate::output::{Context, Report};

/// Draws the eleven keys and writes them into a new file.
pub(crate) fn run(args: &KeysNewArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut birth = Birth::begin(&args.out)?;
    let keys = draw(args, context.io.random)?;
    birth.fill(render(&keys).as_bytes())?;
    birth.finish()?;
    Ok(report(args, &keys))
}

fn draw(args: &KeysNewArgs, random: &mut dyn Random) -> Result<MainKeys, Error> {
    let mut main = std::collections::BTreeMap::new();
    for kind in KeyKind::ALL {
        main.insert(kind, fresh_key(random)?);
    }
    Ok(MainKeys {
        main,
        msk: fresh_key(random)?,
        version: args.version,
        suite: args.suite.algorithm(),
        scheme: args.scheme.into(),
        levels: KeyKind::ALL.map(|kind| (kind, args.levels)).into(),
        issuer: args.issuer.0,
        currency: args.currency.clone(),
        decimals: args.decimals,
    })
}

/// A key of 16 random bytes.
///
/// # Errors
/// When there is no randomness.
pub(crate) fn fresh_key(random: &mut dyn Random) -> Result<Key, Error> {
    let mut bytes = Zeroizing::new([0; 16]);
    random.fill(bytes.as_mut_slice())?;
    Ok(Key::new(*bytes))
}

fn report(args: &KeysNewArgs, keys: &MainKeys) -> Report {
    let values = check_values(keys);
    let mut text = format!(
        "{}: version {}, suite {}, scheme {}, {} dispersing level(s), issuer {}, {} with {} decimals\n",
        args.out.display(),
        keys.version,
        suite_name(keys.suite),
        scheme_name(keys.scheme),
        args.levels,
        hex::encode(keys.issuer),
        keys.currency,
        keys.decimals,
    );
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
        "levels": args.levels,
        "issuer": hex::encode(keys.issuer),
        "currency": keys.currency,
        "decimals": keys.decimals,
        "check_values": values,
    });
    Report::done(document, text)
}
