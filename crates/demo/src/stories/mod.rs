//! Stories of protocol §10 that play themselves, by the same calls as the buttons.
//!
//! A story is data: steps with words, each with what hands do and what is waited for. Nothing is waited for by time; the
//! rest between two steps is for people to follow, and goes with the speed.

mod breaks;
mod chips;
mod counter;
mod deeds;
mod list;
mod play;

use crate::documents::{StoryRuns, StoryShown};
use crate::psams::PsamFails;
use crate::readers::TearAt;

pub use list::ALL;
pub(crate) use play::play;

/// A nozzle: the station's name and its number.
pub type At = (&'static str, u8);

/// What is done, or waited for. Cards are counted from 0 as in the wallet.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// A card is put in.
    Insert(usize, At),
    /// A card is pulled.
    Pull(usize),
    /// A card's power will fail.
    Tear(usize, TearAt),
    /// The hose is taken; the tank is full after so many thousandths.
    Lift(At, u64),
    /// The hose is hung up.
    HangUp(At),
    /// The PIN is typed, and fuel asked for: up to this amount, or to fill up.
    Refuel(At, Option<u32>),
    /// Money is asked for, and comes onto the card.
    Load(At, u32),
    /// Goods are bought.
    Buy(At, u32),
    /// The card in the reader is to be freed.
    Unlock(At),
    /// The PSAM of a nozzle will fail.
    PsamFails(At, PsamFails),
    /// A station without power loses its journal.
    Burn(&'static str),
    /// A grey card is sent DEBITs with false codes until its application locks itself.
    FalseDebits(usize),
    /// The centre unblocks a card's application.
    Unblock(usize),
    /// Two operators decide what the last escape costs: this, or what flowed.
    Rule(Option<u32>),
    /// Somebody copies a card's chip.
    Copy(usize),
    /// The copy takes the place of the card in the wallet, and the other way round.
    Swap(usize),
    /// A station's power is switched.
    Power(&'static str, bool),
    /// A station's line to the centre is switched.
    Link(&'static str, bool),
    /// A grey record is read off the receipt of the last escape, and shown at a station.
    Paper(&'static str),
    /// The last DEBIT that a card was sent is sent to it again.
    Replay(usize),
    /// Waits until the nozzle sees a card and takes commands.
    Ready(At),
    /// Waits until so many thousandths have flowed.
    Flowed(At, u64),
    /// Waits until the visit ended, and it must have ended like this.
    Ended(At, &'static str),
    /// Waits until a card is in this state.
    CardIs(usize, &'static str),
    /// The card can spend less than when the story began, by this amount at least.
    Paid(usize, u32),
    /// The card can spend more than when the story began, by this amount.
    Gained(usize, u32),
    /// The card can spend what it could when the story began.
    Unpaid(usize),
    /// Waits until a station knows that the line is up, or down.
    LineIs(&'static str, &'static str),
    /// Waits until the centre has taken all that the station reports.
    Reported(&'static str),
    /// Waits until the centre has every report, whatever is still open at the station.
    Sent(&'static str),
    /// Waits until the card is on the centre's blacklist.
    Blacklisted(usize),
    /// Waits until the centre's books have a claim of the station.
    Claimed(&'static str),
    /// Reports wait at the station.
    Waiting(&'static str),
    /// Waits until the station's grey list has a record of the last lock of a card.
    Listed(&'static str),
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What happens, for whoever watches.
    pub words: &'static str,
    /// The same in deeds.
    pub acts: &'static [Act],
}

/// A story.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// In paths.
    pub name: &'static str,
    /// On the button.
    pub title: &'static str,
    /// What breaks, as protocol §10 has it.
    pub row: &'static str,
    /// What there is to see.
    pub what: &'static str,
    /// What the books name at its end, by `greylock audit`'s names; nothing where they hold.
    pub names: &'static [&'static str],
    /// How it goes.
    pub steps: &'static [Step],
}

impl Story {
    /// What is said of the books when it came to its end.
    #[must_use]
    pub const fn ends(&self) -> &'static str {
        if self.names.is_empty() {
            "the books hold to the cent"
        } else {
            "the books name what is missing, to the cent"
        }
    }
}

/// A story by its name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Story> {
    ALL.iter().find(|story| story.name == name)
}

/// The buttons.
#[must_use]
pub fn shown() -> Vec<StoryShown> {
    let shown = ALL.iter().map(|story| StoryShown {
        name: story.name.to_owned(),
        title: story.title.to_owned(),
        row: story.row.to_owned(),
        what: story.what.to_owned(),
        names: story.names.iter().map(|name| (*name).to_owned()).collect(),
        steps: story.steps.iter().map(|step| step.words.to_owned()).collect(),
    });
    shown.collect()
}

/// A story at one of its steps.
#[must_use]
pub fn runs(story: &Story, step: usize, words: &str, state: &str) -> StoryRuns {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    StoryRuns {
        name: story.name.to_owned(),
        step: number(step),
        of: number(story.steps.len()),
        words: words.to_owned(),
        state: state.to_owned(),
    }
}
