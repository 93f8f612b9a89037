//! Every story, played at full speed: it comes to its end, and the books hold.

use std::collections::BTreeSet;

use demo::stories::ALL;
use serde_json::json;

use crate::support::Stage;

#[test]
fn stories_have_names_of_their_own() {
    let names: BTreeSet<_> = ALL.iter().map(|story| story.name).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.len() >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_ends_well() {
    let stage = Stage::open(7).await;
    stage.post("/demo/v1/speed", json!({ "factor": 1000.0 })).await;
    let mut failed = Vec::new();
    for story in ALL {
        stage.post(&format!("/demo/v1/stories/{}", story.name), json!(null)).await;
        let ended = stage.until("the story ends", async || {
            stage.demo.story().filter(|runs| runs.state != "runs")
        });
        let ended = ended.await;
        if ended.state != "ended" {
            failed.push(format!("{} at step {}: {}", story.name, ended.step, ended.words));
        }
        let books = stage.books().await;
        assert!(books.ok, "{}: {:?}", story.name, books.problems);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    stage.demo.close().await;
}
