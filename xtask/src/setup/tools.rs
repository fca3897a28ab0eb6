//! The programs and libraries that building and testing need, and the packages that bring them.

use std::path::{Path, PathBuf};

use super::packages::Manager;
use crate::boards::{ARM, RISC_V};
use crate::{host, shell};

/// The use of a tool. A chore asks for no more tools than it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Building firmware.
    Build,
    /// Running firmware without hardware, in this emulator.
    Emulate(&'static str),
    /// Fetching and unpacking sources.
    Sources,
    /// The tests alone, which say so themselves where the tool is missing.
    Tests,
}

/// A program or library.
pub struct Tool {
    pub name: &'static str,
    pub why: &'static str,
    pub need: Need,
    find: fn() -> Option<PathBuf>,
    /// The package of each [`Manager`], in their order; empty where it has none.
    packages: [&'static str; 5],
}

impl Tool {
    /// The tool's place on this machine.
    pub fn find(&self) -> Option<PathBuf> {
        (self.find)()
    }

    /// The package that brings it.
    pub fn package(&self, manager: Manager) -> Option<&'static str> {
        let package = self.packages.get(manager as usize)?;
        (!package.is_empty()).then_some(package)
    }
}

/// A row of the table.
const fn tool(
    name: &'static str,
    why: &'static str,
    need: Need,
    find: fn() -> Option<PathBuf>,
    packages: [&'static str; 5],
) -> Tool {
    Tool {
        name,
        why,
        need,
        find,
        packages,
    }
}

/// Every tool, in the order of the report. The packages are those of apt, dnf, pacman, Homebrew and winget.
#[rustfmt::skip]
pub const TOOLS: &[Tool] = &[
    tool("clang", "compiles MicroPython for the target and for this machine",
        Need::Build, || host::which("clang"),
        ["clang", "clang", "clang", "llvm", "LLVM.LLVM"]),
    tool("libclang", "reads MicroPython's headers (bindgen)",
        Need::Build, find_libclang,
        ["libclang-dev", "clang-libs", "clang", "llvm", "LLVM.LLVM"]),
    tool("llvm-ar", "makes archives for every target",
        Need::Build, find_llvm_ar,
        ["llvm", "llvm", "llvm", "llvm", "LLVM.LLVM"]),
    tool(ARM, "emulates the Cortex-M boards",
        Need::Emulate(ARM), || host::which(ARM),
        ["qemu-system-arm", "qemu-system-arm", "qemu-system-arm", "qemu", "SoftwareFreedomConservancy.QEMU"]),
    tool(RISC_V, "emulates the RISC-V board",
        Need::Emulate(RISC_V), || host::which(RISC_V),
        ["qemu-system-misc", "qemu-system-riscv", "qemu-system-riscv", "qemu", "SoftwareFreedomConservancy.QEMU"]),
    tool("tar", "unpacks sources",
        Need::Sources, || host::which("tar"),
        ["tar", "tar", "tar", "", ""]),
    // GNU tar calls xz; the tar of macOS and Windows reads the format itself.
    tool("xz", "unpacks sources",
        Need::Sources, || host::which(if cfg!(target_os = "linux") { "xz" } else { "tar" }),
        ["xz-utils", "xz", "xz", "", ""]),
    tool("arm-none-eabi-gcc", "the tests build with GCC too",
        Need::Tests, || host::which("arm-none-eabi-gcc"),
        ["gcc-arm-none-eabi", "arm-none-eabi-gcc-cs", "arm-none-eabi-gcc", "arm-none-eabi-gcc", "Arm.GnuArmEmbeddedToolchain"]),
    tool("gcc", "the tests build with AddressSanitizer and UndefinedBehaviourSanitizer",
        Need::Tests, || host::which("gcc"),
        ["gcc", "gcc", "gcc", "", ""]),
    // On Debian and Arch the compiler's package depends on the sanitizers' libraries.
    tool("libasan", "the tests run with AddressSanitizer",
        Need::Tests, || library_of_gcc("libasan.so"),
        ["gcc", "libasan", "gcc", "", ""]),
    tool("libubsan", "the tests run with UndefinedBehaviourSanitizer",
        Need::Tests, || library_of_gcc("libubsan.so"),
        ["gcc", "libubsan", "gcc", "", ""]),
    tool("make", "the tests build upstream's own compiler, to compare with it",
        Need::Tests, || host::which("make"),
        ["make", "make", "make", "make", ""]),
    tool("python3", "the tests compare with CPython and with MicroPython's own tools",
        Need::Tests, || host::which("python3").or_else(|| host::which("python")),
        ["python3", "python3", "python", "python", "Python.Python.3.13"]),
    tool("mypy", "the tests check an application against the stubs of Rust modules",
        Need::Tests, || host::which("mypy"),
        ["mypy", "python3-mypy", "mypy", "mypy", ""]),
    tool("pyserial", "the tests have mpremote connect to the emulated board",
        Need::Tests, python_for_mpremote,
        ["python3-serial", "python3-pyserial", "python-pyserial", "", ""]),
    tool("platformdirs", "the tests have mpremote connect to the emulated board",
        Need::Tests, python_for_mpremote,
        ["python3-platformdirs", "python3-platformdirs", "python-platformdirs", "", ""]),
];

/// A Python that has the modules which mpremote imports. The first on the search path need not be the system's, whose
/// packages they are.
fn python_for_mpremote() -> Option<PathBuf> {
    let imports = ["-c", "import platformdirs, serial"];
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(|python| shell::capture(&mut shell::command(python, imports)).is_ok())
        .map(PathBuf::from)
}

/// A library that GCC links, at the place that GCC prints.
fn library_of_gcc(name: &str) -> Option<PathBuf> {
    let mut command = shell::command("gcc", [format!("-print-file-name={name}")]);
    let path = PathBuf::from(shell::capture(&mut command).ok()?.trim());
    // GCC answers with the bare name where it has none.
    path.is_absolute().then_some(path)
}

/// Looks where bindgen does: the variable, then each LLVM on the machine, then the common library folders.
fn find_libclang() -> Option<PathBuf> {
    if let Some(named) = host::variable("LIBCLANG_PATH").map(PathBuf::from) {
        return if named.is_file() {
            Some(named)
        } else {
            libclang_in(&named)
        };
    }
    let mut folders: Vec<PathBuf> = llvm_roots()
        .iter()
        .flat_map(|root| ["lib", "lib64", "bin"].map(|name| root.join(name)))
        .collect();
    folders.extend(["/usr/lib64", "/usr/lib", "/usr/local/lib"].map(PathBuf::from));
    // Debian's multiarch folders are named for the triple, as /usr/lib/x86_64-linux-gnu is.
    folders.extend(
        host::entries(Path::new("/usr/lib"))
            .into_iter()
            .filter(|folder| folder.to_string_lossy().ends_with("-linux-gnu")),
    );
    folders.iter().find_map(|folder| libclang_in(folder))
}

fn libclang_in(folder: &Path) -> Option<PathBuf> {
    host::entries(folder).into_iter().find(|file| {
        file.file_name()
            .is_some_and(|name| is_libclang(&name.to_string_lossy()))
    })
}

/// Tells libclang's file names from those of libclang-cpp and of the runtime's archives.
fn is_libclang(name: &str) -> bool {
    match name {
        "libclang.so" | "libclang.dylib" | "libclang.dll" | "clang.dll" => true,
        _ => {
            name.starts_with("libclang.so.")
                || name.strip_prefix("libclang-").is_some_and(|rest| {
                    rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(".so")
                })
        }
    }
}

fn find_llvm_ar() -> Option<PathBuf> {
    let name = format!("llvm-ar{}", std::env::consts::EXE_SUFFIX);
    host::which("llvm-ar").or_else(|| {
        let mut files = llvm_roots()
            .into_iter()
            .map(|root| root.join("bin").join(&name));
        files.find(|file| file.is_file())
    })
}

/// The folders in which distributions, Homebrew and the Windows installer put LLVM.
fn llvm_roots() -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = host::entries(Path::new("/usr/lib"))
        .into_iter()
        .filter(|folder| {
            folder
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("llvm"))
        })
        .collect();
    // The newest first: names sort by version as long as it has two digits.
    roots.reverse();
    roots.extend(
        [
            "/opt/homebrew/opt/llvm",
            "/usr/local/opt/llvm",
            "/Library/Developer/CommandLineTools/usr",
            "C:\\Program Files\\LLVM",
        ]
        .map(PathBuf::from),
    );
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libclang_by_name() {
        for name in [
            "libclang.so",
            "libclang.so.1",
            "libclang-14.so.14.0.6",
            "libclang.dylib",
            "libclang.dll",
        ] {
            assert!(is_libclang(name), "{name}");
        }
        for name in [
            "libclang-cpp.so.14",
            "libclang_rt.builtins.a",
            "libclangAST.a",
            "libclang-14",
            "libc.so",
        ] {
            assert!(!is_libclang(name), "{name}");
        }
    }

    #[test]
    fn every_tool_has_a_package_on_every_linux() {
        for tool in TOOLS {
            for manager in [Manager::Apt, Manager::Dnf, Manager::Pacman] {
                assert!(tool.package(manager).is_some(), "{} {manager:?}", tool.name);
            }
        }
        assert_eq!(TOOLS[0].package(Manager::Winget), Some("LLVM.LLVM"));
        assert_eq!(TOOLS[5].package(Manager::Brew), None);
    }
}
