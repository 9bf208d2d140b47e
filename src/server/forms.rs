//! Forms and windows. They are opened before the click is acknowledged, because a trigger expires before Slack stops
//! waiting for the app (docs/contracts/slack.md §7).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::time::timeout;
use tracing::warn;

use crate::channels::privacy::ChannelSettings;
use crate::channels::{privacy, routes};
use crate::commands::question::StoredQuestion;
use crate::commands::snooze::Untimed;
use crate::commands::{refusal_view, resolve, snooze_view};
use crate::core::command::PendingAction;
use crate::core::conversation::{Conversation, ConversationRef};
use crate::core::error::Fault;
use crate::core::form::FormContext;
use crate::core::ids::{ChannelId, ConversationId, DraftId, MessageTs, ViewId};
use crate::core::linking::Linking;
use crate::core::privacy::Privacy;
use crate::core::query::{Filter, Query};
use crate::core::refusal::Refusal;
use crate::core::request_context::{ListPlace as Stands, Listed, RequestContext, Via};
use crate::core::rule::Rule;
use crate::core::seen::Seen;
use crate::core::shortcut::{FIND, HAND_OFF, MY_INBOX, NOTE};
use crate::core::teammate::Teammate;
use crate::core::verbs::Verb;
use crate::core::when::model::Wrong;
use crate::core::{typed, working_hours};
use crate::jobs::newer_blocks::WindowPlace;
use crate::jobs::outbox::private::AnswerPrivately;
use crate::jobs::outbox::redraw::ListJob;
use crate::jobs::{documents, newer_blocks};
use crate::linking::requests::{PeopleJob, PeopleWindow};
use crate::linking::view;
use crate::lists::forms::FormJob;
use crate::lists::forms_view::Here;
use crate::lists::{drawing, forms, forms_view};
use crate::people::acting;
use crate::platform::db::Card;
use crate::platform::slack::blocks::window::Modal;
use crate::platform::slack::client::OUR_VIEWS;
use crate::platform::slack::inbound::{From, Surface};
use crate::platform::slack::pointed::PointedAt;
use crate::server::answers;
use crate::server::front::PREFETCH_TIMEOUT;
use crate::server::request::InboundRequest;

