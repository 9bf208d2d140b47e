//! The app's calls to Slack's Web API (docs/contracts/slack.md §13–15). Each call is made once; the outbox repeats it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::{Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

use crate::core::colleague::Colleague;
use crate::core::error::{Fault, Service};
use crate::core::ids::{ChannelId, InstallationId, MessageTs, SlackUserId, TeamId, UserGroupId, ViewId};
use crate::core::json::Peek;
use crate::core::person::Profile;
use crate::platform::slack::answer::{SlackError, colleague, found_profile, judged, status_error, unheard, unusable};
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::window::{Home, Modal};
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::transport::{self, HttpAnswer};

/// The hosts that Slack's response URLs may have (§6.10).
const RESPONSE_HOSTS: [&str; 2] = ["slack.com", "slack-gov.com"];

/// The bucket that a 429 of a response URL closes.
pub(crate) const RESPONSE_URL: &str = "response_url";

/// The number of people on a page of `users.list`: fewer than Slack allows, because Slack recommends fewer.
const PEOPLE_AT_ONCE: &str = "500";

/// The timeout of a call to a response URL: other answers to the same person wait for it.
const RESPONSE_URL_TIMEOUT: Duration = Duration::from_secs(4);

/// The number of users that `dnd.teamInfo` takes in one call.
const UNDISTURBED_AT_ONCE: usize = 50;

/// The event type of the metadata of the app's messages.
pub(super) const EVENT_TYPE: &str = "dialnote_job";

/// A message that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The channel; for a message to a user, the direct message channel (§15.1).
    pub channel: ChannelId,
    /// The message's name in the channel.
    pub ts: MessageTs,
}

/// The identity behind a token.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The workspace's name.
    pub team: String,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// The time on Slack's clock.
    pub date: Option<Timestamp>,
}

/// The thread that a reply is posted in.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'a> {
    /// The first message of the thread.
    pub of: &'a MessageTs,
    /// Set if the reply is also shown in the channel (`reply_broadcast`, docs/contracts/slack.md §15.1).
    pub aloud: bool,
}

/// The arguments of `chat.postMessage`.
#[derive(Serialize)]
struct PostMessage<'a> {
    channel: &'a str,
    #[serde(flatten)]
    content: &'a Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a MessageTs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_broadcast: Option<bool>,
    unfurl_links: bool,
    unfurl_media: bool,
    /// False if the text has no markup of the app's: then nothing in it is formatted.
    #[serde(skip_serializing_if = "Option::is_none")]
    mrkdwn: Option<bool>,
    metadata: Metadata<'a>,
}

/// The arguments of `chat.postEphemeral`.
#[derive(Serialize)]
struct PostEphemeral<'a> {
    channel: &'a ChannelId,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a MessageTs>,
    user: &'a SlackUserId,
    #[serde(flatten)]
    content: &'a Content,
}

/// The arguments of `chat.update`.
#[derive(Serialize)]
struct UpdateMessage<'a> {
    channel: &'a ChannelId,
    ts: &'a MessageTs,
    #[serde(flatten)]
    content: &'a Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
}

/// The body of a request to a response URL.
#[derive(Serialize)]
struct Respond<'a> {
    response_type: &'static str,
    replace_original: bool,
    #[serde(flatten)]
    content: &'a Content,
}

#[derive(Serialize)]
struct Metadata<'a> {
    event_type: &'static str,
    event_payload: JobPayload<'a>,
}

#[derive(Serialize)]
struct JobPayload<'a> {
    job: &'a str,
    /// The jobs that added to the message later.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    more: &'a [String],
}

/// A client for one workspace.
#[derive(Clone, Debug)]
pub struct Slack {
    http: reqwest::Client,
    base: Url,
    token: SecretString,
    metrics: Arc<Metrics>,
    by: Option<Instant>,
}

impl Slack {
    /// Creates a client that calls `{base}/{method}` with a bot token.
    pub fn new(http: reqwest::Client, base: Url, token: SecretString, metrics: Arc<Metrics>) -> Self {
        Self { http, base, token, metrics, by: None }
    }

