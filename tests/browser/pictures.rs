//! The pictures in the README, taken from the page itself. `make screenshots` puts them into `docs`;
//! every run of the tests takes them, to know that they can be taken.

use std::path::PathBuf;

use crate::browser::Page;
use crate::stage::demo;

/// The largest picture that goes into the repository.
const LARGEST: usize = 200 * 1024;

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
        page.size(1200, 700).await;
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
        take(&page, "handoff").await;
        page.click(".modal [type=submit]", "").await;
        page.until("!document.querySelector('.modal')").await;
        page.become_("leo").await;
        page.click("[data-place=app]", "").await;
        page.shows("#messages .message", "call before noon").await;
        page.inbox_shows("conv_1001", "Leo Martins").await;
        take(&page, "message").await;
    })
    .await;
}
