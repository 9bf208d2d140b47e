//! Every sentence the app says to somebody. A refusal says what was wrong, what is accepted and
//! what to do next; nothing here ever contains the text of a fault.

use crate::domain::click::{Carried, Control};
use crate::domain::event::HistoryEntry;
use crate::domain::external_change::SOMEBODY;
use crate::domain::finding::{Finding, FindingState, PEOPLE};
use crate::domain::form::field;
use crate::domain::list::Query;
use crate::domain::people::Unlinked;
use crate::domain::policy::{Rule, Who};
use crate::domain::refusal::{About, Refusal};
use crate::domain::reply::{CommandResult, Reply, Several};
use crate::domain::text::cut;
use crate::domain::verb::Verb;
use crate::error::Service;
use crate::ids::MemberId;
use crate::view::card::{self, event, quoted};
use crate::view::element::{Confirm, Element, Style};
use crate::view::help::{QUOTE, what_note, with_usage};
use crate::view::kit::{Block, Content};
use crate::view::mrkdwn::{code, neutral, time, with_settings};
use crate::view::{connect, deed, next, people, question, report, routes, untimed};

/// How much of a conversation's history is shown.
const MOST_TOLD: usize = 20;

/// How many rows of a kind tell what came of several things that were asked for at once.
const MOST_ROWS: usize = 20;

/// The same if a note is given back: with the longest one they fit one message.
const MOST_ROWS_WITH_NOTE: usize = 10;

/// How long such a row is.
const ROW: usize = 240;

/// How many findings are shown, and how long one is.
const MOST_FINDINGS: usize = 30;
const LONGEST_FINDING: usize = 900;

/// Under the people menu of a form that was left empty.
pub const CHOOSE_SOMEBODY: &str = "Choose who is to own it.";

/// Under the menu of a snooze form that was left empty.
pub const CHOOSE_A_TIME: &str = "Choose when it is to come back.";

/// Under the time of a snooze form that has passed.
pub const CHOOSE_A_LATER_TIME: &str = "That time has passed. Choose a later one.";

/// Under the time of a snooze form that is too far away.
pub const CHOOSE_AN_EARLIER_TIME: &str = "That is more than a year away. Choose an earlier time.";

/// Under the search field of a form that was left empty.
pub const CHOOSE_A_CONVERSATION: &str = "Choose a conversation.";

/// Under the time pickers of a form that were left empty, or are the same.
pub const CHOOSE_HOURS: &str = "Choose both times, and different ones.";

/// Under the note of a form that was left empty.
pub fn write_a_note(verb: Verb) -> &'static str {
    match verb {
        Verb::Done => "Write how it ended.",
        Verb::Note => "Write the note.",
        _ => "Write what the next owner should know.",
    }
}

/// An answer for one person's eyes.
pub fn say(say: &Reply) -> Content {
    say_in(say, None)
}

