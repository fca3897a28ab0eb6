//! Objects that builds in other folders have made, by everything that they were compiled from; and the programs for the
//! host.
//!
//! Each target and profile of each firmware has a build folder of its own, and they have most of their files in common:
//! the compiler for the host all of them.

use std::path::{Path, PathBuf};

use super::fresh;
use super::toolchain::Compiler;
use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::fs;
use mpy_freeze_core::Source;

/// The folder of objects, where the user named one.
#[derive(Debug, Default)]
pub(crate) struct Store {
    folder: Option<PathBuf>,
}

/// A key made of everything that an object was compiled from.
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// `tool` is a compiler with its flags, `unit` the name of the file, which is in the object too, `text` what it reads.
    pub(crate) fn new(tool: &str, unit: &str, text: &str) -> Self {
        Self([tool, unit, text].join("\0").into_bytes())
    }

    /// Returns the hash that is noted beside the object, to tell whether the next build's is the same.
    pub(crate) fn note(&self) -> String {
        fresh::hex(fresh::hash(&self.0))
    }

    /// The object's name among all others: two hashes that have nothing in common, so that keys which agree in both don't
    /// happen by chance.
    fn name(&self) -> String {
        format!("{:032x}{}", fingerprint(&self.0), self.note())
    }
}

impl Store {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Puts the object of that key to its place, if it is there.
    ///
    /// # Errors
    ///
    /// If the object can't be read or written.
    pub(crate) fn take(&self, key: &Key, object: &Path) -> Result<bool> {
        let Some(kept) = self.path(key) else {
            return Ok(false);
        };
        let Some(bytes) = fs::read_if_exists(&kept)? else {
            return Ok(false);
        };
        fs::write_if_changed(object, &bytes)?;
        Ok(true)
    }

    /// Keeps a finished object.
    ///
    /// # Errors
    ///
    /// If the object can't be read or kept.
    pub(crate) fn keep(&self, key: &Key, object: &Path) -> Result<()> {
        if let Some(kept) = self.path(key) {
            fs::write_if_changed(&kept, &fs::read(object)?)?;
        }
        Ok(())
    }

    /// The folder of the programs for the host that this compiler makes of this tree.
    pub(crate) fn programs(&self, compiler: &Compiler, source: &Source) -> Option<PathBuf> {
        let made_of = format!("{} {:?}", compiler.identity(), source.root);
        let name = fresh::hex(fresh::hash(made_of.as_bytes()));
        Some(self.root()?.join("programs").join(name))
    }

    /// The folder that everything is kept below.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        // Only where there is a folder: in a build script, which isn't optimised, the longer hash takes its time.
        let folder = self.folder.as_ref()?;
        let name = key.name();
        let (first, rest) = name.split_at(2);
        Some(folder.join(first).join(rest).with_extension("o"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn an_object_answers_to_its_own_key_only() {
        let folder = Folder::new("store");
        let store = Store::new(Some(folder.path().join("kept")));
        let (made, taken) = (folder.path().join("a.o"), folder.path().join("b.o"));
        fs::write_if_changed(&made, b"object").unwrap();
        let key = Key::new("cc", "a", "int x;");
        assert!(!store.take(&key, &taken).unwrap());
        store.keep(&key, &made).unwrap();
        assert!(store.take(&key, &taken).unwrap());
        assert_eq!(fs::read(&taken).unwrap(), b"object");
        for (tool, unit, text) in [
            ("cc -O1", "a", "int x;"),
            ("cc", "b", "int x;"),
            ("cc", "a", "int y;"),
        ] {
            assert!(!store.take(&Key::new(tool, unit, text), &taken).unwrap());
        }
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let folder = Folder::new("no-store");
        let made = folder.path().join("a.o");
        fs::write_if_changed(&made, b"object").unwrap();
        let (store, key) = (Store::default(), Key::new("cc", "a", ""));
        store.keep(&key, &made).unwrap();
        assert!(!store.take(&key, &made).unwrap());
    }
}
