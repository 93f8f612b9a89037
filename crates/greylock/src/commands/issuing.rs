//! What issuing by a keys file and issuing by a centre share: openings, and images from profiles.

use std::path::Path;

use card::{Card, Opening, Pin};
use crypto::Key;
use psam::Psam;
use serde_json::{Value, json};
use wire::{Amount, Limit, Suite};

use host::MainKeys;
pub use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use host::issue::{NoWayOver, card_profile_from};
use keys_file::suite_name;

use crate::error::{Error, Fault};
use crate::media::{Birth, FaultLog, FileNvm, Growth, MediumFault};

/// A keys file from which no card key comes.
impl From<host::issue::NotDispersed> for Error {
    fn from(error: host::issue::NotDispersed) -> Self {
        Self::usage(error.to_string()).advice("correct the keys file")
    }
}

/// Keys that no card can begin with and leave.
impl From<NoWayOver> for Error {
    fn from(error: NoWayOver) -> Self {
        Self::usage(error.to_string())
            .advice("--begin-with names one of the older versions in the keys file")
    }
}

/// A card with the newest keys, or with those of an older version and the newest as its next ones.
pub(crate) fn profile_of(
    keys: &MainKeys,
    order: &CardOrder,
    icc_key: Key,
    begin_with: Option<u8>,
) -> Result<card::Profile, Error> {
    match begin_with {
        None => Ok(card_profile(keys, order, icc_key)?),
        Some(first) => Ok(card_profile_from(keys, order, icc_key, first)?),
    }
}

/// The opening of a purse: the balance is the money plus the limit.
///
/// # Errors
/// When both together do not fit a purse.
pub(crate) fn opening(money: Amount, limit: Limit, ctc: u16, otc: u16) -> Result<Opening, Error> {
    let balance = Amount::new(limit.units()).and_then(|limit| money.checked_add(limit));
    let balance = balance.ok_or_else(|| {
        Error::usage(format!(
            "--balance {money} and --overdraft {} are together more than {} (7FFFFFFF)",
            limit.units(),
            Amount::MAX
        ))
        .advice("a purse holds no more; take less of either")
    })?;
    Ok(Opening { balance, limit, ctc, otc })
}

/// Makes a card's image; one that is there stays.
///
/// # Errors
/// The file cannot be made; nothing of it is left then.
pub fn write_card(path: &Path, profile: &card::Profile, pin: &Pin) -> Result<(), Error> {
    let birth = Birth::begin(path)?;
    fill_card(&birth, path, profile, pin)?;
    birth.finish()
}

/// Fills a card's image that has no name yet.
pub(crate) fn fill_card(
    birth: &Birth,
    path: &Path,
    profile: &card::Profile,
    pin: &Pin,
) -> Result<(), Error> {
    let personalise = |medium| Card::personalise(medium, profile, pin).map(drop);
    fill(birth, path, card::IMAGE_LEN, personalise)
}

/// Makes a PSAM's image; one that is there stays.
///
/// # Errors
/// The file cannot be made; nothing of it is left then.
pub fn write_psam(path: &Path, profile: &psam::Profile) -> Result<(), Error> {
    let birth = Birth::begin(path)?;
    fill_psam(&birth, path, profile)?;
    birth.finish()
}

/// Fills a PSAM's image that has no name yet.
pub(crate) fn fill_psam(birth: &Birth, path: &Path, profile: &psam::Profile) -> Result<(), Error> {
    let personalise = |medium| Psam::personalise(medium, profile).map(drop);
    fill(birth, path, psam::IMAGE_LEN, personalise)
}

/// Check values of a card's keys, in words and as documents: safe to show, where keys never are.
pub(super) fn card_check_values(profile: &card::Profile) -> CheckValues {
    let card::CardKeys {
        consumption,
        load,
        unlock,
        unload,
        overdraft,
        tac,
        pin_unblock,
        pin_reload,
        maintenance,
        internal,
    } = &profile.keys;
    let mut values = CheckValues::default();
    for key in consumption.iter().flatten() {
        values.add("dpk", Some(key.version), &key.key);
    }
    for (name, key) in [
        ("dlk", load),
        ("dulk", unlock),
        ("dunk", unload),
        ("dodk", overdraft),
        ("dtk", tac),
        ("dpuk", pin_unblock),
        ("dprk", pin_reload),
        ("damk", maintenance),
        ("diak", internal),
    ] {
        values.add(name, Some(key.version), &key.key);
    }
    values
}

/// Check values of a PSAM's keys.
pub(super) fn psam_check_values(profile: &psam::Profile) -> CheckValues {
    let mut values = CheckValues::default();
    for key in profile.consumption.iter().flatten() {
        values.add("mpk", Some(key.version), &key.key);
    }
    values.add("dsk", None, &profile.record_key);
    values
}

/// Keys by their names with their check values.
#[derive(Default)]
pub(super) struct CheckValues(Vec<(&'static str, Option<u8>, Suite, String)>);

impl CheckValues {
    fn add(&mut self, name: &'static str, version: Option<u8>, key: &Key) {
        self.0.push((name, version, key.suite(), hex::encode(key.check_value())));
    }

    /// One line.
    pub(super) fn text(&self) -> String {
        let shown = |(name, version, _, value): &(_, Option<u8>, _, _)| match version {
            Some(version) => format!("{name} {version} {value}"),
            None => format!("{name} {value}"),
        };
        let values: Vec<String> = self.0.iter().map(shown).collect();
        format!("  key check values: {}\n", values.join(", "))
    }

    /// A list.
    pub(super) fn document(&self) -> Value {
        let shown = |(name, version, suite, value): &(_, _, Suite, _)| json!({ "key": name, "version": version, "suite": suite_name(suite.byte()), "check_value": value });
        self.0.iter().map(shown).collect()
    }
}

fn fill(
    birth: &Birth,
    path: &Path,
    len: usize,
    personalise: impl FnOnce(FileNvm) -> Result<(), nvm::NvmError>,
) -> Result<(), Error> {
    let medium = birth.memory(len, Growth::Fixed)?;
    let faults = medium.faults();
    personalise(medium).map_err(|error| unwritten(path, &faults, error))
}

pub(super) fn unwritten(path: &Path, faults: &FaultLog, error: nvm::NvmError) -> Error {
    let why = match faults.first() {
        Some(MediumFault::Refused(why)) => why.clone(),
        Some(MediumFault::Torn) | None => error.to_string(),
    };
    Error::new(Fault::System, format!("{} could not be written: {why}", path.display()))
        .advice("check the disk's free space and health")
}
