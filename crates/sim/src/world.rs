//! Cards, sites and the centre, and what people do with them.

use card::{Card, Opening, Pin};
use crypto::Key;
use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use host::{CardOpening, Centre, MainKeys, MemoryBooks, PurseOpening};
use nvm::memory::Ram;
use psam::Psam;
use station::journal::{IDENTITY_LEN, JournalError};
use station::visit::{self, Freed, NoSale, NotFreed, Sale};
use station::{Pump, StationJournal};
use terminal::flow::Wish;
use terminal::{Checks, Clock, Failure, Lost, SaleTerms, Terminal};
use wire::record::Rounding;
use wire::{Amount, Asn, Date, Purse, Scheme, Suite, Tid};

use std::cell::Cell;
use std::rc::Rc;

pub use crate::forecourt::{Breaks, Fill, Flow};

use crate::clock::WorldClock;
pub(crate) use crate::forecourt::Forecourt;
use crate::link::{Line, WorldCentre};
use crate::power::Mains;
use crate::reader::{CardReader, NoCard, PsamSlot, Shim, honest};
use crate::vault::Vault;

/// A card in somebody's pocket.
pub struct Pocket {
    /// Its number.
    pub asn: Asn,
    /// Its memory.
    pub memory: Ram,
}

/// One terminal with its PSAM and pump, at a station with a journal of its own.
pub struct Site {
    /// The station's name.
    pub station: &'static str,
    /// The PSAM's terminal id.
    pub tid: Tid,
    /// The PSAM in its slot.
    pub psam: PsamSlot,
    /// The station's journal.
    pub journal: StationJournal<Mains>,
    /// The station's power: journal and PSAM hang on it.
    pub power: Rc<Cell<bool>>,
    /// The pump.
    pub pump: Pump<Mains>,
    /// What flowed, oldest first.
    pub flows: Vec<Flow>,
}

/// Everything there is.
pub struct World {
    /// Time.
    pub clock: WorldClock,
    /// The centre.
    pub centre: WorldCentre,
    /// The main keys, which only the centre has.
    pub keys: MainKeys,
    /// The cards, each in its pocket.
    pub cards: Vec<Pocket>,
    /// The sites.
    pub sites: Vec<Site>,
    /// False while the line to the centre is cut.
    pub link_up: bool,
    /// Cards that the stations give no new lock.
    pub blacklist: Vec<Asn>,
    /// The stations' own limit for one sale.
    pub station_limit: Amount,
    /// False while stations cannot read the centre's list of grey records.
    pub list_available: bool,
    /// How many PSAMs were made.
    psams: u64,
    seed: u64,
}

/// The PIN of every card here.
pub(crate) const PIN: [u8; 3] = [0x12, 0x34, 0x56];
/// A litre costs 7.89.
const UNIT_PRICE: u32 = 789;

impl Site {
    /// Power comes back: the PSAM starts from its memory, the journal is read again.
    pub fn power_on(&mut self) -> Result<(), String> {
        self.power.set(true);
        self.psam.power_cycle()?;
        self.restart_pump(None)?;
        let unreadable = |error: JournalError| error.to_string();
        let empty = Mains { medium: Ram::growing(), power: Rc::clone(&self.power) };
        let spare = StationJournal::format(empty, &[0; IDENTITY_LEN]);
        let spare = spare.map_err(|error| error.to_string())?;
        let medium = std::mem::replace(&mut self.journal, spare).into_medium();
        self.journal = StationJournal::open(medium).map_err(unreadable)?;
        // A dead PSAM does not answer: the station works on without it.
        let _ = terminal::psam::open(&mut self.psam);
        Ok(())
    }
}

/// A key for this world: different for each use, the same for the same seed.
fn made_key(seed: u64, label: u64) -> Key {
    let root = Key::new(*b"a simulated root");
    root.diversify((seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ label).to_be_bytes())
}

/// Suite 00 and the seed scheme.
fn made_keys(seed: u64) -> MainKeys {
    let main = std::array::from_fn(|index| made_key(seed, index as u64));
    MainKeys::new(main, made_key(seed, 99))
}

