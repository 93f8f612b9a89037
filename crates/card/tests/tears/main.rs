//! Power fails at every byte of every NVM write of every command (protocol §5 "Atomicity").
//!
//! After power-on the card is wholly before or wholly after, the counters may have counted and never un-counted, the
//! command that was torn gave no answer, and whatever is left can go on.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod issuer;
mod money;
mod scenarios;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashSet;

use card::{Application, Card, PowerLost, View};
use crypto::Direction;
use issuer::*;
use money::*;
use nvm::memory::{Fill, Ram, Tear};
use scenarios::*;
use support::{
    PIN, SELECT, VERIFY, VERIFY_NEW, begin, begin_transfer, challenge, debit, expect, fresh, pay,
    profile, right_lock, right_unblock, select, transfer, transmit, unlock_online, word,
};
use wire::{Icc, Purse};

macro_rules! scenarios {
    ($($test:ident: $start:ident, $prepare:ident, $count:ident, $word:literal;)*) => {
        $(#[test] fn $test() {
            torn_everywhere(&Scenario {
                name: stringify!($test),
                start: $start,
                prepare: $prepare,
                count: Count::$count,
                word: $word,
            });
        })*

        #[test]
        fn every_command_that_writes_is_here() {
            let words = [$(stringify!($prepare)),*];
            for needed in [
                "verify", "initialize_ed", "lock_ed", "debit_some", "clear", "initialize_unlock",
                "unlock_some", "challenge_4", "challenge_8", "unblock", "initialize_load",
                "initialize_unload", "initialize_purchase", "initialize_update", "load_ed",
                "unload_ed", "purchase_ed", "raise_limit", "change_pin", "reload_pin", "unblock_pin",
                "block", "card_block", "switch", "external", "update", "update_protected",
            ] {
                assert!(words.contains(&needed), "{needed}");
            }
        }
    };
}

