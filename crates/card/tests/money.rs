//! Load, unload, purchase, overdraft limit, and their proof (protocol §2, §4, §7): what each answers and leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use card::{Opening, Profile, PurseView};
use crypto::Direction::{Load, Unload};
use crypto::{Direction, TacKey, overdraft};
use support::*;
use wire::card_command::{DebitForPurchase, InitializeAmount};
use wire::files::LogRecord;
use wire::response::{Proof, PurchaseAnswer};
use wire::{CardCommand, GreyState, Kind, Limit, Mac, Purse, Tag};

fn ready() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    card
}

fn tac_key() -> TacKey {
    keys().tac.key.folded()
}

fn newest(card: &TestCard) -> LogRecord {
    *card.view().log.record(1).unwrap()
}

fn logged(sequence: u16, limit: u32, units: u32, tag: Tag) -> LogRecord {
    let (date, time) = money_time();
    let limit = Limit::new(limit).unwrap();
    LogRecord { sequence, limit, amount: amount(units), tag, tid: TID, date, time }
}

fn purse(balance: u32, limit: u32, ctc: u16, otc: u16) -> PurseView {
    let (balance, limit) = (amount(balance), Limit::new(limit).unwrap());
    PurseView { balance, limit, ctc, otc, lock: None }
}

#[test]
fn a_load_and_an_unload_move_the_balance_and_use_the_otc() {
    let mut card = ready();
    for (direction, after, otc) in [(Load, ED_BALANCE + 700, 0), (Unload, ED_BALANCE, 1)] {
        let init = begin_transfer(&mut card, direction, Purse::Ed, 700);
        let terms = transfer_terms(direction, Purse::Ed, 700);
        let session = transfer_session(direction, &init);
        assert_eq!((init.otc, init.key.version), (otc, 1));
        assert_eq!(init.mac1, terms.mac1(&session, init.balance));
        let tac = expect(&mut card, &right_transfer(direction, &init, Purse::Ed, 700));
        let (date, time) = money_time();
        assert_eq!(tac, terms.tac(&tac_key(), amount(after), otc, date, time).0);
        assert_eq!(*card.view().purse(Purse::Ed), purse(after, ED_LIMIT, 0, otc + 1));
        let tag = direction.of(Purse::Ed);
        assert_eq!(newest(&card), logged(otc, ED_LIMIT, 700, tag));
        let proof = Proof { mac2: Mac::default(), tac: Mac(tac.try_into().unwrap()) };
        assert_eq!(prove(&mut card, tag, otc), Ok(proof));
    }
}

#[test]
fn a_purchase_moves_the_balance_and_uses_the_ctc() {
    let mut card = ready();
    for (purse_paid, balance, limit) in
        [(Purse::Ed, ED_BALANCE, ED_LIMIT), (Purse::Ep, EP_BALANCE, 0)]
    {
        let init = begin_purchase(&mut card, purse_paid, 700);
        assert_eq!((init.balance.units(), init.limit.units(), init.ctc), (balance, limit, 0));
        let command = right_purchase(&init, purse_paid, 700, 0x0102_0304);
        let answer = expect(&mut card, &CardCommand::DebitForPurchase(command));
        let terms = purchase_terms(purse_paid, 700, 0x0102_0304);
        let mac2 = terms.mac2(&sespk(&init, SEED_KEY, 0x0102_0304));
        let expected = PurchaseAnswer { tac: terms.tac(&tac_key()), mac2 };
        assert_eq!(PurchaseAnswer::parse(&answer), Some(expected));
        assert_eq!(*card.view().purse(purse_paid), purse(balance - 700, limit, 1, 0));
        let tag = Kind::Purchase.of(purse_paid);
        assert_eq!(newest(&card), logged(0, limit, 700, tag));
        assert_eq!(prove(&mut card, tag, 0), Ok(Proof { mac2, tac: expected.tac }));
    }
}

/// The session key of a purchase is SESPK in the field scheme too (protocol §4).
#[test]
fn a_purchase_under_a_key_of_the_field_scheme_uses_no_trn() {
    let mut card = ready();
    let data = InitializeAmount { key_index: FIELD_KEY, ..initialize_amount(Purse::Ed, 5) };
    let answer = expect(&mut card, &CardCommand::InitializeForPurchase(data));
    let init = wire::response::InitPurchase::parse(&answer).unwrap();
    let mac1 = purchase_terms(Purse::Ed, 5, 3).mac1(&sespk(&init, FIELD_KEY, 3));
    let right = DebitForPurchase { mac1, ..right_purchase(&init, Purse::Ed, 5, 3) };
    expect(&mut card, &CardCommand::DebitForPurchase(right));
}

