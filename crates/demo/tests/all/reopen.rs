//! A folder of an earlier demo: everything in it goes on.

use demo::keep::Folder;
use serde_json::{Value, json};

use crate::support::{Stage, outside};

const NORTH: &str = "/demo/v1/stations/north";

async fn insert(stage: &Stage, asn: &str, station: &str) {
    let place = json!({ "station": station, "nozzle": 1 });
    stage.post(&format!("/demo/v1/cards/{asn}/insert"), place).await;
}

/// A card that escaped while the line was cut: only the journal has the record.
async fn escape(stage: &Stage, asn: &str) {
    stage.post("/demo/v1/speed", json!({ "factor": 20.0 })).await;
    stage.post(&format!("{NORTH}/link"), json!({ "up": false })).await;
    insert(stage, asn, "north").await;
    let nozzle = "/stations/north/v1/nozzles/1";
    let is = async |state: &str| (stage.get(nozzle).await["state"] == state).then_some(());
    stage.until("the card is seen", async || is("card").await).await;
    stage.post(&format!("{NORTH}/nozzles/1/hose"), json!({ "lifted": true })).await;
    stage.post(&format!("{nozzle}/refuel"), json!({ "pin": "123456" })).await;
    stage.until("fuel flows", async || is("flowing").await).await;
    stage.post(&format!("/demo/v1/cards/{asn}/pull"), Value::Null).await;
    stage.until("the nozzle is free", async || is("free").await).await;
}

fn row(books: &demo::documents::Books, name: &str) -> i64 {
    books.rows.iter().find(|row| row.name == name).unwrap().amount
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_goes_on_where_the_last_one_in_its_folder_ended() {
    let outside = outside(21);
    let stage = Stage::open_in(tempfile::tempdir().unwrap(), outside.clone()).await;
    stage.post("/demo/v1/reset", Value::Null).await;
    let first = stage.world().await;
    let asn = first.cards[0].asn.clone();
    escape(&stage, &asn).await;
    let before = stage.books().await;
    assert!(before.ok && row(&before, "in_grey_locks") > 0, "{before:?}");
    let folder = stage.end().await;

    let stage = Stage::open_in(folder, outside).await;
    let world = stage.world().await;
    assert_eq!((world.reset, world.cards.len()), (2, first.cards.len()));
    let card = &world.cards[0];
    assert_eq!((card.state.as_str(), &card.r#where), ("grey", &None));
    let after = stage.books().await;
    assert!(after.ok, "{:?}", after.problems);
    assert_eq!(row(&after, "in_grey_locks"), row(&before, "in_grey_locks"));
    assert_eq!(row(&after, "opening"), row(&before, "opening"), "nothing is issued twice");
    stage
        .until("north has reported, and south has its list", async || {
            let site = stage.get("/stations/south/v1/site").await;
            (site["grey_list"]["rows"] == 1).then_some(())
        })
        .await;
    insert(&stage, &asn, "south").await;
    let is_free = async || (stage.world().await.cards[0].state != "grey").then_some(());
    stage.until("south frees the card", is_free).await;
    let debits = async || (row(&stage.books().await, "debits") > 0).then_some(());
    stage.until("the books know it", debits).await;
    assert!(stage.books().await.ok);
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_no_demos_or_is_played_in_is_refused_with_what_to_do() {
    let stage = Stage::open(22).await;
    let taken = Folder::take(stage.folder.path().to_owned()).unwrap_err();
    assert!(taken.contains("another demo runs") && taken.contains("end it first"), "{taken}");
    let folder = stage.end().await;
    let made_of = folder.path().join("world-1/world.json");
    std::fs::write(made_of, r#"{"version":0,"drawn":""}"#).unwrap();
    let old = demo::demo::Demo::open(Folder::take(folder.path().to_owned()).unwrap(), outside(22));
    let old = old.await.err().unwrap();
    assert!(old.contains("another version") && old.contains("another folder"), "{old}");
    let others = tempfile::tempdir().unwrap();
    std::fs::write(others.path().join("letter"), b"of somebody").unwrap();
    let refused = Folder::take(others.path().to_owned()).unwrap_err();
    assert!(refused.contains("not empty"), "{refused}");
}
