//! The prepared workspace: a Monday morning with work in progress. The scenario first removes activity from the fixed
//! world, and then lets people and contacts repeat it, through the same requests that a person at the page causes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan, civil, tz::TimeZone};

use crate::Sandbox;
use crate::channels::Message;
use crate::deliver::{Click, Incoming};
use crate::dialnote::model::{Entry, Kind};
use crate::impossible::Impossible;
use crate::world::World;

/// The time zone of the workspace.
const ZONE: &str = "America/Los_Angeles";

/// The time on the clock when the scenario begins, and when the page opens.
const BEGINS: civil::Time = civil::time(9, 0, 10, 0);
const OPENS: civil::Time = civil::time(9, 4, 0, 0);

/// The steps of the clock while something is awaited: the app keeps to Slack's pace by the same clock.
const NUDGE: SignedDuration = SignedDuration::from_secs(1);

/// The real time between these steps.
const PAUSE: Duration = Duration::from_millis(25);

/// The most steps of one wait.
const MOST_NUDGES: usize = 400;

const FRONT: &str = "+14155550100";
const BILLING: &str = "+14155550200";
const FRONT_DESK: &str = "C0FRONT";
const BILLING_CHANNEL: &str = "C0BILLING";

/// Returns the moment at which the scenario begins: on the next Monday.
pub(super) fn begins(now: Timestamp) -> Timestamp {
    on_monday(now, BEGINS)
}

fn on_monday(now: Timestamp, time: civil::Time) -> Timestamp {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned_datetime(zone.clone()).date();
    let mondays = (0..8).filter_map(|days| today.checked_add(days.days()).ok());
    let monday = mondays.filter(|day| day.weekday() == civil::Weekday::Monday);
    let moments = monday.filter_map(|day| day.to_datetime(time).to_zoned_datetime(zone.clone()).ok());
    moments.map(|moment| moment.timestamp()).find(|moment| *moment > now).unwrap_or(now)
}

/// Removes the activity that the scenario repeats.
pub(super) fn rewind(world: &mut World) {
    let now = world.now();
    for (id, days) in [("conv_1001", 12), ("conv_1002", 40), ("conv_1004", 20), ("conv_1012", 30)] {
        had_called(world, id, now - SignedDuration::from_hours(24 * days));
    }
    for (id, owner) in [("conv_1006", None), ("conv_1009", Some("mem_leo"))] {
        if let Some(conversation) = world.dialnote.conversation_mut(id) {
            conversation.assigned_to = owner.map(str::to_owned);
        }
    }
    // After the next morning's digest, so that the digest is what follows the reminder.
    for conversation in &mut world.dialnote.conversations {
        conversation.snoozed_until = conversation.snoozed_until.map(|until| until + SignedDuration::from_hours(6));
    }
    // Friday afternoon: more than half an hour of working time ago.
    called_twice(world, "conv_1005", now - SignedDuration::from_mins(64 * 60 + 55));
}

/// Replaces a conversation's activity by an answered call.
fn had_called(world: &mut World, id: &str, at: Timestamp) {
    let entry = call(world, "Call, 3 min", at);
    replace(world, id, vec![entry]);
    if let Some(conversation) = world.dialnote.conversation_mut(id) {
        conversation.is_read = true;
    }
}

fn called_twice(world: &mut World, id: &str, at: Timestamp) {
    let calls = [0, 7].map(|minutes| call(world, "Missed call", at + SignedDuration::from_mins(minutes)));
    replace(world, id, calls.into());
}

fn call(world: &mut World, text: &str, at: Timestamp) -> Entry {
    let id = world.dialnote.new_id("msg");
    Entry { id, kind: Kind::Call, direction: "inbound".to_owned(), text: text.to_owned(), at }
}

fn replace(world: &mut World, id: &str, timeline: Vec<Entry>) {
    world.dialnote.call_logs.retain(|log| log.conversation != id);
    if let Some(conversation) = world.dialnote.conversation_mut(id) {
        conversation.created_at = timeline.first().map_or(conversation.created_at, |entry| entry.at);
        conversation.updated_at = timeline.last().map_or(conversation.updated_at, |entry| entry.at);
        conversation.timeline = timeline;
    }
}

/// Lets people and contacts do what has been done by 9:04.
pub(super) async fn play(sandbox: &Sandbox) -> Result<(), Impossible> {
    let opens = sandbox.world(|world| on_monday(world.now() - SignedDuration::from_mins(5), OPENS));
    channels_get_cards(sandbox).await?;
    leo_finishes_one(sandbox).await?;
    zoe_accepts_one(sandbox).await?;
    leo_gives_one_up(sandbox).await?;
    billing_gets_two(sandbox).await?;
    two_get_in_touch(sandbox).await?;
    sandbox.world(|world| {
        let left = opens.duration_since(world.now()).max(SignedDuration::ZERO);
        world.clock.advance(left);
        open(world);
    });
    Ok(())
}

async fn channels_get_cards(sandbox: &Sandbox) -> Result<(), Impossible> {
    for (channel, line) in [("front-desk", "/dialnote route Front desk"), ("billing", "/dialnote route Billing")] {
        sandbox.slash("maya", channel, line).await?;
    }
    until(sandbox, |world| world.messages.iter().filter(|message| message.to.is_some()).count() >= 2).await
}

async fn leo_finishes_one(sandbox: &Sandbox) -> Result<(), Impossible> {
    sandbox.slash("leo", "front-desk", "/assign me Marta Silva").await?;
    card(sandbox, "conv_1010", FRONT_DESK).await?;
    sandbox.slash("leo", "front-desk", "/done Marta Silva").await?;
    until(sandbox, |world| found_card(world, "conv_1010", FRONT_DESK).is_some_and(|card| card.edited.is_some())).await
}

