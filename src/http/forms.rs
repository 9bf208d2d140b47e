//! Forms: opened before the click is acknowledged, because a trigger lives no longer than Slack waits
//! for us, and refused with a sentence under the field, because then the form keeps what was written
//! (contracts/slack.md §7, §9).

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::time::timeout;
use tracing::warn;

use crate::domain::asker::Via;
use crate::domain::click::{Form, FormContext, handoff_form, snooze_form};
use crate::domain::command::{Act, Assignee, Command};
use crate::domain::conversation::Which;
use crate::domain::job::{CommandJob, Job};
use crate::domain::message::{Face, Message, Say};
use crate::domain::plan::LONGEST_NOTE;
use crate::domain::refusal::Refusal;
use crate::domain::when::When;
use crate::http::slack::{Request, ignored, store};
use crate::ids::{ConversationId, InstallationId};
use crate::slack::inbound::{Fields, From};
use crate::view::kit::Modal;
use crate::view::{modal, reply};

/// How long the acknowledgement may wait for something that is better known before it.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What stands under which field of a form that cannot be submitted as it is.
type FieldError = (&'static str, String);

impl Request<'_> {
    /// Opens a form about a conversation.
    pub(super) async fn open(self, from: From, form: Form, conversation: ConversationId) -> Response {
        let title = self.title(&from.installation, &conversation).await;
        let context = FormContext { conversation, channel: from.channel.clone() };
        let form = match form {
            Form::Handoff => modal::handoff(&context, title.as_deref()),
            Form::Snooze => modal::snooze(&context, title.as_deref()),
        };
        if !self.opened(&from, &form).await {
            let to = self.asker(&from, Via::Clicked, false).addressee();
            let say = Say::Refused { why: Refusal::FormNotOpened, note: String::new() };
            let _ = store(self.front, self.order_from(&from, &Job::Message(Message::Private { to, say }))).await;
        }
        StatusCode::OK.into_response()
    }

    /// What people call the conversation, from its card: there is no time to ask dialnote.
    async fn title(&self, installation: &InstallationId, conversation: &ConversationId) -> Option<String> {
        let cards = timeout(PATIENCE, self.front.work.store.cards(installation, conversation)).await.ok()?.ok()?;
        let face: Face = serde_json::from_str(&cards.first()?.face).ok()?;
        Some(face.conversation.title())
    }

    async fn opened(&self, from: &From, form: &Modal) -> bool {
        let trigger = from.trigger_id.clone().unwrap_or_default();
        match timeout(PATIENCE, self.front.work.slack.open(&trigger, form)).await {
            Ok(Ok(())) => return true,
            Ok(Err(cause)) => warn!(%cause, "the form was not opened"),
            Err(_) => warn!("the form was not opened in time"),
        }
        false
    }

    /// A submitted form becomes a command, or is sent back.
    pub(super) async fn submitted(
        self,
        from: From,
        callback_id: String,
        private_metadata: String,
        fields: Fields,
    ) -> Response {
        let Ok(context) = serde_json::from_str::<FormContext>(&private_metadata) else {
            return ignored("form without its memory");
        };
        let (filled_in, last_field) = match callback_id.as_str() {
            handoff_form::CALLBACK_ID => (self.handoff(&from.installation, &fields).await, handoff_form::NOTE),
            snooze_form::CALLBACK_ID => (snooze(&fields), snooze_form::EXACTLY),
            other => return ignored(other),
        };
        let (act, note) = match filled_in {
            Ok(filled_in) => filled_in,
            Err((field, sentence)) => return field_error(field, &sentence),
        };
        let from = From { channel: context.channel, response_url: None, ..from };
        let command = Command { act, which: Which::Id(context.conversation), note };
        let asker = self.asker(&from, Via::Submitted, false);
        match store(self.front, self.order_from(&from, &Job::Command(CommandJob::new(asker, command)))).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(_) => field_error(last_field, &reply::not_saved().text),
        }
    }

    /// Somebody who cannot own a conversation is refused here if that can be found out in time.
    async fn handoff(&self, installation: &InstallationId, fields: &Fields) -> Result<(Act, String), FieldError> {
        use handoff_form::{MORE, NOTE, TO};
        let Some(user) = fields.user(TO, TO) else { return Err((TO, reply::CHOOSE_SOMEBODY.to_owned())) };
        let (note, more) = (fields.text(NOTE, NOTE), fields.text(MORE, MORE));
        if note.trim().is_empty() {
            return Err((NOTE, reply::WRITE_A_NOTE.to_owned()));
        }
        let note =
            if more.trim().is_empty() { note.trim().to_owned() } else { format!("{note}{more}").trim().to_owned() };
        let characters = note.chars().count();
        if characters > LONGEST_NOTE {
            return Err(reply::field_error(&Refusal::NoteTooLong { characters, most: LONGEST_NOTE }));
        }
        if let Ok(Ok(Err(stranger))) = timeout(PATIENCE, self.front.work.people.teammate(installation, &user)).await {
            return Err(reply::field_error(&Refusal::NotLinked { name: stranger.name, why: stranger.why }));
        }
        Ok((Act::Handoff(Assignee::User(user)), note))
    }
}

/// A time of one's own goes before a usual one.
fn snooze(fields: &Fields) -> Result<(Act, String), FieldError> {
    use snooze_form::{EXACTLY, SOON};
    let exactly = fields.instant(EXACTLY, EXACTLY).map(When::At);
    let when = exactly.or_else(|| fields.choice(SOON, SOON).and_then(When::read));
    when.map(|when| (Act::Snooze(when), String::new())).ok_or_else(|| (SOON, reply::CHOOSE_A_TIME.to_owned()))
}

fn field_error(field: &str, sentence: &str) -> Response {
    Json(json!({ "response_action": "errors", "errors": { field: sentence } })).into_response()
}
