//! A link to a conversation as a Work Object: the object, its pane, a button, an edit and a comment.

use crate::stage::demo;

#[tokio::test]
async fn a_link_opens_a_pane_in_which_everything_is_done() {
    demo(|page| async move {
        page.say(&format!("look at {}/conversations/conv_1002", page.at)).await;
        page.click("#messages .object-title", "Robert Hale").await;
        page.shows("#object [data-field=number]", "+1").await;
        page.click("#object [data-action=take]", "Take it").await;
        page.shows("#object [data-field=assignee]", "Maya").await;
        page.has("conv_1002", "Maya Chen").await;
        page.click("#object [role=tab]", "omments").await;
        page.type_into("#object-comment", "Prefers mornings.").await;
        page.click("#object [type=submit]", "Send").await;
        page.shows("#object .object-comment:last-child", "Prefers mornings.").await;
        page.click("[data-conversation=conv_1002]", "").await;
        page.shows("#timeline .note", "Prefers mornings.").await;
    })
    .await;
}