async fn zoe_accepts_one(sandbox: &Sandbox) -> Result<(), Impossible> {
    sandbox.slash("maya", "front-desk", "/assign @zoe Grace Kim Their courier comes at noon.").await?;
    card(sandbox, "conv_1006", FRONT_DESK).await?;
    let asks = sandbox_waits(sandbox, |world| direct_to(world, "zoe", "conv_1006")).await?;
    sandbox.click(Click::message("zoe", "dm", &asks, "accept")).await?;
    until(sandbox, |world| world.messages.iter().any(|message| message.ts == asks && message.edited.is_some())).await
}

async fn leo_gives_one_up(sandbox: &Sandbox) -> Result<(), Impossible> {
    sandbox.slash("leo", "front-desk", "/assign me +14155550105").await?;
    card(sandbox, "conv_1005", FRONT_DESK).await?;
    sandbox.slash("leo", "front-desk", "/unassign +14155550105").await?;
    until(sandbox, |world| {
        let is_free = world.dialnote.conversation("conv_1005").is_some_and(|one| one.assigned_to.is_none());
        is_free && found_card(world, "conv_1005", FRONT_DESK).is_some_and(|card| card.edited.is_some())
    })
    .await
}

async fn billing_gets_two(sandbox: &Sandbox) -> Result<(), Impossible> {
    let words = "Hola, soy Lucía. We still wait for the invoice of the joint patient, number 4471.";
    sandbox.incoming(from("voicemail", "+14155550112", BILLING, Some(words))).await?;
    card(sandbox, "conv_1012", BILLING_CHANNEL).await?;
    sandbox.incoming(from("call", "+14155550104", BILLING, None)).await?;
    card(sandbox, "conv_1004", BILLING_CHANNEL).await?;
    sandbox.slash("maya", "billing", "/assign @zoe Robert Nguyen Asks for the March invoice.").await?;
    sandbox_waits(sandbox, |world| direct_to(world, "zoe", "conv_1004")).await.map(drop)
}

async fn two_get_in_touch(sandbox: &Sandbox) -> Result<(), Impossible> {
    let words = "Hi, this is Robert Hale. My crown came loose last night, could I come in today?";
    sandbox.incoming(from("voicemail", "+14155550102", FRONT, Some(words))).await?;
    card(sandbox, "conv_1002", FRONT_DESK).await?;
    sandbox.incoming(from("call", "+14155550101", FRONT, None)).await?;
    card(sandbox, "conv_1001", FRONT_DESK).await
}

/// Removes private answers, as a reload of Slack does, and leaves unread only Zoe's message and the cards in #billing.
fn open(world: &mut World) {
    let private: Vec<(String, String)> =
        world.messages.iter().filter(|m| m.to.is_some()).map(|m| (m.channel.clone(), m.ts.clone())).collect();
    for (channel, ts) in private {
        world.remove_message(&channel, &ts);
    }
    let waits = direct_to(world, "zoe", "conv_1004");
    let people: Vec<String> = world.people.iter().map(|person| person.id.clone()).collect();
    for person in people {
        let places =
            world.channels.iter().filter(|place| place.members.contains(&person) && place.id != BILLING_CHANNEL);
        let places: Vec<String> = places.map(|place| place.id.clone()).collect();
        for place in places {
            let seen = world.messages.iter().rev().filter(|m| m.channel == place && Some(&m.ts) != waits.as_ref());
            let seen = seen.map(|message| message.ts.clone()).next().unwrap_or_default();
            world.read.insert((person.clone(), place), seen);
        }
    }
    world.tour = crate::tour::Tour::default();
}

fn from(kind: &str, contact: &str, number: &str, text: Option<&str>) -> Incoming {
    Incoming {
        kind: kind.to_owned(),
        from: contact.to_owned(),
        to: number.to_owned(),
        text: text.map(str::to_owned),
        ..Incoming::default()
    }
}

async fn card(sandbox: &Sandbox, conversation: &str, channel: &str) -> Result<(), Impossible> {
    until(sandbox, |world| found_card(world, conversation, channel).is_some()).await
}

fn found_card<'a>(world: &'a World, conversation: &str, channel: &str) -> Option<&'a Message> {
    let is_card = |message: &&Message| {
        message.channel == channel && message.to.is_none() && !message.is_reply() && mentions(message, conversation)
    };
    world.messages.iter().rev().find(is_card)
}

fn direct_to(world: &World, who: &str, conversation: &str) -> Option<String> {
    let person = world.person(who)?;
    let place = world.channels.iter().find(|place| place.partner() == Some(&person.id))?;
    let found = world.messages.iter().rev().find(|m| m.channel == place.id && mentions(m, conversation));
    found.map(|message| message.ts.clone())
}

fn mentions(message: &Message, conversation: &str) -> bool {
    message.blocks.iter().any(|block| block.to_string().contains(conversation))
}

async fn until(sandbox: &Sandbox, is_so: impl Fn(&mut World) -> bool) -> Result<(), Impossible> {
    sandbox_waits(sandbox, |world| is_so(world).then_some(())).await
}

/// Waits until `look` returns a value. The clock runs faster than the machine's while it waits.
async fn sandbox_waits<T>(sandbox: &Sandbox, look: impl Fn(&mut World) -> Option<T>) -> Result<T, Impossible> {
    for _ in 0..MOST_NUDGES {
        if let Ok(found) = tokio::time::timeout(PAUSE, sandbox.until(&look)).await {
            return Ok(found);
        }
        sandbox.world(|world| world.clock.advance(NUDGE));
        if let Ok(host) = sandbox.shared.hosted() {
            host.look().await;
        }
    }
    Err(Impossible("the app does not do what the prepared workspace needs".to_owned()))
}
