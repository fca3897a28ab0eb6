//! The platform's package manager: which one it is, what may be done with it, and the exact line to type.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{host, shell};

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
    Winget,
}

impl Manager {
    /// The one of this machine. A Linux machine's own comes before a Homebrew that lies beside it.
    pub fn detect() -> Option<Manager> {
        [
            (Manager::Apt, "apt-get"),
            (Manager::Dnf, "dnf"),
            (Manager::Pacman, "pacman"),
            (Manager::Brew, "brew"),
            (Manager::Winget, "winget"),
        ]
        .into_iter()
        .find(|(_, program)| host::which(program).is_some())
        .map(|(manager, _)| manager)
    }

    /// The line that installs these packages, as a person types it.
    pub fn line(self, packages: &[&str]) -> String {
        let packages = packages.join(" ");
        match self {
            Manager::Apt => format!(
                "sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}"
            ),
            Manager::Dnf => format!("sudo dnf install {packages}"),
            Manager::Pacman => format!("sudo pacman -S --needed {packages}"),
            Manager::Brew => format!("brew install {packages}"),
            Manager::Winget => format!("winget install {packages}"),
        }
    }
}

/// How apt-get can be run here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rights {
    Root,
    Sudo,
    /// `sudo` will ask for a password, and somebody is there to type it.
    SudoAsks,
    None,
}

/// Whether [`install`] would install and not only say what to type.
pub fn can_install(manager: Manager) -> bool {
    manager == Manager::Apt && rights() != Rights::None
}

/// Installs packages.
///
/// # Errors
///
/// With the line to type where this program can't or may not do it, or when apt-get fails.
pub fn install(manager: Option<Manager>, packages: &[&str]) -> Result<()> {
    let Some(manager) = manager else {
        bail!(
            "this machine has no package manager that setup knows; please install what is missing by hand"
        );
    };
    let rights = match manager {
        Manager::Apt => rights(),
        _ => Rights::None,
    };
    if rights == Rights::None {
        bail!(
            "please run this line, then the same command again:\n\n    {}\n",
            manager.line(packages)
        );
    }
    // A fresh container has no package lists, and lists that are too old name files that are gone.
    let mut fresh = !has_lists();
    if fresh {
        shell::show_and_run(&mut apt_get(rights, &["update"]))?;
    }
    let words: Vec<&str> = ["install", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(packages.iter().copied())
        .collect();
    loop {
        match shell::show_and_run(&mut apt_get(rights, &words)) {
            Ok(()) => return Ok(()),
            Err(error) if fresh => return Err(error),
            Err(_) => {
                shell::show_and_run(&mut apt_get(rights, &["update"]))?;
                fresh = true;
            }
        }
    }
}

fn has_lists() -> bool {
    host::entries(Path::new("/var/lib/apt/lists"))
        .iter()
        .any(|file| file.to_string_lossy().contains("_Packages"))
}

fn apt_get(rights: Rights, words: &[&str]) -> Command {
    let mut command = match rights {
        // The variable goes over `env`: sudo clears the environment.
        Rights::Sudo => shell::command(
            "sudo",
            ["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        ),
        Rights::SudoAsks => {
            shell::command("sudo", ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        }
        Rights::Root | Rights::None => {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive");
            command
        }
    };
    if !host::interactive() {
        command.arg("-q");
    }
    command.args(words);
    command
}

fn rights() -> Rights {
    if is_root() {
        Rights::Root
    } else if host::which("sudo").is_none() {
        Rights::None
    } else if shell::capture(&mut shell::command("sudo", ["-n", "true"])).is_ok() {
        Rights::Sudo
    } else if host::interactive() {
        Rights::SudoAsks
    } else {
        Rights::None
    }
}

fn is_root() -> bool {
    shell::capture(&mut shell::command("id", ["-u"])).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_platforms_own() {
        assert_eq!(
            Manager::Brew.line(&["llvm", "qemu"]),
            "brew install llvm qemu"
        );
        assert_eq!(Manager::Dnf.line(&["clang"]), "sudo dnf install clang");
        assert_eq!(
            Manager::Pacman.line(&["clang"]),
            "sudo pacman -S --needed clang"
        );
        assert!(
            Manager::Apt
                .line(&["clang"])
                .ends_with("--no-install-recommends clang")
        );
    }

    #[test]
    fn elsewhere_the_line_is_the_error() {
        let error = install(Some(Manager::Dnf), &["clang", "llvm"])
            .unwrap_err()
            .to_string();
        assert!(error.contains("sudo dnf install clang llvm"), "{error}");
        assert!(
            install(None, &["clang"])
                .unwrap_err()
                .to_string()
                .contains("by hand")
        );
    }
}
