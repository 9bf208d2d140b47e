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
    let bytes = contents(path).map_err(|error| format!("names a file that cannot be read: {}", in_words(&error)))?;
    if bytes.len() as u64 > LONGEST {
        return Err("names a file of more than 64 KiB, which is not a secret".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| "names a file that is not text (UTF-8)".to_owned())?;
    let secret = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    if secret.trim().is_empty() {
        return Err("names an empty file".to_owned());
    }
    Ok(secret.to_owned())
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
        assert_eq!(read(&folder), Err("names a file that cannot be read: it is a folder".to_owned()));
        let nowhere = read(Path::new("/nowhere/secret"));
        assert_eq!(nowhere, Err("names a file that cannot be read: no such file or folder".to_owned()));
        assert_eq!(written(""), Err("names an empty file".to_owned()));
        assert_eq!(written("\r\n"), Err("names an empty file".to_owned()));
        assert_eq!(written(b"planted\xff"), Err("names a file that is not text (UTF-8)".to_owned()));
        assert!(written("a".repeat(64 * 1024)).is_ok());
        let too_long = Err("names a file of more than 64 KiB, which is not a secret".to_owned());
        assert_eq!(written("a".repeat(64 * 1024 + 1)), too_long);
        assert_eq!(read(Path::new("/dev/zero")), too_long);
    }
}
