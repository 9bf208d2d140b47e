//! Rights are checked again in time: Slack's event about a change can be lost, and dialnote sends none.

use dialnote_sandbox::{DialnoteFailure, Faults, SlackFailure};
use dialnote_slack::core::ids::InstallationId;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::people::linking_by_hand::sam_is_in_dialnote;
use crate::support::{ANA, Bot, LEO, MAYA, product};

/// The refusal if Slack or dialnote does not answer.
const UNCONFIRMED: &str = "Nothing changed: Slack or dialnote didn't confirm who you are. Try again in a minute.";

#[tokio::test]
async fn a_new_guest_acts_for_ten_minutes_at_most() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.person_mut(LEO).unwrap().guest = true);
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.slash(LEO, "/done conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"Guests can't use this app, only full members of this workspace can.");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn a_new_guest_is_offered_conversations_for_ten_minutes_at_most() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/handoff").await;
        bot.read_all().await;
        assert_eq!(bot.search(LEO, "window", "which", "ana l").await, ["Ana Lima · +1 415 555 0101 · Leo Martins"]);
        bot.world(|world| world.person_mut(LEO).unwrap().guest = true);
        bot.clock.advance(SignedDuration::from_mins(11));
        assert_eq!(bot.search(LEO, "window", "which", "ana l").await, [""; 0]);
        bot.close(LEO).await;
    })
    .await;
}

#[tokio::test]
async fn a_former_admin_changes_no_workspace_setting() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.window(MAYA).await;
        bot.world(|world| {
            world.person_mut(MAYA).unwrap().admin = false;
            let maya = world.dialnote.members.iter_mut().find(|member| member.id == "mem_maya").unwrap();
            maya.role = "Member".to_owned();
        });
        submit_rules(bot).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Only an admin can change the settings and the channels for shared numbers. Ask an admin.");
        for (typed, what) in [
            ("/dialnote route *", "change the settings and the channels for shared numbers"),
            ("/dialnote link @sam Ortiz", "link people"),
        ] {
            bot.slash(MAYA, typed).await;
            assert_eq!(bot.answer(MAYA).await, format!("Only an admin can {what}. Ask an admin."), "{typed}");
        }
        assert_eq!(kept_for_everybody(bot).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_person_slack_cannot_confirm_changes_no_workspace_setting() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.read_all().await;
        for silent in ["Slack", "dialnote"] {
            bot.world(|world| fail(&mut world.faults, silent));
            submit_rules(bot).await;
            assert_eq!(bot.answer(MAYA).await, UNCONFIRMED, "{silent}");
            for typed in ["/dialnote route *", "/dialnote link @sam Ortiz"] {
                bot.slash(MAYA, typed).await;
                assert_eq!(bot.answer(MAYA).await, UNCONFIRMED, "{silent}: {typed}");
            }
            assert_eq!(kept_for_everybody(bot).await, 0, "{silent}");
            bot.world(|world| world.faults = Faults::default());
            bot.slash(MAYA, "/dialnote settings").await;
        }
        bot.close(MAYA).await;
        bot.world(|world| fail(&mut world.faults, "Slack"));
        bot.slash(MAYA, "/dialnote route *").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Nothing changed: Slack or dialnote didn't confirm who you are. Try again in a minute.");
        bot.world(|world| world.faults = Faults::default());
        bot.slash(MAYA, "/dialnote route *").await;
        let saved = "<#C0FRONT> shows the cards of all shared numbers from the next call or message on.";
        assert!(bot.answer(MAYA).await.starts_with(saved));
        assert_eq!(kept_for_everybody(bot).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_old_list_of_members_serves_for_an_hour() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.world(|world| fail(&mut world.faults, "dialnote"));
        bot.clock.advance(SignedDuration::from_mins(50));
        bot.slash(LEO, "/done conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.slash(LEO, "/reopen conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done", "it waits, as in any outage");
        bot.slash(LEO, "/inbox").await;
        assert!(bot.answer(LEO).await.contains("Your conversations · "), "what is only shown does not");
        bot.world(|world| world.faults = Faults::default());
        bot.pass(SignedDuration::from_mins(2)).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

/// Makes one of the services hide people's identities; everything else works.
fn fail(faults: &mut Faults, service: &str) {
    if service == "Slack" {
        let (method, error) = ("users.info".to_owned(), "internal_error".to_owned());
        faults.slack.fail_next.push(SlackFailure { method, error, always: true, ..SlackFailure::default() });
    } else {
        let (path, status) = ("/team/members".to_owned(), 503);
        faults.dialnote.fail_next.push(DialnoteFailure { path, status, always: true, ..DialnoteFailure::default() });
    }
}

/// Submits the form of the rules that Maya has open, with other rules than before.
async fn submit_rules(bot: &Bot) {
    let values = json!({
        "reassign": { "reassign": "admins" }, "done": { "done": "anyone" }, "notes": { "notes": ["handoff"] },
        "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
        "configure": { "configure": ["admins"] }, "channel": { "channel": [] },
    });
    bot.submit(MAYA, values).await;
}

/// Returns the number of stored rules, routes and links by hand.
async fn kept_for_everybody(bot: &Bot) -> usize {
    let (store, team) = (&bot.work.store, InstallationId::new(bot.team()));
    let mut all = 0;
    for kind in ["rules", "route", "link"] {
        all += store.documents(&team, kind, 9).await.unwrap().len();
    }
    all
}
