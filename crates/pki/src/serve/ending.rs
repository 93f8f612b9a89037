//! How connections and streams learn that they are to end.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rustls::ServerConfig;
use tokio::sync::watch;

use super::door::Tls;

/// In every request: ready once its connection is to end. A stream that would go on for hours waits for it beside
/// what it streams, and ends then.
#[derive(Clone, Debug, Default)]
pub struct Ending(Option<watch::Receiver<bool>>);

impl Ending {
    /// A fresh one, and what tells it.
    pub(super) fn channel() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(Some(receiver)))
    }

    /// Waits until the connection is to end, or has ended. Of a request that came through another listener, for ever.
    pub async fn reached(mut self) {
        match &mut self.0 {
            Some(receiver) => {
                let _told_or_gone = receiver.wait_for(|told| *told).await;
            }
            None => pending().await,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Ending {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// What tells one connection to end: the listener stops, or its TLS is another one now.
pub(super) struct Told {
    stopped: watch::Receiver<bool>,
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
}

impl Told {
    pub(super) fn new(stopped: watch::Receiver<bool>, tls: Option<&Tls>) -> Self {
        Self { stopped, tls: tls.map(Tls::subscribe) }
    }

    /// The configuration that the connection is taken with; any later one ends it.
    pub(super) fn config(&mut self) -> Option<Arc<ServerConfig>> {
        self.tls.as_mut().map(|tls| Arc::clone(&tls.borrow_and_update()))
    }

    pub(super) async fn reached(&mut self) {
        let Self { stopped, tls } = self;
        let replaced = async {
            let changed = match tls {
                Some(tls) => tls.changed().await.is_ok(),
                None => false,
            };
            // Nobody can replace it any more.
            if !changed {
                pending::<()>().await;
            }
        };
        tokio::select! {
            _told_or_gone = stopped.wait_for(|stop| *stop) => {}
            () = replaced => {}
        }
    }
}
