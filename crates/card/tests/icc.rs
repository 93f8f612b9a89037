//! Random numbers that never repeat, power-on that writes nothing, and the limits of the error counter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::HashSet;

use card::{Application, Card, PowerLost};
use crypto::Direction;
use nvm::memory::{Fill, Ram, Tear};
use support::*;
use wire::card_command::StatusMode;
use wire::{CardCommand, Purse};

/// Every number that left the card.
#[derive(Default)]
struct Seen(HashSet<[u8; 4]>);

impl Seen {
    fn note(&mut self, number: [u8; 4]) {
        assert!(self.0.insert(number), "{number:02x?} came again");
    }
}

#[test]
fn no_number_repeats_over_commands_and_tears() {
    let mut seen = Seen::default();
    let mut card = fresh();
    for round in 0..1_500_usize {
        let drawn_before = card.view().numbers_drawn;
        select_and_verify(&mut card);
        let purse = Purse::ALL[usize::from(round % 2 == 1)];
        seen.note(challenge(&mut card));
        let long = expect(&mut card, &CardCommand::GetChallenge { len: 8 });
        long.as_chunks().0.iter().for_each(|half| seen.note(*half));
        for direction in [Direction::Load, Direction::Unload] {
            seen.note(begin_transfer(&mut card, direction, purse, 1).icc.0);
        }
        seen.note(begin_purchase(&mut card, purse, 1).icc.0);
        seen.note(begin_update(&mut card).icc.0);
        seen.note(begin(&mut card, purse).icc.0);
        let init = begin(&mut card, purse);
        seen.note(init.icc.0);
        expect(&mut card, &right_lock(&init, purse, 1));
        seen.note(begin_unlock(&mut card, purse).icc.0);
        debit(&mut card, 0);
        expect(&mut card, &VERIFY);
        card = torn_draw(card, round);
        assert!(card.view().numbers_drawn >= drawn_before + 10, "the counter went back");
    }
    println!("{} numbers drawn over 1500 rounds with 1500 tears, none twice", seen.0.len());
}

/// INITIALIZE FOR REFUEL loses power somewhere in its writes.
fn torn_draw(mut card: TestCard, round: usize) -> TestCard {
    let fill = [Fill::Old, Fill::New, Fill::Half, Fill::Random(round as u64)][round % 4];
    let tear = Tear { write: 1 + round as u64 % 2, at: round * 31 % 581, fill };
    card.nvm_mut().arm(tear);
    assert_eq!(card.transmit(&init_refuel(Purse::Ed).encode()), Err(PowerLost));
    let mut ram = card.into_nvm();
    ram.power_on();
    Card::power_on(ram).unwrap()
}

#[test]
fn a_number_leaves_only_after_its_counter_is_durable() {
    let mut card = fresh();
    select_and_verify(&mut card);
    for command in [init_refuel(Purse::Ed), CardCommand::GetChallenge { len: 4 }] {
        let (drawn, syncs) = (card.view().numbers_drawn, card.nvm_mut().syncs);
        expect(&mut card, &command);
        assert_eq!(card.nvm_mut().syncs, syncs + 1);
        assert_eq!(card.view().numbers_drawn, drawn + 1);
        let mut ram = card.nvm_mut().clone();
        ram.cut_power(Fill::Old);
        ram.power_on();
        assert_eq!(Card::power_on(ram).unwrap().view().numbers_drawn, drawn + 1);
    }
}

#[test]
fn powering_on_a_clean_image_writes_nothing() {
    let mut grey = fresh();
    lock(&mut grey, Purse::Ed, 1);
    let mut unread = fresh();
    lock(&mut unread, Purse::Ep, 1);
    debit(&mut unread, 5);
    for card in [fresh(), grey, unread] {
        let view = card.view();
        let before = Ram::holding(card.into_nvm().bytes, false);
        let mut ram = before.clone();
        for _ in 0..3 {
            let mut card = Card::power_on(&mut ram).unwrap();
            select(&mut card);
            status(&mut card, StatusMode::ReadMore);
            assert_eq!(card.view(), view);
        }
        assert_eq!((ram.writes, ram.bytes), (0, before.bytes));
    }
}

#[test]
fn a_medium_that_fails_mutes_the_card_until_power_on() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let view = card.view();
    card.nvm_mut().fail_writes_after(0);
    assert_eq!(card.transmit(&init_refuel(Purse::Ed).encode()), Err(PowerLost));
    assert_eq!(card.view(), view, "RAM ran ahead of the memory");
    card.nvm_mut().power_on();
    card.reset();
    assert_eq!(card.transmit(&SELECT.encode()), Err(PowerLost));
    let mut card = Card::power_on(card.into_nvm()).unwrap();
    assert_eq!(card.view(), view);
    select(&mut card);
}

