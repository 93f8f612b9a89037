//! `greylock keys new`.

use std::io::Write as _;

use crypto::Key;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::KeysNewArgs;
use crate::env::Random;
use crate::error::Error;
use crate::keys_file::{KeyKind, MainKeys, check_values, render, scheme_name, suite_name};
use crate::media::{create_private_file, remove_unfinished, sync_folder_of};
use crate::output::{Context, Report};

/// Draws the eleven keys and writes them into a new file.
pub(crate) fn run(args: &KeysNewArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut file = create_private_file(&args.out)?;
    let made = draw(args, context.io.random).and_then(|keys| {
        let text = render(&keys);
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| Error::file("write", &args.out, &error))?;
        sync_folder_of(&args.out)?;
        Ok(keys)
    });
    if made.is_err() {
        remove_unfinished(&args.out);
    }
    made.map(|keys| report(args, &keys))
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
