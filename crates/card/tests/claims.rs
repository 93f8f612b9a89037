//! What the card alone shows of the patent's claims.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use card::{Application, DebitKind};
use crypto::online;
use support::*;
use wire::card_command::{DebitForRefuel, StatusMode};
use wire::response::LockAnswer;
use wire::{CardCommand, GreyState, Icc, Mac, Purse, Ttc};

#[test]
fn claim_01_source_and_terms_are_stored_with_the_mark() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed);
    let answer = expect(&mut card, &right_lock(&init, Purse::Ed, 0x0001_0002));
    let answer = LockAnswer::parse(&answer).unwrap();

    let card = power_cycle(card);
    let view = card.view();
    let stored = view.lock().unwrap();
    let terms = lock_terms(&init, Purse::Ed, SEED_KEY, 0x0001_0002);
    assert_eq!(stored.terms, terms);
    assert_eq!((stored.trn, stored.key_index), (TRN, SEED_KEY));
    assert_eq!((stored.mac2, stored.gtac), (answer.mac2, answer.gtac));
    let source = source(SEED_KEY, &terms, TRN);
    assert_eq!(answer.mac2, terms.mac2(&source));
    assert_eq!(answer.gtac, terms.gtac(&source, &keys().tac.key.folded()));
    assert!(view.purse(Purse::Ep).lock.is_none());
}

#[test]
fn claim_01_a_grey_card_is_debited_freshly_inserted_without_pin_or_initialize() {
    for key_index in [SEED_KEY, FIELD_KEY] {
        let mut card = fresh();
        select_and_verify(&mut card);
        let command = CardCommand::InitializeForRefuel(initialize(Purse::Ed, key_index));
        let init = wire::response::InitRefuel::parse(&expect(&mut card, &command)).unwrap();
        expect(&mut card, &right_lock_with(&init, Purse::Ed, key_index, 9));
        let mut card = power_cycle(card);
        select(&mut card);
        let terms = debit_terms(&card.view(), amount(777));
        let tac = debit(&mut card, 777);
        assert_eq!(tac, terms.tac(&keys().tac.key.folded()).0);
        let view = power_cycle(card).view();
        assert_eq!(view.purse(Purse::Ed).balance.units(), ED_BALANCE - 777);
        assert_eq!(view.purse(Purse::Ed).ctc, 2);
        assert!(view.lock().is_none());
    }
}

#[test]
fn claim_01_the_mark_refuses_whatever_would_change_either_purse() {
    let mut card = fresh();
    lock(&mut card, Purse::Ep, 1);
    select_and_verify(&mut card);
    for purse in Purse::ALL {
        assert_eq!(word(&mut card, &init_refuel(purse)), 0x6985);
    }
    let right = right_debit(&card.view(), 1);
    let other = CardCommand::DebitForRefuel(DebitForRefuel { purse: Purse::Ed, ..right });
    assert_eq!(word(&mut card, &other), 0x6985);
    assert_eq!(word(&mut card, &init_unlock(Purse::Ed)), 0x6985);
}

#[test]
fn claim_02_the_centre_unlocks_and_the_receipt_fits_its_decision() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    let mut card = power_cycle(card);
    select(&mut card);
    let init = begin_unlock(&mut card, Purse::Ed);
    assert_eq!((init.balance.units(), init.ctc, init.otc), (ED_BALANCE, 1, 0));
    let expected = online::mac1(&sesulk(&init), init.balance, init.ctc, Purse::Ed, TID);
    assert_eq!(init.mac1, expected);
    let right = right_unlock(&init, Purse::Ed, 40);
    let mac3 = expect(&mut card, &CardCommand::DebitForUnlock(right));
    let unlock = unlock_terms(Purse::Ed, 40);
    let after = amount(ED_BALANCE - 40);
    assert_eq!(mac3, unlock.mac3(&keys().tac.key.folded(), after, 0).0);
    let view = card.view();
    let purse = view.purse(Purse::Ed);
    assert_eq!((purse.balance, purse.ctc, purse.otc), (after, 2, 1));

    let more = status(&mut card, StatusMode::ReadMore);
    assert_eq!((more.state, more.ctc, more.tid), (GreyState::UnlockedOnline, 2, TID));
    assert_eq!((more.date, more.time), unlock_time());
    assert_eq!(more.more.unwrap().ttc, Ttc(0));
    let record = card.view();
    let record = record.log.record(1).unwrap();
    assert_eq!((record.tag.byte(), record.sequence, record.amount.units()), (0x95, 1, 40));
}

