//! Every case of naming conversations and people, read against the sandbox's contacts and teammates. (The
//! integration tests run the same cases through the whole program.)

use serde_json::Value;
use url::Url;

use crate::commands::lookup::book::Book;
use crate::commands::lookup::people::Directory;
use crate::commands::lookup::read;
use crate::commands::lookup::reading::{Reading, UnresolvedCommand};
use crate::commands::parser;
use crate::commands::parser::Parsed;
use crate::core::assignee::Assignee;
use crate::core::colleague::Colleague;
use crate::core::command::{Action, Command};
use crate::core::conversation::{Contact, Conversation, ConversationRef, Links, Owner, SharedNumber, Status};
use crate::core::ids::{ConversationId, MemberId, SlackUserId};
use crate::core::json::Peek;
use crate::core::known_conversation::KnownConversation;

const APP: &str = "https://app.dialnote.com";

fn links() -> Links {
    Links::new(Url::parse(APP).unwrap_or_else(|_| unreachable!("a constant")))
}

fn contact(n: usize, name: &str, company: Option<&str>, phone: &str, status: Status) -> KnownConversation {
    KnownConversation::of(Conversation {
        id: ConversationId::new(format!("conv_{}", 1000 + n)),
        status,
        read: None,
        snoozed_until: None,
        owner: (n == 6).then(|| Owner::new(MemberId::new("mem_zoe"), "Zoe Park".into())),
        contact: Contact {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            company: company.map(str::to_owned),
            phone: phone.to_owned(),
        },
        line: Some(SharedNumber { number: "+14155550100".into(), name: Some("Front desk".into()) }),
        last_activity: None,
        last_note: None,
        status_word: None,
    })
}

