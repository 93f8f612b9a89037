//! The centre as a machine: what it is told is on its disk before it is done, and after a crash
//! the disk tells what was done: the inputs themselves, as a centre's folder keeps them.

use host::{Input, Output};
use nvm::memory::Ram;
use nvm::{Kind, Log, Nvm, NvmError, Spec, frame_len};

use super::fault::{Fault, Tally};
use crate::link::WorldCentre;

const IDENTITY_LEN: usize = 16;
const SPEC: Spec = Spec { kind: Kind::Books, version: 1, fixed_len: IDENTITY_LEN };
/// Longest input in bytes.
const MOST: usize = 4096;
/// So many inputs are done again at most after a crash.
const CHECKPOINT: usize = 24;

type InputLog = Log<Ram, { frame_len(MOST) }>;

/// The disk of the centre.
pub(super) struct Office {
    log: InputLog,
    /// How many inputs it was told; the last one may not be durable.
    told: usize,
    /// How many of them the centre did.
    done: usize,
    /// The centre as it was after so many inputs.
    checkpoint: (usize, WorldCentre),
    /// Killed before the next answer leaves.
    dies: bool,
    down: bool,
    tally: Tally,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Office {
    pub(super) fn open(centre: &WorldCentre, tally: Tally) -> Result<Self, String> {
        let log = InputLog::format(Ram::growing(), SPEC, &[7; IDENTITY_LEN]).map_err(words)?;
        let checkpoint = (0, centre.clone());
        Ok(Self { log, told: 0, done: 0, checkpoint, dies: false, down: false, tally })
    }

    pub(super) const fn is_down(&self) -> bool {
        self.down
    }

    /// The disk, for whoever breaks it.
    pub(super) fn disk(&mut self) -> &mut Ram {
        self.log.nvm_mut()
    }

    /// Lets it be killed before the next answer leaves.
    pub(super) const fn kill(&mut self) {
        self.dies = true;
    }

    /// Does one call; `None` when there is no answer, done or not.
    pub(super) fn apply(&mut self, centre: &mut WorldCentre, input: &Input) -> Option<Output> {
        if self.down {
            return None;
        }
        let entry = serde_json::to_vec(input).ok()?;
        self.told += 1;
        if let Err(error) = self.log.append(&entry) {
            self.down = true;
            let torn = self.disk().is_dark() && error == NvmError::PowerLost;
            self.tally.add(if torn { Fault::CentreTorn } else { Fault::CentreDiskFull });
            return None;
        }
        let output = centre.apply(input);
        self.done += 1;
        if self.dies {
            (self.dies, self.down) = (false, true);
            self.tally.add(Fault::CentreKilled);
            return None;
        }
        if self.told - self.checkpoint.0 >= CHECKPOINT {
            self.checkpoint = (self.told, centre.clone());
        }
        Some(output)
    }

    /// Starts again from the disk. What was done before is done again to the same end.
    pub(super) fn restart(&mut self, centre: &mut WorldCentre) -> Result<(), String> {
        let empty = InputLog::format(Ram::growing(), SPEC, &[7; IDENTITY_LEN]).map_err(words)?;
        let mut medium = std::mem::replace(&mut self.log, empty).into_nvm();
        medium.power_on();
        medium.sync().map_err(words)?;
        let (mut found, mut since) = (0, Vec::new());
        let checkpoint = self.checkpoint.0;
        self.log = InputLog::open(medium, SPEC, &mut [0; IDENTITY_LEN], |_, bytes| {
            found += 1;
            if found > checkpoint {
                since.push(bytes.to_vec());
            }
        })
        .map_err(words)?;
        let told = std::mem::replace(&mut self.told, found);
        if found > told || found + 1 < told {
            return Err(format!("the centre was told {told} things, its disk holds {found}"));
        }
        let mut again = self.checkpoint.1.clone();
        let since = since.iter().map(|bytes| serde_json::from_slice(bytes).map_err(words));
        let since: Vec<Input> = since.collect::<Result<_, String>>()?;
        // What came onto the disk and was not done any more is done now, for the first time.
        let (before, new) = since.split_at(since.len().min(self.done.saturating_sub(checkpoint)));
        for input in before {
            let _ = again.apply(input);
        }
        let whole = new.is_empty() && found == told && !self.down;
        if whole && again.books() != centre.books() {
            return Err("the centre's books are others after its restart".to_owned());
        }
        centre.put_back(again);
        for input in new {
            let _ = centre.apply(input);
        }
        self.done = found;
        (self.dies, self.down) = (false, false);
        Ok(())
    }
}
