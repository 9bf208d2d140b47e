//! A link to a conversation as a Work Object: the object, its pane, a button, an edit and a comment.

use crate::stage::demo;

#[tokio::test]
async fn a_link_opens_a_pane_in_which_everything_is_done() {
    demo(|page| async move {
        page.say("/assign @zoe Ana Lima").await;
        let card = page.until("document.querySelector('#messages a[href*=\"conv_1001\"]')?.href").await;
        let link = card.json().as_str().unwrap().replace("conv_1001", "conv_1010");
        page.say(&format!("look at {link}")).await;
        page.click("#messages .object-title", "Marta Silva").await;
        page.shows("#object [data-field=number]", "+1").await;
        page.click("#object [data-action=take]", "Take it").await;
        page.shows("#object [data-field=assignee]", "Maya").await;
        page.has("conv_1010", "Maya").await;
        page.click("#object [role=tab]", "comments").await;
        page.type_into("#object-comment", "Prefers mornings.").await;
        page.click("#object [type=submit]", "Send").await;
        page.shows("#object .object-comment:last-child", "Prefers mornings.").await;
        page.click("[data-conversation=conv_1010]", "").await;
        page.shows("#timeline .note", "Prefers mornings.").await;
    })
    .await;
}
