//! The app's own windows and Home, used through the page. Fields are found by their kind: their names are the app's.

use crate::browser::Page;
use crate::stage::demo;

impl Page {
    /// Chooses from the menu of a window with this number, counted from 0.
    async fn choose_in(&self, place: usize, typed: &str, option: &str) {
        let field = format!(".modal .combo input[data-nth='{place}']");
        self.until(&format!(
            "(() => {{ const all = [...document.querySelectorAll('.modal .combo input')];
               all.forEach((one, at) => one.setAttribute('data-nth', at)); return all.length > {place}; }})()"
        ))
        .await;
        self.click(&field, "").await;
        self.keys(typed).await;
        self.click("[role=option]", option).await;
    }
}

#[tokio::test]
async fn a_command_that_names_no_conversation_opens_a_form() {
    demo(|page| async move {
        page.say("/assign @zoe").await;
        page.until("document.activeElement.closest('.modal')").await;
        page.click(".modal [type=submit]", "").await;
        page.shows(".modal .wrong .error", "Please complete this required field.").await;
        page.shows(".modal .combo .chip", "Zoe").await;
        page.choose_in(0, "lucia fernandes", "Lucía Fernández").await;
        page.click(".modal [type=submit]", "").await;
        page.until("!document.querySelector('.modal')").await;
        page.has("conv_1012", "Zoe Park").await;
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
        page.until(
            "(document.querySelector('#thread .message:last-child [aria-label=\"Message shortcuts\"]').focus(), true)",
        )
        .await;
        page.click("#thread .message:last-child [aria-label='Message shortcuts']", "").await;
        page.click("[role=menuitem][data-value=note_message]", "").await;
        page.until("document.querySelectorAll('#thread .message').length >= 3").await;
        page.click("[data-conversation=conv_1010]", "").await;
        page.shows("#timeline .note", "Her new address comes by mail.").await;
    })
    .await;
}

#[tokio::test]
async fn a_card_is_handed_off_by_its_shortcut() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.has("conv_1010", "Maya Chen").await;
        page.shows("#messages .message:not(.only)", "Marta Silva").await;
        let shortcuts =
            "[...document.querySelectorAll('#messages .message:not(.only) [aria-label=\"Message shortcuts\"]')].at(-1)";
        page.until(&format!("({shortcuts}.focus(), {shortcuts}.checkVisibility())")).await;
        page.until(&format!("({shortcuts}.click(), true)")).await;
        page.answer_as("U0LEO", "Marta Silva", "She called twice.").await;
        page.click("[role=menuitem][data-value=hand_off_message]", "").await;
        page.shows(".modal", "").await;
        let last = "document.querySelectorAll('.modal .combo input').length - 1";
        let last = page.until(&format!("String({last})")).await.json().as_str().unwrap().parse().unwrap();
        page.choose_in(last, "zo", "Zoe").await;
        page.type_into(".modal textarea", "Knows her.").await;
        page.click(".modal [type=submit]", "").await;
        page.until("!document.querySelector('.modal')").await;
        page.has("conv_1010", "Zoe Park").await;
    })
    .await;
}

#[tokio::test]
async fn ones_own_list_in_a_window() {
    demo(|page| async move {
        page.become_("zoe").await;
        page.click("#place .composer button", "Shortcuts").await;
        page.click("[role=menuitem][data-value=my_inbox]", "").await;
        page.shows(".modal [data-action=done]", "Done").await;
        page.click(".modal [data-action=done]", "Done").await;
        page.until("document.querySelectorAll('#inbox-done [data-conversation]').length === 3").await;
        page.keys("\u{e00c}").await;
        page.until("!document.querySelector('.modal')").await;
    })
    .await;
}

#[tokio::test]
async fn a_misspelt_name_is_found() {
    demo(|page| async move {
        page.click("#place .composer button", "Shortcuts").await;
        page.click("[role=menuitem][data-value=find_conversation]", "").await;
        page.type_into(".modal .combo input", "nguyne").await;
        page.shows("[role=option][aria-selected=true]", "Robert Nguyen").await;
        page.keys("\u{e007}").await;
        page.click(".modal [data-action=take]", "Take it").await;
        page.has("conv_1004", "Maya Chen").await;
        page.click(".modal footer button", "Close").await;
        page.until("!document.querySelector('.modal')").await;
    })
    .await;
}

#[tokio::test]
async fn a_list_has_buttons_and_a_filter() {
    demo(|page| async move {
        page.say("/inbox unassigned").await;
        page.click_in_message("Lucía Fernández", "[data-action=take]").await;
        page.has("conv_1012", "Maya Chen").await;
        page.click("#messages .message.only .combo input", "").await;
        page.click("[role=option]", "Mine (").await;
        page.shows("#messages .message.only", "Lucía Fernández").await;
    })
    .await;
}

#[tokio::test]
async fn the_home_is_used() {
    demo(|page| async move {
        page.become_("zoe").await;
        page.click("[data-place=app]", "").await;
        page.shows("#home", "Nora Quinn").await;
        page.click("#home [data-action=filter]", "").await;
        page.click("[role=option]", "Unassigned (").await;
        page.click("#home [data-action=take]", "").await;
        page.until(
            "[...document.querySelectorAll('.owner')].filter((n) => n.textContent.includes('Zoe Park')).length >= 4",
        )
        .await;
    })
    .await;
}
