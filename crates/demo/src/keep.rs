//! What of a demo outlives its process: the folder, its worlds, and what each was made of.
//!
//! A folder holds `greylock-demo`, which is locked while a demo runs in it, and the folder `world-N` of the world that
//! is played in; those before it are removed once it is there. In a world are the centre's books, a folder for each
//! station, the authority, the chips in `chips`, and, once all of it is made, `world.json`: every random byte that its
//! keys and chips were made with. Made with the same bytes again, keys and numbers are the same; what chips and pumps
//! hold comes from their files.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::outside::Outside;

/// The file that says what the folder is.
const MARK: &str = "greylock-demo";
/// The file that a whole world has.
const MADE_OF: &str = "world.json";
/// Of what is in `world.json`, and of what is made from it: a test of the town has what this version makes, and asks for
/// another number when that changes.
pub(crate) const VERSION: u32 = 2;
const HELPS: &str = "give the demo another folder, or none";

/// A folder in which nobody else plays meanwhile.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _locked: File,
}

impl Folder {
    /// Takes a folder: one of a demo, or an empty one.
    ///
    /// # Errors
    /// It holds something else, another demo runs in it, or the disk refuses.
    pub fn take(path: PathBuf) -> Result<Self, String> {
        let shown = path.display();
        let words = |error: std::io::Error| format!("{shown}: {error}");
        let mark = path.join(MARK);
        if !mark.exists() && fs::read_dir(&path).map_err(words)?.next().is_some() {
            return Err(format!("{shown} is not empty and holds no demo: {HELPS}"));
        }
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(&mark).map_err(words)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(format!("another demo runs in {shown}: end it first, or {HELPS}"));
            }
            Err(fs::TryLockError::Error(error)) => return Err(words(error)),
        }
        Ok(Self { path, _locked: file })
    }

    /// The folder of a world.
    #[must_use]
    pub fn world(&self, number: u64) -> PathBuf {
        self.path.join(format!("world-{number}"))
    }

    /// The world to go on with: the last whole one, or the first number that none has.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn last(&self) -> Result<u64, String> {
        let is_whole = |number: &u64| self.world(*number).join(MADE_OF).exists();
        let whole = self.numbers()?.into_iter().filter(is_whole).max();
        whole.map_or_else(|| self.fresh(0), Ok)
    }

    /// The first number above this one and above every world that is there, also above one that was begun and is not
    /// whole: its chips and books are of other keys.
    ///
    /// # Errors
    /// The folder cannot be read, or no number is left.
    pub fn fresh(&self, above: u64) -> Result<u64, String> {
        let last = self.numbers()?.into_iter().fold(above, u64::max);
        last.checked_add(1).ok_or_else(|| format!("no world comes after world-{last}: {HELPS}"))
    }

    /// Removes the worlds before this one, whole or not. What the disk keeps, the next one removes.
    pub fn remove_before(&self, number: u64) {
        let before = self.numbers().unwrap_or_default().into_iter().filter(|one| *one < number);
        before.for_each(|one| drop(fs::remove_dir_all(self.world(one))));
    }

    /// Of the worlds that are there, whole or not.
    fn numbers(&self) -> Result<Vec<u64>, String> {
        let entries = fs::read_dir(&self.path).map_err(words)?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let numbers = names.filter_map(|name| {
            let number = name.strip_prefix("world-")?.parse().ok()?;
            // `world-01` is somebody else's.
            (name == format!("world-{number}")).then_some(number)
        });
        Ok(numbers.collect())
    }
}

/// What keys and chips of a world are made with: bytes that are drawn now, or were when the world was made.
pub struct MadeOf {
    path: PathBuf,
    drawn: Arc<Mutex<Zeroizing<Vec<u8>>>>,
    /// How many of them were taken again; `None` in a world that is made now.
    taken: Option<Arc<Mutex<usize>>>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    drawn: String,
}

impl MadeOf {
    /// Of the world in this folder, or of a new one there.
    ///
    /// # Errors
    /// It was made by another version.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(MADE_OF);
        let (mut drawn, mut taken) = (Zeroizing::default(), None);
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            let written = serde_json::from_str::<Written>(&text).ok();
            let written = written.filter(|written| written.version == VERSION);
            let bytes = written.and_then(|written| hex::decode(written.drawn).ok());
            drawn = Zeroizing::new(bytes.ok_or_else(|| other_version(folder))?);
            taken = Some(Arc::default());
        }
        Ok(Self { path, drawn: Arc::new(Mutex::new(drawn)), taken })
    }

    /// The world was made before.
    #[must_use]
    pub const fn is_again(&self) -> bool {
        self.taken.is_some()
    }

    /// Everything is made of them: a world that was made before took every byte that was drawn then.
    ///
    /// # Errors
    /// It was made otherwise than worlds are now.
    pub fn took_all(&self) -> Result<(), String> {
        let Some(taken) = &self.taken else { return Ok(()) };
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.path.parent().unwrap_or(&self.path);
        if *taken == drawn.len() { Ok(()) } else { Err(other_version(folder)) }
    }

    /// Time as it is, and these random bytes.
    #[must_use]
    pub fn outside(&self, outside: &Outside) -> Outside {
        let (drawn, taken) = (Arc::clone(&self.drawn), self.taken.clone());
        let fresh = Arc::clone(&outside.random);
        let random = move |bytes: &mut [u8]| {
            let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(taken) = &taken else {
                fresh(bytes)?;
                drawn.extend_from_slice(bytes);
                return Ok(());
            };
            let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
            let next = drawn.get(*taken..*taken + bytes.len());
            bytes.copy_from_slice(next.ok_or("the world was made of fewer random bytes")?);
            *taken += bytes.len();
            Ok(())
        };
        Outside { now: Arc::clone(&outside.now), random: Arc::new(random) }
    }

    /// Everything is made: the next demo in the folder goes on with it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&self) -> Result<(), String> {
        if self.is_again() {
            return Ok(());
        }
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let written = Written { version: VERSION, drawn: hex::encode(drawn.as_slice()) };
        let text = Zeroizing::new(serde_json::to_string(&written).map_err(words)?);
        let new = self.path.with_extension("new");
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .map_err(words)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(words)?;
        fs::rename(&new, &self.path).map_err(words)
    }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn other_version(folder: &Path) -> String {
    format!("{} was made by another version of greylock: {HELPS}", folder.display())
}
