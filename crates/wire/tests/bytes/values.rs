//! The data elements of protocol §2 and §3: every limit just inside and just outside.

use wire::amount::money;
use wire::{
    Amount, Asn, Date, Dispersing, Icc, Kind, Limit, LockId, Purse, Reader, Scheme, Tag, Tid, Time,
    Trn, Ttc,
};

use crate::any::bcd;

/// Which bytes a BCD field takes, found by trying all 256.
fn taken(takes: impl Fn(u8) -> bool) -> Vec<u8> {
    (0..=255).filter(|byte| takes(*byte)).collect()
}

/// The numbers of a range, each as a BCD byte.
fn numbers(range: std::ops::RangeInclusive<u8>) -> Vec<u8> {
    range.map(bcd).collect()
}

#[test]
fn dates_take_what_the_protocol_says_and_nothing_else() {
    let date = |bytes: [u8; 4]| Date::from_bytes(bytes).is_some();
    assert_eq!(taken(|b| date([b, 0x26, 0x02, 0x14])), numbers(0..=99));
    assert_eq!(taken(|b| date([0x20, b, 0x02, 0x14])), numbers(0..=99));
    assert_eq!(taken(|b| date([0x20, 0x26, b, 0x14])), numbers(1..=12));
    assert_eq!(taken(|b| date([0x20, 0x26, 0x02, b])), numbers(1..=31));
    assert!(date([0x20, 0x26, 0x02, 0x31]), "card and PSAM keep no calendar");
}

#[test]
fn times_take_what_the_protocol_says_and_nothing_else() {
    let time = |bytes: [u8; 3]| Time::from_bytes(bytes).is_some();
    assert_eq!(taken(|b| time([b, 0, 0])), numbers(0..=23));
    assert_eq!(taken(|b| time([0, b, 0])), numbers(0..=59));
    assert_eq!(taken(|b| time([0, 0, b])), numbers(0..=59));
}

#[test]
fn the_zero_date_is_for_stored_records_only() {
    assert_eq!(Date::from_bytes([0; 4]), None);
    assert_eq!(Date::from_bytes_or_zero([0; 4]), Some(Date::ZERO));
    assert_eq!(Date::from_bytes_or_zero([0, 0, 0, 1]), None);
    assert!(Date::from_bytes_or_zero([0, 0, 1, 1]).is_some());
}

#[test]
fn every_date_of_numbers_goes_there_and_back() {
    for (month, day) in (0..=255).flat_map(|month| (0..=255).map(move |day| (month, day))) {
        let there_is_one = (1..=12).contains(&month) && (1..=31).contains(&day);
        match Date::new(2026, month, day) {
            Some(date) => {
                assert!(there_is_one, "month {month}, day {day}");
                assert_eq!(date.to_bytes(), [0x20, 0x26, bcd(month), bcd(day)]);
                assert_eq!(date.ymd(), (2026, month, day));
            }
            None => assert!(!there_is_one, "month {month}, day {day}"),
        }
    }
    for year in 0..=u16::MAX {
        match Date::new(year, 1, 1) {
            Some(date) => assert_eq!(date.ymd(), (year, 1, 1)),
            None => assert!(year > 9999, "year {year}"),
        }
    }
}

#[test]
fn every_time_of_numbers_goes_there_and_back() {
    for (hour, minute) in (0..=255).flat_map(|hour| (0..=255).map(move |minute| (hour, minute))) {
        for second in [0, 9, 10, 59, 60, 99, 100, 255] {
            let time = Time::new(hour, minute, second);
            assert_eq!(time.is_some(), hour < 24 && minute < 60 && second < 60);
            if let Some(time) = time {
                assert_eq!(time.to_bytes(), [bcd(hour), bcd(minute), bcd(second)]);
                assert_eq!(time.hms(), (hour, minute, second));
            }
        }
    }
}

#[test]
fn amounts_end_at_7fffffff() {
    for (units, good) in [
        (0, true),
        (0x7FFF_FFFE, true),
        (0x7FFF_FFFF, true),
        (0x8000_0000, false),
        (u32::MAX, false),
    ] {
        assert_eq!(Amount::new(units).is_some(), good, "{units:08X}");
        let read = Amount::from_bytes(units.to_be_bytes());
        assert_eq!(read.map(Amount::units), good.then_some(units));
        assert_eq!(read.map(Amount::to_bytes), good.then_some(units.to_be_bytes()));
    }
}

#[test]
fn sums_and_differences_stay_amounts() {
    let amount = |units| Amount::new(units).unwrap();
    assert_eq!(amount(0x7FFF_FFFE).checked_add(amount(1)), Some(Amount::MAX));
    assert_eq!(Amount::MAX.checked_add(amount(1)), None);
    assert_eq!(Amount::MAX.checked_add(Amount::MAX), None);
    assert_eq!(amount(5).checked_sub(amount(5)), Some(Amount::ZERO));
    assert_eq!(amount(5).checked_sub(amount(6)), None);
    assert_eq!(Amount::ZERO.checked_sub(Amount::MAX), None);
}

