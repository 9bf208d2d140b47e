//! Expectations of one command, each checked as a person would.

use std::collections::BTreeSet;

use dialnote_sandbox::{Message, View};

use super::Checked;
use super::case::{Change, Expect, Form, Kind, Owner};
use super::inbox::moment;
use super::kinds::sentences;
use super::seen::{self, Offer};
use super::stage::{Play, Said};
use super::typing;
use super::words;

/// The most conversations that may be offered.
const MOST_OFFERED: usize = 10;

/// The conversation to choose where a form leaves the choice open, with the words to search for.
const ANY: (&str, &str) = ("conv_1002", "Robert Hale");

/// Checks all expectations after a command.
pub async fn check(play: &Play, said: &Said, typed: &str, expect: &Expect) -> Checked {
    play.changed_as(expect, said)?;
    if let Some(kind) = expect.refuses {
        refuses(play, said, kind)?;
    }
    if let Some(ids) = &expect.may_offer {
        offers_only(play, said, ids)?;
    }
    if let Some(ids) = &expect.shows {
        shows(play, said, ids).await?;
    }
    if let Some(ids) = &expect.asks {
        return asks(play, said, typed, ids, expect).await;
    }
    if let Some(handles) = &expect.asks_people {
        return asks_people(play, said, handles, expect).await;
    }
    if let Some(form) = &expect.form {
        return opens(play, said, form).await;
    }
    if expect.refuses.is_some() || expect.unchanged {
        is_not_left_alone(play, said)?;
        keeps(play, said, typed, expect).await?;
    }
    Ok(())
}

/// Checks that the answers give the reason.
pub fn refuses(play: &Play, said: &Said, kind: Kind) -> Checked {
    let told = play.bot.world(|world| seen::said(world, &seen::answers(world, &said.who, said.since)));
    let right = sentences(kind).iter().any(|sentence| told.contains(sentence));
    right.then_some(()).ok_or_else(|| format!("should be refused as {kind:?}; {}", play.summary(said)))
}

/// Checks that no button is about any other conversation.
fn offers_only(play: &Play, said: &Said, ids: &[String]) -> Checked {
    let answers = play.bot.world(|world| seen::answers(world, &said.who, said.since));
    let offered = seen::offers(&answers, |_| true).iter().filter_map(Offer::conversation).collect::<BTreeSet<_>>();
    let right = offered.iter().all(|id| ids.contains(id));
    right.then_some(()).ok_or_else(|| format!("should offer nothing but {ids:?}, but offers {offered:?}"))
}

/// Checks that the last private answer is about exactly these conversations.
async fn shows(play: &Play, said: &Said, ids: &[String]) -> Checked {
    let answer = || play.bot.world(|world| seen::answers(world, &said.who, said.since).pop());
    let named =
        |message: &Message| play.bot.world(|world| seen::conversations_of(world, std::slice::from_ref(message)));
    let mut page = answer().ok_or("no answer")?;
    let mut shown = named(&page);
    // A list has several pages.
    while let Some(older) = seen::offers(std::slice::from_ref(&page), |action| action == "older").pop() {
        older.press(&play.bot, &said.who).await?;
        page = answer().ok_or("no older page")?;
        shown.extend(named(&page));
    }
    let right = shown == ids.iter().cloned().collect();
    right.then_some(()).ok_or_else(|| format!("should show {ids:?}, but shows {shown:?}; {}", play.summary(said)))
}

