//! The life of a card or a PSAM as a registered thing: facts that only grow, acts of operators that are only appended,
//! and the state that follows from both.
//!
//! | state | follows from | what it refuses |
//! |---|---|---|
//! | made | its number was begun and its profile handed out | nothing |
//! | active | issuing was confirmed, or a code of it was right | nothing |
//! | blocked | an operator's block, or an alarm that two persons have not lifted | see below |
//! | lost | the cardholder or station said so, and it was not found again | see below |
//! | replaced | two persons; final | see below |
//! | expired | its last day of use is over | a card's loads |
//!
//! A card that is blocked, lost or replaced is on the blacklist: no new locks, no loads, no unloads. Its on-line unlocks,
//! its outcomes and the unloads of an expired card are never refused (protocol §9). Through a PSAM that is blocked, lost
//! or replaced nothing is unlocked, loaded or unloaded; its outcomes are heard all the same.
//!
//! An act is named by its place in the history: who orders it says how many acts he has seen, so an order that was
//! lost, repeated or overtaken is done once or not at all.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use wire::{Date, Stamp};

use crate::codec;
use crate::notice::Code;

/// A blank chip by the number that its maker gave it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Chip(pub [u8; 10]);

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

/// The text is no chip's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("want the chip's number, 10 bytes in hex")]
pub struct ChipError;

impl FromStr for Chip {
    type Err = ChipError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(text).map_err(|_| ChipError)?;
        bytes.try_into().map(Self).map_err(|_| ChipError)
    }
}

