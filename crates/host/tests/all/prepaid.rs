//! Prepaid accounts: a load is taken from one when its answer leaves, once, and given back when it did not take place
//! (protocol §9).
use crate::support::*;
use host::{
    Account, Code, Funded, Input, OpenTransfer, Refusal, TransferDecision, TransferRequest, Way,
};
use wire::{Mac, Purse};

const SHOP: &str = "shop";
const KIOSK: &str = "kiosk";
const PAID_IN: i64 = 10_000;
/// Both cards of the scene were issued with money.
const ISSUED: i128 = -(2 * OPENING as i128);

fn scene() -> Scene {
    let mut scene = Scene::new();
    for text in [SHOP, KIOSK] {
        assert!(!scene.host.open_prepaid(&account(text)).unwrap().repeat);
        scene.host.fund_prepaid(&funding(text, "first", PAID_IN)).unwrap();
    }
    scene
}

impl Scene {
    fn on(&self, text: &str) -> i128 {
        self.account(&Account::Prepaid(name(text)))
    }

    fn in_flight(&self) -> i128 {
        self.account(&Account::InFlight(CARD, Purse::Ed))
    }

    fn asked_of(&mut self, text: &str, way: Way, amount: u32, minute: u8) -> TransferRequest {
        let asked = self.card.ask_transfer(way, amount, at(minute));
        TransferRequest { account: Some(name(text)), ..asked }
    }

    fn decided_of(
        &mut self,
        text: &str,
        way: Way,
        amount: u32,
        minute: u8,
    ) -> (TransferRequest, TransferDecision) {
        let asked = self.asked_of(text, way, amount, minute);
        (asked, self.host.decide_transfer(&asked).unwrap())
    }

    fn proved(&mut self, way: Way, otc: u16, tac: Mac) {
        let open = OpenTransfer { way, purse: Purse::Ed, otc };
        self.host.confirm_transfer(CARD, open, tac, at(200)).unwrap();
    }

    fn refused(&mut self, text: &str, amount: u32) -> Refusal {
        let asked = self.asked_of(text, Way::Load, amount, 9);
        self.host.decide_transfer(&asked).unwrap_err()
    }
}

#[test]
fn what_is_paid_in_is_on_the_account_once_for_each_reference() {
    let mut scene = scene();
    assert_eq!(scene.account(&Account::Issued), ISSUED - 2 * i128::from(PAID_IN));
    let again = scene.host.fund_prepaid(&funding(SHOP, "first", PAID_IN));
    assert_eq!(again, Ok(Funded { balance: 10_000, repeat: true }));
    let other = scene.host.fund_prepaid(&funding(SHOP, "first", 1));
    assert_eq!(other, Err(Refusal::FundingDisagrees));
    let second = scene.host.fund_prepaid(&funding(SHOP, "second", 500));
    assert_eq!(second, Ok(Funded { balance: 10_500, repeat: false }));
    let back = scene.host.fund_prepaid(&funding(SHOP, "back", -10_500));
    assert_eq!(back, Ok(Funded { balance: 0, repeat: false }));
    assert_eq!(scene.on(SHOP), 0);
    let more = scene.host.fund_prepaid(&funding(SHOP, "more", -1));
    assert_eq!(more, Err(Refusal::AccountTooLow));
    let long = "7".repeat(65);
    for (reference, amount, refusal) in [
        (" ", 1, Refusal::ReferenceMissing),
        ("a\u{0}b", 1, Refusal::ReferenceMissing),
        (long.as_str(), 1, Refusal::ReferenceMissing),
        ("zero", 0, Refusal::FundingOutOfRange),
        ("most", i64::MAX, Refusal::FundingOutOfRange),
        ("least", i64::MIN, Refusal::FundingOutOfRange),
    ] {
        assert_eq!(scene.host.fund_prepaid(&funding(SHOP, reference, amount)), Err(refusal));
    }
    assert_eq!(scene.host.fund_prepaid(&funding("none", "x", 1)), Err(Refusal::AccountUnknown));
}

#[test]
fn an_account_is_opened_once() {
    let mut scene = scene();
    assert!(scene.host.open_prepaid(&account(SHOP)).unwrap().repeat);
    let mut other = account(SHOP);
    other.stations.pop_first();
    assert_eq!(scene.host.open_prepaid(&other), Err(Refusal::AccountAlreadyOpen));
}

#[test]
fn a_load_leaves_the_account_with_its_answer_and_reaches_the_card_on_proof() {
    let mut scene = scene();
    let (asked, decision) = scene.decided_of(SHOP, Way::Load, 3_000, 1);
    assert_eq!([scene.on(SHOP), scene.in_flight(), scene.float()], [7_000, 3_000, 50_000]);
    assert_eq!(scene.host.decide_transfer(&asked), Ok(decision), "once");
    assert_eq!(scene.on(SHOP), 7_000);
    let tac = scene.card.obey_transfer(&asked, &decision);
    for _ in 0..2 {
        scene.proved(Way::Load, 0, tac);
        assert_eq!([scene.on(SHOP), scene.in_flight(), scene.float()], [7_000, 0, 53_000]);
    }
    assert_eq!(
        scene.account(&Account::Issued),
        ISSUED - 2 * i128::from(PAID_IN),
        "nobody else pays"
    );
}

#[test]
fn an_unload_is_credited_on_proof() {
    let mut scene = scene();
    let (asked, decision) = scene.decided_of(SHOP, Way::Unload, 3_000, 1);
    assert_eq!([scene.on(SHOP), scene.float()], [10_000, 50_000]);
    let tac = scene.card.obey_transfer(&asked, &decision);
    scene.proved(Way::Unload, 0, tac);
    assert_eq!([scene.on(SHOP), scene.float()], [13_000, 47_000]);
}

