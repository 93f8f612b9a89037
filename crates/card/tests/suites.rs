//! Every command that computes a code, with keys of suites 10 and 20.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use crypto::message::internal_authenticate;
use crypto::{Direction, Key};
use support::*;
use wire::{CardCommand, Purse, Scheme, Suite};

fn in_every_wide_suite(play: impl Fn(Suite)) {
    for suite in [Suite::Aes, Suite::Sm4] {
        SUITE.set(suite);
        play(suite);
    }
}

#[test]
fn a_lock_survives_the_loss_of_power_and_is_debited() {
    in_every_wide_suite(|suite| {
        let mut card = fresh();
        lock(&mut card, Purse::Ep, 0x0102_0304);
        let before = card.view();
        let mut card = power_cycle(card);
        assert_eq!(card.view(), before);
        select(&mut card);
        debit(&mut card, 111);
        lock(&mut card, Purse::Ed, 0x0506_0708);
        let mut card = power_cycle(card);
        select(&mut card);
        unlock_online(&mut card, 2_222);
        let view = card.view();
        assert_eq!(
            view.purse(Purse::Ep).balance.units(),
            before.purse(Purse::Ep).balance.units() - 111
        );
        assert_eq!(view.maintenance_key.algorithm, suite.byte());
    });
}

#[test]
fn money_moves_and_the_limit_changes() {
    in_every_wide_suite(|_| {
        let mut card = fresh();
        select_and_verify(&mut card);
        transfer(&mut card, Direction::Load, Purse::Ed, 3_333);
        transfer(&mut card, Direction::Unload, Purse::Ep, 444);
        pay(&mut card, Purse::Ep, 55, 0x0D0E_0F10);
        set_limit(&mut card, 6_666);
    });
}

#[test]
fn the_issuer_is_obeyed_and_only_he() {
    in_every_wide_suite(|suite| {
        let mut card = fresh();
        select_and_verify(&mut card);
        for right in [unblock_pin, external, protected_update] {
            let number = challenge(&mut card);
            expect(&mut card, &right(number));
            let number = challenge(&mut card);
            assert_ne!(word(&mut card, &spoiled(right(number))), 0x9000, "{suite:?}");
        }
        expect(&mut card, &reload());
        let diak = keys().internal.key;
        let answer = expect(&mut card, &CardCommand::InternalAuthenticate { data: [7; 8] });
        assert_eq!(answer, internal_authenticate(&diak, [7; 8]));
        let mut card = fresh();
        lock_application(&mut card);
        let number = challenge(&mut card);
        expect(&mut card, &right_unblock(number));
    });
}

/// A key whose identifier names another suite than the key is of, and a scheme that the suite has not.
#[test]
fn what_does_not_fit_together_is_no_key() {
    in_every_wide_suite(|_| {
        let mut card = fresh();
        select_and_verify(&mut card);
        let field = initialize(Purse::Ed, FIELD_KEY);
        assert_eq!(word(&mut card, &CardCommand::InitializeForRefuel(field)), 0x9403);
        let mut profile = profile();
        assert_eq!(profile.keys.consumption[1].as_ref().unwrap().scheme, Scheme::Field);
        profile.keys.tac.algorithm = 0x30;
        profile.keys.tac.key = Key::new([5; 16]);
        let mut card = personalised(&profile);
        select_and_verify(&mut card);
        assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x9403);
    });
}
