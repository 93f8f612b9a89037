//! Every story, played at full speed: it comes to its end, and the books hold.

use std::collections::BTreeSet;

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
    assert!(books.ok, "{name}: {:?}", books.problems);
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
    offline_day "offline-day"
    charger "charger"
    ceiling "ceiling"
    blacklisted "blacklisted"
    load "load"
    replay "replay"
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_follow_each_other_in_one_world() {
    let stage = Stage::open(8).await;
    stage.post("/demo/v1/speed", json!({ "factor": 1000.0 })).await;
    for name in ["escape", "offline-day", "ceiling", "escape"] {
        play(&stage, name).await;
    }
    stage.demo.close().await;
}
