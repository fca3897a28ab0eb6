//! Every program of upstream's tests, frozen, is in ROM what `mpy-tool.py` reads and freezes: the same functions,
//! bytes, names and constants, at the same places and in the same order.

use std::path::{Path, PathBuf};
use std::process::Command;

use mpy_freeze::Context;
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{compiler, micropython, oracle};

/// A program, as frozen.
struct Module {
    target: String,
    source: PathBuf,
    mpy: PathBuf,
}

/// Every `.py` below `tests/` that MicroPython's compiler accepts, in the order of their target paths, and how many
/// it rejects.
fn compile(project: &Project, context: &Context, opt: u8) -> (Vec<Module>, usize) {
    let tests = micropython().join("tests");
    let files = oracle::python_files(&tests);
    let bits = format!("-msmall-int-bits={}", context.facts.small_int_bits);
    let level = format!("-O{opt}");
    let mut flags = vec![level.as_str(), &bits];
    let march = context.native_arch.map(|arch| format!("-march={arch}"));
    flags.extend(march.as_deref());
    let compiled = compiler::each(&files, |file| {
        let relative = file.strip_prefix(&tests).expect("below the folder");
        // A dot in a name would separate packages.
        let stem = relative.with_extension("").display().to_string();
        let target = format!("{}.py", stem.replace('.', "_"));
        let mpy = compiler::compile(&context.mpy_cross, &flags, &target, file)?;
        let path = project.root.join("mpy").join(target.replace('/', "%"));
        project.write(&format!("mpy/{}", target.replace('/', "%")), mpy);
        Some(Module {
            target,
            source: file.clone(),
            mpy: path,
        })
    });
    let rejected = compiled.iter().filter(|module| module.is_none()).count();
    let mut modules: Vec<Module> = compiled.into_iter().flatten().collect();
    modules.sort_by(|a, b| a.target.cmp(&b.target));
    (modules, rejected)
}

/// What the oracle says of the modules, and the targets that it can't read itself.
fn expected(project: &Project, modules: &[Module]) -> (String, Vec<String>) {
    let lines = modules
        .iter()
        .map(|module| format!("{}\t{}\n", module.target, module.mpy.display()));
    project.write("modules.in", lines.collect::<String>());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parity/oracle.py");
    let tools = micropython().join("tools").display().to_string();
    let text = oracle::script(&project.root, &script, &[&tools, "modules.in"]);
    let refused = |line: &str| {
        let (target, _) = line.strip_prefix("refused ")?.split_once('\t')?;
        Some(target.to_string())
    };
    let refused = text.lines().filter_map(refused).collect();
    let kept = text.lines().filter(|line| !line.starts_with("refused "));
    (kept.map(|line| format!("{line}\n")).collect(), refused)
}

/// Freezes everything at a level of optimisation and compares it.
fn compare(name: &str, opt: u8) {
    let project = Project::host(name);
    project.remove("app");
    // Native code too is what upstream's tests are made of, and a PC runs some.
    project.write(
        "build.rs",
        "fn main() { mpy_freeze::Build::new().native_code(true).build(); }\n",
    );
    // The context, and the compiler with it, are there after a first build with nothing to compare.
    project.write("src/lib.rs", "");
    project.succeeds(&["build"]);
    project.remove("src/lib.rs");
    let out = project.built(name);
    let context = Context::load(out.parent().expect("OUT_DIR")).expect("a context");
    let (modules, rejected) = compile(&project, &context, opt);
    let (list, refused) = expected(&project, &modules);
    for module in &modules {
        if !refused.contains(&module.target) {
            let text = std::fs::read(&module.source).expect("the program is there");
            project.write(&format!("corpus/{}", module.target), text);
        }
    }
    project.write("expected.in", list);
    let main = include_str!("../../fixtures/parity/main.rs")
        .replace("include!(\"opt.in\")", &opt.to_string());
    project.write("src/main.rs", main);
    project.succeeds(&["build"]);
    let output = Command::new(project.target_dir.join("debug").join(name))
        .arg(project.root.join("expected.in"))
        .output()
        .expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut last: Vec<&str> = errors.lines().rev().take(12).collect();
    last.reverse();
    assert!(output.status.success(), "-O{opt}: {}", last.join("\n"));
    let text = String::from_utf8_lossy(&output.stdout);
    println!(
        "-O{opt}: {} of {} programs accepted; mpy-tool.py can't read {refused:?}; {text}",
        modules.len(),
        modules.len() + rejected,
    );
    let compared = modules.len() - refused.len();
    assert!(text.starts_with(&format!("{compared} modules,")), "{text}");
    assert!(compared > 1000, "only {compared} programs");
    // Surrogates are all that Python's UTF-8 refuses and MicroPython's doesn't.
    assert!(refused.len() <= 3, "{refused:?}");
}

#[test]
fn everything_with_asserts_and_lines_is_as_upstream_freezes_it() {
    compare("parity-0", 0);
}

#[test]
fn everything_without_asserts_and_lines_is_as_upstream_freezes_it() {
    compare("parity-3", 3);
}
