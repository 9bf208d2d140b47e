//! The names of the fields in forms, and what a form remembers while it is open.

use serde::{Deserialize, Serialize};

use crate::domain::assignee::Assignee;
use crate::domain::command::{Command, PendingAction};
use crate::domain::conversation::ConversationRef;
use crate::domain::request_context::{Listed, ReplyTarget};
use crate::domain::seen::Seen;
use crate::domain::shown::ShownState;
use crate::ids::{ChannelId, ConversationId, SlackUserId};

/// The names of a form's fields. A form has those that its command needs.
pub mod field {
    /// Which conversation.
    pub const WHICH: &str = "which";
    /// Who.
    pub const TO: &str = "to";
    /// Somebody who was suggested.
    pub const SUGGESTED: &str = "suggested";
    /// What others must know.
    pub const NOTE: &str = "note";
    /// The rest of a long note: one input takes 3,000 characters, dialnote 5,000.
    pub const MORE: &str = "more";
    /// A usual time, as a phrase.
    pub const SOON: &str = "soon";
    /// A time of one's own.
    pub const EXACTLY: &str = "exactly";
    /// The usual times: what they are called, and the phrases they stand for.
    pub const USUAL: [(&str, &str); 5] = [
        ("In one hour", "1h"),
        ("In three hours", "3h"),
        ("Tomorrow morning", "tomorrow"),
        ("Next Monday", "monday"),
        ("In two weeks", "2w"),
    ];
}

/// The names of the fields in the form in which the workspace is connected to dialnote.
pub mod connect_form {
    /// The form.
    pub const CALLBACK_ID: &str = "connect";
    /// The key.
    pub const KEY: &str = "key";
}

/// The names of the fields in the form of the rules.
pub mod rules_form {
    /// The form.
    pub const CALLBACK_ID: &str = "rules";
    /// Who may re-assign.
    pub const REASSIGN: &str = "reassign";
    /// Who may mark done.
    pub const DONE: &str = "done";
    /// When a note is needed.
    pub const NOTES: &str = "notes";
    /// How long a hand-over may stay unanswered.
    pub const ANSWER: &str = "answer";
    /// How long something may wait for an owner.
    pub const REMIND: &str = "remind";
    /// How long nothing may happen to what somebody owns.
    pub const UNTOUCHED: &str = "untouched";
    /// When work begins and ends.
    pub const FROM: &str = "from";
    /// See [`FROM`].
    pub const UNTIL: &str = "until";
    /// Who may change the rules.
    pub const CONFIGURE: &str = "configure";
    /// What the channel shows.
    pub const CHANNEL: &str = "channel";
    /// What makes cards there.
    pub const CARDS: &str = "cards";
    /// When its digest comes.
    pub const DIGEST: &str = "digest";
    /// How long something may wait for an owner there.
    pub const REMIND_HERE: &str = "remind_here";
}

/// The names of the fields in the form of one's wishes.
pub mod wishes_form {
    /// The form.
    pub const CALLBACK_ID: &str = "wishes";
    /// What one wants to hear of.
    pub const KINDS: &str = "kinds";
    /// When quiet hours begin and end.
    pub const FROM: &str = "from";
    /// See [`FROM`].
    pub const UNTIL: &str = "until";
    /// Whether what one was handed stays although one did not answer.
    pub const KEEPS: &str = "keeps";
}

/// What a form remembers while it is open: a submission names neither conversation nor channel
/// (docs/contracts/slack.md §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormContext {
    /// What is wanted.
    pub wanted: PendingAction,
    /// Of which conversation, if that is not to be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Where the button was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// In which list the button was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Listed>,
    /// Where that list can be drawn again, if it stands in a private message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyTarget>,
    /// A message that is to become the note, so that it becomes one once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    /// How its conversations were shown to the person who has it open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<(ConversationId, ShownState)>,
}

impl FormContext {
    /// A form about a conversation, or one that is still to be chosen, opened in a channel.
    pub fn new(wanted: PendingAction, conversation: Option<ConversationId>, channel: Option<ChannelId>) -> Self {
        Self { wanted, conversation, channel, list: None, reply: None, quoted: None, shown: Vec::new() }
    }

    /// The form of a kept command of this person's.
    pub fn of(command: &Command, person: &SlackUserId, channel: Option<ChannelId>) -> Self {
        let to = command.act.named_owner().and_then(|who| match who {
            Assignee::User(user) => Some(user.clone()),
            Assignee::Me => Some(person.clone()),
            Assignee::Group(_) | Assignee::InText => None,
        });
        let conversation = match &command.which {
            ConversationRef::Id(id) => Some(id.clone()),
            _ => None,
        };
        let wanted = PendingAction { verb: command.act.verb(), to, when: command.act.when().cloned() };
        Self::new(wanted, conversation, channel)
    }

    /// The same, with how conversations were shown. What was shown first counts.
    #[must_use]
    pub fn having_shown(mut self, seen: impl IntoIterator<Item = Seen>) -> Self {
        for Seen { conversation, state, .. } in seen {
            if self.shown.iter().all(|(id, _)| *id != conversation) {
                self.shown.push((conversation, ShownState::from(state)));
            }
        }
        self
    }

    /// How its conversations were shown.
    pub fn seen(&self) -> Vec<Seen> {
        self.shown.iter().map(|(id, shown)| shown.clone().of(id.clone())).collect()
    }

    /// As Slack keeps it in so many characters, where need be without how some conversations were shown.
    pub fn encode_within(&self, most: usize) -> String {
        let mut kept = self.clone();
        loop {
            let encoded = serde_json::to_string(&kept).unwrap_or_default();
            if encoded.chars().count() <= most || kept.shown.pop().is_none() {
                return encoded;
            }
        }
    }
}

/// A message that somebody wants to be a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// The message, by its channel and name there.
    pub message: String,
    /// Its words, and whose they are.
    pub text: String,
}
