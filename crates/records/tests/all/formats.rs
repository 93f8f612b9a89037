//! Files of every format, recognised by their content.

use std::fs::File;
use std::io::Write as _;

use records::{CsvWriter, Damage, Format, Outcome, RecordFile};
use wire::record::{ClaimedRecord, encode};

use crate::table::written;
use crate::world::{claimed, keys, made, order};

/// A file without a name.
pub(crate) fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    file
}

pub(crate) fn csv(rows: &[Outcome]) -> Vec<u8> {
    let mut writer = CsvWriter::new(Vec::new()).unwrap();
    writer.write(rows).unwrap();
    writer.finish().unwrap()
}

/// All rows, and what was told of those that are none.
type Read = (Format, Vec<Outcome>, Vec<(u64, String)>);

fn read(bytes: &[u8]) -> Result<Read, Damage> {
    let mut from = RecordFile::new(file(bytes))?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    while let Some(batch) = from.next(100)? {
        assert!(batch.len() <= 100 && batch.rows.len() == batch.places.len());
        rows.extend(batch.rows);
        wrong.extend(batch.wrong.into_iter().map(|wrong| (wrong.row, wrong.what)));
    }
    assert_eq!(from.read(), from.size(), "to the last byte");
    Ok((from.format(), rows, wrong))
}

/// What a station's export has, written by hand as docs/station.md says.
fn export(record: &ClaimedRecord, tac: &str) -> [(&'static str, String); 17] {
    let ClaimedRecord { terms, certified, delivery, .. } = record;
    [
        ("tid", terms.id.tid.to_string()),
        ("ttc", terms.id.ttc.to_string()),
        ("asn", terms.id.asn.to_string()),
        ("purse", terms.id.purse.to_string()),
        ("ctc", terms.id.ctc.to_string()),
        ("state", "settled".to_owned()),
        ("nozzle", "1".to_owned()),
        ("product", "92".to_owned()),
        ("unit_price", "789".to_owned()),
        ("quantity", "1564".to_owned()),
        ("amount", delivery.amount.to_string()),
        ("date", delivery.at.date.to_string()),
        ("time", delivery.at.time.to_string()),
        ("utc_offset_minutes", "60".to_owned()),
        ("tac", tac.to_owned()),
        ("gtac", certified.gtac.to_string()),
        ("record", hex::encode(encode(record).as_slice())),
    ]
}

#[test]
fn the_table_comes_back_from_every_format() {
    let (mut rows, _) = made(&order(500, 1), &keys(), 1);
    rows.push(Outcome { kind: 1, asn: u64::MAX, utc_offset_minutes: -720, ..Outcome::default() });
    assert_eq!(read(&written(&rows)).unwrap(), (Format::Parquet, rows.clone(), vec![]));
    assert_eq!(read(&csv(&rows)).unwrap(), (Format::Csv, rows, vec![]));
    assert_eq!(read(&csv(&[])).unwrap(), (Format::Csv, vec![], vec![]));
    assert_eq!(read(&written(&[])).unwrap(), (Format::Parquet, vec![], vec![]));
}

#[test]
fn a_line_shows_what_the_protocol_shows() {
    let record = claimed();
    let row = Outcome::of_record(7, &record, Some(wire::Mac([0, 1, 2, 0xAB])));
    let text = String::from_utf8(csv(&[row])).unwrap();
    let line = text.lines().nth(1).unwrap();
    assert!(line.starts_with("7,sale,1234567890123456,1,258,010203040506,77,1,10,"), "{line}");
    assert!(line.ends_with(",000102ab"), "{line}");
    assert!(line.contains(",20261123,093000,"), "{line}");
}

#[test]
fn other_programs_write_csv_in_other_ways() {
    let (rows, _) = made(&order(20, 1), &keys(), 1);
    let text = String::from_utf8(csv(&rows)).unwrap();
    let quoted = |line: &str| {
        line.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",")
    };
    let all_quoted = text.lines().map(quoted).collect::<Vec<_>>().join("\r\n");
    let bom = format!("\u{FEFF}{all_quoted}\r\n\r\n");
    let turned = |line: &str| {
        let fields: Vec<&str> = line.split(',').rev().collect();
        format!("{},more", fields.join(" , "))
    };
    let turned = text.lines().map(turned).collect::<Vec<_>>().join("\n").to_uppercase();
    let (head, rest) = turned.split_once('\n').unwrap();
    let kinds = |text: String| {
        ["sale", "grey", "tac_seen", "online_unlock", "no_dispense", "void", "unproved"]
            .iter()
            .fold(text, |text, kind| text.replace(&kind.to_uppercase(), kind))
    };
    let turned = format!("{}\n{}", head.to_lowercase(), kinds(rest.to_owned()));
    for text in [all_quoted, bom, turned] {
        let (format, read, wrong) = read(text.as_bytes()).unwrap();
        assert_eq!(wrong, vec![]);
        assert!(format == Format::Csv && read == rows, "{text}");
    }
}

