//! What is printed.

use receipt::{Ending, Receipt, picture};
use wire::Amount;

use crate::record::record;

fn receipt(ending: Ending) -> Receipt {
    let [station, product, unit, currency] = ["North", "Diesel", "L", "EUR"].map(str::to_owned);
    Receipt { station, product, unit, currency, decimals: 2, record: record(), ending }
}

#[test]
fn a_paid_receipt() {
    let lines = receipt(Ending::Paid { balance: Amount::new(25_213).unwrap() }).lines();
    assert_eq!(
        lines,
        [
            "             North",
            "        2026-06-15 12:34",
            "",
            "Diesel                  31.416 L",
            "  at 7.89/L",
            "TOTAL                 247.87 EUR",
            "",
            "Card            ************0017",
            "Terminal            112233445566",
            "Number                        41",
            "Balance               252.13 EUR",
        ]
    );
}

#[test]
fn a_grey_receipt_says_what_to_do_and_no_line_is_too_long() {
    let mut grey = receipt(Ending::Grey);
    assert!(grey.lines().iter().any(|line| line.contains("NOT PAID")));
    (grey.station, grey.product, grey.decimals) = ("x".repeat(50), "y".repeat(50), 0);
    assert!(grey.lines().iter().all(|line| line.chars().count() <= 32), "{:?}", grey.lines());
    assert!(grey.lines().iter().any(|line| line.ends_with("24787 EUR")));
}

#[test]
fn the_picture_has_the_code_when_there_is_one() {
    let lines = receipt(Ending::Grey).lines();
    let size = |png: &[u8]| u32::from_be_bytes(png[20..24].try_into().unwrap());
    let (with, without) =
        (picture::png(&lines, Some("GL1:ABC")).unwrap(), picture::png(&lines, None).unwrap());
    assert!(with.starts_with(b"\x89PNG") && size(&with) > size(&without) + 300);
    assert!(picture::png(&lines, Some(&"A".repeat(5_000))).is_err());
}
