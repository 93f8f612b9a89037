//! `--tear N`: power that fails in a write.

use serde_json::json;

use crate::world::{INITIALIZE, SELECT, TID, VERIFY, World};

/// Tears every write of a session on a copy of an image until the session has no more of them; gives their number.
fn tear_everywhere(world: &World, chip: &str, session: &str, check: impl Fn(u64)) -> u64 {
    let whole = world.bytes(&format!("{chip}.img"));
    let lines = session.split_whitespace().count();
    for number in 1..50 {
        world.put("torn.img", &whole);
        let done = world.run(&format!("apdu --{chip} torn.img --tear {number} {session}"));
        if done.code == 0 {
            assert_eq!(done.out.lines().count(), lines, "beyond the last write nothing happens");
            return number - 1;
        }
        assert_eq!(done.code, 75, "{done:?}");
        assert!(done.out.lines().count() < lines, "no answer to the torn command");
        check(number);
    }
    panic!("the session never ends");
}

#[test]
fn a_card_torn_anywhere_is_the_card_before_or_after() {
    let world = World::new();
    let session = format!("{SELECT} {VERIFY} {INITIALIZE}");
    let before = world.show("card.img");
    let writes = tear_everywhere(&world, "card", &session, |number| {
        let shown = world.show("torn.img");
        assert_eq!(shown["state"], "unlocked");
        assert_eq!(shown["purses"], before["purses"], "write {number}");
        let tries = shown["pin_tries"].as_u64().unwrap();
        assert!((2..=3).contains(&tries), "write {number}: {tries}");
        // The repair itself is torn too; then the card works.
        let repair = world.run(&format!("apdu --card torn.img --tear 1 {SELECT}"));
        assert!([0, 75].contains(&repair.code), "{repair:?}");
        assert!(repair.code == 0 || repair.out.is_empty(), "no answer before power is on");
        let answers = world.run(&format!("apdu --card torn.img {session}")).done();
        assert!(answers.lines().all(|line| line.ends_with("9000")), "write {number}: {answers}");
    });
    assert!(writes >= 6, "VERIFY counts, compares and clears, INITIALIZE draws a number: {writes}");
}

#[test]
fn a_psam_torn_anywhere_never_draws_a_number_twice() {
    let world = World::new();
    let init =
        "e04000001c010203040000000249f09120261018142501010062801000000000 17".replace(' ', "");
    let session = format!("{SELECT} {init}");
    let writes = tear_everywhere(&world, "psam", &session, |_| {
        let shown = world.run("psam show torn.img --json").document();
        assert_eq!(shown["tid"], TID);
        let next = shown["next_ttc"].as_u64().unwrap();
        let answers = world.run(&format!("apdu --psam torn.img {session}")).done();
        let drawn = u64::from_str_radix(&answers.lines().nth(1).unwrap()[..8], 16).unwrap();
        assert_eq!(drawn, next);
        assert!((1..=2).contains(&drawn));
    });
    assert_eq!(writes, 2, "one commit");
}

#[test]
fn torn_is_75_with_the_answers_that_came_before() {
    let world = World::new();
    let done = world.run(&format!("apdu --json --card card.img --tear 1 {SELECT} {VERIFY}"));
    assert_eq!(done.code, 75);
    let document = done.document();
    assert_eq!(document["outcome"], "torn");
    assert_eq!(document["responses"].as_array().unwrap().len(), 1);
    world.run(&format!("apdu --card card.img {SELECT}")).done();
    let done =
        world.feed("apdu --card card.img --tear 1 -", &format!("{SELECT}\n{VERIFY}\n{VERIFY}\n"));
    assert_eq!((done.code, done.out.lines().count()), (75, 1), "{done:?}");
    assert_eq!(world.show("card.img")["purses"][0]["balance"], json!(150_000));
}
