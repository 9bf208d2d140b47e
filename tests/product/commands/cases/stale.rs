//! The world changes between decision and write, or between display and click.

use dialnote_sandbox::{DialnoteFailure, Message, World};
use jiff::SignedDuration;
use serde_json::{Map, json};

use super::case::{Fails, Pressed, Stale, Step};
use super::expect;
use super::runner::Case;
use super::seen::{self, Offer};
use super::stage::{Play, Said};
use super::{Checked, typing};
use crate::support::{FRONT_DESK, MAYA, Setup};

/// The seconds of the app's clock in which all retries have to be over.
const RECOVERY: usize = 600;

impl Case for Stale {
    fn name(&self) -> (&str, &str) {
        (&self.id, &self.why)
    }

    async fn play(&self) -> Checked {
        let mut play = Play::set(Setup::USUAL, |_| ()).await;
        self.rule(&play).await?;
        play.take(&self.before).await;
        let said = match (&self.typed, &self.click) {
            (Some(typed), None) => self.type_in_bad_weather(&play, typed).await?,
            (None, Some(click)) => {
                self.happens_meanwhile(&play);
                press(&play, &self.who, click).await?
            }
            _ => Err("a case in which something is either typed or pressed")?,
        };
        expect::check(&play, &said, self.typed.as_deref().unwrap_or_default(), &self.expect).await?;
        play.is_quiet().await
    }
}

impl Stale {
    /// Sets the rules, as an admin.
    async fn rule(&self, play: &Play) -> Checked {
        if self.rules.is_empty() {
            return Ok(());
        }
        play.types(MAYA, "/dialnote settings").await;
        let form = play.bot.world(|world| seen::form(world, MAYA)).ok_or("no form of the rules is open")?;
        let fields = self.rules.iter().map(|(rule, who)| (rule.clone(), json!({ rule: who })));
        typing::submit(&play.bot, MAYA, &form, fields.collect::<Map<_, _>>().into()).await
    }

    /// Types a command whose writes fail, changes dialnote, and lets it recover.
    async fn type_in_bad_weather(&self, play: &Play, typed: &str) -> Result<Said, String> {
        let failing = self.fails.as_ref().map(failure);
        play.bot.world(|world| world.faults.dialnote.fail_next.extend(failing.clone()));
        let said = play.types(&self.who, typed).await;
        if failing.is_some() && play.bot.world(|world| world.faults.dialnote.fail_next.first() == failing.as_ref()) {
            return Err(format!("should write at once, but does not; {}", play.summary(&said)));
        }
        self.happens_meanwhile(play);
        for _ in 0..RECOVERY {
            if !play.waits().await {
                break;
            }
            play.bot.pass(SignedDuration::from_secs(1)).await;
        }
        play.bot.world(|world| world.faults.dialnote.fail_next.clear());
        Ok(said)
    }

    /// Makes the changes that the app doesn't know of yet.
    fn happens_meanwhile(&self, play: &Play) {
        for step in &self.meanwhile {
            let Step::InDialnote { dialnote } = step else { panic!("{step:?} does not happen in dialnote") };
            play.bot.sandbox.change_in_dialnote(dialnote).unwrap();
        }
    }
}

/// Returns the failure of the next writes to conversations.
fn failure(fails: &Fails) -> DialnoteFailure {
    DialnoteFailure {
        method: "PATCH|POST".to_owned(),
        path: "/conversations/".to_owned(),
        status: fails.status,
        times: fails.times,
        after_effect: fails.after_effect,
        ..DialnoteFailure::default()
    }
}

/// Presses a button that was drawn before.
async fn press(play: &Play, who: &str, click: &Pressed) -> Result<Said, String> {
    let shown = play.bot.world(|world| messages(world, who, &click.on));
    let offers = seen::offers(&shown, |action| action == click.action);
    let is_it = |offer: &&Offer| offer.conversation().as_ref() == Some(&click.conversation);
    let missing = || format!("there should be {} of {} on a {}", click.action, click.conversation, click.on);
    let button = offers.iter().rfind(is_it).ok_or_else(missing)?;
    let said = play.now(who);
    button.press(&play.bot, who).await?;
    Ok(said)
}

/// Returns the messages of a person: cards, direct messages, or private answers in the channel.
fn messages(world: &World, who: &str, on: &str) -> Vec<Message> {
    let place = if on == "dm" { "dm" } else { FRONT_DESK };
    let private = |message: &&Message| on == "dm" || message.to.is_some() == (on == "ephemeral");
    world.seen_by(who, place).into_iter().filter(private).cloned().collect()
}
