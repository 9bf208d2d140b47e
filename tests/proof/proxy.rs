//! A connection that can be cut, between the app and a database over TCP. To the app it looks like a failing network,
//! which neither killing it nor pausing the database does.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Forwards connections to one address, unless it is cut.
pub struct Proxy {
    /// The address to connect to instead.
    pub address: SocketAddr,
    /// True if the connection is not cut.
    whole: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Creates a proxy to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let whole = watch::Sender::new(true);
        let server = tokio::spawn(forward(listener, target, whole.subscribe()));
        Self { address, whole, server }
    }

    /// Breaks every connection; new ones break at once.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets new connections through.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(listener: TcpListener, target: SocketAddr, whole: watch::Receiver<bool>) {
    while let Ok((mut near, _)) = listener.accept().await {
        let mut whole = whole.clone();
        if !*whole.borrow_and_update() {
            continue;
        }
        tokio::spawn(async move {
            let Ok(mut far) = TcpStream::connect(target).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = whole.changed() => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Starts a server that returns all it receives.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        address
    }

    async fn says_back(stream: &mut TcpStream) -> bool {
        let mut back = [0; 5];
        stream.write_all(b"hello").await.is_ok() && stream.read_exact(&mut back).await.is_ok() && back == *b"hello"
    }

    #[tokio::test]
    async fn a_cut_wire_carries_nothing_until_it_is_mended() {
        let proxy = Proxy::to(echo().await).await;
        let mut before = TcpStream::connect(proxy.address).await.unwrap();
        assert!(says_back(&mut before).await);
        proxy.cut();
        assert!(!says_back(&mut before).await, "an old connection went on");
        let mut meanwhile = TcpStream::connect(proxy.address).await.unwrap();
        assert!(!says_back(&mut meanwhile).await, "a new connection was made");
        proxy.mend();
        assert!(!says_back(&mut before).await, "a broken connection came back");
        let mut after = TcpStream::connect(proxy.address).await.unwrap();
        assert!(says_back(&mut after).await);
    }
}
