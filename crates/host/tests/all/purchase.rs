//! Purchases: paid on the card's TAC, held back while nobody knows, settled by succession
//! (protocol §9, §10).
use crate::support::*;
use host::{Account, ChangeKind, Code, News, OnlineChange, Outcome, PurchaseEnd, Refusal, Ruling};
use wire::{ClaimedRecord, LockId, Mac, PurchaseAnswer, Purse, Report, Ttc};

fn end(scene: &Scene, ttc: u32) -> Option<PurchaseEnd> {
    let rows = scene.host.purchases();
    rows.iter().find(|row| row.terms.id.ttc == Ttc(ttc)).map(|row| row.end)
}

impl Scene {
    fn purchase(&mut self, amount: u32, minute: u8) -> (Report, Report) {
        let (terms, answer) = self.card.purchase(&mut self.psam, amount, minute);
        (Report::PurchaseUnknown(terms), Report::Purchase(terms, answer))
    }

    /// It went out and never reached the card.
    fn lost_purchase(&mut self, amount: u32, minute: u8) -> Report {
        let at = at(minute);
        Report::PurchaseUnknown(self.card.begin_purchase(&mut self.psam, amount, at))
    }
}

/// The same reports in every order, to a centre that has heard nothing; the books at their end.
fn in_every_order(reports: &[Report]) -> ([i128; 5], Vec<Option<PurchaseEnd>>, Scene) {
    let mut ended = None;
    for order in orders(reports.len()) {
        let mut scene = Scene::new();
        for place in order {
            scene.hear(&reports[place]);
            scene.hear(&reports[place]);
        }
        let ends = (1..6).map(|ttc| end(&scene, ttc)).collect::<Vec<_>>();
        let found = (scene.books(), ends);
        let (books, ends, _) = ended.get_or_insert((found.0, found.1.clone(), scene));
        assert_eq!((*books, ends.clone()), found, "an order of {reports:?}");
    }
    ended.unwrap()
}

#[test]
fn a_purchase_is_paid_on_its_tac_and_once() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    let heard = scene.hear(&unknown);
    assert_eq!((heard.outcome, heard.news), (Some(Outcome::PurchaseUnknown), News::First));
    assert_eq!(scene.books(), [49_550, 450, 0, 0, 0], "held back while nobody knows");
    let heard = scene.hear(&paid);
    assert_eq!((heard.outcome, heard.news), (Some(Outcome::Purchase), News::Upgrade));
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0]);
    for report in [paid, unknown, paid] {
        let heard = scene.hear(&report);
        assert_eq!((heard.outcome, heard.news), (Some(Outcome::Purchase), News::Repeat));
    }
    let (books, ends, _) = in_every_order(&[unknown, paid]);
    assert_eq!((books, ends[0]), ([49_550, 0, 450, 0, 0], Some(PurchaseEnd::Tac)));
}

/// Each part of what the TAC is over, and the TAC itself: none may be altered.
#[test]
fn a_wrong_tac_pays_nobody_and_the_right_one_still_comes() {
    let mut scene = Scene::new();
    let (terms, answer) = scene.card.purchase(&mut scene.psam, 450, 1);
    let wrong = PurchaseAnswer { tac: Mac([0xEE; 4]), mac2: Mac([0xEE; 4]) };
    let heard = scene.hear(&Report::Purchase(terms, wrong));
    assert_eq!(heard.news, News::Quarantined(Code::TacWrong));
    assert_eq!(scene.books(), [49_550, 450, 0, 0, 0], "it may have been paid");
    scene.hear(&Report::Purchase(terms, answer));
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0]);
    let mut other_amount = terms;
    other_amount.amount = cents(460);
    let mut other_time = terms;
    other_time.at = at(2);
    let mut other_purse = terms;
    other_purse.id.purse = Purse::Ep;
    let mut other_card = terms;
    other_card.id.asn = OTHER;
    for altered in [other_amount, other_time, other_purse, other_card] {
        let mut scene = Scene::new();
        scene.hear(&Report::Purchase(altered, answer));
        assert!(scene.has(Code::TacWrong), "{altered:?}");
        assert_eq!(scene.payable(), 0);
        scene.hear(&Report::Purchase(terms, answer));
        assert_eq!(scene.books(), [49_550, 0, 450, 0, 0], "proof outweighs word: {altered:?}");
    }
}

