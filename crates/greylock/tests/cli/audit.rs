//! `audit`: worlds that add up, and what it names in those that do not.

use serde_json::{Value, json};

use crate::forecourt::{Held, OPENING, debit_of};
use crate::world::World;

const HOST: &str = "--host file:centre";
const REST: &str = "--psam psam.img --journal station";

/// The problems that are found, by name, with their cents.
fn found(world: &World, arguments: &str) -> Vec<(String, i64)> {
    let done = world.run(&format!("audit --json {arguments}"));
    assert_eq!(done.code, 1, "{done:?}");
    let document = done.document();
    has_every_field(&document);
    assert_eq!(document["ok"], false);
    let problems = document["problems"].as_array().unwrap();
    assert!(!problems.is_empty() && done.err.contains("problem"), "{done:?}");
    problems
        .iter()
        .map(|problem| {
            (problem["what"].as_str().unwrap().to_owned(), problem["cents"].as_i64().unwrap())
        })
        .collect()
}

fn has_every_field(document: &Value) {
    assert!(document["ok"].is_boolean(), "{document}");
    for problem in document["problems"].as_array().unwrap() {
        for field in ["what", "evidence"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{problem}");
        }
    }
    let totals = document["totals"].as_object().unwrap();
    for sum in ["cards", "openings", "money_on_cards", "debits_by_cards", "difference", "settled"] {
        assert!(totals[sum].is_i64(), "{sum}: {document}");
    }
}

fn one(name: &str, cents: i64) -> Vec<(String, i64)> {
    vec![(name.to_owned(), cents)]
}

/// 1000 and 300 were settled; copies of everything from between the two stand beside.
fn two_sales() -> World {
    let world = World::new();
    world.settle("--amount 1000");
    for name in ["card.img", "psam.img", "station"] {
        world.copy(name, &format!("old.{name}"));
    }
    world.settle("--amount 300");
    world
}

#[test]
fn a_world_that_adds_up_says_so() {
    let world = World::with_centre();
    world.audited(&format!("--card card.img --psam psam.img {HOST}"));
    world.settle(&format!("--amount 1000 {HOST}"));
    world.escape(234, HOST);
    let document = world.audited(&format!("--card card.img {REST} {HOST}"));
    has_every_field(&document);
    let totals = &document["totals"];
    for (sum, value) in [
        ("cards", 1),
        ("openings", 150_000),
        ("money_on_cards", 149_000),
        ("debits_by_cards", 1000),
        ("settled", 1000),
        ("pending_grey", 234),
        ("difference", 0),
    ] {
        assert_eq!(totals[sum], value, "{sum}");
    }
    let mut statements = document["statements"].as_array().unwrap().iter();
    let claimed = statements.find(|statement| statement["what"] == "claimed_money_on_card");
    assert_eq!(claimed.unwrap()["cents"], 234, "every claimed record is accounted for");
    world.freed("local", 234, &format!("--journal elsewhere {HOST}"));
    let all = format!("--card card.img {REST} --journal elsewhere {HOST}");
    assert_eq!(world.audited(&all)["totals"]["owed_to_stations"], 1234);
    let text = world.run(&format!("audit {all}")).done();
    assert!(text.ends_with("the money adds up\n"), "{text}");
}

#[test]
fn a_debit_that_nobody_heard_of_is_told_and_is_no_problem() {
    let world = World::new();
    let escaped = world.escape(1234, "");
    world.to_card(&debit_of(&escaped));
    let document = world.audited(&format!("--card card.img {REST}"));
    assert_eq!(document["totals"]["debited_unheard"], 1234);
    assert_eq!(document["statements"][0]["what"], "claimed_debited_unheard");
}

#[test]
fn a_rolled_back_card_beside_a_journal_that_settled_is_named_with_its_cents() {
    let world = two_sales();
    assert_eq!(
        found(&world, &format!("--card old.card.img {REST}")),
        one("card_behind_its_records", 300)
    );
    let text = world.run(&format!("audit --card old.card.img {REST}"));
    assert_eq!(text.code, 1);
    assert!(
        text.out.starts_with("PROBLEM card_behind_its_records: card 6280100000000017"),
        "{text:?}"
    );
    assert!(text.out.contains("  300 cents\n  what to do: Blacklist the card"), "{text:?}");
    assert!(!text.out.contains("the money adds up"), "{text:?}");
    assert!(text.err.contains("1 problem: the money does not add up"), "{text:?}");
}

#[test]
fn a_card_rolled_back_to_its_grey_moment_is_found_too() {
    let world = World::new();
    world.escape(1234, "");
    world.copy("card.img", "grey.img");
    world.freed("local", 1234, "--journal station");
    assert_eq!(
        found(&world, &format!("--card grey.img {REST}")),
        one("card_behind_its_records", 1234)
    );
}

#[test]
fn a_rolled_back_card_beside_a_centre_that_settled_is_found_without_the_journal() {
    let world = World::with_centre();
    world.settle(&format!("--amount 1000 {HOST}"));
    world.copy("card.img", "old.img");
    world.settle(&format!("--amount 300 {HOST}"));
    assert_eq!(
        found(&world, &format!("--card old.img {HOST}")),
        one("card_behind_its_records", 300)
    );
}

