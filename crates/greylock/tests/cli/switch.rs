//! `card switch`: a network goes over from one suite to another, card by card.

use greylock::centre::CentreFolder;
use greylock::media::{CardSlot, Place};
use host::{Answer, Input, SwitchAnswer, SwitchRequest};
use serde_json::{Value, json};
use terminal::Transport as _;
use wire::apdu::split_response;
use wire::response::InitUpdate;
use wire::{Asn, CardCommand, Date, Stamp, StatusWord, Tid};

use crate::forecourt::{OPENING, debit_of, false_debit_of};
use crate::world::{ASN, SELECT, TID, World};

const HOST: &str = "--host file:centre";
const ALL: &str = "--card card.img --psam psam.img --journal station --host file:centre";

/// A centre with 3DES as version 1 and AES as version 2; `card.img` begins with the former.
fn two_suites() -> World {
    from_scheme("seed")
}

fn from_scheme(scheme: &str) -> World {
    let world = World::empty();
    world.run(&format!("keys new --out 1.toml --version 1 --scheme {scheme}")).done();
    world.run("keys new --out keys.toml --suite aes --version 2 --from 1.toml").done();
    world.run("host init --keys keys.toml --dir centre").done();
    let order = format!("--asn {ASN} --balance {OPENING} --begin-with 1");
    let told = world.run(&format!("card issue {HOST} {order} --out card.img")).done();
    assert!(told.contains("keys of version 1, to be switched to 2"), "{told}");
    world.run(&format!("psam issue {HOST} --tid {TID} --out psam.img")).done();
    world
}

fn switch(world: &World, arguments: &str) -> Value {
    let done = world.run(&format!("card switch --card card.img --json {HOST} {arguments}"));
    assert_eq!(done.code, 0, "{done:?}");
    done.document()
}

fn refused(world: &World, arguments: &str, code: i32, words: &str) {
    let done = world.run(&format!("card switch --card card.img {HOST} {arguments}"));
    assert_eq!(done.code, code, "{done:?}");
    assert!(done.err.contains(words), "{words}: {done:?}");
}

