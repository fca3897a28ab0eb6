//! Every manifest function, beside upstream's tool, and what is said where a manifest is wrong.

use std::path::Path;

use mpy_freeze::frozen::manifest::Kind;
use mpy_freeze_tests::{library, micropython};

use crate::sandbox::{self, Job, Outcome};

/// Files that the manifests of these tests list.
const TREE: [(&str, &str); 14] = [
    ("one.py", "x = 1\n"),
    ("two.PY", "x = 1\n"),
    ("no.txt", "x\n"),
    ("pkg/__init__.py", "x = 1\n"),
    ("pkg/b-c/d.py", "x = 1\n"),
    ("pkg/b-c/e.mpy", "M\n"),
    ("pkg/z.py", "x = 1\n"),
    ("lib/inner/__init__.py", "x = 1\n"),
    ("lib/inner/deep/x.py", "x = 1\n"),
    ("mpys/a.mpy", "M\n"),
    ("mpys/b/c.mpy", "M\n"),
    (
        "ext/things/thing/manifest.py",
        "metadata(version='3')\nmodule('thing.py')\n",
    ),
    ("ext/things/thing/thing.py", "x = 1\n"),
    (
        "sub/manifest.py",
        "options.defaults(a=1, b=2)\nmodule('s.py', opt=options.a)\nif options.c is None: module('t.py', opt=options.b)\n",
    ),
];

/// A folder with that tree, a library, and a manifest.
fn job(name: &str, manifest: &str) -> Job {
    let folder = sandbox::fresh(&format!("meaning-{name}"));
    sandbox::files(&folder, &TREE);
    sandbox::files(
        &folder,
        &[
            ("sub/s.py", ""),
            ("sub/t.py", ""),
            ("manifest.py", manifest),
        ],
    );
    let library = folder.join("micropython-lib");
    library::make(&library, &["require('time')require('abc')".into()]);
    let variable = |name: &str, path: &Path| (name.to_string(), path.display().to_string());
    Job {
        manifests: vec!["manifest.py".into()],
        variables: vec![
            variable("MPY_DIR", &micropython()),
            variable("MPY_LIB_DIR", &library),
            variable("MY_OWN", &folder.join("lib")),
        ],
        folder,
    }
}