pub(crate) fn cents(units: u32) -> Amount {
    Amount::new(units).unwrap_or(Amount::MAX)
}

impl World {
    /// An empty world in this scheme.
    #[must_use]
    pub fn new(seed: u64, scheme: Scheme) -> Self {
        let mut keys = made_keys(seed);
        keys.scheme = scheme;
        Self::with_keys(seed, keys)
    }

    /// An empty world whose keys are of this suite.
    #[must_use]
    pub fn in_suite(seed: u64, suite: Suite) -> Self {
        Self::with_keys(seed, made_keys(seed).in_suite(suite))
    }

    /// An empty world with these keys.
    #[must_use]
    pub fn with_keys(seed: u64, keys: MainKeys) -> Self {
        Self {
            clock: WorldClock::default(),
            centre: WorldCentre::new(Centre::new(MemoryBooks::default(), Vault::new(keys.clone()))),
            keys,
            cards: Vec::new(),
            sites: Vec::new(),
            link_up: true,
            blacklist: Vec::new(),
            station_limit: Amount::MAX,
            list_available: true,
            psams: 0,
            seed,
        }
    }

    /// Issues a card with money on its ED purse, registered at the centre.
    pub fn issue(&mut self, money: u32) -> Result<usize, String> {
        let opening = Opening { balance: cents(money), ..Opening::default() };
        self.issue_as(Purse::Ed, opening, 2036)
    }

    /// Issues a card that is valid from 2025 to the end of a year.
    pub fn issue_as(
        &mut self,
        purse: Purse,
        opening: Opening,
        last_year: u16,
    ) -> Result<usize, String> {
        let number = self.cards.len() as u64 + 1;
        let asn = asn_of(number);
        let order = CardOrder {
            asn,
            purse,
            opening,
            aid: card::Aid::default(),
            start: Date::new(2025, 1, 1).unwrap_or_default(),
            expiry: Date::new(last_year, 12, 31).unwrap_or_default(),
        };
        let icc_key = made_key(self.seed, 1_000 + number);
        let profile =
            card_profile(&self.keys, &order, icc_key).map_err(|error| error.to_string())?;
        let pin = Pin::from_bcd(&PIN).ok_or("no PIN")?;
        let memory = Ram::fixed(card::IMAGE_LEN);
        let made = Card::personalise(memory, &profile, &pin).map_err(|error| error.to_string())?;
        let opening = CardOpening {
            asn,
            openings: profile.opening.map(purse_opening),
            key_version: Some(self.keys.version),
            expiry: Some(order.expiry),
        };
        let now = self.clock.now();
        self.centre.register_card(&opening, now).map_err(|error| error.to_string())?;
        self.cards.push(Pocket { asn, memory: made.into_nvm() });
        Ok(self.cards.len() - 1)
    }

    /// A new PSAM, which the centre does not know yet.
    pub(crate) fn make_psam(&mut self) -> Result<(Tid, Psam<Ram>), String> {
        self.psams += 1;
        let [.., a, b, c, d, e, f] = self.psams.to_be_bytes();
        let tid = Tid([a, b, c, d, e, f]);
        let order = PsamOrder {
            tid,
            serial: [0, 0, 0, 0, a, b, c, d, e, f],
            first_ttc: psam::Profile::FIRST_TTC,
        };
        let trn_key = made_key(self.seed, 2_000 + self.psams);
        let profile =
            psam_profile(&self.keys, &order, trn_key).map_err(|error| error.to_string())?;
        let psam = Psam::personalise(Ram::fixed(psam::IMAGE_LEN), &profile);
        Ok((tid, psam.map_err(|error| error.to_string())?))
    }

