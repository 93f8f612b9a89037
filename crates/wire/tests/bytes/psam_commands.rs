//! The PSAM's commands: bytes written out by hand, and round trips.

use proptest::prelude::*;
use wire::psam_command::{DebitGreyUnlock, End, InitGreyLock, InitPurchase};
use wire::{
    Amount, Asn, Date, Dispersing, Icc, KeyRef, Mac, PsamCommand, Purse, StatusWord, Time, Ttc,
};

use crate::{any, bytes};

const ASN: Asn = Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, 0x17]);
const MAC2: Mac = Mac([0xC1, 0xC2, 0xC3, 0xC4]);

fn init(purse: Purse, dispersing: &[[u8; 8]]) -> PsamCommand<'static> {
    PsamCommand::InitGreyLock(InitGreyLock {
        icc: Icc([0x1A, 0x1B, 0x1C, 0x1D]),
        ctc: 0x002A,
        balance: Amount::new(100_000).unwrap(),
        purse,
        date: Date::new(2026, 2, 14).unwrap(),
        time: Time::new(23, 59, 58).unwrap(),
        key: KeyRef { version: 7, algorithm: 0 },
        asn: ASN,
        dispersing: Dispersing::new(dispersing).unwrap(),
    })
}

fn debit(purse: Purse, end: bool, ttc: Option<u32>) -> PsamCommand<'static> {
    let end = end
        .then(|| End { date: Date::new(2026, 2, 15).unwrap(), time: Time::new(0, 1, 2).unwrap() });
    let amount = Amount::new(0x1234).unwrap();
    PsamCommand::DebitGreyUnlock(DebitGreyUnlock {
        purse,
        asn: ASN,
        ctc: 0x002B,
        amount,
        end,
        ttc: ttc.map(Ttc),
    })
}

fn purchase(purse: Purse, dispersing: &[[u8; 8]]) -> PsamCommand<'static> {
    PsamCommand::InitPurchase(InitPurchase {
        icc: Icc([0x1A, 0x1B, 0x1C, 0x1D]),
        ctc: 0x002A,
        amount: Amount::new(0x1234).unwrap(),
        purse,
        date: Date::new(2026, 2, 14).unwrap(),
        time: Time::new(23, 59, 58).unwrap(),
        key: KeyRef { version: 7, algorithm: 0 },
        asn: ASN,
        dispersing: Dispersing::new(dispersing).unwrap(),
    })
}

/// Every command beside its bytes.
fn golden() -> Vec<(PsamCommand<'static>, &'static str)> {
    vec![
        (PsamCommand::Select { name: &[0x3F, 0x00], by_id: true, le: None }, "00a40000 02 3f00"),
        (
            PsamCommand::Select { name: b"PSAM", by_id: false, le: Some(0) },
            "00a40400 04 5053414d 00",
        ),
        (PsamCommand::ReadBinary { sfi: 0x16, offset: 0, le: Some(6) }, "00b09600 06"),
        (PsamCommand::ReadBinary { sfi: 0x15, offset: 2, le: Some(0) }, "00b09502 00"),
        (PsamCommand::GetResponse, "00c00000 00"),
        (
            init(Purse::Ed, &[]),
            "e0400000 1c 1a1b1c1d 002a 000186a0 91 20260214 235958 07 00 6280100000000017 0c",
        ),
        (
            init(Purse::Ep, &[[0x11; 8], [0x22; 8]]),
            "e0400000 2c 1a1b1c1d 002a 000186a0 92 20260214 235958 07 00 6280100000000017
             1111111111111111 2222222222222222 0c",
        ),
        (PsamCommand::CertificateGreyLock { ttc: None, mac2: MAC2 }, "e0420000 04 c1c2c3c4"),
        (
            PsamCommand::CertificateGreyLock { ttc: Some(Ttc(0x0102_0304)), mac2: MAC2 },
            "e0420000 08 01020304 c1c2c3c4",
        ),
        (
            debit(Purse::Ed, true, Some(0x0102_0304)),
            "e0440000 1a 93 6280100000000017 002b 00001234 20260215 000102 01020304 08",
        ),
        (
            debit(Purse::Ep, true, None),
            "e0440000 16 94 6280100000000017 002b 00001234 20260215 000102 08",
        ),
        (debit(Purse::Ed, false, None), "e0440000 0f 93 6280100000000017 002b 00001234 08"),
        (PsamCommand::GetGmac(Ttc(0x0102_0304)), "e0460000 04 01020304 08"),
        (
            purchase(Purse::Ed, &[]),
            "80700000 1c 1a1b1c1d 002a 00001234 05 20260214 235958 07 00 6280100000000017 08",
        ),
        (
            purchase(Purse::Ep, &[[0x11; 8]]),
            "80700000 24 1a1b1c1d 002a 00001234 06 20260214 235958 07 00 6280100000000017
             1111111111111111 08",
        ),
        (PsamCommand::CreditPurchase { mac2: MAC2 }, "80720000 04 c1c2c3c4"),
    ]
}

