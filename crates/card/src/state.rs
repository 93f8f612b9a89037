//! What lives in NVM, and its changes. Each change is one commit: it happens wholly or not at all.

mod booking;
mod encode;
mod issuer;

pub(crate) use booking::{Booking, Sequence};

use crypto::{Agreed, SessionKey};
use wire::files::{LogRecord, PublicData};
use wire::response::Proof;
use wire::{Amount, Date, KeyRef, Kind, Limit, Mac, Purse, StatusWord, Tid, Time, Trn, Ttc};

use crate::card::require;
use crate::challenge::KEPT_FOR_UNLOCK;
use crate::log_file::LogFile;
use crate::pin::{PIN_TRIES, Pin};
use crate::profile::Profile;
use crate::proofs::{Proofs, Proved};

/// Wrong codes of APPLICATION UNBLOCK that lock for good.
pub(crate) const UNBLOCK_TRIES: u8 = 3;

/// Wrong codes of the issuer's other messages that lock the application.
pub(crate) const MESSAGE_TRIES: u8 = 3;

/// Everything that changes in a card's life.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) purses: [PurseRecord; 2],
    pub(crate) last_locked: Option<Purse>,
    pub(crate) last_debit: Option<LastDebit>,
    pub(crate) log: LogFile,
    pub(crate) error_counter: u8,
    /// By APPLICATION BLOCK.
    pub(crate) blocked: bool,
    pub(crate) unblock_failures: u8,
    pub(crate) pin: Pin,
    pub(crate) pin_tries: u8,
    /// The next number that was never drawn.
    pub(crate) icc_counter: u32,
    /// EF 15 as it is today.
    pub(crate) public: PublicData,
    pub(crate) proofs: Proofs,
    /// Codes of secure messages counted since the last one that was right; APPLICATION UNBLOCK counts apart.
    pub(crate) message_failures: u8,
    /// By CARD BLOCK, for good.
    pub(crate) card_blocked: bool,
    /// By SWITCH KEYS, for good: the next keys are in use.
    pub(crate) switched: bool,
}

/// A purse's own record. The mark is part of it, so no write can part it from the money (claim 1).
#[derive(Clone)]
pub(crate) struct PurseRecord {
    pub(crate) balance: Amount,
    pub(crate) limit: Limit,
    pub(crate) ctc: u16,
    pub(crate) otc: u16,
    pub(crate) mark: Mark,
}

/// The grey mark (claim 1).
#[derive(Clone)]
pub(crate) enum Mark {
    Clear,
    Grey(GreyLock),
}

/// The locking card source and what it was made for (claim 1, protocol §5).
#[derive(Clone)]
pub(crate) struct GreyLock {
    /// Purse, scheme, balance, CTC n, ICC, TID, TTC, date, time.
    pub(crate) terms: crypto::Lock,
    /// SESPK.
    pub(crate) source: SessionKey,
    pub(crate) trn: Trn,
    pub(crate) key_index: u8,
    pub(crate) key: KeyRef,
    pub(crate) mac2: Mac,
    pub(crate) gtac: Mac,
}

/// The outcome of the last debit, kept until the next one; unread until a terminal cleared TACUF.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastDebit {
    /// TACUF.
    pub unread: bool,
    /// How it was debited.
    pub kind: DebitKind,
    /// The purse.
    pub purse: Purse,
    /// TID of the lock, or of INITIALIZE FOR UNLOCK.
    pub tid: Tid,
    /// What was debited.
    pub amount: Amount,
    /// date', or the date of DEBIT FOR UNLOCK.
    pub date: Date,
    /// time', or the time of DEBIT FOR UNLOCK.
    pub time: Time,
    /// TAC, or MAC3.
    pub code: Mac,
}

/// How a grey lock ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebitKind {
    /// DEBIT FOR REFUEL, tag 93, under the TTC of the lock.
    Terminal(Ttc),
    /// DEBIT FOR UNLOCK, tag 95, under this OTC.
    Online(u16),
}

impl DebitKind {
    /// Tag 93 or 95.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Terminal(_) => Kind::Debit,
            Self::Online(_) => Kind::Unlock,
        }
    }
}

/// What a debit leaves, computed before anything is changed.
pub(crate) struct Ending {
    pub(crate) balance_after: Amount,
    /// CTC n+2.
    pub(crate) next_ctc: u16,
    /// OTC as it was, or m+1.
    pub(crate) next_otc: u16,
    pub(crate) debit: LastDebit,
}

/// The number after this one; 9402 where there is none.
pub(crate) fn next_number(number: u16) -> Result<u16, StatusWord> {
    number.checked_add(1).ok_or(StatusWord::SEQUENCE_EXHAUSTED)
}

