//! The program `mpy-freeze`: MicroPython's compiler, and what is in its files, on the command line.

mod dump;
mod mpy_cross;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// One row of the table: a subcommand.
struct Row {
    name: &'static str,
    run: fn(Vec<OsString>) -> Result<ExitCode, Failure>,
    arguments: &'static str,
    help: &'static str,
}

/// What ends the program with a message.
type Failure = Box<dyn std::error::Error>;

const TABLE: &[Row] = &[
    Row {
        name: "mpy-cross",
        run: mpy_cross::run,
        arguments: "[OPTION]... FILE.py|-",
        help: "MicroPython's compiler, built from the tree that a build script would take; its options are its own",
    },
    Row {
        name: "dump",
        run: dump::run,
        arguments: "FILE.mpy|-...",
        help: "show what is in .mpy files: header, names, constants, and each function's code",
    },
];

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(name) = words.next() else {
        print_table();
        return ExitCode::SUCCESS;
    };
    if name == "--help" || name == "-h" {
        print_table();
        return ExitCode::SUCCESS;
    }
    if name == "--version" {
        // Like the table, this is of no use to a reader that has gone.
        let _ = writeln!(
            std::io::stdout(),
            "mpy-freeze {}",
            env!("CARGO_PKG_VERSION")
        );
        return ExitCode::SUCCESS;
    }
    let Some(row) = TABLE.iter().find(|row| name == row.name) else {
        eprintln!("error: there is no subcommand {name:?}; `mpy-freeze --help` lists them");
        return ExitCode::FAILURE;
    };
    match (row.run)(words.collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_table() {
    let mut table = String::from("mpy-freeze SUBCOMMAND\n\n");
    for row in TABLE {
        table.push_str(&format!("  {:<10} {}\n", row.name, row.help));
        table.push_str(&format!("  {:<10} {}\n\n", "", row.arguments));
    }
    table.push_str(
        "MicroPython's sources are looked for in MPY_DIR, MICROPYTHON_DIR, then the user's cache.\n",
    );
    // A reader that closes the pipe early, such as `head`, has seen enough.
    let _ = std::io::stdout().write_all(table.as_bytes());
}
