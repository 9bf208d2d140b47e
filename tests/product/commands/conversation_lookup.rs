//! Conversations found by number, name, id or link, and questions when several or none match.

use dialnote_sandbox::Conversation;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, MAYA, ZOE, product};

#[tokio::test]
async fn a_conversation_has_many_names() {
    product(async |bot| {
        let link = "https://app.dialnote.com/conversations/conv_1001";
        for name in ["conv_1001", link, "+14155550101", "(415) 555-0101", "001 415 555 0101", "ana", "\"Ana Lima\""] {
            bot.slash(MAYA, &format!("/assign me {name}")).await;
            let answer = bot.answer(MAYA).await;
            assert!(answer.starts_with("You took Ana Lima (+1 415 555 0101)."), "{name}: {answer}");
            bot.slash(MAYA, &format!("/unassign {name}")).await;
            bot.read_all().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_conversation_beyond_the_newest_five_thousand_is_found() {
    product(async |bot| {
        bot.world(|world| {
            let ana = world.dialnote.conversation(ANA).unwrap().clone();
            for n in 0..5_100 {
                let mut contact = ana.contact.clone();
                contact.id = format!("con_9{n:04}");
                contact.phone_number = format!("+1212555{n:04}");
                (contact.first_name, contact.last_name) = (Some(format!("Caller{n:04}")), None);
                let id = format!("conv_9{n:04}");
                let (timeline, created_at) = (Vec::new(), ana.created_at - SignedDuration::from_mins(n));
                let one = Conversation { id, contact, timeline, created_at, updated_at: created_at, ..ana.clone() };
                world.dialnote.conversations.push(one);
            }
        });
        bot.look().await;
        for (nth, name) in ["+1 212 555 5099", "212 555 5098", "conv_95097", "caller5096"].into_iter().enumerate() {
            bot.slash(MAYA, &format!("/assign @zoe {name} asked for a quote")).await;
            bot.read_all().await;
            assert_eq!(bot.dialnote(&format!("conv_9{}", 5_099 - nth)), "mem_zoe open", "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_words_after_the_name_are_the_note() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe ana wants a call back").await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.line(ANA).await, @"
        Maya assigned this to Zoe.
        > wants a call back
        ");
        bot.dm(ZOE).await;
    })
    .await;
}

#[tokio::test]
async fn the_form_of_one_offer_has_it_filled_in() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe nora quin asked for a quote").await;
        assert!(bot.answer(MAYA).await.starts_with("Did you mean"));
        bot.press_private(MAYA, "front-desk", "fill_in", 0).await;
        let form = bot.world(|world| world.stack("U0MAYA").last().map(|view| view.body.to_string())).unwrap();
        assert!(form.contains("conv_1013") && form.contains("asked for a quote"), "{form}");
        bot.close(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn several_fit_and_one_is_picked() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe robert asked for a quote").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        2 conversations match “robert”. Choose one.
        :red_circle: Robert Hale · +1 415 555 0102
        Unassigned · :studio_microphone: Voicemail · Nov 23, 8:45 UTC [Choose]
        :red_circle: Robert Nguyen · +1 415 555 0104
        Unassigned · :telephone_receiver: Missed call · Nov 23, 8:22 UTC [Choose]
        > Your note (not saved): asked for a quote
        [Choose another…]
        ");

        bot.press_private(MAYA, "front-desk", "pick", 1).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Robert Nguyen (+1 415 555 0104) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing
        > Maya: asked for a quote
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        let private = bot.world(|world| world.messages.iter().filter(|m| m.to.is_some()).count());
        assert_eq!(private, 1, "the answer takes the place of the list");
    })
    .await;
}

#[tokio::test]
async fn a_list_works_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe robert").await;
        bot.answer(MAYA).await;
        let list = bot.world(|world| world.messages.iter().rfind(|m| m.to.is_some()).cloned().unwrap());
        bot.press_private(MAYA, "front-desk", "pick", 0).await;
        bot.read_all().await;
        // A request from a stale copy of the list changes nothing.
        bot.world(|world| *world.messages.iter_mut().rfind(|m| m.to.is_some()).unwrap() = list);
        bot.press_private(MAYA, "front-desk", "pick", 1).await;
        assert_snapshot!(bot.answer(MAYA).await, @"This list or button has expired. Type the command again.");
    })
    .await;
}

#[tokio::test]
async fn no_conversation_matches() {
    product(async |bot| {
        for (typed, asked) in [("/assign @zoe nobody", "nobody"), ("/done +1 415 555 9999", "+1 415 555 9999")] {
            bot.slash(MAYA, typed).await;
            let answer = bot.answer(MAYA).await;
            assert!(answer.starts_with(&format!("No conversation matches “{asked}”. Nothing changed.")), "{answer}");
        }
        bot.slash(MAYA, "/done conv_9999").await;
        assert_snapshot!(bot.answer(MAYA).await, @"dialnote has no conversation `conv_9999`. Name it by contact name or phone number.");
        assert_eq!((bot.calls("PATCH"), bot.calls("POST")), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn long_lists_are_read_page_by_page() {
    product(async |bot| {
        bot.world(|world| {
            let oldest = world.dialnote.conversations.last().unwrap().clone();
            for n in 0..250 {
                let mut another = oldest.clone();
                another.id = format!("conv_5{n:03}");
                another.contact.first_name = Some(format!("Contact{n}"));
                another.contact.phone_number = format!("+1415556{n:04}");
                world.dialnote.conversations.push(another);
            }
        });
        bot.slash(MAYA, "/dialnote take contact249").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        You took Contact249 Frost (+1 415 556 0249). Contact249 Frost is snoozed.
          Snoozed until Nov 24, 5:00 UTC
        [Unsnooze]
        ");
        bot.read_all().await;
    })
    .await;
}
