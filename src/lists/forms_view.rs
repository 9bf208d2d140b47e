//! The forms and windows of the app.

use crate::cards;
use crate::commands::{refusal_view, sweep_view};
use crate::core::card_view::CardView;
use crate::core::control::{Carried, Control};
use crate::core::conversation::{Conversation, Links, State, Status};
use crate::core::form::{FormContext, Quoted, field, rules_form, wishes_form};
use crate::core::ids::{ChannelId, SlackUserId};
use crate::core::note::LONGEST_NOTE;
use crate::core::preferences::{KINDS, NotificationPreferences};
use crate::core::query::Query;
use crate::core::refusal::Refusal;
use crate::core::rule::Who;
use crate::core::rules::Rules;
use crate::core::seen::Seen;
use crate::core::sweep::Sweep;
use crate::core::text;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::core::verbs::{NoteSpec, Spec};
use crate::core::when::model::When;
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::lists::content::ListView;
use crate::lists::view;
use crate::platform::slack::blocks::element::{Choosable, Element, INPUT_TEXT, OPTION_VALUE};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::window::Modal;

/// The callback id of the window with a list.
pub(crate) const LIST_CALLBACK_ID: &str = "list";

/// The most characters of a form's metadata.
const METADATA: usize = 3000;

/// The choices for unanswered hand-offs and for reminders: the minutes, and their label.
const TIMES: [(&str, &str); 5] =
    [("0", "Never"), ("15", "15 minutes"), ("30", "30 minutes"), ("60", "1 hour"), ("120", "2 hours")];

/// The choices for a time without activity: the working hours, and their label.
const HOURS: [(&str, &str); 5] = [
    ("0", "Never"),
    ("4", "4 working hours"),
    ("8", "8 working hours"),
    ("16", "16 working hours"),
    ("40", "40 working hours"),
];

/// The choices for the people allowed to do something, each with its option value and label.
const WHO: [(Who, &str, &str); 3] = [
    (Who::Anyone, "anyone", "Any teammate"),
    (Who::OwnerAndAdmins, "owner_and_admins", "The owner and admins"),
    (Who::Admins, "admins", "Admins only"),
];

/// The most characters of the field for statuses that mean away.
const AWAY_TEXT: usize = 500;

/// The option that a hand-off requires a note.
pub(crate) const NOTE_ON_HANDOFF: &str = "handoff";
/// The option that marking done requires a note. See [`NOTE_ON_HANDOFF`].
pub(crate) const NOTE_ON_DONE: &str = "done";
/// The option that only admins may change the rules.
pub(crate) const ONLY_ADMINS: &str = "admins";
/// The option that a channel hides numbers and messages.
pub const MASKED: &str = "masked";
/// The option that a channel shows changes to everyone.
pub(crate) const ALOUD: &str = "aloud";
/// The option that workflow steps may use the app.
pub(crate) const ALLOWED: &str = "allowed";
/// The option that emoji on a channel's cards act.
pub(crate) const REACTS: &str = "reacts";
/// The meanings of the emoji on cards.
const EMOJI_HINT: &str = "\u{1f440} takes, \u{2705} marks done, \u{1f4a4} snoozes until tomorrow morning. Removing the emoji within 10 minutes undoes it.";
/// The option that a user keeps an unanswered hand-off.
pub(crate) const KEEPS: &str = "keeps";

/// The known facts that a form shows. Any of them may be missing.
#[derive(Clone, Debug, Default)]
pub struct FormFacts {
    /// The name of the conversation.
    pub title: Option<String>,
    /// The state of the conversation, as far as known.
    pub seen: Option<Seen>,
    /// The conversation as its card shows it.
    pub shown: Option<CardView>,
    /// The change since the conversation was shown to the person who opens the form.
    pub changed: Option<String>,
    /// The new owner who was named already: the name, and the Slack user.
    pub to: Option<(String, SlackUserId)>,
    /// True if a note is required.
    pub needs_note: bool,
    /// The conversations that are already chosen, if there may be several.
    pub several: Vec<Conversation>,
    /// Everything that a person owns, if the form is about that.
    pub all_of: Option<Sweep>,
    /// The note that was already typed.
    pub note: String,
}

/// Returns the form for the pending action on a conversation.
pub fn form(context: &FormContext, known: &FormFacts, links: &Links) -> Modal {
    let verb = context.wanted.verb;
    let metadata = memory(context);
    let Spec { form, takes_person, note, .. } = verbs::spec(verb);
    let mut blocks: Vec<_> = known.changed.iter().map(|changed| Block::warning(changed)).collect();
    blocks.extend(which(context, known, links));
    if *takes_person {
        blocks.push(owner_field(known));
    }
    if verb == Verb::Snooze {
        blocks.extend(typed_time(context));
        blocks.extend(time_fields());
    }
    if let Some(note) = note {
        blocks.extend(note_fields(context, known, note));
    }
    Modal::new(verbs::spec(verb).name, form.title, form.submit, metadata, blocks)
}

