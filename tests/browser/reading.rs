//! The place of the reader: the end stays in view, results come into view, and no one is moved while reading.

use dialnote_sandbox::Saying;
use serde_json::json;

use crate::stage::{bare, prepared};

const AT_END: &str = "(() => { const box = document.querySelector('#scroller');
    return box.scrollHeight - box.scrollTop - box.clientHeight < 40; })()";

fn saying(text: &str) -> Saying {
    Saying { who: "leo".into(), channel: "front-desk".into(), text: text.into(), thread_ts: None }
}

#[tokio::test]
async fn the_end_stays_in_view_until_the_reader_scrolls_up() {
    bare(|stage, page| async move {
        for number in 1..=60 {
            stage.sandbox.say(saying(&format!("Message {number}"))).await.unwrap();
        }
        page.shows("#messages .message:last-child", "Message 60").await;
        page.until(AT_END).await;
        stage.post(json!([{"type": "section", "text": {"type": "mrkdwn", "text": "A card\n".repeat(20)}}])).await;
        page.shows("#messages .message:last-child", "A card").await;
        page.until(AT_END).await;
        page.until("(document.querySelector('#scroller').scrollTop = 200, document.querySelector('#scroller').scrollTop === 200)").await;
        page.until("!document.querySelector('#scroller.pinned')").await;
        stage.sandbox.say(saying("While one reads")).await.unwrap();
        page.shows("#pill", "1 new message ↓").await;
        stage.sandbox.say(saying("And another")).await.unwrap();
        page.shows("#pill", "2 new messages ↓").await;
        page.until("document.querySelector('#scroller').scrollTop < 260").await;
        page.click("#pill", "").await;
        page.until(AT_END).await;
        page.until("document.querySelector('#pill').hidden").await;
        page.until("(document.querySelector('#scroller').scrollTop = 200, true)").await;
        page.say("My own words").await;
        page.until(AT_END).await;
    })
    .await;
}

#[tokio::test]
async fn after_an_action_its_card_is_in_view() {
    prepared(|page| async move {
        page.size(1440, 560).await;
        for (line, contact) in [("/assign @leo Grace Kim", "Grace Kim"), ("/assign @zoe Ana Lima", "Ana Lima"), ("/reopen Marta Silva", "Marta Silva")] {
            page.say(line).await;
            page.shows("#messages .message.only", contact).await;
            page.until(&format!(
                "[...document.querySelectorAll('#messages .message:not(.only)')].filter((n) => n.textContent.includes('{contact}')).some((n) => {{
                    const at = n.getBoundingClientRect(), box = document.querySelector('#scroller').getBoundingClientRect();
                    return at.top >= box.top - 1 && at.top < box.bottom - 40; }})"
            ))
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn messages_of_one_sender_share_a_head() {
    bare(|stage, page| async move {
        for text in ["One", "Two"] {
            stage.sandbox.say(saying(text)).await.unwrap();
        }
        page.shows("#messages .message.follows", "Two").await;
        page.until("document.querySelectorAll('#messages .head').length === 1").await;
        page.until("document.querySelectorAll('#messages[role=log] > article[aria-label^=\"Leo, \"]').length === 2")
            .await;
        page.until("document.querySelectorAll('h1').length === 1 && !document.querySelector('[role=log] > li')").await;
    })
    .await;
}

#[tokio::test]
async fn new_messages_and_changed_cards_are_announced_in_their_words() {
    bare(|stage, page| async move {
        let ts = stage.post(json!([{"type": "divider"}])).await;
        page.shows("#messages .message", "").await;
        let heard = |words: &str| format!("document.querySelector('#announcer').textContent.includes({})", json!(words));
        stage.slack("chat.update", json!({"channel": "C0FRONT", "ts": ts, "text": "Ana Lima: owner Maya Chen", "blocks": [{"type": "divider"}]})).await;
        page.until(&heard("Ana Lima: owner Maya Chen")).await;
        stage.sandbox.say(saying("Good morning")).await.unwrap();
        page.until(&heard("Leo: Good morning")).await;
    })
    .await;
}

#[tokio::test]
async fn examples_fill_the_composer_and_send_nothing() {
    prepared(|page| async move {
        page.ticked("look").await;
        page.until("document.querySelectorAll('#examples button').length === 3").await;
        page.click("#examples button", "/dialnote help").await;
        page.until("document.querySelector('#composer-text').value === '/dialnote help'").await;
        page.until("document.activeElement.id === 'composer-text' && document.activeElement.selectionStart === 14")
            .await;
        page.until("document.querySelectorAll('#messages .message.only').length === 0").await;
        page.keys("\u{e007}").await;
        page.shows("#messages .message.only", "/assign").await;
    })
    .await;
}
