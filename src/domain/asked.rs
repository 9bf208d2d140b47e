//! A command in the words in which it is typed: for the answer that says which one waits.

use crate::domain::command::Command;
use crate::domain::conversation::Which;
use crate::domain::typed;
use crate::domain::verb::UMBRELLA;

/// "/done Diana Okafor". `name` is what people call the conversation, if that is known.
pub fn words(command: &Command, name: Option<&str>) -> String {
    let spec = command.act.verb().spec();
    let typed = spec.slash.map_or_else(|| format!("{UMBRELLA} {}", spec.name), str::to_owned);
    let which = match (&command.which, name) {
        (Which::Id(_), Some(name)) => name.to_owned(),
        (Which::MyLast | Which::AllMine | Which::AllOf(_) | Which::Act { only: None, .. }, _) => String::new(),
        (Which::Text(text), _) => typed::as_typed(text),
        (which, _) => which.to_string(),
    };
    format!("{typed} {which}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Act;
    use crate::ids::ConversationId;

    #[test]
    fn a_command_is_named_as_it_is_typed() {
        let id = || Which::Id(ConversationId::new("conv_1003"));
        for (act, which, name, expected) in [
            (Act::Done, id(), Some("Diana Okafor"), "/done Diana Okafor"),
            (Act::Done, id(), None, "/done conv_1003"),
            (Act::Take { over: None }, Which::Text("diana".into()), None, "/dialnote take diana"),
            (Act::Undo, Which::MyLast, None, "/dialnote undo"),
        ] {
            assert_eq!(words(&Command { act, which, note: String::new() }, name), expected);
        }
    }
}
