//! What a route's settings would have done with the conversations of the last days, before they are saved.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

/// Four calls on a working morning in Los Angeles: one is taken at once, one late and done, one never, and one comes in
/// the evening.
async fn a_day(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.read_all().await;
    let first = bot.missed_call("+14155550901").await;
    bot.slash(LEO, &format!("/dialnote take {first}")).await;
    let late = bot.missed_call("+14155550902").await;
    bot.missed_call("+14155550903").await;
    bot.clock.advance(SignedDuration::from_mins(50));
    bot.look().await;
    bot.slash(ZOE, &format!("/dialnote take {late}")).await;
    bot.clock.advance(SignedDuration::from_mins(10));
    bot.slash(ZOE, &format!("/done {late}")).await;
    bot.read_all().await;
    bot.pass_awake(9).await;
    bot.missed_call("+14155550904").await;
    bot.pass_awake(14).await;
    bot.read_all().await;
}

/// Fills in the window of the settings and presses *Preview…*. Returns the preview.
async fn preview(bot: &Bot, who: &str, values: Value) -> String {
    let view_id = bot.form(who).expect("a window");
    let mut click = dialnote_sandbox::Click::view(who, &view_id, "preview");
    click.values = values.as_object().unwrap().clone();
    bot.click(click).await;
    bot.window(who).await
}

#[tokio::test]
async fn a_preview_tells_what_the_settings_would_have_done() {
    product_with(Setup::MORNING, async |bot| {
        a_day(bot).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let values = json!({
            "auto": { "auto": "in_turn" }, "pool_group": { "pool_group": "@frontdesk" },
            "most_open": { "most_open": "8" }, "tell": { "tell": ["owner", "channel"] },
            "then_user": { "then_user": MAYA }, "return_after": { "return_after": "4" },
        });
        assert_snapshot!(preview(bot, MAYA, values).await, @"
        [[Preview]]
        The last 7 days with these settings on Front desk
          New conversations on Front desk go to @frontdesk in turn, at most 8 open each, Monday to Friday, 9:00–17:00. They need an owner within 30 min and an answer within 2 h. If a target is missed, the owner is notified, 15 min later Maya and 15 min later the channel. After 4 working hours without activity the owner is asked, and 1 h later it's unassigned. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        # What would have happened
        • 11 conversations began to wait
        • 2 of these had an owner, who keeps them
        • 9 would have been assigned
        • 3 would have waited for the start of working hours
        • 0 would have waited for someone below the limit
        • 0 would have had no owner in time, instead of 8
        • 9 had no answer in time
        • 9 would have been escalated to the owner
        • 9 would have been escalated to the next person
        • 9 would have been escalated to the channel
        • 9 would have left an inactive owner
        # Conversations for each person
        Leo · 5
        Zoe · 4
        # What a preview can't know
          Who was away: everyone counts as available all the time.
        Who was in @frontdesk then: today's members count.
        Faster work: answers and Done count at the time they really came.
        Calls and messages that dialnote's list no longer shows: only the last answer of a conversation is known.
          Nothing is saved or sent by a preview. Close it to go on with the settings.
        ");
        bot.close(MAYA).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let shown = bot.window(MAYA).await;
        assert!(shown.contains("New conversations go to*: [No one"), "a preview saves nothing\n{shown}");
        assert_snapshot!(preview(bot, MAYA, json!({})).await, @"
        [[Preview]]
        The last 7 days with these settings on Front desk
          New conversations on Front desk stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        # What would have happened
        • 11 conversations began to wait
        • 2 of these had an owner, who keeps them
        • 8 would have had no owner in time, instead of 8
        • 9 had no answer in time
        # What a preview can't know
          Calls and messages that dialnote's list no longer shows: only the last answer of a conversation is known.
          Nothing is saved or sent by a preview. Close it to go on with the settings.
        ");
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_keeps_what_was_filled_in_and_is_refused_where_saving_would_be() {
    product_with(Setup::MORNING, async |bot| {
        a_day(bot).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let form = bot.form(MAYA);
        assert_snapshot!(preview(bot, MAYA, json!({ "auto": { "auto": "in_turn" } })).await, @"
        [[Preview]]
        There's no preview yet: Type a user group, or choose people below.
        ");
        let preview_id = bot.form(MAYA).unwrap();
        bot.sandbox
            .close_view(dialnote_sandbox::Close { who: MAYA.to_owned(), view_id: preview_id, all: false })
            .await
            .unwrap();
        assert_eq!(bot.form(MAYA), form, "the form is still below");
        bot.submit(MAYA, json!({ "pool_people": { "pool_people": [ZOE] } })).await;
        bot.close(MAYA).await;
        let answer = bot.answer(MAYA).await;
        assert!(answer.contains("go to Zoe in turn"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_cannot_be_read_and_a_lost_right_are_said() {
    product_with(Setup { by: crate::support::By::Settings, ..Setup::MORNING }, async |bot| {
        a_day(bot).await;
        let group = json!({ "auto": { "auto": "in_turn" }, "pool_group": { "pool_group": "@frontdesk" } });
        bot.set_route(MAYA, FRONT_DESK, group).await;
        bot.open_route(MAYA, FRONT_DESK).await;
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        assert_snapshot!(preview(bot, MAYA, json!({})).await, @"
        [[Preview]]
        The members of @frontdesk can't be read. Name a person, or ask an admin to allow `usergroups:read`.
        ");
        bot.close(MAYA).await;
        bot.world(|world| world.person_mut(LEO).unwrap().admin = true);
        bot.event(json!({ "type": "user_change", "user": LEO })).await;
        bot.settle().await;
        bot.open_route(LEO, FRONT_DESK).await;
        bot.world(|world| world.person_mut(LEO).unwrap().admin = false);
        bot.event(json!({ "type": "user_change", "user": LEO })).await;
        bot.settle().await;
        let shown = preview(bot, LEO, json!({})).await;
        assert!(shown.starts_with("[[Channel settings]]"), "no window was opened\n{shown}");
        bot.close(LEO).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_quiet_week_has_nothing_to_tell() {
    product_with(Setup::MORNING, async |bot| {
        bot.world(|world| world.dialnote.conversations.clear());
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        bot.open_route(MAYA, FRONT_DESK).await;
        let shown = preview(bot, MAYA, json!({})).await;
        assert!(shown.contains("There were no missed calls, voicemails or text messages in this time."), "{shown}");
        bot.close(MAYA).await;
        bot.read_all().await;
    })
    .await;
}
