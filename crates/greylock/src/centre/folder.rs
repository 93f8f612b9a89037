//! The folder: keys, and the log of inputs.

use std::path::{Path, PathBuf};

use host::{
    Answer, Centre, Decision, Input, MainKeys, MemoryBooks, Output, TransferDecision, UnlockAnswer,
};
use nvm::{Kind, Log, Nvm, Spec, frame_len};
use zeroize::Zeroizing;

use crate::env::Random;
use crate::error::{Error, Fault};
use crate::media::{Birth, FileNvm, Growth, Snapshot};

const KEYS: &str = "keys.toml";
const INPUTS: &str = "inputs";
/// Longest input in bytes.
const MOST: usize = 4096;
const IDENTITY_LEN: usize = 16;
const SPEC: Spec = Spec { kind: Kind::Books, version: 1, fixed_len: IDENTITY_LEN };

type InputLog<N> = Log<N, { frame_len(MOST) }>;

/// The rules over books in memory.
pub type FolderCentre = Centre<MemoryBooks, MainKeys>;

/// A centre whose inputs are kept in a folder.
pub struct CentreFolder {
    centre: FolderCentre,
    inputs: InputLog<FileNvm>,
    path: PathBuf,
}

impl CentreFolder {
    /// Makes a centre with these keys; a folder with one in it stays as it is.
    ///
    /// # Errors
    /// A keys file that cannot be used, a centre that is there already, or a full disk.
    pub fn make(path: &Path, keys: &Path, random: &mut dyn Random) -> Result<Self, Error> {
        let keys = keys_file::read(keys)?.keys;
        std::fs::create_dir_all(path).map_err(|error| Error::file("make", path, &error))?;
        let mut identity = [0; IDENTITY_LEN];
        random.fill(&mut identity)?;
        let inputs = path.join(INPUTS);
        // The name of the inputs comes last: a folder with it is a whole centre.
        let birth = Birth::begin(&inputs)?;
        let log = InputLog::format(birth.memory(0, Growth::Growing)?, SPEC, &identity);
        let log = log.map_err(|error| unwritten(&inputs, &error.to_string()))?;
        write_keys(&path.join(KEYS), &keys)?;
        birth.finish()?;
        Ok(Self { centre: Centre::new(MemoryBooks::default(), keys), inputs: log, path: inputs })
    }

    /// Opens a centre and replays its inputs.
    ///
    /// # Errors
    /// No centre there, one in use, or a damaged one.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let inputs = inputs_of(path)?;
        let medium = FileNvm::open(&inputs, Growth::Growing)?;
        let (log, centre) = replay(medium, path, &inputs)?;
        Ok(Self { centre, inputs: log, path: inputs })
    }

    /// Makes an input durable, then does it. A decision is made durable too before it is shown:
    /// a later version whose rules would decide otherwise must not replay it silently.
    ///
    /// # Errors
    /// Input or decision could not be kept: nothing was decided.
    pub fn apply(&mut self, input: &Input) -> Result<Output, Error> {
        let bytes = serde_json::to_vec(input)
            .map_err(|error| Error::bug(format!("an input cannot be written: {error}")))?;
        self.keep(&bytes)?;
        let output = self.centre.apply(input);
        if let Some(decided) = decided(&output) {
            self.keep(decided.as_bytes())?;
        }
        Ok(output)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let kept = self.inputs.append(bytes);
        kept.map(|_| ()).map_err(|error| unwritten(&self.path, &error.to_string()))
    }

    /// The centre, to look at.
    #[must_use]
    pub const fn centre(&self) -> &FolderCentre {
        &self.centre
    }

    /// Its main keys, for issuing.
    #[must_use]
    pub const fn keys(&self) -> &MainKeys {
        self.centre.vault()
    }
}

/// Looks at a centre without changing its folder.
///
/// # Errors
/// As [`CentreFolder::open`].
pub fn look_at_centre(path: &Path) -> Result<FolderCentre, Error> {
    let inputs = inputs_of(path)?;
    replay(Snapshot::read(&inputs)?, path, &inputs).map(|(_, centre)| centre)
}

pub(super) fn inputs_of(path: &Path) -> Result<PathBuf, Error> {
    let inputs = path.join(INPUTS);
    if inputs.exists() {
        return Ok(inputs);
    }
    Err(Error::usage(format!("{} holds no centre", path.display()))
        .advice("make one: greylock host init --keys FILE --dir DIR"))
}

/// The same inputs in the same order give the same books.
fn replay<N: Nvm>(
    medium: N,
    folder: &Path,
    inputs: &Path,
) -> Result<(InputLog<N>, FolderCentre), Error> {
    let keys = keys_file::read(&folder.join(KEYS))?.keys;
    let mut centre = Centre::new(MemoryBooks::default(), keys);
    let (mut wrong, mut last) = (None, None);
    let log = InputLog::open(medium, SPEC, &mut [0; IDENTITY_LEN], |record, bytes| {
        if bytes.starts_with(DECIDED.as_bytes()) {
            if last.as_ref().and_then(decided).map(String::into_bytes).as_deref() != Some(bytes) {
                let why =
                    format!("record {record} holds a decision that this version would not make");
                wrong = wrong.take().or(Some(why));
            }
            return;
        }
        match serde_json::from_slice::<Input>(bytes) {
            // A refusal is an answer like any other: it was given before, too.
            Ok(input) => last = Some(centre.apply(&input)),
            Err(error) => {
                wrong = wrong.take().or(Some(format!("input {record} cannot be read: {error}")));
            }
        }
    });
    let log = log.map_err(|error| damaged(inputs, &error.to_string()))?;
    match wrong {
        Some(why) => Err(damaged(inputs, &why)),
        None => Ok((log, centre)),
    }
}

/// How a kept decision begins.
const DECIDED: &str = "decided ";

/// The decision of an answer, as it is kept: amount, date, time, MAC2.
fn decided(output: &Output) -> Option<String> {
    match output {
        Ok(Answer::Unlock(UnlockAnswer::Decided(Decision { amount, date, time, mac2 }))) => {
            Some(format!("{DECIDED}{amount} {date} {time} {mac2}"))
        }
        Ok(Answer::Transfer(TransferDecision { date, time, mac2 })) => {
            Some(format!("{DECIDED}{date} {time} {mac2}"))
        }
        _ => None,
    }
}

/// The main keys, readable by their owner only. The same keys may be there: an unfinished
/// centre, or the folder that they were made in.
fn write_keys(path: &Path, keys: &MainKeys) -> Result<(), Error> {
    let text = keys_file::render(keys);
    if std::fs::read(path).map(Zeroizing::new).is_ok_and(|there| *there == text.as_bytes()) {
        return Ok(());
    }
    let mut birth = Birth::begin(path)?;
    birth.fill(text.as_bytes())?;
    birth.finish()
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::new(Fault::Lost, format!("the centre's books {} cannot be used: {why}", path.display()))
        .advice(
            "nothing of them was used or changed; keep the folder as it is and have it examined: an older copy would forget decisions that cards have obeyed",
        )
}

fn unwritten(path: &Path, why: &str) -> Error {
    Error::new(Fault::System, format!("{} could not be written: {why}", path.display()))
        .advice("nothing was decided; check the disk's free space and health")
}
