//! One lock is paid once, whatever proves its debit and in whatever order.

use host::{Account, StationId};
use wire::{Purse, Report};

use crate::support::*;

fn paid(scene: &Scene, lock: wire::LockId) -> i64 {
    let payable = Account::StationPayable(StationId::from(NORTH));
    let postings = scene.host.postings();
    let of_lock = postings.iter().filter(|posting| posting.lock == Some(lock));
    of_lock.map(|posting| posting.lines.amount(&payable)).sum()
}

#[test]
fn the_ledger_never_pays_a_lock_twice() {
    let mut books = Vec::new();
    for order in orders(6) {
        let mut scene = Scene::new();
        let record = scene.grey(2_000, 1);
        scene.hear(&Report::Grey(record));
        let mut copy = scene.card.clone();
        let decision = decided(scene.ask(100));
        let mac3 = scene.card.obey(&decision);
        let status = scene.card.unread();
        let tac = copy.debit(&record);
        let next = scene.grey(500, 120);
        for event in order {
            match event {
                0 => drop(scene.hear(&Report::Grey(record))),
                1 => drop(scene.hear(&Report::Sale(record, tac))),
                2 => drop(scene.hear(&Report::TacSeen(CARD, copy.unread()))),
                3 => drop(scene.host.confirm(CARD, Some(Purse::Ed), 0, mac3, at(130)).unwrap()),
                4 => drop(scene.hear(&Report::TacSeen(CARD, status))),
                _ => drop(scene.hear(&Report::Grey(next))),
            }
            assert!(paid(&scene, record.terms.id) <= 2_000);
        }
        assert_eq!(paid(&scene, record.terms.id), 2_000);
        books.push(scene.books());
    }
    assert_eq!(books.len(), 720);
    assert!(books.iter().all(|other| *other == [47_500, 500, 2_000, 0, 0]));
}

#[test]
fn a_replacement_in_between_pays_no_lock_twice_either() {
    for order in orders(5) {
        let mut scene = Scene::new();
        let record = scene.grey(2_000, 1);
        let tac = scene.card.debit(&record);
        let status = scene.card.unread();
        let next = scene.grey(500, 120);
        for event in order {
            match event {
                0 => drop(scene.hear(&Report::Grey(record))),
                1 => drop(scene.hear(&Report::Sale(record, tac))),
                2 => drop(scene.hear(&Report::TacSeen(CARD, status))),
                3 => drop(scene.hear(&Report::Grey(next))),
                _ => drop(scene.replace()),
            }
        }
        assert_eq!(paid(&scene, record.terms.id), 2_000);
        assert_eq!(paid(&scene, next.terms.id), 500, "grey on a lost card");
        let money = scene.replace()[0];
        let lost = scene.account(&Account::WriteOff);
        assert_eq!(i128::from(money) - lost.abs(), 47_500, "too much handed out is the loss");
        assert_eq!((scene.float(), scene.reserved()), (0, 0));
    }
}

#[test]
fn row_centre_unlocked_with_zero_then_record_and_tac_arrive_is_a_claim_in_every_order() {
    for order in orders(3) {
        let mut scene = Scene::new();
        let grey = scene.card.lock(&mut scene.psam, at(1));
        scene.hear(&Report::NoDispense(grey.terms));
        let mut copy = scene.card.clone();
        let decision = decided(scene.ask(100));
        let mac3 = scene.card.obey(&decision);
        let record = scene.psam.claim(&grey, 2_000, at(2));
        let tac = copy.debit(&record);
        for event in order {
            match event {
                0 => drop(scene.hear(&Report::Sale(record, tac))),
                1 => drop(scene.hear(&Report::TacSeen(CARD, copy.unread()))),
                _ => drop(scene.host.confirm(CARD, None, 0, mac3, at(130)).unwrap()),
            }
        }
        assert_eq!(scene.books(), [50_000, 0, 0, 2_000, 0], "what the centre answered stands");
        assert!(scene.has(host::Code::LockDebitedTwice) && scene.has(host::Code::StationClaim));
    }
}