/// Changing the limit by d changes the balance by d (protocol §2); the log shows the old limit and the new one.
#[test]
fn a_change_of_the_limit_moves_the_balance_with_it() {
    let mut card = ready();
    let mut old = ED_LIMIT;
    for (otc, new) in [(0, 9_000), (1, 9_000), (2, 0), (3, 0x00FF_FFFF)] {
        let init = begin_update(&mut card);
        let mac1 = overdraft::mac1(&sesodk(&init), init.balance, init.limit, Purse::Ed, TID);
        assert_eq!((init.limit.units(), init.otc, init.mac1), (old, otc, mac1));
        let command = CardCommand::UpdateOverdrawLimit(right_update(&init, new));
        let tac = expect(&mut card, &command);
        let after = ED_BALANCE - ED_LIMIT + new;
        assert_eq!(tac, change_terms(new).tac(&tac_key(), amount(after), otc).0);
        assert_eq!(*card.view().purse(Purse::Ed), purse(after, new, 0, otc + 1));
        let tag = Kind::Overdraft.of(Purse::Ed);
        assert_eq!(newest(&card), logged(otc, old, new, tag));
        assert!(prove(&mut card, tag, otc).is_ok());
        old = new;
    }
}

#[test]
fn a_limit_that_was_spent_cannot_go() {
    let mut card = ready();
    pay(&mut card, Purse::Ed, ED_BALANCE - ED_LIMIT + 1, 1);
    let init = begin_update(&mut card);
    let command = CardCommand::UpdateOverdrawLimit(right_update(&init, 0));
    assert_eq!(word(&mut card, &command), 0x9401);
    assert_eq!(card.view().error_counter, 0, "the amount is judged before the code");
    set_limit(&mut card, 1);
    assert_eq!(*card.view().purse(Purse::Ed), purse(0, 1, 1, 1));
}

/// A card whose ED begins so.
fn with_ed(opening: Opening) -> TestCard {
    let ep = profile().opening[1];
    let mut card = personalised(&Profile { opening: [opening, ep], ..profile() });
    select_and_verify(&mut card);
    card
}

fn opening(ctc: u16, otc: u16) -> Opening {
    let limit = Limit::new(ED_LIMIT).unwrap();
    Opening { balance: amount(ED_BALANCE), limit, ctc, otc }
}

fn init_of(direction: Direction, units: u32) -> CardCommand<'static> {
    init_transfer(direction, initialize_amount(Purse::Ed, units))
}

#[test]
fn no_balance_passes_7fffffff() {
    let mut card = with_ed(Opening { balance: amount(0x7FFF_FFFF - 10), ..opening(0, 0) });
    let before = card.view();
    assert_eq!(word(&mut card, &init_of(Load, 11)), 0x6A80);
    assert_eq!(card.view(), before, "no number is drawn");
    let init = begin_update(&mut card);
    let higher = CardCommand::UpdateOverdrawLimit(right_update(&init, ED_LIMIT + 11));
    assert_eq!(word(&mut card, &higher), 0x6A80);
    transfer(&mut card, Load, Purse::Ed, 10);
    assert_eq!(card.view().purse(Purse::Ed).balance.units(), 0x7FFF_FFFF);
    transfer(&mut card, Unload, Purse::Ed, 0x7FFF_FFFF);
    assert_eq!(word(&mut card, &init_of(Unload, 1)), 0x9401);
}

/// Sequence rule (protocol §2): a purchase stops at CTC FFFE, the on-line ones at OTC FFFE, each with one step left.
#[test]
fn numbers_stop_where_a_lock_would_lack_them() {
    let purchase = CardCommand::InitializeForPurchase(initialize_amount(Purse::Ed, 1));
    let mut card = with_ed(opening(0xFFFD, 0));
    pay(&mut card, Purse::Ed, 1, 1);
    assert_eq!(card.view().purse(Purse::Ed).ctc, 0xFFFE);
    assert_eq!(word(&mut card, &purchase), 0x9402);
    assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x9402);
    transfer(&mut card, Load, Purse::Ed, 1);

    let mut card = with_ed(opening(0, 0xFFFD));
    transfer(&mut card, Load, Purse::Ed, 1);
    for command in [init_of(Load, 1), init_of(Unload, 1), INIT_UPDATE] {
        assert_eq!(word(&mut card, &command), 0x9402, "{command:?}");
    }
    pay(&mut card, Purse::Ed, 1, 1);
    lock(&mut card, Purse::Ed, 2);
    unlock_online(&mut card, 1);
    assert_eq!(card.view().purse(Purse::Ed).otc, 0xFFFF);
}

