//! The content of one direct message: several changes at about the same time, and what came of them since.

use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::answer::Answer;
use crate::core::direct_message::DirectMessage;
use crate::core::ids::ConversationId;

/// The most conversations that are named.
pub(crate) const MOST_NAMED: usize = 10;

/// The content of one direct message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Occasion {
    /// The notices, in the order of the changes.
    pub notices: Vec<DirectMessage>,
    /// The reader's answers, or later outcomes, by conversation.
    pub answers: Vec<(ConversationId, Answer)>,
}

impl Occasion {
    /// Adds a notice. A conversation that the reader lost no longer needs an answer. One that they got again needs one.
    pub(crate) fn add(&mut self, notice: &DirectMessage) {
        match notice {
            DirectMessage::NotYoursNow { about, .. } | DirectMessage::Returned { about, .. } => self.lost(about),
            DirectMessage::SeveralNotYours { abouts, .. } => abouts.iter().for_each(|about| self.lost(about)),
            _ => {
                let given = notice.given();
                self.answers.retain(|(id, _)| !given.contains(id));
            }
        }
        self.notices.push(notice.clone());
    }

    fn lost(&mut self, about: &About) {
        if !self.answer(&about.id).is_some_and(Answer::is_final) {
            self.answers.push((about.id.clone(), Answer::Gone));
        }
    }

    /// Returns the reader's answer about a conversation, or its later outcome.
    pub(crate) fn answer(&self, id: &ConversationId) -> Option<&Answer> {
        self.answers.iter().rfind(|(answered, _)| answered == id).map(|(_, answer)| answer)
    }

    /// Returns the conversation that the message is about, if it is about one.
    pub(crate) fn conversation(&self) -> Option<ConversationId> {
        let mut about: Vec<_> = self.notices.iter().filter_map(DirectMessage::about).map(|about| about.id).collect();
        about.dedup();
        <[ConversationId; 1]>::try_from(about).ok().map(|[only]| only)
    }

    /// Returns the conversations that the message gives to its reader.
    pub(crate) fn given(&self) -> Vec<ConversationId> {
        let mut given: Vec<_> =
            self.notices.iter().flat_map(|notice| notice.given().into_iter().take(MOST_NAMED)).collect();
        given.sort();
        given.dedup();
        given
    }
}