#[test]
fn claim_06_every_transaction_has_its_own_random_number() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let first = begin(&mut card, Purse::Ed).icc;
    let second = begin(&mut card, Purse::Ed).icc;
    assert_ne!(first, second);
    let mut card = power_cycle(card);
    select_and_verify(&mut card);
    let third = Icc(challenge(&mut card));
    assert!(![first, second].contains(&third));
}

#[test]
fn claim_06_a_mac1_made_for_one_initialize_does_not_fit_the_next() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let old = begin(&mut card, Purse::Ed);
    begin(&mut card, Purse::Ed);
    assert_eq!(word(&mut card, &right_lock(&old, Purse::Ed, 1)), 0x9302);
}

#[test]
fn claim_07_the_source_needs_key_random_number_ctc_and_ttc() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed);
    let CardCommand::LockForRefuel(mut lock) = right_lock(&init, Purse::Ed, 0x0000_0005) else {
        unreachable!()
    };
    lock.ttc = Ttc(0x0000_0006);
    assert_eq!(word(&mut card, &CardCommand::LockForRefuel(lock)), 0x9302);
    let init = begin(&mut card, Purse::Ed);
    assert_eq!(word(&mut card, &right_lock_with(&init, Purse::Ed, FIELD_KEY, 5)), 0x9302);
}

#[test]
fn claim_07_the_high_half_of_ttc_is_in_mac1() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed);
    let CardCommand::LockForRefuel(mut lock) = right_lock(&init, Purse::Ed, 0x0001_0005) else {
        unreachable!()
    };
    lock.ttc = Ttc(0x0002_0005);
    assert_eq!(word(&mut card, &CardCommand::LockForRefuel(lock)), 0x9302);
}

#[test]
fn claim_08_debit_names_the_stored_lock_whatever_the_command_carries() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 0x0A0B_0C0D);
    let terms = debit_terms(&card.view(), amount(500));
    let right = right_debit(&card.view(), 500);
    let strange = DebitForRefuel { tid: OTHER_TID, ttc: Ttc(1), ..right };
    let tac = expect(&mut card, &CardCommand::DebitForRefuel(strange));
    assert_eq!(tac, terms.tac(&keys().tac.key.folded()).0);
    let view = card.view();
    let last = view.last_debit.unwrap();
    assert_eq!((last.tid, last.kind), (TID, DebitKind::Terminal(Ttc(0x0A0B_0C0D))));
    assert_eq!(view.log.record(1).unwrap().tid, TID);
    assert_eq!(view.status.tid, TID);
    assert_eq!(view.status.more.unwrap().ttc, Ttc(0x0A0B_0C0D));
}

#[test]
fn claim_08_order_of_checks_and_only_gmac_counts() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    let right = right_debit(&card.view(), 1);
    let wrong = DebitForRefuel { gmac: flip(right.gmac), ..right };
    let too_much = amount(ED_BALANCE + 1);
    let with = |command: DebitForRefuel| CardCommand::DebitForRefuel(command);
    let bad_ctc = DebitForRefuel { ctc: 0, amount: too_much, ..wrong };
    assert_eq!(word(&mut card, &with(bad_ctc)), 0x9406);
    assert_eq!(word(&mut card, &with(DebitForRefuel { amount: too_much, ..wrong })), 0x9401);
    assert_eq!(card.view().error_counter, 0);
    let mut changed = [right; 3];
    changed[0].amount = amount(2);
    changed[1].time = lock_time().1;
    changed[2].date = unlock_time().0;
    for (count, command) in (1..=2).zip(changed) {
        assert_eq!(word(&mut card, &with(command)), 0x9302);
        assert_eq!(card.view().error_counter, count);
    }
    expect(&mut card, &with(right));
    assert_eq!(card.view().error_counter, 0);
}

