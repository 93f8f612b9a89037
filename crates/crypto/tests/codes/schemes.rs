//! What each scheme proves, seen from outside: which changed field changes which code.

use crypto::session::Randoms;
use crypto::{Debit, Key, Lock, Online, SessionKey, TacKey};
use wire::{Amount, Asn, Date, Dispersing, Icc, Mac, Purse, Scheme, Tid, Time, Trn, Ttc};

fn key() -> Key {
    Key::new([0x11; 16]).diversify([7; 8])
}

fn tac_key() -> TacKey {
    Key::new([0x22; 16]).diversify([7; 8]).folded()
}

fn lock(scheme: Scheme) -> Lock {
    Lock {
        scheme,
        purse: Purse::Ed,
        balance: Amount::new(100_000).unwrap(),
        ctc: 42,
        icc: Icc([1, 2, 3, 4]),
        tid: Tid([0xA1; 6]),
        ttc: Ttc(0x0001_0002),
        date: Date::new(2026, 2, 14).unwrap(),
        time: Time::new(23, 59, 58).unwrap(),
    }
}

fn debit() -> Debit {
    Debit {
        purse: Purse::Ed,
        amount: Amount::new(1234).unwrap(),
        tid: Tid([0xA1; 6]),
        ttc: Ttc(0x0001_0002),
        date: Date::new(2026, 2, 15).unwrap(),
        time: Time::new(0, 1, 2).unwrap(),
    }
}

fn source(lock: &Lock, trn: Trn) -> SessionKey {
    let random = Randoms { icc: lock.icc, ctc: lock.ctc, ttc: lock.ttc, trn, tid: lock.tid };
    SessionKey::locking_source(&key(), lock.scheme, &random)
}

/// MAC1, MAC2 and GTAC under one source, so that only the inputs count.
fn codes(lock: &Lock) -> [Mac; 3] {
    let source = SessionKey::new([9; 8]);
    [lock.mac1(&source), lock.mac2(&source), lock.gtac(&source, &tac_key())]
}

/// Which of MAC1, MAC2 and GTAC a change to the lock changes.
fn changed(scheme: Scheme, change: impl Fn(&mut Lock)) -> [bool; 3] {
    let (before, mut after) = (lock(scheme), lock(scheme));
    change(&mut after);
    let pairs = codes(&before).into_iter().zip(codes(&after));
    let differ: Vec<bool> = pairs.map(|(one, other)| one != other).collect();
    differ.try_into().unwrap()
}

#[test]
fn every_field_of_a_lock_is_in_the_codes_that_name_it() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let seed = scheme == Scheme::Seed;
        assert_eq!(changed(scheme, |lock| lock.purse = Purse::Ep), [true; 3]);
        assert_eq!(changed(scheme, |lock| lock.tid.0[5] ^= 1), [true; 3]);
        assert_eq!(changed(scheme, |lock| lock.date = Date::new(2026, 2, 13).unwrap()), [true; 3]);
        assert_eq!(changed(scheme, |lock| lock.time = Time::new(23, 59, 57).unwrap()), [true; 3]);
        assert_eq!(changed(scheme, |lock| lock.balance = Amount::ZERO), [false, true, true]);
        assert_eq!(changed(scheme, |lock| lock.ctc = 43), [false, false, true]);
        assert_eq!(changed(scheme, |lock| lock.icc.0[0] ^= 1), [false, false, true]);
        // The high half of TTC, which the session key does not hold.
        assert_eq!(changed(scheme, |lock| lock.ttc = Ttc(0x0002_0002)), [seed, seed, true]);
    }
}

#[test]
fn the_source_holds_the_low_half_of_ttc_and_trn_in_the_field_scheme_only() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let made = |change: fn(&mut Lock), trn: [u8; 4]| {
            let mut lock = lock(scheme);
            change(&mut lock);
            source(&lock, Trn(trn)).expose().to_vec()
        };
        let plain = made(|_| {}, [0x80, 0, 0, 1]);
        assert_eq!(made(|lock| lock.ttc = Ttc(0x0002_0002), [0x80, 0, 0, 1]), plain);
        assert_ne!(made(|lock| lock.ttc = Ttc(0x0001_0003), [0x80, 0, 0, 1]), plain);
        assert_ne!(made(|lock| lock.ctc = 43, [0x80, 0, 0, 1]), plain);
        assert_ne!(made(|lock| lock.icc = Icc([1, 2, 3, 5]), [0x80, 0, 0, 1]), plain);
        let other_trn = made(|_| {}, [0x80, 0, 0, 2]);
        assert_eq!(other_trn == plain, scheme == Scheme::Seed, "{scheme:?}");
    }
}