/// Manifests that work in upstream's tool, or fail in it for a reason that ours has to give too.
const MANIFESTS: &[(&str, &str)] = &[
    (
        "module",
        "module('one.py')\nmodule('two.PY', opt=3)\nmodule('inner/__init__.py', base_path='$(MY_OWN)')",
    ),
    ("module-positional", "module('z.py', 'pkg', 1)"),
    ("module-not-py", "module('no.txt')"),
    ("module-missing", "module('missing.py')"),
    (
        "package",
        "package('pkg')\npackage('inner', base_path='lib', opt=2)",
    ),
    (
        "package-files",
        "package('pkg', files=['z.py', 'b-c/d.py'])\npackage('pkg', ('__init__.py',))",
    ),
    (
        "package-generator",
        "package('pkg', files=(f'{x}.py' for x in ['z', '__init__']))",
    ),
    ("package-missing", "package('missing')"),
    ("package-no-base", "package('x', base_path='missing')"),
    (
        "package-dot",
        "package('', base_path='pkg')\npackage('../pkg', base_path='lib')",
    ),
    ("freeze", "freeze('pkg')\nfreeze('lib', opt=1)"),
    (
        "freeze-script",
        "freeze('pkg', 'z.py')\nfreeze('pkg', ('b-c/d.py', 'b-c/e.mpy'), opt=3)\nfreeze('pkg', ['__init__.py'])",
    ),
    (
        "freeze-folder",
        "freeze('lib', 'inner')\nfreeze('.', 'mpys')",
    ),
    (
        "freeze-mpy",
        "freeze_mpy('mpys')\nfreeze_mpy('mpys', 'b/c.mpy', opt=1)",
    ),
    (
        "freeze-as-mpy",
        "freeze_as_mpy('pkg')\nfreeze_as_mpy('pkg', 'z.py', 2)",
    ),
    ("freeze-as-str", "freeze_as_str('lib')"),
    ("freeze-none", "freeze('missing')"),
    (
        "include",
        "include('sub')\ninclude('sub/manifest.py')\ninclude('./sub/../sub')",
    ),
    ("include-options", "include('sub', a=3, c=True)"),
    ("include-option-list", "include(['sub'], b=None)"),
    (
        "include-list",
        "include(('sub/manifest.py', '$(MPY_DIR)/extmod/asyncio'))",
    ),
    ("include-missing", "include('missing/manifest.py')"),
    ("include-folder", "include('pkg')"),
    (
        "require",
        "require('time')\nrequire('abc', version='9')\nrequire('time')",
    ),
    ("require-missing", "require('no-such-package')"),
    (
        "require-bundle",
        "require('bundle-networking')\nrequire('aioble')",
    ),
    (
        "library",
        "add_library('ext', 'ext')\nrequire('thing', library='ext')",
    ),
    (
        "library-implicit",
        "add_library('ext', 'ext', prepend=True)\nrequire('thing')",
    ),
    (
        "library-unix",
        "add_library('unix-ffi', '$(MPY_LIB_DIR)/unix-ffi', prepend=True)\nrequire('time')",
    ),
    ("library-unknown", "require('thing', library='nope')"),
    (
        "library-missing",
        "add_library('ext', 'ext')\nrequire('nothing', library='ext')",
    ),
    (
        "metadata",
        "metadata(version='1.2', author=\"it's\")\nmodule('one.py')",
    ),
    (
        "metadata-after",
        "module('one.py')\nmetadata(version='1.2', description='d', license='MIT', stdlib=True, pypi='x', pypi_publish='y')",
    ),
    (
        "metadata-read",
        "metadata(version='1.2')\nif metadata().version == '1.2': module('one.py')",
    ),
    (
        "metadata-twice",
        "metadata(version='1')\nmetadata(version='2')",
    ),
    ("unset", "include('$(BOARD_DIR)/manifest.py')"),
    ("unset-module", "module('x.py', base_path='$(BOARD_DIR)')"),
    (
        "caught",
        "try:\n    module('missing.py')\nexcept Exception:\n    module('one.py')",
    ),
    (
        "caught-value",
        "try:\n    require('missing')\nexcept ValueError:\n    module('one.py')",
    ),
    (
        "caught-include",
        "try:\n    include('missing')\nexcept Exception as e:\n    module('one.py')\ninclude('missing')",
    ),
    (
        "python",
        "def add(n, **kw):\n    module(f'{n}.py', **kw)\nfor n in ['one']:\n    add(n, opt=len([x for x in range(5) if x > 2]))\nclass A:\n    level = 3\nif A.level == 3 and not options.x:\n    package('pkg')",
    ),
    ("raise", "raise ValueError('my own reason')"),
    (
        "dict-order",
        "d = {'pkg/z.py': 3, 'one.py': 1, 'lib/inner/deep/x.py': 2}\nd['pkg/__init__.py'] = d.pop('one.py')\ndef f(**kw):\n    for k, v in kw.items(): module(k.replace('_', '/') + '.py', opt=v)\nfor k, v in {k: v for k, v in d.copy().items()}.items(): module(k, opt=v)\nf(sub_s=1, one=2, sub_t=3, pkg_z=0)",
    ),
    (
        "include-required",
        "include('ext/things/thing', is_require=True)\nmetadata(version='9')",
    ),
    (
        "include-list-required",
        "include(['ext/things/thing'], is_require=True)\nmetadata(version='9')",
    ),
    (
        "long-path",
        "include('/'.join(['a-folder-with-a-long-name'] * 12))\nif options.an_option_with_a_name_that_is_longer_than_what_fits_in_a_byte_PADDING is None: module('one.py')",
    ),
    (
        "links",
        "package('inner', base_path='link')\npackage('link')\nfreeze('link')\nmodule('linked.py')",
    ),
    (
        "links-parent",
        "package('../things', base_path='away')\nfreeze('away', '../things')\nmodule('../things/thing/thing.py', 'away')",
    ),
    (
        "links-include",
        "include('away/thing')\nmetadata(version='5')\nmodule('one.py')",
    ),
    (
        "links-once",
        "include('away/thing')\ninclude('ext/things/thing')",
    ),
    (
        "links-require",
        "add_library('away', 'away')\nadd_library('link', '.', prepend=True)\nrequire('thing', library='away')\nrequire('reached', library='link')",
    ),
    ("links-broken", "package('broken')"),
    (
        "absolute",
        "include('$(MY_OWN)/../sub')\npackage('$(MY_OWN)/inner')\nfreeze('/', '$(MY_OWN)/inner/deep/x.py')",
    ),
    (
        "absolute-package",
        "for p in ('one.py',): module('/dev/../' + p)",
    ),
    (
        "cycle-require",
        "add_library('ring', 'ring')\nrequire('first')\nrequire('self')\ninclude('by.py')",
    ),
    (
        "cycle-outside",
        "add_library('ring', 'ring')\nrequire('outside')\nmodule('one.py')",
    ),
    (
        "again",
        "include('again.py')\ninclude('again.py')\ninclude(['again.py', 'sub'])\ninclude('sub')",
    ),
    ("snippet", ""),
];

