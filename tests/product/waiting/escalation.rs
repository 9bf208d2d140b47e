//! A missed target reaches someone: who can't be reached is passed over, and the channel is the last resort.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::desk::{calls, desk, frontdesk, minutes, owners};
use super::targets::{CALLER, called_back, lines, route};
use crate::support::{Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

/// Returns the number of direct messages with a person.
fn directs(bot: &Bot, who: &str) -> usize {
    bot.world(|world| world.seen_by(who, "dm").into_iter().filter(|message| message.to.is_none()).count())
}

/// Runs a test with an unassigned missed call on a route that notifies Leo of a missed target, and no one else.
async fn only_leo(test: impl AsyncFnOnce(&mut Bot, String)) {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[("tell", json!([])), ("then_user", json!(LEO)), ("step", json!("15"))]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        test(bot, conversation).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_backup_who_is_away_is_passed_over() {
    only_leo(async |bot, conversation| {
        bot.goes_on_vacation(LEO, None).await;
        let before = directs(bot, LEO);
        minutes(bot, 31).await;
        assert_eq!(directs(bot, LEO), before);
        let told = lines(bot, &conversation);
        assert_eq!(told.len(), 1, "the channel is the last resort: {told:?}");
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn a_backup_who_wants_no_such_messages_is_passed_over() {
    only_leo(async |bot, conversation| {
        bot.open_home(LEO).await;
        bot.home(LEO).await;
        bot.press_in(LEO, "home", "wishes", "").await;
        bot.submit(LEO, json!({ "kinds": { "kinds": ["yours"] } })).await;
        bot.read_all().await;
        let before = directs(bot, LEO);
        minutes(bot, 31).await;
        assert_eq!((directs(bot, LEO), lines(bot, &conversation).len()), (before, 1));
    })
    .await;
}

#[tokio::test]
async fn a_backup_who_is_the_owner_is_notified_as_such() {
    only_leo(async |bot, conversation| {
        bot.press(LEO, &conversation, "take").await;
        bot.read_all().await;
        minutes(bot, 121).await;
        assert_eq!(lines(bot, &conversation).len(), 1, "only that Leo took it");
        assert_snapshot!(bot.dm(LEO).await, @"
        +1 415 555 0999 is overdue: your answer was due Nov 23, 20:00 UTC.
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_group_without_people_is_passed_over() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[("tell", json!([])), ("then_group", json!("@frontdesk")), ("step", json!("15"))]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        bot.world(|world| world.groups[0].users.clear());
        minutes(bot, 31).await;
        let told = lines(bot, &conversation);
        assert!(told.len() == 1 && !told[0].0.contains("subteam"), "a line that mentions no one: {told:?}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_came_during_an_absence_gets_its_card_with_the_first_line() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[("tell", json!(["channel"])), ("warn", json!("10"))]).await;
        let conversation = bot.call_in(CALLER).await;
        bot.clock.advance(SignedDuration::from_mins(15));
        bot.look().await;
        minutes(bot, 1).await;
        bot.read_all().await;
        minutes(bot, 16).await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :rotating_light: Overdue · owner was due Nov 23, 18:30 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        assert_eq!(lines(bot, &conversation).len(), 2, "the warning and the missed limit");
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_is_assigned_after_an_absence_gets_its_card() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let conversation = bot.call_in(CALLER).await;
        bot.clock.advance(SignedDuration::from_mins(15));
        bot.look().await;
        minutes(bot, 1).await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :large_blue_circle:  Owner: Leo · assigned automatically Nov 23, 18:15 UTC · answer by Nov 23, 20:00 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(lines(bot, &conversation)[0].0, @"dialnote assigned this to Leo (next in turn of @frontdesk).");
    })
    .await;
}

#[tokio::test]
async fn a_missed_answer_outweighs_the_time_until_a_new_owner() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        minutes(bot, 121).await;
        bot.slash(MAYA, &format!("/unassign {conversation}")).await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :rotating_light: Overdue · unassigned · answer was due Nov 23, 20:00 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_is_not_assigned_later() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.goes_on_vacation(LEO, None).await;
        bot.goes_on_vacation(ZOE, None).await;
        let all = calls(bot, 2).await;
        bot.sandbox.incoming(called_back("+14155559000")).await.unwrap();
        bot.look().await;
        assert_snapshot!(bot.card(&all[0]).await, @"
          :red_circle: Unassigned
        +1 415 555 9000
        :leftwards_arrow_with_hook: Called back by Zoe · Nov 23, 18:00 UTC · Front desk
        [Done] [Take it] [⋯ Assign to… · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.comes_back(LEO).await;
        bot.settle().await;
        minutes(bot, 2).await;
        assert_eq!(owners(bot, &all), ["nobody", "leo"]);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn who_goes_away_in_dialnote_gets_nothing_from_the_next_minute_on() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let mut all = calls(bot, 1).await;
        assert_eq!(owners(bot, &all), ["leo"]);
        bot.is_in_dialnote("mem_leo", "Away");
        minutes(bot, 1).await;
        all.extend([bot.missed_call("+14155559010").await, bot.missed_call("+14155559011").await]);
        assert_eq!(owners(bot, &all), ["leo", "zoe", "zoe"]);
    })
    .await;
}

#[tokio::test]
async fn a_channel_in_which_the_app_cannot_post_stops_no_work() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.set_route(MAYA, FRONT_DESK, json!({ "then_user": { "then_user": MAYA } })).await;
        bot.world(|world| world.faults.slack.bot_not_in.push("front-desk".to_owned()));
        let mut all = calls(bot, 2).await;
        bot.goes_on_vacation(LEO, None).await;
        bot.goes_on_vacation(ZOE, None).await;
        all.push(bot.missed_call("+14155559010").await);
        assert_eq!(owners(bot, &all), ["leo", "zoe", "nobody"]);
        bot.read_all().await;
        let before = directs(bot, MAYA);
        minutes(bot, 31).await;
        assert_eq!(directs(bot, MAYA), before + 1, "of the one without an owner");
        bot.comes_back(LEO).await;
        bot.settle().await;
        assert_eq!(owners(bot, &all), ["leo", "zoe", "leo"]);
        bot.read_all().await;
    })
    .await;
}
