//! Admins link Slack users and dialnote members whose email addresses differ.

use dialnote_sandbox::{Member, Person};
use dialnote_slack::ops::audit_report::AuditFormat;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::ops::audit_log::acts;
use crate::support::{ANA, Bot, LEO, MAYA, SAM, ZOE, handoff_to, product};

/// Invites a person to dialnote, with that address.
pub fn invite(bot: &Bot, id: &str, name: &str, email: &str) {
    bot.world(|world| {
        let zoe = world.dialnote.member("mem_zoe").unwrap().clone();
        world.dialnote.members.push(Member { id: id.into(), name: name.into(), email: email.into(), ..zoe });
    });
}

/// Adds Sam to dialnote, with an address that no one in Slack has.
pub fn sam_is_in_dialnote(bot: &Bot) {
    invite(bot, "mem_sam", "Samuel Ortiz", "samuel@home.example");
}

/// Gives a person another address in Slack.
pub fn address(bot: &Bot, who: &str, email: &str) {
    bot.world(|world| world.person_mut(who).unwrap().email = Some(email.into()));
}

#[tokio::test]
async fn an_admin_links_a_person_and_their_deferred_command_runs() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
          `/dialnote take conv_1001` is kept for 24 hours and runs once you're linked.
        [Ask an admin]
        ");
        bot.slash(MAYA, "/dialnote link @sam Ortiz").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Linked Sam to dialnote member Samuel Ortiz.");
        assert_snapshot!(bot.dm(SAM).await, @"Maya linked you to Samuel Ortiz in dialnote. You can use `/dialnote` now. Your saved command runs now.");
        assert_snapshot!(bot.dm(SAM).await, @"
          This command was kept until the link to dialnote was made:
        :white_check_mark: You took Ana Lima (+1 415 555 0101).
        ");
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        assert_snapshot!(bot.line(ANA).await, @"Sam took this.");
        // Both ways: Sam acts as the member, and the member is Sam.
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Sam. Sam has been notified.");
        assert_snapshot!(bot.dm(SAM).await, @"Leo took over Ana Lima. You're no longer the owner.");
        bot.read_all().await;
        bot.slash(SAM, "/dialnote take conv_1002").await;
        assert_snapshot!(bot.answer(SAM).await, @"You took Robert Hale (+1 415 555 0102).");
        bot.read_all().await;
        assert!(bot.card("conv_1002").await.contains("Owner: Sam"));
    })
    .await;
}

#[tokio::test]
async fn several_fit_one_is_picked_and_none_is_nearly_one() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        invite(bot, "mem_samir", "Samir Khan", "samir@home.example");
        bot.slash(MAYA, "/dialnote link @sam sam").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Several dialnote members match. Choose the one to link to Sam.
        Samuel Ortiz (samuel@home.example) [Choose]
        Samir Khan (samir@home.example) [Choose]
        ");
        bot.press_private(MAYA, "front-desk", "link", 1).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Linked Sam to dialnote member Samir Khan.");
        bot.dm(SAM).await;
        bot.slash(MAYA, "/dialnote link @sam samuel ortis").await;
        assert_snapshot!(bot.answer(MAYA).await, @"No dialnote member is called “samuel ortis”. Did you mean Samuel Ortiz?");
        bot.slash(MAYA, "/dialnote link @sam xyz").await;
        assert_snapshot!(bot.answer(MAYA).await, @"No dialnote member is called “xyz”. Use a name, an email or an id.");
    })
    .await;
}

#[tokio::test]
async fn one_member_is_one_person_until_the_link_is_moved() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam Zoe Park").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Zoe is already linked to Zoe Park by email. If that member is Sam, move the link.
        [Move link…]
        ");
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote link @zoe Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Sam is already linked to Samuel Ortiz by an admin. If that member is Zoe, move the link.
        [Move link…]
        ");
        bot.press_private(MAYA, "front-desk", "move_link", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Linked Zoe to dialnote member Samuel Ortiz instead of Zoe Park. Sam isn't linked to that member anymore.");
        bot.dm(ZOE).await;
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert!(bot.answer(SAM).await.starts_with("Not done: your Slack email doesn't match a dialnote member."));
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
    })
    .await;
}

