//! Every command in every standing of a lock, with the status word it answers (protocol §5, §8).

use wire::psam_command::DebitGreyUnlock;
use wire::{Dispersing, KeyRef, PsamCommand, Purse, Ttc};

use crate::support::*;

/// The standings, in the order of the columns below.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Unselected,
    Directory,
    NoLock,
    Drawn,
    TwoWrong,
    Certified,
    Given,
    Dropped,
}

use Standing::*;

const STANDINGS: [Standing; 8] =
    [Unselected, Directory, NoLock, Drawn, TwoWrong, Certified, Given, Dropped];
const GIVEN_UNITS: u32 = 4_321;

/// What a row sends, made from the session at hand.
type Make = fn(&Session) -> Vec<u8>;

struct Row {
    name: &'static str,
    make: Make,
    seed: [u16; 8],
    /// Where the *field* scheme differs.
    field: Option<[u16; 8]>,
}

const fn row(name: &'static str, make: Make, seed: [u16; 8]) -> Row {
    Row { name, make, seed, field: None }
}

fn encoded(command: &PsamCommand<'_>) -> Vec<u8> {
    command.encode().to_vec()
}

fn certificate(ttc: Option<Ttc>, session: &Session, right: bool) -> Vec<u8> {
    let mac2 = if right { session.mac2() } else { WRONG };
    encoded(&PsamCommand::CertificateGreyLock { ttc, mac2 })
}

/// A debit that differs from the right one in what `change` does.
fn debit(session: &Session, change: fn(&mut DebitGreyUnlock)) -> Vec<u8> {
    let mut fields = session.debit_fields(GIVEN_UNITS);
    change(&mut fields);
    encoded(&PsamCommand::DebitGreyUnlock(fields))
}

