//! The order of checks of protocol §5: 6E00, 6D00, 6A86, 6700, 6Cxx, 6A80.

use crate::table::{CARD_DOORS, Device, Door, PSAM_DOORS, ROWS, Row, short};

const CLASS: u8 = 1;
const INSTRUCTION: u8 = 2;
const P1P2: u8 = 4;
const LENGTH: u8 = 8;
const LE: u8 = 16;
const DATA: u8 = 32;

/// The command with these faults at once, and the first word that they call for.
fn faulty(row: &Row, faults: u8, wrong: Option<&Vec<u8>>) -> (Vec<u8>, u16) {
    let mut header = row.header;
    let mut data = if faults & DATA == 0 { row.bytes() } else { wrong.cloned().unwrap() };
    let mut first = 0x9000;
    if faults & DATA != 0 {
        first = 0x6A80;
    }
    let mut le = None;
    if faults & LE != 0 {
        le = (1..=255).find(|le| !row.takes_le(*le));
        first = row.refusal_of_le().unwrap();
    }
    if faults & LENGTH != 0 {
        data.resize(200, 0xAA);
        first = 0x6700;
    }
    if faults & P1P2 != 0 {
        (header[2], header[3], first) = (0xFF, 0xFF, 0x6A86);
    }
    if faults & INSTRUCTION != 0 {
        (header[1], first) = (0xFE, 0x6D00);
    }
    if faults & CLASS != 0 {
        (header[0], first) = (0x40, 0x6E00);
    }
    (short(header, &data, le), first)
}

fn check(row: &Row, faults: u8, wrong: Option<&Vec<u8>>) {
    let (bytes, first) = faulty(row, faults, wrong);
    let given = row.device.judge(&bytes);
    let (device, name) = (row.device, row.name);
    assert_eq!(
        given, first,
        "{device:?} {name}, faults {faults:06b}: {given:04X}, not {first:04X}"
    );
}

#[test]
fn the_first_of_several_faults_is_answered() {
    let mut commands = 0;
    for row in ROWS {
        let possible = |faults: u8| faults & LE == 0 || row.refusal_of_le().is_some();
        for faults in (0..DATA).filter(|faults| possible(*faults)) {
            check(row, faults, None);
            commands += 1;
            for wrong in row.wrong_data() {
                check(row, faults | DATA, Some(&wrong));
                commands += 1;
            }
        }
    }
    assert!(commands > 2000, "{commands} commands were tried");
}

#[test]
fn every_wrong_datum_is_refused_and_the_row_alone_is_not() {
    for row in ROWS {
        assert_eq!(
            row.device.judge(&short(row.header, &row.bytes(), None)),
            0x9000,
            "{}",
            row.name
        );
        for wrong in row.wrong_data() {
            let bytes = short(row.header, &wrong, None);
            assert_eq!(row.device.judge(&bytes), 0x6A80, "{}: {}", row.name, hex::encode(wrong));
        }
    }
}

fn doors_of(device: Device) -> &'static [Door] {
    match device {
        Device::Card => CARD_DOORS,
        Device::Psam => PSAM_DOORS,
    }
}

#[test]
fn every_class_and_instruction_is_known_or_refused() {
    for device in [Device::Card, Device::Psam] {
        let doors = doors_of(device);
        let classes: &[u8] = match device {
            Device::Card => &[0x00, 0x04, 0x80, 0x84, 0xE0],
            Device::Psam => &[0x00, 0x80, 0xE0],
        };
        for class in 0..=255 {
            for instruction in 0..=255 {
                // P1 and P2 that no command takes: a known instruction gets no further.
                let given = device.judge(&[class, instruction, 0xFF, 0xFF]);
                let known = doors.iter().any(|door| (door.0, door.1) == (class, instruction));
                let wanted = match (classes.contains(&class), known) {
                    (false, _) => 0x6E00,
                    (true, false) => 0x6D00,
                    (true, true) => 0x6A86,
                };
                assert_eq!(given, wanted, "{device:?} {class:02X} {instruction:02X}");
            }
        }
    }
}

#[test]
fn every_p1_and_p2_is_taken_or_refused() {
    for device in [Device::Card, Device::Psam] {
        for (class, instruction, takes) in doors_of(device) {
            for (p1, p2) in (0..=255).flat_map(|p1| (0..=255).map(move |p2| (p1, p2))) {
                // No command takes 200 bytes: P1 and P2 are judged before.
                let given =
                    device.judge(&short([*class, *instruction, p1, p2], &[0xAA; 200], None));
                let wanted = if takes(p1, p2) { 0x6700 } else { 0x6A86 };
                let at = format!("{device:?} {class:02X}{instruction:02X} {p1:02X}{p2:02X}");
                assert_eq!(given, wanted, "{at}");
            }
        }
    }
}

#[test]
fn the_rows_open_every_door() {
    for device in [Device::Card, Device::Psam] {
        for (class, instruction, _) in doors_of(device) {
            let opened =
                |row: &Row| row.device == device && row.header[..2] == [*class, *instruction];
            assert!(ROWS.iter().any(opened), "{device:?} {class:02X}{instruction:02X} has no row");
        }
    }
}
