//! A route assigns what comes in: by turns or to the least busy, only to those who are there and have room.

use dialnote_sandbox::Status;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::desk::{calls, desk, desk_at, documents, frontdesk, minutes, owners, rest};
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE};

/// The number of conversations below which no one of the sandbox is.
const BUSY: u16 = 2;

#[tokio::test]
async fn new_conversations_go_to_each_in_turn() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let first = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&first), "mem_leo open");
        assert_snapshot!(bot.line(&first).await, @"dialnote assigned this to Leo (next in turn of @frontdesk).");
        assert_snapshot!(bot.dm(LEO).await, @"
        dialnote assigned a conversation to you (next in turn of @frontdesk).
        +1 415 555 9000
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.card(&first).await, @"
          :large_blue_circle:  Owner: Leo · assigned automatically Nov 23, 18:00 UTC · answer by Nov 23, 20:00 UTC
        +1 415 555 9000
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.read_all().await;
        let more = calls(bot, 4).await;
        // The first of them is the same contact again, who has an owner.
        assert_eq!(owners(bot, &more), ["leo", "zoe", "leo", "zoe"]);
        for kind in ["awaits_pick", "pick", "pick_check"] {
            bot.pass(SignedDuration::from_mins(1)).await;
            assert_eq!(documents(bot, kind).await, 0, "{kind}");
        }
        assert_eq!(documents(bot, "turn:C0FRONT").await, 2, "the last turn of each");
    })
    .await;
}

#[tokio::test]
async fn new_conversations_go_to_the_least_busy() {
    desk(frontdesk("least_busy", 0), async |bot| {
        // Leo has one, and Zoe four.
        for id in ["conv_1001", "conv_1002"] {
            bot.in_dialnote(json!({ "conversation": id, "assignedToId": "mem_zoe" })).await;
        }
        bot.read_all().await;
        let all = calls(bot, 5).await;
        assert_eq!(owners(bot, &all), ["leo", "leo", "leo", "zoe", "leo"]);
        assert_snapshot!(bot.line(&all[1]).await, @"dialnote assigned this to Leo (least busy of @frontdesk, with 2 open).");
    })
    .await;
}

#[tokio::test]
async fn what_was_unassigned_before_and_what_a_person_unassigned_stays() {
    desk(frontdesk("in_turn", 0), async |bot| {
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "it came in before");
        let one = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
        bot.press(LEO, &one, "unassign").await;
        bot.read_all().await;
        bot.in_dialnote(json!({ "conversation": one, "status": "done" })).await;
        bot.in_dialnote(json!({ "conversation": one, "status": "open" })).await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&one), "nobody open", "Leo wanted it so, and someone reopened it");
        bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_zoe open", "its contact called again");
        let again = bot.missed_call("+14155550101").await;
        assert_eq!((again.as_str(), bot.dialnote(ANA).as_str()), (ANA, "mem_leo open"), "so did Ana");
    })
    .await;
}

#[tokio::test]
async fn a_snooze_that_ends_is_assigned() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.slash(MAYA, "/snooze conv_1001 30m").await;
        bot.read_all().await;
        minutes(bot, 29).await;
        assert_eq!(bot.dialnote(ANA), "nobody snoozed");
        minutes(bot, 3).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.slash(MAYA, "/snooze conv_1002 30m").await;
        bot.slash(MAYA, "/dialnote unsnooze conv_1002").await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote("conv_1002"), "nobody open", "Maya has it in hand");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_assigned_at_night() {
    // Monday, a quarter to five in Maya's Los Angeles.
    let evening = Setup { now: "2026-11-24T00:45:00Z", ..Setup::MORNING };
    desk_at(evening, frontdesk("in_turn", 0), async |bot| {
        let day = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&day), "mem_leo open");
        minutes(bot, 20).await;
        let night = bot.missed_call("+14155559001").await;
        assert_eq!(bot.dialnote(&night), "nobody open");
        assert_snapshot!(bot.card(&night).await, @"
          :red_circle: Unassigned · owner by Nov 24, 17:30 UTC · waiting until Nov 24, 17:00 UTC
        +1 415 555 9001
        :telephone_receiver: Missed call · Nov 24, 1:05 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.pass_awake(15).await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(bot.dialnote(&night), "nobody open", "at half past eight");
        minutes(bot, 60).await;
        assert_eq!(bot.dialnote(&night), "mem_zoe open");
        assert!(!bot.card(&night).await.contains("waiting"), "{}", bot.card(&night).await);
    })
    .await;
}

