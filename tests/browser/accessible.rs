//! The page as axe sees it (`vendor/axe.min.js`): nothing serious, in both themes and at three widths, in the states
//! that people meet.

use serde_json::Value;

use crate::browser::Page;
use crate::stage::{demo, prepared};

const AXE: &str = include_str!("vendor/axe.min.js");

/// Serious and critical violations, with the rule and the first elements.
const RUN: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + (any[0]?.message ?? '')).join(' | ')}`)));";

const WIDTHS: [(u32, u32); 3] = [(1440, 900), (900, 700), (390, 844)];

impl Page {
    /// Examines the page at three widths and in both themes.
    pub(crate) async fn is_accessible(&self, state: &str) {
        self.driver.execute(format!("{AXE}; window.axe = axe;"), vec![]).await.unwrap();
        let mut found = Vec::new();
        for scheme in ["light", "dark"] {
            self.prefers(scheme).await;
            for (width, height) in WIDTHS {
                self.size(width, height).await;
                self.until(&format!("innerWidth === {width}")).await;
                let violations = self.driver.execute_async(RUN, vec![]).await.unwrap();
                let Value::Array(violations) = violations.json().clone() else { panic!("axe answers a list") };
                found.extend(violations.into_iter().map(|one| format!("{scheme} {width}: {one}")));
            }
        }
        self.size(1440, 900).await;
        self.prefers("light").await;
        assert!(found.is_empty(), "{state}: {found:#?}");
    }
}

#[tokio::test]
async fn at_the_start_with_a_window_a_menu_and_a_fault() {
    prepared(|page| async move {
        page.ticked("look").await;
        page.is_accessible("start").await;
        page.click_in_message("Grace Kim", "[data-action=hand_off]").await;
        page.shows(".modal", "").await;
        page.is_accessible("a window").await;
        page.keys("\u{e00c}").await;
        page.until("!document.querySelector('.modal')").await;
        page.click("#place .composer button", "Shortcuts").await;
        page.shows("[role=menuitem]", "").await;
        page.is_accessible("a menu").await;
        page.keys("\u{e00c}").await;
        page.pane("events").await;
        page.click("#fault-dialnote-slow", "").await;
        page.shows("#alerts", "dialnote is slow").await;
        page.is_accessible("a fault").await;
        page.pane("traffic").await;
        page.shows(".request", "").await;
        page.is_accessible("traffic").await;
    })
    .await;
}

#[tokio::test]
async fn with_the_tour_done_a_thread_and_home() {
    demo(|page| async move {
        for step in crate::steps::STEPS {
            let tick = reqwest::Client::new().post(format!("{}/_sandbox/tour", page.at));
            tick.json(&serde_json::json!({ "step": step })).send().await.unwrap();
        }
        page.shows(".tour-end", "That’s the product.").await;
        page.say("/assign @zoe Ana Lima").await;
        page.click_in_message("Ana Lima", "[data-focus=thread]").await;
        page.shows("#thread .message", "").await;
        page.is_accessible("the tour is done").await;
        page.click("[data-place=app]", "").await;
        page.shows("#home button", "").await;
        page.is_accessible("Home").await;
    })
    .await;
}
