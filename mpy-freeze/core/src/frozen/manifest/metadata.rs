//! The metadata of packages, of which freezing needs the version.

use std::collections::BTreeMap;

use super::failure::Raise;
use super::signature::unexpected;
use super::wire::Value;

/// The attributes of metadata.
const NAMES: [&str; 7] = [
    "description",
    "version",
    "license",
    "author",
    "stdlib",
    "pypi",
    "pypi_publish",
];

/// A package, by its index among all packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Package(usize);

#[derive(Debug, Clone, Default)]
struct Metadata {
    given: bool,
    values: BTreeMap<&'static str, Value>,
}

/// The metadata of all packages.
#[derive(Debug)]
pub(super) struct Packages {
    all: Vec<Metadata>,
    /// The open packages. The last is that of the running manifest, and each was required by the one before.
    open: Vec<Package>,
}

impl Packages {
    /// Creates the list with one open package, that of the first manifest.
    pub(super) fn new() -> Self {
        Self {
            all: vec![Metadata::default()],
            open: vec![Package::default()],
        }
    }

    /// Opens a new package.
    pub(super) fn open(&mut self) {
        self.open.push(Package(self.all.len()));
        self.all.push(Metadata::default());
    }

    /// Closes the package that was opened last.
    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    pub(super) fn current(&self) -> Package {
        self.open.last().copied().unwrap_or_default()
    }

    /// Sets the metadata of the current package. Setting it twice is an error.
    pub(super) fn set(&mut self, given: Vec<(String, Value)>) -> Result<(), Raise> {
        let mut values = BTreeMap::new();
        for (name, value) in given {
            let Some(known) = NAMES.into_iter().find(|known| *known == name) else {
                return Err(unexpected("metadata", &name, &NAMES.join(", ")));
            };
            values.insert(known, value);
        }
        let Package(current) = self.current();
        let Some(metadata) = self.all.get_mut(current) else {
            return Ok(());
        };
        if metadata.given {
            return Err(Raise::manifest("Duplicate call to metadata()."));
        }
        *metadata = Metadata {
            given: true,
            values,
        };
        Ok(())
    }

    /// Returns the attributes of the current package's metadata.
    pub(super) fn fields(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |name| match self.value(self.current(), name)? {
            Value::None => None,
            Value::Str(text) => Some(text.clone()),
            other => Some(source_of(other)),
        };
        NAMES.into_iter().map(|name| (name, text(name))).collect()
    }

    /// Returns the version of a package as Python source, if the package has one.
    pub(super) fn version(&self, package: Package) -> Option<String> {
        let version = self.value(package, "version")?;
        version.truth().then(|| source_of(version))
    }

    fn value(&self, Package(package): Package, name: &str) -> Option<&Value> {
        self.all.get(package)?.values.get(name)
    }
}

/// Returns a value as Python source.
fn source_of(value: &Value) -> String {
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(digits) => digits.clone(),
        Value::Str(text) => quoted(text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(source_of).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Other { repr, .. } => repr.clone(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
