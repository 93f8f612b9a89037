//! The order of a purchase's steps, and what the centre hears of each (protocol §9).

use terminal::PurchaseProgress;
use wire::*;

use crate::records::*;

fn purchase() -> PurchaseTerms {
    let LockTerms { id, icc, balance, limit, at, key, .. } = terms();
    PurchaseTerms { id, icc, amount: Amount::new(450).unwrap(), balance, limit, at, key }
}

const fn answer(byte: u8) -> PurchaseAnswer {
    PurchaseAnswer { tac: Mac([byte; 4]), mac2: Mac([6; 4]) }
}

#[test]
fn the_steps_of_a_purchase_follow_in_their_order_only() {
    let (sent, first, other) = (PurchaseStep::Sent(purchase()), answer(1), answer(2));
    let steps = [sent, PurchaseStep::Paid(first), PurchaseStep::Paid(other), PurchaseStep::Void];
    let open = PurchaseProgress::Sent(purchase());
    let paid = PurchaseProgress::Paid(purchase(), first, None);
    let rows = [
        (None, [true, false, false, false]),
        (Some(open), [false, true, true, true]),
        (Some(paid), [false, false, true, false]),
        (Some(PurchaseProgress::Paid(purchase(), first, Some(other))), [false; 4]),
        (Some(PurchaseProgress::Void(purchase())), [false; 4]),
    ];
    for (before, may_follow) in rows {
        let follows = steps.map(|step| PurchaseProgress::after(before, &step).is_ok());
        assert_eq!(follows, may_follow, "after {before:?}");
    }
}

#[test]
fn an_answer_that_is_kept_is_never_replaced() {
    let both = PurchaseProgress::Paid(purchase(), answer(1), Some(answer(2)));
    let reports = [answer(1), answer(2)].map(|answer| Report::Purchase(purchase(), answer));
    assert_eq!(both.reports().collect::<Vec<_>>(), reports);
    let unknown = PurchaseProgress::Sent(purchase()).reports().collect::<Vec<_>>();
    assert_eq!(unknown, [Report::PurchaseUnknown(purchase())], "never silence");
    let LockId { tid, ttc, .. } = purchase().id;
    let void = PurchaseProgress::Void(purchase()).reports().collect::<Vec<_>>();
    assert_eq!(void, [Report::PurchaseUnknown(purchase()), Report::Void(tid, ttc)]);
}
