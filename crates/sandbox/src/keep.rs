//! The parts of the sandbox that outlive a run, if a person wants to keep them: the state of the two services. The
//! traffic and the faults of a run end with it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::channels::{Channel, Message};
use crate::dialnote::model::Dialnote;
use crate::people::{Person, UserGroup};
use crate::shared::Shared;
use crate::views::View;
use crate::world::{ResponseUrl, World};

/// The file in the folder.
const FILE: &str = "sandbox.json";

/// Changes that follow each other faster than this are written together.
const GATHER: Duration = Duration::from_secs(1);

#[derive(Serialize, Deserialize)]
struct Kept {
    people: Vec<Person>,
    groups: Vec<UserGroup>,
    channels: Vec<Channel>,
    messages: Vec<Message>,
    modals: Vec<View>,
    homes: BTreeMap<String, View>,
    dialnote: Dialnote,
    response_urls: BTreeMap<String, ResponseUrl>,
    read: Vec<((String, String), String)>,
    last_ts: (i64, u32),
    last_id: u64,
    #[serde(default)]
    tour: Vec<String>,
    /// The clock's lead over the machine's, in milliseconds; it does not go back.
    ahead_ms: i64,
}

/// Loads the folder, if it holds anything, and writes later changes to it.
pub(super) fn keep(shared: &Arc<Shared>, folder: &Path) -> io::Result<()> {
    match fs::read(folder.join(FILE)) {
        Ok(bytes) => {
            let kept: Kept = serde_json::from_slice(&bytes)
                .map_err(|cause| io::Error::other(format!("{FILE} is not what a sandbox wrote ({cause})")))?;
            shared.world(|world| take_up(world, kept));
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => save(shared, folder)?,
        Err(cause) => return Err(cause),
    }
    tokio::spawn(go_on_saving(shared.clone(), folder.to_owned()));
    Ok(())
}

/// Writes everything, readable by the user only, and replaces the file at once, so that it is never half written.
pub(super) fn save(shared: &Shared, folder: &Path) -> io::Result<()> {
    let bytes = shared.world(|world| serde_json::to_vec(&kept(world)))?;
    let unfinished = folder.join(format!("{FILE}.new"));
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(&bytes)?;
    fs::rename(unfinished, folder.join(FILE))
}

/// Saves on every change, so that a killed sandbox loses no more than the last second.
async fn go_on_saving(shared: Arc<Shared>, folder: PathBuf) {
    let mut turns = shared.turns();
    loop {
        tokio::select! {
            changed = turns.changed() => if changed.is_err() { return },
            () = shared.until_stopped() => return,
        }
        tokio::time::sleep(GATHER).await;
        turns.mark_unchanged();
        // A failed save is repeated at the next change and reported at the end.
        let _ = save(&shared, &folder);
    }
}

fn kept(world: &World) -> Kept {
    Kept {
        people: world.people.clone(),
        groups: world.groups.clone(),
        channels: world.channels.clone(),
        messages: world.messages.clone(),
        modals: world.modals.clone(),
        homes: world.homes.clone(),
        dialnote: world.dialnote.clone(),
        response_urls: world.response_urls.clone(),
        read: world.read.clone().into_iter().collect(),
        last_ts: world.last_ts,
        last_id: world.last_id,
        tour: world.tour.done().map(str::to_owned).collect(),
        ahead_ms: world.clock.ahead_ms(),
    }
}

fn take_up(world: &mut World, kept: Kept) {
    world.people = kept.people;
    world.groups = kept.groups;
    world.channels = kept.channels;
    world.messages = kept.messages;
    world.modals = kept.modals;
    world.homes = kept.homes;
    world.dialnote = kept.dialnote;
    world.response_urls = kept.response_urls;
    world.read = kept.read.into_iter().collect();
    world.last_ts = kept.last_ts;
    world.last_id = kept.last_id;
    for step in &kept.tour {
        world.tour.tick(step);
    }
    world.clock.advance(SignedDuration::from_millis(kept.ahead_ms));
}
