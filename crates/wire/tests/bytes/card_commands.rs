//! The card's commands: bytes written out by hand, and round trips.

use proptest::prelude::*;
use wire::card_command::{
    DebitForPurchase, DebitForRefuel, DebitForUnlock, Decided, Initialize, InitializeAmount,
    LockForRefuel, StatusMode, UpdateOverdrawLimit,
};
use wire::{Amount, CardCommand, Date, Kind, Limit, Mac, Purse, Tid, Time, Trn, Ttc};

use crate::{any, bytes};

const TID: Tid = Tid([0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6]);

fn date(text: &str) -> Date {
    Date::from_bytes(bytes(text).try_into().unwrap()).unwrap()
}

fn time(text: &str) -> Time {
    Time::from_bytes(bytes(text).try_into().unwrap()).unwrap()
}

fn lock() -> CardCommand<'static> {
    CardCommand::LockForRefuel(LockForRefuel {
        ttc: Ttc(0x0102_0304),
        trn: Trn([0x81, 0x82, 0x83, 0x84]),
        date: date("20260214"),
        time: time("235958"),
        mac1: Mac([0xD1, 0xD2, 0xD3, 0xD4]),
    })
}

fn debit(purse: Purse) -> CardCommand<'static> {
    CardCommand::DebitForRefuel(DebitForRefuel {
        purse,
        amount: Amount::new(0x1234).unwrap(),
        ctc: 0x002B,
        tid: TID,
        ttc: Ttc(0x0102_0304),
        date: date("20260215"),
        time: time("000102"),
        gmac: Mac([0xE1, 0xE2, 0xE3, 0xE4]),
    })
}

fn unlock() -> CardCommand<'static> {
    CardCommand::DebitForUnlock(DebitForUnlock {
        amount: Amount::MAX,
        date: date("99991231"),
        time: time("000000"),
        mac2: Mac([0xC1, 0xC2, 0xC3, 0xC4]),
    })
}

fn decided() -> Decided {
    Decided { date: date("20260214"), time: time("235958"), mac2: Mac([0xC1, 0xC2, 0xC3, 0xC4]) }
}

/// Load, unload, purchase, overdraft limit, and their proof.
fn golden_money() -> Vec<(CardCommand<'static>, &'static str)> {
    let initialize = |purse, key_index| {
        let amount = Amount::new(0x1234).unwrap();
        InitializeAmount { purse, key_index, amount, tid: TID }
    };
    let purchase = DebitForPurchase {
        ttc: Ttc(0x0102_0304),
        date: date("20260214"),
        time: time("235958"),
        mac1: Mac([0xD1, 0xD2, 0xD3, 0xD4]),
    };
    let Decided { date, time, mac2 } = decided();
    let limit = Limit::new(0x0A_0B0C).unwrap();
    let update = UpdateOverdrawLimit { limit, date, time, mac2 };
    let prove = |kind: Kind, purse, sequence| CardCommand::GetTransactionProve {
        tag: kind.of(purse),
        sequence,
    };
    vec![
        (
            CardCommand::InitializeForLoad(initialize(Purse::Ed, 1)),
            "80500001 0b 01 00001234 a1a2a3a4a5a6 10",
        ),
        (
            CardCommand::InitializeForLoad(initialize(Purse::Ep, 2)),
            "80500002 0b 02 00001234 a1a2a3a4a5a6 10",
        ),
        (CardCommand::CreditForLoad(decided()), "80520000 0b 20260214 235958 c1c2c3c4 04"),
        (
            CardCommand::InitializeForUnload(initialize(Purse::Ed, 1)),
            "80500501 0b 01 00001234 a1a2a3a4a5a6 10",
        ),
        (CardCommand::DebitForUnload(decided()), "80540300 0b 20260214 235958 c1c2c3c4 04"),
        (
            CardCommand::InitializeForPurchase(initialize(Purse::Ep, 1)),
            "80500102 0b 01 00001234 a1a2a3a4a5a6 0f",
        ),
        (
            CardCommand::DebitForPurchase(purchase),
            "80540100 0f 01020304 20260214 235958 d1d2d3d4 08",
        ),
        (
            CardCommand::InitializeForUpdate { key_index: 1, tid: TID },
            "80500401 07 01 a1a2a3a4a5a6 13",
        ),
        (
            CardCommand::UpdateOverdrawLimit(update),
            "80580000 0e 0a0b0c 20260214 235958 c1c2c3c4 04",
        ),
        (prove(Kind::Load, Purse::Ed, 0x0102), "805a0001 02 0102 08"),
        (prove(Kind::Purchase, Purse::Ep, 0xFFFD), "805a0006 02 fffd 08"),
        (prove(Kind::Unlock, Purse::Ep, 3), "805a0096 02 0003 08"),
    ]
}

