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

/// Tells whether [`install`] would install, and not only say what to type.
pub fn can_install(manager: Manager) -> bool {
    manager == Manager::Apt && rights().is_some()
}

/// Installs packages. Where this program can't or may not do it, the error is the line to type.
pub fn install(manager: Option<Manager>, packages: &[&str]) -> Result<()> {
    let Some(manager) = manager else {
        bail!(
            "this machine has no package manager that setup knows; please install what is missing by hand"
        );
    };
    let Some(rights) = rights().filter(|_| manager == Manager::Apt) else {
        bail!(
            "please run this line, then the same command again:\n\n    {}\n",
            manager.line(packages)
        );
    };
    // A fresh container has no package lists, and lists that are too old name files that are gone.
    shell::show_and_run(&mut apt_get(rights, &["update"]))?;
    let mut install = apt_get(rights, &["install", "-y", "--no-install-recommends"]);
    shell::show_and_run(install.args(packages))
}

fn apt_get(rights: &[&str], words: &[&str]) -> Command {
    // The variable goes over `env`: sudo clears the environment.
    let apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let mut all = rights.iter().chain(&apt_get).chain(words);
    let mut command = Command::new(all.next().copied().unwrap_or_default());
    command.args(all);
    if !host::interactive() {
        command.arg("-q");
    }
    command
}

/// The words before a command that give it the rights of root. Nothing gives them where there is no sudo, or where it would
/// ask and nobody is there to answer.
fn rights() -> Option<&'static [&'static str]> {
    let id = shell::capture(&mut shell::command("id", ["-u"]));
    if id.is_ok_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    host::which("sudo")?;
    if shell::capture(&mut shell::command("sudo", ["-n", "true"])).is_ok() {
        return Some(&["sudo", "-n"]);
    }
    host::interactive().then_some(&["sudo"])
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
    fn root_needs_no_sudo_and_sudo_clears_no_variable() {
        let line = |rights| shell::line(&apt_get(rights, &["update"]));
        let apt_get = "env 'DEBIAN_FRONTEND=noninteractive' apt-get update";
        assert!(line(&[]).starts_with(apt_get), "{}", line(&[]));
        assert!(line(&["sudo", "-n"]).starts_with(&format!("sudo -n {apt_get}")));
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
