//! Giving programs to a board: the firmware that has what they need, with as much memory as they are to have, and as many
//! of them at a time as there is flash for.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::drive::Instance;
use super::outcome::Ran;
use super::{Run, frozen, host, room};
use crate::boards::{SmallRam, Via};
use crate::firmware::{self, Extras, Program, Recipe};
use crate::host as machine;

/// What some programs of the suite import, in C.
const C_EXAMPLE: &str = "usercmodule/cexample/examplemodule.c";
/// What some programs of the suite import, in Python.
const MODULES: &str = "tests/conformance/modules";
/// Frozen programs that the flash of a small board has room for, beside MicroPython.
const PART: usize = 64;

/// What gives a run's board its programs.
pub struct Giver<'a> {
    pub run: &'a Run,
    /// The folder that they are named from.
    pub tests: &'a Path,
}

/// More memory than the board has: what makes the emulated machine so large, and the heap there.
type More<'a> = Option<(&'a SmallRam, usize)>;

impl Giver<'_> {
    /// Has the board run these programs, and one that has little memory again with more, where that may be what a program
    /// lacked.
    ///
    /// # Errors
    ///
    /// When a firmware can't be built or its REPL doesn't answer.
    pub fn give(&self, programs: &[String]) -> Result<Vec<Ran>> {
        let ran = self.give_with(programs, None)?;
        let Some(small) = &self.run.board.small_ram else {
            return Ok(ran);
        };
        room::search(ran, small.heap_kib, |programs, heap_kib| {
            println!(
                "conformance: {}: given again with a heap of {heap_kib} KiB: {}",
                self.run.name(),
                programs.len()
            );
            self.give_with(programs, Some((small, heap_kib)))
        })
    }

    /// Has the board run them with its own memory or with more. The frozen suite is larger than the flash of a small board,
    /// which gets one part after the other.
    fn give_with(&self, programs: &[String], more: More<'_>) -> Result<Vec<Ran>> {
        if !self.run.frozen || self.run.board.small_ram.is_none() {
            return self.give_part(programs, more, "");
        }
        let mut ran = Vec::new();
        for (number, part) in programs.chunks(PART).enumerate() {
            ran.extend(self.give_part(part, more, &format!("-{number}"))?);
        }
        Ok(ran)
    }

    fn give_part(&self, programs: &[String], more: More<'_>, part: &str) -> Result<Vec<Ran>> {
        if programs.is_empty() {
            return Ok(Vec::new());
        }
        let heap_kib = more.map(|(_, heap_kib)| heap_kib);
        let image = self.firmware(programs, heap_kib)?;
        let stand_ins = self.run.folder("suite/tests");
        if self.run.frozen {
            frozen::write_stand_ins(self.tests, programs, &stand_ins)?;
        }
        let heap = heap_kib.map_or(String::new(), |kib| format!("-heap-{kib}"));
        let instance = Instance {
            board: self.run.board,
            image: &image,
            tests: if self.run.frozen {
                &stand_ins
            } else {
                self.tests
            },
            results: &self.run.folder(&format!("results{part}{heap}")),
            machine: more.map_or(&[], |(small, _)| small.roomy),
        };
        instance.run(programs)
    }

    /// The firmware with a REPL and, frozen, what the suite needs.
    fn firmware(&self, programs: &[String], heap_kib: Option<usize>) -> Result<PathBuf> {
        let run = self.run;
        let mut manifest = frozen::helpers(self.tests, run.board, &machine::root().join(MODULES));
        if run.frozen {
            manifest += &frozen::manifest(self.tests, programs);
        }
        let file = run.folder("manifest.py");
        std::fs::create_dir_all(run.folder(""))
            .and_then(|()| std::fs::write(&file, manifest))
            .with_context(|| format!("can't write {}", file.display()))?;
        let extras = Extras {
            manifest: file,
            c_file: Some(self.tests.with_file_name("examples").join(C_EXAMPLE)),
            heap_kib,
        };
        if matches!(run.board.via, Via::Host) {
            return host::build(run.release, &extras);
        }
        let built = firmware::build(&Recipe {
            board: run.board,
            release: Some(run.release),
            debug: false,
            program: Program::Repl,
            extras: Some(extras),
        })?;
        Ok(built.image)
    }
}
