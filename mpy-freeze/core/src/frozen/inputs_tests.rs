use super::*;
use crate::testing::Folder;

fn input(path: &str) -> Input {
    Input::Path {
        path: path.into(),
        as_text: false,
    }
}

fn targets(found: &Found) -> Vec<&str> {
    found.sources.iter().map(|source| &*source.target).collect()
}

/// Returns a firmware for which no manifest is known.
fn context() -> Context {
    Context {
        manifests: None,
        ..crate::context::tests::sample()
    }
}

fn problems(folder: &Folder, inputs: &[&str]) -> Vec<String> {
    let inputs: Vec<Input> = inputs.iter().map(|path| input(path)).collect();
    let Err(Error::Inputs(problems)) = find(&context(), folder.path(), &inputs) else {
        panic!("no error")
    };
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn folders_keep_paths_and_files_keep_names() {
    let folder = Folder::new("inputs");
    folder
        .file("app/main.py", "")
        .file("app/pkg/__init__.py", "")
        .file("app/pkg/b-c.py", "")
        .file("app/pkg.d.txt", "")
        .file("app/.hidden/x.py", "")
        .file("app/.x.py", "")
        .file("app/__pycache__/main.py", "")
        .file("lib/deep/one.py", "x = 1\n");
    let inputs = [input("app/"), input("lib/deep/one.py")];
    let found = find(&context(), folder.path(), &inputs).unwrap();
    assert_eq!(
        targets(&found),
        ["main.py", "pkg/__init__.py", "pkg/b-c.py", "one.py"]
    );
    assert_eq!(found.folders, [folder.path().join("app")]);
    assert_eq!(found.sources[3].bytes, b"x = 1\n");
}

#[test]
fn compiled_modules_stand_under_the_name_that_import_asks_for() {
    let folder = Folder::new("inputs");
    folder
        .file("app/a.mpy", b"M\x06\xff")
        .file("app/pkg/b.py", "");
    let found = find(
        &context(),
        folder.path(),
        &[input("app"), input("app/pkg/b.py")],
    )
    .unwrap();
    assert_eq!(targets(&found), ["a.py", "pkg/b.py", "b.py"]);
    assert_eq!(found.sources[0].kind, Kind::Mpy);
    assert_eq!(found.sources[0].bytes, b"M\x06\xff");
    folder.file("app/a.py", "");
    let found = problems(&folder, &["app"]);
    assert!(
        found[0].contains("two files have the target path `a.py`"),
        "{found:?}"
    );
}

#[test]
fn text_is_made_of_sources_only() {
    let folder = Folder::new("inputs");
    folder.file("app/a.py", "x = 1\n").file("app/b.mpy", "M");
    let text = |path: &str| Input::Path {
        path: path.into(),
        as_text: true,
    };
    let found = find(&context(), folder.path(), &[text("app")]).unwrap();
    assert_eq!(targets(&found), ["a.py"]);
    assert_eq!(found.sources[0].kind, Kind::Text);
    let error = find(&context(), folder.path(), &[text("app/b.mpy")]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("text is frozen of .py files only")
    );
}

#[test]
fn every_problem_is_reported() {
    let folder = Folder::new("inputs");
    folder
        .file("empty/readme.txt", "")
        .file("app/a.py", b"x = 1\ny = '\xff'\n")
        .file("app/b.py", "\u{feff}x = 1\n")
        .file("app/c.d.py", "")
        .file("app/e.f/g.py", "");
    let found = problems(
        &folder,
        &["missing", "empty", "app", "app/c.d.py", "empty/readme.txt"],
    );
    for expected in [
        "missing: can't freeze this path",
        "empty: the folder has no .py file",
        "a.py:2: at byte 11: the file isn't UTF-8",
        "b.py:1: the file starts with a byte order mark",
        "Python can't import `c.d.py`: the dot in `c.d`",
        "Python can't import `e.f/g.py`: the dot in `e.f`",
        "readme.txt: this is neither a folder nor a .py or .mpy file",
    ] {
        let count = found
            .iter()
            .filter(|problem| problem.contains(expected))
            .count();
        assert!(count > 0, "{expected} in {found:#?}");
    }
}

#[test]
fn target_paths_are_unique() {
    let folder = Folder::new("inputs");
    folder.file("a/main.py", "").file("b/main.py", "");
    let found = problems(&folder, &["a", "b"]);
    let [problem] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(problem.contains("two files have the target path `main.py`"));
    assert!(problem.contains("b/main.py: ") && problem.contains("a/main.py"));
    assert!(problems(&folder, &["a", "a/main.py"])[0].contains("frozen twice"));
}

#[test]
fn a_folder_hides_a_module_of_its_name() {
    let folder = Folder::new("inputs");
    folder
        .file("app/a.py", "")
        .file("app/a/__init__.py", "")
        .file("app/b.py", "")
        .file("app/c/b.py", "");
    let found = problems(&folder, &["app"]);
    let [problem] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(problem.contains("finds the folder `a/` first"), "{problem}");
}

#[test]
fn what_can_be_imported() {
    for name in [
        "a.py",
        "a/b.py",
        "my-module.py",
        "\u{fc}n\u{ef}.py",
        "a b.py",
        "__init__.py",
    ] {
        assert_eq!(not_importable(name), None, "{name}");
    }
    for name in [
        ".py",
        "a/.py",
        "a.b.py",
        "a.b/c.py",
        "a\\b.py",
        &format!("{}.py", "a".repeat(253)),
    ] {
        assert!(not_importable(name).is_some(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_above_ends() {
    let folder = Folder::new("inputs");
    folder.file("app/a.py", "").file("app/pkg/b.py", "");
    let app = folder.path().join("app");
    std::os::unix::fs::symlink(&app, app.join("pkg").join("loop")).unwrap();
    let found = problems(&folder, &["app"]);
    let [problem] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(problem.contains("pkg/loop: the folder is a link to a folder that it lies in"));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("inputs");
    folder.file("app/a.py", "");
    folder.file(std::ffi::OsStr::from_bytes(b"app/b\xff.py"), "");
    assert!(problems(&folder, &["app"])[0].contains("the name isn't UTF-8"));
}

fn entry(source: PathBuf, target: &str, kind: Kind) -> manifest::Entry {
    manifest::Entry {
        source,
        target: target.into(),
        kind,
        opt: None,
        version: Some("'2'".into()),
    }
}

#[test]
fn a_version_is_added_to_what_is_compiled() {
    // Upstream's makemanifest.py gives mpy-cross a copy with the version, and freezes text as it is.
    let folder = Folder::new("inputs");
    folder.file("a.py", "x = 1\n");
    let file = |target, kind| entry(folder.path().join("a.py"), target, kind);
    let mut search = Search::default();
    search.manifests(Listing {
        entries: vec![file("a.py", Kind::Python), file("b.py", Kind::Text)],
        ..Listing::default()
    });
    let texts: Vec<&[u8]> = search.found.sources.iter().map(|s| &*s.bytes).collect();
    assert_eq!(
        texts,
        [b"x = 1\n\n\n__version__ = '2'\n".as_slice(), b"x = 1\n"]
    );
}

#[test]
fn what_is_listed_without_end_is_read_and_reported_once() {
    let folder = Folder::new("inputs");
    folder.file("a.py", "").file("b.py", "");
    let mut search = Search::default();
    let entries = ["a.py", "a.py", "./a.py", "/b.py", "a.py", "./a.py"];
    let entries = entries.map(|target| entry(folder.path().join("b.py"), target, Kind::Python));
    search.manifests(Listing {
        entries: entries.into(),
        ..Listing::default()
    });
    assert_eq!(targets(&search.found), ["a.py"]);
    let problems: Vec<&str> = search.problems.iter().map(|p| &*p.message).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].contains("frozen twice"));
    assert!(problems[1].contains("the dot in `.`"));
    assert!(problems[2].contains("starts at the root"));
}

#[test]
fn pythons_halves_of_modules_are_added_unless_the_application_has_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let packaged = |target: &str, path: &str| Packaged {
        target: target.into(),
        path: folder.join(path),
    };
    let context = Context {
        packaged: vec![
            packaged("a.py", "build.rs"),
            packaged("a/core.py", "build.rs"),
            packaged("b.py", "error.rs"),
        ],
        ..context()
    };
    let mut search = Search::default();
    search.source(
        &folder.join("lib.rs"),
        "a.py".into(),
        Kind::Python,
        None,
        None,
    );
    search.packaged(&context.packaged);
    let found = search.found.sources.iter();
    let found: Vec<_> = found.map(|source| (&source.path, source.opt)).collect();
    assert_eq!(
        found,
        [
            (&folder.join("lib.rs"), None),
            (&folder.join("error.rs"), Some(3))
        ]
    );
}
