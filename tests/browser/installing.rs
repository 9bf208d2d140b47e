//! Installing the app in a browser, from Slack's question to the first card.

use crate::stage::demo_for_nobody;

#[tokio::test]
async fn an_admin_installs_the_app_in_two_workspaces_and_connects_one() {
    demo_for_nobody(|page, told| async move {
        page.shows("#install", "The app isn’t installed in this workspace.").await;
        page.shows("#install a[href$='/slack/install']", "Install it").await;
        page.until("!document.querySelector('#composer-text')").await;
        let at = |what: &str| told.pointer(what).unwrap().as_str().unwrap().to_owned();
        for workspace in ["Acme Dental", "Globex Clinic"] {
            page.open(&format!("{}/slack/install", at("/bot"))).await;
            page.shows("main h1", "dialnote wants to be installed").await;
            page.shows("main li", "users:read.email").await;
            page.click(&format!("form:has([value={}]) button", id(workspace)), "Allow").await;
            page.shows("h1", &format!("Installed in {workspace}")).await;
        }
        page.open(&at("/beside/sandbox")).await;
        page.shows("#side .person", "Maya").await;
        page.click("[data-place=app]", "").await;
        page.click("[role=tab]", "Messages").await;
        page.click("#messages .message button", "Connect dialnote").await;
        page.type_into(".modal [data-focus='key/key']", "dn_live_no_such_key").await;
        page.click(".modal [type=submit]", "Connect").await;
        page.shows(".modal .error", "dialnote doesn't know this key.").await;
        page.clear(".modal [data-focus='key/key']").await;
        page.type_into(".modal [data-focus='key/key']", &at("/beside/dialnote_api_key")).await;
        page.click(".modal [type=submit]", "Connect").await;
        page.shows(".modal", "Connected. Your organization has 3 members.").await;
        page.click(".modal button", "Close").await;
        page.click("[data-place=C0FRONT]", "").await;
        page.say("/assign @zoe conv_1001 wants a call back").await;
        page.has("conv_1001", "Zoe Park").await;
        page.open(&at("/sandbox")).await;
        page.shows("#side .person", "Maya").await;
        page.until("!document.querySelector('#install')").await;
        page.say("/assign @zoe conv_1001 wants a call back").await;
        page.shows("#messages .message.only", "This workspace isn't connected to dialnote.").await;
    })
    .await;
}

fn id(workspace: &str) -> &str {
    if workspace.starts_with("Acme") { "T0ACME" } else { "T0GLOBEX" }
}
