//! A script as TOML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;

/// What a script is played on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChipKind {
    /// A card.
    #[default]
    Card,
    /// A PSAM.
    Psam,
}

impl From<ChipKind> for explain::Chip {
    fn from(kind: ChipKind) -> Self {
        match kind {
            ChipKind::Card => Self::Card,
            ChipKind::Psam => Self::Psam,
        }
    }
}

/// A script with everything that it includes.
#[derive(Clone, Debug)]
pub struct Script {
    /// Where it was read.
    pub path: PathBuf,
    /// What it shows.
    pub title: String,
    /// What it is played on.
    pub chip: ChipKind,
    /// The keys file that it names.
    pub keys: Option<PathBuf>,
    /// The purses of the card in memory.
    pub card: CardInMemory,
    /// The steps, those of included files first.
    pub steps: Vec<Step>,
}

/// The purses of the card that is made in memory.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardInMemory {
    /// Electronic deposit.
    pub ed: PurseInMemory,
    /// Electronic purse.
    pub ep: PurseInMemory,
    /// The older version of the keys that it begins with; the newest are its next ones.
    pub begin_with: Option<u8>,
}

/// A purse as issued.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PurseInMemory {
    /// What can be spent: money and overdraft limit.
    pub balance: u32,
    /// The overdraft limit.
    pub overdraft: u32,
    /// First off-line number.
    pub ctc: u16,
    /// First on-line number.
    pub otc: u16,
}

/// A step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// What it shows.
    pub name: String,
    /// Names that are given values before anything is sent: `name = template`.
    #[serde(rename = "let")]
    pub given: Vec<String>,
    /// Takes the power away and gives it back, or resets.
    pub power: Option<Power>,
    /// A command's name, or a template of its bytes.
    pub send: Option<String>,
    /// The fields of a command that is sent by name.
    pub fields: BTreeMap<String, String>,
    /// Le of a command that is sent by name.
    pub le: Option<String>,
    /// The status word, `.` for any digit; 9000 if not given.
    pub status: Option<String>,
    /// The data.
    pub answer: Option<Wanted>,
}

/// What happens to the power.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Power {
    /// Off and on.
    Cycle,
    /// A reset without taking the power away.
    Reset,
}

/// What the data of an answer must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// A pattern for all of them.
    Whole(String),
    /// Patterns for fields; those that are not named may be anything.
    Fields(BTreeMap<String, String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    title: String,
    #[serde(default)]
    chip: ChipKind,
    keys: Option<PathBuf>,
    #[serde(default)]
    include: Vec<PathBuf>,
    #[serde(default)]
    card: CardInMemory,
    #[serde(default)]
    step: Vec<Step>,
}

/// Reads a script and what it includes; paths in it begin where it stands.
///
/// # Errors
/// A file that cannot be read, or that is no script.
pub fn load(path: &Path) -> Result<Script, Error> {
    let document = read(path)?;
    let beside = |other: &PathBuf| path.parent().unwrap_or(Path::new("")).join(other);
    let mut steps = Vec::new();
    for included in &document.include {
        steps.extend(read_included(&beside(included))?);
    }
    steps.extend(document.step);
    Ok(Script {
        path: path.to_owned(),
        title: document.title,
        chip: document.chip,
        keys: document.keys.as_ref().map(beside),
        card: document.card,
        steps,
    })
}

/// The steps of a file that is included; it includes nothing itself.
fn read_included(path: &Path) -> Result<Vec<Step>, Error> {
    let document = read(path)?;
    if document.include.is_empty() {
        return Ok(document.step);
    }
    Err(Error::usage(format!("{} is included and includes others itself", path.display()))
        .advice("include all of them where the script begins"))
}

fn read(path: &Path) -> Result<Document, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))?;
    toml::from_str(&text).map_err(|error| {
        Error::usage(format!("{} is no script: {}", path.display(), error.message().trim()))
            .advice("docs/scripts.md describes the format")
    })
}
