//! A group is asked for somebody: the one who is there and least busy.

use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn the_least_busy_of_a_group_gets_it() {
    product(async |bot| {
        bot.world(|world| {
            for conversation in &mut world.dialnote.conversations {
                conversation.assigned_to = None;
            }
            world.dialnote.conversation_mut("conv_1004").unwrap().assigned_to = Some("mem_leo".into());
        });
        bot.slash(MAYA, "/assign @frontdesk conv_1001 wants a quote").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added. Zoe has the fewest open conversations in @frontdesk (0).");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;

        // Now both have one: the one whose last pick is longest ago is next.
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.slash(MAYA, "/assign @frontdesk conv_1002").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Robert Hale (+1 415 555 0102) to Leo. Leo has been notified. Leo has the fewest open conversations in @frontdesk (1).");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_group_takes_nothing_away() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.slash(LEO, "/assign @frontdesk conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"+1 415 555 0101 (Ana Lima) belongs to Maya already, and a group takes nothing away from anybody. Name a person instead.");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn who_is_away_is_not_picked() {
    product(async |bot| {
        bot.world(|world| {
            for member in &mut world.dialnote.members {
                member.availability = "Do Not Disturb".into();
            }
        });
        bot.slash(ZOE, "/assign @frontdesk conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Nobody of @frontdesk is in dialnote and there right now. Name a person instead.");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_may_not_be_read_is_said() {
    product(async |bot| {
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        bot.slash(ZOE, "/assign @frontdesk conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"I cannot find out who belongs to @frontdesk. Name a person, or ask whoever set up this app to allow it usergroups:read.");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}
