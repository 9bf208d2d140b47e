//! People who are away, and user groups that change.

use crate::stage::demo;

#[tokio::test]
async fn a_person_is_away_and_the_app_asks_first() {
    demo(|page| async move {
        page.pane("events").await;
        page.type_into("#status-who", "Zoe").await;
        page.type_into("#status-which", "Vac").await;
        page.click("#set-slack-status", "").await;
        page.shows("#status-who", "Zoe · Vacationing").await;
        page.say("/assign @zoe Ana Lima").await;
        page.shows("#messages .message.only", "away (Vacationing)").await;
        page.click("#messages .message.only button", "Assign anyway").await;
        page.has("conv_1001", "Zoe Park").await;
        page.type_into("#status-which", "None").await;
        page.click("#set-slack-status", "").await;
        page.no_longer_shows("#status-who", "Vacationing").await;
    })
    .await;
}

#[tokio::test]
async fn a_person_joins_and_leaves_a_group() {
    demo(|page| async move {
        page.pane("events").await;
        page.shows("#group-people", "Leo, Zoe").await;
        page.type_into("#status-who", "Maya").await;
        page.click("#group-change", "Add Maya").await;
        page.shows("#group-people", "Maya, Leo, Zoe").await;
        page.click("#group-change", "Remove Maya").await;
        page.shows("#group-people", "Leo, Zoe").await;
        page.no_longer_shows("#group-people", "Maya").await;
    })
    .await;
}
