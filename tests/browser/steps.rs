//! The ten steps of the tour, by hand and by the page. Each begins wherever the one before it ended, in any order.

use serde_json::json;

use crate::browser::Page;

/// The steps, in the page's order.
pub(crate) const STEPS: [&str; 10] =
    ["look", "take", "type", "accept", "handoff", "race", "incoming", "down", "time", "report"];

impl Page {
    /// Waits until a step is ticked.
    pub(crate) async fn ticked(&self, step: &str) {
        self.until(&format!("document.querySelector('[data-step={step}].done')")).await;
    }

    /// Has the page do a step, and waits until it is ticked and the page is at rest.
    pub(crate) async fn do_it(&self, step: &str) {
        self.to_the_tour().await;
        if step == "look" {
            return self.ticked(step).await;
        }
        // A step opens at the first look, and its button is pressed at the next.
        self.until(&format!(
            "(() => {{ const button = document.querySelector('[data-do={step}]');
               if (!button) document.querySelector('[data-step={step}] .step').click();
               else if (!button.disabled) button.click();
               return button && !button.disabled; }})()"
        ))
        .await;
        self.ticked(step).await;
        self.until("!document.querySelector('#steps [disabled]')").await;
    }

    /// Opens the tour, at any width.
    async fn to_the_tour(&self) {
        let way = "innerWidth <= 760 ? '#bar [data-view=tour]'
                   : innerWidth < 1200 && !document.body.dataset.open ? '[data-drawer=tour]' : '#tab-tour'";
        let way = self.until(way).await.json().as_str().unwrap().to_owned();
        self.click(&way, "").await;
    }

    /// Goes to #front-desk as this person.
    async fn front_desk(&self, who: &str) {
        self.until("!document.querySelector('.modal')").await;
        self.become_(who).await;
        self.click("[data-place=C0FRONT]", "").await;
    }

    /// Presses the last control with this action, on a card that is not a list.
    async fn press_last(&self, action: &str) {
        self.until(&format!(
            "(() => {{ const all = [...document.querySelectorAll('#messages .message:not(.only)')]
                 .map((card) => card.querySelectorAll('[data-action={action}]')).filter((found) => found.length === 1);
               const last = all.at(-1)?.[0]; last?.scrollIntoView({{ block: 'center' }}); last?.click(); return last; }})()"
        ))
        .await;
    }

    /// Types into the menu of a window and takes the option; answers whether there is one.
    async fn choose_owner(&self, name: &str) -> bool {
        let name = json!(name);
        let combo = "[...document.querySelectorAll('.modal .combo input')].at(-1)";
        self.until(&format!(
            "(() => {{ const field = {combo}; field.closest('.combo').querySelector('.chip button')?.click(); field.focus();
               field.value = {name}; field.dispatchEvent(new Event('input', {{ bubbles: true }})); return true; }})()"
        ))
        .await;
        let shown = "[...document.querySelectorAll('.combo .popup:popover-open li')]";
        let found = format!(
            "{shown}.find((one) => one.role === 'option' && one.textContent.startsWith({name}))
             ?? {shown}.find((one) => one.textContent === 'No matches')"
        );
        let chosen = self.until(&format!("(() => {{ const one = {found}; one?.click(); return one?.role; }})()")).await;
        chosen.json() == "option"
    }
}

/// Does a step as a person would.
pub(crate) async fn by_hand(page: &Page, step: &str) {
    match step {
        "look" => page.click("#scroller", "").await,
        "take" => take(page).await,
        "type" => assign_by_typing(page).await,
        "accept" => accept(page).await,
        "handoff" => hand_off(page).await,
        "race" => page.do_it("race").await,
        "incoming" => voicemail(page).await,
        "down" => outage(page).await,
        "time" => reminder_and_digest(page).await,
        _ => report(page).await,
    }
    page.ticked(step).await;
}

async fn take(page: &Page) {
    page.front_desk("maya").await;
    page.press_last("take").await;
}

async fn assign_by_typing(page: &Page) {
    page.front_desk("maya").await;
    page.type_into("#composer-text", "/as").await;
    page.shows(".completions [role=option]", "/assign").await;
    page.keys("\u{e007}@z").await;
    page.shows(".completions [role=option]", "Zoe Park").await;
    page.keys("\u{e007}Lucía Fernández loose crown\u{e007}").await;
    page.has("conv_1012", "Zoe Park").await;
}

async fn accept(page: &Page) {
    page.front_desk("maya").await;
    page.say("/assign @leo Diana Okafor").await;
    page.say("/assign @zoe Julian Frost pays on Friday").await;
    page.has("conv_1014", "Zoe Park").await;
    page.become_("zoe").await;
    page.click("[data-place=app]", "").await;
    page.click("[data-tab=messages]", "").await;
    page.press_last("accept").await;
}

async fn hand_off(page: &Page) {
    page.front_desk("maya").await;
    page.say("/reopen Marta Silva").await;
    page.until("document.querySelector('#inbox-list [data-conversation=conv_1010]')").await;
    page.say("/assign me Marta Silva").await;
    page.has("conv_1010", "Maya Chen").await;
    page.click_in_message("Marta Silva", "[data-action=hand_off]").await;
    page.click(".modal [type=submit]", "").await;
    page.shows(".modal .wrong .error", "").await;
    page.type_into(".modal .wrong textarea", "Move her to 10:30, she knows.").await;
    if page.choose_owner("Sam").await {
        page.click(".modal [type=submit]", "").await;
        page.shows(".modal .wrong .error", "Sam").await;
        page.until("document.querySelector('.modal textarea').value.startsWith('Move her')").await;
    }
    assert!(page.choose_owner("Leo").await, "Leo can be chosen");
    page.click(".modal [type=submit]", "").await;
    page.until("!document.querySelector('.modal')").await;
    page.has("conv_1010", "Leo Martins").await;
}

async fn voicemail(page: &Page) {
    page.pane("events").await;
    page.click("#incoming-voicemail", "").await;
    page.front_desk("maya").await;
    page.shows("#messages .message", "call me back about my appointment").await;
}

async fn outage(page: &Page) {
    page.front_desk("maya").await;
    page.pane("events").await;
    page.click("#fault-dialnote-down", "").await;
    page.shows("#alerts", "dialnote is down").await;
    page.say("/done Grace Kim").await;
    page.shows("#messages .message.only", "responding").await;
    page.click("#alerts button", "End").await;
    page.until("!document.querySelector('[data-fault]')").await;
    page.until("document.querySelector('#inbox-done [data-conversation=conv_1006]')").await;
    page.say("/reopen Grace Kim").await;
    page.until("document.querySelector('#inbox-list [data-conversation=conv_1006]')").await;
}

async fn reminder_and_digest(page: &Page) {
    // Something else may be due first: a hand-off that waits for an answer.
    page.until(
        "(() => { const done = document.querySelector('[data-step=time].done');
           if (!done) document.querySelector('#top [data-time=next]:not([disabled])')?.click();
           return done; })()",
    )
    .await;
}

async fn report(page: &Page) {
    page.front_desk("maya").await;
    page.say("/dialnote report week").await;
}
