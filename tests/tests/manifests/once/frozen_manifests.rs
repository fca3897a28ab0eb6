//! Manifests in `freeze!`, and in the environment of the build.

use mpy_freeze_tests::library;
use mpy_freeze_tests::project::{Project, text_of};

/// Prints what the named modules say.
const MAIN: &str = r#"
use mpy_freeze_rt::{Platform, Vm};
use std::io::Write;

mpy_freeze_rt::freeze!(INPUTS);
mpy_freeze_rt::platform!(Host);

struct Host;
impl Platform for Host {
    fn write(bytes: &[u8]) { std::io::stdout().write_all(bytes).unwrap(); }
    fn ticks_us() -> u64 { 0 }
    fn stack_limit() -> usize { 256 * 1024 }
}

fn main() {
    let mut heap = vec![0; 256 * 1024];
    Vm::run(&mut heap[..], |vm| {
        for name in std::env::args().skip(1) {
            match vm.import(&name) {
                Ok(module) => println!("{name} = {}", module.attr("value").unwrap().as_str().unwrap()),
                Err(exception) => println!("{name}: {}", exception.type_name()),
            }
        }
    }).unwrap();
}
"#;

/// A program for the host with these arguments of `freeze!`, in a folder with manifests and a library.
fn project(name: &str, inputs: &str) -> Project {
    let project = Project::host(name);
    project.remove("src/lib.rs");
    project.write("src/main.rs", MAIN.replace("INPUTS", inputs));
    project.write("app/main.py", "value = 'app'\n");
    project.write(
        "boards/manifest.py",
        "metadata(version='7.1')\ninclude('../common', extra=True)\nmodule('board.py', opt=2)\n",
    );
    project.write("boards/board.py", "value = str(__debug__)\n");
    project.write(
        "common/manifest.py",
        "if options.extra:\n    package('pkg')\nrequire('abc')\n",
    );
    // The version is appended where the module has none, and so is known once the module has been read.
    project.write("common/pkg/__init__.py", "value = 'pkg'\n");
    project.write(
        "common/pkg/my-part.py",
        "from . import __version__ as value\n",
    );
    library::make(&project.root.join("mpy-lib"), &["require('abc')".into()]);
    project
}

/// Runs Cargo with variables in its environment and returns what was printed.
fn run(project: &Project, variables: &[(&str, &str)], names: &[&str]) -> String {
    let mut args = vec!["run", "--quiet", "--"];
    args.extend(names);
    let mut cargo = project.cargo(&args);
    cargo.env("MPY_LIB_DIR", project.root.join("mpy-lib"));
    cargo.envs(variables.iter().copied());
    text_of(&cargo.output().expect("cargo runs"))
}

#[test]
fn manifests_are_inputs_beside_folders_and_source() {
    let inputs = "\"app\", \"boards/manifest.py\", manifest = \"module('snippet.py')\"";
    let project = project("manifest-inputs", inputs);
    project.write("snippet.py", "value = 'snippet'\n");
    let names = ["main", "pkg", "pkg.my-part", "board", "snippet", "other"];
    assert_eq!(
        run(&project, &[], &names),
        "main = app\npkg = pkg\npkg.my-part = 7.1\nboard = False\nsnippet = snippet\nother: ImportError\n"
    );

    // Edits of a listed file, of a manifest and of one that it includes, and a new file of a package.
    project.write("common/pkg/__init__.py", "value = 'edited'\n");
    assert_eq!(run(&project, &[], &["pkg"]), "pkg = edited\n");
    project.write("common/pkg/new.py", "value = 'new'\n");
    assert_eq!(run(&project, &[], &["pkg.new"]), "pkg.new = new\n");
    project.write("common/other.py", "value = 'other'\n");
    project.write("common/manifest.py", "package('pkg')\nmodule('other.py')\n");
    assert_eq!(run(&project, &[], &["other"]), "other = other\n");

    // The environment's manifest stands for all of them, its folder comes in addition.
    project.write(
        "special.py",
        "module('snippet.py')\nmodule('x.py', base_path='$(MY_DIR)')\n",
    );
    project.write("mine/x.py", "value = 'x'\n");
    project.write("frozen/more.py", "value = 'more'\n");
    let variables = [
        ("FROZEN_MANIFEST", "special.py"),
        ("FROZEN_MPY_DIR", "frozen"),
        ("MICROPY_MANIFEST_MY_DIR", "mine"),
    ];
    assert_eq!(
        run(
            &project,
            &variables,
            &["main", "snippet", "x", "more", "pkg"]
        ),
        "main = app\nsnippet = snippet\nx = x\nmore = more\npkg: ImportError\n"
    );
    let source = [("FROZEN_MANIFEST", "module('other.py', base_path='common')")];
    assert_eq!(
        run(&project, &source, &["main", "other", "snippet", "more"]),
        "main = app\nother = other\nsnippet: ImportError\nmore: ImportError\n"
    );

    // A variable that is missing is watched, although nobody knew of it before.
    project.write(
        "common/manifest.py",
        "package('pkg')\nmodule('y.py', base_path='$(OTHER_DIR)')\n",
    );
    project.write("mine/y.py", "value = 'y'\n");
    let text = run(&project, &[], &["y"]);
    assert!(text.contains("set MICROPY_MANIFEST_OTHER_DIR"), "{text}");
    let variables = [("MICROPY_MANIFEST_OTHER_DIR", "mine")];
    assert_eq!(run(&project, &variables, &["y"]), "y = y\n");

    // An error stands at the place in the manifest, with the way that led there.
    project.write("common/manifest.py", "x = 1\nmodule('gone.py')\n");
    let text = run(&project, &[], &["main"]);
    for word in [
        "common/manifest.py:2: Cannot stat",
        "2 | module('gone.py')",
        "included by",
        "boards/manifest.py:2",
        "src/main.rs",
    ] {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
}

#[test]
fn the_environment_brings_a_manifest_to_a_firmware_without_one() {
    let project = project("manifest-environment", "\"app\"");
    assert_eq!(
        run(&project, &[], &["main", "board"]),
        "main = app\nboard: ImportError\n"
    );
    let variables = [("FROZEN_MANIFEST", "boards/manifest.py")];
    assert_eq!(
        run(&project, &variables, &["main", "board"]),
        "main = app\nboard = False\n"
    );
    assert_eq!(
        run(&project, &[], &["main", "board"]),
        "main = app\nboard: ImportError\n"
    );
}
