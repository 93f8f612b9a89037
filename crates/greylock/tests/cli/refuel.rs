//! `refuel`: one refuelling from the lock to the receipt.

use serde_json::{Value, json};

use crate::forecourt::{OPENING, STATION, has_every_field};
use crate::world::{ASN, Done, World};

/// A document came, and nothing else on stdout; a refusal also says why on stderr.
fn refused(done: &Done, words: &str) -> Value {
    assert_eq!(done.code, 1, "{done:?}");
    let document = done.document();
    has_every_field(&document);
    assert_eq!(document["outcome"], "refused", "{document}");
    assert_eq!(document["amount"], 0, "{document}");
    assert!(document["reason"].as_str().unwrap().contains(words), "{words}: {document}");
    assert!(done.err.contains(words), "{words}: {done:?}");
    document
}

#[test]
fn a_refuelling_settles_in_both_schemes_and_with_both_purses() {
    for (scheme, purse, at) in
        [("seed", "ed", 0), ("seed", "ep", 1), ("field", "ed", 0), ("field", "ep", 1)]
    {
        let world = World::empty();
        world.run(&format!("keys new --out keys.toml --scheme {scheme}")).done();
        let issue = format!("card issue --keys keys.toml --asn {ASN} --purse {purse}");
        world.run(&format!("{issue} --balance 150000 --out card.img")).done();
        world.run("psam issue --keys keys.toml --tid 112233445566 --out psam.img").done();
        let document = world.settle(&format!("--amount 8765 --purse {purse}"));
        has_every_field(&document);
        for (field, value) in [
            ("amount", json!(8765)),
            ("balance_before", json!(150_000)),
            ("balance_after", json!(141_235)),
            ("asn", json!(ASN)),
            ("ctc", json!(0)),
            ("tid", json!("112233445566")),
            ("ttc", json!(1)),
            ("apdus", json!(13)),
            ("reason", Value::Null),
            ("unlocked", Value::Null),
        ] {
            assert_eq!(document[field], value, "{scheme} {purse} {field}");
        }
        for field in ["tac", "gtac", "record"] {
            assert!(document[field].is_string(), "{scheme} {purse} {field}");
        }
        let shown = world.show("card.img");
        assert_eq!(shown["state"], "unlocked", "the TAC was read and cleared");
        assert_eq!(shown["purses"][at]["balance"], 141_235);
        assert_eq!(shown["purses"][at]["ctc"], 2);
        assert_eq!(shown["purses"][1 - at]["ctc"], 0);
        assert_eq!(shown["log"][0]["amount"], 8765);
        world.audited("--card card.img --psam psam.img --journal station");
    }
}

/// A network moves: a card of 3DES keys, then one of AES keys and one of SM4 keys, all at one PSAM.
#[test]
fn cards_of_every_suite_are_sold_to_by_one_psam() {
    let world = World::empty();
    world.run("keys new --out 1.toml --suite 3des").done();
    world.run("keys new --out 2.toml --suite aes --version 2 --from 1.toml").done();
    let text = world.run("keys new --out 3.toml --suite 20 --version 3 --from 2.toml").done();
    assert!(text.contains("older: version 2, suite aes\nolder: version 1, suite 3des"), "{text}");
    world.run("psam issue --keys 3.toml --tid 112233445566 --out psam.img").done();
    for (keys, ttc) in [("1.toml", 1), ("2.toml", 2), ("3.toml", 3)] {
        let asn = format!("628010000000000{ttc}");
        let issue = format!("card issue --keys {keys} --asn {asn} --balance 150000");
        world.run(&format!("{issue} --out card{ttc}.img")).done();
        std::fs::copy(world.path(&format!("card{ttc}.img")), world.path("card.img")).unwrap();
        let document = world.settle("--amount 8765");
        assert_eq!((&document["ttc"], &document["asn"]), (&json!(ttc), &json!(asn)));
        assert_eq!(document["balance_after"], 141_235);
    }
    let again = world.run("keys new --out 4.toml --version 3 --from 3.toml");
    again.is_wrong_use("version 3 is there already");
    world.run("keys new --out 4.toml --suite aes --scheme field").is_wrong_use("field scheme");
}

#[test]
fn the_text_says_what_was_debited_and_what_is_left() {
    let world = World::new();
    let text = world.run(&format!("refuel {STATION} --amount 8765")).done();
    assert!(text.starts_with("settled: 8765 delivered and debited, 150000 before, 141235 after"));
    assert!(text.contains("13 APDUs") && text.lines().count() == 1, "{text}");
}