/// The same above a list, which its buttons draw anew.
pub(super) fn say_in(say: &Reply, list: Option<&Query>) -> Content {
    match say {
        Reply::Done(deed) => next::offered(deed::done(deed).content(), deed, list),
        Reply::History { about, deeds } => history(about, deeds),
        Reply::Refused { why, note } => refused(why, note),
        Reply::Postponed { why, note } => people::postponed(&no(why), why, given_back(note)),
        Reply::Linked { name, member, from, before } => {
            sentence(&people::linked(name, member, from.as_deref(), before.as_deref()))
        }
        Reply::Unlinked { name, member } => sentence(&people::unlinked(name, member.as_deref())),
        Reply::WhichMember { user, name, choices, more } => people::which(user, name, choices, *more),
        Reply::NoteRefused { deed, why, note } => next::offered(note_refused(deed, why, note), deed, list),
        Reply::Question(question) => question::asked(question),
        Reply::Waiting => waits(None, Service::Dialnote, None),
        Reply::Waits { asked, service, setting, .. } => waits(asked.as_deref(), *service, setting.as_deref()),
        Reply::NotNotified { name, about, why } => sentence(&deed::couldnt_be_notified(name, about.as_ref(), why)),
        Reply::GivenUp { reference, draft } => {
            given_up(reference, &Carried { draft: Some(draft.clone()), ..Carried::default() })
        }
        Reply::List(card_view) => super::list::message(card_view),
        Reply::Shown(card_view) => card::shown(card_view),
        Reply::Several(all) => several(all, list),
        Reply::RulesChanged => sentence("Saved. The new rules hold from now on."),
        Reply::PrivacyChanged { masked: true } => sentence(
            "Saved. From now on cards in this channel hide numbers and messages; Show reveals them to teammates.",
        ),
        Reply::PrivacyChanged { masked: false } => {
            sentence("Saved. From now on cards in this channel show everything.")
        }
        Reply::ChannelChanged => sentence("Saved. It holds in this channel from now on."),
        Reply::WishesChanged => sentence("Saved."),
        Reply::Routed { channel, line } => routes::made(channel, line.as_deref()),
        Reply::RouteOff { channel } => ours(&format!("Saved. <#{channel}> gets no cards by itself any more.")),
        Reply::Routes { routes, offers } => routes::all(routes, offers),
        Reply::Welcome { connected } => welcome(*connected),
        Reply::Examined(findings) => examined(findings),
        Reply::Report { report, why } => report::alone(report, *why),
        Reply::ReportNotPosted => sentence(
            "Slack does not let me post the report here. Type /invite @dialnote, or ask an admin who may post in this \
             channel; then use the command again.",
        ),
        Reply::CardNotPosted { channel: _ } => sentence(
            "Done in dialnote, but Slack does not let me post its card here. Type /invite @dialnote, or ask an admin \
             who may post in this channel; then use the command again.",
        ),
    }
}

fn welcome(connected: bool) -> Content {
    if connected {
        return sentence("This app is installed anew, and still connected to dialnote. Everything goes on as it was.");
    }
    let text = "Thank you for installing this app. It needs one more thing: a key of your organization in dialnote.";
    with_buttons(sentence(text), vec![connect::button()])
}

/// "dialnote isn't responding. `/done Diana Okafor` is saved and runs when dialnote is back."
fn waits(asked: Option<&str>, service: Service, setting: Option<&str>) -> Content {
    let what = asked.map_or_else(|| "Your command".to_owned(), |asked| code(&cut(asked, QUOTE)));
    let why = match setting {
        Some(setting) => format!("There is no {service} at the address in {}.", code(setting)),
        None => format!("{service} isn't responding."),
    };
    let text = format!("{why} {what} is saved and runs when {service} is back.");
    let next = match setting {
        Some(_) => "Ask the operator of this app to check the setting. You don't need to repeat the command.",
        None => "You don't need to repeat it.",
    };
    Content::new(&text, vec![Block::formatted(&text), Block::small(next)])
}

/// What came of several things that were asked for at once.
fn several(all: &Several, list: Option<&Query>) -> Content {
    let Several { deeds, unnoted, refused, note, .. } = all;
    let title = deed::several(all);
    let failed = unnoted.iter().map(|(about, why)| format!("No note about {}: {}", named(about), no(why)));
    let failed = failed.map(|text| (text, None));
    let failed = failed.chain(refused.iter().map(|(which, why)| (not_done(which, why), question::anyway(why))));
    let mut blocks = next::offered_for_all(title.paragraph(), deeds, list);
    let most = if note.is_empty() { MOST_ROWS } else { MOST_ROWS_WITH_NOTE };
    blocks.extend(rows(deeds.iter().map(|deed| (deed::row(deed), next::reopening(deed, list))), most));
    blocks.extend(rows(failed, most));
    blocks.extend(refused.iter().any(|(_, why)| why.waits_for_a_link()).then(|| Block::paragraph(people::KEPT)));
    blocks.extend(given_back(note));
    Content::new(&neutral(&title.plain()), blocks)
}

