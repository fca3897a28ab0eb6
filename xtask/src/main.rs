//! Every chore of this repository as one command, the same for a person and for CI.
//!
//! `cargo xtask` prints the table below; each chore is a file of its own.

mod bench;
mod boards;
mod conformance;
mod firmware;
mod flash;
mod host;
mod image;
mod lint;
mod mpy_cross;
mod releases;
mod repl;
mod setup;
mod shell;
mod test;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Result, bail};

/// One row of the table: a chore by its name.
struct Chore {
    name: &'static str,
    run: fn(lexopt::Parser) -> Result<ExitCode>,
    arguments: &'static str,
    help: &'static str,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "setup",
        run: setup::main,
        arguments: "[--yes] [--micropython VERSION | --from DIR|ARCHIVE]",
        help: "get what this machine lacks: Rust targets, LLVM, emulator, MicroPython's sources",
    },
    Chore {
        name: "flash",
        run: flash::main,
        arguments: "[--board BOARD] [--micropython VERSION] [--debug] [--yes]",
        help: "build example-firmware, show what was frozen, and run it on a board",
    },
    Chore {
        name: "repl",
        run: repl::main,
        arguments: "[--board BOARD] [--micropython VERSION] [--debug] [--yes]",
        help: "build MicroPython's interactive prompt, run it on a board, and open it in this terminal",
    },
    Chore {
        name: "test",
        run: test::main,
        arguments: "[--micropython VERSION]... [--yes]",
        help: "check as `lint` does, then run every test with each supported MicroPython, firmware in the emulator included",
    },
    Chore {
        name: "conformance",
        run: conformance::main,
        arguments: "[--board BOARD]... [--frozen] [--one-of N] [--micropython VERSION] [--yes]",
        help: "run MicroPython's own test suite on boards, and compare what passes with the committed list",
    },
    Chore {
        name: "lint",
        run: lint::main,
        arguments: "[--yes]",
        help: "check formatting, clippy and the documentation, warnings being errors",
    },
    Chore {
        name: "bench",
        run: bench::main,
        arguments: "[--rounds N] [freeze] [calls] [vm]",
        help: "measure beside upstream: freezing up to 1,000 modules, calls between Python and Rust, the VM's speed",
    },
    Chore {
        name: mpy_cross::NAME,
        run: mpy_cross::main,
        arguments: "[OPTION]... FILE.py|-",
        help: "compile with MicroPython's own compiler, which has the options that it always has",
    },
];

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Finds the chore that the first word names and gives it the rest.
fn dispatch() -> Result<ExitCode> {
    // The table is the help of every chore, wherever on the line it is asked for, save that of a program that
    // gets its words as they are.
    let passed_on = std::env::args_os()
        .nth(1)
        .is_some_and(|name| name == mpy_cross::NAME);
    if !passed_on && std::env::args_os().any(|word| word == "--help" || word == "-h") {
        print_table();
        return Ok(ExitCode::SUCCESS);
    }
    let mut words = lexopt::Parser::from_env();
    let name = match words.next()? {
        None => {
            print_table();
            return Ok(ExitCode::SUCCESS);
        }
        Some(lexopt::Arg::Value(name)) => name,
        Some(other) => return Err(other.unexpected().into()),
    };
    match CHORES.iter().find(|chore| name == chore.name) {
        Some(chore) => (chore.run)(words),
        None => {
            print_table();
            bail!("there is no chore {name:?}")
        }
    }
}

fn print_table() {
    let mut table = String::from("cargo xtask CHORE\n\n");
    for chore in CHORES {
        table.push_str(&format!("  {:<12} {}\n", chore.name, chore.help));
        table.push_str(&format!("  {:<12} {}\n\n", "", chore.arguments));
    }
    table.push_str("boards:\n");
    for board in boards::BOARDS {
        table.push_str(&format!("  {:<14} {}\n", board.name, board.about));
    }
    let versions: Vec<_> = releases::RELEASES
        .iter()
        .map(|release| release.version)
        .collect();
    table.push_str(&format!("MicroPython: {}\n", versions.join(", ")));
    // A reader that closes the pipe early, such as `head`, has seen enough.
    let _ = std::io::stdout().write_all(table.as_bytes());
}
