//! How a story is told and checked.

use std::fmt::Display;

use crypto::Key;
use host::{KeyKind, KeySet, MainKeys};
use station::visit::{Freed, NoSale, NotFreed, Sale};
use terminal::Failure;
use wire::{Amount, GreyState, Scheme, Suite};

use crate::proof;
use crate::world::World;

/// A story while it is told.
pub struct Telling {
    /// The scheme of the cards.
    pub scheme: Scheme,
    /// The suite of all keys.
    pub suite: Suite,
    /// The card keeps these keys, and PSAMs and centre have newer ones beside them.
    pub moved_to: Option<Suite>,
    /// Dispersing levels of the cards' keys.
    pub levels: u8,
    /// What was said.
    pub lines: Vec<String>,
}

/// A story that was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its name.
    pub name: &'static str,
    /// What breaks.
    pub row: &'static str,
    /// What happened.
    pub lines: Vec<String>,
    /// Whether all held, or what did not.
    pub holds: Result<(), String>,
}

/// Cents as money.
#[must_use]
pub(super) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// An amount as money.
#[must_use]
pub(super) fn amount(amount: Amount) -> String {
    money(i64::from(amount.units()))
}

/// Version 2, other keys of this suite; those before it are older ones now.
fn moved(before: &MainKeys, suite: Suite) -> MainKeys {
    let MainKeys { main, version, suite: old, scheme, .. } = before.clone();
    let mut keys = before.clone();
    for key in keys.main.values_mut() {
        *key = Key::of(suite, *key.diversify([2; 8]).expose());
    }
    keys.older.push(KeySet { main, version, suite: old, scheme });
    MainKeys { version: 2, suite: suite.byte(), scheme: Scheme::Seed, ..keys }
}

impl Telling {
    /// An empty telling.
    #[must_use]
    pub const fn new(scheme: Scheme) -> Self {
        Self { scheme, suite: Suite::TripleDes, moved_to: None, levels: 1, lines: Vec::new() }
    }

    /// Says a line.
    pub fn say(&mut self, line: impl Display) {
        self.lines.push(line.to_string());
    }

    /// A world with one card of 100.00 and two sites, "North" and "South".
    pub fn world(&mut self) -> Result<World, String> {
        let mut keys = World::new(7, self.scheme).keys.in_suite(self.suite);
        keys.levels = KeyKind::ALL.map(|kind| (kind, self.levels)).into();
        let mut world =
            World::with_keys(7, self.moved_to.map_or(keys.clone(), |to| moved(&keys, to)));
        // Which keys a card has was decided when it was issued.
        let newest = std::mem::replace(&mut world.keys, keys);
        world.issue(10_000)?;
        world.keys = newest;
        world.open_site("North")?;
        world.open_site("South")?;
        Ok(world)
    }

    /// Says what a card is, and holds it against what it should be.
    pub fn card_is(
        &mut self,
        world: &World,
        card: usize,
        state: GreyState,
        balance: u32,
    ) -> Result<(), String> {
        let view = world.look(card).ok_or("the card cannot be read")?;
        let found = view.status.state;
        let ed = view.purses[0].balance;
        let word = match found {
            GreyState::Unlocked => "free",
            GreyState::Grey => "grey",
            GreyState::Debited => "free, its TAC not read yet",
            GreyState::UnlockedOnline => "free, its MAC3 not read yet",
        };
        self.say(format_args!("the card is {word}, with {}", amount(ed)));
        check(found == state, format_args!("the card should be {state:?}, it is {found:?}"))?;
        check(ed.units() == balance, format_args!("it should have {balance}, it has {ed}"))
    }

    /// A refuelling that must end well.
    pub fn sold(&mut self, sale: Result<Sale, NoSale>, cents: u32) -> Result<Sale, String> {
        let sale = sale.map_err(|no_sale| format!("no sale: {}", no_sale_words(&no_sale)))?;
        let sold = sale.record.delivery.amount;
        self.say(format_args!("{} of fuel, debited with one command", amount(sold)));
        check(sold.units() == cents, format_args!("{cents} should be sold, {sold} was"))?;
        Ok(sale)
    }

    /// A refuelling that must break while or after the nozzle was open.
    pub fn broke_after(&mut self, sale: Result<Sale, NoSale>) -> Result<wire::LockId, String> {
        match sale {
            Err(NoSale::After { lock, failure }) => {
                self.say(format_args!("{failure}; the lock stays in the journal"));
                Ok(lock)
            }
            other => Err(format!("should break after the nozzle opened: {other:?}")),
        }
    }

    /// A refuelling that must end before the nozzle opened.
    pub fn broke_before(&mut self, sale: Result<Sale, NoSale>) -> Result<NotFreed, String> {
        match sale {
            Err(NoSale::Before(reason)) => {
                self.say(format_args!("nothing flows: {}", not_freed_words(&reason)));
                Ok(reason)
            }
            other => Err(format!("should break before the nozzle opened: {other:?}")),
        }
    }

    /// A card that must be freed.
    pub fn freed(
        &mut self,
        freed: Result<Option<Freed>, NotFreed>,
        cents: u32,
    ) -> Result<Freed, String> {
        let freed = freed.map_err(|reason| format!("not freed: {}", not_freed_words(&reason)))?;
        let freed = freed.ok_or("the card was free already")?;
        self.say(format_args!(
            "the card is freed ({:?}), {} debited",
            freed.how,
            amount(freed.amount)
        ));
        check(freed.amount.units() == cents, format_args!("{cents} should be debited"))?;
        Ok(freed)
    }

    /// The audit of everything, and what it must say: the money on the cards, and what the
    /// centre owes the stations.
    pub fn adds_up(&mut self, world: &World, on_cards: i64, owed: i64) -> Result<(), String> {
        let proof = proof::of(world)?;
        self.say(format_args!(
            "it adds up: {} issued{} = {} on cards + {} debited by cards; {} owed to stations",
            money(proof.issued),
            if proof.loaded == 0 {
                String::new()
            } else {
                format!(" + {} loaded", money(proof.loaded))
            },
            money(proof.on_cards),
            money(proof.debited),
            money(proof.owed_to_stations),
        ));
        check(proof.on_cards == on_cards, format_args!("{on_cards} should be on the cards"))?;
        check(
            proof.owed_to_stations == owed,
            format_args!("{owed} should be owed to stations, it is {}", proof.owed_to_stations),
        )
    }
}

/// A sentence that must be true.
pub(super) fn check(holds: bool, otherwise: impl Display) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_string()) }
}

fn no_sale_words(no_sale: &NoSale) -> String {
    match no_sale {
        NoSale::Before(reason) => not_freed_words(reason),
        NoSale::After { lock, failure } => format!("{failure} (lock {lock})"),
    }
}

/// Why a card was not freed, in words.
#[must_use]
pub(super) fn not_freed_words(reason: &NotFreed) -> String {
    match reason {
        NotFreed::Failed(Failure::Refused(refusal)) => refusal.to_string(),
        NotFreed::Failed(failure) => failure.to_string(),
        NotFreed::Wait(words) => format!("the centre waits: {words}"),
        NotFreed::NoRecordNoLink => "no record here fits, and the centre is out of reach".into(),
        NotFreed::ApplicationLocked => "the application on the card is locked".into(),
    }
}
