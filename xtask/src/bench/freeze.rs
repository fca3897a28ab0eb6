//! Freezing many modules, and upstream's tools on the same, in one run.
//!
//! Each size is measured with both in turns, so that what else the machine does falls on both alike; the table
//! shows medians. Memory and sizes don't depend on the machine's load.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::boards::BOARDS;
use crate::firmware::{self, Program, Recipe};
use crate::releases::RELEASES;
use crate::table::Markdown;
use crate::{host, setup, shell};

/// The numbers of modules to freeze.
const SIZES: [usize; 4] = [125, 250, 500, 1000];

/// One measurement.
#[derive(Debug, Clone, Copy)]
struct Measured {
    seconds: f64,
    peak_kib: u64,
    bytes: u64,
}

/// The programs and folders that both sides need.
struct Bench {
    folder: PathBuf,
    /// The program that freezes a folder.
    freeze: PathBuf,
    /// The folder that example-firmware's build script wrote.
    out_dir: PathBuf,
    mpy_cross: PathBuf,
    mpy_tool: PathBuf,
}

/// Measures, and returns the table.
pub(super) fn table(rounds: usize) -> Result<String> {
    let bench = prepare()?;
    let mut table = Markdown::new(
        "modules | ours, s | upstream, s | ratio | ours, MiB | upstream, MiB | ours, KiB of Rust | upstream, KiB of C",
    );
    for count in SIZES {
        let modules = bench.write_modules(count)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            eprintln!("bench: {count} modules, round {round} of {rounds}");
            ours.push(bench.ours(&modules)?);
            theirs.push(bench.upstreams(&modules)?);
        }
        let (ours, theirs) = (median(ours)?, median(theirs)?);
        let mib = |kib: u64| format!("{:.1}", kib as f64 / 1024.0);
        table.row([
            count.to_string(),
            format!("{:.2}", ours.seconds),
            format!("{:.2}", theirs.seconds),
            format!("{:.2}", ours.seconds / theirs.seconds),
            mib(ours.peak_kib),
            mib(theirs.peak_kib),
            (ours.bytes / 1024).to_string(),
            (theirs.bytes / 1024).to_string(),
        ]);
    }
    Ok(table.to_string())
}

/// Builds what is measured.
fn prepare() -> Result<Bench> {
    let (Some(board), Some(release)) = (BOARDS.first(), RELEASES.first()) else {
        bail!("there is no board or no release");
    };
    let built = firmware::build(&Recipe {
        board,
        program: Program::Application,
        release: Some(release),
        debug: false,
        extras: None,
    })?;
    let library = built.library.context("the firmware has no library")?;
    let folder = library.parent().context("the library lies in a folder")?;
    let mut build = shell::command(host::cargo(), ["build", "--release", "--quiet"]);
    build
        .args(["--package", "mpy-freeze-core", "--example", "freeze_many"])
        .current_dir(host::root());
    shell::run(&mut build)?;
    let target = host::variable("CARGO_TARGET_DIR")
        .map_or_else(|| host::root().join("target"), PathBuf::from);
    Ok(Bench {
        folder: target.join("bench"),
        freeze: target.join("release/examples/freeze_many"),
        out_dir: folder.parent().context("OUT_DIR")?.to_owned(),
        mpy_cross: folder.join("host/mpy-cross"),
        mpy_tool: setup::tree(release.version)?.join("tools/mpy-tool.py"),
    })
}

impl Bench {
    /// Writes modules that differ in names, texts and numbers, as an application's do, in packages of twenty.
    fn write_modules(&self, count: usize) -> Result<PathBuf> {
        let folder = self.folder.join(format!("modules-{count}"));
        let _ = std::fs::remove_dir_all(&folder);
        for index in 0..count {
            let package = folder.join(format!("package{}", index / 20));
            std::fs::create_dir_all(&package)?;
            std::fs::write(package.join(format!("module{index}.py")), source(index))?;
        }
        Ok(folder)
    }

    /// From sources to Rust, with nothing in the cache.
    fn ours(&self, modules: &Path) -> Result<Measured> {
        let cache = self.folder.join("cache");
        let _ = std::fs::remove_dir_all(&cache);
        let mut command = shell::command(&self.freeze, [&self.out_dir, modules, &cache]);
        let printed = shell::capture(&mut command)?;
        let mut words = printed.split_whitespace();
        let mut word = || words.next().context("three numbers");
        Ok(Measured {
            seconds: word()?.parse()?,
            peak_kib: word()?.parse()?,
            bytes: word()?.parse()?,
        })
    }

