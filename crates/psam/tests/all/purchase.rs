//! INIT SAM PURCHASE and CREDIT SAM PURCHASE (protocol §8).

use psam::Profile;
use wire::{Dispersing, PsamCommand, Purse, Ttc};

use crate::support::*;

/// Both schemes, both purses, every number of levels: `buy` holds MAC1 against the card's.
#[test]
fn a_purchase_is_made_under_sespk_and_credited_by_mac2() {
    let levels = [[0x11; 8], [0x22; 8], [0x33; 8]];
    for (key, purse) in [(SEED, Purse::Ed), (SEED, Purse::Ep), (FIELD, Purse::Ed)] {
        for count in 0..=3 {
            let dispersing = Dispersing::new(&levels[..count]).unwrap();
            let mut sam = new_sam();
            let sale = Card { dispersing, purse, ..Card::new(1, key) }.buy(&mut sam, 500);
            assert_eq!(sale.ttc, Ttc(1));
            assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000);
            assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000, "once more");
        }
    }
}

#[test]
fn the_third_wrong_mac2_drops_the_purchase() {
    let mut sam = new_sam();
    let sale = Card::new(1, SEED).buy(&mut sam, 500);
    for _ in 0..2 {
        assert_eq!(status(&mut sam, &sale.credit(false)), 0x9302);
    }
    assert_eq!(status(&mut copy_of(&mut sam), &sale.credit(true)), 0x6985, "it waits in RAM");
    assert_eq!(status(&mut sam, &sale.credit(false)), 0x9302);
    assert_eq!(status(&mut sam, &sale.credit(true)), 0x6985);
}

/// Once MAC2 agreed, the proof was given: wrong ones change nothing.
#[test]
fn a_credited_purchase_stays_credited() {
    let mut sam = new_sam();
    let sale = Card::new(1, SEED).buy(&mut sam, 500);
    assert_eq!(status(&mut sam, &sale.credit(false)), 0x9302);
    assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000);
    for _ in 0..4 {
        assert_eq!(status(&mut sam, &sale.credit(false)), 0x9302);
    }
    assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000);
}

/// A wrong MAC2 is that of another amount, card, CTC or TTC.
#[test]
fn the_mac2_of_another_purchase_is_wrong() {
    let card = Card::new(1, SEED);
    let others: [fn(Sale) -> Sale; 4] = [
        |sale| Sale { units: 501, ..sale },
        |sale| Sale { ttc: Ttc(sale.ttc.0 + 1), ..sale },
        |sale| Sale { card: Card { ctc: 8, ..sale.card }, ..sale },
        |sale| Sale { card: Card::new(2, SEED), ..sale },
    ];
    for other in others {
        let mut sam = new_sam();
        let sale = card.buy(&mut sam, 500);
        assert_eq!(status(&mut sam, &other(sale).credit(true)), 0x9302);
    }
}

#[test]
fn a_purchase_ends_with_the_next_one_select_reset_and_power() {
    let ends: [fn(Sam) -> Sam; 4] = [
        |mut sam| {
            Card::new(2, SEED).buy(&mut sam, 9);
            sam
        },
        |mut sam| {
            select(&mut sam);
            sam
        },
        |mut sam| {
            sam.reset();
            select(&mut sam);
            sam
        },
        power_cycle,
    ];
    for (end, expected) in ends.into_iter().zip([0x9302, 0x6985, 0x6985, 0x6985]) {
        let mut sam = new_sam();
        let sale = Card::new(1, SEED).buy(&mut sam, 500);
        let mut sam = end(sam);
        assert_eq!(status(&mut sam, &sale.credit(true)), expected);
    }
}

/// Locks of other nozzles go on beside it, and share its numbers.
#[test]
fn locks_and_a_purchase_do_not_disturb_each_other() {
    let mut sam = new_sam();
    let first = Card::new(1, SEED).start(&mut sam);
    let sale = Card::new(2, SEED).buy(&mut sam, 500);
    let second = Card::new(3, SEED).certify(&mut sam);
    assert_eq!([first.ttc, sale.ttc, second.ttc], [1, 2, 3].map(Ttc));
    assert_eq!(status(&mut sam, &first.certificate()), 0x9000);
    assert_eq!(send(&mut sam, &second.debit(5).encode()), (second.expected(5), 0x9000));
    assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000);
    assert_eq!(status(&mut sam, &PsamCommand::GetGmac(sale.ttc)), 0x6A88, "it is no lock");
    let sale = Card::new(2, SEED).buy(&mut sam, 500);
    let newest = PsamCommand::CertificateGreyLock { ttc: None, mac2: second.mac2() };
    assert_eq!(status(&mut sam, &newest), 0x6A88, "the newest INIT is that of a purchase");
    assert_eq!(status(&mut sam, &sale.credit(true)), 0x9000);
}

#[test]
fn the_numbers_end_for_purchases_too() {
    let mut sam = sam_of(&Profile { first_ttc: u32::MAX - 1, ..profile() });
    Card::new(1, SEED).buy(&mut sam, 500);
    assert_eq!(status(&mut sam, &Card::new(1, SEED).init_purchase(5)), 0x9402);
}
