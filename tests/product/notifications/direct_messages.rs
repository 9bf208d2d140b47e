//! "Zoe has been notified" is said only after Slack accepted the message, and the sender learns the outcome within ten
//! seconds.

use dialnote_sandbox::{Hang, Service, SlackFailure};
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

const TEN_SECONDS: SignedDuration = SignedDuration::from_secs(10);

/// Makes Slack refuse direct messages for a person with this code.
fn refuse(bot: &Bot, who: &str, error: &str) {
    bot.world(|world| {
        let name = who.to_uppercase();
        for channel in [format!("D0{name}"), format!("U0{name}")] {
            let method = "chat.postMessage".into();
            let failure = SlackFailure {
                method,
                error: error.into(),
                times: 99,
                channel: Some(channel),
                ..SlackFailure::default()
            };
            world.faults.slack.fail_next.push(failure);
        }
    });
}

#[tokio::test]
async fn a_reply_never_claims_a_notification_that_slack_refused() {
    for (code, reason) in [
        ("channel_not_found", "Zoe couldn't be notified: Slack can't find a direct message with this person."),
        ("user_disabled", "Zoe couldn't be notified: Slack says the account is deactivated."),
        ("cannot_dm_bot", "Zoe couldn't be notified: Slack says the account is a bot."),
        ("messages_tab_disabled", "Zoe couldn't be notified: the app's Messages tab is turned off."),
        ("restricted_action", "Zoe couldn't be notified: the workspace restricts who can post."),
        ("brand_new_error", "Zoe hasn't been notified yet: Slack isn't accepting the message."),
    ] {
        product(async |bot| {
            refuse(bot, ZOE, code);
            bot.slash(MAYA, "/assign @zoe conv_1001").await;
            bot.pass(TEN_SECONDS).await;
            let answer = bot.answer(MAYA).await;
            assert_eq!(answer, format!("Assigned Ana Lima (+1 415 555 0101) to Zoe. {reason}"), "{code}");
            assert_eq!(bot.dialnote(ANA), "mem_zoe open");
            bot.world(|world| world.faults.slack.fail_next.clear());
            bot.pass(SignedDuration::from_secs(30)).await;
            bot.line(ANA).await;
            if code == "brand_new_error" {
                assert!(bot.dm(ZOE).await.starts_with("Maya assigned"), "what may pass is tried again");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_is_posted_where_slack_says_and_that_is_asked_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(7));
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        bot.read_all().await;
        assert_eq!(bot.calls("conversations.open"), 1);
        let to_people = |bot: &Bot| {
            bot.world(|world| {
                let posted = world.calls.iter().filter(|call| call.method == "chat.postMessage");
                posted.filter(|call| call.body["channel"].as_str().unwrap().starts_with('U')).count()
            })
        };
        assert_eq!(to_people(bot), 0);

        // The channel no longer exists.
        let gone = SlackFailure {
            method: "chat.postMessage".into(),
            error: "channel_not_found".into(),
            channel: Some("D0ZOE".into()),
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(gone));
        bot.clock.advance(SignedDuration::from_secs(7));
        bot.slash(MAYA, "/assign @zoe conv_1004").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Robert Nguyen (+1 415 555 0104) to Zoe. Zoe has been notified.");
        assert_eq!(bot.calls("conversations.open"), 2, "asked again, once");
        bot.read_all().await;

        // Without the permission to open the channel, the person's id replaces it.
        bot.world(|world| world.scopes.retain(|scope| scope != "im:write"));
        bot.slash(MAYA, "/assign @leo conv_1005").await;
        assert!(bot.answer(MAYA).await.ends_with("Leo has been notified."));
        assert_eq!(to_people(bot), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn both_are_notified_only_if_both_are() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(7));
        refuse(bot, LEO, "user_disabled");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Reassigned Ana Lima (+1 415 555 0101) from Leo to Zoe. Zoe has been notified. Leo couldn't be notified: Slack says the account is deactivated.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_of_an_earlier_message_is_no_notification() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert!(bot.answer(MAYA).await.ends_with("Zoe has been notified."));
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(2));
        refuse(bot, ZOE, "user_disabled");
        bot.slash(LEO, "/assign @zoe conv_1002").await;
        let answer = bot.answer(LEO).await;
        assert!(answer.ends_with("Zoe couldn't be notified: Slack says the account is deactivated."), "{answer}");
        assert!(!bot.posts("D0ZOE").concat().contains("Diana Okafor"), "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn each_act_that_a_sender_waits_for_is_posted() {
    product(async |bot| {
        for (who, command) in
            [(MAYA, "/assign @zoe conv_1001"), (MAYA, "/unassign conv_1001"), (LEO, "/assign @zoe conv_1001 conv_1002")]
        {
            bot.slash(who, command).await;
            let answer = bot.answer(who).await;
            assert!(answer.contains("Zoe has been notified."), "{answer}");
            bot.read_all().await;
        }
        assert_eq!(bot.posts("D0ZOE").len(), 3, "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn one_act_notifies_a_person_in_one_message() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004").await;
        bot.read_all().await;
        assert_eq!(bot.posts("D0ZOE").len(), 1, "{}", bot.everything());
        bot.clock.advance(SignedDuration::from_secs(2));
        bot.slash(MAYA, "/unassign conv_1001 conv_1004").await;
        assert!(bot.answer(MAYA).await.contains("Zoe has been notified"));
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned 2 conversations to you.
        Ana Lima · Maya unassigned this. You're no longer the owner. [Open in dialnote ↗]
        ---
        Robert Nguyen · Maya unassigned this. You're no longer the owner. [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"Maya unassigned 2 of your conversations: Ana Lima and Robert Nguyen. You're no longer the owner.");
        assert_eq!(bot.posts("D0ZOE").len(), 2, "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_unnotified_click_is_reported_although_an_earlier_message_arrived() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote note conv_1001 hello").await;
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(2));
        refuse(bot, ZOE, "user_disabled");
        bot.choose(MAYA, ANA, ZOE).await;
        assert!(bot.answer(MAYA).await.starts_with("Zoe couldn't be notified about Ana Lima"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn several_at_once_are_said_to_be_notified_of_together() {
    product(async |bot| {
        refuse(bot, ZOE, "user_disabled");
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Assigned 2 conversations to Zoe. Zoe couldn't be notified: Slack says the account is deactivated.
        Assigned Ana Lima (+1 415 555 0101) to Zoe.
        Assigned Robert Nguyen (+1 415 555 0104) to Zoe.
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_card_click_reports_a_failed_notification() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote note conv_1001 hello").await;
        bot.read_all().await;
        refuse(bot, ZOE, "user_disabled");
        bot.choose(MAYA, ANA, ZOE).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Zoe couldn't be notified about Ana Lima (+1 415 555 0101): Slack says the account is deactivated.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn a_reply_claims_no_notification_that_preferences_suppress() {
    product(async |bot| {
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        bot.press_in(ZOE, "home", "wishes", "").await;
        bot.submit(ZOE, serde_json::json!({ "kinds": { "kinds": ["noted"] } })).await;
        bot.read_all().await;
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Your note was added.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_does_not_wait_for_a_message_that_hangs() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        let hang = Hang {
            service: Service::Slack,
            method: "conversations.open".into(),
            path: String::new(),
            after_effect: false,
        };
        bot.world(|world| world.faults.hang_next.push(hang));
        let meanwhile = async {
            bot.sandbox.hung().await;
            bot.pass(TEN_SECONDS).await;
            let said = bot.everything();
            bot.sandbox.release();
            said
        };
        let (said, ()) = tokio::join!(meanwhile, bot.settle());
        assert!(said.contains("Assigned Ana Lima (+1 415 555 0101) to Zoe."), "{said}");
        assert!(!said.contains("Zoe has been notified"), "{said}");
        bot.pass(SignedDuration::from_secs(60)).await;
        assert!(bot.dm(ZOE).await.starts_with("Maya assigned"));
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Slack hasn't confirmed the message to Zoe yet.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_late_refusal_is_reported_when_it_arrives() {
    product(async |bot| {
        bot.world(|world| {
            let failure = SlackFailure { method: "conversations.open".into(), times: 3, ..SlackFailure::default() };
            world.faults.slack.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Slack hasn't confirmed the message to Zoe yet.");
        refuse(bot, ZOE, "user_disabled");
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Zoe couldn't be notified about Ana Lima (+1 415 555 0101): Slack says the account is deactivated.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn admins_hear_once_of_who_cannot_be_notified_until_it_works_again() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote route \"Front desk\"").await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        refuse(bot, ZOE, "user_disabled");
        for (seconds, conversation) in [(0, "conv_1001"), (7, "conv_1002")] {
            bot.clock.advance(SignedDuration::from_secs(seconds));
            bot.slash(LEO, &format!("/assign @zoe {conversation}")).await;
            assert!(bot.answer(LEO).await.ends_with("Zoe couldn't be notified: Slack says the account is deactivated."));
        }
        assert_snapshot!(bot.dm(MAYA).await, @"The app can't notify Zoe: Slack says the account is deactivated. Reassign the conversations that Zoe owns, or reactivate the account.");
        bot.slash(MAYA, "/dialnote doctor").await;
        let found = bot.answer(MAYA).await;
        assert!(found.contains("Notifications · Zoe can't be notified: Slack says the account is deactivated."), "{found}");
        let counted = "direct_messages_refused_total{reason=\"deactivated\"} 2";
        assert!(bot.work.metrics.encode(None).contains(counted), "{}", bot.work.metrics.encode(None));
        let on_the_command_line = bot.examine(&[]).await.join("\n");
        assert!(on_the_command_line.contains("warn notifications: Zoe can't be notified"), "{on_the_command_line}");

        bot.world(|world| world.faults.slack.fail_next.clear());
        bot.slash(LEO, "/assign @zoe conv_1004").await;
        bot.read_all().await;
        assert!(!bot.examine(&[]).await.join("\n").contains("notifications"), "it works again");
        bot.clock.advance(SignedDuration::from_secs(7));
        refuse(bot, ZOE, "user_disabled");
        bot.slash(LEO, "/assign @zoe conv_1005").await;
        assert!(bot.dm(MAYA).await.starts_with("The app can't notify Zoe"), "and is told again");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn failed_notifications_are_counted() {
    product(async |bot| {
        bot.world(|world| {
            let failure = SlackFailure {
                method: "chat.postMessage".into(),
                error: "msg_too_long".into(),
                channel: Some("C0FRONT".into()),
                ..SlackFailure::default()
            };
            world.faults.slack.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.expect_dead(1);
        let metrics = bot.work.metrics.encode(None);
        assert!(metrics.contains("jobs_given_up_total 1"), "{metrics}");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_refusal_is_retried_for_hours() {
    product(async |bot| {
        bot.world(|world| {
            for method in ["chat.postMessage", "chat.update"] {
                let (method, error) = (method.into(), "brand_new_error".into());
                let failure = SlackFailure { method, error, times: 999, ..SlackFailure::default() };
                world.faults.slack.fail_next.push(failure);
            }
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Your note was added. Zoe hasn't been notified yet: Slack isn't accepting the message.");
        for _ in 0..6 {
            bot.clock.advance(SignedDuration::from_mins(55));
            bot.pass(SignedDuration::from_secs(1)).await;
        }
        bot.world(|world| world.faults.slack.fail_next.clear());
        bot.clock.advance(SignedDuration::from_mins(13));
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        assert!(bot.line(ANA).await.contains("wants a call back"));
        assert!(bot.dm(ZOE).await.contains("wants a call back"));
    })
    .await;
}

#[tokio::test]
async fn a_message_accepted_without_an_answer_is_not_posted_again() {
    product(async |bot| {
        for (place, method) in [("C0FRONT", "chat.postMessage"), ("D0ZOE", "chat.postMessage")] {
            bot.world(|world| {
                let (method, channel) = (method.into(), Some(place.into()));
                let failure =
                    SlackFailure { method, channel, after_effect: true, unreadable: true, ..SlackFailure::default() };
                world.faults.slack.fail_next.push(failure);
            });
        }
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.pass(SignedDuration::from_secs(30)).await;
        let posted = |place: &str| bot.world(|world| world.messages.iter().filter(|m| m.channel == place).count());
        assert_eq!(posted("D0ZOE"), 1, "{}", bot.everything());
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Slack hasn't confirmed the message to Zoe yet.");
        bot.read_all().await;
    })
    .await;
}