/// One row for each command. Columns: not selected, directory, no lock, drawn, two wrong MAC2, certified, given,
/// dropped after three wrong MAC2.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("SELECT by name", |_| select_application(), [0x9000; 8]),
    row("SELECT by file id", |_| vec![0, 0xA4, 0, 0, 2, 0x3F, 0x01], [0x9000; 8]),
    row("SELECT the directory", |_| vec![0, 0xA4, 0, 0, 2, 0x3F, 0x00, 0], [0x9000; 8]),
    row("SELECT what is not there", |_| vec![0, 0xA4, 4, 0, 2, 0x3F, 0x01], [0x6A82; 8]),
    row("READ BINARY serial", |_| vec![0, 0xB0, 0x95, 0, 0],
        [0x6985, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000]),
    row("READ BINARY TID", |_| vec![0, 0xB0, 0x96, 0, 6],
        [0x6985, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000]),
    row("READ BINARY another file", |_| vec![0, 0xB0, 0x97, 0, 0],
        [0x6985, 0x6A82, 0x6A82, 0x6A82, 0x6A82, 0x6A82, 0x6A82, 0x6A82]),
    row("READ BINARY beyond", |_| vec![0, 0xB0, 0x96, 6, 0],
        [0x6985, 0x6B00, 0x6B00, 0x6B00, 0x6B00, 0x6B00, 0x6B00, 0x6B00]),
    row("GET RESPONSE", |_| vec![0, 0xC0, 0, 0, 8], [0x6985; 8]),
    row("INIT", |s| encoded(&s.card.init()),
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000]),
    row("INIT, key version not there", |s| init(s, |card| card.key.version = 9),
        [0x6985, 0x6985, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403]),
    row("INIT, key of another suite", |s| init(s, |card| card.key.algorithm = 0x20),
        [0x6985, 0x6985, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403]),
    row("INIT, suite that is not here", |s| init(s, |card| card.key = KeyRef { version: 3, algorithm: 0x30 }),
        [0x6985, 0x6985, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403]),
    row("CERTIFICATE right", |s| certificate(Some(s.ttc), s, true),
        [0x6985, 0x6985, 0x6A88, 0x9000, 0x9000, 0x9000, 0x9000, 0x6A88]),
    row("CERTIFICATE right, newest", |s| certificate(None, s, true),
        [0x6985, 0x6985, 0x6A88, 0x9000, 0x9000, 0x9000, 0x9000, 0x6A88]),
    row("CERTIFICATE wrong", |s| certificate(Some(s.ttc), s, false),
        [0x6985, 0x6985, 0x6A88, 0x9302, 0x9302, 0x9302, 0x9302, 0x6A88]),
    row("CERTIFICATE wrong, newest", |s| certificate(None, s, false),
        [0x6985, 0x6985, 0x6A88, 0x9302, 0x9302, 0x9302, 0x9302, 0x6A88]),
    row("CERTIFICATE, TTC not drawn", |s| certificate(Some(Ttc(99)), s, true),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT", |s| debit(s, |_| {}),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]),
    row("DEBIT with CTC n", |s| debit(s, |d| d.ctc -= 1),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]),
    row("DEBIT with CTC n + 2", |s| debit(s, |d| d.ctc += 1),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT with CTC n - 1", |s| debit(s, |d| d.ctc -= 2),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT of another card", |s| debit(s, |d| d.asn.0[7] ^= 1),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT of the other purse", |s| debit(s, |d| d.purse = Purse::Ep),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT, TTC not drawn", |s| debit(s, |d| d.ttc = Some(Ttc(99))),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT without TTC", |s| debit(s, |d| d.ttc = None),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]),
    row("DEBIT without TTC, CTC n", |s| debit(s, |d| { d.ttc = None; d.ctc -= 1; }),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]),
    row("DEBIT without TTC, CTC n + 2", |s| debit(s, |d| { d.ttc = None; d.ctc += 1; }),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    row("DEBIT without TTC, another card", |s| debit(s, |d| { d.ttc = None; d.asn.0[0] ^= 1; }),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
    Row { name: "DEBIT, short form", make: |s| debit(s, |d| { d.ttc = None; d.end = None; }),
        seed: [0x6985, 0x6985, 0x6A88, 0x6700, 0x6700, 0x6700, 0x6700, 0x6A88],
        field: Some([0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]) },
    row("DEBIT of the whole balance", |s| debit(s, |d| d.amount = amount(10_000)),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x6985, 0x6A88]),
    row("DEBIT of nothing", |s| debit(s, |d| d.amount = amount(0)),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x6985, 0x6A88]),
    row("DEBIT above the balance", |s| debit(s, |d| d.amount = amount(10_001)),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9401, 0x6985, 0x6A88]),
    Row { name: "DEBIT with another end", make: |s| debit(s, |d| d.end = Some(other_end())),
        seed: [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x6985, 0x6A88],
        field: Some([0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x9000, 0x9000, 0x6A88]) },
    row("PURCHASE", |s| encoded(&s.card.init_purchase(500)),
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000]),
    row("PURCHASE, key version not there", |s| purchase(s, |card| card.key.version = 9),
        [0x6985, 0x6985, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403]),
    row("PURCHASE, suite that is not here", |s| purchase(s, |card| card.key = KeyRef { version: 3, algorithm: 0x30 }),
        [0x6985, 0x6985, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403, 0x9403]),
    row("CREDIT without INIT", |_| encoded(&PsamCommand::CreditPurchase { mac2: WRONG }), [0x6985; 8]),
    row("GET GMAC", |s| encoded(&s.get_gmac()),
        [0x6985, 0x6985, 0x6A88, 0x6985, 0x6985, 0x6985, 0x9000, 0x6A88]),
    row("GET GMAC, TTC not drawn", |_| encoded(&PsamCommand::GetGmac(Ttc(99))),
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88, 0x6A88]),
];

fn init(session: &Session, change: fn(&mut Card)) -> Vec<u8> {
    let mut card = session.card;
    change(&mut card);
    encoded(&card.init())
}

fn purchase(session: &Session, change: fn(&mut Card)) -> Vec<u8> {
    let mut card = session.card;
    change(&mut card);
    encoded(&card.init_purchase(500))
}