scenarios! {
    // test                             start                   command            counts   answers
    verify_fresh:                       fresh,                  verify,            Pin,     0x9000;
    verify_wrong_grey:                  grey_ed,                verify_wrong,      Pin,     0x63C2;
    initialize_fresh:                   fresh,                  initialize_ed,     Nothing, 0x9000;
    initialize_after_debit:             unread,                 initialize_ed,     Nothing, 0x9000;
    lock_fresh:                         fresh,                  lock_ed,           Error,   0x9000;
    lock_other_purse_after_debit:       unread,                 lock_ep,           Error,   0x9000;
    lock_after_online_unlock:           unread_online,          lock_ed,           Error,   0x9000;
    lock_wrong_after_debit:             unread,                 lock_wrong,        Error,   0x9302;
    debit_grey:                         grey_ed,                debit_some,        Error,   0x9000;
    debit_grey_ep:                      grey_ep,                debit_some,        Error,   0x9000;
    debit_zero_grey:                    grey_ed,                debit_nothing,     Error,   0x9000;
    debit_nearly_locked:                grey_nearly_locked,     debit_some,        Error,   0x9000;
    debit_wrong_grey:                   grey_ed,                debit_wrong,       Error,   0x9302;
    debit_wrong_nearly_locked:          grey_nearly_locked,     debit_wrong,       Error,   0x9302;
    clear_after_debit:                  unread,                 clear,             Nothing, 0x9000;
    clear_after_online_unlock:          unread_online,          clear,             Nothing, 0x9000;
    initialize_unlock_grey:             grey_ed,                initialize_unlock, Nothing, 0x9000;
    unlock_grey:                        grey_ed,                unlock_some,       Error,   0x9000;
    unlock_grey_ep:                     grey_ep,                unlock_some,       Error,   0x9000;
    unlock_nearly_locked:               grey_nearly_locked,     unlock_some,       Error,   0x9000;
    unlock_wrong_grey:                  grey_ed,                unlock_wrong,      Error,   0x9302;
    challenge_4_grey:                   grey_ed,                challenge_4,       Nothing, 0x9000;
    challenge_8_fresh:                  fresh,                  challenge_8,       Nothing, 0x9000;
    unblock_locked_grey:                locked_grey,            unblock,           Unblock, 0x9000;
    unblock_locked_open:                locked_open,            unblock,           Unblock, 0x9000;
    unblock_nearly_for_good:            locked_nearly_for_good, unblock,           Unblock, 0x9000;
    unblock_wrong_grey:                 locked_grey,            unblock_wrong,     Unblock, 0x6988;
    unblock_wrong_nearly_for_good:      locked_nearly_for_good, unblock_wrong,     Unblock, 0x6988;
    initialize_load_fresh:              fresh,                  initialize_load,   Nothing, 0x9000;
    initialize_unload_fresh:            fresh,                  initialize_unload, Nothing, 0x9000;
    initialize_purchase_after_debit:    unread,                 initialize_purchase, Nothing, 0x9000;
    initialize_update_fresh:            fresh,                  initialize_update, Nothing, 0x9000;
    load_after_debit:                   unread,                 load_ed,           Error,   0x9000;
    load_wrong_after_debit:             unread,                 load_wrong,        Error,   0x9302;
    unload_after_online_unlock:         unread_online,          unload_ed,         Error,   0x9000;
    unload_nearly_locked:               nearly_locked,          unload_ed,         Error,   0x9000;
    purchase_fresh:                     fresh,                  purchase_ed,       Error,   0x9000;
    purchase_after_debit:               unread,                 purchase_ep,       Error,   0x9000;
    purchase_after_purchase:            paid,                   purchase_ep,       Error,   0x9000;
    purchase_nearly_locked:             nearly_locked,          purchase_ep,       Error,   0x9000;
    purchase_wrong_nearly_locked:       nearly_locked,          purchase_wrong,    Error,   0x9302;
    raise_limit_after_debit:            unread,                 raise_limit,       Error,   0x9000;
    lower_limit_nearly_locked:          nearly_locked,          lower_limit,       Error,   0x9000;
    update_wrong_fresh:                 fresh,                  update_wrong,      Error,   0x9302;
    change_pin_fresh:                   fresh,                  change_pin,        Pin,     0x9000;
    change_pin_wrong_grey:              grey_ed,                change_pin_wrong,  Pin,     0x63C2;
    reload_pin_after_debit:             unread,                 reload_pin,        Message, 0x9000;
    reload_pin_wrong_fresh:             fresh,                  reload_pin_wrong,  Message, 0x6988;
    unblock_pin_blocked:                pin_blocked,            unblock_pin,       Message, 0x9000;
    block_grey:                         grey_ed,                block,             Message, 0x9000;
    block_nearly_locked:                messages_nearly_locked, block,             Message, 0x9000;
    block_wrong_nearly_locked:          messages_nearly_locked, block_wrong,       Message, 0x6988;
    card_block_after_debit:             unread,                 card_block,        Message, 0x9000;
    switch_fresh:                       fresh,                  switch,            Message, 0x9000;
    switch_after_debit:                 unread,                 switch,            Message, 0x9000;
    switch_after_online_unlock:         unread_online,          switch,            Message, 0x9000;
    switch_nearly_locked:               messages_nearly_locked, switch,            Message, 0x9000;
    switch_wrong_nearly_locked:         messages_nearly_locked, switch_wrong,      Message, 0x6988;
    external_fresh:                     fresh,                  external,          Message, 0x9000;
    update_fresh:                       fresh,                  update,            Nothing, 0x9000;
    update_protected_grey:              grey_ed,                update_protected,  Message, 0x9000;
}

/// What the card may be found as: before, counted, after.
struct References {
    before: View,
    counted: View,
    after: View,
    /// Writes of the command, and their length.
    writes: u64,
    write_len: usize,
}

fn references(scenario: &Scenario, ram: &mut Ram) -> References {
    let mut card = Card::power_on(&mut *ram).unwrap();
    let command = (scenario.prepare)(&mut card);
    let (writes, written) = (card.nvm_mut().writes, card.nvm_mut().written);
    let before = card.view();
    let (_, word) = transmit(&mut card, &command);
    let tries = |word: u16| if word & 0xFFF0 == 0x63C0 { 0x63C0 } else { word };
    assert_eq!(tries(word), tries(scenario.word), "{}", scenario.name);
    let after = card.view();
    let writes = card.nvm_mut().writes - writes;
    let write_len = usize::try_from((card.nvm_mut().written - written) / writes).unwrap();
    let counted = scenario.count.of(&before);
    if scenario.word != 0x9000 {
        assert_eq!(after, counted, "{}: a refusal only counts", scenario.name);
    }
    References { before, counted, after, writes, write_len }
}

