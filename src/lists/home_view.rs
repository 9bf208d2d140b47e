//! The Home tab of a user: their list, their notification preferences, and the settings for admins.

use crate::core::control::{Control, NOTHING_CARRIED};
use crate::core::conversation::Links;
use crate::core::preferences::{KINDS, NotificationPreferences};
use crate::core::query::{FILTERS, Filter};
use crate::core::rule::Who;
use crate::core::rules::Rules;
use crate::lists::content::{AdminView, HomeView, ListView};
use crate::lists::{manager_view, view};
use crate::people::people_words;
use crate::platform::slack::blocks::element::{Element, Style};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::{Emoji, Markup};
use crate::platform::slack::blocks::window::Home;

/// The most channels that are named in a line.
const MOST_CHANNELS: usize = 5;

/// Returns the whole Home tab.
pub(crate) fn home(home: &HomeView, links: &Links) -> Home {
    let mut blocks = vec![Block::header(&greeting(home.name.as_deref()))];
    match &home.list {
        Ok(list) => {
            blocks.extend(start(list));
            blocks.extend(home.admin.iter().flat_map(first_steps));
            blocks.extend(if home.is_new { introduction() } else { Vec::new() });
            blocks.push(Block::divider());
            blocks.extend(view::blocks(list, links));
            blocks.extend(home.manager.iter().flat_map(|team| manager_view::blocks(team, &list.query, links)));
            blocks.extend(home.admin.iter().flat_map(admin));
            blocks.extend(preferences(&home.preferences));
        }
        Err(person) => blocks.extend(people_words::home_not_linked(person)),
    }
    Home::new(blocks)
}

fn greeting(name: Option<&str>) -> String {
    name.map_or_else(|| "Hi".to_owned(), |name| format!("Hi {name}"))
}

/// Returns the numbers that matter first, and the two ways on.
fn start(list: &ListView) -> [Block; 2] {
    let count = |filter: &Filter| {
        let counted = FILTERS.iter().zip(&list.counts).find(|((one, _), _)| one == filter);
        counted.map_or(0, |(_, count)| *count).to_string()
    };
    let numbers = Markup::default().strong(&count(&Filter::Mine)).ours(" yours · ");
    let numbers = numbers.strong(&count(&Filter::Unassigned)).ours(" unassigned · ");
    let numbers = numbers.strong(&count(&Filter::Snoozed)).ours(" snoozed");
    let buttons = vec![
        Element::button(Control::Find, "Find a conversation", NOTHING_CARRIED),
        Element::button(Control::Help, "Commands", NOTHING_CARRIED),
    ];
    [numbers.paragraph(), Block::actions("start", buttons)]
}

/// Tells a new teammate in three lines what the app does.
fn introduction() -> Vec<Block> {
    let steps = Markup::default()
        .strong("New here?")
        .ours("\n1. A missed call, voicemail or text message appears as a card in the channel of its number.")
        .ours("\n2. Press *Take it* to own it, or assign it to a teammate.")
        .ours("\n3. Press *Done* when it's finished.");
    let show = Element::button(Control::ShowUnassigned, "Show unassigned", NOTHING_CARRIED).styled(Style::Primary);
    let hide = Element::button(Control::HideIntro, "Hide this", NOTHING_CARRIED);
    vec![Block::divider(), steps.paragraph(), Block::actions("first", vec![show, hide])]
}

fn preferences(preferences: &NotificationPreferences) -> [Block; 3] {
    let on = KINDS.iter().filter(|(kind, ..)| !preferences.off.contains(kind)).count();
    let all = KINDS.len();
    let what = match on {
        0 => "All notifications are off.".to_owned(),
        on if on == all => format!("All {all} kinds are on."),
        1 => format!("1 of {all} kinds is on."),
        on => format!("{on} of {all} kinds are on."),
    };
    let quiet = preferences.quiet.map(|quiet| format!(" Quiet hours: {}–{}.", quiet.from, quiet.to));
    let change = Element::button(Control::Wishes, "Change…", NOTHING_CARRIED).about("notifications");
    let line = Markup::of(&what).ours(&quiet.unwrap_or_default());
    [Block::divider(), Block::header("Notifications"), Block::line(&line, Some(change))]
}

/// Returns the steps that set the app up, each ticked when it is done. They are gone when all are.
fn first_steps(admin: &AdminView) -> Vec<Block> {
    let steps = [
        (admin.members.is_some() && !admin.read_only_key, "Connect dialnote: `/dialnote connect`"),
        (!admin.routes.is_empty(), "Choose a channel: `/dialnote route` in the channel that gets the cards"),
        (admin.routes.len() > admin.closed, "Invite the app there: `/invite @dialnote`"),
        (admin.members.is_some() && admin.strangers == 0 && admin.unlinked.is_empty(), "Link people: *Review…* below"),
        (admin.tried, "Try it: press *Take it* on a card, or type `/assign me`"),
    ];
    if steps.iter().all(|(done, _)| *done) {
        return Vec::new();
    }
    let done = steps.iter().filter(|(done, _)| *done).count();
    let lines = steps.iter().map(|(done, step)| {
        let line = Markup::default();
        if *done { line.emoji(Emoji::DONE).ours(step) } else { line.emoji(Emoji::TO_DO).ours("To do: ").ours(step) }
    });
    let title = Markup::default().strong(&format!("Set up · {done} of {}", steps.len()));
    vec![Block::divider(), Markup::joined("\n", std::iter::once(title).chain(lines)).paragraph()]
}

