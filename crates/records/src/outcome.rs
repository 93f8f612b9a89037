//! A row of the table: one thing that a centre heard or knows.

use crypto::bulk::Record;
use wire::record::{Certified, ClaimedRecord, Delivery};
use wire::{Amount, Asn, Date, Icc, LockId, LockTerms, Mac, Purse, Tid, Time, Trn, Ttc};

/// What a row speaks of. The numbers stand in files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The whole claimed record and the TAC that was answered.
    Sale,
    /// The whole claimed record; no TAC was answered.
    Grey,
    /// A TAC that a card showed at another terminal: of the lock's numbers it proves TID, TTC and amount.
    TacSeen,
    /// An on-line unlock that its MAC3 confirmed; the centre checked it when it was heard.
    OnlineUnlock,
    /// Nothing flowed on this lock and nothing will.
    NoDispense,
    /// LOCK never went out: TID and TTC alone.
    Void,
    /// Delivered, but without GMAC and SAM TAC.
    Unproved,
}

impl Kind {
    /// All of them, by their numbers from 1.
    pub const ALL: [Self; 7] = [
        Self::Sale,
        Self::Grey,
        Self::TacSeen,
        Self::OnlineUnlock,
        Self::NoDispense,
        Self::Void,
        Self::Unproved,
    ];

    /// The number in files.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Sale => 1,
            Self::Grey => 2,
            Self::TacSeen => 3,
            Self::OnlineUnlock => 4,
            Self::NoDispense => 5,
            Self::Void => 6,
            Self::Unproved => 7,
        }
    }

    /// The kind of a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The name in CSV files and summaries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Grey => "grey",
            Self::TacSeen => "tac_seen",
            Self::OnlineUnlock => "online_unlock",
            Self::NoDispense => "no_dispense",
            Self::Void => "void",
            Self::Unproved => "unproved",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A row. Integers as they stand in files: nothing of them is judged yet, so a row may hold what no record can.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Outcome {
    /// Who reported, by its number in the network's register; 0 where a file does not say.
    pub station: u32,
    /// [`Kind::number`].
    pub kind: u8,
    /// The card.
    pub asn: u64,
    /// 1 ED, 2 EP.
    pub purse: u8,
    /// CTC n of the lock.
    pub ctc: u16,
    /// The terminal, 48 bits.
    pub tid: u64,
    /// The PSAM's number.
    pub ttc: u32,
    /// Version of the consumption key.
    pub key_version: u8,
    /// Its algorithm identifier: the suite.
    pub algorithm: u8,
    /// The card's random number.
    pub icc: u32,
    /// The PSAM's random number.
    pub trn: u32,
    /// The balance when it was locked, in the purse's smallest unit.
    pub balance: u32,
    /// The overdraft limit at that time, which only informs.
    pub overdraft: u32,
    /// Date of LOCK, BCD.
    pub lock_date: u32,
    /// Time of LOCK, BCD, 24 bits.
    pub lock_time: u32,
    /// What is debited, in the purse's smallest unit.
    pub amount: u32,
    /// date', the end of the service, BCD.
    pub end_date: u32,
    /// time', BCD, 24 bits.
    pub end_time: u32,
    /// Minutes east of UTC at the end of the service.
    pub utc_offset_minutes: i16,
    /// The most that could be delivered.
    pub ceiling: u32,
    /// MAC2.
    pub mac2: u32,
    /// GTAC as the card answered it.
    pub gtac: u32,
    /// GMAC.
    pub gmac: u32,
    /// SAM TAC.
    pub sam_tac: u32,
    /// TAC, or MAC3 of an on-line unlock.
    pub tac: Option<u32>,
}

/// A time of day out of its 24 bits.
fn time(bits: u32) -> Option<Time> {
    let [0, hour, minute, second] = bits.to_be_bytes() else { return None };
    Time::from_bytes([hour, minute, second])
}

/// The 32 bits of a code.
pub(crate) const fn bits(code: Mac) -> u32 {
    u32::from_be_bytes(code.0)
}

