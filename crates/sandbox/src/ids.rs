//! The ids and names of the fixed world.

/// The workspace, unless there are several.
pub const TEAM: &str = "T0ACME";
/// Its name.
pub const TEAM_NAME: &str = "Acme Dental";
/// The workspace of people who are met in shared channels.
pub(super) const OTHER_TEAM: &str = "T0OTHER";
/// Its domain.
pub const DOMAIN: &str = "acme-dental";
/// The app.
pub const APP: &str = "A0DIAL";
/// The app's bot user.
pub const BOT_USER: &str = "U0BOT";
/// The app's bot.
pub const BOT: &str = "B0BOT";
/// Slack's own voice.
pub const SLACKBOT: &str = "USLACKBOT";
/// The handle under which the app appears.
pub const BOT_HANDLE: &str = "dialnote";