/// Returns the conversation as on its card, or the field in which it is chosen.
fn which(context: &FormContext, known: &FormFacts, links: &Links) -> Vec<Block> {
    if let Some(sweep) = &known.all_of {
        let line = Markup::of(&sweep_view::counted(sweep.of)).ours(" of ").bold(&sweep.name);
        return vec![line.paragraph()];
    }
    match (&context.conversation, &known.shown) {
        (Some(_), Some(shown)) => {
            vec![Block::line(&cards::view::about(&shown.conversation, links), None), cards::view::state(shown)]
        }
        (Some(id), None) => vec![Block::paragraph(known.title.as_deref().unwrap_or(id.as_str()))],
        (None, _) if known.several.is_empty() => {
            vec![Block::field(field::WHICH, "Conversation", Element::search(field::WHICH, "Name, number or company"))]
        }
        (None, _) => {
            let chosen = known.several.iter().map(option).collect();
            let search = Element::search_several(field::WHICH, "Name, number or company", chosen);
            vec![Block::field(field::WHICH, "Conversations", search)]
        }
    }
}

/// Says what changed since the person saw the conversation, and what submitting the form does now.
pub(crate) fn changed(seen: &[Seen], shown: &CardView) -> Option<String> {
    let now = State::from(&shown.conversation);
    let before = &seen.iter().find(|seen| seen.conversation == shown.conversation.id)?.state;
    let title = shown.conversation.title();
    let what = match (before.owner == now.owner, now.status, &shown.owner) {
        _ if *before == now => return None,
        (false, _, Some(owner)) => format!("{title} is assigned to {owner} now."),
        (false, _, None) => format!("{title} is unassigned now."),
        (true, Status::Done, _) => format!("{title} is done now."),
        (true, Status::Snoozed, _) => format!("{title} is snoozed now."),
        (true, Status::Open | Status::Other, _) => format!("{title} is open now."),
    };
    Some(format!("{what} Submitting changes that."))
}

/// Encodes the metadata of the form. The words of a quoted message are left out, because the form itself has them
/// and they may be too long.
fn memory(context: &FormContext) -> String {
    let quoted = context.quoted.clone().map(|quoted| Quoted { text: String::new(), ..quoted });
    FormContext { quoted, ..context.clone() }.encode_within(METADATA)
}

fn owner_field(known: &FormFacts) -> Block {
    let chosen = known.to.as_ref().map(|(name, user)| Choosable::new(name, user.as_str()));
    let hint = "Suggested: the fewest open conversations first.";
    let people = Element::people(field::TO, "Search teammates", chosen).focused();
    Block::explained_field(field::TO, "New owner", hint, people)
}

/// Shows the time that was typed. It applies if no other time is chosen in the form.
fn typed_time(context: &FormContext) -> Option<Block> {
    let until = context.wanted.when.as_ref().and_then(When::fixed)?;
    Some(Markup::of("Until ").time(until).ours(", unless you choose another time").small())
}

fn time_fields() -> [Block; 2] {
    let usual = field::USUAL.iter().map(|(text, value)| Choosable::new(text, value)).collect();
    [
        Block::optional_field(
            field::SOON,
            "When should it reopen?",
            "In your time zone.",
            Element::menu(field::SOON, "Choose a time", usual, None),
        ),
        Block::optional_field(
            field::EXACTLY,
            "Or at this time",
            "Used instead of the choice above.",
            Element::date_time(field::EXACTLY),
        ),
    ]
}

/// Returns the field for the note. A longer note that was typed already continues in a second field.
fn note_fields(context: &FormContext, known: &FormFacts, note: &NoteSpec) -> Vec<Block> {
    let NoteSpec { label, hint, .. } = note;
    let written = context.quoted.as_ref().map_or(known.note.as_str(), |quoted| quoted.text.as_str());
    let beginning = text::beginning(written, INPUT_TEXT);
    let rest = written.strip_prefix(beginning).unwrap_or_default();
    let area = Element::text_area(field::NOTE, INPUT_TEXT).with_text(beginning);
    let note = if known.needs_note {
        Block::explained_field(field::NOTE, label, hint, area)
    } else {
        Block::optional_field(field::NOTE, label, hint, area)
    };
    let more = Element::text_area(field::MORE, LONGEST_NOTE - INPUT_TEXT).with_text(rest);
    let more = (!rest.is_empty()).then(|| Block::optional_field(field::MORE, "Rest of the note", hint, more));
    std::iter::once(note).chain(more).collect()
}

