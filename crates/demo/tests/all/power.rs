//! Power that goes at any moment, by seed: the books hold at once, and everything settles afterwards.

use serde_json::{Value, json};

use crate::support::Stage;

/// Power cuts in each world.
const CUTS: usize = 6;

/// SplitMix64.
fn drawn(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

/// Lets so many things happen, as long as anything does.
async fn let_happen(stage: &Stage, beats: u64) {
    let mut pulse = stage.demo.timeline.pulse();
    let from = *pulse.borrow_and_update();
    let enough = pulse.wait_for(|now| now.wrapping_sub(from) >= beats);
    // A world where nothing happens any more is cut there.
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), enough).await;
}

async fn check(stage: &Stage, seed: u64, when: &str) {
    let books = stage.books().await;
    assert!(books.ok, "seed {seed}, {when}: {:?}", books.problems);
}

async fn power(stage: &Stage, on: bool) {
    stage.post("/demo/v1/stations/north/power", json!({ "on": on })).await;
}

async fn is_ready(stage: &Stage, station: &str) -> Option<()> {
    let site = stage.get(&format!("/stations/{station}/v1/site")).await;
    let nozzles = site["nozzles"].as_array()?;
    let ready = nozzles.iter().all(|nozzle| nozzle["state"] == "free" || nozzle["state"] == "card");
    (ready && site["centre"]["state"] == "up").then_some(())
}

/// One refuelling that is cut somewhere; the card is left in, or pulled while it is dark.
async fn cut_refuelling(stage: &Stage, asn: &str, seed: &mut u64) {
    stage.until("north is ready", async || is_ready(stage, "north").await).await;
    let place = json!({ "station": "north", "nozzle": 1 });
    let (_, _) =
        stage.ask(axum::http::Method::POST, &format!("/demo/v1/cards/{asn}/insert"), place).await;
    let hose = json!({ "lifted": true, "quantity": 3_000 + drawn(seed) % 9_000 });
    stage.post("/demo/v1/stations/north/nozzles/1/hose", hose).await;
    stage
        .until("the card is seen", async || {
            let nozzle = stage.get("/stations/north/v1/nozzles/1").await;
            (nozzle["state"] == "card" && nozzle["card"].is_object()).then_some(())
        })
        .await;
    let asked = json!({ "pin": "123456" });
    let refuel = "/stations/north/v1/nozzles/1/refuel";
    let (_, _) = stage.ask(axum::http::Method::POST, refuel, asked).await;
    let_happen(stage, drawn(seed) % 70).await;
    power(stage, false).await;
    if drawn(seed).is_multiple_of(2) {
        stage.post(&format!("/demo/v1/cards/{asn}/pull"), Value::Null).await;
    }
}

async fn survives(seed: u64) {
    let stage = Stage::open(seed).await;
    stage.post("/demo/v1/speed", json!({ "factor": 100.0 })).await;
    let asn = stage.world().await.cards[0].asn.clone();
    let mut dice = seed;
    for cut in 0..CUTS {
        cut_refuelling(&stage, &asn, &mut dice).await;
        check(&stage, seed, &format!("cut {cut}, dark")).await;
        power(&stage, true).await;
        check(&stage, seed, &format!("cut {cut}, light again")).await;
    }
    stage.until("north is ready", async || is_ready(&stage, "north").await).await;
    if stage.world().await.cards[0].r#where.is_some() {
        stage.post(&format!("/demo/v1/cards/{asn}/pull"), Value::Null).await;
    }
    let place = json!({ "station": "south", "nozzle": 1 });
    stage.post(&format!("/demo/v1/cards/{asn}/insert"), place).await;
    stage
        .until("the card is free and everything is reported", async || {
            let card = stage.world().await.cards[0].clone();
            let books = stage.books().await;
            let waiting = books.rows.iter().find(|row| row.name == "unreported")?.amount;
            (card.state != "grey" && waiting == 0).then_some(())
        })
        .await;
    check(&stage, seed, "at the end").await;
    stage.demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_goes_at_any_moment_and_no_cent_is_lost() {
    for seed in 1..=8 {
        survives(seed).await;
    }
}