#[test]
fn an_account_promises_nothing_twice() {
    let mut scene = scene();
    let (_, _) = scene.decided_of(SHOP, Way::Load, 9_000, 1);
    // The card can take one of these, so the account holds the higher one.
    let (_, _) = scene.decided_of(SHOP, Way::Load, 10_000, 2);
    assert_eq!(scene.on(SHOP), 0);
    assert_eq!(scene.refused(SHOP, 10_001), Refusal::AccountTooLow);
    let (_, _) = scene.decided_of(SHOP, Way::Load, 10, 3);
    let mut other = TestCard::new(OTHER);
    let asked = other.ask_transfer(Way::Load, 1, at(4));
    let asked = TransferRequest { account: Some(name(SHOP)), ..asked };
    assert_eq!(scene.host.decide_transfer(&asked), Err(Refusal::AccountTooLow));
}

#[test]
fn a_load_that_did_not_take_place_is_given_back() {
    let mut scene = scene();
    scene.grey(500, 1);
    // The card's number goes to the unlock of its lock instead.
    let report = wire::Report::NoDispense(scene.card.grey.as_ref().unwrap().terms);
    scene.hear(&report);
    let mut free = scene.card.clone();
    free.grey = None;
    let asked = free.ask_transfer(Way::Load, 3_000, at(3));
    let asked = TransferRequest { account: Some(name(SHOP)), ..asked };
    scene.host.decide_transfer(&asked).unwrap();
    assert_eq!(scene.on(SHOP), 7_000);
    scene.unlock(5);
    assert_eq!([scene.on(SHOP), scene.in_flight()], [10_000, 0]);
}

/// Two accounts were asked under one number: both hold until the card says which answer it took.
#[test]
fn answers_of_two_accounts_wait_for_the_proof() {
    for taken in [SHOP, KIOSK] {
        let mut scene = scene();
        let (first, one) = scene.decided_of(SHOP, Way::Load, 3_000, 1);
        let (second, two) = scene.decided_of(KIOSK, Way::Load, 3_000, 2);
        assert_eq!([scene.on(SHOP), scene.on(KIOSK), scene.in_flight()], [7_000, 7_000, 6_000]);
        let (asked, decision) = if taken == SHOP { (first, one) } else { (second, two) };
        let tac = scene.card.obey_transfer(&asked, &decision);
        // The card goes on: it took the money, and nobody knows whose.
        let next = scene.card.ask_transfer(Way::Load, 5, at(4));
        scene.host.decide_transfer(&next).unwrap();
        assert!(scene.has(Code::TransferAmbiguous));
        assert_eq!([scene.on(SHOP), scene.on(KIOSK)], [7_000, 7_000]);
        scene.proved(Way::Load, 0, tac);
        let wanted = if taken == SHOP { [7_000, 10_000] } else { [10_000, 7_000] };
        assert_eq!([scene.on(SHOP), scene.on(KIOSK)], wanted);
        assert_eq!([scene.in_flight(), scene.float()], [5, 53_000]);
    }
}

/// A change that was told without its TAC is charged to the first answer that fits; the TAC tells better.
#[test]
fn a_late_tac_moves_the_charge_to_the_account_of_its_answer() {
    let mut scene = scene();
    scene.decided_of(SHOP, Way::Load, 3_000, 1);
    let (asked, decision) = scene.decided_of(KIOSK, Way::Load, 3_000, 2);
    let tac = scene.card.obey_transfer(&asked, &decision);
    let kind = host::ChangeKind::Money;
    let change = Input::Change { asn: CARD, purse: Purse::Ed, otc: 0, by: 3_000, kind, now: at(9) };
    scene.host.apply(&change).unwrap();
    assert_eq!([scene.on(SHOP), scene.on(KIOSK), scene.float()], [7_000, 10_000, 53_000]);
    scene.host.fund_prepaid(&funding(KIOSK, "back", -10_000)).unwrap();
    for _ in 0..2 {
        scene.proved(Way::Load, 0, tac);
        assert_eq!([scene.on(SHOP), scene.on(KIOSK), scene.float()], [10_000, -3_000, 53_000]);
    }
    assert!(scene.has(Code::PrepaidOverdrawn));
    assert_eq!(scene.account(&Account::Issued), ISSUED - i128::from(PAID_IN));
}

#[test]
fn only_its_stations_charge_an_account_and_a_session_has_one() {
    let mut scene = scene();
    let mut norths = account("norths");
    norths.stations = [host::StationId::from(NORTH)].into();
    scene.host.open_prepaid(&norths).unwrap();
    scene.host.fund_prepaid(&funding("norths", "first", 500)).unwrap();
    assert_eq!(scene.refused("norths", 5), Refusal::AccountOfOthers, "the counter is of the south");
    assert_eq!(scene.refused("none", 5), Refusal::AccountUnknown);
    let (asked, _) = scene.decided_of(SHOP, Way::Load, 5, 3);
    for account in [None, Some(name(KIOSK))] {
        let other = TransferRequest { account, ..asked };
        assert_eq!(scene.host.decide_transfer(&other), Err(Refusal::AccountDiffers));
    }
    assert_eq!(scene.on(SHOP), 9_995);
}

#[test]
fn names_of_accounts_are_short_and_plain() {
    let longest = "a".repeat(32);
    for good in ["a", "hill-sons_2.b", longest.as_str()] {
        assert_eq!(name(good).to_string(), good);
        let account = Account::Prepaid(name(good));
        assert_eq!(account.to_string().parse(), Ok(account));
    }
    let longer = "a".repeat(33);
    for bad in ["", "A", "a b", "a/b", "ä", "a\u{0}", longer.as_str()] {
        assert!(bad.parse::<host::PrepaidName>().is_err(), "{bad}");
    }
}