/// Manifests that are included more than once, and libraries that need each other.
const RINGS: [(&str, &str); 10] = [
    ("again.py", "include('sub')\nmodule('two.PY')\n"),
    (
        "by.py",
        "require('through', library='ring')\nmodule('one.py')\n",
    ),
    (
        "ring/first/manifest.py",
        "metadata(version='1')\nrequire('second')\nmodule('first.py')\n",
    ),
    ("ring/first/first.py", ""),
    (
        "ring/second/manifest.py",
        "metadata(version='2')\nrequire('first')\nmodule('second.py')\n",
    ),
    ("ring/second/second.py", ""),
    (
        "ring/self/manifest.py",
        "require('self')\nmodule('self.py')\n",
    ),
    ("ring/self/self.py", ""),
    ("ring/through/manifest.py", "include('../../by.py')\n"),
    (
        "ring/outside/manifest.py",
        "include('../../manifest.py')\ninclude('../outside', is_require=True)\n",
    ),
];

/// Links to folders and files.
fn links(folder: &Path) {
    for (to, name) in [
        ("lib", "link"),
        ("ext/things", "away"),
        ("one.py", "linked.py"),
        ("../ext/things/thing", "lib/reached"),
        ("gone.py", "broken/x.py"),
    ] {
        let link = folder.join(name);
        std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
        std::os::unix::fs::symlink(to, link).expect("the link can be made");
    }
}

#[test]
fn every_function_as_upstreams_tool_has_it() {
    let mut jobs: Vec<Job> = Vec::new();
    for (name, manifest) in MANIFESTS {
        let mut job = job(name, &manifest.replace("PADDING", &"x".repeat(250)));
        sandbox::files(&job.folder, &RINGS);
        links(&job.folder);
        let deep = ["a-folder-with-a-long-name"; 12].join("/");
        let long = [
            (format!("{deep}/manifest.py"), "module('long.py')\n"),
            (format!("{deep}/long.py"), ""),
        ];
        sandbox::files(
            &job.folder,
            &long.each_ref().map(|(name, text)| (name.as_str(), *text)),
        );
        if *name == "snippet" {
            job.manifests = vec![
                "module('one.py'); freeze('pkg', 'z.py')".into(),
                "sub/manifest.py".into(),
            ];
        }
        jobs.push(job);
    }
    let theirs = sandbox::upstream("meaning", &jobs);
    assert_eq!(theirs.len(), jobs.len());
    for ((name, job), theirs) in MANIFESTS
        .iter()
        .map(|(name, _)| name)
        .zip(&jobs)
        .zip(&theirs)
    {
        sandbox::same(name, &job.ours(), theirs);
    }
    let failures = theirs
        .iter()
        .filter(|theirs| matches!(theirs, Outcome::Fails(_)))
        .count();
    println!("{} manifests, {failures} of them with an error", jobs.len());
    assert!(failures > 10);
}

