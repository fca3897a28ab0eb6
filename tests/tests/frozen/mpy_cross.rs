//! The compiler is upstream's: the same bytes from the library call, the same behaviour on the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mpy_freeze::{Arch, Emit, MpyCross};
use mpy_freeze_tests::mpy_cross::{mpy_freeze, ours, sources, upstreams};
use mpy_freeze_tests::{micropython, work_folder};

/// One way to compile: for the library, and in upstream's words.
struct Way {
    library: MpyCross,
    words: Vec<String>,
}

fn way(words: &[&str], set: impl FnOnce(&mut MpyCross)) -> Way {
    let mut library = ours();
    set(&mut library);
    Way {
        library,
        words: words.iter().map(|word| word.to_string()).collect(),
    }
}

/// Each option by itself, with each of its values that differ in what they do.
fn ways() -> Vec<Way> {
    let mut ways = vec![way(&[], |_| {})];
    for level in 1..=4 {
        ways.push(way(&[&format!("-O{level}")], |library| {
            library.optimisation(level);
        }));
    }
    for bits in [14, 31, 47, 63] {
        ways.push(way(&[&format!("-msmall-int-bits={bits}")], |library| {
            library.small_int_bits(bits);
        }));
    }
    for arch in Arch::ALL {
        // Release 1.27 is the first to know it.
        if arch == Arch::Rv64imc {
            continue;
        }
        let march = format!("-march={arch}");
        for (name, emit) in [
            ("bytecode", Emit::Bytecode),
            ("native", Emit::Native),
            ("viper", Emit::Viper),
        ] {
            let words = [march.as_str(), "-X", &format!("emit={name}")];
            ways.push(way(&words, |library| {
                library.arch(arch).emit(emit);
            }));
        }
    }
    ways
}

/// Upstream's answer: a file, or the last line of the complaint.
fn upstreams_answer(words: &[String], name: &str, file: &Path) -> Result<Vec<u8>, String> {
    let output = Command::new(upstreams())
        .args(words)
        .args(["-X", "heapsize=32M", "-s", name, "-o", "-"])
        .arg(file)
        .output()
        .expect("upstream's mpy-cross runs");
    if output.status.success() && !output.stdout.is_empty() {
        return Ok(output.stdout);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(message(errors.lines().last().unwrap_or_default()))
}

/// A compiler's complaint, without its own name and the place in it where an assertion failed.
fn message(line: &str) -> String {
    let line = line.trim();
    let assertion = line.find("Assertion `").and_then(|at| line.get(at..));
    assertion.unwrap_or(line).to_string()
}

/// Compiles with both and says whether there was a file; panics where they differ.
fn compare(way: &Way, name: &str, file: &Path) -> bool {
    let mut library = way.library.clone();
    let ours = library.source_name(name).compile_file(file);
    let ours = ours.map_err(|error| message(&error.problems()[0].message));
    let theirs = upstreams_answer(&way.words, name, file);
    assert!(
        ours == theirs,
        "{name} with {:?}: {:?} and upstream's {:?}",
        way.words,
        ours.as_ref().map(Vec::len),
        theirs.as_ref().map(Vec::len)
    );
    ours.is_ok()
}

/// Runs `job` on both halves of the items at once, and adds up what it returns.
fn count<T: Sync>(items: &[T], job: impl Fn(&T) -> bool + Sync) -> usize {
    let (first, second) = items.split_at(items.len() / 2);
    let sum = |items: &[T]| items.iter().filter(|item| job(item)).count();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| sum(second));
        sum(first) + other.join().expect("the thread ends")
    })
}

#[test]
fn every_test_of_upstreams_compiles_to_the_same_bytes() {
    let plain = way(&[], |_| {});
    let sources = sources();
    let accepted = count(&sources, |(name, file)| compare(&plain, name, file));
    println!("{accepted} of {} files accepted", sources.len());
    assert!(accepted > 1000, "only {accepted} files");
}

#[test]
fn every_option_gives_the_same_bytes() {
    let ways = ways();
    let some: Vec<_> = sources().into_iter().step_by(40).collect();
    let pairs: Vec<_> = ways
        .iter()
        .flat_map(|way| some.iter().map(move |source| (way, source)))
        .collect();
    let accepted = count(&pairs, |(way, (name, file))| compare(way, name, file));
    println!(
        "{accepted} of {} pairs of option and file accepted",
        pairs.len()
    );
    assert!(accepted > pairs.len() / 2, "only {accepted}");
}

