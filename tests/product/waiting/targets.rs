//! Answer targets: the time until an owner and until an answer, on cards and in lists, and who is notified when.

use dialnote_sandbox::{Hang, Incoming, Service};
use dialnote_slack::platform::db::Document;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::objects::drawing::{link, open, pane};
use crate::support::{Bot, By, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

pub(super) const CALLER: &str = "+14155550999";
const FRONT_DESKS: &str = "+14155550100";

/// Routes the front desk to #front-desk with these settings, each a field of the window, and without other messages.
pub(super) async fn route(bot: &mut Bot, fields: &[(&str, Value)]) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.read_all().await;
    let quiet = [("digest", json!("never")), ("remind", json!("0"))];
    let all = quiet.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), json!({ *name: value })));
    bot.set_route(MAYA, FRONT_DESK, Value::Object(all.collect())).await;
    bot.read_all().await;
}

/// Half an hour until an owner, two hours until an answer, and everyone is notified.
fn everyone() -> Vec<(&'static str, Value)> {
    let (warn, tell) = (("warn", json!("10")), ("tell", json!(["owner", "channel"])));
    vec![warn, tell, ("then_user", json!(LEO)), ("step", json!("15"))]
}

fn group() -> Vec<(&'static str, Value)> {
    vec![("tell", json!(["owner"])), ("then_group", json!("@frontdesk")), ("step", json!("15"))]
}

/// Lets minutes pass, with the polls and the timers that fall due.
async fn minutes(bot: &Bot, count: i64) {
    for _ in 0..count {
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
    }
}

async fn come(bot: &Bot, kind: &str, from: &str, to: &str) {
    bot.clock.advance(SignedDuration::from_secs(1));
    let text = (kind == "sms").then(|| "Hello?".to_owned());
    let who = (from == FRONT_DESKS).then(|| "zoe".to_owned());
    let incoming = Incoming { kind: kind.to_owned(), from: from.to_owned(), to: to.to_owned(), text, who };
    bot.sandbox.incoming(incoming).await.unwrap();
    bot.look().await;
}

/// Returns Zoe's call to a contact.
pub(super) fn called_back(contact: &str) -> Incoming {
    Incoming {
        kind: "call".to_owned(),
        from: FRONT_DESKS.to_owned(),
        to: contact.to_owned(),
        text: None,
        who: Some("zoe".to_owned()),
    }
}

/// Returns the lines in the thread of a card in #front-desk.
pub(super) fn lines(bot: &Bot, conversation: &str) -> Vec<(String, bool)> {
    let card = bot.card_ts(FRONT_DESK, conversation);
    bot.world(|world| {
        let replies = world.messages.iter().filter(|m| m.thread_ts.as_ref() == Some(&card) && m.is_reply());
        replies.map(|m| (m.text.clone(), m.broadcast)).collect()
    })
}

#[tokio::test]
async fn the_card_says_the_next_limit_and_only_changes_when_it_is_missed() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        let updates = bot.calls("chat.update");
        minutes(bot, 29).await;
        assert_eq!(bot.calls("chat.update"), updates, "time alone changes nothing");
        minutes(bot, 2).await;
        assert_eq!(bot.calls("chat.update"), updates + 1);
        assert_snapshot!(bot.card(&conversation).await, @"
          :rotating_light: Overdue · owner was due Nov 23, 18:30 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :large_blue_circle:  Owner: Zoe · took it Nov 23, 18:31 UTC · answer by Nov 23, 20:00 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        minutes(bot, 91).await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :rotating_light:  Owner: Zoe · took it Nov 23, 18:31 UTC · answer was due Nov 23, 20:00 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_eq!(lines(bot, &conversation).len(), 1, "by default, no one is notified");
        come(bot, "call", FRONT_DESKS, CALLER).await;
        bot.read_all().await;
        assert_snapshot!(bot.card(&conversation).await, @"
          :large_blue_circle:  Owner: Zoe · took it Nov 23, 18:31 UTC
        +1 415 555 0999
        :leftwards_arrow_with_hook: Called back by Zoe · Nov 23, 20:02 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn lists_and_the_pane_say_the_limit_and_a_snoozed_card_does_not() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        bot.slash(ZOE, "/inbox mine 0999").await;
        let list = bot.answer(ZOE).await;
        assert!(list.contains("answer by Nov 23, 20:00 UTC"), "{list}");
        let ts = link(bot, ZOE, &conversation).await;
        open(bot, ZOE, &ts).await;
        let due = bot.clock.now() + SignedDuration::from_hours(2);
        let shown = pane(bot, ZOE).await;
        assert!(shown.contains(&format!("target: {}", due.as_second())), "{shown}");
        bot.slash(ZOE, &format!("/snooze {conversation} 2h")).await;
        bot.read_all().await;
        let card = bot.card(&conversation).await;
        assert!(!card.contains("answer"), "{card}");
        minutes(bot, 121).await;
        bot.read_all().await;
        let card = bot.card(&conversation).await;
        assert!(card.contains("answer by Nov 23, 22:0"), "what was left is added: {card}");
    })
    .await;
}

