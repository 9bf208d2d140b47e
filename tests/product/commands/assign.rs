//! Assigning, taking, unassigning, done and reopening.

use insta::assert_snapshot;

use crate::support::{ANA, LEO, MAYA, ZOE, handoff_to, product};

#[tokio::test]
async fn assign_by_number_with_a_note() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe +1 415 555 0101 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.card(ANA).await, @"
          :large_blue_circle:  Owner: Zoe · assigned by Maya Nov 23, 9:00 UTC
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: wants a call back
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"
        Maya assigned this to Zoe.
        > wants a call back
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: wants a call back
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dialnote(ANA), @"mem_zoe open");
        let notes = bot.notes(ANA).join("\n");
        let (note, reference) = notes.rsplit_once(' ').unwrap();
        assert_snapshot!(note, @"
        wants a call back

        — Maya Chen, via Slack · ref
        ");
        assert_eq!(reference.len(), 8);
    })
    .await;
}

#[tokio::test]
async fn assigning_to_yourself_sends_no_direct_message() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"You took Ana Lima (+1 415 555 0101).");
        assert_snapshot!(bot.line(ANA).await, @"Maya took this.");
    })
    .await;
}

#[tokio::test]
async fn reassigning_notifies_the_previous_owner() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Reassigned Ana Lima (+1 415 555 0101) from Leo to Zoe. Zoe and Leo have been notified.");
        assert_snapshot!(bot.line(ANA).await, @"Maya reassigned this from Leo to Zoe.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima · Maya reassigned this to Zoe. You're no longer the owner. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(LEO).await, @"Maya reassigned Ana Lima to Zoe. You're no longer the owner.");
    })
    .await;
}

#[tokio::test]
async fn a_command_that_changes_nothing_says_so() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        let writes = bot.calls("PATCH");

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Ana Lima is already assigned to Zoe. Nothing changed.");
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"You already own Ana Lima. Nothing changed.");
        assert_eq!(bot.calls("PATCH"), writes);

        // A note is never thrown away, even if nothing else has to change.
        bot.slash(MAYA, "/assign @zoe conv_1001 call before noon").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Note added to Ana Lima. Nothing else changed. Zoe has been notified.");
        assert_snapshot!(bot.line(ANA).await, @"
        Maya added a note.
        > call before noon
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya added a note to Ana Lima, which you own.
        > call before noon
        ");
        assert_eq!(bot.calls("PATCH"), writes);
    })
    .await;
}

#[tokio::test]
async fn take_unassign_done_reopen_by_their_buttons() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;

        bot.press(LEO, ANA, "unassign").await;
        assert_snapshot!(bot.card(ANA).await, @"
          :red_circle: Unassigned
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Leo unassigned this.");

        bot.press(ZOE, ANA, "take").await;
        assert_snapshot!(bot.card(ANA).await, @"
          :large_blue_circle:  Owner: Zoe · took it Nov 23, 9:00 UTC
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(ANA).await, @"Zoe took this.");

        bot.press(ZOE, ANA, "done").await;
        assert_snapshot!(bot.card(ANA).await, @":white_check_mark: Ana Lima · done by Zoe, 9:00 UTC · Front desk [⋯ Reopen · Add note… · History · Open in dialnote]");
        assert_snapshot!(bot.line(ANA).await, @"Zoe marked this done.");

        bot.press(MAYA, ANA, "reopen").await;
        assert_snapshot!(bot.line(ANA).await, @"Maya reopened this.");

        bot.press(MAYA, ANA, "hand_off").await;
        bot.submit(MAYA, handoff_to(LEO, "please")).await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.line(ANA).await, @"
        Maya handed this off to Leo.
        > please
        ");
        assert!(bot.dm(LEO).await.contains("You unassigned this."), "the first message shows what became of it");
        assert_snapshot!(bot.dm(LEO).await, @"
        Maya handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: please
          :hourglass_flowing_sand: Accept by 17:15 UTC, or you get a reminder. At 17:30 UTC it returns to Maya.
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"Maya reassigned Ana Lima to Leo. You're no longer the owner.");
        assert_snapshot!(bot.dialnote(ANA), @"mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn every_verb_typed() {
    product(async |bot| {
        bot.slash(ZOE, "/dialnote take Ana Lima").await;
        assert_snapshot!(bot.answer(ZOE).await, @"You took Ana Lima (+1 415 555 0101).");
        bot.line(ANA).await;

        bot.slash(MAYA, "/unassign ana lima").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Unassigned Ana Lima (+1 415 555 0101). Zoe has been notified.");
        bot.line(ANA).await;
        assert_snapshot!(bot.dm(ZOE).await, @"Maya unassigned Ana Lima. You're no longer the owner.");

        bot.slash(MAYA, "/unassign conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Ana Lima is already unassigned. Nothing changed.");

        bot.slash(LEO, "/done conv_1001 called back, all fine").await;
        assert_snapshot!(bot.answer(LEO).await, @"Marked Ana Lima (+1 415 555 0101) done. Your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Leo marked this done.
        > called back, all fine
        ");
        bot.slash(MAYA, "/dialnote done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Leo already marked Ana Lima done, 1 s ago.");

        // An undo restores what another person did, so no one is named.
        bot.slash(ZOE, "/snooze conv_1001 tomorrow").await;
        bot.read_all().await;
        bot.slash(ZOE, "/dialnote undo").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Ana Lima is already done. Nothing changed.");

        bot.slash(MAYA, "/reopen conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Reopened Ana Lima (+1 415 555 0101).");
        bot.line(ANA).await;
        bot.slash(LEO, "/reopen conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"Maya already reopened Ana Lima, 1 s ago.");
        bot.slash(MAYA, "/reopen conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Ana Lima is already open. Nothing changed.");
    })
    .await;
}

#[tokio::test]
async fn done_in_the_direct_message() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;

        bot.press_private(ZOE, "dm", "done", 0).await;
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · You marked this done. [Open in dialnote ↗]");
        assert_snapshot!(bot.line(ANA).await, @"Zoe marked this done.");
    })
    .await;
}

