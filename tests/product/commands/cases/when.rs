//! A typed time as an instant: at the end of a command, in the typist's zone.

use super::Checked;
use super::case::{Change, Timed};
use super::expect;
use super::runner::Case;
use super::stage::Play;
use crate::support::{MAYA, Setup};

/// The snoozed conversation.
const SNOOZED: &str = "conv_1002";

impl Case for Timed {
    fn name(&self) -> (&str, &str) {
        (&self.id, &self.why)
    }

    async fn play(&self) -> Checked {
        let setup = Setup { now: String::leak(self.now.clone()), ..Setup::USUAL };
        let play = Play::set(setup, |world| {
            let maya = world.person_mut(MAYA).expect("maya");
            maya.tz.clone_from(&self.zone);
        })
        .await;
        let said = play.types(MAYA, &format!("/snooze {SNOOZED} {}", self.phrase)).await;
        if let Some(kind) = self.expect.refuses {
            play.changed(&[], &said)?;
            expect::refuses(&play, &said, kind)?;
        }
        if let Some(at) = self.expect.at {
            let (conversation, status) = (SNOOZED.to_owned(), Some("snoozed".to_owned()));
            let snoozed = Change { conversation, status, until: Some(at.to_string()), ..Change::default() };
            play.changed(&[snoozed], &said)?;
        }
        play.is_quiet().await
    }
}