fn admin(admin: &AdminView) -> Vec<Block> {
    let rules_button = Element::button(Control::Rules, "Change…", NOTHING_CARRIED).about("rules");
    let run = Element::button(Control::Doctor, "Run checks", NOTHING_CARRIED).about("setup");
    vec![
        Block::header("Admin"),
        Block::line(&connection(admin), None),
        Block::line(&channels(admin), None),
        Block::line(&people(admin), Some(people_words::button().about("people"))),
        Block::line(&Markup::default().strong("Rules").ours(" · ").ours(&rules(&admin.rules)), Some(rules_button)),
        Block::line(&Markup::default().strong("Setup").ours(" · connection, permissions and channels"), Some(run)),
    ]
}

fn connection(admin: &AdminView) -> Markup {
    let line = |emoji| Markup::default().emoji(emoji).strong("dialnote").ours(" · ");
    match admin.members {
        _ if admin.read_only_key => line(Emoji::FAILED)
            .ours("the app's key is read-only, so nothing can be assigned. Enter a key that can write."),
        Some(1) => line(Emoji::DONE).ours("connected, 1 member"),
        Some(members) => line(Emoji::DONE).ours(&format!("connected, {members} members")),
        None => line(Emoji::FAILED).ours("isn't responding"),
    }
}

fn channels(admin: &AdminView) -> Markup {
    let routes = &admin.routes;
    let title = |emoji| Markup::default().emoji(emoji).strong("Channels").ours(" · ");
    if routes.is_empty() {
        let line = title(Emoji::FAILED).ours("no channel shows cards yet. Type ");
        return line.code("/dialnote route").ours(" in the channel that gets them.");
    }
    let shown = routes.iter().take(MOST_CHANNELS).map(|(channel, number)| {
        let line = Markup::default().channel(channel).ours(" shows ");
        match number {
            Some(number) => line.text(number),
            None => line.ours("all shared numbers"),
        }
    });
    let more = routes.len().saturating_sub(MOST_CHANNELS);
    let more = (more > 0).then(|| Markup::of(&format!("{more} more")));
    let line = Markup::joined(", ", shown.chain(more));
    match admin.closed {
        0 => title(Emoji::DONE).then("", line),
        1 => title(Emoji::FAILED).then("", line).ours(". The app can't post in 1 of them."),
        many => title(Emoji::FAILED).then("", line).ours(&format!(". The app can't post in {many} of them.")),
    }
}

fn people(admin: &AdminView) -> Markup {
    let title = |emoji| Markup::default().emoji(emoji).strong("People").ours(" · ");
    let strangers = match admin.strangers {
        0 => None,
        1 => Some("1 Slack user isn't linked to dialnote".to_owned()),
        many => Some(format!("{many} Slack users aren't linked to dialnote")),
    };
    let members = match admin.unlinked.len() {
        0 => None,
        1 => Some("1 dialnote member has no Slack user".to_owned()),
        many => Some(format!("{many} dialnote members have no Slack user")),
    };
    let missing: Vec<_> = strangers.into_iter().chain(members).collect();
    if missing.is_empty() {
        title(Emoji::DONE).ours("every dialnote member has a Slack user")
    } else {
        title(Emoji::FAILED).ours(&missing.join(" · "))
    }
}

/// Describes the time for accepting a hand-off: one reminder, and as much time again.
fn hand_offs(minutes: u16) -> Option<String> {
    let words = crate::cards::view::minutes_in_words;
    let (reminder, end) = (words(minutes), words(minutes.saturating_mul(2)));
    (minutes > 0).then(|| format!("Hand-offs: reminder after {reminder}, return after {end}"))
}

fn rules(rules: &Rules) -> String {
    let who = |who| match who {
        Who::Anyone => "Any teammate",
        Who::OwnerAndAdmins => "The owner and admins",
        Who::Admins => "Only admins",
    };
    let note = match (rules.note_on_handoff, rules.note_on_done) {
        (true, true) => Some("Note required for hand-offs and for marking done".to_owned()),
        (true, false) => Some("Note required for hand-offs".to_owned()),
        (false, true) => Some("Note required for marking done".to_owned()),
        (false, false) => None,
    };
    let after = |minutes: u16, what: &str| match minutes {
        0 => None,
        minutes => Some(format!("{what} after {}", crate::cards::view::minutes_in_words(minutes))),
    };
    let inactive = (rules.untouched_hours > 0).then(|| format!("Owners asked after {} h", rules.untouched_hours));
    let reassign = format!("{} can reassign", who(rules.reassign));
    let done = format!("{} can mark done", who(rules.done));
    let parts = [
        Some(reassign),
        Some(done).filter(|_| rules.done != Who::Anyone),
        note,
        hand_offs(rules.answer_within),
        after(rules.remind_within, "Reminders"),
        inactive,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
