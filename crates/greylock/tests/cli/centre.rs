//! A centre in a folder: what it hears, what its operators see and decide.

use serde_json::{Value, json};

use crate::forecourt::{Held, OPENING, false_debit_of};
use crate::world::{ASN, Done, SELECT, TID, World};

const HOST: &str = "--host file:centre";

fn outcomes(world: &World) -> Vec<Value> {
    let done = world.run(&format!("host outcomes --json {HOST}"));
    assert_eq!(done.code, 0, "{done:?}");
    done.document()["outcomes"].as_array().unwrap().clone()
}

fn notices(world: &World) -> Vec<String> {
    let done = world.run(&format!("host notices --json {HOST}"));
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    let codes = document["notices"].as_array().unwrap().iter();
    codes.map(|notice| notice["code"].as_str().unwrap().to_owned()).collect()
}

fn decide(world: &World, arguments: &[&str]) -> Done {
    let mut command = world.command(&format!("host decide {HOST} --tid {TID} --json"));
    Done::of(&command.args(arguments).output().unwrap())
}

/// The centre says no, in a sentence.
fn refused(done: &Done, words: &str) {
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(done.document()["outcome"], "refused", "{done:?}");
    assert!(done.err.contains(words), "{words}: {done:?}");
}

/// A grey card whose station lost everything it knew of it.
fn lost_journal() -> World {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    world.escape(1234, "");
    std::fs::remove_dir_all(world.path("station")).unwrap();
    world
}

#[test]
fn a_centre_is_made_once() {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    world.run("host init --keys none.toml --dir centre").is_wrong_use("none.toml");
    assert_eq!(world.names(), ["keys.toml"], "nothing was begun");
    let text = world.run("host init --keys keys.toml --dir centre").done();
    assert_eq!(text, "centre made in centre; stations reach it as file:centre\n");
    let before = world.bytes("centre/inputs");
    world.run("host init --keys keys.toml --dir centre").is_wrong_use("nothing was overwritten");
    assert_eq!(world.bytes("centre/inputs"), before);
    world.run("host init --keys keys.toml --dir keys.toml").is_wrong_use("keys.toml");
    assert!(outcomes(&world).is_empty() && notices(&world).is_empty());
    // The folder that the keys were made in will do, and one with other keys will not.
    world.run("host init --keys keys.toml --dir .").done();
    std::fs::create_dir(world.path("other")).unwrap();
    world.run("keys new --out other/keys.toml").done();
    let keys = world.bytes("other/keys.toml");
    world.run("host init --keys keys.toml --dir other").is_wrong_use("nothing was overwritten");
    assert_eq!(world.bytes("other/keys.toml"), keys);
    assert!(!world.path("other/inputs").exists(), "no half of a centre");
}

#[test]
fn a_card_is_issued_once_and_no_number_is_spent_on_one_that_cannot_be_made() {
    let world = World::with_centre();
    let order = format!("card issue {HOST} --asn 6280100000000025 --balance 100 --json --out");
    for (out, words) in
        [("nowhere/second.img", "nowhere/second.img"), ("card.img", "nothing was overwritten")]
    {
        let done = world.run(&format!("{order} {out}"));
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.err.contains(words), "{done:?}");
    }
    assert_eq!(world.run(&format!("{order} second.img")).document()["balance"], 100);
    refused(&world.run(&format!("{order} third.img")), "was issued before");
    assert!(!world.path("third.img").exists() && !world.path("third.img.new").exists());
    // Made with the same keys beside the centre, a card is taken into its books with what it began with.
    let beside = format!("card issue --keys keys.toml --asn 6280100000000033 --balance {OPENING}");
    world.run(&format!("{beside} --out beside.img")).done();
    let order = "refuel --card beside.img --psam psam.img --journal station --amount 100";
    world.run(&format!("{order} {HOST}")).done();
    assert_eq!(outcomes(&world)[0]["outcome"], "sale");
    world.audited(&format!(
        "--card beside.img --card card.img --psam psam.img --journal station {HOST}"
    ));
}