/// A number for each kind of command, so that none lacks its bytes.
fn kind(command: &PsamCommand<'_>) -> usize {
    match command {
        PsamCommand::Select { .. } => 0,
        PsamCommand::ReadBinary { .. } => 1,
        PsamCommand::GetResponse => 2,
        PsamCommand::InitGreyLock(_) => 3,
        PsamCommand::CertificateGreyLock { .. } => 4,
        PsamCommand::DebitGreyUnlock(_) => 5,
        PsamCommand::GetGmac(_) => 6,
        PsamCommand::InitPurchase(_) => 7,
        PsamCommand::CreditPurchase { .. } => 8,
    }
}
const KINDS: usize = 9;

#[test]
fn every_command_has_the_bytes_of_the_protocol() {
    let mut seen = [false; KINDS];
    for (command, text) in golden() {
        seen[kind(&command)] = true;
        assert_eq!(hex::encode(command.encode().as_slice()), hex::encode(bytes(text)), "{text}");
        assert_eq!(PsamCommand::parse(&bytes(text)), Ok(command), "{text}");
    }
    assert_eq!(seen, [true; KINDS], "a command has no bytes in the table");
}

#[test]
fn read_binary_without_le_asks_for_all() {
    let parsed = PsamCommand::parse(&[0x00, 0xB0, 0x96, 0x00]);
    assert_eq!(parsed, Ok(PsamCommand::ReadBinary { sfi: 0x16, offset: 0, le: None }));
    assert_eq!(parsed.unwrap().encode().as_slice(), [0x00, 0xB0, 0x96, 0x00, 0x00]);
}

#[test]
fn the_two_purses_have_the_two_tags_and_no_other() {
    for (text, at, tags) in [
        (
            "e0400000 1c 1a1b1c1d 002a 000186a0 91 20260214 235958 07 00 6280100000000017",
            15,
            [0x91, 0x92],
        ),
        ("e0440000 0f 93 6280100000000017 002b 00001234", 5, [0x93, 0x94]),
    ] {
        for tag in 0..=255 {
            let mut command = bytes(text);
            command[at] = tag;
            let refused = PsamCommand::parse(&command).err();
            let wanted = (!tags.contains(&tag)).then_some(StatusWord::WRONG_DATA);
            assert_eq!(refused, wanted, "tag {tag:02X}");
        }
    }
}

/// Known headers with data that is mostly small numbers, so that dates often pass.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    let headers: Vec<Vec<u8>> =
        golden().iter().map(|(command, _)| command.encode()[..5].to_vec()).collect();
    let byte = prop_oneof![6 => 0..=0x12u8, 1 => 0x91..=0x94u8, 1 => any::<u8>()];
    let tail = prop::collection::vec(byte, 0..=60);
    (prop::sample::select(headers), any::<bool>(), tail).prop_map(|(header, whole, mut tail)| {
        let lc = usize::from(header[4]);
        if whole && lc < tail.len() {
            tail.truncate(lc);
            match header[1] {
                0x40 if lc > 10 => tail[10] = 0x91 + tail[10] % 2,
                0x44 => tail[0] = 0x93 + tail[0] % 2,
                _ => {}
            }
        }
        [header, tail].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_encoded_is_parsed_again(command in any::psam_command()) {
        let bytes = command.encode();
        prop_assert_eq!(PsamCommand::parse(&bytes), Ok(command));
    }

    #[test]
    fn names_are_parsed_again(
        name in prop::collection::vec(any::<u8>(), 2..=16), le in any::<Option<u8>>(), by_id in any::<bool>(),
    ) {
        let name = if by_id { &name[..2] } else { &name };
        let select = PsamCommand::Select { name, by_id, le };
        let bytes = select.encode();
        prop_assert_eq!(PsamCommand::parse(&bytes), Ok(select));
    }

    #[test]
    fn bytes_never_stop_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..=300)) {
        let _ = PsamCommand::parse(&bytes);
    }

    #[test]
    fn what_is_parsed_is_encoded_the_same_but_for_le(bytes in likely_bytes()) {
        if let Ok(command) = PsamCommand::parse(&bytes) {
            let again = command.encode();
            let with_data = if matches!(bytes.len(), 4 | 5) { 4 } else { 5 + usize::from(bytes[4]) };
            prop_assert_eq!(&again[..with_data], &bytes[..with_data]);
            prop_assert!(again.len() <= with_data + 1);
        }
    }
}
