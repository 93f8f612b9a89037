//! What the command `vectors` does not show: dispersing, plain MACs, SAM TAC, on-line unlock, secure messaging.

use crypto::online::{self, Unlock};
use crypto::{Debit, Online, SessionKey, mac};
use wire::{Dispersing, Suite};

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

#[test]
fn dispersing_of_one_to_four_levels() {
    every("dispersing", 4, |entry| {
        let key = entry.key("main").for_card(entry.asn(), &entry.dispersing());
        entry.agrees("key", key.expose());
        entry.agrees("folded", key.folded().expose());
        entry.agrees("check_value", &key.check_value());
    });
}

#[test]
fn macs_of_every_length_around_a_block() {
    every("mac", 12, |entry| {
        let (key, message) = (entry.array("key"), entry.bytes("message"));
        let whole = mac::mac8(&key, &message);
        entry.agrees("mac8", &whole);
        assert_eq!(mac::mac4(&key, &message).0, whole[..4], "the first half");
    });
}

#[test]
fn sam_tac() {
    every("sam_tac", 2, |entry| {
        let dsk = entry.key("msk").for_psam(entry.tid());
        entry.agrees("dsk", dsk.expose());
        let debit = Debit {
            purse: entry.purse(),
            amount: entry.amount("amount"),
            tid: entry.tid(),
            ttc: entry.ttc(),
            date: entry.date("end_date"),
            time: entry.time("end_time"),
        };
        let ctc = entry.number("ctc");
        entry.agrees("sam_tac", &debit.sam_tac(&dsk, entry.scheme(), entry.asn(), ctc).0);
    });
}

#[test]
fn online_unlock() {
    every("online_unlock", 6, |entry| {
        let card_key = |main: &str| entry.key(main).for_card(entry.asn(), &Dispersing::NONE);
        let (dulk, tac_key) = (card_key("mulk"), card_key("mtk").folded());
        let (otc, balance) = (entry.number("otc"), entry.amount("balance"));
        let sesulk = SessionKey::online(Online::Unlock, &dulk, entry.icc(), otc, entry.tid());
        let unlock = Unlock {
            purse: entry.purse(),
            amount: entry.amount("amount"),
            tid: entry.tid(),
            date: entry.date("date"),
            time: entry.time("time"),
        };
        let after = balance.checked_sub(unlock.amount).unwrap();
        let mac1 = online::mac1(&sesulk, balance, entry.number("ctc"), unlock.purse, unlock.tid);
        entry.agrees("dulk", dulk.expose());
        entry.agrees("sesulk", sesulk.expose());
        entry.agrees("mac1", &mac1.0);
        entry.agrees("mac2", &unlock.mac2(&sesulk).0);
        entry.agrees("mac3", &unlock.mac3(&tac_key, after, otc).0);
    });
}

#[test]
fn secure_messaging() {
    every("secure_messaging", 12, |entry| {
        let damk = entry.key("mamk").for_card(entry.asn(), &Dispersing::NONE);
        let message = entry.bytes("message");
        entry.agrees("damk", damk.expose());
        entry.agrees("mac", &mac::secure_message(&damk, entry.array("challenge"), &message).0);
    });
}
