//! Prepaid accounts as operators and stations meet them.

use serde_json::{Value, json};

use crate::site::{Answered, Site, north, operator, south};
use crate::support::{Scene, T1, T2, at};
use crate::told::give_cards_and_psams;

async fn open(site: &Site, name: &str, stations: &[&str]) -> Answered {
    let body = json!({ "name": name, "holder": "Hill & Sons", "stations": stations });
    site.post(operator("ada"), "/v1/prepaid", body).await
}

async fn fund(site: &Site, name: &str, reference: &str, amount: i64) -> Answered {
    let body = json!({ "reference": reference, "amount": amount });
    site.post(operator("ada"), &format!("/v1/prepaid/{name}/fundings"), body).await
}

async fn balance(site: &Site, name: &str) -> Value {
    site.get(operator("ada"), &format!("/v1/prepaid/{name}")).await.json()["balance"].clone()
}

fn load(scene: &mut Scene, amount: u32, account: Option<&str>) -> Value {
    let asked = scene.card.ask_transfer(host::Way::Load, amount, at(1));
    json!({
        "way": "load", "asn": asked.asn.to_string(), "tid": asked.tid.to_string(), "purse": "ed",
        "amount": amount, "init": hex::encode(&*asked.init.encode()), "account": account,
    })
}

#[tokio::test]
async fn a_station_loads_from_its_account_while_that_holds_enough() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut scene = Scene::new();
    for repeat in [false, true] {
        assert_eq!(open(&site, "shop", &["south"]).await.json()["repeat"], repeat);
        let funded = fund(&site, "shop", "BANK-7", 500).await.json();
        assert_eq!(funded, json!({ "balance": 500, "repeat": repeat }));
    }
    fund(&site, "shop", "BANK-8 & more", 1).await.json();
    fund(&site, "shop", "BANK-9", -1).await.json();
    let mut paid = Vec::new();
    let mut path = "/v1/prepaid/shop/fundings?limit=1".to_owned();
    loop {
        let page = site.get(operator("ada"), &path).await.json();
        paid.extend(page["items"].as_array().unwrap().iter().map(|row| row["amount"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/prepaid/shop/fundings?limit=1&cursor={next}");
    }
    assert_eq!(paid, [500, 1, -1]);
    assert_eq!(fund(&site, "shop", "BANK-7", 501).await.problem(), "funding_disagrees");
    let body = load(&mut scene, 300, Some("shop"));
    for _ in 0..2 {
        let decided = site.post(south(), "/v1/transfers", body.clone()).await;
        assert!(decided.status.is_success(), "{decided:?}");
        assert_eq!(balance(&site, "shop").await, 200);
    }
    let more = load(&mut scene, 501, Some("shop"));
    assert_eq!(site.post(south(), "/v1/transfers", more).await.problem(), "account_too_low");
    let none = load(&mut scene, 1, Some("none"));
    assert_eq!(site.post(south(), "/v1/transfers", none).await.problem(), "account_unknown");
    let listed = site.get(operator("ada"), "/v1/prepaid").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["stations"], json!(["south"]));
    let postings = site.get(operator("ada"), "/v1/postings?limit=500").await.json();
    let is_funding = |posting: &&Value| posting["reason"] == "prepaid_funded";
    let funding = postings["items"].as_array().unwrap().iter().find(is_funding).unwrap().clone();
    assert_eq!(funding["asn"], Value::Null);
    assert_eq!(funding["entries"][0]["target"], "prepaid/shop");
}

#[tokio::test]
async fn nobody_charges_the_account_of_others() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut scene = Scene::new();
    open(&site, "norths", &["north"]).await.json();
    fund(&site, "norths", "1", 500).await.json();
    let body = load(&mut scene, 300, Some("norths"));
    assert_eq!(body["tid"], T2.to_string());
    assert_eq!(
        site.post(south(), "/v1/transfers", body.clone()).await.problem(),
        "account_of_others"
    );
    // Nor by the terminal of another station.
    let refused = site.post(north(), "/v1/transfers", body).await;
    assert_eq!(refused.problem(), "station_does_not_own_tid");
    assert_ne!(T1, T2);
    assert_eq!(balance(&site, "norths").await, 500);
}

#[tokio::test]
async fn a_centre_may_charge_prepaid_accounts_alone() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut scene = Scene::new();
    let body = load(&mut scene, 300, None);
    site.app.charge_accounts_only(true);
    assert_eq!(
        site.post(south(), "/v1/transfers", body.clone()).await.problem(),
        "account_missing"
    );
    site.app.charge_accounts_only(false);
    assert!(site.post(south(), "/v1/transfers", body).await.status.is_success());
}

#[tokio::test]
async fn what_cannot_be_an_account_or_payment_is_refused() {
    let site = Site::new().await;
    open(&site, "shop", &[]).await.json();
    for (name, holder, station) in
        [("A", "x", "x"), ("a", " ", "x"), ("a", "x", ""), ("a", "x\u{0}", "x")]
    {
        let body = json!({ "name": name, "holder": holder, "stations": [station] });
        let answered = site.post(operator("ada"), "/v1/prepaid", body).await;
        assert_eq!(answered.problem(), "malformed");
    }
    assert_eq!(open(&site, "shop", &["north"]).await.problem(), "account_already_open");
    assert_eq!(fund(&site, "shop", "", 1).await.problem(), "reference_missing");
    assert_eq!(fund(&site, "shop", "a\u{0}", 1).await.problem(), "reference_missing");
    assert_eq!(fund(&site, "shop", "1", 0).await.problem(), "funding_out_of_range");
    assert_eq!(fund(&site, "shop", "1", -1).await.problem(), "account_too_low");
    assert_eq!(fund(&site, "none", "1", 1).await.problem(), "account_unknown");
    let path = "/v1/prepaid/none";
    assert_eq!(site.get(operator("ada"), path).await.problem(), "account_unknown");
}
