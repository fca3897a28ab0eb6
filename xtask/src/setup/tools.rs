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

/// Every tool, in the order of the report. The packages are those of apt, dnf, pacman, Homebrew and winget.
// As rustfmt writes them, the rows fill four screens.
#[rustfmt::skip]
pub const TOOLS: &[Tool] = &[
    Tool {
        name: "clang", why: "compiles MicroPython for the target and for this machine",
        need: Need::Build, find: || host::which("clang"),
        packages: ["clang", "clang", "clang", "llvm", "LLVM.LLVM"],
    },
    Tool {
        name: "libclang", why: "reads MicroPython's headers (bindgen)",
        need: Need::Build, find: find_libclang,
        packages: ["libclang-dev", "clang-libs", "clang", "llvm", "LLVM.LLVM"],
    },
    Tool {
        name: "llvm-ar", why: "makes archives for every target",
        need: Need::Build, find: find_llvm_ar,
        packages: ["llvm", "llvm", "llvm", "llvm", "LLVM.LLVM"],
    },
    Tool {
        name: ARM, why: "emulates the Cortex-M boards",
        need: Need::Emulate(ARM), find: || host::which(ARM),
        packages: ["qemu-system-arm", "qemu-system-arm", "qemu-system-arm", "qemu", "SoftwareFreedomConservancy.QEMU"],
    },
    Tool {
        name: RISC_V, why: "emulates the RISC-V board",
        need: Need::Emulate(RISC_V), find: || host::which(RISC_V),
        packages: ["qemu-system-misc", "qemu-system-riscv", "qemu-system-riscv", "qemu", "SoftwareFreedomConservancy.QEMU"],
    },
    Tool {
        name: "tar", why: "unpacks sources",
        need: Need::Sources, find: || host::which("tar"),
        packages: ["tar", "tar", "tar", "", ""],
    },
    // GNU tar calls xz; the tar of macOS and Windows reads the format itself.
    Tool {
        name: "xz", why: "unpacks sources",
        need: Need::Sources, find: || host::which(if cfg!(target_os = "linux") { "xz" } else { "tar" }),
        packages: ["xz-utils", "xz", "xz", "", ""],
    },
    Tool {
        name: "arm-none-eabi-gcc", why: "the tests build with GCC too",
        need: Need::Tests, find: || host::which("arm-none-eabi-gcc"),
        packages: ["gcc-arm-none-eabi", "arm-none-eabi-gcc-cs", "arm-none-eabi-gcc", "arm-none-eabi-gcc", "Arm.GnuArmEmbeddedToolchain"],
    },
    Tool {
        name: "gcc", why: "the tests build with AddressSanitizer and UndefinedBehaviourSanitizer",
        need: Need::Tests, find: || host::which("gcc"),
        packages: ["gcc", "gcc", "gcc", "", ""],
    },
    // On Debian and Arch the compiler's package depends on the sanitizers' libraries.
    Tool {
        name: "libasan", why: "the tests run with AddressSanitizer",
        need: Need::Tests, find: || library_of_gcc("libasan.so"),
        packages: ["gcc", "libasan", "gcc", "", ""],
    },
    Tool {
        name: "libubsan", why: "the tests run with UndefinedBehaviourSanitizer",
        need: Need::Tests, find: || library_of_gcc("libubsan.so"),
        packages: ["gcc", "libubsan", "gcc", "", ""],
    },
    Tool {
        name: "make", why: "the tests build upstream's own compiler, to compare with it",
        need: Need::Tests, find: || host::which("make"),
        packages: ["make", "make", "make", "make", ""],
    },
    Tool {
        name: "python3", why: "the tests compare with CPython and with MicroPython's own tools",
        need: Need::Tests, find: || host::which("python3").or_else(|| host::which("python")),
        packages: ["python3", "python3", "python", "python", "Python.Python.3.13"],
    },
    Tool {
        name: "mypy", why: "the tests check an application against the stubs of Rust modules",
        need: Need::Tests, find: || host::which("mypy"),
        packages: ["mypy", "python3-mypy", "mypy", "mypy", ""],
    },
    Tool {
        name: "pyserial", why: "the tests have mpremote connect to the emulated board",
        need: Need::Tests, find: python_for_mpremote,
        packages: ["python3-serial", "python3-pyserial", "python-pyserial", "", ""],
    },
    Tool {
        name: "platformdirs", why: "the tests have mpremote connect to the emulated board",
        need: Need::Tests, find: python_for_mpremote,
        packages: ["python3-platformdirs", "python3-platformdirs", "python-platformdirs", "", ""],
    },
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