#[test]
fn money_is_the_balance_without_the_limit() {
    let limit = |units| Limit::new(units).unwrap();
    assert_eq!(money(Amount::new(500).unwrap(), limit(200)), 300);
    assert_eq!(money(Amount::ZERO, limit(0xFF_FFFF)), -0xFF_FFFF);
    assert_eq!(Limit::new(0x0100_0000), None);
    assert_eq!(limit(0x01_0203).to_bytes(), [1, 2, 3]);
    assert_eq!(Limit::from_bytes([0xFF; 3]).units(), 0xFF_FFFF);
}

#[test]
fn tags_are_those_of_the_table() {
    let table = [
        (Kind::Load, 0x01),
        (Kind::Unload, 0x03),
        (Kind::Purchase, 0x05),
        (Kind::Overdraft, 0x07),
        (Kind::Lock, 0x91),
        (Kind::Debit, 0x93),
        (Kind::Unlock, 0x95),
        (Kind::Characterized, 0xA1),
    ];
    for (kind, byte) in table {
        assert_eq!(kind.of(Purse::Ed).byte(), byte);
        assert_eq!(kind.of(Purse::Ep).byte(), byte + 1);
    }
    for byte in 0..=255 {
        let known = table.iter().any(|(_, first)| byte == *first || byte == *first + 1);
        assert_eq!(Tag::from_byte(byte).map(Tag::byte), known.then_some(byte));
    }
    for byte in 0..=255 {
        let purse = Purse::from_number(byte).map(Purse::number);
        assert_eq!(purse, matches!(byte, 1 | 2).then_some(byte));
        let scheme = Scheme::from_byte(byte).map(Scheme::byte);
        assert_eq!(scheme, matches!(byte, 0 | 1).then_some(byte));
    }
}

#[test]
fn the_session_key_takes_the_low_half_of_ttc() {
    assert_eq!(Ttc(0x0102_0304).low(), [3, 4]);
    assert_eq!(Ttc::from_bytes([1, 2, 3, 4]), Ttc(0x0102_0304));
}

#[test]
fn asns_whose_complement_is_an_asn_are_known() {
    let asn = |text: &str| text.parse::<Asn>().unwrap();
    for (text, is_bcd, complement) in [
        ("6280100000000017", true, false),
        ("6666666666666666", true, true),
        ("9876987698769876", true, true),
        ("9876987698769875", true, false),
        ("628010000000001a", false, false),
        ("a280100000000010", false, false),
        ("0000000000000000", true, false),
        ("5555555555555555", true, false),
    ] {
        assert_eq!(asn(text).is_bcd(), is_bcd, "{text}");
        assert_eq!(asn(text).complement_is_bcd(), complement, "{text}");
    }
}

#[test]
fn names_are_read_from_hex_of_exactly_their_length() {
    assert_eq!("a1a2a3A4a5a6".parse(), Ok(Tid([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6])));
    assert_eq!(Tid([0, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6]).to_string(), "00a2a3a4a5a6");
    for wrong in ["", "1", "0102030", "010203040", "0102030g", "0102 304", "+1020304"] {
        let error = wrong.parse::<Icc>().unwrap_err();
        assert!(error.to_string().contains("exactly 8 hex digits"), "{wrong}: {error}");
        assert!(wrong.parse::<Trn>().is_err());
    }
    let id = LockId {
        asn: Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17]),
        purse: Purse::Ep,
        ctc: 42,
        tid: Tid([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6]),
        ttc: Ttc(65_538),
    };
    assert_eq!(id.to_string(), "6280100000000017/ep/42/a1a2a3a4a5a6/65538");
}

#[test]
fn dispersing_inputs_are_at_most_three() {
    let inputs = [[1; 8], [2; 8], [3; 8], [4; 8]];
    for count in 0..=3 {
        let dispersing = Dispersing::new(&inputs[..count]).unwrap();
        assert_eq!(dispersing.inputs(), &inputs[..count]);
        assert_eq!(Dispersing::from_tail(inputs[..count].as_flattened()), Some(dispersing));
        let stored = dispersing.to_bytes();
        assert_eq!(Dispersing::read(&mut Reader::new(&stored)), Some(dispersing));
    }
    assert_eq!(Dispersing::new(&inputs), None);
    assert_eq!(Dispersing::from_tail(inputs.as_flattened()), None);
    for len in [1, 7, 9, 15, 17, 23] {
        assert_eq!(Dispersing::from_tail(&[0; 24][..len]), None, "{len} bytes");
    }
    let mut stored = Dispersing::new(&inputs[..2]).unwrap().to_bytes();
    stored[24] = 1;
    assert_eq!(Dispersing::read(&mut Reader::new(&stored)), None, "an unused input is not zero");
    stored[0] = 3;
    assert!(Dispersing::read(&mut Reader::new(&stored)).is_some());
    stored[0] = 4;
    assert_eq!(Dispersing::read(&mut Reader::new(&stored)), None, "four inputs");
}
