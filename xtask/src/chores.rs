//! The table of chores, and the help that is made of it.

use std::ffi::OsStr;
use std::process::ExitCode;

use anyhow::Result;

use crate::boards::BOARDS;
use crate::releases::RELEASES;
use crate::{bench, conformance, flash, lint, repl, setup, test};

/// One row of the table.
pub struct Row {
    name: &'static str,
    about: &'static str,
    /// Each with what it does.
    options: &'static [(&'static str, &'static str)],
    examples: &'static [&'static str],
    pub run: Chore,
}

/// The doer of a chore.
pub enum Chore {
    /// A function of xtask, with the words after the name.
    Own(fn(lexopt::Parser) -> Result<ExitCode>),
    /// The program `mpy-freeze`, with all words. It has a help of its own.
    Program,
}

const BOARD: (&str, &str) = (
    "--board BOARD",
    "one of the boards that `cargo xtask` lists; the first without it",
);
const RELEASE: (&str, &str) = (
    "--micropython VERSION",
    "a pinned release; the one that a build takes by itself without it",
);
const DEBUG: (&str, &str) = ("--debug", "build without optimisation");
const YES: (&str, &str) = ("--yes, -y", "get what is missing without asking");

/// The chores by their purpose.
// As rustfmt writes them, the rows are half as long again.
#[rustfmt::skip]
const GROUPS: &[(&str, &[Row])] = &[
    ("to begin", &[
        Row {
            name: "setup",
            about: "get what this machine lacks: Rust targets, LLVM, emulators, MicroPython's sources",
            options: &[
                YES,
                ("--micropython VERSION", "this pinned release alone; every one of them without it"),
                ("--from DIR|ARCHIVE", "take MicroPython or mbedTLS from there, whatever release it is"),
            ],
            examples: &["setup --yes", "setup --from ~/micropython-1.26.1.tar.xz"],
            run: Chore::Own(setup::main),
        },
        Row {
            name: "flash",
            about: "build example-firmware, show what was frozen, and run it on a board",
            options: &[BOARD, RELEASE, DEBUG, YES],
            examples: &["flash", "flash --board virt-rv32"],
            run: Chore::Own(flash::main),
        },
        Row {
            name: "repl",
            about: "open MicroPython's prompt on a board in this terminal",
            options: &[BOARD, RELEASE, DEBUG, YES],
            examples: &["repl --board microbit"],
            run: Chore::Own(repl::main),
        },
    ]),
    ("to check", &[
        Row {
            name: "lint",
            about: "check formatting, clippy and the documentation, warnings being errors",
            options: &[YES],
            examples: &["lint"],
            run: Chore::Own(lint::main),
        },
        Row {
            name: "test",
            about: "lint, then run every test with each supported MicroPython, and the firmware on every board",
            options: &[("--micropython VERSION", "this release alone; may be given several times"), YES],
            examples: &["test", "test --micropython 1.26.1"],
            run: Chore::Own(test::main),
        },
        Row {
            name: "conformance",
            about: "run MicroPython's own suite on boards, and compare what passes with the committed list",
            options: &[
                ("--board BOARD", "may be given several times, and be `host`, this computer; all without it"),
                ("--frozen", "freeze the programs in place of sending them to the prompt"),
                ("--one-of N", "run every Nth program"),
                RELEASE,
                YES,
            ],
            examples: &["conformance --board mps2-an385 --one-of 20", "conformance --board microbit --frozen"],
            run: Chore::Own(conformance::main),
        },
    ]),
    ("to measure", &[
        Row {
            name: "bench",
            about: "measure beside upstream: freezing many modules, calls between Python and Rust, the VM",
            options: &[
                ("freeze, calls, vm", "the benchmarks to run; all without these words"),
                ("--rounds N", "measure `freeze` so often and take the median; 3 without it"),
            ],
            examples: &["bench calls", "bench freeze --rounds 5"],
            run: Chore::Own(bench::main),
        },
        Row {
            name: "size",
            about: "show what takes an image's ROM and RAM",
            options: &[],
            examples: &["size example-firmware/target/thumbv7m-none-eabi/release/example-firmware"],
            run: Chore::Program,
        },
    ]),
    ("to look inside", &[
        Row {
            name: "mpy-cross",
            about: "compile with MicroPython's own compiler, which has the options that it always has",
            options: &[],
            examples: &["mpy-cross -march=armv7m app.py"],
            run: Chore::Program,
        },
        Row {
            name: "dump",
            about: "show the contents of .mpy files",
            options: &[],
            examples: &["dump app.mpy"],
            run: Chore::Program,
        },
    ]),
];

/// The commands of a working day.
#[rustfmt::skip]
const DAY: &[(&str, &str)] = &[
    ("one test", "cargo test --package mpy-freeze-tests --test manifests NAME"),
    ("one board", "cargo xtask flash --board virt-rv32"),
    ("bless", "BLESS=1 cargo test --package mpy-freeze-tests --test docs ui::"),
    ("profile a build", "cargo build --timings, in example-firmware"),
    ("profile an image", "cargo xtask size IMAGE"),
];

/// The chore of that name.
pub fn find(name: &OsStr) -> Option<&'static Row> {
    rows().find(|row| name == row.name)
}

fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().flat_map(|(_, rows)| rows.iter())
}

/// The help of all: the chores, a day's work, the boards and the releases.
pub fn overview() -> String {
    let mut help = String::from("cargo xtask CHORE [OPTION]...\ncargo xtask CHORE --help\n");
    for (group, rows) in GROUPS {
        section(
            &mut help,
            group,
            rows.iter().map(|row| (row.name, row.about)),
        );
    }
    section(&mut help, "a day's work", DAY.iter().copied());
    let boards = BOARDS.iter().map(|board| (board.name, board.about));
    section(&mut help, "boards", boards);
    let versions: Vec<_> = RELEASES.iter().map(|release| release.version).collect();
    help + &format!("\nMicroPython: {}\n", versions.join(", "))
}

impl Row {
    /// The help of the chore.
    pub fn help(&self) -> String {
        let Self { name, about, .. } = self;
        let mut help = format!("cargo xtask {name} [OPTION]...: {about}\n");
        section(&mut help, "options", self.options.iter().copied());
        help.push_str("\nexamples:\n");
        for example in self.examples {
            help.push_str(&format!("  cargo xtask {example}\n"));
        }
        help
    }
}

fn section<'a>(help: &mut String, title: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    help.push_str(&format!("\n{title}:\n"));
    for (name, text) in rows {
        help.push_str(&format!(
            "  {name:<width$}  {text}\n",
            width = width.max(16)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chore_is_found_and_shown() {
        let overview = overview();
        for row in rows() {
            assert!(std::ptr::eq(find(OsStr::new(row.name)).unwrap(), row));
            assert!(overview.contains(&format!("\n  {} ", row.name)));
        }
        assert!(overview.contains("mps2-an385") && overview.contains("1.26.1"));
        assert!(overview.lines().all(|line| line.chars().count() <= 120));
        assert!(find(OsStr::new("toast")).is_none());
    }

    #[test]
    fn a_chore_shows_its_options_and_examples() {
        for row in rows() {
            let help = row.help();
            assert!(row.options.iter().all(|(name, _)| help.contains(name)));
            for example in row.examples {
                assert!(example.starts_with(row.name), "{example}");
                assert!(help.contains(&format!("cargo xtask {example}\n")));
            }
        }
    }
}
