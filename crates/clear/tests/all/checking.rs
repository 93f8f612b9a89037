//! Every code that is altered is found, and named.

use clear::check::{self, Finding};
use clear::reason;
use clear::row::{Kind, Row, mark};
use host::Code;

use crate::maker::{checker, grey, no_dispense, sale, tac_seen, unlock, void};

fn found(row: Row) -> (Option<Code>, u8) {
    let Finding { reason, marks } = check::batch(&checker(), &[row])[0];
    (reason::of(reason), marks)
}

#[test]
fn right_rows_are_right() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    assert_eq!(found(row), (None, mark::GTAC | mark::TAC));
    assert_eq!(found(grey((1, 0, 2, 1, 5_000, 1_200))), (None, mark::GTAC));
    assert_eq!(found(tac_seen(&row, 4)), (None, mark::TAC));
    let unproved = Row { kind: Kind::Unproved as u8, gmac: 0, sam_tac: 0, ..row };
    assert_eq!(found(unproved), (None, mark::GTAC));
    for row in [unlock(&row, 5), no_dispense(&row), void(1, 1)] {
        assert_eq!(found(row), (None, 0));
    }
}

#[test]
fn every_altered_column_is_found() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let rows = [
        (Row { mac2: row.mac2 ^ 1, ..row }, Code::Mac2Wrong),
        (Row { gmac: row.gmac ^ 1, ..row }, Code::GmacWrong),
        (Row { sam_tac: row.sam_tac ^ 1, ..row }, Code::SamTacWrong),
        (Row { balance: 5_001, ..row }, Code::Mac2Wrong),
        (Row { ceiling: 5_001, ..row }, Code::CeilingExceedsBalance),
        (Row { ceiling: 1_199, ..row }, Code::AmountExceedsCeiling),
        (Row { amount: 1_201, ..row }, Code::GmacWrong),
        (Row { end_time: 0x08_36_00, ..row }, Code::GmacWrong),
        (Row { lock_time: 0x08_31_00, ..row }, Code::Mac2Wrong),
        (Row { key_version: 2, ..row }, Code::KeyVersionUnknown),
        (Row { algorithm: 0x10, ..row }, Code::KeyVersionUnknown),
        (Row { trn: 0x7FFF_FFFF, ..row }, Code::TermsInconsistent),
        (Row { ctc: 0xFFFE, ..row }, Code::TermsInconsistent),
        (Row { asn: 0x100A, ..row }, Code::TermsInconsistent),
        (Row { purse: 3, ..row }, Code::TermsInconsistent),
        (Row { tid: 1 << 48, ..row }, Code::TermsInconsistent),
        (Row { end_date: 0x2026_1323, ..row }, Code::TermsInconsistent),
        (Row { kind: 8, ..row }, Code::TermsInconsistent),
        (Row { kind: 9, ..row }, Code::TermsInconsistent),
        (Row { tac: row.tac ^ 1, ..tac_seen(&row, 4) }, Code::TacWrong),
        (Row { marks: 0, ..tac_seen(&row, 4) }, Code::TermsInconsistent),
        (Row { amount: 7, ..tac_seen(&row, 4) }, Code::TacWrong),
        (Row { amount: u32::MAX, ..unlock(&row, 4) }, Code::TermsInconsistent),
        (Row { marks: 0, ..unlock(&row, 4) }, Code::TermsInconsistent),
        (Row { marks: 0, ..row }, Code::TermsInconsistent),
        (Row { trn: 0x7FFF_FFFF, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { ctc: 0xFFFE, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { balance: u32::MAX, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { lock_date: 0x2026_1323, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { lock_time: 0x24_00_00, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { asn: 0x100A, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { purse: 3, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { tid: 1 << 48, ..no_dispense(&row) }, Code::TermsInconsistent),
        (Row { tid: 1 << 48, ..void(2, 2) }, Code::TermsInconsistent),
    ];
    for (row, code) in rows {
        assert_eq!(found(row).0, Some(code), "{row:?}");
    }
    assert_eq!(found(Row { tac: 1, ..row }), (None, mark::GTAC), "it stays grey");
    assert_eq!(found(Row { gtac: 1, ..row }), (None, mark::TAC), "it rejects no record");
}

#[test]
fn a_batch_keeps_its_places() {
    let rows: Vec<Row> = (0..300)
        .map(|place| {
            let row = sale((u64::from(place), 0, 2, place, 5_000, 1_200));
            match place % 5 {
                0 => Row { mac2: row.mac2 ^ 4, ..row },
                1 => tac_seen(&row, 3),
                2 => void(2, place),
                _ => row,
            }
        })
        .collect();
    let found: Vec<bool> =
        check::batch(&checker(), &rows).iter().map(|found| found.reason != 0).collect();
    let expected: Vec<bool> = (0..300).map(|place| place % 5 == 0).collect();
    assert_eq!(found, expected);
}
