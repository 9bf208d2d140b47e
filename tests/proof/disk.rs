//! A disk that can be full: some megabytes of memory, mounted where only one process sees them. That needs only the
//! rights that the system gives to each process with its own namespace.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::unistd::geteuid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The size of the log of the database (4,000 pages, 16 MB), and as much again for the database. If the log takes
/// everything, nothing can be copied from it, and only a larger disk helps.
const MEGABYTES: usize = 32;

/// A small disk over a folder.
pub struct Disk {
    folder: PathBuf,
    /// The process that holds the disk: both end together.
    keeper: Child,
}

impl Disk {
    /// Creates an empty one. A process that is not started by [`Self::starter`] sees the folder without it.
    pub async fn over(folder: &Path) -> Self {
        let mount = format!("mount -t tmpfs -o size={MEGABYTES}m none \"$1\" && echo mounted && exec cat");
        let mut keeper = Command::new("unshare");
        keeper.args(namespace()).arg("--mount").args(["--", "sh", "-c", &mount, "sh"]).arg(folder);
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut keeper = keeper.spawn().unwrap();
        let mut heard = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut heard).await.unwrap();
        assert_eq!(heard, "mounted\n", "a disk of one's own needs the right to mount one");
        Self { folder: folder.to_owned(), keeper }
    }

    /// Returns the command that starts a process which sees the disk.
    pub fn starter(&self) -> Vec<String> {
        let target = format!("--target={}", self.keeper.id().unwrap());
        let user = if geteuid().is_root() { None } else { Some(["--user", "--preserve-credentials"]) };
        let user = user.into_iter().flatten().map(str::to_owned);
        ["nsenter".to_owned(), target].into_iter().chain(user).chain(["--mount".to_owned(), "--".to_owned()]).collect()
    }

    /// Fills the disk.
    pub fn fill(&self) {
        let mut ballast = File::create(self.seen().join("ballast")).unwrap();
        while ballast.write_all(&[0; 512]).is_ok() {}
    }

    /// Makes room.
    pub fn make_room(&self) {
        fs::remove_file(self.seen().join("ballast")).unwrap();
    }

    /// Copies everything to a place that all processes see.
    pub fn copy_out(&self) {
        for file in fs::read_dir(self.seen()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), self.folder.join(file.file_name())).unwrap();
        }
    }

    /// Returns the folder as the keeper sees it.
    fn seen(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id().unwrap()));
        root.join(self.folder.strip_prefix("/").unwrap())
    }
}

fn namespace() -> &'static [&'static str] {
    if geteuid().is_root() { &[] } else { &["--user", "--map-root-user"] }
}