#[test]
fn sales_and_grey_records_are_listed() {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    world.escape(1234, HOST);
    let rows = outcomes(&world);
    assert_eq!(rows.len(), 2);
    for (row, outcome, ttc, amount, settled) in
        [(&rows[0], "sale", 1, 300, json!(300)), (&rows[1], "grey", 2, 1234, Value::Null)]
    {
        assert_eq!(row["outcome"], outcome);
        assert_eq!((&row["tid"], &row["ttc"]), (&json!(TID), &json!(ttc)));
        assert_eq!((&row["asn"], &row["station"]), (&json!(ASN), &json!("station")));
        assert_eq!((&row["amount"], &row["settled"]), (&json!(amount), &settled));
    }
    world.freed("local", 1234, &format!("--journal elsewhere {HOST}"));
    assert_eq!(outcomes(&world)[1]["settled_by"], "tac");
    for (filter, count) in
        [("--asn 6280100000000025", 0), ("--tid 112233445566", 2), ("--tid 000000000001", 0)]
    {
        let done = world.run(&format!("host outcomes --json {HOST} {filter}"));
        assert_eq!(done.document()["outcomes"].as_array().unwrap().len(), count, "{filter}");
    }
    let text = world.run(&format!("host outcomes {HOST}")).done();
    assert!(text.starts_with("112233445566/1  sale  card 6280100000000017 ed number 0, 300, settled with 300 by tac\n"), "{text}");
}

#[test]
fn a_number_that_the_card_never_saw_is_void() {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    // The PSAM's number is drawn by hand, and the station notices the gap.
    let init = format!("e04000001c0102030400000000006491202610181425010100{ASN}");
    world.run(&format!("apdu --psam psam.img {SELECT} {init}")).done();
    world.settle(&format!("--amount 300 {HOST}"));
    let rows = outcomes(&world);
    let names: Vec<&Value> = rows.iter().map(|row| &row["outcome"]).collect();
    assert_eq!(names, ["sale", "void", "sale"]);
    assert_eq!(notices(&world), ["void_heard"]);
    world.audited(&format!("--card card.img --psam psam.img --journal station {HOST}"));
}

#[test]
fn an_unproved_delivery_needs_two_persons_and_its_own_amount() {
    let world = World::with_centre();
    Held::at(&world, "delivered", &format!("--amount 4000 {HOST}")).kill();
    // The PSAM is gone for good: the station tells what it knows.
    let refusal = world.unlock(&format!("--journal station {HOST}"));
    assert_eq!(refusal.code, 1);
    assert!(refusal.err.contains("(unproved)"), "{refusal:?}");
    assert_eq!(outcomes(&world)[0]["outcome"], "unproved");
    refused(
        &decide(
            &world,
            &["--ttc", "1", "--amount", "3999", "--reason", "totalizer", "--maker", "ada"],
        ),
        "approved with its own amount or not at all",
    );
    let made = decide(
        &world,
        &["--ttc", "1", "--amount", "4000", "--reason", "totalizer", "--maker", "ada"],
    );
    assert_eq!(made.document()["state"], "proposed");
    assert_eq!(
        decide(&world, &["--ttc", "1", "--checker", "grace"]).document()["state"],
        "approved"
    );
    world.freed("online", 4000, &format!("--journal station {HOST}"));
    world.audited(&format!("--card card.img --psam psam.img --journal station {HOST}"));
}

