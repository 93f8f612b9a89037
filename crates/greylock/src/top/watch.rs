//! A station, asked again and again.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use api::site::{OpenLock, Site};
use client::SiteClient;

use crate::error::{Error, Fault};

/// How often a station is asked.
const AGAIN: Duration = Duration::from_millis(500);
/// Most open locks that are looked at.
const LOCKS: usize = 50;

/// A station as it was when it was asked last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    /// Where it was asked.
    pub(crate) url: String,
    /// The whole station, and its open locks; or why there is no answer.
    pub(crate) is: Result<(Site, Vec<OpenLock>), String>,
}

/// Asks once.
pub(crate) fn look(client: &SiteClient) -> Seen {
    let locks = |site| {
        let locks = client.open_locks().take(LOCKS).collect::<Result<_, _>>();
        locks.map(|locks| (site, locks))
    };
    let is = client.site().and_then(locks).map_err(|error| error.to_string());
    Seen { url: client.client().address().to_string(), is }
}

/// A station that is asked by a thread of its own, until this is dropped.
pub(crate) struct Watched {
    seen: Arc<Mutex<Seen>>,
    stop: Option<Sender<()>>,
    asking: Option<JoinHandle<()>>,
}

impl Watched {
    /// Begins to ask.
    ///
    /// # Errors
    /// No thread can be had.
    pub(crate) fn begin(client: SiteClient) -> Result<Self, Error> {
        let url = client.client().address().to_string();
        let seen = Arc::new(Mutex::new(Seen { url, is: Err("asked now".to_owned()) }));
        let (stop, stopped) = channel::<()>();
        let of_thread = Arc::clone(&seen);
        let asking = std::thread::Builder::new().name("top".to_owned()).spawn(move || {
            loop {
                let now = look(&client);
                *of_thread.lock().unwrap_or_else(PoisonError::into_inner) = now;
                if stopped.recv_timeout(AGAIN) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        });
        let asking = asking
            .map_err(|error| Error::new(Fault::System, format!("no thread can be had: {error}")))?;
        Ok(Self { seen, stop: Some(stop), asking: Some(asking) })
    }

    /// As it was when it was asked last.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(asking) = self.asking.take() {
            // One that panicked asks no more, either.
            let _ = asking.join();
        }
    }
}