impl References {
    /// Where the card may be after a tear in this write: each commit is a slot and its mirror, and once a mirror is
    /// being written, the commit has happened.
    fn allowed(&self, write: u64) -> [&View; 2] {
        match (write, self.writes) {
            (1, 2) if self.counted == self.before => [&self.before, &self.after],
            (1, _) => [&self.before, &self.counted],
            (2, 4) => [&self.counted, &self.counted],
            (3, 4) => [&self.counted, &self.after],
            _ => [&self.after, &self.after],
        }
    }
}

fn tear_in(scenario: &Scenario, ram: &mut Ram, tear: Tear) -> View {
    let mut card = Card::power_on(&mut *ram).unwrap();
    let command = (scenario.prepare)(&mut card);
    let before = card.view();
    card.nvm_mut().arm(tear);
    assert_eq!(card.transmit(&command), Err(PowerLost), "{}: {tear:?}", scenario.name);
    assert_eq!(card.transmit(&encoded(&SELECT)), Err(PowerLost), "mute until power-on");
    before
}

fn torn_everywhere(scenario: &Scenario) {
    let start = (scenario.start)().into_nvm();
    let references = references(scenario, &mut start.clone());
    answered_is_done(scenario, &start, &references.after);
    let mut count = Counts::default();
    let mut found = HashSet::new();
    for tear in tears(&references) {
        count.tears += 1;
        let mut ram = start.clone();
        tear_in(scenario, &mut ram, tear);
        if count.tears.is_multiple_of(3) {
            count.recoveries += tear_the_recovery(&mut ram, tear);
        }
        ram.power_on();
        let view = Card::power_on(&mut ram).unwrap().view();
        let allowed = references.allowed(tear.write);
        assert!(allowed.contains(&&view), "{}: {tear:?}: {view:#?}", scenario.name);
        found.insert((view == references.before, view == references.after));
        if count.tears.is_multiple_of(7) {
            count.again += u64::from(tear_again(scenario, &mut ram.clone(), tear));
        }
        if count.tears.is_multiple_of(3) {
            goes_on(&mut ram, tear.at.is_multiple_of(3));
        }
    }
    assert!(found.len() >= 2, "{}: tears reached both sides", scenario.name);
    println!(
        "{}: {} writes of {} bytes, {} tears (every byte Old, New, Half, Random), {} torn recoveries (after \
         every 3rd), {} repeated commands torn (after every 7th), every 3rd card driven on",
        scenario.name,
        references.writes,
        references.write_len,
        count.tears,
        count.recoveries,
        count.again
    );
}

/// What was answered has happened, also when power fails right after the answer and spoils what no sync has followed.
fn answered_is_done(scenario: &Scenario, start: &Ram, after: &View) {
    for fill in [Fill::Old, Fill::New, Fill::Half, Fill::Random(1), Fill::Random(2)] {
        let mut ram = start.clone();
        let mut card = Card::power_on(&mut ram).unwrap();
        let command = (scenario.prepare)(&mut card);
        transmit(&mut card, &command);
        ram.cut_power(fill);
        ram.power_on();
        assert_eq!(Card::power_on(&mut ram).unwrap().view(), *after, "{}: {fill:?}", scenario.name);
    }
}

#[derive(Default)]
struct Counts {
    tears: u64,
    recoveries: u64,
    again: u64,
}

/// Every write, every byte boundary, every filling.
fn tears(references: &References) -> impl Iterator<Item = Tear> {
    let boundaries = 0..=references.write_len;
    let places = (1..=references.writes)
        .flat_map(move |write| boundaries.clone().map(move |at| (write, at)));
    places.flat_map(|(write, at)| {
        let seed = write << 32 | at as u64;
        let fills = [Fill::Old, Fill::New, Fill::Half, Fill::Random(seed)];
        fills.map(|fill| Tear { write, at, fill })
    })
}

/// Power fails again while power-on repairs what the first failure left: nothing changes by it.
fn tear_the_recovery(ram: &mut Ram, tear: Tear) -> u64 {
    let mut torn = 0;
    for (at, fill) in [(tear.at, tear.fill), (tear.at / 2, Fill::Half), (0, tear.fill)] {
        ram.power_on();
        ram.arm(Tear { write: 1, at, fill });
        if Card::power_on(&mut *ram).is_err() {
            assert!(ram.is_dark(), "only the tear may refuse to open");
            torn += 1;
        }
    }
    torn
}

