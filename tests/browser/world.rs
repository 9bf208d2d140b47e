//! Events around the app, the effect of each switch, and time.

use crate::browser::Page;
use crate::stage::{demo, prepared};

#[tokio::test]
async fn switching_the_person_changes_everything_visible() {
    demo(|page| async move {
        page.say("/assign @zoe Ana Lima").await;
        page.shows("#messages .message.only", "Zoe").await;
        page.shows("[data-person=zoe] .badge", "1").await;
        page.become_("zoe").await;
        page.until("!document.querySelector('#messages .message.only')").await;
        page.shows("[data-place=app] .badge", "1").await;
        page.become_("sam").await;
        page.until("!document.querySelector('[data-place=app] .badge')").await;
        page.shows("[data-person=sam]", "not linked").await;
        page.say("/assign me Ana Lima").await;
        page.shows("#messages .message.only", "dialnote").await;
        page.click("#messages .message.only button", "Dismiss").await;
        page.until("!document.querySelector('#messages .message.only')").await;
    })
    .await;
}

#[tokio::test]
async fn a_teammate_changes_it_in_dialnote() {
    demo(|page| async move {
        page.click("[data-conversation=conv_1010]", "").await;
        page.click("#set-read", "Mark unread").await;
        page.shows("#facts", "unread").await;
        page.type_into("#new-note", "Is on her way.").await;
        page.click("#add-note", "").await;
        page.shows("#timeline .note", "Is on her way.").await;
        page.type_into("#set-owner", "Leo").await;
        page.shows("#facts .owner", "Leo Martins").await;
        page.type_into("#set-status", "sn").await;
        page.shows("#facts", "snoozed until").await;
        page.click(".back", "").await;
        page.shows("[data-conversation=conv_1010]", "Snoozed").await;
        page.pane("events").await;
        page.type_into("#change-which", "Marta").await;
        page.type_into("#change-who", "Zoe").await;
        page.click("#change-assign", "").await;
        page.has("conv_1010", "Zoe Park").await;
        page.click("#change-done", "").await;
        page.until("document.querySelector('#inbox-done [data-conversation=conv_1010]')").await;
        page.click("#change-note", "").await;
        page.click("#change-call", "").await;
        page.has("conv_1010", "Call, 3 min").await;
    })
    .await;
}

#[tokio::test]
async fn every_switch_has_an_effect_and_a_way_back() {
    demo(|page| async move {
        page.pane("events").await;
        for fault in ["dialnote-slow", "dialnote-limited", "slack-limited", "slack-twice"] {
            page.click(&format!("#fault-{fault}"), "").await;
            page.shows(&format!("[data-fault={fault}]"), "").await;
            page.shows(&format!("#fault-{fault}[aria-checked=true]"), "").await;
            page.click(&format!("[data-fault={fault}] button"), "End").await;
            page.until(&format!("document.querySelector('#fault-{fault}[aria-checked=false]')")).await;
        }
        page.click("#fault-dialnote-read-only", "").await;
        page.shows("#alerts", "The key is read-only").await;
        page.say("/done Ana Lima").await;
        page.shows("#messages .message.only", "key").await;
        page.has("conv_1001", "Unassigned").await;
        page.click("#end-all", "").await;
        page.until("!document.querySelector('[data-fault]')").await;
        page.click("#fault-bot-removed", "").await;
        page.shows("#place-head", "dialnote isn’t in this channel").await;
        page.say("/done Ana Lima").await;
        page.until("document.querySelector('#inbox-done [data-conversation=conv_1001]')").await;
        page.click("[data-fault=bot-removed] button", "").await;
        page.no_longer_shows("#place-head", "dialnote isn’t in this channel").await;
        page.say("/reopen Ana Lima").await;
        page.shows("#messages .message:not(.only)", "Ana Lima").await;
        page.click("#fault-slack-twice", "").await;
        page.shows("#alerts", "Slack delivers twice").await;
        page.say("/assign @leo Ana Lima").await;
        page.has("conv_1001", "Leo Martins").await;
        page.pane("traffic").await;
        page.until("[...document.querySelectorAll('.request')].filter((n) => n.textContent.includes('slash_command')).length >= 4").await;
    })
    .await;
}

#[tokio::test]
async fn two_people_take_the_same_call_by_hand() {
    demo(|page| async move {
        page.say("/unassign Nora Quinn").await;
        page.shows("#messages .message:not(.only) [data-action=take]", "").await;
        page.pane("events").await;
        page.click("#fault-dialnote-slow", "").await;
        page.shows("#alerts", "dialnote is slow").await;
        for person in ["leo", "zoe"] {
            page.become_(person).await;
            page.click_in_message("Nora Quinn", "[data-action=take]").await;
            page.until("!document.querySelector('[aria-busy]')").await;
        }
        page.click("#end-all", "").await;
        page.has("conv_1013", "Leo Martins").await;
        page.click("#messages .message.only [data-action]", "Take over").await;
        page.click("dialog.question button:not([data-confirm])", "").await;
        page.click("#messages .message.only [data-action]", "Take over").await;
        page.click("dialog.question [data-confirm]", "").await;
        page.has("conv_1013", "Zoe Park").await;
        page.ticked("race").await;
    })
    .await;
}

