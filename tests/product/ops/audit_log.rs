//! Every attempt is in the audit log, and the operator can read it.

use dialnote_slack::ops::audit_report;
use dialnote_slack::ops::audit_report::AuditFormat;
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};

use crate::support::{Bot, LEO, MAYA, SAM, product};

/// Returns the audit log as it is written.
pub async fn log(bot: &Bot, form: AuditFormat) -> String {
    let mut out = Vec::new();
    audit_report::write(bot.work.store.as_ref(), Timestamp::MIN, form, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the same without the app's installation, with which the log of an installed app begins.
pub async fn acts(bot: &Bot, form: AuditFormat) -> String {
    let beginning = [" install: ", " connect: ", ",install,", ",connect,", "\"install\"", "\"connect\""];
    let log = log(bot, form).await;
    log.split_inclusive('\n').filter(|line| !beginning.iter().any(|begins| line.contains(begins))).collect()
}

#[tokio::test]
async fn every_attempt_is_written_down() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants, \"a call\"").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(SAM, "/done conv_1001").await;
        bot.read_all().await;
        assert_snapshot!(acts(bot, AuditFormat::Lines).await, @"
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen assign conv_1001 typed: unassigned open → mem_zoe open, done
        2026-11-23T09:00:00Z T0ACME U0LEO take conv_1001 typed: – → –, refused: taken
        2026-11-23T09:00:00Z T0ACME U0SAM done conv_1001 typed: – → –, refused: you_are_not_linked
        ");
        assert_snapshot!(acts(bot, AuditFormat::Csv).await, @"
        at,workspace,user,name,verb,via,channel,conversation,owner_before,status_before,owner_after,status_after,outcome
        2026-11-23T09:00:00Z,T0ACME,U0MAYA,Maya Chen,assign,typed,C0FRONT,conv_1001,,open,mem_zoe,open,done
        2026-11-23T09:00:00Z,T0ACME,U0LEO,,take,typed,C0FRONT,conv_1001,,,,,refused: taken
        2026-11-23T09:00:00Z,T0ACME,U0SAM,,done,typed,C0FRONT,conv_1001,,,,,refused: you_are_not_linked
        ");
        let json = acts(bot, AuditFormat::Json).await;
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(first["detail"]["after"]["owner"], "mem_zoe");
    })
    .await;
}

#[tokio::test]
async fn it_is_kept_as_long_as_the_operator_says() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(30));
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        bot.second_with(&[("AUDIT_DAYS", "1")]).await.tick().await.unwrap();
        let log = log(bot, AuditFormat::Lines).await;
        assert!(log.lines().count() == 1 && log.contains(" done conv_1001"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn a_workspace_setting_is_audited_with_its_member() {
    product(async |bot| {
        bot.world(|world| {
            let maya = world.person_mut(MAYA).unwrap();
            (maya.real_name, maya.display_name) = ("Zoe Park".to_owned(), "Zoe Park".to_owned());
        });
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.slash(MAYA, "/dialnote route off").await;
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_snapshot!(acts(bot, AuditFormat::Lines).await, @"
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen settings: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen settings: – → –, changed
        2026-11-23T09:00:00Z T0ACME U0MAYA Maya Chen take conv_1001 typed: unassigned open → mem_maya open, done
        ");
    })
    .await;
}
