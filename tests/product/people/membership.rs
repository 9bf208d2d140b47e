//! The rights to act and to own a conversation.

use dialnote_sandbox::Person;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ADA, ANA, Bot, LEO, MAYA, SAM, ZOE, product};

#[tokio::test]
async fn an_unlinked_person_can_neither_own_nor_act() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @sam conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with `/dialnote link`.
          `/assign @Sam conv_1001` is kept for 24 hours and runs once Sam is linked.
        ");
        bot.slash(SAM, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
          `/dialnote take conv_1001` is kept for 24 hours and runs once you're linked.
        [Ask an admin]
        ");
        assert_eq!((bot.calls("PATCH"), bot.calls("POST")), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_form_shows_nothing_to_people_who_may_not_see_it() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.press(SAM, ANA, "hand_off").await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
        [Ask an admin]
        ");
        assert_eq!(bot.form(SAM), None);
        bot.slash(SAM, "/handoff").await;
        bot.answer(SAM).await;
        assert_eq!(bot.form(SAM), None);
        bot.press(MAYA, ANA, "hand_off").await;
        assert!(bot.window(MAYA).await.contains("Ana Lima"));
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn every_reason_is_named() {
    product(async |bot| {
        type Change = fn(&mut Person);
        let kinds: [(&str, Change); 6] = [
            ("is a bot", |person| person.bot = true),
            ("deactivated", |person| person.deleted = true),
            ("is a guest", |person| person.guest = true),
            ("another workspace", |person| person.stranger = true),
            ("their Slack email isn't confirmed", |person| person.email_confirmed = false),
            ("this app can't see their Slack email", |person| person.email = None),
        ];
        for (reason, make) in kinds {
            bot.world(|world| {
                world.people.retain(|person| person.handle != "kim");
                world.add_person(Person::named("kim", "Kim Ode"), &["front-desk"]);
            });
            bot.slash(MAYA, "/assign @kim conv_1001").await;
            bot.world(|world| make(world.person_mut("kim").unwrap()));
            let answer = bot.answer(MAYA).await;
            assert!(answer.contains("Kim") && answer.contains(reason), "{answer}");
        }
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_address_is_the_same_in_any_letter_case() {
    product(async |bot| {
        bot.world(|world| world.person_mut(ZOE).unwrap().email = Some("ZOE@ACME.EXAMPLE".into()));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_new_member_counts_at_once_and_a_removed_one_does_not() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @sam conv_1001").await;
        bot.answer(MAYA).await;
        // A person invites Sam to dialnote: the cached refusal does not apply to the next try.
        bot.world(|world| {
            let mut sam = world.dialnote.members[0].clone();
            (sam.id, sam.name) = ("mem_sam".into(), "Sam Ortiz".into());
            sam.email = world.person(SAM).unwrap().email.clone().unwrap();
            world.dialnote.members.push(sam);
        });
        bot.slash(MAYA, "/assign @sam conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Sam. Sam has been notified.");
        bot.line(ANA).await;
        bot.dm(SAM).await;
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_person_counts_as_such_at_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        // Cached data about Zoe is read again when Slack reports a change.
        let deactivated = |deleted| bot.world(|world| world.person_mut(ZOE).unwrap().deleted = deleted);
        deactivated(true);
        bot.sandbox.event(json!({ "type": "user_change", "user": ZOE })).await.unwrap();
        deactivated(false);
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        deactivated(true);
        assert_snapshot!(bot.answer(MAYA).await, @"Zoe's Slack account is deactivated. Choose someone else.");
    })
    .await;
}

#[tokio::test]
async fn dialnotes_own_refusal_is_passed_on() {
    product(async |bot| {
        bot.world(|world| world.faults.dialnote.read_only = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        This app's dialnote key is read-only. Ask an admin to enter one that may write with `/dialnote connect`.
        > Your note (not saved): wants a call back
        ");

        bot.world(|world| world.faults.dialnote.read_only = false);
        bot.slash(MAYA, "/assign @zoe conv_1002").await;
        bot.read_all().await;
        // Zoe leaves dialnote; the cached list of members does not show it yet.
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_zoe"));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"⚠ dialnote refused this: “mem_zoe is not a member of your organization”");
    })
    .await;
}

#[tokio::test]
async fn two_people_who_show_one_name_are_told_apart() {
    product(async |bot| {
        let shows = |bot: &Bot, who: &str, name: &str| {
            bot.world(|world| world.person_mut(who).unwrap().display_name = name.into());
        };
        // A nickname that may be another person's name.
        shows(bot, ZOE, "Sam");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe Park. Zoe Park has been notified.");
        assert!(bot.card(ANA).await.contains("Owner: Zoe Park"));
        assert_snapshot!(bot.line(ANA).await, @"Maya assigned this to Zoe Park.");
        bot.dm(ZOE).await;

        // Two people with the same first name, and one who shows the other's.
        bot.hire(ADA, "Leo Fischer");
        bot.slash(MAYA, "/assign @leo conv_1004").await;
        bot.slash(LEO, "/assign @ada conv_1005").await;
        bot.clock.advance(SignedDuration::from_hours(2));
        bot.slash(MAYA, "/assign @leo conv_1002").await;
        bot.read_all().await;
        let card = bot.card("conv_1002").await;
        assert!(card.contains("Owner: Leo Martins"), "{card}");
    })
    .await;
}
