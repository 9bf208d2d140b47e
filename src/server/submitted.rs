//! Submitted forms. Each becomes a job, or is refused with a sentence under the field, because then the form keeps its
//! contents (docs/contracts/slack.md §9).

use std::collections::HashSet;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::time::timeout;

use crate::commands::job::CommandJob;
use crate::commands::refusal_view::{CHOOSE_A_LATER_TIME, CHOOSE_AN_EARLIER_TIME};
use crate::commands::{plan, reply_view};
use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command, PendingAction};
use crate::core::control::Carried;
use crate::core::conversation::ConversationRef;
use crate::core::form::{FormContext, connect_form, field, route_form, rules_form, wishes_form};
use crate::core::ids::{ChannelId, ConversationId, SlackUserId};
use crate::core::note::LONGEST_NOTE;
use crate::core::preferences::{KINDS, NotificationPreferences};
use crate::core::refusal::Refusal;
use crate::core::request_context::{Listed, RequestContext, Via};
use crate::core::rules::Rules;
use crate::core::settings_change::{ChangeJob, SettingsChange};
use crate::core::slack_status::read_emoji;
use crate::core::text;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::core::when::model::When;
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::jobs::documents;
use crate::linking::choosing;
use crate::lists::forms_view;
use crate::people::acting;
use crate::platform::slack::fields::Fields;
use crate::platform::slack::inbound::From;
use crate::server::answers;
use crate::server::answers::FieldError;
use crate::server::front::PREFETCH_TIMEOUT;
use crate::server::request::InboundRequest;

