//! What the firmware's configuration came to: the values of the port's `bindings.h`, by name.

use std::collections::BTreeMap;
use std::path::Path;

use crate::context::Facts;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The evaluated constants, without the prefix that they have in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Constants(BTreeMap<String, i64>);

impl Constants {
    /// Notes a constant.
    pub(crate) fn insert(&mut self, name: &str, value: i64) {
        self.0.insert(name.to_string(), value);
    }

    /// All of them, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The value of a constant.
    ///
    /// # Errors
    ///
    /// [`Error::Bindings`] where the header doesn't evaluate it.
    pub(crate) fn get(&self, name: &str) -> Result<i64> {
        self.0.get(name).copied().ok_or_else(|| {
            Error::Bindings(vec![Problem::new(format!(
                "the port's bindings.h doesn't evaluate {name}"
            ))])
        })
    }

    /// Whether a constant is there and isn't 0.
    pub(crate) fn on(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| *value != 0)
    }

    /// Returns the facts that freezing depends on.
    ///
    /// # Errors
    ///
    /// [`Error::Bindings`] where the header doesn't evaluate one, or where its value has no meaning.
    pub(crate) fn facts(&self) -> Result<Facts> {
        Facts::read(
            |name| self.get(name),
            |fact| {
                Error::Bindings(vec![
                    Problem::new(format!(
                        "the configuration's {fact} has a value that can't be meant"
                    ))
                    .help("look at the defines in build.rs and in a mpconfigport.h of your own"),
                ])
            },
        )
    }

    /// Reads what [`store`](Self::store) wrote; nothing where it isn't there or is of another form.
    pub(crate) fn load(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let constant = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_string(), value.parse().ok()?))
        };
        text.lines().map(constant).collect::<Option<_>>().map(Self)
    }

    /// Writes a line a constant.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where the file can't be written.
    pub(crate) fn store(&self, path: &Path) -> Result<()> {
        let lines = self.iter().map(|(name, value)| format!("{name} {value}\n"));
        fs::write_if_changed(path, lines.collect::<String>().as_bytes())?;
        Ok(())
    }
}
