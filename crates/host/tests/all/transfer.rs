//! Loads and unloads: what is taken in is on the card, in flight, or given back, and never twice
//! (protocol §4, §7, §11).
use crate::support::*;
use host::{
    Account, Code, OpenTransfer, Refusal, TransferConfirmed, TransferDecision, TransferRequest, Way,
};
use wire::{Mac, Purse, Report};

const ISSUED: i128 = -(2 * OPENING as i128);

impl Scene {
    fn transfer(
        &mut self,
        way: Way,
        amount: u32,
        minute: u8,
    ) -> (TransferRequest, TransferDecision) {
        let asked = self.card.ask_transfer(way, amount, at(minute));
        (asked, self.host.decide_transfer(&asked).unwrap())
    }

    fn confirm(&mut self, way: Way, otc: u16, tac: Mac) -> Result<TransferConfirmed, Refusal> {
        let open = OpenTransfer { way, purse: Purse::Ed, otc };
        self.host.confirm_transfer(CARD, open, tac, at(200))
    }

    fn whole(&mut self, way: Way, amount: u32, minute: u8) {
        let (asked, decision) = self.transfer(way, amount, minute);
        let tac = self.card.obey_transfer(&asked, &decision);
        self.confirm(way, asked.init.otc, tac).unwrap();
    }

    /// Taken in and given out, in flight, float.
    fn money(&self) -> [i128; 3] {
        let in_flight = self.account(&Account::InFlight(CARD, Purse::Ed));
        [self.account(&Account::Issued) - ISSUED, in_flight, self.float()]
    }

    fn open(&self) -> Vec<(Way, u16)> {
        self.host.open_transfers(CARD).into_iter().map(|open| (open.way, open.otc)).collect()
    }
}

#[test]
fn a_load_is_in_flight_until_the_card_proves_it() {
    let mut scene = Scene::new();
    let (asked, decision) = scene.transfer(Way::Load, 3_000, 1);
    assert_eq!(scene.money(), [-3_000, 3_000, 50_000]);
    assert_eq!(scene.open(), [(Way::Load, 0)]);
    let tac = scene.card.obey_transfer(&asked, &decision);
    for repeat in [false, true] {
        let confirmed = scene.confirm(Way::Load, 0, tac).unwrap();
        assert_eq!(confirmed, TransferConfirmed { amount: cents(3_000), repeat });
        assert_eq!(scene.money(), [-3_000, 0, 53_000], "once");
    }
    assert_eq!(scene.open(), []);
}

#[test]
fn an_unload_is_paid_out_only_on_proof() {
    let mut scene = Scene::new();
    let (asked, decision) = scene.transfer(Way::Unload, 3_000, 1);
    assert_eq!(scene.money(), [0, 0, 50_000], "the money is on the card until it says otherwise");
    let tac = scene.card.obey_transfer(&asked, &decision);
    assert_eq!(scene.confirm(Way::Load, 0, tac), Err(Refusal::TacFitsNoTransfer));
    scene.confirm(Way::Unload, 0, tac).unwrap();
    assert_eq!(scene.money(), [3_000, 0, 47_000]);
}

/// Asked again in one session, the answer is the same; another session is another answer at
/// another second, and only one of the two can be taken.
#[test]
fn one_session_gets_one_answer_and_one_number_is_credited_once() {
    let mut scene = Scene::new();
    let (asked, decision) = scene.transfer(Way::Load, 3_000, 1);
    let later = TransferRequest { now: at(90), ..asked };
    assert_eq!(scene.host.decide_transfer(&later), Ok(decision));
    let (again, other) = scene.transfer(Way::Load, 3_000, 1);
    assert_ne!((decision.date, decision.time), (other.date, other.time));
    assert_eq!(scene.money(), [-3_000, 3_000, 50_000], "the card can take one of them");
    let (_, _) = scene.transfer(Way::Load, 5_000, 3);
    assert_eq!(scene.money(), [-5_000, 5_000, 50_000], "the highest that is out");
    let tac = scene.card.obey_transfer(&again, &other);
    scene.confirm(Way::Load, 0, tac).unwrap();
    assert_eq!(scene.money(), [-3_000, 0, 53_000], "the others are dead");
}

