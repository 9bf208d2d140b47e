//! Links that admins make by hand where email addresses do not match. An admin names the member in a command, or
//! presses a button in the window that shows the unlinked people on both sides.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::log;
use crate::audit::log::Verified;
use crate::commands::refusal_view;
use crate::core::error::Fault;
use crate::core::ids::{MemberId, SlackUserId, ViewId};
use crate::core::linking::{LinkedJob, Linking, MemberMatch, likely, meant, suggested};
use crate::core::person::{Member, Profile};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::rule::Rule;
use crate::core::teammate::{ByHand, Unlinked, link, may_be_linked};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::answer;
use crate::jobs::outbox::redraw;
use crate::jobs::outcome::{Outcome, Stop};
use crate::linking::content::{Broken, LinkView, PeopleView};
use crate::linking::window::DrawPeople;
use crate::people::strangers::ONE_AT_A_TIME;
use crate::people::{acting, directory, organization, people_words, strangers};
use crate::platform::db::{Claim, Effect, Entry};
use crate::platform::slack::blocks::kit::{Block, Content};

/// The number of entries of each sort on a page. All of them fit a window (docs/contracts/slack-limits.json).
const PEOPLE_PAGE_SIZE: usize = 10;

/// The maximum number of members that are offered to choose from.
const MAX_MEMBER_CHOICES: usize = 10;

/// The time for which the request of an unlinked user is remembered.
const UNLINKED_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An admin who links people.
struct Admin {
    user: SlackUserId,
    name: String,
    /// The admin's member in dialnote, if they are linked.
    member: Option<Verified>,
}

/// The effects to store, and the answer to the requester.
type LinkChange = (Vec<Effect>, Result<Content, Refusal>);

/// Carries out a request about links, and redraws the window of unlinked people if the requester has it open.
pub(crate) async fn who_is_who(ctx: &TenantCtx, claim: &Claim, job: &PeopleJob) -> Result<Outcome, Fault> {
    let requester = match may_say_who_is_who(ctx, job).await? {
        Ok(requester) => requester,
        Err(why) => {
            let record = log::record_refusal(ctx, &job.requester, "link", &why);
            return Ok(Outcome::done(vec![record, not_shown(ctx, job, why)]));
        }
    };
    let (mut effects, say) = match &job.linking {
        Linking::Show => return show_people(ctx, claim, job).await,
        Linking::Named { user, member } => link_named(ctx, claim, &requester, user, member).await?,
        Linking::To { user, member, from } => link_to(ctx, claim, &requester, user, member, from.as_ref()).await?,
        Linking::Off { user } => unlink(ctx, &requester, user).await?,
    };
    let say = say.unwrap_or_else(|why| {
        effects.push(log::record_refusal(ctx, &job.requester, "link", &why));
        refusal_view::refusal(&why)
    });
    effects.push(match &job.window {
        // The window is drawn after these effects are stored.
        Some(window) => {
            let (linking, window, notice) = (Linking::Show, Some(window.clone()), say.blocks);
            let again = PeopleJob { requester: job.requester.clone(), linking, window, notice };
            Effect::Enqueue(ctx.following(claim, &again))
        }
        None => answer(ctx, job.requester.addressee(), say),
    });
    let unlinked = match &job.linking {
        Linking::Off { user } => Some(user.clone()),
        _ => None,
    };
    effects.extend(redraw::refresh_homes(ctx, unlinked.into_iter().chain([job.requester.user.clone()])).await?);
    Ok(Outcome::done(effects))
}

/// Returns a user who is an admin of the workspace in Slack and is not linked, but could be.
async fn unlinked_admin(ctx: &TenantCtx, user: &SlackUserId, why: Unlinked) -> Result<Option<Admin>, Fault> {
    let profile = directory::look_up(ctx, user).await?;
    let profile = profile.filter(|profile| profile.admin && why.can_be_linked());
    Ok(profile.map(|profile| Admin { user: profile.user, name: profile.name, member: None }))
}

