//! The comments of a pane are dialnote's notes.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::audit::log;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::note;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::Stop;
use crate::platform::slack::entity::Comment;
use crate::sync::conversations;
use crate::sync::conversations::PAST_ENTRIES;

/// The most comments that Slack takes (docs/contracts/slack-2026.md §4.8).
const COMMENTS: usize = 100;

/// The writer of a note that was written in dialnote itself.
const IN_DIALNOTE: &str = "dialnote";

/// Returns a conversation's notes as comments, oldest first. A note that a person wrote in Slack is theirs.
pub(crate) async fn of(ctx: &TenantCtx, id: &ConversationId) -> Result<Vec<Comment>, Stop> {
    let notes = ctx.dialnote.notes(id).await.map_err(|error| conversations::denied(error, Some(id)))?;
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    let writers: HashMap<String, SlackUserId> = log::writers(&entries).into_iter().collect();
    let skipped = notes.len().saturating_sub(COMMENTS);
    let mut at_once: HashMap<Timestamp, usize> = HashMap::new();
    let comments = notes.into_iter().map(|(text, at)| {
        let nth = at_once.entry(at).or_default();
        *nth += 1;
        comment(&text, (at, *nth), &writers)
    });
    Ok(comments.skip(skipped).collect())
}

/// Returns a note as a comment. A note of dialnote's own is named by its time, and its number among those of that time.
fn comment(text: &str, (at, nth): (Timestamp, usize), writers: &HashMap<String, SlackUserId>) -> Comment {
    match note::signed(text) {
        Some(signed) => {
            let user = writers.get(signed.reference);
            Comment::new(signed.reference, user, signed.writer, at, signed.words)
        }
        None => Comment::new(&format!("note-{}-{nth}", at.as_microsecond()), None, IN_DIALNOTE, at, text),
    }
}

/// Returns the comment that a person has just posted, under the name that its note has from now on.
pub(crate) fn posted(user: &SlackUserId, reference: &str, words: &str, at: Timestamp) -> Comment {
    Comment::new(reference, Some(user), "", at, words)
}
