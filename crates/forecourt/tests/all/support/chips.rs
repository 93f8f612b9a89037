//! Cards and PSAMs in memory that outlives their power, with somebody on their wires.

use std::sync::{Arc, Mutex};

use card::{Card, Opening, Pin};
use crypto::Key;
use forecourt::ChipTransport;
use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use host::{CardOpening, Centre, MainKeys, MemoryBooks, PurseOpening};
use nvm::memory::{Ram, Tear};
use nvm::{Nvm, NvmError};
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::{ResponseBytes, response};
use wire::{Amount, Asn, CardCommand, Date, PsamCommand, Purse, Stamp, StatusWord, Tid, Time};

pub type Rules = Centre<MemoryBooks, MainKeys>;

/// What somebody on the wire does with a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Lets it pass.
    Pass,
    /// Lets the chip have it, and keeps its answer.
    LoseAnswer,
    /// Lets the chip have it and keeps its answer; nothing passes any more before the chip gets power anew.
    Break,
    /// Keeps it from the chip.
    Keep,
    /// Answers in its place with 9000 and these four bytes; the chip never hears of it.
    Answer([u8; 4]),
    /// The PSAM loses its power for a moment before.
    Reset,
}

/// Told the name of every command before the chip has it.
pub type Shim = Box<dyn FnMut(&'static str) -> Deed + Send>;

/// Memory that outlives its chip's power.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Ram>>);

impl Nvm for Shared {
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.0.lock().unwrap().read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.0.lock().unwrap().write(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.0.lock().unwrap().sync()
    }
}

/// A card in somebody's pocket.
#[derive(Clone)]
pub struct CardMemory {
    pub asn: Asn,
    memory: Shared,
    pub shim: Arc<Mutex<Shim>>,
}

/// A PSAM.
#[derive(Clone)]
pub struct PsamMemory {
    pub tid: Tid,
    memory: Shared,
    pub shim: Arc<Mutex<Shim>>,
    /// It answers nothing and takes no power.
    pub dead: Arc<Mutex<bool>>,
}

enum Either {
    Card(Box<Card<Shared>>),
    Psam(Box<Psam<Shared>>),
}

struct Powered {
    chip: Either,
    memory: Shared,
    shim: Arc<Mutex<Shim>>,
    dead: Arc<Mutex<bool>>,
    broken: bool,
}

impl Transport for Powered {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let name = match &self.chip {
            Either::Card(_) => CardCommand::parse(command).map_or("?", |command| command.name()),
            Either::Psam(_) => PsamCommand::parse(command).map_or("?", |command| command.name()),
        };
        if self.broken {
            return Err(Lost::Unknown);
        }
        let deed = (self.shim.lock().unwrap())(name);
        self.broken = deed == Deed::Break;
        if deed == Deed::Reset
            && let Either::Psam(psam) = &mut self.chip
        {
            **psam = Psam::power_on(self.memory.clone()).unwrap();
        }
        if let Deed::Answer(data) = deed {
            return Ok(response(&data, StatusWord::DONE));
        }
        if deed == Deed::Keep || *self.dead.lock().unwrap() {
            return Err(Lost::Unknown);
        }
        let answer = match &mut self.chip {
            Either::Card(card) => card.transmit(command).map_err(|_| Lost::Unknown),
            Either::Psam(psam) => psam.transmit(command).map_err(|_| Lost::Unknown),
        };
        let lost = matches!(deed, Deed::LoseAnswer | Deed::Break);
        if lost { Err(Lost::Unknown) } else { answer }
    }
}

/// Does this with the first command of this name.
fn once(name: &'static str, deed: Deed) -> impl FnMut(&'static str) -> Deed + Send + 'static {
    let mut done = false;
    move |command| {
        let now = command == name && !done;
        done |= now;
        if now { deed } else { Deed::Pass }
    }
}

fn honest() -> Arc<Mutex<Shim>> {
    Arc::new(Mutex::new(Box::new(|_| Deed::Pass)))
}

impl CardMemory {
    /// Gives it power.
    pub fn power(&self) -> Option<ChipTransport> {
        self.memory.0.lock().unwrap().power_on();
        let card = Card::power_on(self.memory.clone()).unwrap();
        let (shim, dead) = (Arc::clone(&self.shim), Arc::default());
        let memory = self.memory.clone();
        Some(Box::new(Powered {
            chip: Either::Card(Box::new(card)),
            memory,
            shim,
            dead,
            broken: false,
        }))
    }

    /// Its power fails in one of its next writes.
    pub fn arm(&self, tear: Tear) {
        self.memory.0.lock().unwrap().arm(tear);
    }