    /// Returns a client that sends a call by this instant or not at all.
    pub(crate) fn with_deadline(&self, by: Instant) -> Self {
        Self { by: Some(by), ..self.clone() }
    }

    /// Returns a client with another token.
    pub(crate) fn with_token(&self, token: SecretString) -> Self {
        Self { token, ..self.clone() }
    }

    /// Returns the installation that the token belongs to (`auth.test`, §24.2).
    pub async fn installation(&self) -> Result<InstallationId, SlackError> {
        let answer = self.call("auth.test", &json!({})).await?;
        let team = answer.words("/team_id").ok_or_else(|| unusable("auth.test returned no team"))?;
        Ok(InstallationId::new(team))
    }

    /// Returns the token's identity and scopes, and the time on Slack's clock (`auth.test`, §24.2, §13.6).
    pub(crate) async fn identity(&self) -> Result<Identity, SlackError> {
        let method = "auth.test";
        let answer = self.answer(method, &[]).await?;
        let said = judged(method, &answer)?;
        let scopes =
            answer.header("x-oauth-scopes").unwrap_or_default().split(',').map(|scope| scope.trim().to_owned());
        Ok(Identity {
            team: said.words("/team").or(said.words("/team_id")).unwrap_or_default().to_owned(),
            scopes: scopes.filter(|scope| !scope.is_empty()).collect(),
            date: answer.date(),
        })
    }

    /// Opens the direct message channel with a person and returns it (§14, `conversations.open`).
    pub async fn direct(&self, user: &SlackUserId) -> Result<ChannelId, SlackError> {
        let answer = self.call("conversations.open", &json!({ "users": user })).await?;
        let channel = answer.words("/channel/id").map(ChannelId::new);
        channel.ok_or_else(|| unusable("conversations.open returned no channel").into())
    }

    /// Posts a message, as a reply if a thread is given. `channel` may be a user's id (§15.1). `job` is sent as
    /// metadata, so that the app can recognize the message as its own.
    pub async fn post(
        &self,
        channel: &str,
        content: &Content,
        thread: Option<Thread<'_>>,
        job: &str,
    ) -> Result<Posted, SlackError> {
        let arguments = PostMessage {
            channel,
            content,
            thread_ts: thread.map(|thread| thread.of),
            reply_broadcast: thread.filter(|thread| thread.aloud).map(|_| true),
            unfurl_links: false,
            unfurl_media: false,
            mrkdwn: (!content.text.contains('<')).then_some(false),
            metadata: Metadata { event_type: EVENT_TYPE, event_payload: JobPayload { job, more: &[] } },
        };
        let answer = self.call("chat.postMessage", &arguments).await?;
        match (answer.words("/channel"), answer.words("/ts")) {
            (Some(channel), Some(ts)) => Ok(Posted { channel: ChannelId::new(channel), ts: MessageTs::new(ts) }),
            _ => Err(unheard("chat.postMessage returned no message").into()),
        }
    }

    /// Replaces one of the app's messages. Its metadata stays (§15.8).
    pub async fn update(&self, channel: &ChannelId, ts: &MessageTs, content: &Content) -> Result<(), SlackError> {
        self.call("chat.update", &UpdateMessage { channel, ts, content, metadata: None }).await.map(drop)
    }

    /// Replaces a message and its metadata, so that the app recognizes it as the message of these jobs: the first job,
    /// and those that added to it.
    pub(crate) async fn add_to(
        &self,
        (channel, ts): (&ChannelId, &MessageTs),
        content: &Content,
        jobs: &[String],
    ) -> Result<(), SlackError> {
        let metadata = jobs
            .split_first()
            .map(|(job, more)| Metadata { event_type: EVENT_TYPE, event_payload: JobPayload { job, more } });
        self.call("chat.update", &UpdateMessage { channel, ts, content, metadata }).await.map(drop)
    }

