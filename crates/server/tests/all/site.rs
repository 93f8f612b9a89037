//! A server over a database of its own, asked without a socket.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use host::{MainKeys, StationId};
use http_body_util::BodyExt;
use serde_json::Value;
use server::{App, Caller, Shared, router};
use tower::ServiceExt;
use wire::{Scheme, Stamp};

use crate::base::{Base, on_sqlite};
use crate::support::{NORTH, SOUTH, at, keys};

pub struct Site {
    pub app: Shared,
    router: Router,
    now: Arc<Mutex<Stamp>>,
    _base: Base,
}

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    pub media: String,
    pub text: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The name of the problem.
    pub fn problem(&self) -> String {
        assert_eq!(self.media, "application/problem+json", "{}", self.text);
        let problem: api::problem::Problem = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        problem.name().to_owned()
    }
}

pub fn nobody() -> Caller {
    Caller::Nobody
}

pub fn north() -> Caller {
    Caller::Station(StationId::from(NORTH))
}

pub fn south() -> Caller {
    Caller::Station(StationId::from(SOUTH))
}

pub fn operator(name: &str) -> Caller {
    Caller::Operator(name.to_owned())
}

impl Site {
    pub async fn on(base: fn(MainKeys) -> Base) -> Self {
        let base = tokio::task::spawn_blocking(move || base(keys(Scheme::Seed))).await.unwrap();
        let now = Arc::new(Mutex::new(at(200)));
        let clock = Arc::clone(&now);
        let clock = Arc::new(move || *clock.lock().unwrap());
        let app = App::open(&base.place, &base.vault, clock).await.unwrap();
        Self { router: router(Arc::clone(&app)), app, now, _base: base }
    }

    pub async fn new() -> Self {
        Self::on(on_sqlite).await
    }

    /// Sets the server's clock.
    pub fn time_is(&self, now: Stamp) {
        *self.now.lock().unwrap() = now;
    }

    pub async fn send(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(caller);
        read(self.send(request).await).await
    }

    pub async fn get(&self, caller: Caller, path: &str) -> Answered {
        self.ask(caller, "GET", path, None).await
    }

    pub async fn post(&self, caller: Caller, path: &str, body: Value) -> Answered {
        self.ask(caller, "POST", path, Some(body)).await
    }
}

pub async fn read(response: axum::response::Response) -> Answered {
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE);
    let media = media.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answered { status, media, text: String::from_utf8_lossy(&bytes).into_owned() }
}
