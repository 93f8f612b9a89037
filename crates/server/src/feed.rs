//! Events to stations, live: one reader for all of them, woken by each commit of this host, and looking by itself
//! for what other hosts commit.

use std::sync::Arc;
use std::time::Duration;

use store::{Cursor, Fed};
use tokio::sync::{Notify, broadcast, watch};

use crate::app::Shared;

/// How long an event of another host waits at most until it is seen here.
const LOOK: Duration = Duration::from_millis(200);
/// Events that a slow station may be behind before it reads the books again.
const BEHIND: usize = 4096;
/// Events read at once.
pub(crate) const AT_ONCE: usize = 1024;

/// The events of all hosts at these books.
pub(crate) struct Feed {
    news: broadcast::Sender<Arc<Fed>>,
    bell: Bell,
    /// The end of the books when they were opened, before anybody listened: from there nothing is left out.
    begin: Cursor,
    /// Set when streams are to end.
    closing: watch::Sender<bool>,
}

/// Rung after each commit.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

impl Feed {
    pub(crate) fn new(bell: Bell, begin: Cursor) -> Self {
        Self { news: broadcast::channel(BEHIND).0, bell, begin, closing: watch::channel(false).0 }
    }

    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Fed>> {
        self.news.subscribe()
    }
}

/// Reads new events and passes them on, until the task is dropped.
pub async fn run(app: Shared) {
    let mut cursor = app.feed.begin.clone();
    loop {
        let known = cursor.clone();
        let full = match app.read(move |reader| reader.events_after(&known, AT_ONCE)).await {
            Ok(events) => pass_on(&app, &mut cursor, events),
            // The books are away: the log says so, and the next look may find them.
            Err(_) => false,
        };
        if !full {
            // The bell or the time, whichever comes first.
            let _ = tokio::time::timeout(LOOK, app.feed.bell.0.notified()).await;
        }
    }
}

/// True when there may be more.
fn pass_on(app: &Shared, cursor: &mut Cursor, events: Vec<Fed>) -> bool {
    let full = events.len() >= AT_ONCE;
    for fed in events {
        cursor.pass(fed.lane, fed.number);
        // Nobody may be listening.
        let _ = app.feed.news.send(Arc::new(fed));
    }
    full
}
