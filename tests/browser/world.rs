//! Events around the app, and the effect of each switch.

use crate::stage::demo;

#[tokio::test]
async fn switching_the_person_changes_everything_visible() {
    demo(|page| async move {
        page.say("/assign @zoe Ana Lima").await;
        page.shows("#messages .message.only", "Assigned").await;
        page.click("[data-pane=inbox]", "").await;
        page.become_("zoe").await;
        page.until("!document.querySelector('#messages .message.only')").await;
        page.shows("#inbox-filters button", "Mine 4").await;
        page.shows("[data-place=app] .badge", "1").await;
        page.become_("sam").await;
        page.until("!document.querySelector('[data-place=app] .badge')").await;
        page.shows("#inbox-filters button", "Mine 0").await;
        page.say("/assign me Ana Lima").await;
        page.shows("#messages .message.only", "You are not in dialnote").await;
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
        page.shows("[data-conversation=conv_1010]", "snoozed").await;
        page.click("[data-pane=world]", "").await;
        let before = page.shows("#clock", "").await.text().await.unwrap();
        page.click("#pass-day", "").await;
        page.until(&format!("document.querySelector('#clock').textContent !== {before:?}")).await;
        page.shows("#clock", "24 h ahead").await;
        page.click("[data-pane=inbox]", "").await;
        page.shows("[data-conversation=conv_1010].unread", "Leo Martins").await;
        page.until("!document.querySelector('[data-conversation=conv_1010] .tag.snoozed')").await;
    })
    .await;
}

#[tokio::test]
async fn every_switch_has_an_effect_and_a_way_back() {
    demo(|page| async move {
        page.click("[data-pane=world]", "").await;
        for fault in ["dialnote-slow", "dialnote-limited", "slack-limited", "slack-twice"] {
            page.click(&format!("#fault-{fault}"), "").await;
            page.shows(&format!("[data-chip={fault}]"), "").await;
            page.shows(&format!("#fault-{fault}[aria-checked=true]"), "").await;
            page.click(&format!("[data-chip={fault}] button"), "").await;
            page.until(&format!("document.querySelector('#fault-{fault}[aria-checked=false]')")).await;
        }
        page.click("#fault-dialnote-read-only", "").await;
        page.shows("#weather", "may only read").await;
        page.say("/done Ana Lima").await;
        page.shows("#messages .message.only", "key may only read").await;
        page.click("#all-well", "").await;
        page.until("!document.querySelector('[data-chip]')").await;
        page.click("#fault-bot-removed", "").await;
        page.shows("#place-head", "dialnote is not in this channel").await;
        page.say("/done Ana Lima").await;
        page.shows("#messages .message.only", "Slack does not let me post its card here").await;
        page.click("[data-chip=bot-removed] button", "").await;
        page.no_longer_shows("#place-head", "dialnote is not in this channel").await;
        page.say("/reopen Ana Lima").await;
        page.shows("#messages .message:not(.only)", "Nobody owns this yet.").await;
        page.click("#fault-slack-twice", "").await;
        page.shows("#weather", "delivers everything twice").await;
        page.say("/assign @leo Ana Lima").await;
        page.shows("#messages .message:not(.only)", "Owner: Leo").await;
        page.click("[data-pane=inspector]", "").await;
        page.until("[...document.querySelectorAll('.request')].filter((n) => n.textContent.includes('slash_command')).length >= 4").await;
    })
    .await;
}
