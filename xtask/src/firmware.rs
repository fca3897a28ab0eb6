//! Building example-firmware and running its image on a board.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::Message;

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

/// The place of an emulated board's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// This program's own input and output, as they are.
    Stdio,
    /// This program's terminal, every key of it: Ctrl-C is the board's, and Ctrl-] is QEMU's.
    Terminal,
    /// A serial port that QEMU makes and names.
    Serial,
}

/// The choices of a build.
pub struct Recipe {
    pub board: &'static Board,
    pub program: Program,
    /// The MicroPython to build with; without one, whichever the build finds.
    pub release: Option<&'static Release>,
    pub debug: bool,
    /// Additions for tests alone.
    pub extras: Option<Extras>,
}

/// The parts of a firmware that are for tests alone.
pub struct Extras {
    /// The modules to freeze instead of the application's.
    pub manifest: PathBuf,
    /// A module in C.
    pub c_file: Option<PathBuf>,
    /// KiB of Python's heap in the prompt, where it is to have others than its own.
    pub heap_kib: Option<usize>,
}

/// The results of a build.
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

/// Builds the firmware. Where Cargo fails, it has said why.
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
    read_messages(&output.stdout)
}

/// Reads Cargo's messages for what was built.
fn read_messages(messages: &[u8]) -> Result<Built> {
    let (mut image, mut library) = (None, None);
    for message in Message::parse_stream(messages) {
        match message.context("can't read cargo's messages")? {
            Message::CompilerArtifact(artifact) => image = artifact.executable.or(image),
            Message::BuildScriptExecuted(script) => {
                let archive = script.out_dir.join("mpy-freeze/libmicropython.a");
                library = archive.is_file().then_some(archive).or(library);
            }
            _ => {}
        }
    }
    Ok(Built {
        image: image
            .context("cargo built no program in example-firmware")?
            .into(),
        library: library.map(PathBuf::from),
    })
}

/// Runs an image and shows what it prints as it prints it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_is_what_cargo_says() {
        let error = read_messages(b"{\"reason\":\"build-finished\",\"success\":true}\n");
        let error = error.err().unwrap().to_string();
        assert!(error.contains("no program"), "{error}");
        let artifact = r#"{"reason":"compiler-artifact","package_id":"path+file:///f#0.1.0","manifest_path":"/f/Cargo.toml",
            "target":{"kind":["bin"],"crate_types":["bin"],"name":"f","src_path":"/f/main.rs","edition":"2024","doc":true,
            "doctest":false,"test":true},"profile":{"opt_level":"s","debuginfo":0,"debug_assertions":false,
            "overflow_checks":false,"test":false},"features":[],"filenames":["/a \"b\"/f"],"executable":"/a \"b\"/f",
            "fresh":true}"#;
        let built = read_messages(artifact.replace('\n', "").as_bytes()).unwrap();
        assert_eq!(built.image, Path::new("/a \"b\"/f"));
        assert_eq!(built.library, None);
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
