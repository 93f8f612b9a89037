//! Requests that are wrong get a problem that says what is wrong.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::site::{Site, north, operator, read};
use crate::support::{Scene, TestCard};
use crate::told::{give_cards_and_psams, report_hex};

#[tokio::test]
async fn what_is_no_report_is_answered_by_itself_and_the_others_are_taken() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let record = Scene::new().grey(1_200, 1);
    let report = report_hex(&wire::Report::Grey(record));
    let body = json!({ "reports": ["zz", report, "0163"] });
    let answered = site.post(north(), "/v1/reports", body).await.json();
    let answers = answered["answers"].as_array().unwrap();
    let finals: Vec<_> = answers.iter().map(|answer| answer["final"].clone()).collect();
    assert_eq!(finals, [false, true, false]);
    assert_eq!(answers[1]["outcome"], "grey");
    for place in [0, 2] {
        let problem = &answers[place]["problem"];
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("reports[{place}]")), "{problem}");
    }
}

/// Anybody can make a card and put it in: what it shows must not wait for a registration that never comes.
#[tokio::test]
async fn what_a_card_of_nobody_shows_is_answered_for_good() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut scene = Scene::new();
    scene.card = TestCard::new(wire::Asn([0x55; 8]));
    scene.sale(100, 1);
    let report = wire::Report::TacSeen(wire::Asn([0x55; 8]), scene.card.unread());
    let body = json!({ "reports": [report_hex(&report)] });
    let answered = site.post(north(), "/v1/reports", body).await.json();
    let answer = &answered["answers"][0];
    assert_eq!(answer["final"], true, "{answer}");
    assert!(answer["problem"]["type"].as_str().unwrap().ends_with("card_unknown"), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_that_names_it() {
    let site = Site::new().await;
    let ops = || operator("ada");
    let cases = [
        (site.post(north(), "/v1/reports", json!({})).await, 400, "malformed", "reports"),
        (
            site.post(north(), "/v1/receipts", json!({ "asn": "1", "otc": 1, "mac3": "00000000" }))
                .await,
            400,
            "malformed",
            "asn",
        ),
        (
            site.post(
                ops(),
                "/v1/cards",
                json!({ "asn": "6666666666666666", "ed": { "balance": 1 } }),
            )
            .await,
            422,
            "asn_not_issuable",
            "",
        ),
        (
            site.post(
                ops(),
                "/v1/cards",
                json!({ "asn": "1234000000000001", "ed": { "balance": 4294967295_u32 } }),
            )
            .await,
            400,
            "malformed",
            "ed.balance",
        ),
        (site.get(ops(), "/v1/cards/1234000000000099").await, 404, "card_unknown", ""),
        (site.get(ops(), "/v1/outcomes?limit=0").await, 400, "malformed", "limit"),
        (site.get(ops(), "/v1/outcomes?limit=many").await, 400, "malformed", "limit"),
        (site.get(ops(), "/v1/outcomes?cursor=there").await, 400, "malformed", "cursor"),
        (site.get(ops(), "/v1/outcomes?asn=1&tid=2").await, 400, "malformed", "either"),
        (site.get(north(), "/v1/events?after=x").await, 400, "malformed", "cursor"),
        (site.get(ops(), "/v1/nothing").await, 404, "not_found", "/v1/nothing"),
        (site.ask(ops(), "DELETE", "/v1/cards", None).await, 405, "method_not_allowed", ""),
    ];
    for (answered, status, name, detail) in cases {
        assert_eq!(answered.status.as_u16(), status, "{answered:?}");
        assert_eq!(answered.problem(), name);
        let said = answered.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(detail), "{said} lacks {detail}");
    }
}

#[tokio::test]
async fn a_document_that_is_no_json_or_too_long_is_a_problem() {
    let site = Site::new().await;
    for (media, body, name) in [
        ("text/plain", "{}".to_owned(), "not_json"),
        ("application/json", "{".to_owned(), "malformed"),
        (
            "application/json",
            format!("{{\"reports\":[\"{}\"]}}", "0".repeat(2 << 20)),
            "body_too_large",
        ),
    ] {
        let request = Request::post("/v1/reports").header("content-type", media);
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(north());
        assert_eq!(read(site.send(request).await).await.problem(), name);
    }
}

#[tokio::test]
async fn the_document_describes_every_resource_and_is_there_to_browse() {
    let site = Site::new().await;
    let document = site.get(crate::site::nobody(), "/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path) in server::resources() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        assert_ne!(operation["responses"], Value::Null);
    }
    let page = site.get(crate::site::nobody(), "/docs/").await;
    assert!(page.status.is_success() && page.text.contains("swagger"), "{page:?}");
    let set_up = site.get(crate::site::nobody(), "/docs/swagger-initializer.js").await;
    assert!(set_up.text.contains("\"../openapi.json\""), "it may be nested: {set_up:?}");
    assert!(!set_up.text.contains("\"/openapi.json\""), "{set_up:?}");
}

#[tokio::test]
async fn registering_twice_is_a_repeat_and_otherwise_a_conflict() {
    let site = Site::new().await;
    let card = |balance: u32| json!({ "asn": "1234000000000001", "ed": { "balance": balance } });
    let register = |balance| site.post(operator("ada"), "/v1/cards", card(balance));
    assert_eq!(register(5).await.json()["repeat"], false);
    assert_eq!(register(5).await.json()["repeat"], true);
    assert_eq!(register(6).await.problem(), "card_already_registered");
    let shown = site.get(operator("ada"), "/v1/cards/1234000000000001").await.json();
    assert_eq!((&shown["state"], &shown["money"]), (&json!("made"), &json!([5, 0])));
}

#[tokio::test]
async fn the_books_leave_as_lines_and_the_last_one_counts_them() {
    let site = Site::new().await;
    crate::told::give_cards_and_psams(&site).await;
    let answered = site.get(operator("ada"), "/v1/books").await;
    assert_eq!((answered.status.as_u16(), &*answered.media), (200, "application/x-ndjson"));
    let lines: Vec<Value> =
        answered.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (end, rows) = lines.split_last().unwrap();
    assert_eq!(*end, json!({ "end": { "rows": rows.len() } }));
    let cards = rows.iter().filter(|line| line["row"]["table"] == "cards");
    assert_eq!(cards.count(), 2, "{rows:?}");
}