impl InboundRequest<'_> {
    /// Opens a teammate's form for a command about a conversation. The form is filled from stored facts; where they do
    /// not suffice, a job fills it in.
    pub(crate) async fn open(self, from: From, context: FormContext, place: Surface) -> Response {
        let work = &self.work;
        let (requester, known) = tokio::join!(
            self.within(acting::teammate(work, &from.user)),
            self.within(Box::pin(forms::known_for_form(work, &context))),
        );
        let (known, context) = match requester {
            Some(Ok(requester)) => (known.unwrap_or_default(), at_a_time(context, &requester, self.now)),
            Some(Err(stranger)) => return self.refuse(&from, Refusal::YouAreNotLinked(stranger.why)).await,
            None => (forms_view::FormFacts::default(), context),
        };
        let (known, context) = with_changes(known, context);
        let context = context.having_shown(known.seen.clone());
        if context.conversation.is_none() || known.title.is_some() {
            return self.show(&from, &forms_view::form(&context, &known, &self.work.links), &place).await;
        }
        let view = ViewId::new(format!("{OUR_VIEWS}{:016x}", rand::random::<u64>()));
        let waiting = forms_view::waiting(&context).named(view.clone());
        let response = self.show(&from, &waiting, &place).await;
        let requester = self.requester(&from, Via::Clicked, false);
        let fill = FormJob { requester, view, context };
        // If the job cannot be stored, the form keeps saying that it is being prepared, and can be closed.
        let _ = answers::store(self.front, self.order_from(&from, &fill)).await;
        response
    }

    /// Opens the form of a draft, for its own person, with everything that is known of it; `only` is the conversation
    /// that was offered alone.
    pub(crate) async fn fill_in(
        self,
        from: From,
        draft: DraftId,
        only: Option<ConversationId>,
        place: Surface,
    ) -> Response {
        let kept = self.within(self.front.tenants.common.store.draft(&from.installation, &draft)).await.flatten();
        let kept = kept.filter(|kept| kept.actor == from.user);
        let Some(StoredQuestion { command, seen, .. }) =
            kept.and_then(|kept| serde_json::from_str::<StoredQuestion>(&kept.body).ok())
        else {
            return self.refuse(&from, Refusal::DraftGone).await;
        };
        if let Some(why) = self.no_teammate(&from).await {
            return self.refuse(&from, why).await;
        }
        let context = FormContext::of(&command, &from.user, from.channel.clone());
        let known = self.within(forms::known_for_form(&self.work, &context)).await.unwrap_or_default();
        let several = match &command.which {
            ConversationRef::These(ids) => {
                let ids: Vec<_> = ids.iter().cloned().chain(only).collect();
                self.within(forms::titles(&self.work, &ids)).await.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let note = match &command.which {
            ConversationRef::Text(text) | ConversationRef::InThread { text, .. } => typed::as_typed(text),
            _ => command.note,
        };
        let filled_in: Vec<_> = several.iter().map(Seen::unasked).chain(known.seen.clone()).collect();
        let asked = seen.into_iter().filter(|seen| filled_in.iter().any(|one| one.conversation == seen.conversation));
        let context = context.having_shown(asked).having_shown(filled_in.clone());
        let known = forms_view::FormFacts { several, note, ..known };
        self.show(&from, &forms_view::form(&context, &known, &self.work.links), &place).await
    }

    /// Asks for the time of a snooze, at once. The form keeps the conversation, as far as it is known for certain.
    pub(crate) async fn ask_when(self, from: From, untimed: Untimed) -> Response {
        let Untimed { conversation, text, wrong } = untimed;
        let (is_teammate, named) =
            tokio::join!(self.within(self.is_teammate(&from)), self.within(resolve::surely_named(&self.work, &text)),);
        let named = named.flatten().filter(|_| is_teammate == Some(true));
        let left_over = named.as_ref().map(|named| named.left_over.clone()).filter(|words| !words.is_empty());
        // If the text ended with a wrong time, the rest of it names the conversations.
        let typed = wrong.as_ref().map(|_| typed::as_typed(&text)).filter(|typed| !typed.is_empty());
        let wrong = wrong.or(left_over.map(|typed| Wrong::NoTime { typed }));
        let (id, title) = named.map(|named| (named.id, named.title)).unzip();
        let title = title.or(typed.map(|typed| snooze_view::quoted(&typed)));
        answers::ephemeral(&snooze_view::ask(id.or(conversation).as_ref(), title.as_deref(), wrong.as_ref()))
    }

    /// Opens a view, on top of the view whose button was pressed if there is one.
    pub(crate) async fn show(&self, from: &From, view: &Modal, place: &Surface) -> Response {
        let trigger = from.trigger_id.clone().unwrap_or_default();
        let place = match place {
            Surface::View(_) => WindowPlace::OnTop(&trigger),
            _ => WindowPlace::New(&trigger),
        };
        match timeout(PREFETCH_TIMEOUT, newer_blocks::show(&self.work, place, view)).await {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => self.not_opened(from, &cause.to_string()).await,
            Err(_) => self.not_opened(from, "Slack did not answer in time").await,
        }
        StatusCode::OK.into_response()
    }

    async fn not_opened(&self, from: &From, cause: &str) {
        warn!(cause, "form not opened");
        let to = self.requester(from, Via::Clicked, false).addressee();
        let content = refusal_view::refusal(&Refusal::FormNotOpened);
        let _ = answers::store(self.front, self.order_from(from, &AnswerPrivately::to(to, content))).await;
    }

    /// Returns a value that is found in time; a store in trouble costs a form its extras, not the form.
    pub(crate) async fn within<T>(&self, found: impl Future<Output = Result<T, Fault>>) -> Option<T> {
        match timeout(PREFETCH_TIMEOUT, found).await {
            Ok(Ok(found)) => Some(found),
            Ok(Err(cause)) => {
                warn!(%cause, "form opened without stored values");
                None
            }
            Err(_) => None,
        }
    }

    /// Opens the form of the rules, for people who may change them. It does not open if the current rules cannot be
    /// read, because submitting it sets every rule that it shows.
    pub(crate) async fn open_rules(self, from: From, place: Surface) -> Response {
        if let Some(why) = self.may_not_configure(&from, Rule::Configure).await {
            return self.refuse_attempt(&from, "settings", why).await;
        }
        let channel = from.channel.clone().filter(|channel| !channel.is_direct());
        let here = async {
            match channel {
                Some(channel) => self.here(channel).await.map(Some),
                None => Some(None),
            }
        };
        let (rules, here) = tokio::join!(self.within(documents::rules(&self.work)), here);
        match rules.zip(here) {
            Some((rules, here)) => {
                let has_steps = self.work.step_vault.is_some();
                self.show(&from, &forms_view::rules(&rules, here.as_ref(), has_steps), &place).await
            }
            None => self.refuse(&from, Refusal::SettingsUnreadable).await,
        }
    }

    /// Opens the window of people who are not linked, for people who may link them. Another page replaces the page that
    /// is shown.
    pub(crate) async fn open_people(self, from: From, place: Surface, page: usize) -> Response {
        let requester = self.requester(&from, Via::Clicked, false);
        let show = |window| {
            let requester = RequestContext { reply: None, ..requester.clone() };
            PeopleJob { requester, linking: Linking::Show, window: Some(window), notice: Vec::new() }
        };
        if let Some(window) = answers::in_window(&place, page) {
            return match answers::store(self.front, self.order_from(&from, &show(window))).await {
                Ok(_) => StatusCode::OK.into_response(),
                Err(_) => answers::unavailable(),
            };
        }
        if let Some(why) = self.may_not_configure(&from, Rule::Link).await {
            return self.refuse_attempt(&from, "link", why).await;
        }
        let view = ViewId::new(format!("{OUR_VIEWS}{:016x}", rand::random::<u64>()));
        let response = self.show(&from, &view::waiting().named(view.clone()), &place).await;
        let _ = answers::store(self.front, self.order_from(&from, &show(PeopleWindow { view, page }))).await;
        response
    }

    /// Returns the reason why a person may not do what is for admins, if it is found in time. It is checked again when they
    /// submit the form.
    pub(crate) async fn may_not_configure(&self, from: &From, what: Rule) -> Option<Refusal> {
        let work = &self.work;
        let Some(rules) = self.within(documents::rules(work)).await else {
            return Some(Refusal::SettingsUnreadable);
        };
        match self.within(acting::teammate(work, &from.user)).await? {
            Ok(requester) => rules.may_configure(&requester, what).err(),
            Err(stranger) => Some(Refusal::YouAreNotLinked(stranger.why)),
        }
    }

    /// Returns the settings of a channel.
    async fn here(&self, channel: ChannelId) -> Option<Here> {
        let work = &self.work;
        let (privacy, settings, route) = tokio::join!(
            self.within(privacy::privacy(work, &channel)),
            self.within(privacy::channel_settings(work, &channel)),
            self.within(routes::route_of(work, &channel)),
        );
        let (ChannelSettings { aloud, emoji, .. }, routed) = (settings?, route?.is_some());
        Some(Here { masked: privacy? == Privacy::Masked, aloud, emoji, routed, channel })
    }

    pub(crate) async fn refuse(&self, from: &From, why: Refusal) -> Response {
        let to = self.requester(from, Via::Clicked, false).addressee();
        let content = refusal_view::refusal(&why);
        match answers::store(self.front, self.order_from(from, &AnswerPrivately::to(to, content))).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::unavailable(),
        }
    }

    /// Returns the reason why a person who is no teammate is refused, if it is found in time.
    async fn no_teammate(&self, from: &From) -> Option<Refusal> {
        let requester = self.within(acting::teammate(&self.work, &from.user)).await?;
        requester.err().map(|stranger| Refusal::YouAreNotLinked(stranger.why))
    }

    /// Opens the form of a teammate's notification preferences. Other people get no notifications.
    pub(crate) async fn open_wishes(self, from: From, place: Surface, list: Option<Listed>) -> Response {
        if let Some(why) = self.no_teammate(&from).await {
            return self.refuse(&from, why).await;
        }
        let Some(preferences) = self.within(documents::preferences(&self.work, &from.user)).await else {
            return self.refuse(&from, Refusal::SettingsUnreadable).await;
        };
        let context = serde_json::to_string(&list).unwrap_or_default();
        self.show(&from, &forms_view::preferences(&preferences, context), &place).await
    }

    /// Handles a shortcut: opens a window or a form, or adds a note that needs no form.
    pub(crate) async fn shortcut(self, from: From, callback_id: String, message: Option<PointedAt>) -> Response {
        match (callback_id.as_str(), message) {
            (FIND, _) => self.find(from, Surface::Message).await,
            (MY_INBOX, _) => self.my_inbox(from).await,
            (HAND_OFF, Some(message)) => {
                let conversation = self.pointed_at(&from, &message).await;
                let context = FormContext::new(PendingAction::only(Verb::Handoff), conversation, from.channel.clone());
                self.open(from, context, Surface::Message).await
            }
            (NOTE, Some(message)) => Box::pin(self.note(from, message)).await,
            (other, _) => answers::ignored(other),
        }
    }

    /// Opens a window with a search field, for teammates: it finds nothing for other people.
    pub(crate) async fn find(self, from: From, place: Surface) -> Response {
        let window = match self.no_teammate(&from).await {
            Some(why) => forms_view::refused(&why),
            None => forms_view::window(None, &Query::of(Filter::Mine), &self.work.links),
        };
        self.show(&from, &window, &place).await
    }

    /// Opens a window at once, for teammates, and shows the list in it as soon as it is made.
    async fn my_inbox(self, from: From) -> Response {
        if let Some(why) = self.no_teammate(&from).await {
            return self.show(&from, &forms_view::refused(&why), &Surface::Message).await;
        }
        let query = Query::of(Filter::Mine);
        let view = ViewId::new(format!("{OUR_VIEWS}{:016x}", rand::random::<u64>()));
        let window = forms_view::window(None, &query, &self.work.links).named(view.clone());
        let response = self.show(&from, &window, &Surface::Message).await;
        let place = Stands::View(view);
        let requester = self.requester(&from, Via::Clicked, false);
        let list = ListJob::new(requester, Listed { query, place });
        let _ = answers::store(self.front, self.order_from(&from, &list)).await;
        response
    }

    /// Returns the conversation that a message is about: that of the card in whose thread it is, or that of a link in
    /// it.
    pub(crate) async fn pointed_at(&self, from: &From, message: &PointedAt) -> Option<ConversationId> {
        let card = message.thread.as_ref().unwrap_or(&message.ts);
        if let Some(card) = self.card_at(from, card).await {
            return Some(card.conversation);
        }
        let links = &self.front.tenants.common.links;
        message.text.split(['<', '>', '|', ' ', '\n']).find_map(|word| links.parse(word))
    }

    /// Returns the card that a message is, in the channel of the request.
    pub(crate) async fn card_at(&self, from: &From, ts: &MessageTs) -> Option<Card> {
        let channel = from.channel.as_ref()?;
        self.within(self.front.tenants.common.store.card_at(&from.installation, channel, ts)).await.flatten()
    }

    /// Returns the conversations that match the text in a search field, for teammates only.
    pub(crate) async fn suggestions(
        &self,
        from: &From,
        typed: &str,
        channel: Option<&ChannelId>,
        most: usize,
    ) -> Vec<Conversation> {
        if self.within(self.is_teammate(from)).await != Some(true) {
            return Vec::new();
        }
        self.within(drawing::search(&self.work, typed, channel, most)).await.unwrap_or_default()
    }

    pub(crate) async fn is_teammate(&self, from: &From) -> Result<bool, Fault> {
        acting::is_known(&self.work, &from.user).await
    }
}

/// Has a form say what changed since the button that opened it was drawn. The person who submits it knows of that.
fn with_changes(known: forms_view::FormFacts, context: FormContext) -> (forms_view::FormFacts, FormContext) {
    let changed = known.shown.as_ref().and_then(|shown| forms_view::changed(&context.seen(), shown));
    let context = if changed.is_some() { FormContext { shown: Vec::new(), ..context } } else { context };
    (forms_view::FormFacts { changed, ..known }, context)
}

/// Replaces the time that was typed by an instant, so that the form can show it.
fn at_a_time(mut context: FormContext, requester: &Teammate, now: Timestamp) -> FormContext {
    let zone = working_hours::zone(requester.zone.as_deref());
    context.wanted.when = context.wanted.when.map(|when| when.fix(now, &zone));
    context
}
