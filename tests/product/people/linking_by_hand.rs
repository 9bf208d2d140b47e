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
        assert_snapshot!(bot.answer(SAM).await, @"You are not in dialnote with the e-mail address that you use in Slack. Ask an admin to invite you with that address, or to link you with /dialnote link. What you asked for is kept for a day, and done by itself as soon as you are linked.");
        bot.slash(MAYA, "/dialnote link @sam Ortiz").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Sam is Samuel Ortiz in dialnote from now on, whatever their e-mail addresses are.");
        assert_snapshot!(bot.dm(SAM).await, @"Maya linked you to Samuel Ortiz in dialnote, so you can use /dialnote now. What you asked for before is done now; I tell you what comes of it.");
        assert_snapshot!(bot.dm(SAM).await, @"
          You asked for this before, when it had to wait for somebody to be linked to dialnote:
        You took Ana Lima (+1 415 555 0101).
        ");
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        assert_snapshot!(bot.line(ANA).await, @"Sam took this.");
        // Both ways: Sam acts as the member, and the member is Sam.
        bot.slash(LEO, "/assign @leo conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Sam. Sam has been notified.");
        assert_snapshot!(bot.dm(SAM).await, @"Leo took +1 415 555 0101 (Ana Lima); it is not yours any more.");
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
        Several people in dialnote fit. Which one is Sam?
        Samuel Ortiz (samuel@home.example) [This one]
        Samir Khan (samir@home.example) [This one]
        ");
        bot.press_private(MAYA, "front-desk", "link", 1).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Sam is Samir Khan in dialnote from now on, whatever their e-mail addresses are.");
        bot.dm(SAM).await;
        bot.slash(MAYA, "/dialnote link @sam samuel ortis").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Nobody in dialnote is called “samuel ortis”. Did you mean Samuel Ortiz?");
        bot.slash(MAYA, "/dialnote link @sam xyz").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Nobody in dialnote is called “xyz”. Say the member’s name or part of it, e-mail address or id.");
    })
    .await;
}

#[tokio::test]
async fn one_member_is_one_person_until_the_link_is_moved() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(MAYA, "/dialnote link @sam Zoe Park").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Zoe has the e-mail address of Zoe Park in dialnote, and one member can be one person only. If that is really Sam, move the link.
        [Move the link]
        ");
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote link @zoe Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Sam was linked by hand to Samuel Ortiz in dialnote, and one member can be one person only. If that is really Zoe, move the link.
        [Move the link]
        ");
        bot.press_private(MAYA, "front-desk", "move_link", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Zoe is Samuel Ortiz in dialnote from now on, whatever their e-mail addresses are. Before, Zoe was Zoe Park. Sam is not Samuel Ortiz any more.");
        bot.dm(ZOE).await;
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert!(bot.answer(SAM).await.starts_with("You are not in dialnote"));
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
        assert_snapshot!(bot.answer(MAYA).await, @"Sam is Zoe Park in dialnote from now on, whatever their e-mail addresses are. Zoe is not Zoe Park any more.");
        bot.dm(SAM).await;
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"An admin linked the person in dialnote who has your e-mail address to somebody else. Ask an admin to link you with /dialnote link. What you asked for is kept for a day, and done by itself as soon as you are linked.");
        bot.slash(LEO, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"An admin linked the person in dialnote who has Zoe’s e-mail address to somebody else. Choose somebody else, or ask an admin to link Zoe with /dialnote link. What you asked for is kept for a day, and done by itself as soon as Zoe is linked.");
        bot.slash(MAYA, "/dialnote link @sam off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"From now on Sam’s e-mail address counts again: by that they are nobody in dialnote.");
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
        assert_snapshot!(bot.answer(LEO).await, @"Only admins may change the rules of this workspace.");
        bot.slash(LEO, "/dialnote link").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only admins may change the rules of this workspace.");
        assert_eq!(bot.form(LEO), None);
        // No one confirmed Sam's address, and no one needs to: an admin knows Sam's identity.
        bot.world(|world| world.person_mut(SAM).unwrap().email_confirmed = false);
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        assert!(bot.answer(MAYA).await.starts_with("Sam is Samuel Ortiz"));
        bot.dm(SAM).await;
        bot.world(|world| world.person_mut(SAM).unwrap().guest = true);
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(SAM).await, @"Guests cannot do this; only full members of this workspace can.");
    })
    .await;
}

