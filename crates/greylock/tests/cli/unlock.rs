//! `unlock`: the ways in which a grey card becomes free, and what keeps it grey.

use serde_json::{Value, json};

use crate::forecourt::{Held, OPENING, STATION, debit_of, false_debit_of, has_every_field};
use crate::world::{ASN, World};

const HOST: &str = "--host file:centre";

/// The card is not freed, for a reason, and nothing is changed.
fn stays(world: &World, words: &str, arguments: &str) -> Value {
    let before = world.lasting("card.img");
    let done = world.unlock(arguments);
    assert_eq!(done.code, 1, "{done:?}");
    let document = done.document();
    has_every_field(&document);
    assert_eq!(document["outcome"], "refused", "{document}");
    assert!(document["how"].is_null() && document["tac"].is_null(), "{document}");
    assert_eq!(document["amount"], 0, "{document}");
    assert_eq!(document["balance_before"], document["balance_after"], "{document}");
    assert!(document["reason"].as_str().unwrap().contains(words), "{words}: {document}");
    assert!(done.err.contains(words), "{done:?}");
    assert_eq!(world.lasting("card.img"), before);
    document
}

#[test]
fn the_journal_of_the_station_frees_the_card() {
    for scheme in ["seed", "field"] {
        let world = World::empty();
        world.run(&format!("keys new --out keys.toml --scheme {scheme}")).done();
        let issue = format!("card issue --keys keys.toml --asn {ASN} --balance {OPENING}");
        world.run(&format!("{issue} --out card.img")).done();
        world.run("psam issue --keys keys.toml --tid 112233445566 --out psam.img").done();
        let escaped = world.escape(1234, "");
        let document = world.freed("local", 1234, "--journal station");
        for field in ["asn", "ctc", "tid", "ttc", "gtac", "record"] {
            assert_eq!(document[field], escaped[field], "{field}");
        }
        assert_eq!(document["balance_before"], OPENING);
        assert_eq!(document["balance_after"], OPENING - 1234);
        assert!(document["tac"].is_string() && document["reason"].is_null());
        assert_eq!(world.show("card.img")["state"], "unlocked");
        stays(&world, "not grey", "--journal station");
        world.audited("--card card.img --psam psam.img --journal station");
    }
}

#[test]
fn the_text_says_what_was_debited() {
    let world = World::new();
    world.escape(1234, "");
    let refused = world.run("unlock --card card.img --journal elsewhere");
    assert_eq!(refused.code, 1);
    assert_eq!(refused.out, "refused: the card stays grey under lock 112233445566/1\n");
    assert!(refused.err.starts_with("warning: the journal in elsewhere is new and empty"));
    let text = world.run("unlock --card card.img --journal station").done();
    assert_eq!(
        text,
        format!("card {ASN} unlocked with the grey record: 1234 debited, 148766 after\n")
    );
}

#[test]
fn with_the_psam_there_it_is_the_same() {
    let world = World::new();
    world.escape(1234, "");
    world.freed("local", 1234, "--journal station --psam psam.img");
    world.escape(0, "");
    let document = world.freed("local", 0, "--journal station --psam psam.img");
    assert_eq!(document["balance_before"], document["balance_after"]);
    world.audited("--card card.img --psam psam.img --journal station");
}

#[test]
fn any_station_frees_it_with_the_centres_list() {
    let world = World::with_centre();
    let escaped = world.escape(1234, HOST);
    let document = world.freed("local", 1234, &format!("--journal elsewhere {HOST}"));
    for field in ["asn", "ctc", "tid", "ttc", "gtac"] {
        assert_eq!(document[field], escaped[field], "{field}");
    }
    assert_eq!(world.show("card.img")["state"], "unlocked");
    world.audited(&format!(
        "--card card.img --psam psam.img --journal station --journal elsewhere {HOST}"
    ));
}

#[test]
fn without_record_and_link_it_stays_grey() {
    let world = World::new();
    let escaped = world.escape(1234, "");
    let document = stays(&world, "no record here fits it", "--journal elsewhere");
    for field in ["ctc", "tid", "ttc", "gtac"] {
        assert_eq!(document[field], escaped[field], "an operator needs the lock's name: {field}");
    }
    assert_eq!(document["balance_before"], OPENING);
    stays(&world, "no record here fits it", "--journal elsewhere --psam psam.img");
    world.freed("local", 1234, "--journal station");
}

#[test]
fn the_centre_unlocks_on_line_with_0_what_was_never_dispensed() {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    world.lose_the_answer_of_lock();
    stays(&world, "nothing was heard of the lock", &format!("--journal elsewhere {HOST}"));
    stays(&world, "no record here fits it", "--journal station");
    let document = world.freed("online", 0, &format!("--journal station {HOST}"));
    assert!(document["tac"].is_null());
    assert_eq!(document["code"].as_str().unwrap().len(), 8, "MAC3");
    let shown = world.show("card.img");
    assert_eq!(shown["state"], "unlocked", "the centre has MAC3, so it was cleared");
    assert_eq!((&shown["purses"][0]["ctc"], &shown["purses"][0]["otc"]), (&json!(4), &json!(1)));
    assert_eq!(document["balance_after"], OPENING - 300);
    world.audited(&format!(
        "--card card.img --psam psam.img --journal station --journal elsewhere {HOST}"
    ));
    world.settle(&format!("--amount 400 {HOST}"));
    world.audited(&format!("--card card.img --psam psam.img --journal station {HOST}"));
}

