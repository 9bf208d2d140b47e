//! An earlier direct message says so when its conversation moves on, and loses the buttons that no longer apply.

use dialnote_sandbox::{Call, Hang, Service, SlackFailure};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

const A_WHILE: SignedDuration = SignedDuration::from_secs(7);

/// Assigns a conversation to Zoe as Maya, and lets some time pass.
async fn given(bot: &mut Bot, command: &str) {
    bot.slash(MAYA, command).await;
    bot.read_all().await;
    bot.clock.advance(A_WHILE);
}

#[tokio::test]
async fn reassigning_updates_the_earlier_message() {
    product(async |bot| {
        given(bot, "/assign @zoe conv_1002").await;
        bot.slash(MAYA, "/assign @leo conv_1002").await;
        assert_snapshot!(bot.dm(ZOE).await, @"Robert Hale · Maya reassigned this to Leo. You're no longer the owner. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @"Maya reassigned Robert Hale to Leo. You're no longer the owner.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn taking_over_unassigning_and_done_update_the_earlier_message() {
    product(async |bot| {
        for (who, command, says) in [
            (LEO, "/assign me conv_1002", "Leo took this over."),
            (LEO, "/unassign conv_1002", "Leo unassigned this."),
            (LEO, "/done conv_1002", "Leo marked this done,"),
            (ZOE, "/done conv_1002", "You marked this done,"),
            (ZOE, "/handoff @leo conv_1002 please", "You reassigned this to Leo."),
        ] {
            given(bot, "/unassign conv_1002").await;
            given(bot, "/dialnote reopen conv_1002").await;
            given(bot, "/assign @zoe conv_1002").await;
            bot.slash(who, command).await;
            let older = bot.dm(ZOE).await;
            assert!(
                older.contains(says) && !older.contains("[Done]") && !older.contains("[Accept]"),
                "{command}: {older}"
            );
            bot.read_all().await;
            bot.clock.advance(A_WHILE);
        }
    })
    .await;
}

#[tokio::test]
async fn accepting_by_command_updates_the_message() {
    product(async |bot| {
        given(bot, "/handoff @zoe conv_1001 call before noon").await;
        bot.slash(ZOE, "/dialnote accept").await;
        assert_snapshot!(bot.dm(ZOE).await, @"
          :white_check_mark: You accepted this at 9:00 UTC
        Maya handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: call before noon
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_superseded_part_of_a_message_changes() {
    product(async |bot| {
        given(bot, "/assign @zoe conv_1001 conv_1004").await;
        bot.slash(MAYA, "/assign @leo conv_1004").await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned 2 conversations to you.
        Ana Lima · +1 415 555 0101
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Robert Nguyen · Maya reassigned this to Leo. You're no longer the owner. [Open in dialnote ↗]
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_in_dialnote_days_later_updates_the_message() {
    product(async |bot| {
        bot.look().await;
        given(bot, "/assign @zoe conv_1001").await;
        bot.clock.advance(SignedDuration::from_hours(4 * 24));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
        bot.in_dialnote(json!({ "conversation": ANA, "status": "done" })).await;
        bot.pass(SignedDuration::from_secs(31)).await;
        let older = bot.dm(ZOE).await;
        assert!(older.contains("Done in dialnote,") && !older.contains("[Accept]"), "{older}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_old_button_does_not_change_another_persons_conversation() {
    for button in ["done", "accept", "give_back"] {
        product(async |bot| {
            given(bot, "/assign @zoe conv_1001").await;
            let message = bot.world(|world| (*world.seen_by(ZOE, "dm").last().unwrap()).clone());
            bot.world(|world| world.dialnote.conversation_mut(ANA).unwrap().assigned_to = Some("mem_leo".into()));
            bot.press_in_direct(ZOE, &message, button).await;
            let answer = "You aren't the owner of Ana Lima. Leo is.\n[Take over…]";
            assert_eq!(bot.answer(ZOE).await, answer, "{button}");
            assert_eq!(bot.dialnote(ANA), "mem_leo open");
            bot.read_all().await;
        })
        .await;
    }
}

/// Lets Slack add a notice to a message just sent, without an answer to the app.
async fn is_added_unheard(bot: &mut Bot, how: impl AsyncFnOnce(&mut Bot)) {
    bot.world(|world| world.person_mut(ZOE).unwrap().tz = "Europe/London".into());
    for handed in ["conv_1001 first", "conv_1004 second"] {
        bot.slash(MAYA, &format!("/handoff @zoe {handed}")).await;
        bot.read_all().await;
    }
    bot.clock.advance(SignedDuration::from_mins(15));
    bot.tenants.tick().await.unwrap();
    how(bot).await;
    bot.pass(SignedDuration::from_secs(60)).await;
    let said = bot.world(|world| {
        let direct = world.seen_by(ZOE, "dm").into_iter().cloned().collect::<Vec<_>>();
        direct
            .iter()
            .filter(|message| crate::support::drawing::draw(message).contains("handed Robert Nguyen off to you"))
            .count()
    });
    assert_eq!(said, 1, "{}", bot.everything());
    bot.read_all().await;
}

#[tokio::test]
async fn an_edit_of_a_message_is_not_repeated_after_a_crash() {
    product(async |bot| {
        is_added_unheard(bot, async |bot: &mut Bot| {
            let (method, after_effect) = ("chat.update".into(), true);
            bot.dies_during(Hang { service: Service::Slack, method, path: String::new(), after_effect }).await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_of_a_message_is_not_repeated_when_slack_hides_it() {
    product(async |bot| {
        is_added_unheard(bot, async |bot: &mut Bot| {
            bot.world(|world| {
                let (method, channel) = ("chat.update".into(), Some("D0ZOE".into()));
                let failure =
                    SlackFailure { method, channel, status: 503, times: 1, after_effect: true, ..Default::default() };
                world.faults.slack.fail_next.push(failure);
                // Longer than the time in which a message can be changed.
                let (method, channel) = ("conversations.history".into(), None);
                world.faults.slack.fail_next.push(SlackFailure {
                    method,
                    channel,
                    status: 503,
                    times: 3,
                    ..Default::default()
                });
            });
            bot.settle().await;
        })
        .await;
    })
    .await;
}

/// Slack adds the notice after a gateway has given up waiting, when that message can no longer be changed.
#[tokio::test]
async fn a_late_edit_of_a_message_is_not_repeated() {
    product(async |bot| {
        is_added_unheard(bot, async |bot: &mut Bot| {
            bot.world(|world| {
                let (service, method) = (Service::Slack, "chat.update".to_owned());
                let failure = SlackFailure { method, status: 504, effect_late_ms: 1, ..Default::default() };
                let hang = Hang { service, method: failure.method.clone(), path: String::new(), after_effect: false };
                world.faults.slack.fail_next.push(failure);
                world.faults.hang_next.push(hang);
            });
            tokio::join!(bot.settle(), bot.sandbox.hung());
            bot.pass(SignedDuration::from_secs(6)).await;
            bot.sandbox.release();
            let is_added = |call: &Call| call.method == "chat.update" && call.status == Some(504) && call.acted;
            bot.sandbox.until(|world| world.calls.iter().any(is_added).then_some(())).await;
        })
        .await;
    })
    .await;
}
