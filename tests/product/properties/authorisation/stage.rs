//! The stage of the cells: a workspace with a person of each kind, one of another organization, and one without the
//! app.

use dialnote_sandbox::{NewContact, Person, Status, Workspace};
use dialnote_slack::core::control::Control;
use dialnote_slack::core::ids::{ConversationId, InstallationId, SlackUserId};
use dialnote_slack::core::rules::Rules;
use dialnote_slack::people::acting;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::moves::{About, COLLEAGUE, MEMBER, NAME, NIA, SECRET, user};
use super::table::{Deed, Kind, Set};
use crate::people::linking_by_hand::invite;
use crate::support::{Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE};

/// The person linked to [`MEMBER`] before someone else is.
const BEFORE: &str = "ian";

/// Stored data beside conversations, and the right to change it.
const KEPT: [&str; 6] = ["rules", "wishes", "route", "link", "channel", "connection"];

/// Makes a person one of a kind.
type Make = fn(&mut Person);

/// The people of special kinds, and the change that makes them so. All of them are in dialnote.
const STRANGERS: [(Kind, &str, Make); 4] = [
    (Kind::Guest, "gil", |person| person.guest = true),
    (Kind::Bot, "rob", |person| person.bot = true),
    (Kind::Deactivated, "dan", |person| person.deleted = true),
    (Kind::OtherWorkspace, "ola", |person| person.stranger = true),
];

pub struct Stage<'a> {
    pub acme: &'a mut Bot,
    pub globex: Bot,
    pub hooli: Bot,
    /// Two conversations for each kind.
    pool: Vec<[String; 2]>,
    /// The last preparation for people who can change nothing.
    shared: Option<(Deed, About)>,
}

impl<'a> Stage<'a> {
    pub async fn set(acme: &'a mut Bot) -> Self {
        let mut globex = acme.beside().await;
        globex.install().await;
        globex.connect().await;
        let hooli = Workspace { id: "T0HOOLI".to_owned(), name: "Hooli".to_owned(), ..Workspace::globex() };
        let hooli = acme.beside_as(hooli).await;
        for bot in [&*acme, &globex, &hooli] {
            people_of_no_kind(bot);
        }
        for (_, handle, make) in STRANGERS {
            acme.hire(handle, &format!("{handle} Ode"));
            acme.world(|world| make(world.person_mut(handle).unwrap()));
        }
        let pool = Kind::ALL.iter().enumerate().map(|(nth, _)| [contact(acme, 2 * nth), contact(acme, 2 * nth + 1)]);
        let pool = pool.collect();
        acme.look().await;
        Self { acme, globex, hooli, pool, shared: None }
    }

