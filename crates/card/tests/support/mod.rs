//! A test card, and whoever makes right codes for it: PSAM, terminal and centre in a few pure functions.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that finds something else than the test expects ends the test"
)]

mod issuer;
mod money;

pub(crate) use issuer::*;
pub(crate) use money::*;

use card::{
    Aid, Card, CardKey, CardKeys, ConsumptionKey, IMAGE_LEN, NextKeys, Opening, Pin, Profile, View,
};
use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, Online, SessionKey, mac, online};
use nvm::Nvm;
use nvm::memory::Ram;
use wire::card_command::{DebitForRefuel, DebitForUnlock, Initialize, LockForRefuel, StatusMode};
use wire::files::{DEFAULT_AID, PublicData};
use wire::response::{InitRefuel, InitUnlock};
use wire::{Amount, CardCommand, Date, GreyStatus, Limit, Mac, Purse, Scheme, Tid, Time, Trn, Ttc};

pub(crate) const PIN: &str = "123456";
pub(crate) const RIGHT_PIN: [u8; 3] = [0x12, 0x34, 0x56];
pub(crate) const WRONG_PIN: [u8; 3] = [0x65, 0x43, 0x21];
pub(crate) const TID: Tid = Tid([0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
pub(crate) const OTHER_TID: Tid = Tid([0x99, 0x88, 0x77, 0x66, 0x55, 0x44]);
pub(crate) const TRN: Trn = Trn([0x80, 1, 2, 3]);
pub(crate) const SEED_KEY: u8 = 1;
pub(crate) const FIELD_KEY: u8 = 2;
pub(crate) const UNKNOWN_KEY: u8 = 7;
pub(crate) const ED_BALANCE: u32 = 100_000;
pub(crate) const EP_BALANCE: u32 = 20_000;
pub(crate) const ED_LIMIT: u32 = 5_000;

pub(crate) type TestCard = Card<Ram>;

pub(crate) fn amount(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

pub(crate) fn lock_time() -> (Date, Time) {
    (Date::new(2026, 3, 14).unwrap(), Time::new(15, 9, 26).unwrap())
}

pub(crate) fn end_time() -> (Date, Time) {
    (Date::new(2026, 3, 14).unwrap(), Time::new(15, 14, 7).unwrap())
}

pub(crate) fn unlock_time() -> (Date, Time) {
    (Date::new(2026, 3, 20).unwrap(), Time::new(8, 0, 1).unwrap())
}

thread_local! {
    /// The suite of every card and of whoever speaks with it, in this test.
    pub(crate) static SUITE: std::cell::Cell<wire::Suite> = const { std::cell::Cell::new(wire::Suite::TripleDes) };
}

thread_local! {
    /// Whether the card at hand uses its next keys: what makes right codes goes by it. `select` sees to it.
    pub(crate) static SWITCHED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// One of the two sets of keys of a card.
#[derive(Clone, Copy)]
pub(crate) struct Set {
    version: u8,
    suite: wire::Suite,
}

pub(crate) const NEXT_VERSION: u8 = 2;

pub(crate) fn first_set() -> Set {
    Set { version: 1, suite: SUITE.get() }
}

pub(crate) fn next_set() -> Set {
    let suite = match SUITE.get() {
        wire::Suite::TripleDes | wire::Suite::Sm4 => wire::Suite::Aes,
        wire::Suite::Aes => wire::Suite::Sm4,
    };
    Set { version: NEXT_VERSION, suite }
}

pub(crate) fn set_in_use() -> Set {
    if SWITCHED.get() { next_set() } else { first_set() }
}

/// The keys of the card at hand.
pub(crate) fn keys() -> CardKeys {
    set_in_use().keys()
}

pub(crate) fn consumption(index: u8) -> Key {
    set_in_use().key(100 + index)
}

impl Set {
    fn key(self, seed: u8) -> Key {
        let mut byte = seed.wrapping_mul(17).wrapping_add(self.version.wrapping_sub(1) * 3);
        Key::of(
            self.suite,
            [(); 16].map(|()| {
                byte = byte.wrapping_add(29);
                byte
            }),
        )
    }

    fn card_key(self, seed: u8) -> CardKey {
        CardKey { version: self.version, algorithm: self.suite.byte(), key: self.key(seed) }
    }

    fn consumption_key(self, index: u8, scheme: Scheme) -> ConsumptionKey {
        let (version, algorithm) = (self.version, self.suite.byte());
        ConsumptionKey { index, version, algorithm, scheme, key: self.key(100 + index) }
    }

    pub(crate) fn keys(self) -> CardKeys {
        CardKeys {
            consumption: [
                Some(self.consumption_key(SEED_KEY, Scheme::Seed)),
                Some(self.consumption_key(FIELD_KEY, Scheme::Field)),
            ],
            load: self.card_key(1),
            unlock: self.card_key(2),
            unload: self.card_key(3),
            overdraft: self.card_key(4),
            tac: self.card_key(5),
            pin_unblock: self.card_key(6),
            pin_reload: self.card_key(7),
            maintenance: self.card_key(8),
            internal: self.card_key(9),
        }
    }
}

pub(crate) fn public_data() -> PublicData {
    PublicData {
        issuer: [0x10, 0, 0, 0, 0, 0, 0, 1],
        kind: 1,
        version: 1,
        number: [0x99, 0x10, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x90],
        start: Date::new(2026, 1, 1).unwrap(),
        expiry: Date::new(2030, 12, 31).unwrap(),
        fci: [1, 0],
    }
}

pub(crate) fn profile() -> Profile {
    Profile {
        aid: Aid::new(&DEFAULT_AID).unwrap(),
        public: public_data(),
        keys: first_set().keys(),
        next: Some(NextKeys { fci: [1, 0], keys: next_set().keys() }),
        icc_key: Key::new(*first_set().key(77).expose()),
        opening: [
            Opening {
                balance: amount(ED_BALANCE),
                limit: Limit::new(ED_LIMIT).unwrap(),
                ..Opening::default()
            },
            Opening { balance: amount(EP_BALANCE), ..Opening::default() },
        ],
        error_limit: Profile::DEFAULT_ERROR_LIMIT,
    }
}

pub(crate) fn personalised(profile: &Profile) -> TestCard {
    Card::personalise(Ram::fixed(IMAGE_LEN), profile, &Pin::from_digits(PIN).unwrap()).unwrap()
}

pub(crate) fn fresh() -> TestCard {
    personalised(&profile())
}

/// Takes the card out and puts it in again.
pub(crate) fn power_cycle(card: TestCard) -> TestCard {
    let mut ram = card.into_nvm();
    ram.cut_power(nvm::memory::Fill::Old);
    ram.power_on();
    Card::power_on(ram).unwrap()
}

// --- sending -------------------------------------------------------------------------------------------------------

/// The data and the status word.
pub(crate) fn transmit<N: Nvm>(card: &mut Card<N>, bytes: &[u8]) -> (Vec<u8>, u16) {
    let answer = card.transmit(bytes).unwrap();
    let (data, word) = wire::apdu::split_response(&answer).unwrap();
    (data.to_vec(), word.0)
}

pub(crate) fn send<N: Nvm>(card: &mut Card<N>, command: &CardCommand<'_>) -> (Vec<u8>, u16) {
    transmit(card, &command.encode())
}

pub(crate) fn word<N: Nvm>(card: &mut Card<N>, command: &CardCommand<'_>) -> u16 {
    send(card, command).1
}

/// The data of a command that must succeed.
pub(crate) fn expect<N: Nvm>(card: &mut Card<N>, command: &CardCommand<'_>) -> Vec<u8> {
    let (data, word) = send(card, command);
    assert_eq!(word, 0x9000, "{command:?}");
    data
}

pub(crate) const SELECT: CardCommand<'static> =
    CardCommand::SelectName { name: &DEFAULT_AID, le: Some(0) };
pub(crate) const VERIFY: CardCommand<'static> = CardCommand::VerifyPin { digits: &RIGHT_PIN };
pub(crate) const VERIFY_WRONG: CardCommand<'static> = CardCommand::VerifyPin { digits: &WRONG_PIN };

pub(crate) fn initialize(purse: Purse, key_index: u8) -> Initialize {
    Initialize { purse, key_index, tid: TID }
}

pub(crate) fn init_refuel(purse: Purse) -> CardCommand<'static> {
    CardCommand::InitializeForRefuel(initialize(purse, SEED_KEY))
}

pub(crate) fn init_unlock(purse: Purse) -> CardCommand<'static> {
    CardCommand::InitializeForUnlock(initialize(purse, SEED_KEY))
}

pub(crate) fn select<N: Nvm>(card: &mut Card<N>) {
    SWITCHED.set(card.view().maintenance_key.version == NEXT_VERSION);
    let (_, word) = send(card, &SELECT);
    assert!(matches!(word, 0x9000 | 0x6283), "{word:04X}");
}

pub(crate) fn select_and_verify<N: Nvm>(card: &mut Card<N>) {
    select(card);
    expect(card, &VERIFY);
}

pub(crate) fn status<N: Nvm>(card: &mut Card<N>, mode: StatusMode) -> GreyStatus {
    GreyStatus::parse(&expect(card, &CardCommand::GetGreyStatus(mode))).unwrap()
}

pub(crate) fn begin<N: Nvm>(card: &mut Card<N>, purse: Purse) -> InitRefuel {
    InitRefuel::parse(&expect(card, &init_refuel(purse))).unwrap()
}

pub(crate) fn begin_unlock<N: Nvm>(card: &mut Card<N>, purse: Purse) -> InitUnlock {
    InitUnlock::parse(&expect(card, &init_unlock(purse))).unwrap()
}

pub(crate) fn challenge<N: Nvm>(card: &mut Card<N>) -> [u8; 4] {
    expect(card, &CardCommand::GetChallenge { len: 4 }).try_into().unwrap()
}

// --- right codes ---------------------------------------------------------------------------------------------------

const fn scheme_of(key_index: u8) -> Scheme {
    if key_index == FIELD_KEY { Scheme::Field } else { Scheme::Seed }
}

/// The PSAM's session key.
pub(crate) fn source(key_index: u8, terms: &Lock, trn: Trn) -> SessionKey {
    let randoms = Randoms { icc: terms.icc, ctc: terms.ctc, ttc: terms.ttc, trn, tid: terms.tid };
    SessionKey::locking_source(&consumption(key_index), terms.scheme, &randoms)
}

pub(crate) fn lock_terms(init: &InitRefuel, purse: Purse, key_index: u8, ttc: u32) -> Lock {
    let (date, time) = lock_time();
    Lock {
        scheme: scheme_of(key_index),
        purse,
        balance: init.balance,
        ctc: init.ctc,
        icc: init.icc,
        tid: TID,
        ttc: Ttc(ttc),
        date,
        time,
    }
}

/// LOCK FOR REFUEL as a right PSAM and terminal send it.
pub(crate) fn right_lock_with(
    init: &InitRefuel,
    purse: Purse,
    key_index: u8,
    ttc: u32,
) -> CardCommand<'static> {
    let terms = lock_terms(init, purse, key_index, ttc);
    CardCommand::LockForRefuel(LockForRefuel {
        ttc: terms.ttc,
        trn: TRN,
        date: terms.date,
        time: terms.time,
        mac1: terms.mac1(&source(key_index, &terms, TRN)),
    })
}

pub(crate) fn right_lock(init: &InitRefuel, purse: Purse, ttc: u32) -> CardCommand<'static> {
    right_lock_with(init, purse, SEED_KEY, ttc)
}

