//! Slack's knowledge of the app from `manifest.yml`: the commands it completes, the shortcuts it offers, the events and
//! links it reports to the app.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The bot scopes without which events are not sent (docs/contracts/slack-2026.md §1.5); other events need none.
const EVENT_SCOPES: [(&str, &str); 10] = [
    ("app_context_changed", "assistant:write"),
    ("app_mention", "app_mentions:read"),
    ("link_shared", "links:read"),
    ("message.im", "im:history"),
    ("reaction_added", "reactions:read"),
    ("reaction_removed", "reactions:read"),
    ("subteam_members_changed", "usergroups:read"),
    ("team_join", "users:read"),
    ("user_change", "users:read"),
    ("user_status_changed", "users:read"),
];

/// Returns the bot scope that an event needs, if it needs one.
pub(super) fn scope_of(event: &str) -> Option<&'static str> {
    EVENT_SCOPES.iter().find(|(name, _)| *name == event).map(|(_, scope)| *scope)
}

/// Returns every bot scope that an event needs.
pub(super) fn event_scopes() -> impl Iterator<Item = &'static str> {
    EVENT_SCOPES.iter().map(|(_, scope)| *scope)
}

/// The parts of the manifest that a person notices.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Installed {
    features: Features,
    oauth_config: OauthConfig,
    settings: Settings,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct OauthConfig {
    redirect_urls: Vec<String>,
    scopes: Scopes,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Scopes {
    bot: Vec<String>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Features {
    agent_view: AgentView,
    app_home: AppHome,
    bot_user: BotUser,
    slash_commands: Vec<SlashCommand>,
    shortcuts: Vec<DeclaredShortcut>,
    unfurl_domains: Vec<String>,
    rich_previews: RichPreviews,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct RichPreviews {
    is_active: bool,
    entity_types: Vec<String>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct AppHome {
    home_tab_enabled: bool,
    messages_tab_enabled: bool,
    messages_tab_read_only_enabled: bool,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct AgentView {
    agent_description: String,
    suggested_prompts: Vec<SuggestedPrompt>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct SuggestedPrompt {
    title: String,
    message: String,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct BotUser {
    display_name: String,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct SlashCommand {
    command: String,
    description: String,
    usage_hint: String,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct DeclaredShortcut {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    callback_id: String,
    description: String,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Settings {
    event_subscriptions: EventSubscriptions,
    interactivity: Interactivity,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Interactivity {
    is_enabled: bool,
    request_url: String,
    message_menu_options_url: String,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct EventSubscriptions {
    bot_events: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static MANIFEST: LazyLock<Installed> = LazyLock::new(|| {
    serde_yaml_ng::from_str(include_str!("../../../manifest.yml")).expect("manifest.yml is a manifest")
});

impl Installed {
    /// Returns the app's manifest.
    pub(super) fn get() -> &'static Self {
        &MANIFEST
    }

    /// Answers whether the app subscribes to events of this type, with the scope that they need.
    pub(super) fn hears(&self, event: &str) -> bool {
        let has_scope = |scope: &str| self.scopes().iter().any(|known| known == scope);
        self.settings.event_subscriptions.bot_events.iter().any(|name| name == event)
            && scope_of(event).is_none_or(has_scope)
    }

    /// Answers whether clients show the app's tasks as Work Objects.
    pub(super) fn shows_objects(&self) -> bool {
        let previews = &self.features.rich_previews;
        previews.is_active && previews.entity_types.iter().any(|kind| kind == "slack#/entities/task")
    }

    /// Answers whether interactions have an address.
    pub(super) fn is_interactive(&self) -> bool {
        self.settings.interactivity.is_enabled && !self.settings.interactivity.request_url.is_empty()
    }

    /// Answers whether requests for options have an address.
    pub(super) fn loads_options(&self) -> bool {
        !self.settings.interactivity.message_menu_options_url.is_empty()
    }

    /// Answers whether people may write to the app in its direct message.
    pub(super) fn takes_messages(&self) -> bool {
        let home = &self.features.app_home;
        home.messages_tab_enabled && !home.messages_tab_read_only_enabled
    }

    /// Returns the name by which people mention the app.
    pub(super) fn handle(&self) -> &str {
        &self.features.bot_user.display_name
    }

    /// Returns the bot scopes that it declares.
    pub(super) fn scopes(&self) -> &[String] {
        &self.oauth_config.scopes.bot
    }

    /// Returns the path below which every redirect address must be.
    pub(super) fn redirect_path(&self) -> &str {
        let url = self.oauth_config.redirect_urls.first().map_or("", String::as_str);
        url.splitn(4, '/').nth(3).unwrap_or_default()
    }

    /// Answers whether the app unfurls links to this host or its parent domain.
    pub(super) fn unfurls(&self, host: &str) -> bool {
        let domains = &self.features.unfurl_domains;
        domains
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::{Features, Installed};

    #[test]
    fn the_manifest_is_read() {
        let installed = Installed::get();
        assert!(installed.features.slash_commands.iter().any(|command| command.command == "/assign"));
        assert!(installed.hears("user_change") && !installed.hears("message.channels"));
    }

    #[test]
    fn an_event_without_its_scope_is_not_heard() {
        let mut installed = Installed::default();
        installed.settings.event_subscriptions.bot_events =
            ["link_shared", "entity_details_requested"].map(str::to_owned).to_vec();
        assert!(!installed.hears("link_shared") && installed.hears("entity_details_requested"));
        installed.oauth_config.scopes.bot = vec!["links:read".to_owned()];
        assert!(installed.hears("link_shared"));
    }

    #[test]
    fn a_domain_stands_for_its_subdomains_too() {
        let features = Features { unfurl_domains: vec!["dialnote.com".to_owned()], ..Features::default() };
        let installed = Installed { features, ..Installed::default() };
        assert!(installed.unfurls("dialnote.com") && installed.unfurls("app.dialnote.com"));
        assert!(!installed.unfurls("notdialnote.com"));
    }
}
