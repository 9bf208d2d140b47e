//! Unlinked users who requested something, or were to be assigned something. Admins see them and can link them.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::person::Profile;
use crate::core::teammate::{Unlinked, link};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::people::directory;
use crate::platform::db::{Document, DocumentKind, Effect, StoredDocument};

/// The partition key of all work on links: one job at a time, so that no one is linked twice.
pub(crate) const ONE_AT_A_TIME: &str = "people";

/// The maximum number of unlinked users that are read, and the time for which another request of one is not noted.
const MOST_STRANGERS: usize = 1_000;
const NOTE_AGAIN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// An unlinked user who requested something, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    profile: Profile,
    why: Unlinked,
    /// The time at which the user asked the admins for a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Timestamp>,
}

impl StoredDocument for Noted {
    const KIND: DocumentKind = DocumentKind::Stranger;
}

/// A user who requested something while unlinked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// The user's profile at that time.
    pub(crate) profile: Profile,
    /// The time of the request.
    pub(crate) at: Timestamp,
    /// The reason why the user is not linked, or none if they are linked by now.
    pub(crate) why: Option<Unlinked>,
}

/// The document of an unlinked user.
pub(crate) struct OfStranger(Document);

impl OfStranger {
    /// Returns the document with another profile and the unchanged time of the request.
    pub(crate) fn with(self, profile: &Profile, why: Unlinked) -> Document {
        let asked = self.asked();
        Document::of(&self.0.id, &Noted { profile: profile.clone(), why, asked }, self.0.at, self.0.due)
    }

    fn asked(&self) -> Option<Timestamp> {
        documents::readable::<Noted>(&self.0).and_then(|noted| noted.asked)
    }
}

/// Notes that an unlinked user requested something, if the user could be linked.
pub(crate) async fn remember_stranger(ctx: &TenantCtx, user: &SlackUserId, why: Unlinked) -> Result<(), Fault> {
    let profile = directory::look_up(ctx, user).await?;
    let Some(profile) = profile.filter(|_| why.can_be_linked()) else { return Ok(()) };
    let kept = noted(ctx, user).await?;
    let asked = kept.as_ref().and_then(OfStranger::asked);
    let new = documents::document(ctx, user.as_str(), &Noted { profile, why, asked }, None);
    let is_noted = |kept: &Document| kept.body == new.body && times::later(kept.at, NOTE_AGAIN_AFTER) > new.at;
    if kept.is_some_and(|OfStranger(kept)| is_noted(&kept)) {
        return Ok(());
    }
    ctx.db.keep(new).await
}

/// Returns the document of a user who was noted as unlinked, if there is one.
pub(crate) async fn noted(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<OfStranger>, Fault> {
    Ok(documents::stored::<Noted>(ctx, user.as_str()).await?.map(OfStranger))
}

/// Returns the time at which an unlinked user asked the admins for a link.
pub(crate) async fn asked_at(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Timestamp>, Fault> {
    Ok(noted(ctx, user).await?.and_then(|kept| kept.asked()))
}

/// Returns the effect that notes that an unlinked user asks the admins for a link now.
pub(crate) async fn note_asked(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Effect>, Fault> {
    let kept: Option<Noted> = documents::get(ctx, user.as_str()).await?;
    Ok(kept.map(|kept| documents::put(ctx, user.as_str(), &Noted { asked: Some(ctx.clock.now()), ..kept })))
}

/// Returns the users who were noted as unlinked, also those who are linked by now, latest first.
pub(crate) async fn strangers(ctx: &TenantCtx) -> Result<Vec<Tried>, Fault> {
    let kept = documents::all_stored::<Noted>(ctx, MOST_STRANGERS).await?;
    let (members, by_hand) = (directory::team(ctx).await?, directory::by_hand(ctx).await?);
    let tried = kept.iter().map(|kept| {
        let Noted { profile, .. } = documents::read(kept)?;
        Ok(Tried { at: kept.at, why: link(&profile, &members, &by_hand).err(), profile })
    });
    let mut tried = tried.collect::<Result<Vec<_>, Fault>>()?;
    tried.sort_by_key(|tried| Reverse(tried.at));
    Ok(tried)
}

/// Returns the effect that drops the note about an unlinked user.
pub(crate) fn drop_stranger(user: &SlackUserId) -> Effect {
    documents::remove::<Noted>(user.as_str())
}