/// A PSAM whose only lock has come so far, and what card and terminal know of it.
fn bring_to(standing: Standing, card: Card) -> (Sam, Session) {
    let mut sam = new_sam();
    // What would be the session, where there is none.
    let imagined = card.start(&mut new_sam());
    let wrong = |sam: &mut Sam, session: &Session, times: usize| {
        for _ in 0..times {
            assert_eq!(status(sam, &session.wrong_certificate()), 0x9302);
        }
    };
    let session = match standing {
        NoLock => imagined,
        Drawn => card.start(&mut sam),
        TwoWrong | Dropped => {
            let session = card.start(&mut sam);
            wrong(&mut sam, &session, if standing == Dropped { 3 } else { 2 });
            session
        }
        Certified => card.certify(&mut sam),
        Given => card.give(&mut sam, GIVEN_UNITS),
        Unselected | Directory => {
            // Even a lock that is there is out of reach.
            let session = card.certify(&mut sam);
            sam.reset();
            session
        }
    };
    if standing == Directory {
        assert_eq!(send(&mut sam, b"\0\xA4\x04\0\x0E1PAY.SYS.DDF01").1, 0x9000);
    }
    (sam, session)
}

/// Whether a row may write, being answered so.
fn may_write(name: &str, standing: Standing, status: u16) -> bool {
    match status {
        0x9000 if name == "INIT" || name == "PURCHASE" => true,
        0x9000 | 0x9302 if name.starts_with("CERTIFICATE") => matches!(standing, Drawn | TwoWrong),
        0x9000 => name.starts_with("DEBIT") && standing == Certified,
        _ => false,
    }
}

#[test]
fn every_command_in_every_standing_answers_its_status_word() {
    let levels = [0, 1, 2, 3]
        .map(|count| Dispersing::new(&[[0x11; 8], [0x22; 8], [0x33; 8]][..count]).unwrap());
    let mut cases = 0;
    for (key, dispersing) in
        [SEED, FIELD].into_iter().flat_map(|key| levels.map(|levels| (key, levels)))
    {
        for row in ROWS {
            let wanted = if key == FIELD { row.field.unwrap_or(row.seed) } else { row.seed };
            for (standing, wanted) in STANDINGS.into_iter().zip(wanted) {
                let (mut sam, session) =
                    bring_to(standing, Card { dispersing, ..Card::new(1, key) });
                let bytes = (row.make)(&session);
                let writes = sam.nvm_mut().writes;
                let (data, found) = send(&mut sam, &bytes);
                assert_eq!(
                    format!("{found:04X}"),
                    format!("{wanted:04X}"),
                    "{} in {standing:?}, {key:?}, {} levels",
                    row.name,
                    dispersing.inputs().len() + 1
                );
                assert!(
                    found == 0x9000 || data.is_empty(),
                    "{}: a refusal carries no data",
                    row.name
                );
                let wrote = sam.nvm_mut().writes > writes;
                assert_eq!(
                    wrote,
                    may_write(row.name, standing, found),
                    "{} in {standing:?} writes",
                    row.name
                );
                cases += 1;
            }
        }
    }
    println!(
        "table: {} commands x {} standings x 2 schemes x 4 levels: {cases} cases",
        ROWS.len(),
        STANDINGS.len()
    );
}