/// MAC1 of a new session says nothing about when it was made: one that was held back must not
/// free an answer that the card has taken.
#[test]
fn an_answer_is_not_dead_because_another_session_asks_under_its_number() {
    let mut scene = Scene::new();
    let held_back = scene.card.ask_transfer(Way::Load, 1_000, at(1));
    let (asked, decision) = scene.transfer(Way::Load, 3_000, 2);
    let tac = scene.card.obey_transfer(&asked, &decision);
    scene.host.decide_transfer(&held_back).unwrap();
    assert_eq!(scene.money(), [-3_000, 3_000, 50_000]);
    scene.confirm(Way::Load, 0, tac).unwrap();
    assert_eq!(scene.money(), [-3_000, 0, 53_000]);
    let refused = scene.card.ask_transfer(Way::Load, 10, at(5));
    let stale = TransferRequest { init: held_back.init, ..held_back };
    assert!(scene.host.decide_transfer(&refused).is_ok());
    assert!(scene.host.decide_transfer(&stale).is_ok(), "the same answer again, which is dead");
}

/// The answer is lost, and nobody asks for the proof: the next number that the card proves shows
/// that it took the load, and the chain of balances goes on over it.
#[test]
fn a_load_whose_answer_is_lost_is_settled_by_the_next_number() {
    for later in 0..3 {
        let mut scene = Scene::new();
        let (record, _) = scene.sale(2_000, 1);
        scene.hear(&Report::Grey(record));
        let (asked, decision) = scene.transfer(Way::Load, 3_000, 3);
        let tac = scene.card.obey_transfer(&asked, &decision);
        assert_eq!(scene.money()[1], 3_000);
        match later {
            0 => drop(scene.transfer(Way::Unload, 100, 5)),
            1 => {
                scene.grey(500, 5);
                let _ = scene.ask(6);
            }
            _ => scene.whole(Way::Load, 40, 5),
        }
        let loaded = 3_000 + if later == 2 { 40 } else { 0 };
        assert_eq!(scene.account(&Account::InFlight(CARD, Purse::Ed)), 0, "case {later}");
        assert_eq!(scene.account(&Account::Issued), ISSUED - loaded, "case {later}");
        let next = if later == 1 { return } else { scene.grey(500, 9) };
        scene.hear(&Report::Grey(next));
        assert_eq!(scene.payable(), 2_000, "the lock before it is settled over the load");
        assert!(scene.confirm(Way::Load, 0, tac).is_ok(), "a late proof changes nothing");
        assert_eq!(scene.account(&Account::Issued), ISSUED - loaded);
    }
}

/// Two answers that differ, and the card used the number: only its proof tells which.
#[test]
fn differing_answers_under_a_used_number_wait_for_the_proof() {
    let mut scene = Scene::new();
    scene.transfer(Way::Load, 1_000, 1);
    let (asked, decision) = scene.transfer(Way::Load, 3_000, 2);
    let tac = scene.card.obey_transfer(&asked, &decision);
    scene.transfer(Way::Unload, 10, 3);
    assert!(scene.has(Code::TransferAmbiguous));
    assert_eq!(scene.money(), [-3_000, 3_000, 50_000], "never lost, never credited twice");
    assert_eq!(scene.open(), [(Way::Load, 0), (Way::Unload, 1)]);
    scene.confirm(Way::Load, 0, tac).unwrap();
    assert_eq!(scene.money(), [-3_000, 0, 53_000]);
}

#[test]
fn what_the_card_never_took_is_given_back_when_it_uses_the_number_otherwise() {
    let mut scene = Scene::new();
    scene.transfer(Way::Load, 3_000, 1);
    let (asked, decision) = scene.transfer(Way::Unload, 200, 3);
    let tac = scene.card.obey_transfer(&asked, &decision);
    scene.confirm(Way::Unload, 0, tac).unwrap();
    assert_eq!(scene.money(), [200, 0, 49_800]);
    let mut scene = Scene::new();
    scene.transfer(Way::Load, 3_000, 1);
    let grey = scene.card.lock(&mut scene.psam, at(3));
    scene.hear(&Report::NoDispense(grey.terms));
    scene.unlock(100);
    assert_eq!(scene.money(), [0, 0, 50_000], "the unlock used OTC 0");
}