fn contacts(case: &Value) -> Vec<KnownConversation> {
    use Status::{Done, Open, Snoozed};
    let seed = [
        ("Ana Lima", None, Open),
        ("Robert Hale", None, Open),
        ("Diana Okafor", None, Open),
        ("Robert Nguyen", None, Open),
        ("", None, Open),
        ("Grace Kim", Some("Kim Orthodontics"), Open),
        ("Tom Becker", None, Done),
        ("Priya Shah", None, Snoozed),
        ("<script>alert(1)</script> <!channel>", None, Open),
        ("Marta Silva", None, Open),
        ("Omar Haddad", None, Done),
        ("Lucía Fernández", Some("Clínica del Sol"), Open),
        ("Nora Quinn", None, Open),
        ("Julian Frost", None, Snoozed),
    ];
    let seed = seed
        .into_iter()
        .zip(1..)
        .map(|((name, company, status), n)| contact(n, name, company, &format!("+1415555{:04}", 100 + n), status));
    let more = case.list("/contacts").iter().zip(15..).map(|(more, n)| {
        let name = [more.words("/first"), more.words("/last")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        contact(n, &name, more.words("/company"), more.words("/phone").unwrap_or_default(), Open)
    });
    seed.chain(more).collect()
}

fn colleagues(case: &Value) -> Vec<Colleague> {
    let one = |handle: &str, display: &str, full: &str| Colleague {
        user: SlackUserId::new(format!("U0{}", handle.to_uppercase())),
        display: display.to_owned(),
        full: full.to_owned(),
        email: Some(format!("{handle}@acme.example")),
    };
    let seed = [
        ("maya", "Maya", "Maya Chen"),
        ("leo", "Leo", "Leo Martins"),
        ("zoe", "Zoe", "Zoe Park"),
        ("sam", "Sam", "Sam Ortiz"),
    ];
    let more = case
        .list("/people")
        .iter()
        .filter_map(|more| Some(one(more.words("/handle")?, more.words("/display")?, more.words("/name")?)));
    seed.into_iter().map(|(handle, display, full)| one(handle, display, full)).chain(more).collect()
}

/// Returns the text as Slack sends it.
fn as_sent(case: &Value) -> String {
    let typed = case.text("/type").unwrap_or_default().replace("{app}", APP);
    if case.flag("/raw") {
        return typed;
    }
    let escaped = typed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    ["maya", "leo", "zoe", "sam"]
        .into_iter()
        .fold(escaped, |text, handle| {
            text.replace(&format!("@{handle} "), &format!("<@U0{0}|{handle}> ", handle.to_uppercase()))
                .replace(&format!("@{handle},"), &format!("<@U0{}>,", handle.to_uppercase()))
                .replace(&format!("@{handle}:"), &format!("<@U0{}>:", handle.to_uppercase()))
                .replace(&format!("@{handle};"), &format!("<@U0{}>;", handle.to_uppercase()))
                .replace(&format!("@{handle}\n"), &format!("<@U0{}>\n", handle.to_uppercase()))
        })
        .replace("@frontdesk", "<!subteam^S0FRONTDESK|@frontdesk>")
}

fn with_last_mention(text: &str) -> String {
    let ends = |handle: &str| {
        text.strip_suffix(&format!("@{handle}")).map(|before| format!("{before}<@U0{}>", handle.to_uppercase()))
    };
    ["maya", "leo", "zoe", "sam", "dialnote"].into_iter().find_map(ends).unwrap_or_else(|| text.to_owned())
}

/// Reads a typed command without the rest of the program.
fn reading(case: &Value) -> Result<(Action, Reading), String> {
    let line = with_last_mention(&as_sent(case));
    let (slash, text) = line.split_once(' ').unwrap_or((&line, ""));
    let command = match parser::parse(slash, text, &links()) {
        Ok(Parsed::Do(command)) => command,
        other => return Err(format!("{other:?}")),
    };
    let Command { act, which, note } = command;
    let text = match which {
        ConversationRef::Text(text) => text,
        ConversationRef::Id(id) => {
            let who = act.named_owner().cloned();
            return Ok((act, Reading::Ready { who, ids: vec![id], by_name: Vec::new(), note }));
        }
        other => return Err(format!("{other:?}")),
    };
    let (contacts, people) = (contacts(case), colleagues(case));
    let directory = Directory { people, me: Some(SlackUserId::new("U0MAYA")) };
    let links = links();
    let asked = UnresolvedCommand { verb: act.verb(), who: None, text: &text, links: &links, apart: None };
    Ok((act.clone(), read(&asked, &Book::of(&contacts), &directory)))
}

fn is_right(case: &Value) -> Result<(), String> {
    let found = reading(case);
    let expected = case.at("/expect").cloned().unwrap_or_default();
    let wrong = || Err(format!("{expected} but {found:?}"));
    if case.words("/type").is_some_and(|typed| typed.starts_with("/inbox")) {
        return Ok(());
    }
    let ids = |ids: &[ConversationId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    if let Some(asks) = expected.at("/asks") {
        let Ok((_, Reading::WhichConversation { ids: offered, note, .. })) = &found else { return wrong() };
        let wanted: Vec<_> = asks.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let all = wanted.iter().all(|id| ids(offered).iter().any(|offered| offered == id));
        let exact = expected.flag("/more") || offered.len() == wanted.len();
        let noted = expected.text("/note").is_none_or(|wanted| wanted == note);
        return if all && exact && noted { Ok(()) } else { wrong() };
    }
    if expected.at("/asks_people").is_some() {
        return if matches!(found, Ok((_, Reading::WhichPerson { .. }))) { Ok(()) } else { wrong() };
    }
    let changes = expected.list("/changes");
    let taken = expected.at("/refuses").is_some_and(|why| matches!(why.as_str(), Some("taken" | "already_so")));
    if !changes.is_empty() || expected.at("/shows").is_some() {
        let Ok((_, reading)) = &found else { return wrong() };
        let (named, note) = match reading {
            Reading::Ready { ids, note, .. } => (ids.clone(), note),
            Reading::AllMine { .. } => return Ok(()),
            _ => return wrong(),
        };
        let mut wanted: Vec<_> = changes.iter().filter_map(|one| one.words("/conversation")).collect();
        wanted.extend(expected.list("/shows").iter().filter_map(Value::as_str));
        let same = wanted.iter().all(|id| ids(&named).iter().any(|named| named == id))
            && (taken || named.len() == wanted.len());
        let first = changes.first();
        let noted = match first {
            Some(first) if first.at("/note_any").is_some() => first
                .list("/note_any")
                .iter()
                .filter_map(Value::as_str)
                .any(|any| any.replace('@', "") == note.replace(['@', '<', '>'], "").replace("U0ZOE", "zoe")),
            Some(first) => first.text("/note").unwrap_or_default() == note,
            None => true,
        };
        return if same && noted { Ok(()) } else { wrong() };
    }
    match &found {
        Ok((_, Reading::Ready { who, .. })) => {
            let group_or_stranger = matches!(who, Some(Assignee::Group(_) | Assignee::User(_)));
            let unknown_id = case.words("/type").is_some_and(|typed| typed.contains("conv_9999"));
            let needs_note = expected.at("/form").is_some();
            if group_or_stranger || unknown_id || needs_note { Ok(()) } else { wrong() }
        }
        _ => Ok(()),
    }
}

fn run(cases: &str) {
    let failing: Vec<_> = cases
        .lines()
        .filter_map(|line| {
            let case: Value = serde_json::from_str(line).unwrap_or_default();
            let why = is_right(&case).err()?;
            Some(format!("{} {:?}: {why}", case.words("/id").unwrap_or_default(), case.text("/type")))
        })
        .collect();
    assert!(failing.is_empty(), "{} fail:\n{}", failing.len(), failing.join("\n"));
}

#[test]
fn conversations_are_named() {
    run(include_str!("../../../tests/fixtures/cases/naming.jsonl"));
}

#[test]
fn several_are_named_at_once() {
    run(include_str!("../../../tests/fixtures/cases/several.jsonl"));
}

#[test]
fn people_are_named() {
    run(include_str!("../../../tests/fixtures/cases/people.jsonl"));
}

/// Reads a typed line and summarizes the result: `do conv_1001 “note” → who`, `ask …`, `ask who`, `form …`.
fn in_short(line: &str) -> String {
    in_short_among(&[], line)
}

/// Does the same with more contacts, by their numbers: `conv_1015` and up.
fn in_short_among(phones: &[&str], line: &str) -> String {
    let contacts: Vec<_> = phones.iter().map(|phone| serde_json::json!({ "phone": phone })).collect();
    let case = serde_json::json!({ "type": line, "contacts": contacts });
    let ids = |ids: &[ConversationId]| ids.iter().map(ConversationId::as_str).collect::<Vec<_>>().join(" ");
    let to = |who: &Option<Assignee>| match who {
        Some(Assignee::User(user)) => format!(" → {user}"),
        Some(other) => format!(" → {other:?}"),
        None => String::new(),
    };
    match reading(&case) {
        Ok((_, Reading::Ready { who, ids: named, note, .. })) => format!("do {} “{note}”{}", ids(&named), to(&who)),
        Ok((_, Reading::AllMine { who, note })) => format!("do all “{note}”{}", to(&Some(who))),
        Ok((_, Reading::WhichConversation { ids: named, note, .. })) => format!("ask {} “{note}”", ids(&named)),
        Ok((_, Reading::WhichPerson { people, rest, .. })) => format!("ask who of {} “{}”", people.len(), rest.trim()),
        Ok((_, Reading::Missing { ids: named, note, .. })) => format!("form {} “{note}”", ids(&named)),
        Err(other) => other.split(['(', ' ']).take(2).collect::<Vec<_>>().join(" "),
    }
}

#[test]
fn further_inputs_of_the_same_kinds() {
    let wrong: Vec<_> = [
        ("/done Ana Lima!", "do conv_1001 “”"),
        ("/done \"Ana\" called", "do conv_1001 “called”"),
        ("/done ana-lima called", "do conv_1001 “called”"),
        ("/done Lima Ana called", "do conv_1001 “called”"),
        ("/done Ana Lima “not now”", "do conv_1001 ““not now””"),
        ("/done Ana Lima (urgent)", "do conv_1001 “(urgent)”"),
        ("/done Ana Lima ... later", "do conv_1001 “... later”"),
        ("/done Ana Lima (conv_1001) called", "do conv_1001 “called”"),
        ("/done Ana Lima +1 415 555 0101 paid", "do conv_1001 “paid”"),
        ("/done Ana Lima rang from +1 415 555 0101", "do conv_1001 “rang from +1 415 555 0101”"),
        ("/done quinn asked about Robert Hale", "ask conv_1013 conv_1002 “asked about Robert Hale”"),
        ("/done the Robert Hale thing", "ask conv_1002 “the Robert Hale thing”"),
        ("/done please call robert", "ask conv_1002 conv_1004 “please call robert”"),
        ("/done Ana Lima&Robert Hale", "do conv_1001 conv_1002 “”"),
        ("/done Ana Lima;Robert Hale; paid", "do conv_1001 conv_1002 “paid”"),
        ("/done Ana Lima, Robert Hale, no answer", "do conv_1001 conv_1002 “no answer”"),
        ("/done Ana Lima\n\nRobert Hale", "do conv_1001 conv_1002 “”"),
        ("/done Ana Lima, rob called", "form conv_1001 “called”"),
        ("/done Nora Quin", "ask conv_1013 “”"),
        ("/done kim's office called", "ask conv_1006 “office called”"),
        ("/done Nora Smith called", "ask conv_1013 “Smith called”"),
        ("/done Nora Wants a call", "ask conv_1013 “Wants a call”"),
        ("/done Nora’s tooth hurts", "ask conv_1013 “tooth hurts”"),
        ("/done nora called", "do conv_1013 “called”"),
        ("/done Marta Silva, Nora Quin, Grace Kim", "form conv_1010 conv_1006 “”"),
        ("/assign @zoe Marta Silva, Qwert Zuiop, Grace Kim: both please", "form conv_1010 conv_1006 “both please”"),
        ("/done 555 0101, 555 0102", "do conv_1001 conv_1002 “”"),
        ("/done tel:+14155550101", "do conv_1001 “”"),
        ("/done +1 212 555 0101", "form  “+1 212 555 0101”"),
        ("/done room 0101", "form  “room 0101”"),
        ("/assign @zoe @zoe conv_1001", "do conv_1001 “” → U0ZOE"),
        ("/assign @zoe me conv_1001", "ask who of 2 “conv_1001”"),
        ("/assign zoe and leo Ana Lima", "ask who of 2 “Ana Lima”"),
        ("/assign Ana Lima, Robert Hale to zoe", "do conv_1001 conv_1002 “” → U0ZOE"),
        ("/assign Ana Lima → zoe", "form conv_1001 “→ zoe”"),
        ("/assign conv_1004 to zeo please", "ask who of 2 “conv_1004 : please”"),
        ("/assign okafro to @zoe now", "ask conv_1003 “now”"),
        ("/assign @zoe please give conv_1004 a call", "do conv_1004 “please give a call” → U0ZOE"),
        ("/assign @zoe Ana Lima & Clínica del Sol: today", "do conv_1001 conv_1012 “today” → U0ZOE"),
        ("/assign all to zoe I am off", "do all “I am off” → U0ZOE"),
        ("/handoff @leo all", "do all “” → U0LEO"),
        ("/handoff @leo all the details are in her chart", "form  “all the details are in her chart”"),
        ("/handoff @leo all good with Ana Lima", "ask conv_1001 “all good with Ana Lima”"),
        ("/handoff @leo all calls like conv_1001", "do conv_1001 “all calls like” → U0LEO"),
        ("/unassign the Nora Quinn one", "ask conv_1013 “”"),
        ("/unassign @zoe Nora Quinn", "ask conv_1013 “”"),
        ("/reopen please Tom Becker", "ask conv_1007 “”"),
        ("/reopen Tom Becker", "do conv_1007 “”"),
        ("/dialnote take Ana Lima now", "ask conv_1001 “”"),
        ("/dialnote note Ana Lima", "form conv_1001 “”"),
        ("/dialnote history Robert", "ask conv_1002 conv_1004 “”"),
        ("/snooze Ana Lima until friday", "do conv_1001 “”"),
        ("/snooze Ana Lima and Nora Quinn for 2 hours", "do conv_1001 conv_1013 “”"),
        ("/done 415 555 0113, 415 555 9999: call", "form conv_1013 “call”"),
        ("/done 415 555 9999, 415 555 0113: call", "form conv_1013 “call”"),
        ("/done 415 555 0113 and 415 555 9999", "form conv_1013 “”"),
        ("/done 415 555 0113, 415 555 9999 is her cell", "do conv_1013 “415 555 9999 is her cell”"),
        ("/done Ana Lima, 415 555 9999", "form conv_1001 “”"),
        ("/done Ana Lima and 415 555 9999: both", "form conv_1001 “both”"),
        ("/done Ana Lima, 415 555 9999 is her cell", "do conv_1001 “415 555 9999 is her cell”"),
        ("/done Ana Lima\n\nfirst line\nsecond line", "do conv_1001 “first line\nsecond line”"),
        ("/done conv_1001\nfirst thing tomorrow", "do conv_1001 “first thing tomorrow”"),
        ("/done Ana Lima, first call her", "do conv_1001 “first call her”"),
        ("/done Ana Lima, Frist", "form conv_1001 “”"),
        ("/done Ana Lima: all good, and Robert Hale called", "do conv_1001 “all good, and Robert Hale called”"),
        ("/assign @leo Ana Lima: paid, Marta Silva knows", "do conv_1001 “paid, Marta Silva knows” → U0LEO"),
        ("/assign @leo Ana Lima (see conv_1002)", "do conv_1002 “Ana Lima (see)” → U0LEO"),
        ("/assign @leo 415 555 0105 x3 missed calls", "do conv_1005 “x3 missed calls” → U0LEO"),
        ("/assign @leo 415 555 0105 #1 priority", "do conv_1005 “#1 priority” → U0LEO"),
        ("/assign @leo 415 555 0105 x22: priority", "do conv_1005 “priority” → U0LEO"),
        ("/done +14155550103/+14155550110", "do conv_1003 conv_1010 “”"),
        ("/done +1 415 555 0101 / +1 415 555 0113 hm", "do conv_1001 conv_1013 “hm”"),
        ("/done Ana Lima | Nora Quinn | left", "do conv_1001 conv_1013 “left”"),
        ("/done 555 0101🙂", "do conv_1001 “🙂”"),
        ("/done 415-555-0101(urgent)", "do conv_1001 “(urgent)”"),
        ("/done Anna Limma form is wrong", "ask conv_1001 “form is wrong”"),
        ("/done Anna Lima called twice", "ask conv_1001 “called twice”"),
        ("/done ana lima's insurance called", "ask conv_1001 “insurance called”"),
        ("/done ANA LIMA!!!", "do conv_1001 “”"),
        ("/done ANA LIMA 🙂", "do conv_1001 “🙂”"),
        ("/done N o r a", "form  “N o r a”"),
        ("/done CONV_1002 paid", "do conv_1002 “paid”"),
        ("/done CONV_9999 paid", "form  “CONV_9999 paid”"),
        ("/snooze 2h", "Ok Choose"),
        ("/done it", "Ok Choose"),
    ]
    .into_iter()
    .filter_map(|(line, expected)| {
        let found = in_short(line);
        (found != expected).then(|| format!("{line:?}\n  expected {expected}\n  found    {found}"))
    })
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_extension_tells_apart_those_who_share_a_number() {
    let (bare, seven, eight) = ("+14155550125", "+14155550125;ext=7", "+14155550125 x8");
    let wrong: Vec<_> = [
        (&[bare][..], "/done +1 415 555 0125 ext 8 paid", "do conv_1015 “paid”"),
        (&[seven], "/done +1 415 555 0125 paid", "do conv_1015 “paid”"),
        (&[seven], "/done +1 415 555 0125 ext. 7 paid", "do conv_1015 “paid”"),
        (&[seven], "/done +1 415 555 0125 ext 8 paid", "ask conv_1015 “paid”"),
        (&[seven], "/done 555 0125 x8 paid", "ask conv_1015 “paid”"),
        (&[seven], "/done 415 555 0125 x7 paid", "do conv_1015 “paid”"),
        (&[bare, seven], "/done 415 555 0125 x7 paid", "do conv_1016 “paid”"),
        (&[bare, seven], "/done 415 555 0125 x2 calls", "do conv_1015 “x2 calls”"),
        (&[seven], "/done tel:+14155550125;ext=8 paid", "ask conv_1015 “paid”"),
        (&[bare, seven], "/done (415) 555-0125 #7 paid", "do conv_1016 “paid”"),
        (&[bare, seven], "/done 415 555 0125 paid", "do conv_1015 “paid”"),
        (&[bare, seven], "/done 415 555 0125 ext 8 paid", "do conv_1015 “paid”"),
        (&[seven, eight], "/done 415 555 0125,,8 paid", "do conv_1016 “paid”"),
        (&[seven, eight], "/done 415 555 0125 paid", "ask conv_1015 conv_1016 “paid”"),
    ]
    .into_iter()
    .filter_map(|(phones, line, expected)| {
        let found = in_short_among(phones, line);
        (found != expected).then(|| format!("{phones:?} {line:?}\n  expected {expected}\n  found    {found}"))
    })
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