    /// Returns the person who plays a kind.
    pub fn who(kind: Kind) -> &'static str {
        match kind {
            Kind::Owner => LEO,
            Kind::Teammate => ZOE,
            Kind::Unlinked => SAM,
            Kind::Admin | Kind::OtherOrganization | Kind::NotInstalled => MAYA,
            Kind::Guest | Kind::Bot | Kind::Deactivated | Kind::OtherWorkspace => {
                STRANGERS.iter().find(|(one, ..)| *one == kind).map(|(_, handle, _)| *handle).unwrap()
            }
        }
    }

    /// Returns their workspace.
    pub fn home(&self, kind: Kind) -> &Bot {
        match kind {
            Kind::OtherOrganization => &self.globex,
            Kind::NotInstalled => &self.hooli,
            _ => self.acme,
        }
    }

    /// Checks that the app recognises every person's kind.
    pub async fn assert_kinds(&self) {
        for kind in Kind::ALL.iter().filter(|kind| !kind.is_elsewhere()) {
            let user = SlackUserId::new(user(Self::who(*kind)));
            let taken_for = acting::teammate(&*self.acme.current().await, &user).await.unwrap();
            assert_eq!(taken_for.as_ref().is_ok(), kind.is_teammate(), "{kind:?}: {taken_for:?}");
            if let Err(stranger) = taken_for {
                assert_eq!(Kind::of(stranger.why), Some(*kind));
            }
        }
    }

    /// Sets the rules.
    pub async fn rule(&mut self, set: Set) {
        self.acme.slash(MAYA, "/dialnote settings").await;
        let outcome = self.acme.submit(MAYA, form(&set.rules(), set.is_masked())).await;
        assert!(outcome.field_errors.is_empty(), "{outcome:?}");
        self.acme.settle().await;
    }

    /// Makes a card of each conversation under the rules, to which people can add emoji.
    pub async fn make_cards(&mut self) {
        for id in self.pool.iter().flatten() {
            self.acme.slash(MAYA, &format!("/dialnote note {id} seen")).await;
        }
        self.acme.read_all().await;
    }

    /// Prepares a conversation for the person who is about to act.
    pub async fn prepare(&mut self, deed: Deed, kind: Kind) -> About {
        self.acme.clock.advance(SignedDuration::from_secs(1));
        // People who change nothing share one preparation.
        if let Some((prepared, about)) = self.shared.as_ref().filter(|_| !kind.is_teammate())
            && *prepared == deed
        {
            return about.clone();
        }
        let [id, other] = self.pool[kind as usize].clone();
        let owner = owner_before(deed, kind);
        self.acme.world(|world| {
            for id in [&id, &other] {
                let conversation = world.dialnote.conversation_mut(id).unwrap();
                conversation.assigned_to.clone_from(&owner);
                conversation.status = status_before(deed);
                let until = world.now() + SignedDuration::from_hours(5);
                let conversation = world.dialnote.conversation_mut(id).unwrap();
                conversation.snoozed_until = (conversation.status == Status::Snoozed).then_some(until);
            }
        });
        let link = self.acme.work.links.to(&ConversationId::new(&id));
        let key = self.acme.sandbox.credentials().dialnote_api_key;
        let mut about = About { id, other, link, key, ..About::default() };
        self.beforehand(deed, kind, &mut about).await;
        self.shared = (!kind.is_teammate()).then(|| (deed, about.clone()));
        about
    }

    /// Performs the earlier actions of others.
    async fn beforehand(&mut self, deed: Deed, kind: Kind, about: &mut About) {
        let id = about.id.clone();
        match deed {
            Deed::Undo => {
                let who = if kind.is_teammate() { Self::who(kind) } else { LEO };
                about.act = self.left(who, &format!("/assign @{LEO} {id}"), Control::Undo, "a").await;
            }
            Deed::UndoOfOthers => about.act = self.left(NIA, &format!("/assign me {id}"), Control::Undo, "a").await,
            Deed::OthersQuestion => {
                about.draft = self.left(NIA, &format!("/assign @{ZOE} {NAME}"), Control::Pick, "d").await;
            }
            Deed::Accept | Deed::GiveBack => {
                self.acme.slash(NIA, &format!("/handoff @{LEO} {id} call back")).await;
            }
            Deed::HandOffAll | Deed::Requeue | Deed::AssignAll => {
                self.acme.poll().await.unwrap();
            }
            Deed::RouteOff | Deed::RouteSettings => {
                self.acme.slash(MAYA, "/dialnote route *").await;
            }
            // The same link becomes a card only once in a while.
            Deed::Link => self.acme.clock.advance(SignedDuration::from_mins(31)),
            Deed::LinkPerson => self.link(None).await,
            Deed::MoveLink => self.link(Some(BEFORE)).await,
            Deed::Unlink => self.link(Some(COLLEAGUE)).await,
            _ => {}
        }
        self.acme.settle().await;
    }

    /// Links [`MEMBER`] to someone, or unlinks it.
    async fn link(&self, who: Option<&str>) {
        let off = [COLLEAGUE, BEFORE].map(|who| format!("@{who} off"));
        for line in off.into_iter().chain(who.map(|who| format!("@{who} {MEMBER}"))) {
            self.acme.slash(MAYA, &format!("/dialnote link {line}")).await;
            self.acme.settle().await;
        }
    }

    /// Returns the value of a button in the answer to a command.
    async fn left(&self, who: &str, line: &str, control: Control, carried: &str) -> Option<String> {
        self.acme.slash(who, line).await;
        self.acme.settle().await;
        let answer = self.acme.last_private(who);
        let rows = answer
            .blocks
            .iter()
            .flat_map(|block| block["elements"].as_array().into_iter().flatten().chain(block.get("accessory")));
        // Rows to choose from are numbered.
        let (id, first) = (control.action_id(), format!("{}_0", control.action_id()));
        let mut buttons = rows.filter(|element| element["action_id"] == id || element["action_id"] == first.as_str());
        let value: Value = serde_json::from_str(buttons.next()?["value"].as_str()?).ok()?;
        value[carried].as_str().map(str::to_owned)
    }

    /// Returns everything that someone might have changed; stored settings only for a request about them.
    pub async fn fingerprint(&self, deed: Deed) -> String {
        let mut all = self.acme.world(|world| {
            let of = |one: &dialnote_sandbox::Conversation| {
                format!("{} {:?} {:?} {}\n", one.id, one.assigned_to, one.status, one.timeline.len())
            };
            world.dialnote.conversations.iter().map(of).collect::<String>()
        });
        let team = InstallationId::new(self.acme.team());
        for kind in KEPT.into_iter().filter(|_| is_about_what_is_kept(deed)) {
            let kept = self.acme.work.store.documents(&team, kind, 99).await.unwrap();
            all.extend(kept.iter().map(|kept| format!("{kind} {} {} {}\n", kept.id, kept.at, kept.body)));
        }
        all
    }

    /// Restores the state that must not remain.
    pub async fn restore(&mut self, deed: Deed, kind: Kind, set: Set) {
        match (deed, kind) {
            (Deed::Settings, _) => self.rule(set).await,
            (Deed::RouteSettings, kind) if kind.is_teammate() => {
                self.acme.slash(MAYA, "/dialnote route off").await;
                self.acme.settle().await;
            }
            (Deed::Connect | Deed::Disconnect, Kind::Admin) => self.acme.connect().await,
            (Deed::Connect | Deed::Disconnect, Kind::OtherOrganization) => self.globex.connect().await,
            _ => {}
        }
    }
}

