//! The facts of a preview: the contacts' waits of the last days, out of the projection and the audit log.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::commands::pools;
use crate::core::auto_assign::AssigneePool;
use crate::core::conversation::{Conversation, Status};
use crate::core::ids::{ConversationId, TeamId};
use crate::core::last_change::ConversationChange;
use crate::core::refusal::Refusal;
use crate::core::route::Route;
use crate::core::teammate::Teammate;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::outcome::Stop;
use crate::notifications::report;
use crate::people::directory;
use crate::platform::db::projection::Conversations;
use crate::waiting::preview;
use crate::waiting::preview::PreviewCounts;
use crate::waiting::preview_wait::{PastWait, Trial};

/// The period of a preview.
const PERIOD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Returns what the settings of a route would have done in the last seven days. Refuses if the people of the pool cannot
/// be read.
pub(crate) async fn of_route(ctx: &TenantCtx, route: &Route, team: Option<&TeamId>) -> Result<PreviewCounts, Stop> {
    let now = ctx.clock.now();
    let begin = times::earlier(now, PERIOD);
    let members = match route.settings.auto.pool() {
        Some(pool) => members(ctx, pool, team).await?,
        None => Vec::new(),
    };
    let mut changes = report::changes_since(ctx, begin).await?;
    changes.reverse();
    let look = |all: &Conversations| {
        let all = all.values().map(|sight| &sight.known.conversation);
        let all: Vec<_> = all.filter(|one| route.takes(one.line.as_ref())).collect();
        let waits = past_waits(&all, &changes, begin);
        let waiting: BTreeSet<_> = waits.iter().map(|wait| &wait.conversation).collect();
        let before = all.iter().copied().filter(|one| one.is_open() && !waiting.contains(&one.id));
        (open_before(members, before), waits)
    };
    let (people, mut waits) = ctx.memory.projection.look(&ctx.db, look).await?;
    waits.sort_by_key(|wait| wait.heard);
    let rules = documents::rules(ctx).await?;
    Ok(preview::play(&waits, &Trial { route, rules: &rules, people, now }))
}

/// Returns the linked members of a pool as it is now.
async fn members(ctx: &TenantCtx, pool: &AssigneePool, team: Option<&TeamId>) -> Result<Vec<Teammate>, Stop> {
    let users = match pool {
        AssigneePool::People(users) => users.clone(),
        AssigneePool::Group(group) => {
            let unreadable = || Refusal::GroupUnreadable { group: group.name.clone() };
            pools::members(ctx, group, team).await?.ok_or_else(unreadable)?
        }
    };
    let users: Vec<_> = users.iter().take(pools::MOST_CONSIDERED).collect();
    Ok(directory::linked_of(ctx, &users).await?)
}

/// Returns the people with those of these conversations that they own.
fn open_before<'a>(
    members: Vec<Teammate>,
    conversations: impl Iterator<Item = &'a Conversation>,
) -> Vec<(Teammate, HashSet<ConversationId>)> {
    let mut people: Vec<_> = members.into_iter().map(|member| (member, HashSet::new())).collect();
    for conversation in conversations {
        let theirs = people.iter_mut().find(|(person, _)| conversation.is_owned_by(&person.member));
        if let Some((_, open)) = theirs {
            open.insert(conversation.id.clone());
        }
    }
    people
}

/// Returns the waits that began since `begin`. The changes come oldest first.
fn past_waits(conversations: &[&Conversation], changes: &[ConversationChange], begin: Timestamp) -> Vec<PastWait> {
    let mut by_conversation: BTreeMap<&ConversationId, Vec<&ConversationChange>> = BTreeMap::new();
    for change in changes {
        by_conversation.entry(&change.conversation).or_default().push(change);
    }
    let waits = conversations.iter().flat_map(|conversation| {
        let changes = by_conversation.get(&conversation.id).map_or(&[][..], Vec::as_slice);
        waits_of(conversation, changes, begin)
    });
    waits.collect()
}

/// Returns the waits of a conversation. Another message of the contact begins a new one only after *Done*.
fn waits_of(conversation: &Conversation, changes: &[&ConversationChange], begin: Timestamp) -> Vec<PastWait> {
    let heard = changes.iter().filter_map(|change| change.heard).chain(conversation.last_inbound_at());
    let heard: BTreeSet<_> = heard.filter(|heard| *heard >= begin).collect();
    let is_done = |at: Timestamp| {
        let last = changes.iter().rfind(|change| change.at < at);
        last.is_some_and(|change| change.after.status == Status::Done)
    };
    let mut waits: Vec<PastWait> = Vec::new();
    for heard in heard {
        match waits.last_mut() {
            Some(wait) if !is_done(heard) => wait.again.push(heard),
            before => {
                if let Some(before) = before {
                    before.changes.retain(|(at, _)| *at < heard);
                }
                waits.push(wait_since(heard, conversation, changes));
            }
        }
    }
    waits
}

