//! What there is at first: two stations, six cards, their PSAMs, and what the centre is told of them.

use std::path::Path;

use card::{Card, Opening, Pin};
use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use host::{ActOrder, CardOpening, Chip, Input, KeyKind, MainKeys, Measure, PurseOpening, Subject};
use psam::Psam;
use wire::{Amount, Asn, Date, Purse, Stamp, Tid};

use crate::memory::Memory;
use crate::outside::Outside;

/// The PIN of every card, as people type it.
pub const PIN: &str = "123456";
/// The same in BCD.
const PIN_BCD: [u8; 3] = [0x12, 0x34, 0x56];
/// Three letters.
pub const CURRENCY: &str = "EUR";
/// Digits behind its point.
pub const DECIMALS: u8 = 2;

/// A station as it is planned.
#[derive(Clone, Copy, Debug)]
pub struct StationPlan {
    /// In paths.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// From west (0) to east (1).
    pub x: f64,
    /// Its nozzles.
    pub nozzles: &'static [NozzlePlan],
}

/// A nozzle as it is planned.
#[derive(Clone, Copy, Debug)]
pub struct NozzlePlan {
    /// Its number.
    pub number: u8,
    /// What it sells.
    pub product: &'static ProductPlan,
}

/// A product.
#[derive(Clone, Copy, Debug)]
pub struct ProductPlan {
    /// In the records.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// How it is measured.
    pub unit: dispenser::Unit,
    /// Price of a whole unit.
    pub price: u32,
    /// Thousandths that flow in a second at speed 1.
    pub rate: u64,
}

impl ProductPlan {
    /// `pump` or `charger`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.unit {
            dispenser::Unit::KilowattHour => "charger",
            dispenser::Unit::Litre | dispenser::Unit::CubicMetre => "pump",
        }
    }
}

const DIESEL: ProductPlan = ProductPlan {
    number: 1,
    name: "Diesel",
    unit: dispenser::Unit::Litre,
    price: 165,
    rate: 2_500,
};
const PETROL: ProductPlan = ProductPlan {
    number: 2,
    name: "Petrol",
    unit: dispenser::Unit::Litre,
    price: 179,
    rate: 2_500,
};
/// So fast that there is something to see; no charger is.
const POWER: ProductPlan = ProductPlan {
    number: 3,
    name: "Electricity",
    unit: dispenser::Unit::KilowattHour,
    price: 49,
    rate: 2_000,
};

/// All products.
pub const PRODUCTS: [&ProductPlan; 3] = [&DIESEL, &PETROL, &POWER];

/// Both stations.
pub const STATIONS: [StationPlan; 2] = [
    StationPlan {
        name: "north",
        title: "North Gate",
        x: 0.25,
        nozzles: &[
            NozzlePlan { number: 1, product: &DIESEL },
            NozzlePlan { number: 2, product: &PETROL },
            NozzlePlan { number: 3, product: &POWER },
        ],
    },
    StationPlan {
        name: "south",
        title: "South Quay",
        x: 0.75,
        nozzles: &[
            NozzlePlan { number: 1, product: &DIESEL },
            NozzlePlan { number: 2, product: &PETROL },
        ],
    },
];

/// A card as it is planned.
struct CardPlan {
    label: &'static str,
    holder: &'static str,
    purse: Purse,
    money: u32,
    blacklisted: bool,
}

const CARDS: [CardPlan; 6] = [
    CardPlan::new("Fleet card 1", "Ada Lind", Purse::Ed, 20_000),
    CardPlan::new("Fleet card 2", "Bram de Vries", Purse::Ed, 15_000),
    CardPlan::new("Purse card", "Chiara Romano", Purse::Ep, 8_000),
    CardPlan::new("Low balance", "Dana Novak", Purse::Ed, 600),
    CardPlan { blacklisted: true, ..CardPlan::new("Stolen card", "Emil Berg", Purse::Ed, 12_000) },
    CardPlan::new("Charge card", "Fatima Haddad", Purse::Ed, 30_000),
];

impl CardPlan {
    const fn new(label: &'static str, holder: &'static str, purse: Purse, money: u32) -> Self {
        Self { label, holder, purse, money, blacklisted: false }
    }
}

