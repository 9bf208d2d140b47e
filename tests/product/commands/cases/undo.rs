//! Undo, after all kinds of steps.

use super::Checked;
use super::case::{Step, Undone};
use super::expect;
use super::runner::Case;
use super::stage::Play;
use crate::support::Setup;

impl Case for Undone {
    fn name(&self) -> (&str, &str) {
        (&self.id, &self.why)
    }

    async fn play(&self) -> Checked {
        let mut play = Play::set(Setup::USUAL, |_| ()).await;
        let undo = play.take(&self.steps).await.ok_or("a case in which something is typed")?;
        let Some(Step::Typed { typed, .. }) = self.steps.last() else {
            return Err("a case that ends with the undo in question".to_owned());
        };
        expect::check(&play, &undo, typed, &self.expect).await?;
        play.is_quiet().await
    }
}
