//! Nothing waits unseen: what the app does by itself during a played day, and the windows in which people say what it
//! should do.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::browser::{Page, saying};
use crate::stage::prepared;

const ENTER: &str = "\u{e007}";

/// The longest that a working day may take, played as fast as the page offers it.
const A_DAY: Duration = Duration::from_secs(180);

/// The lines of a thread that is open, as a list.
const LINES: &str =
    "[...document.querySelectorAll('#thread-messages .message:not(:first-child) .text')].map((n) => n.textContent)";

impl Page {
    /// Lets the day go on until the page shows this text.
    async fn plays_until_shown(&self, css: &str, text: &str) {
        self.plays_until(&format!("{}[0]", saying(css, text))).await;
    }

    /// Waits until the thread of the card with this text has these lines and no others; a line is known by its beginning.
    async fn thread_has(&self, card: &str, lines: &[&str]) {
        self.click_in_message(card, "[data-focus=thread]").await;
        let wanted = json!(lines);
        self.until(&format!(
            "(() => {{ const lines = {LINES}; const wanted = {wanted};
               return lines.length === wanted.length && lines.every((line, place) => line.startsWith(wanted[place])); }})()"
        ))
        .await;
        self.keys("\u{e00c}").await;
        self.until("document.querySelector('#thread').hidden").await;
    }

    /// Sets a person's status in Slack.
    async fn has_status(&self, person: &str, status: &str) {
        self.pane("events").await;
        self.type_into("#status-who", person).await;
        self.type_into("#status-which", status).await;
        self.click("#set-slack-status", "").await;
        self.shows("#status-who", &format!("{person} · {status}")).await;
    }

    /// Presses a control by keyboard, as soon as it is there.
    async fn press_by_keyboard(&self, css: &str) {
        let control = format!("document.querySelector({})", json!(css));
        self.until(&format!("{control}?.checkVisibility()")).await;
        self.tab_until(&control).await;
        self.keys(ENTER).await;
    }
}

#[tokio::test]
async fn the_day_shows_that_nothing_waits_unseen() {
    prepared(|page| async move {
        let begun = Instant::now();
        page.play().await;
        page.plays_until_shown("#toasts", "Maya sets auto-assignment and answer targets for #front-desk").await;
        page.plays_until_shown("#messages .message", "My son chipped a tooth").await;
        page.plays_until_shown("#toasts", "Zoe is away (Vacationing)").await;
        let waits = "waiting for the first of @frontdesk: all are away";
        page.plays_until_shown("#messages .message", waits).await;
        page.plays_until_shown("[data-place=app] .badge", "").await;
        page.plays_until_shown("#messages .message", "+1 415 555 0125 is overdue: an owner was due").await;
        page.plays_until_shown("#toasts", "Leo is back").await;
        page.plays_until(&format!("{}.length === 0", saying("#messages .message", waits))).await;
        page.plays_until_shown("#messages .message", "Shift change · ").await;
        page.plays_until_shown("#clock", "Tue").await;
        let took = begun.elapsed();
        assert!(took < A_DAY, "the day took {took:?}");
        page.play_to_the_end().await;
        page.shows("#messages .message", "Good morning").await;
        page.thread_has(
            "+1 415 555 0124",
            &[
                "dialnote assigned this to Zoe (next in turn of @frontdesk).",
                "dialnote unassigned this from Zoe (away: Vacationing).",
                "dialnote assigned this to Leo (next in turn of @frontdesk).",
                "Leo called back.",
            ],
        )
        .await;
        // Zoe is next, and away.
        page.thread_has("+1 415 555 0128", &["dialnote assigned this to Leo", "Leo marked this done."]).await;
        page.thread_has(
            "Called back by Leo",
            &[
                "+1 415 555 0125 needs an owner by",
                "+1 415 555 0125 is overdue: an owner was due",
                "dialnote assigned this to Leo (next in turn of @frontdesk).",
                "Leo called back.",
            ],
        )
        .await;
        page.press_by_keyboard("#messages [data-action=take_all]").await;
        page.press_by_keyboard("dialog.question [data-confirm]").await;
        page.shows("#messages .message.only", "You took 6 conversations.").await;
        page.has("conv_1006", "Maya Chen").await;
        page.no_longer_shows("#messages [data-action=take_all]", "").await;
        page.click("[data-place=app]", "").await;
        page.click("[data-tab=messages]", "").await;
        page.shows("#messages .message", "is overdue: an owner was due").await;
        page.become_("zoe").await;
        page.shows("#messages .message", "While you were away, 1 contact got in touch").await;
    })
    .await;
}