#[tokio::test]
async fn the_app_is_stopped_and_nothing_is_lost() {
    demo(|page| async move {
        page.pane("events").await;
        page.click("#fault-dialnote-down", "").await;
        page.shows("#alerts", "dialnote is down").await;
        page.say("/assign @zoe Robert Nguyen").await;
        page.click("#stop-app", "").await;
        page.shows("#alerts", "The app is stopped").await;
        page.say("/done Tom Becker").await;
        page.shows("#messages .message.only", "/done failed with the error \"dispatch_failed\"").await;
        page.click("#toasts button", "×").await;
        page.click("#end-all", "").await;
        page.click("[data-fault=app] button", "Start").await;
        page.no_longer_shows("#alerts", "The app is stopped").await;
        page.has("conv_1004", "Zoe Park").await;
    })
    .await;
}

#[tokio::test]
async fn being_offline_is_an_event_of_its_own() {
    prepared(|page| async move {
        let before = page.shows("#clock", "").await.text().await.unwrap();
        page.pane("events").await;
        page.click("#offline", "").await;
        page.shows("#toasts", "offline for 25 minutes").await;
        page.until(&format!("document.querySelector('#clock').textContent !== {before:?}")).await;
        page.until("!document.querySelector('[data-fault=app]')").await;
    })
    .await;
}

#[tokio::test]
async fn a_contact_whose_name_is_markup_is_only_a_name() {
    demo(|page| async move {
        let name = "<script>alert(1)</script> <!channel>";
        page.say("/assign @leo +1 415 555 0109").await;
        page.has("conv_1009", "Leo Martins").await;
        page.shows("#messages .message:not(.only)", name).await;
        page.click("[data-conversation=conv_1009]", "").await;
        page.shows("#conversation h3", name).await;
        page.until("!document.querySelector('main script, aside script, #messages .pill')").await;
        page.click("#conversation .back", "").await;
    })
    .await;
}

#[tokio::test]
async fn traffic_shows_the_request_of_the_last_action() {
    demo(|page| async move {
        page.say("/assign @leo Robert Nguyen").await;
        page.has("conv_1004", "Leo").await;
        page.pane("traffic").await;
        page.shows(".request", "chat.postMessage").await;
        page.shows(".caused .request", "slash_command").await;
        page.click(".caused .request", "slash_command").await;
        page.shows(".details", "x-slack-signature: v0=").await;
        page.shows(".details", "Acknowledged in").await;
        page.shows(".details pre", "\"command\": \"/assign\"").await;
        page.click(".filter", "dialnote").await;
        page.click(".request", "PATCH /conversations/conv_1004").await;
        page.shows(".details pre", "mem_leo").await;
    })
    .await;
}

#[tokio::test]
async fn a_link_becomes_an_object() {
    demo(|page| async move {
        page.say(&format!("look at {}/conversations/conv_1002", page.at)).await;
        page.click("#messages .object [data-action=take]", "").await;
        page.has("conv_1002", "Maya Chen").await;
        page.shows("#messages .object [data-field=status]", "Open").await;
    })
    .await;
}

/// Counts the messages of the app in #front-desk and #billing by their text, with those that came more than once.
const REPEATED: &str = "import('/page/store.js').then((store) => {
    const all = ['C0FRONT', 'C0BILLING'].flatMap((id) => store.inChannel(id)).filter((m) => !m.only);
    const digests = all.filter((m) => m.text.startsWith('Good morning'));
    const channels = new Set(digests.map((m) => m.channel));
    const offline = all.some((m) => /offline|was away/.test(m.text));
    done([digests.length, channels.size, offline]);
})";

impl Page {
    /// Begins to play the day as fast as the page offers it.
    pub(crate) async fn play(&self) {
        self.click("#top [data-time=play]", "").await;
        self.click("#top [data-time=faster]", "1×").await;
        self.click("#top [data-time=faster]", "2×").await;
    }

    /// Presses *Continue* whenever the day pauses, until a JavaScript expression is true.
    pub(crate) async fn plays_until(&self, expression: &str) {
        self.until(&format!(
            "(() => {{ const found = {expression};
               const pause = document.querySelector('#top [data-time=pause]');
               if (!found && pause?.textContent.includes('Continue')) pause.click(); return Boolean(found); }})()"
        ))
        .await;
    }

    pub(crate) async fn play_to_the_end(&self) {
        self.plays_until("document.querySelector('#top [data-time=play]:not([disabled])')").await;
    }
}

#[tokio::test]
async fn a_day_is_played_without_an_absence_and_with_one_digest_a_channel() {
    prepared(|page| async move {
        page.play().await;
        page.play_to_the_end().await;
        page.shows("#clock", "Tue").await;
        let script = format!("const done = arguments[arguments.length - 1]; {REPEATED}");
        let found = page.driver.execute_async(script, vec![]).await.unwrap();
        assert_eq!(*found.json(), serde_json::json!([2, 2, false]));
    })
    .await;
}
