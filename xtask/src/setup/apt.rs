//! The system's apt sources, read for the Debian mirror that this machine already uses.

use std::path::{Path, PathBuf};

use crate::host;

/// Releases and their standing names: a source with one of these suites is Debian itself and not something beside it.
const SUITES: &[&str] = &[
    "oldstable",
    "stable",
    "testing",
    "unstable",
    "sid",
    "buster",
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "duke",
];

/// Where Debian keeps its keys, the newer name last.
const KEYRINGS: &[&str] = &[
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];

/// One source of packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub uri: String,
    pub suites: Vec<String>,
    pub components: Vec<String>,
    pub signed_by: Option<PathBuf>,
}

/// A mirror of Debian and the keys that its releases are signed with.
#[derive(Debug, PartialEq, Eq)]
pub struct Mirror {
    pub uri: String,
    pub signed_by: Option<PathBuf>,
}

impl Mirror {
    /// A source list of the mirror's source packages.
    pub fn source_list(&self, suites: &[&str]) -> String {
        let option = match &self.signed_by {
            Some(keys) => format!("[signed-by={}] ", keys.display()),
            None => String::new(),
        };
        suites
            .iter()
            .map(|suite| format!("deb-src {option}{} {suite} main\n", self.uri))
            .collect()
    }
}

/// The Debian mirror that the files under `etc` (the system's `/etc/apt`) name.
pub fn debian_mirror(etc: &Path) -> Option<Mirror> {
    let mut files = vec![etc.join("sources.list")];
    files.extend(host::entries(&etc.join("sources.list.d")));
    let sources: Vec<Source> = files
        .iter()
        .filter_map(|file| {
            let text = std::fs::read_to_string(file).ok()?;
            if host::has_extension(file, "list") {
                Some(parse_list(&text))
            } else if host::has_extension(file, "sources") {
                Some(parse_deb822(&text))
            } else {
                None
            }
        })
        .flatten()
        .collect();
    choose(&sources)
}

/// The first source that is Debian's.
fn choose(sources: &[Source]) -> Option<Mirror> {
    let source = sources.iter().find(|source| {
        source
            .suites
            .iter()
            .any(|suite| SUITES.contains(&suite.as_str()))
            && source
                .components
                .iter()
                .any(|component| component == "main")
            && !source.uri.starts_with("cdrom:")
    })?;
    // The mirror's archive keyring signs every suite; a key that the user chose for one suite comes second.
    let signed_by = KEYRINGS
        .iter()
        .map(PathBuf::from)
        .find(|keys| keys.exists())
        .or_else(|| source.signed_by.clone());
    Some(Mirror {
        uri: source.uri.clone(),
        signed_by,
    })
}

/// Reads the one-line format: `deb [option=value ...] uri suite component...`.
pub fn parse_list(text: &str) -> Vec<Source> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let (kind, rest) = line.split_once(char::is_whitespace)?;
    if !matches!(kind, "deb" | "deb-src") {
        return None;
    }
    let rest = rest.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    Some(Source {
        uri: words.next()?,
        suites: vec![words.next()?],
        components: words.collect(),
        signed_by: options
            .split_whitespace()
            .find_map(|option| option.strip_prefix("signed-by="))
            .and_then(keyring),
    })
}

/// Reads the deb822 format: stanzas of `Field: value` with continuation lines.
pub fn parse_deb822(text: &str) -> Vec<Source> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines
        .split(|line| line.trim().is_empty())
        .flat_map(parse_stanza)
        .collect()
}

fn parse_stanza(lines: &[&str]) -> Vec<Source> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let field = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    };
    let words = |name: &str| {
        field(name)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    if matches!(
        field("enabled").to_ascii_lowercase().as_str(),
        "no" | "false" | "0" | "off"
    ) {
        return Vec::new();
    }
    words("uris")
        .into_iter()
        .map(|uri| Source {
            uri,
            suites: words("suites"),
            components: words("components"),
            signed_by: keyring(field("signed-by")),
        })
        .collect()
}

/// A `signed-by` that is a file: it may also be a fingerprint or a whole key.
fn keyring(value: &str) -> Option<PathBuf> {
    (value.starts_with('/') && !value.contains([',', '\n', ' '])).then(|| PathBuf::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_format() {
        let found = parse_list(
            "# deb http://old.test/debian sid main\n\
             deb [arch=amd64 signed-by=/k.gpg] http://m.test/debian bookworm main contrib # ours\n\
             deb-src http://m.test/debian bookworm-updates main\n\
             rpm http://m.test/x y z\n\ndeb http://cut.test/off\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            Source {
                uri: "http://m.test/debian".into(),
                suites: vec!["bookworm".into()],
                components: vec!["main".into(), "contrib".into()],
                signed_by: Some("/k.gpg".into()),
            }
        );
        assert_eq!(found[1].suites, ["bookworm-updates"]);
        assert_eq!(found[1].signed_by, None);
    }

    #[test]
    fn deb822_format() {
        let found = parse_deb822(
            "Types: deb\n# a comment\nURIs: http://a.test/debian\n  http://b.test/debian\nSuites: trixie trixie-updates\n\
             Components: main\nSigned-By: /k.gpg\n\nEnabled: no\nURIs: http://c.test/debian\nSuites: sid\n\
             Components: main\n\n\ntypes: deb\nuris: http://d.test/x\nsuites: ./\nSigned-By:\n -----BEGIN KEY-----\n .\n abc\n",
        );
        let uris: Vec<_> = found.iter().map(|source| source.uri.as_str()).collect();
        assert_eq!(
            uris,
            [
                "http://a.test/debian",
                "http://b.test/debian",
                "http://d.test/x"
            ]
        );
        assert_eq!(found[1].suites, ["trixie", "trixie-updates"]);
        assert_eq!(found[1].signed_by, Some("/k.gpg".into()));
        assert_eq!(found[2].signed_by, None);
    }

    #[test]
    fn only_debian_itself_is_chosen() {
        let sources = parse_list(
            "deb http://u.test/ubuntu noble main\n\
             deb http://s.test/debian-security bookworm-security main\n\
             deb cdrom:[Debian]/ bookworm main\n\
             deb http://f.test/debian bookworm non-free\n\
             deb http://m.test/debian stable main\n",
        );
        assert_eq!(choose(&sources).unwrap().uri, "http://m.test/debian");
        assert_eq!(choose(&sources[..4]), None);
    }

    #[test]
    fn list_has_a_line_for_each_suite() {
        let mirror = Mirror {
            uri: "http://m.test/debian".into(),
            signed_by: Some("/k.gpg".into()),
        };
        assert_eq!(
            mirror.source_list(&["trixie", "sid"]),
            "deb-src [signed-by=/k.gpg] http://m.test/debian trixie main\n\
             deb-src [signed-by=/k.gpg] http://m.test/debian sid main\n"
        );
    }
}
