//! When dialnote or Slack fails, nothing is lost, and people are notified.

use dialnote_sandbox::{DialnoteFailure, Hang, Service, SlackFailure};
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, LEO, MAYA, ZOE, product, set_up};

#[tokio::test]
async fn while_dialnote_is_down_commands_wait_and_then_happen_in_order() {
    product(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 first").await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.slash(LEO, "/done conv_1001").await;
        bot.pass(SignedDuration::from_secs(60)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        dialnote isn't responding. `/assign @Zoe conv_1001` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        assert_snapshot!(bot.answer(LEO).await, @"
        dialnote isn't responding. `/assign me conv_1001` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        assert_snapshot!(bot.answer(LEO).await, @"
        dialnote isn't responding. `/done conv_1001` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");

        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        assert_eq!(bot.owners_set(), ["mem_zoe", "mem_leo"]);
        assert_eq!(bot.notes(ANA).len(), 1);
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.answer(LEO).await, @"Marked Ana Lima (+1 415 555 0101) done.");
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe. Zoe has been notified.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_waiting_notice_blames_no_service_that_nothing_is_known_of() {
    product(async |bot| {
        bot.slash(MAYA, "/done conv_1001").await;
        // The app dies while it carries the command out, and the job waits until the dead instance's lease has ended.
        let (method, path) = ("GET".into(), String::new());
        bot.dies_during(Hang { service: Service::Dialnote, method, path, after_effect: false }).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        This takes longer than usual. `/done conv_1001` is saved and runs as soon as possible.
          The result follows here. You don't need to repeat the command.
        ");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done");
    })
    .await;
}

#[tokio::test]
async fn a_waiting_notice_names_its_service() {
    product(async |bot| {
        let down = SlackFailure { method: "users.info".into(), status: 503, times: 9, ..SlackFailure::default() };
        bot.world(|world| world.faults.slack.fail_next.push(down));
        bot.look().await;
        bot.slash(MAYA, "/done Ana Lima").await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Slack isn't responding. `/done Ana Lima` is saved and runs when Slack is back.
          The result follows here. You don't need to repeat the command.
        ");
        bot.pass(SignedDuration::from_mins(5)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Marked Ana Lima (+1 415 555 0101) done.");
        bot.line(ANA).await;

        // Slack takes the question and does not answer for now.
        bot.clock.advance(SignedDuration::from_hours(2));
        bot.slash(LEO, "/reopen conv_1001").await;
        let hang =
            |service, method: &str| Hang { service, method: method.into(), path: String::new(), after_effect: false };
        bot.world(|world| world.faults.hang_next.push(hang(Service::Slack, "users.info")));
        let meanwhile = async {
            bot.sandbox.hung().await;
            bot.clock.advance(SignedDuration::from_secs(4));
            bot.tenants.tick().await.unwrap();
            bot.sandbox.release();
        };
        tokio::join!(meanwhile, bot.settle());
        bot.pass(SignedDuration::from_mins(1)).await;
        assert!(bot.answer(LEO).await.starts_with("Slack isn't responding. `/reopen Ana Lima` is saved"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_waiting_notice_comes_once_and_names_the_service() {
    product(async |bot| {
        bot.look().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.slash(LEO, "/assign @zoe conv_1002 conv_1004 conv_1005").await;
        bot.pass(SignedDuration::from_secs(20)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        dialnote isn't responding. `/assign @Zoe Ana Lima` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        assert_snapshot!(bot.answer(LEO).await, @"
        dialnote isn't responding. `/assign @Zoe 3 conversations` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        assert!(bot.answer(MAYA).await.starts_with("Assigned Ana Lima"));
        assert!(bot.answer(LEO).await.starts_with("Assigned 3 conversations"), "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_waiting_notice_comes_once_despite_a_crash() {
    set_up(async |bot| {
        bot.look().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_secs(4));
        bot.tenants.tick().await.unwrap();
        let hang =
            Hang { service: Service::Slack, method: "response_url".into(), path: String::new(), after_effect: true };
        bot.dies_during(hang).await;
        bot.pass(SignedDuration::from_secs(30)).await;
        let waits = bot.everything().matches("is saved and runs when").count();
        assert_eq!(waits, 1, "{}", bot.everything());
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_conversation_deleted_before_the_write_is_reported() {
    for note in ["", " wants a call back"] {
        product(async |bot| {
            bot.slash(MAYA, "/assign me conv_1001").await;
            bot.read_all().await;
            bot.world(|world| {
                let method = if note.is_empty() { "PATCH" } else { "POST" }.to_owned();
                let (service, path) = (Service::Dialnote, String::new());
                world.faults.hang_next.push(Hang { service, method, path, after_effect: false });
            });
            bot.slash(MAYA, &format!("/assign @zoe conv_1001{note}")).await;
            let meanwhile = async {
                bot.sandbox.hung().await;
                bot.world(|world| world.dialnote.conversations.retain(|one| one.id != "conv_1001"));
                bot.sandbox.release();
            };
            tokio::join!(meanwhile, bot.settle());
            let answer = bot.answer(MAYA).await;
            let gone = "Ana Lima is no longer in dialnote.";
            if note.is_empty() {
                assert_eq!(answer, format!("{gone} Nothing changed."));
            } else {
                // Zoe was made the owner before.
                assert!(answer.starts_with("Assigned Ana Lima (+1 415 555 0101) to Zoe."), "{answer}");
                assert!(answer.contains(&format!("The note wasn't saved: {gone}")), "{answer}");
                assert!(!answer.contains("Nothing changed"), "{answer}");
            }
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_click_that_had_to_wait_is_answered_too() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.faults.dialnote.rate_limited = Some(20));
        bot.press(MAYA, ANA, "done").await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        dialnote isn't responding. `/done Ana Lima` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        bot.world(|world| world.faults.dialnote.rate_limited = None);
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Marked Ana Lima (+1 415 555 0101) done.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn a_failed_command_is_retried_by_button_after_a_day() {
    set_up(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.answer(MAYA).await;
        bot.clock.advance(SignedDuration::from_hours(25));
        bot.expect_dead(1);
        assert_snapshot!(bot.answer(MAYA).await, @"
        `/assign @Zoe conv_1001` failed: dialnote kept returning errors for 24 hours. Nothing changed.
        [Retry]
          Reference for your admin: `job-1`
        ");

        bot.world(|world| world.faults.dialnote.down = false);
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Maya assigned this to Zoe.
        > wants a call back
        ");
        bot.dm(ZOE).await;
    })
    .await;
}

#[tokio::test]
async fn a_key_refused_for_two_minutes_is_reported() {
    product(async |bot| {
        bot.world(|world| {
            let failure =
                DialnoteFailure { status: 401, error: "UNAUTHORIZED".into(), times: 99, ..Default::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.expect_dead(1);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_mins(2));
        assert_snapshot!(bot.answer(MAYA).await, @"
        dialnote rejected this app's key. Ask an admin to enter a new one with `/dialnote connect`.
        > Your note (not saved): wants a call back
        ");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_refused_once_is_tried_again() {
    product(async |bot| {
        bot.world(|world| {
            let failure = DialnoteFailure { status: 401, error: "UNAUTHORIZED".into(), times: 2, ..Default::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_eq!(bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().notes().len()), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_command_in_a_channel_without_the_app_is_answered() {
    product(async |bot| {
        bot.world(|world| world.faults.slack.bot_not_in = vec!["front-desk".into()]);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved in dialnote, but the app can't post the card here. Type /invite @dialnote, or ask an admin who can post in this channel.");
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: wants a call back
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn slack_takes_messages_slowly_and_none_is_lost() {
    product(async |bot| {
        bot.world(|world| {
            world.faults.slack.rate_limited.insert("chat.postMessage".into(), 30);
            let failure = SlackFailure {
                method: "response_url".into(),
                error: "internal".into(),
                status: 500,
                times: 2,
                ..SlackFailure::default()
            };
            world.faults.slack.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Your note was added. Slack hasn't confirmed the message to Zoe yet.");
        bot.world(|world| world.faults.slack.rate_limited.clear());
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.line(ANA).await;
        bot.dm(ZOE).await;
    })
    .await;
}

#[tokio::test]
async fn an_unresponsive_response_url_delays_no_other_answer() {
    product(async |bot| {
        let failure = SlackFailure {
            method: "response_url".into(),
            error: "internal".into(),
            status: 500,
            always: true,
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(failure));
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.slash(MAYA, "/dialnote take conv_1002").await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert!(bot.answer(MAYA).await.starts_with("You took Ana Lima"));
        assert!(bot.answer(MAYA).await.starts_with("You took Robert Hale"));
        assert_eq!((bot.calls("response_url"), bot.calls("chat.postEphemeral")), (4, 2));
        bot.world(|world| world.faults.slack.fail_next.clear());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_after_half_an_hour_finds_another_way() {
    product(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.answer(MAYA).await;
        bot.clock.advance(SignedDuration::from_mins(45));
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"You took Ana Lima (+1 415 555 0101).");
        assert_eq!(bot.calls("chat.postEphemeral"), 1);
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_slack_does_not_open_is_reported() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.world(|world| {
            let failure = SlackFailure {
                method: "views.open".into(),
                error: "expired_trigger_id".into(),
                status: 200,
                times: 1,
                ..SlackFailure::default()
            };
            world.faults.slack.fail_next.push(failure);
        });
        bot.press(LEO, ANA, "hand_off").await;
        assert_snapshot!(bot.answer(LEO).await, @"Slack didn't open the window in time. Press the button or type the command again.");
    })
    .await;
}

#[tokio::test]
async fn an_api_without_envelopes_and_filters_is_enough() {
    product(async |bot| {
        bot.world(|world| {
            world.faults.dialnote.bare_answers = true;
            world.faults.dialnote.ignores_filters = true;
        });
        bot.slash(MAYA, "/assign @zoe ana wants a call back").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

/// Slack posted the card without an answer to us; before the check, the conversation changes.
#[tokio::test]
async fn a_card_whose_post_timed_out_shows_later_changes() {
    product(async |bot| {
        let unheard = SlackFailure {
            method: "chat.postMessage".into(),
            status: 503,
            after_effect: true,
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(unheard));
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/done conv_1001").await;
        bot.settle().await;
        bot.pass(SignedDuration::from_secs(60)).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        let card = bot.card(ANA).await;
        assert!(card.contains("Reopen"), "the card shows what was replaced:\n{card}");
        bot.read_all().await;
    })
    .await;
}