/// Checks that these conversations are offered, and that choosing the first completes the command.
async fn asks(play: &Play, said: &Said, typed: &str, ids: &[String], expect: &Expect) -> Checked {
    let offers = choices(play, said, "pick");
    let offered: BTreeSet<String> = offers.iter().filter_map(Offer::conversation).collect();
    if !fits(&offered, ids, expect.more) || offered.len() > MOST_OFFERED {
        return Err(format!(
            "should offer {}, but offers {offered:?}; {}",
            listed(ids, expect.more),
            play.summary(said)
        ));
    }
    let first = ids.first().ok_or("offers nothing")?;
    let offer = offers.iter().find(|offer| offer.conversation().as_ref() == Some(first)).ok_or("no offer")?;
    let pressed = play.now(&said.who);
    offer.press(&play.bot, &said.who).await?;
    if typing::verb(typed) == "history" {
        return shows(play, &pressed, std::slice::from_ref(first)).await;
    }
    let change = completed(typed, &said.who, first, expect.to.as_deref(), expect.note.as_deref());
    play.changed(&[change], &pressed).map_err(|wrong| format!("after {first} was chosen: {wrong}"))
}

/// Checks that these people are offered, and that choosing the first completes the command.
async fn asks_people(play: &Play, said: &Said, handles: &[String], expect: &Expect) -> Checked {
    let offers = choices(play, said, "pick_person");
    let handle = |id: String| play.bot.world(|world| world.person(&id).map_or(id, |person| person.handle.clone()));
    let offered: BTreeSet<String> = offers.iter().filter_map(Offer::person).map(handle).collect();
    if !fits(&offered, handles, expect.more) {
        let people = listed(handles, expect.more);
        return Err(format!("should offer {people}, but offers {offered:?}; {}", play.summary(said)));
    }
    let first = handles.first().ok_or("offers nobody")?;
    let id = play.bot.world(|world| world.person(first).map(|person| person.id.clone()));
    let offer = offers.iter().find(|offer| offer.person() == id).ok_or("no offer")?;
    offer.press(&play.bot, &said.who).await?;
    let change = Change {
        conversation: expect.conversation.clone().ok_or("a case that names the conversation")?,
        owner: Owner::Person(first.clone()),
        note: expect.keeps.clone(),
        ..Change::default()
    };
    play.changed(&[change], said).map_err(|wrong| format!("after {first} was chosen: {wrong}"))
}

fn choices(play: &Play, said: &Said, action: &str) -> Vec<Offer> {
    let answers = play.bot.world(|world| seen::answers(world, &said.who, said.since));
    seen::choices(&answers, action)
}

fn fits(offered: &BTreeSet<String>, wanted: &[String], more: bool) -> bool {
    let all = wanted.iter().all(|one| offered.contains(one));
    all && (more || offered.len() == wanted.len())
}

fn listed(wanted: &[String], more: bool) -> String {
    format!("{wanted:?}{}", if more { " and perhaps others" } else { "" })
}

/// Returns the change that a command makes to the chosen conversation.
fn completed(typed: &str, who: &str, conversation: &str, to: Option<&str>, note: Option<&str>) -> Change {
    let change = Change {
        conversation: conversation.to_owned(),
        note: note.map(str::to_owned),
        any_notes: note.is_none(),
        ..Change::default()
    };
    let status = |status: &str| Change { status: Some(status.to_owned()), ..change.clone() };
    let owner = |owner: Option<&str>| Change { owner: owner.map(str::to_owned).into(), ..change.clone() };
    match typing::verb(typed).as_str() {
        "assign" | "handoff" => owner(to),
        "take" => owner(Some(who)),
        "unassign" => owner(None),
        "done" => status("done"),
        "snooze" => status("snoozed"),
        "reopen" | "wake" => status("open"),
        _ => change,
    }
}

