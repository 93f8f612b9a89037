//! Purchase, load, unload, overdraft limit, and what the issuer sends.

use crypto::message::{self, PinBlock, SecureMessage};
use crypto::overdraft::{self, Change};
use crypto::{Direction, Online, Purchase, SessionKey, TacKey, Transfer};
use wire::{Dispersing, Limit, Purse, Suite};

use super::file::{Entry, more};

fn every(topic: &str, least: usize, recompute: impl Fn(&Entry)) {
    let entries = more(topic);
    let suites = if topic == "mac" { &[Suite::TripleDes][..] } else { &Suite::ALL };
    for suite in suites {
        let count = entries.iter().filter(|entry| entry.suite() == *suite).count();
        assert!(count >= least, "{topic} has {count} entries of {suite:?}");
    }
    entries.iter().for_each(recompute);
}

fn card_key(entry: &Entry, main: &str) -> crypto::Key {
    entry.key(main).for_card(entry.asn(), &Dispersing::NONE)
}

fn tac_key(entry: &Entry) -> TacKey {
    card_key(entry, "mtk").folded()
}

#[test]
fn purchase() {
    every("purchase", 6, |entry| {
        let purchase = Purchase {
            purse: entry.purse(),
            amount: entry.amount("amount"),
            tid: entry.tid(),
            ttc: entry.ttc(),
            date: entry.date("date"),
            time: entry.time("time"),
        };
        let dpk = card_key(entry, "mpk");
        let sespk =
            SessionKey::offline(&dpk, entry.icc(), entry.number("ctc"), entry.ttc(), entry.tid());
        entry.agrees("sespk", sespk.expose());
        entry.agrees("mac1", &purchase.mac1(&sespk).0);
        entry.agrees("mac2", &purchase.mac2(&sespk).0);
        entry.agrees("tac", &purchase.tac(&tac_key(entry)).0);
    });
}

fn transfer(topic: &str, main: &str, direction: Direction) {
    every(topic, 6, |entry| {
        let (purse, amount) = (entry.purse(), entry.amount("amount"));
        let transfer = Transfer { direction, purse, amount, tid: entry.tid() };
        let (otc, date, time) = (entry.number("otc"), entry.date("date"), entry.time("time"));
        let session = SessionKey::online(
            direction.session(),
            &card_key(entry, main),
            entry.icc(),
            otc,
            entry.tid(),
        );
        let tac = transfer.tac(&tac_key(entry), entry.amount("after"), otc, date, time);
        entry.agrees("session", session.expose());
        entry.agrees("mac1", &transfer.mac1(&session, entry.amount("balance")).0);
        entry.agrees("mac2", &transfer.mac2(&session, date, time).0);
        entry.agrees("tac", &tac.0);
    });
}

#[test]
fn load() {
    transfer("load", "mlk", Direction::Load);
}

#[test]
fn unload() {
    transfer("unload", "munk", Direction::Unload);
}

#[test]
fn overdraft_limit() {
    every("overdraft", 6, |entry| {
        let limit = |field| Limit::new(entry.number(field)).unwrap();
        let change = Change {
            purse: Purse::Ed,
            limit: limit("new"),
            tid: entry.tid(),
            date: entry.date("date"),
            time: entry.time("time"),
        };
        let otc = entry.number("otc");
        let session = SessionKey::online(
            Online::Overdraft,
            &card_key(entry, "modk"),
            entry.icc(),
            otc,
            change.tid,
        );
        let balance = entry.amount("balance");
        let mac1 = overdraft::mac1(&session, balance, limit("limit"), Purse::Ed, change.tid);
        entry.agrees("session", session.expose());
        entry.agrees("mac1", &mac1.0);
        entry.agrees("mac2", &change.mac2(&session).0);
        entry.agrees("tac", &change.tac(&tac_key(entry), entry.amount("after"), otc).0);
    });
}

#[test]
fn what_the_issuer_sends() {
    every("issuer", 5, |entry| {
        let (damk, dpuk) = (entry.key("damk"), entry.key("dpuk"));
        let (digits, data) = (entry.bytes("digits"), entry.bytes("update"));
        let code = |key, message: SecureMessage<'_>| message.mac(key, entry.array("challenge")).0;
        let block = PinBlock::of(&digits).unwrap().seal(&dpuk);
        let update =
            SecureMessage::UpdateBinary { sfi: 0x15, offset: entry.number("offset"), data: &data };
        entry.agrees("reload", &message::reload_pin(&entry.key("dprk"), &digits).0);
        entry.agrees("sealed", &block);
        assert_eq!(PinBlock::open(&dpuk, block).digits(), Some(digits.as_slice()));
        entry.agrees("unblock_pin", &code(&dpuk, SecureMessage::UnblockPin { block }));
        entry.agrees("update_binary", &code(&damk, update));
        entry.agrees("block", &code(&damk, SecureMessage::ApplicationBlock));
        entry.agrees("unblock", &code(&damk, SecureMessage::ApplicationUnblock));
        entry.agrees("card_block", &code(&damk, SecureMessage::CardBlock));
        let version = entry.number("version");
        entry.agrees("switch", &code(&damk, SecureMessage::SwitchKeys { version }));
        entry.agrees("external", &code(&damk, SecureMessage::ExternalAuthenticate));
        let answer = message::internal_authenticate(&entry.key("diak"), entry.array("data"));
        entry.agrees("internal", &answer);
    });
}

/// Lengths that are no PIN's, and padding that is none, are no PIN.
#[test]
fn a_pin_block_has_one_form() {
    let key = crypto::Key::new([7; 16]);
    let open =
        |block: [u8; 8]| PinBlock::open(&key, key.encrypt(block)).digits().map(<[u8]>::to_vec);
    assert_eq!(open([2, 0x12, 0x34, 0x80, 0, 0, 0, 0]), Some(vec![0x12, 0x34]));
    assert_eq!(open([6, 1, 2, 3, 4, 5, 6, 0x80]), Some(vec![1, 2, 3, 4, 5, 6]));
    for block in [
        [0, 0x80, 0, 0, 0, 0, 0, 0],
        [1, 0x12, 0x80, 0, 0, 0, 0, 0],
        [7, 1, 2, 3, 4, 5, 6, 7],
        [0xFF, 1, 2, 3, 4, 5, 6, 7],
        [2, 0x12, 0x34, 0, 0, 0, 0, 0],
        [2, 0x12, 0x34, 0x80, 0, 0, 0, 1],
        [6, 1, 2, 3, 4, 5, 6, 0x81],
    ] {
        assert_eq!(open(block), None, "{block:02X?}");
    }
    assert!(PinBlock::of(&[0x12]).is_none() && PinBlock::of(&[0x12; 7]).is_none());
}
