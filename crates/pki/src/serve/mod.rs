//! The listener: takes connections, one task each, until it is told to stop; then it ends them in good order.

mod connection;
mod door;
mod ending;

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use door::{Door, Event, Limits, Tls};
pub use ending::Ending;

use crate::error::PkiError;

/// How long the listener rests when the system has no more connections to give, unless one ends before.
const REST: Duration = Duration::from_secs(1);

/// Serves until `shutdown` is ready. Each request finds in its extensions a [`crate::Peer`], an [`Ending`] and
/// axum's `ConnectInfo<SocketAddr>`.
///
/// Then no new connection is taken, requests that run go on, streams are told through their [`Ending`], and what has
/// not ended after [`Limits::grace`] is cut. A client that sends nonsense, too little or nothing is its own
/// connection's trouble alone.
///
/// # Errors
/// Without TLS, a listener that can be reached from other machines.
pub async fn serve(
    listener: TcpListener,
    door: impl Into<Door>,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> Result<(), PkiError> {
    let door = Arc::new(door.into());
    check_place(&listener, &door)?;
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let full = connections.len() >= door.limits.connections;
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            // A connection that panicked has ended, too.
            Some(_) = connections.join_next() => {}
            taken = listener.accept(), if !full => match taken {
                Ok((socket, remote)) => {
                    let ending = ending::Told::new(stopped.clone(), door.tls.as_ref());
                    let router = router.clone();
                    connections.spawn(connection::attend(
                        socket, remote, Arc::clone(&door), router, ending,
                    ));
                }
                Err(error) => untaken(&door, &error).await,
            },
        }
    }
    drop(listener);
    stop.send_replace(true);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Names, amounts and decisions do not travel in the open.
fn check_place(listener: &TcpListener, door: &Door) -> Result<(), PkiError> {
    let address = listener.local_addr();
    let address = address.map_err(|error| PkiError::bug(format!("no listener: {error}")))?;
    if door.tls.is_some() || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let what = format!("{address} can be reached from other machines, and there is no TLS");
    Err(PkiError::operator(what, "give certificates, or listen on 127.0.0.1 or [::1]"))
}

/// A client that is gone already costs nothing; anything else, as too many open files, does not get better by asking
/// again at once.
async fn untaken(door: &Door, error: &io::Error) {
    use io::ErrorKind as Kind;
    if matches!(
        error.kind(),
        Kind::ConnectionAborted | Kind::ConnectionRefused | Kind::ConnectionReset
    ) {
        return;
    }
    door.tell(&Event::Untaken { why: error.to_string() });
    tokio::time::sleep(REST).await;
}

/// Answers go out as they are written.
fn without_delay(socket: &TcpStream) {
    let _as_it_is = socket.set_nodelay(true);
}