#[test]
fn a_lost_answer_of_lock_is_certified_when_the_psam_sees_the_card_again() {
    let world = World::new();
    world.lose_the_answer_of_lock();
    world.freed("local", 0, "--journal station --psam psam.img");
    world.lose_the_answer_of_lock();
    let document = world.settle("--amount 500");
    assert_eq!(document["unlocked"]["how"], "local");
    assert_eq!(document["unlocked"]["amount"], 0);
    world.audited("--card card.img --psam psam.img --journal station");
}

#[test]
fn a_tac_whose_answer_was_lost_is_read_wherever_the_card_turns_up() {
    for (journal, host) in [("station", ""), ("elsewhere", ""), ("elsewhere", HOST)] {
        let world = World::with_centre();
        let escaped = world.escape(1234, HOST);
        let answer = world.to_card(&debit_of(&escaped));
        assert!(answer.ends_with("9000"), "{answer}");
        assert_eq!(world.show("card.img")["state"], "tac_unread");
        let document = world.freed("tac_read", 1234, &format!("--journal {journal} {host}"));
        assert_eq!(document["tac"], answer[..8]);
        for field in ["asn", "ctc", "tid", "ttc"] {
            assert_eq!(document[field], escaped[field], "{journal} {host} {field}");
        }
        assert_eq!(document["balance_before"], OPENING);
        assert_eq!(document["balance_after"], OPENING - 1234);
        assert_eq!(world.show("card.img")["state"], "unlocked");
        stays(&world, "not grey", &format!("--journal {journal} {host}"));
        let journals = if journal == "station" { "" } else { "--journal elsewhere" };
        let all = format!("--card card.img --psam psam.img --journal station {journals} {HOST}");
        let totals = &world.audited(&all)["totals"];
        assert_eq!(totals["debits_by_cards"], 1234, "{totals}");
        // Once the station that read it is in reach of the centre, the sale is settled there too.
        world.unlock(&format!("--journal {journal} {HOST}"));
        assert_eq!(world.audited(&all)["totals"]["settled"], 1234);
    }
}

#[test]
fn an_unread_tac_is_kept_before_a_new_lock_wipes_it() {
    let world = World::new();
    let escaped = world.escape(1234, "");
    world.to_card(&debit_of(&escaped));
    let document = world.settle("--amount 100");
    assert!(document["unlocked"].is_null(), "the card was free");
    assert_eq!(document["balance_after"], OPENING - 1334);
    let totals = &world.audited("--card card.img --psam psam.img --journal station")["totals"];
    assert_eq!((&totals["settled"], &totals["debited_unheard"]), (&json!(1334), &json!(0)));
}

#[test]
fn a_replayed_debit_changes_nothing() {
    let world = World::new();
    let escaped = world.escape(1234, "");
    world.freed("local", 1234, "--journal station");
    let before = world.lasting("card.img");
    assert_eq!(world.to_card(&debit_of(&escaped)), "6985");
    assert_eq!(world.lasting("card.img"), before);
    world.escape(55, "");
    let grey = world.lasting("card.img");
    assert_eq!(world.to_card(&debit_of(&escaped)), "9406");
    assert_eq!(world.lasting("card.img"), grey);
}

#[test]
fn false_codes_lock_the_application_and_the_unlock_says_what_helps() {
    let world = World::new();
    let escaped = world.escape(1234, "");
    for _ in 0..3 {
        assert_eq!(world.to_card(&false_debit_of(&escaped)), "9302");
    }
    assert_eq!(world.show("card.img")["state"], "app_locked");
    let document = stays(&world, "greylock card unblock", "--journal station");
    assert_eq!(document["ttc"], 1);
    let done = world.refuel("--amount 1");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.document()["reason"].as_str().unwrap().contains("card unblock"), "{done:?}");
}

#[test]
fn a_card_in_use_is_lost_to_others() {
    let world = World::new();
    world.escape(10, "");
    world.freed("local", 10, "--journal station");
    let held = Held::at(&world, "locked", "--amount 100");
    for other in
        ["unlock --card card.img --journal elsewhere", &format!("refuel {STATION} --amount 1")]
    {
        let done = world.run(&format!("{other} --json"));
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.err.contains("in use by another process"), "{done:?}");
        assert_eq!(done.document()["outcome"], "card_lost");
    }
    assert_eq!(held.go_on().document()["outcome"], "settled");
    assert!(!world.path("elsewhere").exists(), "nothing was begun for a card that cannot be had");
}
