//! Issuing: a number is begun on one chip, and its profile leaves for operators alone.

use card::Profile;
use serde_json::{Value, json};

use crate::site::{Site, north, operator};

const PATH: &str = "/v1/cards/1234000000000001/profile";
const CHIP: &str = "00112233445566778899";

fn order(chip: &str) -> Value {
    json!({
        "chip": chip, "purse": "ed", "opening": { "balance": 5_000 }, "aid": "a0000000034752455931",
        "start": "20261122", "expiry": "20361122",
    })
}

fn profile(answered: &Value) -> Profile {
    let bytes = hex::decode(answered["profile"].as_str().unwrap()).unwrap();
    Profile::decode(&bytes.try_into().unwrap()).unwrap()
}

async fn state(site: &Site) -> Value {
    site.get(operator("ada"), "/v1/cards/1234000000000001").await.json()["state"].clone()
}

#[tokio::test]
async fn a_card_is_begun_on_one_chip_and_answered_again_for_it() {
    let site = Site::new().await;
    assert_eq!(site.post(north(), PATH, order(CHIP)).await.problem(), "not_permitted");
    let first = site.post(operator("ada"), PATH, order(CHIP)).await.json();
    assert_eq!(first["repeat"], false);
    let made = profile(&first);
    assert_eq!(made.public.asn().to_string(), "1234000000000001");
    assert_eq!(made.opening[0].balance.units(), 5_000);
    assert_eq!(made.icc_key.expose(), &[0; 16], "whoever personalises draws it");
    assert_eq!(state(&site).await, "made");
    let again = site.post(operator("bob"), PATH, order(CHIP)).await.json();
    assert_eq!((&again["repeat"], &again["profile"]), (&json!(true), &first["profile"]));
    let other = site.post(operator("ada"), PATH, order("ffffffffffffffffffff")).await;
    assert_eq!(other.problem(), "begun_on_another_chip");
    assert!(other.text.contains(CHIP), "it says on which: {}", other.text);
    let mut richer = order(CHIP);
    richer["opening"]["balance"] = json!(6_000);
    let refused = site.post(operator("ada"), PATH, richer).await;
    assert_eq!(refused.problem(), "card_already_registered");
    let issued = "/v1/cards/1234000000000001/issued";
    site.post(operator("ada"), issued, json!({ "chip": CHIP })).await.json();
    assert_eq!(state(&site).await, "active");
}

#[tokio::test]
async fn what_cannot_be_made_begins_nothing() {
    let site = Site::new().await;
    for (field, value, named) in [
        ("chip", json!("00"), "chip"),
        ("aid", json!(""), "aid"),
        ("purse", json!("cash"), "purse"),
        ("start", json!("20261340"), "start"),
        ("expiry", json!("tomorrow"), "expiry"),
        ("begin_with", json!(77), "begin_with"),
    ] {
        let mut asked = order(CHIP);
        asked[field] = value;
        let answered = site.post(operator("ada"), PATH, asked).await;
        assert_eq!(answered.problem(), "malformed", "{field}");
        assert!(answered.text.contains(named), "{field}: {}", answered.text);
    }
    let card = site.get(operator("ada"), "/v1/cards/1234000000000001").await;
    assert_eq!(card.problem(), "card_unknown");
}

#[tokio::test]
async fn a_psam_is_begun_for_one_station() {
    let site = Site::new().await;
    let path = "/v1/psams/112233445566/profile";
    let order = |station: &str| {
        let serial = "00000000112233445566";
        json!({ "chip": CHIP, "station": station, "serial": serial, "first_ttc": 1 })
    };
    assert_eq!(site.post(operator("ada"), path, order(" ")).await.problem(), "malformed");
    let first = site.post(operator("ada"), path, order("north")).await.json();
    let bytes = hex::decode(first["profile"].as_str().unwrap()).unwrap();
    let made = psam::Profile::decode(&bytes).unwrap();
    assert_eq!((made.tid.to_string(), made.first_ttc), ("112233445566".to_owned(), 1));
    assert_eq!(made.trn_key.expose(), &[0; 16]);
    assert_eq!(site.post(operator("ada"), path, order("north")).await.json()["repeat"], true);
    let south = site.post(operator("ada"), path, order("south")).await;
    assert_eq!(south.problem(), "psam_already_registered");
}
