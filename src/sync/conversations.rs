//! Conversations as dialnote has them now, with their owners.

use serde::{Deserialize, Serialize};

use crate::core::conversation::{Activity, Conversation, Owner};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, MemberId, SlackUserId};
use crate::core::participant::Participant;
use crate::core::refusal::Refusal;
use crate::core::teammate::Unlinked;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::outcome::Stop;
use crate::people::directory;
use crate::platform::db::{DocumentKind, StoredDocument};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::dialnote::client::READS;

/// The number of audit entries of a conversation that a decision looks at.
pub(crate) const PAST_ENTRIES: usize = 50;

/// A conversation's last activity with its meaning after earlier activity. The conversation that dialnote returns does
/// not contain that meaning.
#[derive(Serialize, Deserialize)]
pub(crate) struct Heard(pub(crate) Activity);

impl StoredDocument for Heard {
    const KIND: DocumentKind = DocumentKind::Heard;
}

/// Returns the conversation as it is now. It shows the last activity that is not a note of the team's.
pub(crate) async fn look_at(ctx: &TenantCtx, id: &ConversationId) -> Result<Conversation, Stop> {
    let refused = |error| denied(error, Some(id));
    let mut conversation = ctx.dialnote.conversation(id).await.map_err(refused)?;
    if conversation.ends_with_a_note() {
        let before = ctx.dialnote.activities_but_notes(id).await.map_err(refused)?;
        conversation = conversation.past_notes(before.first());
    }
    let heard = documents::get::<Heard>(ctx, id.as_str()).await?;
    Ok(conversation.past_notes(heard.as_ref().map(|Heard(last)| last)))
}

pub(crate) async fn owner(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<Participant>, Fault> {
    match &conversation.owner {
        Some(owner) => directory::participant(ctx, owner).await.map(Some),
        None => Ok(None),
    }
}

/// Returns the owner's name for colleagues, as far as it can be told without a call.
pub(crate) async fn owner_name(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<String>, Fault> {
    let Some(owner) = &conversation.owner else { return Ok(None) };
    let known = directory::known_teammate(ctx, &owner.id).await?.map(|(_, name)| name);
    Ok(Some(known.unwrap_or_else(|| owner.name.clone())).filter(|name| !name.is_empty()))
}

/// Returns the Slack user who owns a conversation, as far as it can be told without a call.
pub(crate) async fn owner_user(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<SlackUserId>, Fault> {
    let Some(owner) = &conversation.owner else { return Ok(None) };
    Ok(directory::known_teammate(ctx, &owner.id).await?.map(|(user, _)| user))
}

pub(crate) async fn member(ctx: &TenantCtx, id: Option<&MemberId>) -> Result<Option<Participant>, Fault> {
    let Some(id) = id else { return Ok(None) };
    directory::participant(ctx, &Owner::new(id.clone(), String::new())).await.map(Some)
}

pub(crate) fn denied(error: DialnoteError, id: Option<&ConversationId>) -> Stop {
    match (error, id) {
        (DialnoteError::Fault(fault), _) => Stop::Fault(fault),
        (DialnoteError::Denied(Denied::NotFound | Denied::NoPage), Some(id)) => {
            Refusal::NoConversation { id: id.clone() }.into()
        }
        (DialnoteError::Denied(Denied::NotFound | Denied::NoPage), None) => {
            Refusal::WrongAddress { setting: READS.to_owned() }.into()
        }
        (DialnoteError::Denied(Denied::NoSuchAddress(setting)), _) => {
            Refusal::WrongAddress { setting: setting.to_owned() }.into()
        }
        (DialnoteError::Denied(Denied::ReadOnly), _) => Refusal::ReadOnlyKey.into(),
        (DialnoteError::Denied(Denied::NotConnected), _) => Refusal::YouAreNotLinked(Unlinked::NotConnected).into(),
        (DialnoteError::Denied(Denied::Words(words)), _) => Refusal::Dialnote { words }.into(),
    }
}
