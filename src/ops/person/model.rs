//! Reading the stored data about a person, page by page, and its errors.

use crate::core::error::Fault;
use crate::core::ids::{InstallationId, JobId, SlackUserId};
use crate::ops::person::known::Person;
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::{Store, Stored};

/// The number of items in one read.
pub(crate) const ITEMS_PER_READ: usize = 500;

/// The reason why an export or erasure failed.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The database did not answer.
    #[error("{0}\nhint: run it again; it continues")]
    Store(#[from] Fault),
    /// The output cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The app is not installed in any workspace.
    #[error("the database has no data of any workspace")]
    Nobody,
    /// The database has no data about the person in this installation.
    #[error("no data of {0}\nhint: the database has data of {1}")]
    NotThere(InstallationId, String),
    /// There are several installations.
    #[error("the database has data of several workspaces\nhint: choose one with --installation: {0}")]
    Several(String),
    /// Pending jobs name the person.
    #[error("{}", waiting(*.count, .user, .one))]
    Waiting {
        /// The number of jobs.
        count: usize,
        /// The person.
        user: SlackUserId,
        /// One of the jobs.
        one: String,
    },
    /// The person's identifiers make no valid pattern.
    #[error("their names and addresses cannot be searched for: {0}")]
    Words(#[from] regex::Error),
}

/// Reads all items of a category.
pub(crate) async fn each(
    store: &dyn Store,
    installation: &InstallationId,
    category: DataCategory,
    mut look: impl FnMut(StoredItem) -> Result<(), PersonError>,
) -> Result<(), PersonError> {
    let mut after = Default::default();
    loop {
        let piece = store.category(installation, category, &after, ITEMS_PER_READ).await?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.name.clone();
        piece.into_iter().try_for_each(&mut look)?;
    }
}

/// Reads all jobs that name a person: the dead ones, or the pending ones.
pub(crate) async fn each_job(
    store: &dyn Store,
    (installation, person): (&InstallationId, &Person),
    dead: bool,
    mut look: impl FnMut(Stored) -> Result<(), PersonError>,
) -> Result<(), PersonError> {
    let mut after = JobId(0);
    loop {
        let piece = store.jobs(dead, after, ITEMS_PER_READ).await?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.id;
        let theirs = |job: &Stored| job.installation == *installation && person.is_in(&job.body);
        piece.into_iter().filter(theirs).try_for_each(&mut look)?;
    }
}

/// Answers whether an item of a category is about a person, or names them.
pub(crate) fn is_about(person: &Person, kept: &StoredItem) -> bool {
    let (kind, id) = &kept.name;
    let names = [Some(kind), Some(id), kept.also.as_ref()];
    let is_named = |name: &String| person.is_surely_in(name) || person.is_member(name);
    names.into_iter().flatten().any(is_named) || person.is_in(&kept.body)
}

pub(crate) fn waiting(count: usize, user: &SlackUserId, one: &str) -> String {
    let what = match count {
        1 => format!("{one} is pending and names {user}"),
        many => format!("{many} pending jobs name {user}, for example {one}"),
    };
    format!(
        "{what}\nhint: `dialnote-slack jobs list --waiting` shows pending jobs; erase when they are finished, or erase \
         everything else now with --even-if-waiting"
    )
}
