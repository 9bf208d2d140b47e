//! Commands in plain words: the app is mentioned in a channel or in the thread of a card, or written to directly.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

/// Makes a card of Ana's conversation, unassigned, in #front-desk.
async fn card(bot: &mut Bot) {
    bot.slash(MAYA, "/assign me conv_1001").await;
    bot.slash(MAYA, "/unassign conv_1001").await;
    bot.read_all().await;
}

#[tokio::test]
async fn in_the_thread_of_a_card_the_conversation_is_known() {
    product(async |bot| {
        card(bot).await;
        bot.mention(ZOE, ANA, "assign me").await;
        assert_snapshot!(bot.answer(ZOE).await, @"You took Ana Lima (+1 415 555 0101).");
        assert_snapshot!(bot.line(ANA).await, @"Zoe took this.");
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        let answer = bot.last_private(ZOE);
        assert_eq!(answer.thread_ts, Some(bot.card_ts(FRONT_DESK, ANA)), "the answer is in the thread");

        bot.mention(ZOE, ANA, "done, called back").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Marked Ana Lima (+1 415 555 0101) done. Your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Zoe marked this done.
        > called back
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
        assert!(bot.notes(ANA).concat().contains("called back"));
    })
    .await;
}

#[tokio::test]
async fn every_verb_works_there() {
    product(async |bot| {
        card(bot).await;
        for (text, state) in [
            ("give it to @zoe please call", "mem_zoe open"),
            ("@leo assign", "mem_zoe open"),
            ("handoff @leo asks for a quote", "mem_leo open"),
            ("snooze tomorrow", "mem_leo snoozed"),
            ("unsnooze", "mem_leo open"),
            ("close: called back", "mem_leo done"),
            ("reopen", "mem_leo open"),
            ("undo", "mem_leo done"),
            ("note left a message", "mem_leo done"),
            ("reopen", "mem_leo open"),
            ("unassign", "nobody open"),
            ("mine!", "mem_maya open"),
        ] {
            bot.mention(MAYA, ANA, text).await;
            bot.read_all().await;
            assert_eq!(bot.dialnote(ANA), state, "{text}");
        }
        assert_eq!(bot.notes(ANA).len(), 4, "{:?}", bot.notes(ANA));
    })
    .await;
}

#[tokio::test]
async fn words_that_only_point_or_are_polite_are_no_note() {
    product(async |bot| {
        card(bot).await;
        for (text, state) in [
            ("assign this to @zoe", "mem_zoe open"),
            ("please assign it to @leo", "mem_leo open"),
            ("pass it on to @zoe", "mem_zoe open"),
            ("hand this over to @leo", "mem_leo open"),
            ("give it to me", "mem_maya open"),
            ("mark this done", "mem_maya done"),
            ("reopen please", "mem_maya open"),
            ("done?", "mem_maya open"),
        ] {
            bot.mention(MAYA, ANA, text).await;
            bot.read_all().await;
            if text.contains("hand this") || text.contains("pass it") {
                // A hand-off needs a note, and this one has none: nothing changed.
                assert!(bot.notes(ANA).is_empty(), "{text}: {:?}", bot.notes(ANA));
                continue;
            }
            assert_eq!(bot.dialnote(ANA), state, "{text}");
        }
        assert!(bot.notes(ANA).is_empty(), "{:?}", bot.notes(ANA));
    })
    .await;
}