#[test]
fn all_that_is_there_can_be_spent_and_not_a_cent_more() {
    let world = World::new();
    let before = world.lasting("card.img");
    for amount in ["150001", "2147483647"] {
        let document = refused(
            &world.refuel(&format!("--amount {amount}")),
            "the amount is above what the card can spend",
        );
        assert_eq!(
            (&document["balance_before"], &document["balance_after"]),
            (&json!(150_000), &json!(150_000))
        );
        assert!(document["tid"].is_null() && document["record"].is_null());
    }
    assert_eq!(world.lasting("card.img"), before, "nothing was locked");
    assert_eq!(
        world.run("psam show psam.img --json").document()["next_ttc"],
        1,
        "no number was drawn"
    );
    let document = world.settle("--amount 150000");
    assert_eq!(document["balance_after"], 0);
    assert_eq!(document["ttc"], 1);
    world.settle("--amount 0");
    refused(&world.refuel("--amount 1"), "above what the card can spend");
}

#[test]
fn an_overdraft_limit_can_be_spent_too() {
    let world = World::new();
    world
        .run("card issue --keys keys.toml --asn 6280100000000025 --balance 100 --overdraft 50 --out over.img")
        .done();
    let order = "refuel --card over.img --psam psam.img --journal station --json --amount";
    assert_eq!(world.run(&format!("{order} 151")).code, 1);
    let document = world.run(&format!("{order} 150")).document();
    assert_eq!((&document["balance_before"], &document["balance_after"]), (&json!(150), &json!(0)));
    assert_eq!(world.show("over.img")["purses"][0]["money"], -50);
}

#[test]
fn a_pulled_card_is_an_escape() {
    let world = World::new();
    let document = world.escape(1234, "");
    has_every_field(&document);
    for (field, value) in [
        ("amount", json!(1234)),
        ("balance_before", json!(OPENING)),
        ("balance_after", json!(OPENING)),
        ("ctc", json!(0)),
        ("ttc", json!(1)),
        ("tac", Value::Null),
    ] {
        assert_eq!(document[field], value, "{field}");
    }
    assert!(document["record"].is_string() && document["reason"].is_string());
    let shown = world.show("card.img");
    assert_eq!((&shown["state"], &shown["lock"]["gtac"]), (&json!("grey"), &document["gtac"]));
    let text = world.run(&format!("refuel {STATION} --amount 700 --escape-at 900"));
    assert_eq!(text.code, 3, "{text:?}");
    assert!(
        text.out.contains("escaped: 700 delivered"),
        "no more flows than was asked for: {text:?}"
    );
    assert!(text.err.contains("card lost"), "{text:?}");
    world.audited("--card card.img --psam psam.img --journal station");
}

#[test]
fn a_grey_card_is_freed_first_and_the_refuelling_goes_on() {
    let world = World::new();
    world.escape(1234, "");
    let document = world.settle("--amount 700");
    let unlocked = &document["unlocked"];
    for (field, value) in [
        ("how", json!("local")),
        ("amount", json!(1234)),
        ("ttc", json!(1)),
        ("ctc", json!(0)),
        ("balance_after", json!(OPENING - 1234)),
    ] {
        assert_eq!(unlocked[field], value, "{field}");
    }
    assert_eq!(document["balance_before"], OPENING - 1234);
    assert_eq!(document["balance_after"], OPENING - 1234 - 700);
    world.escape(500, "");
    let text = world.run(&format!("refuel {STATION} --amount 1")).done();
    assert!(
        text.starts_with(&format!("card {ASN} unlocked with the grey record: 500 debited")),
        "{text}"
    );
    assert!(text.lines().nth(1).unwrap().starts_with("settled: 1 delivered"), "{text}");
}

#[test]
fn a_card_freed_of_one_purse_and_refused_with_the_other_shows_the_right_balance() {
    let world = World::new();
    world.escape(1234, "");
    let document = refused(&world.refuel("--amount 1 --purse ep"), "above what the card can spend");
    assert_eq!(document["unlocked"]["amount"], 1234);
    assert_eq!(document["balance_before"], 0, "nothing is in EP");
    assert_eq!(document["balance_after"], 0);
    assert_eq!(world.balance("card.img", 0), OPENING - 1234);
}