/// Why one of several things was not done. Most sentences name their conversation.
fn not_done(which: &str, why: &Refusal) -> String {
    let names_it = why.about().is_some() || matches!(why, Refusal::NoConversation { .. });
    if names_it { no(why) } else { format!("{which}: {}", no(why)) }
}

/// The first of many rows, and how many more there are.
fn rows(mut texts: impl Iterator<Item = (String, Option<Element>)>, most: usize) -> Vec<Block> {
    let row = |(text, button): (String, Option<Element>)| match button {
        Some(button) => Block::row(&cut(&text, ROW), button),
        None => Block::paragraph(&cut(&text, ROW)),
    };
    let mut rows: Vec<_> = texts.by_ref().take(most).map(row).collect();
    let more = texts.count();
    rows.extend((more > 0).then(|| Block::paragraph(&format!("And {more} more."))));
    rows
}

pub(super) fn given_back(note: &str) -> Vec<Block> {
    if note.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::paragraph("Here is your note, so that it is not lost:")];
    blocks.extend(quoted(note));
    blocks
}

/// One sentence; what came from outside is in it as it is.
pub fn sentence(text: &str) -> Content {
    Content::new(&neutral(text), vec![Block::paragraph(text)])
}

/// A sentence of ours with names of channels in it; what came from outside has to be harmless already.
pub fn ours(text: &str) -> Content {
    Content::new(text, vec![Block::formatted(text)])
}

/// Which channel gets what.
fn examined(findings: &[Finding]) -> Content {
    let bad = findings.iter().filter(|finding| finding.state == FindingState::Bad).count();
    let title = match bad {
        0 => "Everything is as it has to be.".to_owned(),
        1 => "One thing is to be mended.".to_owned(),
        many => format!("{many} things are to be mended."),
    };
    let row = |finding: &Finding| {
        let mark = match finding.state {
            FindingState::Good => ":white_check_mark:",
            FindingState::Note => ":information_source:",
            FindingState::Bad => ":x:",
        };
        let channel = finding.channel.as_ref().map_or_else(String::new, |channel| format!(" <#{channel}>"));
        let words = with_settings(&cut(&finding.words, LONGEST_FINDING));
        Block::formatted(&format!("{mark} {}{channel}: {words}", finding.what))
    };
    let rows = findings.iter().take(MOST_FINDINGS).map(row);
    let people = findings.iter().any(|finding| finding.what == PEOPLE && finding.state != FindingState::Good);
    let button = people.then(|| Block::actions("actions", vec![people::button()]));
    Content::new(&title, std::iter::once(Block::paragraph(&title)).chain(rows).chain(button).collect())
}

fn history(about: &About, deeds: &[HistoryEntry]) -> Content {
    let title = match deeds {
        [] => format!("Nobody did anything about {} through this app yet.", named(about)),
        _ => format!("What happened to {}, newest first:", named(about)),
    };
    let mut blocks = vec![Block::paragraph(&title)];
    for told in deeds.iter().take(MOST_TOLD) {
        blocks.push(Block::paragraph(&format!("{} {}", told.by, event(&told.what))));
        blocks.push(Block::small(&time(told.at)));
    }
    Content::new(&neutral(&title), blocks)
}

/// "+1 415 555 0101 (Ana Lima)", or just the number or name if there is only one.
pub(super) fn named(about: &About) -> String {
    if about.number.is_empty() { about.title.clone() } else { format!("{} ({})", about.number, about.title) }
}

/// Why something was not done.
pub fn refusal(why: &Refusal) -> Content {
    refused(why, "")
}