/// PIN, files, blocking and authentication.
fn golden_issuer() -> Vec<(CardCommand<'static>, &'static str)> {
    let mac = Mac([0xB1, 0xB2, 0xB3, 0xB4]);
    let block = [1, 2, 3, 4, 5, 6, 7, 8];
    vec![
        (CardCommand::VerifyPin { digits: &[0x12, 0x34, 0x56] }, "00200000 03 123456"),
        (
            CardCommand::ChangePin { old: &[0x12, 0x34], new: &[0x65, 0x43, 0x21] },
            "805e0100 06 1234 ff 654321",
        ),
        (
            CardCommand::ReloadPin { digits: &[0x65, 0x43, 0x21], mac },
            "805e0000 07 654321 b1b2b3b4",
        ),
        (CardCommand::UnblockPin { block, mac }, "84240001 0c 0102030405060708 b1b2b3b4"),
        (
            CardCommand::UpdateBinary { sfi: 0x15, offset: 0x18, data: &[0x20, 0x31, 0x12, 0x31] },
            "00d69518 04 20311231",
        ),
        (
            CardCommand::UpdateBinaryProtected {
                sfi: 0x15,
                offset: 0x18,
                data: &[0x20, 0x31],
                mac,
            },
            "04d69518 06 2031 b1b2b3b4",
        ),
        (CardCommand::ExternalAuthenticate { mac }, "00820000 04 b1b2b3b4"),
        (CardCommand::InternalAuthenticate { data: block }, "00880000 08 0102030405060708 08"),
        (CardCommand::ApplicationBlock { mac }, "841e0000 04 b1b2b3b4"),
        (CardCommand::ApplicationUnblock { mac }, "84180000 04 b1b2b3b4"),
        (CardCommand::CardBlock { mac }, "84160000 04 b1b2b3b4"),
        (CardCommand::SwitchKeys { version: 0x2A, mac }, "841a002a 04 b1b2b3b4"),
    ]
}

/// Every command beside its bytes. Bars part header, Lc, data fields and Le.
fn golden() -> Vec<(CardCommand<'static>, &'static str)> {
    [golden_reading(), golden_refuel(), golden_money(), golden_issuer()].concat()
}

/// Selection and reading.
fn golden_reading() -> Vec<(CardCommand<'static>, &'static str)> {
    vec![
        (
            CardCommand::SelectName { name: b"1PAY.SYS.DDF01", le: Some(0) },
            "00a40400 0e 315041592e5359532e4444463031 00",
        ),
        (
            CardCommand::SelectName { name: &wire::files::DEFAULT_AID, le: None },
            "00a40400 0a a0000000034752455931",
        ),
        (CardCommand::SelectFile { id: 0x3F01, le: None }, "00a40000 02 3f01"),
        (CardCommand::SelectFile { id: 0x3F00, le: Some(0x20) }, "00a40000 02 3f00 20"),
        (CardCommand::ReadBinary { sfi: 0x15, offset: 0 }, "00b09500 00"),
        (CardCommand::ReadBinary { sfi: 0x15, offset: 0x0A }, "00b0950a 00"),
        (CardCommand::ReadRecord { sfi: 0x18, number: 1 }, "00b201c4 00"),
        (CardCommand::GetChallenge { len: 4 }, "00840000 04"),
        (CardCommand::GetChallenge { len: 8 }, "00840000 08"),
        (CardCommand::GetBalance(Purse::Ed), "805c0001 04"),
        (CardCommand::GetBalance(Purse::Ep), "805c0002 04"),
        (CardCommand::GetResponse, "00c00000 00"),
    ]
}

