//! An image file as a reader: its card is in as long as the file is there.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use forecourt::slot::{CardInside, ReaderSilent};
use forecourt::{CardSlot, Presence};

use super::silent;
use crate::error::{Error, Fault};
use crate::media::{self, FileNvm, Growth, Place};

/// How often the path is looked at: no event tells of a file on every file system.
const LOOK: Duration = Duration::from_millis(50);

/// The place of an image.
pub(super) struct ImageSlot {
    path: PathBuf,
    held: Option<Held>,
}

/// A card that is in. Its file is this process's alone.
struct Held {
    memory: FileNvm,
    which: Arc<Which>,
}

/// One certain file at a path.
struct Which {
    path: PathBuf,
    file: (u64, u64),
}

impl Presence for Which {
    fn is_in(&self) -> bool {
        file_at(&self.path) == Some(self.file)
    }
}

/// Device and number of the file there.
fn file_at(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

impl ImageSlot {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), held: None }
    }

    /// Takes the file that is there; `None` for none, and for one that another process has.
    fn take(&mut self) -> Result<Option<CardInside>, Error> {
        let Some(file) = file_at(&self.path) else { return Ok(None) };
        let memory = match FileNvm::open(&self.path, Growth::Fixed) {
            Ok(memory) => memory,
            Err(error) if error.fault == Fault::Lost || file_at(&self.path).is_none() => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let which = Arc::new(Which { path: self.path.clone(), file });
        let held = Held { memory, which };
        let inside = held.power()?;
        self.held = Some(held);
        Ok(Some(inside))
    }
}

impl Held {
    fn power(&self) -> Result<CardInside, Error> {
        let medium = self.memory.again()?;
        let faults = medium.faults();
        let place = Place::Image(self.memory.path().to_owned());
        let chip: media::CardSlot = media::Slot::over(medium, &place, faults)?;
        Ok(CardInside { chip: Box::new(chip), presence: Arc::<Which>::clone(&self.which) })
    }
}

impl CardSlot for ImageSlot {
    fn describe(&self) -> (&'static str, Option<String>) {
        ("image", Some(self.path.display().to_string()))
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        let end = Instant::now() + at_most;
        loop {
            self.held = self.held.take().filter(|held| held.which.is_in());
            if self.held.is_none()
                && let Some(inside) = self.take().map_err(|error| silent(&error))?
            {
                return Ok(Some(inside));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::park_timeout(left.min(LOOK));
        }
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        match self.held.as_ref().filter(|held| held.which.is_in()) {
            Some(held) => held.power().map(Some).map_err(|error| silent(&error)),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_card_is_told_and_one_that_is_not_there_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.img");
        let mut slot = ImageSlot::new(&path);
        assert!(slot.wait_for_card(Duration::ZERO).unwrap().is_none());
        std::fs::write(&path, b"something else").unwrap();
        let Err(ReaderSilent(words)) = slot.wait_for_card(Duration::ZERO) else { panic!("a card") };
        assert!(words.contains("card.img"), "{words}");
        let theirs = std::fs::File::open(&path).unwrap();
        theirs.lock().unwrap();
        assert!(slot.wait_for_card(Duration::ZERO).unwrap().is_none(), "another process has it");
    }
}