#[tokio::test]
async fn mistyped_links_are_explained() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote link Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Whom in Slack? Name the person with @ first, then who that is in dialnote.
        Type: /dialnote link [@person] [member | off]
        For example: /dialnote link @leo Leo Martins
        ");
        bot.slash(MAYA, "/dialnote link @nobody Samuel").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        I do not know who @nobody is. Choose the person from the list that Slack shows when you type @.
        Type: /dialnote link [@person] [member | off]
        For example: /dialnote link @leo Leo Martins
        ");
        bot.slash(MAYA, "/dialnote link @sam").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Who is that in dialnote? Say the member’s name or part of it, e-mail address or id; or off, to take away what was said before.
        Type: /dialnote link [@person] [member | off]
        For example: /dialnote link @leo Leo Martins
        ");
        bot.slash(MAYA, "/dialnote link @sam off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Nobody linked Sam by hand, so there is nothing to take away: the e-mail address counts.");
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
        # In dialnote, and nobody in Slack: 2
        Samuel Ortiz (samuel@home.example). Is this Sam in Slack? [Link]
        Ada Byron (ada@home.example)
        # In Slack, and nobody in dialnote: 2
        Kim has an address that nobody in dialnote has.
        Sam has an address that nobody in dialnote has. Is this Samuel Ortiz (samuel@home.example) in dialnote? [Link]
          These are the people who wanted something here, or were to be given something.
          Whoever is not here, or somebody else: type `/dialnote link @person member`.
        ");
        bot.press_in(MAYA, "window", "link", "mem_sam").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        Sam is Samuel Ortiz in dialnote from now on, whatever their e-mail addresses are.
        ---
        # In dialnote, and nobody in Slack: 1
        Ada Byron (ada@home.example)
        # In Slack, and nobody in dialnote: 1
        Kim has an address that nobody in dialnote has.
          These are the people who wanted something here, or were to be given something.
        # Linked by hand: 1
        Sam is Samuel Ortiz in dialnote. [Remove]
          By Maya, 2026-11-23 09:00 UTC
          Whoever is not here, or somebody else: type `/dialnote link @person member`.
        ");
        assert_snapshot!(bot.dm(SAM).await, @"Maya linked you to Samuel Ortiz in dialnote, so you can use /dialnote now.");
        bot.press_in(MAYA, "window", "unlink", "").await;
        assert!(bot.window(MAYA).await.contains("From now on Sam’s e-mail address counts again"));
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn two_members_with_one_address_are_both_offered() {
    product(async |bot| {
        invite(bot, "mem_zoe2", "Zoe Other", "ZOE@acme.example");
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Several people in dialnote have your e-mail address. Ask an admin to say which of them you are, with /dialnote link. What you asked for is kept for a day, and done by itself as soon as you are linked.");
        bot.slash(LEO, "/assign @zoe conv_1002").await;
        assert_snapshot!(bot.answer(LEO).await, @"Several people in dialnote have Zoe’s e-mail address. Ask an admin to say which of them Zoe is, with /dialnote link. What you asked for is kept for a day, and done by itself as soon as Zoe is linked.");
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await.lines().last().unwrap(), @"In dialnote, but nobody in Slack (2): Zoe Park, Zoe Other. One person in Slack wanted something and is nobody in dialnote. [People…]");
        bot.press_in(MAYA, "home", "people", "").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        # In dialnote, and nobody in Slack: 2
        Zoe Park (zoe@acme.example). Is this Zoe in Slack? [Link]
        Zoe Other (ZOE@acme.example). Is this Zoe in Slack? [Link]
        # In Slack, and nobody in dialnote: 1
        Zoe has an address that several in dialnote have. Is this Zoe Park (zoe@acme.example) in dialnote? [Link]
        Zoe has an address that several in dialnote have. Is this Zoe Other (ZOE@acme.example) in dialnote? [Link]
          These are the people who wanted something here, or were to be given something.
          Whoever is not here, or somebody else: type `/dialnote link @person member`.
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
        assert!(first.contains("nobody in Slack: 25") && first.contains("Person 09 ("), "{first}");
        assert!(!first.contains("Person 10 (") && first.ends_with("Page 1 of 3 [Next page]"), "{first}");
        bot.press_in(MAYA, "window", "people", "").await;
        bot.window(MAYA).await;
        bot.press_in(MAYA, "window", "people", "").await;
        let last = bot.window(MAYA).await;
        assert!(last.contains("Person 24 (") && last.ends_with("Page 3 of 3 [First page]"), "{last}");
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
          You asked for this before, when it had to wait for somebody to be linked to dialnote:
        You took Ana Lima (+1 415 555 0101).
        ");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        address(bot, SAM, "sam@acme.example");
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.slash(SAM, "/done conv_1001").await;
        assert!(bot.answer(SAM).await.starts_with("You are not in dialnote"));
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
        assert!(bot.answer(SAM).await.starts_with("You are not in dialnote"));
        bot.slash(MAYA, "/dialnote doctor").await;
        let found = bot.answer(MAYA).await;
        let found: Vec<_> = found.lines().filter(|line| line.contains("people") || line.starts_with('[')).collect();
        assert_snapshot!(found.join("\n"), @"
        :white_check_mark: people: every member of dialnote is found in Slack
        :information_source: people: Sam was linked by hand to Samuel Ortiz, who is not in dialnote any more, so the link does not count. Remove it, or link them anew: /dialnote link
        [People…]
        ");
        bot.press_private(MAYA, "front-desk", "people", 0).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[People]]
        # In dialnote, and nobody in Slack: none
        # In Slack, and nobody in dialnote: 1
        Sam has an address that nobody in dialnote has.
          These are the people who wanted something here, or were to be given something.
        # Linked by hand: 1
        Sam is Samuel Ortiz in dialnote. This member is not in dialnote any more, so it does not count. [Remove]
          By Maya, 2026-11-23 09:00 UTC
          Whoever is not here, or somebody else: type `/dialnote link @person member`.
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
        assert_snapshot!(outcome.field_errors["to"], @"Sam is not in dialnote with the e-mail address they use in Slack. Choose somebody else, or ask an admin to invite Sam to dialnote with that address, or to link them with /dialnote link.");
        bot.close(ZOE).await;
        bot.open_home(MAYA).await;
        assert_snapshot!(bot.home(MAYA).await.lines().last().unwrap(), @"Every member of dialnote is somebody in Slack. One person in Slack wanted something and is nobody in dialnote. [People…]");
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