#[test]
fn a_record_behind_another_on_its_line_is_told_and_not_dropped() {
    let (rows, _) = made(&order(3, 1), &keys(), 1);
    let text = String::from_utf8(csv(&rows)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let quoted =
        lines[1].replacen(&rows[0].station.to_string(), &format!("\"{}\"", rows[0].station), 1);
    // Carriage returns alone end lines for some programs, and not for this one.
    for (first, tells) in [(lines[1], "fields"), (&quoted, "more than one record")] {
        let text = format!("{}\n{first}\r{}\n{}\n", lines[0], lines[2], lines[3]);
        let (_, read, wrong) = read(text.as_bytes()).unwrap();
        assert_eq!(read, rows[2..]);
        assert!(matches!(&wrong[..], [(2, what)] if what.contains(tells)), "{wrong:?}");
    }
    // An end of the line after the end of the record is none.
    let text = format!("{}\n{quoted}\r\r\n", lines[0]);
    assert_eq!(read(text.as_bytes()).unwrap().1, rows[..1]);
}

#[test]
fn every_bad_line_is_told_and_none_ends_the_run() {
    let (rows, _) = made(&order(3, 1), &keys(), 1);
    let text = String::from_utf8(csv(&rows)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, value: &str| {
        let mut fields: Vec<&str> = lines[1].split(',').collect();
        fields[at] = value;
        fields.join(",")
    };
    let long = "x".repeat(20_000);
    let cases = [
        (with(0, "4294967296"), "`station` is too large"),
        (with(0, "-1"), "`station` must be a whole number"),
        (with(1, "sail"), "`kind` must be one of sale, grey"),
        (with(1, ""), "`kind` is empty"),
        (with(2, "12345678"), "`asn` must be exactly 16 hex digits"),
        (with(2, "+234567890123456"), "`asn` must be exactly 16 hex digits"),
        (with(3, "256"), "`purse` is too large"),
        (with(4, "65536"), "`ctc` is too large"),
        (with(6, "1e3"), "`ttc` must be a whole number"),
        (with(18, "40000"), "`utc_offset_minutes` is too large"),
        (with(24, "0102030"), "`tac` must be exactly 8 hex digits"),
        (format!("{},", lines[1]), "it has 26 fields, and 25 are wanted"),
        ("1,2,3".to_owned(), "fields, and 25 are wanted"),
        ("\"1,2,3".to_owned(), "fields, and 25 are wanted"),
        (long, "too long for a record"),
    ];
    let mut file = vec![lines[0].to_owned()];
    for (line, _) in &cases {
        file.extend([line.clone(), lines[1].to_owned()]);
    }
    let mut bytes = file.join("\n").into_bytes();
    bytes.extend(b"\n\xFF\xFE\n");
    let (_, read, wrong) = read(&bytes).unwrap();
    assert_eq!(read, vec![rows[0]; cases.len()]);
    assert_eq!(wrong.len(), cases.len() + 1);
    for (at, ((line, want), (row, what))) in cases.iter().zip(&wrong).enumerate() {
        assert!(what.contains(want), "{line:.80}: {what}");
        assert_eq!(*row, 2 * at as u64 + 2);
    }
    assert!(wrong.last().unwrap().1.contains("UTF-8"));
}

#[test]
fn a_stations_export_is_read_in_each_of_its_formats() {
    let record = claimed();
    let fields = export(&record, "0a0b0c0d");
    let sale = Outcome::of_record(0, &record, Some(wire::Mac([10, 11, 12, 13])));
    let grey = Outcome::of_record(0, &record, None);
    let csv = |lines: &[[(&str, String); 17]]| {
        let head = fields.each_ref().map(|(name, _)| *name).join(",");
        let line = |line: &[(&str, String); 17]| line.each_ref().map(|(_, v)| v.clone()).join(",");
        [head].into_iter().chain(lines.iter().map(line)).collect::<Vec<_>>().join("\n")
    };
    let lines = [fields.clone(), export(&record, "")];
    assert_eq!(
        read(csv(&lines).as_bytes()).unwrap(),
        (Format::ExportCsv, vec![sale, grey], vec![])
    );
    assert_eq!(read(csv(&[]).as_bytes()).unwrap(), (Format::ExportCsv, vec![], vec![]));
    let json = |fields: &[(&str, String); 17]| {
        let numbers = ["ttc", "ctc", "amount", "quantity"];
        let value = |(name, text): &(&str, String)| match text.as_str() {
            "" => format!("\"{name}\":null"),
            text if numbers.contains(name) => format!("\"{name}\":{text}"),
            text => format!("\"{name}\":\"{text}\""),
        };
        format!("{{{}}}\n", fields.iter().map(value).collect::<Vec<_>>().join(","))
    };
    let text = lines.iter().map(json).collect::<String>();
    let want = (Format::ExportJsonl, vec![sale, grey], vec![]);
    assert_eq!(read(text.as_bytes()).unwrap(), want);
    let bytes = encode(&record);
    let framed = [&[0, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat();
    let (format, rows, wrong) = read(&framed.repeat(250)).unwrap();
    assert_eq!((format, rows, wrong), (Format::ExportBin, vec![grey; 250], vec![]));
}

#[test]
fn what_an_export_says_twice_must_agree() {
    let record = claimed();
    for (name, other) in [
        ("tid", "010203040507"),
        ("ttc", "78"),
        ("asn", "1234567890123457"),
        ("purse", "ep"),
        ("ctc", "259"),
        ("amount", "1"),
        ("date", "20261124"),
        ("gtac", "00000000"),
        ("record", "00"),
        ("record", "xx"),
        ("record", ""),
        ("tac", "0102"),
    ] {
        let fields = export(&record, "0a0b0c0d");
        let head = fields.each_ref().map(|(name, _)| *name).join(",");
        let line =
            fields.map(|(field, v)| if field == name { other.to_owned() } else { v }).join(",");
        let (_, rows, wrong) = read(format!("{head}\n{line}\n").as_bytes()).unwrap();
        assert!(rows.is_empty() && wrong[0].1.contains(name), "{name}: {wrong:?}");
        assert_eq!(wrong[0].0, 2);
    }
    let text = "{\"record\": \"00\"}\nnot json\n{}\n[1]\n";
    let (_, rows, wrong) = read(text.as_bytes()).unwrap();
    assert_eq!((rows.len(), wrong.len()), (0, 4));
}

#[test]
fn a_file_of_something_else_is_refused_by_what_it_is() {
    let refused = |bytes: &[u8]| match read(bytes) {
        Err(Damage::Foreign(what)) => what,
        other => panic!("{other:?}"),
    };
    assert!(refused(b"").contains("empty"));
    for other in [
        &b"a,b,c\n1,2,3\n"[..],
        b"hello",
        b"\x00\x01\x02\x03",
        b"\x7FELF\x02\x01\x01",
        b"\xFF\xFE\xFD",
        b"[main]\nversion = 1\n",
        &[b'x'; 100_000],
    ] {
        assert!(refused(other).contains("no file of records"), "{other:.20?}");
    }
    let text = String::from_utf8(csv(&[])).unwrap();
    assert!(refused(text.replace(",gmac", "").as_bytes()).contains("no column `gmac`"));
    assert!(
        refused(text.replace(",gmac", ",mac2").as_bytes()).contains("`mac2` stands there twice")
    );
    let twice = text.replace("\n", ",gmac\n");
    assert!(refused(twice.as_bytes()).contains("twice"));
}

#[test]
fn an_export_that_ends_within_a_record_is_told_where() {
    let bytes = encode(&claimed());
    let framed = [&[0, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat();
    let mut three = framed.repeat(3);
    three.truncate(framed.len() * 2 + 10);
    let mut from = RecordFile::new(file(&three)).unwrap();
    assert_eq!(from.next(2).unwrap().unwrap().rows.len(), 2);
    let damage = from.next(2).unwrap_err().to_string();
    assert!(damage.contains("record 3") && damage.contains("byte 278"), "{damage}");
    // A record that is none is told, and the next one is read.
    let mut bent = framed.repeat(3);
    bent[framed.len() + 2 + 8] = 9;
    let (_, rows, wrong) = read(&bent).unwrap();
    assert_eq!((rows.len(), wrong), (2, vec![(2, "its bytes are no record".to_owned())]));
}
