//! A channel of thousands of messages.

use dialnote_sandbox::Saying;

use crate::stage::bare;

const MESSAGES: usize = 5000;

#[tokio::test]
async fn five_thousand_messages_are_scrolled_through() {
    bare(|stage, page| async move {
        stage.sandbox.world(|world| {
            for number in 1..=MESSAGES {
                world.say("leo", "front-desk", &format!("Message number {number}.")).unwrap();
            }
        });
        page.shows("#messages .message:last-child", "Message number 5000.").await;
        page.until("document.querySelectorAll('#messages .message').length < 400").await;
        // A person scrolls up as fast as older messages arrive.
        page.until(
            "(document.querySelector('#scroller').scrollTop = 0,
              document.querySelector('#messages .message').textContent.includes('Message number 1.'))",
        )
        .await;
        page.until("document.querySelector('#beginning').textContent === ''").await;
        page.until(&format!("document.querySelectorAll('#messages .message').length === {MESSAGES}")).await;
        let saying = Saying { who: "zoe".into(), channel: "billing".into(), text: "Elsewhere".into(), thread_ts: None };
        stage.sandbox.say(saying).await.unwrap();
        page.shows("[data-place=C0BILLING] .badge", "1").await;
        page.say("And one of mine").await;
        page.until("document.querySelector('#messages .message:last-child').textContent.includes('And one of mine')")
            .await;
    })
    .await;
}