/// Cuts the power inside a command, after its attempt was counted and before its effect.
fn cut_after_counting(mut card: TestCard, command: &CardCommand<'_>) -> TestCard {
    card.nvm_mut().arm(Tear { write: 3, at: 0, fill: Fill::Old });
    assert_eq!(card.transmit(&command.encode()), Err(PowerLost));
    let mut ram = card.into_nvm();
    ram.power_on();
    let mut card = Card::power_on(ram).unwrap();
    select(&mut card);
    card
}

#[test]
fn three_cuts_inside_right_debits_count_and_lock() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    let right = CardCommand::DebitForRefuel(right_debit(&card.view(), 10));
    for count in 1..=3 {
        assert_eq!(card.view().application, Application::Open);
        card = cut_after_counting(card, &right);
        assert_eq!(card.view().error_counter, count);
    }
    assert_eq!(word(&mut card, &right), 0x6A81);
    assert_eq!(card.view().purse(Purse::Ed).balance.units(), ED_BALANCE);
    let number = challenge(&mut card);
    expect(&mut card, &right_unblock(number));
    expect(&mut card, &right);
    assert_eq!(card.view().error_counter, 0);
}

#[test]
fn three_cuts_inside_right_locks_and_unlocks_count_and_lock() {
    let mut card = fresh();
    for _ in 0..3 {
        select_and_verify(&mut card);
        let init = begin(&mut card, Purse::Ed);
        card = cut_after_counting(card, &right_lock(&init, Purse::Ed, 1));
    }
    assert_eq!(card.view().application, Application::Locked);
    assert!(card.view().lock().is_none());

    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    for _ in 0..3 {
        let init = begin_unlock(&mut card, Purse::Ed);
        let right = CardCommand::DebitForUnlock(right_unlock(&init, Purse::Ed, 1));
        card = cut_after_counting(card, &right);
    }
    assert_eq!(card.view().application, Application::Locked);
    assert!(card.view().lock().is_some());
}

#[test]
fn one_counter_serves_all_codes_and_two_wrong_ones_are_forgiven_by_a_right_one() {
    let mut card = fresh();
    select_and_verify(&mut card);
    for _ in 0..2 {
        let init = begin(&mut card, Purse::Ed);
        assert_eq!(word(&mut card, &wrong_lock(&init, Purse::Ed, 1)), 0x9302);
    }
    lock(&mut card, Purse::Ed, 1);
    assert_eq!(card.view().error_counter, 0);
    let command = wrong_debit(&card.view(), 1);
    assert_eq!(word(&mut card, &command), 0x9302);
    let init = begin_unlock(&mut card, Purse::Ed);
    assert_eq!(word(&mut card, &wrong_unlock(&init, Purse::Ed, 1)), 0x9302);
    assert_eq!(card.view().error_counter, 2);
    assert_eq!(word(&mut card, &command), 0x9302, "the code that reaches the limit");
    assert_eq!(word(&mut card, &command), 0x6A81);
    assert_eq!(word(&mut card, &init_unlock(Purse::Ed)), 0x6A81);
}

/// The same card with another counter: bytes 396 to 399 of the payload.
fn with_counter(card: TestCard, counter: u32) -> TestCard {
    let mut ram = card.into_nvm();
    let header = nvm::identify(&mut ram).unwrap();
    let mut fixed = vec![0; header.fixed_len as usize];
    let spec = nvm::Spec { kind: nvm::Kind::Card, version: header.version, fixed_len: fixed.len() };
    let mut image = nvm::Image::<_, SLOT>::open(ram, spec, &mut fixed).unwrap();
    let mut payload = image.payload().to_vec();
    payload[396..400].copy_from_slice(&counter.to_be_bytes());
    image.commit(&payload).unwrap();
    let mut card = Card::power_on(image.into_nvm()).unwrap();
    assert_eq!(card.view().numbers_drawn, counter);
    select(&mut card);
    card
}

/// Size of a slot.
const SLOT: usize = 589;

#[test]
fn numbers_run_out_for_new_locks_first_and_for_the_unlock_last() {
    let last = u32::MAX;
    let kept = 0x0001_0000;
    let mut open = with_counter(fresh(), last - kept - 1);
    expect(&mut open, &VERIFY);
    begin(&mut open, Purse::Ed);
    let drawn = open.view();
    assert_eq!(word(&mut open, &init_refuel(Purse::Ed)), 0x9402);
    assert_eq!(open.view(), drawn);

    let mut grey = fresh();
    lock(&mut grey, Purse::Ed, 1);
    let mut grey = with_counter(grey, last - 2);
    challenge(&mut grey);
    assert_eq!(word(&mut grey, &CardCommand::GetChallenge { len: 8 }), 0x9402);
    let init = begin_unlock(&mut grey, Purse::Ed);
    assert_eq!(grey.view().numbers_drawn, last);
    assert_eq!(word(&mut grey, &init_unlock(Purse::Ed)), 0x9402);
    assert_eq!(word(&mut grey, &CardCommand::GetChallenge { len: 4 }), 0x9402);
    let right = right_unlock(&init, Purse::Ed, 1);
    assert_eq!(word(&mut grey, &CardCommand::DebitForUnlock(right)), 0x6985);
    debit(&mut grey, 1);
}
