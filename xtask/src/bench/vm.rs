//! The speed of the VM: upstream's `perf_bench` on emulated boards, here and in the image of upstream's own port for QEMU,
//! which is built from the same source by the same compiler.
//!
//! The emulator counts one nanosecond an instruction, so that the times are counts of instructions and the same in every
//! run. `tests/run-perfbench.py` drives both images.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::boards::{self, Board};
use crate::firmware::{self, Console, Extras, Program, Recipe};
use crate::releases::{RELEASES, Release};
use crate::table::Markdown;
use crate::{host, setup, shell};

/// The processor's speed in MHz and the heap in KiB that the programs are told. They choose from these how much they do.
const SIZE: [&str; 2] = ["100", "100"];

/// A board to measure on.
struct Measured {
    board: &'static str,
    /// Upstream's name of it.
    upstream: &'static str,
    /// Further variables for upstream's makefile.
    variables: &'static [&'static str],
    /// Python's expression for microseconds: upstream's port has no clock, but both boards have a counter.
    microseconds: &'static str,
}

const MEASURED: [Measured; 2] = [
    Measured {
        board: "mps2-an385",
        upstream: "MPS2_AN385",
        variables: &[],
        // The counter of the board's FPGA, at 25 MHz.
        microseconds: "mem32[0x40028018] // 25",
    },
    Measured {
        board: "virt-rv32",
        upstream: "VIRT_RV32",
        // GCC's own libraries are found by the name that the architecture had before its registers' instructions were an
        // extension.
        variables: &[
            "RV32_ARCH=rv32imac",
            "CFLAGS_EXTRA=-misa-spec=2.2",
            "AS=riscv64-unknown-elf-as -misa-spec=2.2",
        ],
        // The timer of the core-local interrupter, at 10 MHz.
        microseconds: "mem32[0x0200bff8] // 10",
    },
];

/// Measures on all boards, and returns their tables.
pub(super) fn tables() -> Result<String> {
    let release = RELEASES.first().context("there is no release")?;
    let mut tables = String::new();
    for measured in &MEASURED {
        let board = boards::find(measured.board)?;
        let folder = host::root().join("target/bench/vm").join(board.name);
        // Upstream's build wants micropython-lib, which a release doesn't have in it, and looks for its README.
        write(&folder, "README.md", "")?;
        write(&folder, "nothing.py", "# Nothing is frozen.\n")?;
        write(&folder, "manifest.py", "freeze('.', 'time.py')\n")?;
        write(
            &folder,
            "time.py",
            &format!(
                "from machine import mem32\ndef ticks_us():\n    return {}\n\
                 def ticks_diff(later, earlier):\n    return later - earlier\n",
                measured.microseconds
            ),
        )?;
        let tree = setup::tree(release.version)?;
        let images = images(board, measured, release, &tree, &folder)?;
        let [ours, theirs] = images.map(|image| {
            let mut command = firmware::command(board, &image, Console::Stdio);
            command.args(["-icount", "shift=0"]);
            measure(&tree, &shell::line(&command))
        });
        // Writing to a String can't fail.
        let _ = write!(tables, "{}:\n\n{}\n", board.name, table(&ours?, &theirs?)?);
    }
    Ok(tables)
}

/// The image of this project and upstream's.
fn images(
    board: &'static Board,
    measured: &Measured,
    release: &'static Release,
    tree: &Path,
    folder: &Path,
) -> Result<[PathBuf; 2]> {
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
    let mpy_cross = library.with_file_name("host").join("mpy-cross");
    let theirs = build_upstream(tree, measured, folder, &mpy_cross)?;
    Ok([built.image, theirs])
}

