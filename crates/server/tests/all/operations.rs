//! Whatever an operator asks for is in the operator log, under the id of his request.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::REQUEST_ID;

use crate::site::{Answered, Site, north, operator, read};
use crate::support::{CARD, Scene, T2, at};
use crate::told::{give_cards_and_psams, ruling_document};

async fn ask_as(site: &Site, id: &str, path: &str, body: &Value) -> (Answered, Option<String>) {
    let request = Request::post(path).header("content-type", "application/json");
    let mut request = request.header(REQUEST_ID, id).body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(operator("ada"));
    let response = site.send(request).await;
    let given = response.headers().get(REQUEST_ID).map(|id| id.to_str().unwrap().to_owned());
    (read(response).await, given)
}

async fn log(site: &Site, after: &str) -> Vec<Value> {
    let path = format!("/v1/operator-log?limit=2{after}");
    let page = site.get(operator("ada"), &path).await.json();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_changes_the_books_for_an_operator_is_in_the_log() {
    let site = Site::new().await;
    let psam = json!({ "tid": "000000000009", "station": "north" });
    let (answered, id) = ask_as(&site, "mine-1", "/v1/psams", &psam).await;
    assert!(answered.status.is_success());
    assert_eq!(id.as_deref(), Some("mine-1"));
    let other = json!({ "tid": "000000000009", "station": "south" });
    let (refused, id) = ask_as(&site, "no id, this", "/v1/psams", &other).await;
    let given = id.unwrap();
    assert!(given.starts_with("centre-"), "{given}");
    assert_eq!(refused.json()["request_id"], given);
    let lines = log(&site, "").await;
    assert_eq!(lines[0]["operator"], "ada");
    assert_eq!(lines[0]["request_id"], "mine-1");
    assert_eq!(lines[0]["resource"], "POST /v1/psams");
    assert_eq!(
        (&lines[0]["call"], &lines[0]["about"], &lines[0]["answer"]),
        (&json!("register_psam"), &json!("000000000009"), &json!("done"))
    );
    assert_eq!(lines[1]["answer"], "psam_already_registered");
    assert_eq!(lines[1]["request_id"], given);
    // The next page is empty; what a station or nobody asks is not noted.
    let next = site.get(operator("ada"), "/v1/operator-log?limit=2").await.json()["next"].clone();
    let next = next.as_str().unwrap().to_owned();
    site.post(
        north(),
        "/v1/receipts",
        json!({ "asn": "6280100000000017", "otc": 1, "mac3": "00000000" }),
    )
    .await;
    assert!(log(&site, &format!("&cursor={next}")).await.is_empty());
}

/// Resources by which an operator changes something.
const CHANGING: [&str; 7] = [
    "/v1/cards",
    "/v1/cards/{asn}/replacement",
    "/v1/cards/{asn}/switch",
    "/v1/cards/{asn}/unblock",
    "/v1/psams",
    "/v1/rulings",
    "/v1/rulings/approvals",
];

#[tokio::test]
async fn each_of_these_resources_leaves_its_line() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let card = CARD.to_string();
    let lock = Scene::new().grey(100, 1).terms.id;
    let ruling = ruling_document(&lock, host::Ruling::Unlock(wire::Amount::ZERO), "seen");
    for path in CHANGING {
        let body = match path {
            "/v1/cards" => json!({ "asn": "6280100000000025", "ed": { "balance": 1 } }),
            "/v1/psams" => json!({ "tid": "000000000077", "station": "north" }),
            "/v1/cards/{asn}/unblock" => json!({ "challenge": "01020304" }),
            "/v1/cards/{asn}/switch" => {
                let asked = Scene::new().card.ask_for_keys(2, T2, at(4));
                json!({
                    "to": asked.to, "tid": asked.tid.to_string(), "init": hex::encode(&*asked.init.encode()),
                    "challenge": hex::encode(asked.challenge),
                })
            }
            "/v1/cards/{asn}/replacement" => {
                json!({ "maker": "ada", "checker": "bob", "reason": "lost" })
            }
            _ => ruling.clone(),
        };
        let (answered, _) = ask_as(&site, "once", &path.replace("{asn}", &card), &body).await;
        assert_ne!(answered.status.as_u16(), 400, "{path}: {answered:?}");
        let all = site.get(operator("ada"), "/v1/operator-log?limit=500").await.json();
        let last = all["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["resource"], format!("POST {path}"), "{last}");
    }
}

#[tokio::test]
async fn a_replacement_is_ordered_under_ones_own_name() {
    let site = Site::new().await;
    let body = json!({ "maker": "bob", "checker": "eve", "reason": "lost" });
    let path = format!("/v1/cards/{CARD}/replacement");
    let (answered, _) = ask_as(&site, "once", &path, &body).await;
    assert_eq!(answered.status.as_u16(), 400, "{answered:?}");
}

#[tokio::test]
async fn a_psam_is_given_to_nobody_whom_no_certificate_can_name() {
    let site = Site::new().await;
    for name in ["", " ", "station north", "nord/1", "näh", &"x".repeat(65)] {
        let body = json!({ "tid": "000000000001", "station": name });
        let answered = site.post(operator("ada"), "/v1/psams", body).await;
        assert_eq!(answered.problem(), "malformed", "{name}");
        assert!(answered.json()["detail"].as_str().unwrap().starts_with("station: "));
    }
}