#[tokio::test]
async fn a_person_whose_member_is_linked_to_another_is_told_so() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote link @sam mem_zoe").await;
        bot.answer(MAYA).await;
        bot.press_private(MAYA, "front-desk", "move_link", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Linked Sam to dialnote member Zoe Park. Zoe isn't linked to that member anymore.");
        bot.dm(SAM).await;
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Not done: the dialnote member with your Slack email is linked to someone else. An admin can link you with `/dialnote link`.
          `/dialnote take conv_1001` is kept for 24 hours and runs once you're linked.
        [Ask an admin]
        ");
        bot.slash(LEO, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe isn't linked to dialnote: the member with their Slack email is linked to someone else. Choose someone else, or ask an admin to link them with `/dialnote link`.
          `/assign @Zoe conv_1001` is kept for 24 hours and runs once Zoe is linked.
        ");
        bot.slash(MAYA, "/dialnote link @sam off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Removed the link of Sam. No dialnote member has their email, so they aren't linked anymore.");
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.look().await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "Zoe is Zoe again, and what was asked for is done");
    })
    .await;
}

#[tokio::test]
async fn only_full_members_are_linked_and_only_by_admins() {
    product(async |bot| {
        type Change = fn(&mut Person);
        sam_is_in_dialnote(bot);
        let kinds: [(&str, Change); 4] = [
            ("is a bot", |person| person.bot = true),
            ("deactivated", |person| person.deleted = true),
            ("is a guest", |person| person.guest = true),
            ("another workspace", |person| person.stranger = true),
        ];
        for (reason, make) in kinds {
            bot.world(|world| {
                world.people.retain(|person| person.handle != "kim");
                world.add_person(Person::named("kim", "Kim Ode"), &["front-desk"]);
            });
            bot.slash(MAYA, "/dialnote link @kim mem_sam").await;
            bot.world(|world| make(world.person_mut("kim").unwrap()));
            let answer = bot.answer(MAYA).await;
            assert!(answer.contains("Kim") && answer.contains(reason), "{answer}");
        }
        bot.slash(LEO, "/dialnote link @sam mem_sam").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can link people. Ask an admin.");
        bot.slash(LEO, "/dialnote link").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can link people. Ask an admin.");
        assert_eq!(bot.form(LEO), None);
        // No one confirmed Sam's address, and no one needs to: an admin knows Sam's identity.
        bot.world(|world| world.person_mut(SAM).unwrap().email_confirmed = false);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        assert_eq!(bot.answer(MAYA).await, "Linked Sam to dialnote member Samuel Ortiz.");
        bot.dm(SAM).await;
        bot.world(|world| world.person_mut(SAM).unwrap().guest = true);
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(SAM).await, @"Guests can't use this app, only full members of this workspace can.");
    })
    .await;
}

#[tokio::test]
async fn mistyped_links_are_explained() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote link Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Name the Slack user with @ first, then the dialnote member.
          Type `/dialnote link [@person] [member | off]` · Example: `/dialnote link @leo Leo Martins`
        ");
        bot.slash(MAYA, "/dialnote link @nobody Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        “@nobody” isn't a Slack user. Choose the person from the list that Slack shows after @.
          Type `/dialnote link [@person] [member | off]` · Example: `/dialnote link @leo Leo Martins`
        ");
        bot.slash(MAYA, "/dialnote link @sam").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Name the dialnote member by name, email or id. `off` removes the link.
          Type `/dialnote link [@person] [member | off]` · Example: `/dialnote link @leo Leo Martins`
        ");
        bot.slash(MAYA, "/dialnote link @sam off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"No admin linked Sam, so there's no link to remove. Their email decides.");
    })
    .await;
}