fn refused(refusal: &Refusal, note: &str) -> Content {
    let mut content = sentence(&no(refusal));
    content.blocks.extend(given_back(note));
    match refusal {
        Refusal::Taken { about, owner, owner_id, .. } => with_buttons(content, vec![take_over(about, owner, owner_id)]),
        Refusal::NotYours { about, owner: Some(owner), owner_id: Some(owner_id) } => {
            with_buttons(content, vec![take_over(about, owner, owner_id)])
        }
        Refusal::NotYours { about, owner: None, .. } => {
            let value = Carried::conversation(&about.id).encode();
            with_buttons(content, vec![Element::button(Control::Take, "Take it", &value)])
        }
        Refusal::NoteMissing { about, verb } => {
            let control = match verb {
                Verb::Done => Control::DoneWithNote,
                Verb::Note => Control::Note,
                _ => Control::HandOff,
            };
            let value = Carried::conversation(&about.id).encode();
            with_buttons(content, vec![Element::button(control, "Write it", &value)])
        }
        Refusal::SnoozeOver { about, until, .. } => with_blocks(content, untimed::instead(about, Some(*until))),
        Refusal::SnoozeTooLong { about } => with_blocks(content, untimed::instead(about, None)),
        Refusal::Moved(moved) => with_buttons(with_blocks(content, question::end(moved)), question::buttons(moved)),
        Refusal::NotesStay { earlier: Some(earlier), .. } => with_buttons(content, vec![next::button_for(earlier)]),
        Refusal::YouAreNotLinked(Unlinked::NotConnected) => with_buttons(content, vec![connect::button()]),
        Refusal::MemberTaken { user, name, member, member_name, holder, holder_name, .. } => {
            let button = people::move_it((user, name), (member, member_name), (holder, holder_name));
            with_buttons(content, vec![button])
        }
        _ => content,
    }
}

/// The button that takes over what someone else owns, after a question.
fn take_over(about: &About, owner: &str, owner_id: &MemberId) -> Element {
    let carried = Carried { owner: Some(owner_id.clone()), ..Carried::conversation(&about.id) };
    let ask = Confirm::new(
        "Take it over?",
        &format!("{} becomes yours, and {owner} is told.", named(about)),
        "Take over",
        "Leave it",
    );
    Element::button(Control::TakeOver, "Take over", &carried.encode()).styled(Style::Danger).asking(ask)
}

fn with_blocks(mut content: Content, blocks: Vec<Block>) -> Content {
    content.blocks.extend(blocks);
    content
}

pub(super) fn with_buttons(mut content: Content, buttons: Vec<Element>) -> Content {
    content.blocks.push(Block::actions("actions", buttons));
    content
}

