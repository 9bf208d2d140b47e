//! One organization's data is never another's: another key, a removed app, people who leave.

use dialnote_slack::core::ids::{ConversationId, InstallationId};
use dialnote_slack::lists::drawing;
use dialnote_slack::ops::audit_report::AuditFormat;
use dialnote_slack::platform::db::{Accepted, Delivery, NewJob, Queue, Verdict};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::ops::audit_log::log;
use crate::people::linking_by_hand::sam_is_in_dialnote;
use crate::support::{ANA, Bot, LEO, MAYA, SAM, Setup, ZOE, product, product_with};

const NEW_KEY: &str = "dn_live_another_key_0123456789";

#[tokio::test]
async fn another_organizations_key_begins_with_nothing() {
    product_with(Setup::INSTALLED, async |bot| {
        remember_much(bot).await;
        let writes = bot.calls("PATCH");
        becomes_another_organization(bot);
        let told = connect(bot, NEW_KEY).await;
        assert!(told.contains("so the data of the previous one was deleted: "), "{told}");
        let (store, team) = (bot.work.store.clone(), InstallationId::new(bot.team()));
        assert_eq!(store.overview_of(&team).await.unwrap().inbox, 0, "no command of theirs is carried out");
        for kind in ["route", "link", "team", "watch", "noted"] {
            assert_eq!(store.documents(&team, kind, 9).await.unwrap(), [], "{kind}");
        }
        assert_eq!(store.cards(&team, &ConversationId::new(ANA)).await.unwrap(), []);
        assert_eq!(store.snapshot(&team, &ConversationId::new(ANA)).await.unwrap(), None);
        assert_eq!(drawing::search(&*bot.current().await, "Ana", None, 9).await.unwrap(), [], "nothing is offered");
        assert!(!bot.home(LEO).await.contains("Ana Lima"));
        let conversation = bot.missed_call("+14155550999").await;
        bot.slash(LEO, &format!("/dialnote take {conversation}")).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(&conversation), "other_mem_leo open", "people are looked for again");
        bot.slash(ZOE, "/dialnote undo").await;
        let undone = bot.answer(ZOE).await;
        assert!(!undone.starts_with("Undone") && bot.calls("PATCH") == writes + 2, "what she did was there: {undone}");
        bot.pass(SignedDuration::from_hours(2)).await;
        assert_eq!(bot.calls("PATCH"), writes + 2, "the trial of the key, and what was asked for since");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_organizations_new_key_keeps_everything() {
    product_with(Setup::INSTALLED, async |bot| {
        remember_much(bot).await;
        bot.world(|world| world.replace_key(NEW_KEY));
        let told = connect(bot, NEW_KEY).await;
        assert!(told.contains("Connected. Your organization has ") && !told.contains("deleted"), "{told}");
        let (store, team) = (bot.work.store.clone(), InstallationId::new(bot.team()));
        for kind in ["route", "link"] {
            assert_eq!(store.documents(&team, kind, 9).await.unwrap().len(), 1, "{kind}");
        }
        bot.pass(SignedDuration::from_mins(2)).await;
        assert_eq!(bot.dialnote("conv_1002"), "nobody done", "what waited is done");
        bot.press(LEO, ANA, "done").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_app_leaves_no_job_and_no_delivery_and_each_counts_its_own() {
    product_with(Setup::INSTALLED, async |acme| {
        let mut globex = acme.beside().await;
        globex.install().await;
        globex.connect().await;
        let (store, id) = (acme.work.store.clone(), InstallationId::new("T0GLOBEX"));
        let delivery = || Delivery { installation: id.clone(), key: "once".to_owned() };
        let job = NewJob::new(&id, Queue::Work, "given up", acme.clock.now(), "{}");
        store.accept(delivery(), vec![job], acme.clock.now()).await.unwrap();
        let claim =
            store.claim(Queue::Work, 9, acme.clock.now(), std::time::Duration::from_secs(9)).await.unwrap().remove(0);
        let dead = Verdict::Dead { cause: "a name and a number".to_owned() };
        store.settle(&claim, dead, Vec::new(), acme.clock.now()).await.unwrap();
        let given_up = |found: Vec<String>| found.into_iter().find(|line| line.contains(" failed jobs: ")).unwrap();
        assert!(given_up(acme.examine(&[]).await).starts_with("ok   failed jobs: none"), "not theirs");
        assert!(given_up(globex.examine(&[]).await).starts_with("warn failed jobs: 1 job failed"));
        globex.sandbox.uninstall().await.unwrap();
        acme.settle().await;
        assert_eq!(store.job(claim.id).await.unwrap(), None);
        assert_eq!(store.accept(delivery(), Vec::new(), acme.clock.now()).await.unwrap(), Accepted::New);
        acme.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_former_teammates_home_is_empty() {
    product(async |bot| {
        bot.look().await;
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam Ortiz").await;
        bot.read_all().await;
        for who in [SAM, ZOE, LEO] {
            bot.open_home(who).await;
            bot.settle().await;
            assert!(bot.home(who).await.contains("Find a conversation"), "{who}");
        }
        bot.slash(MAYA, "/dialnote link @sam off").await;
        assert_empty(bot, SAM).await;
        bot.world(|world| world.person_mut(LEO).unwrap().guest = true);
        bot.sandbox.event(json!({ "type": "user_change", "user": LEO })).await.unwrap();
        assert_empty(bot, LEO).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_zoe"));
        for minutes in [61, 2] {
            bot.clock.advance(SignedDuration::from_mins(minutes));
            bot.look().await;
        }
        assert_empty(bot, ZOE).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn after_disconnecting_every_home_is_empty() {
    product_with(Setup::INSTALLED, async |bot| {
        bot.look().await;
        bot.open_home(ZOE).await;
        assert!(bot.home(ZOE).await.contains("Nora Quinn"));
        bot.slash(MAYA, "/dialnote connect").await;
        bot.press_in(MAYA, "window", "disconnect", "").await;
        bot.close(MAYA).await;
        assert!(
            bot.home(ZOE).await.contains(
                "This workspace isn't connected to dialnote. An admin can connect it with `/dialnote connect`."
            )
        );
        bot.know_work().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_note_is_signed_with_the_name_in_dialnote() {
    product(async |bot| {
        bot.world(|world| {
            let leo = world.person_mut(LEO).unwrap();
            (leo.real_name, leo.display_name) = ("Zoe Park".to_owned(), "Zoe Park".to_owned());
        });
        bot.slash(LEO, "/dialnote note conv_1001 she agreed").await;
        bot.read_all().await;
        let note = bot.notes(ANA).pop().unwrap();
        assert!(note.contains("— Leo Martins, via Slack · ref "), "{note}");
    })
    .await;
}

#[tokio::test]
async fn a_note_that_quotes_an_app_note_still_notifies() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/dialnote note conv_1001 she agreed").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.look().await;
        let ours = bot.notes(ANA).pop().unwrap();
        bot.clock.advance(SignedDuration::from_mins(1));
        let quoting = format!("She did not. Maya wrote: {ours}");
        bot.in_dialnote(json!({ "conversation": ANA, "note": quoting })).await;
        assert!(bot.line(ANA).await.contains("She did not."));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_answers_an_auditors_questions() {
    product_with(Setup::INSTALLED, async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote connect").await;
        bot.slash(LEO, "/dialnote settings").await;
        bot.slash(LEO, "/dialnote route *").await;
        bot.slash(LEO, "/dialnote link @sam Zoe").await;
        bot.slash(LEO, "/dialnote report").await;
        bot.read_all().await;
        bot.world(|world| world.channel_mut("front-desk").unwrap().shared = true);
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press(ZOE, ANA, "show").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote connect").await;
        bot.press_in(MAYA, "window", "disconnect", "").await;
        bot.close(MAYA).await;
        bot.know_work().await;
        assert_snapshot!(log(bot, AuditFormat::Lines).await, @"
        2026-11-23T08:59:59Z T0ACME U0MAYA install: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0MAYA connect: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0LEO connect clicked: – → –, refused: not_yours_to_connect
        2026-11-23T09:00:00Z T0ACME U0LEO settings clicked: – → –, refused: not_allowed
        2026-11-23T09:00:00Z T0ACME U0LEO route typed: – → –, refused: not_allowed
        2026-11-23T09:00:00Z T0ACME U0LEO link typed: – → –, refused: not_allowed
        2026-11-23T09:00:00Z T0ACME U0LEO Leo Martins report typed: – → –, done
        2026-11-23T09:00:00Z T0ACME U0LEO Leo Martins take conv_1001 typed: unassigned open → mem_leo open, done
        2026-11-23T09:00:00Z T0ACME U0ZOE Zoe Park show conv_1001 clicked: – → –, done
        2026-11-23T09:00:00Z T0ACME U0MAYA disconnect: – → –, changed
        ");
        bot.read_all().await;
    })
    .await;
}

/// Fills the store: a channel with cards, a link by hand, a home, and a waiting command.
async fn remember_much(bot: &mut Bot) {
    bot.look().await;
    sam_is_in_dialnote(bot);
    bot.slash(MAYA, "/dialnote route *").await;
    bot.slash(MAYA, "/dialnote link @sam Ortiz").await;
    bot.slash(LEO, "/dialnote take conv_1001").await;
    bot.slash(ZOE, "/dialnote take conv_1005").await;
    bot.open_home(LEO).await;
    assert!(bot.home(LEO).await.contains("Ana Lima"));
    bot.read_all().await;
    bot.world(|world| world.faults.dialnote.down = true);
    bot.slash(LEO, "/done conv_1002").await;
    bot.settle().await;
    bot.world(|world| world.faults.dialnote.down = false);
}

/// Makes dialnote another organization with another key: other members with the same addresses, and other
/// conversations.
fn becomes_another_organization(bot: &Bot) {
    bot.world(|world| {
        for (nth, one) in world.dialnote.conversations.iter_mut().enumerate() {
            one.id = format!("other_{nth}");
            one.contact.first_name = Some("Theirs".to_owned());
            one.contact.phone_number = format!("+1202555{:04}", 1000 + nth);
        }
        for member in &mut world.dialnote.members {
            member.id = format!("other_{}", member.id);
        }
        world.replace_key(NEW_KEY);
    });
}

/// Submits a key as an admin. Returns the window's text afterwards.
async fn connect(bot: &mut Bot, key: &str) -> String {
    bot.clock.advance(SignedDuration::from_secs(1));
    bot.slash(MAYA, "/dialnote connect").await;
    let outcome = bot.submit(MAYA, json!({ "key": { "key": key } })).await;
    assert_eq!(outcome.field_errors.len(), 0, "{outcome:?}");
    bot.know_work().await;
    let told = bot.window(MAYA).await;
    bot.close(MAYA).await;
    told
}

async fn assert_empty(bot: &Bot, who: &str) {
    let home = bot.home(who).await;
    assert!(!home.contains("Find a conversation") && !home.contains("555"), "{who}: {home}");
}