/// A card that was issued.
pub struct CardMade {
    /// Its number.
    pub asn: Asn,
    /// What is printed on it.
    pub label: &'static str,
    /// Whose it is.
    pub holder: &'static str,
    /// The purse that it is for.
    pub purse: Purse,
    /// The centre gives it no new lock.
    pub blacklisted: bool,
    /// What was on it.
    pub money: u32,
    /// Its chip.
    pub memory: Memory,
}

/// A PSAM that was issued.
pub struct PsamMade {
    /// The station's name.
    pub station: &'static str,
    /// The nozzle.
    pub nozzle: u8,
    /// Its terminal id.
    pub tid: Tid,
    /// Its chip.
    pub memory: Memory,
}

/// All that was issued.
pub struct Town {
    /// The centre's keys.
    pub keys: MainKeys,
    /// The wallet.
    pub cards: Vec<CardMade>,
    /// One for each nozzle.
    pub psams: Vec<PsamMade>,
    /// What the centre is told of all this.
    pub told: Vec<Input>,
}

impl Town {
    /// Issues everything, with fresh keys.
    ///
    /// # Errors
    /// There is no randomness, or something cannot be issued: a bug.
    pub fn issue(outside: &Outside) -> Result<Self, String> {
        let mut main = Vec::new();
        for _ in KeyKind::ALL {
            main.push(outside.key()?);
        }
        let main = main.try_into().map_err(|_| "a set of keys has another size")?;
        let mut keys = MainKeys::new(main, outside.key()?);
        (keys.currency, keys.decimals) = (CURRENCY.to_owned(), DECIMALS);
        let mut town = Self { keys, cards: Vec::new(), psams: Vec::new(), told: Vec::new() };
        for (number, plan) in (1..).zip(&CARDS) {
            town.issue_card(number, plan, outside)?;
        }
        for station in &STATIONS {
            for nozzle in station.nozzles {
                town.issue_psam(station.name, nozzle.number, outside)?;
            }
        }
        Ok(town)
    }

    /// Puts every chip into a file of its own, or takes what its file holds.
    ///
    /// # Errors
    /// The disk refuses, or a file holds something else.
    pub fn keep_in(&self, folder: &Path) -> Result<(), String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        for card in &self.cards {
            card.memory.keep_in(&folder.join(format!("card-{}", card.asn)))?;
        }
        for psam in &self.psams {
            psam.memory.keep_in(&folder.join(format!("psam-{}", psam.tid)))?;
        }
        Ok(())
    }

    fn issue_card(&mut self, number: u8, plan: &CardPlan, outside: &Outside) -> Result<(), String> {
        let asn: Asn = format!("62001{number:011}").parse().map_err(|_| "no card number")?;
        let balance = Amount::new(plan.money).ok_or("no amount")?;
        let (start, expiry) = validity(outside.stamp())?;
        let order = CardOrder {
            asn,
            purse: plan.purse,
            opening: Opening { balance, ..Opening::default() },
            aid: card::Aid::default(),
            start,
            expiry,
        };
        let profile = card_profile(&self.keys, &order, outside.key()?);
        let profile = profile.map_err(|error| error.to_string())?;
        let pin = Pin::from_bcd(&PIN_BCD).ok_or("no PIN")?;
        let memory = Memory::fixed(card::IMAGE_LEN);
        let made = Card::personalise(memory.clone(), &profile, &pin);
        made.map_err(|error| error.to_string())?;
        let card = CardOpening {
            asn,
            openings: profile.opening.map(purse_opening),
            key_version: Some(self.keys.version),
            expiry: Some(expiry),
        };
        self.tell(Subject::Card(asn), [1, number], outside.stamp(), |chip, now| {
            Input::RegisterCard { card, chip, now }
        });
        if plan.blacklisted {
            self.told.push(Input::Act(ActOrder {
                subject: Subject::Card(asn),
                measure: Measure::Block,
                seen: 0,
                maker: "operator".to_owned(),
                reason: "reported stolen".to_owned(),
                now: outside.stamp(),
            }));
        }
        let CardPlan { label, holder, purse, blacklisted, money } = *plan;
        self.cards.push(CardMade { asn, label, holder, purse, blacklisted, money, memory });
        Ok(())
    }

    fn issue_psam(
        &mut self,
        station: &'static str,
        nozzle: u8,
        outside: &Outside,
    ) -> Result<(), String> {
        let number = u8::try_from(self.psams.len() + 1).map_err(|_| "too many PSAMs")?;
        let tid = Tid([0, 0, 0, 0, 0, number]);
        let serial = [0, 0, 0, 0, 0, 0, 0, 0, 0, number];
        let order = PsamOrder { tid, serial, first_ttc: psam::Profile::FIRST_TTC };
        let profile = psam_profile(&self.keys, &order, outside.key()?);
        let profile = profile.map_err(|error| error.to_string())?;
        let memory = Memory::fixed(psam::IMAGE_LEN);
        Psam::personalise(memory.clone(), &profile).map_err(|error| error.to_string())?;
        self.tell(Subject::Psam(tid), [2, number], outside.stamp(), |chip, _| {
            Input::RegisterPsam { tid, station: station.to_owned(), expiry: None, chip }
        });
        self.psams.push(PsamMade { station, nozzle, tid, memory });
        Ok(())
    }

    /// Begun at the centre on a chip of its own, and issued.
    fn tell(
        &mut self,
        subject: Subject,
        [kind, number]: [u8; 2],
        now: Stamp,
        begin: impl FnOnce(Option<Chip>, Stamp) -> Input,
    ) {
        let chip = Some(Chip([0, 0, 0, 0, 0, 0, 0, 0, kind, number]));
        self.told.push(begin(chip, now));
        self.told.push(Input::ConfirmIssue { subject, chip, now });
    }
}