/// Returns the admin, or the refusal if the requester may not link people. An admin in Slack may do so without being
/// linked: where dialnote shows no addresses, someone has to link the first admin.
async fn may_say_who_is_who(ctx: &TenantCtx, job: &PeopleJob) -> Result<Result<Admin, Refusal>, Fault> {
    let user = &job.requester.user;
    let requester = match job.linking {
        Linking::Show => Ok(acting::reader(ctx, user).await?),
        _ => acting::teammate_now(ctx, user).await?,
    };
    let requester = match requester {
        Ok(Ok(requester)) => requester,
        Err(why) => return Ok(Err(why)),
        Ok(Err(stranger)) => {
            let admin = unlinked_admin(ctx, user, stranger.why).await?;
            return Ok(admin.ok_or(Refusal::YouAreNotLinked(stranger.why)));
        }
    };
    let may = documents::rules(ctx).await?.may_configure(&requester, Rule::Link);
    let member = Some(organization::verified(ctx, &requester).await?);
    Ok(may.map(|()| Admin { user: requester.user, name: requester.name, member }))
}

fn not_shown(ctx: &TenantCtx, job: &PeopleJob, why: Refusal) -> Effect {
    match job.window.clone() {
        Some(PeopleWindow { view, .. }) => {
            ctx.say(&DrawPeople { user: job.requester.user.clone(), view, card_view: Err(why) })
        }
        None => answer(ctx, job.requester.addressee(), refusal_view::refusal(&why)),
    }
}

/// Links a user to the member whom `asked` names. Asks which one if several match.
async fn link_named(
    ctx: &TenantCtx,
    claim: &Claim,
    requester: &Admin,
    user: &SlackUserId,
    asked: &str,
) -> Result<LinkChange, Fault> {
    let mut members = directory::team(ctx).await?;
    if matches!(meant(asked, &members), MemberMatch::Nobody(_)) {
        members = directory::team_now(ctx).await?;
    }
    match meant(asked, &members) {
        MemberMatch::One(member) => link_to(ctx, claim, requester, user, &member.id, None).await,
        MemberMatch::Several(several) => {
            let name = directory::name(ctx, user).await?.unwrap_or_else(|| user.to_string());
            let more = several.len().saturating_sub(MAX_MEMBER_CHOICES);
            let choices: Vec<_> = several.into_iter().take(MAX_MEMBER_CHOICES).cloned().collect();
            Ok((Vec::new(), Ok(people_words::which(user, &name, &choices, more))))
        }
        MemberMatch::Nobody(nearest) => {
            let nearest = nearest.map(|member| member.name.clone());
            Ok(refused(Refusal::NoMember { asked: asked.to_owned(), nearest }))
        }
    }
}

/// Links a user to a member. If another user is that member, refuses unless the requester confirmed that user (`from`).
async fn link_to(
    ctx: &TenantCtx,
    claim: &Claim,
    requester: &Admin,
    user: &SlackUserId,
    member: &MemberId,
    from: Option<&SlackUserId>,
) -> Result<LinkChange, Fault> {
    let profile = directory::read_profile(ctx, user).await?;
    let Some(profile) = profile else {
        return Ok(refused(Refusal::NoSlackUser));
    };
    if let Err(why) = may_be_linked(profile.account) {
        return Ok(refused(Refusal::NotLinked { name: profile.name, why }));
    }
    let members = directory::team(ctx).await?;
    let Some(member) = members.iter().find(|one| one.id == *member) else {
        return Ok(refused(Refusal::NoMember { asked: member.to_string(), nearest: None }));
    };
    let by_hand = directory::by_hand(ctx).await?;
    let holder = holder(ctx, member, &members, &by_hand).await?.filter(|(holder, _)| holder != user);
    if let Some((holder, holder_name)) = holder.as_ref().filter(|(holder, _)| Some(holder) != from) {
        return Ok(refused(Refusal::MemberTaken {
            user: user.clone(),
            name: profile.name,
            member: member.id.clone(),
            member_name: member.name.clone(),
            holder: holder.clone(),
            holder_name: holder_name.clone(),
            by_hand: by_hand.iter().any(|link| link.member == member.id),
        }));
    }
    let before = link(&profile, &members, &by_hand).ok().map(|before| before.member);
    let new = ByHand {
        user: user.clone(),
        member: member.id.clone(),
        name: member.name.clone(),
        by: requester.user.clone(),
        at: ctx.clock.now(),
    };
    let mut effects = vec![documents::put(ctx, user.as_str(), &new), strangers::drop_stranger(user)];
    let moved = by_hand.iter().filter(|link| link.member == member.id && link.user != *user);
    effects.extend(moved.map(|link| drop_link(&link.user)));
    effects.push(record_link(ctx, requester, user, before.as_ref(), Some(&member.id)));
    let linked = LinkedJob { user: user.clone(), by: Some(requester.name.clone()) };
    effects.push(Effect::Enqueue(ctx.following(claim, &linked)));
    let before = before.filter(|before| *before != member.id);
    let (from, before) = (holder.map(|(_, name)| name), before.and_then(|before| called(&members, &before)));
    let linked = people_words::linked(&profile.name, &member.name, from.as_deref(), before.as_deref());
    Ok((effects, Ok(linked.content())))
}

