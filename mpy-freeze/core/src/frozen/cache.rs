//! A cache of compiled files, by content.
//!
//! An entry's name is a hash of everything that its contents depend on. The entry holds all of that too, for comparison
//! before use. Two keys with the same hash therefore cost a compilation, and never give wrong code.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::fs;

/// The first bytes of an entry. The number grows when the layout changes.
const MAGIC: &[u8] = b"mpy-freeze cache 1\n";

/// Everything that a compiled file depends on.
pub(super) struct Key<'a> {
    /// The identity of the compiler.
    pub(super) compiler: &'a str,
    /// The compiler's options.
    pub(super) flags: &'a [String],
    /// The name that the compiled file carries.
    pub(super) target: &'a str,
    /// The source.
    pub(super) source: &'a [u8],
}

impl Key<'_> {
    /// Returns the key as bytes. Each part has its length before it, so no two keys have the same bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let Key {
            compiler,
            flags,
            target,
            source,
        } = self;
        let flags = flags.join("\n");
        let mut bytes = MAGIC.to_vec();
        for part in [
            compiler.as_bytes(),
            flags.as_bytes(),
            target.as_bytes(),
            source,
        ] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// A folder of entries.
pub(super) struct Cache<'a> {
    folder: &'a Path,
}

impl<'a> Cache<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self { folder }
    }

    fn path(&self, key: &[u8]) -> PathBuf {
        self.folder.join(format!("{:032x}", fingerprint(key)))
    }

    /// Returns the compiled file, if it is there.
    pub(super) fn get(&self, key: &Key<'_>) -> Result<Option<Vec<u8>>> {
        let key = key.to_bytes();
        let entry = fs::read_if_exists(&self.path(&key))?;
        Ok(entry.and_then(|entry| entry.strip_prefix(&*key).map(<[u8]>::to_vec)))
    }

    /// Keeps a compiled file.
    pub(super) fn put(&self, key: &Key<'_>, compiled: &[u8]) -> Result<()> {
        let mut entry = key.to_bytes();
        let path = self.path(&entry);
        entry.extend(compiled);
        fs::write_if_changed(&path, &entry)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn an_entry_answers_to_its_own_key_only() {
        let folder = Folder::new("cache");
        let cache = Cache::new(folder.path());
        let flags = ["-O0".to_string()];
        let key = Key {
            compiler: "c",
            flags: &flags,
            target: "a.py",
            source: b"x = 1",
        };
        assert_eq!(cache.get(&key).unwrap(), None);
        cache.put(&key, b"M\x06").unwrap();
        assert_eq!(cache.get(&key).unwrap().as_deref(), Some(&b"M\x06"[..]));
        let other = Key {
            target: "b.py",
            ..key
        };
        assert_eq!(cache.get(&other).unwrap(), None);
        // Another entry under this one's name, as a hash collision would leave it, is not used.
        let mut collision = other.to_bytes();
        collision.extend(b"wrong");
        fs::write_if_changed(&cache.path(&key.to_bytes()), &collision).unwrap();
        assert_eq!(cache.get(&key).unwrap(), None);
    }
}
