//! A window of headless Chromium, and a person's actions in it. Every wait is for something to become visible: the
//! browser checks at every frame, and only a failing test reaches a time limit.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// The time limit of every wait.
pub(crate) const NEVER: Duration = Duration::from_secs(60);

/// The number of windows at a time, regardless of the tests that the machine would run: a Chromium is half a dozen
/// processes, and those that starve each other show nothing.
static WINDOWS: Semaphore = Semaphore::const_new(2);

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
];

/// A window. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) driver: WebDriver,
    /// The sandbox's address.
    pub(crate) at: Arc<str>,
}

/// The programs behind a window, and its own profile.
struct Chromium {
    _driver: Child,
    address: String,
    profile: TempDir,
}

impl Chromium {
    /// Starts Chromedriver. It takes a port that is free with IPv6 and ends where another program has it with IPv4;
    /// then it is started again, for another port.
    async fn start() -> Self {
        loop {
            if let Some(started) = Self::try_start().await {
                return started;
            }
        }
    }

    async fn try_start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        let command = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut driver = command.spawn().expect("`make setup` installs chromedriver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver says its port");
            if line.contains("port not available") {
                return None;
            }
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                let address = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Some(Self { _driver: driver, address, profile: tempfile::tempdir().unwrap() });
            }
        }
    }

    async fn window(&self) -> WebDriver {
        let mut preferences = DesiredCapabilities::chrome();
        for flag in FLAGS {
            preferences.add_arg(flag).unwrap();
        }
        preferences.add_arg(&format!("--user-data-dir={}", self.profile.path().display())).unwrap();
        preferences.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(&self.address, preferences).await.expect("`make setup` installs chromium");
        driver.set_script_timeout(NEVER).await.unwrap();
        driver
    }
}

/// Opens the page of the sandbox at `at`, lets `test` use it, and closes the window in any case. Complaints of the
/// browser fail the test.
pub(crate) async fn browse<F>(at: String, test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let _turn = WINDOWS.acquire().await.unwrap();
    let chromium = Chromium::start().await;
    let page = Page { driver: chromium.window().await, at: at.into() };
    page.driver.goto(&*page.at).await.unwrap();
    page.shows("#side .person", "Maya").await;
    let ended = tokio::spawn(test(page.clone())).await;
    if ended.is_err() {
        page.leave_picture().await;
    }
    let complaints = page.driver.browser_log().await.unwrap();
    let elsewhere = page.loaded_from_elsewhere().await;
    page.driver.quit().await.unwrap();
    if let Err(failed) = ended {
        std::panic::resume_unwind(failed.into_panic());
    }
    let complaints: Vec<_> = complaints.iter().map(|entry| format!("{}: {}", entry.level, entry.message)).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    assert_eq!(elsewhere, json!([]), "nothing outside the sandbox is asked for anything");
}

/// Returns JavaScript for the elements that match `css`, are visible, and contain `text`.
pub(crate) fn saying(css: &str, text: &str) -> String {
    let (css, text) = (json!(css), json!(text));
    format!(
        "[...document.querySelectorAll({css})].filter((n) => n.checkVisibility() && n.textContent.includes({text}))"
    )
}