#[test]
fn claim_08_the_error_counter_locks_at_its_limit_and_only_the_centre_unblocks() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    lock_application_grey(&mut card);
    assert_eq!(card.view().application, Application::Locked);
    let right = CardCommand::DebitForRefuel(right_debit(&card.view(), 1));
    assert_eq!(word(&mut card, &right), 0x6A81);
    let mut card = power_cycle(card);
    assert_eq!(word(&mut card, &SELECT), 0x6283);
    let before = card.view();
    let fresh_number = challenge(&mut card);
    expect(&mut card, &right_unblock(fresh_number));
    let after = card.view();
    assert_eq!(after.application, Application::Open);
    assert_eq!((after.purses, after.status), (before.purses, before.status));
    unlock_online(&mut card, 3);
}

#[test]
fn claim_08_three_wrong_unblock_codes_lock_for_good() {
    let mut card = fresh();
    lock_application(&mut card);
    for _ in 0..3 {
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &wrong_unblock(number)), 0x6988);
    }
    assert_eq!(card.view().application, Application::LockedForGood);
    let mut card = power_cycle(card);
    select(&mut card);
    let number = challenge(&mut card);
    assert_eq!(word(&mut card, &right_unblock(number)), 0x9303);
}

#[test]
fn claim_09_initialize_then_lock_makes_grey_and_keeps_the_money() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed);
    assert_eq!((init.balance.units(), init.limit.units(), init.ctc), (ED_BALANCE, ED_LIMIT, 0));
    let answer = expect(&mut card, &right_lock(&init, Purse::Ed, 1));
    let answer = LockAnswer::parse(&answer).unwrap();
    let grey = status(&mut card, StatusMode::Read);
    assert_eq!((grey.state, grey.purse, grey.ctc), (GreyState::Grey, Purse::Ed, 1));
    assert_eq!((grey.balance.units(), grey.tid), (ED_BALANCE, TID));
    assert_eq!((grey.date, grey.time), lock_time());
    assert_eq!((grey.mac2(), grey.b), (answer.mac2, answer.gtac));
    let more = status(&mut card, StatusMode::ReadMore).more.unwrap();
    assert_eq!((more.ttc, more.icc, more.trn), (Ttc(1), init.icc, TRN));
    assert_eq!(card.view().log.len(), 0, "LOCK writes no record");
}

#[test]
fn claim_10_debit_clears_the_mark_and_keeps_the_outcome_until_it_was_read() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 6);
    let tac = debit(&mut card, 250);
    let mut card = power_cycle(card);
    select(&mut card);
    for mode in [StatusMode::Read, StatusMode::ReadMore, StatusMode::ReadAndClear] {
        let kept = status(&mut card, mode);
        assert_eq!((kept.state, kept.ctc), (GreyState::Debited, 2));
        assert_eq!(kept.balance.units(), ED_BALANCE - 250);
        assert_eq!((kept.amount(), kept.b.0.to_vec()), (Some(amount(250)), tac.clone()));
        assert_eq!((kept.date, kept.time), end_time());
    }
    let clear = status(&mut card, StatusMode::ReadMore);
    assert_eq!((clear.state, clear.purse, clear.ctc), (GreyState::Unlocked, Purse::Ed, 2));
    assert_eq!((clear.tid.0, clear.a, clear.b), ([0; 6], [0; 4], Mac([0; 4])));
    assert_eq!(clear.more, Some(wire::StatusMore::default()));
}

#[test]
fn claim_10_the_next_lock_clears_tacuf() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 6);
    debit(&mut card, 250);
    lock(&mut card, Purse::Ep, 7);
    assert_eq!(card.view().status.state, GreyState::Grey);
    assert!(!card.view().last_debit.unwrap().unread);
}

