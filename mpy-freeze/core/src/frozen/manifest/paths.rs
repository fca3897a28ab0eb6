//! Paths as upstream's tool computes with them: text with slashes, joined and shortened without a look at the
//! file system.

use std::path::PathBuf;

use super::failure::Raise;

/// Joins two paths; an absolute second one stands alone.
pub(super) fn join(first: &str, second: &str) -> String {
    if second.starts_with('/') || first.is_empty() {
        second.to_string()
    } else if first.ends_with('/') {
        format!("{first}{second}")
    } else {
        format!("{first}/{second}")
    }
}

/// Removes `.`, `..` and doubled slashes from an absolute path, or from a relative one below `folder`.
pub(super) fn absolute(folder: &str, path: &str) -> String {
    let path = join(folder, path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Returns the relative path from the absolute folder `start` to the absolute path `path`.
pub(super) fn relative(path: &str, start: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(String::from).collect()
    };
    let (path, start) = (parts(path), parts(start));
    let common = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let mut way = vec!["..".to_string(); start.len() - common];
    way.extend(path.into_iter().skip(common));
    if way.is_empty() {
        ".".into()
    } else {
        way.join("/")
    }
}

/// Returns the folder that a path lies in.
pub(super) fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// Returns the last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Returns the extension in lower case with its dot. Dots at the start of a name begin no extension.
pub(super) fn extension(path: &str) -> String {
    let name = name(path);
    let stem = name.trim_start_matches('.');
    let at = stem.rfind('.');
    let extension = at.and_then(|at| stem.get(at..)).unwrap_or_default();
    extension.to_lowercase()
}

/// Returns a path as text. A path that isn't UTF-8 is an error, since manifests hold paths as text.
pub(super) fn utf8(path: PathBuf) -> Result<String, Raise> {
    path.into_os_string().into_string().map_err(|path| {
        let path = path.display();
        Raise::manifest(format!("the path isn't UTF-8: {path}")).help(
            "rename the folder: a manifest's paths are text, and so have to be those that lead to it",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_upstreams_tool() {
        assert_eq!(join("a", "b"), "a/b");
        assert_eq!(join("a/", "b"), "a/b");
        assert_eq!(join("a", "/b"), "/b");
        assert_eq!(join("", "b"), "b");
        assert_eq!(absolute("/a/b", "../c/./d//e"), "/a/c/d/e");
        assert_eq!(absolute("/a", "/../x/"), "/x");
        assert_eq!(relative("/a/b/c", "/a"), "b/c");
        assert_eq!(relative("/a", "/a/b"), "..");
        assert_eq!(relative("/a", "/a"), ".");
        assert_eq!(folder("/a/b"), "/a");
        assert_eq!(folder("/a"), "/");
        assert_eq!(name("a/b.py"), "b.py");
        assert_eq!(extension("a.b/C.PY"), ".py");
        assert_eq!(extension("/x/.py"), "");
        assert_eq!(extension("/x/..py"), "");
        assert_eq!(extension("x"), "");
    }
}