#[test]
fn a_copied_card_is_named_with_the_money_that_is_there_twice() {
    let world = two_sales();
    world.copy("card.img", "clone.img");
    let both = format!("--card card.img --card clone.img {REST}");
    assert_eq!(found(&world, &both), one("card_given_twice", 148_700));
    // The copy spends, too: one number of the purse is settled twice.
    world.settle("--amount 11");
    let order = "refuel --card clone.img --psam psam.img --journal station --amount 22";
    world.run(order).done();
    for cards in ["--card card.img", "--card clone.img", "--card card.img --card clone.img"] {
        let problems = found(&world, &format!("{cards} {REST}"));
        let twice = problems.iter().find(|(name, _)| name == "lock_settled_twice");
        assert!(twice.is_some_and(|(_, cents)| *cents > 0), "{problems:?}");
    }
}

#[test]
fn a_copied_card_is_blacklisted_by_a_centre_that_hears_of_both() {
    let world = World::with_centre();
    world.copy("card.img", "clone.img");
    world.settle(&format!("--amount 11 {HOST}"));
    let order = format!("refuel --card clone.img {REST} {HOST} --json --amount");
    world.run(&format!("{order} 22")).document();
    let notices = world.run(&format!("host notices --json {HOST}")).document();
    assert!(notices.to_string().contains("cloned_or_rolled_back_card"), "{notices}");
    let done = world.run(&format!("{order} 33"));
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(done.document()["reason"], "the card is on the blacklist");
    assert_eq!(world.refuel(&format!("--amount 33 {HOST}")).code, 1);
    let both = format!("--card card.img --card clone.img {REST} {HOST}");
    assert!(found(&world, &both).iter().any(|(name, _)| name == "card_given_twice"));
}

#[test]
fn a_journal_without_its_last_record_is_found_from_every_side() {
    let world = two_sales();
    let old = "--journal old.station";
    assert_eq!(found(&world, &format!("--card card.img {old}")), one("debit_without_record", 300));
    let problems = found(&world, &format!("--card card.img --psam psam.img {old}"));
    assert_eq!(problems, one("psam_lock_without_record", 300));
    world.run("host init --keys keys.toml --dir centre").done();
    world.unlock(&format!("--journal station {HOST}"));
    let problems = found(&world, &format!("{old} {HOST}"));
    assert_eq!(problems, one("outcome_without_record", 300));
}

#[test]
fn a_psam_that_was_rolled_back_is_found_before_it_does_harm() {
    let world = two_sales();
    let arguments = "--card card.img --psam old.psam.img --journal station";
    assert_eq!(found(&world, arguments), one("psam_behind_its_journal", 0));
    let text = world.run(&format!("audit {arguments}"));
    assert!(text.err.contains("1 problem: no cent is off yet"), "{text:?}");
    let twice = "--psam psam.img --psam old.psam.img --journal station";
    assert!(found(&world, twice).contains(&("psam_given_twice".to_owned(), 0)));
}

#[test]
fn a_wrong_amount_cannot_be_written_into_a_file_by_hand() {
    let world = two_sales();
    let wanted = 300_u32.to_be_bytes();
    for name in ["station/journal", "card.img"] {
        let whole = world.bytes(name);
        let places: Vec<usize> =
            (0..whole.len() - 3).filter(|at| whole[*at..at + 4] == wanted).collect();
        assert!(!places.is_empty(), "{name} holds the amount");
        for at in places {
            let mut changed = whole.clone();
            changed[at + 3] ^= 1;
            world.put(name, &changed);
            let done = world.run(&format!("audit --card card.img {REST} --json"));
            // The older half of a card's image is repaired from the newer one.
            let harmless = name == "card.img" && done.code == 0;
            assert!(done.code == 3 || harmless, "{name} {at}: {done:?}");
            if !harmless {
                assert!(done.err.contains(name), "{done:?}");
                assert_eq!(done.document()["outcome"], "card_lost");
            }
        }
        world.put(name, &whole);
    }
    world.audited(&format!("--card card.img {REST}"));
}

#[test]
fn half_a_picture_proves_nothing_and_is_refused() {
    let world = two_sales();
    world.run("audit").is_wrong_use("required");
    for (arguments, code, words) in [
        ("--card none.img", 2, "none.img"),
        ("--card psam.img", 2, "a card is wanted here"),
        ("--psam card.img", 2, "a PSAM is wanted here"),
        ("--journal nowhere", 2, "nowhere"),
        ("--host file:nowhere", 2, "holds no centre"),
        ("--host https://centre.example", 2, "asks for a certificate"),
    ] {
        let done = world.run(&format!("audit --card card.img {arguments} --json"));
        assert_eq!(done.code, code, "{done:?}");
        assert!(done.err.contains(words), "{words}: {done:?}");
        assert!(done.document()["ok"].is_null(), "nothing is said about the money");
    }
    let held = Held::at(&world, "locked", "--amount 1");
    let done = world.run(&format!("audit --card card.img {REST}"));
    assert_eq!((done.code, done.out.as_str()), (3, ""), "{done:?}");
    assert!(done.err.contains("in use by another process"), "{done:?}");
    assert_eq!(held.go_on().code, 0);
}

#[test]
fn an_audit_changes_nothing() {
    let world = World::with_centre();
    world.escape(1234, HOST);
    let files = ["card.img", "psam.img", "station/journal", "station/pump", "centre/inputs"];
    let before = files.map(|name| world.bytes(name));
    world.audited(&format!("--card card.img {REST} {HOST}"));
    assert_eq!(files.map(|name| world.bytes(name)), before);
    assert_eq!(world.balance("card.img", 0), OPENING);
    assert_eq!(world.show("card.img")["state"], json!("grey"));
}
