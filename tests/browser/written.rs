//! Commands in plain words: a mention in the thread of a card, and the app's direct message.

use crate::stage::demo;

#[tokio::test]
async fn the_app_is_mentioned_in_the_thread_of_a_card() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.click_in_message("Marta Silva", "[data-focus=thread]").await;
        page.type_into("#thread-text", "@dia").await;
        page.shows("#thread .completions [aria-selected=true]", "@dialnote").await;
        page.keys("\u{e007}").await;
        page.keys("done, called back ").await;
        page.keys("\u{e007}").await;
        page.shows("#thread .message.only", "Marked Marta Silva").await;
        page.shows("#thread .message", "marked this done").await;
    })
    .await;
}

#[tokio::test]
async fn the_app_answers_in_its_direct_message() {
    demo(|page| async move {
        page.click("[data-place=app]", "").await;
        page.click("[data-tab=messages]", "").await;
        page.click(".prompts button", "Unassigned conversations").await;
        page.click_in_message("inbox unassigned", "[data-focus=thread]").await;
        page.shows("#thread .message button", "Take it").await;
        page.type_into("#composer-text", "assign @zoe Ana Lima call her ").await;
        page.keys("\u{e007}").await;
        page.has("conv_1001", "Zoe").await;
        page.click_in_message("call her", "[data-focus=thread]").await;
        page.shows("#thread .message", "Zoe has been notified").await;
    })
    .await;
}
