//! A database on another machine is reached only over TLS, and only if its certificate is good. (The store's own test
//! checks that a bad one is refused.)

use tokio_postgres::NoTls;

use crate::backend::Backend;
use crate::pausing::assign;
use crate::people::People;
use crate::stage::{Setting, on_each};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_worked_on_over_tls() {
    let setting = Setting { name: "encrypted", people: 2, conversations: 2, lease: None };
    on_each(Backend::is_over_tcp, setting, async |stage| {
        let authority = std::env::var("TEST_POSTGRES_CA").expect("a certificate (TEST_POSTGRES_CA): run make test");
        let trusting = ["env".to_owned(), format!("SSL_CERT_FILE={authority}")];
        let url = format!("{}&sslmode=require", stage.database.url);
        let app = stage.start_by(&trusting, &url).await;
        let mut people = People::gather(stage, 2);
        people.give(0, assign(0, 1));
        people.all_is_typed().await;
        stage.has_done_what_it_accepted().await;
        assert!(encrypted_connections(&stage.database.url).await > 0, "nothing is encrypted");
        stage.finish(app).await;
        stage.judge();
    })
    .await;
}

/// Returns the number of encrypted connections. No other test opens any.
async fn encrypted_connections(url: &str) -> i64 {
    let (operator, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    operator.query_one("SELECT count(*) FROM pg_stat_ssl WHERE ssl", &[]).await.unwrap().get(0)
}
