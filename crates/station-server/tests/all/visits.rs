//! A visit from the card that is put in to its receipt, and what is refused on the way.

use api::site::{Nozzle, Outcome, Site};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use station_server::Caller;

use crate::rig::Rig;
use crate::support::World;
use crate::support::station::prices;

#[tokio::test(flavor = "multi_thread")]
async fn a_refuelling_is_asked_for_ends_and_has_a_receipt() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut rig = Rig::new(world, 2);
    rig.bench.insert(2, &card);
    rig.bench.wait_for_state(2, "card");
    let seen: Nozzle =
        serde_json::from_value(rig.ask("GET /v1/nozzles/2", None).await.json()).unwrap();
    assert_eq!(seen.card.unwrap().asn, card.asn.to_string());
    rig.bench.nozzles[1].hose.lift_for(2_000);
    let begun = rig.ask("POST /v1/nozzles/2/refuel", Some(json!({ "pin": "123456" }))).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let visit = begun.json()["visit"].as_u64().unwrap();
    let ended = rig.bench.wait_for_end("refuel");
    let kept = rig.ask(&format!("GET /v1/nozzles/2/visits/{visit}"), None).await.json();
    let kept: Outcome = serde_json::from_value(kept).unwrap();
    assert_eq!(kept, ended);
    assert_eq!((kept.outcome.as_str(), kept.amount), ("settled", 1_578));

    let lock = kept.lock.unwrap();
    let receipt = format!("/v1/receipts/{}/{}", lock.tid, lock.ttc);
    let document = rig.ask(&format!("GET {receipt}"), None).await.json();
    let lines = document["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line.as_str().unwrap().contains("15.78")), "{document}");
    let asked = |accept: &str| {
        let mut request = Request::builder().uri(&receipt).header("accept", accept);
        request.extensions_mut().unwrap().insert(Caller::Operator("ada".to_owned()));
        request.body(Body::empty()).unwrap()
    };
    let text = rig.send(asked("text/plain")).await.text();
    assert!(text.contains("TOTAL") && text.ends_with('\n'), "{text}");
    let picture = rig.send(asked("image/avif,image/png;q=0.8,*/*;q=0.5")).await;
    assert!(picture.bytes.starts_with(b"\x89PNG"), "{:?}", picture.headers);
    assert_eq!(rig.send(asked("application/pdf")).await.problem(), ("not_acceptable".into(), 406));
    assert_eq!(rig.ask("GET /v1/receipts/000000000099/1", None).await.problem().0, "not_found");
    rig.bench.station().close();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escape_leaves_an_open_lock_and_a_record_for_neighbours() {
    let mut world = World::new();
    let card = world.card(10_000);
    let mut rig = Rig::new(world, 1);
    let hand = rig.bench.nozzles[0].hand.clone();
    rig.bench.while_flowing(1, move |shown| {
        if shown >= 500 {
            hand.pull();
        }
    });
    let ended = rig.bench.refuel(1, &card, 5_000);
    assert_eq!(ended.outcome, "escaped");
    rig.bench.wait_for_state(1, "free");
    let open = rig.ask("GET /v1/locks?open=true", None).await.json();
    assert_eq!(open["items"][0]["step"], "claimed", "{open}");
    assert_eq!(open["items"][0]["amount"], ended.amount);
    assert_eq!(open["next"], Value::Null);
    let record: wire::ClaimedRecord =
        wire::record::decode(&hex::decode(ended.record.unwrap()).unwrap()).unwrap();
    let lock = hex::encode(wire::record::encode(&record.terms.id).as_slice());
    let near = Caller::Station("south".to_owned());
    let given = rig.ask_as(near, &format!("GET /v1/grey-records/{lock}"), None).await.json();
    let given: wire::ClaimedRecord =
        wire::record::decode(&hex::decode(given["record"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(given, record);
    let other = format!("GET /v1/grey-records/{}00", &lock[..40]);
    assert_eq!(rig.ask(&other, None).await.problem(), ("not_found".into(), 404));
    assert_eq!(rig.ask("GET /v1/grey-records/00", None).await.problem().0, "malformed");
    rig.bench.station().close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_a_problem_by_its_name() {
    let rig = Rig::new(World::new(), 1);
    let pin = || Some(json!({ "pin": "123456" }));
    for (line, body, name, status) in [
        ("POST /v1/nozzles/1/refuel", pin(), "no_card", 409),
        ("POST /v1/nozzles/9/refuel", pin(), "no_such_nozzle", 404),
        ("POST /v1/nozzles/1/refuel", Some(json!({ "pin": "12" })), "malformed", 400),
        ("POST /v1/nozzles/1/refuel", Some(json!({ "p": 5 })), "malformed", 400),
        ("POST /v1/nozzles/1/stop", None, "nothing_runs", 409),
        ("GET /v1/nozzles/1/visits/7", None, "no_such_visit", 404),
        ("GET /v1/nozzles/x", None, "malformed", 400),
        ("GET /v1/nozzles/9", None, "no_such_nozzle", 404),
        ("GET /v1/locks?open=false", None, "malformed", 400),
        ("GET /v1/locks?open=true&limit=0", None, "malformed", 400),
        ("GET /v1/nothing", None, "not_found", 404),
        ("DELETE /v1/site", None, "method_not_allowed", 405),
        ("POST /v1/papers", Some(json!({ "text": "x" })), "paper_not_believed", 422),
        ("POST /v1/parameters", Some(json!({ "version": 2, "products": [] })), "malformed", 400),
        ("POST /v1/parameters", Some(json!(prices())), "old_parameters", 409),
    ] {
        let answered = rig.ask(line, body).await;
        assert_eq!(answered.problem(), (name.to_owned(), status), "{line}: {}", answered.text());
        assert!(!answered.text().contains("123456"));
    }
    let taken = rig.ask("POST /v1/papers", Some(json!({ "text": "GL1:X" }))).await.json();
    assert_eq!(taken["station"], "south");
    rig.bench.station().close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_without_power_says_so_and_comes_back() {
    let rig = Rig::new(World::new(), 1);
    assert_eq!(rig.ask("GET /ready", None).await.status, 200);
    rig.app.put(None);
    assert_eq!(rig.ask("GET /ready", None).await.problem(), ("no_power".into(), 503));
    let answered = rig.ask("GET /v1/site", None).await;
    assert_eq!(
        (answered.problem().1, &answered.headers["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    assert!(rig.ask("GET /metrics", None).await.text().contains("has_power 0"));
    rig.app.put(rig.bench.station.clone());
    let site = rig.ask("GET /v1/site", None).await.json();
    assert_eq!(serde_json::from_value::<Site>(site).unwrap().nozzles.len(), 1);
    let figures = rig.ask("GET /metrics", None).await.text();
    assert!(figures.contains("greylock_station_nozzle_busy{nozzle=\"1\"} 0"), "{figures}");
    rig.app.put(None);
    rig.bench.station().close();
}
