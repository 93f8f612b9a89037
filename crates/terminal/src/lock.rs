//! From an unlocked card to a certified lock (claims 3, 4, 8).

use seeded::Bug;
use wire::card_command::{Initialize, LockForRefuel};
use wire::key::Dispersing;
use wire::psam_command::InitGreyLock;
use wire::response::{InitRefuel, InitSam, LockAnswer};
use wire::{
    Amount, CardCommand, Entry, GreyState, LockId, LockTerms, Mac, PsamCommand, Purse, Scheme,
    Stamp, StatusWord, Step, Tid, Ttc,
};

use crate::exchange;
use crate::failure::{Failure, Refusal};
use crate::journal::Journal;
use crate::present::{Admitted, present, read_status};
use crate::price::SaleTerms;
use crate::psam::{ask_selected, was_never_claimed};
use crate::sale::Open;
use crate::transport::{Dispenser, Transport};

/// The default key.
pub(crate) const KEY_INDEX: u8 = 1;

/// A gap of more TTCs than this is not a torn INIT but a PSAM that worked elsewhere: its
/// numbers are left as holes for the centre.
pub const MOST_VOIDS: u32 = 64;

/// The PIN was right.
#[derive(Debug)]
pub struct Verified {
    admitted: Admitted,
}

/// The card told its balance and its random number.
#[derive(Debug)]
pub struct Initialized {
    admitted: Admitted,
    purse: Purse,
    tid: Tid,
    answer: InitRefuel,
}

/// The PSAM gave TTC, TRN and MAC1; nothing is durable yet, LOCK has not gone out.
#[derive(Debug)]
pub struct Drawn {
    terms: LockTerms,
    mac1: Mac,
}

/// `lock_sent` is durable: LOCK may go out.
#[derive(Debug)]
pub struct LockRecorded {
    terms: LockTerms,
    mac1: Mac,
}

/// The card answered MAC2 and GTAC, which nobody has checked yet.
#[derive(Debug)]
pub struct LockAnswered {
    terms: LockTerms,
    answer: LockAnswer,
}

/// The PSAM certified MAC2: card and balance are genuine.
#[derive(Debug)]
pub struct Certified {
    terms: LockTerms,
    answer: LockAnswer,
}

impl Admitted {
    /// VERIFY PIN: BCD digits.
    pub fn verify(self, card: &mut impl Transport, digits: &[u8]) -> Result<Verified, Failure> {
        exchange::card(card, &CardCommand::VerifyPin { digits })?;
        Ok(Verified { admitted: self })
    }
}

impl Verified {
    /// INITIALIZE FOR REFUEL.
    pub fn initialize(
        self,
        card: &mut impl Transport,
        purse: Purse,
        tid: Tid,
    ) -> Result<Initialized, Failure> {
        let command =
            CardCommand::InitializeForRefuel(Initialize { purse, key_index: KEY_INDEX, tid });
        let data = exchange::card(card, &command)?;
        let answer =
            InitRefuel::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(Initialized { admitted: self.admitted, purse, tid, answer })
    }
}

impl Initialized {
    /// What the card says it can spend.
    #[must_use]
    pub const fn balance(&self) -> Amount {
        self.answer.balance
    }

    /// INIT SAM GREY LOCK: draws the TTC.
    pub fn draw(&self, psam: &mut impl Transport, at: Stamp) -> Result<Drawn, Failure> {
        let public = &self.admitted.public;
        let dispersing = further_levels(public.levels(), public.issuer)?;
        let command = PsamCommand::InitGreyLock(InitGreyLock {
            icc: self.answer.icc,
            ctc: self.answer.ctc,
            balance: self.answer.balance,
            purse: self.purse,
            date: at.date,
            time: at.time,
            key: self.answer.key,
            asn: public.asn(),
            dispersing,
        });
        let data = exchange::psam(psam, &command)?;
        let sam =
            InitSam::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(Drawn { terms: self.terms(&sam, at, dispersing), mac1: sam.mac1 })
    }

