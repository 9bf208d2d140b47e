//! The form of a route's settings: opened by a button, and submitted. User groups are typed, because Slack has no menu of
//! them, so they are looked up before the form is accepted.

use tokio::time::timeout;

use axum::response::Response;

use crate::channels::routes;
use crate::commands::reply_view;
use crate::core::auto_assign::AssigneePool;
use crate::core::error::Fault;
use crate::core::form::route_form::{POOL_PEOPLE, THEN_USER, WEEKLY_AT};
use crate::core::ids::{ChannelId, SlackUserId, ViewId};
use crate::core::refusal::Refusal;
use crate::core::request_context::Via;
use crate::core::route::RouteSettings;
use crate::core::rule::Rule;
use crate::core::settings_change::SettingsChange;
use crate::core::targets::Backup;
use crate::people::acting;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::window::Modal;
use crate::platform::slack::client::OUR_VIEWS;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::inbound::{From, OpenForm, Surface};
use crate::server::answers;
use crate::server::answers::FieldError;
use crate::server::front::PREFETCH_TIMEOUT;
use crate::server::request::InboundRequest;
use crate::settings::preview::PreviewJob;
use crate::settings::route_fields::TypedSettings;
use crate::settings::route_window::RouteFormContext;
use crate::settings::{preview_view, route_window, routes as route_settings};

/// The error under a typed user group, if Slack doesn't list the groups of the workspace.
const GROUPS_UNREADABLE: &str = "The app can't read user groups in this workspace. Choose people instead, or ask an admin to allow usergroups:read.";

/// The error under a typed user group, if Slack doesn't answer.
const GROUPS_UNANSWERED: &str = "Slack didn't respond in time. Save again to retry.";

impl InboundRequest<'_> {
    /// Opens the form of a route's settings, for people who may change them. It does not open if the present settings
    /// cannot be read, because submitting it sets every setting that was edited.
    pub(crate) async fn open_route(self, from: From, channel: ChannelId, place: Surface) -> Response {
        if let Some(why) = self.may_not_configure(&from, Rule::Configure).await {
            return self.refuse_attempt(&from, "route", why).await;
        }
        match self.within(self.route_window(&channel)).await {
            Some(Some(window)) => self.show(&from, &window, &place).await,
            Some(None) => self.refuse(&from, Refusal::NoRoute(channel)).await,
            None => self.refuse(&from, Refusal::SettingsUnreadable).await,
        }
    }

    async fn route_window(&self, channel: &ChannelId) -> Result<Option<Modal>, Fault> {
        let Some(route) = routes::route_of(&self.work, channel).await? else { return Ok(None) };
        let does = route_settings::described(&self.work, &route).await?;
        Ok(Some(route_window::window(channel, &route, &does)))
    }

    /// Stores the settings of a submitted form, or refuses a field.
    pub(crate) async fn route_submitted(self, from: From, metadata: &str, fields: &Fields) -> Response {
        let Ok(RouteFormContext { channel, shown }) = serde_json::from_str(metadata) else {
            return answers::ignored("form without its memory");
        };
        let now = match &shown {
            Some(shown) => (**shown).clone(),
            None => match self.within(routes::route_of(&self.work, &channel)).await {
                Some(route) => route.map(|route| route.settings).unwrap_or_default(),
                None => return answers::field_error(WEEKLY_AT, &reply_view::not_saved().text),
            },
        };
        let wanted = match self.settings_in(&from, fields, &now).await {
            Ok(wanted) => Box::new(wanted),
            Err((field, sentence)) => return answers::field_error(field, &sentence),
        };
        let shown = Some(Box::new(now));
        let change = SettingsChange::RouteSettings { channel: channel.clone(), shown, wanted };
        self.change(From { channel: Some(channel), response_url: None, ..from }, None, vec![change], WEEKLY_AT).await
    }

    /// Shows what the settings in an open form would have done lately, in a window on top of it.
    pub(crate) async fn preview(self, from: From, place: Surface, form: OpenForm) -> Response {
        if let Some(why) = self.may_not_configure(&from, Rule::Configure).await {
            return self.refuse_attempt(&from, "route", why).await;
        }
        let Ok(RouteFormContext { channel, shown }) = serde_json::from_str(&form.private_metadata) else {
            return answers::ignored("form without its memory");
        };
        let settings = match self.settings_in(&from, &form.fields, &shown.unwrap_or_default()).await {
            Ok(settings) => settings,
            Err((_, sentence)) => return self.show(&from, &preview_view::not_yet(&sentence), &place).await,
        };
        let view = ViewId::new(format!("{OUR_VIEWS}{:016x}", rand::random::<u64>()));
        let response = self.show(&from, &preview_view::waiting().named(view.clone()), &place).await;
        let requester = self.requester(&from, Via::Clicked, false);
        // If the job cannot be stored, the window keeps saying that it counts, and can be closed.
        let _ = answers::store(self.front, self.order_from(&from, &PreviewJob { requester, view, channel, settings }))
            .await;
        response
    }

    /// Returns the settings in the fields of a form that showed `now`.
    async fn settings_in(
        &self,
        from: &From,
        fields: &Fields,
        now: &RouteSettings,
    ) -> Result<RouteSettings, FieldError> {
        let typed = TypedSettings::read(fields, now)?;
        let groups = if typed.needs_groups(now) {
            match timeout(PREFETCH_TIMEOUT, self.work.slack.groups(from.team.as_ref())).await {
                Ok(Ok(groups)) => groups,
                Ok(Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. }))) => {
                    return Err((typed.group_field(), GROUPS_UNREADABLE.to_owned()));
                }
                Ok(Err(SlackError::Fault(_))) | Err(_) => {
                    return Err((typed.group_field(), GROUPS_UNANSWERED.to_owned()));
                }
            }
        } else {
            Vec::new()
        };
        let wanted = typed.with_groups(now, &groups)?;
        self.are_linked(&wanted, now).await?;
        Ok(wanted)
    }

    /// Refuses newly chosen people who can't own a conversation or get messages about one, if that is found in time.
    async fn are_linked(&self, wanted: &RouteSettings, now: &RouteSettings) -> Result<(), FieldError> {
        let known = people_of(now);
        let new: Vec<_> =
            people_of(wanted).into_iter().filter(|one| known.iter().all(|(_, user)| *user != one.1)).collect();
        let check = async {
            for (field, user) in new {
                if let Err(stranger) = acting::teammate(&self.work, &user).await? {
                    let why = Refusal::NotLinked { name: stranger.name, why: stranger.why };
                    return Ok(Some((field, reply_view::field_error(&why).1)));
                }
            }
            Ok::<_, Fault>(None)
        };
        match self.within(check).await.flatten() {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }
}

/// Returns the people whom settings name, each with the field in which they are chosen.
fn people_of(settings: &RouteSettings) -> Vec<(&'static str, SlackUserId)> {
    let pool = match &settings.auto.pool {
        Some(AssigneePool::People(users)) => users.as_slice(),
        _ => &[],
    };
    let then = match &settings.targets.then {
        Some(Backup::User(user)) => Some(user),
        _ => None,
    };
    let pool = pool.iter().map(|user| (POOL_PEOPLE, user.clone()));
    pool.chain(then.map(|user| (THEN_USER, user.clone()))).collect()
}