#[tokio::test]
async fn a_channels_settings_are_said_in_sentences_and_previewed_without_a_mouse() {
    prepared(|page| async move {
        page.say("/dialnote settings").await;
        page.press_by_keyboard(".modal [data-action=route_settings]").await;
        page.shows(".modal h2", "Channel settings").await;
        page.shows(".modal", "New conversations on Front desk stay unassigned until someone takes them.").await;
        page.is_accessible("a channel's settings").await;
        page.tab_until("document.querySelector(\"[data-focus='auto/auto']\")").await;
        page.keys("in turn").await;
        page.shows("[role=option][aria-selected=true]", "In turn").await;
        page.keys(ENTER).await;
        page.tab_until("document.querySelector(\"[data-focus='pool_group/pool_group']\")").await;
        page.keys("@frontdesk").await;
        page.press_by_keyboard(".modal [data-action=preview]").await;
        page.shows(".modal h2", "Preview").await;
        page.shows(".modal", "The last 7 days with these settings on Front desk").await;
        page.shows(".modal", "New conversations on Front desk go to @frontdesk in turn").await;
        page.shows(".modal", "would have been assigned").await;
        page.is_accessible("a preview").await;
        page.press_by_keyboard(".modal footer button").await;
        page.shows(".modal h2", "Channel settings").await;
        page.press_by_keyboard(".modal [type=submit]").await;
        page.shows("#messages .message.only", "New conversations on Front desk go to @frontdesk in turn").await;
    })
    .await;
}

#[tokio::test]
async fn assigning_to_an_absent_person_asks_first_and_is_confirmed_without_a_mouse() {
    prepared(|page| async move {
        page.has_status("Zoe", "Vacationing").await;
        page.say("/handoff @zoe Ana Lima wants a call back").await;
        page.shows("#messages .message.only", "Zoe is away (Vacationing)").await;
        page.has("conv_1001", "Unassigned").await;
        page.press_by_keyboard("#messages .message.only [data-action=retry]").await;
        page.has("conv_1001", "Zoe Park").await;
    })
    .await;
}

#[tokio::test]
async fn home_shows_who_is_away_and_all_of_theirs_is_assigned_at_once() {
    prepared(|page| async move {
        page.has_status("Zoe", "Vacationing").await;
        page.click("[data-place=app]", "").await;
        page.click("[data-tab=home]", "").await;
        page.shows("#home .block-header", "Team").await;
        page.shows("#home", "Front desk · 3 unassigned, next due first").await;
        page.shows("#home", "Zoe · 3 open · 1 snoozed · away: Vacationing").await;
        page.press_by_keyboard("#home [data-action^=assign_all]").await;
        page.shows(".modal", "of Zoe").await;
        page.until("document.activeElement.closest('.modal')").await;
        page.tab_until("document.querySelector('.modal .combo input')").await;
        page.keys("leo").await;
        page.shows(".combo [role=option][aria-selected=true]", "Leo").await;
        page.keys(ENTER).await;
        page.press_by_keyboard(".modal [type=submit]").await;
        page.shows("#home", "conversations to Leo.").await;
        page.no_longer_shows("#home [data-action^=assign_all]", "").await;
        page.has("conv_1013", "Leo Martins").await;
    })
    .await;
}
