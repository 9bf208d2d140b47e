//! What a URL says about TLS, and that a mistake in it never shows a password.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn mode(url: &str) -> Option<SslMode> {
    ConnectionTarget::read(url).ok().map(|route| route.config.get_ssl_mode())
}

#[test]
fn only_what_stays_on_this_machine_goes_without_tls_unasked() {
    assert_eq!(mode("postgres://a@localhost/b"), Some(SslMode::Disable));
    assert_eq!(mode("postgres://a@127.0.0.1:5433/b"), Some(SslMode::Disable));
    assert_eq!(mode("postgres://a@db.example/b"), Some(SslMode::Require));
    assert_eq!(mode("postgres://a@db.example/b?sslmode=disable"), Some(SslMode::Disable));
    assert_eq!(mode("postgres://a@localhost/b?sslmode=verify-full"), Some(SslMode::Require));
    assert_eq!(mode("postgres:///b?host=/var/run/postgresql"), Some(SslMode::Disable));
}

/// The database in compose.yaml has no certificate, so the way to it is in the open, and leads nowhere else.
#[test]
fn what_compose_yaml_says_of_its_database_can_be_connected_to() {
    let compose = include_str!("../../../../compose.yaml");
    let set = |line: &'static str| line.trim().strip_prefix("DATABASE_URL: ");
    let address = compose.lines().filter_map(set).find(|address| address.starts_with("postgres://"));
    assert_eq!(address.and_then(mode), Some(SslMode::Disable));
    let database = compose.split("\n  database:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    assert!(database.is_some_and(|database| database.contains("networks: [inside]")), "{database:?}");
    assert!(compose.contains("\n  inside: { internal: true }\n"));
}

#[test]
fn other_options_are_left_alone() {
    let route =
        ConnectionTarget::read("postgres://a:p%2Bw@localhost/b?sslmode=disable&options=-c%20search_path%3Dplus%2Bsign");
    let options = route.as_ref().ok().and_then(|route| route.config.get_options());
    assert_eq!(options, Some("-c search_path=plus+sign"));
    assert_eq!(route.ok().and_then(|route| route.config.get_password().map(<[u8]>::to_vec)), Some(b"p+w".to_vec()));
}

#[test]
fn mistakes_are_named_without_the_password() {
    let wrong = ["mysql://a:planted@b/c", "postgres://a:planted@b/c?sslmode=planted", "postgres://a:planted@b:port/c"];
    for url in wrong {
        let fault = ConnectionTarget::read(url).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(!fault.is_empty() && !fault.contains("planted"), "{fault}");
    }
}

#[test]
fn a_password_may_have_any_characters() {
    let read = |url: &str, password| {
        let route = with_password(url, password).and_then(|url| ConnectionTarget::read(&url).ok());
        route.and_then(|route| route.config.get_password().map(<[u8]>::to_vec))
    };
    for password in ["p@ss/w#rd", " a b ", "pü?&=+", "100%41", ":", "\"'\\"] {
        for url in
            ["postgres://a@db.example/b", "postgres://a@db/b?sslmode=disable", "postgres:///b?host=/run/x&user=a"]
        {
            assert_eq!(read(url, password).as_deref(), Some(password.as_bytes()), "{url}");
        }
    }
    assert_eq!(with_password("postgres://a:b@c/d", "planted"), None);
}

/// A server on another machine, as far as the address says, that answers as `PostgreSQL` does where it has no TLS.
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
    let Ok(route) = ConnectionTarget::read(&format!("postgres://a@{address}/b")) else { unreachable!("a route") };
    let refused = |outcome: Result<(), Fault>| outcome.err().map(|fault| fault.to_string());
    let told = Some(format!("the store failed: {NO_TLS}"));
    assert_eq!(refused(route.has_schema().await.map(drop)), told);
    assert_eq!(refused(route.migrate_once().await), told);
    let Ok(pool) = route.pool() else { unreachable!("a pool") };
    assert_eq!(refused(PooledConnection::from(&pool).await.map(drop)), told);
    server.abort();
}
