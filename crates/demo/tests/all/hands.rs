//! What hands can do, and what the books say meanwhile.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Stage;

fn row(books: &demo::documents::Books, name: &str) -> i64 {
    books.rows.iter().find(|row| row.name == name).unwrap().amount
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_world_has_everything_and_its_books_hold() {
    let stage = Stage::open(1).await;
    let world = stage.world().await;
    assert_eq!(world.cards.len(), 6);
    assert!(world.cards.iter().all(|card| card.state == "unlocked" && card.r#where.is_none()));
    assert_eq!(world.cards.iter().filter(|card| card.blacklisted).count(), 1);
    assert_eq!(world.cards.iter().filter(|card| card.purse == "ep").count(), 1);
    let nozzles: Vec<_> = world.stations.iter().map(|station| station.nozzles.len()).collect();
    assert_eq!(nozzles, [3, 2]);
    assert!(world.stories.len() >= 10);
    let books = stage.books().await;
    assert!(books.ok, "{:?}", books.problems);
    let money: u32 = world.cards.iter().map(|card| card.balance).sum();
    assert_eq!(row(&books, "opening"), i64::from(money));
    assert_eq!(row(&books, "on_cards"), i64::from(money));
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_in_one_reader_at_most_and_a_reader_holds_one_card() {
    let stage = Stage::open(2).await;
    let world = stage.world().await;
    let [one, other] = [&world.cards[0].asn, &world.cards[1].asn];
    let north = json!({ "station": "north", "nozzle": 1 });
    let insert = |asn: &str| format!("/demo/v1/cards/{asn}/insert");
    stage.post(&insert(one), north.clone()).await;
    let refused = |document: &Value, name: &str| {
        assert_eq!(document["type"], format!("urn:greylock:problem:{name}"));
    };
    let (status, document) = stage.ask(Method::POST, &insert(other), north.clone()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    refused(&document, "slot_taken");
    let south = json!({ "station": "south", "nozzle": 2 });
    let (_, document) = stage.ask(Method::POST, &insert(one), south).await;
    refused(&document, "card_elsewhere");
    let place = stage.world().await.cards[0].r#where.clone().unwrap();
    assert_eq!((place.station.as_str(), place.nozzle), ("north", 1));
    stage.post(&format!("/demo/v1/cards/{one}/pull"), Value::Null).await;
    let pull = format!("/demo/v1/cards/{one}/pull");
    let (_, document) = stage.ask(Method::POST, &pull, Value::Null).await;
    refused(&document, "card_not_in");
    let nowhere = json!({ "station": "west", "nozzle": 1 });
    let (_, document) = stage.ask(Method::POST, &insert(one), nowhere).await;
    refused(&document, "no_such_place");
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_and_centre_are_behind_the_same_door() {
    let stage = Stage::open(3).await;
    assert_eq!(stage.get("/stations/north/v1/site").await["name"], "north");
    assert_eq!(
        stage.get("/stations/south/v1/site").await["nozzles"][1]["product"]["name"],
        "Petrol"
    );
    assert!(stage.get("/centre/v1/cards").await["items"].as_array().unwrap().len() == 6);
    assert!(stage.get("/centre/openapi.json").await["paths"].is_object());
    let place = stage.sent_on("/centre/docs").await;
    assert_eq!(place, "/centre/docs/", "the page that browses it is nested, too");
    let (status, _) = stage.ask(Method::GET, "/stations/west/v1/site", Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_without_power_says_nothing_and_its_journal_still_counts() {
    let stage = Stage::open(4).await;
    stage.post("/demo/v1/stations/north/power", json!({ "on": false })).await;
    let (status, _) = stage.ask(Method::GET, "/stations/north/v1/site", Value::Null).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!stage.world().await.switches["north"].power);
    assert!(stage.books().await.ok);
    stage.post("/demo/v1/stations/north/power", json!({ "on": true })).await;
    assert_eq!(stage.get("/stations/north/v1/site").await["name"], "north");
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_makes_everything_fresh() {
    let stage = Stage::open(5).await;
    let asn = stage.world().await.cards[2].asn.clone();
    let place = json!({ "station": "south", "nozzle": 1 });
    stage.post(&format!("/demo/v1/cards/{asn}/insert"), place).await;
    stage.post("/demo/v1/stations/north/link", json!({ "up": false })).await;
    stage.post("/demo/v1/reset", Value::Null).await;
    let world = stage.world().await;
    assert_eq!(world.reset, 2);
    assert!(world.cards.iter().all(|card| card.r#where.is_none()));
    assert!(world.switches["north"].link);
    stage.demo.close().await;
}
