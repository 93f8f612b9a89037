//! The thread that keeps the lists as the centre has them: events from where it stopped, a whole list where one is
//! missing or differs.

use std::sync::Arc;
use std::time::Instant;

use api::site::Happened;
use client::{Client, ClientError, Sign, Told};
use lists::{Cursor, Kind};

use crate::held::{Gap, KINDS, name_of};
use crate::line::Part;
use crate::pace::BackOff;
use crate::shared::{Centre, Shared};
use crate::uploader::words_of;

/// The thread's own.
pub(crate) struct Listener {
    shared: Arc<Shared>,
    back_off: BackOff,
    /// Lists to be fetched anew, by their place in [`KINDS`].
    wanted: [bool; 2],
    /// When both were compared with the centre's.
    compared: Instant,
    /// The end of the centre's events when this stream was opened; until then nobody is told of each event.
    catching_up: Option<Cursor>,
}

/// Why the stream is left.
enum Left {
    /// The server ended it in good order, or a list must be fetched anew.
    Again,
    /// There is no centre any more.
    Failed(String),
}

impl From<ClientError> for Left {
    fn from(error: ClientError) -> Self {
        Self::Failed(words_of(&error))
    }
}

impl Listener {
    pub(crate) fn new(shared: Arc<Shared>, seed: u64) -> Self {
        let back_off = BackOff::new(shared.pace, seed);
        let compared = Instant::now();
        Self { shared, back_off, wanted: [false; 2], compared, catching_up: None }
    }

    /// Until the line is closed.
    pub(crate) fn run(mut self) {
        loop {
            let before = self.shared.bell.signals();
            if before.stop {
                return;
            }
            let Some(centre) = self.shared.centre() else { return };
            let away = match self.follow(&centre) {
                Ok(()) | Err(Left::Again) => false,
                Err(Left::Failed(_)) if centre.retired.is_cut() => false,
                Err(Left::Failed(reason)) => {
                    if !self.shared.bell.signals().stop {
                        self.shared.line.down(Part::Events, &reason);
                    }
                    true
                }
            };
            self.save(false);
            // Somebody else may reach the centre before that.
            let until = Instant::now() + self.back_off.wait();
            let up = before.came_up;
            self.shared.bell.wait(Some(until), |now| now.stop || (away && now.came_up != up));
        }
    }

    /// Bases and comparison first, then events as they come.
    fn follow(&mut self, centre: &Centre) -> Result<(), Left> {
        for (place, kind) in KINDS.into_iter().enumerate() {
            self.agree(&centre.patient, place, kind)?;
        }
        self.save(false);
        let mut cursor = self.cursor().ok_or(Left::Again)?;
        let mut events = centre.stream.events(Some(&cursor.to_string()))?;
        self.back_off.reset();
        self.shared.is_up(Part::Events);
        self.reached(&cursor);
        while let Some(sign) = events.next_sign() {
            let sign = sign?;
            self.shared.is_up(Part::Events);
            match sign {
                Sign::Told(told) => cursor = self.take(&cursor, &told)?,
                Sign::Fresh => self.fresh(),
                Sign::Alive => {}
            }
            if self.shared.bell.signals().stop {
                return Ok(());
            }
            if self.compared.elapsed() >= self.shared.pace.compare {
                for (place, kind) in KINDS.into_iter().enumerate() {
                    self.agree(&centre.patient, place, kind)?;
                }
            }
            self.save(false);
        }
        Ok(())
    }

    /// The list holds what the centre's books had at its cursor, or is fetched anew.
    fn agree(&mut self, client: &Client, place: usize, kind: Kind) -> Result<(), Left> {
        self.compared = Instant::now();
        let wanted = self.wanted.get(place).copied().unwrap_or(true);
        if let Some((cursor, mine)) = self.shared.held.at(kind).filter(|_| !wanted) {
            let state = client.list_state(name_of(kind), &cursor.to_string())?;
            let same = state.as_ref().filter(|state| {
                (state.version, state.rows) == (mine.version, mine.rows)
                    && state.digest == mine.digest.to_string()
            });
            if let Some(state) = same {
                self.catching_up = state.end.parse().ok();
                return Ok(());
            }
            tracing::warn!(list = name_of(kind), %cursor, "the list differs from the centre's");
        }
        self.fetch(client, place, kind)
    }

    fn fetch(&mut self, client: &Client, place: usize, kind: Kind) -> Result<(), Left> {
        let bytes = client.list_base(name_of(kind))?;
        let replaced = self.shared.held.replace(kind, &bytes);
        replaced.map_err(|error| {
            Left::Failed(format!("its list `{}` is of no use: {error}", name_of(kind)))
        })?;
        if let Some(wanted) = self.wanted.get_mut(place) {
            *wanted = false;
        }
        self.tell(kind, "the list was fetched whole");
        Ok(())
    }

    /// Where a stream for both lists goes on.
    fn cursor(&self) -> Option<Cursor> {
        let mut all = KINDS.into_iter().map(|kind| self.shared.held.at(kind));
        let first = all.next()??.0;
        all.try_fold(first, |cursor, at| Some(cursor.behind_both(&at?.0)))
    }

    fn take(&mut self, before: &Cursor, told: &Told) -> Result<Cursor, Left> {
        let no_cursor = || Left::Failed("an event carries no cursor".to_owned());
        let cursor: Cursor = told.cursor.parse().map_err(|_| no_cursor())?;
        let Some(step) = before.step_to(&cursor) else { return Err(self.gap([0, 1])) };
        for (place, kind) in KINDS.into_iter().enumerate() {
            match self.shared.held.take(kind, step, &told.event) {
                Ok(true) if self.catching_up.is_none() => {
                    self.shared.held.is_fresh(kind);
                    self.tell(kind, "the list changed");
                }
                Ok(_) => {}
                Err(Gap) => return Err(self.gap([place, place])),
            }
        }
        self.reached(&cursor);
        Ok(cursor)
    }

    fn gap(&mut self, places: [usize; 2]) -> Left {
        for place in places {
            if let Some(wanted) = self.wanted.get_mut(place) {
                *wanted = true;
            }
        }
        tracing::warn!("an event was missed: the list is fetched anew");
        Left::Again
    }

    /// Everything that there was when the stream was opened was heard: from now on each event is told.
    fn reached(&mut self, cursor: &Cursor) {
        if self.catching_up.take_if(|end| cursor.covers(end)).is_some() {
            for kind in KINDS {
                self.shared.held.is_fresh(kind);
                self.tell(kind, "the list is that of the centre");
            }
        }
    }

    /// The server has read its books and has nothing more to tell.
    fn fresh(&mut self) {
        self.catching_up = None;
        for kind in KINDS {
            self.shared.held.is_fresh(kind);
        }
    }

    fn tell(&self, kind: Kind, words: &str) {
        let list = match kind {
            Kind::Blacklist => "blacklist",
            Kind::GreyList => "grey_list",
        };
        let standing = self.shared.held.standing(kind);
        let (list, words) = (list.to_owned(), words.to_owned());
        self.shared.feed.tell(Happened::List { list, standing, words });
    }

    fn save(&self, all: bool) {
        if let Err(error) = self.shared.held.save(all) {
            tracing::warn!(%error, "the lists cannot be written: they are fetched anew after a restart");
        }
    }
}
