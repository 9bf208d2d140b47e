//! Emoji on messages: added from the keyboard, pressed again to remove them.

use crate::browser::Page;
use crate::stage::demo;

const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

impl Page {
    /// Focuses something in the last message with this text that all people see.
    async fn focus_in_message(&self, message: &str, inside: &str) {
        let found = format!(
            "[...document.querySelectorAll('#messages .message:not(.only)')]
                .filter((n) => n.textContent.includes('{message}')).at(-1)?.querySelector('{inside}')"
        );
        self.until(&format!("({found})?.focus() ?? document.activeElement === ({found})")).await;
    }
}

#[tokio::test]
async fn a_card_is_taken_with_an_emoji_and_given_up_by_removing_it() {
    demo(|page| async move {
        page.say("/assign me Marta Silva").await;
        page.say("/dialnote settings").await;
        page.click(".modal label", "Let emoji on cards act").await;
        page.shows(".modal", "Removing the emoji within 10 minutes undoes it").await;
        page.click(".modal button", "Save").await;
        page.shows(".message.only", "Saved.").await;
        page.say("/unassign Marta Silva").await;
        page.has("conv_1010", "Unassigned").await;

        page.focus_in_message("Marta Silva", "[data-focus=react]").await;
        page.keys(ENTER).await;
        page.shows("[role=menuitem]", "👀 eyes").await;
        page.keys(ENTER).await;
        page.shows("#messages .reaction[aria-pressed=true]", "👀1 by you").await;
        page.has("conv_1010", "Maya").await;

        page.become_("zoe").await;
        page.shows("#messages .reaction[aria-pressed=false]", "👀1 by Maya").await;
        page.click("#messages .reaction", "👀").await;
        page.shows("#messages .reaction[aria-pressed=true]", "👀2 by Maya, you").await;
        page.shows(".message.only", "Take over").await;

        page.become_("maya").await;
        page.click("#messages .reaction", "👀").await;
        page.has("conv_1010", "Unassigned").await;
        page.shows("#messages .reaction[aria-pressed=false]", "👀1 by Zoe").await;
        page.is_accessible("emoji on a card").await;

        page.focus_in_message("Marta Silva", "[data-focus=react]").await;
        page.keys(ENTER).await;
        page.keys(DOWN).await;
        page.keys(ENTER).await;
        page.shows("#messages .reaction[aria-pressed=true]", "✅").await;
        page.has("conv_1010", "Done").await;
    })
    .await;
}
