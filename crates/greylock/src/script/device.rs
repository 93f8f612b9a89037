//! What a script is played on: a card or PSAM in memory, on an image, or in a reader.

use card::{Card, Opening, Pin};
use crypto::Key;
use explain::Chip;
use host::MainKeys;
use host::issue::{CardOrder, PsamOrder, psam_profile};
use nvm::Nvm;
use psam::Psam;
use wire::{Amount, Asn, Date, Limit, Purse, Tid};

use super::file::{ChipKind, PurseInMemory, Script};
use crate::commands::profile_of;
use crate::error::{Error, Fault};
use crate::media::{FaultLog, FileNvm, Growth, Place, ReaderSlot, Snapshot, describe_open_error};
use crate::trace::{Trace, Traced};

/// A card or PSAM whose power the script has in its hand.
pub trait Device {
    /// Sends a command.
    ///
    /// # Errors
    /// No answer.
    fn send(&mut self, command: &[u8]) -> Result<Vec<u8>, Error>;

    /// Takes the power away and gives it back.
    ///
    /// # Errors
    /// The chip does not come back.
    fn power_cycle(&mut self) -> Result<(), Error>;

    /// Resets it.
    ///
    /// # Errors
    /// The chip does not come back.
    fn reset(&mut self) -> Result<(), Error>;
}

/// The chip at a place, for the scripts that want one of its kind.
///
/// # Errors
/// As for every command that talks to a card or a PSAM.
pub fn open(place: &Place, kind: ChipKind, trace: &Trace) -> Result<Box<dyn Device>, Error> {
    if let Place::Reader(part) = place {
        return Ok(Box::new(InReader::open(part, kind, trace)?));
    }
    let medium = FileNvm::open(place.image()?, Growth::Fixed)?;
    let faults = medium.faults();
    Ok(Box::new(Powered::on(medium, kind, place.clone(), faults, trace)?))
}

/// A fresh chip in memory, as the script wants it; the same one each time.
///
/// # Errors
/// A script that wants what no card can be, or keys that disperse none.
pub fn in_memory(
    script: &Script,
    keys: &MainKeys,
    trace: &Trace,
) -> Result<Box<dyn Device>, Error> {
    let bytes = match script.chip {
        ChipKind::Card => issue_card(script, keys)?,
        ChipKind::Psam => issue_psam(keys)?,
    };
    let place = Place::Image("memory".into());
    Ok(Box::new(Powered::on(bytes, script.chip, place, FaultLog::default(), trace)?))
}

/// Draws the numbers of the chips in memory, so that they are the same each time.
const NUMBERS: Key = Key::new([0x5A; 16]);
/// The PIN of the card in memory.
const PIN: &str = "123456";

fn issue_card(script: &Script, keys: &MainKeys) -> Result<Snapshot, Error> {
    let date = |year| Date::new(year, 1, 1).unwrap_or_default();
    let order = CardOrder {
        asn: Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17]),
        purse: Purse::Ed,
        opening: Opening::default(),
        aid: card::Aid::default(),
        start: date(2020),
        expiry: date(2099),
    };
    let mut profile = profile_of(keys, &order, NUMBERS, script.card.begin_with)?;
    profile.opening = [opening(&script.card.ed)?, opening(&script.card.ep)?];
    let pin = Pin::from_digits(PIN).ok_or_else(|| Error::bug("the PIN in memory is none"))?;
    let made = Card::personalise(Snapshot::of(vec![0; card::IMAGE_LEN]), &profile, &pin);
    made.map(Card::into_nvm).map_err(|error| Error::bug(format!("no card in memory: {error}")))
}

fn opening(purse: &PurseInMemory) -> Result<Opening, Error> {
    let amounts = Amount::new(purse.balance).zip(Limit::new(purse.overdraft));
    let (balance, limit) =
        amounts.ok_or_else(|| Error::usage("a purse in [card] has more than fits"))?;
    Ok(Opening { balance, limit, ctc: purse.ctc, otc: purse.otc })
}

