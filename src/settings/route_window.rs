//! The form of a route's settings.

use serde::{Deserialize, Serialize};

use crate::core::auto_assign::{AssigneePool, PickBy};
use crate::core::automation::{DAYS, ReturnTo};
use crate::core::control::{Control, NOTHING_CARRIED};
use crate::core::conversation::ActivityKind;
use crate::core::form::route_form::{
    ANSWER, AUTO, CALLBACK_ID, CARDS, DIGEST, FROM, MOST_OPEN, OWNER, POOL_GROUP, POOL_PEOPLE, REMIND, RETURN_AFTER,
    RETURN_TO, SHIFT, STEP, TELL, THEN_GROUP, THEN_USER, UNTIL, WARN, WEEKLY_AT, WEEKLY_DAY,
};
use crate::core::ids::{ChannelId, SlackUserId};
use crate::core::route;
use crate::core::route::{Morning, Route, RouteSettings};
use crate::core::targets::{Backup, Target, Targets};
use crate::core::working_hours::{Hours, TimeOfDay};
use crate::platform::slack::blocks::element::{Choosable, Element};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::window::Modal;
use crate::settings::route_words::minutes;

/// The most people who can be chosen for auto-assignment. A larger team has a user group.
pub(crate) const MOST_PEOPLE: usize = 50;

/// The most characters of a user group's name.
const GROUP_NAME: usize = 80;

/// The most characters of a form's metadata.
const METADATA: usize = 3000;

/// The activities that can make a card, each with its option value and label.
pub(crate) const CARDS_OF: [(ActivityKind, &str, &str); 4] = [
    (ActivityKind::MissedCall, "missed", "Missed calls"),
    (ActivityKind::Voicemail, "voicemail", "Voicemails"),
    (ActivityKind::Call, "call", "Answered calls"),
    (ActivityKind::Sms, "sms", "Text messages"),
];

/// The choices for the time of a digest: the value, and its label.
const MORNINGS: [(&str, &str); 8] = [
    (WITH_WORK, "At the start of working hours"),
    ("06:00", "At 6 am"),
    ("07:00", "At 7 am"),
    ("08:00", "At 8 am"),
    ("09:00", "At 9 am"),
    ("10:00", "At 10 am"),
    ("12:00", "At noon"),
    (NEVER, "Never"),
];

/// The value of a digest at the start of working hours.
pub(crate) const WITH_WORK: &str = "work";

/// The value of a report that never comes.
pub(crate) const NEVER: &str = "never";

/// The choice of a channel whose reminders follow the rules: the value, and its label.
const AS_RULED: (&str, &str) = ("rules", "As in the workspace rules");

/// The choices for reminders, in minutes.
const REMINDERS: [u16; 5] = [0, 15, 30, 60, 120];

/// The choices for a target, in minutes of working time.
const LIMITS: [u16; 9] = [0, 5, 10, 15, 30, 60, 120, 240, 480];

/// The choices for the time of a warning, in minutes.
const WARNINGS: [u16; 6] = [0, 5, 10, 15, 30, 60];

/// The choices for the time between two notifications, in minutes.
const STEPS: [u16; 5] = [5, 10, 15, 30, 60];

/// The choices for the number of open conversations.
const LOADS: [u16; 13] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30];

/// The choices for a time without activity, in working hours.
const IDLE: [u16; 6] = [0, 2, 4, 8, 16, 40];

/// The choices for the way of auto-assignment.
pub(crate) const WAYS: [(PickBy, &str, &str); 3] = [
    (PickBy::Off, "off", "No one: they wait until someone takes them"),
    (PickBy::InTurn, "in_turn", "In turn: whose last turn is longest ago"),
    (PickBy::LeastBusy, "least_busy", "The least busy: fewest open conversations"),
];