    /// Returns the web address of a message (docs/contracts/slack.md §15).
    pub async fn permalink(&self, channel: &ChannelId, ts: &MessageTs) -> Result<String, SlackError> {
        let arguments = [("channel", channel.as_str()), ("message_ts", ts.as_str())];
        let answer = self.call_form("chat.getPermalink", &arguments).await?;
        answer
            .words("/permalink")
            .map(str::to_owned)
            .ok_or_else(|| unusable("chat.getPermalink returned no permalink").into())
    }

    /// Shows a message to one person in a channel or thread (§15.9).
    pub(crate) async fn post_ephemeral(
        &self,
        channel: &ChannelId,
        thread: Option<&MessageTs>,
        user: &SlackUserId,
        content: &Content,
    ) -> Result<(), SlackError> {
        self.call("chat.postEphemeral", &PostEphemeral { channel, thread_ts: thread, user, content }).await.map(drop)
    }

    /// Opens a form. The trigger is valid for 3 s and once (§7).
    pub async fn open(&self, trigger_id: &str, modal: &Modal) -> Result<(), SlackError> {
        self.call("views.open", &json!({ "trigger_id": trigger_id, "view": modal })).await.map(drop)
    }

    /// Opens a form on top of the form whose button sent the trigger (§9).
    pub async fn push(&self, trigger_id: &str, modal: &Modal) -> Result<(), SlackError> {
        self.call("views.push", &json!({ "trigger_id": trigger_id, "view": modal })).await.map(drop)
    }

    /// Replaces the content of a view that is still open. The view is named by Slack's id or by the app's own name for
    /// it.
    pub(crate) async fn update_view(&self, view: &ViewId, modal: &Modal) -> Result<(), SlackError> {
        let named = if is_ours(view) { "external_id" } else { "view_id" };
        self.call("views.update", &json!({ named: view, "view": modal })).await.map(drop)
    }

    /// Replaces the content of a person's home; with a `hash`, only if the home still has that hash (§21.2). Returns
    /// the new hash.
    pub async fn publish(
        &self,
        user: &SlackUserId,
        home: &Home,
        hash: Option<&str>,
    ) -> Result<Option<String>, SlackError> {
        let mut arguments = json!({ "user_id": user, "view": home });
        if let (Some(hash), Some(arguments)) = (hash, arguments.as_object_mut()) {
            arguments.insert("hash".to_owned(), json!(hash));
        }
        let answer = self.call("views.publish", &arguments).await?;
        Ok(answer.words("/view/hash").map(str::to_owned))
    }

    /// Returns the users among these who have Do Not Disturb on at the moment, each with its end (`dnd.teamInfo`); none,
    /// if the app may not know. The token of an organization must name the workspace (§24.5).
    pub(crate) async fn undisturbed(
        &self,
        users: &[SlackUserId],
        team: Option<&TeamId>,
        now: Timestamp,
    ) -> Result<Vec<(SlackUserId, Timestamp)>, Fault> {
        let mut resting = Vec::new();
        for users in users.chunks(UNDISTURBED_AT_ONCE) {
            let names = users.iter().map(SlackUserId::as_str).collect::<Vec<_>>().join(",");
            let mut arguments = vec![("users", names.as_str())];
            arguments.extend(team.map(|team| ("team_id", team.as_str())));
            match self.call_form("dnd.teamInfo", &arguments).await {
                Ok(answer) => {
                    let until = |user: &SlackUserId| Some((user.clone(), resting_until(&answer, user, now)?));
                    resting.extend(users.iter().filter_map(until));
                }
                Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => break,
                Err(SlackError::Fault(fault)) => return Err(fault),
            }
        }
        Ok(resting)
    }

