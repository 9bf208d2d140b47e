//! Assigning to a group picks the member who is present and least busy.

use dialnote_sandbox::{DialnoteFailure, Status};
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::Queue;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

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
        assert_snapshot!(bot.answer(LEO).await, @"Maya already owns Ana Lima. To reassign it, name a person instead of a group.");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn absence_counts_beyond_the_first_fifty_people() {
    product(async |bot| {
        let later = bot.clock.now() + SignedDuration::from_hours(1);
        bot.world(|world| {
            let strangers = (0..60).map(|n| format!("U0STRANGER{n}"));
            world.groups[0].users = strangers.chain(["U0LEO".to_owned(), "U0ZOE".to_owned()]).collect();
            world.person_mut(LEO).unwrap().undisturbed_until = Some(later);
            for conversation in &mut world.dialnote.conversations {
                conversation.assigned_to = Some("mem_zoe".into());
            }
            world.dialnote.conversation_mut(ANA).unwrap().assigned_to = None;
        });
        bot.slash(MAYA, "/assign @frontdesk conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "Leo has the fewest, and rests");
        let asked = bot.calls("users.info");
        bot.world(|world| world.dialnote.conversation_mut("conv_1002").unwrap().assigned_to = None);
        bot.slash(MAYA, "/assign @frontdesk conv_1002").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote("conv_1002"), "mem_zoe open");
        assert_eq!(bot.calls("users.info"), asked, "Slack has just said that it does not know them");
    })
    .await;
}

#[tokio::test]
async fn an_absent_person_is_not_picked() {
    product(async |bot| {
        bot.world(|world| {
            for member in &mut world.dialnote.members {
                member.availability = "Do Not Disturb".into();
            }
        });
        bot.slash(ZOE, "/assign @frontdesk conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"No one in @frontdesk is available right now. Choose a person.");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_may_not_be_read_is_said() {
    product(async |bot| {
        bot.world(|world| world.scopes.retain(|scope| scope != "usergroups:read"));
        bot.slash(ZOE, "/assign @frontdesk conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"The members of @frontdesk can't be read. Name a person, or ask an admin to allow `usergroups:read`.");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

/// Returns the number of open conversations of Leo and of Zoe.
fn loads(bot: &Bot) -> [usize; 2] {
    bot.world(|world| {
        ["mem_leo", "mem_zoe"].map(|member| {
            let theirs = world.dialnote.conversations.iter().filter(|one| one.assigned_to.as_deref() == Some(member));
            theirs.filter(|one| one.status == Status::Open).count()
        })
    })
}

const SIX: &str = "conv_1001 conv_1002 conv_1004 conv_1005 conv_1009 conv_1010";

#[tokio::test]
async fn several_at_once_are_spread() {
    for whole in [false, true] {
        product(async |bot| {
            if whole {
                bot.look().await;
            }
            assert_eq!(loads(bot), [1, 2]);
            bot.slash(MAYA, &format!("/assign @frontdesk {SIX}")).await;
            bot.read_all().await;
            let [leo, zoe] = loads(bot);
            assert!(leo + zoe == 9 && leo.abs_diff(zoe) == 1, "Leo has {leo}, Zoe {zoe}");
            assert_eq!(bot.work.store.documents(&InstallationId::new(bot.team()), "pick", 9).await.unwrap(), []);
        })
        .await;
    }
}

/// The member who is picked counts before anything is written, on any instance and however long the write takes.
#[tokio::test]
async fn picks_on_their_way_count() {
    product(async |bot| {
        bot.look().await;
        let second = bot.second().await;
        bot.world(|world| {
            let failure =
                DialnoteFailure { method: "PATCH".into(), status: 503, times: 9, ..DialnoteFailure::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.slash(MAYA, &format!("/assign @frontdesk {SIX}")).await;
        while {
            let (one, other) = tokio::join!(bot.tenants.step(Queue::Work), second.step(Queue::Work));
            one.unwrap() | other.unwrap()
        } {}
        for _ in 0..4 {
            bot.clock.advance(SignedDuration::from_secs(32));
            bot.settle().await;
        }
        let [leo, zoe] = loads(bot);
        assert!(leo + zoe == 9 && leo.abs_diff(zoe) == 1, "Leo has {leo}, Zoe {zoe}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_picked_person_is_looked_up_in_dialnote() {
    product(async |bot| {
        for nth in 0..20 {
            let id = format!("p{nth:02}");
            bot.hire(&id, &format!("Person {nth}"));
            bot.world(|world| {
                let user = world.person(&id).unwrap().id.clone();
                world.groups[0].users.push(user);
            });
        }
        bot.look().await;
        // No one has seen yet that Leo and the first of them have more by now.
        bot.world(|world| {
            world.dialnote.conversation_mut("conv_1009").unwrap().assigned_to = Some("mem_p00".into());
        });
        let asked = |bot: &Bot| {
            bot.world(|world| {
                world
                    .calls
                    .iter()
                    .filter(|call| call.path.ends_with("/conversations") && call.query.contains("assignedToId"))
                    .count()
            })
        };
        bot.slash(MAYA, "/assign @frontdesk conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_p01 open");
        assert_eq!(asked(bot), 2, "one who has more than was known, and the next");
    })
    .await;
}