/// The choices for the next place of an inactive conversation.
pub(crate) const PLACES: [(ReturnTo, &str, &str); 2] =
    [(ReturnTo::Queue, "queue", "It's unassigned"), (ReturnTo::Next, "next", "It goes to the next person")];

/// The option that the owner is notified.
pub(crate) const OWNER_TOLD: &str = "owner";
/// The option that the channel is notified.
pub(crate) const CHANNEL_TOLD: &str = "channel";
/// The option that a shift's conversations are offered to the next one.
pub(crate) const OFFERED: &str = "offered";

/// The kinds of activity that have targets, as labels name them.
const KINDS: [&str; 3] = ["Missed calls", "Voicemails", "Text messages"];

/// The context that the form keeps while it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RouteFormContext {
    /// The channel.
    pub(crate) channel: ChannelId,
    /// The settings that the form shows; `None` if they don't fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shown: Option<Box<RouteSettings>>,
}

impl RouteFormContext {
    fn encode(&self) -> String {
        let whole = serde_json::to_string(self).unwrap_or_default();
        if whole.chars().count() <= METADATA {
            return whole;
        }
        serde_json::to_string(&Self { shown: None, ..self.clone() }).unwrap_or_default()
    }
}

/// Returns the form. `does` says what the route does now.
pub(crate) fn window(channel: &ChannelId, route: &Route, does: &Markup) -> Modal {
    let settings = &route.settings;
    let title = Markup::default().channel(channel).ours(" shows ").then("", shows(route));
    let mut blocks = vec![title.paragraph(), does.small()];
    blocks.extend(lists(settings));
    blocks.extend(hours(settings, route.zone.as_deref()));
    blocks.extend(targets(&settings.targets));
    blocks.extend(assignment(settings));
    blocks.extend(ending(settings));
    let preview = Element::button(Control::Preview, "Preview…", NOTHING_CARRIED);
    let offer = Markup::of("See what these settings would have done in the last 7 days, before you save them.");
    blocks.extend([Block::divider(), Block::line(&offer, Some(preview))]);
    let context = RouteFormContext { channel: channel.clone(), shown: Some(Box::new(settings.clone())) };
    Modal::new(CALLBACK_ID, "Channel settings", "Save", context.encode(), blocks)
}

/// Names the shared number of a route.
fn shows(route: &Route) -> Markup {
    match route.line.as_ref().map(route::called) {
        Some(line) => Markup::default().bold(&line),
        None => Markup::of("all shared numbers"),
    }
}

fn lists(settings: &RouteSettings) -> Vec<Block> {
    let kinds =
        CARDS_OF.iter().map(|(kind, value, text)| (Choosable::new(text, value), settings.makes_cards_of(*kind)));
    let digest = match settings.digest {
        Morning::WithWork => WITH_WORK.to_owned(),
        Morning::At(clock) => clock.to_string(),
        Morning::Never => NEVER.to_owned(),
    };
    let remind = settings.remind_within.map_or_else(|| AS_RULED.0.to_owned(), |minutes| minutes.to_string());
    let reminders = std::iter::once(owned(AS_RULED)).chain(REMINDERS.map(|one| timed(one, "Never")));
    vec![
        Block::header("Cards"),
        Block::choice(CARDS, "Show cards for", Element::checkboxes(CARDS, kinds.collect())),
        Block::header("Digest and reminders"),
        Block::field(DIGEST, "Daily digest", menu(DIGEST, MORNINGS.map(owned).to_vec(), &digest)),
        Block::field(REMIND, "Reminders about unassigned conversations", menu(REMIND, reminders.collect(), &remind)),
    ]
}

