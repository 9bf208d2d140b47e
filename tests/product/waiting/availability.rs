//! People who are away: they are not picked, menus mark them, and assigning to them by hand asks first.

use dialnote_sandbox::{RunStep, SetStatus, SlackFailure, Typing};
use dialnote_slack::ops::manifest::{self, Reached, UNFURL_DOMAIN};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::drawing::draw_blocks;
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, Setup, ZOE, handoff_to, product, product_with, set_up};

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn assigning_to_an_absent_person_asks_first_and_continues_by_button() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, Some(AN_HOUR * 24)).await;
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Zoe is away (Vacationing) until Nov 24, 9:00 UTC. Ana Lima (+1 415 555 0101) isn't assigned to them yet.
        > Your note (not saved): wants a call back
        [Assign anyway] [Assign to…]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert_eq!((bot.dialnote(ANA), bot.calls("PATCH")), ("mem_zoe open".into(), 1));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn each_reason_is_named() {
    product(async |bot| {
        bot.rests(ZOE, AN_HOUR);
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Zoe has Do Not Disturb on until Nov 23, 10:00 UTC. Ana Lima (+1 415 555 0101) isn't assigned to them yet.
        [Assign anyway] [Assign to…]
        ");
        bot.is_in_dialnote("mem_leo", "Away");
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Leo is away in dialnote. Ana Lima (+1 415 555 0101) isn't assigned to them yet.
        [Assign anyway] [Assign to…]
        ");
        let status = SetStatus { who: LEO.into(), emoji: "palm_tree".into(), ..SetStatus::default() };
        bot.sandbox.set_status(status).await.unwrap();
        bot.slash(MAYA, "/handoff @leo conv_1001 for you").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Leo is away in Slack. Ana Lima (+1 415 555 0101) isn't handed off yet.
        > Your note (not saved): for you
        [Hand off anyway] [Hand off to…]
        ");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn other_statuses_and_ended_ones_ask_nothing() {
    product(async |bot| {
        let meeting = SetStatus { who: ZOE.into(), emoji: "spiral_calendar_pad".into(), ..SetStatus::default() };
        bot.sandbox.set_status(meeting).await.unwrap();
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.goes_on_vacation(LEO, Some(AN_HOUR)).await;
        // Slack has not cleared the status yet, and told no one.
        bot.clock.advance(AN_HOUR);
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn a_status_that_was_cleared_since_the_question_changes_nothing_about_the_answer() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.answer(MAYA).await;
        bot.comes_back(ZOE).await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_changed_since_the_question_is_asked_about() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.answer(MAYA).await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        let asked = bot.answer(MAYA).await;
        assert!(asked.contains("is assigned to Leo now"), "{asked}");
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "the absence was confirmed before");
    })
    .await;
}

#[tokio::test]
async fn someone_else_can_be_chosen_instead() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/handoff @zoe conv_1001 wants a call back").await;
        bot.answer(MAYA).await;
        bot.press_private(MAYA, "front-desk", "fill_in", 0).await;
        assert!(bot.window(MAYA).await.contains("wants a call back"));
        bot.submit(MAYA, handoff_to(LEO, "wants a call back")).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn taking_for_oneself_and_groups_ask_nothing() {
    product(async |bot| {
        for who in [MAYA, ZOE] {
            bot.goes_on_vacation(who, None).await;
        }
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.slash(MAYA, "/assign @maya conv_1002").await;
        bot.slash(MAYA, "/assign @frontdesk conv_1003").await;
        bot.read_all().await;
        let owners = [ANA, "conv_1002", "conv_1003"].map(|id| bot.dialnote(id));
        assert_eq!(owners, ["mem_maya open", "mem_maya open", "mem_leo open"]);
    })
    .await;
}

#[tokio::test]
async fn every_way_of_assigning_asks() {
    product(async |bot| {
        card(bot).await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.choose(MAYA, ANA, ZOE).await;
        asked(&bot.answer(MAYA).await, "menu");
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(MAYA, ANA, "hand_off").await;
        bot.submit(MAYA, handoff_to(ZOE, "for you")).await;
        asked(&bot.answer(MAYA).await, "form");
        bot.mention(MAYA, ANA, "assign to <@U0ZOE>").await;
        let thread = bot.everything();
        asked(&thread, "written");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

/// Has the conversation with Ana Lima shown as an unassigned card.
async fn card(bot: &mut Bot) {
    bot.slash(MAYA, "/assign me conv_1001").await;
    bot.slash(MAYA, "/dialnote unassign conv_1001").await;
    bot.read_all().await;
}

fn asked(answer: &str, how: &str) {
    assert!(answer.contains("Zoe is away (Vacationing)") && answer.contains("anyway]"), "{how}: {answer}");
}

#[tokio::test]
async fn several_conversations_are_asked_about_one_by_one() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1002").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        None of 2 conversations changed:
        :x: Zoe is away (Vacationing). Ana Lima (+1 415 555 0101) isn't assigned to them yet. [Assign anyway]
        :x: Zoe is away (Vacationing). Robert Hale (+1 415 555 0102) isn't assigned to them yet. [Assign anyway]
        ");
        bot.press_private(MAYA, "front-desk", "retry", 1).await;
        bot.read_all().await;
        assert_eq!((bot.dialnote(ANA), bot.dialnote("conv_1002")), ("nobody open".into(), "mem_zoe open".into()));
    })
    .await;
}

#[tokio::test]
async fn slackbot_gets_the_question_with_its_button() {
    product(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.look().await;
        let arguments = json!({ "conversation": ANA, "to": "zoe" });
        let asked = bot.slackbot(MAYA, "assign", arguments).await;
        assert!(asked.is_error);
        assert_snapshot!(draw_blocks(&asked.blocks), @"
        Zoe is away (Vacationing). Ana Lima (+1 415 555 0101) isn't assigned to them yet.
        [Assign anyway]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.press_in_slackbot(MAYA, &asked, "answer_question", 0).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_workflow_gets_the_sentence_as_its_error() {
    set_up(async |bot| {
        let manifest = manifest::json_with_steps(Reached::BySockets, UNFURL_DOMAIN).unwrap();
        bot.world(|world| world.functions.declare(&manifest)).unwrap();
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "workflows": { "workflows": ["allowed"] } })).await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        let Value::Object(inputs) = json!({ "conversation": "Ana Lima", "person": "zoe" }) else { unreachable!() };
        let run = RunStep { callback_id: "assign_conversation".to_owned(), inputs, who: None };
        let (execution, _) = bot.sandbox.run_step(run).await.unwrap();
        bot.settle().await;
        let end = bot.world(|world| {
            let execution = world.functions.executions.iter().find(|one| one.id == execution).unwrap();
            format!("{:?}", execution.end)
        });
        assert_snapshot!(end, @r#"Some(Error("Zoe is away (Vacationing). Ana Lima (+1 415 555 0101) isn't assigned to them yet. Choose another person or a user group."))"#);
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_not_linked_is_refused_before_the_question() {
    product(async |bot| {
        bot.goes_on_vacation(SAM, None).await;
        bot.slash(MAYA, "/assign @sam conv_1001").await;
        let answer = bot.answer(MAYA).await;
        assert!(answer.contains("isn't linked") || answer.contains("doesn't match"), "{answer}");
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(SAM, "/assign @zoe conv_1001").await;
        let answer = bot.answer(SAM).await;
        assert!(!answer.contains("away"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn if_slack_does_not_say_nobody_waits_for_it() {
    product(async |bot| {
        bot.rests(ZOE, AN_HOUR);
        bot.world(|world| {
            let failure = SlackFailure { method: "dnd.teamInfo".into(), times: 9, ..SlackFailure::default() };
            world.faults.slack.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn slack_is_asked_for_do_not_disturb_once_a_minute() {
    product(async |bot| {
        for id in [ANA, "conv_1002", "conv_1003"] {
            bot.slash(MAYA, &format!("/assign @zoe {id}")).await;
        }
        bot.read_all().await;
        assert_eq!(bot.calls("dnd.teamInfo"), 1);
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.slash(MAYA, "/assign @zoe conv_1004").await;
        bot.read_all().await;
        assert_eq!(bot.calls("dnd.teamInfo"), 2);
    })
    .await;
}

#[tokio::test]
async fn an_absent_person_is_not_picked_from_a_group() {
    product(async |bot| {
        bot.goes_on_vacation(LEO, None).await;
        bot.slash(MAYA, "/assign @frontdesk conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/assign @frontdesk conv_1002").await;
        assert_snapshot!(bot.answer(MAYA).await, @"No one in @frontdesk is available right now. Choose a person.");
        bot.comes_back(LEO).await;
        bot.settle().await;
        bot.slash(MAYA, "/assign @frontdesk conv_1002").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1002"), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn menus_offer_absent_people_with_a_mark() {
    product_with(Setup::MORNING, async |bot| {
        card(bot).await;
        bot.slash(MAYA, "/assign @zoe conv_1003").await;
        bot.slash(MAYA, "/assign @leo conv_1002").await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, Some(AN_HOUR * 24 * 4)).await;
        let offered = offered(bot, MAYA).await;
        assert!(offered.contains(&"Zoe Park (Zoe) · away until Fri 27 Nov".to_owned()), "{offered:?}");
        assert!(offered.iter().any(|one| one == "Leo · 1 open" || one.starts_with("Leo · ")), "{offered:?}");
        bot.comes_back(ZOE).await;
        bot.settle().await;
        let offered = self::offered(bot, MAYA).await;
        assert!(offered.iter().all(|one| !one.contains("away")), "{offered:?}");
    })
    .await;
}

/// Returns the labels that the menu of people on a card offers.
async fn offered(bot: &Bot, who: &str) -> Vec<String> {
    let typing = Typing {
        who: who.to_owned(),
        channel: Some(FRONT_DESK.to_owned()),
        message_ts: Some(bot.card_ts(FRONT_DESK, ANA)),
        view_id: None,
        action_id: "assign_to".to_owned(),
        block_id: None,
        value: String::new(),
    };
    let groups = bot.sandbox.options(typing).await.unwrap().option_groups;
    let options = groups.iter().flat_map(|group| group["options"].as_array().unwrap());
    options.filter_map(|option| option["text"]["text"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn an_absent_receiver_is_not_reminded_and_the_handoff_returns() {
    product_with(Setup::MORNING, async |bot| {
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        let said = bot.calls("chat.postMessage");
        bot.pass(SignedDuration::from_secs(15 * 60 + 1)).await;
        assert_eq!(bot.calls("chat.postMessage"), said, "no reminder");
        bot.pass(SignedDuration::from_secs(15 * 60 + 1)).await;
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_time_to_answer_begins_when_a_receiver_known_to_be_away_is_back() {
    product_with(Setup::MORNING, async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.slash(MAYA, "/handoff @zoe conv_1001 call before noon").await;
        bot.answer(MAYA).await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(40)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "Maya knew");
        bot.comes_back(ZOE).await;
        bot.pass(SignedDuration::from_mins(31)).await;
        let reminder = bot.dm(ZOE).await;
        assert!(reminder.starts_with("Reminder: Maya handed Ana Lima off to you."), "{reminder}");
        bot.pass(SignedDuration::from_mins(16)).await;
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_changed_group_is_heard_of() {
    product(async |bot| {
        bot.regroup("frontdesk", &[MAYA]).await;
        let heard =
            bot.world(|world| world.deliveries.iter().filter(|one| one.kind == "subteam_members_changed").count());
        assert_eq!(heard, 1);
        bot.slash(ZOE, "/assign @frontdesk conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}