#[test]
fn only_the_owner_of_the_tid_reports_and_only_cards_of_ours_pay() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    for report in [unknown, paid] {
        let answer = scene.host.hear(SOUTH, &report, at(200));
        assert_eq!(answer.unwrap_err(), Refusal::StationDoesNotOwnTid);
    }
    let Report::Purchase(mut terms, answer) = paid else { unreachable!() };
    terms.id.asn = "9999000000000001".parse().unwrap();
    let heard = scene.hear(&Report::Purchase(terms, answer));
    assert_eq!(heard.news, News::Quarantined(Code::CardUnknown));
    terms.id = LockId { asn: CARD, ..terms.id };
    terms.key.version = 9;
    let heard = scene.hear(&Report::Purchase(terms, answer));
    assert_eq!(heard.news, News::Quarantined(Code::KeyVersionUnknown));
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
}

/// Row "purchase sent, response lost": the card paid, its next lock proves it, and since no goods
/// were given the money is the cardholder's claim.
#[test]
fn row_purchase_sent_response_lost_is_settled_by_succession() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    let next = Report::Grey(scene.grey(500, 9));
    let (books, ends, scene) = in_every_order(&[unknown, next]);
    assert_eq!((books, ends[0]), ([49_050, 500, 0, 0, 450], Some(PurchaseEnd::Succession)));
    assert!(scene.has(Code::PurchaseWithoutGoods));
    let (books, ends, _) = in_every_order(&[unknown, next, paid]);
    assert_eq!((books, ends[0]), ([49_050, 500, 450, 0, 0], Some(PurchaseEnd::Tac)));
}

/// MAC2 was right and the TAC is not: the PSAM let the goods go, so what succession proves is the
/// station's. Whoever alters the high half of TTC on its way gets no more by it.
#[test]
fn goods_that_the_psam_let_go_are_paid_by_succession_when_the_tac_is_wrong() {
    let mut scene = Scene::new();
    let (_, paid) = scene.purchase(450, 1);
    let Report::Purchase(terms, answer) = paid else { unreachable!() };
    let wrong = Report::Purchase(terms, PurchaseAnswer { tac: Mac([0xEE; 4]), ..answer });
    let next = Report::Grey(scene.grey(500, 9));
    let (books, _, grey) = in_every_order(&[wrong]);
    assert_eq!(books, [49_550, 450, 0, 0, 0], "a station is paid on proof");
    assert!(grey.has(Code::TacWrong));
    let (books, ends, scene) = in_every_order(&[wrong, next]);
    assert_eq!((books, ends[0]), ([49_050, 500, 450, 0, 0], Some(PurchaseEnd::Succession)));
    assert!(!scene.has(Code::PurchaseWithoutGoods));
}

#[test]
fn row_purchase_sent_that_never_reached_the_card_is_void_by_the_next_number() {
    let mut scene = Scene::new();
    let unknown = scene.lost_purchase(450, 1);
    let next = Report::Grey(scene.grey(500, 9));
    let (books, ends, _) = in_every_order(&[unknown, next]);
    assert_eq!((books, ends[0]), ([49_500, 500, 0, 0, 0], Some(PurchaseEnd::Void)));
    let mut scene = Scene::new();
    let unknown = scene.lost_purchase(450, 1);
    let (_, other) = scene.purchase(200, 5);
    let (books, ends, _) = in_every_order(&[unknown, other]);
    let expected = [Some(PurchaseEnd::Void), Some(PurchaseEnd::Tac)];
    assert_eq!((books, &ends[..2]), ([49_800, 0, 200, 0, 0], &expected[..]));
}

/// Two open purchases of one card, of which the second was paid: the balances tell which.
#[test]
fn the_balances_tell_which_of_two_open_purchases_was_paid() {
    let mut scene = Scene::new();
    let first = scene.lost_purchase(450, 1);
    let (second, _) = scene.purchase(200, 3);
    let next = Report::Grey(scene.grey(500, 9));
    let (books, ends, _) = in_every_order(&[first, second, next]);
    let expected = [Some(PurchaseEnd::Void), Some(PurchaseEnd::Succession)];
    assert_eq!((books, &ends[..2]), ([49_300, 500, 0, 0, 200], &expected[..]));
}

