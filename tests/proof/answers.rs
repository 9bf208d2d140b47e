//! The answers to people's commands, in the place where they asked.

use std::collections::HashMap;

use dialnote_sandbox::{Call, World};

/// Words of which every answer that is not a "no" has one.
const YES: [&str; 9] = [
    "Assigned ",
    "Reassigned ",
    "Marked ",
    "Reopened ",
    "You took ",
    " is done.",
    " is open again.",
    "Nothing else changed",
    " already ",
];

/// Returns every answer that was posted: its path and its words.
pub fn answers(world: &World) -> HashMap<&str, Vec<&str>> {
    let mut answers: HashMap<&str, Vec<&str>> = HashMap::new();
    for call in world.calls.iter().filter(|call| call.method == "response_url" && is_answer(call)) {
        answers.entry(&call.path).or_default().push(words(call));
    }
    answers
}

/// Returns the number of answers that a person (by user id) got in a channel instead, because they did not get through.
pub fn in_channel(world: &World, user: &str) -> usize {
    let said = world.calls.iter().filter(|call| call.method == "chat.postEphemeral" && is_answer(call));
    said.filter(|call| call.body["user"] == user).count()
}

/// Returns the answer at this path that means that nothing was done.
pub fn refusal<'a>(world: &'a World, path: &str) -> Option<&'a str> {
    let said = world.calls.iter().rev().filter(|call| call.path == path && is_answer(call)).map(words);
    said.into_iter().find(|words| is_no(words))
}

/// Answers whether these words mean that nothing was done.
pub fn is_no(words: &str) -> bool {
    !YES.iter().any(|yes| words.contains(yes))
}

/// Answers whether a call was an answer, not just the notice that a command waits.
fn is_answer(call: &Call) -> bool {
    call.acted && !words(call).contains("is saved and runs")
}

fn words(call: &Call) -> &str {
    call.body["text"].as_str().unwrap_or_default()
}
