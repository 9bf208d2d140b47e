//! Who leaves does not take along what they own: whoever made routes hears how much that is, and puts it
//! back into the queue with one button.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::conversation::Owner;
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::notice::Notice;
use crate::error::Fault;
use crate::ids::{InstallationId, SlackUserId};
use crate::store::{Claim, Class, Delivery, Effect, NewJob};
use crate::work::index::Conversations;
use crate::work::{Outcome, Work, later};

/// Who was there (`store::Document`).
const TEAM: &str = "team";

/// Who was said to have left, by member (`store::Document`).
const LEFT: &str = "left";

/// How often it is looked who is there.
const LOOK: Duration = Duration::from_hours(1);

/// How long it is not said again.
const AGAIN: Duration = Duration::from_hours(24);

/// Who was there, and when that was looked at.
#[derive(Serialize, Deserialize)]
struct Team {
    at: Timestamp,
    members: Vec<Owner>,
}

impl Work {
    /// Looks who is not in dialnote any more.
    pub(super) async fn look_who_left(&self, installation: &InstallationId) -> Result<(), Fault> {
        let now = self.clock.now();
        let before: Option<Team> = self.kept(installation, TEAM, "").await?;
        if before.as_ref().is_some_and(|before| later(before.at, LOOK) > now) {
            return Ok(());
        }
        let members = self.people.team(installation).await?;
        let gone = before.into_iter().flat_map(|before| before.members);
        for gone in gone.filter(|one| members.iter().all(|member| member.id != one.id)) {
            let key = format!("left:{}:{}", gone.id, now.as_second());
            let delivery = Delivery { installation: installation.clone(), key };
            let job = NewJob { class: Class::Machine, ..self.new_job(installation, &Job::Left(gone)) };
            self.store.accept(delivery, vec![job], now).await?;
        }
        let members = members.iter().map(|member| Owner { id: member.id.clone(), name: member.name.clone() }).collect();
        self.store.keep(installation, self.document(TEAM, "", &Team { at: now, members }, None)).await
    }

    /// What follows from a changed profile: it is read anew, and whoever it makes a stranger has left.
    pub(super) async fn profile_changed(&self, claim: &Claim, user: &SlackUserId) -> Result<Outcome, Fault> {
        let gone = self.people.read_again(&claim.installation, user).await?;
        let job = gone.map(|gone| Effect::Enqueue(self.following(claim, &Job::Left(gone))));
        let known = self.stranger_changed(claim, user).await?;
        Ok(Outcome::done(job.into_iter().chain(known).collect()))
    }

    /// Tells whoever made routes what somebody left behind, once.
    pub(super) async fn left(&self, claim: &Claim, gone: &Owner) -> Result<Outcome, Fault> {
        let installation = &claim.installation;
        let told: Option<Timestamp> = self.kept(installation, LEFT, gone.id.as_str()).await?;
        let count = |all: &Conversations| {
            let all = all.values().map(|sight| &sight.known.conversation);
            all.filter(|one| one.is_open() && one.is_owned_by(&gone.id)).count()
        };
        let open = self.index.look(self.store.as_ref(), installation, count).await?;
        if open == 0 || told.is_some_and(|told| later(told, AGAIN) > self.clock.now()) {
            return Ok(Outcome::done(Vec::new()));
        }
        let routes = self.routes(installation).await?;
        let makers: BTreeSet<SlackUserId> = routes.into_iter().filter_map(|(_, route)| route.by).collect();
        let notice = Notice::Left { name: gone.name.clone(), member: gone.id.clone(), open };
        let messages = makers.into_iter().map(|user| self.say_unasked(claim, Message::direct(user, notice.clone())));
        let mut effects: Vec<_> = messages.collect();
        effects.push(self.put(LEFT, gone.id.as_str(), &self.clock.now()));
        Ok(Outcome::done(effects))
    }
}
