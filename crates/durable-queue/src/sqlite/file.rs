//! The file of a database can be moved away or replaced while the process runs. Later writes would then be in no file
//! that is opened again, so nothing more is accepted.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::QueueError;

/// The file of a database as it was opened.
pub(super) struct DatabaseFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl DatabaseFile {
    /// Returns the file that is at `path` now.
    pub(super) fn at(path: &Path) -> Result<Self, QueueError> {
        let found = fs::metadata(path).map_err(|error| QueueError::new(error.to_string()))?;
        Ok(Self { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    /// Fails if it is no longer there.
    pub(super) fn is_there(&self) -> Result<(), QueueError> {
        let same = fs::metadata(&self.path).is_ok_and(|now| now.dev() == self.device && now.ino() == self.inode);
        let gone = || format!("{} is not the file that was opened: stop the app, and put it back", self.path.display());
        if same { Ok(()) } else { Err(QueueError::new(gone())) }
    }
}