#[tokio::test]
async fn an_unassigned_conversation_is_warned_about_in_the_thread_and_then_escalated() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &everyone()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 21).await;
        assert_snapshot!(bot.line(&conversation).await, @"+1 415 555 0999 needs an owner by Nov 23, 18:30 UTC.");
        assert_eq!(lines(bot, &conversation).len(), 1, "once");
        minutes(bot, 10).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        +1 415 555 0999 is overdue: an owner was due Nov 23, 18:30 UTC.
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Open in dialnote ↗]
        ");
        assert_eq!(lines(bot, &conversation).len(), 1, "not everyone yet");
        minutes(bot, 15).await;
        assert_snapshot!(bot.line(&conversation).await, @"+1 415 555 0999 is overdue: an owner was due Nov 23, 18:30 UTC.");
        let told = lines(bot, &conversation);
        assert_eq!(told.iter().map(|(_, broadcast)| *broadcast).collect::<Vec<_>>(), [false, true]);
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 2, "each step once");
    })
    .await;
}

#[tokio::test]
async fn the_owner_is_notified_before_the_backup() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &everyone()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        minutes(bot, 111).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Answer +1 415 555 0999 by Nov 23, 20:00 UTC. You own it.
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        minutes(bot, 10).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        +1 415 555 0999 is overdue: your answer was due Nov 23, 20:00 UTC.
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        minutes(bot, 15).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        +1 415 555 0999 is overdue: an answer from Zoe was due Nov 23, 20:00 UTC.
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Open in dialnote ↗]
        ");
        bot.press(ZOE, &conversation, "done").await;
        bot.read_all().await;
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 2, "taken and done: the channel hears nothing");
    })
    .await;
}

#[tokio::test]
async fn a_group_is_mentioned_in_the_thread_and_shown_in_the_channel() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &group()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 31).await;
        assert_snapshot!(bot.line(&conversation).await, @"<!subteam^S0FRONTDESK> +1 415 555 0999 is overdue: an owner was due Nov 23, 18:30 UTC.");
        let told = lines(bot, &conversation);
        assert!(told[0].0.contains("<!subteam^S0FRONTDESK>") && told[0].1, "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_masked_channel_sees_no_number() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &group()).await;
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        minutes(bot, 2).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 31).await;
        let line = bot.line(&conversation).await;
        assert!(line.contains("is overdue") && !line.contains("415 555 0999"), "{line}");
    })
    .await;
}