#[test]
fn kinds_levels_and_what_was_read_are_told() {
    let job = job(
        "kinds",
        "freeze('mpys')\nfreeze_as_str('lib')\ninclude('sub')",
    );
    let listing = job.run().expect("it works");
    let kinds: Vec<Kind> = listing.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Mpy,
            Kind::Mpy,
            Kind::Text,
            Kind::Text,
            Kind::Python,
            Kind::Python
        ]
    );
    assert_eq!(
        listing.manifests,
        ["manifest.py", "sub/manifest.py"].map(|path| job.folder.join(path))
    );
    assert_eq!(
        listing.folders,
        ["lib", "mpys"].map(|path| job.folder.join(path))
    );
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8_matter_only_where_they_are_listed() {
    use std::os::unix::ffi::OsStrExt as _;
    let name = |bytes: &[u8]| Path::new(std::ffi::OsStr::from_bytes(bytes)).to_path_buf();
    let job = job("names", "package('pkg')\nrequire('time')\n");
    let write = |path: &Path| std::fs::write(path, "").expect("the file can be written");
    write(&job.folder.join("pkg").join(name(b"gr\xf6\xdfe.txt")));
    let library = job.folder.join("micropython-lib/micropython");
    std::fs::create_dir_all(library.join(name(b"\xff"))).expect("the folder can be made");
    write(&library.join(name(b"\xff.py")));
    let theirs = sandbox::upstream("names", std::slice::from_ref(&job));
    sandbox::same("names", &job.ours(), &theirs[0]);

    write(&job.folder.join("pkg").join(name(b"gr\xf6\xdfe.py")));
    let error = job.run().expect_err("it can't be a module").to_string();
    for word in ["manifest.py:1: the name isn't UTF-8", "help: rename it"] {
        assert!(error.contains(word), "{word:?} is not in:\n{error}");
    }

    // A manifest's own folder, which its paths start at.
    let mut job = job;
    job.folder.push(name(b"f\xfc"));
    sandbox::files(&job.folder, &[("manifest.py", "module('manifest.py')\n")]);
    let error = job.run().expect_err("paths are text").to_string();
    for word in ["the path isn't UTF-8", "help: rename the folder"] {
        assert!(error.contains(word), "{word:?} is not in:\n{error}");
    }
}

#[test]
fn unix_ffi_asks_for_the_library_of_that_name() {
    let found = |manifest: &str| {
        let listing = job("unix-ffi", manifest).run().expect("it works");
        listing.entries[0].source.display().to_string()
    };
    assert!(found("require('time', unix_ffi=True)").contains("/unix-ffi/time/time.py"));
    assert!(found("require('abc', unix_ffi=True)").contains("/python-stdlib/abc/abc.py"));
    assert!(found("require('time')").contains("/python-stdlib/time/time.py"));
}

/// Wants the error of a manifest to have all of these words.
fn says(name: &str, manifest: &str, words: &[&str]) {
    let job = job(&format!("says-{name}"), manifest);
    let included = "x = 1\nmodule('gone.py')\n";
    sandbox::files(
        &job.folder,
        &[
            ("outer.py", "\ninclude('inner.py')\n"),
            ("inner.py", included),
        ],
    );
    let error = job.run().expect_err(manifest).to_string();
    for word in words {
        assert!(error.contains(word), "{name}: {word:?} is not in:\n{error}");
    }
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    says(
        "syntax",
        "x = 1\nmodule('one.py'\n",
        &["manifest.py:", "SyntaxError"],
    );
    says(
        "bracket",
        "x = 1\nmodule('one.py'\n",
        &["help:", "a bracket that isn't closed"],
    );
    says(
        "mark",
        "\u{feff}module('one.py')",
        &["manifest.py", "byte order mark", "help: save it"],
    );
    says(
        "c-module",
        "\nc_module('x')",
        &["manifest.py:2: NameError", "c_module", "Build::c_file"],
    );
    says(
        "not-a-manifest",
        "include('/dev')",
        &["/dev/manifest.py", "No such file", "help:"],
    );
    says(
        "not-a-file",
        "freeze_as_mpy('.', ('pkg',))",
        &["manifest.py:1: it isn't a file", "/pkg", "help: package()"],
    );
    says(
        "syntax-line",
        "x = 1\nif x\n    pass\n",
        &["manifest.py:2: SyntaxError", "2 | if x"],
    );
    says(
        "chain",
        "# first\n\ninclude('outer.py')\n",
        &[
            "inner.py:2: Cannot stat",
            "gone.py",
            "2 | module('gone.py')",
            "included by",
            "outer.py:2",
            "manifest.py:3",
            "relative paths",
        ],
    );
    says(
        "function",
        "\nfreeze_all('x')\n",
        &["manifest.py:2: NameError", "freeze_all", "freeze_as_mpy"],
    );
    says(
        "option",
        "module('one.py', optt=2)",
        &[
            "manifest.py:1: TypeError",
            "'optt'",
            "help: module() takes module_path, base_path, opt",
        ],
    );
    says(
        "too-many",
        "module('one.py', '.', 2, 3)",
        &["too many positional", "help: module() takes module_path"],
    );
    says("required", "module()", &["TypeError", "'module_path'"]);
    says(
        "level",
        "module('one.py', opt=9)",
        &["ValueError", "from 0 to 3", "9"],
    );
    says(
        "level-type",
        "module('one.py', opt='2')",
        &["TypeError", "of type str"],
    );
    says(
        "type",
        "module(3)",
        &["TypeError", "wants a string", "of type int"],
    );
    says(
        "extension",
        "freeze('.', 'no.txt')",
        &["neither a .py nor a .mpy file", "no.txt"],
    );
    says(
        "metadata",
        "metadata(versoin='1')",
        &["TypeError", "'versoin'", "help: metadata()", "version"],
    );
    says(
        "missing",
        "module('gone.py')",
        &["manifest.py:1: Cannot stat", "gone.py", "help:"],
    );
    says(
        "missing-manifest",
        "include('gone.py')",
        &["manifest.py:1:", "No such file", "gone.py", "help: there"],
    );
    says(
        "package",
        "require('gone')",
        &[
            "manifest.py:1: ValueError: Package 'gone' not found",
            "manifest.py, at any depth",
        ],
    );
    says(
        "library",
        "require('x', library='gone')",
        &["Unknown library 'gone'", "help:", "add_library"],
    );
    says(
        "variable",
        "include('$(BOARD_DIR)/m.py')",
        &[
            "MICROPY_MANIFEST_BOARD_DIR",
            "Build::manifest_variable(\"BOARD_DIR\"",
        ],
    );
}

