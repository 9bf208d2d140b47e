//! A contact waits from the first call or message without an answer, though the app reads it together with later ones.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::desk::minutes;
use super::targets::{CALLER, called_back, route};
use crate::objects::drawing::{link, open, pane};
use crate::support::{FRONT_DESK, MAYA, Setup, product_with};

#[tokio::test]
async fn a_wait_begins_with_the_first_call_that_no_one_answered() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[]).await;
        // One poll reads two calls.
        let twice = bot.call_in(CALLER).await;
        bot.clock.advance(SignedDuration::from_mins(5));
        bot.call_in(CALLER).await;
        bot.look().await;
        assert_snapshot!(bot.card(&twice).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:30 UTC
        +1 415 555 0999
        :telephone_receiver: 2 missed calls · last Nov 23, 18:05 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        // One poll reads a call, the answer and a second call. Both waits count.
        let again = bot.call_in("+14155550998").await;
        bot.clock.advance(SignedDuration::from_mins(2));
        bot.sandbox.incoming(called_back("+14155550998")).await.unwrap();
        bot.clock.advance(SignedDuration::from_mins(5));
        bot.call_in("+14155550998").await;
        bot.look().await;
        assert_snapshot!(bot.card(&again).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:42 UTC
        +1 415 555 0998
        :telephone_receiver: Missed call · Nov 23, 18:12 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        // A running wait ends with an answer that one poll reads together with the next call.
        bot.clock.advance(SignedDuration::from_mins(3));
        bot.sandbox.incoming(called_back(CALLER)).await.unwrap();
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.call_in(CALLER).await;
        bot.look().await;
        assert_snapshot!(bot.card(&twice).await, @"
          :red_circle: Unassigned · owner by Nov 23, 18:46 UTC
        +1 415 555 0999
        :telephone_receiver: Missed call · Nov 23, 18:16 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        assert_snapshot!(bot.posts(FRONT_DESK).pop().unwrap(), @"
        # Report · last 7 days · Front desk
        Active conversations: 10
        Unassigned of these: 7
        Median time to an owner: –
        Median time to done: –
        Done of these: 0
        Changed owner: 0
        Owner in time: 100% of 2
        Answered in time: 100% of 2
        Median time to an answer: 8 min
        [chart: Conversations by day of last activity]
        Person | Open now | Assigned | Done | Median to done | In time
        Zoe | 2 | 0 | 0 | – | –
          Requested by Maya
        ");
    })
    .await;
}

#[tokio::test]
async fn a_wait_that_began_while_the_app_was_offline_counts_from_its_first_call() {
    product_with(Setup::MORNING, async |bot| {
        route(bot, &[("tell", json!(["channel"]))]).await;
        let conversation = bot.call_in(CALLER).await;
        bot.clock.advance(SignedDuration::from_mins(20));
        bot.call_in(CALLER).await;
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
        minutes(bot, 1).await;
        bot.read_all().await;
        let ts = link(bot, MAYA, &conversation).await;
        open(bot, MAYA, &ts).await;
        assert_snapshot!(pane(bot, MAYA).await, @"
        +1 415 555 0999
        status: Unassigned ✎
        assignee: – ✎
        target: 1795458601
        due_date: – ✎
        number: +1 415 555 0999
        shared_number: Front desk
        timeline: Nov 23, 10:20 · Missed call / Nov 23, 10:00 · Missed call
        [Take it] [Done] [Snooze…] [Add note…] [History]
        ");
    })
    .await;
}
