//! A card, a PSAM and a terminal that keeps nothing, to be timed.

use card::{Opening, Pin};
use crypto::Key;
use host::MainKeys;
use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use station::index::{Outbox, Records};
use station::link::NoLink;
use station::visit::{self, Sale};
use terminal::flow::Wish;
use terminal::{
    Checks, Clock, Dispenser, Journal, JournalFailed, NoReading, Open, Progress, SaleTerms,
    Terminal, Transport,
};
use wire::record::Rounding;
use wire::{Amount, Asn, ClaimedRecord, Date, Entry, LockId, Purse, Stamp, Suite, Tid, Time, Ttc};

use crate::error::Error;

/// No card of anybody: issuers do not begin at 9999.
pub(super) const ASN: Asn = Asn([0x99, 0x99, 0x00, 0x00, 0x00, 0x00, 0x00, 0x17]);
/// No PSAM of anybody.
pub(super) const TID: Tid = Tid([0x99, 0x99, 0x00, 0x00, 0x00, 0x17]);
const PIN: &str = "123456";
const PIN_DIGITS: [u8; 3] = [0x12, 0x34, 0x56];
const YEAR: u16 = 2026;

/// What a benchmark's card and PSAM are made from.
pub(super) struct Profiles {
    pub(super) card: card::Profile,
    pub(super) psam: psam::Profile,
    pub(super) pin: Pin,
}

/// Card and PSAM of one issuer whose keys are of this suite and known to everybody.
pub(super) fn profiles(suite: Suite) -> Result<Profiles, Error> {
    let main = std::array::from_fn(|index| key(u8::try_from(index).unwrap_or(0)));
    let keys = MainKeys::new(main, key(0x80)).in_suite(suite);
    let day = |month, day| Date::new(YEAR, month, day).unwrap_or_default();
    let opening = Opening { balance: Amount::MAX, ..Opening::default() };
    let order = CardOrder {
        asn: ASN,
        purse: Purse::Ed,
        opening,
        aid: card::Aid::default(),
        start: day(1, 1),
        expiry: day(12, 31),
    };
    let psam_order = PsamOrder { tid: TID, serial: [0; 10], first_ttc: 1 };
    Ok(Profiles {
        card: card_profile(&keys, &order, key(0x81))?,
        psam: psam_profile(&keys, &psam_order, key(0x82))?,
        pin: Pin::from_digits(PIN).ok_or_else(|| Error::bug("the benchmark's PIN is none"))?,
    })
}

/// Sixteen bytes that are no weak key.
fn key(number: u8) -> Key {
    Key::new(std::array::from_fn(|at| {
        u8::try_from(at).unwrap_or(0).wrapping_mul(29).wrapping_add(number.wrapping_mul(7)) ^ 0x5A
    }))
}

/// A journal of nothing: what is appended is neither written nor remembered.
pub(super) struct NoJournal;

impl Journal for NoJournal {
    fn append(&mut self, _: &Entry) -> Result<(), JournalFailed> {
        Ok(())
    }

    fn progress(&self, _: Tid, _: Ttc) -> Option<Progress> {
        None
    }

    fn highest_ttc(&self, _: Tid) -> Option<Ttc> {
        None
    }

    fn next_open(&self, _: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        None
    }

    fn totalizer_before(&self, _: Tid, _: Ttc, _: u8) -> Option<u64> {
        None
    }

    fn next_given_up(&self, _: Tid, _: Option<Ttc>) -> Option<Ttc> {
        None
    }

    fn is_refused(&self, _: &ClaimedRecord) -> bool {
        false
    }

    fn has_refused(&self, _: &LockId) -> bool {
        false
    }
}

impl Records for NoJournal {
    fn record_of(&self, _: &LockId) -> Option<ClaimedRecord> {
        None
    }

    fn unreported(&self) -> Outbox {
        Outbox { through: 0, reports: Vec::new() }
    }
}

/// A clock that stands, so that no run differs from another.
struct Still;

impl Clock for Still {
    fn now(&mut self) -> Stamp {
        Stamp {
            date: Date::new(YEAR, 6, 15).unwrap_or_default(),
            time: Time::new(12, 0, 0).unwrap_or_default(),
            utc_offset_minutes: 0,
        }
    }
}

/// A pump out of which one unit flows at once.
struct Drip(u64);

impl Dispenser for Drip {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        Ok(self.0)
    }

    fn dispense(&mut self, _: &Open) -> Result<u64, NoReading> {
        self.0 += 1000;
        Ok(self.0)
    }
}

/// The PSAM's part of its power-on.
pub(super) fn open_psam(psam: &mut impl Transport) -> Result<Tid, Error> {
    terminal::psam::open(psam).map_err(|failure| failed(&failure))
}

/// A whole refuelling by the terminal's own rules, from SELECT to the cleared TACUF.
pub(super) fn refuel<J: Records>(
    card: &mut impl Transport,
    psam: &mut impl Transport,
    journal: &mut J,
    tid: Tid,
) -> Result<Sale, Error> {
    let sale = SaleTerms {
        nozzle: 1,
        product: 1,
        unit_price: 1,
        rounding: Rounding::Down,
        limit: Amount::MAX,
    };
    let mut clock = Still;
    let today = clock.now().date;
    let (clock, dispenser) = (&mut clock, &mut Drip(0));
    let mut terminal = Terminal { card, psam, journal, clock, dispenser, sale, tid, alone: true };
    let checks = Checks { today, issuers: &[], blacklist: &|_| false };
    let wish = Wish { purse: Purse::Ed, pin: &PIN_DIGITS, amount: None };
    let sale = visit::refuel(&mut terminal, &mut NoLink, &checks, &wish, &mut None);
    match sale {
        Ok(sale) if sale.confirmed => Ok(sale),
        other => Err(failed(&format!("{other:?}"))),
    }
}

/// A benchmark whose refuelling does not settle measures nothing.
fn failed(why: &impl std::fmt::Debug) -> Error {
    Error::new(crate::error::Fault::Lost, format!("a refuelling of the benchmark broke: {why:?}"))
        .advice("run it again while nobody touches the readers")
}