/// The 48 bits of a TID.
pub(crate) const fn wide_tid(tid: Tid) -> u64 {
    let [a, b, c, d, e, f] = tid.0;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// The 24 bits of a time of day.
pub(crate) const fn time_bits(time: Time) -> u32 {
    let [hour, minute, second] = time.to_bytes();
    u32::from_be_bytes([0, hour, minute, second])
}

impl Outcome {
    /// What it speaks of; `None` for a number that is no kind.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_number(self.kind)
    }

    /// The card.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        Asn(self.asn.to_be_bytes())
    }

    /// The terminal; `None` above 48 bits.
    #[must_use]
    pub const fn tid(&self) -> Option<Tid> {
        let [0, 0, a, b, c, d, e, f] = self.tid.to_be_bytes() else { return None };
        Some(Tid([a, b, c, d, e, f]))
    }

    /// What its codes are made over; `None` where a value is one that no record can carry: a purse, an amount, a date.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        let Record { amount, end_date, end_time, .. } = self.debit()?;
        Some(Record { amount, end_date, end_time, ..self.terms()? })
    }

    /// The same of its lock alone, with zeros for the debit.
    #[must_use]
    pub fn terms(&self) -> Option<Record> {
        Some(Record {
            icc: Icc(self.icc.to_be_bytes()),
            trn: Trn(self.trn.to_be_bytes()),
            balance: Amount::new(self.balance)?,
            lock_date: Date::from_bytes(self.lock_date.to_be_bytes())?,
            lock_time: time(self.lock_time)?,
            amount: Amount::ZERO,
            ..self.numbers()?
        })
    }

    /// The same of what TAC is made over, with zeros for the rest.
    #[must_use]
    pub fn debit(&self) -> Option<Record> {
        Some(Record {
            end_date: Date::from_bytes(self.end_date.to_be_bytes())?,
            end_time: time(self.end_time)?,
            ..self.numbers()?
        })
    }

    /// The same of the lock's name and the amount.
    pub(crate) fn numbers(&self) -> Option<Record> {
        Some(Record {
            asn: self.asn(),
            purse: Purse::from_number(self.purse)?,
            ctc: self.ctc,
            tid: self.tid()?,
            ttc: Ttc(self.ttc),
            icc: Icc([0; 4]),
            trn: Trn([0; 4]),
            balance: Amount::ZERO,
            lock_date: Date::ZERO,
            lock_time: Time::ZERO,
            amount: Amount::new(self.amount)?,
            end_date: Date::ZERO,
            end_time: Time::ZERO,
        })
    }

    /// The terms of a lock, and no kind yet.
    pub(crate) fn of_terms(station: u32, terms: &LockTerms) -> Self {
        Self {
            key_version: terms.key.version,
            algorithm: terms.key.algorithm,
            icc: u32::from_be_bytes(terms.icc.0),
            trn: u32::from_be_bytes(terms.trn.0),
            balance: terms.balance.units(),
            overdraft: terms.limit.units(),
            lock_date: u32::from_be_bytes(terms.at.date.to_bytes()),
            lock_time: time_bits(terms.at.time),
            ..Self::of_lock(station, &terms.id)
        }
    }

    /// The name of a lock, and no kind yet.
    pub(crate) fn of_lock(station: u32, lock: &LockId) -> Self {
        Self {
            station,
            asn: u64::from_be_bytes(lock.asn.0),
            purse: lock.purse.number(),
            ctc: lock.ctc,
            tid: wide_tid(lock.tid),
            ttc: lock.ttc.0,
            ..Self::default()
        }
    }

    /// A delivery without GMAC and SAM TAC.
    #[must_use]
    pub fn of_unproved(
        station: u32,
        terms: &LockTerms,
        certified: &Certified,
        delivery: &Delivery,
    ) -> Self {
        Self {
            kind: Kind::Unproved.number(),
            amount: delivery.amount.units(),
            end_date: u32::from_be_bytes(delivery.at.date.to_bytes()),
            end_time: time_bits(delivery.at.time),
            utc_offset_minutes: delivery.at.utc_offset_minutes,
            ceiling: certified.ceiling.units(),
            mac2: bits(certified.mac2),
            gtac: bits(certified.gtac),
            ..Self::of_terms(station, terms)
        }
    }

    /// A claimed record, with the TAC that was answered for it if there was one.
    #[must_use]
    pub fn of_record(station: u32, record: &ClaimedRecord, tac: Option<Mac>) -> Self {
        let ClaimedRecord { terms, certified, delivery, claim } = record;
        let kind = if tac.is_some() { Kind::Sale } else { Kind::Grey };
        Self {
            kind: kind.number(),
            gmac: bits(claim.gmac),
            sam_tac: bits(claim.sam_tac),
            tac: tac.map(bits),
            ..Self::of_unproved(station, terms, certified, delivery)
        }
    }
}
