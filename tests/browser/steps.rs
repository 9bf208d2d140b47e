//! The steps of the README's five-minute tour, literally: each begins as Maya in #front-desk.

use crate::browser::Page;

pub(crate) async fn assign_by_typing(page: &Page) {
    page.type_into("#composer-text", "/as").await;
    page.shows(".completions [role=option]", "/assign @person [conversation] [note]").await;
    page.keys("\u{e007}@z").await;
    page.shows(".completions [role=option]", "Zoe Park").await;
    page.keys("\u{e007}Ana Lima wants a call back\u{e007}").await;
    page.shows("#messages .message.only", "Assigned Ana Lima (+1 415 555 0101) to Zoe").await;
    page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
    page.inbox_shows("conv_1001", "Zoe Park").await;
    page.shows("[data-person=zoe] .badge", "").await;
    page.become_("zoe").await;
    page.no_longer_shows("#messages .message", "Only visible to you").await;
    page.click("[data-place=app]", "").await;
    page.shows("#messages .message", "“wants a call back”").await;
    page.no_longer_shows("[data-place=app] .badge", "").await;
}

pub(crate) async fn two_people_take_it(page: &Page) {
    page.say("/unassign Nora Quinn").await;
    page.shows("#messages .message", "Nobody owns this yet.").await;
    page.click("[data-pane=world]", "").await;
    page.click("#fault-dialnote-slow", "").await;
    page.shows("#weather", "dialnote is slow").await;
    page.become_("leo").await;
    page.click_in_message("Nora Quinn", "[data-action=take]").await;
    page.until("!document.querySelector('[aria-busy]')").await;
    page.become_("zoe").await;
    page.click_in_message("Nora Quinn", "[data-action=take]").await;
    page.until("!document.querySelector('[aria-busy]')").await;
    page.click("#all-well", "").await;
    page.shows("#messages .message:not(.only)", "Owner: Leo").await;
    page.shows("#messages .message.only", "Leo took").await;
    page.click("#messages .message.only [data-action]", "Take over").await;
    page.shows("dialog.question", "Leo is told").await;
    page.click("dialog.question button", "Leave it").await;
    page.click("#messages .message.only [data-action]", "Take over").await;
    page.click("dialog.question button", "Take over").await;
    page.shows("#messages .message:not(.only)", "Owner: Zoe").await;
    page.inbox_shows("conv_1013", "Zoe Park").await;
}

pub(crate) async fn hand_off_with_a_note(page: &Page) {
    page.say("/assign me Marta Silva").await;
    page.click_in_message("Marta Silva", "[data-action=hand_off]").await;
    page.click(".modal [type=submit]", "Hand off").await;
    page.shows(".modal [data-block=note] .error", "Please complete this required field.").await;
    page.type_into(".modal [data-focus='note/note']", "Move her to 10:30, she knows.").await;
    page.type_into(".modal [data-focus='to/to']", "sam").await;
    page.click("[role=option]", "Sam").await;
    page.click(".modal [type=submit]", "Hand off").await;
    page.shows(".modal .block-input.wrong .error", "Sam is not in dialnote").await;
    page.until("document.querySelector(\".modal [data-focus='note/note']\").value.startsWith('Move her')").await;
    page.click(".modal [data-focus='to/to']", "").await;
    page.click("[role=option]", "Leo").await;
    page.click(".modal [type=submit]", "Hand off").await;
    page.until("!document.querySelector('.modal')").await;
    page.shows("#messages .message:not(.only)", "Owner: Leo").await;
    page.click_in_message("Marta Silva", "[data-focus=thread]").await;
    page.shows("#thread .message", "Maya handed this over to Leo.").await;
    page.shows("[data-person=leo] .badge", "").await;
    page.become_("leo").await;
    page.click("[data-place=app]", "").await;
    page.shows("#messages .message", "“Move her to 10:30, she knows.”").await;
}

pub(crate) async fn dialnote_goes_down_and_comes_back(page: &Page) {
    page.click("[data-pane=world]", "").await;
    page.click("#fault-dialnote-down", "").await;
    page.shows("#weather", "dialnote is down").await;
    page.say("/done Diana Okafor").await;
    page.shows(
        "#messages .message.only",
        "dialnote isn't responding. /done Diana Okafor is saved and runs when dialnote is back.",
    )
    .await;
    page.click("#weather button", "").await;
    page.until("!document.querySelector('[data-chip]')").await;
    page.shows("#messages .message", "Done. Owner: Leo").await;
    page.inbox_shows("conv_1003", "done").await;
}

pub(crate) async fn the_app_is_killed_and_nothing_is_lost(page: &Page) {
    page.click("[data-pane=world]", "").await;
    page.click("#fault-dialnote-down", "").await;
    page.shows("#weather", "dialnote is down").await;
    page.say("/assign @zoe Robert Nguyen").await;
    page.click("#kill-app", "").await;
    page.shows("#weather", "The app was killed").await;
    page.say("/done Tom Becker").await;
    page.shows("#messages .message.only", "/done failed with the error \"dispatch_failed\"").await;
    page.click("#toasts button", "×").await;
    page.click("#all-well", "").await;
    page.click("#start-app", "").await;
    page.no_longer_shows("#weather", "The app was killed").await;
    page.shows("#messages .message", "Owner: Zoe").await;
    page.inbox_shows("conv_1004", "Zoe Park").await;
}

