//! A tour of the page: each step alone, and all of them in one go.

use serde_json::json;

use crate::browser::Page;
use crate::stage::demo;
use crate::steps;

#[tokio::test]
async fn assign_by_typing() {
    demo(|page| async move { steps::assign_by_typing(&page).await }).await;
}

#[tokio::test]
async fn two_people_take_it() {
    demo(|page| async move { steps::two_people_take_it(&page).await }).await;
}

#[tokio::test]
async fn hand_off_with_a_note() {
    demo(|page| async move { steps::hand_off_with_a_note(&page).await }).await;
}

#[tokio::test]
async fn dialnote_goes_down_and_comes_back() {
    demo(|page| async move { steps::dialnote_goes_down_and_comes_back(&page).await }).await;
}

#[tokio::test]
async fn the_app_is_killed_and_nothing_is_lost() {
    demo(|page| async move { steps::the_app_is_killed_and_nothing_is_lost(&page).await }).await;
}

#[tokio::test]
async fn a_contact_writes() {
    demo(|page| async move { steps::a_contact_writes(&page).await }).await;
}

#[tokio::test]
async fn a_name_that_is_markup_is_a_name() {
    demo(|page| async move { steps::a_name_that_is_markup_is_a_name(&page).await }).await;
}

#[tokio::test]
async fn recorded_calls_are_shown() {
    demo(|page| async move { steps::recorded_calls_are_shown(&page).await }).await;
}

#[tokio::test]
async fn accept_or_decline() {
    demo(|page| async move { steps::accept_or_decline(&page).await }).await;
}

#[tokio::test]
async fn find_by_a_misspelt_name() {
    demo(|page| async move { steps::find_by_a_misspelt_name(&page).await }).await;
}

#[tokio::test]
async fn a_list_with_buttons() {
    demo(|page| async move { steps::a_list_with_buttons(&page).await }).await;
}

#[tokio::test]
async fn the_home_tab() {
    demo(|page| async move { steps::the_home_tab(&page).await }).await;
}

#[tokio::test]
async fn a_link_becomes_a_card() {
    demo(|page| async move { steps::a_link_becomes_a_card(&page).await }).await;
}

/// Resets the page to the start of a step, some time later.
async fn begin_again(page: &Page) {
    let clock = format!("{}/_sandbox/clock", page.at);
    reqwest::Client::new().post(clock).json(&json!({ "seconds": 300 })).send().await.unwrap();
    page.become_("maya").await;
    page.click("[data-place=C0FRONT]", "").await;
}

#[tokio::test]
async fn in_one_go() {
    demo(|page| async move {
        steps::assign_by_typing(&page).await;
        begin_again(&page).await;
        steps::two_people_take_it(&page).await;
        begin_again(&page).await;
        steps::hand_off_with_a_note(&page).await;
        begin_again(&page).await;
        steps::dialnote_goes_down_and_comes_back(&page).await;
        begin_again(&page).await;
        steps::the_app_is_killed_and_nothing_is_lost(&page).await;
        begin_again(&page).await;
        steps::a_contact_writes(&page).await;
        begin_again(&page).await;
        steps::a_name_that_is_markup_is_a_name(&page).await;
        begin_again(&page).await;
        steps::recorded_calls_are_shown(&page).await;
        begin_again(&page).await;
        steps::accept_or_decline(&page).await;
        begin_again(&page).await;
        steps::find_by_a_misspelt_name(&page).await;
        begin_again(&page).await;
        steps::a_list_with_buttons(&page).await;
        begin_again(&page).await;
        steps::the_home_tab(&page).await;
        begin_again(&page).await;
        steps::a_link_becomes_a_card(&page).await;
    })
    .await;
}

#[tokio::test]
async fn a_report_is_a_picture() {
    demo(|page| async move {
        page.say("/dialnote route *").await;
        page.shows("#messages .message", "From now on all cards come to").await;
        page.say("/dialnote report week").await;
        page.shows("#messages .picture figcaption", "Conversations of the last 7 days").await;
        page.shows("#messages .message", "Open now: Zoe").await;
        page.until("document.querySelector(\"#messages .picture img[alt^='Two bar charts.']\")?.naturalWidth === 1200")
            .await;
    })
    .await;
}