#[tokio::test]
async fn the_window_shows_who_is_not_linked_with_a_button_for_each() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        invite(bot, "mem_ada", "Ada Byron", "ada@home.example");
        bot.world(|world| world.add_person(Person::named("kim", "Kim Ode"), &["front-desk"]));
        for who in [SAM, "kim"] {
            bot.slash(who, "/inbox").await;
            bot.answer(who).await;
        }
        bot.slash(MAYA, "/dialnote link").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        # Slack users not linked (2)
        Kim · kim@acme.example [Choose member…]
        Sam · sam@acme.example
        Suggested dialnote member: Samuel Ortiz (samuel@home.example) [Link]
        [Choose member…]
          Only people who tried to use the app, or were assigned something, are listed.
        ---
        # Members without a Slack user (2)
        Samuel Ortiz · samuel@home.example [Choose user…]
        Ada Byron · ada@home.example [Choose user…]
          To link someone who isn't listed, type `/dialnote link @person member`.
        ");
        bot.press_in(MAYA, "window", "link", "mem_sam").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        Linked Sam to dialnote member Samuel Ortiz.
        ---
        # Slack users not linked (1)
        Kim · kim@acme.example [Choose member…]
          Only people who tried to use the app, or were assigned something, are listed.
        ---
        # Members without a Slack user (1)
        Ada Byron · ada@home.example [Choose user…]
        ---
        # Linked by an admin (1)
        Sam → Samuel Ortiz · linked by Maya, Nov 23 [Remove]
          To link someone who isn't listed, type `/dialnote link @person member`.
        ");
        assert_snapshot!(bot.dm(SAM).await, @"Maya linked you to Samuel Ortiz in dialnote. You can use `/dialnote` now.");
        bot.press_in(MAYA, "window", "unlink", "").await;
        let removed = "Removed the link of Sam. No dialnote member has their email, so they aren't linked anymore.";
        assert!(bot.window(MAYA).await.starts_with(&format!("[[People]]\n{removed}\n---\n")));
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn two_members_with_one_address_are_both_offered() {
    product(async |bot| {
        invite(bot, "mem_zoe2", "Zoe Other", "ZOE@acme.example");
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Not done: several dialnote members have your Slack email. An admin can link you with `/dialnote link`.
          `/dialnote take conv_1001` is kept for 24 hours and runs once you're linked.
        [Ask an admin]
        ");
        bot.slash(LEO, "/assign @zoe conv_1002").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe isn't linked to dialnote: several dialnote members have their Slack email. Choose someone else, or ask an admin to link them with `/dialnote link`.
          `/assign @Zoe conv_1002` is kept for 24 hours and runs once Zoe is linked.
        ");
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await.lines().last().unwrap(), @"All 8 kinds are on. [Change…]");
        bot.press_in(MAYA, "home", "people", "").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        # Slack users not linked (1)
        Zoe · zoe@acme.example · several members have this email
        Suggested dialnote member: Zoe Park (zoe@acme.example) [Link]
        Suggested dialnote member: Zoe Other (ZOE@acme.example) [Link]
        [Choose member…]
          Only people who tried to use the app, or were assigned something, are listed.
        ---
        # Members without a Slack user (2)
        Zoe Park · zoe@acme.example [Choose user…]
        Zoe Other · ZOE@acme.example [Choose user…]
          To link someone who isn't listed, type `/dialnote link @person member`.
        ");
        bot.press_in(MAYA, "window", "link", "mem_zoe2").await;
        bot.window(MAYA).await;
        bot.close(MAYA).await;
        bot.read_all().await;
        assert_eq!((bot.dialnote(ANA), bot.dialnote("conv_1002")), ("mem_zoe2 open".into(), "mem_zoe2 open".into()));
    })
    .await;
}

