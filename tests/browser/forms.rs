//! The app's own forms: filling them in instead of typing, and choosing notifications.

use crate::stage::demo;

#[tokio::test]
async fn a_command_that_names_no_conversation_opens_a_form() {
    demo(|page| async move {
        page.say("/assign @zoe").await;
        page.until("document.activeElement.dataset.focus === 'which/which'").await;
        page.click(".modal [type=submit]", "Assign").await;
        page.shows(".modal [data-block=which] .error", "Please complete this required field.").await;
        page.until("document.querySelector(\".modal [data-focus='to/to']\").value === 'Zoe'").await;
        page.type_into(".modal [data-focus='which/which']", "lucia fernandes").await;
        page.click("[role=option]", "Lucía Fernández").await;
        page.click(".modal [type=submit]", "Assign").await;
        page.until("!document.querySelector('.modal')").await;
        page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
        page.inbox_shows("conv_1012", "Zoe Park").await;
    })
    .await;
}

#[tokio::test]
async fn a_thread_message_becomes_a_note() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.click_in_message("Marta Silva", "[data-focus=thread]").await;
        page.type_into("#thread-text", "Her new address comes by mail.\u{e007}").await;
        page.shows("#thread .message:last-child", "by mail").await;
        page.click("#thread .message:last-child [aria-label='Message shortcuts']", "").await;
        page.click("[role=menuitem]", "Add as note").await;
        page.shows("#thread .message", "Maya added a note.").await;
        page.click("[data-conversation=conv_1010]", "").await;
        page.shows("#timeline .note", "Her new address comes by mail.").await;
    })
    .await;
}

#[tokio::test]
async fn a_card_is_handed_over_by_its_shortcut() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.shows("#messages .message:not(.only)", "Owner: Maya").await;
        page.click_in_message("Owner: Maya", "[aria-label='Message shortcuts']").await;
        page.answer_as("U0LEO", "Owner: Maya", "She called twice.").await;
        page.click("[role=menuitem]", "Hand off").await;
        page.type_into(".modal [data-focus='to/to']", "zo").await;
        page.click("[role=option]", "Zoe").await;
        page.type_into(".modal [data-focus='note/note']", "Knows her.").await;
        page.click(".modal [type=submit]", "Hand off").await;
        page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
    })
    .await;
}

#[tokio::test]
async fn ones_own_list_in_a_window() {
    demo(|page| async move {
        page.become_("zoe").await;
        page.click("#place .composer button", "Shortcuts").await;
        page.click("[role=menuitem]", "My inbox").await;
        page.shows(".modal", "Yours: 3.").await;
        page.click(".modal [data-action=done]", "Done").await;
        page.shows(".modal", "is done.").await;
        page.shows(".modal", "Yours: 2.").await;
        page.keys("\u{e00c}").await;
        page.until("!document.querySelector('.modal')").await;
    })
    .await;
}

#[tokio::test]
async fn admins_change_the_rules_and_quiet_hours_are_set() {
    demo(|page| async move {
        page.click("[data-place=app]", "").await;
        page.shows("#home", "Handing over needs a note.").await;
        page.click("#home [data-action=rules]", "Change…").await;
        page.shows(".modal h2", "Rules").await;
        page.click(".modal label", "When handing over").await;
        page.click(".modal [data-focus='done/done']", "").await;
        page.click("[role=option]", "Admins only").await;
        page.click(".modal [type=submit]", "Save").await;
        page.shows("[data-place=app] .badge", "1").await;
        page.click("[data-tab=messages]", "").await;
        page.shows("#messages .message", "The new rules hold from now on.").await;
        page.click("[data-tab=home]", "").await;
        page.shows("#home", "Marking done: admins only. Nothing needs a note.").await;
        page.click("#home button", "Change…").await;
        page.shows(".modal h2", "Notifications").await;
        page.pick(".modal [data-focus='from/from']", "18:00").await;
        page.pick(".modal [data-focus='until/until']", "08:00").await;
        page.click(".modal [type=submit]", "Save").await;
        page.shows("#home", "Quiet from 18:00 to 08:00.").await;
        page.become_("leo").await;
        page.no_longer_shows("#home", "For admins").await;
        page.shows("#home", "You are told of everything that concerns you.").await;
    })
    .await;
}
