//! The speed of the VM: upstream's `perf_bench` on the emulated Cortex-M3, here and in the image of upstream's own port
//! for QEMU, which is built from the same source by the same compiler.
//!
//! The emulator counts one nanosecond an instruction, so that the times are counts of instructions and the same in every
//! run. `tests/run-perfbench.py` drives both images.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::boards::BOARDS;
use crate::firmware::{self, Console, Extras, Program, Recipe};
use crate::releases::RELEASES;
use crate::{host, setup, shell};

/// What the programs are given as the processor's speed in MHz and the heap in KiB, from which they choose how much they do.
const SIZE: [&str; 2] = ["100", "100"];

/// What upstream's build is given, and the manifest of this project's image. Upstream's port has no clock, but the counter
/// of the board's FPGA goes at 25 MHz; and it wants micropython-lib, which a release doesn't have in it, and looks for its
/// README.
const FILES: [(&str, &str); 4] = [
    (
        "time.py",
        "from machine import mem32\n\
         def ticks_us():\n    return mem32[0x40028018] // 25\n\
         def ticks_diff(later, earlier):\n    return later - earlier\n",
    ),
    ("manifest.py", "freeze('.', 'time.py')\n"),
    ("nothing.py", "# Nothing is frozen.\n"),
    ("README.md", ""),
];

/// Measures, and returns the table.
///
/// # Errors
///
/// When an image can't be built, or a program fails on one of them.
pub(super) fn table() -> Result<String> {
    let release = RELEASES.first().context("there is no release")?;
    let tree = setup::tree(release.version)?;
    let board = BOARDS.first().context("there is no board")?;
    let folder = host::root().join("target/bench/vm");
    for (name, text) in FILES {
        write(&folder, name, text)?;
    }
    let built = firmware::build(&Recipe {
        board,
        program: Program::Repl,
        release: Some(release),
        debug: false,
        extras: Some(Extras {
            manifest: folder.join("nothing.py"),
            c_file: None,
            heap_kib: None,
        }),
    })?;
    let library = built.library.context("the build left no library")?;
    let theirs = upstream(
        &tree,
        &folder,
        &library.with_file_name("host").join("mpy-cross"),
    )?;
    let mut rows = Vec::new();
    for image in [&built.image, &theirs] {
        let mut command = firmware::command(board, image, Console::Stdio);
        command.args(["-icount", "shift=0"]);
        rows.push(measure(&tree, &shell::line(&command))?);
    }
    let (Some(theirs), Some(ours)) = (rows.pop(), rows.pop()) else {
        bail!("nothing was measured");
    };
    let mut table = String::from(
        "| program | ours, thousands of instructions | upstream, thousands of instructions | ratio |\n|---|---:|---:|---:|\n",
    );
    for ((name, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        // Writing to a String can't fail.
        let _ = match (ours, theirs) {
            (Some(ours), Some(theirs)) => writeln!(
                table,
                "| {name} | {ours:.0} | {theirs:.0} | {:.3} |",
                ours / theirs
            ),
            _ => writeln!(
                table,
                "| {name} | {} | {} | |",
                shown(*ours),
                shown(*theirs)
            ),
        };
    }
    Ok(table)
}

fn shown(microseconds: Option<f64>) -> String {
    microseconds.map_or_else(|| "doesn't run".into(), |time| format!("{time:.0}"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, text))
        .with_context(|| format!("can't write {}", file.display()))
}

/// Builds upstream's image in that folder.
fn upstream(tree: &Path, folder: &Path, mpy_cross: &Path) -> Result<PathBuf> {
    let set = |name: &str, value: &Path| format!("{name}={}", value.display());
    let mut make = shell::command("make", ["-C"]);
    make.arg(tree.join("ports/qemu"))
        .arg(set("BUILD", &folder.join("build")))
        .arg(set("FROZEN_MANIFEST", &folder.join("manifest.py")))
        .arg(set("MPY_LIB_DIR", folder))
        .arg(set("MICROPY_MPYCROSS", mpy_cross))
        .arg(set("MICROPY_MPYCROSS_DEPENDENCY", mpy_cross))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    shell::capture(&mut make).context(
        "upstream's port needs make, Python, and newlib for Arm (libnewlib-arm-none-eabi)",
    )?;
    Ok(folder.join("build/firmware.elf"))
}

/// A program's name, and the thousands of instructions that it took.
type Row = (String, Option<f64>);

/// Runs every program on the board that this command is.
fn measure(tree: &Path, board: &str) -> Result<Vec<Row>> {
    let results = host::root().join("target/bench/results");
    let mut command = shell::command(
        "python3",
        ["-B", "run-perfbench.py", "--pyboard", "-a", "1"],
    );
    command
        .args(["--device", &format!("exec:{board}"), "--result-dir"])
        .arg(results)
        .args(SIZE)
        .current_dir(tree.join("tests"));
    let output = command.output().context("can't start python3")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<Row> = printed.lines().filter_map(row).collect();
    if rows.is_empty() {
        bail!(
            "run-perfbench.py measured nothing:\n{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(rows)
}

/// Reads `perf_bench/NAME.py: microseconds deviation score deviation`, or what it says instead of the numbers. A microsecond
/// is a thousand instructions.
fn row(line: &str) -> Option<Row> {
    let (name, rest) = line.strip_prefix("perf_bench/")?.split_once(".py: ")?;
    let time = rest.split_whitespace().next()?.parse().ok();
    Some((name.to_string(), time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_run_perfbench() {
        assert_eq!(
            row("perf_bench/bm_fft.py: 10520.00 0.0000 760.45 0.0000"),
            Some(("bm_fft".into(), Some(10520.0)))
        );
        assert_eq!(
            row("perf_bench/viper_call0.py: SKIP"),
            Some(("viper_call0".into(), None))
        );
        assert_eq!(row("N=100 M=100 n_average=1"), None);
    }
}
