//! Lists: typed, in the home, in a window; with a button on every row.

use std::fmt::Write;

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

#[tokio::test]
async fn a_list_is_private_and_each_row_has_its_buttons() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox unassigned").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nobody’s, oldest first: 7. [Unassigned (7) ▾]
        Lucía Fernández · +1 415 555 0112 · Clínica del Sol · on Billing
        Nobody owns this yet.
          :studio_microphone: Voicemail · 2026-11-23 05:00 UTC
          “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 4471.”
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        Marta Silva · +1 415 555 0110 · on Front desk
        Nobody owns this yet.
          :speech_balloon: Text message · 2026-11-23 06:00 UTC
          “Running ten minutes late, sorry!”
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        <script>alert(1)</script> <!channel> · +1 415 555 0109 · on Front desk
        Nobody owns this yet.
          :speech_balloon: Text message · 2026-11-23 07:00 UTC
          “*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:”
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        +1 415 555 0105 · on Front desk
        Nobody owns this yet.
          :telephone_receiver: Missed call · 2026-11-23 08:08 UTC
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        Robert Nguyen · +1 415 555 0104 · on Billing
        Nobody owns this yet.
          :telephone_receiver: Missed call · 2026-11-23 08:22 UTC
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        Robert Hale · +1 415 555 0102 · on Front desk
        Nobody owns this yet.
          :studio_microphone: Voicemail · 2026-11-23 08:45 UTC
          “Hi, this is Robert Hale. My crown came loose last night, could I come in today?”
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        Ana Lima · +1 415 555 0101 · on Front desk
        Nobody owns this yet.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_button_changes_its_row_and_the_list_is_drawn_anew() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox snoozed").await;
        bot.read_all().await;
        bot.press_private(MAYA, FRONT_DESK, "wake", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        +1 415 555 0108 (Priya Shah) is back.
        ---
        Snoozed: 1. [Snoozed (1) ▾]
        Julian Frost · +1 415 555 0114 · on Billing
        Snoozed. Nobody owns this yet.
          :speech_balloon: Text message · 2026-11-22 23:00 UTC
          “I get paid on Friday, can I settle the bill then?”
        [Wake] [Done] [Note] [History]
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn every_filter_and_words_to_look_for() {
    product(async |bot| {
        bot.poll().await.unwrap();
        let mut titles = String::new();
        for typed in ["", "mine", "unread", "read", "done", "snoozed", "all", "@zoe", "all robert", "0103", "nobody"] {
            bot.slash(ZOE, &format!("/inbox {typed}")).await;
            let list = bot.answer(ZOE).await;
            writeln!(titles, "{typed}: {}", list.lines().next().unwrap_or_default()).unwrap();
        }
        assert_snapshot!(titles, @"
        : Yours: 3. [Mine (3) ▾]
        mine: Yours: 3. [Mine (3) ▾]
        unread: Unread: 6. [Unread (6) ▾]
        read: Read and open: 4. [Read (4) ▾]
        done: Done: 2. [Done (2) ▾]
        snoozed: Snoozed: 2. [Snoozed (2) ▾]
        all: All conversations: 1–10 of 14. [All (14) ▾]
        @zoe: Zoe’s: 3. [Show ▾]
        all robert: All conversations like “robert”: 2. [All (14) ▾]
        0103: All conversations like “0103”: 1. [All (14) ▾]
        nobody: All conversations like “nobody”: none. [All (14) ▾]
        ");
        bot.slash(MAYA, "/inbox @sam").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Sam is not in dialnote with the e-mail address they use in Slack. Choose somebody else, or ask an admin to invite Sam to dialnote with that address, or to link them with /dialnote link.");
        bot.slash(SAM, "/inbox").await;
        assert_snapshot!(bot.answer(SAM).await, @"You are not in dialnote with the e-mail address that you use in Slack. Ask an admin to invite you with that address, or to link you with /dialnote link.");
    })
    .await;
}

#[tokio::test]
async fn who_was_first_is_told_in_the_list() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox ana lima").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press_private(MAYA, FRONT_DESK, "take", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Leo took +1 415 555 0101 (Ana Lima) 1 s ago.
        [Take over]
        ---
        All conversations like “ana lima”: 1. [All (14) ▾]
        Ana Lima · +1 415 555 0101 · on Front desk
        Owner: Leo
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Hand off] [Unassign] [Snooze] [Done] [Note] [History]
        ");
    })
    .await;
}