#[test]
fn forged_old_and_excessive_requests_are_refused() {
    let mut scene = Scene::new();
    let asked = scene.card.ask_transfer(Way::Load, 3_000, at(1));
    let altered = [
        TransferRequest { amount: cents(3_001), ..asked },
        TransferRequest { way: Way::Unload, ..asked },
        TransferRequest { tid: T1, ..asked },
        TransferRequest { purse: Purse::Ep, ..asked },
        TransferRequest { asn: OTHER, ..asked },
    ];
    for altered in altered {
        assert_eq!(scene.host.decide_transfer(&altered), Err(Refusal::Mac1Wrong), "{altered:?}");
    }
    let mut other_balance = asked;
    other_balance.init.balance = cents(1);
    assert_eq!(scene.host.decide_transfer(&other_balance), Err(Refusal::Mac1Wrong));
    scene.whole(Way::Load, 10, 2);
    assert_eq!(scene.host.decide_transfer(&asked), Err(Refusal::OtcUsed), "held back too long");
    scene.card.balance += 9_000;
    let copied = scene.card.ask_transfer(Way::Unload, 55_000, at(5));
    assert_eq!(scene.host.decide_transfer(&copied), Err(Refusal::UnloadExceedsBooks));
    assert_eq!(scene.confirm(Way::Load, 0, Mac([1; 4])), Err(Refusal::TacFitsNoTransfer));
}

/// An overdraft lets the card give more than the books hold for it: what went off it unproved counts.
#[test]
fn unloads_whose_proof_is_withheld_take_no_more_than_the_books_hold() {
    let mut scene = Scene::new();
    scene.card.balance += 90_000;
    let (asked, decision) = scene.transfer(Way::Unload, 30_000, 1);
    let tac = scene.card.obey_transfer(&asked, &decision);
    let more = scene.card.ask_transfer(Way::Unload, 30_000, at(5));
    assert_eq!(scene.host.decide_transfer(&more), Err(Refusal::UnloadExceedsBooks));
    let less = scene.card.ask_transfer(Way::Unload, 20_000, at(6));
    assert!(scene.host.decide_transfer(&less).is_ok(), "50,000 is what the books hold");
    scene.confirm(Way::Unload, 0, tac).unwrap();
    assert_eq!(scene.money()[2], 20_000);
}

#[test]
fn a_blacklisted_or_replaced_card_is_neither_loaded_nor_unloaded() {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let (first, _) = scene.sale(2_000, 1);
    let (second, _) = copy.whole_sale(&mut scene.psam, 100, 5);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(second));
    let asked = scene.card.ask_transfer(Way::Load, 3_000, at(9));
    assert_eq!(scene.host.decide_transfer(&asked), Err(Refusal::CardBlacklisted));
    let mut scene = Scene::new();
    let (lost, decision) = scene.transfer(Way::Load, 3_000, 1);
    scene.replace();
    let asked = scene.card.ask_transfer(Way::Unload, 10, at(9));
    assert_eq!(scene.host.decide_transfer(&asked), Err(Refusal::CardReplaced));
    let tac = scene.card.obey_transfer(&lost, &decision);
    scene.confirm(Way::Load, 0, tac).unwrap();
    assert_eq!(scene.cardholder_claims(), 3_000, "it was paid in, and is still his");
}

/// Two proofs under one number come from two cards.
#[test]
fn two_proofs_under_one_number_blacklist_the_card() {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let (asked, decision) = scene.transfer(Way::Load, 1_000, 1);
    let tac = scene.card.obey_transfer(&asked, &decision);
    copy.icc += 50;
    let by_copy = copy.ask_transfer(Way::Load, 2_000, at(2));
    let other = scene.host.decide_transfer(&by_copy).unwrap();
    let other_tac = copy.obey_transfer(&by_copy, &other);
    scene.confirm(Way::Load, 0, tac).unwrap();
    assert!(scene.host.blacklist().is_empty());
    scene.confirm(Way::Load, 0, other_tac).unwrap();
    assert_eq!(scene.host.blacklist(), [(CARD, Code::ClonedOrRolledBackCard)]);
    assert_eq!(scene.money(), [-1_000, 0, 51_000]);
}
