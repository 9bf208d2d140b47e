//! TLS by URL, and mistakes in URLs, which never show a password.

use super::*;

fn mode(url: &str) -> Option<SslMode> {
    Address::read(url, "tests").ok().map(|route| route.config.get_ssl_mode())
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

#[test]
fn other_options_are_left_alone() {
    let route =
        Address::read("postgres://a:p%2Bw@localhost/b?sslmode=disable&options=-c%20search_path%3Dplus%2Bsign", "tests");
    let options = route.as_ref().ok().and_then(|route| route.config.get_options());
    assert_eq!(options, Some("-c search_path=plus+sign"));
    assert_eq!(route.ok().and_then(|route| route.config.get_password().map(<[u8]>::to_vec)), Some(b"p+w".to_vec()));
}

#[test]
fn mistakes_are_named_without_the_password() {
    let wrong = ["mysql://a:planted@b/c", "postgres://a:planted@b/c?sslmode=planted", "postgres://a:planted@b:port/c"];
    for url in wrong {
        let fault = Address::read(url, "tests").err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(!fault.is_empty() && !fault.contains("planted"), "{fault}");
    }
}

#[test]
fn a_password_may_have_any_characters() {
    let read = |url: &str, password| {
        let route = with_password(url, password).and_then(|url| Address::read(&url, "tests").ok());
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
