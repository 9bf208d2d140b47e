//! Samples of what the app draws: each kind of message, window and Home tab once, with as much in it as it can have.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::cards;
use crate::commands::reply_view;
use crate::commands::result::{CommandResult, Reply, ResultKind};
use crate::core::about::About;
use crate::core::answer::AnswerBy;
use crate::core::auto_assign::{AssigneePool, AutoAssign, PickBy};
use crate::core::availability::Away;
use crate::core::card_view::{CardNote, CardView, Digest};
use crate::core::command::PendingAction;
use crate::core::conversation::{
    Activity, ActivityContext, ActivityKind, Contact, Conversation, Links, Owner, SharedNumber, Status,
};
use crate::core::delivery::{DeliveryState, Receipt};
use crate::core::direct_message::DirectMessage;
use crate::core::event::{Event, HistoryEntry};
use crate::core::form::FormContext;
use crate::core::ids::{ChannelId, ConversationId, MemberId, SlackUserId};
use crate::core::note::LONGEST_NOTE;
use crate::core::preferences::NotificationPreferences;
use crate::core::privacy::Privacy;
use crate::core::query::{FILTERS, Filter, LIST_PAGE_SIZE, Query};
use crate::core::route::{Route, RouteSettings};
use crate::core::rules::Rules;
use crate::core::sweep::Sweep;
use crate::core::verbs::Verb;
use crate::lists::content::{AdminView, HomeView, ListView, ManagerView, NumberQueue, Owned, OwnerLoad};
use crate::lists::forms_view::{self, FormFacts, Here};
use crate::lists::{home_view, view};
use crate::notifications::occasion::Occasion;
use crate::notifications::report_facts::{Counts, DayActivity, PersonActivity, Report, Waits};
use crate::notifications::shares::{Share, TargetShares};
use crate::notifications::{digest_view, direct_view, report_view};
use crate::platform::slack::blocks::window::Modal;
use crate::platform::slack::validate::Drawing;
use crate::settings::route_window::MOST_PEOPLE;
use crate::settings::route_words::SettingNames;
use crate::settings::{route_window, route_words};

/// The number of rows of a digest, of people and of days in a report.
const ROWS: usize = 10;

/// Returns the samples, each with its name in a sentence: "Slack refuses a card".
pub(super) fn all(links: &Links, now: Timestamp) -> Vec<(&'static str, Drawing)> {
    let [open, done] = [Status::Open, Status::Done].map(|status| card(status, now));
    let home = home_view::home(&home(now), links);
    vec![
        ("a card", Drawing::Message(cards::view::card(&open, links, Privacy::Full))),
        ("a masked card", Drawing::Message(cards::view::card(&open, links, Privacy::Masked))),
        ("a done card", Drawing::Message(cards::view::card(&done, links, Privacy::Full))),
        ("an answer", Drawing::Message(reply_view::content(&reply(now), None))),
        ("a list", Drawing::Message(view::message(&list(now), links))),
        ("a direct message", Drawing::Message(direct_view::message(&occasion(now), links))),
        ("a digest", Drawing::Message(digest_view::message(&digest(now), links, Privacy::Full))),
        ("a report", Drawing::Message(report_view::message(&report(now)))),
        ("a form", Drawing::Window(form(now, links))),
        ("the form of the rules", Drawing::Window(forms_view::rules(&Rules::default(), Some(&here()), true))),
        ("the form of a channel's settings", Drawing::Window(route_settings())),
        ("the form of the notifications", Drawing::Window(forms_view::preferences(&preferences(), String::new()))),
        ("the window of a list", Drawing::Window(forms_view::window(Some(&list(now)), &list(now).query, links))),
        ("a Home tab", Drawing::Home(home)),
    ]
}

fn conversation(status: Status, now: Timestamp) -> Conversation {
    let contact = Contact {
        name: Some("Ana Lima".to_owned()),
        company: Some("Lima & Filhos".to_owned()),
        phone: "+14155550101".to_owned(),
    };
    let line = SharedNumber { number: "+14155550100".to_owned(), name: Some("Front desk".to_owned()) };
    Conversation {
        id: ConversationId::new("conv_sample"),
        status,
        status_word: None,
        read: Some(false),
        snoozed_until: None,
        owner: Some(Owner::new(MemberId::new("mem_sample"), "Zoe Park".to_owned())),
        contact,
        line: Some(line),
        last_activity: Some(Activity {
            kind: ActivityKind::Voicemail,
            inbound: true,
            preview: Some("The invoice <#17> is wrong. ".repeat(LONGEST_NOTE / 28)),
            at: now,
            activity_context: ActivityContext::Nth(3),
        }),
        last_note: Some(now),
    }
}

fn card(status: Status, now: Timestamp) -> CardView {
    let by = "Maya Chen".to_owned();
    let note = CardNote { by: Some(by.clone()), text: note(), at: now };
    let what = match status {
        Status::Done => Event::Done,
        _ => Event::HandedOff { to: "Zoe Park".to_owned() },
    };
    let last = Some(HistoryEntry { at: now, by, what });
    CardView { note: Some(note), last, ..CardView::new(conversation(status, now), Some("Zoe Park".to_owned())) }
}

/// Returns the longest note that dialnote takes.
fn note() -> String {
    "Wants a call back, today & tomorrow. ".repeat(LONGEST_NOTE / 37)
}

fn cards(now: Timestamp, count: usize) -> Vec<CardView> {
    let named = |n: usize, card: CardView| {
        let id = ConversationId::new(format!("conv_sample_{n}"));
        CardView { conversation: Conversation { id, ..card.conversation }, ..card }
    };
    (0..count).map(|n| named(n, card(Status::Open, now))).collect()
}

