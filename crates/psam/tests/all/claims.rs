//! What the claims of the source patent ask of the PSAM, with the layouts of protocol §4 spelled out in bytes.

use crypto::mac::{mac4, mac8};
use wire::{Dispersing, Icc, KeyRef, Purse};

use crate::support::*;

fn diversified(key: &crypto::Key, input: [u8; 8]) -> crypto::Key {
    let halves = [key.encrypt(input), key.encrypt(input.map(|byte| !byte))];
    crypto::Key::new(halves.concat().try_into().unwrap())
}

/// SESPK from the parts, in the scheme of the key.
fn sespk(dpk: &crypto::Key, session: &Session) -> [u8; 8] {
    let ttc = session.ttc.to_bytes();
    let ctc = session.card.ctc.to_be_bytes();
    let input = [&session.card.icc.0[..], &ctc, &ttc[2..]].concat();
    let sespk = dpk.encrypt(input.try_into().unwrap());
    if session.card.key == SEED { sespk } else { mac8(&sespk, &session.trn) }
}

/// `91 || TID || TTC || date || time`; *field*: without TTC.
fn mac1_input(session: &Session) -> Vec<u8> {
    let tag = if session.card.purse == Purse::Ed { 0x91 } else { 0x92 };
    let ttc = session.ttc.to_bytes();
    let ttc = if session.card.key == SEED { &ttc[..] } else { &[] };
    [&[tag][..], &TID.0, ttc, &[0x20, 0x26, 0x02, 0x28, 0x22, 0x10, 0x00]].concat()
}

fn cards() -> impl Iterator<Item = Card> {
    [SEED, FIELD]
        .into_iter()
        .flat_map(|key| Purse::ALL.map(|purse| Card { purse, ..Card::new(3, key) }))
}

/// Claim 4: the second code (MAC1) goes to the card, the card's MAC2 is compared, and the third code (GMAC) is made
/// over the debit; each under the locking card source.
#[test]
fn claim_04_the_codes_of_lock_certification_and_debit() {
    for card in cards() {
        let mut sam = new_sam();
        let session = card.start(&mut sam);
        let source = sespk(&diversified(&main_key(card.key), card.asn.0), &session);
        assert_eq!(session.mac1, mac4(&source, &mac1_input(&session)));

        let mac2_input = [&card.balance.to_bytes()[..], &mac1_input(&session)].concat();
        let mac2 = mac4(&source, &mac2_input);
        let certificate = [&[0xE0, 0x42, 0, 0, 4][..], &mac2.0].concat();
        assert_eq!(send(&mut sam, &certificate), (vec![], 0x9000));

        let tag = if card.purse == Purse::Ed { 0x93 } else { 0x94 };
        let ttc = session.ttc.to_bytes();
        let units = 1234_u32.to_be_bytes();
        let end: &[u8] = &[0x20, 0x26, 0x02, 0x28, 0x23, 0x59, 0x58];
        let debit_ctc = (card.ctc + 1).to_be_bytes();
        let data = [&[tag][..], &card.asn.0, &debit_ctc, &units, end, &ttc].concat();
        let (answer, status) = send(&mut sam, &[&[0xE0, 0x44, 0, 0, 0x1A][..], &data].concat());
        assert_eq!(status, 0x9000);

        let (gmac_input, kept_end) = match card.key {
            SEED => ([&units[..], &[tag], &TID.0, &ttc, end].concat(), end),
            _ => (units.to_vec(), &[0; 7][..]),
        };
        assert_eq!(answer[..4], mac4(&source, &gmac_input).0);
        let ctc = card.ctc.to_be_bytes();
        let sam_tac_input =
            [&[tag][..], &card.asn.0, &ctc, &units, &TID.0, &ttc, kept_end].concat();
        assert_eq!(answer[4..], record_key().folded().mac(&sam_tac_input).0);
    }
}

