//! Secrets in files of their own, as Docker, Kubernetes and systemd provide them. Mistakes in such a file are described
//! without its contents.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::core::error::in_words;

/// The size of the longest secret, in bytes: a longer file is not a secret.
const LONGEST: u64 = 64 * 1024;

/// Reads a secret. The line end that editors put after the last line is not part of it.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let bytes = contents(path).map_err(|error| format!("{} cannot be read: {}", shown(path), in_words(&error)))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{} has more than 64 KiB, so it is not a secret", shown(path)));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{} is not text (UTF-8)", shown(path)))?;
    let secret = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    if secret.trim().is_empty() {
        return Err(format!("{} is empty", shown(path)));
    }
    Ok(secret.to_owned())
}

/// Returns a file's name for a message. A relative name of a missing file is not shown, because the secret itself may
/// stand there by mistake.
fn shown(path: &Path) -> String {
    let is_path = path.is_absolute() || path.starts_with(".") || path.starts_with("..") || path.exists();
    if is_path { path.display().to_string() } else { "the file that it names".to_owned() }
}

/// Returns the contents of a file, truncated just beyond the limit.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: impl AsRef<[u8]>) -> Result<String, String> {
        let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder") };
        let path = folder.path().join("secret");
        assert!(std::fs::write(&path, bytes).is_ok());
        read(&path)
    }

    #[test]
    fn only_one_line_end_is_dropped() {
        for (stands, secret) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a \n", " a "), ("ä#/", "ä#/")]
        {
            assert_eq!(written(stands).as_deref(), Ok(secret));
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_its_contents() {
        let folder = std::env::temp_dir();
        assert_eq!(read(&folder), Err(format!("{} cannot be read: it is a folder", folder.display())));
        let nowhere = read(Path::new("/nowhere/secret"));
        assert_eq!(nowhere, Err("/nowhere/secret cannot be read: no such file or folder".to_owned()));
        for mistaken in ["xoxb-planted", "postgres://app:planted@db/x"] {
            let missing = "the file that it names cannot be read: no such file or folder".to_owned();
            assert_eq!(read(Path::new(mistaken)), Err(missing), "it may be the secret itself");
        }
        let problem = |bytes: &[u8]| written(bytes).err().and_then(|told| Some(told.split_once(' ')?.1.to_owned()));
        assert_eq!(problem(b"").as_deref(), Some("is empty"));
        assert_eq!(problem(b"\r\n").as_deref(), Some("is empty"));
        assert_eq!(problem(b"planted\xff").as_deref(), Some("is not text (UTF-8)"));
        assert!(written("a".repeat(64 * 1024)).is_ok());
        let too_long = Some("has more than 64 KiB, so it is not a secret");
        assert_eq!(problem("a".repeat(64 * 1024 + 1).as_bytes()).as_deref(), too_long);
        assert_eq!(
            read(Path::new("/dev/zero")),
            Err("/dev/zero has more than 64 KiB, so it is not a secret".to_owned())
        );
    }
}
