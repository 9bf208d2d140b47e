//! Hand-offs with a note, typed and by the form.

use dialnote_sandbox::DialnoteFailure;
use insta::assert_snapshot;

use crate::support::{ANA, LEO, MAYA, SAM, ZOE, handoff_to, product};

#[tokio::test]
async fn a_typed_handoff_is_one_act() {
    product(async |bot| {
        bot.slash(LEO, "/handoff @zoe conv_1001 asks for a quote, call before noon").await;
        assert_snapshot!(bot.answer(LEO).await, @"Handed Ana Lima (+1 415 555 0101) off to Zoe. Zoe has been notified and has until Nov 23, 14:30 UTC to accept. Your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Leo handed this off to Zoe.
        > asks for a quote, call before noon
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Leo handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Leo: asks for a quote, call before noon
          :hourglass_flowing_sand: Accept by 14:15 UTC, or you get a reminder. At 14:30 UTC it returns to Leo.
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_handoff_needs_a_note() {
    product(async |bot| {
        bot.slash(LEO, "/handoff @zoe ana lima").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Add a note to hand this off. The new owner reads it first.
        [Add note…]
        ");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn the_form_hands_over() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;

        bot.press(LEO, ANA, "hand_off").await;
        assert!(bot.form(LEO).is_some());
        bot.submit(LEO, handoff_to(ZOE, "Wants a quote.\nCall before noon.")).await;
        assert_eq!(bot.form(LEO), None);
        assert_snapshot!(bot.answer(LEO).await, @"Handed Ana Lima (+1 415 555 0101) off to Zoe. Zoe has been notified and has until Nov 23, 14:30 UTC to accept. Your note was added.");
        assert_snapshot!(bot.line(ANA).await, @"
        Leo handed this off to Zoe.
        > Wants a quote.
        Call before noon.
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Leo handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Leo: Wants a quote.
        Call before noon.
          :hourglass_flowing_sand: Accept by 14:15 UTC, or you get a reminder. At 14:30 UTC it returns to Leo.
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.card(ANA).await, @"
          :large_blue_circle:  Owner: Zoe · waiting for Zoe to accept
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Leo: Wants a quote.
        Call before noon.
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn an_error_is_shown_under_its_field_and_the_note_stays() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(LEO, ANA, "hand_off").await;

        let outcome = bot.submit(LEO, handoff_to(SAM, "Wants a quote.")).await;
        assert_snapshot!(outcome.field_errors["to"], @"Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.");
        let outcome = bot.submit(LEO, handoff_to(ZOE, "   ")).await;
        assert_snapshot!(outcome.field_errors["note"], @"Add a note. Your workspace requires one.");
        assert!(bot.form(LEO).is_some());

        bot.submit(LEO, handoff_to(ZOE, "Wants a quote.")).await;
        bot.answer(LEO).await;
        bot.line(ANA).await;
        bot.dm(ZOE).await;
    })
    .await;
}

#[tokio::test]
async fn a_note_as_long_as_its_field_arrives_whole() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(LEO, ANA, "hand_off").await;
        let note = "n".repeat(3000);
        bot.submit(LEO, handoff_to(ZOE, &note)).await;
        bot.answer(LEO).await;

        let written: String = bot.notes(ANA).iter().map(|note| note.split("\n\n—").next().unwrap()).collect();
        assert_eq!(written, note);
        for seen in [bot.line(ANA).await, bot.dm(ZOE).await] {
            let letters = |letter| seen.chars().filter(|c| *c == letter).count();
            assert!(letters('n') >= 3000, "{seen}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_note_is_repeated_to_its_writer() {
    product(async |bot| {
        bot.world(|world| {
            let failure = DialnoteFailure {
                path: "/notes".into(),
                status: 422,
                error: "Notes are switched off.".into(),
                times: 1,
                ..DialnoteFailure::default()
            };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.
        The note wasn't saved: dialnote refused this: “Notes are switched off”
        > Your note (not saved): wants a call back
        ");
        assert_snapshot!(bot.line(ANA).await, @"Maya assigned this to Zoe.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}
