//! The topics of help.

use crate::core::verbs::Verb;

/// A topic of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpTopic {
    /// A list of commands.
    Page(HelpPage),
    /// One command.
    Verb(Verb),
}

/// A list of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpPage {
    /// The commands for every day, with examples.
    Daily,
    /// All commands of teammates.
    All,
    /// The commands of admins.
    Admin,
}

impl HelpPage {
    /// Returns the page with this name, in any letter case.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let pages = [("all", Self::All), ("admin", Self::Admin)];
        pages.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, page)| page)
    }
}
