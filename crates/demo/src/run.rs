//! The demo from its start to its end.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::demo::Demo;
use crate::keep::Folder;
use crate::outside::Outside;
use crate::page::Page;
use crate::serve;

/// How a demo is run.
pub struct Options {
    /// Where it is served: a loopback address.
    pub listen: SocketAddr,
    /// Where chips, journals and books are; it exists, and is empty or a demo's.
    pub folder: PathBuf,
    /// The page's files.
    pub page: Page,
}

/// Why a demo does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Others could reach it.
    #[error("{0} can be reached from other machines, and whoever reaches the demo plays with it")]
    NotHere(SocketAddr),
    /// The port is taken.
    #[error("{at} cannot be listened on: {why}")]
    Listen {
        /// Where.
        at: SocketAddr,
        /// What the system says.
        why: std::io::Error,
    },
    /// The folder is none for a demo.
    #[error("{0}")]
    Folder(String),
    /// The world cannot be built.
    #[error("the demo cannot be set up: {0}")]
    World(String),
    /// The listener failed.
    #[error("the demo cannot be served: {0}")]
    Serve(#[from] pki::PkiError),
}

/// Serves until `stop` is ready, and ends in good order. `ready` hears where.
///
/// # Errors
/// Nothing was served, or the listener failed.
pub async fn run(
    options: Options,
    outside: Outside,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let Options { listen: at, folder, page } = options;
    if !at.ip().is_loopback() {
        return Err(RunError::NotHere(at));
    }
    let listener = TcpListener::bind(at).await;
    let listener = listener.map_err(|why| RunError::Listen { at, why })?;
    let address = listener.local_addr().map_err(|why| RunError::Listen { at, why })?;
    let folder = Folder::take(folder).map_err(RunError::Folder)?;
    let demo = Demo::open(folder, outside).await.map_err(RunError::World)?;
    let router = serve::router(std::sync::Arc::clone(&demo), page);
    let (tell, mut told) = watch::channel(false);
    let until = async move {
        // A sender that is gone stops, too.
        let _ = told.wait_for(|told| *told).await;
    };
    let serving = pki::serve(listener, pki::Door::loopback(), router, until);
    ready(address);
    let ending = async {
        stop.await;
        demo.close_streams();
        tell.send_replace(true);
    };
    let (served, ()) = tokio::join!(serving, ending);
    demo.close().await;
    Ok(served?)
}
