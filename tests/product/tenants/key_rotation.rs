//! Records that change while the encryption key is replaced keep their newest value.

use std::pin::pin;

use dialnote_slack::app::NotStarted;
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::jobs::installation::{Connection, Installation};
use dialnote_slack::platform::db::{DocumentKind, StoredDocument};
use dialnote_slack::platform::vault::{Purpose, Sealed, Vault};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use crate::support::{Bot, By, ENCRYPTION_KEY, Setup, product_with};

const NEW_SEAL: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const SETUP: Setup = Setup { by: By::Nobody, ..Setup::USUAL };

#[tokio::test]
async fn a_token_replaced_during_the_rotation_stays() {
    product_with(SETUP, async |bot| {
        bot.world(|world| world.token_rotation = true);
        bot.install().await;
        bot.connect().await;
        let before = kept(bot, Installation::KIND).await.unwrap();
        bot.clock.advance(SignedDuration::from_hours(10));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        let after = kept(bot, Installation::KIND).await.unwrap();
        assert_ne!(before, after, "it was replaced");
        put(bot, Installation::KIND, &before).await;
        let renewed = reseal_while(bot, &becomes(Installation::KIND, &after)).await;
        assert_eq!(renewed, 3, "two tokens, and the key");
        let installation: Installation = read(bot).await;
        let newest = bot.world(|world| world.grants.tokens.last().unwrap().text.clone());
        assert_eq!(opened(bot, Purpose::SlackToken, &installation.token), newest);
        bot.know_work().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_replaced_during_the_rotation_stays() {
    product_with(SETUP, async |bot| {
        bot.install().await;
        bot.connect().await;
        let before = kept(bot, Connection::KIND).await.unwrap();
        let vault = Vault::new(&[ENCRYPTION_KEY.into()]).unwrap();
        let key = vault.seal(&team(bot), Purpose::DialnoteKey, &"dn_live_the_next".into());
        let mut connection: Connection = serde_json::from_str(&before).unwrap();
        connection.key = Some(key);
        let after = serde_json::to_string(&connection).unwrap();
        // Earlier records are sealed already, so that the key is written next.
        reseal(bot).await;
        put(bot, Connection::KIND, &before).await;
        assert_eq!(reseal_while(bot, &becomes(Connection::KIND, &after)).await, 1);
        let connection: Connection = read(bot).await;
        assert_eq!(opened(bot, Purpose::DialnoteKey, &connection.key.unwrap()), "dn_live_the_next");
    })
    .await;
}

#[tokio::test]
async fn an_app_removed_during_the_rotation_stays_removed() {
    product_with(SETUP, async |bot| {
        bot.install().await;
        bot.connect().await;
        let gone = format!("DELETE FROM documents WHERE installation = '{}'", bot.team());
        assert_eq!(reseal_while(bot, &gone).await, 0);
        for kind in [Installation::KIND, Connection::KIND] {
            assert_eq!(kept(bot, kind).await, None, "{kind:?}");
        }
    })
    .await;
}

/// Seals everything with the new key while another program makes a change, which begins before the read and becomes
/// visible just before the write. Returns the number of secrets sealed.
async fn reseal_while(bot: &Bot, change: &str) -> usize {
    let tenants = bot.second_with(&[("ENCRYPTION_KEY", &format!("{NEW_SEAL},{ENCRYPTION_KEY}"))]).await;
    let change = bot.begin_change(change).await;
    let mut resealing = pin!(tenants.installations().unwrap().renew_seals(&tenants.common));
    tokio::select! {
        biased;
        outcome = &mut resealing => panic!("it waited for nothing: {outcome:?}"),
        () = change.is_waited_for() => {}
    }
    change.commit().await;
    resealing.await.unwrap()
}

/// Nothing could be accepted with it: no start is better than one refused command after another.
#[tokio::test]
async fn with_another_key_the_app_does_not_start() {
    product_with(SETUP, async |bot| {
        let another = [("ENCRYPTION_KEY", NEW_SEAL)];
        assert!(bot.try_app_with(&another).await.is_ok(), "nothing is sealed yet");
        bot.install().await;
        bot.connect().await;
        let refused = bot.try_app_with(&another).await.map(drop);
        assert!(matches!(refused, Err(NotStarted::AnotherKey)), "{refused:?}");
        let both = format!("{NEW_SEAL},{ENCRYPTION_KEY}");
        assert!(bot.try_app_with(&[("ENCRYPTION_KEY", &both)]).await.is_ok());
        bot.read_all().await;
    })
    .await;
}

async fn reseal(bot: &Bot) {
    let tenants = bot.second_with(&[("ENCRYPTION_KEY", &format!("{NEW_SEAL},{ENCRYPTION_KEY}"))]).await;
    tenants.installations().unwrap().renew_seals(&tenants.common).await.unwrap();
}

/// Returns the text that the new key alone opens.
fn opened(bot: &Bot, purpose: Purpose, sealed: &Sealed) -> String {
    let vault = Vault::new(&[SecretString::from(NEW_SEAL)]).unwrap();
    vault.open(&team(bot), purpose, sealed).unwrap().expose_secret().to_owned()
}

async fn read<T: StoredDocument>(bot: &Bot) -> T {
    serde_json::from_str(&kept(bot, T::KIND).await.unwrap()).unwrap()
}

async fn kept(bot: &Bot, kind: DocumentKind) -> Option<String> {
    bot.work.store.document(&team(bot), kind.name(), "").await.unwrap().map(|document| document.body)
}

async fn put(bot: &Bot, kind: DocumentKind, body: &str) {
    bot.begin_change(&becomes(kind, body)).await.commit().await;
}

fn becomes(kind: DocumentKind, body: &str) -> String {
    format!("UPDATE documents SET body = '{}' WHERE kind = '{}'", body.replace('\'', "''"), kind.name())
}

fn team(bot: &Bot) -> InstallationId {
    InstallationId::new(bot.team())
}
