//! Every block and element of Block Kit that the app may send, drawn and operated.

use dialnote_sandbox::ObjectOddity;
use serde_json::{Value, json};

use crate::browser::Page;
use crate::stage::{Bare, bare, option};

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text})
}

fn row(elements: &[Value]) -> Value {
    json!({"type": "actions", "block_id": "row", "elements": elements})
}

fn button(action_id: &str, text: &str) -> Value {
    json!({"type": "button", "action_id": action_id, "value": action_id, "text": plain(text)})
}

fn input(block_id: &str, element: &Value) -> Value {
    json!({"type": "input", "block_id": block_id, "optional": true, "label": plain(block_id), "element": element})
}

fn modal(title: &str, blocks: &[Value]) -> Value {
    json!({
        "type": "modal", "callback_id": "kit", "notify_on_close": true, "title": plain(title), "submit": plain("Save"),
        "close": plain("Cancel"), "blocks": blocks,
    })
}

impl Page {
    /// Chooses from a menu by typing.
    pub(crate) async fn choose(&self, menu: &str, typed: &str, option: &str) {
        self.click(&format!("[data-focus='{menu}']"), "").await;
        self.keys(typed).await;
        self.click("[role=option]", option).await;
    }

    /// Puts a value into one of the browser's own pickers.
    pub(crate) async fn pick(&self, css: &str, value: &str) {
        let script = format!(
            "const n = document.querySelector({}); n.value = {};
             n.dispatchEvent(new Event('change', {{ bubbles: true }}));",
            json!(css),
            json!(value)
        );
        self.shows(css, "").await;
        self.driver.execute(script, vec![]).await.unwrap();
    }
}

