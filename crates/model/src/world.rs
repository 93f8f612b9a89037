//! Everything there is in one state of the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::Arc;

use host::{CardOpening, Centre as Rules, MemoryBooks, PurseOpening, UnlockRequest};
use wire::{Amount, Asn, Date, Stamp, Tid, Time, Ttc};

use crate::bounds::Bounds;
use crate::card::Card;
use crate::centre::Centre;
use crate::code::Vault;
use crate::journal_wire::SharedJournal;
use crate::psam::Psam;

/// What may still happen.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Left {
    /// Refuellings, by card.
    pub(crate) refuels: Vec<u8>,
    /// Other visits.
    pub(crate) visits: u8,
    /// Mishaps, attacks and lies.
    pub(crate) faults: u8,
}

/// A state.
#[derive(Clone)]
pub struct World {
    pub(crate) cards: Vec<Card>,
    pub(crate) psams: Vec<Psam>,
    pub(crate) journals: Vec<SharedJournal>,
    pub(crate) totalizers: Vec<u64>,
    pub(crate) centre: Centre,
    /// Unlock requests that are still on their way.
    pub(crate) late: Arc<BTreeSet<UnlockRequest>>,
    /// What really flowed under each lock.
    pub(crate) flowed: Arc<BTreeMap<(Tid, Ttc), Amount>>,
    /// Locks of which their station lied.
    pub(crate) lied: Arc<BTreeSet<(Tid, Ttc)>>,
    /// Somebody altered what INITIALIZE answered: the notice of such a lock fits nothing.
    pub(crate) tampered: bool,
    pub(crate) left: Left,
    /// Messages arrive just now, and the next deed but them asks the centre: messages wait until
    /// somebody asks, since nothing else can notice when they came.
    pub(crate) listening: bool,
    /// What a step broke that no state shows.
    pub(crate) broken: Option<&'static str>,
}

/// The stations: each terminal is one, with a journal of its own.
pub(crate) const STATIONS: [&str; 4] = ["station 1", "station 2", "station 3", "station 4"];

pub(crate) fn cents(units: u8) -> Amount {
    Amount::new(units.into()).unwrap_or_default()
}

/// It is always the same moment: nothing may hang on clocks.
pub(crate) fn now() -> Stamp {
    let (date, time) = (Date::new(2026, 1, 2), Time::new(3, 4, 5));
    Stamp { date: date.unwrap_or_default(), time: time.unwrap_or_default(), utc_offset_minutes: 0 }
}

pub(crate) const fn asn_of(card: u8) -> Asn {
    Asn([0, 0, 0, 0, 0, 0, 0, card + 1])
}

pub(crate) const fn tid_of(terminal: u8) -> Tid {
    Tid([0, 0, 0, 0, 0, terminal + 1])
}

impl World {
    /// All cards issued, all PSAMs new, nothing has happened.
    pub(crate) fn new(bounds: &Bounds) -> Self {
        let cards = 0..bounds.cards;
        let terminals = 0..bounds.terminals;
        let mut centre = Rules::new(MemoryBooks::forgetful(), Vault);
        let balance = cents(bounds.money);
        for card in cards.clone() {
            let opened = PurseOpening { balance, ..PurseOpening::default() };
            let openings = [opened, PurseOpening::default()];
            let opening =
                CardOpening { asn: asn_of(card), openings, key_version: None, expiry: None };
            let _ = centre.register_card(&opening, now());
        }
        for terminal in terminals.clone() {
            let _ = centre.register_psam(tid_of(terminal), STATIONS[usize::from(terminal)]);
        }
        let by_card = |each: u8| vec![each; usize::from(bounds.cards)];
        Self {
            cards: cards.map(|card| Card::new(asn_of(card), balance)).collect(),
            psams: terminals.clone().map(|terminal| Psam::new(tid_of(terminal))).collect(),
            journals: terminals.clone().map(|_| SharedJournal::default()).collect(),
            totalizers: terminals.map(|_| 0).collect(),
            centre: Centre::new(centre),
            late: Arc::default(),
            flowed: Arc::default(),
            lied: Arc::default(),
            tampered: false,
            left: Left {
                refuels: by_card(bounds.transactions),
                visits: bounds.visits,
                faults: bounds.faults,
            },
            listening: false,
            broken: None,
        }
    }

    /// The same world with other bounds on what may still happen.
    pub(crate) fn with_left(mut self, refuels: u8, visits: u8) -> Self {
        self.left.refuels.fill(refuels);
        self.left.visits = visits;
        self.left.faults = 0;
        self
    }

    /// What flowed under a lock.
    pub(crate) fn flowed_under(&self, lock: (Tid, Ttc)) -> Amount {
        self.flowed.get(&lock).copied().unwrap_or_default()
    }

    /// True when every number of `self` is at least what it was, and money on cards never grew.
    pub(crate) fn follows(&self, before: &Self) -> bool {
        let cards = self.cards.iter().zip(&before.cards);
        let mut cards = cards.map(|(now, was)| {
            now.ctc >= was.ctc && now.otc >= was.otc && now.balance <= was.balance
        });
        let psams = self.psams.iter().zip(&before.psams);
        cards.all(|fine| fine) && psams.into_iter().all(|(now, was)| now.next >= was.next)
    }

    /// A number that two equal states share, and two others hardly ever.
    pub(crate) fn fingerprint(&self) -> u64 {
        number_of(|hasher| self.hash(hasher))
    }

    /// The same, whatever may still happen.
    pub(crate) fn fingerprint_of_facts(&self) -> u64 {
        number_of(|hasher| self.hash_facts(hasher))
    }

    fn hash_facts<H: Hasher>(&self, state: &mut H) {
        self.cards.hash(state);
        self.psams.hash(state);
        self.journals.hash(state);
        self.totalizers.hash(state);
        self.centre.hash(state);
        self.late.hash(state);
        self.flowed.hash(state);
        self.lied.hash(state);
        self.tampered.hash(state);
        self.broken.hash(state);
    }
}

/// What a hash comes to, the same in every run.
pub(crate) fn number_of(hash: impl FnOnce(&mut ahash::AHasher)) -> u64 {
    let mut hasher = ahash::RandomState::with_seeds(1, 2, 3, 4).build_hasher();
    hash(&mut hasher);
    hasher.finish()
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_facts(state);
        self.left.hash(state);
        self.listening.hash(state);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("cards", &self.cards)
            .field("journals", &self.journals)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
