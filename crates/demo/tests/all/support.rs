//! A demo with a clock and randomness of its own, asked without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use demo::demo::Demo;
use demo::documents::{Books, World};
use demo::keep::Folder;
use demo::outside::{Moment, Outside};
use demo::page::Page;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use wire::{Date, Stamp, Time};

/// Half past nine, and time goes by; randomness of a seed.
pub(crate) fn outside(seed: u64) -> Outside {
    let begun = Instant::now();
    let state = AtomicU64::new(seed);
    Outside {
        now: Arc::new(move || {
            let gone = begun.elapsed();
            let seconds = 9 * 3600 + 30 * 60 + gone.as_secs();
            let part = |seconds: u64| u8::try_from(seconds % 60).unwrap();
            let hour = u8::try_from(seconds / 3600).unwrap();
            let time = Time::new(hour, part(seconds / 60), part(seconds)).unwrap();
            let date = Date::new(2026, 11, 23).unwrap();
            let stamp = Stamp { date, time, utc_offset_minutes: 0 };
            Moment { stamp, unix: Duration::from_secs(1_795_426_200) + gone }
        }),
        random: Arc::new(move |bytes: &mut [u8]| {
            for byte in bytes {
                let state = state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                *byte = (state.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 56) as u8;
            }
            Ok(())
        }),
    }
}

/// A demo and its folder.
pub(crate) struct Stage {
    pub(crate) demo: Arc<Demo>,
    router: Router,
    pub(crate) folder: TempDir,
}

impl Stage {
    pub(crate) async fn open(seed: u64) -> Self {
        Self::open_in(TempDir::new().unwrap(), outside(seed)).await
    }

    /// In a folder that may hold an earlier demo.
    pub(crate) async fn open_in(folder: TempDir, outside: Outside) -> Self {
        let taken = Folder::take(folder.path().to_owned()).unwrap();
        let demo = Demo::open(taken, outside).await.unwrap();
        let router = demo::serve::router(Arc::clone(&demo), Page::BuiltIn);
        Self { demo, router, folder }
    }

    /// Ends in good order, and leaves its folder.
    pub(crate) async fn end(self) -> TempDir {
        self.demo.close().await;
        self.folder
    }

    /// Status and document.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::HOST, "127.0.0.1:7816");
        let request = match body {
            Value::Null => request.body(Body::empty()).unwrap(),
            body => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))
                .unwrap(),
        };
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Where somebody who asks for this is sent on to.
    pub(crate) async fn sent_on(&self, path: &str) -> String {
        let request = Request::builder().uri(path).header(header::HOST, "127.0.0.1:7816");
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await;
        let answer = answer.unwrap();
        assert!(answer.status().is_redirection(), "{path}: {}", answer.status());
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, document) = self.ask(Method::GET, path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{path}: {document}");
        document
    }

    /// Something that must be done.
    pub(crate) async fn post(&self, path: &str, body: Value) {
        let (status, document) = self.ask(Method::POST, path, body).await;
        assert!(status.is_success(), "{path}: {status} {document}");
    }

    pub(crate) async fn world(&self) -> World {
        serde_json::from_value(self.get("/demo/v1/world").await).unwrap()
    }

    pub(crate) async fn books(&self) -> Books {
        serde_json::from_value(self.get("/demo/v1/books").await).unwrap()
    }

    /// Waits until something is so; looks again whenever something happened.
    pub(crate) async fn until<T>(&self, words: &str, is_so: impl AsyncFn() -> Option<T>) -> T {
        let mut pulse = self.demo.timeline.pulse();
        let waiting = async {
            loop {
                pulse.borrow_and_update();
                if let Some(found) = is_so().await {
                    return found;
                }
                pulse.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(120), waiting).await;
        waited.unwrap_or_else(|_| panic!("waited in vain until {words}"))
    }
}
