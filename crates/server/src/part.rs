//! Long answers out of one state of the books, part by part.

use std::time::Duration;

use axum::body::Body;
use futures_util::stream::unfold;
use store::{Reader, StoreError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::app::Shared;
use crate::problem::Refused;

/// Parts that wait for a slow reader.
const WAITING: usize = 8;

/// A part, or that the books went away under it.
type Part = Result<Vec<u8>, std::io::Error>;

/// How long a part waits for whoever reads: somebody who takes none keeps a connection to the books from all others.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where parts go.
#[derive(Clone)]
pub(crate) struct Parts(mpsc::Sender<Part>);

impl Parts {
    /// Waits until the part has room; false when nobody takes parts any more, or not in time. For a thread that may
    /// wait.
    pub(crate) fn give(&self, part: Vec<u8>) -> bool {
        self.give_within(part, PATIENCE)
    }

    fn give_within(&self, part: Vec<u8>, patience: Duration) -> bool {
        Handle::current().block_on(self.0.send_timeout(Ok(part), patience)).is_ok()
    }
}

/// The body that `write` gives part by part. What fails before the first part is a problem like any other; after it,
/// the body breaks off.
pub(crate) async fn streamed(
    app: Shared,
    write: impl FnOnce(&mut Reader, &Parts) -> Result<(), StoreError> + Send + 'static,
) -> Result<Body, Refused> {
    let (parts, mut sent) = mpsc::channel::<Part>(WAITING);
    tokio::spawn(async move {
        let to = Parts(parts.clone());
        if app.read_at_length(move |reader| write(reader, &to)).await.is_err() {
            // The reader sees that it breaks off; nobody may be listening.
            let broken = std::io::Error::other("the books are away");
            let _ = parts.send_timeout(Err(broken), PATIENCE).await;
        }
    });
    let first = sent.recv().await.ok_or_else(Refused::shutting_down)?;
    let first = first.map_err(|_| Refused::shutting_down())?;
    let stream = unfold((Some(Ok(first)), sent), |(first, mut sent)| async move {
        let part = match first {
            Some(part) => part,
            None => sent.recv().await?,
        };
        Some((part, (None, sent)))
    });
    Ok(Body::from_stream(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_takes_no_part_in_time_gets_no_more() {
        let (parts, mut sent) = mpsc::channel::<Part>(1);
        let gave = tokio::task::spawn_blocking(move || {
            let parts = Parts(parts);
            [0, 1].map(|part| parts.give_within(vec![part], Duration::from_millis(10)))
        });
        assert_eq!(gave.await.unwrap(), [true, false]);
        assert_eq!(sent.recv().await.unwrap().unwrap(), [0]);
        assert!(sent.recv().await.is_none());
    }
}
