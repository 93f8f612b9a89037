//! The card as its users may rely on it: protocol §5 and §6, without bytes in memory.
//!
//! It shares nothing with the card's own crate. A command happens wholly or not at all, so power
//! that fails is a card that is not there for the rest of the visit.

use crypto::online::Unlock;
use crypto::{Debit, Lock};
use host::{OnlineSession, UnlockStand};
use wire::card_command::{DebitForRefuel, DebitForUnlock, LockForRefuel, StatusMode};
use wire::files::PublicData;
use wire::response::{InitRefuel, InitUnlock, LockAnswer};
use wire::{
    Amount, Asn, CardCommand, Date, GreyState, GreyStatus, Icc, KeyRef, Limit, Mac, Purse, Scheme,
    StatusMore, StatusWord, Tid, Time, Trn, Ttc,
};

use crate::code::{self, VERSION};

/// After so many wrong codes in a row the application is locked.
const ERROR_LIMIT: u8 = 3;
pub(crate) const KEY: KeyRef = KeyRef { version: VERSION, algorithm: wire::key::SUITE_3DES };

/// The lock that a card is under.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Grey {
    pub(crate) icc: Icc,
    pub(crate) tid: Tid,
    pub(crate) ttc: Ttc,
    trn: Trn,
    /// CTC n.
    pub(crate) ctc: u16,
    pub(crate) balance: Amount,
    date: Date,
    time: Time,
}

/// The last debit, as long as nobody has cleared it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Unread {
    state: GreyState,
    tid: Tid,
    /// TTC of the lock, or the OTC used.
    number: u32,
    amount: Amount,
    date: Date,
    time: Time,
    code: Mac,
}

/// One change of the purse, for ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Change {
    /// CTC n of the lock.
    pub(crate) ctc: u16,
    pub(crate) tid: Tid,
    pub(crate) ttc: Ttc,
    pub(crate) amount: Amount,
    /// By the centre.
    pub(crate) online: bool,
}

/// What is gone when the power goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
enum Ram {
    #[default]
    Off,
    Selected,
    PreRefuel(Icc, Tid),
    PreUnlock(Icc, Tid),
}

/// A card.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Card {
    pub(crate) asn: Asn,
    pub(crate) balance: Amount,
    pub(crate) ctc: u16,
    pub(crate) otc: u16,
    icc: u32,
    pub(crate) errors: u8,
    pub(crate) grey: Option<Grey>,
    unread: Option<Unread>,
    ram: Ram,
    /// What the card showed before its last change: whoever listens has heard it.
    pub(crate) shown_before: Option<GreyStatus>,
    /// Every lock that was made here, and every debit: what really happened.
    pub(crate) locks: Vec<(Tid, Ttc)>,
    pub(crate) debits: Vec<Change>,
}

type Answer = Result<Vec<u8>, StatusWord>;

impl Card {
    pub(crate) fn new(asn: Asn, balance: Amount) -> Self {
        Self {
            asn,
            balance,
            ctc: 0,
            otc: 0,
            icc: 0,
            errors: 0,
            grey: None,
            unread: None,
            ram: Ram::Off,
            shown_before: None,
            locks: Vec::new(),
            debits: Vec::new(),
        }
    }

    pub(crate) const fn power_off(&mut self) {
        self.ram = Ram::Off;
    }

    pub(crate) const fn application_locked(&self) -> bool {
        self.errors >= ERROR_LIMIT
    }

    /// What APPLICATION UNBLOCK does once its code is right.
    pub(crate) const fn unblock(&mut self) {
        self.errors = 0;
    }

    /// The answer to a command, with its status word.
    pub(crate) fn answer(&mut self, command: &CardCommand<'_>) -> (Vec<u8>, StatusWord) {
        match self.execute(command) {
            Ok(data) if self.application_locked() && is_select(command) => {
                (data, StatusWord::APPLICATION_INVALIDATED)
            }
            Ok(data) => (data, StatusWord::DONE),
            Err(word) => (Vec::new(), word),
        }
    }

