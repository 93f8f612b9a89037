//! Writing a keys file.

use std::fmt::Write as _;

use wire::{Scheme, Suite};
use zeroize::Zeroizing;

use crate::{KeyKind, MSK, MainKeys};

const HEAD: &str = "\
# Main keys of a purse. Whoever reads this file can make cards, take money and make money:
# keep it like cash, and use an HSM for more than trying things out.

[main]
";

/// The file's text. It holds the keys.
#[must_use]
pub fn render(keys: &MainKeys) -> Zeroizing<String> {
    let levels = KeyKind::ALL.map(|kind| format!("{} = {}", kind.name(), keys.levels_of(kind)));
    let mut text = Zeroizing::new(String::with_capacity(8192));
    text.push_str(HEAD);
    let lines = [
        format!("version = {}", keys.version),
        format!("suite = \"{}\"", suite_name(keys.suite)),
        format!("scheme = \"{}\"", scheme_name(keys.scheme)),
        format!("issuer = \"{}\"", hex::encode(keys.issuer)),
        format!("currency = \"{}\"", keys.currency),
        format!("decimals = {}", keys.decimals),
        "# How often each card key is dispersed: 1 by the ASN, 2 by the issuer and then the ASN."
            .to_owned(),
        format!("levels = {{ {} }}", levels.join(", ")),
    ];
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    let of_msk = keys.msk.suite().byte();
    if of_msk != keys.suite {
        let _never_fails = writeln!(text, "msk_suite = \"{}\"", suite_name(of_msk));
    }
    text.push('\n');
    push_keys(&mut text, named_keys(keys));
    for older in &keys.older {
        let _never_fails = write!(
            text,
            "\n[[older]]\nversion = {}\nsuite = \"{}\"\nscheme = \"{}\"\n",
            older.version,
            suite_name(older.suite),
            scheme_name(older.scheme),
        );
        push_keys(&mut text, older.main.iter().map(|(kind, key)| (kind.name(), key)));
    }
    text
}

fn push_keys<'a>(
    text: &mut Zeroizing<String>,
    keys: impl Iterator<Item = (&'static str, &'a crypto::Key)>,
) {
    for (name, key) in keys {
        let mut digits = Zeroizing::new([0; 32]);
        // Sixteen bytes are 32 digits.
        let _fits = hex::encode_to_slice(key.expose(), digits.as_mut_slice());
        let digits = std::str::from_utf8(digits.as_slice()).unwrap_or_default();
        let _never_fails = writeln!(text, "{name} = \"{digits}\"");
    }
}

/// Key check values by the keys' names: safe to show.
pub fn check_values(keys: &MainKeys) -> impl Iterator<Item = (&'static str, String)> {
    named_keys(keys).map(|(name, key)| (name, hex::encode(key.check_value())))
}

fn named_keys(keys: &MainKeys) -> impl Iterator<Item = (&'static str, &crypto::Key)> {
    keys.main.iter().map(|(kind, key)| (kind.name(), key)).chain([(MSK, &keys.msk)])
}

/// `seed` or `field`.
#[must_use]
pub const fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Seed => "seed",
        Scheme::Field => "field",
    }
}

/// A suite's name.
#[must_use]
pub fn suite_name(suite: u8) -> &'static str {
    match Suite::from_byte(suite) {
        Some(Suite::TripleDes) => "3des",
        Some(Suite::Aes) => "aes",
        Some(Suite::Sm4) => "sm4",
        None => "unknown",
    }
}