/// What the parser refuses: the order is class, instruction, P1/P2, length, Le, data, and only then the state.
#[test]
fn what_is_malformed_is_refused_in_the_order_of_the_checks() {
    let card = Card::new(1, SEED);
    let init = encoded(&card.init());
    let with = |at: usize, byte: u8| {
        let mut bytes = init.clone();
        bytes[at] = byte;
        bytes
    };
    let purchase = [&[0x80, 0x70], &init[2..init.len() - 1]].concat();
    let body = |ins: u8, len: u8| [vec![0xE0, ins, 0, 0, len], vec![0x91; len.into()]].concat();
    let rows: &[(&str, Vec<u8>, u16)] = &[
        ("nothing", vec![], 0x6700),
        ("half a header", vec![0xE0, 0x40, 0], 0x6700),
        ("class 84", vec![0x84, 0x40, 1, 0], 0x6E00),
        ("INIT SAM GREY LOCK in class 80", vec![0x80, 0x40, 1, 0], 0x6D00),
        ("class FF before all else", vec![0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 0x6E00),
        ("instruction 48", vec![0xE0, 0x48, 1, 1], 0x6D00),
        ("SELECT in the other class", vec![0xE0, 0xA4, 4, 0], 0x6D00),
        ("INIT in the other class", vec![0x00, 0x40, 0, 0], 0x6D00),
        ("INIT with P1", vec![0xE0, 0x40, 1, 0], 0x6A86),
        ("GET GMAC with P2", vec![0xE0, 0x46, 0, 1, 4, 0, 0, 0, 1], 0x6A86),
        ("SELECT with P1 02", vec![0, 0xA4, 2, 0, 2, 0x3F, 0], 0x6A86),
        ("READ BINARY without a short id", vec![0, 0xB0, 0, 0, 0], 0x6A86),
        ("INIT without data", vec![0xE0, 0x40, 0, 0], 0x6700),
        ("INIT 1B", body(0x40, 0x1B), 0x6700),
        ("INIT 23", body(0x40, 0x23), 0x6700),
        ("INIT 3C, a level too many", body(0x40, 0x3C), 0x6700),
        ("INIT whose Lc lies", with(4, 0x1B), 0x6700),
        ("CERTIFICATE 05", body(0x42, 5), 0x6700),
        ("DEBIT 10", body(0x44, 0x10), 0x6700),
        ("DEBIT 19", body(0x44, 0x19), 0x6700),
        ("GET GMAC 08", body(0x46, 8), 0x6700),
        ("GET RESPONSE with data", vec![0, 0xC0, 0, 0, 1, 0], 0x6700),
        ("INIT wants 8", with(init.len() - 1, 8), 0x6C0C),
        ("DEBIT wants 4, before its data are judged", [body(0x44, 0x1A), vec![4]].concat(), 0x6C08),
        ("GET GMAC wants 4", vec![0xE0, 0x46, 0, 0, 4, 0, 0, 0, 1, 4], 0x6C08),
        ("CERTIFICATE wants an answer", [body(0x42, 4), vec![4]].concat(), 0x6700),
        ("INIT, balance above 7FFFFFFF", with(5 + 6, 0x80), 0x6A80),
        ("INIT, tag 93", with(5 + 10, 0x93), 0x6A80),
        ("INIT, tag 05", with(5 + 10, 0x05), 0x6A80),
        ("INIT, month 13", with(5 + 13, 0x13), 0x6A80),
        ("INIT, day 00", with(5 + 14, 0x00), 0x6A80),
        ("INIT, nibble above 9", with(5 + 12, 0x2A), 0x6A80),
        ("INIT, hour 24", with(5 + 15, 0x24), 0x6A80),
        ("INIT, second 60", with(5 + 17, 0x60), 0x6A80),
        ("DEBIT, tag 91", body(0x44, 0x1A), 0x6A80),
        ("PURCHASE, tag 91", purchase, 0x6A80),
    ];
    for (name, bytes, wanted) in rows {
        for selected in [true, false] {
            let mut sam = new_sam();
            if !selected {
                sam.reset();
            }
            let before = sam.nvm_mut().bytes.clone();
            let (data, found) = send(&mut sam, bytes);
            assert_eq!(
                format!("{found:04X}"),
                format!("{wanted:04X}"),
                "{name}, selected: {selected}"
            );
            assert!(data.is_empty() && sam.nvm_mut().bytes == before);
        }
    }
}

/// 9403 goes before 9402, and 9402 before 6A84; each leaves everything as it was.
#[test]
fn init_refuses_in_the_order_of_the_protocol() {
    let mut sam = sam_of(&psam::Profile { first_ttc: u32::MAX - 16, ..profile() });
    for number in 1..=16 {
        Card::new(number, SEED).certify(&mut sam);
    }
    let before = sam.nvm_mut().bytes.clone();
    let unknown = Card { key: KeyRef { version: 4, algorithm: 0 }, ..Card::new(1, SEED) };
    assert_eq!(sam.view().next_ttc, Ttc(u32::MAX), "FFFFFFFF is never given");
    assert_eq!(status(&mut sam, &unknown.init()), 0x9403);
    assert_eq!(status(&mut sam, &Card::new(17, SEED).init()), 0x9402);
    assert_eq!(sam.nvm_mut().bytes, before);
    let mut sam = power_cycle(sam);
    assert_eq!(status(&mut sam, &Card::new(17, SEED).init()), 0x9402, "the end is the end");
}

/// Each length of each command that has more than one, and that the codes come out alike.
#[test]
fn every_length_of_a_command_works() {
    let levels: &[[u8; 8]] = &[[0xB1; 8], [0xB2; 8], [0xB3; 8]];
    for (count, lc) in [(0, 0x1C), (1, 0x24), (2, 0x2C), (3, 0x34)] {
        let dispersing = Dispersing::new(&levels[..count]).unwrap();
        let card = Card { dispersing, ..Card::new(1, SEED) };
        let bytes = encoded(&card.init());
        assert_eq!(bytes[4], lc);
        let mut sam = new_sam();
        card.give(&mut sam, 5);
    }
    for (key, forms) in [(SEED, &[0x1A, 0x16][..]), (FIELD, &[0x1A, 0x16, 0x0F])] {
        for lc in forms {
            let mut sam = new_sam();
            let session = Card::new(2, key).certify(&mut sam);
            let full = encoded(&session.debit(77));
            let bytes = [&full[..4], &[*lc], &full[5..5 + usize::from(*lc)]].concat();
            assert_eq!(send(&mut sam, &bytes), (session.expected(77), 0x9000), "{key:?} {lc:02X}");
            for form in forms
                .iter()
                .map(|lc| [&full[..4], &[*lc], &full[5..5 + usize::from(*lc)], &[8]].concat())
            {
                assert_eq!(
                    send(&mut sam, &form),
                    (session.expected(77), 0x9000),
                    "an equal repeat in any form"
                );
            }
            assert_eq!(
                send(&mut sam, &encoded(&session.get_gmac())),
                (session.expected(77), 0x9000)
            );
        }
    }
}

#[test]
fn select_answers_the_fci_and_read_binary_the_files() {
    let mut sam = new_sam();
    let name = [&[0x84, 10][..], &wire::files::DEFAULT_AID].concat();
    let (fci, _) = send(&mut sam, &select_application());
    assert_eq!((fci[0], usize::from(fci[1])), (0x6F, fci.len() - 2));
    assert_eq!(fci[2..14], name[..]);
    assert_eq!((fci[14], usize::from(fci[15])), (0xA5, fci.len() - 16));
    assert_eq!(
        send(&mut sam, &[0, 0xA4, 0, 0, 2, 0x3F, 1]),
        (fci.clone(), 0x9000),
        "by file id the same"
    );

    let len = u8::try_from(fci.len()).unwrap();
    assert_eq!(send(&mut sam, &[0, 0xA4, 0, 0, 2, 0x3F, 1, len]).1, 0x9000);
    sam.reset();
    assert_eq!(send(&mut sam, &[0, 0xA4, 0, 0, 2, 0x3F, 1, len + 1]).1, 0x6C00 | u16::from(len));
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x95, 0, 0]).1, 0x6985, "wrong Le: nothing was selected");
    select(&mut sam);
    assert_eq!(send(&mut sam, &[0, 0xA4, 0, 0, 2, 0x3F, 2]).1, 0x6A82);
    assert_eq!(
        send(&mut sam, &[0, 0xB0, 0x95, 0]),
        (SERIAL.to_vec(), 0x9000),
        "a failed SELECT changes nothing"
    );
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x95, 4, 6]), (SERIAL[4..].to_vec(), 0x9000));
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x95, 4, 5]), (vec![], 0x6C06));
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x95, 9, 0]), (SERIAL[9..].to_vec(), 0x9000));
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x95, 10, 0]), (vec![], 0x6B00));
    assert_eq!(send(&mut sam, &[0, 0xB0, 0x96, 0, 0]), (TID.0.to_vec(), 0x9000));
}