/// What GMAC and TAC of the card's lock are made over.
pub(crate) fn debit_terms(view: &View, amount: Amount) -> Debit {
    let lock = view.lock().unwrap();
    let (date, time) = end_time();
    Debit { purse: lock.terms.purse, amount, tid: lock.terms.tid, ttc: lock.terms.ttc, date, time }
}

/// DEBIT FOR REFUEL as the PSAM of the card's lock allows it.
pub(crate) fn right_debit(view: &View, units: u32) -> DebitForRefuel {
    let lock = view.lock().unwrap();
    let debit = debit_terms(view, amount(units));
    let source = source(lock.key_index, &lock.terms, lock.trn);
    DebitForRefuel {
        purse: debit.purse,
        amount: debit.amount,
        ctc: lock.terms.ctc + 1,
        tid: debit.tid,
        ttc: debit.ttc,
        date: debit.date,
        time: debit.time,
        gmac: debit.gmac(&source, lock.terms.scheme),
    }
}

pub(crate) fn unlock_terms(purse: Purse, units: u32) -> online::Unlock {
    let (date, time) = unlock_time();
    online::Unlock { purse, amount: amount(units), tid: TID, date, time }
}

pub(crate) fn sesulk(init: &InitUnlock) -> SessionKey {
    SessionKey::online(Online::Unlock, &keys().unlock.key, init.icc, init.otc, TID)
}

