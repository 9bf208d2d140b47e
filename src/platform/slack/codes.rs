//! The one table of Slack's error codes and of their consequences (docs/contracts/slack.md §13.9, §14). A code that is
//! not in it does not tell whether the next try would be refused, too.

use crate::core::delivery::Why;

/// The codes after which the token cannot be used until an operator acts.
const TOKEN: [&str; 10] = [
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
    "missing_scope",
    "team_access_not_granted",
    "org_login_required",
    "ekm_access_denied",
];

/// The codes of temporary failures.
const PASSING: [&str; 5] =
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

/// The codes of a rate limit that came without its HTTP status (§13.8).
const LIMIT: [&str; 2] = ["ratelimited", "rate_limited"];

/// The codes of a malformed request: a bug in the app.
const MALFORMED: [&str; 3] = [INVALID_BLOCKS, INVALID_ARGUMENTS, "invalid_blocks_format"];

/// The code of blocks that Slack refuses, or of a picture in them that it cannot fetch.
pub(crate) const INVALID_BLOCKS: &str = "invalid_blocks";

/// The code of arguments that Slack refuses, among them the blocks of a window.
pub(crate) const INVALID_ARGUMENTS: &str = "invalid_arguments";

/// The codes of a channel that the app cannot post in.
const UNWELCOME: [&str; 5] =
    ["not_in_channel", NO_CHANNEL, ARCHIVED, "is_inactive", "restricted_action_read_only_channel"];

/// The code of a channel that does not exist or is hidden from the app. For a person's channel: they cannot be sent
/// messages (§15.3).
pub(crate) const NO_CHANNEL: &str = "channel_not_found";

/// The code of an archived channel.
pub const ARCHIVED: &str = "is_archived";

/// The prefix of the codes with which a workspace forbids the app to post: `restricted_action` and its kinds.
const RESTRICTED: &str = "restricted_action";

/// The codes of a message that is gone.
const MESSAGE_GONE: [&str; 3] = ["message_not_found", "cant_update_message", "edit_window_closed"];

/// The codes of a window that was closed or changed before the call.
const VIEW_GONE: [&str; 2] = ["not_found", "hash_conflict"];

/// The codes of a message, window or home that Slack refuses at every try.
const FINAL: [&str; 30] = [
    "cannot_reply_to_message",
    "cant_broadcast_message",
    "cannot_find_message",
    "cannot_find_service",
    "cannot_prompt",
    "cannot_unfurl_message",
    "cannot_unfurl_url",
    "duplicate_external_id",
    "expired_trigger_id",
    "exchanged_trigger_id",
    "file_not_found",
    "file_uploads_disabled",
    "entity_metadata_does_not_match_trigger",
    "feature_not_enabled",
    "invalid_metadata",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_trigger_id",
    "markdown_text_conflict",
    "metadata_too_large",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "not_enabled",
    "push_limit_reached",
    "team_not_found",
    "thread_not_found",
    "too_many_attachments",
    "user_not_in_channel",
    "view_too_large",
];

/// The meaning of a code, independent of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The token cannot be used.
    Token,
    /// A temporary failure.
    Passing,
    /// A rate limit.
    Limit,
    /// The request is malformed.
    Malformed,
    /// A refusal; the caller decides about it.
    Refusal,
}

/// Returns the meaning of a code, independent of the method.
pub(super) fn meaning(code: &str) -> Meaning {
    if LIMIT.contains(&code) {
        Meaning::Limit
    } else if PASSING.contains(&code) {
        Meaning::Passing
    } else if TOKEN.contains(&code) {
        Meaning::Token
    } else if MALFORMED.contains(&code) {
        Meaning::Malformed
    } else {
        Meaning::Refusal
    }
}

/// Returns the reason why a person cannot be sent messages, if the code names one.
pub fn unreachable(code: &str) -> Option<Why> {
    Some(match code {
        "user_disabled" | "is_inactive" => Why::Deactivated,
        NO_CHANNEL | "user_not_found" | "user_not_visible" | "not_in_channel" => Why::NotFound,
        "cannot_dm_bot" => Why::Bot,
        "messages_tab_disabled" => Why::NoMessagesTab,
        code if code.starts_with(RESTRICTED) => Why::Restricted,
        _ => return None,
    })
}

/// Answers whether the app cannot post in the channel.
pub(crate) fn is_unwelcome(code: &str) -> bool {
    UNWELCOME.contains(&code) || code.starts_with(RESTRICTED)
}

/// Answers whether the message to be changed is gone.
pub(crate) fn is_message_gone(code: &str) -> bool {
    MESSAGE_GONE.contains(&code)
}

/// Answers whether the window to be changed is gone.
pub(crate) fn is_view_gone(code: &str) -> bool {
    VIEW_GONE.contains(&code)
}

/// Answers whether entities were refused.
pub(crate) fn is_about_metadata(code: &str) -> bool {
    code.starts_with("invalid_metadata") || matches!(code, "metadata_too_large" | "feature_not_enabled")
}

/// Answers whether the next try would be refused, too. After an unknown code it might succeed.
pub(crate) fn is_final(code: &str) -> bool {
    let gone = is_message_gone(code) || is_view_gone(code);
    gone || FINAL.contains(&code) || is_unwelcome(code) || unreachable(code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_one_meaning() {
        let refusals = FINAL.iter().chain(&UNWELCOME).chain(&MESSAGE_GONE).chain(&VIEW_GONE);
        for code in refusals {
            assert_eq!((meaning(code), is_final(code)), (Meaning::Refusal, true), "{code}");
        }
        for code in TOKEN.iter().chain(&PASSING).chain(&LIMIT).chain(&MALFORMED) {
            assert!(meaning(code) != Meaning::Refusal && !is_final(code), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_not_final() {
        assert_eq!(meaning("brand_new_error"), Meaning::Refusal);
        assert!(!is_final("brand_new_error") && !is_final("no error code"));
    }
}
