//! Calls and messages become cards in the channel of their shared number.

use dialnote_sandbox::Incoming;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{FRONT_DESK, LEO, MAYA, SAM, product, set_up};

#[tokio::test]
async fn a_missed_call_becomes_a_card_in_the_channel_of_its_number() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        <#C0FRONT> shows the cards of Front desk from the next call or message on. [Settings…]
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
          If the app isn't a member of that channel, type `/invite @dialnote` there.
        ");
        let conversation = bot.missed_call("+14155550999").await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :red_circle: Unassigned · owner by Nov 23, 17:30 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 9:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.press(LEO, &conversation, "take").await;
        bot.read_all().await;
        assert!(bot.card(&conversation).await.contains("Owner: Leo"));
        bot.missed_call("+14155550999").await;
        assert_eq!(bot.calls("chat.postMessage"), 2, "the card and the line, and no second card");
    })
    .await;
}

#[tokio::test]
async fn text_messages_and_voicemails_become_cards_too() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        for (kind, from, shown) in [("sms", "+14155550888", "Text message"), ("voicemail", "+14155550777", "Voicemail")]
        {
            let (to, text) = ("+14155550200".to_owned(), Some("please ring <!channel>".to_owned()));
            let incoming = Incoming { kind: kind.to_owned(), from: from.to_owned(), to, text, who: None };
            let conversation = bot.sandbox.incoming(incoming).await.unwrap();
            bot.look().await;
            let card = bot.card(&conversation).await;
            assert!(card.contains(shown) && card.contains("please ring <!channel>"), "{card}");
        }
        let (from, to, text) = ("+14155550200".to_owned(), "+14155550666".to_owned(), Some("we call you".to_owned()));
        bot.sandbox.incoming(Incoming { kind: "sms".to_owned(), from, to, text, who: None }).await.unwrap();
        bot.look().await;
        assert_eq!(bot.posts("front-desk").len(), 2, "what the team sends is no news");
    })
    .await;
}