#[tokio::test]
async fn an_absent_owner_and_an_unlinked_backup_are_passed_over() {
    product_with(Setup::MORNING, async |bot| {
        let tell = ("tell", json!(["owner", "channel"]));
        route(bot, &[tell, ("then_user", json!(LEO)), ("step", json!("15"))]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        let before = bot.world(|world| [LEO, ZOE].map(|who| world.seen_by(who, "dm").len()));
        let until = bot.clock.now() + SignedDuration::from_hours(8);
        bot.world(|world| {
            world.person_mut(ZOE).unwrap().undisturbed_until = Some(until);
            // The route was set when Leo was still a member.
            world.dialnote.members.retain(|member| member.id != "mem_leo");
        });
        minutes(bot, 121).await;
        let told = lines(bot, &conversation);
        assert!(told.last().unwrap().0.contains("is overdue: an answer from Zoe was due"), "at once: {told:?}");
        let direct = bot.world(|world| [LEO, ZOE].map(|who| world.seen_by(who, "dm").len()));
        assert_eq!(direct, before, "no direct message: {}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_back_that_no_one_has_seen_yet_says_nothing() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &everyone()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.read_all().await;
        minutes(bot, 105).await;
        // The poller has not seen it when the timer fires.
        bot.sandbox.incoming(called_back(CALLER)).await.unwrap();
        bot.clock.advance(SignedDuration::from_mins(6));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        bot.look().await;
        assert_snapshot!(bot.line(&conversation).await, @"Zoe called back.");
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn no_one_is_notified_at_night() {
    // Ten to five in the afternoon.
    let evening = Setup { now: "2026-11-24T00:50:00Z", ..Setup::MORNING };
    product_with(evening, async |bot| {
        let limits = [("owner_call", json!("10")), ("answer_call", json!("0"))];
        route(bot, &[&limits[..], &[("tell", json!(["channel"]))]].concat()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 0);
        bot.clock.advance(SignedDuration::from_hours(15));
        minutes(bot, 30).await;
        assert_eq!(lines(bot, &conversation).len(), 1, "in the morning");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn after_downtime_each_person_hears_once_and_the_channel_gets_no_lines() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &everyone()).await;
        let mut waiting = Vec::new();
        for caller in 0..4 {
            waiting.push(bot.missed_call(&format!("+1415555099{caller}")).await);
        }
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(2));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
        bot.read_all().await;
        let told = bot.world(|world| world.seen_by(LEO, "dm").into_iter().filter(|m| m.to.is_none()).count());
        assert_eq!(told, 1, "{}", bot.everything());
        assert!(waiting.iter().all(|id| lines(bot, id).is_empty()));
        minutes(bot, 16).await;
        bot.read_all().await;
        assert!(waiting.iter().all(|id| lines(bot, id).len() == 1), "who still waits is shown after the next step");
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_the_steps_repeats_none() {
    product_with(Setup { by: By::Settings, ..Setup::MORNING }, async |bot| {
        route(bot, &[("tell", json!(["channel"]))]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 29).await;
        bot.clock.advance(SignedDuration::from_mins(2));
        bot.tenants.tick().await.unwrap();
        let post = Hang {
            service: Service::Slack,
            method: "chat.postMessage".into(),
            path: String::new(),
            after_effect: true,
        };
        bot.dies_during(post).await;
        bot.look().await;
        bot.read_all().await;
        assert_eq!(lines(bot, &conversation).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_removed_route_ends_the_wait() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &everyone()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.slash(MAYA, "/dialnote route off").await;
        bot.read_all().await;
        minutes(bot, 60).await;
        assert_eq!(lines(bot, &conversation).len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_report_says_the_shares_of_met_targets() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        let late = bot.missed_call(CALLER).await;
        let soon = bot.missed_call("+14155550998").await;
        bot.press(ZOE, &soon, "take").await;
        bot.read_all().await;
        come(bot, "call", FRONT_DESKS, "+14155550998").await;
        minutes(bot, 31).await;
        bot.press(LEO, &late, "take").await;
        minutes(bot, 10).await;
        bot.press(LEO, &late, "done").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        let report = bot.posts(FRONT_DESK).pop().unwrap();
        assert_snapshot!(report, @"
        # Report · last 7 days · Front desk
        Active conversations: 10
        Unassigned of these: 5
        Median time to an owner: 16 min
        Median time to done: 41 min
        Done of these: 1
        Changed owner: 0
        Owner in time: 50% of 2
        Answered in time: 100% of 2
        Median time to an answer: 20 min
        [chart: Conversations by day of last activity]
        Person | Open now | Assigned | Done | Median to done | In time
        Zoe | 3 | 1 | 0 | – | 100% of 1
        Leo | 0 | 1 | 1 | 41 min | 100% of 1
          Requested by Maya
        ");
    })
    .await;
}

#[tokio::test]
async fn a_message_held_by_quiet_hours_is_dropped_when_its_reason_is_gone() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[("tell", json!(["owner"]))]).await;
        let conversation = bot.missed_call(CALLER).await;
        let answered = bot.missed_call("+14155550998").await;
        bot.press(ZOE, &conversation, "take").await;
        bot.press(ZOE, &answered, "take").await;
        bot.read_all().await;
        // Zoe has quiet hours all day but for one minute.
        let zoe = bot.world(|world| world.person(ZOE).unwrap().id.clone());
        let quiet = json!({ "quiet": { "from": 0, "to": 1439 } });
        let (at, body) = (bot.clock.now(), quiet.to_string());
        let db = bot.current().await.db.clone();
        db.keep(Document { kind: "wishes".to_owned(), id: zoe.clone(), at, due: None, body }).await.unwrap();
        minutes(bot, 122).await;
        come(bot, "call", FRONT_DESKS, "+14155550998").await;
        bot.read_all().await;
        let at = bot.clock.now();
        db.keep(Document { kind: "wishes".to_owned(), id: zoe, at, due: None, body: "{}".to_owned() }).await.unwrap();
        bot.clock.advance(SignedDuration::from_hours(24));
        bot.look().await;
        let told = bot.dm(ZOE).await;
        assert!(told.contains("0999 is overdue") && !told.contains("0998"), "{told}");
        minutes(bot, 2).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_owner_of_an_overdue_conversation_has_the_time_of_one_step() {
    product_with(Setup::MORNING, async |bot| {
        let limits = [("owner_call", json!("0")), ("answer_call", json!("60"))];
        route(bot, &[&limits[..], &[("tell", json!(["owner"])), ("step", json!("15"))]].concat()).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.read_all().await;
        minutes(bot, 61).await;
        bot.slash(MAYA, &format!("/assign @zoe {conversation}")).await;
        bot.read_all().await;
        minutes(bot, 14).await;
        let before = bot.calls("chat.postMessage");
        minutes(bot, 2).await;
        assert_eq!(bot.calls("chat.postMessage"), before + 1);
        let told = bot.dm(ZOE).await;
        assert!(told.contains("is overdue: your answer was due"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_reopened_conversation_still_waits() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        let conversation = bot.missed_call(CALLER).await;
        bot.press(ZOE, &conversation, "take").await;
        bot.slash(ZOE, &format!("/done {conversation}")).await;
        bot.read_all().await;
        bot.slash(ZOE, "/dialnote undo").await;
        bot.read_all().await;
        let card = bot.card(&conversation).await;
        assert!(card.contains("answer by Nov 23, 20:00 UTC"), "{card}");
    })
    .await;
}
