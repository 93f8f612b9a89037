//! The lists of stations over HTTP: a base, the events since, and what the centre says that a station should hold.

use ::lists::{Blacklist, Cursor, GreyList};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::json;

use crate::events::Ear;
use crate::site::{Site, north, south};
use crate::support::Scene;
use crate::told::{give_cards_and_psams, report_hex};

async fn base(site: &Site, list: &str) -> Vec<u8> {
    let mut request = Request::get(format!("/v1/lists/{list}")).body(Body::empty()).unwrap();
    request.extensions_mut().insert(south());
    let response = site.send(request).await;
    assert!(response.status().is_success());
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

#[tokio::test]
async fn a_base_and_the_events_behind_it_are_the_list_of_now() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let mut scene = Scene::new();
    let record = scene.grey(1_200, 1);
    let body = json!({ "reports": [report_hex(&wire::Report::Grey(record))] });
    site.post(north(), "/v1/reports", body).await;
    let (mut list, cursor) = GreyList::from_bytes(&base(&site, "grey").await).unwrap();
    assert_eq!((list.get(&record.terms.id), cursor.to_string()), (Some(record), "0:1".to_owned()));
    let state = |at: &Cursor| format!("/v1/lists/grey/state?at={at}");
    let told = site.get(south(), &state(&cursor)).await.json();
    let digest = list.list().digest().to_string();
    let said = json!({ "cursor": "0:1", "version": 1, "rows": 1, "digest": digest, "end": "0:1" });
    assert_eq!(told, said);

    let tac = scene.card.debit(&record);
    let body = json!({ "reports": [report_hex(&wire::Report::Sale(record, tac))] });
    site.post(north(), "/v1/reports", body).await;
    let mut ear = Ear::open(&site, &cursor.to_string()).await;
    assert_eq!(ear.next().await.1["event"], "grey_gone");
    list.remove(2, &record.terms.id).unwrap();
    let told = site.get(south(), "/v1/lists/grey/state").await.json();
    assert_eq!(told["digest"], list.list().digest().to_string());
    assert_eq!((&told["version"], &told["rows"]), (&json!(2), &json!(0)));
    // What it held before is known, too.
    assert_eq!(site.get(south(), &state(&cursor)).await.json()["digest"], digest);
    let (list, _) = Blacklist::from_bytes(&base(&site, "blacklist").await).unwrap();
    assert!(list.list().is_empty());
}

#[tokio::test]
async fn a_cursor_of_other_books_and_a_list_that_is_none_are_not_found() {
    let site = Site::new().await;
    for path in ["/v1/lists/grey/state?at=0:7", "/v1/lists/white", "/v1/lists/white/state"] {
        assert_eq!(site.get(south(), path).await.problem(), "not_found", "{path}");
    }
    assert_eq!(site.get(south(), "/v1/lists/grey/state?at=x").await.problem(), "malformed");
}