#[test]
fn a_rejected_source_has_file_line_and_text() {
    let mut library = ours();
    library.source_name("pkg/bad.py");
    let error = library.compile(b"x = 1\ndef f(:\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "pkg/bad.py:2: SyntaxError: invalid syntax\n  2 | def f(:"
    );
    let native = b"@micropython.native\ndef f(): pass\n";
    let error = library.compile(native).unwrap_err().to_string();
    assert!(
        error.contains("invalid arch") && error.contains("MpyCross::arch"),
        "{error}"
    );
    let mpy = library
        .arch(Arch::Armv6m)
        .compile(native)
        .expect("native code");
    assert_eq!(mpy[2] >> 2, 4);
    let error = library
        .heap_size(20 << 10)
        .compile(&b"x = 1\n".repeat(2000))
        .unwrap_err()
        .to_string();
    assert!(error.contains("20 KiB"), "{error}");
    let error = ours().heap_size(0).compile(b"x = 1\n").unwrap_err();
    assert!(error.to_string().contains("its heap was 0 "), "{error}");
    let error = library
        .arch(Arch::Rv64imc)
        .compile(b"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("newer release"), "{error}");
    assert!(
        ours()
            .version()
            .expect("a version")
            .contains("emitting mpy v6.")
    );
}

/// What a run left: its streams, its status, and the files of its folder.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    status: Option<i32>,
    stdout: String,
    stderr: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// Runs a compiler in a folder of its own, with `source` on its standard input.
fn run(mut command: Command, name: &str, folder: &str, words: &[&str], source: &str) -> Left {
    let folder = work_folder().join("command-line").join(folder);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("pkg")).expect("the folder can be made");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("the file can be written");
    };
    write("good.py", "print('hello')\nassert x\n");
    write("pkg/good.py", "def f(a):\n    return a + 70000\n");
    write("bad.py", "x = 1\ndef f(:\n");
    write("native.py", "@micropython.native\ndef f(): return 1\n");
    write("-dash.py", "x = 1\n");
    let input = folder.join("input");
    std::fs::write(&input, source).expect("the file can be written");
    let output: Output = command
        .args(words)
        .current_dir(&folder)
        .stdin(Stdio::from(
            std::fs::File::open(&input).expect("the input is there"),
        ))
        .output()
        .expect("the compiler runs");
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.replace(name, "NAME")
    };
    let files = glob::glob(&format!("{}/**/*.mpy", folder.display())).expect("a pattern");
    let below = |file: &PathBuf| {
        let name = file.strip_prefix(&folder).expect("below the folder");
        name.display().to_string()
    };
    Left {
        status: output.status.code(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        files: files
            .flatten()
            .map(|file| (below(&file), std::fs::read(&file).expect("a file")))
            .collect(),
    }
}

#[test]
fn the_command_line_is_upstreams() {
    let program = mpy_freeze();
    let mpy_cross = || {
        let mut command = Command::new(&program);
        command
            .env("XDG_CACHE_HOME", work_folder().join("cache"))
            .env("MPY_DIR", micropython())
            .arg("mpy-cross");
        command
    };
    // The first run says that it builds the compiler, which no later one does.
    let first = mpy_cross().arg("--version").output().expect("it runs");
    let version = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(version.contains("emitting mpy v6."), "{version}");
    let cases: &[&[&str]] = &[
        &["good.py"],
        &["pkg/good.py"],
        &["pkg\\good.py"],
        &["-o", "out.mpy", "good.py"],
        &["-o", "-", "good.py"],
        &["-o", "nowhere/out.mpy", "good.py"],
        &["-s", "other\\name.py", "good.py"],
        &["-"],
        &["-s", "piped.py", "-"],
        &["-o", "piped.mpy", "-"],
        &["-O", "good.py"],
        &["-OOO", "good.py"],
        &["-O3", "good.py"],
        &["-march=armv6m", "native.py"],
        &["-march=armv7m", "-X", "emit=viper", "pkg/good.py"],
        &["-march=nothing", "good.py"],
        &["-X", "emit=native", "good.py"],
        &["-X", "emit=nothing", "good.py"],
        &["-X", "heapsize=16k", "good.py"],
        &["-X", "heapsize=64kw", "good.py"],
        &["-X", "heapsize=1000", "good.py"],
        &["-X", "nothing", "good.py"],
        &["-X", "emit=bytecode", "-march=host", "native.py"],
        &["-march=debug", "good.py"],
        &["-o", "-", "bad.py"],
        &["pkg"],
        &["-X"],
        &["-msmall-int-bits=16", "pkg/good.py"],
        &["-msmall-int-bits=x", "good.py"],
        &["--", "-dash.py"],
        &["-dash.py"],
        &["-v", "good.py"],
        &["native.py"],
        &["bad.py"],
        &["missing.py"],
        &["good.py", "bad.py"],
        &["-h"],
        &["-s"],
        &["-o"],
        &[],
    ];
    let mut with_files = 0;
    for words in cases {
        let source = "x = 123456789\n";
        let ours = run(mpy_cross(), "mpy-freeze mpy-cross", "ours", words, source);
        let upstream = upstreams();
        let name = upstream.display().to_string();
        let theirs = run(Command::new(&upstream), &name, "theirs", words, source);
        assert_eq!(ours, theirs, "{words:?}");
        with_files += ours.files.len();
    }
    assert!(with_files > 10, "only {with_files} files");
}
