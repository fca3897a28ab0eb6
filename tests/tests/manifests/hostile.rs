//! A manifest that means harm does none, and one without end is stopped.

use std::time::{Duration, Instant};

use mpy_freeze_tests::micropython;

use crate::sandbox::{self, Job};

/// Runs source as a manifest in an empty folder and returns its error.
fn error_of(name: &str, source: &str) -> String {
    let folder = sandbox::fresh(&format!("hostile-{name}"));
    sandbox::files(&folder, &[("manifest.py", source)]);
    let job = Job {
        folder: folder.clone(),
        manifests: vec!["manifest.py".into()],
        variables: vec![("MPY_DIR".into(), micropython().display().to_string())],
    };
    let started = Instant::now();
    let error = job.run().expect_err(source).to_string();
    // Steps and no clock end it; this only says that the steps are few enough.
    assert!(started.elapsed() < Duration::from_secs(120), "{name}");
    assert!(error.contains("manifest.py"), "{name}: {error}");
    let left: Vec<_> = folder.read_dir().expect("the folder is there").collect();
    assert_eq!(left.len(), 1, "{name} left something behind");
    error
}

#[test]
fn the_machine_is_out_of_reach() {
    for (name, source, words) in [
        ("open", "open('/etc/passwd')", "NameError"),
        ("write", "open('x', 'w').write('y')", "NameError"),
        (
            "os",
            "import os\nos.system('touch x')",
            "no module named 'os'",
        ),
        ("sys", "import sys", "no module named 'sys'"),
        (
            "import",
            "__import__('os').system('touch x')",
            "no module named 'os'",
        ),
        (
            "subprocess",
            "from subprocess import run",
            "no module named 'subprocess'",
        ),
        ("io", "import io\nio.open('x', 'w')", "no module named 'io'"),
        ("vfs", "import vfs", "no module named 'vfs'"),
        (
            "machine",
            "import machine\nmachine.mem32[0]",
            "no module named 'machine'",
        ),
        ("uctypes", "import uctypes", "no module named 'uctypes'"),
        ("gc", "import gc", "no module named 'gc'"),
        ("exec", "exec('import os')", "no module named 'os'"),
        ("eval", "eval(\"__import__('os')\")", "no module named 'os'"),
        ("execfile", "execfile('/etc/passwd')", "NameError"),
        ("input", "input()", "NameError"),
        (
            "class",
            "().__class__.__bases__[0].__subclasses__()",
            "AttributeError",
        ),
        ("globals", "include.__globals__['os']", "AttributeError"),
        ("self", "include.__self__.execute('x')", "AttributeError"),
        (
            "builtins",
            "import builtins\nbuiltins.open('x')",
            "AttributeError",
        ),
        (
            "native",
            "import builtins\n@micropython.native\ndef f(): pass",
            "SyntaxError",
        ),
        ("exit", "raise SystemExit(0)", "SystemExit"),
    ] {
        let error = error_of(name, source);
        assert!(error.contains(words), "{name}: {error}");
    }
}

#[test]
fn what_has_no_end_is_stopped() {
    let stopped = "computes without end and was stopped";
    for (name, source) in [
        ("loop", "while True:\n    pass"),
        (
            "caught",
            "while True:\n    try:\n        while True:\n            pass\n    except:\n        pass",
        ),
        ("native-sum", "sum(range(10 ** 18))"),
        ("native-in", "'x' in (c for c in iter(range(10 ** 18)))"),
        ("bignum", "x = 3\nfor i in range(100):\n    x = x * x"),
        (
            "find",
            "a = 'a' * 2000000\nfor i in range(10 ** 9):\n    a.find('a' * 1000000 + 'b')",
        ),
        (
            "sort",
            "x = list(range(200000))\nwhile True:\n    x.sort(key=lambda v: -v)",
        ),
        (
            "repeat",
            "while True:\n    module.__name__ if False else str([1] * 1000)",
        ),
        ("print", "while True:\n    print('x' * 10000)"),
        (
            "full",
            "x = []\ntry:\n    while True:\n        x.append([1])\nexcept MemoryError:\n    pass\nx.pop()\nwhile True:\n    y = [1] * 40",
        ),
    ] {
        let error = error_of(name, source);
        let ends = error.contains(stopped) || error.contains("MemoryError");
        assert!(ends, "{name}: {error}");
    }
    // The place is that of the loop, where the loop is Python's.
    let error = error_of("place", "x = 1\nwhile True:\n    x += 1\n");
    assert!(
        error.contains("manifest.py:2:") || error.contains("manifest.py:3:"),
        "{error}"
    );
}