/// The same command again on the card that the first tear left before, torn again elsewhere: again all or nothing.
fn tear_again(scenario: &Scenario, ram: &mut Ram, tear: Tear) -> bool {
    if !repeatable(scenario, &Card::power_on(&mut *ram).unwrap().view()) {
        return false;
    }
    // A view does not show the PIN: one that was changed refuses the same command.
    if scenario.count == Count::Pin && answered(scenario, &mut ram.clone()) != scenario.word {
        return false;
    }
    let references = references(scenario, &mut ram.clone());
    let second = Tear { write: 1 + tear.at as u64 % references.writes, ..tear };
    tear_in(scenario, ram, second);
    ram.power_on();
    let view = Card::power_on(&mut *ram).unwrap().view();
    let allowed = references.allowed(second.write);
    assert!(allowed.contains(&&view), "{}: {tear:?} then {second:?}: {view:#?}", scenario.name);
    true
}

fn answered(scenario: &Scenario, ram: &mut Ram) -> u16 {
    let mut card = Card::power_on(ram).unwrap();
    let command = (scenario.prepare)(&mut card);
    transmit(&mut card, &command).1
}

/// Whether the scenario's command would be answered as at first: the tear left the card before, no counter is used up.
fn repeatable(scenario: &Scenario, view: &View) -> bool {
    let start = (scenario.start)().view();
    (start.purses, start.status, start.application) == (view.purses, view.status, view.application)
        && start.maintenance_key == view.maintenance_key
        && view.pin_tries > 0
}

/// Whatever the tear left, the card can go on: unblocked, unlocked, and refuelled again, with numbers never seen.
fn goes_on(ram: &mut Ram, online: bool) {
    let mut card = Card::power_on(ram).unwrap();
    let mut seen = HashSet::new();
    if card.view().application != Application::CardBlocked {
        select(&mut card);
    }
    match card.view().application {
        Application::LockedForGood | Application::CardBlocked => return,
        Application::Locked => {
            let number = challenge(&mut card);
            seen.insert(Icc(number));
            expect(&mut card, &right_unblock(number));
        }
        Application::Open => {}
    }
    if let Some(lock) = card.view().lock() {
        seen.insert(lock.terms.icc);
        if online {
            unlock_online(&mut card, 7);
        } else {
            debit(&mut card, 7);
        }
    }
    assert!(card.view().lock().is_none());
    // A PIN that the tear counted down to its last try is not tried twice.
    if card.view().pin_tries < 2 {
        return;
    }
    if word(&mut card, &VERIFY) != 0x9000 {
        expect(&mut card, &VERIFY_NEW);
    }
    assert!(seen.insert(begin_transfer(&mut card, Direction::Load, Purse::Ep, 3).icc));
    transfer(&mut card, Direction::Load, Purse::Ep, 3);
    pay(&mut card, Purse::Ed, 2, 76);
    let init = begin(&mut card, Purse::Ep);
    expect(&mut card, &right_lock(&init, Purse::Ep, 77));
    assert!(seen.insert(card.view().lock().unwrap().terms.icc), "a random number came again");
    debit(&mut card, 1);
}

#[test]
fn a_torn_personalisation_is_no_card_or_a_whole_one() {
    let whole = fresh().view();
    let (mut none, mut whole_ones) = (0, 0);
    for write in 1..=6 {
        for at in (0..=582).step_by(3) {
            let mut ram = Ram::fixed(card::IMAGE_LEN);
            ram.arm(Tear { write, at, fill: Fill::Random(write << 16 | at as u64) });
            let pin = card::Pin::from_digits(PIN).unwrap();
            assert!(Card::personalise(&mut ram, &profile(), &pin).is_err());
            ram.power_on();
            match Card::power_on(&mut ram) {
                Ok(card) => {
                    assert_eq!(card.view(), whole);
                    whole_ones += 1;
                }
                Err(_) => none += 1,
            }
        }
    }
    println!("torn personalisations: {none} no card, {whole_ones} whole ones");
    assert!(none > 0);
}
