//! Everything without a mouse: Tab and arrow keys to move, Enter to act, Escape to leave.

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
const FAR: usize = 90;

/// The owner's menu of a window: the last one.
const OWNER: &str = "[...document.querySelectorAll('.modal .combo input')].at(-1)";

impl Page {
    /// Presses Tab, or Shift+Tab, until the focus is on the element with this name.
    pub(crate) async fn tab_to(&self, back: bool, there: &str) {
        let mut passed = Vec::new();
        while passed.len() < FAR {
            let at = self.focus().await;
            if at.contains(there) {
                return;
            }
            passed.push(at);
            self.tab(back).await;
        }
        panic!("{there} is not reached; passed {passed:#?}");
    }

    /// Presses Tab until the focus is on the element of a JavaScript expression.
    pub(crate) async fn tab_until(&self, there: &str) {
        for _ in 0..FAR {
            let is_there = format!("return document.activeElement === {there}");
            if *self.driver.execute(is_there, vec![]).await.unwrap().json() == true {
                return;
            }
            self.tab(false).await;
        }
        panic!("{there} is not reached");
    }

    async fn tab(&self, back: bool) {
        let chain = self.driver.action_chain();
        let chain = if back { chain.key_down(Key::Shift) } else { chain };
        chain.send_keys(TAB).key_up(Key::Shift).perform().await.unwrap();
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
        page.has("conv_1001", "Zoe Park").await;
        page.shows("#messages .thread-line", "1 reply").await;

        page.tab_to(true, "/hand_off/").await;
        page.keys(ENTER).await;
        page.until("document.activeElement.closest('.modal')").await;
        page.tab_until(OWNER).await;
        page.keys("le").await;
        page.shows(".combo [role=option][aria-selected=true]", "Leo").await;
        page.keys(ESC).await;
        page.until("!document.querySelector('.combo [role=option]')?.checkVisibility()").await;
        page.shows(".modal h2", "").await;
        page.keys(DOWN).await;
        page.shows(".combo [role=option]", "Leo").await;
        page.keys("leo").await;
        page.shows(".combo [role=option][aria-selected=true]", "Leo").await;
        page.keys(ENTER).await;
        page.shows(".modal .chip", "Leo").await;
        page.tab_until("document.querySelector('.modal textarea')").await;
        page.keys("Call before noon.").await;
        page.tab_until("document.querySelector('.modal [type=submit]')").await;
        page.keys(TAB).await;
        page.until("document.activeElement.getAttribute('aria-label') === 'Close'").await;
        page.tab(true).await;
        page.keys(ENTER).await;
        page.until("!document.querySelector('.modal')").await;
        page.has("conv_1001", "Leo Martins").await;
        page.shows("#messages .message:not(.only) .blocks", "Leo").await;

        page.tab_to(true, "/hand_off/").await;
        page.keys(ENTER).await;
        page.shows(".modal h2", "").await;
        page.keys(ESC).await;
        page.until("!document.querySelector('.modal')").await;
        page.until("document.activeElement.dataset.focus?.includes('/hand_off/')").await;
        page.tab_to(false, "thread").await;
        page.keys(ENTER).await;
        page.until("document.querySelectorAll('#thread .message').length >= 3").await;
        page.keys(ESC).await;
        page.until("document.querySelector('#thread').hidden").await;
        page.until("document.activeElement.dataset.focus === 'thread'").await;

        page.tab_to(true, "place-C0FRONT").await;
        page.keys(DOWN).await;
        assert_eq!(page.focus().await, "place-C0BILLING");
        page.tab_to(true, "person-maya").await;
        page.keys(format!("{DOWN}{ENTER}")).await;
        page.shows("[data-person=leo][aria-checked=true]", "").await;
        page.tab_to(false, "tab-tour").await;
        page.keys(RIGHT).await;
        page.shows("#pane-events", "Someone calls").await;
        assert_eq!(page.focus().await, "tab-events");
    })
    .await;
}

#[tokio::test]
async fn a_chosen_person_is_replaced_by_typing() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.click_in_message("Marta Silva", "[data-action=hand_off]").await;
        page.until("document.activeElement.closest('.modal')").await;
        page.tab_until(OWNER).await;
        for name in ["Leo", "Zoe"] {
            page.keys(name).await;
            page.shows(".combo [role=option][aria-selected=true]", name).await;
            page.keys(ENTER).await;
            page.until(&format!(
                "[...document.querySelectorAll('.modal .chip')].map((n) => n.textContent).join().match(/^{name} .*×$/)"
            ))
            .await;
        }
        page.click(".modal .chip button", "×").await;
        page.until("!document.querySelector('.modal .chip')").await;
    })
    .await;
}

#[tokio::test]
async fn a_drawer_opens_closes_and_gives_the_focus_back() {
    demo(|page| async move {
        page.size(1000, 700).await;
        for pane in ["tour", "events", "traffic", "inbox"] {
            page.click(&format!("[data-drawer={pane}]"), "").await;
            page.shows(&format!("#pane-{pane}"), "").await;
            page.until("document.activeElement.matches('.close')").await;
            page.keys(ESC).await;
            page.until("!document.querySelector('#right').checkVisibility()").await;
            page.until(&format!("document.activeElement.dataset.drawer === '{pane}'")).await;
        }
        page.click("[data-drawer=inbox]", "").await;
        page.click(".close", "×").await;
        page.until("!document.querySelector('#right').checkVisibility()").await;
    })
    .await;
}

#[tokio::test]
async fn everything_has_a_name_and_can_be_read_at_twice_the_size() {
    demo(|page| async move {
        page.say("/assign @zoe Ana Lima").await;
        page.has("conv_1001", "Zoe Park").await;
        page.until(
            "![...document.querySelectorAll('button, a, input, select, textarea, [role=dialog], nav, aside')].some(
            (n) => n.checkVisibility() && !n.textContent.trim() && !n.getAttribute('aria-label') && !n.labels?.length)",
        )
        .await;
        // 1440 × 900 at 200 %, and the narrowest phone.
        for (width, height) in [(720, 450), (320, 640)] {
            page.size(width, height).await;
            page.until("document.documentElement.scrollWidth <= innerWidth").await;
            page.until("[...document.querySelectorAll('#top, #place-head, .composer')].every((n) => n.scrollWidth <= n.clientWidth + 1)").await;
            page.click("#bar [data-view=inbox]", "").await;
            page.shows("[data-conversation=conv_1001]", "Zoe Park").await;
            page.until("document.documentElement.scrollWidth <= innerWidth").await;
            page.click("#bar [data-view=slack]", "").await;
            page.until("!document.querySelector('[data-conversation]').checkVisibility()").await;
        }
        page.click("#side .who", "").await;
        page.click("[role=menuitem][data-value=zoe]", "").await;
        page.shows("#side .who[data-me=zoe]", "").await;
        page.click("[data-place=app]", "").await;
        page.shows("#messages .message", "Ana Lima").await;
    })
    .await;
}