fn notices(world: &World) -> Vec<String> {
    let told = world.run(&format!("host notices --json {HOST}")).document();
    let rows = told["notices"].as_array().unwrap();
    rows.iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

/// Version and suite of the keys in use.
fn keys(world: &World) -> [Value; 2] {
    let shown = world.show("card.img");
    ["key_version", "algorithm"].map(|field| shown[field].clone())
}

#[test]
fn a_card_is_refuelled_in_both_suites_at_one_station_and_the_money_adds_up() {
    let world = two_suites();
    let first = world.settle(&format!("--amount 1000 {HOST}"));
    assert_eq!(keys(&world), [json!(1), json!("00")]);
    assert_eq!(
        switch(&world, "--to 2"),
        json!({ "asn": ASN, "key_version": 2, "outcome": "switched" })
    );
    assert_eq!(keys(&world), [json!(2), json!("10")]);
    assert!(world.show("card.img")["next_key_version"].is_null());
    let second = world.settle(&format!("--amount 2000 {HOST}"));
    assert_eq!(second["balance_before"], first["balance_after"]);
    let totals = &world.audited(ALL)["totals"];
    assert_eq!((&totals["settled"], &totals["debits_by_cards"]), (&json!(3000), &json!(3000)));
    assert_eq!(switch(&world, "")["outcome"], "current", "as often as one likes");
    assert_eq!(notices(&world), ["switch_ordered", "keys_switched"]);
    let text = world.run(&format!("card switch --card card.img {HOST}")).done();
    assert_eq!(text, format!("card {ASN} uses already the keys of version 2\n"));
}

/// The public data say the other scheme from the same moment on, and the station goes by them.
#[test]
fn a_card_leaves_the_field_scheme_behind() {
    let world = from_scheme("field");
    assert_eq!(world.show("card.img")["scheme"], "field");
    world.settle(&format!("--amount 1000 {HOST}"));
    switch(&world, "");
    assert_eq!(world.show("card.img")["scheme"], "seed");
    world.settle(&format!("--amount 2000 {HOST}"));
    world.escape(300, HOST);
    world.freed("local", 300, &format!("--journal station {HOST}"));
    assert_eq!(world.audited(ALL)["totals"]["settled"], 3300);
}

/// Escape and local unlock, on-line unlock, and APPLICATION UNBLOCK, all with the next keys.
#[test]
fn every_way_out_of_the_grey_works_after_the_switch() {
    let world = two_suites();
    switch(&world, "");
    world.escape(700, "");
    world.freed("local", 700, "--journal station");
    world.lose_the_answer_of_lock();
    world.freed("online", 0, &format!("--journal station {HOST}"));
    let escaped = world.escape(200, HOST);
    for _ in 0..3 {
        assert_eq!(world.to_card(&false_debit_of(&escaped)), "9302");
    }
    world.run(&format!("card unblock --card card.img {HOST}")).done();
    assert_eq!(world.show("card.img")["unblock_failures"], 0);
    world.freed("local", 200, &format!("--journal station {HOST}"));
    world.audited(ALL);
}

/// The TAC was made in 3DES, is read when the card uses AES, and settles the sale.
#[test]
fn a_tac_from_before_the_switch_settles_after_it() {
    let world = two_suites();
    let escaped = world.escape(1234, HOST);
    assert!(world.to_card(&debit_of(&escaped)).ends_with("9000"));
    assert_eq!(switch(&world, "")["outcome"], "switched");
    assert_eq!(world.show("card.img")["state"], "tac_unread");
    let document = world.freed("tac_read", 1234, &format!("--journal station {HOST}"));
    assert_eq!(document["balance_after"], OPENING - 1234);
    assert_eq!(world.audited(ALL)["totals"]["settled"], 1234);
}

#[test]
fn what_cannot_be_switched_is_told_why() {
    let world = two_suites();
    refused(&world, "--to 3", 1, "name a newer version");
    let escaped = world.escape(10, HOST);
    refused(&world, "", 1, "free it with `greylock unlock`");
    assert!(world.to_card(&debit_of(&escaped)).ends_with("9000"));
    let apart = "--asn 6280100000000025 --balance 5";
    world.run(&format!("card issue {HOST} {apart} --out one.img")).done();
    let one = world.run(&format!("card switch --card one.img --to 1 {HOST}"));
    assert_eq!(one.code, 1, "{one:?}");
    assert!(one.err.contains("no card goes back"), "{one:?}");
    world.run(&format!("card issue --keys 1.toml --asn {ASN} --out single.img")).done();
    let single = world.run(&format!("card switch --card single.img {HOST}"));
    assert_eq!(single.code, 1, "{single:?}");
    assert!(single.err.contains("holds no keys of version 2"), "{single:?}");
    for (wrong, words) in [("2", "are the newest"), ("7", "there are no keys of version 7")] {
        let order = format!("--asn 6280100000000033 --begin-with {wrong} --out new.img");
        world.run(&format!("card issue {HOST} {order}")).is_wrong_use(words);
    }
    assert!(!world.path("new.img").exists());
    let initialize = "80500401070100000000000013";
    for _ in 0..3 {
        let wrong = format!("{SELECT} 0084000004 841a00020400000000");
        assert!(world.run(&format!("apdu --card card.img {wrong}")).done().ends_with("6988\n"));
    }
    assert_eq!(world.to_card(initialize), "6a81");
    refused(&world, "", 1, "greylock card unblock");
}

/// The card took SWITCH KEYS, and nobody heard so: the centre knows only that it handed the code out.
fn lose_the_answer(world: &World, sent: bool) {
    let place: Place = world.path("card.img").to_str().unwrap().parse().unwrap();
    let mut card = CardSlot::open(&place).unwrap();
    let mut ask = |command: CardCommand<'_>| {
        let answer = card.transmit(&command.encode()).unwrap();
        let (data, word) = split_response(&answer).unwrap();
        assert_eq!(word, StatusWord::DONE, "{command:?}");
        data.to_vec()
    };
    let tid = Tid([0; 6]);
    ask(CardCommand::SelectFile { id: 0x3F01, le: None });
    let init = ask(CardCommand::InitializeForUpdate { key_index: 1, tid });
    let init = InitUpdate::parse(&init).unwrap();
    let challenge = ask(CardCommand::GetChallenge { len: 4 }).try_into().unwrap();
    let asn: Asn = ASN.parse().unwrap();
    let now = Stamp { date: Date::new(2026, 3, 5).unwrap(), ..Stamp::default() };
    let request = SwitchRequest { asn, to: 2, tid, init, challenge, now };
    let mut folder = CentreFolder::open(&world.path("centre")).unwrap();
    match folder.apply(&Input::Switch(request)).unwrap() {
        Ok(Answer::Switch(SwitchAnswer::Send(mac))) if sent => {
            ask(CardCommand::SwitchKeys { version: 2, mac });
        }
        Ok(Answer::Switch(SwitchAnswer::Send(_))) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_answer_is_found_out_by_asking_again() {
    for (sent, outcome) in [(true, "current"), (false, "switched")] {
        let world = two_suites();
        lose_the_answer(&world, sent);
        assert_eq!(notices(&world), ["switch_ordered"]);
        assert_eq!(switch(&world, "--to 2")["outcome"], outcome);
        assert!(notices(&world).contains(&"keys_switched".to_owned()));
        world.settle(&format!("--amount 7 {HOST}"));
        world.audited(ALL);
    }
}

/// `card unblock`; how many codes it took.
fn unblocked(world: &World) -> usize {
    let trace = "--trace-json trace.jsonl";
    world.run(&format!("card unblock --card card.img {HOST} {trace}")).done();
    let told = String::from_utf8(world.bytes("trace.jsonl")).unwrap();
    told.matches("\"APPLICATION UNBLOCK\"").count()
}

/// Nothing that a locked card answers tells which keys it uses, unless it is grey: the second code helps at the latest.
#[test]
fn a_card_that_locked_itself_meanwhile_is_unblocked_with_the_keys_that_it_uses() {
    for (sent, codes) in [(true, 1), (false, 2)] {
        let world = two_suites();
        lose_the_answer(&world, sent);
        for _ in 0..3 {
            world.run(&format!("apdu --card card.img {SELECT} 0084000004 841e00000400000000"));
        }
        assert_eq!(world.show("card.img")["state"], "app_locked");
        assert_eq!(unblocked(&world), codes, "sent: {sent}");
        let shown = world.show("card.img");
        assert_eq!((&shown["state"], &shown["unblock_failures"]), (&json!("unlocked"), &json!(0)));
        assert_eq!(switch(&world, "")["key_version"], 2);
    }
    let world = two_suites();
    lose_the_answer(&world, false);
    let escaped = world.escape(50, "");
    for _ in 0..3 {
        assert_eq!(world.to_card(&false_debit_of(&escaped)), "9302");
    }
    assert_eq!(unblocked(&world), 1, "the lock names its version");
    world.freed("local", 50, "--journal station");
}
