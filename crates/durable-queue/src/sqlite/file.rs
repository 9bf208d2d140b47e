//! The file of a database can be moved away or replaced beneath the process. What is written then is in no file that
//! is opened again, so nothing more is taken in.

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
    /// The file at `path` as it is now.
    pub(super) fn at(path: &Path) -> Result<Self, QueueError> {
        let found = fs::metadata(path).map_err(|error| QueueError::new(error.to_string()))?;
        Ok(Self { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    /// Fails if it is not there any more.
    pub(super) fn is_there(&self) -> Result<(), QueueError> {
        let same = fs::metadata(&self.path).is_ok_and(|now| now.dev() == self.device && now.ino() == self.inode);
        let gone = || format!("{} is not the file that was opened: stop the app, and put it back", self.path.display());
        if same { Ok(()) } else { Err(QueueError::new(gone())) }
    }
}
