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
    let earlier = stage.world().await.id;
    stage.post("/demo/v1/reset", Value::Null).await;
    let first = stage.world().await;
    assert_ne!(first.id, earlier, "another world has another id");
    let asn = first.cards[0].asn.clone();
    escape(&stage, &asn).await;
    let before = stage.books().await;
    assert!(before.ok && row(&before, "in_grey_locks") > 0, "{before:?}");
    let folder = stage.end().await;

    let stage = Stage::open_in(folder, outside).await;
    let world = stage.world().await;
    assert_eq!((world.reset, &world.id), (2, &first.id), "it is the same world");
    assert_eq!(world.cards.len(), first.cards.len());
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
    let whole = std::fs::read_to_string(&made_of).unwrap();
    for (now, then) in [("\"version\":2", "\"version\":1"), ("\"drawn\":\"", "\"drawn\":\"00")] {
        let other = whole.replace(now, then);
        assert_ne!(other, whole);
        std::fs::write(&made_of, other).unwrap();
        let taken = Folder::take(folder.path().to_owned()).unwrap();
        let old = demo::demo::Demo::open(taken, outside(22)).await.err().unwrap();
        assert!(old.contains("another version") && old.contains("another folder"), "{old}");
    }
    let others = tempfile::tempdir().unwrap();
    std::fs::write(others.path().join("letter"), b"of somebody").unwrap();
    let refused = Folder::take(others.path().to_owned()).unwrap_err();
    assert!(refused.contains("not empty"), "{refused}");
}

/// What a process leaves that is killed while it makes a world: chips of other keys, and half an authority.
fn half_made(folder: &std::path::Path, number: u64) {
    let (whole, half) = (folder.join("world-1"), folder.join(format!("world-{number}")));
    for part in ["chips", "authority"] {
        std::fs::create_dir_all(half.join(part)).unwrap();
    }
    for chip in std::fs::read_dir(whole.join("chips")).unwrap() {
        let chip = chip.unwrap();
        std::fs::copy(chip.path(), half.join("chips").join(chip.file_name())).unwrap();
    }
    let certificate = std::path::Path::new("authority").join(pki::CERTIFICATE);
    std::fs::copy(whole.join(&certificate), half.join(&certificate)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_made_world_does_not_stand_in_the_way_of_a_fresh_one() {
    let outside = outside(23);
    let stage = Stage::open_in(tempfile::tempdir().unwrap(), outside.clone()).await;
    half_made(stage.folder.path(), 2);
    stage.post("/demo/v1/reset", Value::Null).await;
    assert_eq!(stage.world().await.reset, 3);
    assert!(stage.books().await.ok);
    half_made_is_passed_over(stage, outside).await;
}

/// Killed again: the next demo goes on with the last whole world, and the next fresh one is another again.
async fn half_made_is_passed_over(stage: Stage, outside: demo::outside::Outside) {
    std::fs::create_dir(stage.folder.path().join("world-4")).unwrap();
    let stage = Stage::open_in(stage.end().await, outside).await;
    assert_eq!(stage.world().await.reset, 3);
    stage.post("/demo/v1/reset", Value::Null).await;
    assert_eq!(stage.world().await.reset, 5);
    assert!(stage.books().await.ok);
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_a_fresh_world_and_goes_away_leaves_no_half_made_one() {
    let stage = Stage::open(24).await;
    let demo = std::sync::Arc::clone(&stage.demo);
    let asking = tokio::spawn(async move { demo.reset().await });
    let begun = stage.folder.path().join("world-2");
    while !begun.exists() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    stage.post("/demo/v1/reset", Value::Null).await;
    assert_eq!(stage.world().await.reset, 3, "the second world was made whole first");
    assert!(stage.books().await.ok);
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_world_leaves_no_earlier_one_and_takes_nothing_of_others() {
    let stage = Stage::open(25).await;
    let path = stage.folder.path().to_owned();
    let is_there = |name: &str| path.join(name).exists();
    let others = ["world-01", "world-+1", "world-1.old", "worlds"];
    others.iter().for_each(|name| std::fs::create_dir(path.join(name)).unwrap());
    stage.post("/demo/v1/reset", Value::Null).await;
    assert!(is_there("world-2") && !is_there("world-1"));
    // Half made, or left by one who was killed before it was removed.
    std::fs::create_dir_all(path.join("world-1/chips")).unwrap();
    std::fs::create_dir_all(path.join("world-7")).unwrap();
    stage.post("/demo/v1/reset", Value::Null).await;
    assert_eq!(stage.world().await.reset, 8);
    assert!(["world-1", "world-2", "world-7"].iter().all(|name| !is_there(name)));
    assert!(others.iter().all(|name| is_there(name)));
    assert!(stage.books().await.ok);
    stage.demo.close().await;
}