fn people_of_no_kind(bot: &Bot) {
    bot.hire(NIA, "Nia Ode");
    invite(bot, MEMBER, "Xan Ode", "xan@home.example");
    for handle in [COLLEAGUE, BEFORE] {
        bot.world(|world| world.add_person(Person::named(handle, &format!("{handle} Ode")), &[FRONT_DESK]));
    }
}

/// Adds a contact who is known only to the first workspace.
fn contact(bot: &Bot, nth: usize) -> String {
    let (first, last) = (Some(format!("{SECRET}{nth}")), Some(NAME.to_owned()));
    let phone = format!("+1415777{:04}", 100 + nth);
    bot.world(|world| world.add_contact(NewContact { phone, first, last, company: None }).unwrap())
}

/// Returns the form of the rules, filled in.
fn form(rules: &Rules, is_masked: bool) -> Value {
    let who = |who| serde_json::to_value(who).unwrap();
    let ticked = |ticks: &[(bool, &str)]| -> Vec<String> {
        ticks.iter().filter(|(is, _)| *is).map(|(_, name)| (*name).to_owned()).collect()
    };
    let notes = ticked(&[(rules.note_on_handoff, "handoff"), (rules.note_on_done, "done")]);
    json!({
        "reassign": { "reassign": who(rules.reassign) }, "done": { "done": who(rules.done) },
        "notes": { "notes": notes }, "remind": { "remind": rules.remind_within.to_string() },
        "configure": { "configure": ticked(&[(rules.only_admins_configure, "admins")]) },
        "channel": { "channel": ticked(&[(is_masked, "masked")]) }, "emoji": { "emoji": ["reacts"] },
    })
}

/// Returns the earlier owner of the conversation.
fn owner_before(deed: Deed, kind: Kind) -> Option<String> {
    match deed {
        Deed::AssignFree
        | Deed::Take
        | Deed::DoneFree
        | Deed::SnoozeFree
        | Deed::Undo
        | Deed::UndoOfOthers
        | Deed::Accept
        | Deed::GiveBack => None,
        Deed::HandOffAll if kind.is_teammate() => Some(format!("mem_{}", Stage::who(kind))),
        _ => Some(format!("mem_{LEO}")),
    }
}

fn status_before(deed: Deed) -> Status {
    match deed {
        Deed::Reopen => Status::Done,
        Deed::Wake => Status::Snoozed,
        _ => Status::Open,
    }
}

fn is_about_what_is_kept(deed: Deed) -> bool {
    matches!(
        deed,
        Deed::Route
            | Deed::RouteOff
            | Deed::RouteSettings
            | Deed::LinkPerson
            | Deed::MoveLink
            | Deed::Unlink
            | Deed::Settings
            | Deed::Wishes
            | Deed::Connect
            | Deed::Disconnect
    )
}
