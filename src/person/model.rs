//! Reading what is stored about a person, page by page, and how that can fail.

use crate::error::Fault;
use crate::ids::{InstallationId, JobId, SlackUserId};
use crate::person::known::Person;
use crate::store::Store;
use crate::store::Stored;
use crate::store::data_category::{DataCategory, StoredItem};

/// How much is read at a time.
pub(crate) const ITEMS_PER_READ: usize = 500;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The database did not answer.
    #[error("{0}. What was done is done; try again")]
    Store(#[from] Fault),
    /// Nobody takes what is written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is no workspace.
    #[error("nothing is kept for any workspace")]
    Nobody,
    /// It is not kept for that one.
    #[error("nothing is kept for {0}; something is for {1}")]
    NotThere(InstallationId, String),
    /// There are several.
    #[error("say for which workspace, with --installation: {0}")]
    Several(String),
    /// Something waits.
    #[error("{}", waiting(*.count, .user, .one))]
    Waiting {
        /// How many.
        count: usize,
        /// Who is meant.
        user: SlackUserId,
        /// One of them.
        one: String,
    },
    /// What they are known by cannot be looked for.
    #[error("what they are known by cannot be looked for: {0}")]
    Words(#[from] regex::Error),
}

/// Looks at everything in a category.
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

/// Looks at all jobs that name somebody: those that were given up, or those that wait.
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

/// Whether something in a category is about somebody, or names them.
pub(crate) fn is_about(person: &Person, kept: &StoredItem) -> bool {
    let (kind, id) = &kept.name;
    let names = [Some(kind), Some(id), kept.also.as_ref()];
    let is_named = |name: &String| person.is_surely_in(name) || person.is_member(name);
    names.into_iter().flatten().any(is_named) || person.is_in(&kept.body)
}

pub(crate) fn waiting(count: usize, user: &SlackUserId, one: &str) -> String {
    let what = match count {
        1 => format!("{one} is still to be done and names {user}"),
        many => format!("{many} jobs are still to be done and name {user}, for example {one}"),
    };
    format!(
        "{what}. Look at what waits with `dialnote-slack jobs list --waiting`, and erase when it is done; with \
         --even-if-waiting everything else is erased now"
    )
}