    /// Answers the request that brought `url`, visible only to the requester (§6). A URL that is not Slack's is
    /// refused: it is the only address from outside that the app ever calls.
    pub async fn respond(&self, url: &str, content: &Content, replace: bool) -> Result<(), SlackError> {
        let url = Url::parse(url).ok().filter(|url| self.is_slacks(url));
        let url = url.ok_or_else(|| SlackError::Refused("response_url_not_slack".to_owned()))?;
        let body = Respond { response_type: "ephemeral", replace_original: replace, content };
        self.counted(RESPONSE_URL, async {
            let request = self.http.post(url).json(&body).timeout(RESPONSE_URL_TIMEOUT);
            let answer = transport::send(Service::Slack, self.by, request).await?;
            if answer.status.is_success() {
                return Ok(());
            }
            Err(status_error(RESPONSE_URL, &answer)
                .unwrap_or_else(|| SlackError::Refused(format!("response_url_{}", answer.status))))
        })
        .await
    }

    /// Returns a user's profile (`users.info`); `None` if there is no such user.
    pub async fn profile(
        &self,
        installation: &InstallationId,
        user: &SlackUserId,
    ) -> Result<Option<Profile>, SlackError> {
        let found = self.call_form("users.info", &[("user", user.as_str())]).await;
        found_profile(installation, found, &["user_not_found", "user_not_visible"])
    }

    /// Returns the profile with an email address (`users.lookupByEmail`); `None` if no active user has it.
    pub(crate) async fn profile_by_email(
        &self,
        installation: &InstallationId,
        email: &str,
    ) -> Result<Option<Profile>, SlackError> {
        let found = self.call_form("users.lookupByEmail", &[("email", email)]).await;
        found_profile(installation, found, &["users_not_found"])
    }

    /// Returns a page of the workspace's people (`users.list`) without bots and deactivated accounts, and the cursor of
    /// the next page, if there is one. The token of an organization must name the workspace (§24.5).
    pub async fn people(
        &self,
        cursor: &str,
        team: Option<&TeamId>,
    ) -> Result<(Vec<Colleague>, Option<String>), SlackError> {
        let mut arguments = vec![("limit", PEOPLE_AT_ONCE)];
        arguments.extend((!cursor.is_empty()).then_some(("cursor", cursor)));
        arguments.extend(team.map(|team| ("team_id", team.as_str())));
        let answer = self.call_form("users.list", &arguments).await?;
        let people = answer.list("/members").iter().filter_map(colleague).collect();
        Ok((people, answer.words("/response_metadata/next_cursor").map(str::to_owned)))
    }

    /// Returns the users of a group (`usergroups.users.list`). The token of an organization must name the workspace
    /// (§24.5).
    pub async fn group(&self, group: &UserGroupId, team: Option<&TeamId>) -> Result<Vec<SlackUserId>, SlackError> {
        let mut arguments = vec![("usergroup", group.as_str())];
        arguments.extend(team.map(|team| ("team_id", team.as_str())));
        let answer = self.call_form("usergroups.users.list", &arguments).await?;
        Ok(answer.list("/users").iter().filter_map(Value::as_str).map(SlackUserId::new).collect())
    }

    /// Returns the handles of the workspace's groups, without their @ (`usergroups.list`); none, if the app may not know.
    pub(crate) async fn group_handles(&self, team: Option<&TeamId>) -> Result<Vec<(UserGroupId, String)>, Fault> {
        let arguments: Vec<_> = team.map(|team| ("team_id", team.as_str())).into_iter().collect();
        let answer = match self.call_form("usergroups.list", &arguments).await {
            Ok(answer) => answer,
            Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => return Ok(Vec::new()),
            Err(SlackError::Fault(fault)) => return Err(fault),
        };
        let named = |group: &Value| Some((UserGroupId::new(group.words("/id")?), group.words("/handle")?.to_owned()));
        Ok(answer.list("/usergroups").iter().filter_map(named).collect())
    }

    /// Calls a method that takes JSON (§13.3, §13.5).
    pub(super) async fn call(&self, method: &str, arguments: &impl Serialize) -> Result<Value, SlackError> {
        let body = serde_json::to_vec(arguments).map_err(|error| unusable(&error.to_string()))?;
        let request = self.request(method).header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(body);
        self.sent(method, request).await
    }

