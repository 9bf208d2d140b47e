//! One story under each value of each variant of dialnote (docs/contracts/dialnote.md, "Variants the app must
//! survive"): every act happens exactly once, or its person and the doctor name the problem in one sentence.

use dialnote_sandbox::{Status, Variants};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::database::On;
use crate::support::{ANA, Bot, By, LEO, MAYA, Setup, ZOE, product_with};

/// The expected outcome of the story under a value.
enum Fate {
    /// Everything works, and the doctor reports this.
    Works(&'static str),
    /// The same while dialnote refuses calls because there are too many.
    Waits,
    /// Owners and notes work. A person who changes a status, and the doctor, read these words.
    NoStatus([&'static str; 2]),
    /// Nothing can be changed. A person who tries, and the doctor, read these words.
    Nothing([&'static str; 2]),
}

const LEARNED: &str = "statuses are written like “open”";

fn fate(switch: &str, value: &Value) -> Fate {
    match (switch, value.as_str().unwrap_or_default()) {
        ("addresses", "patch_nowhere") => Fate::Nothing(["DIALNOTE_ASSIGN_URL"; 2]),
        ("key", "read_only") => {
            Fate::Nothing(["dialnote key is read-only", "it's read-only, so nothing can be assigned"])
        }
        ("key", "revoked") => Fate::Nothing(["dialnote rejected this app's key", "dialnote rejects it"]),
        ("patch_status", "refused") => {
            Fate::NoStatus(["Unrecognized key(s) in object: 'status'", "it accepts no change of status"])
        }
        ("patch_status", "ignored") => {
            Fate::NoStatus(["but didn't change it", "it accepts a change of status but doesn't make it"])
        }
        ("limits", "seconds" | "date" | "no_header" | "unavailable") => Fate::Waits,
        ("status_case", "upper") => Fate::Works("statuses are written like “OPEN”"),
        ("status_case", "capital") => Fate::Works("statuses are written like “Open”"),
        ("member_shape", "user_id") => Fate::Works("by “userId”"),
        ("member_shape", "user_object") => Fate::Works("by “user.id”"),
        ("member_shape", _) => Fate::Works("by “id”"),
        ("assigned_to", "absent_in_lists") => Fate::Works("lists name no owner"),
        _ => Fate::Works(LEARNED),
    }
}

/// Plays the story under every value of a switch.
async fn survives(switch: &str) {
    for value in &Variants::values()[switch] {
        let what = format!("{switch}: {value}");
        let change = json!({ switch: value });
        product_with(Setup { webhooks: true, on: On::File, by: By::Settings, ..Setup::USUAL }, async |bot| {
            play(bot, &change);
            let ana = ana_as(&change);
            let mut story = Story { bot, ana, what };
            story.told(&fate(switch, value)).await;
        })
        .await;
    }
}

/// Gives dialnote these variants from now on.
fn play(bot: &Bot, variants: &Value) {
    let patch = json!({ "dialnote": { "variants": variants } });
    bot.world(|world| world.faults = world.faults.merged(&patch).unwrap());
}

/// Returns Ana's conversation as its buttons carry it.
fn ana_as(variants: &Value) -> String {
    match variants["ids"].as_str() {
        Some("numbers") => "1001".to_owned(),
        Some("uuid_upper") => "6F9619FF-8B86-D011-B42D-000000001001".to_owned(),
        _ => ANA.to_owned(),
    }
}

struct Story<'a> {
    bot: &'a mut Bot,
    ana: String,
    what: String,
}

impl Story<'_> {
    async fn told(&mut self, fate: &Fate) {
        match fate {
            Fate::Works(learned) => {
                self.begins().await;
                self.owners().await;
                self.statuses().await;
                self.nothing_is_bad(learned).await;
            }
            Fate::Waits => self.waits().await,
            Fate::NoStatus(words) => {
                self.begins().await;
                self.owners().await;
                self.no_status(words).await;
            }
            Fate::Nothing(words) => self.nothing(words).await,
        }
        self.bot.read_all().await;
    }

    /// Reads the list, and links people by hand where no address does it.
    async fn begins(&mut self) {
        self.bot.look().await;
        if self.what.contains("no_email") {
            for (who, member) in [(MAYA, "Maya"), (LEO, "Leo"), (ZOE, "Zoe")] {
                let said = self.says(MAYA, &format!("/dialnote link @{who} {member}")).await;
                assert!(said.starts_with(&format!("Linked {member} to dialnote member {member} ")), "{said}");
            }
            self.bot.read_all().await;
        }
    }

    fn ana<T>(&self, of: impl FnOnce(&dialnote_sandbox::Conversation) -> T) -> T {
        self.bot.world(|world| of(world.dialnote.conversation(ANA).unwrap()))
    }

    fn owner(&self) -> Option<String> {
        self.ana(|ana| ana.assigned_to.clone())
    }

    fn writes(&self) -> usize {
        let is_write = |call: &&dialnote_sandbox::Call| {
            call.acted && matches!(call.method.as_str(), "PATCH" | "POST") && call.path.starts_with("/conversations/")
        };
        self.bot.world(|world| world.calls.iter().filter(is_write).count())
    }

    async fn says(&mut self, who: &str, text: &str) -> String {
        self.bot.slash(who, text).await;
        self.bot.settle().await;
        self.bot.answer(who).await
    }

    /// Types a command that leads to exactly this many writes.
    async fn act(&mut self, who: &str, text: &str, writes: usize) -> String {
        let before = self.writes();
        let said = self.says(who, text).await;
        assert_eq!(self.writes() - before, writes, "{}, {text}: {said}", self.what);
        said
    }

    async fn owners(&mut self) {
        let what = self.what.clone();
        self.act(MAYA, "/assign @zoe Ana Lima wants a call back", 2).await;
        assert_eq!(self.owner().as_deref(), Some("mem_zoe"), "{what}");
        let again = self.act(MAYA, "/assign @zoe Ana Lima", 0).await;
        assert!(again.contains("already"), "{what}: {again}");
        self.act(ZOE, "/handoff @leo Ana Lima knows her", 2).await;
        assert_eq!(self.owner().as_deref(), Some("mem_leo"), "{what}");
        let mine = self.act(LEO, "/inbox", 0).await;
        assert!(mine.contains("Ana Lima"), "{what}: {mine}");
        let open = self.act(LEO, "/inbox all", 0).await;
        assert!(open.contains("Ana Lima"), "{what}: {open}");
        self.act(LEO, "/unassign Ana Lima", 1).await;
        assert_eq!(self.owner(), None, "{what}");
        self.takes_and_undoes().await;
        self.act(MAYA, "/assign @frontdesk Ana Lima", 1).await;
        assert!(self.owner().is_some(), "{what}");
        let past = self.act(MAYA, "/dialnote history Ana Lima", 0).await;
        assert!(past.contains("assigned"), "{what}: {past}");
        assert_eq!(self.ana(|ana| ana.notes().len()), 2, "{what}");
    }

    /// Takes and undoes by the buttons of the card.
    async fn takes_and_undoes(&mut self) {
        let before = self.writes();
        self.bot.press(ZOE, &self.ana, "take").await;
        self.bot.read_all().await;
        assert_eq!((self.owner().as_deref(), self.writes() - before), (Some("mem_zoe"), 1), "{}", self.what);
        self.act(ZOE, "/dialnote undo", 1).await;
        assert_eq!(self.owner(), None, "{}", self.what);
    }

    async fn statuses(&mut self) {
        for (who, text, writes, status) in [
            (MAYA, "/snooze Ana Lima 2h", 1, Status::Snoozed),
            (MAYA, "/dialnote unsnooze Ana Lima", 1, Status::Open),
            (LEO, "/done Ana Lima called back", 2, Status::Done),
            (MAYA, "/reopen Ana Lima", 1, Status::Open),
        ] {
            self.act(who, text, writes).await;
            assert_eq!(self.ana(|ana| ana.status), status, "{}: {text}", self.what);
        }
        assert_eq!(self.ana(|ana| ana.notes().len()), 3, "{}", self.what);
    }

    async fn nothing_is_bad(&mut self, learned: &str) {
        let found = self.bot.examine(&[]).await;
        let bad: Vec<_> = found.iter().filter(|finding| finding.starts_with("fail")).collect();
        assert!(bad.is_empty(), "{}: {bad:#?}", self.what);
        let is_learned = |finding: &String| finding.contains("dialnote API") && finding.contains(learned);
        assert!(found.iter().any(is_learned), "{}: {learned} is not in {found:#?}", self.what);
        let said = self.says(MAYA, "/dialnote doctor").await;
        let passed = said.lines().find_map(|line| line.strip_prefix("  Passed: ")).unwrap_or_default();
        let api_passed = passed.split(" · ").any(|check| check == "dialnote API");
        assert!(said.starts_with("No problems found · ") && api_passed, "{}: {said}", self.what);
        assert!(!said.contains(":x:"), "{}: {said}", self.what);
    }

    async fn no_status(&mut self, [person, doctor]: &[&str; 2]) {
        let before = self.ana(|ana| ana.status);
        for text in ["/snooze Ana Lima 2h", "/done Ana Lima called back", "/done Ana Lima"] {
            let said = self.says(MAYA, text).await;
            assert!(said.contains(person) && said.contains("in dialnote"), "{}, {text}: {said}", self.what);
            assert_eq!(said.contains("called back"), text.contains("called back"), "the note comes back: {said}");
            assert_eq!(self.ana(|ana| (ana.status, ana.notes().len())), (before, 2), "{}: {text}", self.what);
        }
        self.doctor_says(doctor).await;
    }

    /// Checks that nothing can be changed, and that this is said within minutes.
    async fn nothing(&mut self, [person, doctor]: &[&str; 2]) {
        self.bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        self.bot.pass(SignedDuration::from_mins(3)).await;
        let said = self.bot.answer(MAYA).await;
        let said = if said.contains("is saved and runs") { self.bot.answer(MAYA).await } else { said };
        assert!(said.contains(person) && said.contains("wants a call back"), "{}: {said}", self.what);
        assert_eq!((self.owner(), self.writes()), (None, 0), "{}", self.what);
        self.doctor_says(doctor).await;
        if self.what.contains("revoked") {
            self.bot.expect_dead(1);
        }
    }

    /// Checks the doctor's words on the command line and in Slack.
    async fn doctor_says(&mut self, words: &str) {
        let found = self.bot.examine(&[]).await;
        let says_so = |finding: &String| !finding.starts_with("ok") && finding.contains(words);
        assert!(found.iter().any(says_so), "{}: {words} is not in {found:#?}", self.what);
        let said = self.says(MAYA, "/dialnote doctor").await;
        // There, each finding is a sentence.
        let said = said.to_lowercase();
        assert!(said.contains(&words.to_lowercase()), "{}: {words} is not in {said}", self.what);
    }

    /// Checks that commands given during the limit are done in their order afterwards.
    async fn waits(&mut self) {
        play(self.bot, &json!({ "limits": "none" }));
        self.bot.look().await;
        let limits = self.what.trim_start_matches("limits: ").trim_matches('"').to_owned();
        play(self.bot, &json!({ "limits": limits }));
        for (who, text) in [
            (MAYA, "/assign @zoe conv_1001 wants a call back"),
            (ZOE, "/handoff @leo conv_1001 knows her"),
            (LEO, "/done conv_1001 called back"),
            (MAYA, "/reopen conv_1001"),
            (MAYA, "/unassign conv_1001"),
            (ZOE, "/dialnote take conv_1001"),
        ] {
            self.bot.slash(who, text).await;
            self.bot.settle().await;
        }
        self.bot.pass(SignedDuration::from_mins(1)).await;
        assert_eq!(self.writes(), 0, "{}", self.what);
        play(self.bot, &json!({ "limits": "none" }));
        self.bot.pass(SignedDuration::from_mins(2)).await;
        let (owner, status) = (self.owner(), self.ana(|ana| ana.status));
        assert_eq!((owner.as_deref(), status), (Some("mem_zoe"), Status::Open), "{}", self.what);
        assert_eq!((self.ana(|ana| ana.notes().len()), self.writes()), (3, 9), "{}", self.what);
    }
}

/// Makes a test for each switch, so that a failure has a name.
macro_rules! each {
    ($($switch:ident)+) => {
        const SWITCHES: &[&str] = &[$(stringify!($switch)),+];

        mod each {
            $(#[tokio::test]
            async fn $switch() {
                super::survives(stringify!($switch)).await;
            })+
        }
    };
}

each! {
    addresses not_found_body envelope list messages_page query member_shape member_fields assigned_to write_answer
    patch_status status_case status_unknown ids is_read hook_delete hook_event key limits
}

#[test]
fn every_switch_is_played() {
    let all = serde_json::to_value(Variants::default()).unwrap();
    let mut names: Vec<_> = all.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(Variants::values().into_keys().collect::<Vec<_>>(), names);
    let mut played = SWITCHES.to_vec();
    played.sort_unstable();
    assert_eq!(played, names);
}

#[tokio::test]
async fn everything_at_once() {
    let change = json!({
        "addresses": "split", "not_found_body": "html", "envelope": "bare", "list": "named",
        "messages_page": "meta_cursor", "query": "ignores_owner", "member_shape": "user_object",
        "member_fields": "availability_upper", "assigned_to": "absent_in_lists", "write_answer": "html",
        "status_case": "upper", "status_unknown": "archived", "ids": "uuid_upper", "is_read": "null",
    });
    product_with(Setup { webhooks: true, on: On::File, ..Setup::USUAL }, async |bot| {
        play(bot, &change);
        let (ana, what) = (ana_as(&change), "everything at once".to_owned());
        Story { bot, ana, what }.told(&Fate::Works("statuses are written like “OPEN”")).await;
    })
    .await;
}