fn hours(settings: &RouteSettings, zone: Option<&str>) -> Vec<Block> {
    let edge = |edge: fn(Hours) -> TimeOfDay| settings.working.map(|working| edge(working).to_string());
    let zone = zone.map_or_else(|| "UTC".to_owned(), |zone| zone.replace('_', " "));
    let hint = format!("Empty: as in the workspace rules. Monday to Friday, in the time zone {zone}.");
    vec![
        Block::header("Working hours"),
        Block::optional_field(FROM, "Start", &hint, Element::time(FROM, edge(|hours| hours.from))),
        Block::optional_field(
            UNTIL,
            "End",
            "Targets, auto-assignment and returns count and act in these hours only.",
            Element::time(UNTIL, edge(|hours| hours.to)),
        ),
    ]
}

fn targets(targets: &Targets) -> Vec<Block> {
    let now = [targets.call, targets.voicemail, targets.sms];
    let limits = || LIMITS.map(|limit| timed(limit, "No limit")).to_vec();
    let mut blocks = vec![
        Block::header("Answer targets"),
        Block::small("Counted in working time from when the contact gets in touch. Cards show the next target."),
    ];
    for (((kind, owner), answer), Target { owner: to_owner, answer: to_answer }) in
        KINDS.into_iter().zip(OWNER).zip(ANSWER).zip(now)
    {
        let owner_menu = menu(owner, limits(), &to_owner.to_string());
        blocks.push(Block::field(owner, &format!("{kind}: an owner within"), owner_menu));
        let answer_menu = menu(answer, limits(), &to_answer.to_string());
        let hint = "Calling back, answering or marking it done meets this target.";
        blocks.push(Block::explained_field(answer, &format!("{kind}: an answer within"), hint, answer_menu));
    }
    let warnings = WARNINGS.map(|one| timed(one, "Never")).to_vec();
    let told = vec![
        (Choosable::new("Notify the owner", OWNER_TOLD), targets.tell_owner),
        (Choosable::new("At last, post in the channel", CHANNEL_TOLD), targets.tell_channel),
    ];
    let (user, group) = match &targets.then {
        Some(Backup::User(user)) => (Some(user.clone()), ""),
        Some(Backup::Group(group)) => (None, group.name.as_str()),
        None => (None, ""),
    };
    blocks.extend([
        Block::explained_field(
            WARN,
            "Warn before the end of a target",
            "The owner gets a direct message. Without an owner, the card's thread gets a line.",
            menu(WARN, warnings, &targets.warn_before.to_string()),
        ),
        Block::optional_field(
            TELL,
            "When a target is missed",
            "Each step comes only if nothing has happened until then.",
            Element::checkboxes(TELL, told),
        ),
        Block::optional_field(
            THEN_USER,
            "After the owner, notify this person",
            "By direct message.",
            Element::user(THEN_USER, "Choose a person", user),
        ),
        Block::optional_field(
            THEN_GROUP,
            "Or this user group",
            "By a mention in the card's thread that also shows in the channel. For example @frontdesk.",
            Element::text_line(THEN_GROUP, GROUP_NAME).with_text(group),
        ),
        Block::field(
            STEP,
            "Working time between two notifications",
            menu(STEP, STEPS.map(|one| timed(one, "")).to_vec(), &targets.step.to_string()),
        ),
    ]);
    blocks
}

