//! The examples in the documentation of the macros: each is compiled, and its Python runs.
//!
//! They need a build script, which a doctest of the macros' crate doesn't have.

use std::process::Command;

use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::repository;

/// What an example needs to be a program.
const PROGRAM: &str = r#"
// Cargo links libmicropython to the library of the package.
use reference as _;
use mpy_freeze_rt::pymodule;
mpy_freeze_rt::freeze!(modules = [MODULE]);

struct Host;
impl mpy_freeze_rt::Platform for Host {
    fn write(bytes: &[u8]) { print!("{}", String::from_utf8_lossy(bytes)); }
    fn ticks_us() -> u64 { 0 }
    fn stack_limit() -> usize { 256 * 1024 }
}
mpy_freeze_rt::platform!(Host);

fn main() {
    let mut heap = vec![0; 256 * 1024];
    let result = mpy_freeze_rt::Vm::run(heap.as_mut_slice(), |vm| {
        vm.exec(include_str!("../python/PROGRAM.py"), "example.py").map_err(|exception| exception.to_string())
    });
    if let Err(traceback) = result.unwrap() {
        eprintln!("{traceback}");
        std::process::exit(1);
    }
}
"#;

/// An example: Rust, and the Python that uses it.
struct Example {
    rust: String,
    python: String,
}

#[test]
fn the_examples_of_the_macros_run() {
    let source = repository().join("mpy-freeze-macros/src/lib.rs");
    let text = std::fs::read_to_string(source).expect("the file is there");
    let examples = examples(&text);
    // Each attribute has one.
    assert_eq!(
        examples.len(),
        text.matches("#[proc_macro_attribute]").count()
    );
    let project = Project::host("reference");
    project.write("src/lib.rs", "");
    for (number, Example { rust, python }) in examples.iter().enumerate() {
        let (_, module) = rust.split_once("#[pymodule]\nmod ").expect("a module");
        let (module, _) = module.split_once(' ').expect("a name");
        let name = format!("example_{number}");
        let program = PROGRAM.replace("MODULE", module).replace("PROGRAM", &name);
        project.write(&format!("examples/{name}.rs"), format!("{rust}\n{program}"));
        project.write(&format!("python/{name}.py"), python);
    }
    project.succeeds(&["build", "--examples"]);
    for number in 0..examples.len() {
        let folder = project.target_dir.join("debug/examples");
        let output = Command::new(folder.join(format!("example_{number}"))).output();
        let output = output.expect("the program runs");
        assert!(
            output.status.success(),
            "example {number}: {}",
            text_of(&output)
        );
    }
}

/// The blocks of Rust, each with the block of Python that follows.
fn examples(text: &str) -> Vec<Example> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("///"));
    let docs: Vec<&str> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let docs = docs.join("\n");
    let blocks = docs.split("```rust,ignore\n").skip(1);
    blocks
        .map(|block| {
            let (rust, rest) = block.split_once("```\n").expect("the block ends");
            let python = rest.strip_prefix("```python\n").expect("Python follows");
            let (python, _) = python.split_once("```").expect("the block ends");
            Example {
                rust: rust.into(),
                python: python.into(),
            }
        })
        .collect()
}