    /// From sources to C, by the same mpy-cross, two at a time as `make -j2` does, and upstream's tool.
    fn upstreams(&self, modules: &Path) -> Result<Measured> {
        let out = self.folder.join("upstream");
        let _ = std::fs::remove_dir_all(&out);
        let start = Instant::now();
        let files = self.compile(modules, &out)?;
        // The tool runs inside a Python that says at its end how much memory it had.
        let script = "import runpy, sys, resource\n\
                      sys.argv = sys.argv[1:]\n\
                      runpy.run_path(sys.argv[0], run_name='__main__')\n\
                      print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n";
        let output = Command::new("python3")
            .args(["-c", script])
            .arg(&self.mpy_tool)
            .arg("-f")
            .args(&files)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONPATH", self.mpy_tool.with_file_name("../py"))
            .output()
            .context("can't start python3")?;
        let seconds = start.elapsed().as_secs_f64();
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("mpy-tool.py failed: {errors}");
        }
        Ok(Measured {
            seconds,
            peak_kib: errors.trim().parse().context("python3 printed no number")?,
            bytes: output.stdout.len() as u64,
        })
    }

    fn compile(&self, modules: &Path, out: &Path) -> Result<Vec<PathBuf>> {
        let mut jobs = Vec::new();
        for package in host::entries(modules) {
            for file in host::entries(&package) {
                let name = file.strip_prefix(modules)?.to_path_buf();
                let mpy = out.join(&name).with_extension("mpy");
                std::fs::create_dir_all(mpy.parent().context("a folder")?)?;
                jobs.push((file, name, mpy));
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let workers: Vec<_> = jobs
                .chunks(jobs.len().div_ceil(cores).max(1))
                .map(|jobs| {
                    scope.spawn(move || {
                        jobs.iter().try_for_each(|(file, name, mpy)| {
                            let mut command = Command::new(&self.mpy_cross);
                            command.arg("-s").arg(name).arg("-o").arg(mpy).arg(file);
                            shell::run(&mut command)
                        })
                    })
                })
                .collect();
            for worker in workers {
                match worker.join() {
                    Ok(result) => result?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok::<_, anyhow::Error>(())
        })?;
        Ok(jobs.into_iter().map(|(_, _, mpy)| mpy).collect())
    }
}

/// The source of one module: classes, closures, constants, a generator and error handling.
fn source(index: usize) -> String {
    format!(
        "\"\"\"Module {index}.\"\"\"\n\
         import struct\n\
         LIMIT_{index} = {}\n\
         TABLE = ({index}, 'entry {index} of the table of module {index}', b'\\x00{index}', {index}.5)\n\
         class Sensor{index}:\n    \
             def __init__(self, bus, address={index}):\n        \
                 self.bus = bus\n        self.address_{index} = address\n        self.values = []\n    \
             def read_{index}(self, count):\n        \
                 for i in range(count):\n            \
                     try:\n                self.values.append(self.bus.read(self.address_{index}, i))\n            \
                     except OSError as error:\n                print('sensor {index} failed:', error)\n        \
                 return sum(self.values) / len(self.values)\n\
         def filter_{index}(values, *, factor=0.{index}):\n    \
             state = 0\n    \
             def step(value):\n        nonlocal state\n        state += (value - state) * factor\n        return state\n    \
             return [step(value) for value in values if value < LIMIT_{index}]\n\
         def packets_{index}(data):\n    \
             while len(data) >= 8:\n        yield struct.unpack('<HHI', data[:8])\n        data = data[8:]\n",
        index * 1_000_003 + 70_000,
    )
}

/// The measurement with the median of the times.
fn median(mut measured: Vec<Measured>) -> Result<Measured> {
    measured.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let middle = measured.get(measured.len() / 2);
    middle.copied().context("nothing was measured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_that_of_the_times() {
        let one = |seconds| Measured {
            seconds,
            peak_kib: 10,
            bytes: 7,
        };
        let median = median(vec![one(3.0), one(1.0), one(2.0)]).unwrap();
        assert_eq!(median.seconds, 2.0);
        assert!(super::median(Vec::new()).is_err());
    }

    #[test]
    fn modules_differ() {
        assert_ne!(source(1), source(2));
        assert!(source(3).contains("class Sensor3:\n    def __init__"));
    }
}
