//! What a change recompiles: everything that it reaches, and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use mpy_freeze::{Artifacts, Build, Float};
use mpy_freeze_tests::{micropython, work_folder};

/// A copy of the tree that the test may change, and a build of it for the host.
struct Tree {
    root: PathBuf,
    out: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let folder = work_folder().join("incremental");
        let _ = std::fs::remove_dir_all(&folder);
        let root = folder.join("micropython");
        let parts = ["py", "extmod", "shared", "mpy-cross"];
        let libraries = [
            "lib/libm",
            "lib/libm_dbl",
            "lib/uzlib",
            "lib/re1.5",
            "lib/crypto-algorithms",
        ];
        for part in parts.into_iter().chain(libraries) {
            let to = root.join(part);
            std::fs::create_dir_all(to.parent().expect("a parent"))
                .expect("the folder can be made");
            let status = Command::new("cp")
                .arg("-r")
                .arg(micropython().join(part))
                .arg(to)
                .status();
            assert!(status.expect("cp runs").success());
        }
        Self {
            root,
            out: folder.join("out"),
        }
    }

    fn build(&self, configure: impl Fn(&mut Build)) -> Artifacts {
        let mut build = Build::new();
        build
            .micropython(&self.root)
            .target("x86_64-unknown-linux-gnu")
            .host("x86_64-unknown-linux-gnu")
            .out_dir(&self.out);
        configure(&mut build);
        build.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    fn append(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        let old = std::fs::read_to_string(&path).expect("the file is there");
        std::fs::write(&path, old + text).expect("the file can be written");
    }
}

fn modified(path: &Path) -> std::time::SystemTime {
    path.metadata()
        .and_then(|metadata| metadata.modified())
        .expect("a time")
}

#[test]
fn a_change_recompiles_what_it_reaches() {
    let tree = Tree::new();
    let first = tree.build(|_| {});
    assert!(
        first.compiled > 150,
        "a build from nothing compiled {}",
        first.compiled
    );
    let written = modified(&first.archive);

    let second = tree.build(|_| {});
    assert_eq!(second.compiled, 0, "an unchanged run does nothing");
    assert_eq!(
        modified(&second.archive),
        written,
        "the archive isn't written again"
    );

    tree.append("py/objlist.c", "\n// Only a comment.\n");
    assert_eq!(tree.build(|_| {}).compiled, 0, "a comment reaches nothing");

    tree.append("py/objlist.c", "\nint mpyf_test_only;\n");
    assert_eq!(tree.build(|_| {}).compiled, 1, "one file recompiles itself");
    assert_eq!(tree.build(|_| {}).compiled, 0);

    // gchelper.h is read by the collector's helper and by the port's own gc_collect, and by nothing else.
    tree.append(
        "shared/runtime/gchelper.h",
        "\nextern int mpyf_test_only;\n",
    );
    let reached = tree.build(|_| {}).compiled;
    assert!(
        (1..=4).contains(&reached),
        "a header recompiles what includes it: {reached}"
    );

    let parser = |build: &mut Build| {
        build.define("MICROPY_ALLOC_PARSE_RULE_INIT", "(77)");
    };
    assert_eq!(
        tree.build(parser).compiled,
        1,
        "only the parser uses that setting"
    );
    assert_eq!(tree.build(parser).compiled, 0);

    tree.append(
        "py/objlist.c",
        "\nint mpyf_test_qstr = MP_QSTR_a_new_name_of_the_test;\n",
    );
    let all = tree.build(parser);
    assert!(
        all.compiled > 100,
        "a new qstr renumbers those after it: {}",
        all.compiled
    );
    assert!(
        all.context
            .qstrs
            .contains(&"a_new_name_of_the_test".to_string())
    );
}

#[test]
fn a_header_that_appears_later_counts() {
    let folder = work_folder().join("later-header");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut build = Build::new();
    build
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(&folder);
    let first = build.try_build().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(first.context.facts.float, Float::Double);
    assert!(first.context.qstrs.contains(&"json".to_string()));

    let included = folder.join("included.h");
    let header = folder.join("mine.h");
    let json = "#define MICROPY_PY_JSON (0)\n";
    std::fs::write(&included, json).expect("the file can be written");
    let text = "#include \"included.h\"\n#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)\n";
    std::fs::write(&header, text).expect("the file can be written");
    build.mpconfigport(&header);
    let second = build.try_build().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(second.context.facts.float, Float::Single);
    assert!(!second.context.qstrs.contains(&"json".to_string()));
    assert_eq!(second.headers, [included, header], "both are watched");
}

#[test]
fn a_compiler_error_names_the_file_and_leaves_the_old_library() {
    let folder = work_folder().join("compiler-error");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let user = folder.join("user.c");
    std::fs::write(&user, "int broken(\n").expect("the file can be written");
    let error = Build::new()
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(&folder)
        .c_file(&user)
        .try_build()
        .expect_err("the file isn't C");
    let text = error.to_string();
    assert!(text.contains("user.c") && text.contains("error"), "{text}");
    let built = folder.join("mpy-freeze");
    assert!(!built.join("libmicropython.a").exists());
    assert!(!built.join("context").exists());
    let pattern = format!("{}/**/.*.tmp*", built.display());
    assert_eq!(
        glob::glob(&pattern).expect("valid").flatten().count(),
        0,
        "nothing half-written is left"
    );
}
