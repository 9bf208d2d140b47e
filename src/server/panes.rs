//! Panes of conversations: opened, edited, commented (docs/contracts/slack-2026.md §3, §4).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::cards::entity_view::{ASSIGNEE, DUE, STATUS};
use crate::commands::job::CommandJob;
use crate::core::command::{Action, Command};
use crate::core::conversation::ConversationRef;
use crate::core::pane::{Pane, PaneTab};
use crate::core::request_context::{RequestContext, Via};
use crate::core::typed;
use crate::core::verbs::Verb;
use crate::jobs::outbox::pane::FillPane;
use crate::objects::editing;
use crate::objects::editing::{EditPane, Edited, EditedOwner};
use crate::objects::showing;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::inbound::{From, PaneRequest};
use crate::server::answers;
use crate::server::request::InboundRequest;
use crate::server::slack::Handling;

impl<'a> InboundRequest<'a> {
    /// Fills an opened pane.
    pub(crate) fn pane_opened(self, from: &From, asked: PaneRequest, delivery: &str) -> Handling<'a> {
        let Some(pane) = self.pane(asked) else { return Handling::Answered(answers::ignored("pane")) };
        let requester = self.in_pane(from, None);
        let job = FillPane { requester, pane, outcome: None };
        Handling::Order(self.order(&from.installation, delivery, &job), answers::unavailable)
    }

    /// Carries out edited fields, or adds a posted comment as a note.
    pub(crate) async fn pane_submitted(
        self,
        from: From,
        asked: PaneRequest,
        fields: Fields,
        comment: String,
    ) -> Response {
        let Some(pane) = self.pane(asked) else { return answers::ignored("pane") };
        let order = if pane.tab == PaneTab::Posted {
            let which = ConversationRef::Id(pane.conversation.clone());
            let command = Command { act: Action::Plain(Verb::Note), which, note: typed::plain(&comment) };
            self.order_from(&from, &CommandJob::new(self.in_pane(&from, Some(pane)), command))
        } else {
            let edited = edited(&fields);
            let shown = self.within(showing::shown(&self.work, &from.user, &pane.conversation)).await.flatten();
            let shown = shown.as_ref().map(|seen| &seen.state);
            if let Some((field, sentence)) = editing::faults(&edited, shown, self.now).first() {
                return answers::field_error(field, sentence);
            }
            self.order_from(&from, &EditPane { requester: self.in_pane(&from, Some(pane)), edited })
        };
        match answers::store(self.front, order).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::unavailable(),
        }
    }

    /// Returns the pane with its conversation; none if its address is not one of dialnote's.
    pub(crate) fn pane(&self, asked: PaneRequest) -> Option<Pane> {
        let links = &self.front.tenants.common.links;
        let conversation = asked.id.or_else(|| asked.urls.iter().find_map(|url| links.parse(url)))?;
        Some(Pane { trigger: asked.trigger, conversation, tab: asked.tab })
    }

    fn in_pane(&self, from: &From, pane: Option<Pane>) -> RequestContext {
        RequestContext { pane, ..self.requester(from, Via::Submitted, false) }
    }
}

/// Reads the edited fields. Slack names an input after its field (§4.4).
fn edited(fields: &Fields) -> Edited {
    let input = |field: &str| format!("{field}.input");
    Edited {
        status: fields.choice(STATUS, &input(STATUS)).map(str::to_owned),
        owner: match fields.user(ASSIGNEE, &input(ASSIGNEE)) {
            Some(user) => EditedOwner::User(user),
            None if fields.has(ASSIGNEE, &input(ASSIGNEE)) => EditedOwner::Nobody,
            None => EditedOwner::Unsent,
        },
        until: fields.instant(DUE, &input(DUE)),
    }
}
