//! How far a pending lock has come. Each standing is a type that only the step before can make.

use crypto::{Agreed, Debit, Key};
use seeded::Bug;
use wire::buf::Buf;
use wire::psam_command::End;
use wire::{Amount, Date, Mac, Reader, Time};

use crate::lock::Terms;

/// The standing of a pending lock.
#[derive(Clone)]
pub(crate) enum Progress {
    /// TTC and MAC1 went out; so many wrong MAC2 came back.
    Drawn(WrongMac2),
    /// The card's MAC2 agreed.
    Certified(Certified),
    /// The one GMAC was made.
    Given(Given),
}

/// Wrong MAC2 so far. The third one drops the lock, so there is no three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WrongMac2 {
    None,
    One,
    Two,
}

/// A lock whose MAC2 agreed.
#[derive(Clone, Copy)]
pub(crate) struct Certified(());

/// What was given for a lock: kept, so that an equal repeat gets the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    service: Service,
    gmac: Mac,
    sam_tac: Mac,
}

/// What a GMAC is asked for: amount and end of the service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) amount: Amount,
    pub(crate) end: End,
}

impl WrongMac2 {
    /// One more attempt; `None` for the third.
    pub(crate) const fn one_more(self) -> Option<Self> {
        match self {
            Self::None => Some(Self::One),
            Self::One => Some(Self::Two),
            Self::Two => None,
        }
    }

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }

    const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }
}

impl Certified {
    /// By a MAC2 that was compared and agreed.
    pub(crate) fn by(_: Agreed) -> Self {
        Self(())
    }

    /// The GMAC, once. `None` above the balance that MAC2 certified (protocol §8: 9401).
    pub(crate) fn give(self, terms: &Terms, debit: &Debit, record_key: &Key) -> Option<Given> {
        let service =
            Service { amount: debit.amount, end: End { date: debit.date, time: debit.time } };
        let allowed = debit.amount <= terms.balance || seeded::is(Bug::GmacAboveBalance);
        allowed.then(|| Given {
            service,
            gmac: debit.gmac(&terms.source, terms.scheme),
            sam_tac: debit.sam_tac(record_key, terms.scheme, terms.asn, terms.ctc),
        })
    }
}

impl Given {
    /// Certified once more: what [`Bug::SecondGmac`] makes of it.
    pub(crate) const fn again(self) -> Certified {
        Certified(())
    }

    /// What it was given for.
    pub(crate) const fn service(&self) -> Service {
        self.service
    }

    /// GMAC 4, SAM TAC 4.
    pub(crate) fn answer(&self) -> Buf<8> {
        Buf::new().with(&self.gmac.0).with(&self.sam_tac.0)
    }

    fn encode(&self) -> Buf<{ Progress::LEN - 2 }> {
        let Service { amount, end } = self.service;
        Buf::new()
            .with(&amount.to_bytes())
            .with(&end.date.to_bytes())
            .with(&end.time.to_bytes())
            .with(&self.gmac.0)
            .with(&self.sam_tac.0)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let amount = Amount::new(reader.u32()?)?;
        let date = Date::from_bytes_or_zero(reader.take()?)?;
        let time = Time::from_bytes(reader.take()?)?;
        let service = Service { amount, end: End { date, time } };
        Some(Self { service, gmac: Mac(reader.take()?), sam_tac: Mac(reader.take()?) })
    }
}

const DRAWN: u8 = 1;
const CERTIFIED: u8 = 2;
const GIVEN: u8 = 3;

impl Progress {
    /// Standing 1, wrong MAC2 1, amount 4, date' 4, time' 3, GMAC 4, SAM TAC 4; what does not apply is zero.
    pub(crate) const LEN: usize = 2 + 4 + 4 + 3 + 4 + 4;

    pub(crate) fn encode(&self) -> Buf<{ Self::LEN }> {
        let mut out = match self {
            Self::Drawn(wrong) => Buf::new().with(&[DRAWN, wrong.number()]),
            Self::Certified(_) => Buf::new().with(&[CERTIFIED, 0]),
            Self::Given(given) => Buf::new().with(&[GIVEN, 0]).with(&given.encode()),
        };
        out.pad_to(Self::LEN);
        out
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        const NOT_GIVEN: [u8; Progress::LEN - 2] = [0; Progress::LEN - 2];
        match reader.take()? {
            [DRAWN, wrong] if reader.take()? == NOT_GIVEN => {
                WrongMac2::from_number(wrong).map(Self::Drawn)
            }
            [CERTIFIED, 0] if reader.take()? == NOT_GIVEN => Some(Self::Certified(Certified(()))),
            [GIVEN, 0] => Given::read(reader).map(Self::Given),
            _ => None,
        }
    }
}
