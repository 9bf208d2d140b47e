//! Buttons, menus and forms carry their values whole, for every accepted length of texts and ids.

use dialnote_slack::cards::view as card;
use dialnote_slack::commands::parser::{Parsed, parse};
use dialnote_slack::commands::refusal_view;
use dialnote_slack::core::about::About;
use dialnote_slack::core::card_view::CardView;
use dialnote_slack::core::command::{Action, Command, PendingAction};
use dialnote_slack::core::control::Carried;
use dialnote_slack::core::conversation::{Contact, Conversation, ConversationRef, Links, Owner, Status};
use dialnote_slack::core::form::{FormContext, Quoted};
use dialnote_slack::core::ids::{ChannelId, ConversationId, MemberId, SlackUserId, ViewId};
use dialnote_slack::core::privacy::Privacy;
use dialnote_slack::core::query::{Filter, Query};
use dialnote_slack::core::refusal::Refusal;
use dialnote_slack::core::request_context::{ListPlace, Listed, ReplyTarget};
use dialnote_slack::core::sweep::Sweep;
use dialnote_slack::lists::content::ListView;
use dialnote_slack::lists::{forms_view, view as list_view};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

fn links() -> Links {
    Links::new("https://app.dialnote.com".parse().unwrap())
}

/// Returns a conversation as a person may name it, if the parser accepts it.
fn id() -> impl Strategy<Value = ConversationId> {
    "[a-z]{2,8}_[A-Za-z0-9_-]{1,130}9".prop_filter_map("no id", |word| match parse("/unassign", &word, &links()) {
        Ok(Parsed::Do(Command { which: ConversationRef::Id(id), act: Action::Unassign, .. })) => Some(id),
        _ => None,
    })
}

fn conversation(id: &ConversationId, owner: Option<&str>, status: Status) -> Conversation {
    Conversation {
        id: id.clone(),
        status,
        read: None,
        snoozed_until: None,
        owner: owner.map(|owner| Owner::new(MemberId::new(owner), "Zoe".to_owned())),
        contact: Contact { name: None, company: None, phone: "+14155550101".to_owned() },
        line: None,
        last_activity: None,
        last_note: None,
        status_word: None,
    }
}

/// Checks that every value to be sent back is within Slack's limits and was not cut.
fn comes_back(value: &Value) {
    match value {
        Value::Array(all) => all.iter().for_each(comes_back),
        Value::Object(fields) => {
            let limits = [("value", if fields.contains_key("action_id") { 2000 } else { 150 }), ("block_id", 255)];
            for (field, most) in limits.into_iter().chain([("private_metadata", 3000)]) {
                let Some(carried) = fields.get(field).and_then(Value::as_str) else { continue };
                assert!(carried.chars().count() <= most, "{field} is too long: {carried}");
                let begin = carried.find('{').filter(|_| field != "value" || carried.starts_with('{'));
                let is_whole = begin.is_none_or(|begin| serde_json::from_str::<Value>(&carried[begin..]).is_ok());
                assert!(is_whole, "{field} was cut: {carried}");
            }
            fields.values().for_each(comes_back);
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn lists_cards_and_answers_carry_what_comes_back(
        id in id(),
        typed in prop_oneof!["\\PC{0,200}", "[\"\\\\\u{1}\n😀]{0,200}", "<@U[A-Z0-9]{8,12}> .{0,150}"],
        page in 0..5_000usize,
        only in any::<bool>(),
        owner in proptest::option::of("[a-z0-9-]{1,128}"),
        status in prop_oneof![Just(Status::Open), Just(Status::Done), Just(Status::Snoozed)],
    ) {
        let mut query = Query { page, ..Query::parse(&typed) };
        if only {
            query.filter = Filter::Only(id.clone());
        }
        let card_view = CardView::new(conversation(&id, owner.as_deref(), status), None);
        let list = ListView {
            query: query.clone(),
            whose: None,
            rows: vec![card_view.clone()],
            found: 60_000,
            page: page + 1,
            counts: [60_000; 7],
            notice: Vec::new(),
            silent_since: None,
            reading: false,
            sweep: owner.as_deref().map(|owner| Sweep { owner: MemberId::new(owner), name: typed.clone(), of: 60_000 }),
        };
        comes_back(&serde_json::to_value(list_view::message(&list, &links())).unwrap());
        comes_back(&serde_json::to_value(forms_view::window(Some(&list), &query, &links())).unwrap());
        for privacy in [Privacy::Full, Privacy::Masked] {
            comes_back(&serde_json::to_value(card::card(&card_view, &links(), privacy)).unwrap());
        }
        comes_back(&serde_json::to_value(forms_view::option(&card_view.conversation)).unwrap());
        let about = About { id, title: String::new(), number: String::new() };
        let owner_id = MemberId::new(owner.unwrap_or_default());
        let why = Refusal::Taken { about, owner: String::new(), owner_id, seconds_ago: None };
        comes_back(&serde_json::to_value(refusal_view::refused(&why, &typed)).unwrap());
        let carried = Carried::list(&query);
        prop_assert_eq!(Carried::decode(&carried.encode()), Some(carried));
    }

    #[test]
    fn forms_remember_what_they_are_about(
        id in proptest::option::of(id()),
        line in prop_oneof![
            Just("/snooze tomorrow 9am".to_owned()),
            Just("/handoff <@U0ZOE>".to_owned()),
            Just("/done".to_owned()),
            Just("/dialnote note".to_owned()),
        ],
        searched in "[\"\\\\\n😀x]{0,200}",
        quoted in proptest::option::of("[\"\\\\\nxж😀]{0,2900}"),
        url in "https://hooks\\.slack\\.com/actions/[A-Z0-9]{11}/[0-9]{13}/[A-Za-z0-9]{24}",
    ) {
        let (slash, text) = line.split_once(' ').unwrap_or((&line, ""));
        let wanted = match parse(slash, text, &links()).unwrap() {
            Parsed::Choose(wanted) => wanted,
            other => panic!("{other:?}"),
        };
        let list = Listed { query: Query::parse(&searched), place: ListPlace::View(ViewId::new("V0123456789")) };
        let context = FormContext {
            list: Some(list),
            reply: Some(ReplyTarget { url, until: Timestamp::MAX, replace: true }),
            quoted: quoted.map(|text| Quoted { message: "C0123456789:1700000000.123456".to_owned(), text }),
            ..FormContext::new(wanted, id, Some(ChannelId::new("C0123456789")))
        };
        let form = serde_json::to_value(forms_view::form(&context, &forms_view::FormFacts::default(), &links())).unwrap();
        comes_back(&form);
        let memory: FormContext = serde_json::from_str(form["private_metadata"].as_str().unwrap()).unwrap();
        prop_assert_eq!(&memory.conversation, &context.conversation);
        prop_assert_eq!(memory.quoted.map(|quoted| quoted.message), context.quoted.map(|quoted| quoted.message));
        let chosen = Carried { wanted: Some(PendingAction { to: Some(SlackUserId::new("U0123456789")), ..memory.wanted }), ..Carried::default() };
        prop_assert!(chosen.encode().len() <= 2000);
    }
}
