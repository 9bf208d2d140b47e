//! A workspace's rules, and people's notification preferences.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, FRONT_DESK, LEO, MAYA, ZOE, product, set_up};

#[tokio::test]
async fn an_admin_changes_the_rules_for_all_members() {
    // An app that several workspaces can install has no steps for workflows.
    set_up(async |bot| {
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
        ");
        bot.submit(MAYA, json!({
            "reassign": { "reassign": "owner_and_admins" }, "done": { "done": "admins" },
            "notes": { "notes": ["done"] }, "answer": { "answer": "0" },
            "from": { "from": "08:00" }, "until": { "until": "16:00" }, "configure": { "configure": ["admins"] },
            "channel": { "channel": [] },
        }))
        .await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. The new rules apply now.");

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(LEO, "/assign me conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only the owner or an admin can reassign Ana Lima. Ask Zoe (the owner) or an admin.");
        bot.press(LEO, ANA, "unassign").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only the owner or an admin can reassign Ana Lima. Ask Zoe (the owner) or an admin.");
        bot.press(LEO, ANA, "done").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can mark Ana Lima done. Ask an admin.");
        bot.slash(ZOE, "/done conv_1001 all fine").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Only an admin can mark Ana Lima done. Ask an admin.
        > Your note (not saved): all fine
        ");
        bot.slash(MAYA, "/done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Add a note to mark Ana Lima done. Your workspace requires one. [Add note…]
          Or type `/done Ana Lima called back, all fine`
        ");
        bot.press_private(MAYA, FRONT_DESK, "done_with_note", 0).await;
        bot.submit(MAYA, json!({ "note": { "note": "all fine" } })).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "not before the work is done");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
        bot.slash(LEO, "/handoff @leo conv_1003").await;
        assert_snapshot!(bot.answer(LEO).await, @"You already own Diana Okafor. Nothing changed.");
    })
    .await;
}

#[tokio::test]
async fn only_admins_change_the_rules() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote settings").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can change the settings and the channels for shared numbers. Ask an admin.");
        assert_eq!(bot.form(LEO), None);
    })
    .await;
}

#[tokio::test]
async fn a_channel_can_show_less() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({
            "reassign": { "reassign": "anyone" }, "done": { "done": "anyone" }, "notes": { "notes": ["handoff"] },
            "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
            "configure": { "configure": ["admins"] }, "channel": { "channel": ["masked"] },
        }))
        .await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. Cards in this channel hide numbers and messages. Show reveals them to teammates.");
        bot.slash(MAYA, "/assign @zoe conv_1002 bring the file").await;
        bot.read_all().await;
        assert_snapshot!(bot.card("conv_1002").await, @"
          :large_blue_circle:  Owner: Zoe · assigned by Maya Nov 23, 9:00 UTC
        Robert Hale · +1 ••• ••• 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
        [Done] [Show] [⋯ Hand off… · Unassign · Snooze… · History · Open in dialnote]
        ");
        bot.press(LEO, "conv_1002", "show").await;
        assert_snapshot!(bot.answer(LEO).await, @"
          :large_blue_circle:  Owner: Zoe
        Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
        > Hi, this is Robert Hale. My crown came loose last night, could I come in today?
        ");
    })
    .await;
}

#[tokio::test]
async fn a_channel_with_outsiders_shows_less_without_a_setting() {
    product(async |bot| {
        bot.world(|world| world.channel_mut("front-desk").unwrap().shared = true);
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        bot.read_all().await;
        assert!(bot.card("conv_1002").await.contains("+1 ••• ••• 0102"));
    })
    .await;
}

#[tokio::test]
async fn preferences_and_quiet_hours_hold() {
    product(async |bot| {
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        bot.press_in(ZOE, "home", "wishes", "").await;
        assert_snapshot!(bot.window(ZOE).await, @"
        [[Notifications]]
        Notify me by direct message when: [x] I'm assigned a conversation [x] I lose a conversation [x] Someone adds a note to one of mine [x] Someone accepts or declines what I assigned [x] I haven't responded to a hand-off [x] One of mine reopens: its snooze ended, or the contact got in touch [x] One of mine is inactive [x] One of mine is due soon or overdue, or I'm the backup for one
        # Quiet hours
        Start: [--:--]
        End: [--:--]
        # Hand-offs
        If I don't respond in time: [ ] Keep hand-offs that I haven't accepted in time
        ");
        let half = json!({ "kinds": { "kinds": ["yours"] }, "from": { "from": "22:00" } });
        assert_snapshot!(bot.submit(ZOE, half).await.field_errors["until"], @"Choose two different times.");
        bot.submit(ZOE, json!({
            "kinds": { "kinds": ["yours"] }, "from": { "from": "22:00" }, "until": { "until": "07:00" },
            "keeps": { "keeps": ["keeps"] },
        }))
        .await;
        let home = bot.home(ZOE).await;
        assert_snapshot!(home.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @"
        1 of 8 kinds is on. Quiet hours: 22:00–07:00. [Change…]
        # Notifications
        ");

        // It is 1:00 where Zoe is.
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe will be notified at 12:00 UTC.");
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Robert Hale (+1 415 555 0102) to Zoe. Zoe will be notified at 12:00 UTC.");
        bot.line(ANA).await;
        bot.line("conv_1002").await;
        bot.settle().await;
        assert_eq!(bot.world(|world| world.seen_by("zoe", "dm").len()), 0, "Zoe sleeps");
        bot.clock.advance(SignedDuration::from_hours(6));
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Maya assigned a conversation to you.
        Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
        > Hi, this is Robert Hale. My crown came loose last night, could I come in today?
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe.");
        bot.line(ANA).await;
        // Zoe has switched this notification off; her older message is updated anyway.
        assert_snapshot!(bot.dm(ZOE).await, @"
        Ana Lima · Leo took this over. You're no longer the owner. [Open in dialnote ↗]
        ---
        Maya assigned a conversation to you.
        Robert Hale · +1 415 555 0102
        :studio_microphone: Voicemail · Nov 23, 8:45 UTC · Front desk
        > Hi, this is Robert Hale. My crown came loose last night, could I come in today?
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_person_who_may_not_reassign_may_not_snooze_either() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(
            MAYA,
            json!({
                "reassign": { "reassign": "admins" }, "done": { "done": "admins" }, "notes": { "notes": ["handoff"] },
                "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
                "configure": { "configure": ["admins"] }, "channel": { "channel": [] },
            }),
        )
        .await;
        bot.read_all().await;
        bot.slash(LEO, "/snooze conv_1013 100d").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can snooze Nora Quinn. Ask an admin.");
        assert_eq!(bot.dialnote("conv_1013"), "mem_zoe open");
        bot.slash(ZOE, "/snooze conv_1013 2d").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1013"), "mem_zoe snoozed", "what is one's own is");
    })
    .await;
}
