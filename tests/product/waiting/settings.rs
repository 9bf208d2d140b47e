//! The settings of a route: a window of their own, in which each person changes only what they edit.

use dialnote_sandbox::{Hang, Service};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::desk::documents;
use crate::ops::audit_log;
use crate::support::{Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product, set_up};

/// Makes #front-desk the channel of the front desk's number.
async fn routed(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.read_all().await;
}

/// Returns the stored settings of #front-desk, as the window shows them.
async fn shown(bot: &Bot) -> String {
    bot.open_route(MAYA, FRONT_DESK).await;
    let shown = bot.window(MAYA).await;
    bot.close(MAYA).await;
    shown
}

/// Submits the window and returns the error under a field.
async fn refused(bot: &Bot, values: Value) -> String {
    let errors = bot.submit(MAYA, values).await.field_errors;
    errors.iter().map(|(field, sentence)| format!("{field}: {sentence}")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_new_route_says_what_it_does_and_offers_its_settings() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        <#C0FRONT> shows the cards of Front desk from the next call or message on. [Settings…]
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
          If the app isn't a member of that channel, type `/invite @dialnote` there.
        ");
        bot.press_private(MAYA, FRONT_DESK, "route_settings", 0).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Channel settings]]
        <#C0FRONT> shows Front desk
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        # Cards
        Show cards for: [x] Missed calls [x] Voicemails [x] Answered calls [x] Text messages
        # Digest and reminders
        Daily digest*: [At the start of working hours ▾]
        Reminders about unassigned conversations*: [As in the workspace rules ▾]
        # Working hours
        Start: [--:--]
        End: [--:--]
        # Answer targets
          Counted in working time from when the contact gets in touch. Cards show the next target.
        Missed calls: an owner within*: [30 min ▾]
        Missed calls: an answer within*: [2 h ▾]
        Voicemails: an owner within*: [30 min ▾]
        Voicemails: an answer within*: [2 h ▾]
        Text messages: an owner within*: [30 min ▾]
        Text messages: an answer within*: [2 h ▾]
        Warn before the end of a target*: [Never ▾]
        When a target is missed: [ ] Notify the owner [ ] At last, post in the channel
        After the owner, notify this person: [Choose a person ▾]
        Or this user group: [___]
        Working time between two notifications*: [15 min ▾]
        # Auto-assignment
        New conversations go to*: [No one: they wait until someone takes them ▾]
        From this user group: [___]
        Or from these people: [Choose people ▾]
        At most, for each person*: [No limit ▾]
        # Inactive conversations
        Ask the owner after*: [Never ▾]
        Then*: [It's unassigned ▾]
        # Shift change
        At the end of working hours, or when the user group changes: [ ] Offer open conversations to the next shift
        # Weekly report
        Day*: [Never ▾]
        Time: [--:--]
        ---
        See what these settings would have done in the last 7 days, before you save them. [Preview…]
        ");
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn all_settings_are_saved_at_once_and_said_in_sentences() {
    set_up(async |bot| {
        routed(bot).await;
        let values = json!({
            "cards": { "cards": ["missed", "voicemail"] }, "digest": { "digest": "08:00" },
            "remind": { "remind": "60" }, "from": { "from": "08:00" }, "until": { "until": "16:00" },
            "owner_call": { "owner_call": "15" }, "answer_call": { "answer_call": "60" },
            "owner_voicemail": { "owner_voicemail": "15" }, "answer_voicemail": { "answer_voicemail": "60" },
            "owner_sms": { "owner_sms": "0" }, "answer_sms": { "answer_sms": "240" },
            "warn": { "warn": "5" }, "tell": { "tell": ["owner", "channel"] }, "then_user": { "then_user": MAYA },
            "step": { "step": "30" }, "auto": { "auto": "least_busy" },
            "pool_group": { "pool_group": "frontdesk" }, "most_open": { "most_open": "8" },
            "return_after": { "return_after": "8" }, "return_to": { "return_to": "next" },
            "shift": { "shift": ["offered"] }, "weekly_day": { "weekly_day": "4" },
            "weekly_at": { "weekly_at": "16:00" },
        });
        assert_snapshot!(bot.set_route(MAYA, FRONT_DESK, values).await, @"
        :white_check_mark: Saved. This holds for <#C0FRONT> now: [Settings…]
          New conversations on Front desk go to the least busy of @frontdesk, at most 8 open each, Monday to Friday, 8:00–16:00. Only missed calls and voicemails make a card. Missed calls and voicemails need an owner within 15 min and an answer within 1 h. Text messages need an answer within 4 h. The owner is warned 5 min before a target ends. If a target is missed, the owner is notified, 30 min later Maya and 30 min later the channel. After 8 working hours without activity the owner is asked, and 1 h later it goes to the next person. When a shift ends, its open conversations are offered to the next one. The channel gets a digest at 8:00 and a reminder after 1 h unassigned. The weekly report comes on Friday at 16:00.
        ");
        assert_snapshot!(shown(bot).await, @"
        [[Channel settings]]
        <#C0FRONT> shows Front desk
          New conversations on Front desk go to the least busy of @frontdesk, at most 8 open each, Monday to Friday, 8:00–16:00. Only missed calls and voicemails make a card. Missed calls and voicemails need an owner within 15 min and an answer within 1 h. Text messages need an answer within 4 h. The owner is warned 5 min before a target ends. If a target is missed, the owner is notified, 30 min later Maya and 30 min later the channel. After 8 working hours without activity the owner is asked, and 1 h later it goes to the next person. When a shift ends, its open conversations are offered to the next one. The channel gets a digest at 8:00 and a reminder after 1 h unassigned. The weekly report comes on Friday at 16:00.
        # Cards
        Show cards for: [x] Missed calls [x] Voicemails [ ] Answered calls [ ] Text messages
        # Digest and reminders
        Daily digest*: [At 8 am ▾]
        Reminders about unassigned conversations*: [1 h ▾]
        # Working hours
        Start: [08:00]
        End: [16:00]
        # Answer targets
          Counted in working time from when the contact gets in touch. Cards show the next target.
        Missed calls: an owner within*: [15 min ▾]
        Missed calls: an answer within*: [1 h ▾]
        Voicemails: an owner within*: [15 min ▾]
        Voicemails: an answer within*: [1 h ▾]
        Text messages: an owner within*: [No limit ▾]
        Text messages: an answer within*: [4 h ▾]
        Warn before the end of a target*: [5 min ▾]
        When a target is missed: [x] Notify the owner [x] At last, post in the channel
        After the owner, notify this person: [U0MAYA ▾]
        Or this user group: [___]
        Working time between two notifications*: [30 min ▾]
        # Auto-assignment
        New conversations go to*: [The least busy: fewest open conversations ▾]
        From this user group: [@frontdesk___]
        Or from these people: [Choose people ▾]
        At most, for each person*: [8 open conversations ▾]
        # Inactive conversations
        Ask the owner after*: [8 working hours ▾]
        Then*: [It goes to the next person ▾]
        # Shift change
        At the end of working hours, or when the user group changes: [x] Offer open conversations to the next shift
        # Weekly report
        Day*: [Friday ▾]
        Time: [16:00]
        ---
        See what these settings would have done in the last 7 days, before you save them. [Preview…]
        ");
        let log = audit_log::log(bot, dialnote_slack::ops::audit_report::AuditFormat::Json).await;
        let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        let (before, after) = (&last["detail"]["route"]["before"], &last["detail"]["route"]["after"]);
        assert_eq!((&before["auto"]["how"], &after["auto"]["how"]), (&json!("off"), &json!("least_busy")), "{last}");
        assert_eq!(after["auto"]["pool"]["group"]["name"], "@frontdesk");
        bot.slash(MAYA, "/dialnote route list").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Channels for shared numbers
        <#C0FRONT> shows Front desk [Settings…]
          New conversations on Front desk go to the least busy of @frontdesk, at most 8 open each, Monday to Friday, 8:00–16:00. Only missed calls and voicemails make a card. Missed calls and voicemails need an owner within 15 min and an answer within 1 h. Text messages need an answer within 4 h. The owner is warned 5 min before a target ends. If a target is missed, the owner is notified, 30 min later Maya and 30 min later the channel. After 8 working hours without activity the owner is asked, and 1 h later it goes to the next person. When a shift ends, its open conversations are offered to the next one. The channel gets a digest at 8:00 and a reminder after 1 h unassigned. The weekly report comes on Friday at 16:00.
        ");
        bot.slash(LEO, "/dialnote route list").await;
        assert!(!bot.answer(LEO).await.contains("[Settings…]"), "only admins change them");
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_settings_are_saved_saves_them_once() {
    for (method, after_effect) in [("chat.postEphemeral", false), ("chat.postEphemeral", true)] {
        product(async |bot| {
            routed(bot).await;
            bot.open_route(MAYA, FRONT_DESK).await;
            let values = json!({
                "auto": { "auto": "in_turn" }, "pool_group": { "pool_group": "frontdesk" },
                "return_after": { "return_after": "8" }, "weekly_day": { "weekly_day": "4" },
                "weekly_at": { "weekly_at": "16:00" },
            });
            let saved = |log: String| log.lines().filter(|line| line.contains("in_turn")).count();
            bot.submit(MAYA, values).await;
            bot.close(MAYA).await;
            let hang = Hang { service: Service::Slack, method: method.into(), path: String::new(), after_effect };
            bot.dies_during(hang).await;
            bot.read_all().await;
            let shown = shown(bot).await;
            assert!(shown.contains("go to @frontdesk in turn") && shown.contains("Friday at 16:00"), "{shown}");
            let log = audit_log::log(bot, dialnote_slack::ops::audit_report::AuditFormat::Json).await;
            assert_eq!(saved(log), 1, "{method}");
            assert_eq!(documents(bot, "weekly").await, 1, "{method}");
        })
        .await;
    }
}

#[tokio::test]
async fn two_people_change_only_what_each_edited() {
    product(async |bot| {
        routed(bot).await;
        admin(bot, LEO, true).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        bot.open_route(LEO, FRONT_DESK).await;
        bot.submit(MAYA, json!({ "owner_call": { "owner_call": "5" }, "digest": { "digest": "never" } })).await;
        bot.submit(LEO, json!({ "answer_call": { "answer_call": "60" }, "shift": { "shift": ["offered"] } })).await;
        bot.close(MAYA).await;
        bot.close(LEO).await;
        bot.read_all().await;
        let shown = shown(bot).await;
        for kept in [
            "Missed calls: an owner within*: [5 min ▾]",
            "Missed calls: an answer within*: [1 h ▾]",
            "Daily digest*: [Never ▾]",
            "[x] Offer open conversations",
        ] {
            assert!(shown.contains(kept), "{kept}\n{shown}");
        }
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "channel": { "channel": ["aloud"] } })).await;
        bot.read_all().await;
        let after = self::shown(bot).await;
        assert!(after.contains("all shared numbers") && after.contains("Daily digest*: [Never ▾]"), "{after}");
    })
    .await;
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_under_their_field() {
    product(async |bot| {
        routed(bot).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let cases = [
            json!({ "from": { "from": "08:00" } }),
            json!({ "from": { "from": null }, "until": { "until": "16:00" } }),
            json!({ "from": { "from": "16:00" } }),
            json!({ "until": { "until": null }, "from": { "from": null }, "answer_sms": { "answer_sms": "15" } }),
            json!({ "answer_sms": { "answer_sms": "120" }, "warn": { "warn": "60" } }),
            json!({ "warn": { "warn": "10" }, "then_user": { "then_user": ZOE }, "then_group": { "then_group": "@frontdesk" } }),
            json!({ "then_user": { "then_user": null }, "then_group": { "then_group": "@frontdsk" } }),
            json!({ "then_group": { "then_group": "" }, "then_user": { "then_user": SAM } }),
            json!({ "then_user": { "then_user": null }, "auto": { "auto": "in_turn" } }),
            json!({ "pool_group": { "pool_group": "@frontdesk" }, "pool_people": { "pool_people": [ZOE] } }),
            json!({ "pool_group": { "pool_group": "" }, "pool_people": { "pool_people": [ZOE, SAM] } }),
            json!({
                "pool_people": { "pool_people": [] }, "auto": { "auto": "off" },
                "return_after": { "return_after": "8" }, "return_to": { "return_to": "next" },
            }),
            json!({ "return_to": { "return_to": "queue" }, "weekly_day": { "weekly_day": "0" } }),
        ];
        let mut told = Vec::new();
        for values in cases {
            told.push(refused(bot, values).await);
        }
        assert_snapshot!(told.join("\n"), @"
        until: Choose an end that differs from the start, or leave both empty.
        from: Choose a start, or leave both empty.
        until: Choose an end that differs from the start, or leave both empty.
        answer_sms: An owner has 30 min. Choose at least as long.
        warn: The shortest target is 30 min. Choose less than that.
        then_group: Choose a person or a user group, not both.
        then_group: No user group is called “@frontdsk”. Type its handle, for example @frontdesk.
        then_user: Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.
        pool_group: Type a user group, or choose people below.
        pool_group: Choose a user group or people, not both.
        pool_people: Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.
        return_to: No one is next without auto-assignment. Switch it on, or choose “It's unassigned”.
        weekly_at: Choose the time of the report.
        ");
        bot.close(MAYA).await;
        assert!(shown(bot).await.contains("Ask the owner after*: [Never ▾]"), "nothing was saved");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_slack_does_not_list_is_not_guessed() {
    set_up(async |bot| {
        routed(bot).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let group = json!({ "then_group": { "then_group": "@frontdesk" } });
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        assert_snapshot!(refused(bot, group.clone()).await, @"then_group: The app can't read user groups in this workspace. Choose people instead, or ask an admin to allow usergroups:read.");
        bot.world(|world| world.scopes.push("usergroups:read".to_owned()));
        bot.submit(MAYA, group).await;
        bot.close(MAYA).await;
        bot.read_all().await;
        // A group that is kept needs no question to Slack.
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        let answer = bot.set_route(MAYA, FRONT_DESK, json!({ "tell": { "tell": ["owner"] } })).await;
        assert!(answer.contains("the owner is notified and 15 min later @frontdesk"), "{answer}");
    })
    .await;
}

/// Makes a person an admin of the workspace in Slack, or no longer one.
async fn admin(bot: &Bot, who: &str, admin: bool) {
    bot.world(|world| world.person_mut(who).unwrap().admin = admin);
    bot.event(json!({ "type": "user_change", "user": who })).await;
    bot.settle().await;
}

#[tokio::test]
async fn only_admins_open_the_settings_and_only_where_there_is_a_route() {
    product(async |bot| {
        routed(bot).await;
        admin(bot, LEO, true).await;
        bot.slash(LEO, "/dialnote route list").await;
        bot.settle().await;
        let list = bot.last_private(LEO);
        bot.read_all().await;
        admin(bot, LEO, false).await;
        bot.press_on(LEO, &list, "route_settings").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can change the settings and the channels for shared numbers. Ask an admin.");
        assert_eq!(bot.form(LEO), None);
        admin(bot, LEO, true).await;
        bot.press_on(LEO, &list, "route_settings").await;
        admin(bot, LEO, false).await;
        bot.submit(LEO, json!({ "digest": { "digest": "never" } })).await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can change the settings and the channels for shared numbers. Ask an admin.");
        bot.slash(MAYA, "/dialnote route off").await;
        bot.read_all().await;
        admin(bot, LEO, true).await;
        bot.press_on(LEO, &list, "route_settings").await;
        assert_snapshot!(bot.answer(LEO).await, @"<#C0FRONT> shows no shared number's cards. Choose one there with `/dialnote route`.");
        assert_eq!(bot.form(LEO), None);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_route_that_ends_while_its_settings_are_open_stays_ended() {
    product(async |bot| {
        routed(bot).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        bot.slash(MAYA, "/dialnote route off").await;
        bot.submit(MAYA, json!({ "shift": { "shift": ["offered"] } })).await;
        bot.close(MAYA).await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.answer(MAYA).await, @"<#C0FRONT> shows no shared number's cards. Choose one there with `/dialnote route`.");
        bot.missed_call("+14155550999").await;
        assert_eq!(bot.posts(FRONT_DESK), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn the_statuses_that_mean_away_are_a_rule() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        let shown = bot.window(MAYA).await;
        assert!(shown.contains("Statuses that mean away: [:palm_tree: :face_with_thermometer:___]"), "{shown}");
        let away = |typed: &str| json!({ "away": { "away": typed } });
        assert_snapshot!(refused(bot, away("out of office!")).await, @"away: “office!” isn't the name of an emoji. Type it like :palm_tree:.");
        bot.submit(MAYA, away(":baby:, palm_tree")).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. The new rules apply now.");
        bot.slash(MAYA, "/dialnote settings").await;
        let shown = bot.window(MAYA).await;
        assert!(shown.contains("Statuses that mean away: [:baby: :palm_tree:___]"), "{shown}");
        bot.submit(MAYA, json!({})).await;
        assert!(bot.answer(MAYA).await.starts_with("Saved."));
    })
    .await;
}
