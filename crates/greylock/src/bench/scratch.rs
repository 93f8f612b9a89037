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

/// The `fdatasync`s that durability needs of a refuelling and nothing else: each after one write of the bytes that have
/// to be durable then, into files that keep their length.
pub(super) struct Yardstick {
    files: [File; 3],
}

/// Durable steps of each device in one refuelling, and the bytes of one; docs/bench.md says which they are.
const CARD: (u64, usize) = (8, 588);
const PSAM: (u64, usize) = (4, 1204);
const JOURNAL: (u64, usize) = (5, 128);

impl Yardstick {
    /// How many they are.
    pub(super) const SYNCS: u64 = CARD.0 + PSAM.0 + JOURNAL.0;

    /// Makes the files.
    pub(super) fn make(scratch: &Scratch) -> Result<Self, Error> {
        let file = |name: &str, len: usize| {
            let path = scratch.folder.join(name);
            let mut how = OpenOptions::new();
            let file = how.read(true).write(true).create_new(true).open(&path);
            let filled = file.and_then(|file| {
                file.write_all_at(&vec![0; len], 0)?;
                file.sync_all()?;
                Ok(file)
            });
            filled.map_err(|error| Error::file("make", &path, &error))
        };
        let files =
            [file("bare-card", CARD.1)?, file("bare-psam", PSAM.1)?, file("bare", JOURNAL.1)?];
        Ok(Self { files })
    }

    /// Makes them.
    pub(super) fn sync_all(&mut self) -> Result<(), Error> {
        for (file, (steps, len)) in self.files.iter().zip([CARD, PSAM, JOURNAL]) {
            for step in 0..steps {
                let byte = u8::try_from(step).unwrap_or(0);
                let done = file.write_all_at(&vec![byte; len], 0).and_then(|()| file.sync_data());
                done.map_err(|error| {
                    Error::file("write", Path::new("the scratch folder"), &error)
                })?;
            }
        }
        Ok(())
    }
}