/// Nobody is paid for a number that he only says he used: the balances must agree.
#[test]
fn a_claimed_hole_that_the_balances_do_not_show_pays_nobody() {
    let mut scene = Scene::new();
    let (unheard, _) = scene.purchase(450, 1);
    let Report::PurchaseUnknown(mut terms) = unheard else { unreachable!() };
    terms.amount = cents(999);
    let next = Report::Grey(scene.grey(500, 9));
    let (books, ends, scene) = in_every_order(&[Report::PurchaseUnknown(terms), next]);
    assert_eq!((books, ends[0]), ([48_501, 1_499, 0, 0, 0], Some(PurchaseEnd::Open)));
    assert!(scene.has(Code::BalancesDisagree));
}

#[test]
fn purchases_and_loads_are_links_of_the_chain_that_settles_a_lock() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    let (_, paid) = scene.purchase(450, 3);
    scene.card.balance += 3_000;
    scene.card.otc += 1;
    let (unknown, _) = scene.purchase(50, 5);
    let next = Report::Grey(scene.grey(500, 9));
    for order in orders(4) {
        let mut scene = Scene::new();
        for place in order {
            match place {
                0 => drop(scene.hear(&Report::Grey(first))),
                1 => drop(scene.hear(&paid)),
                2 => drop(scene.hear(&unknown)),
                _ => drop(scene.hear(&next)),
            }
        }
        let load = OnlineChange {
            asn: CARD,
            purse: Purse::Ed,
            otc: 0,
            by: 3_000,
            kind: ChangeKind::Money,
        };
        scene.host.change(load, at(201)).unwrap();
        assert_eq!(scene.books(), [50_000, 500, 2_450, 0, 50]);
        assert_eq!(end(&scene, 3), Some(PurchaseEnd::Succession));
    }
}

/// A lock whose neighbour is a purchase that was not heard waits for it.
#[test]
fn a_purchase_that_is_not_heard_is_a_gap_until_it_is() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    let (_, paid) = scene.purchase(450, 3);
    let next = scene.grey(500, 9);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(next));
    assert!(scene.has(Code::SuccessionGap) && !scene.has(Code::BalancesDisagree));
    scene.hear(&paid);
    assert_eq!(scene.books(), [47_050, 500, 2_450, 0, 0]);
}

#[test]
fn a_station_that_takes_a_purchase_back_is_believed_until_the_card_says_otherwise() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    let Report::PurchaseUnknown(terms) = unknown else { unreachable!() };
    let void = Report::Void(terms.id.tid, terms.id.ttc);
    let (books, ends, _) = in_every_order(&[unknown, void]);
    assert_eq!((books, ends[0]), ([50_000, 0, 0, 0, 0], Some(PurchaseEnd::Void)));
    let next = Report::Grey(scene.grey(500, 9));
    let (books, ..) = in_every_order(&[unknown, void, next]);
    assert_eq!(books, [49_050, 500, 0, 0, 450], "the cardholder paid");
    let (books, _, scene) = in_every_order(&[paid, void]);
    assert_eq!(books, [49_550, 0, 450, 0, 0]);
    assert!(scene.has(Code::NoticeAgainstRecord));
}

/// One number is one change: the second is a copied card's, named and paid as a loss.
#[test]
fn two_changes_of_one_number_are_two_cards() {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let (_, first) = scene.purchase(450, 1);
    let (terms, answer) = copy.purchase(&mut scene.psam, 300, 5);
    let (books, _, after) = in_every_order(&[first, Report::Purchase(terms, answer)]);
    assert_eq!(books, [49_550, 0, 750, 0, 0], "the station gave both goods");
    assert_eq!(after.host.blacklist(), [(CARD, Code::ClonedOrRolledBackCard)]);
    assert!(after.has(Code::LossBooked));
    let mut locked = scene.card.clone();
    locked.balance = OPENING;
    locked.ctc = FIRST_CTC;
    let (record, tac) = locked.whole_sale(&mut scene.psam, 2_000, 9);
    let (books, _, after) = in_every_order(&[first, Report::Sale(record, tac)]);
    assert_eq!(books, [48_000, 0, 2_450, 0, 0], "the lock's is the float, the purchase a loss");
    assert_eq!(after.host.blacklist(), [(CARD, Code::ClonedOrRolledBackCard)]);
}

