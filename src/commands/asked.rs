//! A command in the words in which a person types it, for the answer that names the saved command.

use crate::core::assignee::Assignee;
use crate::core::command::Command;
use crate::core::conversation::ConversationRef;
use crate::core::typed;
use crate::core::verbs;
use crate::core::verbs::UMBRELLA;
use crate::core::when::model::When;

/// The names of the people and conversations in a command, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedNames {
    /// The conversation's title.
    pub conversation: Option<String>,
    /// The name of the Slack user who is to become the owner.
    pub owner: Option<String>,
}

/// Returns the command in typed form, such as "/assign @Zoe Diana Okafor". `of` is the number of conversations
/// in its batch.
pub fn words(command: &Command, names: &AskedNames, of: usize) -> String {
    let spec = verbs::spec(command.act.verb());
    let typed = spec.slash.map_or_else(|| format!("{UMBRELLA} {}", spec.name), str::to_owned);
    let which = match (&command.which, &names.conversation) {
        (ConversationRef::Id(_), _) if of > 1 => format!("{of} conversations"),
        (ConversationRef::Id(_), Some(name)) => name.clone(),
        (ConversationRef::MyLast | ConversationRef::AllOf(_) | ConversationRef::Act { only: None, .. }, _) => {
            String::new()
        }
        (ConversationRef::AllMine, _) => "all".to_owned(),
        (ConversationRef::InThread { text, .. }, Some(name)) => format!("{name} {}", typed::as_typed(text)),
        (ConversationRef::Text(text) | ConversationRef::Words(text) | ConversationRef::InThread { text, .. }, _) => {
            typed::as_typed(text)
        }
        (which, _) => which.to_string(),
    };
    let until = command.act.when().map(When::words).unwrap_or_default();
    let owner = owner(command, names);
    let (first, second) = if command.which == ConversationRef::AllMine { (which, owner) } else { (owner, which) };
    let words = [typed, first, second, until];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn owner(command: &Command, names: &AskedNames) -> String {
    match (command.act.named_owner(), &names.owner) {
        (Some(Assignee::Me), _) => "me".to_owned(),
        (Some(Assignee::User(_)), Some(name)) => format!("@{name}"),
        (Some(Assignee::Group(group)), _) => group.name.clone(),
        (Some(Assignee::User(_) | Assignee::PickedBy(_) | Assignee::InText | Assignee::Named(_)) | None, _) => {
            command.act.owner_in_words().map(typed::as_typed).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::command::Action;
    use crate::core::ids::{ConversationId, SlackUserId};

    #[test]
    fn a_command_is_named_as_it_is_typed() {
        let id = || ConversationRef::Id(ConversationId::new("conv_1003"));
        let assign = |who| Action::Assign(who);
        let zoe = || Assignee::User(SlackUserId::new("U0ZOE"));
        let diana = Some("Diana Okafor");
        for (act, which, conversation, of, expected) in [
            (Action::Done, id(), diana, 1, "/done Diana Okafor"),
            (Action::Done, id(), None, 1, "/done conv_1003"),
            (Action::Take { over: None }, ConversationRef::Text("diana".into()), None, 1, "/dialnote take diana"),
            (Action::Undo, ConversationRef::MyLast, None, 1, "/dialnote undo"),
            (assign(zoe()), id(), diana, 1, "/assign @Zoe Diana Okafor"),
            (assign(zoe()), id(), diana, 2, "/assign @Zoe 2 conversations"),
            (assign(zoe()), ConversationRef::Text("diana call back".into()), None, 1, "/assign @Zoe diana call back"),
            (Action::Snooze(When::After { minutes: 120 }), id(), diana, 1, "/snooze Diana Okafor 2h"),
            (Action::Handoff(zoe()), ConversationRef::AllMine, None, 1, "/handoff all @Zoe"),
            (assign(Assignee::Me), id(), diana, 1, "/assign me Diana Okafor"),
        ] {
            let names = AskedNames { conversation: conversation.map(str::to_owned), owner: Some("Zoe".to_owned()) };
            assert_eq!(words(&Command { act, which, note: String::new() }, &names, of), expected);
        }
    }
}