/// DEBIT FOR UNLOCK as the centre decides it.
pub(crate) fn right_unlock(init: &InitUnlock, purse: Purse, units: u32) -> DebitForUnlock {
    let unlock = unlock_terms(purse, units);
    let mac2 = unlock.mac2(&sesulk(init));
    DebitForUnlock { amount: unlock.amount, date: unlock.date, time: unlock.time, mac2 }
}

pub(crate) fn right_unblock(challenge: [u8; 4]) -> CardCommand<'static> {
    let maintenance = keys().maintenance.key;
    let mac = mac::secure_message(&maintenance, challenge, &[0x84, 0x18, 0, 0, 4]);
    CardCommand::ApplicationUnblock { mac }
}

pub(crate) fn flip(mac: Mac) -> Mac {
    let Mac([a, b, c, d]) = mac;
    Mac([a, b, c, d ^ 1])
}

pub(crate) fn wrong_unblock(challenge: [u8; 4]) -> CardCommand<'static> {
    match right_unblock(challenge) {
        CardCommand::ApplicationUnblock { mac } => {
            CardCommand::ApplicationUnblock { mac: flip(mac) }
        }
        other => other,
    }
}

pub(crate) fn wrong_lock(init: &InitRefuel, purse: Purse, ttc: u32) -> CardCommand<'static> {
    match right_lock(init, purse, ttc) {
        CardCommand::LockForRefuel(lock) => {
            CardCommand::LockForRefuel(LockForRefuel { mac1: flip(lock.mac1), ..lock })
        }
        other => other,
    }
}