/// What somebody on the wire makes of MAC2 costs nobody his money, and blacklists no card.
#[test]
fn a_wrong_mac2_is_told_and_the_tac_pays() {
    let mut scene = Scene::new();
    let (terms, answer) = scene.card.purchase(&mut scene.psam, 450, 1);
    let wrong = PurchaseAnswer { mac2: Mac([0xEE; 4]), ..answer };
    scene.hear(&Report::Purchase(terms, wrong));
    assert!(scene.has(Code::Mac2Wrong));
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0]);
    assert!(scene.host.blacklist().is_empty());
}

#[test]
fn a_number_is_a_lock_or_a_purchase() {
    let mut scene = Scene::new();
    let (record, tac): (ClaimedRecord, Mac) = scene.sale(2_000, 1);
    scene.hear(&Report::Sale(record, tac));
    let (mut terms, answer) = scene.card.purchase(&mut scene.psam, 450, 5);
    terms.id.ttc = record.terms.id.ttc;
    let heard = scene.hear(&Report::Purchase(terms, answer));
    assert_eq!(heard.news, News::Quarantined(Code::RecordDisagrees));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn a_purchase_of_a_replaced_card_is_the_centres_loss_beyond_what_was_held_back() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    let (_, late) = scene.purchase(300, 3);
    scene.hear(&unknown);
    assert_eq!(scene.replace(), [49_550, 0]);
    scene.hear(&paid);
    assert_eq!(scene.books(), [0, 0, 450, 0, 0]);
    scene.hear(&late);
    assert_eq!(scene.books(), [0, 0, 750, 0, 0]);
    assert!(scene.has(Code::LossBooked));
    let mut scene = Scene::new();
    let unknown = scene.lost_purchase(450, 1);
    let next = Report::Grey(scene.grey(500, 9));
    scene.hear(&unknown);
    assert_eq!(scene.replace(), [49_550, 0]);
    scene.hear(&next);
    assert_eq!(scene.cardholder_claims(), 450, "it was held back for nothing");
}

#[test]
fn the_numbers_of_purchases_are_no_holes() {
    let mut scene = Scene::new();
    let (_, paid) = scene.purchase(450, 1);
    let (record, tac) = scene.sale(2_000, 5);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.host.holes(T1).missing, [1..=1]);
    scene.hear(&paid);
    assert_eq!(scene.host.holes(T1).missing, []);
}

/// No card ever comes back: two operators say whether it paid, and what becomes of the claim.
#[test]
fn two_operators_rule_a_purchase_and_its_claim() {
    let mut scene = Scene::new();
    let (unknown, paid) = scene.purchase(450, 1);
    let Report::PurchaseUnknown(terms) = unknown else { unreachable!() };
    scene.hear(&unknown);
    let refused = scene.rule(terms.id, Ruling::Debited(cents(449)));
    assert_eq!(refused, Err(Refusal::AmountDiffersFromPurchase));
    let claim = |accepted| Ruling::Claim { amount: -450, accepted };
    assert_eq!(scene.rule(terms.id, claim(true)), Err(Refusal::NoClaimOpen));
    scene.rule(terms.id, Ruling::Debited(cents(450))).unwrap();
    assert_eq!(scene.books(), [49_550, 0, 0, 0, 450]);
    let again = scene.rule(terms.id, Ruling::Debited(cents(0)));
    assert_eq!(again, Err(Refusal::LockAlreadySettled));
    scene.rule(terms.id, claim(false)).unwrap();
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0], "the goods were given after all");
    scene.rule(terms.id, claim(true)).unwrap();
    assert_eq!(scene.books(), [49_550, 0, 0, 0, 0], "paid back");
    scene.hear(&paid);
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0], "a TAC pays the station");
    assert_eq!(scene.account(&Account::WriteOff), -450, "and what was paid back is lost, by name");
    assert!(scene.has(Code::LossBooked));
    let mut scene = Scene::new();
    scene.hear(&unknown);
    scene.rule(terms.id, Ruling::Debited(cents(0))).unwrap();
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
    scene.hear(&paid);
    assert_eq!(scene.books(), [49_550, 0, 450, 0, 0], "the card knows better");
}