#[test]
fn a_grey_card_that_nobody_can_free_is_refused() {
    let world = World::new();
    world.escape(1234, "");
    let grey = world.lasting("card.img");
    let elsewhere = "--card card.img --psam psam.img --journal elsewhere";
    let done = world.run(&format!("refuel {elsewhere} --amount 1 --json"));
    let document = refused(&done, "no record here fits it");
    assert_eq!(document["balance_after"], OPENING);
    assert_eq!(world.lasting("card.img"), grey);
}

#[test]
fn a_wrong_pin_is_refused_with_its_status_and_nothing_is_locked() {
    let world = World::new();
    world.put("wrong.pin", b"654321\n");
    let before = world.lasting("card.img");
    for status in ["63C2", "63C1", "63C0", "6983"] {
        let document =
            refused(&world.refuel("--amount 100 --pin-file wrong.pin"), "the card refused the PIN");
        assert_eq!(document["status"], status);
        assert_eq!(document["balance_after"], OPENING);
    }
    assert_eq!(world.lasting("card.img"), before);
    assert_eq!(world.show("card.img")["pin_tries"], 0);
    let document = refused(&world.refuel("--amount 100"), "the card refused the PIN");
    assert_eq!(document["status"], "6983", "the right one does not help any more");
    assert_eq!(world.run("psam show psam.img --json").document()["next_ttc"], 1);
}

#[test]
fn the_pin_comes_from_the_file_then_the_environment_then_is_a_guess_with_a_warning() {
    let world = World::new();
    world.put("own.pin", b"24680");
    world.put("no.pin", b"12a4");
    world
        .run("card issue --keys keys.toml --asn 6280100000000025 --balance 900 --pin-file own.pin --out own.img")
        .done();
    world.settle("--amount 1");
    let order = "refuel --card own.img --psam psam.img --journal station --json --amount 100";
    let with = |arguments: &str, pin: Option<&str>| {
        let mut command = world.command(&format!("{order} {arguments}"));
        if let Some(pin) = pin {
            command.env("GREYLOCK_PIN", pin);
        }
        Done::of(&command.output().unwrap())
    };
    for (arguments, pin) in
        [("--pin-file own.pin", None), ("--pin-file own.pin", Some("1111")), ("", Some("24680"))]
    {
        let done = with(arguments, pin);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.err.is_empty(), "{done:?}");
    }
    let done = with("", None);
    assert_eq!(refused(&done, "PIN")["status"], "63C2");
    assert!(done.err.starts_with("warning: no PIN was given"), "{done:?}");
    for (arguments, pin, words) in [
        ("--pin-file no.pin", None, "is not a PIN"),
        ("--pin-file none.pin", None, "none.pin"),
        ("", Some("12"), "GREYLOCK_PIN is not a PIN"),
    ] {
        let done = with(arguments, pin);
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.err.contains(words) && !done.err.contains("12a4"), "{done:?}");
        assert_eq!(done.document()["outcome"], "wrong_use");
    }
    assert_eq!(world.show("own.img")["pin_tries"], 2, "only the guess was tried");
}

#[test]
fn cards_out_of_their_time_get_no_new_lock() {
    let world = World::new();
    for (name, days) in [
        ("old.img", "--start 2001-01-01 --expiry 2002-12-31"),
        ("young.img", "--start 2999-01-01 --expiry 2999-12-31"),
    ] {
        let issue = format!("card issue --keys keys.toml --asn {ASN} --balance 500 --out {name}");
        world.run(&format!("{issue} {days}")).done();
        let order = format!("refuel --card {name} --psam psam.img --journal station --json");
        refused(&world.run(&format!("{order} --amount 100")), "expired or not valid yet");
        assert_eq!(world.show(name)["purses"][0]["ctc"], 0);
        assert_eq!(world.show(name)["pin_tries"], 3);
    }
}

#[test]
fn a_card_of_other_keys_is_not_locked() {
    let world = World::new();
    world.run("keys new --out other.toml").done();
    world.run("psam issue --keys other.toml --tid 010203040506 --out other.img").done();
    let order = "refuel --card card.img --psam other.img --journal station --json --amount 100";
    let document = refused(&world.run(order), "LOCK FOR REFUEL");
    assert_eq!(document["status"], "9302");
    assert_eq!(world.show("card.img")["state"], "unlocked");
    world.settle("--amount 100");
    world.audited("--card card.img --psam psam.img --psam other.img --journal station");
}
