//! The sandbox's state as plain data: the control API shows it, tests read and change it, and the fake services are
//! functions over it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::calls::{CALLS_KEPT, Call, DELIVERIES_KEPT, Delivery, Log};
use crate::cast::{NewChannel, NewContact, NewPerson, NewProfile};
use crate::channels::{Channel, ChannelKind, Message};
use crate::clock::Clock;
use crate::dialnote::model::Dialnote;
use crate::dialnote::seed::organization;
use crate::faults::settings::Faults;
use crate::functions::Functions;
use crate::grants::Grants;
use crate::ids::BOT_USER;
use crate::impossible::Impossible;
use crate::installed::{Installed, scope_of};
use crate::objects::{ObjectSupport, Objects};
use crate::options::Secrets;
use crate::people::{Person, UserGroup};
use crate::seed;
use crate::slackbot::Slackbot;
use crate::sockets::Sockets;
use crate::tour::Tour;
use crate::views::View;
use crate::workspace::Workspace;

/// The fake world.
pub struct World {
    /// The workspace in Slack.
    pub workspace: Workspace,
    /// The app's grants in it.
    pub grants: Grants,
    /// True if tokens expire and are replaced.
    pub token_rotation: bool,
    /// The bot scopes that the installation granted.
    pub scopes: Vec<String>,
    /// True if the app has its Home tab.
    pub home_tab: bool,
    /// True if people can have a direct message with the app.
    pub messages_tab: bool,
    /// Slack users.
    pub people: Vec<Person>,
    /// Slack user groups.
    pub groups: Vec<UserGroup>,
    /// Channels and direct messages.
    pub channels: Vec<Channel>,
    /// Every message, in the order of posting.
    pub messages: Vec<Message>,
    /// Open modals; a person's stack in order.
    pub modals: Vec<View>,
    /// Home tabs, by user id.
    pub homes: BTreeMap<String, View>,
    /// Work Objects and the panes that show them.
    pub objects: Objects,
    /// The dialnote organization.
    pub dialnote: Dialnote,
    /// The state that reads of it see while they are stale.
    pub(super) dialnote_before: Option<Dialnote>,
    /// The faults of the moment.
    pub faults: Faults,
    /// The app's steps in workflows.
    pub functions: Functions,
    /// Socket Mode.
    pub sockets: Sockets,
    /// Slackbot, which calls the app's tools.
    pub slackbot: Slackbot,
    /// The app's calls of the two services.
    pub calls: Log<Call>,
    /// The number of calls that took effect.
    pub(super) effects: u64,
    /// The requests that the sandbox sent to the app.
    pub deliveries: Log<Delivery>,
    pub(super) clock: Clock,
    /// The sandbox's own address, as `http://127.0.0.1:4010`.
    pub(super) base: String,
    /// The address of the two services, the same for all workspaces.
    pub(super) services: String,
    pub(super) bot: Option<String>,
    pub(super) secrets: Secrets,
    pub(super) triggers: BTreeMap<String, Trigger>,
    pub(super) response_urls: BTreeMap<String, ResponseUrl>,
    /// Options last offered by the app: person, place, block, action → options.
    pub(super) offered: BTreeMap<(String, String, String, String), Vec<Value>>,
    /// The event about an emoji that is sent after the next one.
    pub(super) late_reaction: Option<Value>,
    /// The last message that each person has read: person and channel → message.
    pub(super) read: BTreeMap<(String, String), String>,
    /// A counter of changes of messages.
    pub(super) revision: u64,
    /// Removed messages: revision, channel, name.
    pub(super) removed: Vec<(u64, String, String)>,
    /// True if the app runs; `None` if the sandbox does not start and stop it.
    pub(super) app_runs: Option<bool>,
    /// Browsers' reports of what the page tried and may not do.
    pub(super) page_violations: Vec<Value>,
    /// The progress of the page's tour.
    pub(super) tour: Tour,
    /// The number of times that everything was put back to the beginning.
    pub(super) era: u64,
    /// Seconds and sequence of the last message name given out.
    pub(super) last_ts: (i64, u32),
    pub(super) last_id: u64,
    /// A mark of this run in its triggers, events and response URLs: an app that outlives the sandbox must not take a
    /// new one for an old one.
    run: String,
}

/// The right to open one modal, for a moment.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) user: String,
    pub(super) at: Timestamp,
    pub(super) used: bool,
    /// The modal it comes from, if any: the one to push on.
    pub(super) view: Option<String>,
}

