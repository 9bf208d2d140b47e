//! The names of the fields in forms, and the context that a form keeps while it is open.

use serde::{Deserialize, Serialize};

use crate::core::assignee::Assignee;
use crate::core::command::{Command, PendingAction};
use crate::core::conversation::ConversationRef;
use crate::core::ids::{ChannelId, ConversationId, MemberId, SlackUserId};
use crate::core::request_context::{Listed, ReplyTarget, RequestContext};
use crate::core::seen::Seen;
use crate::core::shown::ShownState;
use crate::core::verbs::Verb;

/// The names of a form's fields. Each form has the fields that its command needs.
pub mod field {
    /// The conversation.
    pub(crate) const WHICH: &str = "which";
    /// The new owner.
    pub(crate) const TO: &str = "to";
    /// The note.
    pub(crate) const NOTE: &str = "note";
    /// The rest of a long note: one input takes 3,000 characters, dialnote 5,000.
    pub(crate) const MORE: &str = "more";
    /// One of the usual times, as a phrase.
    pub(crate) const SOON: &str = "soon";
    /// A custom date and time.
    pub(crate) const EXACTLY: &str = "exactly";
    /// The usual times: their labels, and the phrases that they stand for.
    pub const USUAL: [(&str, &str); 5] = [
        ("In one hour", "1h"),
        ("In three hours", "3h"),
        ("Tomorrow morning", "tomorrow"),
        ("Next Monday", "monday"),
        ("In two weeks", "2w"),
    ];
}

/// The names of the fields in the form in which the workspace is connected to dialnote.
pub(crate) mod connect_form {
    /// The form's callback id.
    pub(crate) const CALLBACK_ID: &str = "connect";
    /// The dialnote key.
    pub(crate) const KEY: &str = "key";
}

/// The names of the fields in the form of the rules.
pub(crate) mod rules_form {
    /// The form's callback id.
    pub(crate) const CALLBACK_ID: &str = "rules";
    /// The people who may reassign.
    pub(crate) const REASSIGN: &str = "reassign";
    /// The people who may mark done.
    pub(crate) const DONE: &str = "done";
    /// The cases in which a note is required.
    pub(crate) const NOTES: &str = "notes";
    /// The time within which a hand-off has to be answered.
    pub(crate) const ANSWER: &str = "answer";
    /// The time after which channels are reminded of unassigned conversations.
    pub(crate) const REMIND: &str = "remind";
    /// The time without activity after which an owned conversation is stale.
    pub(crate) const UNTOUCHED: &str = "untouched";
    /// The beginning of working hours.
    pub(crate) const FROM: &str = "from";
    /// The end of working hours. See [`FROM`].
    pub(crate) const UNTIL: &str = "until";
    /// The people who may change the rules.
    pub(crate) const CONFIGURE: &str = "configure";
    /// The permission of workflow steps.
    pub(crate) const WORKFLOWS: &str = "workflows";
    /// The details that the channel shows.
    pub(crate) const CHANNEL: &str = "channel";
    /// The choice that emoji on the channel's cards act.
    pub(crate) const EMOJI: &str = "emoji";
    /// The emoji of Slack statuses that mean away.
    pub(crate) const AWAY: &str = "away";
}

/// The names of the fields in the form of a route's settings.
pub(crate) mod route_form {
    /// The form's callback id.
    pub(crate) const CALLBACK_ID: &str = "route";
    /// The kinds of activity that make cards.
    pub(crate) const CARDS: &str = "cards";
    /// The time of the digest.
    pub(crate) const DIGEST: &str = "digest";
    /// The time after which the channel is reminded of unassigned conversations.
    pub(crate) const REMIND: &str = "remind";
    /// The beginning of the number's working hours.
    pub(crate) const FROM: &str = "from";
    /// The end of the number's working hours. See [`FROM`].
    pub(crate) const UNTIL: &str = "until";
    /// The limits until an owner, for missed calls, voicemails and SMS.
    pub(crate) const OWNER: [&str; 3] = ["owner_call", "owner_voicemail", "owner_sms"];
    /// The limits until an answer. See [`OWNER`].
    pub(crate) const ANSWER: [&str; 3] = ["answer_call", "answer_voicemail", "answer_sms"];
    /// The time before the end of a target at which the owner is warned.
    pub(crate) const WARN: &str = "warn";
    /// The people who are notified of a missed target.
    pub(crate) const TELL: &str = "tell";
    /// The person who is notified after the owner.
    pub(crate) const THEN_USER: &str = "then_user";
    /// The user group that is notified after the owner. See [`THEN_USER`].
    pub(crate) const THEN_GROUP: &str = "then_group";
    /// The time between two notifications.
    pub(crate) const STEP: &str = "step";
    /// The way in which new conversations are assigned.
    pub(crate) const AUTO: &str = "auto";
    /// The user group whose members they are assigned to.
    pub(crate) const POOL_GROUP: &str = "pool_group";
    /// The people to whom they are assigned. See [`POOL_GROUP`].
    pub(crate) const POOL_PEOPLE: &str = "pool_people";
    /// The number of open conversations above which a person gets no more.
    pub(crate) const MOST_OPEN: &str = "most_open";
    /// The time without activity after which an owner is asked.
    pub(crate) const RETURN_AFTER: &str = "return_after";
    /// The next place of the conversation.
    pub(crate) const RETURN_TO: &str = "return_to";
    /// The choice that a leaving shift's conversations are offered to the next one.
    pub(crate) const SHIFT: &str = "shift";
    /// The day of the weekly report.
    pub(crate) const WEEKLY_DAY: &str = "weekly_day";
    /// The time of the weekly report. See [`WEEKLY_DAY`].
    pub(crate) const WEEKLY_AT: &str = "weekly_at";
}

