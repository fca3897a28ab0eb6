//! Functions for Python, written in C and in Rust: instructions a call, and bytes of ROM.
//!
//! The firmware in `tests/firmware/calls` runs in an emulator that counts one nanosecond an instruction, so that the figures
//! are the same on every machine and in every run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use object::{Object as _, ObjectSymbol as _};

use crate::releases::RELEASES;
use crate::table::Markdown;
use crate::{firmware, host, shell};

/// Instructions between two ticks of the processor's clock of 25 MHz.
const INSTRUCTIONS_PER_TICK: f64 = 40.0;

/// A line that the firmware prints.
struct Line<'a> {
    function: &'a str,
    label: &'a str,
    /// Instructions a call, in C and in Rust.
    instructions: [f64; 2],
}

/// Measures, and returns the table.
pub(super) fn table() -> Result<String> {
    let image = build()?;
    let printed = run(&image)?;
    let bytes = std::fs::read(&image).with_context(|| format!("can't read {}", image.display()))?;
    let mut table = Markdown::new(
        "call | C, instructions | Rust, instructions | ratio | C, bytes | Rust, bytes",
    );
    for line in printed.lines().filter(|line| line.starts_with("calls ")) {
        let line = parse(line).with_context(|| format!("the firmware printed {line:?}"))?;
        let [c, rust] = line.instructions;
        let [c_bytes, rust_bytes] = rom(&bytes, line.function)?;
        table.row([
            format!("`{}`", line.label),
            format!("{c:.0}"),
            format!("{rust:.0}"),
            format!("{:.2}", rust / c),
            c_bytes.to_string(),
            rust_bytes.to_string(),
        ]);
    }
    Ok(table.to_string())
}

fn build() -> Result<PathBuf> {
    let folder = host::root().join("tests/firmware/calls");
    let mut command = shell::command(host::cargo(), ["build", "--release", "--quiet"]);
    command.current_dir(&folder);
    // The folder of the workspace's own target is another program's.
    let target = host::root().join("target/calls");
    command.env("CARGO_TARGET_DIR", &target);
    let release = RELEASES.first().context("there is no release")?;
    command.env("MPY_DIR", crate::setup::tree(release.version)?);
    shell::run(&mut command)?;
    Ok(target.join("thumbv7m-none-eabi/release/calls"))
}

fn run(image: &Path) -> Result<String> {
    let board = crate::boards::BOARDS.first().context("there is no board")?;
    let mut command: Command = firmware::command(board, image, firmware::Console::Stdio);
    command.args(["-icount", "shift=0"]);
    shell::capture(&mut command)
}

/// A line is `calls <function> <label> <how many> <ticks in C> <ticks in Rust>`.
fn parse(line: &str) -> Option<Line<'_>> {
    let mut words = line.split_whitespace().skip(1);
    let (function, label) = (words.next()?, words.next()?);
    let mut number = || words.next()?.parse::<f64>().ok();
    let calls = number()?;
    let instructions = [number()?, number()?].map(|ticks| ticks * INSTRUCTIONS_PER_TICK / calls);
    Some(Line {
        function,
        label,
        instructions,
    })
}

/// The bytes of a function in C and in Rust: its code, its object and the table of its arguments. Of a class all of it.
fn rom(image: &[u8], function: &str) -> Result<[u64; 2]> {
    let file = object::File::parse(image).context("the firmware isn't an ELF file")?;
    let mut sizes = [0; 2];
    for symbol in file.symbols() {
        let name = symbol.name().unwrap_or_default();
        if is_in_c(name, function) {
            sizes[0] += symbol.size();
        } else if is_in_rust(name, function) {
            sizes[1] += symbol.size();
        }
    }
    if sizes.contains(&0) {
        bail!("the firmware has no `{function}` in C, or none in Rust");
    }
    Ok(sizes)
}

/// Classes have names with a capital letter.
fn is_class(function: &str) -> bool {
    function.starts_with(char::is_uppercase)
}

/// Tells whether a symbol belongs to a function or class of `functions.c`.
fn is_in_c(symbol: &str, function: &str) -> bool {
    let Some(rest) = symbol.strip_prefix(&format!("c_{function}")) else {
        return false;
    };
    let part = rest.split('.').next().unwrap_or_default();
    is_class(function) || ["", "_obj", "_args"].contains(&part)
}

/// Tells whether a symbol belongs to a function or class of the module `in_rust`. A mangled name has the length of each part
/// before it.
fn is_in_rust(symbol: &str, function: &str) -> bool {
    if is_class(function) {
        // The tables stand in a `const _` of the module, which has one class.
        let methods = format!("7in_rust{}{function}", function.len());
        return symbol.contains(&methods) || symbol.contains("7in_rust1_");
    }
    // What C has with and without catching, Rust has once.
    let function = function.strip_suffix("_caught").unwrap_or(function);
    let length = "__mpy_function_".len() + function.len();
    symbol.contains(&format!("{length}__mpy_function_{function}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_instructions_a_call() {
        let line = parse("calls add add(20,30) 4000 18100 15900").unwrap();
        assert_eq!((line.function, line.label), ("add", "add(20,30)"));
        assert_eq!(line.instructions, [181.0, 159.0]);
        assert!(parse("calls add").is_none());
    }

    #[test]
    fn symbols_belong_to_functions() {
        assert!(is_in_c("c_repeat_obj", "repeat") && is_in_c("c_repeat.part.0", "repeat"));
        assert!(!is_in_c("c_repeat_caught", "repeat") && is_in_c("c_Counter_add", "Counter"));
        let code = "_ZN5calls7in_rust21__mpy_function_repeat10__mpy_code17h0E";
        assert!(is_in_rust(code, "repeat") && is_in_rust(code, "repeat_caught"));
        assert!(!is_in_rust(code, "Counter"));
        assert!(is_in_rust(
            "_ZN5calls7in_rust7Counter9__MPY_NEW6OBJECT17h0E",
            "Counter"
        ));
        assert!(is_in_rust("_ZN5calls7in_rust1_4TYPE17h0E", "Counter"));
    }
}
