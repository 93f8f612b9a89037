//! Made-up keys, cards and PSAMs, and the outcomes that they make: every code is right.

use crypto::online::mac1;
use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, Online, SessionKey};
use host::{CardOpening, Input, KeyKind, KeyVault, MainKeys, PurseOpening, Subject, UnlockRequest};
use wire::record::{Claim, Rounding};
use wire::response::InitUnlock;
use wire::{
    Amount, Asn, Certified, ClaimedRecord, Date, Delivery, Dispersing, GreyState, GreyStatus, Icc,
    KeyRef, Limit, LockId, LockTerms, Mac, Purse, Report, Scheme, Stamp, StatusMore, Tid, Time,
    Trn, Ttc,
};

use crate::BenchError;

/// The one station: it owns every PSAM.
pub(crate) const STATION: &str = "north";
/// What is on every card at first.
const OPENING: u32 = 50_000_000;
/// What every refuelling costs.
const PRICE: u32 = 1_234;

/// Keys, cards and PSAMs with their counters.
pub(crate) struct World {
    keys: MainKeys,
    cards: Vec<Card>,
    psams: Vec<u32>,
    drawn: u32,
}

#[derive(Clone, Copy)]
struct Card {
    ctc: u16,
    balance: u32,
}

/// A card that is grey, and what it showed.
pub(crate) struct GreyCard {
    /// The record that its station claims.
    pub(crate) record: ClaimedRecord,
    mac2: Mac,
    gtac: Mac,
}

/// The same keys in every run: the figures do not depend on them.
pub(crate) fn keys() -> MainKeys {
    let key = |seed: u8| {
        let places = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        Key::new(places.map(|place: u8| seed.wrapping_mul(31) ^ (place * 15)))
    };
    MainKeys::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(key), key(99))
}

/// Eight digits of BCD at the end of an identifier.
fn digits(number: usize) -> [u8; 4] {
    [1_000_000, 10_000, 100, 1].map(|power| {
        let two = u8::try_from(number / power % 100).unwrap_or(0);
        (two / 10) << 4 | (two % 10)
    })
}

pub(crate) fn asn(card: usize) -> Asn {
    let [a, b, c, d] = digits(card);
    Asn([0x12, 0x34, 0, 0, a, b, c, d])
}

/// The TID of a PSAM.
pub(crate) fn tid(psam: usize) -> Tid {
    let [a, b, c, d] = digits(psam);
    Tid([0, 1, a, b, c, d])
}

/// The time of everything: no code depends on its being another.
pub(crate) fn now() -> Result<Stamp, BenchError> {
    let (date, time) = (Date::new(2026, 3, 5), Time::new(9, 30, 0));
    let (date, time) = date.zip(time).ok_or(BenchError::OurBug("the time"))?;
    Ok(Stamp { date, time, utc_offset_minutes: 480 })
}

fn amount(units: u32) -> Result<Amount, BenchError> {
    Amount::new(units).ok_or(BenchError::OurBug("an amount"))
}

impl World {
    /// So many cards and PSAMs.
    pub(crate) fn new(cards: usize, psams: usize) -> Self {
        let card = Card { ctc: 0, balance: OPENING };
        Self { keys: keys(), cards: vec![card; cards], psams: vec![0; psams], drawn: 0 }
    }

    /// The calls that make cards and PSAMs known.
    pub(crate) fn registrations(&self) -> Result<Vec<Input>, BenchError> {
        let now = now()?;
        let balance = amount(OPENING)?;
        let purse = PurseOpening { balance, limit: Limit::ZERO, ctc: 0, otc: 0 };
        let card = |card| CardOpening {
            expiry: None,
            asn: asn(card),
            openings: [purse, PurseOpening::default()],
            key_version: None,
        };
        let cards = (0..self.cards.len()).map(|place| Input::RegisterCard {
            card: card(place),
            chip: None,
            now,
        });
        let psams = (0..self.psams.len()).map(|place| Input::RegisterPsam {
            tid: tid(place),
            station: STATION.to_owned(),
            expiry: None,
            chip: None,
        });
        // In use already: the first code of a card is not what is measured.
        let subjects = (0..self.cards.len()).map(|place| Subject::Card(asn(place)));
        let subjects = subjects.chain((0..self.psams.len()).map(|place| Subject::Psam(tid(place))));
        let issued = subjects.map(|subject| Input::ConfirmIssue { subject, chip: None, now });
        Ok(cards.chain(psams).chain(issued).collect())
    }