/// Both images' figures side by side.
fn table(ours: &[Row], theirs: &[Row]) -> Result<String> {
    let names = |rows: &[Row]| {
        rows.iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    ensure!(
        names(ours) == names(theirs),
        "the two images weren't given the same programs: {:?} and {:?}",
        names(ours),
        names(theirs)
    );
    let mut table = Markdown::new(
        "program | ours, thousands of instructions | upstream, thousands of instructions | ratio",
    );
    for ((name, ours), (_, theirs)) in ours.iter().zip(theirs) {
        let ratio = match (ours, theirs) {
            (Some(ours), Some(theirs)) => format!("{:.3}", ours / theirs),
            _ => String::new(),
        };
        table.row([name.clone(), shown(*ours), shown(*theirs), ratio]);
    }
    Ok(table.to_string())
}

fn shown(thousands: Option<f64>) -> String {
    thousands.map_or_else(
        || "skips itself".into(),
        |thousands| format!("{thousands:.0}"),
    )
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, text))
        .with_context(|| format!("can't write {}", file.display()))
}

/// Builds upstream's image for a board in that folder.
fn build_upstream(
    tree: &Path,
    measured: &Measured,
    folder: &Path,
    mpy_cross: &Path,
) -> Result<PathBuf> {
    let set = |name: &str, value: &Path| format!("{name}={}", value.display());
    let mut make = shell::command("make", ["-C"]);
    make.arg(tree.join("ports/qemu"))
        .arg(format!("BOARD={}", measured.upstream))
        .args(measured.variables)
        .arg(set("BUILD", &folder.join("build")))
        .arg(set("FROZEN_MANIFEST", &folder.join("manifest.py")))
        .arg(set("MPY_LIB_DIR", folder))
        .arg(set("MICROPY_MPYCROSS", mpy_cross))
        .arg(set("MICROPY_MPYCROSS_DEPENDENCY", mpy_cross))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    shell::capture(&mut make).context(
        "upstream's port needs make, Python, newlib for Arm (libnewlib-arm-none-eabi) and picolibc for RISC-V \
         (picolibc-riscv64-unknown-elf)",
    )?;
    Ok(folder.join("build/firmware.elf"))
}

/// A program's name, and the thousands of instructions that it took; none where it skips itself.
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
    let rows: Result<Vec<Row>> = printed.lines().filter_map(row).collect();
    let said = || format!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    let rows = rows.with_context(said)?;
    if rows.is_empty() || !output.status.success() {
        bail!("run-perfbench.py ended with {}:\n{}", output.status, said());
    }
    Ok(rows)
}

/// Reads `perf_bench/NAME.py: microseconds deviation score deviation`, or `SKIP` instead of the numbers. A microsecond is a
/// thousand instructions. Whatever else it says is an error.
fn row(line: &str) -> Option<Result<Row>> {
    let (name, rest) = line.strip_prefix("perf_bench/")?.split_once(".py: ")?;
    if rest.trim() == "SKIP" {
        return Some(Ok((name.to_string(), None)));
    }
    let time = rest.split_whitespace().next().unwrap_or_default().parse();
    Some(
        time.map(|time| (name.to_string(), Some(time)))
            .with_context(|| format!("{name} failed: {rest}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_run_perfbench() {
        let read = |line| row(line).map(Result::unwrap);
        assert_eq!(
            read("perf_bench/bm_fft.py: 10520.00 0.0000 760.45 0.0000"),
            Some(("bm_fft".into(), Some(10520.0)))
        );
        assert_eq!(
            read("perf_bench/viper_call0.py: SKIP"),
            Some(("viper_call0".into(), None))
        );
        assert_eq!(read("N=100 M=100 n_average=1"), None);
        for failed in ["CRASH: 'MemoryError'", "FAIL truth", ""] {
            let line = format!("perf_bench/bm_fft.py: {failed}");
            assert!(row(&line).is_some_and(|row| row.is_err()), "{line}");
        }
    }

    #[test]
    fn a_table_wants_the_same_programs_of_both() {
        let rows = |names: &[&str]| {
            names
                .iter()
                .map(|name| (name.to_string(), Some(2.0)))
                .collect()
        };
        let (both, one): (Vec<Row>, Vec<Row>) = (rows(&["a", "b"]), rows(&["a"]));
        let both_alike = table(&both, &both).unwrap();
        assert!(both_alike.lines().last().unwrap().ends_with(" 2 | 1.000 |"));
        assert!(table(&both, &one).is_err());
    }
}