impl InboundRequest<'_> {
    /// Turns a submitted form into a job, or refuses it.
    pub(crate) async fn submitted(
        self,
        from: From,
        callback_id: String,
        private_metadata: String,
        fields: Fields,
    ) -> Response {
        match callback_id.as_str() {
            rules_form::CALLBACK_ID => self.rules(from, &private_metadata, &fields).await,
            route_form::CALLBACK_ID => self.route_submitted(from, &private_metadata, &fields).await,
            connect_form::CALLBACK_ID => self.connect(from, fields.text(connect_form::KEY, connect_form::KEY)).await,
            choosing::CALLBACK_ID => self.link_chosen(from, &private_metadata, &fields).await,
            wishes_form::CALLBACK_ID => self.preferences(from, &private_metadata, &fields).await,
            _ => match serde_json::from_str(&private_metadata) {
                Ok(context) => self.command(from, context, &fields).await,
                Err(_) => answers::ignored("form without its memory"),
            },
        }
    }

    async fn command(self, from: From, context: FormContext, fields: &Fields) -> Response {
        let (chosen, act, note) = match self.filled_in(&context, fields).await {
            Ok(filled_in) => filled_in,
            Err((field, sentence)) => return answers::field_error(field, &sentence),
        };
        let which = match &context.all_of {
            Some(owner) => ConversationRef::AllOf(owner.clone()),
            None => which(chosen.iter().filter_map(|one| one.conversation.clone())),
        };
        let context = context.having_shown(chosen.into_iter().filter_map(Carried::seen));
        let seen = context.seen();
        let FormContext { channel, list, reply, quoted, wanted, .. } = context;
        let from = From { channel, response_url: None, ..from };
        let requester = RequestContext { reply, list, ..self.requester(&from, Via::Submitted, false) };
        let command = Command { act, which, note };
        let quoted = quoted.map(|quoted| quoted.message);
        let job = CommandJob { quoted, seen, ..CommandJob::new(requester, command) };
        match answers::store(self.front, self.order_from(&from, &job)).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::field_error(last_field(wanted.verb), &reply_view::not_saved().text),
        }
    }

    async fn filled_in(
        &self,
        context: &FormContext,
        fields: &Fields,
    ) -> Result<(Vec<Carried>, Action, String), FieldError> {
        let chosen = chosen(context, fields)?;
        let verb = context.wanted.verb;
        let who = if verbs::spec(verb).takes_person { owner(fields)? } else { Assignee::Me };
        let when = if verb == Verb::Snooze { Some(time(context, fields, self.now)?) } else { None };
        let act = PendingAction { when, ..PendingAction::only(verb) }.act(who).unwrap_or(Action::Show);
        let note = self.note_in(verb, fields).await?;
        if let Some(user) = act.assignee() {
            self.may_own(user).await?;
        }
        Ok((chosen, act, note))
    }

    /// Returns the note, joined from its two fields.
    async fn note_in(&self, verb: Verb, fields: &Fields) -> Result<String, FieldError> {
        let (note, more) = (fields.text(field::NOTE, field::NOTE), fields.text(field::MORE, field::MORE));
        let note = if more.trim().is_empty() { text::words(note) } else { text::words(&format!("{note}{more}")) };
        let characters = note.chars().count();
        if characters > LONGEST_NOTE {
            return Err(reply_view::field_error(&Refusal::NoteTooLong { characters, most: LONGEST_NOTE }));
        }
        if note.is_empty() {
            let rules = timeout(PREFETCH_TIMEOUT, documents::rules(&self.work)).await;
            if rules.is_ok_and(|rules| rules.is_ok_and(|rules| rules.needs_note(verb))) {
                return Err((field::NOTE, verbs::spec(verb).note.as_ref().map_or("", |note| note.missing).to_owned()));
            }
        }
        Ok(note)
    }

    /// Refuses a new owner who cannot own a conversation, if that is found in time.
    async fn may_own(&self, user: &SlackUserId) -> Result<(), FieldError> {
        match timeout(PREFETCH_TIMEOUT, acting::teammate(&self.work, user)).await {
            Ok(Ok(Err(stranger))) => {
                Err(reply_view::field_error(&Refusal::NotLinked { name: stranger.name, why: stranger.why }))
            }
            _ => Ok(()),
        }
    }

    async fn rules(self, from: From, channel: &str, fields: &Fields) -> Response {
        use rules_form::{AWAY, CHANNEL, EMOJI, FROM, UNTIL};
        let Some(working) = hours(fields, FROM, UNTIL) else {
            return answers::field_error(FROM, reply_view::CHOOSE_HOURS);
        };
        let away_emoji = match read_emoji(fields.text(AWAY, AWAY)) {
            Ok(emoji) if fields.has(AWAY, AWAY) => emoji,
            // A form of an earlier version has no such field.
            Ok(_) => self.within(documents::rules(&self.work)).await.unwrap_or_default().away_emoji,
            Err(word) => return answers::field_error(AWAY, &reply_view::no_emoji(&word)),
        };
        let mut changes = vec![SettingsChange::Rules(Rules { away_emoji, ..rules(fields, working) })];
        if !channel.is_empty() {
            changes.push(SettingsChange::Channel {
                channel: ChannelId::new(channel),
                masked: ticked(fields, CHANNEL, forms_view::MASKED),
                aloud: ticked(fields, CHANNEL, forms_view::ALOUD),
                emoji: ticked(fields, EMOJI, forms_view::REACTS),
                route: None,
            });
        }
        let channel = Some(channel).filter(|channel| !channel.is_empty()).map(ChannelId::new);
        self.change(From { channel, response_url: None, ..from }, None, changes, FROM).await
    }

    async fn preferences(self, from: From, list: &str, fields: &Fields) -> Response {
        use wishes_form::{FROM, KEEPS, KINDS as KINDS_FIELD, UNTIL};
        let times = [FROM, UNTIL].map(|name| fields.time_of_day(name, name).is_some());
        if times[0] != times[1] {
            return answers::field_error(UNTIL, reply_view::CHOOSE_HOURS);
        }
        let wanted = fields.ticked(KINDS_FIELD, KINDS_FIELD).unwrap_or_default();
        let off = KINDS.iter().filter(|(_, name, _)| !wanted.contains(name)).map(|(kind, ..)| *kind).collect();
        let keeps = ticked(fields, KEEPS, forms_view::KEEPS);
        let preferences = NotificationPreferences { off, quiet: hours(fields, FROM, UNTIL), keeps };
        let list: Option<Listed> = serde_json::from_str(list).unwrap_or_default();
        self.change(from, list, vec![SettingsChange::Wishes(preferences)], UNTIL).await
    }

    pub(crate) async fn change(
        self,
        from: From,
        list: Option<Listed>,
        changes: Vec<SettingsChange>,
        last_field: &'static str,
    ) -> Response {
        let requester = RequestContext { list, ..self.requester(&from, Via::Submitted, false) };
        match answers::store(self.front, self.order_from(&from, &ChangeJob { requester, changes })).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(_) => answers::field_error(last_field, &reply_view::not_saved().text),
        }
    }
}