impl Page {
    /// Waits until a JavaScript expression is true and returns its value. If the page is left just when the check
    /// begins, the check is lost with it and never answers; then it is repeated on the next page.
    pub(crate) async fn until(&self, expression: &str) -> ScriptRet {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => {{ const found = {expression}; if (found) done(found); else requestAnimationFrame(look); }};
             look();"
        );
        let mut outcome = self.driver.execute_async(script.clone(), vec![]).await;
        if outcome.is_err() {
            outcome = self.driver.execute_async(script, vec![]).await;
        }
        match outcome {
            Ok(found) => found,
            Err(error) => panic!("never: {expression}\n{error}\nThere is:\n{}", self.text().await),
        }
    }

    /// Returns the page's text.
    async fn text(&self) -> String {
        let text = self.driver.execute("return document.body.innerText", vec![]).await.unwrap();
        text.json().as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an element contains this text.
    pub(crate) async fn shows(&self, css: &str, text: &str) -> WebElement {
        self.until(&format!("{}[0]", saying(css, text))).await.element().unwrap()
    }

    /// Waits until no element contains this text.
    pub(crate) async fn no_longer_shows(&self, css: &str, text: &str) {
        self.until(&format!("{}.length === 0", saying(css, text))).await;
    }

    /// Clicks on the element with this text, as soon as it is there.
    pub(crate) async fn click(&self, css: &str, text: &str) {
        self.operate(&format!("{}[0]", saying(css, text)), None).await;
    }

    /// Clicks on something in the last message with this text.
    pub(crate) async fn click_in_message(&self, message: &str, inside: &str) {
        let inside = json!(inside);
        let all = saying("#messages .message", message);
        self.operate(&format!("{all}.map((n) => n.querySelector({inside})).filter(Boolean).at(-1)"), None).await;
    }

    /// Types into a field.
    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        self.operate(&format!("{}[0]", saying(css, "")), Some(text)).await;
    }

    /// Clicks on the element of a JavaScript expression, or types into it. An element that is redrawn or covered at
    /// that moment is looked up again: nothing has happened to it yet.
    async fn operate(&self, element: &str, keys: Option<&str>) {
        let operated = async {
            loop {
                let found = self.until(element).await.element().unwrap();
                let done = match keys {
                    None => found.click().await,
                    Some(keys) => found.send_keys(keys).await,
                };
                match done {
                    Ok(()) => return,
                    Err(error) if drawn_anew(&error) => {}
                    Err(error) => panic!("{element} cannot be operated: {error}"),
                }
            }
        };
        let in_time = tokio::time::timeout(3 * NEVER, operated).await;
        in_time.unwrap_or_else(|_| panic!("{element} stays covered"));
    }

    /// Empties a field.
    pub(crate) async fn clear(&self, css: &str) {
        self.shows(css, "").await.clear().await.unwrap();
    }

    /// Opens another page.
    pub(crate) async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// Types into the focused element.
    pub(crate) async fn keys(&self, keys: impl AsRef<str>) {
        self.driver.action_chain().send_keys(keys.as_ref()).perform().await.unwrap();
    }

    /// Types a line into the composer and sends it.
    pub(crate) async fn say(&self, line: &str) {
        self.until("!document.querySelector('#place').inert").await;
        self.type_into("#composer-text", line).await;
        // A space ends the word, so that Enter does not complete it.
        self.keys(" ").await;
        self.keys("\u{e007}").await;
        self.until("document.querySelector('#composer-text').value === ''").await;
    }

    /// Answers as another person in the thread of the message with this text, which is redrawn for it.
    pub(crate) async fn answer_as(&self, person: &str, message: &str, text: &str) {
        let all = saying("#messages .message:not(.only)", message);
        let (person, text) = (json!(person), json!(text));
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const message = {all}.at(-1);
             const look = () => {{ if (message.isConnected) requestAnimationFrame(look); else done(); }};
             Promise.all([import('/page/api.js'), import('/page/store.js')]).then(([{{ post }}, {{ state }}]) => {{
               post('say', {{ as: {person}, channel: state.place, text: {text}, thread_ts: message.dataset.ts }});
               look();
             }});"
        );
        self.driver.execute_async(script, vec![]).await.unwrap();
    }

    /// Switches to another person.
    pub(crate) async fn become_(&self, handle: &str) {
        self.click(&format!("[data-person={handle}]"), "").await;
        self.shows(&format!("[data-person={handle}][aria-checked=true]"), "").await;
    }

    /// Opens a pane of the right column.
    pub(crate) async fn pane(&self, name: &str) {
        self.click(&format!("[data-tab-of={name}]"), "").await;
    }

    /// Waits until dialnote has this owner and status for a conversation, wherever the inbox shows it.
    pub(crate) async fn has(&self, conversation: &str, words: &str) {
        self.until(&format!(
            "document.querySelector('[data-conversation={conversation}]')?.textContent.includes({})",
            json!(words)
        ))
        .await;
    }

    /// Makes the window as large as this.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    }

    /// Prefers a colour scheme, `light` or `dark`.
    pub(crate) async fn prefers(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
    }

    /// Returns the focused element's name, label or text.
    pub(crate) async fn focus(&self) -> String {
        let script = "const n = document.activeElement;
                      return n.dataset.focus || n.id || n.getAttribute('aria-label') || n.textContent.trim();";
        self.driver.execute(script, vec![]).await.unwrap().json().as_str().unwrap_or_default().to_owned()
    }

    /// Saves the last screen of a failing test in `target/tmp`.
    async fn leave_picture(&self) {
        let name = std::thread::current().name().unwrap_or("failed").replace("::", "-");
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let _ = self.driver.screenshot(&file).await;
    }

    async fn loaded_from_elsewhere(&self) -> Value {
        let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)
                          .filter((name) => !name.startsWith(location.origin));";
        self.driver.execute(script, vec![]).await.unwrap().json().clone()
    }
}

fn drawn_anew(error: &WebDriverError) -> bool {
    let error = error.to_string();
    ["stale element", "click intercepted", "not interactable"].iter().any(|known| error.contains(known))
}
