//! A station's line to the centre, with a switch: connections are refused, and open ones break.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A line.
pub struct Cable {
    address: SocketAddr,
    up: Arc<watch::Sender<bool>>,
    laying: JoinHandle<()>,
}

impl Cable {
    /// Lays a line to this address; it holds.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn lay(to: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let up = Arc::new(watch::Sender::new(true));
        let laying = tokio::spawn(attend(listener, to, Arc::clone(&up)));
        Ok(Self { address, up, laying })
    }

    /// The station's end.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it holds.
    #[must_use]
    pub fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// Cuts it, or mends it.
    pub fn set(&self, up: bool) {
        self.up.send_replace(up);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.laying.abort();
        self.up.send_replace(false);
    }
}

async fn attend(listener: TcpListener, to: SocketAddr, up: Arc<watch::Sender<bool>>) {
    // A listener that fails is as good as a cut line.
    while let Ok((mut here, _)) = listener.accept().await {
        let mut state = up.subscribe();
        if !*state.borrow_and_update() {
            continue;
        }
        tokio::spawn(async move {
            let Ok(mut there) = TcpStream::connect(to).await else { return };
            let _as_it_is = (here.set_nodelay(true), there.set_nodelay(true));
            tokio::select! {
                _ = copy_bidirectional(&mut here, &mut there) => {}
                _ = state.wait_for(|up| !*up) => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::Cable;

    async fn says_hello(cable: &Cable) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(cable.address()).await?;
        stream.write_all(b"?").await?;
        let mut answer = [0];
        stream.read_exact(&mut answer).await?;
        Ok(stream)
    }

    #[tokio::test]
    async fn a_cut_breaks_what_is_open_and_refuses_what_is_new() {
        let centre = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cable = Cable::lay(centre.local_addr().unwrap()).await.unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = centre.accept().await {
                tokio::spawn(async move {
                    let mut question = [0];
                    while stream.read_exact(&mut question).await.is_ok() {
                        stream.write_all(b"!").await.unwrap();
                    }
                });
            }
        });
        let mut open = says_hello(&cable).await.unwrap();
        cable.set(false);
        assert!(matches!(open.read(&mut [0]).await, Ok(0) | Err(_)), "it is open still");
        assert!(says_hello(&cable).await.is_err());
        cable.set(true);
        assert!(says_hello(&cable).await.is_ok());
    }
}
