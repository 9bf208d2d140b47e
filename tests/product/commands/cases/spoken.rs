//! Cases of one command: naming, several, people, text.

use dialnote_sandbox::World;

use super::Checked;
use super::case::Spoken;
use super::expect;
use super::runner::Case;
use super::shown::Since;
use super::stage::Play;
use crate::support::Setup;

impl Case for Spoken {
    fn name(&self) -> (&str, &str) {
        (&self.id, &self.why)
    }

    async fn play(&self) -> Checked {
        let play = Play::set(Setup::USUAL, |world| self.prepare(world)).await;
        let since = play.bot.world(|world| Since::now(world));
        let said = play.types_in(&self.channel, &self.who, &self.typed, self.raw).await;
        if let Some(expect) = &self.expect {
            expect::check(&play, &said, &self.typed, expect).await?;
        }
        if let Some(shown) = &self.shown {
            play.bot.world(|world| since.shows(world, shown))?;
        }
        play.is_quiet().await
    }
}

impl Spoken {
    /// Adds the people of the case.
    fn prepare(&self, world: &mut World) {
        for contact in &self.contacts {
            world.add_contact(contact.clone()).unwrap();
        }
        for person in &self.people {
            world.add_teammate(person.clone()).unwrap();
        }
        for profile in &self.profiles {
            world.change_profile(profile.clone()).unwrap();
        }
    }
}
