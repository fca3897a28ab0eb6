//! The platform's package manager: which one it is, what may be done with it, and the exact line to type.

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

/// Each manager, its program, and the line that installs packages as a person types it.
const MANAGERS: [(Manager, &str, &str); 5] = [
    (
        Manager::Apt,
        "apt-get",
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends",
    ),
    (Manager::Dnf, "dnf", "sudo dnf install"),
    (Manager::Pacman, "pacman", "sudo pacman -S --needed"),
    (Manager::Brew, "brew", "brew install"),
    (Manager::Winget, "winget", "winget install"),
];

impl Manager {
    /// The one of this machine. A Linux machine's own comes before a Homebrew that lies beside it.
    pub fn detect() -> Option<Self> {
        let mut managers = MANAGERS.into_iter();
        let (manager, ..) = managers.find(|(_, program, _)| host::which(program).is_some())?;
        Some(manager)
    }

    /// The line that installs these packages, as a person types it.
    pub fn line(self, packages: &[&str]) -> String {
        let (_, _, install) = MANAGERS[self as usize];
        format!("{install} {}", packages.join(" "))
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

/// Tells whether [`install`] would install, and not only say what to type.
pub fn can_install(manager: Manager) -> bool {
    manager == Manager::Apt && rights() != Rights::None
}

/// Installs packages. Where this program can't or may not do it, the error is the line to type.
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
    shell::show_and_run(&mut apt_get(rights, &["update"]))?;
    let mut install = apt_get(rights, &["install", "-y", "--no-install-recommends"]);
    shell::show_and_run(install.args(packages))
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
