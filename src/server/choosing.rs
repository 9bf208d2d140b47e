//! The window in which an admin completes a link between a Slack user and a member.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::commands::reply_view;
use crate::core::error::Fault;
use crate::core::ids::MemberId;
use crate::core::request_context::Via;
use crate::core::rule::Rule;
use crate::linking::choosing;
use crate::linking::choosing::{LinkChoice, MEMBER, USER};
use crate::linking::requests::{PeopleJob, PeopleWindow};
use crate::people::directory;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::inbound::{From, Surface};
use crate::server::answers;
use crate::server::request::InboundRequest;

impl InboundRequest<'_> {
    /// Opens the window on top of the one that shows the unlinked people, for people who may link them.
    pub(crate) async fn open_choice(self, from: From, place: Surface, choice: LinkChoice) -> Response {
        if let Some(why) = self.may_not_configure(&from, Rule::Link).await {
            return self.refuse_attempt(&from, "link", why).await;
        }
        let window = answers::in_window(&place, choice.page).map(|window| window.view);
        let choice = LinkChoice { window, ..choice };
        let name = self.within(self.name_of(&choice)).await.flatten();
        self.show(&from, &choosing::window(&choice, name.as_deref()), &place).await
    }

    /// Links the two sides. The window below shows the result.
    pub(crate) async fn link_chosen(self, from: From, metadata: &str, fields: &Fields) -> Response {
        let Ok(choice) = serde_json::from_str::<LinkChoice>(metadata) else {
            return answers::ignored("window without its memory");
        };
        let field = if choice.user.is_some() { MEMBER } else { USER };
        let member = fields.choice(MEMBER, MEMBER).map(MemberId::new);
        let Some(linking) = choice.linking(fields.user(USER, USER), member) else {
            return answers::field_error(field, "Choose someone.");
        };
        let window = choice.window.map(|view| PeopleWindow { view, page: choice.page });
        let requester = self.requester(&from, Via::Submitted, false);
        let job = PeopleJob { requester, linking, window, notice: Vec::new() };
        match answers::store(self.front, self.order_from(&from, &job)).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::field_error(field, &reply_view::not_saved().text),
        }
    }

    /// Returns the members that a search field offers, to people who may link them.
    pub(crate) async fn member_options(&self, from: &From, typed: &str) -> Response {
        let options = match self.may_not_configure(from, Rule::Link).await {
            None => {
                let members = self.within(directory::team(&self.work)).await;
                members.map(|members| choosing::options(typed, &members)).unwrap_or_default()
            }
            Some(_) => Vec::new(),
        };
        Json(json!({ "options": options })).into_response()
    }

    /// Returns the name of the side that is known.
    async fn name_of(&self, choice: &LinkChoice) -> Result<Option<String>, Fault> {
        if let Some(user) = &choice.user {
            return directory::known_name(&self.work, user).await;
        }
        let members = directory::kept_members(&self.work).await?;
        let member = members.iter().find(|member| Some(&member.id) == choice.member.as_ref());
        Ok(member.map(|member| member.name.clone()))
    }
}