#[test]
fn claim_11_lock_follows_straight_after_initialize_or_not_at_all() {
    let between: [CardCommand<'static>; 4] = [
        CardCommand::GetGreyStatus(StatusMode::Read),
        CardCommand::GetBalance(Purse::Ed),
        CardCommand::SelectFile { id: 0x1234, le: None },
        VERIFY,
    ];
    for command in between {
        let mut card = fresh();
        select_and_verify(&mut card);
        let init = begin(&mut card, Purse::Ed);
        send(&mut card, &command);
        assert_eq!(word(&mut card, &right_lock(&init, Purse::Ed, 1)), 0x6985, "{command:?}");
        assert!(card.view().lock().is_none());
    }
}

#[test]
fn claim_11_amount_zero_only_unlocks_and_is_logged() {
    let mut card = fresh();
    lock(&mut card, Purse::Ep, 6);
    debit(&mut card, 0);
    let view = card.view();
    assert_eq!(view.purse(Purse::Ep).balance.units(), EP_BALANCE);
    let record = view.log.record(1).unwrap();
    assert_eq!((record.tag.byte(), record.sequence, record.amount.units()), (0x94, 1, 0));
}

#[test]
fn claim_12_six_commands() {
    let mut card = fresh();
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed); // 1 INITIALIZE FOR REFUEL
    expect(&mut card, &right_lock(&init, Purse::Ed, 1)); // 2 LOCK FOR REFUEL
    debit(&mut card, 100); // 3 DEBIT FOR REFUEL
    status(&mut card, StatusMode::ReadAndClear); // 4 GET GREY STATUS
    let init = begin(&mut card, Purse::Ed);
    expect(&mut card, &right_lock(&init, Purse::Ed, 2));
    let init = begin_unlock(&mut card, Purse::Ed); // 5 INITIALIZE FOR UNLOCK
    let right = right_unlock(&init, Purse::Ed, 11); // 6 DEBIT FOR UNLOCK
    expect(&mut card, &CardCommand::DebitForUnlock(right));
    let view = card.view();
    let purse = view.purse(Purse::Ed);
    assert_eq!((purse.balance.units(), purse.ctc, purse.otc), (ED_BALANCE - 111, 4, 1));
    assert_eq!(view.log.len(), 2);
}

#[test]
fn the_log_is_cyclic_and_newest_first() {
    let mut card = fresh();
    for units in 1..=13 {
        lock(&mut card, Purse::Ed, units);
        debit(&mut card, units);
    }
    for number in 1..=10_u8 {
        let data = expect(&mut card, &CardCommand::ReadRecord { sfi: 0x18, number });
        let record = wire::files::LogRecord::parse(&data).unwrap();
        assert_eq!(record.amount.units(), 14 - u32::from(number));
        assert_eq!(record.sequence, 27 - 2 * u16::from(number));
        assert_eq!(record.limit.units(), ED_LIMIT);
    }
    for number in [0, 11, 255] {
        assert_eq!(word(&mut card, &CardCommand::ReadRecord { sfi: 0x18, number }), 0x6A83);
    }
}

#[test]
fn numbers_run_out_before_a_lock_that_could_not_be_freed() {
    for (ctc, otc, expected) in
        [(0xFFFD, 0xFFFE, 0x9000), (0xFFFE, 0, 0x9402), (0xFFFF, 0, 0x9402), (0, 0xFFFF, 0x9402)]
    {
        let mut profile = profile();
        profile.opening[0].ctc = ctc;
        profile.opening[0].otc = otc;
        let mut card = personalised(&profile);
        select_and_verify(&mut card);
        assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), expected);
        if expected == 0x9000 {
            lock(&mut card, Purse::Ed, 1);
            unlock_online(&mut card, 1);
            let view = card.view();
            assert_eq!((view.purse(Purse::Ed).ctc, view.purse(Purse::Ed).otc), (0xFFFF, 0xFFFF));
        }
    }
}
