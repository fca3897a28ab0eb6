//! Which C compiler and archiver build for a target, and with which flags.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::target::{Family, Target};
use crate::error::{Error, Problem, Result};

/// The user's choice of the C compiler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The target's GCC where it is found, else clang.
    #[default]
    Automatic,
    /// Left to the `cc` crate because the environment has one of its variables, for example `CC`.
    Environment,
    /// A program that the user named.
    Program(PathBuf),
}

/// A C compiler with the flags that every file gets.
#[derive(Debug, Clone)]
pub(crate) struct Compiler {
    tool: cc::Tool,
    /// Flags beyond those that the `cc` crate knows.
    args: Vec<OsString>,
    /// The version that the compiler prints: with another compiler, everything is compiled anew.
    version: String,
    /// Set where the compiler takes clang's options.
    pub(crate) is_clang: bool,
}

impl Compiler {
    /// Finds the compiler for `target`.
    ///
    /// # Errors
    ///
    /// [`Error::Toolchain`] where there is none that runs and knows the target.
    pub(crate) fn find(target: &Target, host: &str, choice: &Choice) -> Result<Self> {
        let candidates: Vec<Option<PathBuf>> = match choice {
            Choice::Environment => vec![None],
            Choice::Program(path) => vec![Some(path.clone())],
            Choice::Automatic if target.bare_metal => {
                // GCC's code for these targets is a fifth smaller than that of clang 14, at the same level.
                let gcc = target.gcc.map(PathBuf::from);
                vec![gcc, Some("clang".into())]
            }
            Choice::Automatic => vec![None, Some("clang".into())],
        };
        let mut tried = Vec::new();
        for candidate in candidates {
            match Self::probe(target, host, candidate.as_deref()) {
                Ok(compiler) => return Ok(compiler),
                Err(why) => tried.push(why),
            }
        }
        Err(Error::Toolchain(vec![
            Problem::new(format!(
                "there is no C compiler for {}: {}",
                target.name,
                tried.join("; ")
            ))
            .help(install_help(target)),
        ]))
    }

    fn probe(
        target: &Target,
        host: &str,
        program: Option<&Path>,
    ) -> std::result::Result<Self, String> {
        let mut build = cc::Build::new();
        build
            .target(&target.name)
            .host(host)
            .opt_level_str("s")
            .debug(false)
            .warnings(false)
            .cargo_metadata(false)
            .cargo_warnings(false)
            .emit_rerun_if_env_changed(false);
        if let Some(program) = program {
            build.compiler(program);
        }
        let tool = build
            .try_get_compiler()
            .map_err(|error| error.to_string())?;
        let mut args: Vec<OsString> = target.flags.iter().map(OsString::from).collect();
        args.push("-std=gnu99".into());
        args.push("-fno-common".into());
        let mut compiler = Self {
            version: first_line(tool.path())?,
            is_clang: tool.is_like_clang(),
            tool,
            args,
        };
        if target.bare_metal {
            compiler.args.extend(compiler.no_libc_flags()?);
            if target.family == Family::Thumb1 && !compiler.is_clang {
                // GCC's jump tables on ARMv6-M call into libgcc, which a Rust firmware doesn't link.
                compiler.args.push("-fno-jump-tables".into());
            }
        }
        compiler.check_target(target)?;
        Ok(compiler)
    }

    /// Keeps any C library's headers away while the compiler's own (`stdint.h`, `stdarg.h`) stay.
    fn no_libc_flags(&self) -> std::result::Result<Vec<OsString>, String> {
        if self.is_clang {
            return Ok(vec!["-nostdlibinc".into()]);
        }
        let mut flags = vec![OsString::from("-nostdinc")];
        for folder in ["include", "include-fixed"] {
            let output = Command::new(self.tool.path())
                .arg(format!("-print-file-name={folder}"))
                .output()
                .map_err(|error| format!("{} doesn't run: {error}", self.tool.path().display()))?;
            let path = String::from_utf8_lossy(&output.stdout).trim().to_string();
            // GCC answers with the bare name where it has no such folder.
            if Path::new(&path).is_absolute() {
                // After the port's own headers, since some of GCC's want a C library's behind them.
                flags.push("-idirafter".into());
                flags.push(path.into());
            }
        }
        Ok(flags)
    }

