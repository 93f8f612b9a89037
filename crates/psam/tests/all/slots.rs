//! Sixteen slots: who stays, who goes, and in which order (protocol §8).

use psam::SLOTS;
use wire::Ttc;

use crate::support::*;

fn pending(sam: &Sam) -> Vec<u32> {
    sam.view().pending().map(|lock| lock.ttc.0).collect()
}

fn certified_crowd() -> (Sam, Vec<Session>) {
    let mut sam = new_sam();
    let sessions = (0..16).map(|number| {
        Card::new(number, if number % 2 == 0 { SEED } else { FIELD }).certify(&mut sam)
    });
    let sessions = sessions.collect();
    (sam, sessions)
}

#[test]
fn sixteen_certified_locks_survive_power_loss_and_the_seventeenth_is_refused() {
    assert_eq!(SLOTS, 16);
    let (sam, sessions) = certified_crowd();
    let view = sam.view();
    assert_eq!(pending(&sam), (1..=16).rev().collect::<Vec<_>>(), "newest first");

    let mut sam = power_cycle(sam);
    assert_eq!(sam.view(), view);
    let bytes = sam.nvm_mut().bytes.clone();
    assert_eq!(status(&mut sam, &Card::new(17, SEED).init()), 0x6A84);
    assert_eq!(sam.nvm_mut().bytes, bytes, "a refused INIT changes nothing and draws no TTC");

    for session in sessions {
        let debit = session.debit(500).encode();
        assert_eq!(
            send(&mut sam, &debit),
            (session.expected(500), 0x9000),
            "each still gives its GMAC"
        );
        sam = power_cycle(sam);
        assert_eq!(
            send(&mut sam, &session.get_gmac().encode()),
            (session.expected(500), 0x9000),
            "and again"
        );
    }
}

#[test]
fn a_gmac_frees_a_slot_and_the_oldest_given_one_goes_first() {
    let (mut sam, sessions) = certified_crowd();
    for given in [9, 3, 12] {
        assert_eq!(status(&mut sam, &sessions[given].debit(1)), 0x9000);
    }
    let mut fresh = Vec::new();
    for (number, gone) in [(20, 3), (21, 9), (22, 12)] {
        assert_eq!(
            status(&mut sam, &sessions[gone].get_gmac()),
            0x9000,
            "there until its slot is needed"
        );
        fresh.push(Card::new(number, SEED).certify(&mut sam));
        assert_eq!(status(&mut sam, &sessions[gone].get_gmac()), 0x6A88);
        assert_eq!(status(&mut sam, &sessions[gone].certificate()), 0x6A88);
        assert_eq!(status(&mut sam, &sessions[gone].debit(1)), 0x6A88);
    }
    assert_eq!(status(&mut sam, &Card::new(23, SEED).init()), 0x6A84);
    for session in fresh {
        assert_eq!(send(&mut sam, &session.debit(2).encode()), (session.expected(2), 0x9000));
    }
}

#[test]
fn uncertified_locks_go_after_given_ones_and_before_certified_ones() {
    let mut sam = new_sam();
    let drawn: Vec<_> = (0..4).map(|number| Card::new(number, SEED).start(&mut sam)).collect();
    let given: Vec<_> = (4..6).map(|number| Card::new(number, SEED).give(&mut sam, 9)).collect();
    let kept: Vec<_> = (6..16).map(|number| Card::new(number, SEED).certify(&mut sam)).collect();
    // The given ones are younger than the uncertified ones, and go before them all the same.
    for gone in given.iter().chain(&drawn) {
        assert!(pending(&sam).contains(&gone.ttc.0));
        let session = Card::new(30, SEED).certify(&mut sam);
        let now = pending(&sam);
        assert!(!now.contains(&gone.ttc.0) && now.contains(&session.ttc.0) && now.len() == SLOTS);
    }
    assert_eq!(status(&mut sam, &Card::new(31, SEED).init()), 0x6A84);
    for session in kept {
        assert_eq!(
            status(&mut sam, &session.debit(1)),
            0x9000,
            "a certified one was never dropped"
        );
    }
}

/// An attempt that never reached the card has the same ASN and CTC as the next one (protocol §9).
#[test]
fn a_hundred_abandoned_attempts_need_no_room() {
    let mut sam = new_sam();
    let kept = Card::new(1, SEED).certify(&mut sam);
    for ttc in 2..=100 {
        assert_eq!(Card::new(2, SEED).start(&mut sam).ttc, Ttc(ttc));
    }
    assert_eq!(pending(&sam), (86..=100).rev().chain([1]).collect::<Vec<_>>());
    assert_eq!(status(&mut sam, &kept.debit(1)), 0x9000);
}

