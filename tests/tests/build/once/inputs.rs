//! What can be frozen besides plain modules: names that C has no identifiers for, modules that are compiled already,
//! and source text, all in one image and imported on the host.

use std::path::Path;
use std::process::Command;

use mpy_freeze::Context;
use mpy_freeze_tests::compiler;
use mpy_freeze_tests::project::Project;

/// Freezes through the library, which can do what `freeze!` has no words for.
const BUILD: &str = r#"
use std::path::Path;

fn main() {
    mpy_freeze::Build::new().native_code(NATIVE).build();
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("OUT_DIR"));
    let context = mpy_freeze::Context::load(&out).expect("the context");
    let frozen = mpy_freeze::frozen::Freeze::new(&context, Path::new(env!("CARGO_MANIFEST_DIR")))
        .input("app")
        .input("lib/given.mpy")
        .text("txt")
        .cache(&out.join("cache"))
        .run()
        .unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(out.join("frozen.rs"), frozen.tokens.to_string()).expect("the file");
    println!("cargo::rerun-if-changed=app");
}
"#;

const MAIN: &str = r#"
use mpy_freeze_rt::{Platform, Vm};

include!(concat!(env!("OUT_DIR"), "/frozen.rs"));

struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        use std::io::Write as _;
        std::io::stdout().write_all(bytes).expect("the output");
    }

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

fn main() {
    let mut heap = vec![0; 1 << 20];
    let ran = Vm::run(heap.as_mut_slice(), |vm| {
        if let Err(exception) = vm.import("main") {
            println!("{exception}");
        }
    });
    ran.expect("the VM starts");
}
"#;

/// Compiles a module. The source lies in the project, since tests run at the same time.
fn compiled(project: &Project, name: &str, text: &str, flags: &[&str]) -> Vec<u8> {
    let context =
        Context::load(Path::new(env!("OUT_DIR"))).expect("the tests' build left its context");
    project.write(&format!("given/{name}"), text);
    let source = project.root.join("given").join(name);
    compiler::compile(&context.mpy_cross, flags, name, &source).expect("it compiles")
}

/// Builds and runs the project, and wants these lines.
fn prints(project: &Project, native: bool, expected: &str) {
    project.remove("src/lib.rs");
    project.write("build.rs", BUILD.replace("NATIVE", &native.to_string()));
    project.write("src/main.rs", MAIN);
    project.succeeds(&["build"]);
    let name = project.root.file_name().expect("a name");
    let output = Command::new(project.target_dir.join("debug").join(name))
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn names_compiled_modules_and_text_share_an_image() {
    let project = Project::host("inputs");
    project.write(
        "app/main.py",
        "one = __import__('pkg-one.same', None, None, ('who',))\n\
         two = __import__('pkg_one.same', None, None, ('who',))\n\
         print(one.who, one.__name__, two.who, two.__name__)\n\
         import a.util, b.util, b.a.util\n\
         print(a.util.who, b.util.who, b.a.util.who)\n\
         import größe.länge\n\
         print(größe.länge.wert, größe.länge.__name__)\n\
         print(__import__('日本').名)\n\
         print(__import__('with space').x)\n\
         import given\n\
         print(given.sum(2, 3), given.__file__)\n\
         import live, deep.inner, empty\n\
         print(live.total(4), deep.inner.x, empty.__name__)\n\
         try:\n\
         \x20   live.fail()\n\
         except ValueError as e:\n\
         \x20   import sys\n\
         \x20   sys.print_exception(e)\n",
    );
    for (path, who) in [
        ("app/pkg-one/same.py", "hyphen"),
        ("app/pkg_one/same.py", "underscore"),
        ("app/a/util.py", "a"),
        ("app/b/util.py", "b"),
        ("app/b/a/util.py", "b.a"),
    ] {
        project.write(path, format!("who = '{who}'\n"));
    }
    project.write("app/größe/länge.py", "wert = 'Maß'\n");
    project.write("app/日本.py", "名 = '語'\n");
    project.write("app/with space.py", "x = 1\n");
    let given = "def sum(a, b):\n    return a + b + 1000000000000000000000\n";
    project.write(
        "lib/given.mpy",
        compiled(&project, "given.py", given, &["-msmall-int-bits=31"]),
    );
    project.write(
        "txt/live.py",
        "def total(n):\n    return sum(range(n))\n\ndef fail():\n    raise ValueError('from text')\n",
    );
    project.write("txt/deep/inner.py", "x = 'ünïcode'\n");
    project.write("txt/empty.py", "");
    prints(
        &project,
        false,
        "hyphen pkg-one.same underscore pkg_one.same\n\
         a b b.a\n\
         Maß größe.länge\n\
         語\n\
         1\n\
         1000000000000000000005 given.py\n\
         6 ünïcode empty\n\
         Traceback (most recent call last):\n  \
         File \"main.py\", line 15, in <module>\n  \
         File \"live.py\", line 5, in fail\n\
         ValueError: from text\n",
    );
}

#[test]
fn native_code_runs_from_a_programs_code() {
    let project = Project::host("inputs-native");
    project.write(
        "app/main.py",
        "import micropython, given\n\
         @micropython.native\n\
         def outer(a, *args, b=2, **kw):\n\
         \x20   def inner(x):\n\
         \x20       return x + a + b\n\
         \x20   try:\n\
         \x20       return inner(args[0])\n\
         \x20   except IndexError as e:\n\
         \x20       return repr(e)\n\
         @micropython.native\n\
         def counter(n):\n\
         \x20   for i in range(n):\n\
         \x20       yield i\n\
         @micropython.viper\n\
         def add(x: int, y: int) -> int:\n\
         \x20   return x * 3 + y\n\
         print(outer(1, 2), outer(1), outer(1, 2, b=3), list(counter(3)), add(4, 5), given.twice(21))\n\
         try:\n\
         \x20   exec('@micropython.native\\ndef f(): pass')\n\
         except NotImplementedError as e:\n\
         \x20   print(e)\n",
    );
    let given = "import micropython\n@micropython.native\ndef twice(x):\n    return x * 2\n";
    project.write(
        "lib/given.mpy",
        compiled(&project, "given.py", given, &["-march=x64"]),
    );
    project.write("txt/live.py", "x = 1\n");
    prints(
        &project,
        true,
        "5 IndexError('tuple index out of range',) 6 [0, 1, 2] 17 42\nnative code must be frozen\n",
    );
}