/// Only the last transaction of each kind and purse is kept; grey locks leave theirs too.
#[test]
fn only_the_last_of_a_kind_is_proved() {
    let mut card = ready();
    let tag = Kind::Purchase.of(Purse::Ep);
    assert_eq!(prove(&mut card, tag, 0), Err(0x9406));
    pay(&mut card, Purse::Ep, 1, 1);
    pay(&mut card, Purse::Ep, 2, 2);
    transfer(&mut card, Load, Purse::Ep, 3);
    assert_eq!(prove(&mut card, tag, 0), Err(0x9406));
    assert_eq!(prove(&mut card, tag, 2), Err(0x9406));
    assert!(prove(&mut card, tag, 1).is_ok());
    assert_eq!(prove(&mut card, Kind::Purchase.of(Purse::Ed), 1), Err(0x9406));
    lock(&mut card, Purse::Ep, 3);
    assert_eq!(prove(&mut card, Kind::Lock.of(Purse::Ep), 2), Err(0x9406), "LOCK leaves none");
    assert!(prove(&mut card, tag, 1).is_ok(), "a grey card can be read");
    let tac = debit(&mut card, 4);
    let proof = prove(&mut card, Kind::Debit.of(Purse::Ep), 3).unwrap();
    assert_eq!((proof.mac2, proof.tac.0.to_vec()), (Mac::default(), tac));
    lock(&mut card, Purse::Ep, 4);
    let mac3 = unlock_online(&mut card, 5);
    let proof = prove(&mut card, Kind::Unlock.of(Purse::Ep), 5).unwrap();
    assert_eq!(proof.tac.0.to_vec(), mac3);
    assert!(prove(&mut card, Kind::Debit.of(Purse::Ep), 3).is_ok());
}

/// Whatever changes a purse clears TACUF (protocol §5), and what is refused does not.
#[test]
fn every_change_of_a_purse_clears_the_unread_tac() {
    let changes: [fn(&mut TestCard); 4] = [
        |card| drop(transfer(card, Load, Purse::Ep, 1)),
        |card| drop(transfer(card, Unload, Purse::Ep, 1)),
        |card| drop(pay(card, Purse::Ep, 1, 9)),
        |card| drop(set_limit(card, 1)),
    ];
    for change in changes {
        let mut card = ready();
        lock(&mut card, Purse::Ed, 1);
        debit(&mut card, 10);
        let init = begin_transfer(&mut card, Load, Purse::Ep, 1);
        let wrong = wrong_transfer(Load, &init, Purse::Ep, 1);
        assert_eq!(word(&mut card, &wrong), 0x9302);
        assert_eq!(card.view().status.state, GreyState::Debited);
        change(&mut card);
        assert_eq!(card.view().status.state, GreyState::Unlocked);
        assert_eq!(card.view().error_counter, 0);
    }
}

/// MAC2 of a load is none of an unload, of another amount, purse, terminal, time or session.
#[test]
fn a_code_of_another_transaction_is_wrong() {
    let mut card = ready();
    let init = begin_transfer(&mut card, Load, Purse::Ed, 7);
    let old = right_transfer(Load, &init, Purse::Ed, 7);
    let init = begin_transfer(&mut card, Load, Purse::Ed, 7);
    assert_eq!(word(&mut card, &old), 0x9302, "another ICC");
    assert_eq!(word(&mut card, &right_transfer(Load, &init, Purse::Ed, 7)), 0x6985);
    let init = begin_transfer(&mut card, Load, Purse::Ed, 7);
    assert_eq!(word(&mut card, &right_transfer(Load, &init, Purse::Ed, 8)), 0x9302);
    let mut card = ready();
    let init = begin_transfer(&mut card, Load, Purse::Ed, 7);
    assert_eq!(word(&mut card, &right_transfer(Load, &init, Purse::Ep, 7)), 0x9302);
    let init = begin_transfer(&mut card, Unload, Purse::Ed, 7);
    assert_eq!(word(&mut card, &right_transfer(Load, &init, Purse::Ed, 7)), 0x6985);
    assert_eq!(card.view().purse(Purse::Ed).balance.units(), ED_BALANCE);
}
