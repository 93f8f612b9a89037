//! Deployed terminals send these very bytes, and card and PSAM serve them unchanged: the short GET
//! GREY STATUS with Le 1E or 00, two dispersing levels, the *field* scheme's short E0 44, CTC n or
//! n + 1, a TTC that is one too high in the debit, GET RESPONSE in between (protocol §6, §8).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use host::KeyKind;
use sim::World;
use sim::reader::{CardReader, honest};
use terminal::Transport;
use wire::Scheme;

/// Sends hex digits and answers data and status word as hex digits.
fn send(chip: &mut impl Transport, command: &str) -> (String, String) {
    let bytes = hex::decode(command.replace(' ', "")).unwrap();
    let answer = hex::encode(&*chip.transmit(&bytes).expect("an answer"));
    let (data, status) = answer.split_at(answer.len() - 4);
    (data.to_owned(), status.to_owned())
}

fn done(chip: &mut impl Transport, command: &str) -> String {
    let (data, status) = send(chip, command);
    assert_eq!(status, "9000", "{command}");
    data
}

/// A network of the field: the *field* scheme, the issuer as a second dispersing input.
fn network() -> World {
    let mut keys = World::new(5, Scheme::Field).keys;
    keys.levels = KeyKind::ALL.map(|kind| (kind, 2)).into();
    keys.issuer = [0x62, 0x01, 0, 0, 0, 0, 0, 0x01];
    let mut world = World::with_keys(5, keys);
    world.issue(10_000).unwrap();
    world.open_site("North").unwrap();
    world
}

const TID: &str = "000000000001";
const LOCKED_AT: &str = "20260601 080001";

/// From SELECT to the certified lock; answers CTC n and TTC.
fn lock(world: &mut World, card: &mut CardReader, status_le: &str) -> (u16, String) {
    done(card, "00A40000 02 3F01 00");
    let public = done(card, "00B09500 1E");
    let (issuer, asn) = (&public[..16], &public[24..40]);
    let status = done(card, &format!("E0CA0000 {status_le}"));
    assert_eq!(status.len(), 60, "thirty bytes");
    done(card, "00200000 03 123456");
    let begun = done(card, &format!("E07A0801 07 01{TID} 0F"));
    // Nothing waits for it, and it leaves every state.
    assert_eq!(send(card, "00C00000 0F").1, "6985");
    let (balance, ctc, key, icc) = (&begun[..8], &begun[8..12], &begun[18..22], &begun[22..30]);
    let psam = &mut world.sites[0].psam;
    let init = format!("E0400000 24 {icc}{ctc}{balance} 91 {LOCKED_AT} {key} {asn} {issuer} 0C");
    let drawn = done(psam, &init);
    assert_eq!(send(psam, "00C00000 0C").1, "6985");
    let (ttc, trn, mac1) = (&drawn[..8], &drawn[8..16], &drawn[16..24]);
    let locked = done(card, &format!("E07C0800 13 {ttc}{trn} {LOCKED_AT} {mac1} 08"));
    done(psam, &format!("E0420000 04 {}", &locked[8..]));
    (u16::from_str_radix(ctc, 16).unwrap(), ttc.to_owned())
}

/// E0 44 in its shortest form, then the debit; the terminal counts TTC on before it sends it.
fn debit(world: &mut World, card: &mut CardReader, ctc: u16, told: u16, ttc: &str) -> String {
    let asn = world.cards[0].asn.to_string();
    let given =
        done(&mut world.sites[0].psam, &format!("E0440000 0F 93 {asn} {told:04x} 000003E8 08"));
    let gmac = &given[..8];
    let next = u32::from_str_radix(ttc, 16).unwrap() + 1;
    let next_ctc = ctc + 1;
    done(
        card,
        &format!("E07E0801 1B 000003E8 {next_ctc:04x} {TID} {next:08x} 20260601 080213 {gmac} 04"),
    )
}

#[test]
fn terminals_of_the_field_work_unchanged() {
    let mut world = network();
    let mut card = world.insert(0, honest()).unwrap();
    for (status_le, told) in [("1E", 1), ("00", 0), ("1E", 0)] {
        let (ctc, ttc) = lock(&mut world, &mut card, status_le);
        let grey = done(&mut card, &format!("E0CA0000 {status_le}"));
        assert_eq!(&grey[..4], "0191", "grey, tag 91");
        // While fuel flows, and nothing waits for it either.
        assert_eq!(send(&mut card, "00C00000 08").1, "6985");
        let tac = debit(&mut world, &mut card, ctc, ctc + told, &ttc);
        let unread = done(&mut card, "E0CA0100 1E");
        assert_eq!(&unread[..4], "1093", "its TAC is unread");
        assert_eq!(&unread[52..60], tac);
        assert_eq!(&done(&mut card, "E0CA0000 00")[..4], "0000", "and cleared");
    }
    let balance = done(&mut card, "805C0001 04");
    assert_eq!(balance, format!("{:08x}", 10_000 - 3 * 1_000));
}

/// The codes are those of the stored lock, whatever TID and TTC the command had: the centre takes
/// a TAC from the card's status, which names the lock.
#[test]
fn the_tac_names_the_lock_whatever_the_command_said() {
    let mut world = network();
    let mut card = world.insert(0, honest()).unwrap();
    let (ctc, ttc) = lock(&mut world, &mut card, "1E");
    debit(&mut world, &mut card, ctc, ctc + 1, &ttc);
    let status = done(&mut card, "E0CA0200 00");
    assert_eq!(status.len(), 88, "forty-four bytes");
    assert_eq!(&status[18..30], TID);
    assert_eq!(&status[60..68], ttc, "the lock's TTC, not the command's");
}