#[test]
fn a_cycle_of_inclusions_is_an_error() {
    // Upstream's tool leaves out a manifest that runs already, and lists less than any of them says.
    let cycles = [
        (
            "self",
            "include('manifest.py')",
            vec!["manifest.py:1: a cycle of inclusions: the manifest includes itself"],
        ),
        (
            "two",
            "\ninclude('a.py')",
            vec![
                "/a.py:1: a cycle of inclusions: this manifest includes /",
                "/manifest.py, which led here",
                "1 | include('manifest.py')",
                "included by /",
                "/manifest.py:2",
                "help: remove one of these inclusions",
            ],
        ),
        (
            "three",
            "include(['sub', 'b.py'])",
            vec!["/c.py:2: a cycle", "/b.py, which led here", "/b.py:3"],
        ),
        (
            "folder",
            "include('ring')",
            vec!["/ring/inner.py:1: a cycle", "/ring/manifest.py, which"],
        ),
        (
            "below-require",
            "add_library('lib', 'lib')\nrequire('needs')",
            vec!["/lib/other.py:1: a cycle", "/needs/manifest.py, which"],
        ),
    ];
    for (name, manifest, words) in cycles {
        let job = job(&format!("cycle-{name}"), manifest);
        sandbox::files(
            &job.folder,
            &[
                ("a.py", "include('manifest.py')\n"),
                ("b.py", "# b\n\ninclude(('c.py',))\n"),
                ("c.py", "\ninclude('./ring/../b.py', x=1)\n"),
                ("ring/manifest.py", "include('inner.py')\n"),
                ("ring/inner.py", "include('.')\n"),
                ("lib/needs/manifest.py", "include('../other.py')\n"),
                ("lib/other.py", "include('needs')\n"),
            ],
        );
        let theirs = sandbox::upstream(&format!("cycle-{name}"), std::slice::from_ref(&job));
        assert!(matches!(theirs.as_slice(), [Outcome::Files(_)]), "{name}");
        let error = job.run().expect_err(name).to_string();
        for word in words {
            assert!(error.contains(word), "{name}: {word:?} is not in:\n{error}");
        }
    }
}

#[test]
fn without_a_library_the_error_says_how_to_get_it() {
    let mut job = job("no-library", "require('time')");
    job.variables.retain(|(name, _)| name != "MPY_LIB_DIR");
    let unset = job.clone();
    job.variables.push(("MPY_LIB_DIR".into(), String::new()));
    for job in [unset, job] {
        let theirs = sandbox::upstream("no-library", std::slice::from_ref(&job));
        sandbox::same("no-library", &job.ours(), &theirs[0]);
        let error = job.run().expect_err("there is no library").to_string();
        for word in [
            "Package 'time' not found",
            "MPY_LIB_DIR",
            "git clone",
            "manifest.py:1:",
        ] {
            assert!(error.contains(word), "{word:?} is not in:\n{error}");
        }
    }
}

#[test]
fn a_manifest_that_is_not_there() {
    let mut job = job("no-manifest", "");
    job.manifests = vec!["gone.py".into()];
    let error = job.run().expect_err("it is not there").to_string();
    assert!(
        error.contains("gone.py") && error.contains("No such file"),
        "{error}"
    );
}
