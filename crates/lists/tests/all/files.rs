//! A list as bytes.

use lists::{Blacklist, Cursor};
use wire::Asn;

fn card(number: u8) -> Asn {
    Asn([0x62, 0x80, 0x10, 0, 0, 0, 0, number])
}

fn cursor() -> Cursor {
    "0:15,2:7".parse().unwrap()
}

/// Kept since layout 1: version 9, cards 05 and 17.
const FROZEN: &str = "475245594c4953540101080000000000000000090000000000000002";

#[test]
fn a_file_gives_the_same_list() {
    let mut list = Blacklist::base(8, vec![card(0x17), card(0x05), card(0x17)]);
    list.apply(9, card(0x33), true).unwrap();
    let (again, until) = Blacklist::from_bytes(&list.to_bytes(&cursor())).unwrap();
    assert_eq!(until, cursor());
    assert_eq!(again.list().version(), 9);
    assert_eq!(again.list().digest(), list.list().digest());
    let listed: Vec<u8> = (0..=255).filter(|number| again.contains(card(*number))).collect();
    assert_eq!(listed, [0x05, 0x17, 0x33]);
}

#[test]
fn the_head_is_as_it_was() {
    let bytes = Blacklist::base(9, vec![card(0x05), card(0x17)]).to_bytes(&cursor());
    let head: String = bytes.iter().take(28).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(head, FROZEN);
    assert_eq!(&bytes[60..70], b"\x00\x080:15,2:7");
    assert_eq!(bytes.len(), 70 + 2 * 8);
}

#[test]
fn any_damage_is_found_and_any_cut() {
    let bytes = Blacklist::base(9, vec![card(0x05), card(0x17)]).to_bytes(&cursor());
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        let found = Blacklist::from_bytes(&damaged);
        // Version and cursor are no part of what the list holds: the centre's answer to them tells.
        let told_by_the_centre = (12..20).contains(&place) || (62..70).contains(&place);
        assert!(found.is_err() || told_by_the_centre, "byte {place}");
        assert!(Blacklist::from_bytes(&bytes[..place]).is_err(), "cut at {place}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Blacklist::from_bytes(&longer).is_err());
}