/// Returns the conversation that the form is about, else the chosen ones.
fn chosen(context: &FormContext, fields: &Fields) -> Result<Vec<Carried>, FieldError> {
    if let Some(id) = &context.conversation {
        return Ok(vec![Carried::conversation(id)]);
    }
    if context.all_of.is_some() {
        return Ok(Vec::new());
    }
    let one = fields.choice(field::WHICH, field::WHICH);
    let several = fields.ticked(field::WHICH, field::WHICH).unwrap_or_default();
    let chosen: Vec<_> = one.into_iter().chain(several).map(Carried::chosen).collect();
    if chosen.is_empty() { Err((field::WHICH, reply_view::CHOOSE_A_CONVERSATION.to_owned())) } else { Ok(chosen) }
}

fn which(ids: impl Iterator<Item = ConversationId>) -> ConversationRef {
    let mut ids: Vec<_> = ids.collect();
    let mut met = HashSet::new();
    ids.retain(|id| met.insert(id.clone()));
    if let [only] = ids.as_slice() { ConversationRef::Id(only.clone()) } else { ConversationRef::These(ids) }
}

/// Returns the new owner. Forms of earlier versions had a menu of Slack's own.
fn owner(fields: &Fields) -> Result<Assignee, FieldError> {
    let chosen = fields.choice(field::TO, field::TO).map(SlackUserId::new);
    let user = chosen.or_else(|| fields.user(field::TO, field::TO));
    user.map(Assignee::User).ok_or_else(|| (field::TO, reply_view::CHOOSE_SOMEBODY.to_owned()))
}

/// Returns the time. An exact time takes precedence over a usual one, and that over the typed one. An impossible time
/// is refused here, where the requester can choose another.
fn time(context: &FormContext, fields: &Fields, now: Timestamp) -> Result<When, FieldError> {
    use field::{EXACTLY, SOON};
    let exactly = fields.instant(EXACTLY, EXACTLY).map(When::At);
    let place = if exactly.is_some() { EXACTLY } else { SOON };
    let when = exactly.or_else(|| fields.choice(SOON, SOON).and_then(When::read));
    let when =
        when.or_else(|| context.wanted.when.clone()).ok_or_else(|| (SOON, reply_view::CHOOSE_A_TIME.to_owned()))?;
    match when.fixed() {
        Some(until) if until <= now => Err((place, CHOOSE_A_LATER_TIME.to_owned())),
        Some(until) if plan::is_too_far(until, now) => Err((place, CHOOSE_AN_EARLIER_TIME.to_owned())),
        _ => Ok(when),
    }
}

/// Returns the field under which the form says that it could not be saved.
fn last_field(verb: Verb) -> &'static str {
    match verb {
        Verb::Snooze => field::EXACTLY,
        verb if verbs::spec(verb).note.is_some() => field::NOTE,
        _ => field::WHICH,
    }
}

fn rules(fields: &Fields, working: Hours) -> Rules {
    use rules_form::{ANSWER, CONFIGURE, DONE, NOTES, REASSIGN, REMIND, UNTOUCHED, WORKFLOWS};
    let who = |name| fields.choice(name, name).and_then(forms_view::who).unwrap_or_default();
    let number = |name| fields.choice(name, name).and_then(|number| number.parse().ok()).unwrap_or_default();
    Rules {
        reassign: who(REASSIGN),
        done: who(DONE),
        note_on_handoff: ticked(fields, NOTES, forms_view::NOTE_ON_HANDOFF),
        note_on_done: ticked(fields, NOTES, forms_view::NOTE_ON_DONE),
        only_admins_configure: ticked(fields, CONFIGURE, forms_view::ONLY_ADMINS),
        answer_within: number(ANSWER),
        remind_within: number(REMIND),
        untouched_hours: number(UNTOUCHED),
        working,
        workflows: ticked(fields, WORKFLOWS, forms_view::ALLOWED),
        ..Rules::default()
    }
}

fn ticked(fields: &Fields, name: &str, option: &str) -> bool {
    fields.ticked(name, name).is_some_and(|ticked| ticked.contains(&option))
}

fn hours(fields: &Fields, from: &str, until: &str) -> Option<Hours> {
    let time = |name: &str| fields.time_of_day(name, name).and_then(TimeOfDay::read);
    time(from).zip(time(until)).filter(|(from, to)| from != to).map(|(from, to)| Hours { from, to })
}
