//! Every story, played at full speed: it comes to its end, and the books hold.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use demo::documents::WorldEvent;
use demo::stories::ALL;
use serde_json::json;

use crate::support::Stage;

async fn play(stage: &Stage, name: &str) {
    stage.post(&format!("/demo/v1/stories/{name}"), json!(null)).await;
    let ended = stage
        .until("the story ends", async || stage.demo.story().filter(|runs| runs.state != "runs"));
    let ended = ended.await;
    if ended.state != "ended" {
        let told = stage.demo.timeline.kept_now();
        let told = told.iter().rev().take(40).rev().filter_map(|event| match &**event {
            WorldEvent::Told { line } => Some(format!("{} {} {}", line.at, line.who, line.words)),
            _ => None,
        });
        let told: Vec<_> = told.collect();
        panic!("{name} at step {}: {}\n{}", ended.step, ended.words, told.join("\n"));
    }
    let books = stage.books().await;
    let story = ALL.iter().find(|story| story.name == name).unwrap();
    let named = books.problems.iter().map(|problem| problem.what.split(':').next().unwrap());
    let named: Vec<_> = named.collect();
    assert_eq!(named, story.names, "{name}: {:?}", books.problems);
    assert_eq!(books.ok, story.names.is_empty());
}

macro_rules! stories {
    ($($test:ident $name:literal)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let stage = Stage::open(7).await;
            stage.post("/demo/v1/speed", json!({ "factor": 1000.0 })).await;
            play(&stage, $name).await;
            stage.demo.close().await;
        })*

        #[test]
        fn every_story_is_played() {
            let played = [$($name),*];
            let there: Vec<_> = ALL.iter().map(|story| story.name).collect();
            assert_eq!(played.as_slice(), there);
            let names: BTreeSet<_> = there.iter().collect();
            assert_eq!(names.len(), there.len());
            assert!(there.len() >= 10);
        }
    };
}

stories! {
    refuelling "refuelling"
    escape "escape"
    neighbour "neighbour"
    paper "paper"
    lock_answer_lost "lock-answer-lost"
    no_dispense "no-dispense"
    debit_answer_lost "debit-answer-lost"
    power_cut "power-cut"
    power_cut_card_waits "power-cut-card-waits"
    mac3_lost "mac3-lost"
    torn_write "torn-write"
    psam_power "psam-power"
    psam_dies "psam-dies"
    journal_lost "journal-lost"
    late_record "late-record"
    application_locked "application-locked"
    offline_day "offline-day"
    charger "charger"
    ceiling "ceiling"
    blacklisted "blacklisted"
    load "load"
    load_lost "load-lost"
    purchase "purchase"
    purchase_lost "purchase-lost"
    replay "replay"
    clone "clone"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loss_by_a_copied_card_is_named_to_the_cent() {
    let stage = Stage::open(9).await;
    stage.post("/demo/v1/speed", json!({ "factor": 1000.0 })).await;
    play(&stage, "clone").await;
    let books = stage.books().await;
    let sum = |name: &str| books.rows.iter().find(|row| row.name == name).unwrap().amount;
    // 4 litres by the card, 3 by its copy.
    assert_eq!(sum("owed_to_stations"), 660 + 495, "both stations are paid");
    let account = |name: &str| {
        let accounts = books.centre.accounts.iter();
        accounts
            .filter(|account| account.name.starts_with(name))
            .map(|one| one.balance)
            .sum::<i64>()
    };
    assert_eq!(account("write_off").abs(), 495, "{:?}", books.centre.accounts);
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_follow_each_other_in_one_world() {
    let stage = Stage::open(8).await;
    stage.post("/demo/v1/speed", json!({ "factor": 1000.0 })).await;
    for name in ["escape", "offline-day", "ceiling", "psam-dies", "clone", "escape"] {
        play(&stage, name).await;
    }
    stage.demo.close().await;
}

/// A card, and a PSAM, that will fail.
fn is_armed(stage: &Stage) -> [bool; 2] {
    let world = stage.demo.world();
    let mut places = world.houses.iter().flat_map(|house| house.places.values());
    let card = world.cards.iter().any(|card| card.body.power().tear.is_some());
    [card, places.any(|place| place.psam.fails().is_some())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_is_stopped_leaves_nothing_armed() {
    for (story, armed) in [("torn-write", [true, false]), ("psam-dies", [false, true])] {
        let stage = Stage::open(26).await;
        stage.post(&format!("/demo/v1/stories/{story}"), json!(null)).await;
        let arms = async || (is_armed(&stage) == armed).then_some(());
        stage.until("something is armed", arms).await;
        let (status, _) = stage.ask(Method::DELETE, "/demo/v1/stories", json!(null)).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert_eq!(is_armed(&stage), [false, false], "{story}");
        assert_eq!(stage.demo.story().unwrap().state, "stopped");
        stage.demo.close().await;
    }
}