/// The six commands of the grey lock.
fn golden_refuel() -> Vec<(CardCommand<'static>, &'static str)> {
    let initialize = |purse, key_index| Initialize { purse, key_index, tid: TID };
    vec![
        (
            CardCommand::InitializeForRefuel(initialize(Purse::Ed, 1)),
            "e07a0801 07 01 a1a2a3a4a5a6 0f",
        ),
        (
            CardCommand::InitializeForRefuel(initialize(Purse::Ep, 3)),
            "e07a0802 07 03 a1a2a3a4a5a6 0f",
        ),
        (lock(), "e07c0800 13 01020304 81828384 20260214 235958 d1d2d3d4 08"),
        (
            debit(Purse::Ed),
            "e07e0801 1b 00001234 002b a1a2a3a4a5a6 01020304 20260215 000102 e1e2e3e4 04",
        ),
        (
            debit(Purse::Ep),
            "e07e0802 1b 00001234 002b a1a2a3a4a5a6 01020304 20260215 000102 e1e2e3e4 04",
        ),
        (CardCommand::GetGreyStatus(StatusMode::Read), "e0ca0000 1e"),
        (CardCommand::GetGreyStatus(StatusMode::ReadAndClear), "e0ca0100 1e"),
        (CardCommand::GetGreyStatus(StatusMode::ReadMore), "e0ca0200 2c"),
        (
            CardCommand::InitializeForUnlock(initialize(Purse::Ed, 1)),
            "e07a0901 07 01 a1a2a3a4a5a6 12",
        ),
        (
            CardCommand::InitializeForUnlock(initialize(Purse::Ep, 1)),
            "e07a0902 07 01 a1a2a3a4a5a6 12",
        ),
        (unlock(), "e07e0900 0f 7fffffff 99991231 000000 c1c2c3c4 04"),
    ]
}

/// A number for each kind of command. A new one does not compile here until it has a number, and
/// then fails below until it has its bytes.
fn kind(command: &CardCommand<'_>) -> usize {
    match command {
        CardCommand::SelectName { .. } => 0,
        CardCommand::SelectFile { .. } => 1,
        CardCommand::ReadBinary { .. } => 2,
        CardCommand::ReadRecord { .. } => 3,
        CardCommand::VerifyPin { .. } => 4,
        CardCommand::GetChallenge { .. } => 5,
        CardCommand::GetBalance(_) => 6,
        CardCommand::ApplicationUnblock { .. } => 7,
        CardCommand::GetResponse => 8,
        CardCommand::InitializeForRefuel(_) => 9,
        CardCommand::LockForRefuel(_) => 10,
        CardCommand::DebitForRefuel(_) => 11,
        CardCommand::GetGreyStatus(_) => 12,
        CardCommand::InitializeForUnlock(_) => 13,
        CardCommand::DebitForUnlock(_) => 14,
        CardCommand::InitializeForLoad(_) => 15,
        CardCommand::CreditForLoad(_) => 16,
        CardCommand::InitializeForUnload(_) => 17,
        CardCommand::DebitForUnload(_) => 18,
        CardCommand::InitializeForPurchase(_) => 19,
        CardCommand::DebitForPurchase(_) => 20,
        CardCommand::InitializeForUpdate { .. } => 21,
        CardCommand::UpdateOverdrawLimit(_) => 22,
        CardCommand::GetTransactionProve { .. } => 23,
        CardCommand::ChangePin { .. } => 24,
        CardCommand::ReloadPin { .. } => 25,
        CardCommand::UnblockPin { .. } => 26,
        CardCommand::UpdateBinary { .. } => 27,
        CardCommand::UpdateBinaryProtected { .. } => 28,
        CardCommand::ExternalAuthenticate { .. } => 29,
        CardCommand::InternalAuthenticate { .. } => 30,
        CardCommand::ApplicationBlock { .. } => 31,
        CardCommand::CardBlock { .. } => 32,
        CardCommand::SwitchKeys { .. } => 33,
    }
}
const KINDS: usize = 34;

#[test]
fn every_command_has_the_bytes_of_the_protocol() {
    let mut seen = [false; KINDS];
    for (command, text) in golden() {
        seen[kind(&command)] = true;
        assert_eq!(hex::encode(command.encode().as_slice()), hex::encode(bytes(text)), "{text}");
        assert_eq!(CardCommand::parse(&bytes(text)), Ok(command), "{text}");
    }
    assert_eq!(seen, [true; KINDS], "a command has no bytes in the table");
}

