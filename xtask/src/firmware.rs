//! Building example-firmware and running its image on a board.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::boards::{Board, Via};
use crate::releases::{RELEASES, Release};
use crate::{host, setup, shell};

/// One of the firmware's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The application, with its verdict as the exit status.
    Application,
    /// MicroPython's interactive prompt.
    Repl,
}

impl Program {
    /// Cargo's words for it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Application => &["--bin", "example-firmware"],
            Self::Repl => &["--bin", "repl", "--features", "repl"],
        }
    }
}

/// Where an emulated board has its console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// This program's own input and output, as they are.
    Stdio,
    /// This program's terminal, every key of it: Ctrl-C is the board's, and Ctrl-] is QEMU's.
    Terminal,
    /// A serial port that QEMU makes and names.
    Serial,
}

/// How to build.
pub struct Recipe {
    pub board: &'static Board,
    pub program: Program,
    /// The MicroPython to build with; without one, whichever the build finds.
    pub release: Option<&'static Release>,
    pub debug: bool,
    /// What is in the firmware for its tests.
    pub extras: Option<Extras>,
}

/// What a firmware has for tests alone.
pub struct Extras {
    /// What is frozen instead of the application's modules.
    pub manifest: PathBuf,
    /// A module in C.
    pub c_file: Option<PathBuf>,
    /// KiB of Python's heap in the prompt, where it is to have others than its own.
    pub heap_kib: Option<usize>,
}

/// What came out.
pub struct Built {
    /// The firmware's ELF file.
    pub image: PathBuf,
    /// The library that MicroPython became, for telling its share of the image.
    pub library: Option<PathBuf>,
}

/// The firmware's folder.
pub fn folder() -> PathBuf {
    host::root().join("example-firmware")
}

/// Points a cargo at a release's tree, and at a target folder of its own where the release isn't the default: two
/// releases that take turns in one folder would rebuild MicroPython each time.
///
/// # Errors
///
/// When the machine has no folder for caches.
pub fn choose_release(command: &mut Command, release: &Release, folder: &Path) -> Result<()> {
    command.env("MPY_DIR", setup::tree(release.version)?);
    if RELEASES
        .first()
        .is_none_or(|newest| newest.version != release.version)
    {
        let target = host::variable("CARGO_TARGET_DIR")
            .map_or_else(|| folder.join("target"), |dir| folder.join(dir));
        command.env(
            "CARGO_TARGET_DIR",
            target.join(format!("micropython-{}", release.version)),
        );
    }
    Ok(())
}

/// Builds the firmware.
///
/// # Errors
///
/// When cargo fails; it has said why.
pub fn build(recipe: &Recipe) -> Result<Built> {
    recipe.board.check_room(recipe.program)?;
    let mut command = shell::command(
        host::cargo(),
        [
            "build",
            "--message-format=json-render-diagnostics",
            "--target",
            recipe.board.target,
        ],
    );
    if !recipe.debug {
        command.arg("--release");
    }
    command
        .args(recipe.program.words())
        .env("BOARD", recipe.board.name)
        .current_dir(folder())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if let Some(release) = recipe.release {
        choose_release(&mut command, release, &folder())?;
    }
    if let Some(extras) = &recipe.extras {
        command.env("FROZEN_MANIFEST", &extras.manifest);
        command.envs(extras.c_file.iter().map(|file| ("USER_C_FILE", file)));
        command.envs(extras.heap_kib.map(|kib| ("HEAP_KIB", kib.to_string())));
    }
    let output = command
        .output()
        .with_context(|| format!("can't start `{}`", shell::line(&command)))?;
    if !output.status.success() {
        bail!("example-firmware doesn't build for {}", recipe.board.name);
    }
    let messages = String::from_utf8(output.stdout).context("cargo's messages aren't UTF-8")?;
    let image = messages
        .lines()
        .filter(|line| line.contains(r#""reason":"compiler-artifact""#))
        .find_map(|line| json_string(line, "executable"))
        .context("cargo built no program in example-firmware")?;
    let library = messages
        .lines()
        .filter(|line| line.contains(r#""reason":"build-script-executed""#))
        .filter_map(|line| json_string(line, "out_dir"))
        .map(|folder| Path::new(&folder).join("mpy-freeze/libmicropython.a"))
        .find(|library| library.is_file());
    Ok(Built {
        image: PathBuf::from(image),
        library,
    })
}

/// Runs an image and shows what it prints as it prints it.
///
/// # Errors
///
/// When the board's tool can't be started.
pub fn run(board: &Board, image: &Path) -> Result<ExitStatus> {
    shell::status(&mut command(board, image, Console::Stdio))
}

/// The command that runs an image on a board.
pub fn command(board: &Board, image: &Path, console: Console) -> Command {
    let console: &[&str] = match console {
        Console::Stdio => &["-monitor", "none", "-serial", "stdio"],
        // QEMU's own key is Ctrl-A otherwise, which the prompt needs.
        Console::Terminal => &["-serial", "mon:stdio", "-echr", "0x1d"],
        Console::Serial => &["-monitor", "null", "-serial", "pty"],
    };
    match board.via {
        Via::Qemu { program, machine } => {
            let mut command = shell::command(program, machine);
            command.arg("-nographic").args(console);
            // Carries the application's verdict out as QEMU's exit status, and entropy in.
            command.args(["-semihosting-config", "enable=on,target=native"]);
            command.arg("-kernel").arg(image);
            command
        }
        Via::Host => Command::new(image),
    }
}

/// The value of a string field in a line of JSON as cargo writes it. Cargo's messages are one object a line without
/// blanks, and the two fields read here are found in no nested object, so that no parser is needed.
fn json_string(line: &str, field: &str) -> Option<String> {
    let start = line.find(&format!(r#""{field}":""#))? + field.len() + 4;
    let mut chars = line.get(start..)?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'u' => {
                    let code: String = chars.by_ref().take(4).collect();
                    value.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_cargos_messages() {
        let line =
            r#"{"reason":"compiler-artifact","executable":"C:\\a \"b\"\u0041/x","fresh":true}"#;
        assert_eq!(json_string(line, "executable").unwrap(), "C:\\a \"b\"A/x");
        assert_eq!(json_string(r#"{"executable":null}"#, "executable"), None);
        assert_eq!(json_string(r#"{"executable":"cut"#, "executable"), None);
    }

    #[test]
    fn emulator_gets_the_image_last() {
        for console in [Console::Stdio, Console::Terminal, Console::Serial] {
            let line = shell::line(&command(
                &crate::boards::BOARDS[0],
                Path::new("x.elf"),
                console,
            ));
            assert!(
                line.starts_with("qemu-system-arm -machine mps2-an385 "),
                "{line}"
            );
            assert!(line.ends_with(" -kernel x.elf"), "{line}");
        }
    }
}
