//! The part of the Home tab about the team, for admins and for people who made a route.

use dialnote_sandbox::SlackFailure;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, ZOE, product, product_with};

/// Returns the part of a home about the team.
async fn team(bot: &Bot, who: &str) -> String {
    bot.open_home(who).await;
    of(&bot.home(who).await)
}

fn of(home: &str) -> String {
    let lines = home.lines().skip_while(|line| *line != "# Team");
    lines.take_while(|line| *line != "# Admin" && *line != "# Notifications").collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_admin_sees_what_waits_and_who_has_how_much() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        assert_snapshot!(team(bot, MAYA).await, @"
        # Team
        Billing · 2 unassigned, oldest first
        :red_circle: Lucía Fernández · +1 415 555 0112 · Clínica del Sol
        :studio_microphone: Voicemail · Nov 23, 5:00 UTC · Billing · “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 447…”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        :red_circle: Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 8:22 UTC · Billing
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        Front desk · 5 unassigned, oldest first
        :red_circle: Marta Silva · +1 415 555 0110
        :speech_balloon: Text message · Nov 23, 6:00 UTC · Front desk · “Running ten minutes late, sorry!”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        🔴 <script>alert(1)</script> <!channel> · +1 415 555 0109
        💬 Text message · Nov 23, 7:00 UTC · Front desk · “*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:”
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        :red_circle: +1 415 555 0105
        :telephone_receiver: Missed call · Nov 23, 8:08 UTC · Front desk
        [Take it] [Assign…] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        Zoe · 2 open · 1 snoozed [Show list]
        Leo · 1 open [Show list]
          No open conversations: Maya
        ");
        let home = bot.home(MAYA).await;
        assert!(home.find("Your conversations") < home.find("# Team"), "one's own work first: {home}");
        assert_eq!(team(bot, LEO).await, "", "Leo is no manager");
    })
    .await;
}

#[tokio::test]
async fn someone_who_made_a_route_sees_its_number_and_everyones_load() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "configure": { "configure": [] } })).await;
        bot.slash(LEO, "/dialnote route Billing").await;
        bot.read_all().await;
        let seen = team(bot, LEO).await;
        assert!(seen.contains("Billing · 2 unassigned") && !seen.contains("Front desk · "), "{seen}");
        assert!(seen.contains("Zoe · 2 open · 1 snoozed"), "{seen}");
        assert_eq!(team(bot, ZOE).await, "");
    })
    .await;
}

#[tokio::test]
async fn its_rows_act_and_the_tab_follows() {
    product(async |bot| {
        bot.look().await;
        bot.open_home(MAYA).await;
        bot.settle().await;
        bot.press_in(MAYA, "home", "take", "conv_1005").await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("You took +1 415 555 0105."), "{home}");
        assert_eq!(bot.dialnote("conv_1005"), "mem_maya open");
        assert!(!of(&home).contains("+1 415 555 0105"), "{home}");
        bot.press_in(MAYA, "home", "assign", "conv_1010").await;
        bot.submit(MAYA, json!({ "to": { "to": LEO } })).await;
        bot.settle().await;
        assert_eq!(bot.dialnote("conv_1010"), "mem_leo open");
        assert!(of(&bot.home(MAYA).await).contains("Leo · 2 open"));
        bot.press_in(MAYA, "home", "filter", "U0ZOE").await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("Conversations of Zoe · 3 [Filter"), "{home}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_row_that_someone_else_took_meanwhile_says_so() {
    product(async |bot| {
        bot.look().await;
        bot.open_home(MAYA).await;
        bot.settle().await;
        bot.slash(LEO, "/dialnote take conv_1005").await;
        bot.read_all().await;
        bot.press_in(MAYA, "home", "take", "conv_1005").await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("Leo took +1 415 555 0105 "), "{home}");
        assert_eq!(bot.dialnote("conv_1005"), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn absent_people_come_first_and_what_they_own_can_be_reassigned_at_once() {
    product(async |bot| {
        bot.look().await;
        let later = bot.clock.now() + SignedDuration::from_hours(5);
        bot.world(|world| world.person_mut(LEO).unwrap().undisturbed_until = Some(later));
        assert_snapshot!(people(&team(bot, MAYA).await), @"
        Leo · 1 open · Do Not Disturb · until Nov 23, 14:00 UTC [Show list]
        [Assign all to…] [Unassign all]
        Zoe · 2 open · 1 snoozed [Show list]
          No open conversations: Maya
        ");
        bot.press_in(MAYA, "home", "assign_all", "mem_leo").await;
        assert_snapshot!(bot.window(MAYA).await, @"
        [[Assign]]
        1 open or snoozed conversation of Leo
        New owner*: [Search teammates ▾]
        Note: [___]
        ");
        bot.submit(MAYA, json!({ "to": { "to": ZOE } })).await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("Assigned 1 conversation to Zoe."), "{home}");
        assert!(!of(&home).contains("Leo · "), "{home}");
        assert_eq!(bot.dialnote("conv_1003"), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_due_next_comes_first() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        bot.missed_call("+14155550199").await;
        let seen = team(bot, MAYA).await;
        let first = seen.lines().skip_while(|line| !line.starts_with("Front desk")).nth(1).unwrap_or_default();
        assert!(seen.contains("Front desk · 6 unassigned, next due first"), "{seen}");
        assert!(first.contains("+1 415 555 0199"), "{seen}");
        bot.read_all().await;
    })
    .await;
}

/// Returns the lines about people.
fn people(team: &str) -> String {
    let is_about_people = |line: &&str| ["[Show list]", "No open", "Assign all"].iter().any(|part| line.contains(part));
    team.lines().filter(is_about_people).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn slack_that_does_not_say_who_is_away_costs_only_the_marks() {
    product(async |bot| {
        bot.look().await;
        let failure = SlackFailure {
            method: "dnd.teamInfo".into(),
            error: "fatal_error".into(),
            always: true,
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(failure));
        let seen = team(bot, MAYA).await;
        assert!(seen.contains("Zoe · 2 open · 1 snoozed") && !seen.contains("Disturb"), "{seen}");
        assert!(!bot.dialnote(ANA).is_empty());
    })
    .await;
}