#[test]
fn a_challenge_without_le_is_long() {
    for text in ["00840000", "00840000 00", "00840000 08"] {
        assert_eq!(
            CardCommand::parse(&bytes(text)),
            Ok(CardCommand::GetChallenge { len: 8 }),
            "{text}"
        );
    }
}

/// The old PIN of CHANGE PIN ends at the first FF, and both must have the length of a PIN.
#[test]
fn the_two_pins_are_parted_by_the_first_ff() {
    let refused = Err(wire::StatusWord::WRONG_DATA);
    for text in [
        "805e0100 05 1234567890",
        "805e0100 05 ff12345678",
        "805e0100 05 12ff345678",
        "805e0100 05 12345678ff",
        "805e0100 05 123456ff78",
        "805e0100 0a 12345678901234ff1234",
        "805e0100 0a 1234ff12345678901234",
    ] {
        assert_eq!(CardCommand::parse(&bytes(text)), refused, "{text}");
    }
    let filled = CardCommand::ChangePin { old: &[0x12, 0x34], new: &[0x56, 0x78, 0xFF] };
    assert_eq!(CardCommand::parse(&bytes("805e0100 06 1234ff5678ff")), Ok(filled));
}

/// Bytes that get past the door more often than chance lets them: a known header, a true Lc or a false one.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    let headers: Vec<[u8; 5]> = golden()
        .iter()
        .map(|(command, _)| {
            let bytes = command.encode();
            [bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]]
        })
        .collect();
    let tail = prop::collection::vec(prop_oneof![3 => 0..=0x12u8, 1 => any::<u8>()], 0..=40);
    (prop::sample::select(headers), any::<bool>(), tail).prop_map(|(header, whole, mut tail)| {
        if whole {
            tail.truncate(usize::from(header[4]));
        }
        [header.as_slice(), &tail].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_encoded_is_parsed_again(command in any::card_command()) {
        let bytes = command.encode();
        prop_assert_eq!(CardCommand::parse(&bytes), Ok(command));
    }

    #[test]
    fn names_and_pins_are_parsed_again(name in prop::collection::vec(any::<u8>(), 1..=16), le in any::<Option<u8>>()) {
        let select = CardCommand::SelectName { name: &name, le };
        let bytes = select.encode();
        prop_assert_eq!(CardCommand::parse(&bytes), Ok(select));
        let digits = &name[..name.len().min(6)];
        if digits.len() >= 2 {
            let verify = CardCommand::VerifyPin { digits };
            let bytes = verify.encode();
            prop_assert_eq!(CardCommand::parse(&bytes), Ok(verify));
            let reload = CardCommand::ReloadPin { digits, mac: Mac([0xFF; 4]) };
            let bytes = reload.encode();
            prop_assert_eq!(CardCommand::parse(&bytes), Ok(reload));
        }
        let update = CardCommand::UpdateBinary { sfi: 0x15, offset: 3, data: &name };
        let bytes = update.encode();
        prop_assert_eq!(CardCommand::parse(&bytes), Ok(update));
        let protected = CardCommand::UpdateBinaryProtected { sfi: 1, offset: 3, data: &name, mac: Mac([1; 4]) };
        let bytes = protected.encode();
        prop_assert_eq!(CardCommand::parse(&bytes), Ok(protected));
    }

    #[test]
    fn bytes_never_stop_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..=300)) {
        let _ = CardCommand::parse(&bytes);
    }

    #[test]
    fn what_is_parsed_is_encoded_the_same_but_for_le(bytes in likely_bytes()) {
        if let Ok(command) = CardCommand::parse(&bytes) {
            let again = command.encode();
            let with_data = if matches!(bytes.len(), 4 | 5) { 4 } else { 5 + usize::from(bytes[4]) };
            prop_assert_eq!(&again[..with_data], &bytes[..with_data]);
            prop_assert!(again.len() <= with_data + 1);
            prop_assert_eq!(CardCommand::parse(&again), Ok(command));
        }
    }
}