#[tokio::test]
async fn lists_are_made_from_what_is_known_while_dialnote_is_down() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox").await;
        bot.read_all().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.clock.advance(SignedDuration::from_mins(30));
        bot.slash(MAYA, "/inbox snoozed").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Snoozed: 2. [Snoozed (2) ▾]
          dialnote does not answer; this is how it was 2026-11-23 09:00 UTC.
        Priya Shah · +1 415 555 0108 · on Front desk
        Snoozed. Owner: Zoe
          :memo: Note · 2026-11-23 03:35 UTC
          “Wants the first slot after her holiday; asked us to call tomorrow.”
        [Wake] [Done] [Note] [History]
        Julian Frost · +1 415 555 0114 · on Billing
        Snoozed. Nobody owns this yet.
          :speech_balloon: Text message · 2026-11-22 23:00 UTC
          “I get paid on Friday, can I settle the bill then?”
        [Wake] [Done] [Note] [History]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_home_shows_what_is_mine_and_follows_what_happens() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.open_home(ZOE).await;
        assert_snapshot!(bot.home(ZOE).await, @"
        # Conversations
        Find a conversation [Name or number ▾]
        Yours: 3. [Mine (3) ▾]
        Grace Kim · +1 415 555 0106 · Kim Orthodontics · on Front desk
        Owner: Zoe
          :speech_balloon: Text message · 2026-11-23 07:56 UTC
          “Can you send Tuesday's scans to our office?”
        [Hand off] [Unassign] [Snooze] [Done] [Note] [History]
        Nora Quinn · +1 415 555 0113 · on Front desk
        Owner: Zoe
          :telephone_receiver: Missed call · 2026-11-23 07:45 UTC
        [Hand off] [Unassign] [Snooze] [Done] [Note] [History]
        Priya Shah · +1 415 555 0108 · on Front desk
        Snoozed. Owner: Zoe
          :memo: Note · 2026-11-23 03:35 UTC
          “Wants the first slot after her holiday; asked us to call tomorrow.”
        [Wake] [Done] [Note] [History]
        ---
        # Notifications
        You are told of everything that concerns you. [Change…]
        ");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"), "it is in Zoe's home");
        bot.press_in(ZOE, "home", "done", ANA).await;
        assert_snapshot!(bot.home(ZOE).await.lines().take(4).collect::<Vec<_>>().join("\n"), @"
        # Conversations
        Find a conversation [Name or number ▾]
        +1 415 555 0101 (Ana Lima) is done.
        ---
        ");
        bot.choose_in(ZOE, "home", "filter", r#"{"q":{"f":"done"}}"#).await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"), "it is among what is done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_home_that_somebody_else_has_drawn_is_drawn_anew() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        bot.world(|world| world.homes.get_mut("U0ZOE").unwrap().hash = "another".into());
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"));
        assert_eq!(bot.calls("views.publish"), 3, "once, refused, and anew");
    })
    .await;
}

#[tokio::test]
async fn a_home_shows_the_way_to_who_is_not_in_dialnote_and_more_to_admins() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.open_home(SAM).await;
        assert_snapshot!(bot.home(SAM).await, @"
        # Conversations
        You are not in dialnote with the e-mail address that you use in Slack. Ask an admin to invite you with that address, or to link you with /dialnote link.
        ");
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await, @"
        # Conversations
        Find a conversation [Name or number ▾]
        Yours: none. [Mine (0) ▾]
        ---
        # Notifications
        You are told of everything that concerns you. [Change…]
        ---
        # For admins
        Re-assigning: every teammate. Marking done: every teammate. Handing over needs a note. Hand-overs go back if nobody answers twice within 15 minutes. Channels are reminded of what nobody owns after 30 minutes. Owners are asked about what nothing has happened to for 8 working hours. [Change…]
        dialnote answers; it has 3 members.
        No channel gets cards by itself yet. Type /dialnote route in the one that is to.
        Every member of dialnote is somebody in Slack. One person in Slack wanted something and is nobody in dialnote. [People…]
        ");
    })
    .await;
}

#[tokio::test]
async fn found_by_a_shortcut_and_acted_upon() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.shortcut(MAYA, "find_conversation", None).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[dialnote]]
        Find a conversation [Name or number ▾]
          Names may be misspelt, and of a number the last digits are enough.
        ");
        assert_eq!(
            bot.search(MAYA, "window", "find", "okaffor").await,
            ["Diana Okafor · +1 415 555 0103 · Leo Martins"]
        );
        bot.choose_in(MAYA, "window", "find", "conv_1003").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[dialnote]]
        Find a conversation [Name or number ▾]
        Found: 1. [Show ▾]
        Diana Okafor · +1 415 555 0103 · on Billing
        Owner: Leo
          :speech_balloon: Text message sent · 2026-11-23 07:50 UTC
          “We are asking them and will write to you today.”
        [Hand off] [Unassign] [Snooze] [Done] [Note] [History]
        ");
        bot.press_in(MAYA, "window", "unassign", "conv_1003").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[dialnote]]
        Find a conversation [Name or number ▾]
        Unassigned Diana Okafor (+1 415 555 0103). Leo has been notified.
        ---
        Found: 1. [Show ▾]
        Diana Okafor · +1 415 555 0103 · on Billing
        Nobody owns this yet.
          :speech_balloon: Text message sent · 2026-11-23 07:50 UTC
          “We are asking them and will write to you today.”
        [Take it] [Assign…] [Snooze] [Done] [Note] [History]
        ");
        bot.read_all().await;
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_opened_from_a_row_brings_its_list_up_to_date() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.shortcut(LEO, "my_inbox", None).await;
        assert!(bot.window(LEO).await.contains("Diana Okafor"), "it is Leo's");
        bot.press_in(LEO, "window", "hand_off", "conv_1003").await;
        assert_snapshot!(bot.window(LEO).await, @"
        [[Hand off]]
        Diana Okafor
        New owner*: [Choose a teammate ▾]
        What should they know?*: [___]
        More: [___]
        ");
        bot.submit(LEO, json!({ "to": { "to": "zoe" }, "note": { "note": "please call" }, "more": { "more": "" } }))
            .await;
        assert_snapshot!(bot.window(LEO).await.lines().take(3).collect::<Vec<_>>().join("\n"), @"
        [[dialnote]]
        Find a conversation [Name or number ▾]
        Handed Diana Okafor (+1 415 555 0103) off to Zoe. Zoe has been notified and has until 2026-11-23 14:30 UTC to accept.
        ");
        bot.read_all().await;
        bot.close(LEO).await;
    })
    .await;
}

#[tokio::test]
async fn strangers_get_no_search_field() {
    product(async |bot| {
        for shortcut in ["find_conversation", "my_inbox"] {
            bot.shortcut(SAM, shortcut, None).await;
            let window = bot.window(SAM).await;
            assert!(window.contains("You are not in dialnote with") && !window.contains("Find"), "{window}");
            bot.close(SAM).await;
        }
    })
    .await;
}
