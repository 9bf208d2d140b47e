//! Fake Slack's Web API. Every call passes the same gates in the same order (token, method, scope, encoding, arguments)
//! before it reaches the method itself.

mod app;
mod args;
mod chat;
mod comments;
mod content;
mod conversations;
mod entity;
mod facts;
mod failure;
mod functions;
mod metadata;
mod older;
mod paging;
mod reach;
mod response_url;
mod scopes;
mod unfurl;
mod users;
mod validate;
mod views;

use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::json;

use args::Args;
use facts::METHODS;
use failure::{Failure, Reply};
use functions::ENDINGS;
use scopes::missing_scope;

use crate::answer::Answer;
use crate::request::RecordedRequest;
use crate::world::World;

pub(super) use content::{Content, checked_content};
pub use facts::every_scope;
pub(super) use response_url::respond;
pub(super) use views::{insert_modal, replace_view};

/// The one method for the app's own token.
const OPEN: &str = "apps.connections.open";

/// Answers a call of a Web API method.
pub(super) fn call(world: &mut World, method: &str, heard: &RecordedRequest) -> Answer {
    let reply = through_the_gates(world, method, heard);
    let mut body = match reply {
        Ok(mut body) => {
            body["ok"] = json!(true);
            body
        }
        Err(failure) => failure.body(),
    };
    if heard.media_type() == "application/json" && !heard.header("content-type").contains("charset=") {
        body["warning"] = json!("missing_charset");
        body["response_metadata"]["warnings"] = json!(["missing_charset"]);
    }
    let ahead = SignedDuration::from_secs(world.faults.slack.clock_ahead_s);
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&(world.clock.now() + ahead)).unwrap_or_default();
    let headers = vec![("x-oauth-scopes", world.scopes.join(",")), ("date", date)];
    Answer { headers, ..Answer::new(200, body) }
}

fn through_the_gates(world: &mut World, method: &str, heard: &RecordedRequest) -> Reply {
    authenticate(world, method, heard)?;
    let facts = METHODS.get(method).ok_or_else(|| Failure::with("unknown_method", json!({"req_method": method})))?;
    if !facts.scopes.is_empty() && !facts.scopes.iter().any(|scope| world.scopes.contains(scope)) {
        return Err(missing_scope(world, &facts.scopes.join(",")));
    }
    let args = Args::read(heard, facts, world.faults.slack.lenient_arguments)?;
    older::admit(world, &args)?;
    let reply = method_itself(world, method, &args, heard);
    if let Err(failure) = &reply {
        report(world, method, failure);
    }
    reply
}

fn method_itself(world: &mut World, method: &str, args: &Args, heard: &RecordedRequest) -> Reply {
    match method {
        OPEN => Ok(json!({"url": app::connection_address(world)})),
        "auth.test" => Ok(app::auth_test(world)),
        "team.info" => app::team_info(world, args),
        "blocks.validate" => validate::validate(args),
        "functions.completeSuccess" => functions::success(world, args, heard),
        "functions.completeError" => functions::error(world, args, heard),
        "chat.postMessage" => chat::post_message(world, args),
        "chat.update" => chat::update(world, args),
        "chat.postEphemeral" => chat::post_ephemeral(world, args),
        "chat.unfurl" => unfurl::unfurl(world, args),
        "chat.delete" => chat::delete(world, args),
        "chat.getPermalink" => chat::permalink(world, args),
        "views.open" => views::open(world, args),
        "views.push" => views::push(world, args),
        "views.update" => views::update(world, args),
        "views.publish" => views::publish(world, args),
        "users.info" => users::info(world, args),
        "users.lookupByEmail" => users::lookup_by_email(world, args),
        "users.list" => users::list(world, args),
        "dnd.teamInfo" => users::do_not_disturb(world, args),
        "usergroups.list" => users::groups(world, args),
        "usergroups.users.list" => users::group_users(world, args),
        "conversations.info" => conversations::info(world, args),
        "conversations.open" => conversations::open(world, args),
        "conversations.history" => conversations::history(world, args),
        "conversations.replies" => conversations::replies(world, args),
        "entity.presentDetails" => entity::present_details(world, args),
        "entity.presentComments" => comments::present(world, args),
        "entity.acknowledgeCommentAction" => comments::acknowledge(world, args),
        _ => Err(Failure::with("unknown_method", json!({"req_method": method}))),
    }
}

/// Records a refusal about entities, so that a test finds it among the app's faults.
fn report(world: &mut World, method: &str, failure: &Failure) {
    let is_about_entities = failure.error == metadata::BAD_FORMAT
        || (method.starts_with("entity.") && failure.error != "invalid_trigger_id");
    if is_about_entities {
        let messages = failure.detail.get("response_metadata").and_then(|detail| detail["messages"].as_array());
        let messages = messages.into_iter().flatten().filter_map(|message| message.as_str());
        let faults = std::iter::once(failure.error.as_str()).chain(messages).map(str::to_owned).collect();
        let now = world.now();
        world.objects.report(now, method, faults);
    }
}

/// Checks the token. The app's own token opens connections; the bot's is for everything else.
fn authenticate(world: &World, method: &str, heard: &RecordedRequest) -> Result<(), Failure> {
    let among_arguments = || heard.token().filter(|_| world.faults.slack.lenient_arguments);
    let token = heard.bearer().map(str::to_owned).or_else(among_arguments).ok_or("not_authed")?;
    let app_token = &world.secrets.app_token;
    if (method == OPEN) != (token == *app_token) && (token == *app_token || world.grants.knows(&token)) {
        return Err("not_allowed_token_type".into());
    }
    let is_of_step = world.functions.knows(&token);
    if ENDINGS.contains(&method) != is_of_step && (is_of_step || world.grants.knows(&token)) {
        return Err("not_allowed_token_type".into());
    }
    if is_of_step {
        return Ok(());
    }
    if token != *app_token {
        world.grants.admit(&token, world.now())?;
    }
    match &world.faults.slack.token_error {
        Some(error) => Err(error.as_str().into()),
        None => Ok(()),
    }
}
