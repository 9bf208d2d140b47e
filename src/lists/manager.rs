//! The team's work, for the Home tabs of managers: admins, and people who made a route.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;
use tracing::info;

use crate::channels::{routes, waits};
use crate::core::availability::{Availability, Away};
use crate::core::card_view::CardView;
use crate::core::conversation::{Conversation, Owner};
use crate::core::error::Fault;
use crate::core::ids::{MemberId, SlackUserId, TeamId};
use crate::core::route::{Route, called};
use crate::core::sweep::Sweep;
use crate::core::teammate::Teammate;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::lists::content::{ManagerView, NumberQueue, Owned, OwnerLoad};
use crate::people::{availability, directory};
use crate::platform::db::projection::Conversations;

/// The most shared numbers, unassigned conversations of each, and people that are shown. A Home tab has 100 blocks.
const MOST_NUMBERS: usize = 4;
const MOST_WAITING: usize = 3;
const MOST_PEOPLE: usize = 10;

/// The number of a shared number's oldest conversations among which those nearest to their limits are looked for.
const MOST_COMPARED: usize = 10;

/// The number of members among whom people without open conversations are looked for.
const MOST_EXAMINED: usize = 30;

/// The time within which Slack must say who is away. After that the tab is drawn without it.
const AVAILABILITY_WAIT: Duration = Duration::from_secs(2);

/// The unassigned conversations by shared number, and the number of conversations by owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct TeamWork {
    queues: Vec<NumberWaits>,
    more: usize,
    loads: Vec<(Owner, Owned)>,
}

/// The unassigned conversations of a shared number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NumberWaits {
    name: Option<String>,
    unassigned: usize,
    oldest: Vec<Conversation>,
}

impl TeamWork {
    /// Sums up the work. Of unassigned conversations, only those count whose cards one of the routes takes, if routes
    /// are given. The number with the longest wait comes first, and so does the busiest owner.
    fn of<'a>(all: impl Iterator<Item = &'a Conversation>, routes: Option<&[Route]>) -> Self {
        let mut waiting = BTreeMap::<Option<&str>, Vec<&Conversation>>::new();
        let mut loads = HashMap::<&MemberId, (&Owner, Owned)>::new();
        let is_seen =
            |one: &Conversation| routes.is_none_or(|routes| routes.iter().any(|route| route.takes(one.line.as_ref())));
        for one in all.filter(|one| one.is_pending()) {
            match &one.owner {
                Some(owner) => {
                    let (_, owned) = loads.entry(&owner.id).or_insert((owner, Owned::default()));
                    let count = if one.is_open() { &mut owned.open } else { &mut owned.snoozed };
                    *count += 1;
                }
                None if one.is_open() && is_seen(one) => {
                    waiting.entry(one.line.as_ref().map(|line| line.number.as_str())).or_default().push(one);
                }
                None => {}
            }
        }
        let since = |one: &Conversation| one.last_activity.as_ref().map_or(Timestamp::MAX, |last| last.at);
        let mut queues: Vec<_> = waiting.into_values().collect();
        for queue in &mut queues {
            queue.sort_by_key(|one| since(one));
        }
        queues.sort_by_key(|queue| queue.first().map(|one| since(one)));
        let mut loads: Vec<_> = loads.into_values().map(|(owner, owned)| (owner.clone(), owned)).collect();
        loads.sort_by(|(one, of), (other, by)| by.cmp(of).then_with(|| one.id.cmp(&other.id)));
        let more = queues.len().saturating_sub(MOST_NUMBERS);
        let queues = queues.into_iter().take(MOST_NUMBERS).map(|queue| NumberWaits {
            name: queue.first().and_then(|one| one.line.as_ref()).map(called),
            unassigned: queue.len(),
            oldest: queue.into_iter().take(MOST_COMPARED).cloned().collect(),
        });
        Self { queues: queues.collect(), more, loads }
    }
}

/// Returns the part of a person's Home tab about the team; none if the person is no manager.
pub(crate) async fn view(ctx: &TenantCtx, me: &Teammate, team: Option<&TeamId>) -> Result<Option<ManagerView>, Fault> {
    let own = if me.admin { None } else { Some(routes_of(ctx, &me.user).await?) };
    if own.as_ref().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let count = |all: &Conversations| TeamWork::of(all.pending(), own.as_deref());
    let TeamWork { queues, more, loads } = ctx.memory.projection.look(&ctx.db, count).await?;
    let (busy, more_people) = (loads.iter().take(MOST_PEOPLE), loads.len().saturating_sub(MOST_PEOPLE));
    let mut owners = Vec::new();
    for (owner, owned) in busy {
        owners.push((directory::participant(ctx, owner).await?, *owned));
    }
    let free = without_conversations(ctx, &loads).await?;
    let users =
        owners.iter().filter_map(|(owner, _)| owner.user.clone()).chain(free.iter().map(|(user, _)| user.clone()));
    let away = absent(ctx, &users.collect::<Vec<_>>(), team).await?;
    let rules = documents::rules(ctx).await?;
    let mut people: Vec<_> = owners
        .into_iter()
        .map(|(owner, owned)| {
            let may = owner.member != me.member && rules.may_reassign(me, &owner);
            let sweep = may.then(|| Sweep {
                owner: owner.member.clone(),
                name: owner.name.clone(),
                of: owned.open + owned.snoozed,
            });
            let away = owner.user.as_ref().and_then(|user| away.get(user)).cloned();
            OwnerLoad { name: owner.name, user: owner.user, owned, away, sweep }
        })
        .collect();
    people.sort_by_key(|one| (one.away.is_none(), Reverse(one.owned)));
    let mut shown = Vec::new();
    for NumberWaits { name, unassigned, oldest } in queues {
        shown.push(NumberQueue { name, unassigned, nearest: nearest(ctx, oldest).await? });
    }
    let free = free.into_iter().filter(|(user, _)| !away.contains_key(user)).map(|(_, name)| name).collect();
    Ok(Some(ManagerView { queues: shown, more, people, more_people, free }))
}