/// The right to answer in one place, for a while.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ResponseUrl {
    pub(super) user: String,
    pub(super) channel: String,
    pub(super) at: Timestamp,
    pub(super) uses: u64,
    /// The message whose button was pressed; none for a slash command.
    pub(super) original: Option<String>,
}

impl World {
    /// Returns the fixed world at the clock's present time.
    pub(super) fn new(clock: Clock, base: String, secrets: Secrets, scopes: Vec<String>, workspace: Workspace) -> Self {
        let now = whole_seconds(clock.now());
        let people = seed::people().into_iter().map(|person| Person { team: workspace.id.clone(), ..person });
        Self {
            grants: Grants::given(&secrets.bot_token),
            token_rotation: false,
            scopes,
            home_tab: true,
            messages_tab: true,
            people: people.collect(),
            groups: seed::groups(),
            channels: seed::channels(),
            messages: Vec::new(),
            modals: Vec::new(),
            homes: BTreeMap::new(),
            objects: Objects::new(ObjectSupport::of(Installed::get())),
            dialnote: organization(now),
            dialnote_before: None,
            faults: Faults::default(),
            functions: Functions::default(),
            sockets: Sockets::default(),
            slackbot: Slackbot::default(),
            calls: Log::keeping(CALLS_KEPT),
            effects: 0,
            deliveries: Log::keeping(DELIVERIES_KEPT),
            clock,
            services: base.clone(),
            base,
            bot: None,
            secrets,
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            offered: BTreeMap::new(),
            late_reaction: None,
            read: BTreeMap::new(),
            revision: 0,
            removed: Vec::new(),
            app_runs: None,
            page_violations: Vec::new(),
            tour: Tour::default(),
            era: 0,
            last_ts: (0, 0),
            last_id: 0,
            run: format!("{:X}", now.as_second()),
            workspace,
        }
    }

    /// Puts both services back to the fixed world, at the clock's present time. The keys and the app stay.
    pub(super) fn start_over(&mut self) {
        let (clock, base, secrets) = (self.clock.clone(), self.base.clone(), self.secrets.clone());
        let fresh = Self::new(clock, base, secrets, self.scopes.clone(), self.workspace.clone());
        let before = std::mem::replace(self, fresh);
        self.grants = before.grants;
        self.objects.support = before.objects.support;
        self.sockets = before.sockets;
        self.functions.declared = before.functions.declared;
        self.services = before.services;
        self.bot = before.bot;
        self.app_runs = before.app_runs;
        self.page_violations = before.page_violations;
        self.era = before.era + 1;
    }

