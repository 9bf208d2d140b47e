//! A service may ask for a long wait: an operator sees the rate limit and can lift it.

use dialnote_slack::ops::limits;
use dialnote_slack::ops::limits::LimitFilter;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, MAYA, ZOE, set_up};

#[tokio::test]
async fn a_limit_of_dialnotes_can_be_looked_at_and_lifted() {
    set_up(async |bot| {
        assert_snapshot!(list(bot, false).await, @"no rate limits");
        bot.world(|world| world.faults.dialnote.rate_limited = Some(1_000_000_000));
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        bot.settle().await;
        bot.world(|world| world.faults.dialnote.rate_limited = None);
        assert_snapshot!(list(bot, false).await, @"T0ACME dialnote until 2026-11-23T09:05:00Z");
        assert_snapshot!(list(bot, true).await, @r#"{"workspace":"T0ACME","service":"dialnote","method":"dialnote","until":"2026-11-23T09:05:00Z"}"#);
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "it waits");
        let unknown = clear(bot, &["chat.update"], None).await.unwrap_err().to_string();
        assert_snapshot!(unknown, @r"
        no rate limit is called chat.update
        hint: `limits list` shows all rate limits
        ");
        assert_eq!(clear(bot, &[], Some("T0GLOBEX")).await.unwrap(), 0, "another workspace's");
        assert_eq!(clear(bot, &["dialnote"], Some("T0ACME")).await.unwrap(), 1);
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "it was tried at once");
        assert_eq!(clear(bot, &[], None).await.unwrap(), 0);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_limit_of_slacks_can_be_looked_at_and_lifted() {
    set_up(async |bot| {
        bot.world(|world| world.faults.slack.rate_limited.insert("chat.postMessage".into(), 1_000_000));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.settle().await;
        bot.world(|world| world.faults.slack.rate_limited.clear());
        assert_snapshot!(list(bot, false).await, @"T0ACME Slack chat.postMessage until 2026-11-23T09:05:00Z");
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_eq!(bot.posts("front-desk"), Vec::<String>::new(), "the card waits");
        assert_eq!(clear(bot, &[], None).await.unwrap(), 1);
        bot.dm(ZOE).await;
        assert_eq!(bot.posts("front-desk").len(), 1);
        bot.read_all().await;
    })
    .await;
}

async fn list(bot: &Bot, as_json: bool) -> String {
    let mut out = Vec::new();
    limits::list(bot.work.store.as_ref(), bot.clock.now(), as_json, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn clear(bot: &Bot, methods: &[&str], installation: Option<&str>) -> Result<usize, limits::LimitsError> {
    let methods = methods.iter().map(|method| (*method).to_owned()).collect();
    let chosen = LimitFilter { installation: installation.map(str::to_owned), methods };
    Ok(limits::clear(bot.work.store.as_ref(), &chosen, bot.clock.now()).await?.len())
}