/// Returns the Slack user that a member is: the one linked by hand, even if that link does not count now, else the one
/// with the member's address.
async fn holder(
    ctx: &TenantCtx,
    member: &Member,
    members: &[Member],
    by_hand: &[ByHand],
) -> Result<Option<(SlackUserId, String)>, Fault> {
    if let Some(link) = by_hand.iter().find(|link| link.member == member.id) {
        let name = directory::name(ctx, &link.user).await?;
        return Ok(Some((link.user.clone(), name.unwrap_or_else(|| link.user.to_string()))));
    }
    let holder = directory::is_in_slack(ctx, member, members).await?;
    Ok(holder.map(|holder| (holder.user, holder.name)))
}

/// Removes a link that was made by hand.
async fn unlink(ctx: &TenantCtx, requester: &Admin, user: &SlackUserId) -> Result<LinkChange, Fault> {
    let profile = directory::read_profile(ctx, user).await?;
    let name = profile.as_ref().map_or_else(|| user.to_string(), |profile| profile.name.clone());
    let mut by_hand = directory::by_hand(ctx).await?;
    let Some(at) = by_hand.iter().position(|link| link.user == *user) else {
        return Ok(refused(Refusal::NotLinkedByHand { name }));
    };
    let gone = by_hand.remove(at);
    let members = directory::team(ctx).await?;
    let now = profile.and_then(|profile| link(&profile, &members, &by_hand).ok()).map(|now| now.member);
    let record = record_link(ctx, requester, user, Some(&gone.member), now.as_ref());
    let member = now.and_then(|now| called(&members, &now));
    let unlinked = people_words::unlinked(&name, member.as_deref());
    Ok((vec![drop_link(user), record], Ok(unlinked.content())))
}

fn record_link(
    ctx: &TenantCtx,
    requester: &Admin,
    user: &SlackUserId,
    before: Option<&MemberId>,
    after: Option<&MemberId>,
) -> Effect {
    let link = json!({ "user": user, "before": before, "after": after });
    let detail = json!({ "by": requester.name, "member": requester.member, "link": link });
    Effect::Record(Entry {
        at: ctx.clock.now(),
        actor: requester.user.clone(),
        conversation: None,
        verb: "link".to_owned(),
        detail: detail.to_string(),
    })
}

/// Shows the unlinked people on both sides, and drops users whose request is older than `UNLINKED_LIFETIME`.
async fn show_people(ctx: &TenantCtx, claim: &Claim, job: &PeopleJob) -> Result<Outcome, Fault> {
    let Some(PeopleWindow { view, page }) = job.window.clone() else { return Ok(Outcome::done(Vec::new())) };
    let (mut effects, mut strangers) = (Vec::new(), Vec::new());
    for tried in strangers::strangers(ctx).await? {
        let user = tried.profile.user.clone();
        match tried.why {
            Some(_) if times::later(tried.at, UNLINKED_LIFETIME) < ctx.clock.now() => {
                effects.push(strangers::drop_stranger(&user));
            }
            Some(why) => strangers.push((tried.profile, why)),
            None => {
                let linked = LinkedJob { user, by: None };
                effects.push(Effect::Enqueue(ctx.following(claim, &linked)));
            }
        }
    }
    let mut card_view = people_face(ctx, strangers, page).await?;
    card_view.notice.clone_from(&job.notice);
    let user = job.requester.user.clone();
    effects.push(ctx.say(&DrawPeople { user, view, card_view: Ok(Box::new(card_view)) }));
    Ok(Outcome::done(effects))
}

