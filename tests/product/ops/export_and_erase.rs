//! Everything kept about a person can be exported and erased.

use dialnote_sandbox::SlackFailure;
use dialnote_slack::core::ids::{InstallationId, JobId, SlackUserId};
use dialnote_slack::ops::audit_report::AuditFormat;
use dialnote_slack::ops::person;
use dialnote_slack::ops::person::model::PersonError;
use dialnote_slack::ops::person::{Person, PersonQuery};
use dialnote_slack::platform::db::{Document, sqlite};
use insta::assert_snapshot;
use jiff::SignedDuration;
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::ops::audit_log::acts;
use crate::support::database::On;
use crate::support::{ANA, Bot, By, LEO, MAYA, SAM, Setup, ZOE, product, product_with};

/// A setup whose database can be read.
const FILE: Setup = Setup { on: On::File, by: By::Settings, ..Setup::USUAL };

/// Copies of the services' data: they remain, although they show the person's data too.
const COPIES: [&str; 2] = ["snapshots", "cards"];

#[tokio::test]
async fn after_erasing_nothing_names_the_person() {
    product_with(FILE, async |bot| {
        zoe_leaves_traces(bot).await;
        assert_snapshot!(traces(bot), @"
        audit_entries: 6
        cache_entries: 11
        documents: 5
        drafts: 1
        jobs: 1
        ");
        assert_snapshot!(erase(bot, "U0ZOE", false).await.unwrap(), @r#"
        In T0ACME, known by: U0ZOE, Zoe, Zoe Park, zoe@acme.example, mem_zoe.
        Removed:
             1 cache entry: called
             3 cache entry: direct
             1 cache entry: direct_channel
             1 cache entry: direct_last
             1 cache entry: members
             1 cache entry: profile
             2 cache entry: standing
             1 cache entry: undisturbed
             1 deferred command
             2 document: handover
             1 document: home
             1 document: wishes
             1 failed job
        Replaced by "erased":
             6 audit entries
             1 document: team
        Not removed:
        - Snapshots of dialnote's conversations (5) and cards (3) that name them. The app rewrites both when the data in dialnote changes; `dialnote-slack resync` does it at once.
        - Their dialnote id in the audit log, as the owner before or after.
        - Cards and messages in Slack: delete them there.
        - Conversations and notes in dialnote: change them there.
        - Backups, and freed pages of the database until they are overwritten (docs/operate.md).
        - Your logs of the app, its proxy and its database.
        - While they are in Slack or dialnote, the app reads their data again when they act or are named.
        "#);
        assert_eq!(traces(bot), "", "only the copies of what dialnote has name her");
        bot.expect_dead(0);
        assert_snapshot!(erase(bot, "U0ZOE", false).await.unwrap(), @r#"
        In T0ACME, known by: U0ZOE.
        Removed: nothing
        Replaced by "erased": nothing
        Not removed:
        - Cards and messages in Slack: delete them there.
        - Conversations and notes in dialnote: change them there.
        - Backups, and freed pages of the database until they are overwritten (docs/operate.md).
        - Your logs of the app, its proxy and its database.
        - While they are in Slack or dialnote, the app reads their data again when they act or are named.
        - Texts that name them otherwise: their name or address is not stored. Give it with --name or --address.
        "#);

        let copy = bot.database().with_extension("copy");
        sqlite::backup(&bot.database(), &copy).unwrap();
        let bytes = std::fs::read(&copy).unwrap();
        for word in ["U0ZOE", "zoe@acme.example"] {
            assert!(!String::from_utf8_lossy(&bytes).contains(word), "{word} is in a copy of the database");
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_keeps_acts_without_names() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.slash(ZOE, "/done conv_1001").await;
        bot.read_all().await;
        erase(bot, "U0ZOE", false).await.unwrap();
        assert_snapshot!(acts(bot, AuditFormat::Lines).await, @"
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen assign conv_1001 typed: unassigned open → mem_zoe open, done
        2026-11-23T09:00:00Z T0ACME erased erased done conv_1001 typed: mem_zoe open → mem_zoe done, done
        ");
        let json = acts(bot, AuditFormat::Json).await;
        assert!(!json.contains(r#""member":{"id":"mem_zoe""#) && !json.contains("Zoe"), "{json}");
        bot.slash(MAYA, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 9:00 UTC · erased marked this done.
        Nov 23, 9:00 UTC · Maya assigned this to erased.
        ");
    })
    .await;
}

#[tokio::test]
async fn an_erased_person_can_continue() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        bot.read_all().await;
        erase(bot, "U0ZOE", false).await.unwrap();
        let calls = bot.calls("users.info");
        bot.press_private(ZOE, "dm", "accept", 0).await;
        assert_snapshot!(bot.answer(ZOE).await, @"There's nothing to accept or decline for Ana Lima: it isn't assigned to you, or you already responded.");
        assert!(bot.calls("users.info") > calls, "her profile is read anew");
        bot.slash(ZOE, "/done conv_1001 called back").await;
        assert_snapshot!(bot.answer(ZOE).await, @"Marked Ana Lima (+1 415 555 0101) done. Your note was added.");
        bot.slash(MAYA, "/assign @zoe conv_1004").await;
        bot.settle().await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        bot.slash(ZOE, "/dialnote undo").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "what she did since is hers");
        bot.pass(SignedDuration::from_mins(31)).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_waiting_job_that_names_the_person_blocks_the_erasure() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote take conv_1004").await;
        bot.read_all().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.settle().await;
        let refused = erase(bot, "U0ZOE", false).await.unwrap_err().to_string();
        let job = bot.work.store.jobs(false, JobId(0), 1).await.unwrap()[0].id.to_string();
        let refused = refused.replace(&job, "job-N");
        assert_snapshot!(refused, @"
        job-N is pending and names U0ZOE
        hint: `dialnote-slack jobs list --waiting` shows pending jobs; erase when they are finished, or erase everything else now with --even-if-waiting
        ");
        assert!(export(bot, "U0ZOE").await["cache_entries"].as_array().is_some_and(|cache_entries| !cache_entries.is_empty()));
        let told = erase(bot, "U0ZOE", true).await.unwrap();
        assert!(told.contains("Pending jobs that name them: 1."), "{told}");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "it is done all the same");
    })
    .await;
}

#[tokio::test]
async fn a_route_stays_without_its_creator() {
    product_with(FILE, async |bot| {
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        bot.look().await;
        assert_snapshot!(erase(bot, "U0MAYA", false).await.unwrap(), @r#"
        In T0ACME, known by: U0MAYA, Maya, Maya Chen, maya@acme.example, mem_maya.
        Removed:
             1 cache entry: called
             1 cache entry: members
             1 cache entry: profile
        Replaced by "erased":
             1 audit entry
             1 document: route
             1 document: team
        Not removed:
        - Snapshots of dialnote's conversations (1) and cards (0) that name them. The app rewrites both when the data in dialnote changes; `dialnote-slack resync` does it at once.
        - Their dialnote id in the audit log, as the owner before or after.
        - Cards and messages in Slack: delete them there.
        - Conversations and notes in dialnote: change them there.
        - Backups, and freed pages of the database until they are overwritten (docs/operate.md).
        - Your logs of the app, its proxy and its database.
        - While they are in Slack or dialnote, the app reads their data again when they act or are named.
        "#);
        bot.missed_call("+1 415 555 0199").await;
        bot.look().await;
        assert!(bot.posts("front-desk").iter().any(|post| post.contains("0199")), "cards come as before");
        bot.read_all().await;
        bot.slash(LEO, "/dialnote route").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Channels for shared numbers
        <#C0FRONT> shows all shared numbers
          New conversations stay unassigned until someone takes them. They need an owner within 30 min and an answer within 2 h. Time counts Monday to Friday, 9:00–17:00. The channel gets a digest at the start of working hours and a reminder after 30 min unassigned.
        ");
    })
    .await;
}

#[tokio::test]
async fn the_installer_is_named_until_another_person_installs() {
    product_with(Setup { by: By::Installing, ..FILE }, async |bot| {
        let told = erase(bot, "U0MAYA", false).await.unwrap();
        assert!(told.contains("They installed the app") && told.contains("They entered the dialnote key"), "{told}");
        let shown = export(bot, "U0MAYA").await;
        let kinds: Vec<_> = shown["documents"].as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
        assert_eq!(kinds, [json!({ "by": "U0MAYA" }), json!({ "installer": "U0MAYA" })], "and no seal is shown");
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open", "it works on");
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_kept_is_shown() {
    product_with(FILE, async |bot| {
        zoe_leaves_traces(bot).await;
        let all = export(bot, "U0ZOE").await;
        assert_snapshot!(format!("{:#}", all["person"]), @r#"
        {
          "workspace": "T0ACME",
          "user": "U0ZOE",
          "names": [
            "Zoe",
            "Zoe Park"
          ],
          "addresses": [
            "zoe@acme.example"
          ],
          "members": [
            "mem_zoe"
          ]
        }
        "#);
        let kinds = |list: &str| {
            let kinds = all[list].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap_or("").to_owned());
            kinds.collect::<Vec<_>>().join(" ")
        };
        assert_snapshot!(kinds("cache_entries"), @"called direct direct direct direct_channel direct_last members profile standing standing undisturbed");
        assert_snapshot!(kinds("documents"), @"handover handover home team wishes");
        assert_snapshot!(kinds("jobs_given_up"), @"post_card.v1");
        assert_eq!(all["drafts"].as_array().unwrap().len(), 1);
        let audit: Vec<_> = all["audit"].as_array().unwrap().iter().map(|line| line["verb"].to_string()).collect();
        assert_snapshot!(audit.join(" "), @r#""assign" "take" "assign" "take" "handoff" "assign""#);
        let text = all.to_string();
        assert!(text.contains("zoe@acme.example") && text.contains("wants a call"), "{text}");
        assert!(!text.contains("leo@acme.example") && !text.contains("/slack/response/"), "{text}");
        erase(bot, "U0ZOE", false).await.unwrap();
        let after = export(bot, "U0ZOE").await;
        for list in ["cache_entries", "documents", "drafts", "pacing", "jobs_waiting", "jobs_given_up", "audit"] {
            assert_eq!(after[list], json!([]), "{list}");
        }
        bot.expect_dead(0);
    })
    .await;
}

#[tokio::test]
async fn where_there_are_several_workspaces_one_has_to_be_named() {
    product(async |bot| {
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.read_all().await;
        let store = bot.work.store.clone();
        let other = InstallationId::new("T0OTHER");
        let preferences = |at| Document { kind: "wishes".into(), id: "U0ZOE".into(), at, due: None, body: "{}".into() };
        store.keep(&other, preferences(bot.clock.now())).await.unwrap();
        let whose = async |asked: Option<&str>| {
            let asked = asked.map(InstallationId::new);
            person::whose(store.as_ref(), asked).await.map_err(|refused| refused.to_string())
        };
        let refused = whose(None).await.unwrap_err();
        assert!(
            refused.starts_with(
                "the database has data of several workspaces\nhint: choose one with --installation: T0ACME"
            ),
            "{refused}"
        );
        assert!(refused.ends_with(", T0OTHER"), "{refused}");
        let refused = whose(Some("T0NOBODY")).await.unwrap_err();
        assert!(refused.starts_with("no data of T0NOBODY\nhint: the database has data of T0ACME"), "{refused}");
        assert_eq!(whose(Some("T0OTHER")).await, Ok(other.clone()));
        erase(bot, "U0ZOE", false).await.unwrap();
        assert!(store.document(&other, "wishes", "U0ZOE").await.unwrap().is_some(), "another workspace's");
    })
    .await;
}

#[test]
fn a_person_is_named_by_their_id() {
    assert_eq!(person::user("U0ZOE"), Ok(SlackUserId::new("U0ZOE")));
    for text in ["zoe", "@zoe", "U", "", "U0ZOE ", "<@U0ZOE>"] {
        assert!(person::user(text).is_err(), "{text}");
    }
}

/// Leaves traces of Zoe: an assignment, a hand-off, preferences, a home, a deferred command, and a failed message about
/// her.
async fn zoe_leaves_traces(bot: &mut Bot) {
    bot.look().await;
    bot.pass(SignedDuration::from_secs(1)).await;
    bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
    bot.settle().await;
    bot.slash(ZOE, "/handoff @leo conv_1001 ask for Robert, says Zoe").await;
    bot.slash(ZOE, "/dialnote take conv_1009").await;
    bot.slash(LEO, "/assign me conv_1009").await;
    bot.slash(ZOE, "/dialnote take conv_1005").await;
    bot.slash(MAYA, "/assign @zoe robert").await;
    bot.open_home(ZOE).await;
    bot.settle().await;
    bot.press_in(ZOE, "home", "wishes", "").await;
    bot.submit(ZOE, json!({ "kinds": { "kinds": ["yours"] }, "from": { "from": null }, "until": { "until": null }, "keeps": { "keeps": [] } })).await;
    bot.settle().await;
    let method = "chat.postMessage".to_owned();
    let refused = SlackFailure { method, error: "msg_too_long".to_owned(), ..SlackFailure::default() };
    bot.world(|world| world.faults.slack.fail_next.push(refused));
    bot.slash(MAYA, "/assign @zoe conv_1010 soon").await;
    bot.read_all().await;
    bot.expect_dead(1);
}

/// Colleagues see a display name and type the full one.
#[tokio::test]
async fn a_full_name_is_looked_for_as_well() {
    product_with(FILE, async |bot| {
        bot.world(|world| {
            let sam = world.person_mut(SAM).unwrap();
            (sam.real_name, sam.display_name) = ("Theresa Quillfeather".into(), "Tee".into());
        });
        bot.slash(SAM, "/inbox").await;
        bot.settle().await;
        let (_, person) = found(bot, "U0SAM").await;
        assert_eq!(person.names.iter().collect::<Vec<_>>(), ["Tee", "Theresa Quillfeather"]);
        bot.read_all().await;
    })
    .await;
}

async fn found(bot: &Bot, user: &str) -> (InstallationId, Person) {
    let store = bot.work.store.clone();
    let installation = InstallationId::new("T0ACME");
    let asked = PersonQuery { user: SlackUserId::new(user), names: Vec::new(), addresses: Vec::new() };
    let person = person::known(store.as_ref(), &installation, &asked).await.unwrap();
    (installation, person)
}

async fn erase(bot: &Bot, user: &str, even_if_waiting: bool) -> Result<String, PersonError> {
    let (installation, person) = found(bot, user).await;
    let (mut out, now) = (Vec::new(), bot.clock.now());
    person::erase(bot.work.store.as_ref(), (&installation, &person), even_if_waiting, now, &mut out).await?;
    Ok(String::from_utf8(out).unwrap())
}

async fn export(bot: &Bot, user: &str) -> Value {
    let (installation, person) = found(bot, user).await;
    let mut out = Vec::new();
    person::export(bot.work.store.as_ref(), &installation, &person, &mut out).await.unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Returns every table that names Zoe by id, name or address, with the number of such rows.
fn traces(bot: &Bot) -> String {
    let database = Connection::open(bot.database()).unwrap();
    let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut traces = Vec::new();
    for table in tables.iter().filter(|table| !COPIES.contains(&table.as_str())) {
        let named = rows(&database, table)
            .iter()
            .filter(|row| ["U0ZOE", "Zoe", "zoe@"].iter().any(|word| row.contains(word)))
            .count();
        if named > 0 {
            traces.push(format!("{table}: {named}"));
        }
    }
    traces.join("\n")
}

/// Returns all rows of a table, each as one text.
fn rows(database: &Connection, table: &str) -> Vec<String> {
    let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = rows.column_count();
    let cell = |cell: Cell| if let Cell::Text(text) = cell { text } else { String::new() };
    let read = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|column| cell(row.get(column).unwrap()));
        Ok(cells.collect::<Vec<_>>().join(" | "))
    };
    rows.query_map([], read).unwrap().map(Result::unwrap).collect()
}
