//! The app's description for Slack (docs/contracts/slack.md §26), made from the table of commands so
//! that Slack offers exactly what the program understands. `manifest.yml` is the same as YAML, checked in.

use std::collections::BTreeMap;

use serde::Serialize;
use url::{Host, Url};

use crate::core::shortcut::{FIND, HAND_OFF, MY_INBOX, NOTE};
use crate::core::verbs::{COMMANDS, UMBRELLA};
use crate::core::workflow_step::{STEPS, StepParameter, WorkflowStep};
use crate::platform::slack::entity::TASK;
use crate::platform::slack::oauth;
use crate::platform::slack::scopes::{MCP, OPTIONAL_SCOPES, SCOPES};

/// The placeholder for the app's public address in the checked-in manifest.
pub const PLACEHOLDER_URL: &str = "https://dialnote-slack.example.com";

/// The events that the app subscribes to. Slack does not send those whose scope was not granted.
const EVENTS: [&str; 15] = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_shared",
    "entity_comments_requested",
    "entity_details_requested",
    "link_shared",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "team_join",
    "tokens_revoked",
    "user_change",
    "user_status_changed",
];

/// The host of dialnote's web app, unless `DIALNOTE_APP_URL` sets another.
pub const UNFURL_DOMAIN: &str = "app.dialnote.com";

#[derive(Serialize)]
struct Manifest {
    #[serde(rename = "_metadata")]
    metadata: ManifestMetadata,
    display_information: DisplayInformation,
    features: Features,
    oauth_config: OauthConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcp_servers: Option<McpServers>,
    settings: ManifestSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<BTreeMap<&'static str, Function>>,
}

/// A step for workflows (docs/contracts/slack-2026.md §8.1).
#[derive(Serialize)]
struct Function {
    title: &'static str,
    description: &'static str,
    input_parameters: FunctionParameters,
    output_parameters: FunctionParameters,
}

#[derive(Serialize)]
struct FunctionParameters {
    properties: BTreeMap<&'static str, FunctionParameter>,
    required: Vec<&'static str>,
}

#[derive(Serialize)]
struct FunctionParameter {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    description: &'static str,
}

/// The addresses at which assistants in Slack call the app.
#[derive(Serialize)]
struct McpServers {
    dialnote: McpServer,
}

#[derive(Serialize)]
struct McpServer {
    url: String,
    auth_type: &'static str,
}

#[derive(Serialize)]
struct ManifestMetadata {
    major_version: u8,
    minor_version: u8,
}

#[derive(Serialize)]
struct DisplayInformation {
    name: &'static str,
    description: &'static str,
    background_color: &'static str,
}

#[derive(Serialize)]
struct Features {
    agent_view: AgentView,
    app_home: AppHome,
    bot_user: BotUser,
    rich_previews: RichPreviews,
    shortcuts: Vec<Shortcut>,
    slash_commands: Vec<SlashCommand>,
    unfurl_domains: Vec<String>,
}

/// The app's direct message where the workspace shows apps as agents (docs/contracts/slack-2026.md §1.3).
#[derive(Serialize)]
struct AgentView {
    agent_description: &'static str,
    suggested_prompts: [SuggestedPrompt; 4],
}