/// A code of one lock never certifies another: each part of the input counts.
#[test]
fn claim_04_a_code_over_anything_else_is_wrong() {
    let mut sam = new_sam();
    let session = Card::new(4, SEED).start(&mut sam);
    let (lock, source) = (session.lock(), session.source());
    let others = [
        crypto::Lock { balance: amount(10_001), ..lock },
        crypto::Lock { purse: Purse::Ep, ..lock },
        crypto::Lock { tid: wire::Tid([0; 6]), ..lock },
        crypto::Lock { ttc: wire::Ttc(session.ttc.0 + 0x1_0000), ..lock },
        crypto::Lock { date: other_end().date, ..lock },
        crypto::Lock { time: other_end().time, ..lock },
    ];
    for other in others {
        let mut sam = copy_of(&mut sam);
        let mac2 = other.mac2(&source);
        let command = wire::PsamCommand::CertificateGreyLock { ttc: None, mac2 };
        assert_eq!(status(&mut sam, &command), 0x9302, "{other:?}");
    }
}

/// Claims 6 and 7: the source is made from the card's random number, CTC, and the last two bytes of TTC, under the key
/// that dispersing gives (claim 8).
#[test]
fn claim_06_07_the_source_is_made_from_icc_ctc_and_the_last_two_bytes_of_ttc() {
    let sam_at = |first_ttc| sam_of(&psam::Profile { first_ttc, ..profile() });
    let sources = |card: Card, first_ttc| {
        let session = card.start(&mut sam_at(first_ttc));
        let dpk = diversified(&main_key(card.key), card.asn.0);
        assert_eq!(session.mac1, mac4(&sespk(&dpk, &session), &mac1_input(&session)), "{card:?}");
        (sespk(&dpk, &session), session.mac1)
    };
    let card = Card::new(5, SEED);
    let (base, mac1) = sources(card, 0x0001_0203);
    assert_ne!(sources(Card { icc: Icc([9; 4]), ..card }, 0x0001_0203).0, base, "ICC");
    assert_ne!(sources(Card { ctc: 8, ..card }, 0x0001_0203).0, base, "CTC");
    assert_ne!(sources(card, 0x0001_0204).0, base, "the last two bytes of TTC");
    assert_ne!(sources(Card::new(6, SEED), 0x0001_0203).0, base, "another card, another DPK");
    let (same, other_mac1) = sources(card, 0x0002_0203);
    assert_eq!(same, base, "the high half of TTC is not in the source,");
    assert_ne!(other_mac1, mac1, "but in the codes");
}

/// Claims 7 and 8: DPK by dispersing, the outermost level first, the ASN last.
#[test]
fn claim_06_07_dpk_by_one_two_three_and_four_levels() {
    let inputs = [[0xA1; 8], [0xB2; 8], [0xC3; 8]];
    for count in 0..=inputs.len() {
        let dispersing = Dispersing::new(&inputs[..count]).unwrap();
        let card = Card { dispersing, ..Card::new(7, SEED) };
        let session = card.start(&mut new_sam());
        // The last one given is applied first.
        let outer = inputs[..count].iter().rev();
        let key = outer.fold(main_key(SEED), |key, input| diversified(&key, *input));
        let source = sespk(&diversified(&key, card.asn.0), &session);
        assert_eq!(session.mac1, mac4(&source, &mac1_input(&session)), "{count} further levels");
    }
}

/// The key version of the card chooses the main key.
#[test]
fn claim_07_each_key_version_has_its_own_main_key() {
    let third = KeyRef { version: 9, algorithm: 0 };
    let mut profile = profile();
    let key = psam::MainKey {
        version: 9,
        algorithm: 0,
        scheme: wire::Scheme::Field,
        key: main_key(third),
    };
    profile.consumption[3] = Some(key);
    for key in [SEED, FIELD, third] {
        Card::new(8, key).give(&mut sam_of(&profile), 1);
    }
}