    fn terms(&self, sam: &InitSam, at: Stamp, dispersing: Dispersing) -> LockTerms {
        let public = &self.admitted.public;
        LockTerms {
            id: LockId {
                asn: public.asn(),
                purse: self.purse,
                ctc: self.answer.ctc,
                tid: self.tid,
                ttc: sam.ttc,
            },
            icc: self.answer.icc,
            trn: sam.trn,
            balance: self.answer.balance,
            limit: self.answer.limit,
            at,
            key: self.answer.key,
            scheme: public.scheme().unwrap_or(Scheme::Seed),
            dispersing,
        }
    }
}

/// Dispersing inputs beyond the ASN, by the levels that the card's public data names: the
/// second level is the issuer.
pub(crate) fn further_levels(levels: u8, issuer: [u8; 8]) -> Result<Dispersing, Failure> {
    let inputs: &[[u8; 8]] = match levels {
        1 => &[],
        2 => &[issuer],
        _ => return Err(Failure::Malformed { command: "READ BINARY" }),
    };
    Dispersing::new(inputs).ok_or(Failure::Malformed { command: "READ BINARY" })
}

impl Drawn {
    /// The PSAM's number for this lock.
    #[must_use]
    pub const fn ttc(&self) -> Ttc {
        self.terms.id.ttc
    }

