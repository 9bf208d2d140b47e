//! Everything without a mouse: Tab and arrow keys to move, Enter to act, Esc to leave.

use thirtyfour::prelude::*;

use crate::browser::Page;
use crate::stage::demo;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESC: &str = "\u{e00c}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";

/// More stops than any path on the page has.
const FAR: usize = 80;

impl Page {
    /// Presses Tab, or Shift+Tab, until the focus is on the element with this name.
    async fn tab_to(&self, back: bool, there: &str) {
        let mut passed = Vec::new();
        while passed.len() < FAR {
            let at = self.focus().await;
            if at.contains(there) {
                return;
            }
            passed.push(at);
            let chain = self.driver.action_chain();
            let chain = if back { chain.key_down(Key::Shift) } else { chain };
            chain.send_keys(TAB).key_up(Key::Shift).perform().await.unwrap();
        }
        panic!("{there} is not reached; passed {passed:#?}");
    }
}

#[tokio::test]
async fn assign_hand_off_and_search_without_a_mouse() {
    demo(|page| async move {
        page.tab_to(false, "composer-text").await;
        page.keys("/as").await;
        page.shows(".completions [aria-selected=true]", "/assign").await;
        page.keys(format!("{ENTER}@")).await;
        page.shows(".completions [aria-selected=true]", "@maya").await;
        page.keys(format!("{DOWN}{DOWN}{DOWN}{UP}{TAB}")).await;
        page.until("document.querySelector('#composer-text').value === '/assign @zoe '").await;
        page.keys(format!("conv_1001 {ENTER}")).await;
        page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
        page.shows("#messages .thread-line", "1 reply").await;

        page.tab_to(true, "/hand_off/").await;
        page.keys(ENTER).await;
        page.until("document.activeElement.dataset.focus === 'suggested/suggested'").await;
        page.tab_to(false, "to/to").await;
        page.keys("le").await;
        page.shows(".combo [role=option][aria-selected=true]", "Leo").await;
        page.keys(ESC).await;
        page.until("!document.querySelector('.combo [role=option]')?.checkVisibility()").await;
        page.shows(".modal h2", "Hand off").await;
        page.keys(DOWN).await;
        page.shows(".combo [role=option]", "Leo").await;
        page.keys(format!("{DOWN}{DOWN}{ENTER}")).await;
        page.until("document.querySelector(\"[data-focus='to/to']\").value === 'Leo'").await;
        page.keys(format!("{TAB}Call before noon.")).await;
        page.tab_to(false, "Hand off").await;
        page.keys(ENTER).await;
        page.until("!document.querySelector('.modal')").await;
        page.shows("#messages .message:not(.only)", "Owner: Leo").await;

        page.tab_to(true, "/hand_off/").await;
        page.keys(ENTER).await;
        page.shows(".modal h2", "Hand off").await;
        page.keys(ESC).await;
        page.until("!document.querySelector('.modal')").await;
        page.tab_to(false, "thread").await;
        page.keys(ENTER).await;
        page.shows("#thread .message", "Maya handed this over to Leo.").await;
        page.keys(ESC).await;
        page.until("document.querySelector('#thread').hidden").await;

        page.tab_to(true, "place-C0FRONT").await;
        page.keys(DOWN).await;
        assert_eq!(page.focus().await, "place-C0BILLING");
        page.tab_to(true, "person-maya").await;
        page.keys(format!("{DOWN}{ENTER}")).await;
        page.shows("[data-person=leo][aria-checked=true]", "").await;
        page.tab_to(false, "tab-inbox").await;
        page.keys(RIGHT).await;
        page.shows("#pane-world", "What goes wrong").await;
        assert_eq!(page.focus().await, "tab-world");
    })
    .await;
}

#[tokio::test]
async fn everything_has_a_name_and_can_be_read_at_twice_the_size() {
    demo(|page| async move {
        page.say("/assign @zoe Ana Lima").await;
        page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
        page.until(
            "![...document.querySelectorAll('button, a, input, select, textarea, [role=dialog], nav, aside')].some(
            (n) => n.checkVisibility() && !n.textContent.trim() && !n.getAttribute('aria-label') && !n.labels?.length)",
        )
        .await;
        // 1440 × 900 at 200 % is a window of 720 × 450.
        let metrics = serde_json::json!({"width": 720, "height": 450, "deviceScaleFactor": 2, "mobile": false});
        page.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
        page.until("document.documentElement.scrollWidth <= innerWidth").await;
        page.click("#toggle-right", "").await;
        page.shows("[data-conversation=conv_1001]", "Zoe Park").await;
        page.click("#toggle-right", "").await;
        page.until("!document.querySelector('[data-conversation]').checkVisibility()").await;
        page.click("#toggle-side", "").await;
        page.shows("[data-person=zoe] .badge", "1").await;
        page.become_("zoe").await;
        page.click("[data-place=app]", "").await;
        page.shows("#messages .message", "Maya assigned").await;
    })
    .await;
}