#[test]
fn the_journal_of_a_station_is_lost_and_two_persons_decide() {
    let world = lost_journal();
    refused(
        &decide(&world, &["--ttc", "2", "--amount", "1", "--reason", "x", "--maker", "ada"]),
        "knows no lock",
    );
    let refusal = world.unlock(&format!("--journal elsewhere {HOST}"));
    assert_eq!(refusal.code, 1, "{refusal:?}");
    assert_eq!(refusal.document()["ttc"], 2, "what an operator needs to decide");
    assert_eq!(notices(&world), ["missing"]);
    let ttc = ["--ttc", "2"];
    let propose = |amount: &str, reason: &str, maker: &str| {
        let order = ["--amount", amount, "--reason", reason, "--maker", maker];
        decide(&world, &[&ttc[..], &order[..]].concat())
    };
    let check = |checker: &str| decide(&world, &[&ttc[..], &["--checker", checker][..]].concat());
    refused(&check("grace"), "nothing is proposed");
    refused(&propose("1234", "  ", "ada"), "a decision needs a reason");
    refused(&propose("1234", "totalizer", " "), "a decision names its maker");
    refused(&propose("150000", "totalizer", "ada"), "above the balance");
    let made = propose("1234", "totalizer of nozzle 2", "ada");
    assert_eq!(made.code, 0, "{made:?}");
    let document = made.document();
    assert_eq!(
        (&document["state"], &document["amount"], &document["checker"]),
        (&json!("proposed"), &json!(1234), &Value::Null)
    );
    refused(&check("Ada "), "must be two persons");
    assert_eq!(
        world.unlock(&format!("--journal elsewhere {HOST}")).code,
        1,
        "one person is not enough"
    );
    assert_eq!(check("grace").document()["checker"], "grace");
    refused(&check("grace"), "nothing is proposed");
    world.freed("online", 1234, &format!("--journal elsewhere {HOST}"));
    assert_eq!(world.balance("card.img", 0), OPENING - 300 - 1234);
    // The PSAM works on in a new journal: the lost number stays a hole.
    let order = "refuel --card card.img --psam psam.img --journal renewed/station --amount 10";
    world.run(&format!("{order} {HOST}")).done();
    let holes = world.run(&format!("host holes --json {HOST}")).document();
    assert_eq!(holes["psams"][0]["missing"], json!([{ "first": 2, "last": 2 }]));
    assert_eq!(holes["psams"][0]["highest"], 3);
    let text = world.run(&format!("host holes {HOST} --tid {TID}")).done();
    assert_eq!(text, "112233445566: heard all up to 1, missing 2\n");
    world.audited(&format!(
        "--card card.img --psam psam.img --journal renewed/station --journal elsewhere {HOST}"
    ));
}

#[test]
fn who_decides_must_say_what_and_why() {
    let world = lost_journal();
    for (arguments, words) in [
        (&["--ttc", "2"][..], "required"),
        (&["--ttc", "2", "--maker", "ada"], "--amount"),
        (&["--ttc", "2", "--maker", "ada", "--amount", "1"], "--reason"),
        (
            &["--ttc", "2", "--maker", "ada", "--amount", "1", "--reason", "x", "--checker", "b"],
            "cannot be used with",
        ),
        (&["--ttc", "2", "--checker", "b", "--reason", "x"], "cannot be used with"),
        (&["--ttc", "-1", "--checker", "b"], "--ttc"),
        (&["--ttc", "4294967296", "--checker", "b"], "--ttc"),
        (&["--ttc", "2", "--maker", "ada", "--amount", "-1", "--reason", "x"], "not negative"),
        (&["--ttc", "2", "--maker", "ada", "--amount", "1e9", "--reason", "x"], "whole cents"),
    ] {
        let done = decide(&world, arguments);
        assert_eq!(done.code, 2, "{arguments:?}: {done:?}");
        assert!(done.err.contains(words), "{words}: {done:?}");
    }
}

#[test]
fn an_application_locked_while_grey_is_unblocked_and_then_unlocked() {
    let world = World::with_centre();
    let done = world.run(&format!("card unblock --card card.img --json {HOST}"));
    refused(&done, "the application is not locked");
    assert!(notices(&world).is_empty(), "nothing was asked of the centre");
    let escaped = world.escape(1234, HOST);
    for _ in 0..3 {
        assert_eq!(world.to_card(&false_debit_of(&escaped)), "9302");
    }
    let unlock = world.unlock(&format!("--journal station {HOST}"));
    assert_eq!(unlock.code, 1, "{unlock:?}");
    assert!(unlock.err.contains("greylock card unblock"), "{unlock:?}");
    let done = world.run(&format!("card unblock --card card.img --json {HOST}"));
    assert_eq!((done.code, &done.document()["grey"]), (0, &json!(true)), "{done:?}");
    assert_eq!(notices(&world), ["application_unblocked"]);
    assert_eq!(world.show("card.img")["state"], "grey");
    world.freed("local", 1234, &format!("--journal station {HOST}"));
    world.audited(&format!("--card card.img --psam psam.img --journal station {HOST}"));
}

#[test]
fn a_card_of_another_centre_is_not_unblocked() {
    let world = World::with_centre();
    world.run("keys new --out other.toml").done();
    world.run("host init --keys other.toml --dir other").done();
    let escaped = world.escape(1234, "");
    for _ in 0..3 {
        world.to_card(&false_debit_of(&escaped));
    }
    refused(
        &world.run("card unblock --card card.img --json --host file:other"),
        "never issued the card",
    );
    assert_eq!(world.show("card.img")["unblock_failures"], 0);
}