/// Work Objects (docs/contracts/slack-2026.md §1.1).
#[derive(Serialize)]
struct RichPreviews {
    is_active: bool,
    entity_types: [&'static str; 1],
}

#[derive(Serialize)]
struct SuggestedPrompt {
    title: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
struct Shortcut {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    callback_id: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct AppHome {
    home_tab_enabled: bool,
    messages_tab_enabled: bool,
    messages_tab_read_only_enabled: bool,
}

#[derive(Serialize)]
struct BotUser {
    display_name: &'static str,
    always_online: bool,
}

#[derive(Serialize)]
struct SlashCommand {
    command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    description: String,
    usage_hint: String,
    should_escape: bool,
}

#[derive(Serialize)]
struct OauthConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_urls: Option<[String; 1]>,
    scopes: Scopes,
}

#[derive(Serialize)]
struct Scopes {
    bot: Vec<&'static str>,
    bot_optional: Vec<&'static str>,
}

#[derive(Serialize)]
struct ManifestSettings {
    event_subscriptions: EventSubscriptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_runtime: Option<&'static str>,
    interactivity: Interactivity,
    org_deploy_enabled: bool,
    socket_mode_enabled: bool,
    token_rotation_enabled: bool,
}

#[derive(Serialize)]
struct EventSubscriptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_url: Option<String>,
    bot_events: Vec<&'static str>,
}

#[derive(Serialize)]
struct Interactivity {
    is_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_menu_options_url: Option<String>,
}

/// The way in which Slack reaches the program.
#[derive(Clone, Copy, Debug)]
pub enum Reached<'a> {
    /// Slack sends requests to this address, which has no path.
    At(&'a str),
    /// The program opens connections (Socket Mode).
    BySockets,
}

impl Reached<'_> {
    /// Returns the optional permissions of an app that is reached like this: Slackbot calls only an address.
    fn optional_scopes(self) -> impl Iterator<Item = &'static str> {
        let by_sockets = matches!(self, Self::BySockets);
        OPTIONAL_SCOPES.iter().map(|scope| scope.name).filter(move |name| !by_sockets || *name != MCP)
    }

    fn url(self, path: &str) -> Option<String> {
        match self {
            Self::At(url) => Some(format!("{}{path}", url.trim_end_matches('/'))),
            Self::BySockets => None,
        }
    }
}

/// Reads the public address; returns `None` if Slack would refuse it.
pub fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.host_str().is_some_and(is_host))?;
    let further = url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
    (!further).then_some(url)
}

/// Answers whether a text is the name of a host on the web.
pub fn is_host(text: &str) -> bool {
    let labels =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    matches!(Host::parse(text), Ok(Host::Domain(name)) if name.contains('.') && name.split('.').all(labels))
}

/// Returns the manifest as JSON, for a program that is reached like this and a dialnote web app at `unfurl_domain`.
pub fn json(reached: Reached<'_>, unfurl_domain: &str) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&manifest(reached, unfurl_domain))
}

/// Returns the same with steps for workflows. Slack takes them from an app that only one workspace or organization
/// installs (docs/contracts/slack-2026.md §8.7).
pub fn json_with_steps(reached: Reached<'_>, unfurl_domain: &str) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&with_steps(manifest(reached, unfurl_domain)))
}

fn with_steps(mut manifest: Manifest) -> Manifest {
    manifest.metadata = ManifestMetadata { major_version: 2, minor_version: 0 };
    manifest.settings.org_deploy_enabled = true;
    manifest.settings.function_runtime = Some("remote");
    manifest.settings.event_subscriptions.bot_events.push("function_executed");
    manifest.functions = Some(STEPS.iter().map(|step| (step.callback_id, function(step))).collect());
    manifest
}

fn function(step: &WorkflowStep) -> Function {
    Function {
        title: step.title,
        description: step.description,
        input_parameters: parameters(step.inputs),
        output_parameters: parameters(step.outputs),
    }
}

fn parameters(all: &[StepParameter]) -> FunctionParameters {
    let parameter =
        |one: &StepParameter| FunctionParameter { kind: one.kind, title: one.title, description: one.description };
    FunctionParameters {
        properties: all.iter().map(|one| (one.name, parameter(one))).collect(),
        required: all.iter().filter(|one| one.required).map(|one| one.name).collect(),
    }
}

