//! Slackbot on the page: a person lets it call the app's tools.

use crate::stage::demo;

#[tokio::test]
async fn slackbot_assigns_a_conversation_after_the_person_allowed_it() {
    demo(|page| async move {
        page.click("[data-place=slackbot]", "").await;
        page.shows("#place-title", "Slackbot").await;
        page.pick("#slackbot-form select", "assign").await;
        page.type_into("#slackbot-form [name=conversation]", "Marta Silva").await;
        page.type_into("#slackbot-form [name=to]", "zoe").await;
        page.click("#slackbot-form [type=submit]", "").await;
        page.click("dialog.question button", "Deny").await;
        page.shows("#slackbot-log", "Choose one of dialnote’s tools").await;
        page.click("#slackbot-form [type=submit]", "").await;
        page.click("dialog.question button", "Allow once").await;
        page.shows("#slackbot-log .message .text", "Assigned Marta Silva").await;
        page.has("conv_1010", "Zoe Park").await;
        // Its buttons call tools as well, and the answer takes the place of the first.
        page.click("#slackbot-log [data-action='tool:undo']", "").await;
        page.shows("#slackbot-log .message .text", "Marta Silva is unassigned again").await;
        page.until("document.querySelectorAll('#slackbot-log .message').length === 1").await;
        page.is_accessible("Slackbot").await;
    })
    .await;
}

#[tokio::test]
async fn a_list_has_buttons_and_a_question_choices() {
    demo(|page| async move {
        page.click("[data-place=slackbot]", "").await;
        page.shows("#slackbot-form select", "").await;
        page.type_into("#slackbot-form [name=query]", "okafor").await;
        page.click("#slackbot-form [type=submit]", "").await;
        page.shows("#slackbot-log .message .text", "Diana Okafor").await;
        page.pick("#slackbot-form select", "add_note").await;
        page.type_into("#slackbot-form [name=conversation]", "okafro").await;
        page.type_into("#slackbot-form [name=note]", "wants the invoice").await;
        page.click("#slackbot-form [type=submit]", "").await;
        page.click("dialog.question button", "Allow once").await;
        page.click("#slackbot-log [data-action='tool:answer_question']", "Choose").await;
        page.shows("#slackbot-log .message .text", "Note added to Diana Okafor").await;
        page.click("[data-conversation=conv_1003]", "").await;
        page.shows("#timeline .note", "wants the invoice").await;
    })
    .await;
}