/// Without TTC, CERTIFICATE means the newest INIT and no other lock.
#[test]
fn certificate_without_ttc_means_the_newest_init_only() {
    let mut sam = new_sam();
    let without_ttc = |session: &Session| wire::PsamCommand::CertificateGreyLock {
        ttc: None,
        mac2: session.mac2(),
    };
    let older = Card::new(1, SEED).start(&mut sam);
    let newest = Card::new(2, SEED).start(&mut sam);
    assert_eq!(status(&mut sam, &without_ttc(&older)), 0x9302, "counts for the newest");
    let mut sam = power_cycle(sam);
    assert_eq!(sam.view().pending().map(|lock| lock.wrong_mac2).collect::<Vec<_>>(), [1, 0]);
    for _ in 0..2 {
        assert_eq!(status(&mut sam, &without_ttc(&older)), 0x9302);
    }
    assert_eq!(pending(&sam), [older.ttc.0], "three wrong ones dropped the newest");
    assert_eq!(status(&mut sam, &without_ttc(&newest)), 0x6A88);
    assert_eq!(
        status(&mut sam, &without_ttc(&older)),
        0x6A88,
        "the older one has a younger INIT behind it"
    );
    assert_eq!(status(&mut sam, &older.certificate()), 0x9000);
}

/// Without TTC, DEBIT means the newest certified lock of that card and purse with CTC + 1, else with CTC.
#[test]
fn debit_without_ttc_prefers_certified_next_newest() {
    let mut sam = new_sam();
    let card = Card::new(1, SEED);
    let at = |ctc| Card { ctc, ..card };
    let debit = |session: &Session, ctc: u16, units: u32| {
        let fields =
            wire::psam_command::DebitGreyUnlock { ctc, ttc: None, ..session.debit_fields(units) };
        wire::PsamCommand::DebitGreyUnlock(fields).encode()
    };
    let old = at(5).certify(&mut sam);
    let new = at(5).certify(&mut sam);
    let same = at(6).certify(&mut sam);
    let uncertified = at(5).start(&mut sam);
    let other_purse = Card { purse: wire::Purse::Ep, ..at(5) }.certify(&mut sam);

    assert_eq!(
        send(&mut sam, &debit(&old, 6, 11)),
        (new.expected(11), 0x9000),
        "n + 1 goes before n, newest first"
    );
    assert_eq!(
        send(&mut sam, &debit(&old, 6, 12)).1,
        0x6985,
        "a given one is still meant, and stays as given"
    );
    assert_eq!(send(&mut sam, &debit(&old, 7, 13)), (same.expected(13), 0x9000));
    assert_eq!(
        send(&mut sam, &debit(&old, 5, 11)),
        (new.expected(11), 0x9000),
        "n, where there is no n + 1"
    );
    assert_eq!(
        send(&mut sam, &old.debit(14).encode()),
        (old.expected(14), 0x9000),
        "each one by its TTC"
    );
    assert_eq!(send(&mut sam, &debit(&other_purse, 6, 15)), (other_purse.expected(15), 0x9000));
    assert_eq!(status(&mut sam, &uncertified.debit(1)), 0x6985);

    let lonely = Card::new(2, SEED).start(&mut sam);
    assert_eq!(send(&mut sam, &debit(&lonely, 8, 1)).1, 0x6985, "uncertified, and not unknown");
    assert_eq!(send(&mut sam, &debit(&lonely, 9, 1)).1, 0x6A88);
}

/// CTC FFFF has no n + 1; nothing wraps to 0.
#[test]
fn the_last_ctc_does_not_wrap() {
    let mut sam = new_sam();
    let session = Card { ctc: u16::MAX, ..Card::new(1, SEED) }.certify(&mut sam);
    let debit = |ctc| {
        let fields = wire::psam_command::DebitGreyUnlock {
            purse: wire::Purse::Ed,
            asn: session.card.asn,
            ctc,
            amount: amount(1),
            end: Some(end()),
            ttc: Some(session.ttc),
        };
        wire::PsamCommand::DebitGreyUnlock(fields)
    };
    assert_eq!(status(&mut sam, &debit(0)), 0x6A88);
    assert_eq!(status(&mut sam, &debit(u16::MAX)), 0x9000);
}

#[test]
fn a_lock_certified_once_stays_certified_whatever_code_comes() {
    let mut sam = new_sam();
    let session = Card::new(1, FIELD).certify(&mut sam);
    for _ in 0..5 {
        assert_eq!(status(&mut sam, &session.wrong_certificate()), 0x9302);
        assert_eq!(status(&mut sam, &session.certificate()), 0x9000);
    }
    assert_eq!(send(&mut sam, &session.debit(3).encode()), (session.expected(3), 0x9000));
}
