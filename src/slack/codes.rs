//! Slack's error codes and what each means for what is done next (docs/contracts/slack.md §13.9, §14): the one table
//! of them. A code that is not in it says nothing about whether the next try is refused, too.

use crate::domain::delivery::Why;

/// After these the token is of no use until an operator acts.
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

/// These pass.
const PASSING: [&str; 5] =
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

/// A rate limit that came without its status (§13.8).
const LIMIT: [&str; 2] = ["ratelimited", "rate_limited"];

/// A request that is not as Slack wants it: a mistake of ours.
const MALFORMED: [&str; 3] = ["invalid_blocks", "invalid_arguments", "invalid_blocks_format"];

/// A channel that takes no messages of ours.
const UNWELCOME: [&str; 5] =
    ["not_in_channel", NO_CHANNEL, ARCHIVED, "is_inactive", "restricted_action_read_only_channel"];

/// The channel is not there, or not for us. Of a person's: they cannot be sent messages (§15.3).
pub const NO_CHANNEL: &str = "channel_not_found";

/// The channel is archived.
pub const ARCHIVED: &str = "is_archived";

/// The workspace does not let us post: `restricted_action` and its kinds.
const RESTRICTED: &str = "restricted_action";

/// The message that we know of is gone.
const MESSAGE_GONE: [&str; 3] = ["message_not_found", "cant_update_message", "edit_window_closed"];

/// The window was closed or changed before that.
const VIEW_GONE: [&str; 2] = ["not_found", "hash_conflict"];

/// A message, window or home that is refused however often it is sent.
const FINAL: [&str; 27] = [
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

/// The meaning of a code, whatever was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The token is of no use.
    Token,
    /// It passes.
    Passing,
    /// A rate limit.
    Limit,
    /// The request is malformed.
    Malformed,
    /// A refusal, about which its caller decides.
    Refusal,
}

/// The meaning of a code, whatever was called.
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

/// Why a person cannot be sent messages, if the code says so.
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

/// Whether the channel takes no messages of ours.
pub fn is_unwelcome(code: &str) -> bool {
    UNWELCOME.contains(&code) || code.starts_with(RESTRICTED)
}

/// Whether the message to be changed is gone.
pub fn is_message_gone(code: &str) -> bool {
    MESSAGE_GONE.contains(&code)
}

/// Whether the window to be changed is gone.
pub fn is_view_gone(code: &str) -> bool {
    VIEW_GONE.contains(&code)
}

/// Whether the next try is refused, too. After a code that is not known it may not be.
pub fn is_final(code: &str) -> bool {
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
