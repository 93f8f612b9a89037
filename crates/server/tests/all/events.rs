//! Events reach whoever listens, once, from where he stopped.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::site::{Site, north, south};
use crate::support::Scene;
use crate::told::{give_cards_and_psams, report_hex};

/// A station that listens.
pub struct Ear {
    body: Body,
    heard: String,
}

impl Ear {
    pub async fn open(site: &Site, after: &str) -> Self {
        let path = format!("/v1/events?after={after}");
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(south());
        let response = site.send(request).await;
        assert!(response.status().is_success());
        Self { body: response.into_body(), heard: String::new() }
    }

    /// Waits for the next event: its id and its data.
    pub async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.heard.clone().split_once("\n\n") {
                self.heard = rest.to_owned();
                let line = |key: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(key))
                        .map(|text| text.trim().to_owned())
                };
                if let (Some(id), Some(data)) = (line("id:"), line("data:")) {
                    return (id, serde_json::from_str(&data).unwrap());
                }
                continue;
            }
            let frame = self.body.frame().await.unwrap().unwrap();
            self.heard.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }
}

async fn report(site: &Site, report: &wire::Report) {
    let body = json!({ "reports": [report_hex(report)] });
    let answered = site.post(north(), "/v1/reports", body).await.json();
    assert_eq!(answered["answers"][0]["final"], true, "{answered}");
}

#[tokio::test]
async fn a_grey_record_comes_and_goes_and_nothing_is_heard_twice() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let pump = tokio::spawn(server::feed::run(std::sync::Arc::clone(&site.app)));
    let mut live = Ear::open(&site, "").await;
    let mut scene = Scene::new();
    let record = scene.grey(1_200, 1);
    report(&site, &wire::Report::Grey(record)).await;
    let (id, event) = live.next().await;
    assert_eq!(event["event"], "grey");
    let listed = site.get(south(), "/v1/grey-records").await.json();
    assert_eq!(listed["items"][0]["record"], event["record"]);

    let tac = scene.card.debit(&record);
    report(&site, &wire::Report::Sale(record, tac)).await;
    let (last, event) = live.next().await;
    let lock = hex::encode(wire::record::encode(&record.terms.id).to_vec());
    let gone = json!({ "event": "grey_gone", "tid": "000000000001", "ttc": 1, "lock": lock });
    assert_eq!(event, gone);
    assert!(
        site.get(south(), "/v1/grey-records").await.json()["items"].as_array().unwrap().is_empty()
    );

    // From the beginning, from the first, and from the end.
    assert_eq!(Ear::open(&site, "").await.next().await.0, id);
    assert_eq!(Ear::open(&site, &id).await.next().await.0, last);
    let mut late = Ear::open(&site, &last).await;
    let record = scene.grey(300, 5);
    report(&site, &wire::Report::Grey(record)).await;
    assert_eq!(late.next().await.1["event"], "grey");
    assert_eq!(live.next().await.1["event"], "grey");
    pump.abort();
}

#[tokio::test]
async fn what_was_committed_before_the_feed_began_is_heard_too() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut early = Ear::open(&site, "").await;
    let mut scene = Scene::new();
    let record = scene.grey(1_200, 1);
    // It has read the books to their end, and waits; nobody tells it of this record before the feed runs.
    let listening = tokio::spawn(async move {
        let first = early.next().await.1;
        (first, early)
    });
    tokio::task::yield_now().await;
    report(&site, &wire::Report::Grey(record)).await;
    let pump = tokio::spawn(server::feed::run(std::sync::Arc::clone(&site.app)));
    // The feed begins where the books ended when they were opened, so no other event is needed to hear of this one.
    let (first, mut early) = listening.await.unwrap();
    assert_eq!(first["event"], "grey");
    let tac = scene.card.debit(&record);
    report(&site, &wire::Report::Sale(record, tac)).await;
    assert_eq!(early.next().await.1["event"], "grey_gone");
    pump.abort();
}

#[tokio::test]
async fn that_nothing_is_missing_is_said_when_the_books_were_read() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let record = Scene::new().grey(1_200, 1);
    report(&site, &wire::Report::Grey(record)).await;
    let mut ear = Ear::open(&site, "").await;
    let (id, _) = ear.next().await;
    let frame = ear.body.frame().await.unwrap().unwrap();
    let sign = std::str::from_utf8(frame.data_ref().unwrap()).unwrap();
    assert!(sign.contains("event: fresh\n") && !sign.contains("data"), "{sign}");
    assert!(sign.contains(&format!("id: {id}\n")), "{sign}");
}
