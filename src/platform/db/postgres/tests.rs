//! The PostgreSQL settings in the files beside the program.

/// The database in compose.yaml has no certificate, so the connection is unencrypted, and stays on that network.
#[test]
fn what_compose_yaml_says_of_its_database_can_be_connected_to() {
    let compose = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/compose.yaml"));
    let set = |line: &'static str| line.trim().strip_prefix("DATABASE_URL: ");
    let address = compose.lines().filter_map(set).find(|address| address.starts_with("postgres://"));
    let is_encrypted = address.and_then(|url| super::address(url).ok()).map(|address| address.is_encrypted());
    assert_eq!(is_encrypted, Some(false));
    let database = compose.split("\n  database:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    assert!(database.is_some_and(|database| database.contains("networks: [inside]")), "{database:?}");
    assert!(compose.contains("\n  inside: { internal: true }\n"));
}