    /// Makes `lock_sent` durable, after the TTCs that this journal finds skipped.
    pub fn record(
        self,
        psam: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<LockRecorded, Failure> {
        let LockId { tid, ttc, .. } = self.terms.id;
        void_skipped(psam, journal, tid, ttc)?;
        journal.append(&Entry::Lock { tid, ttc, step: Step::LockSent(self.terms) })?;
        Ok(LockRecorded { terms: self.terms, mac1: self.mac1 })
    }

    /// The card went before LOCK went out: `void`.
    pub fn void(
        self,
        psam: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<(), Failure> {
        let LockId { tid, ttc, .. } = self.terms.id;
        void_skipped(psam, journal, tid, ttc)?;
        Ok(journal.append(&Entry::Lock { tid, ttc, step: Step::Void })?)
    }
}

/// A TTC that the same journal skipped never had a LOCK (protocol §9); a new or restored journal
/// says nothing about earlier ones. The journal cannot know that it was restored, so the PSAM is
/// asked: a number that it gave a GMAC for, or holds no more, is left to the centre as a hole.
pub(crate) fn void_skipped(
    psam: &mut impl Transport,
    journal: &mut impl Journal,
    tid: Tid,
    ttc: Ttc,
) -> Result<(), Failure> {
    let Some(highest) = journal.highest_ttc(tid) else { return Ok(()) };
    if ttc <= highest {
        return Err(Refusal::TtcRepeated.into());
    }
    let skipped = highest.0.saturating_add(1)..ttc.0;
    if skipped.len() > MOST_VOIDS as usize {
        return Ok(());
    }
    for missing in skipped.map(Ttc) {
        if seeded::is(Bug::VoidUnasked) || was_never_claimed(psam, tid, missing)? {
            journal.append(&Entry::Lock { tid, ttc: missing, step: Step::Void })?;
        }
    }
    Ok(())
}

impl LockRecorded {
    /// The lock's terms.
    #[must_use]
    pub const fn terms(&self) -> &LockTerms {
        &self.terms
    }

    /// LOCK FOR REFUEL. When the answer is lost, [`LockRecorded::from_status`] can still find
    /// it on the card.
    pub fn lock(&self, card: &mut impl Transport) -> Result<LockAnswered, Failure> {
        let command = CardCommand::LockForRefuel(LockForRefuel {
            ttc: self.terms.id.ttc,
            trn: self.terms.trn,
            date: self.terms.at.date,
            time: self.terms.at.time,
            mac1: self.mac1,
        });
        let data = exchange::card(card, &command)?;
        let answer =
            LockAnswer::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(LockAnswered { terms: self.terms, answer })
    }

    /// The card is there again and shows this lock: its MAC2 and GTAC from GET GREY STATUS. A
    /// card that lost its power for a moment is selected anew.
    pub fn from_status(&self, card: &mut impl Transport) -> Result<LockAnswered, Failure> {
        let failure = match answered_by_status(self.terms, card) {
            Ok(answered) => return Ok(answered),
            Err(failure) => failure,
        };
        if !card.is_present() || present(card)?.asn() != self.terms.id.asn {
            return Err(failure);
        }
        answered_by_status(self.terms, card)
    }

    /// LOCK certainly never went out: `void`.
    pub fn void(self, journal: &mut impl Journal) -> Result<(), Failure> {
        append(journal, &self.terms, Step::Void)
    }
}

/// Reads the answer of LOCK back from a card that is grey under exactly these terms.
pub(crate) fn answered_by_status(
    terms: LockTerms,
    card: &mut impl Transport,
) -> Result<LockAnswered, Failure> {
    let (status, more) = read_status(card)?;
    let same = status.state == GreyState::Grey
        && status.purse == terms.id.purse
        && status.ctc == terms.id.ctc.wrapping_add(1)
        && status.tid == terms.id.tid
        && more.ttc == terms.id.ttc
        && (status.date, status.time) == (terms.at.date, terms.at.time)
        && status.balance == terms.balance;
    if !same {
        return Err(Refusal::UnexpectedState.into());
    }
    let answer = LockAnswer { gtac: status.b, mac2: status.mac2() };
    Ok(LockAnswered { terms, answer })
}

impl LockAnswered {
    /// CERTIFICATE SAM GREY LOCK. A MAC2 that was altered on its way is read again from the
    /// card once, since the PSAM drops the lock at the third wrong one.
    pub fn certify(
        self,
        psam: &mut impl Transport,
        card: &mut impl Transport,
    ) -> Result<Certified, Failure> {
        match self.certify_once(psam) {
            Err(Failure::PsamRefused { status: StatusWord::WRONG_MAC, command }) => {
                let refused = Failure::PsamRefused { status: StatusWord::WRONG_MAC, command };
                let again = answered_by_status(self.terms, card).map_err(|_| refused)?;
                if again.answer.mac2 == self.answer.mac2 {
                    Err(refused)
                } else {
                    again.certify_once(psam)
                }
            }
            result => result,
        }
    }

    /// CERTIFICATE SAM GREY LOCK, once.
    pub fn certify_once(&self, psam: &mut impl Transport) -> Result<Certified, Failure> {
        let LockId { tid, ttc, .. } = self.terms.id;
        let mac2 = self.answer.mac2;
        ask_selected(psam, tid, &PsamCommand::CertificateGreyLock { ttc: Some(ttc), mac2 })?;
        Ok(Certified { terms: self.terms, answer: self.answer })
    }
}

impl Certified {
    /// Makes `locked` durable: from here on the nozzle may open, up to the ceiling.
    pub fn record(
        self,
        journal: &mut impl Journal,
        dispenser: &mut impl Dispenser,
        sale: &SaleTerms,
    ) -> Result<Open, Failure> {
        let certified = wire::Certified {
            mac2: self.answer.mac2,
            gtac: self.answer.gtac,
            nozzle: sale.nozzle,
            product: sale.product,
            unit_price: sale.unit_price,
            rounding: sale.rounding,
            ceiling: self.terms.balance.min(sale.limit),
            totalizer_before: dispenser.totalizer()?,
        };
        let appended = append(journal, &self.terms, Step::Locked(certified));
        if !seeded::is(Bug::OpensUnrecorded) {
            appended?;
        }
        Ok(Open::new(self.terms, certified))
    }
}

/// Appends a step of the lock with these terms.
pub(crate) fn append(
    journal: &mut impl Journal,
    terms: &LockTerms,
    step: Step,
) -> Result<(), Failure> {
    let LockId { tid, ttc, .. } = terms.id;
    Ok(journal.append(&Entry::Lock { tid, ttc, step })?)
}
