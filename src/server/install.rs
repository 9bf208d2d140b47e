//! The installation of the app by a workspace (docs/contracts/slack.md §17). Its admin comes here, is sent to Slack,
//! agrees there, and comes back with a code. The person who comes back must be the one who was sent: the state that
//! Slack sends back fits only the browser in which the installation began, once, for ten minutes. Otherwise an attacker
//! could make a person install, under that person's name, what the attacker has agreed to.

use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use tracing::{error, info, warn};

use crate::core::clock::from_millis;
use crate::platform::slack::oauth::{OAuth, is_refused};
use crate::server::front::Front;
use crate::tenants::pages::InstallPage;

/// The time in which an installation must be finished. A code lasts no longer either (§17.3).
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// The name of the cookie over HTTPS: no other host, and no page without HTTPS, can set a cookie of this name.
const COOKIE_NAME: &str = "__Host-dialnote_install";

/// The name of the cookie without HTTPS, where browsers reject the other name.
const COOKIE_NAME_IN_THE_OPEN: &str = "dialnote_install";

/// The content security policy of a page, which allows styles and inline images and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The constant from which, together with the client secret, the seal of a state is derived.
const PURPOSE: &[u8] = b"dialnote-slack install";

/// The query parameters with which Slack sends people back (§17.3).
#[derive(Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Sends a person to Slack.
pub(super) async fn begin(State(front): State<Front>) -> Response {
    let Some(installations) = front.tenants.installations() else { return StatusCode::NOT_FOUND.into_response() };
    let oauth = &installations.oauth;
    let nonce = format!("{:032x}", rand::random::<u128>());
    let state = state(oauth, &nonce, front.tenants.common.clock.now());
    let (name, lasts) = (cookie_name(oauth), LASTS.as_secs());
    let secure = if name == COOKIE_NAME { "; Secure" } else { "" };
    let cookie = format!("{name}={nonce}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}");
    let headers =
        [(LOCATION, oauth.question(&state).to_string()), (SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::FOUND, headers).into_response()
}

/// Finishes the installation of a person who comes back from Slack.
pub(crate) async fn finish(State(front): State<Front>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let Some(installations) = front.tenants.installations() else { return StatusCode::NOT_FOUND.into_response() };
    let (common, oauth) = (&front.tenants.common, &installations.oauth);
    let state = back.state.and_then(|given| begun(oauth, &given, &headers, common.clock.now()));
    let Some(state) = state else {
        info!("installation refused: state unknown or expired");
        return shown(oauth, StatusCode::BAD_REQUEST, InstallPage::NotBegun);
    };
    let (Some(code), None) = (back.code, back.error) else {
        return shown(oauth, StatusCode::OK, InstallPage::Declined);
    };
    match installations.begin(common, &state).await {
        Ok(true) => {}
        Ok(false) => return shown(oauth, StatusCode::BAD_REQUEST, InstallPage::NotBegun),
        Err(cause) => {
            error!(%cause, "begun installation not stored");
            return shown(oauth, StatusCode::SERVICE_UNAVAILABLE, InstallPage::Failed);
        }
    }
    let granted = match installations.oauth.exchange(&code).await {
        Ok(granted) => granted,
        Err(cause) => {
            warn!(%cause, "installation not granted by Slack");
            let (status, page) = if is_refused(&cause) {
                (StatusCode::BAD_REQUEST, InstallPage::Refused)
            } else {
                (StatusCode::BAD_GATEWAY, InstallPage::Failed)
            };
            return shown(oauth, status, page);
        }
    };
    let name = granted.name.clone();
    match installations.install(common, granted, &state).await {
        Ok(()) => shown(oauth, StatusCode::OK, InstallPage::Installed { name: &name }),
        Err(cause) => {
            error!(%cause, "installation not stored");
            shown(oauth, StatusCode::SERVICE_UNAVAILABLE, InstallPage::Failed)
        }
    }
}

/// Returns the state for Slack to send back: the time of the start, and a seal that no one else can make and that fits
/// one browser.
fn state(oauth: &OAuth, nonce: &str, now: Timestamp) -> String {
    let at = now.as_millisecond();
    format!("{at}.{}", hex::encode(seal(oauth, nonce, at).finalize().into_bytes()))
}

/// Returns the sealed installation that this state belongs to, if it is valid. Exactly one spelling is accepted, since
/// numbers and hex digits have several, and a state may be used only once.
fn begun(oauth: &OAuth, state: &str, headers: &HeaderMap, now: Timestamp) -> Option<String> {
    let (at, given) = state.split_once('.')?;
    let (at, given): (i64, _) = (at.parse().ok()?, hex::decode(given).ok()?);
    let age = now.duration_since(from_millis(at));
    let is_sealed = seal(oauth, remembered(oauth, headers)?, at).verify_slice(&given).is_ok();
    ((SignedDuration::ZERO..=LASTS).contains(&age) && is_sealed).then(|| format!("{at}.{}", hex::encode(given)))
}

fn cookie_name(oauth: &OAuth) -> &'static str {
    if oauth.app().public.scheme() == "https" { COOKIE_NAME } else { COOKIE_NAME_IN_THE_OPEN }
}

fn remembered<'a>(oauth: &OAuth, headers: &'a HeaderMap) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie_name(oauth)).map(|(_, nonce)| nonce)
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn seal(oauth: &OAuth, nonce: &str, at: i64) -> Hmac<Sha256> {
    let secret: &SecretString = &oauth.app().client_secret;
    let mac = Hmac::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes keys of every length");
    mac.chain_update(PURPOSE).chain_update(nonce).chain_update(at.to_be_bytes())
}

/// Returns a page that is not cached, loads nothing, and sends no referrer to other sites.
fn shown(oauth: &OAuth, status: StatusCode, page: InstallPage<'_>) -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer")];
    (status, headers, Html(page.html(&oauth.app().install()))).into_response()
}