/// Returns a conversation as an option of a search field. The option carries the state that it shows.
pub fn option(conversation: &Conversation) -> Choosable {
    let number = conversation.contact.name.as_ref().map(|_| conversation.number());
    let status = match conversation.status {
        Status::Open => None,
        Status::Snoozed => Some("snoozed".to_owned()),
        Status::Done => Some("done".to_owned()),
        Status::Other => conversation.status_word.clone(),
    };
    let owner = conversation.owner.as_ref().map(|owner| owner.name.clone()).filter(|name| !name.is_empty());
    let parts: Vec<_> = [Some(conversation.title()), number, owner, status].into_iter().flatten().collect();
    Choosable::new(&parts.join(" · "), &Carried::showing(conversation).encode_within(OPTION_VALUE))
}

/// Returns the window that replaces a form while its content is looked up.
pub fn waiting(context: &FormContext) -> Modal {
    instead(context, Block::paragraph("Loading the conversation…"))
}

/// Returns the window that replaces a form whose conversation or requester is no longer in dialnote.
pub fn gone(context: &FormContext) -> Modal {
    instead(context, Block::error("dialnote has no such conversation, or you aren't a member of dialnote."))
}

fn instead(context: &FormContext, block: Block) -> Modal {
    Modal::window("waiting", verbs::spec(context.wanted.verb).form.title, String::new(), vec![block])
}

/// Returns the window that replaces a form after a refusal.
pub fn refused(why: &Refusal) -> Modal {
    Modal::window("refused", "dialnote", String::new(), refusal_view::refusal(why).blocks)
}

/// Returns the window with a search field and, optionally, a list.
pub fn window(list: Option<&ListView>, query: &Query, links: &Links) -> Modal {
    let metadata = serde_json::to_string(query).unwrap_or_default();
    let find = Element::search(Control::Find.action_id(), "okafor, 0103, Clínica del Sol");
    let label =
        Markup::default().strong("Name, number or company").ours("\nTypos are fine. The last four digits are enough.");
    let mut blocks = vec![Block::line(&label, Some(find))];
    if let Some(list) = list {
        blocks.push(Block::divider());
        blocks.extend(view::blocks(list, links));
    }
    Modal::window(LIST_CALLBACK_ID, "Find a conversation", metadata, blocks)
}

/// The settings of the channel in which the form of the rules is opened.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box that an admin ticks, or a button")]
pub struct Here {
    /// The channel.
    pub channel: ChannelId,
    /// True if the channel hides numbers and messages.
    pub masked: bool,
    /// True if the channel shows changes to everyone.
    pub aloud: bool,
    /// True if emoji on the channel's cards act.
    pub emoji: bool,
    /// True if the channel has a route, whose settings have a form of their own.
    pub routed: bool,
}

/// Returns the form of the rules, and of the channel where it was opened. `has_steps` is true if the app can have steps
/// in workflows.
pub fn rules(rules: &Rules, here: Option<&Here>, has_steps: bool) -> Modal {
    use rules_form::{
        ANSWER, AWAY, CALLBACK_ID, CONFIGURE, DONE, FROM, NOTES, REASSIGN, REMIND, UNTIL, UNTOUCHED, WORKFLOWS,
    };
    let who = |name, who: Who| {
        let options = WHO.iter().map(|(_, value, text)| Choosable::new(text, value)).collect();
        Element::menu(name, "Choose", options, WHO.iter().position(|(one, ..)| *one == who))
    };
    let notes = vec![
        (Choosable::new("Hand-offs", NOTE_ON_HANDOFF), rules.note_on_handoff),
        (Choosable::new("Marking done", NOTE_ON_DONE), rules.note_on_done),
    ];
    let how_long = |name, choices: &[(&str, &str)], now: u16| menu(name, "Choose", choices, &now.to_string());
    let configure =
        vec![(Choosable::new("Only admins can change these rules", ONLY_ADMINS), rules.only_admins_configure)];
    let mut blocks = vec![
        Block::small("These rules apply to everyone in this workspace."),
        Block::header("Permissions"),
        Block::field(REASSIGN, "Who can reassign owned conversations?", who(REASSIGN, rules.reassign)),
        Block::field(DONE, "Who can mark conversations done?", who(DONE, rules.done)),
        Block::choice(NOTES, "Require a note for", Element::checkboxes(NOTES, notes)),
        Block::choice(CONFIGURE, "Who can change these rules?", Element::checkboxes(CONFIGURE, configure)),
    ];
    blocks.extend(has_steps.then(|| {
        let steps = vec![(Choosable::new("Workflow steps can assign, find, note and list", ALLOWED), rules.workflows)];
        Block::choice(WORKFLOWS, "What can workflows do?", Element::checkboxes(WORKFLOWS, steps))
    }));
    blocks.extend([
        Block::header("Time limits"),
        Block::explained_field(
            ANSWER,
            "Remind about unaccepted hand-offs after",
            "After as much time again, the conversation returns to its sender. Counted in working hours.",
            how_long(ANSWER, &TIMES, rules.answer_within),
        ),
        Block::field(
            REMIND,
            "Remind channels about unassigned conversations after",
            how_long(REMIND, &TIMES, rules.remind_within),
        ),
        Block::field(
            UNTOUCHED,
            "Ask owners about inactive conversations after",
            how_long(UNTOUCHED, &HOURS, rules.untouched_hours),
        ),
        Block::header("Working hours"),
        Block::field(FROM, "Start", Element::time(FROM, Some(rules.working.from.to_string()))),
        Block::field(UNTIL, "End", Element::time(UNTIL, Some(rules.working.to.to_string()))),
        Block::header("Absence"),
        Block::optional_field(
            AWAY,
            "Statuses that mean away",
            "The emoji of these Slack statuses. Empty: no status means away.",
            Element::text_line(AWAY, AWAY_TEXT).with_text(&rules.away_emoji.join(" ")),
        ),
    ]);
    blocks.extend(here.into_iter().flat_map(channel_fields));
    let metadata = here.map(|here| here.channel.to_string()).unwrap_or_default();
    Modal::new(CALLBACK_ID, "Workspace rules", "Save", metadata, blocks)
}

