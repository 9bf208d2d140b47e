//! The ids and names of the fixed world.

/// The workspace, if there is only one.
pub const TEAM: &str = "T0ACME";
/// Its name.
pub const TEAM_NAME: &str = "Acme Dental";
/// The workspace of the strangers in shared channels.
pub(super) const OTHER_TEAM: &str = "T0OTHER";
/// Its domain.
pub const DOMAIN: &str = "acme-dental";
/// The app.
pub const APP: &str = "A0DIAL";
/// The app's bot user.
pub const BOT_USER: &str = "U0BOT";
/// The app's bot.
pub const BOT: &str = "B0BOT";
/// Slack's own user.
pub const SLACKBOT: &str = "USLACKBOT";
/// The app's handle.
pub const BOT_HANDLE: &str = "dialnote";
