//! What the log says of a lock, from the request to the events. Lines come from several threads, so this is a program
//! of its own with one subscriber.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

#[path = "../../../store/tests/all/base.rs"]
#[allow(dead_code)]
mod base;
#[path = "../all/site.rs"]
#[allow(dead_code)]
mod site;
#[path = "../../../host/tests/all/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

use site::{Site, north, operator};
use support::{CARD, NORTH, Scene, opening};

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn report(site: &Site, report: &wire::Report) {
    let hex = hex::encode(wire::record::encode(report).to_vec());
    let body = json!({ "reports": [hex] }).to_string();
    let request = Request::post("/v1/reports").header("content-type", "application/json");
    let mut request = request.header("x-request-id", "mine").body(Body::from(body)).unwrap();
    request.extensions_mut().insert(north());
    assert!(site.send(request).await.status().is_success());
}

#[tokio::test]
async fn a_lock_is_followed_from_the_request_to_the_events() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).without_time();
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let site = Site::new().await;
    let first = opening(CARD).openings[0];
    let ed = json!({ "balance": first.balance.units(), "ctc": first.ctc });
    let card = json!({ "asn": CARD.to_string(), "ed": ed });
    assert!(site.post(operator("ada"), "/v1/cards", card).await.status.is_success());
    let psam = json!({ "tid": support::T1.to_string(), "station": NORTH });
    assert!(site.post(operator("ada"), "/v1/psams", psam).await.status.is_success());
    let mut scene = Scene::new();
    let record = scene.grey(1_200, 1);
    report(&site, &wire::Report::Grey(record)).await;
    let tac = scene.card.debit(&record);
    report(&site, &wire::Report::Sale(record, tac)).await;

    let lock = host::lock_name((record.terms.id.tid, record.terms.id.ttc));
    let lines = log.lines();
    let about = lines.iter().filter(|line| line["lock"] == lock.as_str());
    let about: Vec<&Value> = about.collect();
    let field = |message: &str, name: &str| {
        let lines = about.iter().filter(|line| line["message"] == message);
        lines.map(|line| line[name].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(field("called", "answer"), ["first", "upgrade"]);
    assert_eq!(field("posted", "posting"), ["grey_heard", "settled_by_tac"]);
    assert_eq!(field("told stations", "event"), ["grey", "grey_gone"]);
    for line in about.iter().filter(|line| line["message"] == "called") {
        assert_eq!(line["span"]["request"], "mine");
    }
    let answered =
        |line: &&Value| line["span"]["request"] == "mine" && line["message"] == "answered";
    let answered = lines.iter().find(answered).unwrap();
    assert_eq!(
        (&answered["route"], &answered["status"], &answered["caller"]),
        (&json!("/v1/reports"), &json!(200), &json!("station north"))
    );
    assert!(answered["millis"].is_u64());
    site.post(north(), "/v1/reports", json!({ "reports": 1 })).await;
    let lines = log.lines();
    assert_eq!(lines.last().unwrap()["problem"], "malformed");
    // No card, no code.
    let text = lines.iter().map(Value::to_string).collect::<String>();
    assert!(!text.contains(&CARD.to_string()) && !text.contains(&tac.to_string()), "{text}");
}
