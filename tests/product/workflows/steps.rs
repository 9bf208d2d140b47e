//! Steps of Slack's workflows: an admin allows them, and each ends with outputs or with a sentence for the author of
//! the workflow.

use dialnote_sandbox::{Ended, Hang, RunStep, Service, SlackFailure};
use dialnote_slack::ops::audit_report::AuditFormat;
use dialnote_slack::ops::manifest::{self, Reached, UNFURL_DOMAIN};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::ops::audit_log::acts;
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with, set_up};

/// Runs a test in a workspace whose manifest has the steps, and whose admin has allowed them.
async fn allowed(test: impl AsyncFnOnce(&mut Bot)) {
    set_up(async |bot| {
        declare(bot);
        allow(bot, true).await;
        test(bot).await;
    })
    .await;
}

fn declare(bot: &Bot) {
    let manifest = manifest::json_with_steps(Reached::BySockets, UNFURL_DOMAIN).unwrap();
    bot.world(|world| world.functions.declare(&manifest)).unwrap();
}

async fn allow(bot: &mut Bot, allowed: bool) {
    bot.slash(MAYA, "/dialnote settings").await;
    let chosen = if allowed { json!(["allowed"]) } else { json!([]) };
    bot.submit(MAYA, json!({ "workflows": { "workflows": chosen } })).await;
    bot.read_all().await;
}

/// Lets a workflow reach a step and returns its execution.
async fn reach(bot: &Bot, callback_id: &str, inputs: Value) -> String {
    let Value::Object(inputs) = inputs else { panic!("inputs are an object") };
    let run = RunStep { callback_id: callback_id.to_owned(), inputs, who: None };
    let (execution, outcome) = bot.sandbox.run_step(run).await.unwrap();
    assert_eq!((outcome.status, outcome.error), (Some(200), None));
    execution
}

