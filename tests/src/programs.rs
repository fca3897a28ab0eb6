//! A firmware that runs frozen programs one after the other, and what each of them printed.

use std::path::PathBuf;

use crate::project::Project;

/// The firmware: each frozen program in a VM of its own, between marks.
pub const MAIN: &str = r#"
#![no_std]
#![no_main]

mod board;

use board::{Board, entry};
use mpy_freeze_rt::{Heap, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

#[entry]
fn main() -> ! {
    Board::init();
    for name in include!("names.in") {
        println!("<<< {name} >>>");
        let started = Vm::run(&HEAP, |vm| {
            if let Err(exception) = vm.import(name) {
                if !exception.matches("SystemExit") {
                    println!("{exception}");
                }
            }
        });
        if let Err(error) = started {
            println!("{error}");
        }
    }
    println!("<<< end >>>");
    Board::exit(true)
}
"#;

/// The firmware with these modules, by name and file, that runs the programs among them.
pub fn firmware(project: &str, modules: &[(&str, PathBuf)], programs: &[&str]) -> Project {
    let project = Project::firmware(project);
    project.remove("app");
    for (name, path) in modules {
        let text = std::fs::read(path).expect("the module is there");
        project.write(&format!("app/{name}.py"), text);
    }
    project.write("src/names.in", format!("{programs:?}"));
    project.write("src/main.rs", MAIN);
    project
}

/// What stands between a program's mark and the next.
pub fn printed<'a>(console: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = console.split_once(&format!("<<< {name} >>>\n"))?;
    rest.split_once("<<< ").map(|(text, _)| text)
}
