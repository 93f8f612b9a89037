//! Who may ask for what. A resource that is not in the table fails the test.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use station_server::{Caller, Callers, resources};
use tower::ServiceExt as _;

use crate::rig::Rig;
use crate::support::World;

/// Method, path, and whether another station may.
const TABLE: &[(&str, &str, Who)] = &[
    ("GET", "/health", Who::Anybody),
    ("GET", "/ready", Who::Anybody),
    ("GET", "/metrics", Who::Operator),
    ("GET", "/v1/site", Who::Operator),
    ("GET", "/v1/nozzles/{nozzle}", Who::Operator),
    ("POST", "/v1/nozzles/{nozzle}/refuel", Who::Operator),
    ("POST", "/v1/nozzles/{nozzle}/unlock", Who::Operator),
    ("POST", "/v1/nozzles/{nozzle}/pay", Who::Operator),
    ("POST", "/v1/nozzles/{nozzle}/stop", Who::Operator),
    ("GET", "/v1/nozzles/{nozzle}/visits/{visit}", Who::Operator),
    ("GET", "/v1/receipts/{tid}/{ttc}", Who::Operator),
    ("POST", "/v1/papers", Who::Operator),
    ("GET", "/v1/grey-records/{lock}", Who::Station),
    ("GET", "/v1/locks", Who::Operator),
    ("POST", "/v1/parameters", Who::Operator),
    ("GET", "/v1/events", Who::Operator),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    Station,
    Operator,
}

#[tokio::test]
async fn every_resource_says_who_may() {
    let mut described = resources();
    let mut known: Vec<_> =
        TABLE.iter().map(|(method, path, _)| (method.to_string(), path.to_string())).collect();
    described.sort();
    known.sort();
    assert_eq!(described, known, "the table has every resource");
    let rig = Rig::new(World::new(), 1);
    for (method, path, who) in TABLE {
        let path = path.replace("{nozzle}", "1").replace("{visit}", "1");
        let line = format!("{method} {}", path.replace("{tid}", "x").replace("{ttc}", "1"));
        let body = || (*method == "POST").then(|| json!({}));
        let nobody = rig.ask_as(Caller::Nobody, &line, body()).await.status.as_u16();
        assert_eq!(nobody == 401, *who != Who::Anybody, "{line}: {nobody}");
        let station = Caller::Station("south".to_owned());
        if path != "/v1/events" || *who != Who::Anybody {
            let station = rig.ask_as(station, &line, body()).await.status.as_u16();
            assert_eq!(station == 403, *who == Who::Operator, "{line}: {station}");
        }
        if path != "/v1/events" {
            let operator = rig.ask(&line, body()).await.status.as_u16();
            assert!(![401, 403].contains(&operator), "{line}: {operator}");
        }
    }
}

#[tokio::test]
async fn on_this_machine_everybody_is_an_operator_but_pages_of_other_sites() {
    let rig = Rig::new(World::new(), 1);
    let here = Callers::EverybodyHere.recognise(rig.router.clone());
    let secured = Callers::Certificates.recognise(rig.router.clone());
    let asked = |router: axum::Router, origin: Option<&'static str>| async move {
        let mut request = Request::builder().uri("/v1/site").header("host", "127.0.0.1:7817");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let request = request.body(Body::empty()).unwrap();
        tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16()
    };
    assert_eq!(asked(here.clone(), None).await, 200);
    assert_eq!(asked(here.clone(), Some("http://127.0.0.1:7817")).await, 200);
    assert_eq!(asked(here, Some("https://shop.example")).await, 403);
    assert_eq!(asked(secured, None).await, 401, "no certificate, nobody");
}

#[tokio::test]
async fn figures_are_for_this_machine_and_no_page_of_another_site() {
    let rig = Rig::new(World::new(), 1);
    let router = station_server::figures_router(std::sync::Arc::clone(&rig.app));
    let asked = |name: &'static str, value: &'static str| {
        let request = Request::builder().uri("/metrics").header(name, value);
        let answered = router.clone().oneshot(request.body(Body::empty()).unwrap());
        async move { answered.await.unwrap().status().as_u16() }
    };
    assert_eq!(asked("host", "127.0.0.1:9100").await, 200);
    assert_eq!(asked("host", "rebound.example:9100").await, 403);
    assert_eq!(asked("origin", "https://shop.example").await, 403);
}

#[tokio::test]
async fn methods_that_nobody_knows_are_one_row() {
    let rig = Rig::new(World::new(), 1);
    for method in ["BREW", "WHEN", "PROPFIND"] {
        let request = Request::builder().method(method).uri("/v1/site");
        rig.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    }
    let text = rig.ask("GET /metrics", None).await.text();
    let counted = text.lines().filter(|line| line.contains("method=\"other\"")).count();
    assert_eq!(counted, 1, "{text}");
    assert!(!text.contains("BREW"), "{text}");
}