/// Checks that a form is open, or behind a button, with everything filled in.
async fn opens(play: &Play, said: &Said, form: &Form) -> Checked {
    let summary = play.summary(said);
    let view = seen::form_or_behind_a_button(&play.bot, &said.who, said.since).await;
    let view = view.ok_or_else(|| format!("should open a form to {}; {summary}", form.verb))?;
    let verb = view.body["callback_id"].as_str().unwrap_or_default();
    if verb != form.verb {
        return Err(format!("should open a form to {}, but opens one to {verb}", form.verb));
    }
    if let Some(to) = &form.to {
        let id = play.bot.world(|world| world.person(to).map(|person| person.id.clone()));
        let found = seen::person_in(&view);
        if found != id {
            return Err(format!("the form should name {to}, but names {found:?}"));
        }
    }
    if let Some(wanted) = &form.conversations {
        let found = seen::conversations_in(&view);
        if found != wanted.iter().cloned().collect() {
            return Err(format!("the form should be about {wanted:?}, but is about {found:?}"));
        }
    }
    match &form.when {
        Some(when) => submitting_snoozes(play, said, &view, when).await,
        None => Ok(()),
    }
}

/// Checks that the form has the time: submits it with nothing but a conversation chosen.
async fn submitting_snoozes(play: &Play, said: &Said, view: &View, when: &str) -> Checked {
    let chosen = typing::find(&play.bot, &said.who, view, ANY).await?;
    typing::submit(&play.bot, &said.who, view, chosen).await?;
    let until = moment(when, &said.at);
    let (conversation, status) = (ANY.0.to_owned(), Some("snoozed".to_owned()));
    let change = Change { conversation, status, ..Change::default() };
    play.changed(&[change], said).map_err(|wrong| format!("after the form was submitted: {wrong}"))?;
    let found = play.bot.world(|world| world.dialnote.conversation(ANY.0).and_then(|found| found.snoozed_until));
    let right = found == Some(until);
    right.then_some(()).ok_or_else(|| format!("the form should say {when} ({until}), but says {found:?}"))
}

/// Checks that the command got an answer.
fn is_not_left_alone(play: &Play, said: &Said) -> Checked {
    let answered = play.bot.world(|world| {
        !seen::answers(world, &said.who, said.since).is_empty() || seen::form(world, &said.who).is_some()
    });
    answered.then_some(()).ok_or_else(|| "should be answered, but nothing was said".to_owned())
}

/// Checks that words and person are kept: by the answer, by a form, or by an offer once it is chosen.
async fn keeps(play: &Play, said: &Said, typed: &str, expect: &Expect) -> Checked {
    if expect.keeps.is_none() && expect.to.is_none() {
        return Ok(());
    }
    let told = play.bot.world(|world| seen::said(world, &seen::answers(world, &said.who, said.since)));
    let name = expect.to.as_ref().and_then(|to| play.bot.world(|world| world.person(to).cloned()));
    let words_are_told = expect.keeps.as_ref().is_none_or(|words| told.contains(words));
    let person_is_told = name.as_ref().is_none_or(|person| {
        [format!("@{}", person.handle), person.display_name.clone()].iter().any(|name| told.contains(name))
    });
    if words_are_told && person_is_told {
        return Ok(());
    }
    let summary = play.summary(said);
    let lost = || format!("should keep {:?} and {:?}; {summary}", expect.keeps, expect.to);
    if expect.unchanged
        && let Some(offer) = choices(play, said, "pick").first()
    {
        let conversation = offer.conversation().ok_or_else(lost)?;
        offer.press(&play.bot, &said.who).await?;
        let change = completed(typed, &said.who, &conversation, expect.to.as_deref(), expect.keeps.as_deref());
        return play.changed(&[change], said).map_err(|wrong| format!("after {conversation} was chosen: {wrong}"));
    }
    let view = seen::form_or_behind_a_button(&play.bot, &said.who, said.since).await.ok_or_else(lost)?;
    let filled_in = play.bot.world(|world| {
        let texts = words::of(&view.body).into_iter().map(|text| text.plain(world));
        texts.collect::<Vec<_>>().join("\n")
    });
    let words = words_are_told || expect.keeps.as_ref().is_none_or(|words| filled_in.contains(words));
    let person = person_is_told || seen::person_in(&view) == name.map(|person| person.id);
    (words && person).then_some(()).ok_or_else(lost)
}
