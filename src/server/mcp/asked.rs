//! The command or list that a call of a tool asks for. Each argument is read by itself, so none can be taken for a part
//! of another: a number in a note names no conversation.

use crate::commands::snooze_view;
use crate::core::assignee::Assignee;
use crate::core::click::Resume;
use crate::core::command::{Action, Command};
use crate::core::conversation::{ConversationRef, Links, id_shaped};
use crate::core::ids::{ConversationId, DraftId, MemberId, SlackUserId};
use crate::core::query::{Filter, Query};
use crate::core::seen::Seen;
use crate::core::shown::ShownState;
use crate::core::typed;
use crate::core::typed::TypedWord;
use crate::core::verbs::Verb;
use crate::core::when::model::{When, Wrong};
use crate::platform::slack::blocks::kit::Content;
use crate::server::mcp::tools::{Tool, ToolCall};

/// The request of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A command, with the conversation as an earlier answer showed it.
    Command(Command, Option<Seen>),
    /// A list; of the person whom these words name, if there are any.
    List(Query, Option<String>),
    /// A kept command, with what its requester chose.
    Resume(Resume),
}

/// Reads a call. The error says what is wrong with its words.
pub(super) fn asked(call: &ToolCall, links: &Links) -> Result<Asked, Content> {
    let to = || Assignee::Named(call.get("to").to_owned());
    let act = match call.tool {
        Tool::FindConversations => {
            return Ok(Asked::List(Query::search(Filter::All, call.get("query"), call.page()), None));
        }
        Tool::ListInbox => return Ok(list(call)),
        Tool::AnswerQuestion => return Ok(Asked::Resume(answered(call))),
        Tool::Undo => return Ok(Asked::Command(undo(call, links), None)),
        Tool::ShowConversation => Action::Show,
        Tool::Assign => Action::Assign(to()),
        Tool::HandOff => Action::Handoff(to()),
        Tool::Take => Action::Take { over: given(call, "over").map(MemberId::new) },
        Tool::AddNote => Action::Plain(Verb::Note),
        Tool::MarkDone => Action::Done,
        Tool::Reopen => Action::Reopen,
        Tool::Snooze => Action::Snooze(when(call)?),
    };
    let words = call.get("conversation");
    // The owner and the conversations of a command are looked up together.
    let which = if act.lacks_an_owner() { ConversationRef::Words(words.to_owned()) } else { which(words, links) };
    let seen = seen(call, &which);
    Ok(Asked::Command(Command { act, which, note: typed::plain(call.get("note")) }, seen))
}

/// Returns the conversation as an earlier answer showed it, if the call says so.
fn seen(call: &ToolCall, which: &ConversationRef) -> Option<Seen> {
    let ConversationRef::Id(id) = which else { return None };
    let shown: ShownState = serde_json::from_str(call.get("shown")).ok()?;
    Some(shown.of(id.clone()))
}

fn given<'a>(call: &'a ToolCall, name: &str) -> Option<&'a str> {
    Some(call.get(name)).filter(|words| !words.is_empty())
}

/// Returns the conversation with this id or link, else those that the words name.
fn which(words: &str, links: &Links) -> ConversationRef {
    let id = match typed::first(words) {
        Some((TypedWord::Link(link), "")) => links.parse(link),
        Some((TypedWord::Plain(word), "")) => links.parse(word).or_else(|| id_shaped(word)),
        _ => None,
    };
    id.map_or_else(|| ConversationRef::Words(words.to_owned()), ConversationRef::Id)
}

fn list(call: &ToolCall) -> Asked {
    let filter = Filter::named(call.get("list")).unwrap_or(Filter::Mine);
    let person = given(call, "person").map(str::to_owned);
    Asked::List(Query::search(filter, call.get("text"), call.page()), person)
}

fn answered(call: &ToolCall) -> Resume {
    Resume {
        draft: DraftId::new(call.get("question")),
        pick: given(call, "conversation").map(ConversationId::new),
        person: given(call, "person").map(SlackUserId::new),
    }
}

fn undo(call: &ToolCall, links: &Links) -> Command {
    let which = match (given(call, "act"), given(call, "conversation")) {
        (Some(act), only) => ConversationRef::Act { id: act.to_owned(), only: only.map(ConversationId::new) },
        (None, Some(words)) => which(words, links),
        (None, None) => ConversationRef::MyLast,
    };
    Command { act: Action::Undo, which, note: String::new() }
}

/// Reads the time of a snooze.
fn when(call: &ToolCall) -> Result<When, Content> {
    let words = call.get("when");
    When::read(words).ok_or_else(|| {
        let wrong = When::wrong(words).map(|(_, wrong)| wrong);
        let wrong = wrong.unwrap_or_else(|| Wrong::NoTime { typed: words.to_owned() });
        snooze_view::ask(None, Some(&snooze_view::quoted(call.get("conversation"))), Some(&wrong))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use url::Url;

    use super::*;
    use crate::server::mcp::tools;

    fn command(name: &str, arguments: &Value) -> Option<Command> {
        let links = Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")));
        let call = tools::read(&json!({ "name": name, "arguments": arguments })).ok()?;
        match asked(&call, &links).ok()? {
            Asked::Command(command, _) => Some(command),
            Asked::List(..) | Asked::Resume(_) => None,
        }
    }

    #[test]
    fn no_argument_is_read_as_a_part_of_another() {
        let leo = || Assignee::Named("leo conv_1002".to_owned());
        let words = |words: &str| ConversationRef::Words(words.to_owned());
        for (name, arguments, act, which, note) in [
            (
                "assign",
                json!({ "conversation": "conv_1001", "to": "leo conv_1002", "note": "and +1 415 555 0102" }),
                Action::Assign(leo()),
                words("conv_1001"),
                "and +1 415 555 0102",
            ),
            (
                "mark_done",
                json!({ "conversation": "conv_1001", "note": "also conv_1002 <@U0ZOE|zoe>" }),
                Action::Done,
                ConversationRef::Id(ConversationId::new("conv_1001")),
                "also conv_1002 @zoe",
            ),
            (
                "take",
                json!({ "conversation": "conv_1001, conv_1002" }),
                Action::Take { over: None },
                words("conv_1001, conv_1002"),
                "",
            ),
            ("undo", json!({}), Action::Undo, ConversationRef::MyLast, ""),
        ] {
            let expected = Command { act, which, note: note.to_owned() };
            assert_eq!(command(name, &arguments), Some(expected), "{name} {arguments}");
        }
    }

    #[test]
    fn a_wrong_time_is_explained() {
        let arguments = json!({ "conversation": "Ana Lima", "when": "25:00" });
        assert_eq!(command("snooze", &arguments), None);
    }
}