#[tokio::test]
async fn a_command_in_a_direct_message_makes_no_card_there() {
    product(async |bot| {
        bot.slash_in("dm", MAYA, "/assign @zoe conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.");
        bot.dm(ZOE).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_conversation_has_one_card_per_channel_and_all_stay_true() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.slash_in("billing", LEO, "/done conv_1001").await;
        bot.answer(LEO).await;
        assert_snapshot!(bot.line(ANA).await, @"Leo marked this done.");
        assert_snapshot!(bot.card(ANA).await, @":white_check_mark: Ana Lima · done by Leo, 9:00 UTC · Front desk [⋯ Reopen · Add note… · History · Open in dialnote]");
        let in_billing = bot.world(|world| world.seen_by(LEO, "billing").iter().filter(|m| m.is_reply()).count());
        assert_eq!(in_billing, 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_card_is_posted_again() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.messages.retain(|m| m.to.is_some() || m.channel.starts_with('D')));
        bot.slash(MAYA, "/done conv_1001").await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.line(ANA).await, @"Maya marked this done.");
    })
    .await;
}

#[tokio::test]
async fn a_note_does_not_hide_an_incoming_call() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        assert_snapshot!(bot.card(ANA).await, @":white_check_mark: Ana Lima · done by Maya, 9:00 UTC · Front desk [⋯ Reopen · Add note… · History · Open in dialnote]");
    })
    .await;
}

#[tokio::test]
async fn text_from_outside_neither_pings_nor_formats() {
    product(async |bot| {
        let id = bot.world(|world| {
            let all = &world.dialnote.conversations;
            let bad = all.iter().find(|c| c.contact.first_name.as_ref().is_some_and(|name| name.contains("<script>")));
            bad.expect("the contact with a bad name").id.clone()
        });
        let note = "<!channel> *bold* & <b> ask @leo in #billing, https://x.test/?a=1&b";
        bot.slash(MAYA, &format!("/assign @zoe {id} {note}")).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned <script>alert(1)</script> <!channel> (+1 415 555 0109) to Zoe. Zoe has been notified and your note was added.");
        assert_snapshot!(bot.card(&id).await, @"
          :large_blue_circle:  Owner: Zoe · assigned by Maya Nov 23, 9:00 UTC
        <script>alert(1)</script> <!channel> · +1 415 555 0109
        :speech_balloon: Text message · Nov 23, 7:00 UTC · Front desk
        > Maya: <!channel> *bold* & <b> ask @Leo in #billing, https://x.test/?a=1&b
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.line(&id).await, @"
        Maya assigned this to Zoe.
        > <!channel> *bold* & <b> ask @Leo in #billing, https://x.test/?a=1&b
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        <script>alert(1)</script> <!channel> · +1 415 555 0109
        :speech_balloon: Text message · Nov 23, 7:00 UTC · Front desk
        > Maya: <!channel> *bold* & <b> ask @Leo in #billing, https://x.test/?a=1&b
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        let texts = bot.world(|world| world.messages.iter().map(|m| m.text.clone()).collect::<Vec<_>>().join("\n"));
        assert!(!texts.contains("<!channel>") && !texts.contains("<@"), "{texts}");
    })
    .await;
}

#[tokio::test]
async fn a_status_hidden_from_the_new_owner_is_named_and_can_be_opened() {
    product(async |bot| {
        bot.slash(LEO, "/assign @zoe conv_1011").await;
        assert_snapshot!(bot.whole_answer(LEO).await, @"
        :white_check_mark: Assigned Omar Haddad (+1 415 555 0111) to Zoe. Zoe has been notified. Omar Haddad is done. [Undo]
        [Reopen]
        ");
        bot.press_private(LEO, "front-desk", "reopen", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1011"), "mem_zoe open");
        bot.slash(LEO, "/assign @zoe conv_1014").await;
        assert_snapshot!(bot.whole_answer(LEO).await, @"
        :white_check_mark: Assigned Julian Frost (+1 415 555 0114) to Zoe. Zoe has been notified. Julian Frost is snoozed. [Undo]
          Snoozed until Nov 24, 5:00 UTC
        [Unsnooze]
        ");
        bot.press_private(LEO, "front-desk", "wake", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1014"), "mem_zoe open");
        bot.slash(LEO, "/assign @zoe conv_1007 conv_1010").await;
        assert_snapshot!(bot.whole_answer(LEO).await, @"
        Assigned 2 conversations to Zoe. Zoe has been notified. [Undo 2]
        :white_check_mark: Assigned Tom Becker (+1 415 555 0107) to Zoe. Tom Becker is done. [Reopen]
        :white_check_mark: Assigned Marta Silva (+1 415 555 0110) to Zoe.
        ");
        bot.read_all().await;
    })
    .await;
}
