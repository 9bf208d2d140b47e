//! The tour: ten steps that tick themselves, in any order and as often as one likes.

use std::fs;

use crate::stage::prepared;
use crate::steps::{STEPS, by_hand};

#[tokio::test]
async fn by_hand_in_order() {
    prepared(|page| async move {
        for step in STEPS {
            by_hand(&page, step).await;
        }
        page.pane("tour").await;
        page.shows(".tour-end", "That’s the product.").await;
    })
    .await;
}

#[tokio::test]
async fn by_hand_in_reverse() {
    prepared(|page| async move {
        for step in STEPS.into_iter().rev() {
            by_hand(&page, step).await;
        }
        page.pane("tour").await;
        page.shows(".tour-end", "That’s the product.").await;
    })
    .await;
}

#[tokio::test]
async fn by_the_page_in_order() {
    prepared(|page| async move {
        for step in STEPS {
            page.do_it(step).await;
        }
        page.shows(".tour-end", "That’s the product.").await;
        page.shows("#steps .parts .done, .tour-end", "").await;
        page.driver.refresh().await.unwrap();
        page.shows(".tour-end", "That’s the product.").await;
        page.click("#tab-tour", "").await;
        page.click("[data-focus=tour-hide]", "Hide the tour").await;
        page.shows("#pane-tour", "10 of 10").await;
        page.click("[data-focus=tour-hide]", "Show the tour").await;
        page.click("#start-over", "").await;
        page.shows("#toasts", "Started over").await;
        page.until("document.querySelectorAll('#steps > .done').length <= 1").await;
        page.has("conv_1001", "Unassigned").await;
    })
    .await;
}

#[tokio::test]
async fn by_the_page_in_reverse() {
    prepared(|page| async move {
        for step in STEPS.into_iter().rev() {
            page.do_it(step).await;
        }
        page.shows(".tour-end", "That’s the product.").await;
    })
    .await;
}

#[tokio::test]
async fn every_step_can_be_done_twice() {
    prepared(|page| async move {
        for step in STEPS {
            page.do_it(step).await;
            page.do_it(step).await;
        }
    })
    .await;
}

#[tokio::test]
async fn on_a_phone() {
    prepared(|page| async move {
        page.size(390, 844).await;
        page.shows("#coach", "Tour").await;
        for (view, shown) in
            [("tour", "pane-tour"), ("inbox", "pane-inbox"), ("events", "pane-events"), ("slack", "place")]
        {
            page.click(&format!("#bar [data-view={view}]"), "").await;
            let visible = "[...document.querySelectorAll('#place, .pane')].filter((n) => n.checkVisibility())";
            page.until(&format!("{visible}.map((n) => n.id).join() === '{shown}'")).await;
        }
        for step in STEPS {
            page.do_it(step).await;
        }
    })
    .await;
}

#[tokio::test]
async fn show_me_where_goes_there_and_rings_the_control() {
    prepared(|page| async move {
        page.until("document.querySelector('[data-action=take].ringed')").await;
        page.become_("sam").await;
        page.click("[data-place=C0BILLING]", "").await;
        page.until("!document.querySelector('[data-action=take].ringed')").await;
        page.click("[data-show=take]", "").await;
        page.shows("[data-person=maya][aria-checked=true]", "").await;
        page.until("document.querySelector('[data-action=take].ringed')").await;
        page.click("[data-step=incoming] .step", "").await;
        page.click("[data-show=incoming]", "").await;
        page.until("document.querySelector('#incoming-voicemail.ringed')").await;
    })
    .await;
}

#[test]
fn the_page_has_the_steps_that_are_tested() {
    let source = fs::read_to_string("crates/sandbox/src/page/steps.js").unwrap();
    let named = source.split("name: \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert_eq!(named.collect::<Vec<_>>(), STEPS);
}
