//! The app's permissions, as few as possible, with their reasons (docs/contracts/slack.md §27).

/// A permission and its reason.
#[derive(Debug)]
pub struct Scope {
    /// Slack's name for it.
    pub name: &'static str,
    /// The reason why the app needs it.
    pub reason: &'static str,
}

/// The permissions that the app requires.
pub static SCOPES: [Scope; 5] = [
    Scope { name: "commands", reason: "You type `/assign` and its siblings." },
    Scope {
        name: "chat:write",
        reason: "It posts cards, lines in their threads, private answers and direct messages.",
    },
    Scope { name: "im:write", reason: "It opens the direct messages with you before it writes there." },
    Scope {
        name: "users:read",
        reason: "It tells full members from guests, bots and deactivated accounts, and shows names.",
    },
    Scope { name: "users:read.email", reason: "It finds out which dialnote member a Slack user is: by email address." },
];

/// Permissions that the app works without, and their benefits. The person who installs the app chooses.
pub static OPTIONAL_SCOPES: [Scope; 13] = [
    Scope {
        name: "app_mentions:read",
        reason: "You write `@dialnote done, called back` in a card’s thread or a channel; it sees no other messages.",
    },
    Scope {
        name: "channels:history",
        reason: "After a crash it looks whether a card or line of its own is already there, instead of posting it twice.",
    },
    Scope {
        name: "groups:history",
        reason: "After a crash it looks for messages of its own in private channels, too, instead of posting them twice.",
    },
    Scope { name: "usergroups:read", reason: "`/assign @frontdesk` finds out who belongs to the group." },
    Scope {
        name: "im:history",
        reason: "You write commands to it in its direct message, and it looks there for messages of its own after a crash; it sees no other direct messages.",
    },
    Scope {
        name: "channels:read",
        reason: "It finds out whether a channel is shared with another company; without it cards hide numbers and messages unless an admin says otherwise.",
    },
    Scope { name: "groups:read", reason: "It finds out whether a private channel is shared with another company." },
    Scope { name: "dnd:read", reason: "A group’s member who does not want to be disturbed is not picked." },
    Scope {
        name: "reactions:read",
        reason: "In channels that allow it, 👀, ✅ and 💤 on a card take, mark done and snooze.",
    },
    Scope { name: "links:read", reason: "It notices links to dialnote conversations." },
    Scope { name: "links:write", reason: "It shows the conversation below a link to it." },
    Scope {
        name: "assistant:write",
        reason: "Its direct message suggests what you can write, where Slack shows apps as agents.",
    },
    Scope {
        name: MCP,
        reason: "Slackbot can find, show and change conversations for you, with your rights. It needs a public address, so not with Socket Mode.",
    },
];

/// The permission that lets Slackbot call the app.
pub const MCP: &str = "mcp:connect";