    pub fn view(&self) -> card::View {
        let mut copy = self.memory.0.lock().unwrap().clone();
        copy.power_on();
        Card::power_on(copy).unwrap().view()
    }

    pub fn balance(&self) -> u32 {
        self.view().purses[0].balance.units()
    }

    pub fn is_grey(&self) -> bool {
        self.view().purses.iter().any(|purse| purse.lock.is_some())
    }

    /// Somebody is on its wire from now on.
    pub fn meddle(&self, shim: impl FnMut(&'static str) -> Deed + Send + 'static) {
        *self.shim.lock().unwrap() = Box::new(shim);
    }

    /// Does this with the first command of this name, once.
    pub fn meddle_once(&self, name: &'static str, deed: Deed) {
        self.meddle(once(name, deed));
    }
}

impl PsamMemory {
    /// Somebody is on its wire from now on.
    pub fn meddle(&self, shim: impl FnMut(&'static str) -> Deed + Send + 'static) {
        *self.shim.lock().unwrap() = Box::new(shim);
    }

    /// Does this with the first command of this name, once.
    pub fn meddle_once(&self, name: &'static str, deed: Deed) {
        self.meddle(once(name, deed));
    }

    pub fn power(&self) -> Option<ChipTransport> {
        if *self.dead.lock().unwrap() {
            return None;
        }
        self.memory.0.lock().unwrap().power_on();
        let psam = Psam::power_on(self.memory.clone()).unwrap();
        let (shim, dead) = (Arc::clone(&self.shim), Arc::clone(&self.dead));
        let memory = self.memory.clone();
        Some(Box::new(Powered {
            chip: Either::Psam(Box::new(psam)),
            memory,
            shim,
            dead,
            broken: false,
        }))
    }
}

/// Who issues cards and PSAMs.
pub struct World {
    pub rules: Rules,
    keys: MainKeys,
    made: u8,
}

pub const PIN: &str = "123456";

pub fn noon(second: u8) -> Stamp {
    Stamp {
        date: Date::new(2026, 6, 1).unwrap(),
        time: Time::new(12, 0, second).unwrap(),
        utc_offset_minutes: 120,
    }
}

fn key(number: u8) -> Key {
    Key::new(*b"a simulated root").diversify([number, 1, 2, 3, 4, 5, 6, 7])
}

impl World {
    pub fn new() -> Self {
        let main = std::array::from_fn(|index| key(u8::try_from(index).unwrap()));
        let keys = MainKeys::new(main, key(0x80));
        Self { rules: Centre::new(MemoryBooks::default(), keys.clone()), keys, made: 0 }
    }

    pub fn card(&mut self, money: u32) -> CardMemory {
        self.made += 1;
        let asn: Asn = format!("62001{:011}", self.made).parse().unwrap();
        let balance = Amount::new(money).unwrap();
        let order = CardOrder {
            asn,
            purse: Purse::Ed,
            opening: Opening { balance, ..Opening::default() },
            aid: card::Aid::default(),
            start: Date::new(2025, 1, 1).unwrap(),
            expiry: Date::new(2036, 12, 31).unwrap(),
        };
        let profile = card_profile(&self.keys, &order, key(0x40 + self.made)).unwrap();
        let pin = Pin::from_digits(PIN).unwrap();
        let memory = Ram::fixed(card::IMAGE_LEN);
        let made = Card::personalise(memory, &profile, &pin).unwrap();
        let openings = profile.opening.map(|opening| {
            let Opening { balance, limit, ctc, otc } = opening;
            PurseOpening { balance, limit, ctc, otc }
        });
        let key_version = Some(self.keys.version);
        let opening = CardOpening { asn, openings, key_version, expiry: Some(order.expiry) };
        self.rules.register_card(&opening, noon(0)).unwrap();
        CardMemory { asn, memory: Shared(Arc::new(Mutex::new(made.into_nvm()))), shim: honest() }
    }

    pub fn psam(&mut self, station: &str) -> PsamMemory {
        self.made += 1;
        let tid = Tid([0, 0, 0, 0, 0x11, self.made]);
        let order = PsamOrder { tid, serial: [0; 10], first_ttc: psam::Profile::FIRST_TTC };
        let profile = psam_profile(&self.keys, &order, key(0xC0 + self.made)).unwrap();
        let made = Psam::personalise(Ram::fixed(psam::IMAGE_LEN), &profile).unwrap();
        self.rules.register_psam(tid, station).unwrap();
        let memory = Shared(Arc::new(Mutex::new(made.into_nvm())));
        PsamMemory { tid, memory, shim: honest(), dead: Arc::default() }
    }
}