    /// A refuelling that broke before DEBIT: the card is grey, and its record is claimed.
    pub(crate) fn grey(&mut self, card: usize, psam: usize) -> Result<GreyCard, BenchError> {
        let (asn, tid, at) = (asn(card), tid(psam), now()?);
        let missing = || BenchError::OurBug("a card or PSAM beyond those that there are");
        let Card { ctc, balance } = *self.cards.get(card).ok_or_else(missing)?;
        let ttc = self.psams.get_mut(psam).ok_or_else(missing)?;
        *ttc += 1;
        let ttc = Ttc(*ttc);
        let [a, b, c, d] = ttc.0.wrapping_mul(0x85EB_CA6B).to_be_bytes();
        let algorithm = KeyVault::suite(&self.keys, 1).ok_or(BenchError::OurBug("the suite"))?;
        let terms = LockTerms {
            id: LockId { asn, purse: Purse::Ed, ctc, tid, ttc },
            icc: self.draw(),
            trn: Trn([a | 0x80, b, c, d]),
            balance: amount(balance)?,
            limit: Limit::ZERO,
            at,
            key: KeyRef { version: 1, algorithm },
            scheme: Scheme::Seed,
            dispersing: Dispersing::NONE,
        };
        self.claimed(terms)
    }

    fn claimed(&self, terms: LockTerms) -> Result<GreyCard, BenchError> {
        let LockTerms { icc, trn, at, balance, scheme, .. } = terms;
        let LockId { asn, purse, ctc, tid, ttc } = terms.id;
        let (date, time) = (at.date, at.time);
        let source = self.key(KeyKind::Mpk, asn)?;
        let source =
            SessionKey::locking_source(&source, scheme, &Randoms { icc, ctc, ttc, trn, tid });
        let lock = Lock { scheme, purse, balance, ctc, icc, tid, ttc, date, time };
        let mac2 = lock.mac2(&source);
        let gtac = lock.gtac(&source, &self.key(KeyKind::Mtk, asn)?.folded());
        let debit = self.debit_of(&terms)?;
        let sam_tac = debit.sam_tac(&self.keys.psam_key(tid), scheme, asn, ctc);
        let record = ClaimedRecord {
            terms,
            certified: Certified {
                mac2,
                gtac,
                nozzle: 1,
                product: 92,
                unit_price: 789,
                rounding: Rounding::Down,
                ceiling: balance,
                totalizer_before: 1_000,
            },
            delivery: Delivery {
                quantity: 1_564,
                amount: debit.amount,
                at,
                totalizer_after: 2_564,
            },
            claim: Claim { gmac: debit.gmac(&source, scheme), sam_tac },
        };
        Ok(GreyCard { record, mac2, gtac })
    }

    /// What the card does with a record: it pays, and makes its TAC.
    pub(crate) fn debit(&mut self, card: usize, grey: &GreyCard) -> Result<Mac, BenchError> {
        let tac = self.debit_of(&grey.record.terms)?;
        let tac = tac.tac(&self.key(KeyKind::Mtk, grey.record.terms.id.asn)?.folded());
        if let Some(card) = self.cards.get_mut(card) {
            // A lock takes one number and its debit another (protocol §2).
            card.ctc += 2;
            card.balance -= PRICE;
        }
        Ok(tac)
    }

    /// A whole refuelling, as its station reports it.
    pub(crate) fn sale(&mut self, card: usize, psam: usize) -> Result<Report, BenchError> {
        let grey = self.grey(card, psam)?;
        let tac = self.debit(card, &grey)?;
        Ok(Report::Sale(grey.record, tac))
    }

    /// The grey card is put into a terminal that asks the centre to unlock it.
    pub(crate) fn ask(
        &mut self,
        grey: &GreyCard,
        psam: usize,
    ) -> Result<UnlockRequest, BenchError> {
        let terms = grey.record.terms;
        let (balance, ctc) = (terms.balance, terms.id.ctc + 1);
        let more = StatusMore { ttc: terms.id.ttc, icc: terms.icc, trn: terms.trn, key: terms.key };
        let status = GreyStatus {
            state: GreyState::Grey,
            purse: terms.id.purse,
            balance,
            ctc,
            tid: terms.id.tid,
            date: terms.at.date,
            time: terms.at.time,
            a: grey.mac2.0,
            b: grey.gtac,
            more: Some(more),
        };
        let (icc, tid) = (self.draw(), tid(psam));
        let key = self.key(KeyKind::Mulk, terms.id.asn)?;
        let session = SessionKey::online(Online::Unlock, &key, icc, 0, tid);
        let mac1 = mac1(&session, balance, ctc, terms.id.purse, tid);
        let init = InitUnlock { balance, ctc, otc: 0, key: terms.key, icc, mac1 };
        Ok(UnlockRequest { tid, asn: terms.id.asn, status, init, now: now()? })
    }

    fn debit_of(&self, terms: &LockTerms) -> Result<Debit, BenchError> {
        let (LockId { purse, tid, ttc, .. }, at) = (terms.id, terms.at);
        Ok(Debit { purse, amount: amount(PRICE)?, tid, ttc, date: at.date, time: at.time })
    }

    fn key(&self, kind: KeyKind, asn: Asn) -> Result<Key, BenchError> {
        self.keys.card_key(kind, 1, asn).ok_or(BenchError::OurBug("a card key"))
    }

    fn draw(&mut self) -> Icc {
        self.drawn += 1;
        Icc(self.drawn.wrapping_mul(0x9E37_79B1).to_be_bytes())
    }
}

/// A report as a call of the rules.
pub(crate) fn heard(report: Report) -> Result<Input, BenchError> {
    Ok(Input::Hear { station: STATION.to_owned(), report, now: now()? })
}