#[tokio::test]
async fn text_is_drawn_as_slack_draws_it() {
    bare(|stage, page| async move {
        let text = "*bold* _italic_ ~gone~ `code <@U0ZOE>` :tada: &lt;b&gt; <@U0MAYA> <#C0BILLING|billing> <!here> \
                    <!subteam^S0FRONTDESK|@frontdesk> <https://example.com/a?b=1&amp;c=2|a link> <mailto:a@b.c|mail>\n\
                    &gt; quoted\n```two\nlines```\n2*3*4 snake_case_name <!date^0^{date_num}|fallback>";
        stage
            .post(json!([
                {"type": "header", "text": plain("A *header*")}, {"type": "section", "text": mrkdwn(text)},
                {"type": "section", "fields": [mrkdwn("*One*"), plain("Two")]}, {"type": "divider"},
                {"type": "context", "elements": [plain("Small :wave:"),
                    {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "A picture"}]},
                {"type": "image", "image_url": "https://example.com/y.png", "alt_text": "A big picture", "title": plain("Title")},
                {"type": "rich_text", "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich", "style": {"bold": true}},
                        {"type": "user", "user_id": "U0LEO"}, {"type": "link", "url": "https://example.com", "text": "there"}]},
                    {"type": "rich_text_list", "style": "ordered", "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}]},
                    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
                    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as it is"}]},
                ]},
            ]))
            .await;
        for (css, text) in [
            (".block-header", "A *header*"), ("strong", "bold"), ("em", "italic"), ("s", "gone"), ("code", "code U0ZOE"),
            (".emoji", "🎉"), (".text", "<b>"), (".pill.mine", "@Maya"), (".pill", "#billing"), (".pill.mine", "@here"),
            (".pill", "@frontdesk"), ("a[href='https://example.com/a?b=1&c=2']", "a link"), ("a[href='mailto:a@b.c']", "mail"),
            ("blockquote", "quoted"), ("pre", "two\nlines"), (".text", "2*3*4 snake_case_name 19"), (".fields strong", "One"),
            (".block-context", "👋"), (".block-context .avatar", "AP"), (".picture", "A big picture"), ("figcaption", "Title"), (".block-rich strong", "rich"),
            (".block-rich .pill", "@Leo"), (".block-rich a", "there"), (".block-rich ol li", "first"),
            (".block-rich blockquote", "said"), (".block-rich pre", "as it is"),
        ] {
            page.shows(&format!("#messages {css}"), text).await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_element_of_a_message_works() {
    bare(|stage, page| async move {
        let confirm =
            json!({"title": plain("Sure?"), "text": plain("Think."), "confirm": plain("Yes"), "deny": plain("No")});
        let mut asking = button("asking", "Ask me");
        asking["confirm"] = confirm;
        asking["style"] = json!("danger");
        let options = json!([option("Red", "r"), option("Grün", "g"), option("Blue", "b")]);
        let element = |kind: &str| json!({"type": kind, "action_id": kind, "placeholder": plain("Choose")});
        let with = |kind: &str, key: &str, value: &Value| {
            let mut element = json!({"type": kind, "action_id": kind});
            element[key] = value.clone();
            element
        };
        stage
            .post(json!([row(&[
                button("press", "Press"),
                asking,
                with("overflow", "options", &options),
                with("static_select", "options", &options),
                with("external_select", "min_query_length", &json!(2)),
                element("users_select"),
                element("channels_select"),
                element("conversations_select"),
                element("datepicker"),
                element("timepicker"),
                json!({"type": "datetimepicker", "action_id": "datetimepicker"}),
                with("checkboxes", "options", &options),
                with("radio_buttons", "options", &options),
            ])]))
            .await;
        page.click("[data-action=press]", "").await;
        assert_eq!(stage.action().await["value"], "press");
        page.click("[data-action=asking]", "").await;
        page.click("dialog button", "No").await;
        page.click("[data-action=asking]", "").await;
        page.click("dialog button", "Yes").await;
        assert_eq!(stage.action().await["action_id"], "asking");
        page.click("[data-action=overflow]", "").await;
        page.click("[role=menuitem]", "Blue").await;
        assert_eq!(stage.action().await["selected_option"]["value"], "b");
        for (kind, typed, chosen, key, value) in [
            ("static_select", "gru", "Grün", "selected_option", json!(option("Grün", "g")["value"])),
            ("external_select", "ty", "Typed for you", "selected_option", json!("typed")),
            ("users_select", "zo", "Zoe", "selected_user", json!("U0ZOE")),
            ("channels_select", "bil", "#billing", "selected_channel", json!("C0BILLING")),
            ("conversations_select", "front", "#front-desk", "selected_conversation", json!("C0FRONT")),
        ] {
            page.choose(&format!("row/{kind}"), typed, chosen).await;
            let action = stage.action().await;
            let found = if action[key].is_object() { &action[key]["value"] } else { &action[key] };
            assert_eq!((&action["action_id"], found), (&json!(kind), &value));
            let field = format!("document.querySelector(\"[data-focus='row/{kind}']\")");
            page.until(&format!(
                "[{field}.value, {field}.closest('.combo').textContent].some((one) => one.startsWith({chosen:?}))"
            ))
            .await;
        }
        page.pick("[data-action=datepicker]", "2026-12-24").await;
        assert_eq!(stage.action().await["selected_date"], "2026-12-24");
        page.pick("[data-action=timepicker]", "09:30").await;
        assert_eq!(stage.action().await["selected_time"], "09:30");
        page.pick("[data-action=datetimepicker]", "2026-12-24T09:30").await;
        assert!(stage.action().await["selected_date_time"].is_i64());
        page.click("input[type=checkbox][value=r]", "").await;
        assert_eq!(stage.action().await["selected_options"][0]["value"], "r");
        page.click("input[type=checkbox][value=b]", "").await;
        assert_eq!(stage.action().await["selected_options"].as_array().unwrap().len(), 2);
        page.click("input[type=radio][value=g]", "").await;
        assert_eq!(stage.action().await["selected_option"]["value"], "g");
    })
    .await;
}

#[tokio::test]
async fn a_modal_with_every_field_is_filled_in() {
    bare(|stage, page| async move {
        let options = json!([option("Red", "r"), option("Green", "g")]);
        let element = |kind: &str, more: Value| {
            let mut element = json!({"type": kind, "action_id": "x"});
            element.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            element
        };
        let none = || json!({});
        let fields = [
            ("line", element("plain_text_input", json!({"max_length": 20, "placeholder": plain("Short")}))),
            ("lines", element("plain_text_input", json!({"multiline": true, "initial_value": "Before. "}))),
            ("many", element("multi_static_select", json!({"options": options}))),
            ("outside", element("multi_external_select", json!({"min_query_length": 1}))),
            ("people", element("multi_users_select", json!({"max_selected_items": 2}))),
            ("channels", element("multi_channels_select", none())),
            ("places", element("multi_conversations_select", none())),
            ("date", element("datepicker", json!({"initial_date": "2026-01-02"}))),
            ("time", element("timepicker", none())),
            ("boxes", element("checkboxes", json!({"options": options}))),
            ("radio", element("radio_buttons", json!({"options": options, "initial_option": options[0]}))),
        ];
        stage.open(modal("Fields", &fields.iter().map(|(id, element)| input(id, element)).collect::<Vec<_>>())).await;
        page.shows(".modal h2", "Fields").await;
        page.type_into("[data-focus='line/x']", "This is too long for it").await;
        page.shows(".left.over", "-3").await;
        page.click(".modal [type=submit]", "Save").await;
        page.shows("[data-block=line] .error", "Must be at most 20 characters.").await;
        page.keys("\u{e003}\u{e003}\u{e003}").await;
        page.type_into("[data-focus='lines/x']", "After.").await;
        page.choose("many/x", "re", "Red").await;
        page.choose("many/x", "gr", "Green").await;
        page.click("[aria-label='Remove Red']", "").await;
        page.choose("outside/x", "q", "Typed for you").await;
        page.choose("people/x", "le", "Leo").await;
        page.choose("people/x", "zo", "Zoe").await;
        page.choose("channels/x", "bil", "#billing").await;
        page.choose("places/x", "fr", "#front-desk").await;
        page.pick("[data-block=time] input", "08:15").await;
        page.click("[data-block=boxes] input[value=g]", "").await;
        page.click("[data-block=radio] input[value=g]", "").await;
        page.click(".modal [type=submit]", "Save").await;
        let values = stage.hears("view_submission").await["view"]["state"]["values"].clone();
        let held = |id: &str, key: &str| values[id]["x"][key].clone();
        assert_eq!(
            (held("line", "value"), held("lines", "value")),
            (json!("This is too long for"), json!("Before. After."))
        );
        assert_eq!(held("many", "selected_options"), json!([full("Green", "g")]));
        assert_eq!(held("outside", "selected_options")[0]["value"], "typed");
        assert_eq!(held("people", "selected_users"), json!(["U0LEO", "U0ZOE"]));
        assert_eq!(
            (held("channels", "selected_channels"), held("places", "selected_conversations")),
            (json!(["C0BILLING"]), json!(["C0FRONT"]))
        );
        assert_eq!(
            (held("date", "selected_date"), held("time", "selected_time")),
            (json!("2026-01-02"), json!("08:15"))
        );
        assert_eq!(
            (held("boxes", "selected_options")[0]["value"].clone(), held("radio", "selected_option")["value"].clone()),
            (json!("g"), json!("g"))
        );
        page.until("!document.querySelector('.modal')").await;
    })
    .await;
}

fn full(text: &str, value: &str) -> Value {
    json!({"text": {"type": "plain_text", "text": text, "emoji": true}, "value": value})
}

#[tokio::test]
async fn modals_stack_change_and_close() {
    bare(|stage, page| async move {
        let field = || input("field", &json!({"type": "plain_text_input", "action_id": "x"}));
        stage.open(modal("First", &[field(), row(&[button("more", "More")])])).await;
        page.type_into("[data-focus='field/x']", "Kept").await;
        page.click(".modal [data-action=more]", "").await;
        let press = stage.hears("block_actions").await;
        assert_eq!(press["view"]["state"]["values"]["field"]["x"]["value"], "Kept");
        let view_id = press["view"]["id"].as_str().unwrap();
        let update = json!({"view_id": view_id, "view": modal("Changed", &[field(), row(&[button("more", "More")])])});
        stage.slack("views.update", update).await;
        page.shows(".modal h2", "Changed").await;
        page.until("document.querySelector(\"[data-focus='field/x']\").value === 'Kept'").await;
        stage.answers(json!({"response_action": "errors", "errors": {"field": "No, not this."}}));
        page.click(".modal [type=submit]", "").await;
        page.shows("[data-block=field] .error", "No, not this.").await;
        stage.answers(json!({"response_action": "push", "view": modal("Second", &[field()])}));
        page.click(".modal [type=submit]", "").await;
        page.shows(".modal h2", "Second").await;
        page.click(".modal footer button", "Cancel").await;
        assert_eq!(stage.hears("view_closed").await["is_cleared"], false);
        page.shows(".modal h2", "Changed").await;
        stage.answers(json!("nonsense"));
        page.click(".modal [type=submit]", "").await;
        page.shows(".modal .banner", "We had some trouble connecting. Try again?").await;
        page.click("#toasts button", "×").await;
        page.keys("\u{e00c}").await;
        assert_eq!(stage.hears("view_closed").await["is_cleared"], false);
        page.until("!document.querySelector('.modal')").await;
    })
    .await;
}

#[tokio::test]
async fn messages_change_under_ones_eyes() {
    bare(|stage, page| async move {
        let ts = stage.post(json!([row(&[button("press", "Press")])])).await;
        stage.slack("chat.postMessage", json!({"channel": "C0FRONT", "text": "Answer", "thread_ts": ts})).await;
        page.shows("#messages .thread-line", "1 reply").await;
        page.click("#messages .thread-line", "").await;
        page.shows("#thread .message", "Answer").await;
        page.type_into("#thread-text", "/assign in a thread\u{e007}").await;
        page.shows("#toasts", "Slack has no slash commands in threads").await;
        page.type_into("#thread-text", "\u{e009}a\u{e000}I answer instead\u{e007}").await;
        page.shows("#messages .thread-line", "2 replies").await;
        page.click("#thread header button", "×").await;
        page.until("document.querySelector('#thread').hidden").await;
        stage.slack("chat.update", json!({"channel": "C0FRONT", "ts": ts, "text": "Changed"})).await;
        page.shows("#messages .message .edited", "(edited)").await;
        page.shows("#messages .message", "Changed").await;
        let whisper = json!({"channel": "C0FRONT", "user": "U0MAYA", "text": "Psst", "blocks": [row(&[button("again", "Again")])]});
        stage.slack("chat.postEphemeral", whisper).await;
        page.click(".message.only [data-action=again]", "").await;
        let url = stage.hears("block_actions").await["response_url"].as_str().unwrap().to_owned();
        stage.respond(&url, json!({"replace_original": true, "text": "Replaced"})).await;
        page.shows(".message.only", "Replaced").await;
        stage.respond(&url, json!({"delete_original": true})).await;
        page.until("!document.querySelector('.message.only')").await;
        stage.slack("chat.delete", json!({"channel": "C0FRONT", "ts": ts})).await;
        page.no_longer_shows("#messages .message", "Changed").await;
    })
    .await;
}

#[tokio::test]
async fn the_home_tab_is_drawn_and_used() {
    bare(|stage, page| async move {
        page.click("[data-place=app]", "").await;
        page.click("[data-tab=home]", "").await;
        page.shows("#home", "The app has").await;
        let field = json!({"type": "input", "block_id": "search", "dispatch_action": true, "label": plain("Search"),
            "element": {"type": "plain_text_input", "action_id": "x"}});
        let home = |title: &str| json!({"user_id": "U0MAYA", "view": {"type": "home", "blocks": [{"type": "header", "text": plain(title)}, field, row(&[button("press", "Press")])]}});
        stage.slack("views.publish", home("My conversations")).await;
        page.shows("#home .block-header", "My conversations").await;
        page.type_into("[data-focus='search/x']", "ana\u{e007}").await;
        assert_eq!(stage.action().await["value"], "ana");
        page.click("#home [data-action=press]", "").await;
        assert_eq!(stage.action().await["action_id"], "press");
        stage.slack("views.publish", home("Changed")).await;
        page.shows("#home .block-header", "Changed").await;
        page.become_("zoe").await;
        page.shows("#home", "The app has").await;
    })
    .await;
}

impl Bare {
    async fn respond(&self, url: &str, answer: Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        assert_eq!(http.post(url).json(&answer).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn newer_blocks_are_drawn() {
    bare(|stage, page| async move {
        let cell = |text: &str| json!({"type": "raw_text", "text": text});
        let point = |label: &str, value: u64| json!({"label": label, "value": value});
        let series = |name: &str, values: [u64; 2]| json!({"name": name, "data": [point("Mon", values[0]), point("Tue", values[1])]});
        let ago = "<!date^0^{ago}|once>";
        let link = json!({"text": plain("Open in dialnote"), "value": "open:conv_1001",
            "url": format!("{}/conversations/conv_1001", page.at)});
        stage
            .post(json!([
                {"type": "context", "elements": [mrkdwn(":large_blue_circle:"),
                    {"type": "image", "image_url": "https://example.com/avatars/zoe.png", "alt_text": "Owner:"},
                    mrkdwn("*Zoe Park* · accepted")]},
                {"type": "section", "text": mrkdwn(&format!("<https://example.com|*Ana Lima*> · {ago}"))},
                {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]}]},
                {"type": "data_visualization", "title": "New conversations", "chart": {"type": "bar",
                    "series": [series("Done", [3, 4]), series("Open", [0, 2])], "axis_config": {"categories": ["Mon", "Tue"]}}},
                {"type": "table", "rows": [[cell("Person"), cell("Open")], [cell("Zoe Park"), cell("4")]],
                    "column_settings": [{}, {"align": "right"}]},
                row(&[json!({"type": "overflow", "action_id": "more", "options": [option("Snooze…", "snooze:conv_1001"), link]})]),
            ]))
            .await;
        for (css, text) in [
            (".block-context .avatar[aria-label='Owner:']", "ZP"), (".block-context strong", "Zoe Park"), (".text a strong", "Ana Lima"),
            (".text time", "days ago"), ("blockquote", "quoted"), ("figcaption", "New conversations"), (".legend", "Open"),
            ("th", "Person"), ("td.align-right", "4"),
        ] {
            page.shows(&format!("#messages {css}"), text).await;
        }
        let told = "New conversations. Done: Mon 3, Tue 4. Open: Mon 0, Tue 2";
        page.until(&format!("document.querySelector('svg[role=img]').getAttribute('aria-label') === {told:?}")).await;
        page.click("[data-action=more]", "").await;
        page.shows("[role=menuitem]", "Snooze…").await;
        page.click("a[role=menuitem]", "Open in dialnote").await;
        assert_eq!(stage.action().await["selected_option"]["value"], "open:conv_1001");
        page.shows("#conversation", "conv_1001").await;
        stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::OldClient));
        page.until("!document.querySelector('#messages table, #messages svg')").await;
        page.shows("#messages .text", "A message").await;
        stage.sandbox.world(|world| world.faults.slack.objects.clear());
        page.shows("#messages th", "Person").await;
        stage.open(modal("Late", &[json!({"type": "alert", "level": "warning", "text": plain("Zoe took it.")})])).await;
        page.shows(".modal .block-alert.warning", "Zoe took it.").await;
    })
    .await;
}
