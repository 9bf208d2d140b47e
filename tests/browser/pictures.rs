//! The pictures in the README, taken from the page itself. `make screenshots` puts them into `docs`; every run of the
//! tests takes them, to prove that it works.

use std::path::PathBuf;

use crate::browser::Page;
use crate::stage::demo;

/// The largest picture allowed in the repository, in bytes.
const LARGEST: usize = 200 * 1024;

/// The widths of all three columns, of the two on the left, and of the messages alone.
const ALL: u32 = 1200;
const SLACK: u32 = 900;
const MESSAGES: u32 = 760;

async fn take(page: &Page, name: &str) {
    page.until("document.fonts.status === 'loaded' && !document.querySelector('[aria-busy]')").await;
    let png = page.driver.screenshot_as_png().await.unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() < LARGEST, "{name} has {} bytes", png.len());
    let folder = std::env::var_os("PICTURES").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
}

impl Page {
    async fn size(&self, width: u32, height: u32) {
        let metrics = serde_json::json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    }
}

#[tokio::test]
async fn the_readme_shows_what_there_is() {
    demo(|page| async move {
        page.size(ALL, 640).await;
        page.say("Good morning! Who has time for the missed calls?").await;
        page.say("/assign @zoe Ana Lima wants a call back").await;
        page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
        page.shows("#messages .message.only", "Assigned").await;
        page.shows("#messages .thread-line", "1 reply").await;
        page.inbox_shows("conv_1001", "Zoe Park").await;
        take(&page, "channel").await;
        page.click_in_message("Owner: Zoe", "[data-action=hand_off]").await;
        page.type_into(".modal [data-focus='to/to']", "leo").await;
        page.click("[role=option]", "Leo").await;
        page.type_into(".modal [data-focus='note/note']", "Asked for a quote, call before noon.").await;
        page.size(MESSAGES, 640).await;
        take(&page, "handoff").await;
        page.size(ALL, 640).await;
        page.click(".modal [type=submit]", "").await;
        page.until("!document.querySelector('.modal')").await;
        page.shows("[data-person=leo] .badge", "1").await;
        page.become_("leo").await;
        page.click("[data-place=app]", "").await;
        page.shows("#messages .message", "call before noon").await;
        page.size(MESSAGES, 420).await;
        take(&page, "message").await;
    })
    .await;
}

#[tokio::test]
async fn the_readme_shows_the_lists() {
    demo(|page| async move {
        page.size(SLACK, 460).await;
        page.say("/inbox unassigned").await;
        page.shows("#messages .message.only", "Nobody’s, oldest first").await;
        page.click_in_message("Lucía Fernández", "[data-action=take]").await;
        page.shows("#messages .message.only", "You took ").await;
        page.until("(document.querySelector('#scroller').scrollTop = 0, true)").await;
        take(&page, "inbox").await;
        page.become_("zoe").await;
        page.click("[data-place=app]", "").await;
        page.shows("#home", "Yours: 3.").await;
        take(&page, "home").await;
        page.click("[data-place=C0FRONT]", "").await;
        page.click("#place .composer button", "Shortcuts").await;
        page.click("[role=menuitem]", "Find a conversation").await;
        page.size(MESSAGES, 420).await;
        page.type_into(".modal .combo input", "okafro").await;
        page.shows("[role=option][aria-selected=true]", "Diana Okafor").await;
        take(&page, "find").await;
    })
    .await;
}