pub(crate) fn wrong_debit(view: &View, units: u32) -> CardCommand<'static> {
    let right = right_debit(view, units);
    CardCommand::DebitForRefuel(DebitForRefuel { gmac: flip(right.gmac), ..right })
}

pub(crate) fn wrong_unlock(init: &InitUnlock, purse: Purse, units: u32) -> CardCommand<'static> {
    let right = right_unlock(init, purse, units);
    CardCommand::DebitForUnlock(DebitForUnlock { mac2: flip(right.mac2), ..right })
}

// --- whole steps ---------------------------------------------------------------------------------------------------

/// Verified and locked grey.
pub(crate) fn lock<N: Nvm>(card: &mut Card<N>, purse: Purse, ttc: u32) {
    select_and_verify(card);
    let init = begin(card, purse);
    expect(card, &right_lock(&init, purse, ttc));
}

pub(crate) fn debit<N: Nvm>(card: &mut Card<N>, units: u32) -> Vec<u8> {
    let command = right_debit(&card.view(), units);
    expect(card, &CardCommand::DebitForRefuel(command))
}

pub(crate) fn unlock_online<N: Nvm>(card: &mut Card<N>, units: u32) -> Vec<u8> {
    let purse = card.view().lock().unwrap().terms.purse;
    let init = begin_unlock(card, purse);
    expect(card, &CardCommand::DebitForUnlock(right_unlock(&init, purse, units)))
}

/// Three wrong GMACs lock a grey application.
pub(crate) fn lock_application_grey<N: Nvm>(card: &mut Card<N>) {
    let command = wrong_debit(&card.view(), 1);
    for _ in 0..3 {
        assert_eq!(word(card, &command), 0x9302);
    }
}

/// Three wrong MAC1 lock an application that is not grey.
pub(crate) fn lock_application<N: Nvm>(card: &mut Card<N>) {
    select_and_verify(card);
    for _ in 0..3 {
        let init = begin(card, Purse::Ed);
        assert_eq!(word(card, &wrong_lock(&init, Purse::Ed, 1)), 0x9302);
    }
}
