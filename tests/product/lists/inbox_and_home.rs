//! Lists: typed, at Home and in a window, with buttons on every row.

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
        Unassigned · 1–6 of 7, oldest first [Unassigned (7) ▾]
        :red_circle: Lucía Fernández · +1 415 555 0112 · Clínica del Sol
        :studio_microphone: Voicemail · Nov 23, 5:00 UTC · Billing · “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 447…”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        :red_circle: Marta Silva · +1 415 555 0110
        :speech_balloon: Text message · Nov 23, 6:00 UTC · Front desk · “Running ten minutes late, sorry!”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        🔴 <script>alert(1)</script> <!channel> · +1 415 555 0109
        💬 Text message · Nov 23, 7:00 UTC · Front desk · “*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        :red_circle: +1 415 555 0105
        :telephone_receiver: Missed call · Nov 23, 8:08 UTC · Front desk
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        :red_circle: Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        :red_circle: Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk · “Hi, this is Robert Hale. My crown came loose last night, could I come in today?”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        [Older] [Find…]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_button_changes_its_row_and_the_list_is_redrawn() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox snoozed").await;
        bot.read_all().await;
        bot.press_private(MAYA, FRONT_DESK, "wake", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Unsnoozed Priya Shah (+1 415 555 0108).
        ---
        Snoozed · 1 [Snoozed (1) ▾]
        :zzz: Julian Frost · +1 415 555 0114
        :speech_balloon: Text message · Nov 22, 23:00 UTC · Billing · “I get paid on Friday, can I settle the bill then?”
        [Unsnooze] [Done] [⋯ Assign to… · Add note… · History · Open in dialnote]
        ---
        [Find…]
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
        : Your conversations · 3 [Mine (3) ▾]
        mine: Your conversations · 3 [Mine (3) ▾]
        unread: Unread · 6 [Unread (6) ▾]
        read: Read and open · 4 [Read (4) ▾]
        done: Done · 2 [Done (2) ▾]
        snoozed: Snoozed · 2 [Snoozed (2) ▾]
        all: All conversations · 1–6 of 14 [All (14) ▾]
        @zoe: Conversations of Zoe · 3 [Filter ▾]
        all robert: 2 matches for “robert” [All (14) ▾]
        0103: 1 match for “0103” [All (14) ▾]
        nobody: No conversations match “nobody”. [All (14) ▾]
        ");
        bot.slash(MAYA, "/inbox @sam").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with `/dialnote link`.");
        bot.slash(SAM, "/inbox").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
        [Ask an admin]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_list_names_the_person_who_was_first() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.slash(MAYA, "/inbox ana lima").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press_private(MAYA, FRONT_DESK, "take", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Leo took Ana Lima 1 s ago.
        [Take over…]
        ---
        1 match for “ana lima” [All (14) ▾]
        :large_blue_circle: Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk · Owner: Leo
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ---
        [Find…]
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
        Snoozed · 2 [Snoozed (2) ▾]
          dialnote isn't responding. This list is from Nov 23, 9:00 UTC.
        :zzz: Priya Shah · +1 415 555 0108
        :memo: Note · Nov 23, 3:35 UTC · Front desk · “Wants the first slot after her holiday; asked us to call tomorrow.” · Owner: Zoe
        [Unsnooze] [Done] [⋯ Hand off… · Unassign · Add note… · History · Open in dialnote]
        ---
        :zzz: Julian Frost · +1 415 555 0114
        :speech_balloon: Text message · Nov 22, 23:00 UTC · Billing · “I get paid on Friday, can I settle the bill then?”
        [Unsnooze] [Done] [⋯ Assign to… · Add note… · History · Open in dialnote]
        ---
        [Find…]
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
        # Hi Zoe
        3 yours · 7 unassigned · 2 snoozed
        [Find a conversation] [Commands]
        ---
        New here?
        1. A missed call, voicemail or text message appears as a card in the channel of its number.
        2. Press Take it to own it, or assign it to a teammate.
        3. Press Done when it's finished.
        [Show unassigned] [Hide this]
        ---
        Your conversations · 3 [Mine (3) ▾]
        :large_blue_circle: Grace Kim · +1 415 555 0106 · Kim Orthodontics
        :speech_balloon: Text message · Nov 23, 7:56 UTC · Front desk · “Can you send Tuesday's scans to our office?”
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ---
        :large_blue_circle: Nora Quinn · +1 415 555 0113
        :telephone_receiver: Missed call · Nov 23, 7:45 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ---
        :zzz: Priya Shah · +1 415 555 0108
        :memo: Note · Nov 23, 3:35 UTC · Front desk · “Wants the first slot after her holiday; asked us to call tomorrow.”
        [Unsnooze] [Done] [⋯ Hand off… · Unassign · Add note… · History · Open in dialnote]
        ---
        [Find…]
        ---
        # Notifications
        All 8 kinds are on. [Change…]
        ");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"), "it is in Zoe's home");
        bot.press_in(ZOE, "home", "done", ANA).await;
        assert_snapshot!(bot.home(ZOE).await.lines().take(4).collect::<Vec<_>>().join("\n"), @"
        # Hi Zoe
        3 yours · 6 unassigned · 2 snoozed
        [Find a conversation] [Commands]
        ---
        ");
        bot.choose_in(ZOE, "home", "filter", r#"{"q":{"f":"done"}}"#).await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"), "it is among what is done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_home_drawn_by_another_instance_is_redrawn() {
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
async fn a_home_explains_linking_to_unlinked_people_and_more_to_admins() {
    product(async |bot| {
        bot.poll().await.unwrap();
        bot.open_home(SAM).await;
        assert_snapshot!(bot.home(SAM).await, @"
        # Hi Sam
        :wave: Your Slack account isn't linked to dialnote yet.
        No dialnote member has the email sam@acme.example. An admin can invite you to dialnote or link you to a member.
        [Ask an admin] [Check again]
          Admins: Maya
        ---
        What this app does
        Missed calls, voicemails and text messages to your team's numbers appear as cards in Slack. The team decides there who owns each one.
        ");
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await, @"
        # Hi Maya
        0 yours · 7 unassigned · 2 snoozed
        [Find a conversation] [Commands]
        ---
        Set up · 1 of 5
        :white_check_mark: Connect dialnote: `/dialnote connect`
        :white_large_square: To do: Choose a channel: `/dialnote route` in the channel that gets the cards
        :white_large_square: To do: Invite the app there: `/invite @dialnote`
        :white_large_square: To do: Link people: Review… below
        :white_large_square: To do: Try it: press Take it on a card, or type `/assign me`
        ---
        New here?
        1. A missed call, voicemail or text message appears as a card in the channel of its number.
        2. Press Take it to own it, or assign it to a teammate.
        3. Press Done when it's finished.
        [Show unassigned] [Hide this]
        ---
        Your conversations · none [Mine (0) ▾]
        [Find…]
        ---
        # Team
        Billing · 2 unassigned, oldest first
        :red_circle: Lucía Fernández · +1 415 555 0112 · Clínica del Sol
        :studio_microphone: Voicemail · Nov 23, 5:00 UTC · Billing · “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 447…”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        :red_circle: Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        Front desk · 5 unassigned, oldest first
        :red_circle: Marta Silva · +1 415 555 0110
        :speech_balloon: Text message · Nov 23, 6:00 UTC · Front desk · “Running ten minutes late, sorry!”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        🔴 <script>alert(1)</script> <!channel> · +1 415 555 0109
        💬 Text message · Nov 23, 7:00 UTC · Front desk · “*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        :red_circle: +1 415 555 0105
        :telephone_receiver: Missed call · Nov 23, 8:08 UTC · Front desk
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        Zoe · 2 open · 1 snoozed [Show list]
        Leo · 1 open [Show list]
          No open conversations: Maya
        # Admin
        :white_check_mark: dialnote · connected, 3 members
        :warning: Channels · no channel shows cards yet. Type `/dialnote route` in the channel that gets them.
        :warning: People · 1 Slack user isn't linked to dialnote [Review…]
        Rules · Any teammate can reassign · Note required for hand-offs · Hand-offs: reminder after 15 min, return after 30 min · Reminders after 30 min · Owners asked after 8 h [Change…]
        Setup · connection, permissions and channels [Run checks]
        ---
        # Notifications
        All 8 kinds are on. [Change…]
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
        [[Find a conversation]]
        Name, number or company
        Typos are fine. The last four digits are enough. [okafor, 0103, Clínica del Sol ▾]
        ");
        assert_eq!(
            bot.search(MAYA, "window", "find", "okaffor").await,
            ["Diana Okafor · +1 415 555 0103 · Leo Martins"]
        );
        bot.choose_in(MAYA, "window", "find", "conv_1003").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Find a conversation]]
        Name, number or company
        Typos are fine. The last four digits are enough. [okafor, 0103, Clínica del Sol ▾]
        ---
        1 match [Filter ▾]
        :large_blue_circle: Diana Okafor · +1 415 555 0103
        :speech_balloon: Text message sent · Nov 23, 7:50 UTC · Billing · “We are asking them and will write to you today.” · Owner: Leo
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ---
        [Find…]
        ");
        bot.press_in(MAYA, "window", "unassign", "conv_1003").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Find a conversation]]
        Name, number or company
        Typos are fine. The last four digits are enough. [okafor, 0103, Clínica del Sol ▾]
        ---
        :white_check_mark: Unassigned Diana Okafor (+1 415 555 0103). Leo has been notified.
        ---
        1 match [Filter ▾]
        :red_circle: Diana Okafor · +1 415 555 0103
        :speech_balloon: Text message sent · Nov 23, 7:50 UTC · Billing · “We are asking them and will write to you today.”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ---
        [Find…]
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
        Diana Okafor · +1 415 555 0103
        :speech_balloon: Text message sent · Nov 23, 7:50 UTC · Billing
          :large_blue_circle:  Owner: Leo
        New owner*: [Search teammates ▾]
        Note*: [___]
        ");
        bot.submit(LEO, json!({ "to": { "to": "zoe" }, "note": { "note": "please call" } })).await;
        assert_snapshot!(bot.window(LEO).await.lines().take(3).collect::<Vec<_>>().join("\n"), @"
        [[Find a conversation]]
        Name, number or company
        Typos are fine. The last four digits are enough. [okafor, 0103, Clínica del Sol ▾]
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
            assert!(
                window.contains("Not done: your Slack email doesn't match") && !window.contains("Find"),
                "{window}"
            );
            bot.close(SAM).await;
        }
    })
    .await;
}
