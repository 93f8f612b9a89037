//! A router over a station with hands.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use station_server::{App, Caller, Papers, Shared, router};
use tower::ServiceExt as _;

use crate::support::{Bench, World};

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The name of the problem, and its status.
    pub fn problem(&self) -> (String, u16) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{self:?}");
        let problem: api::problem::Problem = serde_json::from_slice(&self.bytes).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(problem.request_id.is_some(), "the log has it under this");
        (problem.name().to_owned(), problem.status)
    }
}

pub struct Rig {
    pub bench: Bench,
    pub app: Shared,
    pub router: Router,
}

/// Believes what begins well.
struct Believer;

impl Papers for Believer {
    fn show(&self, text: &str) -> Result<api::site::PaperTaken, String> {
        let lock = api::operate::Lock {
            asn: "6280100000000017".to_owned(),
            purse: "ed".to_owned(),
            ctc: 1,
            tid: "112233445566".to_owned(),
            ttc: 1,
        };
        match text.starts_with("GL1:") {
            true => Ok(api::site::PaperTaken { lock, amount: 5, station: "south".to_owned() }),
            false => Err("this code is no grey record".to_owned()),
        }
    }
}

impl Rig {
    pub fn new(world: World, nozzles: usize) -> Self {
        let mut bench = Bench::new(world, nozzles);
        bench.open();
        let station = Some(Arc::clone(bench.station.as_ref().unwrap()));
        let app = App::new("run", 1, station, Some(Arc::new(Believer)));
        Self { bench, router: router(Arc::clone(&app)), app }
    }

    /// Asks as this caller.
    pub async fn ask_as(&self, caller: Caller, line: &str, body: Option<Value>) -> Answered {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(caller);
        self.send(request).await
    }

    /// Asks as an operator.
    pub async fn ask(&self, line: &str, body: Option<Value>) -> Answered {
        self.ask_as(Caller::Operator("ada".to_owned()), line, body).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answered {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answered { status: parts.status, headers: parts.headers, bytes }
    }
}
