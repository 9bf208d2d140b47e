//! Installing the app, connecting it to an organization, and removing it.

use dialnote_sandbox::{Hang, Person, Service};
use dialnote_slack::app::NotStarted;
use dialnote_slack::core::ids::InstallationId;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::{ANA, Bot, By, ENCRYPTION_KEY, LEO, MAYA, SAM, Setup, ZOE, product_with, set_up};

const NOBODY: Setup = Setup { by: By::Nobody, ..Setup::USUAL };

#[tokio::test]
async fn an_admin_installs_the_app_and_connects_it() {
    product_with(NOBODY, async |bot| {
        let page = Browser::default().install(&bot.url, "T0ACME", "yes").await;
        assert!(page.contains("<h1>Installed in Acme Dental</h1>"), "{page}");
        assert_snapshot!(bot.dm(MAYA).await, @"
        This app is installed. Connect it to dialnote with a key of your organization.
        [Connect dialnote]
        ");
        bot.open_home(LEO).await;
        assert_snapshot!(bot.home(LEO).await, @"
        # Hi Leo
        :wave: This workspace isn't connected to dialnote. An admin can connect it with `/dialnote connect`.
        [Connect dialnote]
          Admins: Maya
        ---
        What this app does
        Missed calls, voicemails and text messages to your team's numbers appear as cards in Slack. The team decides there who owns each one.
        ");
        bot.slash(LEO, "/assign me conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        This workspace isn't connected to dialnote. An admin can connect it with `/dialnote connect`.
        [Connect dialnote]
        ");
        bot.press_private(LEO, "front-desk", "connect", 0).await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin of this workspace or the person who installed this app can connect it to dialnote. Ask one of them.");

        bot.slash(MAYA, "/dialnote connect").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Connect dialnote]]
        Key*: [___]
        ");
        let key = |key: &str| json!({ "key": { "key": key } });
        for (typed, _) in [("", ""), ("dn live", ""), ("dn_live_unknown", "")] {
            let outcome = bot.submit(MAYA, key(typed)).await;
            assert!(!outcome.field_errors.is_empty(), "{typed}: {outcome:?}");
        }
        let refused = bot.submit(MAYA, key(&bot.sandbox.read_only_key())).await;
        assert_snapshot!(refused.field_errors["key"], @"This key is read-only, so nothing could be assigned. Create one that can write.");
        bot.submit(MAYA, key(&bot.sandbox.credentials().dialnote_api_key)).await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Connect dialnote]]
        :white_check_mark: Connected. Your organization has 3 members.
        Next: type `/dialnote route` in the channel that gets the cards of a shared number. People with the same email in Slack and dialnote can start right away.
        ");
        bot.close(MAYA).await;
        bot.slash(LEO, "/assign me conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took Ana Lima (+1 415 555 0101).");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.know_work().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_old_one_and_it_can_be_taken_away() {
    product_with(Setup::INSTALLED, async |bot| {
        bot.slash(MAYA, "/dialnote connect").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Connect dialnote]]
        Connected by <@U0MAYA>, Nov 23, 9:00 UTC
        New key*: [___]
        [Disconnect]
        ");
        bot.world(|world| world.faults.dialnote.down = true);
        let key = bot.sandbox.credentials().dialnote_api_key;
        let refused = bot.submit(MAYA, json!({ "key": { "key": key } })).await;
        assert_snapshot!(refused.field_errors["key"], @"Not saved: dialnote didn't respond in time. Try again in a minute.");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.press_in(MAYA, "window", "disconnect", "").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Connect dialnote]]
        Disconnected by <@U0MAYA>, Nov 23, 9:00 UTC
        Key*: [___]
        ");
        bot.slash(LEO, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        This workspace isn't connected to dialnote. An admin can connect it with `/dialnote connect`.
        [Connect dialnote]
        ");
        bot.submit(MAYA, json!({ "key": { "key": key } })).await;
        bot.close(MAYA).await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took Ana Lima (+1 415 555 0101).");
        bot.know_work().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_installation_changes_nothing() {
    product_with(NOBODY, async |bot| {
        let page = Browser::default().install(&bot.url, "T0ACME", "no").await;
        assert!(page.contains("<h1>Not installed</h1>") && page.contains("<p>Nothing changed.</p>"), "{page}");
        assert!(bot.tenants.everybody(None).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_oauth_state_fits_one_browser_once_for_ten_minutes() {
    product_with(NOBODY, async |bot| {
        let again = |page: &str| assert!(page.contains("<h1>Start again</h1>"), "{page}");
        let (mut mine, mut others) = (Browser::default(), Browser::default());
        let back = mine.answered(&bot.url, "T0ACME", "yes").await;
        others.sent_to_slack(&bot.url).await;
        again(&others.page(&back).await);
        again(&Browser::default().page(&back).await);
        let mut forged = back.clone();
        forged.set_query(Some("code=T0ACME.1.code&state=1763888400000.00"));
        again(&mine.page(&forged).await);
        assert!(mine.page(&back).await.contains("Installed in"), "whoever began it finishes it");
        again(&mine.page(&back).await);
        // Another spelling is the same key: numbers may begin with zeros, hex digits may be capitals.
        let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let (at, given) = state.split_once('.').unwrap();
        for spelt in [format!("{at}.{}", given.to_uppercase()), format!("+{at}.{given}"), format!("00{at}.{given}")] {
            let mut respelt = back.clone();
            respelt.query_pairs_mut().clear().append_pair("code", "T0ACME.2.code").append_pair("state", &spelt);
            again(&mine.page(&respelt).await);
        }
        assert_eq!(bot.calls("oauth.v2.access"), 1);

        let late = mine.answered(&bot.url, "T0ACME", "yes").await;
        bot.clock.advance(SignedDuration::from_mins(11));
        again(&mine.page(&late).await);
        bot.know_work().await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn two_workspaces_work_side_by_side_and_nothing_crosses() {
    product_with(Setup::INSTALLED, async |acme| {
        let mut globex = acme.beside().await;
        globex.install().await;
        globex.connect().await;
        // The same people, channels and conversations by their ids, and the same words at the same time.
        for bot in [&*acme, &globex] {
            bot.slash(MAYA, "/dialnote route #front-desk *").await;
            bot.slash(LEO, "/dialnote take conv_1001").await;
        }
        globex.slash(ZOE, "/assign @leo conv_1004 theirs alone").await;
        acme.settle().await;
        assert_eq!((acme.dialnote(ANA), globex.dialnote(ANA)), ("mem_leo open".into(), "mem_leo open".into()));
        assert_eq!(acme.dialnote("conv_1004"), "nobody open");
        assert_eq!(globex.dialnote("conv_1004"), "mem_leo open");
        acme.press(ZOE, ANA, "done").await;
        acme.settle().await;
        assert_eq!((acme.dialnote(ANA), globex.dialnote(ANA)), ("mem_leo done".into(), "mem_leo open".into()));
        for (bot, others) in [(&*acme, "theirs alone"), (&globex, "nothing of the sort")] {
            assert!(!bot.everything().contains(others), "{}", bot.everything());
            assert_eq!(refused(bot), 0);
        }

        globex.sandbox.uninstall().await.unwrap();
        acme.settle().await;
        let id = |team: &str| InstallationId::new(team);
        assert!(acme.tenants.of(&id("T0GLOBEX")).await.unwrap().is_none(), "its tokens are gone");
        let store = acme.work.store.clone();
        assert_eq!(store.documents(&id("T0GLOBEX"), "route", 9).await.unwrap(), []);
        assert!(!store.latest(&id("T0GLOBEX"), None, 9).await.unwrap().is_empty(), "the audit log stays");
        acme.slash(MAYA, "/reopen conv_1001").await;
        acme.settle().await;
        assert_eq!(acme.dialnote(ANA), "mem_leo open", "the other one notices nothing");
        acme.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_organization_installs_it_for_all_its_workspaces() {
    product_with(NOBODY, async |bot| {
        bot.world(|world| world.workspace.organization = Some(("E0ACME".to_owned(), "Acme Group".to_owned())));
        let page = Browser::default().install(&bot.url, "T0ACME", "yes").await;
        assert!(page.contains("<h1>Installed in Acme Group</h1>"), "{page}");
        bot.clock.advance(SignedDuration::from_secs(1));
        bot.connect().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You took Ana Lima (+1 415 555 0101).");
        bot.press(LEO, ANA, "done").await;
        bot.open_home(LEO).await;
        assert!(bot.home(LEO).await.contains("\n1 yours · "));
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        bot.read_all().await;
        // Groups belong to a workspace, so the call must name it.
        bot.slash(MAYA, "/assign @frontdesk conv_1002").await;
        let said = bot.answer(MAYA).await;
        assert!(said.contains("has the fewest open conversations in @frontdesk"), "{said}");
        bot.read_all().await;
        // So do do-not-disturb times.
        let later = bot.clock.now() + SignedDuration::from_hours(1);
        bot.world(|world| world.person_mut(LEO).unwrap().undisturbed_until = Some(later));
        for (nth, conversation) in ["conv_1005", "conv_1006", "conv_1001"].into_iter().enumerate() {
            bot.slash(MAYA, &format!("/assign @frontdesk {conversation}")).await;
            bot.read_all().await;
            assert_ne!(bot.dialnote(conversation), "mem_leo open", "{nth}");
        }
        bot.sandbox.uninstall().await.unwrap();
        bot.settle().await;
        assert!(bot.tenants.everybody(None).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_late_removal_event_does_not_remove_a_newer_installation() {
    product_with(Setup::INSTALLED, async |bot| {
        let revoked = json!({ "type": "tokens_revoked", "tokens": { "bot": ["U0BOT"] } });
        bot.sandbox.event(json!({ "type": "app_uninstalled" })).await.unwrap();
        bot.settle().await;
        assert!(bot.tenants.everybody(None).await.unwrap().is_empty());
        bot.install().await;
        bot.clock.advance(SignedDuration::from_secs(-2));
        bot.sandbox.event(revoked).await.unwrap();
        bot.clock.advance(SignedDuration::from_secs(2));
        bot.settle().await;
        assert_eq!(bot.tenants.everybody(None).await.unwrap().len(), 1);
        bot.connect().await;
    })
    .await;
}

#[tokio::test]
async fn reinstalling_keeps_everything() {
    product_with(Setup::INSTALLED, async |bot| {
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(60));
        bot.world(|world| world.scopes.retain(|scope| scope != "dnd:read"));
        let page = Browser::default().install(&bot.url, "T0ACME", "yes").await;
        assert!(page.contains("Installed in"), "{page}");
        assert_snapshot!(bot.dm(MAYA).await, @"This app was installed again and is still connected to dialnote. Nothing else changed.");
        assert!(bot.world(|world| world.scopes.iter().any(|scope| scope == "dnd:read")));
        bot.know_work().await;
        bot.press(LEO, ANA, "done").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn tokens_are_replaced_before_they_end() {
    product_with(NOBODY, async |bot| {
        bot.world(|world| world.token_rotation = true);
        bot.install().await;
        bot.connect().await;
        let token = |bot: &Bot| bot.world(|world| world.grants.tokens.last().unwrap().text.clone());
        let first = token(bot);
        bot.clock.advance(SignedDuration::from_hours(10));
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        let second = token(bot);
        assert_ne!(first, second);
        bot.clock.advance(SignedDuration::from_hours(3));
        bot.know_work().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open", "the first one has ended");
        assert_eq!(refused(bot), 0);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_during_token_rotation_loses_no_token() {
    product_with(NOBODY, async |bot| {
        bot.world(|world| world.token_rotation = true);
        bot.install().await;
        bot.connect().await;
        bot.clock.advance(SignedDuration::from_hours(10));
        bot.tenants.tick().await.unwrap();
        let method = "oauth.v2.access".to_owned();
        bot.dies_during(Hang { service: Service::Slack, method, path: String::new(), after_effect: true }).await;
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_hours(3));
        bot.know_work().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        assert_eq!((bot.calls("oauth.v2.access"), refused(bot)), (3, 0));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_stolen_database_shows_no_token() {
    product_with(Setup { on: crate::support::database::On::File, ..Setup::INSTALLED }, async |bot| {
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        let backup = bot.database().with_extension("stolen");
        dialnote_slack::platform::db::sqlite::backup(&bot.database(), &backup).unwrap();
        let secrets = bot.world(|world| world.grants.tokens.iter().map(|token| token.text.clone()).collect::<Vec<_>>());
        let secrets = [secrets, vec![bot.sandbox.credentials().dialnote_api_key, ENCRYPTION_KEY.to_owned()]].concat();
        assert_eq!(secrets.len(), 3);
        for file in [bot.database(), bot.database().with_extension("db-wal"), backup] {
            let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.contains("Acme Dental") || file.extension().is_some_and(|end| end == "db"));
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{secret} in {}", file.display());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_encryption_key_is_replaced_and_the_old_one_dropped() {
    product_with(Setup::INSTALLED, async |bot| {
        let new = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let both = format!("{new},{ENCRYPTION_KEY}");
        let tenants = bot.second_with(&[("ENCRYPTION_KEY", &both)]).await;
        let installations = tenants.installations().unwrap();
        assert_eq!(installations.renew_seals(&tenants.common).await.unwrap(), 2);
        assert_eq!(installations.renew_seals(&tenants.common).await.unwrap(), 0);
        for kind in ["installation", "connection"] {
            let team = InstallationId::new(bot.team());
            assert!(bot.work.store.document(&team, kind, "").await.unwrap().is_some(), "{kind}");
        }
        let after = bot.second_with(&[("ENCRYPTION_KEY", new)]).await;
        assert_eq!(after.everybody(None).await.unwrap().len(), 1);
        let before = bot.try_app_with(&[]).await.map(drop);
        assert!(matches!(before, Err(NotStarted::AnotherKey)), "{before:?}");
        // A conversation that is already open stays open until the next look-up, and then waits for the key.
        bot.clock.advance(SignedDuration::from_secs(10));
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn only_admins_and_the_installer_connect_a_workspace() {
    product_with(Setup::INSTALLED, async |bot| {
        bot.slash(SAM, "/dialnote connect").await;
        assert_snapshot!(bot.answer(SAM).await, @"Only an admin of this workspace or the person who installed this app can connect it to dialnote. Ask one of them.");
    })
    .await;
}

/// The people who may connect a workspace, as the refusal of others names them.
const ONLY_THEY: &str = "Only an admin of this workspace or the person who installed this app";

#[tokio::test]
async fn the_installer_connects_it_only_as_a_full_member() {
    product_with(Setup::INSTALLED, async |bot| {
        let changed = |bot: &Bot, change: fn(&mut Person)| bot.world(|world| change(world.person_mut(MAYA).unwrap()));
        let kept = bot.work.store.document(&InstallationId::new(bot.team()), "connection", "").await.unwrap();
        changed(bot, |maya| maya.admin = false);
        bot.slash(MAYA, "/dialnote connect").await;
        assert!(bot.window(MAYA).await.contains("[Disconnect]"), "who is no admin any more is still one of us");
        let kinds: [fn(&mut Person); 3] =
            [|maya| maya.guest = true, |maya| maya.deleted = true, |maya| maya.stranger = true];
        for leave in kinds {
            changed(bot, leave);
            let key = json!({ "key": { "key": bot.sandbox.credentials().dialnote_api_key } });
            let refused = bot.submit(MAYA, key).await;
            assert_eq!(refused.field_errors["key"], format!("{ONLY_THEY} can connect it."));
            bot.press_in(MAYA, "window", "disconnect", "").await;
            let told = format!(":no_entry: {ONLY_THEY} can connect it to dialnote. Ask one of them.");
            assert_eq!(bot.dm(MAYA).await, told);
            changed(bot, |maya| (maya.guest, maya.deleted, maya.stranger) = (false, false, false));
        }
        bot.close(MAYA).await;
        changed(bot, |maya| maya.guest = true);
        bot.slash(MAYA, "/dialnote connect").await;
        assert_eq!(bot.answer(MAYA).await, format!("{ONLY_THEY} can connect it to dialnote. Ask one of them."));
        let now = bot.work.store.document(&InstallationId::new(bot.team()), "connection", "").await.unwrap();
        assert_eq!(now, kept, "the key is the one that was there");
    })
    .await;
}

#[tokio::test]
async fn an_app_of_one_workspace_is_connected_by_its_operator() {
    set_up(async |bot| {
        bot.slash(MAYA, "/dialnote connect").await;
        assert_snapshot!(bot.answer(MAYA).await, @"The operator of this app manages its dialnote key. It can't be changed in Slack.");
        let nothing = reqwest::get(format!("{}/slack/install", bot.url)).await.unwrap();
        assert_eq!(nothing.status(), 404);
    })
    .await;
}

/// Returns the number of refused calls, without the one that tests whether a key may write.
fn refused(bot: &Bot) -> usize {
    let trial = |path: &str| path.ends_with("/dialnote-slack-doctor");
    bot.world(|world| world.calls.iter().filter(|call| call.error.is_some() && !trial(&call.path)).count())
}