#[tokio::test]
async fn the_hours_of_the_number_count() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let hours = json!({ "from": { "from": "11:00" }, "until": { "until": "12:00" } });
        bot.set_route(MAYA, FRONT_DESK, hours).await;
        let one = bot.missed_call("+14155559000").await;
        minutes(bot, 58).await;
        assert_eq!(bot.dialnote(&one), "nobody open");
        minutes(bot, 3).await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn it_waits_for_the_first_who_is_back() {
    desk(frontdesk("in_turn", 0), async |bot| {
        rest(bot, LEO, 10);
        rest(bot, ZOE, 90);
        let all = calls(bot, 2).await;
        assert_eq!(owners(bot, &all), ["nobody", "nobody"]);
        assert_snapshot!(bot.card(&all[0]).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC · waiting for the first of @frontdesk: all are away
        +1 415 555 9000
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        let drawn = bot.calls("chat.update");
        let groups = bot.calls("usergroups.users.list");
        minutes(bot, 8).await;
        assert_eq!(bot.calls("chat.update"), drawn, "the card says it once");
        assert!(bot.calls("usergroups.users.list") <= groups + 8, "a look a minute");
        assert_eq!(bot.calls("PATCH"), 0);
        minutes(bot, 2).await;
        assert_eq!(owners(bot, &all), ["leo", "leo"]);
        let card = bot.card(&all[0]).await;
        assert!(!card.contains("waiting") && card.contains("Owner: Leo"), "{card}");
    })
    .await;
}

#[tokio::test]
async fn a_status_that_ends_makes_it_go_on_at_once() {
    desk(json!({ "auto": { "auto": "in_turn" }, "pool_people": { "pool_people": ["leo"] } }), async |bot| {
        let one = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
        bot.goes_on_vacation(LEO, None).await;
        bot.settle().await;
        let other = bot.missed_call("+14155559001").await;
        assert_eq!(bot.dialnote(&other), "nobody open");
        bot.comes_back(LEO).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(&other), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn an_absent_owners_conversation_goes_to_the_next() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let one = bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
        bot.goes_on_vacation(LEO, None).await;
        bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_zoe open");
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "nobody open");
        assert!(bot.card(&one).await.contains("waiting for the first of @frontdesk: all are away"));
        bot.comes_back(LEO).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(&one), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn no_one_gets_more_than_the_limit() {
    // Leo has one open conversation, and Zoe two.
    desk(frontdesk("in_turn", BUSY), async |bot| {
        let all = calls(bot, 3).await;
        assert_eq!(owners(bot, &all), ["leo", "nobody", "nobody"]);
        assert_snapshot!(bot.card(&all[1]).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC · waiting for the first of @frontdesk: all are away or at the limit of 2 open
        +1 415 555 9001
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.read_all().await;
        minutes(bot, 3).await;
        assert_eq!(owners(bot, &all), ["leo", "nobody", "nobody"]);
        // It goes on at once, with the oldest.
        bot.slash(LEO, &format!("/done {}", all[0])).await;
        bot.read_all().await;
        assert_eq!(owners(bot, &all), ["leo", "leo", "nobody"]);
        let zoes = bot.world(|world| {
            let mut all = world.dialnote.conversations.iter();
            all.find(|one| one.assigned_to.as_deref() == Some("mem_zoe") && one.status == Status::Open)
                .unwrap()
                .id
                .clone()
        });
        bot.in_dialnote(json!({ "conversation": zoes, "status": "done" })).await;
        assert_eq!(owners(bot, &all), ["leo", "leo", "zoe"]);
    })
    .await;
}

#[tokio::test]
async fn a_contact_who_calls_again_keeps_their_place_though_no_one_saw_the_first_call() {
    // Leo has room for one.
    desk(frontdesk("in_turn", BUSY), async |bot| {
        let first = bot.call_in("+14155559001").await;
        let second = bot.call_in("+14155559000").await;
        assert_eq!(bot.call_in("+14155559001").await, first);
        bot.clock.advance(SignedDuration::from_mins(20));
        bot.look().await;
        minutes(bot, 1).await;
        bot.read_all().await;
        assert_eq!(owners(bot, &[first, second]), ["leo", "nobody"]);
    })
    .await;
}

#[tokio::test]
async fn the_load_that_dialnote_shows_counts() {
    desk(frontdesk("least_busy", BUSY), async |bot| {
        // No one has seen yet that Leo has as many as he may.
        bot.world(|world| world.dialnote.conversation_mut("conv_1009").unwrap().assigned_to = Some("mem_leo".into()));
        let one = bot.call_in("+14155559000").await;
        bot.look().await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&one), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_may_not_be_read_is_reported_once_a_day() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        let all = calls(bot, 2).await;
        assert_eq!(owners(bot, &all), ["nobody", "nobody"]);
        assert_snapshot!(bot.card(&all[0]).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC · the members of @frontdesk can't be read
        +1 415 555 9000
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(MAYA).await, @"Conversations in <#C0FRONT> aren't assigned: the members of @frontdesk can't be read. Ask an admin to allow `usergroups:read`, or choose people instead.");
        let text = bot.world(|world| world.seen_by(MAYA, "dm").last().unwrap().text.clone());
        assert!(text.starts_with("Conversations in a channel aren't assigned"), "the notification is plain: {text}");
        let told = |bot: &Bot| bot.world(|world| world.seen_by(MAYA, "dm").len());
        let once = told(bot);
        calls(bot, 3).await;
        minutes(bot, 5).await;
        assert_eq!(told(bot), once);
        bot.world(|world| world.scopes.push("usergroups:read".to_owned()));
        minutes(bot, 2).await;
        assert_eq!(owners(bot, &all), ["leo", "zoe"], "nothing is lost");
    })
    .await;
}

#[tokio::test]
async fn who_declines_leaves_it_unassigned() {
    desk(frontdesk("in_turn", 0), async |bot| {
        let one = bot.missed_call("+14155559000").await;
        bot.dm(LEO).await;
        bot.press_private(LEO, "dm", "give_back", 0).await;
        bot.settle().await;
        bot.read_all().await;
        minutes(bot, 2).await;
        assert_eq!(bot.dialnote(&one), "nobody open");
        bot.missed_call("+14155559000").await;
        assert_eq!(bot.dialnote(&one), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_group_without_linked_members_is_reported() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.world(|world| world.groups[0].users = vec!["U0SAM".to_owned()]);
        let one = bot.missed_call("+14155559000").await;
        assert_snapshot!(bot.dm(MAYA).await, @"Conversations in <#C0FRONT> aren't assigned: no one in @frontdesk is linked to dialnote. Link them with `/dialnote link`, or choose other people.");
        bot.world(|world| world.groups[0].users.clear());
        minutes(bot, 2).await;
        assert_snapshot!(bot.card(&one).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC · no one is in @frontdesk
        +1 415 555 9000
        :telephone_receiver: Missed call · Nov 23, 18:00 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.regroup("frontdesk", &["sam", "zoe"]).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(&one), "mem_zoe open", "at once, when the group gets a new member");
    })
    .await;
}

#[tokio::test]
async fn chosen_people_take_turns() {
    let people = json!({ "pool_people": ["maya", "zoe"] });
    desk(json!({ "auto": { "auto": "in_turn" }, "pool_people": people }), async |bot| {
        let all = calls(bot, 3).await;
        assert_eq!(owners(bot, &all), ["maya", "zoe", "maya"]);
        assert_snapshot!(bot.line(&all[0]).await, @"dialnote assigned this to Maya (next in turn of the chosen people).");
    })
    .await;
}

#[tokio::test]
async fn without_the_setting_nothing_waits_any_longer() {
    desk(frontdesk("in_turn", 0), async |bot| {
        rest(bot, LEO, 5);
        rest(bot, ZOE, 5);
        let one = bot.missed_call("+14155559000").await;
        assert!(bot.card(&one).await.contains("waiting for the first"));
        bot.set_route(MAYA, FRONT_DESK, json!({ "auto": { "auto": "off" } })).await;
        minutes(bot, 7).await;
        assert_eq!(bot.dialnote(&one), "nobody open");
        let card = bot.card(&one).await;
        assert!(card.contains("Unassigned") && !card.contains("waiting"), "{card}");
        assert_eq!(documents(bot, "awaits_pick").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_removed_route_assigns_nothing() {
    desk(frontdesk("in_turn", 0), async |bot| {
        rest(bot, LEO, 5);
        rest(bot, ZOE, 5);
        let one = bot.missed_call("+14155559000").await;
        bot.slash(MAYA, "/dialnote route off").await;
        bot.read_all().await;
        minutes(bot, 7).await;
        assert_eq!(bot.dialnote(&one), "nobody open");
        assert_eq!(documents(bot, "awaits_pick").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_masked_channel_names_no_one_outside() {
    desk(frontdesk("in_turn", 0), async |bot| {
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.clock.advance(SignedDuration::from_secs(61));
        rest(bot, LEO, 5);
        rest(bot, ZOE, 5);
        let one = bot.missed_call("+14155559000").await;
        let card = bot.card(&one).await;
        assert!(card.contains("waiting for the first of @frontdesk") && !card.contains("555"), "{card}");
        minutes(bot, 6).await;
        let line = bot.line(&one).await;
        assert!(line.contains("next in turn") && !line.contains("555"), "{line}");
    })
    .await;
}
