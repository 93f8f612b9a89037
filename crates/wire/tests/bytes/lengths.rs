//! Lc, Le and framing of every command: what is longer, shorter or framed otherwise is 6700.

use crate::table::{Answer, Device, ROWS, Row, short};

fn assert_word(row: &Row, bytes: &[u8], wanted: u16, why: &str) {
    let (device, name) = (row.device, row.name);
    let given = row.device.judge(bytes);
    let sent = hex::encode(bytes);
    assert_eq!(given, wanted, "{device:?} {name}, {why}: {given:04X}, not {wanted:04X}, to {sent}");
}

/// Data of another length that repeats the row's own, so that only its length can be wrong.
fn stretched(row: &Row, len: usize) -> Vec<u8> {
    row.bytes().into_iter().chain(std::iter::repeat(0x01)).take(len).collect()
}

#[test]
fn only_the_right_lengths_of_data_are_taken() {
    for row in ROWS {
        for len in 0..=255 {
            let bytes = short(row.header, &stretched(row, len), None);
            if !(row.fits)(len) {
                assert_word(row, &bytes, 0x6700, &format!("{len} bytes"));
            } else if len <= row.bytes().len() || row.wrong.is_empty() {
                assert_word(row, &bytes, 0x9000, &format!("{len} bytes"));
            }
        }
    }
}

#[test]
fn further_dispersing_inputs_make_init_sam_longer() {
    let row = ROWS.iter().find(|row| row.name == "INIT SAM GREY LOCK").unwrap();
    for (levels, wanted) in [(0, 0x9000), (1, 0x9000), (2, 0x9000), (3, 0x9000), (4, 0x6700)] {
        let bytes = short(row.header, &stretched(row, 0x1C + 8 * levels), Some(0x0C));
        assert_word(row, &bytes, wanted, &format!("{levels} further levels"));
    }
}

#[test]
fn lc_that_promises_more_than_comes_is_refused() {
    for row in ROWS.iter().filter(|row| !row.data.is_empty()) {
        let data = row.bytes();
        for missing in 1..=data.len() {
            let mut bytes = short(row.header, &data, None);
            bytes.truncate(bytes.len() - missing);
            assert_word(row, &bytes, 0x6700, &format!("{missing} bytes of data missing"));
        }
        let mut bytes = short(row.header, &data, None);
        bytes[4] = 0xFF;
        assert_word(row, &bytes, 0x6700, "Lc FF");
    }
}

#[test]
fn lc_that_promises_less_than_comes_is_refused() {
    for row in ROWS.iter().filter(|row| !row.data.is_empty()) {
        for more in 1..=20 {
            let mut bytes = short(row.header, &row.bytes(), Some(0));
            bytes.resize(bytes.len() + more, 0);
            assert_word(row, &bytes, 0x6700, &format!("{more} bytes behind Le"));
        }
    }
    // A command without data whose Le is followed by something has an Lc that lies.
    for row in ROWS.iter().filter(|row| row.data.is_empty()) {
        for body in ["0200", "0101", "010101", "1e00", "ff00"] {
            let bytes = [row.header.as_slice(), &crate::bytes(body)].concat();
            assert_word(row, &bytes, 0x6700, body);
        }
    }
}

#[test]
fn extended_length_is_refused() {
    for row in ROWS {
        let data = row.bytes();
        let len = u16::try_from(data.len()).unwrap().to_be_bytes();
        let mut forms =
            vec![vec![0, 0], vec![0, 0x1E], vec![0, 0, 0], vec![0, 1, 0], vec![0, 0, 0x2C]];
        if !data.is_empty() {
            forms = vec![
                [&[0], len.as_slice(), &data].concat(),
                [&[0], len.as_slice(), &data, &[0, 0]].concat(),
                [&[0], len.as_slice(), &data, &[0, 4]].concat(),
            ];
        }
        for form in forms {
            let bytes = [row.header.as_slice(), &form].concat();
            assert_word(row, &bytes, 0x6700, "extended length");
        }
    }
}

#[test]
fn le_is_absent_zero_or_exact() {
    for row in ROWS {
        assert_word(row, &short(row.header, &row.bytes(), None), 0x9000, "no Le");
        for le in 0..=255 {
            let bytes = short(row.header, &row.bytes(), Some(le));
            let wanted =
                if row.takes_le(le) { 0x9000 } else { row.refusal_of_le().unwrap_or(0x9000) };
            assert_word(row, &bytes, wanted, &format!("Le {le:02X}"));
        }
    }
}

#[test]
fn the_answers_of_variable_length_have_their_own_le() {
    let read = |offset: u8| [0x00, 0xB0, 0x95, offset];
    for offset in 0..30 {
        let rest = 30 - offset;
        assert_eq!(Device::Card.judge(&short(read(offset), &[], Some(rest))), 0x9000, "{offset}");
        let wanted = 0x6C00 + u16::from(rest);
        assert_eq!(Device::Card.judge(&short(read(offset), &[], Some(rest + 1))), wanted);
    }
    let open = ROWS.iter().filter(|row| row.answer == Answer::Open).count();
    assert_eq!(open, 9, "commands whose Le the door cannot judge");
}

#[test]
fn less_than_a_header_is_refused() {
    for device in [Device::Card, Device::Psam] {
        for bytes in [&[][..], &[0x40], &[0x00, 0xA4], &[0xE0, 0xCA, 0x00]] {
            assert_eq!(device.judge(bytes), 0x6700, "{bytes:02X?}");
        }
    }
}