    /// Compiles an empty file, since a compiler may run and yet know nothing of the target.
    fn check_target(&self, target: &Target) -> std::result::Result<(), String> {
        let output = self
            .command()
            .args(["-fsyntax-only", "-x", "c", "/dev/null"])
            .output()
            .map_err(|error| format!("{} doesn't run: {error}", self.tool.path().display()))?;
        if output.status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&output.stderr);
        let line = message.lines().next().unwrap_or("it gave no reason");
        Err(format!(
            "{} can't compile for {}: {line}",
            self.tool.path().display(),
            target.name
        ))
    }

    /// The compiler with its flags.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.tool.to_command();
        command.args(&self.args);
        // Messages are shown to the user and searched for places; a translation would hide both.
        command.env("LC_ALL", "C");
        command
    }

    /// Returns a text that distinguishes this compiler and its flags from others.
    pub(crate) fn identity(&self) -> String {
        format!(
            "{}\n{:?} {:?} {:?}",
            self.version,
            self.tool.path(),
            self.tool.args(),
            self.args
        )
    }

    /// The flags that change the meaning of a header, in the form that libclang takes.
    pub(crate) fn bindgen_args(&self, target: &Target) -> Vec<String> {
        let mut args = vec![format!("--target={}", target.clang_triple)];
        // What the `cc` crate added, from `CFLAGS` above all, but for flags that are GCC's alone.
        let theirs = self.tool.args().iter().map(|arg| arg.to_string_lossy());
        args.extend(theirs.filter(|arg| changes_headers(arg)).map(String::from));
        args.extend(target.flags.iter().cloned());
        args.push("-std=gnu99".into());
        if target.bare_metal {
            args.push("-nostdlibinc".into());
        }
        args
    }
}

/// Returns true if a compiler's flag can change what a header means.
fn changes_headers(arg: &str) -> bool {
    let layout = ["-fshort-enums", "-fno-short-enums", "-fpack-struct"];
    let prefixes = ["-D", "-U", "-I", "-mfloat-abi", "-mabi", "-fpack-struct="];
    layout.contains(&arg) || prefixes.iter().any(|prefix| arg.starts_with(prefix))
}

/// The archiver: the one that the `cc` crate names, or another that can write the same archive.
pub(crate) fn find_archiver(target: &Target, host: &str) -> Result<PathBuf> {
    let named = cc::Build::new()
        .target(&target.name)
        .host(host)
        .cargo_metadata(false)
        .emit_rerun_if_env_changed(false)
        .try_get_archiver()
        .map(|command| PathBuf::from(command.get_program()))
        .ok();
    let candidates = named.into_iter().chain(["llvm-ar".into(), "ar".into()]);
    let mut tried = Vec::new();
    for candidate in candidates {
        match first_line(&candidate) {
            Ok(_) => return Ok(candidate),
            Err(why) => tried.push(why),
        }
    }
    Err(Error::Toolchain(vec![
        Problem::new(format!(
            "there is no archiver for {}: {}",
            target.name,
            tried.join("; ")
        ))
        .help("install LLVM (llvm-ar) or binutils (ar), or set AR to an archiver"),
    ]))
}

/// The first line of what a program prints for `--version`; an error if it doesn't run.
fn first_line(program: &Path) -> std::result::Result<String, String> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .map_err(|error| format!("{} doesn't run: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_string())
}

fn install_help(target: &Target) -> String {
    let gcc = target
        .gcc
        .map(|gcc| format!(" or {gcc}"))
        .unwrap_or_default();
    format!(
        "install clang{gcc} (`cargo xtask setup` in a checkout of mpy-freeze does it; on Debian and Ubuntu \
         `apt-get install clang`, with Homebrew `brew install llvm`), or name one with CC_{}",
        target.name.replace(['-', '.'], "_")
    )
}