fn wait_since(heard: Timestamp, conversation: &Conversation, changes: &[&ConversationChange]) -> PastWait {
    let last = conversation.last_activity.as_ref();
    let later: Vec<_> = changes.iter().filter(|change| change.at >= heard).collect();
    let before = changes.iter().rfind(|change| change.at < heard).map(|change| change.after.owner.clone());
    let now = || conversation.owner.as_ref().map(|owner| owner.id.clone());
    let owner = later.first().map(|change| change.before.owner.clone()).or(before).unwrap_or_else(now);
    PastWait {
        conversation: conversation.id.clone(),
        kind: last.filter(|last| last.inbound && last.at == heard).map(|last| last.kind),
        heard,
        owner,
        changes: later.iter().map(|change| (change.at, change.after.clone())).collect(),
        answer: last.filter(|last| last.ends_a_wait() && last.at > heard).map(|last| last.at),
        again: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, Owner, State};
    use crate::core::ids::{MemberId, SlackUserId};

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn conversation(owner: Option<&str>, last: Option<(ActivityKind, bool, i64)>) -> Conversation {
        let last_activity = last.map(|(kind, inbound, at)| Activity {
            kind,
            inbound,
            preview: None,
            at: second(at),
            activity_context: ActivityContext::Nothing,
        });
        Conversation {
            id: ConversationId::new("c1"),
            status: Status::Open,
            status_word: None,
            read: None,
            snoozed_until: None,
            owner: owner.map(|id| Owner::new(MemberId::new(id), String::new())),
            contact: Contact::default(),
            line: None,
            last_activity,
            last_note: None,
        }
    }

    fn change(at: i64, heard: i64, owners: [Option<&str>; 2], statuses: [Status; 2]) -> ConversationChange {
        let state = |owner: Option<&str>, status| State { owner: owner.map(MemberId::new), status, until: None };
        ConversationChange {
            conversation: ConversationId::new("c1"),
            at: second(at),
            heard: Some(second(heard)),
            before: state(owners[0], statuses[0]),
            after: state(owners[1], statuses[1]),
        }
    }

    #[test]
    fn a_wait_ends_with_done_and_the_next_message_begins_another() {
        let changes = [
            change(150, 100, [None, Some("leo")], [Status::Open; 2]),
            change(180, 100, [Some("leo"); 2], [Status::Open, Status::Done]),
            change(400, 400, [Some("leo"); 2], [Status::Done, Status::Open]),
        ];
        let changes: Vec<_> = changes.iter().collect();
        let now = conversation(Some("leo"), Some((ActivityKind::Sms, true, 400)));
        let waits = waits_of(&now, &changes, second(0));
        let [first, other] = waits.as_slice() else { unreachable!("{waits:?}") };
        assert_eq!((first.heard, first.owner.clone(), first.kind), (second(100), None, None));
        let times: Vec<_> = first.changes.iter().map(|(at, _)| *at).collect();
        assert_eq!((times, first.closed()), (vec![second(150), second(180)], Some(second(180))));
        assert_eq!((other.heard, other.owner.clone()), (second(400), Some(MemberId::new("leo"))));
        assert_eq!((other.kind, other.closed()), (Some(ActivityKind::Sms), None));
        assert_eq!(waits_of(&now, &changes, second(300)).len(), 1, "earlier ones are not in the period");
    }

    #[test]
    fn a_second_message_goes_on_with_the_wait_and_a_call_back_answers_it() {
        let changes = [
            change(150, 100, [None, Some("leo")], [Status::Open; 2]),
            change(250, 200, [Some("leo"), Some("zoe")], [Status::Open; 2]),
        ];
        let changes: Vec<_> = changes.iter().collect();
        let now = conversation(Some("zoe"), Some((ActivityKind::Call, false, 300)));
        let waits = waits_of(&now, &changes, second(0));
        let [only] = waits.as_slice() else { unreachable!("{waits:?}") };
        assert_eq!((only.heard, only.answer, only.closed()), (second(100), Some(second(300)), None));
        assert_eq!((only.again.as_slice(), only.changes.len()), (&[second(200)][..], 2));
    }

    #[test]
    fn one_that_no_one_touched_is_known_from_its_last_message() {
        let now = conversation(Some("zoe"), Some((ActivityKind::Voicemail, true, 100)));
        let waits = waits_of(&now, &[], second(0));
        let [only] = waits.as_slice() else { unreachable!("{waits:?}") };
        assert_eq!((only.owner.clone(), only.changes.len()), (Some(MemberId::new("zoe")), 0));
        assert_eq!(waits_of(&conversation(None, None), &[], second(0)), []);
    }

    #[test]
    fn only_conversations_outside_the_period_count_as_load() {
        let teammate = |id: &str| Teammate {
            user: SlackUserId::new(id),
            member: MemberId::new(id),
            name: id.to_owned(),
            zone: None,
            admin: false,
        };
        let mine = conversation(Some("zoe"), None);
        let open = open_before(vec![teammate("leo"), teammate("zoe")], [&mine].into_iter());
        let loads: Vec<_> = open.iter().map(|(person, open)| (person.name.as_str(), open.len())).collect();
        assert_eq!(loads, [("leo", 0), ("zoe", 1)]);
    }
}