/// From the beginning of this year on, for ten years.
fn validity(now: Stamp) -> Result<(Date, Date), String> {
    let (year, ..) = now.date.ymd();
    let start = Date::new(year, 1, 1).ok_or("the clock shows no date")?;
    let expiry = Date::new(year + 10, 12, 31).ok_or("the clock shows no date")?;
    Ok((start, expiry))
}

const fn purse_opening(opening: Opening) -> PurseOpening {
    let Opening { balance, limit, ctc, otc } = opening;
    PurseOpening { balance, limit, ctc, otc }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use wire::{Date, Stamp, Time};

    use super::Town;
    use crate::keep::VERSION;
    use crate::outside::{Moment, Outside};

    /// FNV-1a.
    fn digest(bytes: &[u8]) -> u32 {
        bytes
            .iter()
            .fold(0x811C_9DC5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
    }

    /// Everything that a demo finds again in a folder when it goes on there, made of the same bytes.
    #[test]
    fn what_a_version_makes_of_random_bytes_is_always_the_same() {
        let drawn = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&drawn);
        let date = Date::new(2026, 11, 23).unwrap();
        let time = Time::new(9, 30, 0).unwrap();
        let stamp = Stamp { date, time, utc_offset_minutes: 0 };
        let moment = Moment { stamp, unix: Duration::from_secs(1_795_426_200) };
        let random = move |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = counted.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
            }
            Ok(())
        };
        let town =
            Town::issue(&Outside { now: Arc::new(move || moment), random: Arc::new(random) });
        let town = town.unwrap();
        let cards = town.cards.iter().map(|card| {
            format!(
                "{} {} {:?} {} {}",
                card.asn, card.label, card.purse, card.money, card.blacklisted
            )
        });
        let psams =
            town.psams.iter().map(|psam| format!("{} {} {}", psam.tid, psam.station, psam.nozzle));
        let text: Vec<_> = cards.chain(psams).collect();
        let cards = town.cards.iter().map(|card| card.memory.copy().bytes);
        let chips: Vec<_> =
            cards.chain(town.psams.iter().map(|psam| psam.memory.copy().bytes)).collect();
        let made = (
            drawn.load(Ordering::Relaxed),
            digest(text.join("\n").as_bytes()),
            digest(&chips.concat()),
        );
        // Where this differs, folders of earlier demos hold other chips: raise the version, then write what is made now.
        assert_eq!((VERSION, made), (2, (352, 0x7344A4ED, 0x6927CD2F)));
    }
}
