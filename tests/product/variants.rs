//! dialnote as it may turn out to be: one story under each value of each variant (contracts/dialnote.md, "Variants the
//! app must survive"). Where something cannot work, its person and the doctor hear why.

use dialnote_slack::sandbox::Status;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::database::On;
use crate::support::{Bot, LEO, MAYA, Setup, ZOE, product, product_with};

/// Variants in which everything works.
const WORKING: [(&str, &[&str]); 17] = [
    ("addresses", &["one", "split"]),
    ("not_found_body", &["html", "empty"]),
    ("envelope", &["bare"]),
    ("list", &["named"]),
    ("messages_page", &["meta_cursor", "none"]),
    ("query", &["lenient", "ignores_owner"]),
    ("member_shape", &["user_id", "user_object", "numeric"]),
    ("member_fields", &["no_name", "availability_upper", "availability_lower", "availability_absent"]),
    ("assigned_to", &["object", "id_only", "absent_in_lists"]),
    ("write_answer", &["other_owner", "no_content", "empty", "html"]),
    ("status_case", &["upper", "capital"]),
    ("status_unknown", &["archived", "spam"]),
    ("ids", &["numbers", "uuid_upper"]),
    ("is_read", &["absent", "null"]),
    ("hook_delete", &["204", "404"]),
    ("hook_event", &["no_note"]),
    ("limits", &["none"]),
];

async fn under(variants: &Value, story: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { told: true, on: On::File, ..Setup::default() }, async |bot| {
        play(bot, variants);
        bot.look().await;
        story(bot).await;
        bot.read_all().await;
    })
    .await;
}

/// Lets dialnote be like this from now on.
fn play(bot: &Bot, variants: &Value) {
    let patch = json!({ "dialnote": { "variants": variants } });
    bot.world(|world| world.faults = world.faults.merged(&patch).unwrap());
}

fn owner(bot: &Bot) -> Option<String> {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().assigned_to.clone())
}

fn status(bot: &Bot) -> Status {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().status)
}

fn notes(bot: &Bot) -> usize {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().notes().len())
}

async fn says(bot: &mut Bot, who: &str, text: &str) -> String {
    bot.slash(who, text).await;
    bot.settle().await;
    bot.answer(who).await
}

/// Everything that assigns, and everything that changes a status.
async fn everything_works(bot: &mut Bot, variant: &str) {
    let before = notes(bot);
    says(bot, MAYA, "/assign @zoe Ana Lima wants a call back").await;
    assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), before + 1), "{variant}");
    let again = says(bot, MAYA, "/assign @zoe Ana Lima").await;
    assert!(again.contains("already"), "{variant}: {again}");
    says(bot, ZOE, "/handoff @leo Ana Lima knows her").await;
    assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_leo"), before + 2), "{variant}");
    let mine = says(bot, LEO, "/inbox").await;
    assert!(mine.contains("Ana Lima"), "{variant}: {mine}");
    says(bot, LEO, "/unassign Ana Lima").await;
    assert_eq!(owner(bot), None, "{variant}");
    says(bot, MAYA, "/assign @frontdesk Ana Lima").await;
    assert!(owner(bot).is_some(), "{variant}");
    let cannot_tell = says(bot, MAYA, "/dialnote history Ana Lima").await;
    assert!(cannot_tell.contains("assigned"), "{variant}: {cannot_tell}");
}

async fn statuses_work(bot: &mut Bot, variant: &str) {
    says(bot, MAYA, "/snooze Ana Lima 2h").await;
    assert_eq!(status(bot), Status::Snoozed, "{variant}");
    says(bot, MAYA, "/dialnote unsnooze Ana Lima").await;
    assert_eq!(status(bot), Status::Open, "{variant}");
    says(bot, MAYA, "/done Ana Lima called back").await;
    assert_eq!(status(bot), Status::Done, "{variant}");
    says(bot, MAYA, "/reopen Ana Lima").await;
    assert_eq!(status(bot), Status::Open, "{variant}");
}

async fn finds_nothing_bad(bot: &Bot, variant: &str) {
    let bad: Vec<_> = bot.examine(&[]).await.into_iter().filter(|finding| finding.starts_with("BAD")).collect();
    assert!(bad.is_empty(), "{variant}: {bad:#?}");
}