/// Returns the conversations that are nearest to their limits, then the oldest.
async fn nearest(ctx: &TenantCtx, oldest: Vec<Conversation>) -> Result<Vec<CardView>, Fault> {
    let mut card_views = Vec::new();
    for conversation in oldest {
        card_views.push(waits::with_limit(ctx, CardView::new(conversation, None)).await?);
    }
    card_views.sort_by_key(|one| one.limit.as_ref().map_or(Timestamp::MAX, |limit| limit.due));
    card_views.truncate(MOST_WAITING);
    Ok(card_views)
}

/// Returns the routes that a person made.
async fn routes_of(ctx: &TenantCtx, user: &SlackUserId) -> Result<Vec<Route>, Fault> {
    let routes = routes::routes(ctx).await?.into_iter().map(|(_, route)| route);
    Ok(routes.filter(|route| route.by.as_ref() == Some(user)).collect())
}

/// Returns people who own nothing that is not done, as far as stored facts tell of them.
async fn without_conversations(ctx: &TenantCtx, loads: &[(Owner, Owned)]) -> Result<Vec<(SlackUserId, String)>, Fault> {
    let members = directory::known_members(ctx).await?;
    let free = members.iter().filter(|member| loads.iter().all(|(owner, _)| owner.id != **member));
    let mut people = Vec::new();
    for member in free.take(MOST_EXAMINED) {
        people.extend(directory::known_teammate(ctx, member).await?);
        if people.len() == MOST_PEOPLE {
            break;
        }
    }
    Ok(people)
}

/// Returns the users who are away, with the reasons. Returns none if Slack doesn't say so in time: the numbers of the
/// tab are worth more than the marks.
async fn absent(
    ctx: &TenantCtx,
    users: &[SlackUserId],
    team: Option<&TeamId>,
) -> Result<HashMap<SlackUserId, Away>, Fault> {
    let found = match timeout(AVAILABILITY_WAIT, availability::of_users(ctx, users, team)).await {
        Ok(Ok(found)) => found,
        Ok(Err(fault @ (Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_)))) => return Err(fault),
        Ok(Err(cause)) => {
            info!(%cause, "home drawn without availability");
            Vec::new()
        }
        Err(_) => Vec::new(),
    };
    let all = users.iter().cloned().zip(found);
    Ok(all
        .filter_map(|(user, found)| if let Availability::Away(why) = found { Some((user, why)) } else { None })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, SharedNumber, Status};
    use crate::core::ids::ConversationId;

    fn line(number: &str) -> SharedNumber {
        SharedNumber { number: number.to_owned(), name: Some(format!("Line {number}")) }
    }

    fn conversation(id: usize, number: &str, at: i64, owner: Option<&str>) -> Conversation {
        let at = Timestamp::from_second(at).unwrap_or_default();
        let activity_context = ActivityContext::Nth(1);
        let last = Activity { kind: ActivityKind::MissedCall, inbound: true, preview: None, at, activity_context };
        Conversation {
            id: ConversationId::new(format!("conv_{id}")),
            status: Status::Open,
            status_word: None,
            read: None,
            snoozed_until: None,
            owner: owner.map(|owner| Owner::new(MemberId::new(owner), String::new())),
            contact: Contact::default(),
            line: Some(line(number)),
            last_activity: Some(last),
            last_note: None,
        }
    }

    #[test]
    fn the_longest_wait_comes_first_and_only_so_much_is_shown() {
        let all: Vec<_> = (0..60)
            .map(|id| conversation(id, &format!("{}", id % 6), 1000 - i64::try_from(id).unwrap_or(0), None))
            .collect();
        let work = TeamWork::of(all.iter(), None);
        assert_eq!((work.queues.len(), work.more), (MOST_NUMBERS, 2));
        let first = work.queues.first().map(|queue| (queue.name.clone(), queue.unassigned, queue.oldest.len()));
        assert_eq!(first, Some((Some("Line 5".to_owned()), 10, MOST_COMPARED)));
        let oldest = work.queues.first().and_then(|queue| queue.oldest.first()).map(|one| one.id.as_str());
        assert_eq!(oldest, Some("conv_59"));
    }

    #[test]
    fn a_maker_of_routes_sees_what_waits_on_their_numbers_and_everyones_load() {
        let snoozed = Conversation { status: Status::Snoozed, ..conversation(3, "2", 10, Some("zoe")) };
        let done = Conversation { status: Status::Done, ..conversation(4, "1", 10, Some("leo")) };
        let all = [
            conversation(1, "1", 10, None),
            conversation(2, "2", 10, None),
            snoozed,
            done,
            conversation(5, "2", 10, Some("leo")),
            conversation(6, "2", 10, Some("zoe")),
        ];
        let own = [Route { line: Some(line("1")), ..Route::of_all() }];
        let work = TeamWork::of(all.iter(), Some(&own));
        assert_eq!(work.queues.iter().map(|queue| queue.unassigned).collect::<Vec<_>>(), [1]);
        let loads: Vec<_> =
            work.loads.iter().map(|(owner, owned)| (owner.id.as_str(), owned.open, owned.snoozed)).collect();
        assert_eq!(loads, [("zoe", 1, 1), ("leo", 1, 0)]);
    }
}