fn assignment(settings: &RouteSettings) -> Vec<Block> {
    let auto = &settings.auto;
    let ways = WAYS.map(|(_, value, text)| owned((value, text))).to_vec();
    let way = WAYS.iter().find(|(how, ..)| *how == auto.how).map_or("", |(_, value, _)| value);
    let (group, people) = match &auto.pool {
        Some(AssigneePool::Group(group)) => (group.name.as_str(), Vec::new()),
        Some(AssigneePool::People(people)) => ("", people.clone()),
        None => ("", Vec::new()),
    };
    let loads = LOADS.map(|most| {
        let label = match most {
            0 => "No limit".to_owned(),
            1 => "1 open conversation".to_owned(),
            most => format!("{most} open conversations"),
        };
        (most.to_string(), label)
    });
    let people: Vec<SlackUserId> = people.into_iter().take(MOST_PEOPLE).collect();
    vec![
        Block::header("Auto-assignment"),
        Block::explained_field(
            AUTO,
            "New conversations go to",
            "In working hours. A conversation that has an owner keeps it, and people who are away are skipped.",
            menu(AUTO, ways, way),
        ),
        Block::optional_field(
            POOL_GROUP,
            "From this user group",
            "Its members are the shift: on-call tools can keep it up to date. For example @frontdesk.",
            Element::text_line(POOL_GROUP, GROUP_NAME).with_text(group),
        ),
        Block::optional_field(
            POOL_PEOPLE,
            "Or from these people",
            "Teammates who are linked to dialnote.",
            Element::users(POOL_PEOPLE, "Choose people", people, MOST_PEOPLE),
        ),
        Block::explained_field(
            MOST_OPEN,
            "At most, for each person",
            "If all have as many, new conversations wait for the first who has fewer.",
            menu(MOST_OPEN, loads.to_vec(), &auto.most_open.to_string()),
        ),
    ]
}

fn ending(settings: &RouteSettings) -> Vec<Block> {
    let idle = IDLE.map(|hours| match hours {
        0 => ("0".to_owned(), "Never".to_owned()),
        hours => (hours.to_string(), format!("{hours} working hours")),
    });
    let places = PLACES.map(|(_, value, text)| owned((value, text))).to_vec();
    let place = PLACES.iter().find(|(to, ..)| *to == settings.returns.to).map_or("", |(_, value, _)| value);
    let offered = vec![(Choosable::new("Offer open conversations to the next shift", OFFERED), settings.shift_change)];
    let days = (0_usize..).zip(DAYS).map(|(nth, day)| (nth.to_string(), day.to_owned()));
    let days = std::iter::once(owned((NEVER, "Never"))).chain(days).collect();
    let day = settings.weekly.map_or_else(|| NEVER.to_owned(), |weekly| weekly.day.to_string());
    vec![
        Block::header("Inactive conversations"),
        Block::explained_field(
            RETURN_AFTER,
            "Ask the owner after",
            "Without an answer or any activity for 1 more working hour, the conversation moves on.",
            menu(RETURN_AFTER, idle.to_vec(), &settings.returns.after_hours.to_string()),
        ),
        Block::field(RETURN_TO, "Then", menu(RETURN_TO, places, place)),
        Block::header("Shift change"),
        Block::optional_field(
            SHIFT,
            "At the end of working hours, or when the user group changes",
            "As one message in the channel, with a summary of each conversation. No owner changes until someone takes them.",
            Element::checkboxes(SHIFT, offered),
        ),
        Block::header("Weekly report"),
        Block::field(WEEKLY_DAY, "Day", menu(WEEKLY_DAY, days, &day)),
        Block::optional_field(
            WEEKLY_AT,
            "Time",
            "Where the channel hides details, the person who set the channel gets it by direct message.",
            Element::time(WEEKLY_AT, settings.weekly.map(|weekly| weekly.at.to_string())),
        ),
    ]
}

/// A choice: its value, and its label.
type MenuChoice = (String, String);

fn owned((value, label): (&str, &str)) -> MenuChoice {
    (value.to_owned(), label.to_owned())
}

/// Returns the choice of a number of minutes, with the label of zero.
fn timed(count: u16, zero: &str) -> MenuChoice {
    (count.to_string(), if count == 0 { zero.to_owned() } else { minutes(count) })
}

/// Returns a menu of choices. A value that another version stored is offered as well.
fn menu(name: &'static str, mut choices: Vec<MenuChoice>, now: &str) -> Element {
    if choices.iter().all(|(value, _)| value != now) {
        choices.push((now.to_owned(), now.to_owned()));
    }
    let options = choices.iter().map(|(value, text)| Choosable::new(text, value)).collect();
    Element::menu(name, "Choose", options, choices.iter().position(|(value, _)| value == now))
}
