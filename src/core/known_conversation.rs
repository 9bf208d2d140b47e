//! A conversation prepared for search.

use crate::core::conversation::Conversation;
use crate::core::names::folded;

/// A conversation with the normalized forms that a search compares.
#[derive(Clone, Debug)]
pub struct KnownConversation {
    /// The conversation.
    pub conversation: Conversation,
    /// The contact's folded name; empty without one.
    pub(crate) name: String,
    /// The folded name of the company; empty without one.
    pub(crate) company: String,
    /// Both names, separated by a space.
    pub(crate) names: String,
    /// The digits of the contact's number.
    pub(crate) digits: String,
}

impl KnownConversation {
    /// Prepares a conversation for search.
    pub fn of(conversation: Conversation) -> Self {
        let name = name_of(&conversation);
        let company = conversation.contact.company.as_deref().map(folded).unwrap_or_default();
        let names = format!("{name} {company}").trim().to_owned();
        let digits = digits(&conversation.contact.phone);
        Self { conversation, name, company, names, digits }
    }
}

pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Returns the contact's folded name, else what the card shows in its place (`SUPPORT`, `68849`).
pub(crate) fn name_of(conversation: &Conversation) -> String {
    let contact = &conversation.contact;
    let is_number = contact.phone.starts_with('+');
    let shown = contact.name.as_deref().or(Some(contact.phone.as_str()).filter(|_| !is_number));
    shown.map(folded).unwrap_or_default()
}