fn reply(now: Timestamp) -> Reply {
    Reply::Done(CommandResult {
        about: About::from(&conversation(Status::Open, now)),
        what: ResultKind::HandedTo("Zoe Park".to_owned()),
        from: Some("Leo Martins".to_owned()),
        noted: true,
        picked: None,
        hidden: None,
        state: None,
        note_stays: false,
        undo: Some("act-sample".to_owned()),
        receipts: vec![Receipt { name: "Zoe Park".to_owned(), fate: Some(DeliveryState::Taken) }],
        until: Some(now),
    })
}

fn list(now: Timestamp) -> ListView {
    ListView {
        query: Query::of(Filter::All),
        whose: None,
        rows: cards(now, LIST_PAGE_SIZE),
        found: LIST_PAGE_SIZE * 3,
        page: 1,
        counts: [LIST_PAGE_SIZE; FILTERS.len()],
        notice: Vec::new(),
        silent_since: Some(now),
        reading: true,
        sweep: Some(Sweep { owner: MemberId::new("mem_sample"), name: "Zoe Park".to_owned(), of: LIST_PAGE_SIZE }),
    }
}

fn occasion(now: Timestamp) -> Occasion {
    let notice = DirectMessage::YoursNow {
        actor: "Maya Chen".to_owned(),
        conversation: Box::new(conversation(Status::Open, now)),
        note: note(),
        handoff: true,
        answer_by: Some(AnswerBy { reminder: now, end: now }),
        reason: None,
    };
    Occasion { notices: vec![notice], answers: Vec::new() }
}

fn digest(now: Timestamp) -> Digest {
    let waiting = cards(now, ROWS).into_iter().map(|card| CardView { owner: None, ..card }).collect();
    let back = vec![conversation(Status::Snoozed, now)];
    Digest { waiting, more: ROWS, back, loads: vec![("Zoe Park".to_owned(), ROWS)], ..Digest::at(now) }
}

fn report(now: Timestamp) -> Report {
    let dates = TimeZone::UTC.to_datetime(now).date().series(1.day()).take(ROWS);
    let days = dates.map(|date| DayActivity { date, done: 1, snoozed: 2, owned: 3, waiting: 4 }).collect();
    let answers = Share { met: 3, of: 4 };
    let counts = Counts { open: 1, assigned: 2, done: 3, to_done: Some(60) };
    let people =
        (0..ROWS).map(|_| PersonActivity { name: "Zoe Park".to_owned(), counts: counts.clone(), answers }).collect();
    let waits = Waits { to_owner: Some(60), to_done: Some(600), handed: 1 };
    let targets = TargetShares { owner: answers, answer: answers, to_answer: Some(600) };
    let targets_before = targets.clone();
    let (by, before) = (Some("Maya Chen".to_owned()), waits.clone());
    Report { by, week: None, line: None, days, before, waits, people, targets, targets_before }
}

fn form(now: Timestamp, links: &Links) -> Modal {
    let shown = card(Status::Open, now);
    let context = FormContext::new(PendingAction::only(Verb::Handoff), Some(shown.conversation.id.clone()), None);
    let changed = Some("Ana Lima is assigned to Leo now. Submitting changes that.".to_owned());
    let known = FormFacts { shown: Some(shown), changed, needs_note: true, note: note(), ..FormFacts::default() };
    forms_view::form(&context, &known, links)
}

fn here() -> Here {
    Here { channel: ChannelId::new("C0SAMPLE"), masked: true, aloud: true, emoji: true, routed: true }
}

/// Returns the form with as much chosen as it can have.
fn route_settings() -> Modal {
    let people = (0..MOST_PEOPLE).map(|nth| SlackUserId::new(format!("U0SAMPLE{nth:03}"))).collect();
    let auto = AutoAssign { how: PickBy::LeastBusy, pool: Some(AssigneePool::People(people)), most_open: 8 };
    let working = Some(Rules::default().working);
    let settings = RouteSettings { auto, working, shift_change: true, ..RouteSettings::default() };
    let route = Route { settings, ..Route::of_all() };
    let does = route_words::paragraph(&route, &Rules::default(), &SettingNames::new());
    route_window::window(&ChannelId::new("C0SAMPLE"), &route, &does)
}

fn preferences() -> NotificationPreferences {
    NotificationPreferences { quiet: Some(Rules::default().working), ..NotificationPreferences::default() }
}

fn home(now: Timestamp) -> HomeView {
    let admin = AdminView {
        rules: Rules::default(),
        members: Some(ROWS),
        read_only_key: false,
        unlinked: vec!["Zoe Park".to_owned()],
        strangers: 1,
        routes: vec![(ChannelId::new("C0SAMPLE"), Some("Front desk".to_owned()))],
        closed: 1,
        tried: false,
    };
    HomeView {
        list: Ok(list(now)),
        name: Some("Maya".to_owned()),
        is_new: true,
        preferences: preferences(),
        manager: Some(team(now)),
        admin: Some(admin),
    }
}

fn team(now: Timestamp) -> ManagerView {
    let name = "Zoe Park".to_owned();
    let queue = NumberQueue { name: Some("Front desk".to_owned()), unassigned: ROWS, nearest: cards(now, 3) };
    let sweep = Sweep { owner: MemberId::new("mem_sample"), name: name.clone(), of: ROWS };
    let away = Some(Away::DoNotDisturb(now));
    let person = OwnerLoad {
        name: name.clone(),
        user: None,
        owned: Owned { open: ROWS, snoozed: ROWS },
        away,
        sweep: Some(sweep),
    };
    ManagerView { queues: vec![queue], more: 1, people: vec![person], more_people: 1, free: vec![name] }
}