#[tokio::test]
async fn another_numbers_calls_go_elsewhere_and_a_star_takes_all() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route +1 415 555 0200").await;
        bot.read_all().await;
        let conversation = bot.missed_call("+14155550999").await;
        assert_eq!(bot.calls("chat.postMessage"), 0);
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        assert_eq!(bot.missed_call("+14155550999").await, conversation);
        assert!(bot.card(&conversation).await.contains("2 missed calls"));
        bot.slash(MAYA, "/dialnote route list").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Channels for shared numbers
        <#C0FRONT> shows all shared numbers [Settings…]
          New conversations stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        ");
        bot.slash(MAYA, "/dialnote route off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"<#C0FRONT> shows no new cards.");
        bot.missed_call("+14155550888").await;
        assert_eq!(bot.calls("chat.postMessage"), 1);
        bot.slash(MAYA, "/dialnote route").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        No channel shows cards yet. Which shared number should show its cards here?
        Front desk [Show here]
        Billing [Show here]
        All shared numbers [Show here]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_route_that_cannot_be_is_refused_in_words() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote route kitchen").await;
        assert_snapshot!(bot.answer(MAYA).await, @"No shared number is called “kitchen”. Choose one of: Front desk, Billing");
        bot.slash(MAYA, "/dialnote route #nowhere *").await;
        assert_snapshot!(bot.answer(MAYA).await, @r#"
        Choose the channel from the list that Slack shows after #.
          Type `/dialnote route [list | #channel] [number | * | off]` · Example: `/dialnote route #front-desk "Front desk"`
        "#);
        bot.slash(LEO, "/dialnote route *").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can change the settings and the channels for shared numbers. Ask an admin.");
        bot.slash_in("dm", MAYA, "/dialnote route *").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Choose a channel: type the command there, or name it with #.");
        bot.slash(SAM, "/dialnote route list").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
        [Ask an admin]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_channel_has_cards_digests_and_reminders_of_its_own() {
    set_up(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote settings").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Workspace rules]]
          These rules apply to everyone in this workspace.
        # Permissions
        Who can reassign owned conversations?*: [Any teammate ▾]
        Who can mark conversations done?*: [Any teammate ▾]
        Require a note for: [x] Hand-offs [ ] Marking done
        Who can change these rules?: [x] Only admins can change these rules
        What can workflows do?: [ ] Workflow steps can assign, find, note and list
        # Time limits
        Remind about unaccepted hand-offs after*: [15 minutes ▾]
        Remind channels about unassigned conversations after*: [30 minutes ▾]
        Ask owners about inactive conversations after*: [8 working hours ▾]
        # Working hours
        Start*: [09:00]
        End*: [17:00]
        # Absence
        Statuses that mean away: [:palm_tree: :face_with_thermometer:___]
        # This channel
          Settings for <#C0FRONT>
        Privacy and changes: [ ] Hide numbers, messages and notes [ ] Also post changes of owner and status in the channel
        Emoji: [ ] Let emoji on cards act
        Cards, digest, answer targets, auto-assignment and reports of this channel [Settings…]
        ");
        bot.submit(MAYA, json!({ "channel": { "channel": ["aloud"] } })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. The new settings apply in this channel now.");
        let values = json!({
            "cards": { "cards": ["voicemail", "sms"] }, "digest": { "digest": "never" }, "remind": { "remind": "0" },
        });
        bot.set_route(MAYA, FRONT_DESK, values).await;
        bot.missed_call("+14155550999").await;
        assert_eq!(bot.posts("front-desk"), [""; 0], "missed calls make no cards any more");
        let incoming = |from: &str| Incoming {
            kind: "sms".to_owned(),
            from: from.to_owned(),
            to: "+14155550100".to_owned(),
            text: Some("hello".to_owned()),
            who: None,
        };
        let conversation = bot.sandbox.incoming(incoming("+14155550888")).await.unwrap();
        bot.look().await;
        assert!(bot.card(&conversation).await.contains("Text message"));
        bot.press(LEO, &conversation, "take").await;
        bot.slash(LEO, &format!("/dialnote note {conversation} on it")).await;
        bot.read_all().await;
        let aloud = bot.world(|world| {
            let aloud = world.messages.iter().filter(|message| message.broadcast);
            aloud.map(|message| message.text.clone()).collect::<Vec<_>>()
        });
        assert_eq!(aloud, ["Leo took this."], "changes are, notes are not");
        for _ in 0..24 * 6 {
            bot.clock.advance(SignedDuration::from_mins(10));
            bot.tenants.tick().await.unwrap();
            bot.look().await;
        }
        bot.read_all().await;
        assert_eq!(bot.posts("front-desk").len(), 1, "neither a reminder nor a digest");
        bot.open_route(MAYA, FRONT_DESK).await;
        assert!(bot.window(MAYA).await.contains("Daily digest*: [Never ▾]"), "it is remembered");
        bot.submit(MAYA, json!({ "digest": { "digest": "07:00" }, "remind": { "remind": "rules" } })).await;
        bot.close(MAYA).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_workspace_is_offered_a_button_for_each_shared_number() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        No channel shows cards yet. Which shared number should show its cards here?
        Front desk [Show here]
        Billing [Show here]
        All shared numbers [Show here]
        ");
        bot.open_home(MAYA).await;
        assert!(bot.home(MAYA).await.contains("no channel shows cards yet"));
        bot.press_private(MAYA, FRONT_DESK, "route", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        <#C0FRONT> shows the cards of Front desk from the next call or message on. [Settings…]
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
          If the app isn't a member of that channel, type `/invite @dialnote` there.
        ");
        bot.slash(MAYA, "/dialnote route list").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Channels for shared numbers
        <#C0FRONT> shows Front desk [Settings…]
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        ");
        bot.slash_in("billing", MAYA, "/dialnote route list").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Channels for shared numbers
        <#C0FRONT> shows Front desk [Settings…]
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        Shared numbers without a channel
        Billing [Show here]
        ");
        bot.press_private(MAYA, "billing", "route", 0).await;
        bot.read_all().await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("<#C0BILLING> shows Billing"), "{home}");
        bot.slash(LEO, "/dialnote route list").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Channels for shared numbers
        <#C0BILLING> shows Billing
          New conversations on Billing stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        <#C0FRONT> shows Front desk
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        ");
    })
    .await;
}
