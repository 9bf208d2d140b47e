//! Messages for a server without the required TLS.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Plays a server on another machine, as far as the address says, that answers as `PostgreSQL` does without TLS.
#[tokio::test]
async fn a_server_without_tls_is_refused_with_the_way_out() {
    let Ok(listener) = TcpListener::bind("127.0.0.2:0").await else { unreachable!("an address") };
    let Ok(address) = listener.local_addr() else { unreachable!("an address") };
    let server = tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            let mut asks_for_tls = [0; 8];
            let _ = peer.read_exact(&mut asks_for_tls).await;
            let _ = peer.write_all(b"N").await;
        }
    });
    let Ok(route) = Address::read(&format!("postgres://a@{address}/b"), "tests").and_then(ConnectionTarget::at) else {
        unreachable!("a route")
    };
    let told = Err(QueueError::NoTls);
    assert_eq!(route.has_schema().await.map(drop), told);
    assert_eq!(route.migrate_once(super::super::SCHEMA).await, told);
    let Ok(pool) = route.pool() else { unreachable!("a pool") };
    assert_eq!(PooledConnection::from(&pool).await.map(drop), told);
    server.abort();
}