pub(crate) async fn a_contact_writes(page: &Page) {
    page.click("[data-pane=world]", "").await;
    page.type_into("#incoming-text", "Do you have time on Friday?").await;
    page.click("#incoming-sms", "").await;
    page.inbox_shows("conv_1015", "Do you have time on Friday?").await;
    page.shows("[data-conversation=conv_1015].unread", "Nobody").await;
    page.say("/assign me 415 555 0999").await;
    page.shows("#messages .message", "Do you have time on Friday?").await;
    page.click_in_message("Do you have time on Friday?", "[data-action=open]").await;
    page.shows("#conversation", "conv_1015").await;
    page.shows("#conversation #facts", "Maya Chen").await;
    page.click("#conversation .back", "").await;
}

pub(crate) async fn a_name_that_is_markup_is_a_name(page: &Page) {
    let name = "<script>alert(1)</script> <!channel>";
    page.say("/assign @leo +1 415 555 0109").await;
    page.shows("#messages .block-header", name).await;
    page.inbox_shows("conv_1009", name).await;
    page.shows("#messages .message", "*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:").await;
    page.click("[data-conversation=conv_1009]", "").await;
    page.shows("#conversation h2", name).await;
    page.until("!document.querySelector('main script, aside script, #messages .pill')").await;
    page.click("#conversation .back", "").await;
}

pub(crate) async fn recorded_calls_are_shown(page: &Page) {
    page.say("/assign @leo Robert Nguyen").await;
    page.inbox_shows("conv_1004", "Leo").await;
    page.click("[data-pane=inspector]", "").await;
    page.shows(".request", "chat.postMessage").await;
    page.click(".request", "slash_command").await;
    page.shows(".details", "x-slack-signature: v0=").await;
    page.shows(".details", "Acknowledged in").await;
    page.shows(".details pre", "\"command\": \"/assign\"").await;
    page.click(".filter", "dialnote").await;
    page.click(".request", "PATCH /conversations/conv_1004").await;
    page.shows(".details pre", "mem_leo").await;
}

pub(crate) async fn accept_or_decline(page: &Page) {
    page.say("/handoff @zoe Marta Silva she asks for you").await;
    page.shows("[data-person=zoe] .badge", "").await;
    page.say("/handoff @leo Grace Kim she has a question for you").await;
    page.shows("[data-person=leo] .badge", "").await;
    page.become_("zoe").await;
    page.click("[data-place=app]", "").await;
    page.click_in_message("Marta Silva", "[data-action=accept]").await;
    page.shows("#messages .message", "You take care of it.").await;
    page.become_("leo").await;
    page.click_in_message("Grace Kim", "[data-action=give_back]").await;
    page.shows("#messages .message", "You gave it back.").await;
    page.inbox_shows("conv_1006", "Maya Chen").await;
    page.become_("maya").await;
    page.shows("#messages .message", "Zoe takes care of").await;
    page.shows("#messages .message", "Leo gave").await;
}

pub(crate) async fn find_by_a_misspelt_name(page: &Page) {
    page.click("#place .composer button", "Shortcuts").await;
    page.click("[role=menuitem]", "Find a conversation").await;
    page.shows(".modal", "Names may be misspelt").await;
    page.type_into(".modal .combo input", "nguyne").await;
    page.shows("[role=option][aria-selected=true]", "Robert Nguyen").await;
    page.keys("\u{e007}").await;
    page.click(".modal [data-action=done]", "Done").await;
    page.shows(".modal", "(Robert Nguyen) is done.").await;
    page.inbox_shows("conv_1004", "done").await;
    page.click(".modal footer button", "Close").await;
    page.until("!document.querySelector('.modal')").await;
}

pub(crate) async fn a_list_with_buttons(page: &Page) {
    page.say("/inbox unassigned").await;
    page.shows("#messages .message.only", "Nobody’s, oldest first: ").await;
    page.click_in_message("Lucía Fernández", "[data-action=take]").await;
    page.shows("#messages .message.only", "You took Lucía Fernández (").await;
    page.shows("#messages .message.only", "Nobody’s, oldest first: ").await;
    page.inbox_shows("conv_1012", "Maya Chen").await;
    page.click("#messages .message.only .combo input", "").await;
    page.click("[role=option]", "Mine (").await;
    page.shows("#messages .message.only", "Yours: ").await;
}

pub(crate) async fn the_home_tab(page: &Page) {
    page.become_("zoe").await;
    page.click("[data-place=app]", "").await;
    page.shows("#home", "Yours: ").await;
    page.shows("#home", "Nora Quinn").await;
    page.click("#home .block-section:nth-child(3) .combo input", "").await;
    page.click("[role=option]", "Unassigned (").await;
    page.shows("#home", "Nobody’s, oldest first: ").await;
    page.click("#home [data-action=take]", "Take it").await;
    page.shows("#home", "You took ").await;
    page.shows("#home", "Nobody’s, oldest first: ").await;
    page.click("#home button", "Change…").await;
    page.click(".modal label", "Something is mine no more").await;
    page.click(".modal [type=submit]", "Save").await;
    page.shows("#home", "You are told of 6 of 7 kinds of things.").await;
}

pub(crate) async fn a_link_becomes_a_card(page: &Page) {
    page.say(&format!("look at {}/conversations/conv_1002", page.at)).await;
    page.shows("#messages .attachment", "Nobody owns this yet.").await;
    page.click("#messages .attachment [data-action=take]", "Take it").await;
    page.shows("#messages .message:not(.only)", "Owner: Maya").await;
    page.inbox_shows("conv_1002", "Maya Chen").await;
}
