//! The purse in plain integers: it is told whether a code is right, and sees none.

use card::{Application, View};
use wire::GreyState;

use crate::money::limit_of;
use crate::steps::{Money, Sequence, Step};
use crate::support::{ED_BALANCE, ED_LIMIT, EP_BALANCE};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Selected {
    #[default]
    Nothing,
    Directory,
    Application,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Pending {
    #[default]
    Nothing,
    Money(Money, usize, u32),
    Refuel(usize),
    Unlock(usize),
    Challenge,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unread {
    Nothing,
    Terminal,
    Online,
}

/// The purse in plain integers.
pub(crate) struct Model {
    balance: [i64; 2],
    ctc: [i64; 2],
    otc: [i64; 2],
    limit: i64,
    pub(crate) grey: Option<usize>,
    unread: Unread,
    last: usize,
    pub(crate) wrong_codes: u32,
    pub(crate) wrong_unblocks: u32,
    pub(crate) wrong_messages: u32,
    pub(crate) blocked: bool,
    pub(crate) card_blocked: bool,
    /// The next keys are in use.
    pub(crate) switched: bool,
    pub(crate) updated: bool,
    pub(crate) pin_tries: u16,
    /// What came to a purse and what went, by transactions of any kind.
    moves: [Vec<i64>; 2],
    /// The number of the last transaction of each kind, by purse.
    proved: [[Option<i64>; 2]; 4],
    logged: usize,
    pub(crate) selected: Selected,
    pub(crate) pin: bool,
    pub(crate) issuer: bool,
    pending: Pending,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            balance: [ED_BALANCE.into(), EP_BALANCE.into()],
            ctc: [0; 2],
            otc: [0; 2],
            grey: None,
            unread: Unread::Nothing,
            last: 0,
            wrong_codes: 0,
            wrong_unblocks: 0,
            wrong_messages: 0,
            blocked: false,
            card_blocked: false,
            switched: false,
            updated: false,
            limit: ED_LIMIT.into(),
            pin_tries: 3,
            moves: [vec![], vec![]],
            proved: [[None; 2]; 4],
            logged: 0,
            selected: Selected::Nothing,
            pin: false,
            issuer: false,
            pending: Pending::Nothing,
        }
    }

    pub(crate) fn locked(&self) -> bool {
        self.wrong_codes >= 3 || self.wrong_messages >= 3 || self.blocked
    }

    /// The status word, and what changes.
    pub(crate) fn step(&mut self, step: Step) -> u16 {
        match step {
            Step::GetResponse => return 0x6985,
            Step::Reset | Step::PowerCycle => {
                (self.selected, self.pin, self.issuer, self.pending) = Default::default();
                return 0;
            }
            _ => {}
        }
        let pending = std::mem::take(&mut self.pending);
        match step {
            Step::Garbage => 0x6D00,
            _ if self.card_blocked => 0x6A81,
            Step::SelectApplication => self.select(Selected::Application),
            Step::SelectDirectory => self.select(Selected::Directory),
            Step::SelectUnknown => 0x6A82,
            _ if self.selected != Selected::Application => 0x6985,
            Step::Challenge { short } => {
                self.pending = if short { Pending::Challenge } else { Pending::Nothing };
                0x9000
            }
            Step::Balance { .. } => 0x9000,
            Step::Record { number } => {
                if (1..=self.logged.min(10)).contains(&number.into()) {
                    0x9000
                } else {
                    0x6A83
                }
            }
            Step::Status { clear } => {
                if clear {
                    self.unread = Unread::Nothing;
                }
                0x9000
            }
            Step::Unblock { right } => self.unblock(pending, right),
            _ if self.locked() => 0x6A81,
            Step::InitMoney { what, purse, amount, known_key } => {
                self.init_money(what, purse, amount, known_key)
            }
            Step::Money { what, right } => self.money(pending, what, right),
            Step::Prove { what, purse, old } => self.prove(what, purse, old),
            Step::ChangePin { right } => self.change_pin(right),
            Step::ReloadPin { .. }
            | Step::UnblockPin { .. }
            | Step::Authenticate { .. }
            | Step::Update { .. }
            | Step::Block { .. }
            | Step::CardBlock { .. }
            | Step::Switch { .. } => self.message(step, pending == Pending::Challenge),
            Step::Verify { right } => self.verify(right),
            Step::InitRefuel { purse, known_key } => self.init_refuel(purse, known_key),
            Step::Lock { right } => self.lock(pending, right),
            Step::Debit { purse, amount, ctc, right } => self.debit(purse, amount, ctc, right),
            Step::InitUnlock { purse } => self.init_unlock(purse),
            Step::Unlock { amount, right } => self.unlock(pending, amount, right),
            Step::GetResponse | Step::Reset | Step::PowerCycle => unreachable!(),
        }
    }

    fn select(&mut self, what: Selected) -> u16 {
        (self.selected, self.pin, self.issuer) = (what, false, false);
        if what == Selected::Application && self.locked() { 0x6283 } else { 0x9000 }
    }

    fn unblock(&mut self, pending: Pending, right: bool) -> u16 {
        if pending != Pending::Challenge || !self.locked() {
            return 0x6985;
        }
        if self.wrong_unblocks == 3 {
            return 0x9303;
        }
        if !right {
            self.wrong_unblocks += 1;
            return 0x6988;
        }
        (self.wrong_codes, self.wrong_unblocks, self.wrong_messages) = (0, 0, 0);
        self.blocked = false;
        0x9000
    }

    fn verify(&mut self, right: bool) -> u16 {
        if self.pin_tries == 0 {
            return 0x6983;
        }
        self.pin = right;
        if right {
            self.pin_tries = 3;
            return 0x9000;
        }
        self.pin_tries -= 1;
        0x63C0 + self.pin_tries
    }

    /// protocol §7: PIN for all but EP purchase and the limit; amounts are judged last.
    fn init_money(&mut self, what: Money, purse: usize, amount: u32, known_key: bool) -> u16 {
        let pin = match what {
            Money::Load | Money::Unload => true,
            Money::Purchase => purse == 0,
            Money::Limit => false,
        };
        if self.grey.is_some() {
            return 0x6985;
        }
        if pin && !self.pin {
            return 0x6982;
        }
        if !known_key {
            return 0x9403;
        }
        match what {
            Money::Load if self.balance[purse] + i64::from(amount) > 0x7FFF_FFFF => return 0x6A80,
            Money::Unload | Money::Purchase if i64::from(amount) > self.balance[purse] => {
                return 0x9401;
            }
            _ => {}
        }
        self.pending = Pending::Money(what, purse, amount);
        0x9000
    }

    fn money(&mut self, pending: Pending, what: Money, right: bool) -> u16 {
        let (purse, amount) = match pending {
            Pending::Money(begun, purse, amount) if begun == what => (purse, amount),
            _ => return 0x6985,
        };
        let new_limit = i64::from(limit_of(amount));
        let (purse, change) = match what {
            Money::Load => (purse, i64::from(amount)),
            Money::Unload | Money::Purchase => (purse, -i64::from(amount)),
            Money::Limit => (0, new_limit - self.limit),
        };
        if self.balance[purse] + change < 0 {
            return 0x9401;
        }
        if self.balance[purse] + change > 0x7FFF_FFFF {
            return 0x6A80;
        }
        if !right {
            self.wrong_codes += 1;
            return 0x9302;
        }
        self.wrong_codes = 0;
        self.balance[purse] += change;
        self.moves[purse].push(change);
        if what == Money::Limit {
            self.limit = new_limit;
        }
        let numbers = if what == Money::Purchase { &mut self.ctc } else { &mut self.otc };
        self.proved[what as usize][purse] = Some(numbers[purse]);
        numbers[purse] += 1;
        self.unread = Unread::Nothing;
        self.logged += 1;
        0x9000
    }

    fn prove(&self, what: Money, purse: usize, old: bool) -> u16 {
        let purse = if what == Money::Limit { 0 } else { purse };
        let there = self.proved[what as usize][purse].is_some();
        if there && !old { 0x9000 } else { 0x9406 }
    }

    fn init_refuel(&mut self, purse: usize, known_key: bool) -> u16 {
        match (self.grey.is_some(), self.pin, known_key) {
            (true, _, _) => 0x6985,
            (_, false, _) => 0x6982,
            (_, _, false) => 0x9403,
            (false, true, true) => {
                self.pending = Pending::Refuel(purse);
                0x9000
            }
        }
    }

    fn lock(&mut self, pending: Pending, right: bool) -> u16 {
        let Pending::Refuel(purse) = pending else { return 0x6985 };
        if !right {
            self.wrong_codes += 1;
            return 0x9302;
        }
        self.wrong_codes = 0;
        self.ctc[purse] += 1;
        self.grey = Some(purse);
        self.last = purse;
        self.unread = Unread::Nothing;
        0x9000
    }

    fn debit(&mut self, purse: usize, amount: u32, ctc: Sequence, right: bool) -> u16 {
        if self.grey != Some(purse) {
            return 0x6985;
        }
        if ctc == Sequence::Old {
            return 0x9406;
        }
        self.end(purse, amount, right, Unread::Terminal)
    }

    fn init_unlock(&mut self, purse: usize) -> u16 {
        if self.grey != Some(purse) {
            return 0x6985;
        }
        self.pending = Pending::Unlock(purse);
        0x9000
    }

    fn unlock(&mut self, pending: Pending, amount: u32, right: bool) -> u16 {
        let Pending::Unlock(purse) = pending else { return 0x6985 };
        let word = self.end(purse, amount, right, Unread::Online);
        self.otc[purse] += i64::from(word == 0x9000);
        word
    }

    fn end(&mut self, purse: usize, amount: u32, right: bool, unread: Unread) -> u16 {
        if i64::from(amount) > self.balance[purse] {
            return 0x9401;
        }
        if !right {
            self.wrong_codes += 1;
            return 0x9302;
        }
        self.wrong_codes = 0;
        self.balance[purse] -= i64::from(amount);
        self.ctc[purse] += 1;
        self.grey = None;
        self.unread = unread;
        self.moves[purse].push(-i64::from(amount));
        self.logged += 1;
        0x9000
    }

    /// The card shows what the model says.
    pub(crate) fn agrees(&self, view: &View) {
        for (at, purse) in view.purses.iter().enumerate() {
            assert_eq!(i64::from(purse.balance.units()), self.balance[at]);
            assert_eq!((i64::from(purse.ctc), i64::from(purse.otc)), (self.ctc[at], self.otc[at]));
            assert_eq!(purse.lock.is_some(), self.grey == Some(at));
            // protocol §11: opening + loads − unloads − debits, and what the limit gave = what is left.
            let opening = i64::from(view.opening[at].balance.units());
            assert_eq!(opening + self.moves[at].iter().sum::<i64>(), self.balance[at]);
        }
        let state = match (self.grey, self.unread) {
            (Some(_), _) => GreyState::Grey,
            (None, Unread::Nothing) => GreyState::Unlocked,
            (None, Unread::Terminal) => GreyState::Debited,
            (None, Unread::Online) => GreyState::UnlockedOnline,
        };
        assert_eq!((view.status.state, view.status.purse.index()), (state, self.last));
        assert_eq!(i64::from(view.status.balance.units()), self.balance[self.last]);
        assert_eq!(i64::from(view.status.ctc), self.ctc[self.last]);
        assert_eq!(u32::from(view.error_counter), self.wrong_codes);
        assert_eq!(u32::from(view.unblock_failures), self.wrong_unblocks);
        assert_eq!(u16::from(view.pin_tries), self.pin_tries);
        assert_eq!(u32::from(view.message_failures), self.wrong_messages);
        assert_eq!(i64::from(view.purses[0].limit.units()), self.limit);
        assert_eq!(view.maintenance_key.version, if self.switched { 2 } else { 1 });
        assert_eq!(view.next_key.is_none(), self.switched);
        assert_eq!(view.public != crate::support::public_data(), self.updated);
        let application = match (self.locked(), self.wrong_unblocks) {
            _ if self.card_blocked => Application::CardBlocked,
            (false, _) => Application::Open,
            (true, 3) => Application::LockedForGood,
            (true, _) => Application::Locked,
        };
        assert_eq!(view.application, application);
        assert_eq!(view.log.len(), self.logged.min(10));
    }
}
