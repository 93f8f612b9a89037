//! Long answers out of one state of the books, part by part.

use axum::body::Body;
use futures_util::stream::unfold;
use store::{Reader, StoreError};
use tokio::sync::mpsc;

use crate::app::Shared;
use crate::problem::Refused;

/// Parts that wait for a slow reader.
const WAITING: usize = 8;

/// A part, or that the books went away under it.
type Part = Result<Vec<u8>, std::io::Error>;

/// Where parts go. Nobody takes them any more when it says so.
pub(crate) type Parts = mpsc::Sender<Part>;

/// The body that `write` gives part by part. What fails before the first part is a problem like any other; after it,
/// the body breaks off.
pub(crate) async fn streamed(
    app: Shared,
    write: impl FnOnce(&mut Reader, &Parts) -> Result<(), StoreError> + Send + 'static,
) -> Result<Body, Refused> {
    let (parts, mut sent) = mpsc::channel::<Part>(WAITING);
    tokio::spawn(async move {
        let to = parts.clone();
        if app.read_at_length(move |reader| write(reader, &to)).await.is_err() {
            // The reader sees that it breaks off; nobody may be listening.
            let broken = std::io::Error::other("the books are away");
            let _ = parts.send(Err(broken)).await;
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