#[tokio::test]
async fn everything_works_under_each() {
    for (name, values) in WORKING {
        for value in values {
            let variant = format!("{name}: {value}");
            let value = value.parse::<u16>().map_or_else(|_| json!(value), |status| json!(status));
            under(&json!({ name: value }), async |bot| {
                everything_works(bot, &variant).await;
                statuses_work(bot, &variant).await;
                finds_nothing_bad(bot, &variant).await;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn everything_works_under_several_at_once() {
    let several = json!({
        "addresses": "split", "not_found_body": "html", "envelope": "bare", "list": "named",
        "messages_page": "meta_cursor", "query": "ignores_owner", "member_shape": "user_object",
        "member_fields": "availability_upper", "assigned_to": "absent_in_lists", "write_answer": "html",
        "status_case": "upper", "status_unknown": "archived", "ids": "uuid_upper", "is_read": "null",
    });
    under(&several, async |bot| {
        everything_works(bot, "several").await;
        statuses_work(bot, "several").await;
        finds_nothing_bad(bot, "several").await;
    })
    .await;
}

#[tokio::test]
async fn where_nothing_can_be_changed_the_setting_is_named() {
    for body in ["json", "html", "empty"] {
        under(&json!({ "addresses": "patch_nowhere", "not_found_body": body }), async |bot| {
            bot.slash(MAYA, "/assign @zoe Ana Lima wants a call back").await;
            bot.settle().await;
            if body == "json" {
                let said = bot.answer(MAYA).await;
                assert!(said.contains("DIALNOTE_ASSIGN_URL") && said.contains("wants a call back"), "{said}");
            } else {
                // A page in dialnote's place may be gone in a while: it is tried again.
                play(bot, &json!({ "addresses": "one" }));
                bot.clock.advance(SignedDuration::from_mins(1));
                bot.settle().await;
                assert_eq!(owner(bot).as_deref(), Some("mem_zoe"), "{body}");
                bot.slash(MAYA, "/unassign Ana Lima").await;
                bot.settle().await;
                play(bot, &json!({ "addresses": "patch_nowhere" }));
            }
            let found = bot.examine(&[]).await;
            assert!(
                found.iter().any(|one| one.starts_with("BAD") && one.contains("DIALNOTE_ASSIGN_URL")),
                "{found:#?}"
            );
            assert_eq!(owner(bot), None);
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_address_is_named() {
    under(&json!({ "addresses": "split" }), async |bot| {
        let assign = bot.sandbox.credentials().dialnote_api;
        let reads = format!("{assign}/public");
        for (changed, named) in [
            ([("DIALNOTE_API_URL", assign.as_str()), ("DIALNOTE_ASSIGN_URL", assign.as_str())], "DIALNOTE_API_URL"),
            ([("DIALNOTE_API_URL", reads.as_str()), ("DIALNOTE_ASSIGN_URL", reads.as_str())], "DIALNOTE_ASSIGN_URL"),
        ] {
            let found = bot.examine(&changed).await;
            assert!(found.iter().any(|one| one.starts_with("BAD") && one.contains(named)), "{named}: {found:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_types_hears_of_a_wrong_address_for_reads() {
    product(async |bot| {
        let nowhere = json!({ "path": "/team/members", "status": 404, "error": "NOT_FOUND", "always": true });
        let patch = json!({ "dialnote.fail_next": [nowhere] });
        bot.world(|world| world.faults = world.faults.merged(&patch).unwrap());
        bot.expect_dead(1);
        let said = says(bot, MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert!(said.contains("DIALNOTE_API_URL") && said.contains("wants a call back"), "{said}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_is_not_there_is_told_from_an_address() {
    for body in ["json", "html", "empty"] {
        under(&json!({ "addresses": "split", "not_found_body": body }), async |bot| {
            let said = says(bot, MAYA, "/assign @zoe conv_9999 wants a call back").await;
            assert!(said.contains("conv_9999") && said.contains("wants a call back"), "{body}: {said}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_status_that_dialnote_does_not_take_is_refused_in_its_words() {
    under(&json!({ "patch_status": "refused" }), async |bot| {
        everything_works(bot, "patch_status").await;
        let said = says(bot, MAYA, "/done Ana Lima").await;
        assert!(said.contains("Unrecognized key(s) in object: 'status'"), "{said}");
        assert_eq!(status(bot), Status::Open);
    })
    .await;
    under(&json!({ "patch_status": "ignored" }), async |bot| {
        let said = says(bot, MAYA, "/done Ana Lima").await;
        assert!(!said.starts_with("Marked"), "{said}");
        assert_eq!(status(bot), Status::Open);
    })
    .await;
}

#[tokio::test]
async fn what_is_limited_waits_and_is_done_once() {
    for limit in ["seconds", "date", "no_header", "unavailable"] {
        under(&json!({}), async |bot| {
            play(bot, &json!({ "limits": limit }));
            bot.slash(MAYA, "/assign @zoe Ana Lima wants a call back").await;
            bot.settle().await;
            play(bot, &json!({ "limits": "none" }));
            bot.clock.advance(SignedDuration::from_mins(6));
            bot.settle().await;
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{limit}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_key_that_may_only_read_is_found() {
    under(&json!({ "key": "read_only" }), async |bot| {
        let said = says(bot, MAYA, "/assign @zoe Ana Lima").await;
        assert!(said.contains("read"), "{said}");
        let found = bot.examine(&[]).await;
        assert!(found.iter().any(|one| one.starts_with("BAD") && one.contains("may only read")), "{found:#?}");
    })
    .await;
}