async fn people_face(ctx: &TenantCtx, strangers: Vec<(Profile, Unlinked)>, page: usize) -> Result<PeopleView, Fault> {
    let members = directory::unlinked(ctx).await?;
    let by_hand = directory::by_hand(ctx).await?;
    let counts = [members.len(), strangers.len(), by_hand.len()];
    let pages = counts.into_iter().max().unwrap_or(0).div_ceil(PEOPLE_PAGE_SIZE).max(1);
    let page = page.min(pages - 1);
    let all: Vec<_> = members.iter().collect();
    let profiles = || strangers.iter().map(|(profile, _)| profile);
    let of_members = on_page(&members, page).map(|member| (member.clone(), likely(member, profiles()).cloned()));
    let of_strangers = on_page(&strangers, page).map(|(profile, why)| {
        let likely = suggested(profile, &all).into_iter().cloned().collect();
        (profile.clone(), *why, likely)
    });
    let mut card_views = Vec::new();
    for link in on_page(&by_hand, page) {
        card_views.push(link_face(ctx, link).await?);
    }
    let (members, strangers) = (of_members.collect(), of_strangers.collect());
    Ok(PeopleView { members, strangers, by_hand: card_views, counts, page, pages, notice: Vec::new() })
}

/// Returns a link that was made by hand as admins see it.
pub(crate) async fn link_face(ctx: &TenantCtx, link: &ByHand) -> Result<LinkView, Fault> {
    let members = directory::team(ctx).await?;
    let profile = directory::look_up(ctx, &link.user).await?;
    let account = profile.as_ref().map(|profile| may_be_linked(profile.account));
    let broken = match (members.iter().any(|member| member.id == link.member), account) {
        (false, _) => Some(Broken::MemberGone),
        (true, Some(Ok(()))) => None,
        (true, Some(Err(why))) => Some(Broken::Account(why)),
        (true, None) => Some(Broken::Account(Unlinked::Deactivated)),
    };
    let by = directory::name(ctx, &link.by).await?;
    Ok(LinkView {
        user: link.user.clone(),
        name: profile.map_or_else(|| link.user.to_string(), |profile| profile.name),
        member: called(&members, &link.member).unwrap_or_else(|| link.name.clone()),
        by: by.unwrap_or_else(|| "an admin".to_owned()),
        at: link.at,
        broken,
    })
}

fn on_page<T>(all: &[T], page: usize) -> impl Iterator<Item = &T> {
    all.iter().skip(page * PEOPLE_PAGE_SIZE).take(PEOPLE_PAGE_SIZE)
}

fn called(members: &[Member], id: &MemberId) -> Option<String> {
    members.iter().find(|member| member.id == *id).map(|member| member.name.clone())
}

fn refused(why: Refusal) -> LinkChange {
    (Vec::new(), Err(why))
}

fn drop_link(user: &SlackUserId) -> Effect {
    documents::remove::<ByHand>(user.as_str())
}

impl JobKind for PeopleJob {
    const KIND: &'static str = "people.v1";

    fn key(&self) -> String {
        ONE_AT_A_TIME.to_owned()
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that links people by hand and shows who is not linked.
pub(crate) struct Linkings;

impl Handler for Linkings {
    type Job = PeopleJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &PeopleJob) -> Result<Outcome, Stop> {
        Ok(who_is_who(ctx, claim, job).await?)
    }
}

/// A request about links between Slack users and members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeopleJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The request.
    pub linking: Linking,
    /// The window that shows the unlinked people.
    pub window: Option<PeopleWindow>,
    /// The result of the button that was pressed in the window.
    #[serde(default)]
    pub notice: Vec<Block>,
}

/// The window that shows the unlinked people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeopleWindow {
    /// The window's view.
    pub view: ViewId,
    /// The page, from 0.
    pub page: usize,
}