fn issue_psam(keys: &MainKeys) -> Result<Snapshot, Error> {
    let tid = Tid([0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
    let order = PsamOrder { tid, serial: [0x11; 10], first_ttc: 0x0001_0001 };
    let profile = psam_profile(keys, &order, NUMBERS)?;
    let made = Psam::personalise(Snapshot::of(vec![0; psam::IMAGE_LEN]), &profile);
    made.map(Psam::into_nvm).map_err(|error| Error::bug(format!("no PSAM in memory: {error}")))
}

/// A chip in a reader. Its power goes with the connection, and a new one begins with a reset.
struct InReader {
    part: String,
    kind: ChipKind,
    slot: Option<Traced<ReaderSlot>>,
    trace: Trace,
}

impl InReader {
    fn open(part: &str, kind: ChipKind, trace: &Trace) -> Result<Self, Error> {
        let trace = trace.clone();
        let mut reader = Self { part: part.to_owned(), kind, slot: None, trace };
        reader.connect()?;
        Ok(reader)
    }

    fn connect(&mut self) -> Result<(), Error> {
        self.slot = None;
        let slot = match self.kind {
            ChipKind::Card => ReaderSlot::open_card(&self.part),
            ChipKind::Psam => ReaderSlot::open_psam(&self.part),
        }?;
        self.slot = Some(self.trace.of(slot, Chip::from(self.kind)));
        Ok(())
    }
}

impl Device for InReader {
    fn send(&mut self, command: &[u8]) -> Result<Vec<u8>, Error> {
        let no_power = || Error::new(Fault::Lost, format!("{} has no power", self.part));
        let Some(slot) = &mut self.slot else { return Err(no_power()) };
        let answer = terminal::Transport::transmit(slot, command);
        answer.map(|answer| answer.to_vec()).map_err(|_| slot.why_lost())
    }

    fn power_cycle(&mut self) -> Result<(), Error> {
        self.connect()
    }

    fn reset(&mut self) -> Result<(), Error> {
        self.connect()
    }
}

/// A chip over a medium.
struct Powered<N: Nvm> {
    held: Traced<Held<N>>,
    place: Place,
    faults: FaultLog,
    kind: ChipKind,
    trace: Trace,
}

enum Held<N: Nvm> {
    Card(Box<Card<N>>),
    Psam(Box<Psam<N>>),
    /// Its power is away.
    Dark,
}

impl<N: Nvm> terminal::Transport for Held<N> {
    fn transmit(&mut self, command: &[u8]) -> Result<wire::apdu::ResponseBytes, terminal::Lost> {
        let lost = terminal::Lost::Unknown;
        match self {
            Self::Card(card) => card.transmit(command).map_err(|_| lost),
            Self::Psam(psam) => psam.transmit(command).map_err(|_| lost),
            Self::Dark => Err(terminal::Lost::NotSent),
        }
    }
}

impl<N: Nvm> Held<N> {
    fn on(medium: N, kind: ChipKind) -> Result<Self, nvm::OpenError> {
        Ok(match kind {
            ChipKind::Card => Self::Card(Box::new(Card::power_on(medium)?)),
            ChipKind::Psam => Self::Psam(Box::new(Psam::power_on(medium)?)),
        })
    }
}

impl<N: Nvm> Powered<N> {
    fn on(
        medium: N,
        kind: ChipKind,
        place: Place,
        faults: FaultLog,
        trace: &Trace,
    ) -> Result<Self, Error> {
        let held =
            Held::on(medium, kind).map_err(|error| refused(&error, kind, &place, &faults))?;
        let held = trace.of(held, Chip::from(kind));
        Ok(Self { held, place, faults, kind, trace: trace.clone() })
    }
}

fn refused(error: &nvm::OpenError, kind: ChipKind, place: &Place, faults: &FaultLog) -> Error {
    let wanted = match kind {
        ChipKind::Card => nvm::Kind::Card,
        ChipKind::Psam => nvm::Kind::Psam,
    };
    describe_open_error(error, wanted, place, faults)
}

impl<N: Nvm> Device for Powered<N> {
    fn send(&mut self, command: &[u8]) -> Result<Vec<u8>, Error> {
        let answer = terminal::Transport::transmit(&mut self.held, command);
        answer.map(|answer| answer.to_vec()).map_err(|_| {
            Error::new(Fault::Lost, format!("{} gave no answer", self.place))
                .advice("power it on again")
        })
    }

    fn power_cycle(&mut self) -> Result<(), Error> {
        let dark = self.trace.of(Held::Dark, Chip::from(self.kind));
        let medium = match std::mem::replace(&mut self.held, dark).into_slot() {
            Held::Card(card) => card.into_nvm(),
            Held::Psam(psam) => psam.into_nvm(),
            Held::Dark => {
                return Err(Error::new(Fault::Lost, format!("{} has no power", self.place)));
            }
        };
        let (kind, trace) = (self.kind, self.trace.clone());
        *self = Self::on(medium, kind, self.place.clone(), self.faults.clone(), &trace)?;
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Error> {
        match self.held.slot_mut() {
            Held::Card(card) => card.reset(),
            Held::Psam(psam) => psam.reset(),
            Held::Dark => {
                return Err(Error::new(Fault::Lost, format!("{} has no power", self.place)));
            }
        }
        Ok(())
    }
}
