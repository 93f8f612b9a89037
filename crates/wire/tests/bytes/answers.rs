//! Answers and files: bytes written out by hand, and round trips.

use proptest::prelude::*;
use wire::files::{LogRecord, PublicData};
use wire::response::{
    InitLoad, InitRefuel, InitSam, InitSamPurchase, InitUnlock, InitUpdate, LockAnswer, Proof,
    PurchaseAnswer,
};
use wire::{
    Amount, Date, GreyState, GreyStatus, Icc, KeyRef, Kind, Limit, Mac, Purse, Scheme, StatusMore,
    Tid, Time, Trn, Ttc,
};

use crate::{any, bytes};

const ICC: Icc = Icc([0x1A, 0x1B, 0x1C, 0x1D]);
const KEY: KeyRef = KeyRef { version: 7, algorithm: 0x10 };
const TID: Tid = Tid([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6]);

fn amount(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

/// One layout: the value, its bytes, and both ways between them.
macro_rules! layout {
    ($name:ident, $type:ty, $value:expr, $text:literal) => {
        #[test]
        fn $name() {
            let (value, golden): ($type, _) = ($value, bytes($text));
            assert_eq!(hex::encode(value.encode().as_slice()), hex::encode(&golden));
            assert_eq!(<$type>::parse(&golden), Some(value));
            for len in 0..golden.len() {
                assert_eq!(<$type>::parse(&golden[..len]), None, "{len} bytes");
            }
            assert_eq!(<$type>::parse(&[golden, vec![0]].concat()), None, "one byte more");
        }
    };
}

layout!(
    initialize_for_refuel,
    InitRefuel,
    InitRefuel {
        balance: amount(100_000),
        ctc: 42,
        limit: Limit::new(0x01_0203).unwrap(),
        key: KEY,
        icc: ICC
    },
    "000186a0 002a 010203 07 10 1a1b1c1d"
);
layout!(
    lock_for_refuel,
    LockAnswer,
    LockAnswer { gtac: Mac([1, 2, 3, 4]), mac2: Mac([5, 6, 7, 8]) },
    "01020304 05060708"
);
layout!(
    initialize_for_unlock,
    InitUnlock,
    InitUnlock {
        balance: Amount::MAX,
        ctc: 43,
        otc: 0x0506,
        key: KEY,
        icc: ICC,
        mac1: Mac([1, 2, 3, 4])
    },
    "7fffffff 002b 0506 07 10 1a1b1c1d 01020304"
);
layout!(
    init_sam_grey_lock,
    InitSam,
    InitSam { ttc: Ttc(0x0001_0002), trn: Trn([0x81, 2, 3, 4]), mac1: Mac([5, 6, 7, 8]) },
    "00010002 81020304 05060708"
);
layout!(
    initialize_for_load,
    InitLoad,
    InitLoad { balance: amount(100_000), otc: 0x0506, key: KEY, icc: ICC, mac1: Mac([1, 2, 3, 4]) },
    "000186a0 0506 07 10 1a1b1c1d 01020304"
);
layout!(
    initialize_for_update,
    InitUpdate,
    InitUpdate {
        balance: amount(100_000),
        otc: 0x0506,
        limit: Limit::new(0x0A_0B0C).unwrap(),
        key: KEY,
        icc: ICC,
        mac1: Mac([1, 2, 3, 4])
    },
    "000186a0 0506 0a0b0c 07 10 1a1b1c1d 01020304"
);
layout!(
    debit_for_purchase,
    PurchaseAnswer,
    PurchaseAnswer { tac: Mac([1, 2, 3, 4]), mac2: Mac([5, 6, 7, 8]) },
    "01020304 05060708"
);
layout!(
    get_transaction_prove,
    Proof,
    Proof { mac2: Mac([0; 4]), tac: Mac([5, 6, 7, 8]) },
    "00000000 05060708"
);
layout!(
    init_sam_purchase,
    InitSamPurchase,
    InitSamPurchase { ttc: Ttc(0x0001_0002), mac1: Mac([5, 6, 7, 8]) },
    "00010002 05060708"
);
layout!(
    public_data,
    PublicData,
    PublicData {
        issuer: [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18],
        kind: 2,
        version: 1,
        number: [0x99, 0x88, 0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17],
        start: Date::new(2026, 1, 31).unwrap(),
        expiry: Date::new(2031, 12, 1).unwrap(),
        fci: [2, 1],
    },
    "1112131415161718 02 01 99886280100000000017 20260131 20311201 0201"
);
layout!(
    log_record,
    LogRecord,
    LogRecord {
        sequence: 43,
        limit: Limit::new(0x01_0203).unwrap(),
        amount: amount(0),
        tag: Kind::Debit.of(Purse::Ed),
        tid: TID,
        date: Date::new(2026, 2, 15).unwrap(),
        time: Time::new(0, 1, 2).unwrap(),
    },
    "002b 010203 00000000 93 a1a2a3a4a5a6 20260215 000102"
);

#[test]
fn public_data_tells_asn_levels_and_scheme() {
    let data = |fci: &str| {
        let text = format!("1112131415161718 02 01 99886280100000000017 20260131 20311201 {fci}");
        PublicData::parse(&bytes(&text)).unwrap()
    };
    assert_eq!(data("0000").asn().to_string(), "6280100000000017");
    for (fci, levels, scheme) in [
        ("0000", 1, Some(Scheme::Seed)),
        ("0100", 1, Some(Scheme::Seed)),
        ("0201", 2, Some(Scheme::Field)),
        ("0302", 3, None),
    ] {
        assert_eq!((data(fci).levels(), data(fci).scheme()), (levels, scheme), "{fci}");
    }
}

fn status(
    state: GreyState,
    purse: Purse,
    ctc: u16,
    at: (&str, &str),
    a: &str,
    b: &str,
) -> GreyStatus {
    let array = |text: &str| bytes(text).try_into().unwrap();
    GreyStatus {
        state,
        purse,
        balance: amount(100_000),
        ctc,
        tid: if at.0 == "00000000" { Tid::default() } else { TID },
        date: Date::from_bytes_or_zero(array(at.0)).unwrap(),
        time: Time::from_bytes(bytes(at.1).try_into().unwrap()).unwrap(),
        a: array(a),
        b: Mac(array(b)),
        more: None,
    }
}

/// The rows of the table of protocol §6, of both purses, with what P1 = 02 adds.
fn statuses() -> Vec<(GreyStatus, &'static str, &'static str)> {
    use GreyState::{Debited, Grey, Unlocked, UnlockedOnline};
    let lock = ("20260214", "235958");
    let end = ("20260215", "000102");
    vec![
        (
            status(Unlocked, Purse::Ed, 0, ("00000000", "000000"), "00000000", "00000000"),
            "00 00 01 000186a0 0000 000000000000 00000000 000000 00000000 00000000",
            "00000000 00000000 00000000 00 00",
        ),
        (
            status(Unlocked, Purse::Ep, 44, ("00000000", "000000"), "00000000", "00000000"),
            "00 00 02 000186a0 002c 000000000000 00000000 000000 00000000 00000000",
            "00000000 00000000 00000000 00 00",
        ),
        (
            status(Grey, Purse::Ed, 43, lock, "c1c2c3c4", "91929394"),
            "01 91 01 000186a0 002b a1a2a3a4a5a6 20260214 235958 c1c2c3c4 91929394",
            "00010002 1a1b1c1d 81828384 07 10",
        ),
        (
            status(Grey, Purse::Ep, 43, lock, "c1c2c3c4", "91929394"),
            "01 92 02 000186a0 002b a1a2a3a4a5a6 20260214 235958 c1c2c3c4 91929394",
            "00010002 1a1b1c1d 81828384 07 10",
        ),
        (
            status(Debited, Purse::Ed, 44, end, "00001234", "e1e2e3e4"),
            "10 93 01 000186a0 002c a1a2a3a4a5a6 20260215 000102 00001234 e1e2e3e4",
            "00010002 00000000 00000000 00 00",
        ),
        (
            status(Debited, Purse::Ep, 44, end, "00001234", "e1e2e3e4"),
            "10 94 02 000186a0 002c a1a2a3a4a5a6 20260215 000102 00001234 e1e2e3e4",
            "00010002 00000000 00000000 00 00",
        ),
        (
            status(UnlockedOnline, Purse::Ed, 44, end, "00000000", "31323334"),
            "10 95 01 000186a0 002c a1a2a3a4a5a6 20260215 000102 00000000 31323334",
            "00000506 00000000 00000000 00 00",
        ),
        (
            status(UnlockedOnline, Purse::Ep, 44, end, "00000000", "31323334"),
            "10 96 02 000186a0 002c a1a2a3a4a5a6 20260215 000102 00000000 31323334",
            "00000506 00000000 00000000 00 00",
        ),
    ]
}

fn more(text: &str) -> StatusMore {
    let bytes = bytes(text);
    let array = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    StatusMore {
        ttc: Ttc::from_bytes(array(0)),
        icc: Icc(array(4)),
        trn: Trn(array(8)),
        key: KeyRef { version: bytes[12], algorithm: bytes[13] },
    }
}

#[test]
fn grey_status_has_the_bytes_of_the_table() {
    for (short, text, added) in statuses() {
        let long = GreyStatus { more: Some(more(added)), ..short };
        assert_eq!((bytes(text).len(), bytes(added).len()), (30, 14));
        for (status, golden) in [(short, bytes(text)), (long, bytes(&[text, added].concat()))] {
            assert_eq!(hex::encode(status.encode().as_slice()), hex::encode(&golden));
            assert_eq!(GreyStatus::parse(&golden), Some(status));
        }
    }
}

#[test]
fn grey_status_has_thirty_or_forty_four_bytes() {
    let (_, text, added) = statuses()[2];
    let whole = bytes(&[text, added].concat());
    for len in 0..44 {
        assert_eq!(GreyStatus::parse(&whole[..len]).is_some(), len == 30, "{len} bytes");
    }
    assert_eq!(GreyStatus::parse(&[whole, vec![0]].concat()), None);
}

#[test]
fn state_tag_and_purse_must_agree() {
    let (_, text, _) = statuses()[2];
    let good = [
        [0x00, 0x00, 1],
        [0x00, 0x00, 2],
        [0x01, 0x91, 1],
        [0x01, 0x92, 2],
        [0x10, 0x93, 1],
        [0x10, 0x94, 2],
        [0x10, 0x95, 1],
        [0x10, 0x96, 2],
    ];
    let mut status = bytes(text);
    for state in 0..=255 {
        for tag in 0..=255 {
            for purse in 0..=3 {
                status[..3].copy_from_slice(&[state, tag, purse]);
                let taken = GreyStatus::parse(&status).is_some();
                assert_eq!(taken, good.contains(&[state, tag, purse]), "{:02x?}", &status[..3]);
            }
        }
    }
}

#[test]
fn a_is_mac2_or_the_amount() {
    let read = |index: usize| GreyStatus::parse(&bytes(statuses()[index].1)).unwrap();
    assert_eq!(read(2).mac2().to_string(), "c1c2c3c4");
    assert_eq!(read(2).amount(), None, "MAC2 is no amount");
    assert_eq!(read(4).amount(), Some(amount(0x1234)));
    assert_eq!(read(6).amount(), Some(Amount::ZERO));
}

#[test]
fn no_answer_has_an_amount_above_the_most() {
    let over = "80000000";
    assert_eq!(InitRefuel::parse(&bytes(&[over, "002a010203 07 10 1a1b1c1d"].concat())), None);
    assert_eq!(
        InitUnlock::parse(&bytes(&[over, "002b 0506 0710 1a1b1c1d 01020304"].concat())),
        None
    );
    let log = format!("002b 010203 {over} 93 a1a2a3a4a5a6 20260215 000102");
    assert_eq!(LogRecord::parse(&bytes(&log)), None);
    let status = format!("01 91 01 {over} 002b a1a2a3a4a5a6 20260214 235958 c1c2c3c4 91929394");
    assert_eq!(GreyStatus::parse(&bytes(&status)), None);
}

/// Bytes of the right length, mostly small, so that dates and amounts often pass.
fn mostly_small(len: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![8 => 0..=0x12u8, 1 => any::<u8>()], len)
}