#[tokio::test]
async fn emoji_stay_as_they_were_written() {
    product(async |bot| {
        card(bot).await;
        for (text, note) in [
            ("done :tada:", ":tada:"),
            ("note :+1::skin-tone-3: thanks to all", ":+1::skin-tone-3: thanks to all"),
            ("assign @zoe: :rotating_light: urgent :fire:", ":rotating_light: urgent :fire:"),
        ] {
            let before = bot.notes(ANA).len();
            bot.mention(MAYA, ANA, text).await;
            bot.read_all().await;
            let notes = bot.notes(ANA);
            let added = notes.get(before).map(String::as_str).unwrap_or_default();
            assert!(added.starts_with(&format!("{note}\n")), "{text}: {added:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_id_a_link_or_a_number_names_another_conversation() {
    product(async |bot| {
        card(bot).await;
        bot.mention(ZOE, ANA, "done +1 415 555 0102").await;
        bot.read_all().await;
        assert_eq!((bot.dialnote(ANA), bot.dialnote("conv_1002")), ("nobody open".into(), "nobody done".into()));
        bot.mention(ZOE, ANA, "note her other number is +1 212 555 9999").await;
        bot.read_all().await;
        assert!(bot.notes(ANA).concat().contains("her other number is +1 212 555 9999"), "no contact has that number");
    })
    .await;
}

#[tokio::test]
async fn the_name_of_another_contact_is_a_question() {
    product(async |bot| {
        card(bot).await;
        bot.mention(ZOE, ANA, "done Robert Nguyen").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        2 conversations are named. Choose one.
        :red_circle: Ana Lima · +1 415 555 0101
        Unassigned · :telephone_receiver: Missed call · Nov 23, 8:56 UTC [Choose]
        :red_circle: Robert Nguyen · +1 415 555 0104
        Unassigned · :telephone_receiver: Missed call · Nov 23, 8:22 UTC [Choose]
        [Choose another…]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.press_private(ZOE, FRONT_DESK, "pick", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done");
        bot.mention(ZOE, ANA, "reopen Ana Lima").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "her own name is no question");
    })
    .await;
}

#[tokio::test]
async fn in_a_channel_it_is_read_like_a_typed_command() {
    product(async |bot| {
        bot.write(ZOE, FRONT_DESK, None, "hey @dialnote, assign @leo Ana Lima wants a call back").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Assigned Ana Lima (+1 415 555 0101) to Leo. Leo has been notified and your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Zoe assigned this to Leo.
        > wants a call back
        ");
        bot.dm(LEO).await;
        bot.write(ZOE, FRONT_DESK, None, "@dialnote done").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Choose a conversation.
        [Mark done…]
        ");
        bot.write(ZOE, FRONT_DESK, None, "@dialnote inbox").await;
        let inbox = bot.answer(ZOE).await;
        assert!(inbox.contains("conversations"), "{inbox}");
        bot.write(ZOE, FRONT_DESK, None, "@dialnote settings").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        The settings open in a window.
        [Open settings…]
        ");
        bot.write(ZOE, FRONT_DESK, None, "@dialnote").await;
        assert!(bot.answer(ZOE).await.contains("Every day"));
    })
    .await;
}

#[tokio::test]
async fn in_the_direct_message_it_is_answered_in_place() {
    product(async |bot| {
        let asked = bot.write(LEO, "dm", None, "give +1 415 555 0101 to @zoe").await;
        assert_snapshot!(bot.dm(LEO).await, @":white_check_mark: Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.");
        let answers = bot.world(|world| world.seen_by(LEO, "dm").last().and_then(|m| m.thread_ts.clone()));
        assert_eq!(answers, Some(asked), "in the thread of the message");
        let given = bot.world(|world| world.seen_by(ZOE, "dm").last().map(|m| m.ts.clone()));
        bot.dm(ZOE).await;
        bot.write(ZOE, "dm", given, "done called her back").await;
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · You marked this done, 9:00 UTC. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @":white_check_mark: Marked Ana Lima (+1 415 555 0101) done. Your note was added.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe done", "the message about Ana is known");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_in_the_direct_message_is_redrawn_in_place() {
    product(async |bot| {
        bot.write(MAYA, "dm", None, "inbox unassigned").await;
        bot.dm(MAYA).await;
        let list = || bot.world(|world| world.seen_by(MAYA, "dm").last().map(|m| m.ts.clone()));
        let first = list();
        bot.press_private(MAYA, "dm", "older", 0).await;
        bot.settle().await;
        assert_eq!(list(), first, "the same message shows the next page");
        assert!(bot.dm(MAYA).await.contains("Newer"));
        bot.press_private(MAYA, "dm", "take", 0).await;
        assert!(bot.dm(MAYA).await.contains("You took"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_command_is_answered_with_the_nearest() {
    product(async |bot| {
        card(bot).await;
        bot.mention(ZOE, ANA, "can you assign this to me?").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        “can you assign this to me?” isn't a command. Did you mean `assign`?
          Type `/assign @person [conversation] [note]` · Example: `/assign @zoe Ana Lima wants a call back`
        [Assign…] [My inbox] [All commands]
        ");
        bot.press_private(ZOE, FRONT_DESK, "choose", 0).await;
        assert!(bot.window(ZOE).await.contains("Ana Lima"));
        bot.close(ZOE).await;
        bot.write(LEO, "dm", None, "what is the weather like").await;
        assert_snapshot!(bot.dm(LEO).await, @"
        “what is the weather like” isn't a command. Write for example `assign @zoe Ana Lima wants a call back`.
        [My inbox] [All commands]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_event_has_one_effect() {
    product(async |bot| {
        card(bot).await;
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.mention(ZOE, ANA, "done called back").await;
        bot.answer(ZOE).await;
        bot.line(ANA).await;
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_people_one_wins() {
    product(async |bot| {
        card(bot).await;
        bot.mention(ZOE, ANA, "take").await;
        bot.mention(LEO, ANA, "take it").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe took Ana Lima 1 s ago.
        [Take over…]
        ");
        bot.answer(ZOE).await;
        bot.line(ANA).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn rules_and_links_apply_as_for_typed_commands() {
    product(async |bot| {
        card(bot).await;
        bot.mention(SAM, ANA, "take").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
          `/dialnote take` is kept for 24 hours and runs once you're linked.
        [Ask an admin]
        ");
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "done": { "done": "admins" } })).await;
        bot.read_all().await;
        bot.mention(ZOE, ANA, "done").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Only an admin can mark Ana Lima done. Ask an admin.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn programs_edits_and_the_app_itself_are_not_heard() {
    product(async |bot| {
        card(bot).await;
        let event = |more: serde_json::Value| {
            let mut event = json!({ "type": "app_mention", "user": "zoe", "channel": FRONT_DESK,
                "text": "<@U0BOT> done conv_1001", "ts": "1795511000.000100", "event_ts": "1795511000.000100" });
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            event
        };
        for more in [
            json!({ "bot_id": "B123" }),
            json!({ "subtype": "bot_message", "user": null }),
            json!({ "edited": { "user": "U0ZOE", "ts": "1.2" } }),
            json!({ "type": "message", "channel_type": "im", "subtype": "message_changed" }),
            json!({ "type": "message", "channel_type": "channel" }),
        ] {
            bot.event(event(more)).await;
        }
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.event(event(json!({ "bot_id": null, "edited": null, "files": [], "new": { "x": 1 } }))).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done", "nulls and unknown keys change nothing");
    })
    .await;
}

#[tokio::test]
async fn a_message_that_arrives_an_hour_late_changes_nothing() {
    product(async |bot| {
        card(bot).await;
        let ts = format!("{}.000100", bot.clock.now().as_second());
        bot.clock.advance(SignedDuration::from_hours(1));
        let event = json!({ "type": "app_mention", "user": "zoe", "channel": FRONT_DESK,
            "text": "<@U0BOT> done conv_1001", "ts": ts, "event_ts": ts });
        bot.event(event).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Nothing changed: your message from Nov 23, 9:00 UTC arrived only now. Send “done conv_1001” again if it still applies.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn without_the_scopes_slack_sends_nothing() {
    product(async |bot| {
        card(bot).await;
        bot.world(|world| world.scopes.retain(|scope| !matches!(scope.as_str(), "app_mentions:read" | "im:history")));
        bot.mention(ZOE, ANA, "done").await;
        bot.write(ZOE, "dm", None, "done conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.slash(ZOE, "/done conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done");
    })
    .await;
}
