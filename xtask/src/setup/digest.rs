//! SHA-256 of files.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

/// The digest of a file, as sha256sum prints it.
///
/// # Errors
///
/// When the file can't be read.
pub fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("can't open {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file
            .read(&mut buffer)
            .with_context(|| format!("can't read {}", path.display()))?;
        match buffer.get(..length) {
            Some([]) | None => break,
            Some(bytes) => hasher.update(bytes),
        }
    }
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

/// Checks a file against its pin.
///
/// # Errors
///
/// With both digests where they differ.
pub fn check(path: &Path, pin: &str) -> Result<()> {
    let found = of_file(path)?;
    if found != pin {
        bail!("its SHA-256 is {found}, but {pin} is pinned; it is not used");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_refuses() {
        let file = std::env::temp_dir().join(format!("mpy-freeze-digest-{}", std::process::id()));
        std::fs::write(&file, "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let (good, bad) = (check(&file, abc), check(&file, &abc.replace('b', "c")));
        std::fs::remove_file(&file).unwrap();
        good.unwrap();
        assert!(bad.unwrap_err().to_string().contains(abc));
    }
}
