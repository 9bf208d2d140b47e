//! The check before an upgrade: what a new version of the program finds, and what it will change.

use jiff::{SignedDuration, Timestamp};

use crate::ops::finding::Finding;
use crate::ops::finding::FindingState::{Bad, Good, Note};
use crate::platform::db::{PresentState, UnreadableJob};

/// The age up to which a backup counts as recent.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// The most jobs that a finding names.
const NAMED_JOBS: usize = 3;

/// The facts that the new version finds.
#[derive(Debug)]
pub struct UpgradeFacts {
    /// The settings that are missing or wrong, each with its fix.
    pub mistakes: Vec<String>,
    /// The variables that look like settings and are none.
    pub unknown: Vec<String>,
    /// The database.
    pub present: PresentState,
    /// The kind of database, and whether a program uses it.
    pub database: DatabaseUse,
    /// The backup to go back to.
    pub backup: BackupState,
    /// The time of the check.
    pub now: Timestamp,
}

/// The kind of database, and whether a program uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseUse {
    /// A file that no program uses.
    File,
    /// A file that a program uses.
    FileInUse,
    /// A database on a server, for any number of instances.
    Server,
}

/// The backup to go back to.
#[derive(Debug)]
pub enum BackupState {
    /// The operator named none.
    NotNamed,
    /// It was made at this time.
    MadeAt(Timestamp),
    /// It cannot be used, for this reason.
    Unusable(String),
}

/// Returns a finding for each check.
pub fn findings(facts: &UpgradeFacts) -> Vec<Finding> {
    let mut findings = settings(facts);
    findings.push(schema(&facts.present));
    findings.push(return_to_older(&facts.present));
    findings.push(jobs(&facts.present));
    findings.push(replacement(facts.database));
    findings.push(backup(facts));
    findings
}

fn settings(facts: &UpgradeFacts) -> Vec<Finding> {
    let fix = "correct it before you replace the program (docs/settings.md)";
    let wrong = facts.mistakes.iter().map(|mistake| Finding::new("settings", Bad, mistake).fixed_by(fix));
    let fix = "if it is this app's, rename or remove it (docs/upgrading.md)";
    let odd = facts.unknown.iter().map(|unknown| Finding::new("settings", Note, unknown).fixed_by(fix));
    let found: Vec<_> = wrong.chain(odd).collect();
    if found.is_empty() { vec![Finding::new("settings", Good, "all are known, and none is missing")] } else { found }
}

fn schema(present: &PresentState) -> Finding {
    let (has, gets) = (present.schema, present.schema + present.missing.len());
    if present.missing.is_empty() {
        return Finding::new("schema", Good, format!("the database has schema {has}, and this version keeps it"));
    }
    let names = present.missing.join(", ");
    let words = format!("the database has schema {has}; this version migrates it to {gets} when it starts: {names}");
    Finding::new("schema", Note, words)
}

fn return_to_older(present: &PresentState) -> Finding {
    if present.missing.is_empty() {
        let words =
            "an older version with the same schema can take over again; jobs that it can't read wait for 24 hours";
        return Finding::new("way back", Good, words);
    }
    let words = "an older version refuses the database after the migration";
    Finding::new("way back", Note, words).fixed_by("make a backup first; to go back, restore it (docs/upgrading.md)")
}

fn jobs(present: &PresentState) -> Finding {
    let (dead, pending): (Vec<_>, Vec<_>) = present.unreadable.iter().partition(|job| job.is_dead);
    let all = present.jobs;
    if !pending.is_empty() {
        let words = format!("{} of {all} can't be read by this version: {}", pending.len(), named(&pending));
        let fix = "let the version that runs finish them first; `dialnote-slack jobs list --waiting` shows them";
        return Finding::new("jobs", Bad, words).fixed_by(fix);
    }
    if !dead.is_empty() {
        let words = format!("{} failed ones of {all} can't be read by this version: {}", dead.len(), named(&dead));
        let fix = "retry them with the version that runs (`dialnote-slack jobs retry`), or drop them";
        return Finding::new("jobs", Note, words).fixed_by(fix);
    }
    Finding::new("jobs", Good, format!("all {all} stored jobs can be read by this version"))
}

/// Names the first jobs, each with its kind and the reason.
fn named(jobs: &[&UnreadableJob]) -> String {
    let names: Vec<_> = jobs.iter().take(NAMED_JOBS).map(|job| format!("{} ({})", job.id, job.why)).collect();
    let more = if jobs.len() > NAMED_JOBS { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

fn replacement(database: DatabaseUse) -> Finding {
    match database {
        DatabaseUse::File => Finding::new("replacement", Good, "no program uses the database"),
        DatabaseUse::FileInUse => Finding::new("replacement", Note, "a program uses the database at the moment")
            .fixed_by("stop it before the new version starts: a file is for one instance"),
        DatabaseUse::Server => Finding::new(
            "replacement",
            Good,
            "instances can be replaced one after the other; old and new ones work side by side",
        ),
    }
}

fn backup(facts: &UpgradeFacts) -> Finding {
    let is_file = facts.database != DatabaseUse::Server;
    let fix = if is_file {
        "make one with `dialnote-slack backup FILE`, then check with `--backup FILE`"
    } else {
        "make one with `pg_dump --format=custom --file=FILE \"$DATABASE_URL\"`, then check with `--backup FILE`"
    };
    let unchecked = if is_file { "" } else { "; its contents were not checked" };
    match &facts.backup {
        BackupState::NotNamed => Finding::new("backup", Note, "none was named").fixed_by(fix),
        BackupState::Unusable(why) => Finding::new("backup", Bad, format!("it can't be used: {why}")).fixed_by(fix),
        BackupState::MadeAt(at) => {
            let words = format!("made on {}{unchecked}", at.strftime("%Y-%m-%d at %H:%M UTC"));
            let is_recent = facts.now.duration_since(*at) <= RECENT;
            if is_recent {
                Finding::new("backup", Good, words)
            } else {
                Finding::new("backup", Note, format!("older than a day: {words}")).fixed_by(fix)
            }
        }
    }
}