fn no(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NothingToUndo
        | Refusal::UndoneAlready
        | Refusal::ChangedSince { .. }
        | Refusal::TooLateToUndo(_)
        | Refusal::AllTooLateToUndo { .. }
        | Refusal::NotesStay { .. } => next::refused(refusal),
        Refusal::YouAreNotLinked(why) => people::you_are_not_linked(*why),
        Refusal::NotLinked { name, why } => people::not_linked(name, *why),
        Refusal::NotInstalled => "This app is not installed in this workspace, or not any more. \
             Ask an admin to install it."
            .to_owned(),
        Refusal::OperatorConnects => {
            "The operator of this app manages its dialnote key; it can't be changed from Slack.".to_owned()
        }
        Refusal::NotYoursToConnect => "Only admins of this workspace, and whoever installed this app, can connect it \
             to dialnote. Ask one of them."
            .to_owned(),
        Refusal::WhoIsUnknown => "I could not check whether you may change this, because Slack or dialnote did not \
             answer. Nothing changed. Try again in a moment."
            .to_owned(),
        Refusal::Moved(moved) => question::moved(moved),
        Refusal::Gone(about) => format!("dialnote no longer has the conversation with {}.", deed::contact(about)),
        Refusal::NoConversation { id } => format!(
            "dialnote has no conversation {}. It may have been deleted; \
             name it by the contact’s number or name instead.",
            cut(id.as_str(), QUOTE)
        ),
        Refusal::WrongAddress { setting } => format!(
            "dialnote can't do this at the address in {setting}. Nothing changed. \
             Ask the operator of this app to check it with `dialnote-slack doctor`."
        ),
        Refusal::Taken { about, owner, seconds_ago, .. } => match seconds_ago {
            Some(seconds) => format!("{owner} took {} {} ago.", named(about), span(*seconds)),
            None => format!("{} belongs to {owner} already.", named(about)),
        },
        Refusal::AlreadyYours(about) => format!("{} is already yours.", named(about)),
        Refusal::AlreadyTheirs { about, owner } => format!("{} is already {owner}’s.", named(about)),
        Refusal::Owned { about, owner } => format!(
            "{} belongs to {owner} already, and a group takes nothing away from anybody. Name a person instead.",
            named(about)
        ),
        Refusal::NobodyAvailable { group } => {
            format!("Nobody of {group} is in dialnote and there right now. Name a person instead.")
        }
        Refusal::GroupUnreadable { group } => format!(
            "I cannot find out who belongs to {group}. Name a person, or ask whoever set up this app to allow it \
             usergroups:read."
        ),
        Refusal::NobodyOwnsIt(about) => format!("Nobody owns {}; it is in the queue already.", named(about)),
        Refusal::AlreadySo { about, done, by } => already_so(about, *done, by.as_ref()),
        Refusal::NoteTooLong { characters, most } => {
            format!("The note has {characters} characters; dialnote takes {most}. Shorten it and try again.")
        }
        Refusal::SettingsUnreadable => {
            "The settings can't be read right now, so nothing was changed. Try again in a minute.".to_owned()
        }
        Refusal::OwnMessage => {
            "The app wrote this message, so it can't be added as a note. Choose a message that someone wrote."
                .to_owned()
        }
        Refusal::NothingToNote => {
            "This message has no text to add as a note. Type the note with /dialnote note instead.".to_owned()
        }
        Refusal::NoteMissing { verb, .. } => with_usage(&format!("{} Add a note.", what_note(*verb)), *verb),
        Refusal::TimePassed => CHOOSE_A_LATER_TIME.to_owned(),
        Refusal::TimeTooFar => CHOOSE_AN_EARLIER_TIME.to_owned(),
        Refusal::SnoozeOver { about, waited, .. } => untimed::passed(about, *waited),
        Refusal::SnoozeTooLong { about } => untimed::too_far(about),
        Refusal::NotSnoozed(about) => format!("{} is not snoozed.", named(about)),
        Refusal::FormNotOpened => "Slack did not open the form in time. Please press the button again.".to_owned(),
        Refusal::ReadOnlyKey => "This app’s dialnote key may only read. \
             Ask whoever set up the app for a key that may write."
            .to_owned(),
        Refusal::KeyRefused => "dialnote does not accept this app’s key any more. \
             Ask whoever set up the app for a new one."
            .to_owned(),
        Refusal::Dialnote { words } => format!("dialnote refused this: “{}”.", cut(words, 500).trim_end_matches('.')),
        Refusal::DidNotStick { about, owner } => format!(
            "dialnote took the change, but {}. Somebody may have changed it there at the same moment; look and try again.",
            match owner {
                Some(owner) => format!("{} belongs to {owner} now", named(about)),
                None => format!("nobody owns {} now", named(about)),
            }
        ),
        Refusal::StatusRefused { about, words } => format!(
            "dialnote refused the new status of {}: “{}”. Change it in dialnote instead.",
            named(about),
            cut(words, 500).trim_end_matches('.')
        ),
        Refusal::StatusUnchanged(about) => format!(
            "dialnote accepted the new status of {} but didn't make it. Change it in dialnote instead.",
            named(about)
        ),
        Refusal::DialnoteSilent => "dialnote did not answer in time.".to_owned(),
        Refusal::NotAllowed(rule) => not_allowed(*rule),
        Refusal::NothingGiven(about) => {
            format!("{} is not waiting for your answer: nobody gave it to you, or you answered already.", named(about))
        }
        Refusal::NotYours { about, owner: Some(owner), .. } => format!("{} belongs to {owner}.", named(about)),
        Refusal::NotYours { about, owner: None, .. } => format!("Nobody owns {}.", named(about)),
        Refusal::NothingGivenToYou => "Nothing is waiting for your answer.".to_owned(),
        Refusal::NothingYours => "Nothing open is yours.".to_owned(),
        Refusal::NothingTheirs => "Nothing open is theirs any more.".to_owned(),
        Refusal::NotedAlready(about) => {
            format!("This message is in dialnote as a note about {} already.", named(about))
        }
        Refusal::NoLine { asked, lines } => format!(
            "No shared number is called “{}”. These are there: {}.",
            cut(asked, QUOTE),
            lines.iter().map(|line| cut(line, QUOTE)).take(MOST_ROWS).collect::<Vec<_>>().join(", ")
        ),
        Refusal::NoMember { asked, nearest } => people::no_member(asked, nearest.as_deref()),
        Refusal::MemberTaken { name, member_name, holder_name, by_hand, .. } => {
            let how = if *by_hand { "was linked by hand to" } else { "has the e-mail address of" };
            format!(
                "{holder_name} {how} {member_name} in dialnote, and one member can be one person only. \
                 If that is really {name}, move the link."
            )
        }
        Refusal::NotLinkedByHand { name } => {
            format!("Nobody linked {name} by hand, so there is nothing to take away: the e-mail address counts.")
        }
        Refusal::WhichChannel => "Which channel? Type the command in it, or name it with #.".to_owned(),
        Refusal::DraftGone => "That list or button is too old. Please type the command again.".to_owned(),
    }
}

