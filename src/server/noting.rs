//! *Add as note*: a message becomes a note about the conversation in whose thread it is or to which it links, else
//! about a conversation that the requester chooses in a form.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::commands::job::CommandJob;
use crate::core::command::{Action, Command, PendingAction};
use crate::core::conversation::ConversationRef;
use crate::core::error::Fault;
use crate::core::form::{FormContext, Quoted};
use crate::core::note::LONGEST_NOTE;
use crate::core::refusal::Refusal;
use crate::core::request_context::Via;
use crate::core::verbs::Verb;
use crate::core::{text, typed};
use crate::people::{directory, mentions};
use crate::platform::db::Card;
use crate::platform::slack::inbound::{From, Surface};
use crate::platform::slack::pointed::PointedAt;
use crate::server::answers;
use crate::server::request::InboundRequest;

/// The author of a message whose author is unknown.
const NO_AUTHOR: &str = "From Slack";

/// The largest number of channels in a message that are looked up.
const MOST_CHANNELS: usize = 5;

impl InboundRequest<'_> {
    /// Adds a message as a note.
    pub(crate) async fn note(self, from: From, message: PointedAt) -> Response {
        let (card, conversation, resolved) = tokio::join!(
            self.card_at(&from, &message.ts),
            self.pointed_at(&from, &message),
            self.within(self.resolved(&from, &message)),
        );
        let words = resolved.unwrap_or_else(|| unresolved(&message));
        let words = match noted(&message, card.as_ref(), words) {
            Ok(words) => words,
            Err(why) => return self.refuse(&from, why).await,
        };
        let channel = from.channel.as_ref().map(ToString::to_string).unwrap_or_default();
        let quoted = Quoted { message: format!("{channel}:{}", message.ts), text: words };
        let Some(id) = conversation else {
            let context = FormContext::new(PendingAction::only(Verb::Note), None, from.channel.clone());
            return self.open(from, FormContext { quoted: Some(quoted), ..context }, Surface::Message).await;
        };
        let command = Command { act: Action::Plain(Verb::Note), which: ConversationRef::Id(id), note: quoted.text };
        let requester = self.requester(&from, Via::Clicked, false);
        let job = CommandJob { quoted: Some(quoted.message), ..CommandJob::new(requester, command) };
        match answers::store(self.front, self.order_from(&from, &job)).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::unavailable(),
        }
    }

    /// Returns a message with its author, and with people and channels by their names.
    async fn resolved(&self, from: &From, message: &PointedAt) -> Result<String, Fault> {
        let author = match &message.author {
            Some(author) => directory::name(&self.work, author).await?,
            None => None,
        };
        let author = author.or_else(|| message.program.as_deref().and_then(text::name));
        let said = self.with_places_named(from, &message.text).await?;
        let said = mentions::with_names(&self.work, &typed::plain(&said)).await?;
        Ok(by(author.as_deref().unwrap_or(NO_AUTHOR), &said))
    }

    /// Returns a raw text with the names of the channels and groups that came without one, as events often do. Private
    /// channels and groups that the app may not know keep none.
    pub(crate) async fn with_places_named(&self, from: &From, text: &str) -> Result<String, Fault> {
        let mut named = text.to_owned();
        for channel in typed::unnamed_channels(text).into_iter().take(MOST_CHANNELS) {
            if let Some(name) = self.work.slack.public_name(&channel).await? {
                named = typed::with_channel(&named, &channel, &name);
            }
        }
        let groups = typed::unnamed_groups(text);
        if !groups.is_empty() {
            let handles = self.work.slack.group_handles(from.team.as_ref()).await?;
            for (group, handle) in handles.iter().filter(|(group, _)| groups.contains(group)) {
                named = typed::with_group(&named, group, handle);
            }
        }
        Ok(named)
    }
}

/// Returns the message without the look-ups, if they took too long: people are looked up when it becomes a note.
fn unresolved(message: &PointedAt) -> String {
    let author = message.author.as_ref().map_or_else(|| NO_AUTHOR.to_owned(), |author| format!("<@{author}>"));
    by(&author, &typed::plain(&message.text))
}

fn by(author: &str, said: &str) -> String {
    match text::words(said) {
        said if said.is_empty() => said,
        said => format!("{author}: {said}"),
    }
}

/// Returns the words of a message, if they can become a note.
fn noted(message: &PointedAt, card: Option<&Card>, words: String) -> Result<String, Refusal> {
    let characters = words.chars().count();
    if message.ours || card.is_some() {
        Err(Refusal::OwnMessage)
    } else if words.is_empty() {
        Err(Refusal::NothingToNote)
    } else if characters > LONGEST_NOTE {
        Err(Refusal::NoteTooLong { characters, most: LONGEST_NOTE })
    } else {
        Ok(words)
    }
}