macro_rules! names {
    ($(#[$about:meta])* $kind:ident { $($(#[$words:meta])* $name:ident = $text:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $kind { $($(#[$words])* #[serde(rename = $text)] $name),* }

        impl $kind {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name, as the interface shows it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The one that has this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

names! {
    /// What a card or PSAM is, by all that is known.
    State {
        /// Its number was begun and its profile handed out.
        Made = "made",
        /// It is out, and works.
        Active = "active",
        /// An operator's block, or an alarm.
        Blocked = "blocked",
        /// Somebody lost it.
        Lost = "lost",
        /// Another one took its place, for ever.
        Replaced = "replaced",
        /// Its last day of use is over.
        Expired = "expired",
    }
}

names! {
    /// What operators do about a card or PSAM.
    Measure {
        /// No new locks, loads and unloads.
        Block = "block",
        /// Takes the operators' block back; alarms stay.
        LiftBlock = "lift_block",
        /// Its holder says that it is lost.
        ReportLost = "report_lost",
        /// It was found again.
        ReportFound = "report_found",
        /// Two persons looked at the alarms that stand, and let the card go on.
        LiftAlarms = "lift_alarms",
        /// The chip that the number was begun on will never be used: the number may be begun on another. Two persons.
        GiveUpChip = "give_up_chip",
        /// A PSAM is out of service for good. Two persons. A card's replacement moves money: see `replace`.
        Retire = "retire",
    }
}

impl Measure {
    /// True when it counts only once a second person approved it.
    #[must_use]
    pub const fn needs_two(self) -> bool {
        matches!(self, Self::LiftAlarms | Self::GiveUpChip | Self::Retire)
    }
}

/// Something that no honest run of the protocol produces, with what shows it. The same evidence raises it once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Alarm {
    /// What kind.
    pub code: Code,
    /// What shows it: a lock, a purchase, an OTC, a chip.
    pub evidence: String,
}

/// One act of operators. What two persons do counts from the approval on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Act {
    /// What is done.
    pub measure: Measure,
    /// The alarms that [`Measure::LiftAlarms`] lifts: those that stood when it was ordered.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub alarms: BTreeSet<Alarm>,
    /// The chip that [`Measure::GiveUpChip`] gives up.
    #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
    pub chip: Option<Chip>,
    /// Who ordered it.
    pub maker: String,
    /// Why.
    pub reason: String,
    /// When, by the centre.
    #[serde(with = "codec::bytes")]
    pub at: Stamp,
    /// Who approved it, and when.
    #[serde(with = "codec::approval", default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<(String, Stamp)>,
}

impl Act {
    /// From when on it counts; `None` while it waits for its second person.
    #[must_use]
    pub fn since(&self) -> Option<Stamp> {
        let approved = self.approved.as_ref().map(|(_, at)| *at);
        if self.measure.needs_two() { approved } else { Some(self.at) }
    }
}

/// What is known of a card's or PSAM's life.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Life {
    /// The blank chip that its number was begun on, where one was named and not given up.
    #[serde(with = "codec::maybe_text", default, skip_serializing_if = "Option::is_none")]
    pub chip: Option<Chip>,
    /// Issuing was confirmed, or a code of it was right.
    #[serde(default)]
    pub active: bool,
    /// Every alarm that was ever raised.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub alarms: BTreeSet<Alarm>,
    /// What operators did, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
}

impl Life {
    /// Begun on this chip.
    #[must_use]
    pub fn begun(chip: Option<Chip>) -> Self {
        Self { chip, ..Self::default() }
    }

    /// The acts that count.
    fn counting(&self) -> impl DoubleEndedIterator<Item = (&Act, Stamp)> {
        self.acts.iter().filter_map(|act| act.since().map(|since| (act, since)))
    }

    /// The last of these two measures that counts decides.
    fn stands(&self, on: Measure, off: Measure) -> bool {
        let mut last = self.counting().rev().map(|(act, _)| act.measure);
        last.find(|measure| [on, off].contains(measure)) == Some(on)
    }

    /// An operator's block stands.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.stands(Measure::Block, Measure::LiftBlock)
    }

    /// It was lost and not found again.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.stands(Measure::ReportLost, Measure::ReportFound)
    }

    /// A PSAM that is out of service for good.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.counting().any(|(act, _)| act.measure == Measure::Retire)
    }

    /// The alarms that two persons have not lifted.
    #[must_use]
    pub fn standing_alarms(&self) -> BTreeSet<Alarm> {
        let mut standing = self.alarms.clone();
        for (act, _) in self.counting() {
            standing.retain(|alarm| !act.alarms.contains(alarm));
        }
        standing
    }

    /// Whether the chip was given up.
    #[must_use]
    pub fn gave_up(&self, chip: Chip) -> bool {
        self.given_up().any(|given_up| given_up == chip)
    }

    /// Every chip that the number was begun on was given up.
    #[must_use]
    pub fn is_without_chip(&self) -> bool {
        self.chip.is_none() && self.given_up().next().is_some()
    }

    /// The chips that were given up.
    pub fn given_up(&self) -> impl Iterator<Item = Chip> {
        self.counting().filter_map(|(act, _)| act.chip)
    }

    /// Why it gets no new locks, but for a replacement: alarms before losses before blocks.
    #[must_use]
    pub fn barred(&self) -> Option<Code> {
        if self.alarms.is_empty() && self.acts.is_empty() {
            return None;
        }
        let alarm = self.standing_alarms().into_iter().next().map(|alarm| alarm.code);
        let lost = self.is_lost().then_some(Code::ReportedLost);
        let blocked = self.is_blocked().then_some(Code::BlockedByOperator);
        alarm.or(lost).or(blocked)
    }

    /// What it is on a day.
    #[must_use]
    pub fn state(&self, replaced: bool, expiry: Option<Date>, today: Date) -> State {
        let expired = expiry.is_some_and(|last| last < today);
        match self.barred() {
            _ if replaced || self.is_retired() => State::Replaced,
            Some(Code::ReportedLost) => State::Lost,
            Some(_) => State::Blocked,
            None if expired => State::Expired,
            None if self.active => State::Active,
            None => State::Made,
        }
    }

    /// Whether it was blocked, lost or retired at a moment of somebody's clock.
    #[must_use]
    pub fn was_barred_at(&self, moment: Stamp) -> bool {
        let civil = |stamp: Stamp| (stamp.date, stamp.time);
        let until = self.counting().filter(|(_, since)| civil(*since) <= civil(moment));
        let acts: Vec<Act> = until.map(|(act, _)| act.clone()).collect();
        let then = Self { acts, ..Self::default() };
        then.is_blocked() || then.is_lost() || then.is_retired()
    }
}
