//! A workspace's rules, and people's notification preferences.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, FRONT_DESK, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn an_admin_changes_the_rules_for_all_members() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Rules]]
        Who may re-assign what somebody owns?*: [Every teammate ▾]
        Who may mark done?*: [Every teammate ▾]
        A note is needed: [x] When handing over [ ] When marking done
        Hand-overs go back if nobody answers*: [15 minutes ▾]
        Channels are reminded of what nobody owns*: [30 minutes ▾]
        Owners are asked about what nothing happens to*: [After 8 working hours ▾]
        Working hours begin*: [09:00]
        Working hours end*: [17:00]
        Rules: [x] Only admins may change these rules
        In this channel: [ ] Hide numbers and messages [ ] Show changes of owner and status to everybody
        ");
        bot.submit(MAYA, json!({
            "reassign": { "reassign": "owner_and_admins" }, "done": { "done": "admins" },
            "notes": { "notes": ["done"] }, "answer": { "answer": "0" },
            "from": { "from": "08:00" }, "until": { "until": "16:00" }, "configure": { "configure": ["admins"] },
            "channel": { "channel": [] },
        }))
        .await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. The new rules hold from now on.");

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(LEO, "/assign me conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"In this workspace only the owner and admins may re-assign what somebody owns. Ask one of them.");
        bot.press(LEO, ANA, "unassign").await;
        assert_snapshot!(bot.answer(LEO).await, @"In this workspace only the owner and admins may re-assign what somebody owns. Ask one of them.");
        bot.press(LEO, ANA, "done").await;
        assert_snapshot!(bot.answer(LEO).await, @"In this workspace only admins may mark conversations done. Ask one of them.");
        bot.slash(ZOE, "/done conv_1001 all fine").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        In this workspace only admins may mark conversations done. Ask one of them.
        Here is your note, so that it is not lost:
        “all fine”
        ");
        bot.slash(MAYA, "/done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        How did it end? Add a note.
        Type: /done [conversation] [note]
        For example: /done Ana Lima called back, all fine
        [Write it]
        ");
        bot.press_private(MAYA, FRONT_DESK, "done_with_note", 0).await;
        bot.submit(MAYA, json!({ "note": { "note": "all fine" } })).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "not before the work is done");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
        bot.slash(LEO, "/handoff @leo conv_1003").await;
        assert_snapshot!(bot.answer(LEO).await, @"+1 415 555 0103 (Diana Okafor) is already yours.");
    })
    .await;
}

#[tokio::test]
async fn only_admins_change_the_rules() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote settings").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only admins may change the rules of this workspace.");
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
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. From now on cards in this channel hide numbers and messages; Show reveals them to teammates.");
        bot.slash(MAYA, "/assign @zoe conv_1002 bring the file").await;
        bot.read_all().await;
        assert_snapshot!(bot.card("conv_1002").await, @"
        # Robert Hale
          +1 ••• ••• 0102 · on Front desk
          :studio_microphone: Voicemail · 2026-11-23 08:45 UTC
        Owner: Zoe
        [Hand off] [Assign to… ▾] [Unassign] [Snooze] [Done] [Show] [History] [Open in dialnote ↗]
        ");
        bot.press(LEO, "conv_1002", "show").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        # Robert Hale
          +1 415 555 0102 · on Front desk
          :studio_microphone: Voicemail · 2026-11-23 08:45 UTC
          “Hi, this is Robert Hale. My crown came loose last night, could I come in today?”
        Owner: Zoe
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
        Tell me when: [x] Something is mine now [x] Something is mine no more [x] Somebody wrote a note on what is mine [x] Somebody accepted or gave back what I gave them [x] I did not answer a hand-over yet [x] What I own comes back: its time is over, or the contact got in touch [x] What I own has not been touched for long
        Quiet from: [--:--]
        Quiet until: [--:--]
        Hand-overs: [ ] I keep what I was handed, also if I do not answer
        ");
        let half = json!({ "kinds": { "kinds": ["yours"] }, "from": { "from": "22:00" } });
        assert_snapshot!(bot.submit(ZOE, half).await.field_errors["until"], @"Choose both times, and different ones.");
        bot.submit(ZOE, json!({
            "kinds": { "kinds": ["yours"] }, "from": { "from": "22:00" }, "until": { "until": "07:00" },
            "keeps": { "keeps": ["keeps"] },
        }))
        .await;
        let home = bot.home(ZOE).await;
        assert_snapshot!(home.lines().rev().take(2).collect::<Vec<_>>().join("\n"), @"
        You are told of 1 of 7 kinds of things. Quiet from 22:00 to 07:00. [Change…]
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
        Maya assigned +1 415 555 0101 (Ana Lima) to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Accept] [Give back] [Done] [Open in dialnote ↗]
        ---
        Maya assigned +1 415 555 0102 (Robert Hale) to you.
          :studio_microphone: Voicemail · 2026-11-23 08:45 UTC
        [Accept] [Give back] [Done] [Open in dialnote ↗]
        ");
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe.");
        bot.line(ANA).await;
        // Zoe has switched this notification off; her older message is updated anyway.
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned +1 415 555 0101 (Ana Lima) to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
          Taken over by Leo, 2026-11-23 15:00 UTC
        [Open in dialnote ↗]
        ---
        Maya assigned +1 415 555 0102 (Robert Hale) to you.
          :studio_microphone: Voicemail · 2026-11-23 08:45 UTC
        [Accept] [Give back] [Done] [Open in dialnote ↗]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_person_who_may_not_reassign_may_not_snooze_either() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({
            "reassign": { "reassign": "admins" }, "done": { "done": "admins" }, "notes": { "notes": ["handoff"] },
            "answer": { "answer": "15" }, "from": { "from": "09:00" }, "until": { "until": "17:00" },
            "configure": { "configure": ["admins"] }, "channel": { "channel": [] },
        }))
        .await;
        bot.read_all().await;
        bot.slash(LEO, "/snooze conv_1013 100d").await;
        assert_snapshot!(bot.answer(LEO).await, @"In this workspace only admins may snooze what somebody else owns. Ask one of them.");
        assert_eq!(bot.dialnote("conv_1013"), "mem_zoe open");
        bot.slash(ZOE, "/snooze conv_1013 2d").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1013"), "mem_zoe snoozed", "what is one's own is");
    })
    .await;
}