    /// Returns the user id of a member of dialnote, matched by their address.
    pub(super) fn user_of_member(&self, member: &str) -> Option<&str> {
        let email = &self.dialnote.member(member)?.email;
        let is_it = |person: &&Person| person.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email));
        self.people.iter().find(is_it).map(|person| person.id.as_str())
    }

    /// Returns the clock's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the person with this id or handle (`maya`, `@maya`, `U0MAYA`).
    pub fn person(&self, who: &str) -> Option<&Person> {
        let who = who.strip_prefix('@').unwrap_or(who);
        self.people.iter().find(|person| person.id == who || person.handle == who)
    }

    /// Returns the same, to be changed: to deactivate a person, make a guest, …
    pub fn person_mut(&mut self, who: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.id == who || person.handle == who)
    }

    /// Makes this the organization's only key that may write, and returns the one before.
    pub fn replace_key(&mut self, key: &str) -> String {
        std::mem::replace(&mut self.secrets.dialnote_key, key.to_owned())
    }

    /// Adds a person to the workspace, and to the channels named.
    pub fn add_person(&mut self, person: Person, channels: &[&str]) {
        for channel in self.channels.iter_mut().filter(|channel| channels.contains(&channel.name.as_str())) {
            channel.members.insert(person.id.clone());
        }
        self.people.push(person);
    }

    /// Adds a contact with one open, unassigned conversation on *Front desk*, and returns the conversation's id:
    /// `conv_1015` for the first.
    pub fn add_contact(&mut self, new: NewContact) -> Result<String, Impossible> {
        let at = self.now();
        new.join(&mut self.dialnote, at)
    }

    /// Adds a person to the workspace and its channels, and to dialnote if they are a member there; returns the user's
    /// id.
    pub fn add_teammate(&mut self, new: NewPerson) -> Result<String, Impossible> {
        new.check_handle()?;
        if self.person(&new.handle).is_some() || self.groups.iter().any(|group| group.handle == new.handle) {
            return Err(Impossible(format!("there is a {} already", new.handle)));
        }
        let channels = new.channels(&self.channels)?;
        let person = new.person(&self.workspace.id, self.now())?;
        self.dialnote.members.extend(new.membership(&person));
        let id = person.id.clone();
        for channel in self.channels.iter_mut().filter(|channel| channels.contains(&channel.id)) {
            channel.members.insert(id.clone());
        }
        self.people.push(person);
        Ok(id)
    }

    /// Changes a person's profile in Slack and returns the user's id. Sends no event, which Slack would do.
    pub fn change_profile(&mut self, new: NewProfile) -> Result<String, Impossible> {
        let now = self.now();
        let who = new.user.strip_prefix('@').unwrap_or(&new.user);
        let person = self.person_mut(who).ok_or_else(|| nobody(&new.user))?;
        new.apply(person, now)?;
        Ok(person.id.clone())
    }

    /// Adds a channel, or changes the one of this name; returns its id.
    pub fn set_channel(&mut self, new: NewChannel) -> Result<String, Impossible> {
        new.check_name()?;
        let id = |who: &String| self.person(who).map(|person| person.id.clone()).ok_or_else(|| nobody(who));
        let members = new.members.as_ref().map(|members| members.iter().map(id).collect()).transpose()?;
        let is_it = |channel: &Channel| channel.kind != ChannelKind::Direct && channel.name == new.name;
        let place = self.channels.iter().position(is_it).unwrap_or(self.channels.len());
        if place == self.channels.len() {
            self.channels.push(new.channel(&self.people));
        }
        let channel = self.channels.get_mut(place).ok_or_else(|| Impossible("there is no such channel".to_owned()))?;
        new.apply(channel, members);
        Ok(channel.id.clone())
    }

    /// Returns the channel with this id or name.
    pub fn channel(&self, channel: &str) -> Option<&Channel> {
        self.channels.iter().find(|one| one.is_called(channel))
    }

    /// Returns the same, to be changed: to archive it, share it, remove a person, …
    pub fn channel_mut(&mut self, channel: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|one| one.is_called(channel))
    }

    /// Returns the messages `who` sees in `channel` (`dm` is the one with the app), threads included, oldest first.
    pub fn seen_by(&self, who: &str, channel: &str) -> Vec<&Message> {
        let Some(person) = self.person(who) else { return Vec::new() };
        let direct = seed::direct_message(&person.id).id;
        let channel =
            if channel == "dm" { Some(direct.as_str()) } else { self.channel(channel).map(|c| c.id.as_str()) };
        let Some(place) = channel.and_then(|id| self.channel(id)) else { return Vec::new() };
        if !place.members.contains(&person.id) {
            return Vec::new();
        }
        self.messages.iter().filter(|m| m.channel == place.id && m.visible_to(&person.id)).collect()
    }

    /// Writes a message as a person and returns its name.
    pub fn say(&mut self, who: &str, channel: &str, text: &str) -> Result<String, Impossible> {
        let person = self.actor(who)?;
        let channel = self.place(&person, channel)?.id;
        Ok(self.post(Message { channel, author: person.id, text: text.to_owned(), ..Message::default() }))
    }

    /// Returns the message with this place and name.
    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.ts == ts && message.channel == channel)
    }

    /// Returns the same, to be changed: the page shows it again.
    pub(super) fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.revision += 1;
        let revision = self.revision;
        let message = self.messages.iter_mut().rev().find(|message| message.ts == ts && message.channel == channel)?;
        message.changed = revision;
        Some(message)
    }

    /// Removes a message.
    pub(super) fn remove_message(&mut self, channel: &str, ts: &str) {
        self.revision += 1;
        self.messages.retain(|message| message.channel != channel || message.ts != ts);
        self.removed.push((self.revision, channel.to_owned(), ts.to_owned()));
    }

    /// Returns the open modal or home tab with this id.
    pub fn view(&self, id: &str) -> Option<&View> {
        self.modals.iter().chain(self.homes.values()).find(|view| view.id == id)
    }

    /// Returns the same, to be changed.
    pub(super) fn view_mut(&mut self, id: &str) -> Option<&mut View> {
        self.modals.iter_mut().chain(self.homes.values_mut()).find(|view| view.id == id)
    }

    /// Returns the open modals of a person (by id), the one on top last.
    pub fn stack(&self, user: &str) -> Vec<&View> {
        self.modals.iter().filter(|view| view.user == user).collect()
    }

    /// Answers whether the app hears events of this type: it subscribes to them and was granted their scope.
    pub(super) fn is_heard(&self, event: &str) -> bool {
        let granted = |scope: &str| self.scopes.iter().any(|known| known == scope);
        Installed::get().hears(event) && scope_of(event).is_none_or(granted)
    }

    /// Answers whether people's clients show Work Objects.
    pub(super) fn clients_show_objects(&self) -> bool {
        self.objects.support.active && !self.faults.slack.has_old_clients()
    }

    /// Answers whether the bot is in a channel, faults considered.
    pub(super) fn bot_is_in(&self, channel: &Channel) -> bool {
        channel.members.contains(BOT_USER) && !self.faults.slack.bot_not_in.contains(&channel.name)
    }

    /// Returns the id of the direct message between a person (by id) and the app, and opens it if needed.
    pub(super) fn direct_message(&mut self, user: &str) -> String {
        let direct = seed::direct_message(user);
        let id = direct.id.clone();
        if self.channel(&id).is_none() {
            self.channels.push(direct);
        }
        id
    }

    /// Posts a message and returns its name.
    pub(super) fn post(&mut self, message: Message) -> String {
        let ts = self.next_ts();
        // A message that only one person sees does not begin a thread.
        let thread = message.thread_ts.clone().filter(|_| message.to.is_none());
        if let Some(parent) = thread
            && let Some(parent) = self.message_mut(&message.channel, &parent)
        {
            parent.thread_ts = Some(parent.ts.clone());
        }
        self.revision += 1;
        let message = Message { ts: ts.clone(), changed: self.revision, ..message };
        self.tour.posted(&message);
        self.messages.push(message);
        ts
    }

    /// Returns a name for a message: unique, and growing even when the clock stands still.
    pub(super) fn next_ts(&mut self) -> String {
        let seconds = self.now().as_second().max(self.last_ts.0);
        let sequence = if seconds == self.last_ts.0 { self.last_ts.1 + 1 } else { 1 };
        self.last_ts = (seconds, sequence);
        format!("{seconds}.{sequence:06}")
    }

    /// Returns a number that was not given out before.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Returns the id of a new event.
    pub(super) fn new_event_id(&mut self) -> String {
        let number = self.next_id();
        format!("Ev{}{number:04}", self.run)
    }

    /// Returns the id of a new envelope of Socket Mode.
    pub(super) fn new_envelope_id(&mut self) -> String {
        let number = self.next_id();
        format!("envelope-{}-{number}", self.run)
    }

    /// Returns a new ticket for a connection of Socket Mode.
    pub(super) fn new_ticket(&mut self) -> String {
        let number = self.next_id();
        format!("ticket-{}-{number}", self.run)
    }

    /// Returns a new trigger of a person (by id); `view` is the modal it comes from.
    pub(super) fn new_trigger(&mut self, user: &str, view: Option<String>) -> String {
        let number = self.next_id();
        let id = format!("{number}.{}.{}", self.run, self.workspace.id);
        let trigger = Trigger { user: user.to_owned(), at: self.now(), used: false, view };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// Returns a new response URL, complete with the sandbox's address.
    pub(super) fn new_response_url(&mut self, user: &str, channel: &str, original: Option<String>) -> String {
        let number = self.next_id();
        let token = format!("{}-{}-{number}", self.workspace.id, self.run);
        let url = ResponseUrl { user: user.to_owned(), channel: channel.to_owned(), at: self.now(), uses: 0, original };
        self.response_urls.insert(token.clone(), url);
        format!("{}/slack/response/{token}", self.services)
    }

    /// Returns the person who acts, as named at the control API.
    pub(super) fn actor(&self, who: &str) -> Result<Person, Impossible> {
        let known = || self.people.iter().map(|p| p.handle.as_str()).collect::<Vec<_>>().join(", ");
        self.person(who).cloned().ok_or_else(|| Impossible(format!("there is no {who}; there are {}", known())))
    }

    /// Returns the channel in which a person acts, as named at the control API; `dm` is the one with the app.
    pub(super) fn place(&mut self, who: &Person, channel: &str) -> Result<Channel, Impossible> {
        let id = if channel == "dm" { self.direct_message(&who.id) } else { channel.to_owned() };
        let known = || self.channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
        let place = self
            .channel(&id)
            .ok_or_else(|| Impossible(format!("there is no channel {channel}; there are {}, dm", known())))?;
        if !place.members.contains(&who.id) {
            return Err(Impossible(format!("{} is not in {channel}", who.handle)));
        }
        Ok(place.clone())
    }
}

fn nobody(who: &str) -> Impossible {
    Impossible(format!("there is no {who} in this workspace"))
}

/// Cuts a time to whole seconds, as people read it; a fraction would only make them differ.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