/// Returns the end of an execution, in words.
fn end(bot: &Bot, execution: &str) -> String {
    bot.world(|world| {
        let execution = world.functions.executions.iter().find(|one| one.id == execution).unwrap();
        match &execution.end {
            None => "running".to_owned(),
            Some(Ended::Error(words)) => format!("error: {words}"),
            Some(Ended::Success(outputs)) => {
                let lines =
                    outputs.iter().map(|(name, value)| format!("{name}: {}", value.to_string().trim_matches('"')));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    })
}

/// Runs a step to its end.
async fn run(bot: &Bot, callback_id: &str, inputs: Value) -> String {
    let execution = reach(bot, callback_id, inputs).await;
    bot.settle().await;
    end(bot, &execution)
}

#[tokio::test]
async fn a_step_assigns_a_conversation_as_a_workflow() {
    allowed(async |bot| {
        bot.slash(MAYA, "/dialnote route *").await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        let inputs = json!({ "conversation": "Ana Lima", "person": "zoe", "note": "From the <intake> form & more" });
        assert_snapshot!(run(bot, "assign_conversation", inputs).await, @"
        conversation: conv_1001
        link: https://app.dialnote.com/conversations/conv_1001
        owner: Zoe
        owner_user: U0ZOE
        status: open
        title: Ana Lima
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        assert_snapshot!(bot.dm(ZOE).await, @"
        A workflow assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > A workflow: From the <intake> form & more
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(LEO).await, @"
        Ana Lima · A workflow reassigned this to Zoe. You're no longer the owner. [Open in dialnote ↗]
        ---
        A workflow reassigned Ana Lima to Zoe. You're no longer the owner.
        ");
        assert_snapshot!(bot.line(ANA).await, @"
        A workflow reassigned this from Leo to Zoe.
        > From the <intake> form & more
        ");
        let note = bot.notes(ANA).pop().unwrap();
        assert!(note.starts_with("From the <intake> form & more\n\n— A workflow"), "{note}");
        bot.slash(MAYA, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 9:00 UTC · A workflow reassigned this from Leo to Zoe.
        Nov 23, 9:00 UTC · Maya assigned this to Leo.
        ");
        assert_snapshot!(acts(bot, AuditFormat::Lines).await, @"
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen settings: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen settings: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen assign conv_1001 typed: unassigned open → mem_leo open, done
        2026-11-23T09:00:00Z T0ACME workflow A workflow assign conv_1001 workflow: mem_leo open → mem_zoe open, done
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_picks_the_least_busy_member_of_a_group() {
    allowed(async |bot| {
        let inputs = || json!({ "conversation": "conv_1001", "group": "frontdesk" });
        let picked = run(bot, "assign_conversation", inputs()).await;
        assert!(picked.contains("owner: Leo"), "{picked}");
        assert_snapshot!(run(bot, "assign_conversation", inputs()).await, @"error: Leo already owns Ana Lima. To reassign it, name a person instead of a group.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_finds_a_conversation_by_its_number() {
    allowed(async |bot| {
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        for typed in ["+1 415 555 0101", "https://app.dialnote.com/conversations/conv_1001", "conv_1001"] {
            let found = run(bot, "find_conversation", json!({ "conversation": typed })).await;
            assert!(found.contains("title: Ana Lima") && found.contains("status: done"), "{typed}: {found}");
            assert!(!found.contains("owner"), "{found}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_step_adds_a_note_to_a_named_conversation() {
    allowed(async |bot| {
        let inputs = json!({ "conversation": "Diana Okafor", "note": "Filled in the form" });
        let noted = run(bot, "add_note", inputs).await;
        assert!(noted.contains("conversation: conv_1003"), "{noted}");
        assert!(bot.notes("conv_1003")[0].starts_with("Filled in the form\n\n— A workflow"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_posts_the_unassigned_conversations_of_a_channel() {
    allowed(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        assert_snapshot!(run(bot, "post_unassigned", json!({ "channel": "front-desk" })).await, @"count: 2");
        assert_snapshot!(bot.posts(FRONT_DESK).pop().unwrap(), @"
        # 2 unassigned conversations, oldest first
        :red_circle: Lucía Fernández · +1 415 555 0112 · Clínica del Sol
        :studio_microphone: Voicemail · Nov 23, 5:00 UTC · Billing · “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 447…” [Take it]
        :red_circle: Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing [Take it]
        [Show all unassigned] [My conversations]
        ");
        bot.world(|world| world.faults.slack.bot_not_in.push(FRONT_DESK.to_owned()));
        assert_snapshot!(run(bot, "post_unassigned", json!({ "channel": "front-desk" })).await, @"error: The app can't post in that channel (not_in_channel). Invite it there with /invite @dialnote, or choose another channel.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_that_no_admin_has_allowed_is_refused() {
    set_up(async |bot| {
        declare(bot);
        for (step, inputs) in [
            ("assign_conversation", json!({ "conversation": "conv_1001", "person": "zoe" })),
            ("find_conversation", json!({ "conversation": "conv_1001" })),
            ("add_note", json!({ "conversation": "conv_1001", "note": "x" })),
            ("post_unassigned", json!({ "channel": "front-desk" })),
        ] {
            let expected = "error: Workflow steps can't use dialnote in this workspace. Ask an admin to allow them in the \
                            workspace rules (/dialnote settings).";
            assert_eq!(run(bot, step, inputs).await, expected, "{step}");
        }
        assert_eq!(bot.dialnote(ANA), "nobody open");
        let log = acts(bot, AuditFormat::Lines).await;
        assert!(log.contains("workflow workflow_step workflow: ") && log.contains("not_allowed"), "{log}");
        allow(bot, true).await;
        allow(bot, false).await;
        let inputs = json!({ "conversation": "conv_1001", "person": "zoe" });
        assert!(run(bot, "assign_conversation", inputs).await.starts_with("error: Workflow steps can't"));
    })
    .await;
}

#[tokio::test]
async fn a_workflow_reassigns_no_more_than_a_teammate_who_is_no_owner() {
    allowed(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "reassign": { "reassign": "owner_and_admins" } })).await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        let inputs = json!({ "conversation": "conv_1001", "person": "zoe", "note": "For you" });
        assert_snapshot!(run(bot, "assign_conversation", inputs).await, @"error: Only the owner or an admin can reassign Ana Lima. Ask Leo (the owner) or an admin.");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        assert_eq!(bot.notes(ANA), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_wrong_input_is_explained_to_the_author() {
    allowed(async |bot| {
        let all = [
            ("assign_conversation", json!({ "conversation": "Nobody Here", "person": "zoe" })),
            ("assign_conversation", json!({ "conversation": "conv_9999", "person": "zoe" })),
            ("assign_conversation", json!({ "conversation": "Ana Lima", "person": "sam" })),
            ("assign_conversation", json!({ "conversation": "conv_1001" })),
            ("assign_conversation", json!({ "conversation": "conv_1001", "person": "zoe", "group": "frontdesk" })),
            ("find_conversation", json!({ "conversation": "conv_1001, conv_1003" })),
            ("find_conversation", json!({ "conversation": "conv_1001 wants a call" })),
            ("find_conversation", json!({ "conversation": "dian" })),
            ("find_conversation", json!({ "conversation": "Ana" })),
            ("add_note", json!({ "conversation": "conv_1001", "note": "x".repeat(5001) })),
        ];
        let mut said = Vec::new();
        for (step, inputs) in all {
            said.push(run(bot, step, inputs).await);
        }
        assert_snapshot!(said.join("\n"), @"
        error: No conversation is called “Nobody Here”. Use an id, a link, a phone number or the whole name of a contact.
        error: dialnote has no conversation conv_9999. Name it by contact name or phone number.
        error: Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.
        error: Neither a person nor a group is given. Choose the new owner.
        error: Both a person and a group are given. Leave one of them empty.
        error: “conv_1001, conv_1003” isn't clear. Use the id of a conversation: Ana Lima (conv_1001), Diana Okafor (conv_1003).
        error: “conv_1001 wants a call” isn't clear. Use the id of a conversation: Ana Lima (conv_1001).
        error: “dian” isn't clear. Use the id of a conversation: Diana Okafor (conv_1003).
        error: “Ana” isn't clear. Use the id of a conversation: Ana Lima (conv_1001).
        error: The note has 5001 characters, and dialnote accepts 5000. Shorten it and try again.
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_holds_already_is_a_success() {
    allowed(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let inputs = json!({ "conversation": "conv_1001", "person": "zoe" });
        assert!(run(bot, "assign_conversation", inputs).await.contains("owner_user: U0ZOE"));
        assert_eq!(bot.owners_set(), ["mem_zoe"]);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_twice_has_one_effect() {
    allowed(async |bot| {
        bot.world(|world| world.faults.slack.deliver_twice = true);
        let inputs = json!({ "conversation": "conv_1001", "person": "zoe", "note": "Once" });
        assert!(run(bot, "assign_conversation", inputs).await.contains("owner: Zoe"));
        bot.world(|world| world.faults.slack.deliver_twice = false);
        assert_eq!((bot.owners_set().len(), bot.notes(ANA).len()), (1, 1));
        assert_eq!(bot.calls("functions.completeSuccess"), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_waits_for_dialnote_as_long_as_its_token_lives() {
    allowed(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        let inputs = || json!({ "conversation": "conv_1001", "person": "zoe" });
        let (soon, never) = (
            reach(bot, "assign_conversation", inputs()).await,
            reach(bot, "find_conversation", json!({ "conversation": "conv_1003" })).await,
        );
        bot.pass(SignedDuration::from_mins(2)).await;
        assert_eq!((end(bot, &soon), end(bot, &never)), ("running".to_owned(), "running".to_owned()));
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_mins(5)).await;
        assert!(end(bot, &soon).contains("owner: Zoe") && end(bot, &never).contains("Diana Okafor"));

        bot.world(|world| world.faults.dialnote.down = true);
        let too_late = reach(bot, "add_note", json!({ "conversation": "conv_1001", "note": "x" })).await;
        bot.pass(SignedDuration::from_mins(15)).await;
        assert_snapshot!(end(bot, &too_late), @"error: dialnote or Slack didn't respond in time, so the step was stopped. Check the conversation, then run the workflow again.");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_hours(2)).await;
        assert_eq!(bot.notes(ANA).len(), 0, "what was reported as stopped does not happen later");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_step_waits_for_a_rate_limit_unless_its_token_ends_first() {
    allowed(async |bot| {
        let inputs = || json!({ "conversation": "conv_1001", "person": "zoe" });
        bot.world(|world| world.faults.dialnote.rate_limited = Some(3600));
        bot.slash(MAYA, "/dialnote note conv_1003 to close the limit").await;
        let too_long = reach(bot, "assign_conversation", inputs()).await;
        bot.pass(SignedDuration::from_mins(15)).await;
        let ended = end(bot, &too_long);
        assert!(ended.starts_with("error: dialnote or Slack didn't respond in time"), "{ended}");
        bot.world(|world| world.faults.dialnote.rate_limited = None);
        bot.pass(SignedDuration::from_mins(61)).await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "it does not begin later");
        let soon = reach(bot, "assign_conversation", inputs()).await;
        bot.settle().await;
        assert!(end(bot, &soon).contains("owner: Zoe"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_to_the_end_of_a_step_is_not_an_error() {
    allowed(async |bot| {
        let hang =
            Hang { service: Service::Slack, method: "functions.".into(), path: String::new(), after_effect: true };
        let execution = reach(bot, "find_conversation", json!({ "conversation": "conv_1001" })).await;
        bot.dies_during(hang).await;
        assert!(end(bot, &execution).contains("title: Ana Lima"));
        assert_eq!(
            bot.calls("functions.completeSuccess"),
            2,
            "the second gets the answer that it isn't running any more"
        );
    })
    .await;
}

#[tokio::test]
async fn a_step_is_carried_out_once_although_the_app_dies() {
    for after_effect in [false, true] {
        allowed(async |bot| {
            let hang = Hang { service: Service::Dialnote, method: "PATCH".into(), path: String::new(), after_effect };
            let inputs = json!({ "conversation": "conv_1001", "person": "zoe", "note": "Once" });
            let execution = reach(bot, "assign_conversation", inputs).await;
            bot.dies_during(hang).await;
            assert!(end(bot, &execution).contains("owner: Zoe"));
            assert_eq!((bot.dialnote(ANA).as_str(), bot.notes(ANA).len()), ("mem_zoe open", 1));
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_person_who_declines_leaves_a_workflows_conversation_unassigned() {
    allowed(async |bot| {
        run(bot, "assign_conversation", json!({ "conversation": "conv_1001", "person": "zoe" })).await;
        bot.read_all().await;
        bot.slash(ZOE, "/dialnote decline conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"You declined Ana Lima. It's unassigned now.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

/// Slack's own refusals of an end are the app's mistakes, and no trouble of the workspace's token.
#[tokio::test]
async fn a_refused_token_of_a_step_says_nothing_about_the_apps() {
    allowed(async |bot| {
        let refused = SlackFailure {
            method: "functions.completeSuccess".to_owned(),
            error: "token_expired".to_owned(),
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(refused));
        let execution = reach(bot, "find_conversation", json!({ "conversation": "conv_1001" })).await;
        bot.settle().await;
        assert_eq!(end(bot, &execution), "running");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert!(bot.answer(MAYA).await.starts_with("Assigned Ana Lima"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_app_for_several_workspaces_takes_no_steps() {
    product_with(Setup::INSTALLED, async |bot| {
        declare(bot);
        let execution = reach(bot, "find_conversation", json!({ "conversation": "conv_1001" })).await;
        bot.settle().await;
        assert_eq!(end(bot, &execution), "running", "nothing is stored");
        bot.slash(MAYA, "/dialnote settings").await;
        assert!(!bot.window(MAYA).await.contains("workflow"));
        bot.close(MAYA).await;
    })
    .await;
}
