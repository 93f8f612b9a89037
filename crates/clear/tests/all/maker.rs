//! Rows with right codes, made one by one.

use std::path::Path;
use std::sync::Arc;

use clear::engine::columns;
use clear::row::{Kind, Row, mark};
use crypto::Key;
use crypto::bulk::{Batch, Bulk, Codes, Engine};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use host::MainKeys;
use records::Checker;

/// The day of the tests.
pub(crate) const DAY: u32 = 0x2026_1123;

/// The same keys in every test.
pub(crate) fn keys() -> MainKeys {
    let key = |seed: u8| {
        Key::new(std::array::from_fn(|place| seed.wrapping_mul(37) ^ (place as u8 * 11)))
    };
    MainKeys::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(key), key(99))
}

/// The same as a file.
pub(crate) fn keys_file() -> String {
    keys_file::render(&keys()).as_str().to_owned()
}

pub(crate) fn checker() -> Arc<Checker> {
    Arc::new(Checker::new(&keys(), Engine::best()))
}

/// A card's ASN out of a number of decimal digits.
pub(crate) fn asn(card: u64) -> u64 {
    u64::from_str_radix(&format!("1000{card:012}"), 16).unwrap()
}

/// Card, CTC, station's PSAM, TTC, balance, amount.
pub(crate) type Terms = (u64, u16, u32, u32, u32, u32);

/// A grey record with right codes. Station n has PSAM n.
pub(crate) fn grey((card, ctc, station, ttc, balance, amount): Terms) -> Row {
    let row = Row {
        station,
        kind: Kind::Grey as u8,
        asn: asn(card),
        purse: 1,
        ctc,
        tid: 0x10_0000 + u64::from(station),
        ttc,
        key_version: 1,
        algorithm: 0,
        icc: ttc.wrapping_mul(0x9E37_79B1),
        trn: 0x8000_0000 | ttc,
        balance,
        lock_date: DAY,
        lock_time: 0x08_30_00,
        amount,
        end_date: DAY,
        end_time: 0x08_35_00,
        utc_offset_minutes: 480,
        ceiling: balance,
        ..Row::default()
    };
    coded(row)
}

/// The row with codes that are right for it.
pub(crate) fn coded(mut row: Row) -> Row {
    let checker = checker();
    let mut codes = [Codes::ZERO];
    let mut batch = Batch::default();
    batch.push(&row.outcome().record().unwrap());
    Bulk::new(Engine::Scalar, &checker.versions().all()[0].keys).codes(&batch, &mut codes);
    let number = |mac: wire::Mac| u32::from_be_bytes(mac.0);
    (row.mac2, row.gtac) = (number(codes[0].mac2), number(codes[0].gtac));
    (row.gmac, row.sam_tac) = (number(codes[0].gmac), number(codes[0].sam_tac));
    row.tac = number(codes[0].tac);
    row
}

/// The record with the TAC that its card answered.
pub(crate) fn sale(terms: Terms) -> Row {
    Row { kind: Kind::Sale as u8, marks: mark::TAC_THERE, ..grey(terms) }
}

/// The TAC of a lock, seen at another station.
pub(crate) fn tac_seen(of: &Row, station: u32) -> Row {
    Row { kind: Kind::TacSeen as u8, station, marks: mark::TAC_THERE, ..bare(of) }
}

/// An on-line unlock of a lock.
pub(crate) fn unlock(of: &Row, amount: u32) -> Row {
    let kind = Kind::OnlineUnlock as u8;
    Row { kind, amount, tac: 0x0AC3_0AC3, marks: mark::TAC_THERE, ..bare(of) }
}

/// The notice that nothing flowed.
pub(crate) fn no_dispense(of: &Row) -> Row {
    let kind = Kind::NoDispense as u8;
    let lock = Row { kind, amount: 0, end_date: 0, end_time: 0, ceiling: 0, ..*of };
    Row { mac2: 0, gtac: 0, gmac: 0, sam_tac: 0, tac: 0, marks: 0, ..lock }
}

/// A TTC whose LOCK never went out.
pub(crate) fn void(station: u32, ttc: u32) -> Row {
    let tid = 0x10_0000 + u64::from(station);
    Row { kind: Kind::Void as u8, station, tid, ttc, ..Row::default() }
}

fn bare(of: &Row) -> Row {
    let Row { station, asn, purse, ctc, tid, ttc, amount, end_date, end_time, tac, .. } = *of;
    Row { station, asn, purse, ctc, tid, ttc, amount, end_date, end_time, tac, ..Row::default() }
}

/// Rows as a day's table.
pub(crate) fn write(path: &Path, rows: &[Row]) {
    let pair = KeyValue::new("greylock.records".to_owned(), "1".to_owned());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![pair])).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, columns::schema(), Some(properties)).unwrap();
    for rows in rows.chunks(1000) {
        writer.write(&columns::batch(rows, false).unwrap()).unwrap();
    }
    writer.close().unwrap();
}