    fn execute(&mut self, command: &CardCommand<'_>) -> Answer {
        let ram = self.ram;
        if is_select(command) {
            self.ram = Ram::Selected;
            return Ok(Vec::new());
        }
        require(ram != Ram::Off, StatusWord::CONDITIONS)?;
        self.ram = Ram::Selected;
        if let CardCommand::GetGreyStatus(mode) = command {
            return Ok(self.status(*mode));
        }
        if let CardCommand::ReadBinary { .. } = command {
            return Ok(self.public().encode().to_vec());
        }
        require(!self.application_locked(), StatusWord::APPLICATION_LOCKED)?;
        match command {
            CardCommand::VerifyPin { .. } => Ok(Vec::new()),
            CardCommand::InitializeForRefuel(fields) => self.initialize_for_refuel(fields.tid),
            CardCommand::LockForRefuel(fields) => match ram {
                Ram::PreRefuel(icc, tid) => self.lock(icc, tid, fields),
                _ => Err(StatusWord::CONDITIONS),
            },
            CardCommand::DebitForRefuel(fields) => self.debit(fields),
            CardCommand::InitializeForUnlock(fields) => self.initialize_for_unlock(fields.tid),
            CardCommand::DebitForUnlock(fields) => match ram {
                Ram::PreUnlock(icc, tid) => self.debit_online(icc, tid, fields),
                _ => Err(StatusWord::CONDITIONS),
            },
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }

    fn public(&self) -> PublicData {
        let mut number = [0; 10];
        number[2..].copy_from_slice(&self.asn.0);
        let day = |year| Date::new(year, 1, 1).unwrap_or_default();
        let (start, expiry) = (day(2020), day(2040));
        PublicData { issuer: [0; 8], kind: 0, version: 1, number, start, expiry, fci: [1, 0] }
    }

    fn draw_icc(&mut self) -> Icc {
        self.icc += 1;
        Icc(self.icc.to_be_bytes())
    }

    fn initialize_for_refuel(&mut self, tid: Tid) -> Answer {
        require(self.grey.is_none(), StatusWord::CONDITIONS)?;
        let icc = self.draw_icc();
        self.ram = Ram::PreRefuel(icc, tid);
        let (balance, ctc) = (self.balance, self.ctc);
        Ok(InitRefuel { balance, ctc, limit: Limit::ZERO, key: KEY, icc }.encode().to_vec())
    }

    fn lock(&mut self, icc: Icc, tid: Tid, fields: &LockForRefuel) -> Answer {
        let LockForRefuel { ttc, trn, date, time, mac1 } = *fields;
        let (balance, ctc) = (self.balance, self.ctc);
        let grey = Grey { icc, tid, ttc, trn, ctc, balance, date, time };
        self.count()?;
        require(code::mac1(self.asn, &grey.terms()) == mac1, StatusWord::WRONG_MAC)?;
        let codes = code::of_lock(self.asn, &grey.terms());
        self.shown_before = Some(self.full_status());
        self.errors = 0;
        self.unread = None;
        self.ctc += 1;
        self.grey = Some(grey);
        self.locks.push((tid, ttc));
        Ok(LockAnswer { gtac: codes.gtac, mac2: codes.mac2 }.encode().to_vec())
    }

    const fn count(&mut self) -> Result<(), StatusWord> {
        self.errors += 1;
        Ok(())
    }

    fn debit(&mut self, fields: &DebitForRefuel) -> Answer {
        let grey = self.grey.ok_or(StatusWord::CONDITIONS)?;
        require(fields.ctc == self.ctc, StatusWord::WRONG_CTC)?;
        let after = self.balance.checked_sub(fields.amount);
        let after = after.ok_or(StatusWord::AMOUNT_TOO_LARGE)?;
        self.count()?;
        let DebitForRefuel { amount, date, time, gmac, .. } = *fields;
        let (tid, ttc) = (grey.tid, grey.ttc);
        let debit = Debit { purse: Purse::Ed, amount, tid, ttc, date, time };
        let own = code::gmac(self.asn, &grey.terms(), &debit);
        require(own == gmac, StatusWord::WRONG_MAC)?;
        let tac = code::tac(self.asn, &debit);
        let (state, number) = (GreyState::Debited, ttc.0);
        self.unlock(after, Unread { state, tid, number, amount, date, time, code: tac });
        self.debits.push(Change { ctc: grey.ctc, tid, ttc, amount, online: false });
        Ok(tac.0.to_vec())
    }

    fn unlock(&mut self, after: Amount, unread: Unread) {
        self.shown_before = Some(self.full_status());
        self.errors = 0;
        self.balance = after;
        self.ctc += 1;
        self.grey = None;
        self.unread = Some(unread);
    }

    fn initialize_for_unlock(&mut self, tid: Tid) -> Answer {
        require(self.grey.is_some(), StatusWord::CONDITIONS)?;
        let icc = self.draw_icc();
        self.ram = Ram::PreUnlock(icc, tid);
        let (balance, ctc, otc) = (self.balance, self.ctc, self.otc);
        let stand = UnlockStand { balance, ctc, purse: Purse::Ed, tid };
        let mac1 = code::unlock_mac1(&self.session(icc), &stand);
        Ok(InitUnlock { balance, ctc, otc, key: KEY, icc, mac1 }.encode().to_vec())
    }

    const fn session(&self, icc: Icc) -> OnlineSession {
        OnlineSession { asn: self.asn, version: VERSION, icc, otc: self.otc }
    }

    fn debit_online(&mut self, icc: Icc, tid: Tid, fields: &DebitForUnlock) -> Answer {
        let grey = self.grey.ok_or(StatusWord::CONDITIONS)?;
        let DebitForUnlock { amount, date, time, mac2 } = *fields;
        let after = self.balance.checked_sub(amount).ok_or(StatusWord::AMOUNT_TOO_LARGE)?;
        self.count()?;
        let unlock = Unlock { purse: Purse::Ed, amount, tid, date, time };
        let own = code::unlock_mac2(&self.session(icc), &unlock);
        require(own == mac2, StatusWord::WRONG_MAC)?;
        let otc = self.otc;
        let mac3 = code::unlock_mac3(self.asn, &unlock, (after, otc));
        let (state, number) = (GreyState::UnlockedOnline, u32::from(otc));
        self.otc += 1;
        self.unlock(after, Unread { state, tid, number, amount, date, time, code: mac3 });
        let Grey { ctc, tid, ttc, .. } = grey;
        self.debits.push(Change { ctc, tid, ttc, amount, online: true });
        Ok(mac3.0.to_vec())
    }

    /// The table of protocol §6; P1 = 01 clears TACUF and answers as it stood before.
    fn status(&mut self, mode: StatusMode) -> Vec<u8> {
        let full = self.full_status();
        if mode == StatusMode::ReadAndClear {
            self.unread = None;
        }
        let more = full.more.filter(|_| mode == StatusMode::ReadMore);
        GreyStatus { more, ..full }.encode().to_vec()
    }

    pub(crate) fn full_status(&self) -> GreyStatus {
        let (balance, ctc, purse) = (self.balance, self.ctc, Purse::Ed);
        match (&self.grey, &self.unread) {
            (Some(grey), _) => {
                let codes = code::of_lock(self.asn, &grey.terms());
                let Grey { icc, tid, ttc, trn, date, time, .. } = *grey;
                let (state, a, b) = (GreyState::Grey, codes.mac2.0, codes.gtac);
                let more = Some(StatusMore { ttc, icc, trn, key: KEY });
                GreyStatus { state, purse, balance, ctc, tid, date, time, a, b, more }
            }
            (None, Some(unread)) => {
                let Unread { state, tid, number, amount, date, time, code } = *unread;
                let more = Some(StatusMore { ttc: Ttc(number), ..StatusMore::default() });
                let (a, b) = (amount.to_bytes(), code);
                GreyStatus { state, purse, balance, ctc, tid, date, time, a, b, more }
            }
            (None, None) => GreyStatus {
                state: GreyState::Unlocked,
                purse,
                balance,
                ctc,
                tid: Tid::default(),
                date: Date::ZERO,
                time: Time::ZERO,
                a: [0; 4],
                b: Mac::default(),
                more: Some(StatusMore::default()),
            },
        }
    }
}

impl Grey {
    /// What the lock's codes are made over.
    pub(crate) const fn terms(&self) -> Lock {
        let Self { icc, tid, ttc, ctc, balance, date, time, .. } = *self;
        let (scheme, purse) = (Scheme::Seed, Purse::Ed);
        Lock { scheme, purse, balance, ctc, icc, tid, ttc, date, time }
    }
}

const fn is_select(command: &CardCommand<'_>) -> bool {
    matches!(command, CardCommand::SelectFile { .. } | CardCommand::SelectName { .. })
}

const fn require(good: bool, word: StatusWord) -> Result<(), StatusWord> {
    if good { Ok(()) } else { Err(word) }
}
