//! The parts of the toolchain that rustup brings: the standard libraries of the targets, and the components that linting needs.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{host, shell};

/// The target's folder in the toolchain, if the toolchain has its libraries.
pub fn target(name: &str) -> Result<Option<PathBuf>> {
    let folder = host::sysroot()?.join("lib/rustlib").join(name);
    Ok(folder.join("lib").is_dir().then_some(folder))
}

/// Adds the components whose cargo subcommand is missing.
pub fn ensure_components(components: &[(&str, &str)]) -> Result<()> {
    let bin = host::sysroot()?.join("bin");
    let missing: Vec<&str> = components
        .iter()
        .filter(|(_, program)| {
            let beside = bin.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
            !beside.is_file()
        })
        .map(|(component, _)| *component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("setup: the toolchain lacks {}", missing.join(", "));
    add("component", &missing)
}

/// Adds targets or components to the toolchain that runs this program.
pub fn add(kind: &str, names: &[&str]) -> Result<()> {
    if host::which("rustup").is_none() {
        bail!(
            "this Rust doesn't come from rustup; please get the {kind} {} from where it came from (with rustup: \
             rustup {kind} add {})",
            names.join(", "),
            names.join(" ")
        );
    }
    // rustup reads RUSTUP_TOOLCHAIN, which its cargo has set, so that it is this toolchain that grows.
    let words = [kind, "add"].into_iter().chain(names.iter().copied());
    shell::show_and_run(&mut shell::command("rustup", words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_no_toolchain_has() {
        assert_eq!(target("no-such-target").unwrap(), None);
    }
}
