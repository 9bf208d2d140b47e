//! A typed number against a contact's number.

use std::collections::BTreeSet;

use dialnote_sandbox::{NewContact, World};
use serde_json::json;

use super::Checked;
use super::case::{Change, Dialled};
use super::runner::Case;
use super::seen::{self, Offer};
use super::stage::Play;
use crate::support::{FRONT_DESK, MAYA, Setup};

/// Two shared numbers of each country, instead of those in the United States.
const SHARED: [(&str, [&str; 2]); 10] = [
    ("GB", ["+442079460100", "+442079460200"]),
    ("DE", ["+4930901801", "+4930901802"]),
    ("FR", ["+33123450100", "+33123450200"]),
    ("IT", ["+390612340100", "+390612340200"]),
    ("AR", ["+541123450100", "+541123450200"]),
    ("MX", ["+525512340100", "+525512340200"]),
    ("BR", ["+551123450100", "+551123450200"]),
    ("JP", ["+81312340100", "+81312340200"]),
    ("AU", ["+61291230100", "+61291230200"]),
    ("IN", ["+911123450100", "+911123450200"]),
];

impl Case for Dialled {
    fn name(&self) -> (&str, &str) {
        (&self.id, &self.why)
    }

    async fn play(&self) -> Checked {
        let play = Play::set(Setup::USUAL, |world| self.prepare(world)).await;
        let line = format!("/done {}", self.typed);
        let said = play.types_in(FRONT_DESK, MAYA, &line, self.raw).await;
        let meant = play.bot.world(|world| with(world, &self.contact)).expect("the contact’s conversation");
        let note = (!self.expect.rest.is_empty()).then(|| self.expect.rest.clone());
        let done = Change { conversation: meant.clone(), status: Some("done".into()), note, ..Change::default() };
        let changes = if self.expect.found == json!(true) { vec![done] } else { Vec::new() };
        play.changed(&changes, &said)?;
        let answers = play.bot.world(|world| seen::answers(world, MAYA, said.since));
        let offered: BTreeSet<_> = seen::choices(&answers, "pick").iter().filter_map(Offer::conversation).collect();
        let should = self.expect.found == json!("offered");
        if offered.contains(&meant) != should {
            let should = if should { "should" } else { "should not" };
            return Err(format!("{should} offer {meant}, but offers {offered:?}; {}", play.summary(&said)));
        }
        play.is_quiet().await
    }
}

impl Dialled {
    /// Moves the shared numbers to the region, and adds the contacts.
    fn prepare(&self, world: &mut World) {
        if let Some((_, numbers)) = SHARED.iter().find(|(region, _)| *region == self.region) {
            for (shared, number) in world.dialnote.numbers.iter_mut().zip(numbers) {
                (*number).clone_into(&mut shared.number);
            }
        } else {
            assert_eq!(self.region, "US", "no shared number of this country is known");
        }
        for phone in std::iter::once(&self.contact).chain(&self.also) {
            if with(world, phone).is_none() {
                world.add_contact(NewContact { phone: phone.clone(), ..NewContact::default() }).unwrap();
            }
        }
    }
}

/// Returns the conversation with a number or sender.
fn with(world: &World, phone: &str) -> Option<String> {
    let conversations = &world.dialnote.conversations;
    conversations.iter().find(|one| one.contact.phone_number == phone).map(|one| one.id.clone())
}
