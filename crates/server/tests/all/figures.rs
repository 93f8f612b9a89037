//! Figures count what happens, under names and labels that the page has and that name nobody.

use serde_json::json;
use server::figures::TABLE;

use crate::site::{Site, north, operator};
use crate::support::Scene;
use crate::told::{give_cards_and_psams, report_hex};

const PAGE: &str = include_str!("../../../../docs/operations.md");

/// The value of a sample, by everything that stands before it.
fn value(text: &str, sample: &str) -> f64 {
    let lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let found = lines.into_iter().find(|(name, _)| *name == sample);
    found.unwrap_or_else(|| panic!("no {sample} in\n{text}")).1.parse().unwrap()
}

async fn figures(site: &Site) -> String {
    let answered = site.get(operator("ada"), "/metrics").await;
    assert!(answered.media.starts_with("application/openmetrics-text"), "{answered:?}");
    answered.text
}

async fn busy() -> (Site, wire::LockId) {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let record = Scene::new().grey(1_200, 1);
    let report = report_hex(&wire::Report::Grey(record));
    for _ in 0..2 {
        site.post(north(), "/v1/reports", json!({ "reports": [report] })).await.json();
    }
    site.get(north(), "/v1/nowhere/6280100000000017").await;
    site.get(operator("ada"), "/v1/cards/6280100000000017").await;
    (site, record.terms.id)
}

#[tokio::test]
async fn what_happened_is_counted() {
    let (site, _) = busy().await;
    let text = figures(&site).await;
    for (sample, wanted) in [
        (r#"greylock_requests_total{method="POST",route="/v1/reports",status="2xx"}"#, 2.),
        (r#"greylock_requests_total{method="GET",route="none",status="4xx"}"#, 1.),
        (r#"greylock_request_duration_seconds_count{route="/v1/cards/{asn}"}"#, 1.),
        (r#"greylock_calls_total{call="hear",answer="first"}"#, 1.),
        (r#"greylock_calls_total{call="hear",answer="repeat"}"#, 1.),
        (r#"greylock_postings_total{reason="grey_heard"}"#, 1.),
        (r#"greylock_events_total{event="grey"}"#, 1.),
        ("greylock_calls_waiting", 0.),
        ("greylock_books_readable", 1.),
        ("greylock_open_locks", 1.),
        ("greylock_grey_records", 1.),
        ("greylock_event_streams", 0.),
    ] {
        let found = value(&text, sample);
        assert!((found - wanted).abs() < f64::EPSILON, "{sample} is {found}");
    }
    assert!(value(&text, "greylock_commits_total") >= 4.);
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_stream_is_counted_while_it_is_open() {
    let (site, _) = busy().await;
    let mut request = axum::http::Request::get("/v1/events").body(axum::body::Body::empty());
    request.as_mut().unwrap().extensions_mut().insert(north());
    let stream = site.send(request.unwrap()).await;
    assert!((value(&figures(&site).await, "greylock_event_streams") - 1.).abs() < f64::EPSILON);
    drop(stream);
    assert!(value(&figures(&site).await, "greylock_event_streams").abs() < f64::EPSILON);
}

#[tokio::test]
async fn no_label_names_a_card_a_terminal_or_a_lock() {
    let (site, lock) = busy().await;
    let text = figures(&site).await;
    for name in [lock.asn.to_string(), lock.tid.to_string(), "6280100000000017".to_owned()] {
        assert!(!text.contains(&name), "{name} is in\n{text}");
    }
}

#[tokio::test]
async fn the_page_has_every_figure_and_no_other() {
    let rows = TABLE
        .iter()
        .map(|(name, kind, labels, words)| format!("| `{name}` | {kind} | {labels} | {words} |\n"));
    let wanted = rows.collect::<String>();
    assert!(PAGE.contains(&wanted), "docs/operations.md wants these rows:\n{wanted}");
    assert_eq!(PAGE.matches("\n| `greylock_").count(), TABLE.len());
    let (site, _) = busy().await;
    for line in figures(&site).await.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let known = |row: &&server::figures::Row| {
            let bare = row.0.trim_end_matches("_total").trim_end_matches("_info");
            bare == name && row.1 == kind
        };
        assert!(TABLE.iter().any(|row| known(&row)), "{line} is not in the table");
    }
}