fn not_allowed(rule: Rule) -> String {
    let who = |who| match who {
        Who::Anyone => "every teammate",
        Who::OwnerAndAdmins => "the owner and admins",
        Who::Admins => "admins",
    };
    match rule {
        Rule::Reassign(may) => {
            format!("In this workspace only {} may re-assign what somebody owns. Ask one of them.", who(may))
        }
        Rule::Snooze(may) => {
            format!("In this workspace only {} may snooze what somebody else owns. Ask one of them.", who(may))
        }
        Rule::Done(may) => format!("In this workspace only {} may mark conversations done. Ask one of them.", who(may)),
        Rule::Configure => "Only admins may change the rules of this workspace.".to_owned(),
    }
}

fn already_so(about: &About, done: bool, by: Option<&(String, i64)>) -> String {
    let (name, status) = (named(about), if done { "done" } else { "open" });
    match by {
        Some((by, seconds)) if by == SOMEBODY => {
            format!("{name} is already {status}; it was changed in dialnote {} ago.", span(*seconds))
        }
        Some((by, seconds)) => format!("{name} is already {status}; {by} did that {} ago.", span(*seconds)),
        None => format!("{name} is already {status}."),
    }
}

pub(super) fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn note_refused(deed: &CommandResult, why: &Refusal, note: &str) -> Content {
    let (done, kept) = (deed::done(deed), format!("But the note was not written: {} Here it is, to keep:", no(why)));
    let blocks = [done.paragraph(), Block::paragraph(&kept)].into_iter().chain(quoted(note)).collect();
    Content::new(&neutral(&format!("{} {kept}", done.plain())), blocks)
}

fn given_up(reference: &str, carried: &Carried) -> Content {
    let text = format!(
        "I could not do this: dialnote did not answer in a usable way, and I have stopped trying. \
         If it happens again, give your admin this reference: {reference}."
    );
    with_buttons(sentence(&text), vec![Element::button(Control::Retry, "Try again", &carried.encode())])
}

/// Said in the response when a command could not be stored.
pub fn not_saved() -> Content {
    sentence("I could not save your command, so nothing was done. Please try again in a moment.")
}

/// Why a form cannot be submitted as it is: the field, and what stands under it.
pub fn field_error(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::NoteTooLong { .. } => (field::MORE, no(refusal)),
        Refusal::NotLinked { .. } => (field::TO, no(refusal)),
        _ => (field::NOTE, no(refusal)),
    }
}