    /// Opens a site: a PSAM, a journal, a pump.
    pub fn open_site(&mut self, station: &'static str) -> Result<usize, String> {
        let (tid, psam) = self.make_psam()?;
        self.centre.register_psam(tid, station).map_err(|error| error.to_string())?;
        let Tid([.., last]) = tid;
        let power = Rc::new(Cell::new(true));
        let disk = Mains { medium: Ram::growing(), power: Rc::clone(&power) };
        let journal = StationJournal::format(disk, &[last; IDENTITY_LEN]);
        let totalizer = Ram::fixed(Pump::<Mains>::IMAGE_LEN);
        let pump = Pump::format(Mains { medium: totalizer, power: Rc::clone(&power) });
        let mut slot = PsamSlot::new(psam, Rc::clone(&power));
        terminal::psam::open(&mut slot).map_err(|failure| failure.to_string())?;
        self.sites.push(Site {
            station,
            tid,
            psam: slot,
            journal: journal.map_err(|error| error.to_string())?,
            power,
            pump: pump.map_err(|error| error.to_string())?,
            flows: Vec::new(),
        });
        Ok(self.sites.len() - 1)
    }

    /// A card is put into a reader, with somebody on its wire.
    pub fn insert(&mut self, card: usize, shim: Shim) -> Result<CardReader, Failure> {
        let pocket = self.cards.get_mut(card).ok_or(NO_CARD)?;
        let mut memory = std::mem::take(&mut pocket.memory);
        memory.power_on();
        match Card::power_on(memory.clone()) {
            Ok(powered) => Ok(CardReader::new(powered, shim)),
            Err(_) => {
                pocket.memory = memory;
                Err(NO_CARD)
            }
        }
    }

    pub(crate) fn pocket(&mut self, card: usize, reader: CardReader) -> u32 {
        let apdus = reader.apdus;
        let mut memory = reader.take();
        memory.power_on();
        if let Some(pocket) = self.cards.get_mut(card) {
            pocket.memory = memory;
        }
        apdus
    }

    pub(crate) const fn line(&self) -> Line {
        Line { up: self.link_up, list: self.list_available }
    }

    /// A card comes to a site to be filled up.
    pub fn refuel(&mut self, site: usize, card: usize, fill: Fill) -> Result<Sale, NoSale> {
        let before = |failure| NoSale::Before(NotFreed::Failed(failure));
        let mut reader = self.insert(card, fill.shim).map_err(before)?;
        if let Some(tear) = fill.card_torn {
            reader.arm(tear);
        }
        let now = self.clock.now();
        let line = self.line();
        let place = self.sites.get_mut(site).ok_or(before(NO_CARD))?;
        let mut forecourt = Forecourt {
            pump: &mut place.pump,
            flows: &mut place.flows,
            hand: reader.hand(),
            power: Rc::clone(&place.power),
            wanted: cents(fill.amount),
            breaks: fill.breaks,
        };
        let mut link = line.to(&mut self.centre, place.station, now);
        let mut terminal = Terminal {
            card: &mut reader,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut self.clock,
            dispenser: &mut forecourt,
            sale: sale_terms(self.station_limit),
            tid: place.tid,
            alone: true,
        };
        let checks = Checks {
            today: now.date,
            issuers: &[],
            blacklist: &|asn| self.blacklist.contains(&asn),
        };
        let wish =
            Wish { purse: fill.purse, pin: &PIN, amount: fill.check.then_some(cents(fill.amount)) };
        let outcome = visit::refuel(&mut terminal, &mut link, &checks, &wish, &mut None);
        if place.power.get() {
            let _ = visit::upload(&mut place.journal, &mut link);
        }
        self.pocket(card, reader);
        outcome
    }

    /// A card comes to a site only to be freed.
    pub fn unlock(
        &mut self,
        site: usize,
        card: usize,
        shim: Shim,
    ) -> Result<Option<Freed>, NotFreed> {
        let mut reader = self.insert(card, shim)?;
        let freed = self.unlock_in(site, &mut reader);
        self.pocket(card, reader);
        freed
    }

    /// Frees the card that is in a reader of a site.
    pub(crate) fn unlock_in(
        &mut self,
        site: usize,
        reader: &mut CardReader,
    ) -> Result<Option<Freed>, NotFreed> {
        let (now, line) = (self.clock.now(), self.line());
        let place = self.sites.get_mut(site).ok_or(NO_CARD)?;
        let mut link = line.to(&mut self.centre, place.station, now);
        visit::unlock(reader, &mut place.journal, &mut link, place.tid)
    }