#[test]
fn an_online_session_has_8000_where_an_offline_one_has_ttc() {
    let (key, icc, tid) = (key(), Icc([1, 2, 3, 4]), Tid([0; 6]));
    let made = |otc| SessionKey::online(Online::Unlock, &key, icc, otc, tid);
    let (online, offline) = (made(42), |ttc| SessionKey::offline(&key, icc, 42, Ttc(ttc), tid));
    assert_ne!(online.expose(), offline(0).expose());
    // A TTC that ends in 8000 meets it, so each main key serves one of the two kinds only.
    assert_eq!(online.expose(), offline(0x8000).expose());
    assert_ne!(online.expose(), made(43).expose());
}

#[test]
fn the_field_gmac_proves_the_amount_alone() {
    let source = SessionKey::new([9; 8]);
    let changes: [fn(&mut Debit); 5] = [
        |debit| debit.purse = Purse::Ep,
        |debit| debit.tid.0[0] ^= 1,
        |debit| debit.ttc = Ttc(0x0002_0002),
        |debit| debit.date = Date::new(2026, 2, 16).unwrap(),
        |debit| debit.time = Time::new(0, 1, 3).unwrap(),
    ];
    for change in changes {
        let mut other = debit();
        change(&mut other);
        assert_eq!(other.gmac(&source, Scheme::Field), debit().gmac(&source, Scheme::Field));
        assert_ne!(other.gmac(&source, Scheme::Seed), debit().gmac(&source, Scheme::Seed));
        assert_ne!(other.tac(&tac_key()), debit().tac(&tac_key()));
    }
    let other = Debit { amount: Amount::new(1235).unwrap(), ..debit() };
    for scheme in [Scheme::Seed, Scheme::Field] {
        assert_ne!(other.gmac(&source, scheme), debit().gmac(&source, scheme));
    }
}

#[test]
fn sam_tac_names_the_card_and_its_change() {
    let (dsk, asn) = (Key::new([0x33; 16]).for_psam(Tid([0xA1; 6])), Asn([0x62; 8]));
    for scheme in [Scheme::Seed, Scheme::Field] {
        let made = debit().sam_tac(&dsk, scheme, asn, 42);
        assert_ne!(made, debit().sam_tac(&dsk, scheme, Asn([0x63; 8]), 42));
        assert_ne!(made, debit().sam_tac(&dsk, scheme, asn, 43));
        let later = Debit { time: Time::new(0, 1, 3).unwrap(), ..debit() };
        let same = made == later.sam_tac(&dsk, scheme, asn, 42);
        assert_eq!(same, scheme == Scheme::Field, "the end of the service is zero there");
    }
}

#[test]
fn dispersing_goes_outermost_first_and_the_asn_last() {
    let (main, asn) = (Key::new([0x44; 16]), Asn([0x62; 8]));
    let inner_first = Dispersing::new(&[[1; 8], [2; 8]]).unwrap();
    let by_hand = main.diversify([2; 8]).diversify([1; 8]).diversify(asn.0);
    assert_eq!(main.for_card(asn, &inner_first).expose(), by_hand.expose());
    let none = main.for_card(asn, &Dispersing::NONE);
    assert_eq!(none.expose(), main.diversify(asn.0).expose());
}

/// Why the centre issues no ASN of digits 6 to 9 only: such a card and its complement have one TAC key.
#[test]
fn complementary_asns_share_a_tac_key() {
    let (main, asn) = (Key::new([0x55; 16]), Asn([0x67; 8]));
    let complement = Asn(asn.0.map(|byte| !byte));
    assert!(asn.complement_is_bcd());
    let tac_key = |asn| main.for_card(asn, &Dispersing::NONE).folded().expose().to_vec();
    assert_eq!(tac_key(asn), tac_key(complement));
}
