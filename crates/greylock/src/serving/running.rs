//! What every server of ours has: a listener, and ears for the system's signals.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::error::{Error, Fault};

/// Until the sender says so, or is gone.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops, too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Listens.
///
/// # Errors
/// The address is taken, or not this machine's.
pub(crate) async fn listen(at: SocketAddr) -> Result<TcpListener, Error> {
    let listener = TcpListener::bind(at).await;
    listener.map_err(|error| system(&format!("{at} cannot be listened on"), &error))
}

/// The system said no.
pub(crate) fn system(what: &str, error: &std::io::Error) -> Error {
    Error::new(Fault::System, format!("{what}: {error}"))
}

/// What the system tells a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    /// SIGINT or SIGTERM.
    Stop,
    /// SIGHUP.
    ReadAgain,
}

/// Ears for the system's signals.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    again: Signal,
}

impl Signals {
    /// Hears from now on.
    ///
    /// # Errors
    /// The system does not let it.
    pub(crate) fn listen() -> Result<Self, Error> {
        let heard = |kind: SignalKind| {
            signal(kind).map_err(|error| system("signals cannot be heard", &error))
        };
        Ok(Self {
            interrupt: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
            again: heard(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.terminate.recv() => Told::Stop,
            _ = self.again.recv() => Told::ReadAgain,
        }
    }
}
