//! Slack users who wanted something, or were to be given something, and are no members: admins see them, and
//! can say who they are.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::people::{Unlinked, link};
use crate::domain::person::Profile;
use crate::error::Fault;
use crate::ids::SlackUserId;
use crate::store::{Document, Effect};
use crate::work::ctx::TenantCtx;
use crate::work::documents::read;
use crate::work::{people, times};

/// The key of all work on links: one at a time, so that no one is linked twice.
pub(crate) const ONE_AT_A_TIME: &str = "people";

/// How many are remembered, and for how long it is not written down again that they wanted something.
const MOST_STRANGERS: usize = 1_000;
const NOTE_AGAIN_AFTER: Duration = Duration::from_hours(24);

/// What they are kept under (`store::Document`), by Slack user.
pub(crate) const STRANGER: &str = "stranger";

/// A Slack user who wanted something and was no member, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    profile: Profile,
    why: Unlinked,
}

/// A Slack user who wanted something and was no member then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// The user.
    pub(crate) profile: Profile,
    /// When.
    pub(crate) at: Timestamp,
    /// Why they are none; nothing, if they are one by now.
    pub(crate) why: Option<Unlinked>,
}

/// The document of a stranger.
pub(crate) struct OfStranger(Document);

impl OfStranger {
    /// The same with another profile: they wanted something when they did.
    pub(crate) fn with(self, profile: &Profile, why: Unlinked) -> Document {
        Document { body: written(profile, why), ..self.0 }
    }
}

/// Writes down that somebody wanted something and is no member.
pub(crate) async fn remember_stranger(ctx: &TenantCtx, user: &SlackUserId, why: Unlinked) -> Result<(), Fault> {
    let profile = people::look_up(ctx, user).await?;
    let Some(profile) = profile.filter(|_| why.can_be_linked()) else { return Ok(()) };
    let body = written(&profile, why);
    let kept = noted(ctx, user).await?;
    let (kind, id, at) = (STRANGER.to_owned(), user.to_string(), ctx.clock.now());
    if kept.is_some_and(|OfStranger(kept)| kept.body == body && times::later(kept.at, NOTE_AGAIN_AFTER) > at) {
        return Ok(());
    }
    ctx.db.keep(Document { kind, id, at, due: None, body }).await
}

/// A stranger's document, if this user is one.
pub(crate) async fn noted(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<OfStranger>, Fault> {
    Ok(ctx.db.document(STRANGER, user.as_str()).await?.map(OfStranger))
}

/// Strangers, whether they are members by now or not, latest first.
pub(crate) async fn strangers(ctx: &TenantCtx) -> Result<Vec<Tried>, Fault> {
    let kept = ctx.db.documents(STRANGER, MOST_STRANGERS).await?;
    let (members, by_hand) = (people::team(ctx).await?, people::by_hand(ctx).await?);
    let tried = kept.iter().map(|kept| {
        let Noted { profile, .. } = read(kept)?;
        Ok(Tried { at: kept.at, why: link(&profile, &members, &by_hand).err(), profile })
    });
    let mut tried = tried.collect::<Result<Vec<_>, Fault>>()?;
    tried.sort_by_key(|tried| Reverse(tried.at));
    Ok(tried)
}

fn written(profile: &Profile, why: Unlinked) -> String {
    serde_json::to_string(&Noted { profile: profile.clone(), why }).unwrap_or_default()
}

/// Somebody is not looked for any more.
pub(crate) fn drop_stranger(user: &SlackUserId) -> Effect {
    Effect::DropDocument { kind: STRANGER.to_owned(), id: user.to_string() }
}
