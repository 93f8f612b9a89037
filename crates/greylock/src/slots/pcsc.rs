//! A PC/SC reader of a nozzle.

use std::sync::Arc;
use std::time::Duration;

use forecourt::slot::{CardInside, ReaderSilent};
use forecourt::{CardSlot, Presence};

use super::silent;
use crate::error::Error;
use crate::media::{ReaderSlot, ReaderWatch};

/// The reader whose name has a part.
pub(super) struct ReaderCards {
    part: String,
    watch: Option<ReaderWatch>,
    /// The card that was given out last.
    given: Option<u32>,
}

/// The card with this count.
struct Counted {
    watch: ReaderWatch,
    count: u32,
}

impl Presence for Counted {
    fn is_in(&self) -> bool {
        self.watch.has(self.count)
    }
}

impl ReaderCards {
    pub(super) fn new(part: &str) -> Self {
        Self { part: part.to_owned(), watch: None, given: None }
    }

    fn wait(&mut self, at_most: Duration) -> Result<Option<CardInside>, Error> {
        let watch = match self.watch.take() {
            Some(watch) => watch,
            None => ReaderWatch::find(&self.part)?,
        };
        let Some(count) = watch.wait_for_other(self.given, at_most)? else {
            self.watch = Some(watch);
            return Ok(None);
        };
        let inside = self.open(&watch, count);
        // One that does not answer is not asked again before it was pulled.
        self.given = Some(count);
        self.watch = Some(watch);
        inside.map(Some)
    }

    fn open(&self, watch: &ReaderWatch, count: u32) -> Result<CardInside, Error> {
        let presence = Counted { watch: watch.again()?, count };
        let chip = ReaderSlot::open_card(&self.part)?;
        Ok(CardInside { chip: Box::new(chip), presence: Arc::new(presence) })
    }

    fn once_more(&mut self) -> Result<Option<CardInside>, Error> {
        match (&self.watch, self.given) {
            (Some(watch), Some(count)) if watch.has(count) => self.open(watch, count).map(Some),
            _ => Ok(None),
        }
    }
}

impl CardSlot for ReaderCards {
    fn describe(&self) -> (&'static str, Option<String>) {
        ("pcsc", Some(self.part.clone()))
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        self.wait(at_most).map_err(|error| silent(&error))
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        self.once_more().map_err(|error| silent(&error))
    }
}