#[test]
fn what_is_no_file_is_not_read() {
    for (name, source) in [
        ("zero", "include('/dev/zero')"),
        ("input", "include('/dev/stdin')"),
        ("frozen-zero", "freeze_as_mpy('/dev', 'zero')"),
        ("frozen-null", "freeze_mpy('/dev', ('null',))"),
    ] {
        let error = error_of(name, source);
        assert!(error.contains("it isn't a file"), "{name}: {error}");
    }
}

#[test]
fn a_stop_comes_at_the_same_step_each_time() {
    let source = "n = [0]\ndef f():\n    while True:\n        n[0] += 1\ntry:\n    f()\nexcept BaseException:\n    pass\nraise ValueError(n[0])";
    let (first, second) = (error_of("steps-1", source), error_of("steps-2", source));
    let count = |error: &str| {
        let (_, rest) = error.split_once("ValueError: ").expect("a count");
        rest.lines().next().expect("a line").to_string()
    };
    assert_eq!(count(&first), count(&second));
}

#[test]
fn memory_and_stack_have_an_end() {
    for (name, source, words) in [
        ("bytes", "x = bytearray(10 ** 9)", "MemoryError"),
        (
            "list",
            "x = []\nwhile True:\n    x.append('y' * 1000)",
            "MemoryError",
        ),
        ("string", "x = 'x'\nwhile True:\n    x += x", "MemoryError"),
        (
            "recursion",
            "def f():\n    f()\nf()",
            "maximum recursion depth",
        ),
        (
            "repr",
            "x = []\nfor i in range(10 ** 5):\n    x = [x]\nstr(x)",
            "maximum recursion depth",
        ),
        ("arguments", "module('x' * 5000000)", "too long"),
        (
            "list-in-list",
            "x = []\nfor i in range(10 ** 5):\n    x = [x]\ninclude(x)",
            "maximum recursion depth",
        ),
        (
            "generator",
            "def g():\n    while True:\n        yield 'x'\nfreeze('.', g())",
            "too long",
        ),
        (
            "half-an-argument",
            "def g():\n    yield 'x' * 3000000\n    raise ValueError\nwhile True:\n    try:\n        include(g())\n    except ValueError:\n        pass",
            "computes without end",
        ),
        (
            "own-error",
            "class E(Exception):\n    def __str__(self):\n        return self.x\nraise E()",
            "E",
        ),
        (
            "long-error",
            "raise ValueError('x' * 10000000)",
            "manifest.py",
        ),
        (
            "nested",
            "x = eval('(' * 100000 + ')' * 100000)",
            "manifest",
        ),
    ] {
        let error = error_of(name, source);
        assert!(error.contains(words), "{name}: {error}");
        assert!(error.len() < 10_000_000, "{name}");
    }
}

#[test]
fn a_walk_has_an_end() {
    let folder = sandbox::fresh("hostile-walk");
    sandbox::files(
        &folder,
        &[
            ("manifest.py", "while True:\n    package('pkg')"),
            ("pkg/x.py", ""),
        ],
    );
    let job = Job {
        folder,
        manifests: vec!["manifest.py".into()],
        variables: Vec::new(),
    };
    let error = job.run().expect_err("it has no end").to_string();
    assert!(error.contains("more than 500000 files"), "{error}");
}