    /// Calls a method that takes only forms (§13.3).
    pub(super) async fn call_form(&self, method: &str, arguments: &[(&str, &str)]) -> Result<Value, SlackError> {
        self.sent(method, self.request(method).form(arguments)).await
    }

    /// Calls a method that takes forms, and returns the answer as it came.
    pub(super) async fn answer(&self, method: &str, arguments: &[(&str, &str)]) -> Result<HttpAnswer, Fault> {
        transport::send(Service::Slack, self.by, self.request(method).form(arguments)).await
    }

    async fn sent(&self, method: &str, request: reqwest::RequestBuilder) -> Result<Value, SlackError> {
        let exchange = async { judged(method, &transport::send(Service::Slack, self.by, request).await?) };
        self.counted(method, exchange).await
    }

    /// Makes a call and counts it with its outcome.
    pub(super) async fn counted<T>(
        &self,
        method: &str,
        call: impl Future<Output = Result<T, SlackError>>,
    ) -> Result<T, SlackError> {
        let begun = Instant::now();
        let outcome = call.await;
        let result = match &outcome {
            Ok(_) => "ok",
            Err(SlackError::Refused(_)) => "refused",
            Err(SlackError::Fault(fault)) => fault.kind(),
        };
        self.metrics.called(Service::Slack, method, result, begun.elapsed());
        outcome
    }

    fn request(&self, method: &str) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(method);
        }
        self.http.post(url).bearer_auth(self.token.expose_secret())
    }

    /// Returns the HTTP client, for addresses that are not a method's.
    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(super) fn is_slacks(&self, url: &Url) -> bool {
        let same_origin = url.origin() == self.base.origin();
        let host = url.host_str().unwrap_or_default();
        let at_slack =
            RESPONSE_HOSTS.iter().any(|slack| host.strip_suffix(slack).is_some_and(|sub| sub.ends_with('.')));
        same_origin || (url.scheme() == "https" && at_slack)
    }
}

/// Returns the end of a user's Do Not Disturb, if it is on now.
fn resting_until(answer: &Value, user: &SlackUserId, now: Timestamp) -> Option<Timestamp> {
    let second = |field: &str| answer.at(&format!("/users/{user}/{field}")).and_then(Value::as_i64);
    let hours = second("next_dnd_start_ts").zip(second("next_dnd_end_ts"));
    let (_, to) = hours.filter(|(from, to)| (*from..*to).contains(&now.as_second()))?;
    answer.flag(&format!("/users/{user}/dnd_enabled")).then(|| Timestamp::from_second(to).ok())?
}

/// The prefix of the app's own names for views; Slack's begin with `V` (§9.8).
pub(crate) const OUR_VIEWS: &str = "form-";

fn is_ours(view: &ViewId) -> bool {
    view.as_str().starts_with(OUR_VIEWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slack() -> Slack {
        let base = Url::parse("http://127.0.0.1:9/slack/api").unwrap_or_else(|_| unreachable!("a constant"));
        Slack::new(reqwest::Client::new(), base, SecretString::from("xoxb-planted"), Arc::default())
    }

    #[test]
    fn answers_only_to_slack() {
        for (url, ours) in [
            ("https://hooks.slack.com/commands/T1/2/x", true),
            ("https://acme.slack.com/commands/T1/2/x", true),
            ("https://hooks.slack-gov.com/x", true),
            ("http://127.0.0.1:9/slack/response/x", true),
            ("http://hooks.slack.com/x", false),
            ("https://slack.com.evil.test/x", false),
            ("https://evilslack.com/x", false),
            ("http://127.0.0.1:10/x", false),
            ("http://169.254.169.254/latest", false),
        ] {
            assert_eq!(Url::parse(url).is_ok_and(|url| slack().is_slacks(&url)), ours, "{url}");
        }
    }

    #[test]
    fn never_shows_its_token() {
        assert!(!format!("{:?}", slack()).contains("planted"));
    }
}