impl State {
    /// A card as it leaves personalisation.
    pub(crate) fn new(profile: &Profile, pin: &Pin) -> Self {
        Self {
            purses: profile.opening.map(|opening| PurseRecord {
                balance: opening.balance,
                limit: opening.limit,
                ctc: opening.ctc,
                otc: opening.otc,
                mark: Mark::Clear,
            }),
            last_locked: None,
            last_debit: None,
            log: LogFile::default(),
            error_counter: 0,
            blocked: false,
            unblock_failures: 0,
            pin: pin.clone(),
            pin_tries: PIN_TRIES,
            icc_counter: 0,
            public: profile.public,
            proofs: Proofs::default(),
            message_failures: 0,
            card_blocked: false,
            switched: false,
        }
    }

    /// Only a card that has next keys can have gone over to them.
    pub(crate) const fn fits(&self, profile: &Profile) -> bool {
        !self.switched || profile.next.is_some()
    }

    pub(crate) const fn purse(&self, purse: Purse) -> &PurseRecord {
        &self.purses[purse.index()]
    }

    pub(crate) const fn purse_mut(&mut self, purse: Purse) -> &mut PurseRecord {
        &mut self.purses[purse.index()]
    }

    /// The lock, when the application is grey.
    pub(crate) fn grey(&self) -> Option<&GreyLock> {
        self.purses.iter().find_map(|record| match &record.mark {
            Mark::Clear => None,
            Mark::Grey(lock) => Some(lock),
        })
    }

    /// The lock of this purse; 6985 when it is not grey.
    pub(crate) fn grey_in(&self, purse: Purse) -> Result<&GreyLock, StatusWord> {
        self.grey().filter(|lock| lock.terms.purse == purse).ok_or(StatusWord::CONDITIONS)
    }

    /// The outcome that no terminal has cleared yet.
    pub(crate) fn unread_debit(&self) -> Option<&LastDebit> {
        self.last_debit.as_ref().filter(|debit| debit.unread)
    }

    /// 9402 unless a lock begun now leaves the numbers that end it, in either way (protocol §2 sequence rule).
    pub(crate) fn check_numbers_left(&self, purse: Purse) -> Result<(), StatusWord> {
        let record = self.purse(purse);
        let icc_left = u32::MAX - self.icc_counter > KEPT_FOR_UNLOCK;
        let left = record.ctc < 0xFFFE && record.otc < 0xFFFF && icc_left;
        require(left, StatusWord::SEQUENCE_EXHAUSTED)
    }

    /// 9402 unless a purchase leaves the numbers that a lock needs (protocol §2 sequence rule).
    pub(crate) fn check_ctc_left(&self, purse: Purse) -> Result<(), StatusWord> {
        require(self.purse(purse).ctc < 0xFFFE, StatusWord::SEQUENCE_EXHAUSTED)
    }

    /// 9402 unless an on-line transaction leaves the number that an unlock needs (protocol §2 sequence rule).
    pub(crate) fn check_otc_left(&self, purse: Purse) -> Result<(), StatusWord> {
        require(self.purse(purse).otc < 0xFFFE, StatusWord::SEQUENCE_EXHAUSTED)
    }

    pub(crate) const fn locked_for_good(&self) -> bool {
        self.unblock_failures >= UNBLOCK_TRIES
    }

    /// Counts a code before it is compared.
    pub(crate) const fn count_attempt(&mut self) {
        self.error_counter = self.error_counter.saturating_add(1);
    }

    /// Counts a secure message before its code is compared.
    pub(crate) const fn count_message(&mut self) {
        self.message_failures = self.message_failures.saturating_add(1);
    }

    pub(crate) const fn clear_unread(&mut self) {
        if let Some(debit) = &mut self.last_debit {
            debit.unread = false;
        }
    }

    /// LOCK FOR REFUEL took effect: the CTC moves, the purse is grey.
    pub(crate) fn lock(&mut self, lock: GreyLock, next_ctc: u16, _: Agreed) {
        let purse = lock.terms.purse;
        let record = self.purse_mut(purse);
        record.ctc = next_ctc;
        record.mark = Mark::Grey(lock);
        self.last_locked = Some(purse);
        self.clear_unread();
        self.error_counter = 0;
    }

    /// Either debit took effect: the money and the mark together (claim 1), with the outcome and the log.
    pub(crate) fn debit(&mut self, ending: &Ending, _: Agreed) {
        let debit = ending.debit;
        let record = self.purse_mut(debit.purse);
        let log = LogRecord {
            sequence: record.ctc,
            limit: record.limit,
            amount: debit.amount,
            tag: debit.kind.kind().of(debit.purse),
            tid: debit.tid,
            date: debit.date,
            time: debit.time,
        };
        record.balance = ending.balance_after;
        record.ctc = ending.next_ctc;
        record.otc = ending.next_otc;
        record.mark = Mark::Clear;
        self.last_debit = Some(debit);
        self.log.append(log);
        let proof = Proof { mac2: Mac::default(), tac: debit.code };
        self.proofs.keep(log.tag, Proved { sequence: log.sequence, proof });
        self.error_counter = 0;
    }
}