/// The names of the fields in the form of the notification preferences.
pub(crate) mod wishes_form {
    /// The form's callback id.
    pub(crate) const CALLBACK_ID: &str = "wishes";
    /// The kinds of notifications that the user wants.
    pub(crate) const KINDS: &str = "kinds";
    /// The beginning of quiet hours.
    pub(crate) const FROM: &str = "from";
    /// The end of quiet hours. See [`FROM`].
    pub(crate) const UNTIL: &str = "until";
    /// The choice to stay the owner of a hand-off that was not answered in time.
    pub(crate) const KEEPS: &str = "keeps";
}

/// The context that a form keeps while it is open. A submission names neither conversation nor channel
/// (docs/contracts/slack.md §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormContext {
    /// The action that the form is for.
    pub wanted: PendingAction,
    /// The conversation, if the form does not let the requester choose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The member whose open conversations it is about, if it is about all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_of: Option<MemberId>,
    /// The channel of the button that opened the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// The list that held the button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Listed>,
    /// The response URL by which that list is redrawn, if it is in a private message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyTarget>,
    /// The message that becomes the note. It is kept so that the message becomes a note only once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    /// The states in which the form's conversations were shown to the person who has it open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<(ConversationId, ShownState)>,
}

impl FormContext {
    /// Returns the context of a form that was opened in a channel, about a conversation or one that is still to be
    /// chosen.
    pub fn new(wanted: PendingAction, conversation: Option<ConversationId>, channel: Option<ChannelId>) -> Self {
        let (all_of, list, reply, quoted, shown) = (None, None, None, None, Vec::new());
        Self { wanted, conversation, all_of, channel, list, reply, quoted, shown }
    }

    /// Returns the context of a form that gives everything which a member owns to another person.
    pub(crate) fn assigning_all_of(owner: MemberId, channel: Option<ChannelId>) -> Self {
        Self { all_of: Some(owner), ..Self::new(PendingAction::only(Verb::Assign), None, channel) }
    }

    /// Adds the list that held the button which a person pressed.
    #[must_use]
    pub(crate) fn in_list_of(self, requester: RequestContext) -> Self {
        let reply = requester.reply.filter(|_| requester.list.is_some());
        Self { list: requester.list, reply, ..self }
    }

    /// Returns the context of the form for a kept command of this person.
    pub fn of(command: &Command, person: &SlackUserId, channel: Option<ChannelId>) -> Self {
        let to = command.act.named_owner().and_then(|who| match who {
            Assignee::User(user) => Some(user.clone()),
            Assignee::Me => Some(person.clone()),
            Assignee::Group(_) | Assignee::PickedBy(_) | Assignee::InText | Assignee::Named(_) => None,
        });
        let conversation = match &command.which {
            ConversationRef::Id(id) | ConversationRef::InThread { id, .. } => Some(id.clone()),
            _ => None,
        };
        let wanted = PendingAction { verb: command.act.verb(), to, when: command.act.when().cloned() };
        let all_of = match &command.which {
            ConversationRef::AllOf(member) => Some(member.clone()),
            _ => None,
        };
        Self { all_of, ..Self::new(wanted, conversation, channel) }
    }

    /// Adds the states in which conversations were shown. The first state shown of each conversation counts.
    #[must_use]
    pub(crate) fn having_shown(mut self, seen: impl IntoIterator<Item = Seen>) -> Self {
        for Seen { conversation, state, .. } in seen {
            if self.shown.iter().all(|(id, _)| *id != conversation) {
                self.shown.push((conversation, ShownState::from(state)));
            }
        }
        self
    }

    /// Returns its conversations as they were shown.
    pub fn seen(&self) -> Vec<Seen> {
        self.shown.iter().map(|(id, shown)| shown.clone().of(id.clone())).collect()
    }

    /// Encodes the context for Slack. Drops shown states from the end until the text has at most `most` characters.
    pub(crate) fn encode_within(&self, most: usize) -> String {
        let mut kept = self.clone();
        loop {
            let encoded = serde_json::to_string(&kept).unwrap_or_default();
            if encoded.chars().count() <= most || kept.shown.pop().is_none() {
                return encoded;
            }
        }
    }
}

/// A message that a person wants to make a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// The message's channel and its id there.
    pub message: String,
    /// The message's text and its author.
    pub text: String,
}