macro_rules! holds_both_ways {
    ($type:ty, $bytes:expr) => {{
        let bytes: &[u8] = $bytes;
        if let Some(value) = <$type>::parse(bytes) {
            let again = value.encode();
            prop_assert_eq!(again.as_slice(), bytes);
        }
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn answers_come_back(
        balance in any::amount(), ctc in any::sequence(), otc in any::sequence(), limit in any::limit(),
        key in any::key(), icc in any::icc(), mac in any::mac(), ttc in any::ttc(), trn in any::trn(),
    ) {
        let refuel = InitRefuel { balance, ctc, limit, key, icc };
        prop_assert_eq!(InitRefuel::parse(&refuel.encode()), Some(refuel));
        let unlock = InitUnlock { balance, ctc, otc, key, icc, mac1: mac };
        prop_assert_eq!(InitUnlock::parse(&unlock.encode()), Some(unlock));
        let lock = LockAnswer { gtac: mac, mac2: Mac(trn.0) };
        prop_assert_eq!(LockAnswer::parse(&lock.encode()), Some(lock));
        let sam = InitSam { ttc, trn, mac1: mac };
        prop_assert_eq!(InitSam::parse(&sam.encode()), Some(sam));
    }

    #[test]
    fn files_come_back(
        issuer in any::<[u8; 8]>(), number in any::<[u8; 10]>(), one in any::<(u8, u8)>(), start in any::date(),
        expiry in any::date(), fci in any::<[u8; 2]>(),
    ) {
        let data = PublicData { issuer, kind: one.0, version: one.1, number, start, expiry, fci };
        prop_assert_eq!(PublicData::parse(&data.encode()), Some(data));
    }

    #[test]
    fn log_records_come_back(
        sequence in any::sequence(), limit in any::limit(), amount in any::amount(), purse in any::purse(),
        kind in prop::sample::select(vec![
            Kind::Load, Kind::Unload, Kind::Purchase, Kind::Overdraft, Kind::Debit, Kind::Unlock,
        ]),
        tid in any::tid(), date in any::date(), time in any::time(),
    ) {
        let record = LogRecord { sequence, limit, amount, tag: kind.of(purse), tid, date, time };
        prop_assert_eq!(LogRecord::parse(&record.encode()), Some(record));
    }

    #[test]
    fn statuses_come_back(status in any::status(false)) {
        prop_assert_eq!(GreyStatus::parse(&status.encode()), Some(status));
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(
        bytes in (0..=50usize).prop_flat_map(mostly_small), lengths in Just([8usize, 12, 15, 18, 23, 30, 44]),
        long in mostly_small(44), row in 0..8usize,
    ) {
        for bytes in lengths.iter().map(|len| &long[..*len]).chain([bytes.as_slice()]) {
            holds_both_ways!(InitRefuel, bytes);
            holds_both_ways!(InitUnlock, bytes);
            holds_both_ways!(InitSam, bytes);
            holds_both_ways!(LockAnswer, bytes);
            holds_both_ways!(PublicData, bytes);
            holds_both_ways!(LogRecord, bytes);
            holds_both_ways!(GreyStatus, bytes);
        }
        let mut status = long.clone();
        status[..3].copy_from_slice(&crate::bytes(statuses()[row].1)[..3]);
        holds_both_ways!(GreyStatus, &status);
        holds_both_ways!(GreyStatus, &status[..30]);
    }

    #[test]
    fn bytes_never_stop_a_decoder(bytes in prop::collection::vec(any::<u8>(), 0..=64)) {
        holds_both_ways!(InitRefuel, &bytes);
        holds_both_ways!(InitUnlock, &bytes);
        holds_both_ways!(InitSam, &bytes);
        holds_both_ways!(LockAnswer, &bytes);
        holds_both_ways!(PublicData, &bytes);
        holds_both_ways!(LogRecord, &bytes);
        holds_both_ways!(GreyStatus, &bytes);
        let _ = wire::apdu::split_response(&bytes);
    }
}

#[test]
fn the_public_data_in_an_fci_are_found_or_not_there() {
    let file = "1112131415161718 02 01 99886280100000000017 20260131 20311201 0201";
    let expected = PublicData::parse(&bytes(file)).unwrap();
    let found = |fci: &str| PublicData::in_fci(&bytes(fci));
    let ours = format!("6F33 840A A0000000034752455931 A525 9F080102 9F0C1E {file}");
    assert_eq!(found(&ours), Some(expected));
    let alone = format!("6F23 A521 9F0C1E {file}");
    assert_eq!(found(&alone), Some(expected));
    for other in [
        "",
        "6F",
        "6F15 840E 315041592E5359532E4444463031 A503 880101",
        "6F81 00",
        "6F09 8401A0 A504 9F080102",
        "6F0A A508 9F0C0511223344 55",
    ] {
        assert_eq!(found(other), None, "{other}");
    }
    let cut = bytes(&ours);
    assert!((0..cut.len()).all(|len| PublicData::in_fci(&cut[..len]).is_none()));
}
