//! People who are away, and back.

use dialnote_sandbox::{SetGroup, SetStatus};
use jiff::SignedDuration;

use super::Bot;

impl Bot {
    /// Lets a person set the status of a vacation, for a time or until they clear it. The app hears of it.
    pub async fn goes_on_vacation(&self, who: &str, time: Option<SignedDuration>) {
        let seconds = time.map(|time| u32::try_from(time.as_secs()).unwrap());
        let (emoji, text) = ("palm_tree".to_owned(), "Vacationing".to_owned());
        self.sandbox.set_status(SetStatus { who: who.to_owned(), emoji, text, seconds }).await.unwrap();
        self.settle().await;
    }

    /// Lets a person clear their status. The app hears of it.
    pub async fn comes_back(&self, who: &str) {
        self.sandbox.set_status(SetStatus { who: who.to_owned(), ..SetStatus::default() }).await.unwrap();
    }

    /// Switches on a person's Do Not Disturb. Slack tells no one.
    pub fn rests(&self, who: &str, time: SignedDuration) {
        let until = self.clock.now() + time;
        self.world(|world| world.person_mut(who).unwrap().undisturbed_until = Some(until));
    }

    /// Sets a member's availability in dialnote.
    pub fn is_in_dialnote(&self, member: &str, availability: &str) {
        self.world(|world| world.dialnote.set_availability(member, availability.to_owned())).unwrap();
    }

    /// Gives a user group other people. The app hears of it.
    pub async fn regroup(&self, group: &str, people: &[&str]) {
        let people = people.iter().map(|&who| who.to_owned()).collect();
        self.sandbox.set_group(SetGroup { group: group.to_owned(), people }).await.unwrap();
        self.settle().await;
    }
}