    /// A site starts again: power, journal and PSAM as they are, no card in the reader; every
    /// open lock is taken as far as it goes, and the centre hears of it.
    pub fn restart(&mut self, site: usize) -> Result<(), String> {
        let (line, now) = (self.line(), self.clock.now());
        let place = self.sites.get_mut(site).ok_or("no such site")?;
        place.power_on()?;
        let mut nobody = NoCard;
        let mut forecourt = Forecourt::idle(&mut place.pump, &mut place.flows, &place.power);
        let mut terminal = Terminal {
            card: &mut nobody,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut self.clock,
            dispenser: &mut forecourt,
            sale: sale_terms(self.station_limit),
            tid: place.tid,
            alone: true,
        };
        // A PSAM that is dead leaves its locks as they are.
        let _ = terminal.recover(None);
        let mut link = line.to(&mut self.centre, place.station, now);
        let _ = visit::upload(&mut place.journal, &mut link);
        Ok(())
    }

    /// A site's journal is lost; it starts a new one.
    pub fn burn_journal(&mut self, site: usize) -> Result<(), String> {
        let place = self.sites.get_mut(site).ok_or("no such site")?;
        let disk = Mains { medium: Ram::growing(), power: Rc::clone(&place.power) };
        let journal = StationJournal::format(disk, &[0xBB; IDENTITY_LEN]);
        place.journal = journal.map_err(|error| error.to_string())?;
        Ok(())
    }

    /// A site's journal is put back to an older copy.
    pub fn restore_journal(&mut self, site: usize, copy: Ram) -> Result<(), String> {
        let place = self.sites.get_mut(site).ok_or("no such site")?;
        let disk = Mains { medium: copy, power: Rc::clone(&place.power) };
        place.journal = StationJournal::open(disk).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Two terminals change their PSAMs.
    pub fn swap_psams(&mut self, one: usize, other: usize) -> Result<(), String> {
        let [one, other] =
            self.sites.get_disjoint_mut([one, other]).map_err(|error| error.to_string())?;
        one.psam.swap(&mut other.psam);
        std::mem::swap(&mut one.tid, &mut other.tid);
        Ok(())
    }

    /// Sends up what a site's journal still holds back.
    pub fn upload(&mut self, site: usize) {
        let (line, now) = (self.line(), self.clock.now());
        if let Some(place) = self.sites.get_mut(site) {
            let mut link = line.to(&mut self.centre, place.station, now);
            let _ = visit::upload(&mut place.journal, &mut link);
        }
    }

    /// What a card is, looked at with power of its own.
    #[must_use]
    pub fn look(&self, card: usize) -> Option<card::View> {
        let mut memory = self.cards.get(card)?.memory.clone();
        memory.power_on();
        Card::power_on(memory).ok().map(|powered| powered.view())
    }

    /// A card's memory, copied: for those who clone or roll back cards.
    #[must_use]
    pub fn copy_of(&self, card: usize) -> Ram {
        self.cards.get(card).map(|pocket| pocket.memory.clone()).unwrap_or_default()
    }

    /// Sends commands to a card outside any terminal.
    pub fn tinker<T>(
        &mut self,
        card: usize,
        with: impl FnOnce(&mut CardReader) -> T,
    ) -> Result<T, Failure> {
        let mut reader = self.insert(card, honest())?;
        let result = with(&mut reader);
        self.pocket(card, reader);
        Ok(result)
    }
}

pub(crate) const NO_CARD: Failure = Failure::CardLost { during: "power on", lost: Lost::NotSent };

pub(crate) const fn sale_terms(limit: Amount) -> SaleTerms {
    SaleTerms { nozzle: 1, product: 1, unit_price: UNIT_PRICE, rounding: Rounding::Down, limit }
}

/// Card numbers begin with the issuer's prefix.
fn asn_of(number: u64) -> Asn {
    let digits = format!("62001{number:011}");
    digits.parse().unwrap_or_default()
}

const fn purse_opening(opening: Opening) -> PurseOpening {
    let Opening { balance, limit, ctc, otc } = opening;
    PurseOpening { balance, limit, ctc, otc }
}