/// Returns the fields for a channel, and the button for the settings of its route if it has one.
fn channel_fields(here: &Here) -> Vec<Block> {
    use rules_form::{CHANNEL, EMOJI};
    let shows = vec![
        (Choosable::new("Hide numbers, messages and notes", MASKED), here.masked),
        (Choosable::new("Also post changes of owner and status in the channel", ALOUD), here.aloud),
    ];
    let hint = "Teammates can press Show to see hidden details privately. Changes are always in the card's thread.";
    let settings = Markup::of("Settings for ").channel(&here.channel);
    let privacy = Block::optional_field(CHANNEL, "Privacy and changes", hint, Element::checkboxes(CHANNEL, shows));
    let reacts = vec![(Choosable::new("Let emoji on cards act", REACTS), here.emoji)];
    let emoji = Block::optional_field(EMOJI, "Emoji", EMOJI_HINT, Element::checkboxes(EMOJI, reacts));
    let mut blocks = vec![Block::header("This channel"), settings.small(), privacy, emoji];
    blocks.extend(here.routed.then(|| {
        let carried = Carried { channel: Some(here.channel.clone()), ..Carried::default() }.encode();
        let button = Element::button(Control::RouteSettings, "Settings…", &carried).about("cards, targets, assignment");
        let line = Markup::of("Cards, digest, answer targets, auto-assignment and reports of this channel");
        Block::line(&line, Some(button))
    }));
    blocks
}

/// Returns a menu of values with their labels.
fn menu(name: &'static str, placeholder: &str, choices: &[(&str, &str)], now: &str) -> Element {
    let options = choices.iter().map(|(value, text)| Choosable::new(text, value)).collect();
    Element::menu(name, placeholder, options, choices.iter().position(|(value, _)| *value == now))
}

/// Returns the permission for the value of an option.
pub fn who(value: &str) -> Option<Who> {
    WHO.iter().find(|(_, name, _)| *name == value).map(|(who, ..)| *who)
}

/// Returns the form of a user's notification preferences.
pub fn preferences(preferences: &NotificationPreferences, context: String) -> Modal {
    use wishes_form::{CALLBACK_ID, FROM, KEEPS as KEEPS_FIELD, KINDS as KINDS_FIELD, UNTIL};
    let kinds = KINDS.iter().map(|(kind, value, text)| (Choosable::new(text, value), !preferences.off.contains(kind)));
    let kinds = Element::checkboxes(KINDS_FIELD, kinds.collect());
    let quiet = |edge: fn(Hours) -> TimeOfDay| preferences.quiet.map(|quiet| edge(quiet).to_string());
    let keeps = vec![(Choosable::new("Keep hand-offs that I haven't accepted in time", KEEPS), preferences.keeps)];
    let blocks = vec![
        Block::choice(KINDS_FIELD, "Notify me by direct message when", kinds),
        Block::header("Quiet hours"),
        Block::optional_field(
            FROM,
            "Start",
            "In your time zone. Messages arrive when quiet hours end.",
            Element::time(FROM, quiet(|quiet| quiet.from)),
        ),
        Block::optional_field(UNTIL, "End", "In your time zone.", Element::time(UNTIL, quiet(|quiet| quiet.to))),
        Block::header("Hand-offs"),
        Block::optional_field(
            KEEPS_FIELD,
            "If I don't respond in time",
            "Otherwise they return to the sender.",
            Element::checkboxes(KEEPS_FIELD, keeps),
        ),
    ];
    Modal::new(CALLBACK_ID, "Notifications", "Save", context, blocks)
}