#[tokio::test]
async fn a_window_of_many_has_pages() {
    product(async |bot| {
        for n in 0..25 {
            invite(bot, &format!("mem_{n}"), &format!("Person {n:02}"), &format!("p{n}@home.example"));
        }
        bot.slash(MAYA, "/dialnote link").await;
        let first = bot.window(MAYA).await;
        assert!(first.contains("# Members without a Slack user (25)") && first.contains("Person 09 · "), "{first}");
        assert!(!first.contains("Person 10") && first.ends_with("Page 1 of 3 [Next page]"), "{first}");
        bot.press_in(MAYA, "window", "people", "").await;
        bot.window(MAYA).await;
        bot.press_in(MAYA, "window", "people", "").await;
        let last = bot.window(MAYA).await;
        assert!(last.contains("Person 24 · ") && last.ends_with("Page 3 of 3 [First page]"), "{last}");
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn a_link_follows_an_address_that_changes_in_slack() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.answer(SAM).await;
        address(bot, SAM, "samuel@home.example");
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        assert_snapshot!(bot.dm(SAM).await, @"
          This command was kept until the link to dialnote was made:
        :white_check_mark: You took Ana Lima (+1 415 555 0101).
        ");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        address(bot, SAM, "sam@acme.example");
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.slash(SAM, "/done conv_1001").await;
        assert!(bot.answer(SAM).await.starts_with("Not done: your Slack email doesn't match a dialnote member."));
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Samuel Ortiz.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_follows_an_address_that_changes_in_dialnote() {
    product(async |bot| {
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.read_all().await;
        // Zoe's address goes to a new person there, and Zoe gets one that no one in Slack has.
        bot.world(|world| {
            let zoe = world.dialnote.members.iter_mut().find(|member| member.id == "mem_zoe").unwrap();
            zoe.email = "zoe@home.example".into();
        });
        invite(bot, "mem_new", "Zoe New", "zoe@acme.example");
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.slash(ZOE, "/dialnote take conv_1002").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1002"), "mem_new open");
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe Park.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_made_by_hand_stays_whatever_the_addresses_become() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        address(bot, SAM, "somebody@acme.example");
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.world(|world| world.dialnote.members.last_mut().unwrap().email = "else@acme.example".into());
        bot.clock.advance(SignedDuration::from_mins(61));
        bot.restart().await;
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        assert!(bot.card(ANA).await.contains("Owner: Sam"));
    })
    .await;
}

#[tokio::test]
async fn a_link_to_a_deleted_member_does_not_count_and_admins_are_notified() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_sam"));
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert!(bot.answer(SAM).await.starts_with("Not done: your Slack email doesn't match a dialnote member."));
        bot.slash(MAYA, "/dialnote doctor").await;
        let found = bot.answer(MAYA).await;
        let (before, people) = found.split_once(":information_source: People · ").expect("a finding about people");
        assert_snapshot!(people.lines().take(2).collect::<Vec<_>>().join("\n"), @"
        Sam is linked to Samuel Ortiz, who is no longer in dialnote.
        Fix: remove the link, or link them again with `/dialnote link`. [Review…]
        ");
        assert!(!before.contains("People") && !people.contains("People") && !people.contains("people"), "{found}");
        bot.press_private(MAYA, "front-desk", "people", 0).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        # Slack users not linked (1)
        Sam · sam@acme.example [Choose member…]
          Only people who tried to use the app, or were assigned something, are listed.
        ---
        # Members without a Slack user (0)
        ---
        # Linked by an admin (1)
        Sam → Samuel Ortiz · linked by Maya, Nov 23
        :warning: Not in effect: the member is no longer in dialnote. [Remove]
          To link someone who isn't listed, type `/dialnote link @person member`.
        ");
        bot.press_in(MAYA, "window", "unlink", "").await;
        bot.window(MAYA).await;
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_says_at_once_that_a_person_is_not_linked() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.press(ZOE, ANA, "hand_off").await;
        let outcome = bot.submit(ZOE, handoff_to(SAM, "wants a call back")).await;
        assert_snapshot!(outcome.field_errors["to"], @"Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.");
        bot.close(ZOE).await;
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await.lines().last().unwrap(), @"All 8 kinds are on. [Change…]");
    })
    .await;
}

#[tokio::test]
async fn who_linked_whom_is_in_the_audit_log() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.slash(MAYA, "/dialnote link @sam off").await;
        for refused in ["@sam off", "@sam Zoe Park", "@sam xyz"] {
            bot.slash(MAYA, &format!("/dialnote link {refused}")).await;
        }
        bot.read_all().await;
        assert_snapshot!(acts(bot, AuditFormat::Lines).await, @"
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen link: – → –, U0SAM is mem_sam, was not linked
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen link: – → –, U0SAM is not linked, was mem_sam
        2026-11-23T09:00:00Z T0ACME U0MAYA link typed: – → –, refused: not_linked_by_hand
        2026-11-23T09:00:00Z T0ACME U0MAYA link typed: – → –, refused: member_taken
        2026-11-23T09:00:00Z T0ACME U0MAYA link typed: – → –, refused: no_member
        ");
    })
    .await;
}
