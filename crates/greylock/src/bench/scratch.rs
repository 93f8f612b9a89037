//! A folder of the benchmark's own, and the bare `fdatasync`s in it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use station::StationJournal;
use station::journal::IDENTITY_LEN;

use super::medium::{Medium, Syncs};
use crate::error::{Error, Fault};
use crate::media::{Birth, FileNvm, Growth};

/// A folder that is gone again once it is dropped.
pub(super) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes it in this place, whose disk is the one that is measured.
    pub(super) fn make(place: &Path) -> Result<Self, Error> {
        let folder = place.join(format!("greylock-bench-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| Error::file("make", &folder, &error))?;
        Ok(Self { folder })
    }

    /// A file of this length, as the memory of a chip.
    pub(super) fn medium(&self, name: &str, len: usize) -> Result<Medium, Error> {
        self.file(name, len, Growth::Fixed).map(Medium::file)
    }

    /// A station's journal as `greylock refuel` makes it.
    pub(super) fn journal(&self) -> Result<(StationJournal<Medium>, Syncs), Error> {
        let medium = Medium::file(self.file("journal", 0, Growth::Growing)?);
        let syncs = medium.syncs();
        let journal = StationJournal::format(medium, &[0x17; IDENTITY_LEN]);
        let unmade = |error| Error::new(Fault::System, format!("no journal: {error}"));
        Ok((journal.map_err(unmade)?, syncs))
    }

    fn file(&self, name: &str, len: usize, growth: Growth) -> Result<FileNvm, Error> {
        let path = self.folder.join(name);
        let birth = Birth::begin(&path)?;
        drop(birth.memory(len, growth)?);
        birth.finish()?;
        FileNvm::open(&path, growth)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _left_behind = fs::remove_dir_all(&self.folder);
    }
}

/// A memory of which steps must be durable.
#[derive(Clone, Copy)]
enum Of {
    Card,
    Psam,
    Journal,
}

impl Of {
    /// Its file.
    const fn name(self) -> &'static str {
        match self {
            Self::Card => "bare-card",
            Self::Psam => "bare-psam",
            Self::Journal => "bare-journal",
        }
    }

    /// The bytes of one step: a slot, and an entry with its frame.
    const fn len(self) -> usize {
        match self {
            Self::Card => 588,
            Self::Psam => 1204,
            Self::Journal => 128,
        }
    }
}

/// The durable steps of a refuelling in their order, which docs/bench.md gives a reason for: VERIFY, INITIALIZE, INIT SAM,
/// `lock_sent`, LOCK, CERTIFICATE, `locked`, `delivered`, DEBIT SAM, `claimed`, DEBIT, `settled`, the clearing.
#[rustfmt::skip]
const STEPS: [Of; 17] = [
    Of::Card, Of::Card, Of::Card, Of::Psam, Of::Journal, Of::Card, Of::Card, Of::Psam, Of::Psam,
    Of::Journal, Of::Journal, Of::Psam, Of::Journal, Of::Card, Of::Card, Of::Journal, Of::Card,
];

/// The `fdatasync`s that durability needs of a refuelling and nothing else: each after one write of the bytes that have
/// to be durable then, into files that keep their length.
pub(super) struct Yardstick {
    files: [File; 3],
    byte: u8,
}

impl Yardstick {
    /// How many they are.
    pub(super) const SYNCS: usize = STEPS.len();

    /// Makes the files.
    pub(super) fn make(scratch: &Scratch) -> Result<Self, Error> {
        let file = |of: Of| {
            let path = scratch.folder.join(of.name());
            let mut how = OpenOptions::new();
            let file = how.read(true).write(true).create_new(true).open(&path);
            let filled = file.and_then(|file| {
                file.write_all_at(&vec![0; of.len()], 0)?;
                file.sync_all()?;
                Ok(file)
            });
            filled.map_err(|error| Error::file("make", &path, &error))
        };
        Ok(Self { files: [file(Of::Card)?, file(Of::Psam)?, file(Of::Journal)?], byte: 0 })
    }

    /// Makes those that are due after `done` of `all` commands.
    pub(super) fn sync_after(&mut self, done: usize, all: usize) -> Result<(), Error> {
        let due = |done: usize| STEPS.len() * done / all.max(1);
        let steps = STEPS.get(due(done.saturating_sub(1))..due(done)).unwrap_or_default();
        for of in steps {
            self.byte = self.byte.wrapping_add(1);
            let [card, psam, journal] = &self.files;
            let file = match of {
                Of::Card => card,
                Of::Psam => psam,
                Of::Journal => journal,
            };
            let written = file.write_all_at(&vec![self.byte; of.len()], 0);
            let done = written.and_then(|()| file.sync_data());
            done.map_err(|error| Error::file("write", Path::new(of.name()), &error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_due_once_whatever_the_number_of_commands() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::make(folder.path()).unwrap();
        let mut yardstick = Yardstick::make(&scratch).unwrap();
        for (all, made) in [(1, 17), (13, 34), (40, 51)] {
            (1..=all).for_each(|done| yardstick.sync_after(done, all).unwrap());
            assert_eq!(yardstick.byte, made);
        }
        drop(scratch);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing stays");
    }
}