fn manifest(reached: Reached<'_>, unfurl_domain: &str) -> Manifest {
    Manifest {
        metadata: ManifestMetadata { major_version: 1, minor_version: 1 },
        display_information: DisplayInformation {
            name: "dialnote",
            description: "Decide who owns each phone conversation",
            background_color: "#1d3557",
        },
        features: Features {
            agent_view: agent_view(),
            app_home: AppHome {
                home_tab_enabled: true,
                messages_tab_enabled: true,
                messages_tab_read_only_enabled: false,
            },
            bot_user: BotUser { display_name: "dialnote", always_online: true },
            rich_previews: RichPreviews { is_active: true, entity_types: [TASK] },
            shortcuts: shortcuts(),
            slash_commands: slash_commands(reached),
            unfurl_domains: vec![unfurl_domain.to_owned()],
        },
        oauth_config: OauthConfig {
            redirect_urls: reached.url(oauth::PATH).map(|url| [url]),
            scopes: Scopes {
                bot: SCOPES.iter().map(|scope| scope.name).chain(reached.optional_scopes()).collect(),
                bot_optional: reached.optional_scopes().collect(),
            },
        },
        mcp_servers: reached
            .url("/mcp")
            .map(|url| McpServers { dialnote: McpServer { url, auth_type: "slack_identity_auth" } }),
        settings: ManifestSettings {
            event_subscriptions: EventSubscriptions {
                request_url: reached.url("/slack/events"),
                bot_events: EVENTS.to_vec(),
            },
            function_runtime: None,
            interactivity: Interactivity {
                is_enabled: true,
                request_url: reached.url("/slack/interactions"),
                message_menu_options_url: reached.url("/slack/options"),
            },
            org_deploy_enabled: false,
            socket_mode_enabled: matches!(reached, Reached::BySockets),
            token_rotation_enabled: false,
        },
        functions: None,
    }
}

fn agent_view() -> AgentView {
    let prompt = |title, message| SuggestedPrompt { title, message };
    AgentView {
        agent_description: "Decides who owns each phone conversation. Write a command in plain words, such as \
                            “assign @zoe Ana Lima wants a call back” or “done Ana Lima”.",
        suggested_prompts: [
            prompt("My open conversations", "inbox"),
            prompt("Unassigned conversations", "inbox unassigned"),
            prompt("Undo my last change", "undo"),
            prompt("All commands", "help all"),
        ],
    }
}

fn shortcuts() -> Vec<Shortcut> {
    let shortcut = |name, kind, callback_id, description| Shortcut { name, kind, callback_id, description };
    vec![
        shortcut("Find a conversation", "global", FIND, "Find a conversation by name, number or company"),
        shortcut("My inbox", "global", MY_INBOX, "List your open conversations"),
        shortcut("Hand off", "message", HAND_OFF, "Reassign the conversation of this message with a note"),
        shortcut("Add as note", "message", NOTE, "Save this message as an internal note in dialnote"),
    ]
}

fn slash_commands(reached: Reached<'_>) -> Vec<SlashCommand> {
    let command = |command: &str, description: &str, usage_hint: String| SlashCommand {
        command: command.to_owned(),
        url: reached.url("/slack/commands"),
        description: description.replace('`', ""),
        usage_hint,
        should_escape: true,
    };
    let own =
        COMMANDS.iter().filter_map(|(_, spec)| Some(command(spec.slash?, spec.summary, spec.arguments.to_owned())));
    own.chain([command(UMBRELLA, "All dialnote commands", "[command]".to_owned())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_slack_takes() {
        let read = |text| address(text).map(String::from);
        assert_eq!(read(PLACEHOLDER_URL), Some(format!("{PLACEHOLDER_URL}/")));
        assert_eq!(read("https://app.example:8443/dialnote"), Some("https://app.example:8443/dialnote".to_owned()));
        let refused = ["foo", "app.example", "http://app.example", "http://localhost", "https://", "https:///", ""];
        let refused =
            refused.into_iter().chain(["https://127.0.0.1:80", "https://localhost", "https://{{url}}.example"]);
        for text in refused.chain(["https://a@app.example", "https://app.example?a", "https://app.example#a"]) {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_domain_is_the_name_of_a_host() {
        assert!(is_host("app.dialnote.com") && is_host("xn--bcher-kva.example"));
        for text in
            ["", "https://app.dialnote.com", "a b.example", "a.example/path", "a.example\nb", "127.0.0.1", "app"]
        {
            assert!(!is_host(text), "{text:?}");
        }
    }

    #[test]
    fn a_slash_at_the_end_is_not_doubled() {
        for url in ["https://app.example", "https://app.example/", "https://app.example//"] {
            assert_eq!(Reached::At(url).url("/slack/events").as_deref(), Some("https://app.example/slack/events"));
        }
    }
}
