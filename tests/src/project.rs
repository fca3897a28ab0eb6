//! Cargo projects that a test writes, builds and looks at.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use crate::{micropython, repository, work_folder};

/// A Cargo project in a folder of its own.
#[derive(Debug)]
pub struct Project {
    /// Its top folder.
    pub root: PathBuf,
    /// Where Cargo builds it.
    pub target_dir: PathBuf,
}

impl Project {
    /// An empty project. What an earlier run of the test left in the folder is removed, compiled
    /// dependencies are kept.
    pub fn new(name: &str) -> Self {
        let root = work_folder().join("projects").join(name);
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).expect("the folder can be made");
        Self {
            root,
            target_dir: work_folder().join("build"),
        }
    }

    /// Removes what earlier runs of the test built of the project itself; compiled dependencies are kept.
    pub fn built_anew(self) -> Self {
        let name = self.root.file_name().expect("a name").to_string_lossy();
        let pattern = format!("{}/debug/build/{name}-*", self.target_dir.display());
        let folders = glob::glob(&pattern).expect("the pattern is valid");
        for folder in folders.flatten() {
            std::fs::remove_dir_all(folder).expect("the folder can be removed");
        }
        self
    }

    /// Builds into a folder that no other project uses.
    pub fn with_own_target_dir(mut self) -> Self {
        self.target_dir = self.root.join("target");
        self
    }

    /// A copy of `example-firmware`, which uses the crates of this repository.
    pub fn firmware(name: &str) -> Self {
        let project = Self::new(name);
        let example = repository().join("example-firmware");
        copy_folder(&example, &project.root);
        let manifest = project.read("Cargo.toml");
        let crates = format!("path = \"{}/mpy-freeze", repository().display());
        project.write(
            "Cargo.toml",
            manifest.replace("path = \"../mpy-freeze", &crates),
        );
        project
    }

    /// Has the build script of a copy of `example-firmware` call more of the builder's methods, for example
    /// `.native_code(true)`.
    pub fn configure(&self, calls: &str) {
        let script = self.read("build.rs");
        let (build, configured) = ("build.build();", format!("build{calls}.build();"));
        assert!(script.contains(build), "{script}");
        self.write("build.rs", script.replace(build, &configured));
    }

    /// A library for the host that calls `freeze!` on the folder `app`.
    pub fn host(name: &str) -> Self {
        let project = Self::new(name);
        project.write("Cargo.toml", host_manifest(name));
        project.write(
            "build.rs",
            "fn main() { mpy_freeze::Build::new().build(); }\n",
        );
        project.write("src/lib.rs", "mpy_freeze_rt::freeze!(\"app\");\n");
        project.write("app/main.py", "x = 1\n");
        project
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        let path = self.root.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        let folder = path.parent().expect("a file has a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(&path, contents)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Removes a file or folder of the project.
    pub fn remove(&self, path: &str) {
        let path = self.root.join(path);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Cargo in the project, with the MicroPython tree under test.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(args)
            .current_dir(&self.root)
            .env("MPY_DIR", micropython())
            .env("CARGO_TARGET_DIR", &self.target_dir)
            .env("CARGO_TERM_COLOR", "never")
            // What the test's own Cargo says of itself would be taken for the project's.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("OUT_DIR")
            .env_remove("BOARD");
        command
    }

    /// Runs Cargo and wants it to succeed; returns what it printed on both streams.
    pub fn succeeds(&self, args: &[&str]) -> String {
        succeeds(&mut self.cargo(args))
    }

    /// Runs Cargo and wants it to fail; returns what it printed on both streams.
    pub fn fails(&self, args: &[&str]) -> String {
        let output = self.cargo(args).output().expect("cargo runs");
        let text = text_of(&output);
        assert!(
            !output.status.success(),
            "cargo {args:?} succeeded:\n{text}"
        );
        text
    }

    /// The newest folder `OUT_DIR/mpy-freeze` of the project's package.
    pub fn built(&self, package: &str) -> PathBuf {
        let pattern = format!(
            "{}/**/build/{package}-*/out/mpy-freeze",
            self.target_dir.display()
        );
        let folders = glob::glob(&pattern)
            .expect("the pattern is valid")
            .flatten();
        folders
            .max_by_key(|folder| {
                let context = folder.join("context").metadata();
                context.and_then(|metadata| metadata.modified()).ok()
            })
            .unwrap_or_else(|| panic!("{package} has no build folder"))
    }

    /// Builds a copy of the example and returns the program, moved to where no other build writes.
    ///
    /// Copies of one package in different folders share their build folders, which saves most of the work and
    /// means that one may be built at a time.
    pub fn firmware_image(&self) -> PathBuf {
        self.firmware_image_for("thumbv7m-none-eabi")
    }

    /// The same without the objects of other builds.
    pub fn firmware_image_compiled(&self) -> PathBuf {
        let target = "thumbv7m-none-eabi";
        let variable = ("MPY_FREEZE_OBJECTS", "");
        self.program(target, &[], "example-firmware", Some(variable))
    }

    /// The same for another Rust target.
    pub fn firmware_image_for(&self, target: &str) -> PathBuf {
        self.program(target, &[], "example-firmware", None)
    }

    /// Builds the interactive prompt for a board of the table.
    pub fn repl_image_for(&self, board: &str, target: &str) -> PathBuf {
        self.program(
            target,
            &["--bin", "repl", "--features", "repl"],
            "repl",
            Some(("BOARD", board)),
        )
    }

    /// Builds one of the example's own examples, and returns the program.
    pub fn firmware_example(&self, name: &str) -> PathBuf {
        let path = format!("examples/{name}");
        self.program("thumbv7m-none-eabi", &["--example", name], &path, None)
    }

    fn program(
        &self,
        target: &str,
        args: &[&str],
        built: &str,
        variable: Option<(&str, &str)>,
    ) -> PathBuf {
        let _alone = lock(&self.target_dir);
        touch(&self.root);
        let words = [&["build", "--release", "--target", target], args].concat();
        let mut cargo = self.cargo(&words);
        cargo.envs(variable);
        succeeds(&mut cargo);
        let built = self.target_dir.join(target).join("release").join(built);
        let value = variable.map(|(_, value)| value);
        let image = self
            .root
            .join(format!("{target}-{}.elf", value.unwrap_or_default()));
        std::fs::copy(built, &image).expect("the image is there");
        image
    }
}

/// Cargo on this very crate, in the folder of the build that runs: what is built already is used. `tmpdir` is the
/// test's `CARGO_TARGET_TMPDIR`.
pub fn cargo_on_the_tests(chore: &str, tmpdir: &str) -> Command {
    let target_dir = Path::new(tmpdir).parent().expect("a parent");
    let mut command = Command::new("cargo");
    if cfg!(feature = "older") {
        command.args([chore, "--features", "older"]);
    } else {
        command.arg(chore);
    }
    command
        .args(["--package", "mpy-freeze-tests"])
        .current_dir(repository())
        .env("MPY_DIR", micropython())
        .env("CARGO_TARGET_DIR", target_dir)
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("OUT_DIR");
    command
}

/// Keeps a target folder from all other tests, in other programs too, until the file is closed.
fn lock(target_dir: &Path) -> File {
    std::fs::create_dir_all(target_dir).expect("the folder can be made");
    let file = File::create(target_dir.join("images.lock")).expect("the file can be written");
    file.lock().expect("the file can be locked");
    file
}

/// Makes every file of a folder as new as it can be. Copies of one package share their build folder, and Cargo tells
/// them apart by nothing but times: a file that is older than what another copy's build left would be taken for
/// compiled.
fn touch(folder: &Path) {
    let now = SystemTime::now();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.ends_with("target") {
            continue;
        }
        if path.is_dir() {
            touch(&path);
        } else {
            let file = File::options().append(true).open(&path);
            let touched = file.and_then(|file| file.set_modified(now));
            touched.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

fn host_manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nmpy-freeze-rt = {{ path = \"{root}/mpy-freeze/rt\" }}\n\n\
         [build-dependencies]\nmpy-freeze = {{ path = \"{root}/mpy-freeze\" }}\n\n[workspace]\n",
        root = repository().display()
    )
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("cargo runs");
    let text = text_of(&output);
    assert!(output.status.success(), "{command:?} failed:\n{text}");
    text
}

/// Both streams of a finished program.
pub fn text_of(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in std::fs::read_dir(from)
        .expect("the folder is there")
        .flatten()
    {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "target" && entry.file_name() != "__pycache__" {
                copy_folder(&path, &copy);
            }
        } else {
            std::fs::copy(&path, &copy).expect("the file can be copied");
        }
    }
}
